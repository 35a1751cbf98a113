"""Conditions that hold in exactly the same cases: a = b and c = d, or D(p‖q) = 0 and p = q."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from derive.derivation import Goal, Relation
from derive.proving.budget import Budget
from derive.proving.inequality import equality_case
from derive.proving.laws import NEGATIVE, POSITIVE
from derive.proving.normal_form import Session
from derive.proving.polynomial import Poly
from derive.terms import Index, free_indices, rename_bound

__all__ = ["same_condition"]

TURNED = {
    Relation.EQUAL: Relation.EQUAL,
    Relation.NOT_EQUAL: Relation.NOT_EQUAL,
    Relation.AT_MOST: Relation.AT_LEAST,
    Relation.AT_LEAST: Relation.AT_MOST,
    Relation.LESS: Relation.GREATER,
    Relation.GREATER: Relation.LESS,
}
MOST_INDICES = 3
ENTRY = "entry "  # how the reader names an index that means every entry of a vector


def same_condition(first: Goal, second: Goal, budget: Budget) -> str | None:
    """Why two claims hold for the same values, or None if no reason was found.

    A free index of both claims has one value.  A condition under which sums are equal has to be about all entries of a
    vector, which the name of the index tells.
    """
    if first.facts != second.facts or first.facts.distinct:
        return None
    if _are_multiples(first, second, budget):
        return "each condition is the other times something that is never zero"
    if _is_equality_case(first, second, budget) or _is_equality_case(second, first, budget):
        return "one condition says when an inequality is an equality (log x ≥ 1 - 1/x is strict unless x = 1)"
    return None


def _are_multiples(first: Goal, second: Goal, budget: Budget) -> bool:
    """Whether the difference of the sides of one claim is that of the other times a factor of fixed sign."""
    session = Session(first.facts, budget)
    laws = session.laws
    turned = False
    primitives = []
    for goal in (first, second):
        c, content, primitive = laws.together(session.translate(goal.left) - session.translate(goal.right))
        sign = laws.sign(Poly({content: 1}))
        if not primitive or sign not in (POSITIVE, NEGATIVE):
            return False
        turned ^= (c < 0) ^ (sign == NEGATIVE)
        primitives.append(primitive)
    if not session.is_zero(primitives[0] - primitives[1]):
        if not session.is_zero(primitives[0] + primitives[1]):
            return False
        turned = not turned
    return first.relation is (TURNED[second.relation] if turned else second.relation)


def _is_equality_case(equation: Goal, condition: Goal, budget: Budget) -> bool:
    """Whether an equation X = c holds exactly under a condition, because X ≥ c (or X ≤ c) is strict otherwise."""
    if equation.relation is not Relation.EQUAL or condition.relation is not Relation.EQUAL or _indices(equation):
        return False
    if not all(index.name.startswith(ENTRY) for index in _indices(condition)):
        return False
    for relation in (Relation.AT_LEAST, Relation.AT_MOST):
        cases = equality_case(replace(equation, relation=relation), seconds=budget.left() / 3)
        if cases is not None:
            pairs = [Goal(left, Relation.EQUAL, right, condition.facts) for left, right in cases]
            return all(
                any(_are_multiples(pair, renamed, budget) for renamed in _renamings(pair, condition)) for pair in pairs
            )
    return False


def _renamings(pair: Goal, condition: Goal) -> Iterator[Goal]:
    """The condition with its free indices called like those of the pair, in every way the ranges allow."""
    wanted, own = _indices(pair), _indices(condition)
    if len(wanted) != len(own) or len(own) > MOST_INDICES:
        return
    left, right = rename_bound(condition.left), rename_bound(condition.right)
    for order in permutations(wanted):
        if all(_range(a) == _range(b) for a, b in zip(own, order, strict=True)):
            table = dict(zip(own, order, strict=True))
            yield replace(condition, left=left.xreplace(table), right=right.xreplace(table))


def _indices(goal: Goal) -> tuple[Index, ...]:
    return tuple(dict.fromkeys((*free_indices(goal.left), *free_indices(goal.right))))


def _range(index: Index) -> tuple[object, object]:
    return index.axis.low, index.axis.high
