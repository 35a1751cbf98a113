"""The generated Hessians are the slopes of the gradients, row by row, and positive semidefinite."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_emitted import row_error, scores, seeds

from w2v_numeric.formulas import information, softmax_skipgram

STEP = 1e-30  # along the imaginary axis: no cancellation, so the slope is exact to rounding


def softmax(z: np.ndarray) -> np.ndarray:
    """By definition, for complex scores."""
    exponentials = np.exp(z - z.real.max())
    return exponentials / exponentials.sum()


def draw(seed: int, V: int, d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Outside vectors, a center vector, where the scores start, and counts."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(V, d)), rng.normal(size=d), rng.normal(size=V), rng.poisson(2.0, size=V).astype(float)


@given(seeds, st.integers(1, 9), st.floats(0.1, 30))
def test_the_hessian_of_log_sum_exp_is_the_slope_of_the_softmax(seed, n, scale):
    z = np.random.default_rng(seed).normal(size=n) * scale
    hessian = information.log_sum_exp_hessian(z)
    slopes = [softmax(z + 1j * STEP * np.eye(n)[k]).imag / STEP for k in range(n)]
    if n > 1:
        # A diagonal entry p (1 - p) of nearly certain p keeps the absolute accuracy of 1 - p only.
        np.testing.assert_allclose(hessian, np.transpose(slopes), rtol=1e-9, atol=1e-15)


@given(scores())
def test_the_hessian_of_log_sum_exp_is_positive_semidefinite_and_flat_along_a_common_shift(z):
    hessian = information.log_sum_exp_hessian(z)
    np.testing.assert_array_equal(hessian, hessian.T)
    np.testing.assert_allclose(hessian.sum(axis=1), 0, atol=1e-14)
    eigenvalues = np.linalg.eigvalsh(hessian)
    assert eigenvalues.min() >= -1e-14
    assert eigenvalues.max() <= 1 + 1e-14


@given(seeds, st.integers(2, 9), st.integers(1, 4))
def test_the_hessian_of_a_center_is_the_slope_of_its_gradient(seed, V, d):
    u, v, beta, counts = draw(seed, V, d)

    def gradient(v: np.ndarray) -> np.ndarray:
        return counts.sum() * softmax(u @ v + beta) @ u - counts @ u

    hessian = softmax_skipgram.center_hessian(u, v, counts.sum(), beta)
    slopes = np.transpose([gradient(v + 1j * STEP * np.eye(d)[k]).imag / STEP for k in range(d)])
    assert row_error(hessian, slopes) < 1e-10


@given(seeds, st.integers(1, 9), st.integers(1, 4), st.floats(0, 1e6))
def test_the_hessian_of_a_center_is_a_covariance_times_the_pairs(seed, V, d, m):
    u, v, beta, _ = draw(seed, V, d)
    hessian = softmax_skipgram.center_hessian(u, v, m, beta)
    expected = m * np.cov(u.T, aweights=softmax(u @ v + beta), bias=True).reshape(d, d)
    np.testing.assert_allclose(hessian, expected, rtol=1e-9, atol=1e-12 * max(m, 1))
    assert np.linalg.eigvalsh(hessian).min() >= -1e-12 * max(m, 1)


def test_a_common_shift_of_the_outside_vectors_leaves_the_curvature():
    """The deviations from the mean are squared, so a large common part does not drown them."""
    u, _, beta, _ = draw(1, 6, 3)
    near = softmax_skipgram.center_hessian(u, np.zeros(3), 1.0, beta)
    far = softmax_skipgram.center_hessian(u + 2.0**20, np.zeros(3), 1.0, beta)
    assert row_error(far, near) < 1e-8


def test_single_precision_stays_single():
    u, v, beta, _ = draw(2, 6, 3)
    arguments = [x.astype(np.float32) for x in (u, v, beta)]
    hessian = softmax_skipgram.center_hessian(arguments[0], arguments[1], 7.0, arguments[2])
    assert hessian.dtype == np.float32
    assert row_error(hessian, softmax_skipgram.center_hessian(u, v, 7.0, beta)) < 1e-5
    assert information.log_sum_exp_hessian(arguments[2]).dtype == np.float32


def test_wrong_shapes_and_numbers_are_named():
    u, v, beta, _ = draw(3, 6, 3)
    with pytest.raises(ValueError, match=r"center_hessian needs u \(V, d\), v \(d,\), beta \(V,\)"):
        softmax_skipgram.center_hessian(u, v, 1.0, beta[:5])
    with pytest.raises(ValueError, match=r"\bv\b"):
        softmax_skipgram.center_hessian(u, v * np.nan, 1.0, beta)
