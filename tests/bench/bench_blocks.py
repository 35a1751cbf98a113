"""Time of emitted functions of whole blocks over the best NumPy and SciPy by hand, float32, d = 100, in one run.

    pytest -m bench -s tests/bench/bench_blocks.py

The arguments are as the trainer gives them: outside vectors and their gradient are transposed views.  The two take
turns; the ratio is that of the best times.  The functions by hand check nothing; the emitted ones check shapes, sparse
indices and that the loss is finite.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[1] / "emitting"))
sys.path.insert(0, str(Path(__file__).parent))

import blocks_by_hand as by_hand
from bench_formulas import turns as in_turns
from family import (
    composed_negative_sampling,
    composed_softmax,
    counts,
    expected_negative_sampling,
    turns,
)

from derive.emission import formula_named
from derive.emitting.formula import Formula, instance
from derive.emitting.lambdify import lambdify

pytestmark = pytest.mark.bench
WIDTH = 100
BLOCKS = ((128, 500), (128, 30_000), (512, 3000), (512, 30_000))


def in_place(one: Formula) -> Formula:
    return Formula(one.name, one.arguments, one.outputs, "", ("C", "V"), ("gradient_v", "gradient_u"))


FORMULAS = {
    "softmax": (instance(counts, "softmax", {"beta": 0}), by_hand.softmax),
    "negative sampling": (expected_negative_sampling, by_hand.negative_sampling),
    "composed, softmax": (composed_softmax, by_hand.composed_softmax),
    "composed, negative sampling": (composed_negative_sampling, by_hand.composed_negative_sampling),
    "turns in a tree": (turns, by_hand.turns),
    "GloVe": (formula_named("glove/block_loss_and_gradients"), by_hand.glove),
}


def sparse(rng: Any, rows: int, columns: int, mean: int) -> tuple[Any, ...]:
    """Rows of Zipf-like columns, as compressed rows."""
    chances = 1 / np.arange(1, columns + 1)
    chances /= chances.sum()
    each = [np.unique(rng.choice(columns, mean, p=chances)) for _ in range(rows)]
    found = np.concatenate(each).astype(np.int32)
    starts = np.cumsum([0, *map(len, each)]).astype(np.int32)
    return found, starts, rng.poisson(3, len(found)).astype(np.float32) + 1


def arguments(name: str, C: int, V: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
    rng = np.random.default_rng(V + C)
    u = (rng.normal(size=(WIDTH, V)) / 8).astype(np.float32).T
    composed = name.startswith("composed")
    v = (rng.normal(size=(V if composed else C, WIDTH)) / 8).astype(np.float32)
    counted = sparse(rng, C, V, 400)
    n = np.add.reduceat(counted[2], counted[1][:-1])
    biases = [rng.normal(size=size).astype(np.float32) for size in ((C, V) if name == "GloVe" else ())]
    given = [u, v, *biases, *(sparse(rng, C, V, 6) if composed else ()), *counted]
    given += sparse(rng, C, V, 400) if name == "turns in a tree" else [100.0, 0.75] if biases else [n]
    if "negative" in name:
        given += [rng.dirichlet(np.ones(V)).astype(np.float32), 5.0]
    buffers = {
        "block": np.empty((C, V), np.float32),
        "gradient_v": np.empty_like(v),
        "gradient_u": np.empty((WIDTH, V), np.float32).T,
    }
    if biases:
        buffers |= {"gradient_b": np.empty(C, np.float32), "gradient_tilde_b": np.empty(V, np.float32)}
    return tuple(given), buffers


@pytest.mark.parametrize("name", FORMULAS)
def test_ratio_of_blocks(name):
    formula, hand = FORMULAS[name]
    emitted = lambdify(formula if formula.into else in_place(formula))
    ratios = []
    for C, V in BLOCKS:
        given, buffers = arguments(name, C, V)
        results = []
        for function in (emitted, hand):
            loss = function(*given, **buffers)
            results.append((loss, buffers["gradient_v"].copy(), buffers["gradient_u"].copy()))
        for mine, theirs in zip(*results, strict=True):
            assert np.allclose(mine, theirs, rtol=1e-3, atol=1e-3)
        with threadpool_limits(1):  # as in the trainer, whose workers have a thread each
            mine, theirs = in_turns([partial(emitted, *given, **buffers), partial(hand, *given, **buffers)], 2.0)
        ratios.append(f"{C}×{V}: {mine / theirs:4.2f} ({mine * 1e3:6.2f} ms)")
    print(f"\n{name:28}", "  ".join(ratios))
