"""Softmax skip-gram: every line of the derivation is proved, and its usual mistakes are refuted."""

from __future__ import annotations

import pytest
from claims import (
    DIMS,
    DRAWS,
    FACTS,
    ITEMS,
    WORDS,
    K,
    N,
    V,
    c,
    chance,
    dot,
    f,
    i,
    k,
    l,
    m,
    o,
    partition,
    proved,
    r,
    refuted,
    softmax,
    total,
    u,
    v,
    w,
    x,
    y,
    z,
)
from sympy import Expr, Rational, exp, log, sqrt

from derive.calculus import differentiate, gradient
from derive.terms import (
    ANY,
    ArrayFacts,
    Axis,
    Facts,
    Index,
    Tensor,
    array,
    delta,
    fresh,
    product_over,
    real,
    sigmoid,
    size,
    sum_over,
)

LOSS = -log(chance(o, c))
BY_U = gradient(LOSS, u, (WORDS, DIMS))
BY_V = gradient(LOSS, v, (WORDS, DIMS))
APART = Facts().with_distinct([(w, o)])
mean_u = total(lambda t: chance(t, c) * u[t, k], WORDS, "w")


def test_the_logarithm_of_the_softmax_is_split() -> None:
    proved(log(chance(o, c)), "=", dot(o, c) - log(partition(c)))
    refuted(log(chance(o, c)), "=", dot(o, c) - partition(c))


def test_the_gradient_by_the_center_line_by_line() -> None:
    left = differentiate(log(chance(o, c)), v[c, k])
    inner = total(lambda t: exp(dot(t, c)) * u[t, k], WORDS, "w")
    proved(left, "=", u[o, k] - inner / partition(c))
    proved(u[o, k] - inner / partition(c), "=", u[o, k] - mean_u)
    proved(BY_V.at(c, k), "=", total(lambda t: (chance(t, c) - delta(t, o)) * u[t, k], WORDS, "w"))
    proved(BY_V.body, "=", delta(BY_V.indices[0], c) * (mean_u - u[o, k]).xreplace({k: BY_V.indices[1]}))


@pytest.mark.parametrize(
    "wrong",
    [
        u[o, k] - total(lambda t: exp(dot(t, c)) * u[t, k], WORDS, "w"),
        u[o, k] + mean_u,
        u[o, k] - total(lambda t: chance(t, c) * v[t, k], WORDS, "w"),
        u[o, k] - total(lambda t: chance(o, c) * u[t, k], WORDS, "w"),
        u[o, k] - chance(o, c) * u[o, k],
        v[c, k] - mean_u,
    ],
)
def test_wrong_gradients_by_the_center_are_refuted(wrong: Expr) -> None:
    found = refuted(-BY_V.at(c, k), "=", wrong)
    assert found.sizes["V"] <= 2
    assert found.sizes["d"] <= 2


def test_the_gradient_by_the_outside_vectors() -> None:
    proved(BY_U.at(o, k), "=", -(1 - chance(o, c)) * v[c, k])
    proved(BY_U.at(w, k), "=", (chance(w, c) - delta(w, o)) * v[c, k])
    proved(BY_U.at(w, k), "=", chance(w, c) * v[c, k], APART)
    refuted(BY_U.at(w, k), "=", chance(w, c) * v[c, k])
    refuted(BY_U.at(w, k), "=", (chance(w, c) - 1) * v[c, k], APART)
    refuted(BY_U.at(w, k), "=", chance(w, c) * u[c, k], APART)


def test_the_gradients_by_the_outside_vectors_add_up_to_zero() -> None:
    proved(total(lambda t: BY_U.at(t, k), WORDS, "w"), "=", 0)
    refuted(total(lambda t: BY_V.at(t, k), WORDS, "w"), "=", 0)


def test_shift_invariance_and_log_sum_exp() -> None:
    top = real("M")
    shifted = exp(dot(o, c) - top) / total(lambda t: exp(dot(t, c) - top), WORDS, "w")
    proved(chance(o, c), "=", shifted)
    proved(log(partition(c)), "=", top + log(total(lambda t: exp(dot(t, c) - top), WORDS, "w")))
    refuted(log(partition(c)), "=", top * log(total(lambda t: exp(dot(t, c) - top), WORDS, "w")))


def test_the_jacobian_and_hessian_of_the_softmax() -> None:
    jacobian = gradient(Tensor((i,), softmax(i)), z, (ITEMS,))
    proved(jacobian.at(i, m), "=", softmax(i) * (delta(i, m) - softmax(m)))
    refuted(jacobian.at(i, m), "=", softmax(i) * (delta(i, m) - softmax(i)))
    second = gradient(jacobian, z, (ITEMS,)).at(i, m, r)
    p_i, p_m, p_r = softmax(i), softmax(m), softmax(r)
    closed = p_i * ((delta(i, r) - p_r) * (delta(i, m) - p_m) - p_m * (delta(m, r) - p_r))
    proved(second, "=", closed)
    refuted(second, "=", closed + p_i * p_m * p_r)


def test_the_chain_rule_through_the_probabilities() -> None:
    def p_of(t: Expr) -> Expr:
        return softmax(t)

    chain = total(lambda t: -y[t] / p_of(t) * p_of(t) * (delta(t, m) - p_of(m)), ITEMS)
    proved(chain, "=", p_of(m) - y[m])
    others = total(lambda t: (1 - delta(t, m)) * y[t], ITEMS)
    proved(-y[m] * (1 - p_of(m)) + p_of(m) * others, "=", p_of(m) - y[m])
    refuted(-y[m] + p_of(m) * others, "=", p_of(m) - y[m])


def test_one_hot_cross_entropy() -> None:
    hot = array("hot")
    facts = FACTS.with_arrays(hot=ArrayFacts((ITEMS,), values=(Rational(0), Rational(1)), sums_to_one=(0,)))
    proved(total(lambda t: -delta(t, m) * log(softmax(t)), ITEMS), "=", -log(softmax(m)))
    proved(total(lambda t: hot[t] ** 2, ITEMS), "=", 1, facts)
    proved(total(lambda t: hot[t], ITEMS) ** 2 * hot[m], "=", hot[m] ** 3, facts)
    refuted(hot[m], "=", 1, facts)


def test_the_corpus_collapses_into_counts() -> None:
    steps, window = size("T"), size("m")
    times, offsets = Axis.of_size(steps), Axis("window", -window, window)
    text = array("w")
    facts = Facts().with_arrays(w=ArrayFacts((times,), points_into=WORDS))
    t, s = Index("t", times), Index("s", offsets)
    seen = (1 - delta(s, 0)) * delta(text[t], c) * delta(text[t + s], o)
    count = sum_over(sum_over(seen, s), t)
    corpus = sum_over(sum_over((1 - delta(s, 0)) * log(chance(text[t + s], text[t])), s), t)
    counted = sum_over(sum_over(count * log(chance(o, c)), o), c)
    proved(corpus, "=", counted, facts)
    with_center = sum_over(sum_over(log(chance(text[t + s], text[t])), s), t)
    refuted(with_center, "=", counted, facts)
    # The number of pairs with center c is the number of its occurrences times the window.
    proved(sum_over(count, o), "=", 2 * window * sum_over(delta(text[t], c), t), facts)


def test_the_gradient_of_the_counted_objective() -> None:
    counts = array("N")
    facts = Facts().with_arrays(N=ArrayFacts((WORDS, WORDS), nonnegative=True))
    a, b = fresh(w), fresh(w)
    objective = -sum_over(sum_over(counts[a, b] * log(chance(b, a)), b), a)
    row = total(lambda t: counts[c, t], WORDS, "w")
    by_v = gradient(objective, v, (WORDS, DIMS)).at(c, k)
    proved(by_v, "=", total(lambda t: (row * chance(t, c) - counts[c, t]) * u[t, k], WORDS, "w"), facts)
    refuted(by_v, "=", total(lambda t: (chance(t, c) - counts[c, t]) * u[t, k], WORDS, "w"), facts)


def test_negative_sampling() -> None:
    drawn = array("n")
    e = Index("e", DRAWS)
    injective = Facts().with_arrays(n=ArrayFacts((DRAWS,), points_into=WORDS, injective=True))
    facts = injective.with_distinct([(drawn[Index(ANY, DRAWS)], o)])
    repeated = Facts().with_arrays(n=ArrayFacts((DRAWS,), points_into=WORDS))
    s = fresh(e)
    loss = -log(sigmoid(dot(o, c))) - sum_over(log(sigmoid(-dot(drawn[s], c))), s)
    soft = log(1 + exp(-dot(o, c))) + sum_over(log(1 + exp(dot(drawn[s], c))), s)
    proved(loss, "=", soft, facts)
    by_u = gradient(loss, u, (WORDS, DIMS))
    proved(by_u.at(o, k), "=", (sigmoid(dot(o, c)) - 1) * v[c, k], facts)
    proved(by_u.at(drawn[e], k), "=", sigmoid(dot(drawn[e], c)) * v[c, k], facts)
    refuted(by_u.at(drawn[e], k), "=", sigmoid(dot(drawn[e], c)) * v[c, k], repeated)
    hits = sum_over(delta(drawn[s], w), s)
    proved(by_u.at(w, k), "=", (delta(w, o) * (sigmoid(dot(o, c)) - 1) + hits * sigmoid(dot(w, c))) * v[c, k], repeated)
    by_v = gradient(loss, v, (WORDS, DIMS)).at(c, k)
    closed = (sigmoid(dot(o, c)) - 1) * u[o, k] + sum_over(sigmoid(dot(drawn[s], c)) * u[drawn[s], k], s)
    proved(by_v, "=", closed, facts)
    refuted(by_v, "=", closed + 2 * (1 - sigmoid(dot(o, c))) * u[o, k], facts)
    assert K in loss.free_symbols


def test_derivatives_through_nested_indices() -> None:
    x_at, count = array("x"), size("C")
    axis = Axis.of_size(count)
    e = Index("e", axis)
    facts = Facts().with_arrays(x=ArrayFacts((axis,), points_into=WORDS, injective=True))
    mean = total(lambda t: v[x_at[t], l], axis, "e") / count
    proved(gradient(mean, v, (WORDS, DIMS)).at(x_at[e], k), "=", delta(l, k) / count, facts)
    refuted(
        gradient(mean, v, (WORDS, DIMS)).at(x_at[e], k),
        "=",
        delta(l, k) / count,
        Facts().with_arrays(x=ArrayFacts((axis,), points_into=WORDS)),
    )


def test_sigmoid_identities() -> None:
    s, t = real("s"), real("t")
    proved(sigmoid(s) + sigmoid(-s), "=", 1)
    proved(differentiate(sigmoid(s), s), "=", sigmoid(s) * sigmoid(-s))
    proved(log(1 - sigmoid(s)), "=", -log(1 + exp(s)))
    proved(exp(s) / (exp(s) + exp(t)), "=", sigmoid(s - t))
    proved(differentiate(differentiate(sigmoid(s), s), s), "=", sigmoid(s) * sigmoid(-s) * (1 - 2 * sigmoid(s)))
    proved(-t * log(sigmoid(s)) - (1 - t) * log(sigmoid(-s)), "=", log(1 + exp(s)) - t * s)
    refuted(differentiate(sigmoid(s), s), "=", sigmoid(s) * (1 + sigmoid(s)))
    refuted(log(sigmoid(s)), "=", log(1 + exp(s)) - s)


def test_logistic_regression_with_signed_labels() -> None:
    data, weights, sign = x, array("beta"), array("label")
    facts = Facts().with_arrays(label=ArrayFacts((ITEMS,), values=(Rational(-1), Rational(1))))

    def margin(t: Expr) -> Expr:
        return total(lambda s: weights[s] * data[t, s], DIMS, "j")

    left = total(lambda t: (sigmoid(sign[t] * margin(t)) - 1) * sign[t] * data[t, k], ITEMS)
    proved(left, "=", total(lambda t: (sigmoid(margin(t)) - (1 + sign[t]) / 2) * data[t, k], ITEMS), facts)
    refuted(left, "=", total(lambda t: (sigmoid(sign[t] * margin(t)) - 1) * data[t, k], ITEMS), facts)
    refuted(left, "=", total(lambda t: (sigmoid(margin(t)) - (1 + sign[t]) / 2) * data[t, k], ITEMS), Facts())


def test_perplexity_and_powers() -> None:
    q = array("q")
    proved(product_over(q[i] ** (-1 / N), i), "=", exp(-total(lambda t: log(q[t]), ITEMS) / N))
    proved(product_over(q[i], i) ** (-1 / N), "=", product_over(q[i] ** (-1 / N), i))
    refuted(product_over(q[i] ** (-1 / N), i), "=", product_over(q[i], i) ** (-N))
    alpha = real("alpha")
    smoothed = f[i] ** alpha / total(lambda t: f[t] ** alpha, ITEMS)
    mean_log = total(lambda t: f[t] ** alpha * log(f[t]), ITEMS) / total(lambda t: f[t] ** alpha, ITEMS)
    proved(differentiate(smoothed, alpha), "=", smoothed * (log(f[i]) - mean_log))
    proved(smoothed.subs(alpha, 0), "=", 1 / N)
    proved(total(lambda t: differentiate(smoothed, alpha).xreplace({i: t}), ITEMS), "=", 0)
    s, t = real("s", positive=True), real("t", positive=True)
    proved(differentiate(sqrt(s / t) + s / t, t), "=", -sqrt(s / t) / (2 * t) - s / t**2)
    refuted(differentiate(sqrt(s / t) + s / t, t), "=", -(sqrt(s / t) + s / t) / t)


def test_bounds_that_differ_by_one() -> None:
    shifted = Index("i", Axis("tail", Rational(2), N))
    head = Index("i", Axis("head", Rational(1), N - 1))
    proved(total(lambda t: z[t], ITEMS), "=", z[1] + sum_over(z[shifted], shifted))
    proved(sum_over(z[shifted], shifted), "=", sum_over(z[head + 1], head))
    refuted(total(lambda t: z[t], ITEMS), "=", sum_over(z[shifted], shifted))
    assert V != N
