"""Inequalities are proved for every n by certificate; the wrong way round they are refuted."""

from __future__ import annotations

import pytest
from claims import (
    DIMS,
    FACTS,
    ITEMS,
    N,
    a,
    b,
    c,
    cross_entropy,
    divergence,
    dot,
    entropy,
    i,
    o,
    p,
    proved,
    q,
    refuted,
    softmax,
    total,
    verdict,
    x,
    y,
    z,
)
from sympy import Expr, IndexedBase, Integer, Max, Rational, exp, log

from derive.derivation import Goal, Kind, Relation
from derive.proving.inequality import equality_case
from derive.terms import ArrayFacts, Axis, Facts, array, product_over, real, sigmoid, size, sum_over

A, B = total(lambda t: a[t], ITEMS), total(lambda t: b[t], ITEMS)
LOG_SUM = total(lambda t: a[t] * log(a[t] / b[t]), ITEMS)
JENSEN_SHANNON = (
    total(lambda t: p[t] * log(2 * p[t] / (p[t] + q[t])), ITEMS)
    + total(lambda t: q[t] * log(2 * q[t] / (p[t] + q[t])), ITEMS)
) / 2
LOG_SUM_EXP = log(total(lambda t: exp(z[t]), ITEMS))
COUNTS = FACTS.with_arrays(h=ArrayFacts((ITEMS,), nonnegative=True))
h, matrix, direction, other = (array(name) for name in ("h", "M", "s", "t"))


def scores(at: Expr, along: IndexedBase) -> Expr:
    """The entry of M s at a row."""
    return total(lambda t: matrix[at, t] * along[t], DIMS, "j")


def covariance(one: IndexedBase, two: IndexedBase) -> Expr:
    """sᵀ (Mᵀ diag(p) M - Mᵀ p pᵀ M) t for p = softmax(z)."""
    both = total(lambda t: softmax(t) * scores(t, one) * scores(t, two), ITEMS)
    return both - total(lambda t: softmax(t) * scores(t, one), ITEMS) * total(
        lambda t: softmax(t) * scores(t, two), ITEMS
    )


X, T = real("X"), real("T", positive=True)

RIGHT: dict[str, tuple[Expr, str, Expr]] = {
    "entropy is not negative": (entropy(p), "≥", Integer(0)),
    "entropy is at most log n": (entropy(p), "≤", log(N)),
    "divergence is not negative": (divergence(p, q), "≥", Integer(0)),
    "cross-entropy is at least entropy": (cross_entropy(p, q), "≥", entropy(p)),
    "cross-entropy of a softmax": (-total(lambda t: p[t] * log(softmax(t)), ITEMS), "≥", entropy(p)),
    "log-sum": (LOG_SUM, "≥", A * log(A / B)),
    "unnormalised divergence": (LOG_SUM - A + B, "≥", Integer(0)),
    "its last step": (A * (log(A / B) - 1 + B / A), "≥", Integer(0)),
    "Jensen for log": (log(total(lambda t: p[t] * a[t], ITEMS)), "≥", total(lambda t: p[t] * log(a[t]), ITEMS)),
    "Jensen for exp": (LOG_SUM_EXP, "≥", total(lambda t: p[t] * z[t], ITEMS)),
    "Jensen-Shannon is not negative": (JENSEN_SHANNON, "≥", Integer(0)),
    "Jensen-Shannon is at most log 2": (JENSEN_SHANNON, "≤", log(2)),
    "log-sum-exp is above each score": (z[i], "≤", LOG_SUM_EXP),
    "a soft maximum is above each score": (z[i], "≤", T * log(total(lambda t: exp(z[t] / T), ITEMS))),
    "a loss is not negative": (-log(softmax(i)), "≥", Integer(0)),
    "perplexity is at least 1": (exp(entropy(p)), "≥", Integer(1)),
    "means": (product_over(a[i] ** (1 / N), i), "≤", A / N),
    "variance": (total(lambda t: p[t] * x[t] ** 2, ITEMS), "≥", total(lambda t: p[t] * x[t], ITEMS) ** 2),
    "Cauchy": (
        total(lambda t: x[t] ** 2, ITEMS) * total(lambda t: z[t] ** 2, ITEMS),
        "≥",
        total(lambda t: x[t] * z[t], ITEMS) ** 2,
    ),
    "curvature of log-sum-exp": (
        total(lambda t: softmax(t) * x[t] ** 2, ITEMS) - total(lambda t: softmax(t) * x[t], ITEMS) ** 2,
        "≥",
        Integer(0),
    ),
    "curvature in a direction": (covariance(direction, direction), "≥", Integer(0)),
    "squares of scores": (total(lambda t: p[t] * scores(t, direction) ** 2, ITEMS), "≥", Integer(0)),
    "squares": (total(lambda t: (x[t] - z[t]) ** 2, ITEMS), "≥", Integer(0)),
    "squared chances": (total(lambda t: p[t] ** 2, ITEMS), "≤", Integer(1)),
    "log is below its tangent": (log(T), "≤", T - 1),
    "log is above 1 - 1/x": (log(T), "≥", 1 - 1 / T),
    "exp is above its tangent": (exp(X), "≥", 1 + X),
    "slope of the sigmoid": (sigmoid(X) * sigmoid(-X), "≤", Rational(1, 4)),
    "slope of the sigmoid at a score": (sigmoid(dot(o, c)) * (1 - sigmoid(dot(o, c))), "≤", Rational(1, 4)),
    "softplus above both": (log(1 + exp(X)), "≥", Max(0, X)),
    "softplus is positive": (log(1 + exp(X)), ">", Integer(0)),
    "sigmoid is below 1": (sigmoid(X), "<", Integer(1)),
    "a softmax is at most 1": (softmax(i), "≤", Integer(1)),
}

WRONG: dict[str, tuple[Expr, str, Expr]] = {
    "divergence is not always positive": (divergence(p, q), ">", Integer(0)),
    "cross-entropy the wrong way round": (cross_entropy(p, q), "≤", entropy(p)),
    "log-sum the wrong way round": (LOG_SUM, "≤", A * log(A / B)),
    "without the totals it may be negative": (LOG_SUM, "≥", Integer(0)),
    "entropy can reach log n": (entropy(p), "<", log(N)),
    "a softmax of one item is 1": (softmax(i), "<", Integer(1)),
    "too low a bound on the slope": (sigmoid(X) * sigmoid(-X), "≤", Rational(6, 25)),
    "log above its tangent": (log(T), "≥", T - 1),
    "a soft maximum below a score": (z[i], "≥", T * log(total(lambda t: exp(z[t] / T), ITEMS))),
    "a soft maximum of either sign": (z[i], "≤", X * log(total(lambda t: exp(z[t] / X), ITEMS))),
    "log-sum-exp below a score": (LOG_SUM_EXP, "≤", z[i]),
    "variance the wrong way round": (
        total(lambda t: p[t] * x[t] ** 2, ITEMS),
        "≤",
        total(lambda t: p[t] * x[t], ITEMS) ** 2,
    ),
    "a covariance of two directions": (covariance(direction, other), "≥", Integer(0)),
    "curvature the wrong way round": (covariance(direction, direction), "≤", Integer(0)),
    "curvature may be zero": (covariance(direction, direction), ">", Integer(0)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_true_inequalities_are_proved(name: str) -> None:
    proved(*RIGHT[name])


@pytest.mark.parametrize("name", WRONG)
def test_false_inequalities_are_refuted(name: str) -> None:
    refuted(*WRONG[name])


def test_entropies_of_two_variables() -> None:
    rows, columns = Axis.of_size(size("r")), Axis.of_size(size("s"))
    joint = array("p")
    facts = Facts().with_arrays(p=ArrayFacts((rows, columns), positive=True, sums_to_one=(0, 1)))

    def row(s: Expr) -> Expr:
        return total(lambda t: joint[s, t], columns)

    def column(t: Expr) -> Expr:
        return total(lambda s: joint[s, t], rows)

    def mean(body: object) -> Expr:
        return total(lambda s: total(lambda t: joint[s, t] * body(s, t), columns), rows)  # type: ignore[operator]

    both = -mean(lambda s, t: log(joint[s, t]))
    given_row = -mean(lambda s, t: log(joint[s, t] / row(s)))
    given_column = -mean(lambda s, t: log(joint[s, t] / column(t)))
    of_rows, of_columns = (
        -total(lambda s: row(s) * log(row(s)), rows),
        -total(lambda t: column(t) * log(column(t)), columns),
    )
    proved(both, "=", of_rows + given_row, facts)
    proved(given_row, "≤", of_columns, facts)
    proved(given_row, "≥", 0, facts)
    proved(mean(lambda s, t: log(joint[s, t] / (row(s) * column(t)))), "≥", 0, facts)
    proved(given_row - given_column, "=", of_columns - of_rows, facts)
    refuted(both, "=", of_rows + given_column, facts)
    refuted(given_column, "≥", of_rows, facts)


def test_divergence_is_zero_only_for_equal_distributions() -> None:
    case = equality_case(Goal(divergence(p, q), Relation.AT_LEAST, Integer(0), FACTS))
    assert case is not None
    ((left, right),) = case
    assert {str(left.base), str(right.base)} == {"p", "q"}
    assert left.indices == right.indices
    assert equality_case(Goal(entropy(p), Relation.AT_LEAST, Integer(0), FACTS)) is None


def test_a_ridge_penalty_is_not_negative() -> None:
    strength, beta = real("s", positive=True), array("beta")
    proved(strength / 2 * sum_over(beta[i] ** 2, i), "≥", 0)
    refuted(strength / 2 * sum_over(beta[i] ** 2, i), ">", 0)


def test_a_factor_that_may_be_zero_leaves_the_sign() -> None:
    times = total(lambda t: h[t], ITEMS)
    proved(times * covariance(direction, direction), "≥", 0, COUNTS)
    refuted(times * covariance(direction, direction), "≤", 0, COUNTS)
    refuted(times * entropy(p), ">", 0, COUNTS)
    refuted(total(lambda t: z[t], ITEMS) * covariance(direction, direction), "≥", 0, COUNTS)


@pytest.mark.slow
def test_weights_that_are_sums_themselves() -> None:
    """Label smoothing: the loss is at least the entropy of the smoothed target."""
    share = real("e")

    def facts(most: int) -> Facts:
        return FACTS.with_arrays(e=ArrayFacts(lower=Integer(0), upper=Integer(most), strict=False))

    def smoothed(t: Expr) -> Expr:
        return (1 - share) * y[t] + share / N

    loss = -total(lambda t: smoothed(t) * log(softmax(t)), ITEMS)
    least = -total(lambda t: smoothed(t) * log(smoothed(t)), ITEMS)
    proved(loss, "≥", least, facts(1))
    proved(loss - least, "≥", 0, facts(1))
    refuted(loss, "≤", least, facts(1))
    refuted(loss, ">", least, facts(1))
    refuted(-total(lambda t: y[t] * log(softmax(t)), ITEMS), "≥", least, facts(1))
    negative = verdict(loss, "≥", least, facts(2))
    assert negative.kind is not Kind.PROVED, "the weights may be negative"
