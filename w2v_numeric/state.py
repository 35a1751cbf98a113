"""Everything that a training remembers between two steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v_numeric.blocks import Table, Visit

Floats = NDArray[np.float32]
OUTSIDE, CENTER, NODES = "outside vectors", "center vectors", "inner node vectors"
# Tables that begin at zero: what they are multiplied with does not, so they move at the first step.
ZERO_AT_FIRST = (NODES,)


@dataclass
class Learned:
    """A learned table and what its optimizer remembers.

    Attributes:
        values: vectors of a table that every block touches as a whole are columns, (width, rows): the products run
            faster this way, and an update splits into contiguous stretches. Other vectors are rows, (rows, width).
            Single numbers are (rows,).
        memory: Adam's two running means for a table touched as a whole, Adagrad's sums for another; only of the
            coordinates that learn.
    """

    values: Floats
    memory: tuple[Floats, ...]


@dataclass
class State:
    """Parameters, the optimizer's memory, and how far the training has come.

    With scores from log frequencies the outside and the center vectors have one more coordinate, fixed at log unigram
    probability in u and at 1 in v. It makes the scores start at the unigram distribution and is still the same softmax.

    Attributes:
        tables: learned quantity → table.
        stage: which stage of the schedule this is; later ones have larger vocabularies.
        epoch: finished passes of the stage.
        batch: finished steps of the pass under way.
        updates: of the tables touched as a whole, in this stage.
        loss: Σ of the losses of these steps.
        weight: Σ of the pairs they stood for.
        seconds: time spent in training so far.
    """

    tables: dict[str, Learned]
    stage: int = 0
    epoch: int = 0
    batch: int = 0
    updates: int = 0
    loss: float = 0.0
    weight: float = 0.0
    seconds: float = 0.0

    @property
    def u(self) -> Floats:
        """The outside vectors, as they are stored."""
        return self.tables[OUTSIDE].values

    @property
    def v(self) -> Floats:
        """The center vectors, as they are stored."""
        return self.tables[CENTER].values

    def arrays(self) -> dict[str, Floats]:
        """All arrays by name, for saving."""
        named = {}
        for name, table in self.tables.items():
            named[f"{name}/values"] = table.values
            named.update({f"{name}/memory {k}": memory for k, memory in enumerate(table.memory)})
        return named

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Floats], **progress: Any) -> State:
        """The inverse of `arrays`, with how far the training has come."""
        tables = {}
        for key in arrays:
            name, _, part = key.partition("/")
            if part == "values":
                memory = [arrays[each] for each in arrays if each.startswith(f"{name}/memory ")]
                tables[name] = Learned(arrays[key], tuple(memory))
        return cls(tables, **progress)

    @classmethod
    def start(cls, tables: Mapping[str, Table], dim: int, seed: int, unigram: NDArray[np.float64] | None) -> State:
        """Small random vectors.

        Args:
            tables: learned quantity → its shape and how it is visited.
            dim: d.
            seed: of the random numbers.
            unigram: probability of each context word, (V,), for scores from log frequencies; words never seen get half
                the least of the others. None: scores begin near zero.
        """
        random = np.random.default_rng([seed, 2])
        spread = np.float32(0.5 / np.sqrt(dim))
        learned: dict[str, Learned] = {}
        # The order matters for the random numbers, not the order in which the formulas name the tables.
        for name in sorted(tables, reverse=True):
            table = tables[name]
            extra = unigram is not None and name in (OUTSIDE, CENTER)
            if not table.vectors:
                shape: tuple[int, ...] = (table.rows,)
            elif table.visit is Visit.ALL:
                shape = (dim, table.rows)
            else:
                shape = (table.rows, dim)
            count = 2 if table.visit is Visit.ALL else 1
            memory = tuple(np.zeros(shape, np.float32) for _ in range(count))
            if table.vectors and name not in ZERO_AT_FIRST:
                values = random.standard_normal(shape, dtype=np.float32) * spread
            else:
                values = np.zeros(shape, np.float32)
            if extra and unigram is not None:
                fixed = _log(unigram) if name == OUTSIDE else np.ones(table.rows, np.float32)
                values = np.vstack((values, fixed)) if table.visit is Visit.ALL else np.column_stack((values, fixed))
            learned[name] = Learned(values, memory)
        return cls(learned)


def _log(unigram: NDArray[np.float64]) -> Floats:
    least = unigram[unigram > 0].min() / 2
    return np.asarray(np.log(np.maximum(unigram, least)), np.float32)
