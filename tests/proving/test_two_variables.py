"""Inequalities between two numbers, with equality where they are the same."""

from __future__ import annotations

import pytest
from sympy import Expr, Integer, exp, log

from derive.derivation import Goal, Kind, Relation
from derive.proving.check import decide
from derive.terms import ArrayFacts, Facts, real, sigmoid

one, two = (real(name, positive=True) for name in ("one", "two"))
s, t = (real(name) for name in "st")
COINS = Facts().with_arrays(
    **{name: ArrayFacts(positive=True, lower=Integer(0), upper=Integer(1)) for name in ("one", "two")}
)
ODDS = log(one / (1 - one)) - log(two / (1 - two))
DIVERGENCE = one * log(one / two) + (1 - one) * log((1 - one) / (1 - two))


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (2 * (one - two) ** 2, DIVERGENCE),
        (DIVERGENCE, (one - two) ** 2 / (two * (1 - two))),
        (Integer(0), (one - two) * ODDS),
        (log(1 + exp(t)) + sigmoid(t) * (s - t), log(1 + exp(s))),
    ],
)
def test_of_two_numbers_with_equality_where_they_are_the_same(less: Expr, more: Expr) -> None:
    assert decide(Goal(less, Relation.AT_MOST, more, COINS)).kind is Kind.PROVED
    assert decide(Goal(less, Relation.AT_LEAST, more, COINS)).kind is Kind.REFUTED


def test_a_slope_that_turns_elsewhere_proves_nothing() -> None:
    assert decide(Goal(3 * (one - two) ** 2, Relation.AT_MOST, DIVERGENCE, COINS)).kind is Kind.REFUTED


def test_what_has_no_value_between_two_numbers_proves_nothing() -> None:
    """Beyond the pole of 1/(s - 1) a convex function need not stay above its tangent."""
    tangent = 1 / (s - 1) - (t - s) / (s - 1) ** 2
    assert decide(Goal(1 / (t - 1), Relation.AT_LEAST, tangent, Facts())).kind is not Kind.PROVED
