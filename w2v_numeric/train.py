"""Blocks → formulas → optimizer → vectors.

The blocks of a step are divided among worker threads; each calls the generated formula with a single-threaded BLAS, so
that one worker's exp and scatter overlap with the other's products. Work is divided by position and sums are taken
in a fixed order: the same seed and number of threads give the same bits.

Tables that every block touches as a whole are updated by Adam after each step; tables of which a block has rows of its
own by Adagrad as soon as their gradient is known; shared rows by Adagrad after the step, worker after worker.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from w2v_numeric.blocks import Block, Source, Step, Visit
from w2v_numeric.errors import CorpusError, NumericError
from w2v_numeric.objective import Objective
from w2v_numeric.optimizer import adagrad, adagrad_rows, adam
from w2v_numeric.state import Learned, State

Array = NDArray[np.float32]
Run = Callable[..., Iterable[Any]]
Compiler = Callable[[Callable[..., Any]], Callable[..., Any]]
PRIOR = 5.0  # added to n_c where a row's gradient is divided by it: a word seen a few times moves a little less


@dataclass(frozen=True)
class Plan:
    """The numbers that steer a training.

    Attributes:
        epochs: passes.
        threads: workers.
        rate_u: learning rate of tables touched as a whole, at the start; both fall linearly to zero.
        rate_v: learning rate of the others.
    """

    epochs: int
    threads: int
    rate_u: float
    rate_v: float


@dataclass(frozen=True)
class Moment:
    """Where the training stands after a step.

    Attributes:
        epoch: passes finished, counting this step's.
        fraction: share of the whole training done.
        loss: mean loss of a pair over the pass so far, each step measured before its own update.
        pass_done: this step was the last of its pass.
    """

    epoch: int
    fraction: float
    loss: float
    pass_done: bool


@dataclass
class _Visited:
    """What a worker brings home: its loss and weight, and the gradients of shared rows."""

    loss: float
    weight: float
    shared: list[tuple[str, NDArray[Any], Array]]


class Trainer:
    """Trains a state in place.

    Args:
        source: the data.
        objective: the generated formulas.
        plan: how long and how fast.
        state: where to begin, or to go on.
        compiler: makes machine code of functions in loops, for the updates; without one they run on NumPy.
    """

    def __init__(
        self, source: Source, objective: Objective, plan: Plan, state: State, compiler: Compiler | None = None
    ) -> None:
        self.source = source
        self._adagrad_rows = compiler(adagrad_rows) if compiler is not None else None
        self.objective = objective
        self.plan = plan
        self.state = state
        rows, columns = source.largest
        works = max(1, len(objective.work))
        self._work = [[np.empty(rows * columns, np.float32) for _ in range(works)] for _ in range(plan.threads)]
        self._whole = [name for name, table in source.tables.items() if table.visit is Visit.ALL]
        self._sums = [self._like_whole(np.zeros_like) for _ in range(plan.threads)]
        # Needed only where a worker's share of a step is more than one block.
        several = source.blocks_per_task_list > 1
        self._extra = [self._like_whole(np.empty_like) for _ in range(plan.threads)] if several else []

    def _like_whole(self, make: Callable[[Array], Array]) -> dict[str, Array]:
        return {name: make(self.state.tables[name].values) for name in self._whole}

    def run(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Moment]:
        """Train until the last pass is done or `stop` says so, yielding after every step.

        Between two yields the state is consistent: it may be saved and gone on from later with the same result.

        Raises:
            NumericError: the loss is no longer a finite number, or the formulas refuse what they are given.
            CorpusError: a pass has no pair of words.
        """
        state, plan = self.state, self.plan
        with threadpool_limits(1), _workers(plan.threads) as run:
            while state.epoch < plan.epochs:
                epoch, last = state.epoch, False
                for step in self.source.steps(epoch, state.batch):
                    if stop():
                        return
                    began = time.perf_counter()
                    self._step(run, step, 1 - (epoch + step.before) / plan.epochs)
                    state.seconds += time.perf_counter() - began
                    mean = state.loss / max(state.weight, 1e-300)
                    last = step.after >= 1
                    if last:
                        _refuse_empty(state.weight)
                        state.epoch, state.batch, state.loss, state.weight = epoch + 1, 0, 0.0, 0.0
                    yield Moment(state.epoch, (epoch + step.after) / plan.epochs, mean, last)
                if not last:  # not one step
                    _refuse_empty(0)

    def _step(self, run: Run, step: Step, decay: float) -> None:
        state, plan = self.state, self.plan
        workers = range(plan.threads)
        found = list(run(self._visit, workers, step.tasks, [plan.rate_v * decay] * plan.threads))
        state.loss += sum(each.loss for each in found)
        state.weight += sum(each.weight for each in found)
        for each in found:
            for name, rows, gradient in each.shared:
                self._update_rows(name, rows, gradient, plan.rate_v * decay)
        state.batch += 1
        if self._whole:
            state.updates += 1
            list(run(self._update_whole, workers, [plan.rate_u * decay] * plan.threads))

    def _visit(self, worker: int, tasks: Sequence[Any], rate: float) -> _Visited:
        """The loss of some blocks; own rows updated, gradients of whole tables left in the worker's sums."""
        visited = _Visited(0.0, 0.0, [])
        sums = self._sums[worker]
        if not len(tasks):
            for gradient in sums.values():
                gradient.fill(0)
        for number, task in enumerate(tasks):
            block = self.source.block(task)
            into = self._extra[worker] if number else sums
            loss, gradients = self._evaluate(block, worker, into)
            visited.loss += loss
            visited.weight += block.weight
            if number:
                for name, total in sums.items():
                    total += into[name]
            for name, rows in block.rows.items():
                gradient = gradients[name]
                if self.source.tables[name].visit is Visit.SHARED:
                    visited.shared.append((name, rows, gradient))
                else:
                    weights = block.totals + np.float32(PRIOR)
                    gradient /= weights[:, np.newaxis] if gradient.ndim > 1 else weights
                    self._update_rows(name, rows, gradient, rate)
        return visited

    def _evaluate(self, block: Block, worker: int, into: dict[str, Array]) -> tuple[float, dict[str, Array]]:
        """Loss and gradients of a block: of whole tables in the arrays given, of rows in new ones."""
        values, gradients = self._values(block), {}
        for name, table in values.items():
            gradients[name] = _as_rows(into[name]) if name in into else np.empty_like(table)
        if 0 in block.shape:  # the words of a piece may all stand alone
            for gradient in gradients.values():
                gradient.fill(0)
            return 0.0, gradients
        try:
            loss = self.objective.loss_and_gradients({**block.data, **values}, gradients, self._work_of(block, worker))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            if all(np.isfinite(table).all() for table in values.values()):
                raise NumericError(
                    f"the formulas of {self.objective.name} failed ({type(error).__name__}: {error})"
                ) from error
            loss = math.nan
        if not math.isfinite(loss):
            raise NumericError("the training has diverged; choose smaller --rate-u and --rate-v")
        return loss, gradients

    def _values(self, block: Block) -> dict[str, Array]:
        """The learned tables as the formulas take them, only the rows that the block touches."""
        values = {}
        for name in self.source.tables:
            table = self.state.tables[name].values
            values[name] = table[block.rows[name]] if name in block.rows else _as_rows(table)
        return values

    def _work_of(self, block: Block, worker: int) -> list[Array]:
        rows, columns = block.shape
        return [work[: rows * columns].reshape(rows, columns) for work in self._work[worker]]

    def _update_rows(self, name: str, rows: NDArray[Any], gradient: Array, rate: float) -> None:
        table = self.state.tables[name]
        if self._adagrad_rows is not None and gradient.ndim == 2:
            self._adagrad_rows(table.values, table.memory[0], rows, gradient, rate)
        else:
            _update_rows(table, rows, gradient, rate)

    def _update_whole(self, worker: int, rate: float) -> None:
        """Sum the workers' gradients over some coordinates of the whole tables, and update these."""
        threads = self.plan.threads
        for name in self._whole:
            table = self.state.tables[name]
            size = len(table.memory[0])
            rows = slice(size * worker // threads, size * (worker + 1) // threads)
            gradient = self._sums[0][name][rows]
            for other in self._sums[1:]:
                gradient += other[name][rows]
            adam(
                table.values[rows].reshape(-1),
                gradient.reshape(-1),
                table.memory[0][rows].reshape(-1),
                table.memory[1][rows].reshape(-1),
                step=self.state.updates,
                rate=rate,
            )

    def vectors(self, name: str) -> Array:
        """A learned table of vectors, one a row, (rows, d), without a fixed coordinate."""
        table = self.state.tables[name]
        if name in self._whole:
            return table.values[: len(table.memory[0])].T
        return table.values[:, : table.memory[0].shape[1]]

    def mean_loss(self, source: Source, tasks: Iterator[Any]) -> float:
        """Mean loss of a pair in other data under the tables as they are now, nothing updated."""
        loss = weight = 0.0
        for task in tasks:
            block = source.block(task)
            loss += self.objective.loss({**block.data, **self._values(block)}, self._work_of(block, 0))
            weight += block.weight
        return loss / weight


@contextmanager
def _workers(threads: int) -> Iterator[Run]:
    """`map` over threads; one worker is the caller itself, because handing work over takes time."""
    if threads == 1:
        yield map
    else:
        with ThreadPoolExecutor(threads) as pool:
            yield pool.map


def _refuse_empty(pairs: float) -> None:
    if not pairs:
        raise CorpusError("no two words of the vocabulary stand together; give more text, or a larger --sample")


def _as_rows(table: Array) -> Array:
    """A table stored by columns as the formulas see it."""
    return table.T if table.ndim > 1 else table


def _update_rows(table: Learned, rows: NDArray[Any], gradient: Array, rate: float) -> None:
    """One Adagrad step on some rows, each named once; a fixed coordinate behind the others stays."""
    free = table.memory[0].shape[1:]
    part = (slice(None), slice(free[0])) if free else ()
    values, squares = table.values[rows], table.memory[0][rows]
    learning = values[part] if part else values
    adagrad(learning, gradient[part] if part else gradient, squares, rate=rate)
    table.values[rows] = values
    table.memory[0][rows] = squares
