"""A claim that holds only where i = j, or where y = 1: there the one may stand for the other."""

from __future__ import annotations

from dataclasses import replace

from sympy import Derivative, Expr, Indexed, KroneckerDelta, Symbol

from derive.derivation import Goal
from derive.terms import Index, rename_bound

__all__ = ["identified"]


def identified(goal: Goal) -> Goal:
    """The claim with every equation that it is restricted to put in, where one side of it is a name.

    Where the equation holds both claims say the same, and nowhere else is anything claimed.
    """
    equations = [(left, right) for left, symbol, right in goal.facts.given if symbol == "="]
    while equations:
        left, right = equations.pop(0)
        table = _replacement(left, right)
        if table is None or any(side.has(Derivative) for side in (goal.left, goal.right)):
            continue
        name, by = table
        goal = _put_in(goal, name, by)
        equations = [(one.xreplace({name: by}), other.xreplace({name: by})) for one, other in equations]
    return goal


def _replacement(left: Expr, right: Expr) -> tuple[Expr, Expr] | None:
    """The name that an equation is about, and what it is; None if neither side is a name."""
    for name, by in ((left, right), (right, left)):
        if isinstance(name, KroneckerDelta) and by == 1:
            return _replacement(*name.args)
        if isinstance(name, Index) and not (isinstance(by, Index) or by.is_integer):
            continue
        if isinstance(name, Symbol | Indexed) and not by.has(name):
            return name, by
    return None


def _put_in(goal: Goal, name: Expr, by: Expr) -> Goal:
    table = {name: by}
    left, right = (rename_bound(side).xreplace(table) for side in (goal.left, goal.right))
    distinct = frozenset(frozenset(each.xreplace(table) for each in pair) for pair in goal.facts.distinct)
    given = tuple((one.xreplace(table), symbol, other.xreplace(table)) for one, symbol, other in goal.facts.given)
    kept = tuple(each for each in given if not (each[1] == "=" and each[0] == each[2]))
    facts = replace(goal.facts, distinct=frozenset(pair for pair in distinct if len(pair) == 2), given=kept)
    return replace(goal, left=left, right=right, facts=facts)
