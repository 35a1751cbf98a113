"""The generated functions: what information theory and the softmax demand of them, and their gradients three ways."""

from __future__ import annotations

import inspect
import itertools
import math
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

import derive
from derive.emission import formula_named
from derive.emitting.reference import evaluate
from w2v_numeric.formulas import information, softmax_skipgram

Floats = NDArray[np.float64]
sizes = st.integers(1, 12)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def distributions(draw: st.DrawFn, count: int = 1) -> list[Floats]:
    """Probability vectors of one length, zeros and near certainties among them."""
    n = draw(sizes)
    weights = st.one_of(st.just(0.0), st.floats(1e-9, 1.0))
    made = []
    for _ in range(count):
        raw = draw(arrays(np.float64, n, elements=weights).filter(lambda x: x.sum() > 0))
        made.append(raw / raw.sum())
    return made


@st.composite
def scores(draw: st.DrawFn) -> Floats:
    return draw(arrays(np.float64, draw(sizes), elements=st.floats(-10_000, 10_000)))


def tables(seed: int, V: int, d: int, C: int) -> tuple[Floats, Floats]:
    """Outside and center vectors; multiples of 2⁻²⁰, so that small steps from them are exact."""
    rng = np.random.default_rng(seed)
    u, v = rng.normal(size=(V, d)), rng.normal(size=(C, d))
    return np.round(u * 2**20) / 2**20, np.round(v * 2**20) / 2**20


# Entropies and divergences


@given(distributions())
def test_entropy_lies_between_zero_and_log_n(drawn):
    (p,) = drawn
    entropy, _ = information.entropy(p)
    assert -1e-12 <= entropy <= math.log(len(p)) + 1e-12


@given(sizes)
def test_entropy_is_largest_for_equal_chances(n):
    assert information.entropy(np.full(n, 1 / n))[0] == pytest.approx(math.log(n), abs=1e-12)


@given(distributions(2))
def test_divergence_is_positive_unless_equal(drawn):
    p, q = drawn
    divergence, *_ = information.kl_divergence(p, q)
    distance = np.abs(p - q).sum()
    assert divergence >= distance**2 / 2 - 1e-12  # Pinsker: zero only where p = q


@given(distributions())
def test_divergence_of_equals_is_zero(drawn):
    (p,) = drawn
    assert information.kl_divergence(p, p)[0] == pytest.approx(0, abs=1e-15)


@given(distributions(2))
def test_cross_entropy_is_entropy_plus_divergence(drawn):
    p, q = drawn
    entropy, cross, divergence = (
        information.entropy(p)[0],
        information.cross_entropy(p, q)[0],
        information.kl_divergence(p, q)[0],
    )
    assert cross >= entropy - 1e-12
    if math.isfinite(cross):
        assert cross == pytest.approx(entropy + divergence, rel=1e-12, abs=1e-12)
    else:
        assert divergence == math.inf


@given(distributions(2))
def test_gradients_by_the_prediction_are_the_same(drawn):
    p, q = drawn
    here = q > 0
    of_divergence, of_cross = information.kl_divergence(p, q)[2], information.cross_entropy(p, q)[1]
    np.testing.assert_array_equal(of_divergence[here], of_cross[here])


def test_the_worked_example():
    p, q = np.array([1.0, 0, 0]), np.array([0.7, 0.2, 0.1])
    assert information.entropy(p)[0] == 0
    assert information.cross_entropy(p, q)[0] == pytest.approx(-math.log(0.7), rel=1e-15)
    assert information.kl_divergence(p, q)[0] == pytest.approx(-math.log(0.7), rel=1e-15)


@given(st.floats(1e-300, 1), st.floats(1e-300, 1))
def test_information_falls_as_probability_rises(a, b):
    (first, slope), (second, _) = information.information(a), information.information(b)
    assert slope < 0
    if a < b:
        assert first >= second


# Softmax


@given(scores(), st.floats(-10_000, 10_000))
def test_softmax_sums_to_one_and_ignores_a_shift(z, m):
    probabilities = information.softmax(z)
    assert np.isfinite(probabilities).all()
    assert (probabilities >= 0).all()
    assert probabilities.sum() == pytest.approx(1, abs=1e-12)
    shifted = z + m
    exact = shifted - m == z  # where the sum was rounded, other scores came out
    if exact.all():
        np.testing.assert_allclose(information.softmax(shifted), probabilities, rtol=1e-9, atol=1e-300)


@given(scores())
def test_log_sum_exp_is_a_soft_maximum_whose_gradient_is_the_softmax(z):
    value, gradient = information.log_sum_exp(z)
    assert z.max() - 1e-9 <= value <= z.max() + math.log(len(z)) + 1e-9
    np.testing.assert_array_equal(gradient, information.softmax(z))


@given(scores(), seeds)
def test_softmax_cross_entropy(z, seed):
    y = np.random.default_rng(seed).dirichlet(np.ones(len(z)))
    loss, gradient = information.softmax_cross_entropy(z, y)
    assert loss >= information.entropy(y)[0] - 1e-9
    assert gradient.sum() == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(gradient, information.softmax(z) - y, atol=1e-15)


@given(seeds, st.integers(1, 9), st.integers(1, 5))
def test_moving_all_outside_vectors_together_changes_nothing(seed, V, d):
    u, v = tables(seed, V, d, 3)
    _, _, gradient_u = softmax_skipgram.pair(u, v, 1, seed % V)
    np.testing.assert_allclose(gradient_u.sum(axis=0), 0, atol=1e-14)
    assert softmax_skipgram.probabilities(u, v, 1).sum() == pytest.approx(1, abs=1e-14)


# Batches and blocks are sums of pairs


@given(seeds, st.integers(1, 9), st.integers(1, 6))
def test_a_batch_is_its_pairs(seed, V, B):
    rng = np.random.default_rng(seed)
    u, v = tables(seed, V, 3, 4)
    c, o = rng.integers(0, 4, B), rng.integers(0, V, B)
    loss, gradient_v, gradient_u = softmax_skipgram.batch(u, v, c, o)
    pairs = [softmax_skipgram.pair(u, v, int(a), int(b)) for a, b in zip(c, o, strict=True)]
    np.testing.assert_allclose(loss, [each[0] for each in pairs], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(gradient_v, [each[1] for each in pairs], rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(gradient_u, sum(each[2] for each in pairs), rtol=1e-9, atol=1e-14)


@given(seeds, st.integers(1, 7), st.integers(1, 4))
@settings(max_examples=50)
def test_a_block_of_counts_is_its_pairs(seed, V, C):
    rng = np.random.default_rng(seed)
    u, v = tables(seed, V, 3, C)
    counts = rng.poisson(0.8, size=(C, V)).astype(float)
    rows, columns = np.nonzero(counts)
    starts = np.searchsorted(rows, np.arange(C + 1))
    n, block = counts.sum(axis=1), np.empty((C, V))
    gradient_v, gradient_u = np.empty_like(v), np.empty_like(u)
    sparse = (columns, starts, counts[rows, columns], n)
    loss = softmax_skipgram.block_loss_and_gradients(
        u, v, *sparse, block=block, gradient_v=gradient_v, gradient_u=gradient_u
    )
    expected: list[Any] = [0.0, np.zeros_like(v), np.zeros_like(u)]
    for a, b in itertools.product(range(C), range(V)):
        one = softmax_skipgram.pair(u, v, a, b)
        expected[0] += counts[a, b] * one[0]
        expected[1][a] += counts[a, b] * one[1]
        expected[2] += counts[a, b] * one[2]
    assert loss == pytest.approx(expected[0], rel=1e-11, abs=1e-11)
    assert softmax_skipgram.block_loss(u, v, *sparse, block=block) == pytest.approx(loss, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient_v, expected[1], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(gradient_u, expected[2], rtol=1e-9, atol=1e-12)


# Gradients three ways, each row judged by its own size


def row_error(got: Any, wanted: Any) -> float:
    """The largest error of a row relative to that row of the truth."""
    got, wanted = np.atleast_2d(np.asarray(got, object)), np.atleast_2d(np.asarray(wanted, object))
    worst = 0.0
    for mine, truth in zip(got, wanted, strict=True):
        size = max(abs(entry) for entry in truth)
        error = max(abs(entry - other) for entry, other in zip(mine, truth, strict=True))
        worst = max(worst, float(error / size) if size > 1e-30 else float(error))
    return worst


def by_differences(u: Floats, v: Floats, c: int, o: int) -> tuple[Any, Any]:
    """Central differences of the proved loss with fifty digits: the step is exact, its error below 1e-17."""
    loss = formula_named("softmax-skip-gram/pair").outputs["loss"].tensor
    shape = {"V": len(u), "d": u.shape[1], "C": len(v)}
    h = 2.0**-30

    def at(moved: Floats, where: tuple[int, ...], step: float, other: dict[str, Any], name: str) -> Any:
        changed = moved.copy()
        changed[where] += step
        return evaluate(loss, {**other, name: changed, "c": c, "o": o}, shape)

    def slope(moved: Floats, where: tuple[int, ...], other: dict[str, Any], name: str) -> Any:
        with mpmath.workdps(50):
            return (at(moved, where, h, other, name) - at(moved, where, -h, other, name)) / (2 * mpmath.mpf(h))

    gradient_v = [slope(v, (c, k), {"u": u}, "v") for k in range(v.shape[1])]
    gradient_u = [[slope(u, (w, k), {"v": v}, "u") for k in range(u.shape[1])] for w in range(len(u))]
    return gradient_v, gradient_u


def written_out(u: Floats, v: Floats, c: int, o: int) -> tuple[Any, Any]:
    """SymPy's derivatives of the loss with every sum written out and every entry a symbol."""
    V, d = u.shape
    us, vs = sympy.symarray("u", (V, d)), sympy.symarray("v", d)
    loss = -sympy.log(sympy.exp(us[o] @ vs) / sum(sympy.exp(us[w] @ vs) for w in range(V)))
    values = {symbol: sympy.Rational(float(x)) for symbol, x in zip(us.ravel(), u.ravel(), strict=True)}
    values |= {symbol: sympy.Rational(float(x)) for symbol, x in zip(vs, v[c], strict=True)}

    def number(symbol: sympy.Symbol) -> Any:
        return mpmath.mpf(sympy.diff(loss, symbol).subs(values).evalf(30, maxn=200))

    return [number(s) for s in vs], [[number(s) for s in row] for row in us]


@pytest.mark.parametrize("V", [1, 2, 3, 4])
def test_gradients_agree_three_ways(V):
    u, v = tables(V, V, 2, 2)
    c, o = 1, V - 1
    _, gradient_v, gradient_u = softmax_skipgram.pair(u, v, c, o)
    for other in (by_differences(u, v, c, o), written_out(u, v, c, o)):
        assert row_error(gradient_v, other[0]) < 1e-12
        assert row_error(gradient_u, other[1]) < 1e-12


def test_a_missing_term_of_a_ten_millionth_is_caught():
    """Where w ≠ o is improbable, ∂J/∂u_w = P(w|c) v_c is tiny, and an absolute tolerance waves it through."""
    u, v = tables(0, 4, 2, 1)
    v[0] = (1.0, 0.5)
    u[0] = (16.0, 0.25)
    _, _, right = softmax_skipgram.pair(u, v, 0, 0)
    faulty = right.copy()
    faulty[1:] = 0  # only the observed word's row is kept
    missing = np.abs(right[1:]).max()
    assert 1e-9 < missing < 1e-6
    _, truth = by_differences(u, v, 0, 0)
    numbers = np.array(truth, float)
    assert (np.abs(faulty - numbers) <= 1e-5 + 1e-3 * np.abs(numbers)).all()  # the rule of torch's gradcheck
    assert row_error(right, truth) < 1e-12
    assert row_error(faulty, truth) == pytest.approx(1)


# In memory, from the same printer


@pytest.mark.parametrize("name", ["softmax-skip-gram/pair", "information/kl_divergence", "cross-entropy/softmax"])
def test_lambdify_gives_the_generated_functions(name):
    function = derive.lambdify(name)
    module = softmax_skipgram if name.startswith("softmax") else information

    assert function.__source__ == inspect.getsource(getattr(module, function.__name__))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing/pair", "there is no note 'nothing'"),
        ("information/nothing", "has no function 'nothing'"),
        ("../notes/information/entropy", "there is no note '..'"),
        ("information", "has no function ''"),
    ],
)
def test_lambdify_says_what_there_is(name, message):
    with pytest.raises(derive.DeriveError, match=message.replace(".", r"\.")):
        derive.lambdify(name)
