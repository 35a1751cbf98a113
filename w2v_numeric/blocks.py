"""What training works on: blocks of data, and the tables that they touch.

A source gives a pass in steps; a step is some blocks for each worker, between two updates.  What a block looks like
is the same for all sources, so the trainer knows neither counts nor text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.integer[Any]]
Floats = NDArray[np.float32]


class Visit(Enum):
    """Which rows of a learned table a block touches."""

    ALL = "every row, in every block"
    OWN = "some rows, and no other block of the pass touches them"
    SHARED = "some rows, which other blocks may touch as well"


@dataclass(frozen=True)
class Table:
    """A learned table.

    Attributes:
        rows: how many.
        visit: which of them a block touches.
        vectors: a row is a vector of d numbers; otherwise it is one number.
    """

    rows: int
    visit: Visit
    vectors: bool = True


@dataclass(frozen=True)
class Sparse:
    """A sparse matrix as formulas take it.

    Attributes:
        columns: of the entries, row by row, (entries,).
        starts: where each row begins and one past the end, (rows + 1,).
        values: the entries, (entries,).
    """

    columns: Ids
    starts: Ids
    values: Floats


@dataclass(frozen=True)
class Block:
    """Some rows of the data.

    Attributes:
        data: quantity → what the formulas take.
        rows: learned quantity → the rows of its table that the block touches; tables touched as a whole are missing.
        shape: rows and columns of the work arrays.
        weight: how many pairs it stands for; the mean loss is over these.
        totals: how many pairs each row stands for, (rows,).
    """

    data: Mapping[str, Any]
    rows: Mapping[str, Ids]
    shape: tuple[int, int]
    weight: float
    totals: Floats


@dataclass(frozen=True)
class Step:
    """What is done between two updates.

    Attributes:
        tasks: for each worker, what the source makes its blocks from.
        before, after: the share of the pass that is done before and after it.
    """

    tasks: Sequence[Sequence[Any]]
    before: float
    after: float


class Source(Protocol):
    """The data of a training."""

    @property
    def tables(self) -> Mapping[str, Table]:
        """Learned quantity → its table."""
        ...

    @property
    def largest(self) -> tuple[int, int]:
        """The largest shape of a block."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes that it takes at most for a tree or n-grams, beside what it was made from."""
        ...

    @property
    def blocks_per_task_list(self) -> int:
        """The largest number of blocks that a worker has in one step."""
        ...

    def steps(self, epoch: int, begin: int) -> Iterator[Step]:
        """The steps of a pass, without the first `begin`; the same pass gives the same steps."""
        ...

    def block(self, task: Any) -> Block:
        """Make a block; called by the workers, several at a time."""
        ...
