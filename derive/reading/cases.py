"""Case distinctions: ``cases`` as a sum of what holds times an indicator of when it holds.

A condition compares two indices (an indicator is then a Kronecker delta) or says which of its few values a number
takes (a label in {0, 1}, a sign in {1, -1}); an indicator is then the polynomial that is 1 at that value and 0 at the
others.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import sympy
from sympy import Expr, Indexed, Symbol

from derive.reading import tree
from derive.reading.applying import by_definition
from derive.reading.context import Reading, condition, indicator, must_be_harmless, without_words
from derive.reading.definitions import unfold
from derive.reading.elaborate import settle_rank, value
from derive.reading.keys import labelled
from derive.reading.ranges import run_of
from derive.reading.scope import Unsettled, entry_name
from derive.reading.sets import is_sample, parts
from derive.reading.spelling import Spelled, letter, plain, spell, words
from derive.reading.values import Value, add
from derive.reading.written import shown
from derive.terms import Axis

OTHERWISE = ("otherwise", "else", "其他", "其它", "否则", "其余", "sonst")
MOST_COMBINATIONS = 64


def cases(node: tree.Array, reading: Reading) -> Value:
    """The value of ``\\begin{cases}``; the last case may be ``otherwise``.  Raises ``Unsettled``."""
    rows = [
        (row[0], row[1] if len(row) > 1 and not isinstance(row[1], tree.Empty) else None)
        for row in node.rows
        if row and not isinstance(row[0], tree.Empty)
    ]
    for cell in (cell for row in node.rows for cell in row[2:] if not isinstance(cell, tree.Empty)):
        raise Unsettled(f"a case with more than a value and a condition: {shown(cell)}")
    _keep_among(rows, reading)
    total: Value | None = None
    rest: Expr = sympy.Integer(1)
    for position, (entry, when) in enumerate(rows):
        part = value(entry, reading)
        label = (words(when) or run_of(plain(when))).lower() if when is not None else ""
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
            raise Unsettled(f"the case {shown(when) if when else ''} is not understood")
        part = Value(part.indices, factor * part.body, part.row)
        if total is not None:
            settle_rank(total, part, [entry], reading)
        total = part if total is None else add(total, part, reading.scope.axes)
    if total is None:
        raise Unsettled("cases without a case")
    if not _covered(rest, reading):
        raise Unsettled("the cases do not cover everything")
    return total


def _keep_among(rows: list[tuple[tree.Node, tree.Node | None]], reading: Reading) -> None:
    """``x = o`` and last ``x ∈ S``: nothing is said of an x that is neither o nor in S."""
    last = _condition_of(rows[-1][1]) if rows else None
    if not isinstance(last, tree.Chain) or last.first is None or not _is_membership(last):
        return
    name, set_ = letter(last.first), last.links[0].right
    if name is None or set_ is None or name in reading.bound or name in reading.among or not is_sample(set_, reading):
        return
    axis = reading.free_axis(name)
    singles: list[Expr] = []
    for _, when in rows[:-1]:
        chain = _condition_of(when)
        left, right, equal = (
            condition(chain, reading, lambda each: _axis_for(each, reading)) if chain else (0, 0, False)
        )
        if not equal or name not in (str(left), str(right)):
            return
        singles.append(right if str(left) == name else left)
    reading.among[name] = (*singles, *(part.element for part in parts(set_, reading, axis)))


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
    number = _number_of_few_values(spelled, node.first, reading)
    if number is None:
        return None
    values, wanted = _few_values(number, reading), value(node.links[0].right, reading)
    if wanted.rank or wanted.body not in values:
        raise Unsettled(f"a condition on the value of {spelled.name} is not understood")
    holds = sympy.Mul(*((number - v) / (wanted.body - v) for v in values if v != wanted.body))
    return holds if symbol == "=" else 1 - holds


def _number_of_few_values(spelled: Spelled, node: tree.Node, reading: Reading) -> Expr | None:
    """An entry that takes few values, also where it goes by a name that the note gives it (``s_j = [[…]]``)."""
    spelled = labelled(spelled, reading)
    family = reading.scope.families.get(spelled.name)
    if family is None or not family.values:
        if by_definition(spelled, (), reading) is None:
            return None
    number = value(node, reading)
    if number.rank:
        return None
    body = unfold(number.body, reading.scope.definitions)
    return body if _few_values(body, reading) else None


def _few_values(body: Expr, reading: Reading) -> tuple[Expr, ...]:
    """The values of a number that takes few: a label, a sign, an indicator."""
    if isinstance(body, sympy.KroneckerDelta):
        return sympy.Integer(0), sympy.Integer(1)
    return _values(body, reading) if isinstance(body, Indexed | Symbol) else ()


def _covered(rest: Expr, reading: Reading) -> bool:
    """Whether no case is left over, whatever the indices and the numbers of few values are."""
    if sympy.expand(rest) == 0:
        return True
    deltas = [(d, (sympy.Integer(0), sympy.Integer(1))) for d in rest.atoms(sympy.KroneckerDelta)]
    inside = {a for d, _ in deltas for a in d.atoms(Indexed, Symbol)}
    entries = (rest.atoms(Indexed) or rest.atoms(Symbol)) - inside
    chosen = [*deltas, *((e, v) for e in entries if (v := _values(e, reading)))]
    if not chosen or math.prod(len(values) for _, values in chosen) > MOST_COMBINATIONS:
        return False
    names = [name for name, _ in chosen]
    combinations = itertools.product(*(values for _, values in chosen))
    return all(sympy.expand(rest.xreplace(dict(zip(names, each, strict=True)))) == 0 for each in combinations)


def _values(entry: Expr, reading: Reading) -> tuple[Expr, ...]:
    family = reading.scope.families.get(entry_name(entry))
    return family.values if family is not None else ()


def _is_membership(chain: tree.Node) -> bool:
    """``u ∈ NEG`` as the last case: everything that the cases before left over."""
    return isinstance(chain, tree.Chain) and [k.relation.symbol for k in chain.links] == ["\\in"]


def _condition_of(node: tree.Node | None) -> tree.Node | None:
    """The one relation that a condition consists of, words aside; nothing else may stand beside it."""
    found, beside = ([], []) if node is None else _relations_in(plain(node))
    if not found:
        return None
    if len(found) > 1 or not all(isinstance(each, tree.Text | tree.Word) for each in beside):
        raise Unsettled(f"a condition that is not understood: {shown(node)}" if node else "")
    must_be_harmless(beside)
    return found[0]


def _relations_in(node: tree.Node) -> tuple[list[tree.Node], list[tree.Node]]:
    """The outermost relations in a node, and the leaves beside them."""
    if isinstance(node, tree.Chain):
        return [node], []
    if not isinstance(node, tree.Sequence | tree.Product | tree.Factor | tree.Group):
        return [], [] if isinstance(node, tree.Empty) else [node]
    found: list[tree.Node] = []
    beside: list[tree.Node] = []
    for child in tree.children(node):
        inner, leaves = _relations_in(child)
        found += inner
        beside += leaves
    return found, beside


def _axis_for(name: str, reading: Reading) -> Axis:
    if name in reading.bound:
        return reading.bound[name].axis
    return reading.free_axis(name)
