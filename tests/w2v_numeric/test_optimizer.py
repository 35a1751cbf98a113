"""The updates are those of the papers, element by element."""

from __future__ import annotations

import numpy as np
import pytest

from w2v_numeric import optimizer
from w2v_numeric.optimizer import adagrad, adam


def test_adam_is_the_algorithm_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimizer, "CHUNK", 7)
    random = np.random.default_rng(0)
    ours = random.standard_normal(20)
    theirs = ours.copy()
    first, second, m, v = (np.zeros(20) for _ in range(4))
    for t in range(1, 6):
        g = random.standard_normal(20)
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        theirs -= 0.05 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
        adam(ours, g.copy(), first, second, step=t, rate=0.05)
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_adagrad_moves_by_the_root_of_the_squares_so_far() -> None:
    parameter, squares = np.array([[1.0, 2.0]]), np.zeros((1, 2))
    for gradient in ([3.0, -4.0], [4.0, 3.0]):
        adagrad(parameter, np.array([gradient]), squares, rate=0.1, epsilon=0)
    np.testing.assert_allclose(squares, [[25, 25]])
    np.testing.assert_allclose(parameter, [[1 - 0.1 - 0.08, 2 + 0.1 - 0.06]])
