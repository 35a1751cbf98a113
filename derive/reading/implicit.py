r"""``\sigma(s^*) = q`` where s* is the zero of something: an equation that says what s* is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sympy import Expr, Indexed, Symbol

from derive.reading import tree
from derive.reading.assumptions import solutions
from derive.reading.context import Reading
from derive.reading.definers import Candidate, candidate
from derive.reading.definitions import unfold
from derive.reading.elaborate import value
from derive.reading.scope import entry_name
from derive.reading.spelling import plain, spell
from derive.reading.values import Value, scalar

__all__ = ["solved", "unknown_within"]

SATISFIES = re.compile(
    r"\b(?:satisf\w+|solv\w+|solution|zero|root|optim\w+|stationar\w+|critical|maximi\w+|minimi\w+|maxim\w+|minim\w+|"
    r"vanish\w*|fixed point|determined by|given by|unique)\b|满足|零点|驻点|最优|最大|最小|极值|方程|解",
    re.IGNORECASE,
)
"""Words in front of an equation that a number is to fulfil."""


def unknown_within(node: tree.Node, reading: Reading) -> Candidate | None:
    r"""The name s* of ``\sigma(s^*)``, ``\log s^*`` and ``e^{s^*}`` behind words that say what s* has to fulfil."""
    if SATISFIES.search(reading.sentence) is None:
        return None
    found = [each for inner in _arguments(plain(node)) if (each := candidate(inner, reading)) is not None]
    starred = [each for each in found if not each.called and each.spelled.name.endswith("^*")]
    return starred[0] if len(starred) == 1 else None


def _arguments(node: tree.Node) -> Iterator[tree.Node]:
    r"""The x of ``f(x)``, ``\log x`` and ``e^x``; nothing for other formulas."""
    if isinstance(node, tree.Script) and node.sub is None and node.sup is not None and not node.primes:
        base = plain(node.base)
        if isinstance(base, tree.Name) and base.base == "e":
            yield plain(node.sup)
    if isinstance(node, tree.Product) and len(node.factors) == 2 and not node.factors[1].operator:
        if spell(node.factors[0].node) is not None:
            inner = plain(node.factors[1].node)
            alone = isinstance(inner, tree.Group) and len(inner.body.parts) == 1
            yield plain(inner.body.parts[0]) if isinstance(inner, tree.Group) and alone else inner


def solved(node: tree.Node, right: Value, found: Candidate, reading: Reading) -> Value | None:
    """What the unknown is where ``node = right``; None if the equation does not settle it."""
    left = value(node, reading)
    if left.rank or right.rank:
        return None
    definitions = reading.scope.definitions
    equation = unfold(left.body, definitions) - unfold(right.body, definitions)
    own = [x for x in (*equation.atoms(Indexed), *(equation.free_symbols & equation.atoms(Symbol))) if _is(x, found)]
    own = [x for x in own if isinstance(x, Indexed)] or own
    if len(own) != 1 or unfold(right.body, definitions).has(own[0]):
        return None
    solution = solutions(equation).get(own[0])
    return scalar(solution) if solution is not None else None


def _is(entry: Expr, found: Candidate) -> bool:
    if not isinstance(entry, Indexed | Symbol) or (isinstance(entry, Symbol) and entry.is_integer):
        return False
    return entry_name(entry) == found.spelled.name
