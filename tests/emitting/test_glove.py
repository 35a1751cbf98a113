"""The emitted functions of GloVe beside the loss as the paper states it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from complex_step import assert_rows_agree, compressed, gradients
from numpy.typing import NDArray

from w2v_numeric.formulas import glove

Array = NDArray[Any]
X_MAX, ALPHA = 4.0, 0.75
NAMES = ("u", "v", "b", "tilde_b")


def drawn(seed: int, scale: float = 1.0) -> tuple[dict[str, Array], Array]:
    rng = np.random.default_rng(seed)
    shapes = {"u": (6, 3), "v": (4, 3), "b": (4,), "tilde_b": (6,)}
    counts = rng.poisson(1.5, (4, 6)) * rng.uniform(0.5, 3, (4, 6))
    return {name: rng.normal(size=shape) * scale for name, shape in shapes.items()}, counts


def by_hand(counts: Array, u: Array, v: Array, b: Array, tilde_b: Array) -> Any:
    total: Any = 0.0
    for i, j in zip(*np.nonzero(counts), strict=True):
        weight = min(1.0, (counts[i, j] / X_MAX) ** ALPHA)
        total += weight * (np.sum(u[j] * v[i]) + b[i] + tilde_b[j] - np.log(counts[i, j])) ** 2
    return total


def block(tables: dict[str, Array], counts: Array, dtype: type = np.float64) -> tuple[float, dict[str, Array]]:
    given = {name: tables[name].astype(dtype) for name in NAMES}
    arguments = [*given.values(), *compressed(counts, dtype), X_MAX, ALPHA]
    work = np.full(counts.shape, np.nan, dtype)
    into = {f"gradient_{name}": np.full_like(given[name], np.nan) for name in NAMES}
    loss = glove.block_loss_and_gradients(*arguments, block=work, **into)
    assert glove.block_loss(*arguments, block=work) == pytest.approx(loss, rel=1e-6)
    return loss, {name: into[f"gradient_{name}"] for name in NAMES}


@pytest.mark.parametrize("seed", range(6))
def test_gradients_agree_with_the_complex_step(seed: int) -> None:
    tables, counts = drawn(seed)
    wanted = gradients(lambda **moved: by_hand(counts, **moved), tables)
    for dtype, tolerance in ((np.float64, 1e-11), (np.float32, 5e-5)):
        loss, got = block(tables, counts, dtype)
        assert loss == pytest.approx(by_hand(counts, **tables), rel=tolerance)
        for name in NAMES:
            assert got[name].dtype == dtype
            assert_rows_agree(got[name], wanted[name], tolerance)


def test_nothing_moves_where_every_score_is_the_logarithm_of_its_count() -> None:
    tables, _ = drawn(1)
    scores = tables["v"] @ tables["u"].T + tables["b"][:, None] + tables["tilde_b"]
    loss, got = block(tables, np.exp(scores))
    assert loss < 1e-25
    assert all(np.abs(gradient).max() < 1e-12 for gradient in got.values())


def test_pairs_that_were_not_seen_do_not_count() -> None:
    tables, counts = drawn(2)
    counts[1] = 0
    counts[:, 3] = 0
    loss, got = block(tables, counts)
    assert np.isfinite(loss)
    assert not got["v"][1].any()
    assert not got["u"][3].any()
    assert got["b"][1] == got["tilde_b"][3] == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finite_at_scores_of_ten_thousand(dtype: type) -> None:
    tables, counts = drawn(3)
    tables["u"], tables["v"] = np.full((6, 3), 60.0), np.full((4, 3), -60.0)
    loss, got = block(tables, counts, dtype)
    assert np.isfinite(loss)
    assert all(np.isfinite(gradient).all() for gradient in got.values())
