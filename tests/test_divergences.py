"""The generated divergences and entropies: bounds, symmetry, limits, zeros, and gradients by a complex step."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from test_emitted import distributions, row_error, seeds

from w2v_numeric.formulas import divergences, information

Floats = NDArray[np.float64]
STEP = 1e-30  # along the imaginary axis: no cancellation, so the slope is exact to rounding
orders = st.one_of(st.floats(0.05, 0.95), st.floats(1.05, 6))


def slopes(function: Callable[[np.ndarray], np.ndarray], at: Floats) -> Floats:
    """The derivative of a function, by definition for complex numbers, in every entry."""
    found = np.empty_like(at)
    for place in np.ndindex(at.shape):
        moved = at.astype(complex)
        moved[place] += 1j * STEP
        found[place] = function(moved).imag / STEP
    return found


def chances(seed: int, *shape: int) -> Floats:
    """Positive numbers that add up to one."""
    drawn = np.exp(np.random.default_rng(seed).normal(size=shape))
    return drawn / drawn.sum()


def shannon(p: np.ndarray) -> np.ndarray:
    return -np.sum(p * np.log(p))


# Jensen-Shannon


@given(distributions(2))
def test_jensen_shannon_lies_between_zero_and_log_2_and_is_symmetric(drawn):
    p, q = drawn
    divergence, of_p, of_q = divergences.jensen_shannon(p, q)
    assert -1e-15 <= divergence <= math.log(2) + 1e-15
    turned, in_turn_q, in_turn_p = divergences.jensen_shannon(q, p)
    assert turned == pytest.approx(divergence, rel=1e-14, abs=1e-16)
    np.testing.assert_array_equal(of_p, in_turn_p)
    np.testing.assert_array_equal(of_q, in_turn_q)
    assert divergence >= np.abs(p - q).sum() ** 2 / 8 - 1e-15  # zero only where p = q


@given(distributions(2))
def test_jensen_shannon_is_a_difference_of_entropies(drawn):
    p, q = drawn
    of_mixture, of_p, of_q = (information.entropy(each)[0] for each in ((p + q) / 2, p, q))
    assert divergences.jensen_shannon(p, q)[0] == pytest.approx(of_mixture - (of_p + of_q) / 2, abs=1e-14)


def test_jensen_shannon_at_its_ends():
    p = np.array([0.25, 0.75, 0.0])
    assert divergences.jensen_shannon(p, p)[0] == 0
    assert divergences.jensen_shannon(p, np.array([0.0, 0.0, 1.0]))[0] == pytest.approx(math.log(2), rel=1e-15)


@given(seeds, st.integers(1, 9))
def test_gradients_of_jensen_shannon(seed, n):
    p, q = chances(seed, n), chances(seed + 1, n)

    def divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
        return shannon((p + q) / 2) - shannon(p) / 2 - shannon(q) / 2

    _, of_p, of_q = divergences.jensen_shannon(p, q)
    np.testing.assert_allclose(of_p, slopes(lambda p: divergence(p, q), p), rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(of_q, slopes(lambda q: divergence(p, q), q), rtol=1e-9, atol=1e-14)


# Rényi and Tsallis


@given(distributions(), orders)
def test_entropies_with_an_order_are_not_negative_and_at_most_those_of_equal_chances(drawn, alpha):
    (p,) = drawn
    n = len(p)
    with np.errstate(divide="ignore"):  # the gradient at p = 0 is infinite below order one
        renyi, tsallis = divergences.renyi(p, alpha)[0], divergences.tsallis(p, alpha)[0]
    assert -1e-12 <= renyi <= math.log(n) + 1e-12
    assert -1e-12 <= tsallis <= (1 - n ** (1 - alpha)) / (alpha - 1) + 1e-9


@given(distributions())
def test_entropies_with_an_order_tend_to_the_entropy(drawn):
    (p,) = drawn
    entropy = information.entropy(p)[0]
    with np.errstate(divide="ignore"):
        for function in (divergences.renyi, divergences.tsallis):
            below, above = (function(p, alpha)[0] for alpha in (1 - 1e-5, 1 + 1e-5))
            assert above - 1e-9 <= entropy <= below + 1e-9  # both fall with the order
            assert (below + above) / 2 == pytest.approx(entropy, abs=1e-6)


@given(distributions())
def test_order_two_is_the_collision_entropy(drawn):
    (p,) = drawn
    renyi = divergences.renyi(p, 2.0)[0]
    assert renyi == pytest.approx(-math.log((p**2).sum()), rel=1e-12, abs=1e-14)
    assert renyi <= information.entropy(p)[0] + 1e-12
    assert divergences.tsallis(p, 2.0)[0] == pytest.approx(1 - (p**2).sum(), rel=1e-9, abs=1e-14)


@given(seeds, st.integers(1, 9), orders)
def test_gradients_of_entropies_with_an_order(seed, n, alpha):
    p = chances(seed, n)
    cases = (
        (divergences.renyi, lambda p: np.log(np.sum(p**alpha)) / (1 - alpha)),
        (divergences.tsallis, lambda p: (1 - np.sum(p**alpha)) / (alpha - 1)),
    )
    for function, definition in cases:
        np.testing.assert_allclose(function(p, alpha)[1], slopes(definition, p), rtol=1e-9)


# Mutual information


@given(seeds, st.integers(1, 5), st.integers(1, 5), st.booleans())
def test_mutual_information_is_what_the_entropies_have_in_common(seed, n, k, with_zeros):
    P = chances(seed, n, k)
    if with_zeros:
        P[np.random.default_rng(seed).random(P.shape) < 0.3] = 0
        P = P / P.sum() if P.sum() else np.full((n, k), 1 / (n * k))
    mutual, _ = divergences.mutual_information(P)
    rows, columns = (information.entropy(P.sum(axis=axis))[0] for axis in (1, 0))
    assert -1e-14 <= mutual <= min(rows, columns) + 1e-14
    assert mutual == pytest.approx(rows + columns - information.entropy(P.ravel())[0], abs=1e-13)
    product = np.outer(P.sum(axis=1), P.sum(axis=0))
    assert mutual == pytest.approx(information.kl_divergence(P.ravel(), product.ravel())[0], abs=1e-13)
    assert divergences.mutual_information(product)[0] == pytest.approx(0, abs=1e-14)


@given(seeds, st.integers(1, 5), st.integers(1, 5))
def test_gradient_of_mutual_information(seed, n, k):
    P = chances(seed, n, k)

    def mutual(P: np.ndarray) -> np.ndarray:
        return np.sum(P * np.log(P / np.outer(P.sum(axis=1), P.sum(axis=0))))

    assert row_error(divergences.mutual_information(P)[1], slopes(mutual, P)) < 1e-10


# Kinds of numbers


def test_single_precision_stays_single():
    p, q, P = chances(1, 6), chances(2, 6), chances(3, 3, 4)
    single = [each.astype(np.float32) for each in (p, q, P)]
    for function, wide, narrow in (
        (divergences.jensen_shannon, (p, q), single[:2]),
        (divergences.renyi, (p, 0.5), (single[0], 0.5)),
        (divergences.tsallis, (p, 3.0), (single[0], 3.0)),
        (divergences.mutual_information, (P,), single[2:]),
    ):
        expected, got = function(*wide), function(*narrow)
        assert got[0] == pytest.approx(expected[0], rel=1e-4, abs=1e-6)
        assert got[1].dtype == np.float32
        np.testing.assert_allclose(got[1], expected[1], rtol=1e-4, atol=1e-5)


def test_shapes_and_numbers_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"jensen_shannon needs p \(n,\), q \(n,\); got \(2,\), \(3,\)"):
        divergences.jensen_shannon(chances(1, 2), chances(1, 3))
    with pytest.raises(ValueError, match=r"\bp\b"):
        divergences.renyi(np.array([0.5, np.nan]), 2.0)


@pytest.mark.parametrize("alpha", [1, 1.0, 0.0, -0.5, math.nan])
@pytest.mark.parametrize("function", [divergences.renyi, divergences.tsallis])
def test_an_order_at_which_there_is_no_formula_is_named(function, alpha):
    with pytest.raises(ValueError, match=f"{function.__name__} needs alpha > 0 and ≠ 1; got {float(alpha)}"):
        function(chances(1, 3), alpha)
    with pytest.raises(ValueError, match="alpha has an entry that is NaN or infinite"):
        function(chances(1, 3), math.inf)
