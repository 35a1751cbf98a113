"""Certificates for entropies of other orders, parts of sums over several indices, and weights with sums beside them."""

from __future__ import annotations

import pytest
from claims import DIMS, ITEMS, WORDS, N, entropy, p, proved, q, refuted, total, x, z
from sympy import Expr, Integer, exp, log, sqrt

from derive.terms import ArrayFacts, Facts, array, real

HALF = 2 * log(total(lambda t: sqrt(p[t]), ITEMS))
JOINT = Facts().with_arrays(r=ArrayFacts((ITEMS, WORDS, DIMS), positive=True, sums_to_one=(0, 1, 2)))
r = array("r", positive=True)


def scores(t: Expr) -> Expr:
    """x_t · z."""
    return total(lambda k: x[t, k] * z[k], DIMS, "k")


GIBBS = total(lambda t: q[t] * scores(t), ITEMS) - total(lambda t: q[t] * log(q[t]), ITEMS)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (entropy(p), HALF),
        (HALF, log(N)),
        (total(lambda t: sqrt(p[t]), ITEMS) ** 2, N),
        (GIBBS, log(total(lambda t: exp(scores(t)), ITEMS))),
    ],
)
def test_holds_for_all_sizes(less: Expr, more: Expr) -> None:
    proved(less, "≤", more)
    refuted(more, "≤", less)


def test_a_part_of_a_sum_over_several_indices() -> None:
    """H(X) ≤ H(X, Y) where both are sums of a joint distribution of three."""

    def one(t: Expr) -> Expr:
        return total(lambda s: total(lambda k: r[t, s, k], DIMS, "k"), WORDS, "w")

    def two(t: Expr, s: Expr) -> Expr:
        return total(lambda k: r[t, s, k], DIMS, "k")

    alone = -total(lambda t: one(t) * log(one(t)), ITEMS)
    joint = -total(lambda t: total(lambda s: two(t, s) * log(two(t, s)), WORDS, "w"), ITEMS)
    proved(alone, "≤", joint, JOINT)
    refuted(joint, "≤", alone, JOINT)


def test_a_product_of_factors_that_are_not_negative() -> None:
    """w y / (1 + (w - 1) y) ≥ y for w > 1 and 0 < y < 1."""
    w, y = real("w", positive=True), real("y", positive=True)
    facts = Facts().with_arrays(
        w=ArrayFacts(positive=True, lower=Integer(1)), y=ArrayFacts(positive=True, lower=Integer(0), upper=Integer(1))
    )
    proved(w * y / (1 + (w - 1) * y), "≥", y, facts)
    refuted(w * y / (1 + (w - 1) * y), "≥", 2 * y, facts)
