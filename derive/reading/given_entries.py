"""Entries that a note sets to a number: ``x_0 = 1`` in front of the weights, ``x_0^{(i)} = 1`` for every example.

Such an entry is put in wherever its array stands, also where the index runs: ``x_j`` is 1 for j = 0, and x_j elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy import Expr, Indexed, Integer, Mul, Rational

from derive.derivation import Goal
from derive.errors import Place
from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.scope import Scope, Stated
from derive.reading.spelling import plain
from derive.reading.values import Value
from derive.terms import Axis, Index, delta

__all__ = ["given_entry", "set_entry", "widen", "with_entries"]

Given = tuple[Indexed, Expr]
LONGEST = 6
"""Digits of a number that is put in."""


def given_entry(left: Expr, right: Expr) -> Given | None:
    """The entry and its number if ``left = right`` sets one: at numbers, for all values of the letters beside them."""
    if not isinstance(left, Indexed) or left.is_integer or not right.is_Rational:
        return None
    letters = [i for i in left.indices if isinstance(i, Index)]
    numbers = [i for i in left.indices if isinstance(i, Integer)]
    if not numbers or len(letters) + len(numbers) != len(left.indices) or len(set(letters)) != len(letters):
        return None
    return left, right


def widen(given: Given, scope: Scope) -> None:
    """``x_0 = 1`` beside ``x_1, …, x_n``: the entries begin at 0."""
    for position, index in enumerate(given[0].indices):
        axis = scope.axis(str(given[0].base.label), position)
        if index == 0 and axis.low == 1 and not scope.axes.is_flexible(axis):
            scope.axes.indexed(axis, Axis(axis.name, Integer(0), axis.high))


def set_entry(left: Value | None, node: tree.Node | None, place: Place, reading: Reading) -> bool:
    """``x_0 = 1`` in a display sets x_0 from there on, unless something that is known of x could contradict it."""
    number = plain(node) if node is not None else None
    if left is None or left.rank or not isinstance(number, tree.Num) or len(number.text) > LONGEST:
        return False
    found = given_entry(left.body, Rational(number.text))
    if found is None or any(isinstance(index, Index) for index in found[0].indices):
        return False
    name, where = str(found[0].base.label), f"{place.line}:{place.column}"
    before = [each.entry for at, each in reading.scope.stated.items() if _stands_before(at, where)]
    family = reading.scope.family(name)
    known = family.positive or family.nonnegative or family.values or family.sums_to_one
    bounded = family.lower is not None or family.upper is not None
    if known or bounded or name in reading.scope.unclear or any(entry and entry[0] == found[0] for entry in before):
        return False
    widen(found, reading.scope)
    condition = ((found[0] - found[1]) ** 2, "=", Integer(0))
    reading.scope.stated[where] = Stated(int(reading.place), condition, entry=found)
    return True


def _stands_before(place: str, other: str) -> bool:
    return tuple(map(int, place.split(":"))) < tuple(map(int, other.split(":")))


def with_entries(goal: Goal, entries: Iterable[Given]) -> Goal:
    """The goal with the numbers put in."""
    for entry, number in entries:
        table = {
            node: _cases(node, entry, number)
            for side in (goal.left, goal.right)
            for node in side.atoms(Indexed)
            if node.base == entry.base and len(node.indices) == len(entry.indices)
        }
        goal = replace(goal, left=goal.left.xreplace(table), right=goal.right.xreplace(table))
    return goal


def _cases(node: Indexed, entry: Indexed, number: Expr) -> Expr:
    met: list[Expr] = []
    for index, place in zip(node.indices, entry.indices, strict=True):
        if isinstance(place, Index):
            continue
        if isinstance(index, Integer):
            met.append(Integer(index == place))
        elif isinstance(index, Index) and isinstance(index.axis.low, Integer):
            met.append(delta(index, place) if index.axis.low <= place else Integer(0))
        else:
            return node
    here = Mul(*met)
    return here * number + (1 - here) * node
