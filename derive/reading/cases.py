"""Case distinctions: ``cases`` as a sum of what holds times an indicator of when it holds.

A condition compares two indices (an indicator is then a Kronecker delta) or says which of its few values a number
takes (a label in {0, 1}, a sign in {1, -1}); an indicator is then the polynomial that is 1 at that value and 0 at the
others.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

import sympy
from sympy import Expr, Indexed, Symbol

from derive.reading import tree
from derive.reading.calls import labelled
from derive.reading.context import Reading, condition, indicator, without_words
from derive.reading.elaborate import settle_rank, value
from derive.reading.scope import Unsettled, entry_name
from derive.reading.spelling import plain, spell, words
from derive.reading.values import Value, add
from derive.terms import Axis

OTHERWISE = ("otherwise", "else", "其他", "其它", "否则", "其余", "sonst")
MOST_COMBINATIONS = 64


def cases(node: tree.Array, reading: Reading) -> Value:
    """The value of ``\\begin{cases}``; the last case may be ``otherwise``.  Raises ``Unsettled``."""
    rows = [
        (row[0], row[1] if len(row) > 1 else None) for row in node.rows if row and not isinstance(row[0], tree.Empty)
    ]
    total: Value | None = None
    rest: Expr = sympy.Integer(1)
    for position, (entry, when) in enumerate(rows):
        part = value(entry, reading)
        label = words(when).lower() if when is not None else ""
        chain = _condition_of(when)
        last = position == len(rows) - 1
        if (chain is None and last and (when is None or any(w in label for w in OTHERWISE))) or (
            chain is not None and position and last and _is_membership(chain)
        ):
            factor, rest = rest, sympy.Integer(0)
        elif chain is not None:
            holds = truth(chain, reading, lambda name: _axis_for(name, reading))
            # The first case that fits counts; mostly they exclude each other as they stand.
            factor = holds if sympy.expand(rest - holds) == 0 else rest * holds
            rest = rest * (1 - holds)
        else:
            raise Unsettled(f"the case {tree.sexpr(when) if when else ''} is not understood")
        part = Value(part.indices, factor * part.body, part.row)
        if total is not None:
            settle_rank(total, part, [entry], reading)
        total = part if total is None else add(total, part, reading.scope.axes)
    if total is None:
        raise Unsettled("cases without a case")
    if not _covered(rest, reading):
        raise Unsettled("the cases do not cover everything")
    return total


def truth(node: tree.Node, reading: Reading, axis_of: Callable[[str], Axis]) -> Expr:
    """1 where a condition holds and 0 elsewhere.  Raises ``Unsettled``."""
    found = _value_condition(without_words(plain(node)), reading)
    if found is not None:
        return found
    return indicator(*condition(node, reading, axis_of))


def _value_condition(node: tree.Node, reading: Reading) -> Expr | None:
    """``y = 1`` for a number that takes few values."""
    if not isinstance(node, tree.Chain) or node.first is None or len(node.links) != 1 or node.links[0].right is None:
        return None
    symbol = node.links[0].relation.symbol
    spelled = spell(plain(node.first))
    if symbol not in ("=", "\\ne") or spelled is None:
        return None
    family = reading.scope.families.get(labelled(spelled, reading).name)
    if family is None or not family.values:
        return None
    number = value(node.first, reading)
    wanted = value(node.links[0].right, reading)
    if number.rank or wanted.rank or wanted.body not in family.values:
        raise Unsettled(f"a condition on the value of {spelled.name} is not understood")
    holds = sympy.Mul(*((number.body - v) / (wanted.body - v) for v in family.values if v != wanted.body))
    return holds if symbol == "=" else 1 - holds


def _covered(rest: Expr, reading: Reading) -> bool:
    """Whether no case is left over; of what is said for some indices only, the rest is nought."""
    if sympy.expand(rest) == 0 or rest.has(sympy.KroneckerDelta):
        return True
    entries = [e for e in rest.atoms(Indexed) or rest.atoms(Symbol) if _values(e, reading)]
    combinations: Iterable[tuple[Expr, ...]] = itertools.islice(
        itertools.product(*(_values(e, reading) for e in entries)), MOST_COMBINATIONS
    )
    return bool(entries) and all(
        sympy.expand(rest.xreplace(dict(zip(entries, chosen, strict=True)))) == 0 for chosen in combinations
    )


def _values(entry: Expr, reading: Reading) -> tuple[Expr, ...]:
    family = reading.scope.families.get(entry_name(entry))
    return family.values if family is not None else ()


def _is_membership(chain: tree.Node) -> bool:
    """``u ∈ NEG`` as the last case: everything that the cases before left over."""
    return isinstance(chain, tree.Chain) and [k.relation.symbol for k in chain.links] == ["\\in"]


def _condition_of(node: tree.Node | None) -> tree.Node | None:
    if node is None:
        return None
    node = plain(node)
    if isinstance(node, tree.Chain):
        return node
    for child in tree.children(node):
        found = _condition_of(child)
        if found is not None:
            return found
    return None


def _axis_for(name: str, reading: Reading) -> Axis:
    if name in reading.bound:
        return reading.bound[name].axis
    return reading.free_axis(name)
