"""The emitted functions of CBOW and of subwords, whose center is composed of several vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from complex_step import assert_rows_agree, compressed, gradients, log_sigmoid
from numpy.typing import NDArray

from w2v_numeric.formulas import cbow, subwords

Array = NDArray[Any]
OBJECTIVES = ("softmax", "negative_sampling", "hierarchical_softmax")
PLACES, CONTEXT, TARGETS, D, K = 5, 6, 7, 3, 4.0


class Text:
    """Windows at some places of a text, as lists and as matrices."""

    def __init__(self, seed: int, scale: float = 1.0) -> None:
        rng = np.random.default_rng(seed)
        self.windows = [rng.integers(0, CONTEXT, size=rng.integers(1, 7)) for _ in range(PLACES)]
        self.targets = rng.integers(0, TARGETS, size=PLACES)
        self.A = np.array([np.bincount(window, minlength=CONTEXT) / len(window) for window in self.windows])
        self.N = np.eye(TARGETS)[self.targets]
        self.S = rng.poisson(0.8, (PLACES, TARGETS)).astype(float)
        self.left, self.right = rng.integers(0, 2, size=(2, PLACES, TARGETS)).astype(float)
        self.u, self.v = rng.normal(size=(TARGETS, D)) * scale, rng.normal(size=(CONTEXT, D)) * scale

    def by_hand(self, objective: str, u: Array, v: Array) -> Any:
        scores = (self.A @ v) @ u.T
        if objective == "softmax":
            return np.sum(np.log(np.exp(scores).sum(axis=1))) - np.sum(self.N * scores)
        if objective == "negative_sampling":
            return -np.sum(self.N * log_sigmoid(scores)) - np.sum(self.S * log_sigmoid(-scores))
        return -np.sum(self.left * log_sigmoid(scores)) - np.sum(self.right * log_sigmoid(-scores))

    def block(self, objective: str, dtype: type = np.float64) -> tuple[float, Array, Array]:
        """Loss, gradient by u (or q), gradient by v."""
        u, v = self.u.astype(dtype), self.v.astype(dtype)
        into = {"gradient_v": np.full_like(v, np.nan)}
        first = "gradient_q" if objective == "hierarchical_softmax" else "gradient_u"
        into[first] = np.full_like(u, np.nan)
        work = np.full((PLACES, TARGETS), np.nan, dtype)
        arguments: list[Any] = [u, v, *compressed(self.A, dtype)]
        if objective == "hierarchical_softmax":
            arguments += [*compressed(self.left, dtype), *compressed(self.right, dtype)]
        else:
            arguments += compressed(self.N, dtype)
            last = [np.ones(PLACES, dtype)] if objective == "softmax" else compressed(self.S, dtype)
            arguments += last
        loss = getattr(cbow, f"{objective}_block_loss_and_gradients")(*arguments, block=work, **into)
        alone = getattr(cbow, f"{objective}_block_loss")(*arguments, block=work)
        assert alone == pytest.approx(loss, rel=1e-6)
        return loss, into[first], into["gradient_v"]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(4))
def test_gradients_agree_with_the_complex_step(objective: str, seed: int) -> None:
    text = Text(seed)
    wanted = gradients(lambda u, v: text.by_hand(objective, u, v), {"u": text.u, "v": text.v})
    for dtype, tolerance in ((np.float64, 1e-11), (np.float32, 5e-5)):
        loss, by_u, by_v = text.block(objective, dtype)
        assert loss == pytest.approx(text.by_hand(objective, text.u, text.v), rel=tolerance)
        assert by_v.dtype == dtype
        assert_rows_agree(by_u, wanted["u"], tolerance)
        assert_rows_agree(by_v, wanted["v"], tolerance)


@pytest.mark.parametrize("seed", range(4))
def test_a_block_is_the_sum_over_its_windows(seed: int) -> None:
    text = Text(seed)
    parts = [cbow.window(text.u, text.v, c, o) for c, o in zip(text.windows, text.targets, strict=True)]
    loss, by_u, by_v = text.block("softmax")
    assert loss == pytest.approx(sum(part[0] for part in parts), rel=1e-12)
    np.testing.assert_allclose(by_v, sum(part[1] for part in parts), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(by_u, sum(part[2] for part in parts), rtol=1e-11, atol=1e-12)


def test_a_context_word_that_stands_twice_gets_twice_the_gradient() -> None:
    text = Text(0)
    for result in (
        cbow.window(text.u, text.v, [2, 2, 5], 1),
        cbow.negative_sampling_window(text.u, text.v, [2, 2, 5], 1, [0, 3, 3]),
        cbow.hierarchical_softmax_window(text.u, text.v, [2, 2, 5], [0, 3], [1.0, -1.0]),
    ):
        gradient_v = result[1]
        np.testing.assert_allclose(gradient_v[2], 2 * gradient_v[5], rtol=1e-12)
        assert not gradient_v[[0, 1, 3, 4]].any()


def test_the_windows_of_negative_sampling_and_of_a_tree_agree_with_the_complex_step() -> None:
    text = Text(5)
    c, o, noise = np.array([1, 4, 4, 0]), 2, np.array([3, 3, 2])
    nodes, signs = np.array([0, 5, 1]), np.array([1.0, -1.0, 1.0])

    def sampled(u: Array, v: Array) -> Any:
        h = v[c].mean(axis=0)
        return -log_sigmoid(u[o] @ h) - np.sum(log_sigmoid(-(u[noise] @ h)))

    def tree(u: Array, v: Array) -> Any:
        return -np.sum(log_sigmoid(signs * (u[nodes] @ v[c].mean(axis=0))))

    for function, got in (
        (sampled, cbow.negative_sampling_window(text.u, text.v, c, o, noise)),
        (tree, cbow.hierarchical_softmax_window(text.u, text.v, c, nodes, signs)),
    ):
        wanted = gradients(function, {"u": text.u, "v": text.v})
        assert got[0] == pytest.approx(function(text.u, text.v), rel=1e-12)
        assert_rows_agree(got[1], wanted["v"], 1e-11)
        assert_rows_agree(got[2], wanted["u"], 1e-11)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finite_at_scores_of_ten_thousand(objective: str, dtype: type) -> None:
    text = Text(1)
    text.u, text.v = np.full((TARGETS, D), 60.0), np.full((CONTEXT, D), -60.0)
    text.u[::2] *= -1
    loss, by_u, by_v = text.block(objective, dtype)
    assert np.isfinite(loss)
    assert np.isfinite(by_u).all()
    assert np.isfinite(by_v).all()


@pytest.mark.parametrize("seed", range(4))
def test_subwords_agree_with_the_complex_step(seed: int) -> None:
    rng = np.random.default_rng(seed)
    u, z = rng.normal(size=(TARGETS, D)), rng.normal(size=(8, D))
    G, N = rng.integers(0, 3, size=(PLACES, 8)).astype(float), rng.poisson(0.8, (PLACES, TARGETS)).astype(float)
    n, r = N.sum(axis=1), rng.dirichlet(np.ones(TARGETS))

    def by_hand(u: Array, z: Array) -> Any:
        scores = (G @ z) @ u.T
        return -np.sum(N * log_sigmoid(scores)) - K * np.sum(n[:, None] * r * log_sigmoid(-scores))

    wanted = gradients(by_hand, {"u": u, "z": z})
    for dtype, tolerance in ((np.float64, 1e-11), (np.float32, 1e-4)):
        tables = [u.astype(dtype), z.astype(dtype)]
        given = [*tables, *compressed(G, dtype), *compressed(N, dtype), n.astype(dtype), r.astype(dtype), K]
        work, by_u, by_z = np.full(N.shape, np.nan, dtype), np.empty_like(tables[0]), np.empty_like(tables[1])
        loss = subwords.block_loss_and_gradients(*given, block=work, gradient_u=by_u, gradient_z=by_z)
        assert loss == pytest.approx(by_hand(u, z), rel=tolerance)
        assert subwords.block_loss(*given, block=work) == pytest.approx(loss, rel=1e-6)
        assert_rows_agree(by_u, wanted["u"], tolerance)
        assert_rows_agree(by_z, wanted["z"], tolerance)
