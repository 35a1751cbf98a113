"""The generated functions for smoothed targets and temperatures: what they reduce to, bounds, limits, derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from test_emitted import distributions, scores, seeds

from w2v_numeric.formulas import information, smoothing

Floats = NDArray[np.float64]
STEP = 1e-30  # along the imaginary axis: no cancellation, so the slope is exact to rounding
shares, temperatures = st.floats(0, 1), st.floats(0.05, 50)


def draw(seed: int, n: int) -> tuple[Floats, Floats]:
    """Scores and a target."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=n), rng.dirichlet(np.ones(n))


def cross_entropy(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """By definition, for complex scores."""
    return np.log(np.exp(z).sum()) - y @ z


@given(distributions(), shares)
def test_a_smoothed_target_is_a_distribution_that_tells_less(drawn, share):
    (y,) = drawn
    target = smoothing.smoothed(y, share)
    assert target.sum() == pytest.approx(1, abs=1e-12)
    assert (target >= share / len(y) * (1 - 1e-12)).all()
    assert information.entropy(target)[0] >= information.entropy(y)[0] - 1e-12
    np.testing.assert_array_equal(smoothing.smoothed(y, 0.0), y)
    np.testing.assert_allclose(smoothing.smoothed(y, 1.0), 1 / len(y), rtol=1e-15)


@given(seeds, st.integers(1, 9), shares)
def test_the_smoothed_loss_is_the_cross_entropy_of_the_smoothed_target(seed, n, share):
    z, y = draw(seed, n)
    target = smoothing.smoothed(y, share)
    loss, gradient = smoothing.smoothed_cross_entropy(z, y, share)
    assert loss == pytest.approx(information.softmax_cross_entropy(z, target)[0], rel=1e-12, abs=1e-14)
    assert loss >= information.entropy(target)[0] - 1e-12
    slopes = [cross_entropy(z + 1j * STEP * unit, target).imag / STEP for unit in np.eye(n)]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-9, atol=1e-14)


@given(seeds, st.integers(2, 9), st.floats(0.01, 1))
def test_the_smoothed_loss_is_least_where_the_prediction_is_the_target(seed, n, share):
    _, y = draw(seed, n)
    target = smoothing.smoothed(y, share)
    loss, gradient = smoothing.smoothed_cross_entropy(np.log(target), y, share)
    assert loss == pytest.approx(information.entropy(target)[0], rel=1e-12)
    np.testing.assert_allclose(gradient, 0, atol=1e-14)


@given(scores(), temperatures)
def test_a_temperature_divides_the_scores(z, T):
    probabilities = smoothing.tempered_softmax(z, T)
    np.testing.assert_array_equal(probabilities, information.softmax(z / T))
    np.testing.assert_array_equal(smoothing.tempered_softmax(z, 1.0), information.softmax(z))


@given(seeds, st.integers(1, 9))
def test_limits_of_the_temperature(seed, n):
    z, _ = draw(seed, n)
    np.testing.assert_allclose(smoothing.tempered_softmax(z, 1e9), 1 / n, atol=1e-8)
    largest = np.zeros(n)
    largest[z.argmax()] = 1
    cold = smoothing.tempered_softmax(z, 1e-9)
    assert np.isfinite(cold).all()
    np.testing.assert_allclose(cold, largest, atol=1e-12)


@given(seeds, st.integers(1, 9), temperatures, temperatures)
def test_the_entropy_rises_with_the_temperature(seed, n, one, other):
    z, _ = draw(seed, n)
    low, high = (information.entropy(smoothing.tempered_softmax(z, T))[0] for T in sorted((one, other)))
    assert low <= high + 1e-12


@given(seeds, st.integers(1, 9), temperatures)
def test_derivatives_of_the_tempered_loss(seed, n, T):
    z, y = draw(seed, n)
    loss, gradient, by_temperature = smoothing.tempered_cross_entropy(z, y, T)
    assert loss == pytest.approx(information.softmax_cross_entropy(z / T, y)[0], rel=1e-12, abs=1e-13)
    slopes = [cross_entropy((z + 1j * STEP * unit) / T, y).imag / STEP for unit in np.eye(n)]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-9, atol=1e-14 / T)
    slope = cross_entropy(z / (T + 1j * STEP), y).imag / STEP
    assert by_temperature == pytest.approx(slope, rel=1e-9, abs=1e-13 / T**2)


def test_huge_scores_stay_finite():
    z, y = np.array([1e4, 0.0, -1e4]), np.array([0.0, 1.0, 0.0])
    loss, gradient = smoothing.smoothed_cross_entropy(z, y, 0.1)
    assert math.isfinite(loss)
    assert np.isfinite(gradient).all()
    assert smoothing.tempered_cross_entropy(z, y, 0.5)[0] == pytest.approx(2e4)


def test_single_precision_stays_single():
    z, y = draw(1, 6)
    single = z.astype(np.float32), y.astype(np.float32)
    for function, last in ((smoothing.smoothed_cross_entropy, 0.1), (smoothing.tempered_cross_entropy, 2.0)):
        got, expected = function(*single, last), function(z, y, last)
        assert got[0] == pytest.approx(expected[0], rel=1e-5)
        assert got[1].dtype == np.float32
        np.testing.assert_allclose(got[1], expected[1], rtol=1e-4, atol=1e-6)
    assert smoothing.tempered_softmax(single[0], 2.0).dtype == np.float32


def test_shapes_and_numbers_that_do_not_fit_are_named():
    z, y = draw(1, 6)
    with pytest.raises(ValueError, match=r"smoothed_cross_entropy needs z \(n,\), y \(n,\); got \(6,\), \(5,\)"):
        smoothing.smoothed_cross_entropy(z, y[:5], 0.1)
    with pytest.raises(ValueError, match=r"\bT\b"):
        smoothing.tempered_softmax(z, math.nan)
