"""The balanced tables say the same as the trained ones."""

from __future__ import annotations

import numpy as np
import pytest

from w2v_numeric import readout
from w2v_numeric.readout import balanced, word_vectors


def tables(size: int = 60, dim: int = 5) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return (
        random.standard_normal((size, dim)).astype(np.float32) * np.arange(1, dim + 1, dtype=np.float32),
        random.standard_normal((size, dim)).astype(np.float32) + 3,
    )


def test_products_of_the_centered_tables_are_kept() -> None:
    u, v = tables()
    outside, center = balanced(u, v)
    expected = (u - u.mean(0)) @ (v - v.mean(0)).T
    np.testing.assert_allclose(outside @ center.T, expected, atol=1e-4)


def test_both_covariances_are_the_same_diagonal() -> None:
    outside, center = balanced(*tables())
    first, second = (t.T @ t / len(t) for t in (outside, center))
    np.testing.assert_allclose(first, np.diag(np.diag(first)), atol=1e-6)
    np.testing.assert_allclose(first, second, atol=1e-6)
    assert (np.diff(np.diag(first)) <= 1e-9).all()


def test_the_result_does_not_depend_on_the_coordinates_trained_in() -> None:
    u, v = tables()
    change = np.random.default_rng(1).standard_normal((5, 5)) + 3 * np.eye(5)
    other_u, other_v = (u @ np.linalg.inv(change)).astype(np.float32), (v @ change.T).astype(np.float32)
    first, second = word_vectors(u, v, 5, 0.3, 0.35), word_vectors(other_u, other_v, 5, 0.3, 0.35)
    np.testing.assert_allclose(np.abs(first), np.abs(second), rtol=1e-2, atol=1e-3)


def test_parts_change_rounding_only(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = word_vectors(*tables(), 5, 0.3, 0.2)
    monkeypatch.setattr(readout, "ROWS", 7)
    np.testing.assert_allclose(word_vectors(*tables(), 5, 0.3, 0.2), whole, atol=1e-5)


def test_fewer_words_than_coordinates() -> None:
    assert np.isfinite(word_vectors(*tables(3, 5), 5, 0.3, 0.35)).all()
    zeros = np.zeros((4, 2), np.float32)
    assert np.isfinite(word_vectors(zeros, zeros, 2, 0.3, 0.35)).all()


def test_vectors_of_twice_the_dimension_would_be_exact() -> None:
    outside, center = balanced(*tables(), shape=0.4)
    vectors = word_vectors(*tables(), 10, 0.4, 0.3)
    expected = outside @ outside.T + center @ center.T + 0.3 * (outside @ center.T + center @ outside.T)
    np.testing.assert_allclose(vectors @ vectors.T, expected, atol=2e-2)
