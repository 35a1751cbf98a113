"""The generated functions that learn from noise words: negative sampling, NCE, sampled softmax."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from derive.emission import formula_named
from derive.emitting.reference import evaluate
from w2v_numeric.formulas import nce, negative_sampling, sampled_softmax

Floats = NDArray[np.float64]
Words = NDArray[np.int64]
seeds = st.integers(0, 2**32 - 1)


@dataclass(frozen=True)
class Kin:
    """One objective: its modules, and what its functions want besides the vectors and the words."""

    name: str
    module: ModuleType
    note: str
    words: str
    block_note: str
    uses_q: bool
    uses_n: bool

    def pair(self, u: Floats, v: Floats, c: int, o: int, words: Words, q: Floats) -> Any:
        return self.module.pair(u, v, c, o, words, *([q] if self.uses_q else []))

    def extra(self, n: Floats, q: Floats, r: Floats, draws: float) -> list[Any]:
        """The arguments of the block functions that follow the counts."""
        return [*([n] if self.uses_n else []), *([q] if self.uses_q else []), r, draws]


KIN = [
    Kin("negative sampling", negative_sampling, "negative-sampling", "n", "negative-sampling-counts", False, True),
    Kin("nce", nce, "nce", "x", "nce", True, True),
    Kin("sampled softmax", sampled_softmax, "sampled-softmax", "x", "sampled-softmax", True, False),
]
each_kin = pytest.mark.parametrize("kin", KIN, ids=lambda kin: kin.name)


def world(seed: int, V: int, C: int, K: int, d: int = 3) -> tuple[Floats, Floats, Words, Floats]:
    """Outside and center vectors in multiples of 2⁻²⁰, noise words that may repeat, and their distribution."""
    rng = np.random.default_rng(seed)
    u, v = rng.normal(size=(V, d)), rng.normal(size=(C, d))
    q = rng.dirichlet(np.ones(V)) + 1e-3
    return np.round(u * 2**20) / 2**20, np.round(v * 2**20) / 2**20, rng.integers(0, V, K), q / q.sum()


def sparse(counts: Floats) -> tuple[Words, Words, Floats]:
    rows, columns = np.nonzero(counts)
    return columns, np.searchsorted(rows, np.arange(len(counts) + 1)), counts[rows, columns]


def shares(words: Words, V: int) -> Floats:
    return np.bincount(words, minlength=V) / len(words)


# Gradients against differences of the proved loss


def row_error(got: Any, wanted: Any) -> float:
    """The largest error of a row relative to that row of the truth."""
    worst = 0.0
    for mine, truth in zip(
        np.atleast_2d(np.asarray(got, object)), np.atleast_2d(np.asarray(wanted, object)), strict=True
    ):
        size = max(abs(entry) for entry in truth)
        error = max(abs(entry - other) for entry, other in zip(mine, truth, strict=True))
        worst = max(worst, float(error / size) if size > 1e-30 else float(error))
    return worst


def slopes(tensor: Any, values: Mapping[str, Any], name: str, shape: Mapping[str, int]) -> list[list[Any]]:
    """Central differences of the loss with fifty digits: the step is exact, its error below 1e-17."""
    h = 2.0**-30
    table = np.asarray(values[name])

    def at(where: tuple[int, ...], step: float) -> Any:
        moved = table.copy()
        moved[where] += step
        return evaluate(tensor, {**values, name: moved}, shape)

    with mpmath.workdps(50):
        return [
            [(at((i, k), h) - at((i, k), -h)) / (2 * mpmath.mpf(h)) for k in range(table.shape[1])]
            for i in range(len(table))
        ]


@each_kin
@pytest.mark.parametrize("noise", [[0], [2, 2, 2], [1, 0, 1, 3]])
def test_gradients_of_a_pair_agree_with_differences(kin: Kin, noise: list[int]) -> None:
    """Row by row: of words that were not drawn, drawn once, drawn often, observed, or both."""
    u, v, _, q = world(1, 4, 2, 1, 2)
    words = np.array(noise)
    c, o = 1, 3
    loss, gradient_v, gradient_u = kin.pair(u, v, c, o, words, q)
    tensor = formula_named(f"{kin.note}/pair").outputs["loss"].tensor
    values = {"u": u, "v": v, "c": c, "o": o, kin.words: words, "q": q}
    shape = {"V": 4, "C": 2, "d": 2, "K": len(noise), "M": len(noise)}
    assert loss == pytest.approx(float(evaluate(tensor, values, shape)), rel=1e-14)
    assert row_error(gradient_v, slopes(tensor, values, "v", shape)[c]) < 1e-12
    assert row_error(gradient_u, slopes(tensor, values, "u", shape)) < 1e-12


@each_kin
def test_gradients_of_a_block_agree_with_differences(kin: Kin) -> None:
    u, v, _, q = world(2, 3, 2, 1, 2)
    counts, r, draws = np.array([[2.0, 0, 1], [0, 3, 0]]), np.array([0.5, 0.25, 0.25]), 5.0
    n = counts.sum(axis=1)
    gradient_v, gradient_u = np.empty_like(v), np.empty_like(u)
    buffers = {"block": np.empty((2, 3)), "gradient_v": gradient_v, "gradient_u": gradient_u}
    loss = kin.module.block_loss_and_gradients(u, v, *sparse(counts), *kin.extra(n, q, r, draws), **buffers)
    tensor = formula_named(f"{kin.block_note}/block_loss").outputs["loss"].tensor
    values = {"u": u, "v": v, "N": counts, "n": n, "q": q, "r": r, "K": draws, "M": draws}
    shape = {"V": 3, "C": 2, "d": 2}
    assert loss == pytest.approx(float(evaluate(tensor, values, shape)), rel=1e-13)
    assert row_error(gradient_v, slopes(tensor, values, "v", shape)) < 1e-12
    assert row_error(gradient_u, slopes(tensor, values, "u", shape)) < 1e-12


# Words that were drawn more than once


@given(seeds, st.integers(1, 8), st.integers(1, 8))
@settings(max_examples=50)
def test_repeated_noise_words_count_as_often_as_they_come(seed: int, V: int, K: int) -> None:
    """Also where the observed word is among them."""
    u, v, words, q = world(seed, V, 2, K)
    o = seed % V
    for kin, logits in zip(KIN[:2], (u @ v[1], u @ v[1] - np.log(K * q)), strict=True):
        _, _, gradient_u = kin.pair(u, v, 1, o, words, q)
        wanted = (np.bincount(words, minlength=V) / (1 + np.exp(-logits)))[:, None] * v[1]
        wanted[o] -= v[1] / (1 + np.exp(logits[o]))
        np.testing.assert_allclose(gradient_u, wanted, rtol=1e-9, atol=1e-13)


# Batches and blocks are sums of pairs


@given(seeds, st.integers(1, 9), st.integers(1, 6), st.integers(1, 5))
@settings(max_examples=50)
def test_a_batch_is_its_pairs(seed: int, V: int, B: int, K: int) -> None:
    u, v, _, _ = world(seed, V, 4, K)
    rng = np.random.default_rng(seed)
    c, o, words = rng.integers(0, 4, B), rng.integers(0, V, B), rng.integers(0, V, (B, K))
    loss, gradient_v, gradient_u = negative_sampling.batch(u, v, c, o, words)
    pairs = [negative_sampling.pair(u, v, int(a), int(b), x) for a, b, x in zip(c, o, words, strict=True)]
    np.testing.assert_allclose(loss, [each[0] for each in pairs], rtol=1e-12)
    np.testing.assert_allclose(gradient_v, [each[1] for each in pairs], rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(gradient_u, sum(each[2] for each in pairs), rtol=1e-9, atol=1e-14)


@each_kin
@given(seed=seeds, V=st.integers(1, 7), C=st.integers(1, 4), K=st.integers(1, 6))
@settings(max_examples=50)
def test_a_block_of_counts_is_its_pairs(kin: Kin, seed: int, V: int, C: int, K: int) -> None:
    """With the shares of the words drawn for the noise, words that were not drawn among them."""
    u, v, words, q = world(seed, V, C, K)
    counts = np.random.default_rng(seed).poisson(0.8, size=(C, V)).astype(float)
    n, r = counts.sum(axis=1), shares(words, V)
    gradient_v, gradient_u, block = np.empty_like(v), np.empty_like(u), np.empty((C, V))
    arguments = (u, v, *sparse(counts), *kin.extra(n, q, r, float(K)))
    loss = kin.module.block_loss_and_gradients(*arguments, block=block, gradient_v=gradient_v, gradient_u=gradient_u)
    wanted_v, wanted_u, wanted = np.zeros_like(v), np.zeros_like(u), 0.0
    for a, b in zip(*np.nonzero(counts), strict=True):
        one = kin.pair(u, v, int(a), int(b), words, q)
        wanted += counts[a, b] * one[0]
        wanted_v[a] += counts[a, b] * one[1]
        wanted_u += counts[a, b] * one[2]
    assert loss == pytest.approx(wanted, rel=1e-11, abs=1e-11)
    assert kin.module.block_loss(*arguments, block=block) == pytest.approx(loss, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(gradient_v, wanted_v, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(gradient_u, wanted_u, rtol=1e-9, atol=1e-11)


# What is learnt


@given(seeds, st.integers(2, 6), st.integers(1, 20))
@settings(max_examples=50)
def test_at_the_optimum_nothing_moves(seed: int, V: int, K: int) -> None:
    """Scores at PMI − log K, and at the logarithms of the conditional probabilities."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 50, size=(3, V)).astype(float)
    n, q = counts.sum(axis=1), counts.sum(axis=0) / counts.sum()
    identity, block = np.eye(V), np.empty((3, V))
    pmi = np.log(counts / counts.sum()) - np.log(n / counts.sum())[:, None] - np.log(q)
    noiseless = np.log(counts / n[:, None])
    for kin, scores in zip(KIN[:2], (pmi - np.log(K), noiseless), strict=True):
        gradient_v, gradient_u = np.empty((3, V)), np.empty((V, V))
        buffers = {"block": block, "gradient_v": gradient_v, "gradient_u": gradient_u}
        kin.module.block_loss_and_gradients(identity, scores, *sparse(counts), *kin.extra(n, q, q, float(K)), **buffers)
        np.testing.assert_allclose(gradient_v, 0, atol=1e-11 * counts.sum())


def test_with_much_noise_the_gradient_is_that_of_the_exact_softmax() -> None:
    """Of nce where the weights are probabilities, and of the sampled softmax everywhere."""
    from w2v_numeric.formulas import softmax_skipgram

    u, v, _, q = world(3, 6, 4, 1)
    counts = np.random.default_rng(3).poisson(2.0, size=(4, 6)).astype(float)
    n, scores = counts.sum(axis=1), v @ u.T
    scores -= np.log(np.exp(scores).sum(axis=1))[:, None]
    tables = np.eye(6), scores
    exact = np.empty_like(scores)
    buffers = {"block": np.empty((4, 6)), "gradient_v": exact, "gradient_u": np.empty((6, 6))}
    softmax_skipgram.block_loss_and_gradients(*tables, *sparse(counts), n, **buffers)
    for kin in KIN[1:]:
        errors = []
        for draws in (1e2, 1e4, 1e6):
            found = np.empty_like(scores)
            buffers["gradient_v"] = found
            kin.module.block_loss_and_gradients(*tables, *sparse(counts), *kin.extra(n, q, q, draws), **buffers)
            errors.append(np.abs(found - exact).max())
        assert errors[0] / 50 > errors[1] > 50 * errors[2]
        assert errors[2] < 1e-3


# Large scores, small floats


@each_kin
@given(seed=seeds)
@settings(max_examples=50)
def test_scores_of_ten_thousand_are_finite(kin: Kin, seed: int) -> None:
    u, v, words, q = world(seed, 5, 3, 4, 1)
    u, v = 100 * np.sign(u), 100 * np.sign(v)
    counts = np.random.default_rng(seed).poisson(1.0, size=(3, 5)).astype(float)
    n, r, block = counts.sum(axis=1), shares(words, 5), np.empty((3, 5))
    loss, *gradients = kin.pair(u, v, 0, seed % 5, words, q)
    assert np.isfinite(loss)
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    gradient_v, gradient_u = np.empty_like(v), np.empty_like(u)
    buffers = {"block": block, "gradient_v": gradient_v, "gradient_u": gradient_u}
    for dtype in (np.float64, np.float32):
        narrow = {name: array.astype(dtype) for name, array in buffers.items()}
        columns, starts, values = sparse(counts)
        extra = [each if isinstance(each, float) else each.astype(dtype) for each in kin.extra(n, q, r, 4.0)]
        loss = kin.module.block_loss_and_gradients(
            u.astype(dtype), v.astype(dtype), columns, starts, values.astype(dtype), *extra, **narrow
        )
        assert np.isfinite(loss)
        assert np.isfinite(narrow["gradient_v"]).all()
        assert np.isfinite(narrow["gradient_u"]).all()


@each_kin
def test_single_precision_and_transposed_tables(kin: Kin) -> None:
    """As the trainer calls it: float32, the outside vectors a view of their transpose."""
    u, v, words, q = world(7, 200, 9, 50)
    counts = np.random.default_rng(7).poisson(0.2, size=(9, 200)).astype(float)
    n, r = counts.sum(axis=1), shares(words, 200)
    results = []
    for dtype in (np.float64, np.float32):
        gradient_v, gradient_u = np.empty(v.shape, dtype), np.empty(u.T.shape, dtype)
        columns, starts, values = sparse(counts)
        extra = [each if isinstance(each, float) else each.astype(dtype) for each in kin.extra(n, q, r, 50.0)]
        loss = kin.module.block_loss_and_gradients(
            np.ascontiguousarray(u.T.astype(dtype)).T,
            v.astype(dtype),
            columns,
            starts,
            values.astype(dtype),
            *extra,
            block=np.empty((9, 200), dtype),
            gradient_v=gradient_v,
            gradient_u=gradient_u.T,
        )
        results.append((loss, gradient_v, gradient_u.T))
    (loss, gradient_v, gradient_u), narrow = results
    assert narrow[0] == pytest.approx(loss, rel=1e-6)
    assert row_error(narrow[1], gradient_v) < 1e-4
    assert row_error(narrow[2], gradient_u) < 1e-4
    assert narrow[1].dtype == narrow[2].dtype == np.float32
