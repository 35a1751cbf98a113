"""Counts → formulas → optimizer → vectors.

Each pass visits all centers in a random order, some hundred at a time. The centers of a batch are divided among worker
threads; each calls the generated formula on its own block with a single-threaded BLAS, so that one worker's exp and
scatter overlap with the other's products. Work is divided by position and sums are taken in a fixed order: the same
seed and number of threads give the same bits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from w2v_numeric.counts import Counts
from w2v_numeric.errors import NumericError
from w2v_numeric.objective import Objective
from w2v_numeric.optimizer import adagrad, adam, linear_decay
from w2v_numeric.state import State

BLOCK_ROWS = (
    128  # centers per call of the formula: a block of logits stays in the cache, and the products are near their best
)
PRIOR = 5.0  # added to n_c where a center's gradient is divided by it: a word seen a few times moves a little less


@dataclass(frozen=True)
class Plan:
    """The numbers that steer a training.

    Attributes:
        epochs: passes.
        batch: centers between two updates of u.
        threads: workers.
        seed: of the order of the centers.
        rate_u, rate_v: learning rates at the start; both fall linearly to zero.
    """

    epochs: int
    batch: int
    threads: int
    seed: int
    rate_u: float
    rate_v: float


@dataclass(frozen=True)
class Moment:
    """Where the training stands after a batch.

    Attributes:
        epoch: passes finished, counting this batch's.
        fraction: share of the whole training done.
        loss: mean −log P(o|c) in nats over the pass so far, each batch measured before its own update.
        pass_done: this batch was the last of its pass.
    """

    epoch: int
    fraction: float
    loss: float
    pass_done: bool


class Trainer:
    """Trains a state in place.

    Args:
        counts: N_co; row sums are the weights of the centers.
        objective: the generated formulas.
        plan: how long and how fast.
        state: where to begin, or to go on.
    """

    def __init__(self, counts: Counts, objective: Objective, plan: Plan, state: State) -> None:
        self.counts = counts
        self.objective = objective
        self.plan = plan
        self.state = state
        size, width = state.v.shape
        rows = min(BLOCK_ROWS, -(-plan.batch // plan.threads))
        self._blocks = [np.empty((rows, size), np.float32) for _ in range(plan.threads)]
        self._sums = [np.zeros((width, size), np.float32) for _ in range(plan.threads)]
        # Needed only where a worker's share of a batch is more than one block.
        several = -(-plan.batch // plan.threads) > rows
        self._extra = [np.empty((width, size), np.float32) for _ in range(plan.threads)] if several else []

    @property
    def steps_per_pass(self) -> int:
        """Updates of u in one pass."""
        return -(-self.counts.size // self.plan.batch)

    def run(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Moment]:
        """Train until the last pass is done or `stop` says so, yielding after every batch.

        Between two yields the state is consistent: it may be saved and gone on from later with the same result.

        Raises:
            NumericError: the loss is no longer a finite number.
        """
        state, plan = self.state, self.plan
        with threadpool_limits(1), ThreadPoolExecutor(plan.threads) as pool:
            while state.epoch < plan.epochs:
                epoch = state.epoch
                order = np.random.default_rng([plan.seed, 3, state.epoch]).permutation(self.counts.size)
                while state.epoch == epoch:
                    if stop():
                        return
                    began = time.perf_counter()
                    self._step(pool, order[state.batch * plan.batch :][: plan.batch])
                    state.seconds += time.perf_counter() - began
                    done = order[: state.batch * plan.batch]
                    mean = state.loss / max(float(self.counts.totals[done].sum(dtype=np.float64)), 1e-300)
                    last = state.batch == self.steps_per_pass
                    if last:
                        state.epoch, state.batch, state.loss = state.epoch + 1, 0, 0.0
                    steps = state.epoch * self.steps_per_pass + state.batch
                    yield Moment(state.epoch, steps / (plan.epochs * self.steps_per_pass), mean, last)

    def _step(self, pool: ThreadPoolExecutor, centers: NDArray[np.int64]) -> None:
        state, plan = self.state, self.plan
        done = state.epoch * self.steps_per_pass + state.batch
        decay = linear_decay(done, plan.epochs * self.steps_per_pass)
        shares = np.array_split(centers, plan.threads)
        losses = pool.map(self._visit, range(plan.threads), shares, [plan.rate_v * decay] * plan.threads)
        try:
            state.loss += sum(losses)
        except ValueError as error:  # the formulas refuse what is not finite
            raise NumericError(f"the training has diverged ({error}); choose smaller --rate-u and --rate-v") from error
        list(
            pool.map(
                self._update_u, range(plan.threads), [done + 1] * plan.threads, [plan.rate_u * decay] * plan.threads
            )
        )
        state.batch += 1

    def _visit(self, worker: int, centers: NDArray[np.int64], rate: float) -> float:
        """Loss of some centers, their vectors updated, and the gradient by u left in the worker's sum."""
        state, total, loss = self.state, self._sums[worker], 0.0
        dim = state.squares.shape[1]
        if not len(centers):
            total.fill(0)
        rows = len(self._blocks[worker])
        for begin in range(0, len(centers), rows):
            part = centers[begin : begin + rows]
            data = self.counts.rows(part)
            v = state.v[part]
            gradient_v = np.empty_like(v)
            gradient_u = self._extra[worker] if begin else total
            loss += self.objective.loss_and_gradients(
                state.u.T,
                v,
                data.columns,
                data.starts,
                data.values,
                data.totals,
                block=self._blocks[worker][: len(part)],
                gradient_u=gradient_u.T,
                gradient_v=gradient_v,
            )
            if begin:
                total += gradient_u
            step, squares = gradient_v[:, :dim], state.squares[part]
            step /= (data.totals + np.float32(PRIOR))[:, np.newaxis]
            learned = v[:, :dim]
            adagrad(learned, step, squares, rate=rate)
            state.v[part, :dim] = learned
            state.squares[part] = squares
        return loss

    def _update_u(self, worker: int, step: int, rate: float) -> None:
        """Sum the workers' gradients over some coordinates of u, and update these."""
        state, threads = self.state, self.plan.threads
        dim = state.squares.shape[1]
        rows = slice(dim * worker // threads, dim * (worker + 1) // threads)
        gradient = self._sums[0][rows]
        for other in self._sums[1:]:
            gradient += other[rows]
        adam(
            state.u[rows].reshape(-1),
            gradient.reshape(-1),
            state.first[rows].reshape(-1),
            state.second[rows].reshape(-1),
            step=step,
            rate=rate,
        )

    def mean_loss(self, counts: Counts) -> float:
        """Mean −log P(o|c) in nats of other counts under the vectors as they are now, nothing updated."""
        block, loss = self._blocks[0], 0.0
        for begin in range(0, counts.size, len(block)):
            part = np.arange(begin, min(begin + len(block), counts.size))
            data = counts.rows(part)
            loss += self.objective.loss(
                self.state.u.T,
                self.state.v[part],
                data.columns,
                data.starts,
                data.values,
                data.totals,
                block=block[: len(part)],
            )
        return loss / counts.mass
