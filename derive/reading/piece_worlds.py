"""Worlds in which all arguments of a function that is given in pieces lie in one of the pieces.

What is false in such a world is false of the function: the end of the piece is chosen far beyond the numbers that a
step is tried with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Expr, Indexed, Integer, Rational, Symbol
from sympy.core.function import AppliedUndef

from derive.calculus import DerivativeError
from derive.derivation import Goal
from derive.reading import tree
from derive.reading.context import Reading, undisturbed
from derive.reading.definers import candidate
from derive.reading.definitions import Circular, Relearn
from derive.reading.elaborate import value
from derive.reading.scope import Unsettled
from derive.reading.spelling import letter
from derive.reading.values import ShapeError, scalar
from derive.terms import ArrayFacts, real, rename_bound

__all__ = ["Piece", "in_its_piece"]

FAR = 1000
"""Numbers of a counterexample lie below; where a piece ends is chosen beyond."""
BELOW, ABOVE = ("<", "\\le"), (">", "\\ge")


@dataclass(frozen=True)
class Piece:
    """What a function is under a condition."""

    left: tree.Node
    right: tree.Node
    condition: tree.Chain


def in_its_piece(goal: Goal, reading: Reading) -> tuple[Goal, ...]:
    """The goal in worlds where all arguments of a function that is given in pieces lie in one of the pieces."""
    goals = []
    for piece in reading.scope.pieces.values():
        found = candidate(piece.left, reading)
        if found is None or not found.called or len(found.parameters) != 1:
            continue
        name = f"{found.spelled.name}(·)"
        calls = {c for side in (goal.left, goal.right) for c in side.atoms(AppliedUndef) if c.func.__name__ == name}
        try:
            with undisturbed(reading):
                made = _world(goal, piece, found.parameters[0], calls, reading) if calls else None
        except (Relearn, Unsettled, ShapeError, DerivativeError, Circular):
            continue
        goals += [made] if made is not None else []
    return tuple(goals)


def _world(goal: Goal, piece: Piece, variable: str, calls: set[Expr], reading: Reading) -> Goal | None:
    arrays = {str(c.args[0].base.label) for c in calls if isinstance(c.args[0], Indexed)}
    if len(arrays) != 1 or not all(isinstance(c.args[0], Indexed) for c in calls):
        return None
    (array,) = arrays
    what = goal.facts.of(array) or ArrayFacts()
    if what.lower not in (None, 0) or what.upper is not None or not (what.positive or what.lower == 0):
        return None
    ends = _ends(piece.condition, variable, reading)
    if ends is None:
        return None
    facts = goal.facts
    for end, above in ends:
        if end == 0 and not above:
            continue  # the arguments are positive
        if not isinstance(end, Symbol) or end.is_integer:
            return None
        own = facts.of(end.name) or ArrayFacts()
        if own.upper is not None or own.lower not in (None, 0) or not (own.positive or own.lower == 0):
            return None
        if above:
            own, what = replace(own, lower=Integer(FAR)), replace(what, upper=Integer(FAR - 1))
        else:
            own, what = replace(own, upper=Rational(1, FAR)), replace(what, lower=Rational(2, FAR))
        facts = facts.with_arrays(**{end.name: own})
    place = real(variable, positive=True)
    reading.locals = {**reading.locals, variable: scalar(place)}
    body = reading.scope.sized(value(piece.right, reading).body)
    table = {call: rename_bound(body).xreplace({place: call.args[0]}) for call in calls}
    facts = facts.with_arrays(**{array: what})
    return replace(goal, left=goal.left.xreplace(table), right=goal.right.xreplace(table), facts=facts)


def _ends(condition: tree.Chain, variable: str, reading: Reading) -> list[tuple[Expr, bool]] | None:
    """The ends of the range that a condition gives x, and whether x lies below them; None for any other condition."""
    sides = [condition.first, *(link.right for link in condition.links)]
    symbols = [link.relation.symbol for link in condition.links]
    where = [k for k, side in enumerate(sides) if side is not None and letter(side) == variable]
    if len(where) != 1 or any(side is None for side in sides) or len(sides) > 3:
        return None
    ends: list[tuple[Expr, bool]] = []
    for k, side in enumerate(sides):
        if side is None or k == where[0]:
            continue
        if abs(k - where[0]) != 1:
            return None
        symbol = symbols[min(k, where[0])]
        if symbol not in BELOW + ABOVE:
            return None
        ends.append((value(side, reading).body, (symbol in BELOW) == (where[0] < k)))
    return ends
