"""The generated functions of logistic and softmax regression against their definitions and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from test_emitted import row_error, seeds

from w2v_numeric.formulas import regression

STEP = 1e-30  # along the imaginary axis: no cancellation, so the slope is exact to rounding
samples, dims, classes = st.integers(1, 8), st.integers(1, 4), st.integers(1, 5)


def two_classes(seed: int, n: int, d: int) -> tuple[NDArray[np.float64], ...]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.integers(0, 2, n).astype(float), rng.normal(size=d)


def many_classes(seed: int, n: int, d: int, K: int) -> tuple[NDArray[np.float64], ...]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), np.eye(K)[rng.integers(0, K, n)], rng.normal(size=(K, d))


def logistic_loss(x: np.ndarray, y: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """By definition, for complex weights."""
    a = 1 / (1 + np.exp(-(x @ theta)))
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def softmax_loss(x: np.ndarray, Y: np.ndarray, w: np.ndarray) -> np.ndarray:
    scores = x @ w.T
    return -np.sum(Y * (scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))) / len(x)


@given(seeds, samples, dims)
def test_logistic_loss_and_gradient(seed, n, d):
    x, y, theta = two_classes(seed, n, d)
    loss, gradient, _ = regression.logistic_regression(x, y, theta)
    assert loss == pytest.approx(logistic_loss(x, y, theta), rel=1e-12)
    slopes = [logistic_loss(x, y, theta + 1j * STEP * unit).imag / STEP for unit in np.eye(d)]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-10, atol=1e-14)


@given(seeds, samples, dims)
def test_the_logistic_hessian_is_the_slope_of_the_gradient_and_positive_semidefinite(seed, n, d):
    x, y, theta = two_classes(seed, n, d)
    hessian = regression.logistic_regression(x, y, theta)[2]

    def gradient(theta: np.ndarray) -> np.ndarray:
        return x.T @ (1 / (1 + np.exp(-(x @ theta))) - y) / n

    slopes = [gradient(theta + 1j * STEP * unit).imag / STEP for unit in np.eye(d)]
    assert row_error(hessian, slopes) < 1e-10
    eigenvalues = np.linalg.eigvalsh(hessian)
    assert eigenvalues.min() >= -1e-14
    assert eigenvalues.max() <= np.linalg.eigvalsh(x.T @ x / n).max() / 4 + 1e-12
    np.testing.assert_array_equal(hessian, regression.logistic_regression(x, 1 - y, theta)[2])


@given(seeds, samples, dims, classes)
def test_softmax_loss_and_gradient(seed, n, d, K):
    x, Y, w = many_classes(seed, n, d, K)
    loss, gradient = regression.softmax_regression(x, Y, w)
    assert loss == pytest.approx(softmax_loss(x, Y, w), rel=1e-12, abs=1e-14)
    slopes = np.empty_like(w)
    for place in np.ndindex(w.shape):
        moved = w.astype(complex)
        moved[place] += 1j * STEP
        slopes[place] = softmax_loss(x, Y, moved).imag / STEP
    np.testing.assert_allclose(gradient, slopes, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(gradient.sum(axis=0), 0, atol=1e-13)


@given(seeds, samples, dims)
def test_two_classes_are_a_softmax_over_two_scores(seed, n, d):
    x, y, theta = two_classes(seed, n, d)
    of_two = np.stack([np.zeros(d), theta])
    one, many = (
        regression.logistic_regression(x, y, theta),
        regression.softmax_regression(x, np.stack([1 - y, y], axis=1), of_two),
    )
    assert one[0] == pytest.approx(many[0], rel=1e-12)
    np.testing.assert_allclose(one[1], many[1][1], rtol=1e-9, atol=1e-13)
    chances = regression.softmax_probabilities(x, of_two)
    np.testing.assert_allclose(regression.logistic_probabilities(x, theta), chances[:, 1], rtol=1e-12)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_huge_scores_stay_finite(sign):
    x, theta = np.array([[1.0], [2.0]]), np.array([sign * 1e4])
    loss, gradient, hessian = regression.logistic_regression(x, np.array([1.0, 0.0]), theta)
    assert loss == pytest.approx((0 if sign > 0 else 1e4) / 2 + (2e4 if sign > 0 else 0) / 2)
    assert np.isfinite(gradient).all()
    assert np.isfinite(hessian).all()
    loss, gradient = regression.softmax_regression(x, np.eye(2), np.array([[sign * 1e4], [0.0]]))
    assert np.isfinite(loss)
    assert np.isfinite(gradient).all()


def test_single_precision_stays_single():
    arguments = two_classes(1, 6, 3)
    single = regression.logistic_regression(*(each.astype(np.float32) for each in arguments))
    double = regression.logistic_regression(*arguments)
    assert single[1].dtype == single[2].dtype == np.float32
    assert single[0] == pytest.approx(double[0], rel=1e-5)
    np.testing.assert_allclose(single[1], double[1], rtol=1e-4, atol=1e-6)
    arguments = many_classes(1, 6, 3, 4)
    gradient = regression.softmax_regression(*(each.astype(np.float32) for each in arguments))[1]
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, regression.softmax_regression(*arguments)[1], rtol=1e-4, atol=1e-6)


def test_shapes_that_do_not_meet_are_named():
    x, y, theta = two_classes(1, 6, 3)
    with pytest.raises(ValueError, match=r"logistic_regression needs x \(n, d\), y \(n,\), theta \(d,\)"):
        regression.logistic_regression(x, y[:5], theta)
    with pytest.raises(ValueError, match=r"softmax_regression needs x \(n, d\), Y \(n, K\), w \(K, d\)"):
        regression.softmax_regression(x, np.ones((6, 2)), np.ones((3, 3)))
