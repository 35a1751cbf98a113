"""How near training is to its limit. Run with: pytest -m bench -s tests/bench/bench_training.py"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import numpy as np
import pytest
from scipy import sparse
from threadpoolctl import threadpool_limits

from w2v_numeric.counts import Counts
from w2v_numeric.from_counts import BLOCK_ROWS, CountsSource, Noise, Surroundings
from w2v_numeric.objective import load_objective
from w2v_numeric.settings import Settings
from w2v_numeric.state import State
from w2v_numeric.train import Plan, Trainer

pytestmark = pytest.mark.bench
DIM = 100
THREADS = min(2, len(os.sched_getaffinity(0)))
# Pairs per word in the first V words of 17 million words of an encyclopedia, window 5, subsampling 1e-4.
PAIRS_PER_WORD = {10_000: 2150, 30_000: 1120}


def synthetic(size: int) -> Counts:
    """Counts as sparse as real ones, the rows of frequent words fuller and the frequent words more often in them."""
    random = np.random.default_rng(0)
    pairs = size * PAIRS_PER_WORD[size] // 2
    # Inverse transform of a density that falls like 1/(rank + 100): roughly what subsampled text shows.
    spread = np.log1p(size / 100)
    ranks = [np.minimum((100 * np.expm1(random.random(pairs) * spread)).astype(np.int64), size - 1) for _ in range(2)]
    values = random.integers(1, 6, pairs).astype(np.float32) / 5
    half = sparse.csr_matrix((values, (ranks[0], ranks[1])), shape=(size, size))
    half.sum_duplicates()
    return Counts.of((half + half.T).tocsr())


def products_of_a_pass(size: int, rows: int, pool: ThreadPoolExecutor) -> Callable[[], float]:
    """The three products of `rows` centers, shared among the threads as training shares them; returns their time."""
    random = np.random.default_rng(1)
    u = random.standard_normal((DIM + 1, size), dtype=np.float32)
    share = -(-rows // THREADS)
    block_rows = min(BLOCK_ROWS, share)
    v = random.standard_normal((block_rows, DIM + 1), dtype=np.float32)
    buffers = [
        (np.zeros((block_rows, size), np.float32), np.zeros_like(v), np.zeros((DIM + 1, size), np.float32))
        for _ in range(THREADS)
    ]

    def work(worker: int) -> None:
        block, grad_v, grad_u = buffers[worker]
        for _ in range(share // block_rows):
            np.matmul(v, u, out=block)
            np.matmul(block, u.T, out=grad_v)
            np.matmul(v.T, block, out=grad_u)

    def timed() -> float:
        began = time.perf_counter()
        list(pool.map(work, range(THREADS)))
        return (time.perf_counter() - began) * rows / (share // block_rows * block_rows * THREADS)

    return timed


def _no_tree() -> NoReturn:
    raise AssertionError("the softmax needs no tree")


@pytest.mark.parametrize(("size", "bound"), [(10_000, 1.6), (30_000, 1.4)])
def test_a_pass_is_near_its_three_products(size: int, bound: float) -> None:
    counts = synthetic(size)
    context = counts.context_totals()
    settings = Settings().suited({})
    batch = settings.stages(size)[-1].batch
    objective = load_objective("softmax")
    uniform = Surroundings(Noise(np.full(size, 1 / size), 5, 1), _no_tree, _no_tree)
    data = CountsSource(counts, objective, uniform, batch, THREADS, 1)
    state = State.start(data.tables, DIM, 1, context / context.sum())
    trainer = Trainer(data, objective, Plan(1000, THREADS, settings.rate_u, settings.rate_v), state)
    run = trainer.run()
    next(run)
    ours: list[float] = []
    theirs: list[float] = []
    with ThreadPoolExecutor(THREADS) as pool, threadpool_limits(1):
        products = products_of_a_pass(size, batch, pool)
        products()
        for _ in range(max(6, 400_000 // size)):
            theirs.append(products())
            began = time.perf_counter()
            next(run)
            ours.append(time.perf_counter() - began)
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    per_pass = statistics.median(ours) * size / batch
    gigaflops = 6e-9 * batch * size * (DIM + 1) / statistics.median(theirs)
    print(
        f"\nV = {size}, {counts.pairs:,} pairs, batch {batch}: pass {per_pass:.2f} s, "
        f"{ratio:.2f} of its products ({gigaflops:.0f} GFLOP/s)"
    )
    assert ratio <= bound
