"""Blocks of centers over co-occurrence counts: a row is a center word, a column any word of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from w2v_numeric.blocks import Block, Floats, Ids, Sparse, Step, Table, Visit
from w2v_numeric.counts import Counts
from w2v_numeric.errors import SettingsError
from w2v_numeric.huffman import Tree
from w2v_numeric.objective import Objective

BLOCK_ROWS = (
    128  # centers per call of the formula: a block of logits stays in the cache, and the products are near their best
)


@dataclass(frozen=True)
class Noise:
    """Noise words of negative sampling and its relatives.

    Attributes:
        distribution: P_n, (V,), sums to one.
        negatives: K, how many each pair meets.
        draws: M, how many are drawn for a block.
    """

    distribution: NDArray[np.float64]
    negatives: int
    draws: int


@dataclass(frozen=True)
class Surroundings:
    """What objectives may need beside the counts or the text.

    Attributes:
        noise: the noise words.
        tree: makes the Huffman tree, when it is asked for.
        grams: makes the table of n-grams, (V, n-grams), when it is asked for.
    """

    noise: Noise
    tree: Callable[[], Tree]
    grams: Callable[[], sparse.csr_matrix]


def constant(quantity: str) -> float | None:
    """The number that a quantity is, if it is one."""
    try:
        return float(quantity)
    except ValueError:
        return None


def tree_counts(counts: sparse.csr_matrix, tree: Tree, rows: int = 1024) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """How often a word of the left and of the right subtree of each node was seen around each center, (C, nodes)."""
    parts: tuple[list[sparse.csr_matrix], list[sparse.csr_matrix]] = ([], [])
    # Some rows at a time: a product of sparse matrices holds its result twice while it is made.
    for begin in range(0, counts.shape[0], rows):
        some = counts[begin : begin + rows]
        parts[0].append((some @ tree.left).astype(np.float32))
        parts[1].append((some @ tree.right).astype(np.float32))
    return sparse.vstack(parts[0], format="csr"), sparse.vstack(parts[1], format="csr")


def bytes_of(matrix: sparse.csr_matrix) -> int:
    """Bytes of a sparse matrix."""
    return int(matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes)


def rows_of(matrix: sparse.csr_matrix, centers: Ids) -> Sparse:
    """Some rows of a matrix."""
    part = matrix[centers]
    return Sparse(part.indices, part.indptr, part.data)


class CountsSource:
    """Counts, some hundred centers at a time in a random order.

    Args:
        counts: N; its row sums are the weights of the centers.
        objective: asks for certain data.
        surroundings: noise and tree.
        batch: centers of a step.
        threads: workers; each has its share of a step, in blocks.
        seed: of the order of the centers.

    Raises:
        SettingsError: the objective asks for data that counts do not have.
    """

    def __init__(
        self,
        counts: Counts,
        objective: Objective,
        surroundings: Surroundings,
        batch: int,
        threads: int,
        seed: int,
    ) -> None:
        self.counts = counts
        self._batch, self._threads, self._seed = batch, threads, seed
        self._share = -(-batch // threads)
        self._rows = min(BLOCK_ROWS, self._share)
        wanted = objective.quantities
        size = counts.size
        self._columns = size
        tables: dict[str, Table] = {}
        sides: tuple[sparse.csr_matrix, ...] = ()
        by_tree = bool(wanted & {"left counts", "right counts", "inner node vectors"})
        if by_tree:
            tree = surroundings.tree()
            sides = tree_counts(counts.matrix, tree)
            self._columns = tree.nodes
        known = {
            "outside vectors": Table(size, Visit.ALL),
            "inner node vectors": Table(size - 1, Visit.ALL),
            "center vectors": Table(size, Visit.OWN),
            "outside biases": Table(size, Visit.ALL, vectors=False),
            "center biases": Table(size, Visit.OWN, vectors=False),
        }
        self._sides = sides
        # They don't speak of self: in a cycle, the counts would stay until the garbage collector comes by.
        makers: dict[str, Callable[[Ids, Sparse], Any]] = {
            "counts": lambda _ids, rows: rows,
            "center counts": lambda ids, _rows: counts.totals[ids],
            "left counts": lambda ids, _rows: rows_of(sides[0], ids),
            "right counts": lambda ids, _rows: rows_of(sides[1], ids),
            "rows": lambda _ids, rows: np.repeat(np.arange(len(rows.starts) - 1), np.diff(rows.starts)),
            "columns": lambda _ids, rows: rows.columns,
            "entries": lambda _ids, rows: rows.values,
        }
        noise = surroundings.noise
        fixed: dict[str, Any] = {
            "noise": noise.distribution.astype(np.float32),
            "noise distribution": noise.distribution.astype(np.float32),
            "negatives": float(noise.negatives),
            "draws": float(noise.draws),
        }
        learned = set(objective.learned.values())
        self._makers: dict[str, Callable[[Ids, Sparse], Any]] = {}
        self._fixed: dict[str, Any] = {}
        for quantity in sorted(wanted):
            if quantity in learned and quantity in known:
                tables[quantity] = known[quantity]
            elif quantity in makers:
                self._makers[quantity] = makers[quantity]
            elif quantity in fixed:
                self._fixed[quantity] = fixed[quantity]
            elif (number := constant(quantity)) is not None:
                self._fixed[quantity] = number
            else:
                names = ", ".join(sorted([*known, *makers, *fixed]))
                raise SettingsError(f"{objective.name} asks for {quantity!r}; over counts there are: {names}")
        self._tables = tables
        self._own = [name for name, table in tables.items() if table.visit is Visit.OWN]

    @property
    def tables(self) -> Mapping[str, Table]:
        """Learned quantity → its table."""
        return self._tables

    @property
    def largest(self) -> tuple[int, int]:
        """The largest shape of a block."""
        return self._rows, self._columns

    @property
    def nbytes(self) -> int:
        """Bytes that it takes at most for the counts of subtrees, beside the counts it was made from."""
        # They are stacked from parts, and both are there for a moment.
        return 2 * sum(bytes_of(side) for side in self._sides)

    @property
    def blocks_per_task_list(self) -> int:
        """The largest number of blocks that a worker has in one step."""
        return -(-self._share // self._rows)

    @property
    def steps_per_pass(self) -> int:
        """Updates in one pass."""
        return -(-self.counts.size // self._batch)

    def steps(self, epoch: int, begin: int) -> Iterator[Step]:
        """All centers, each once."""
        order = np.random.default_rng([self._seed, 3, epoch]).permutation(self.counts.size)
        steps = self.steps_per_pass
        for number in range(begin, steps):
            centers = order[number * self._batch :][: self._batch]
            shares = np.array_split(centers, self._threads)
            yield Step([self._cut(share) for share in shares], number / steps, (number + 1) / steps)

    def in_order(self) -> Iterator[NDArray[np.int64]]:
        """All centers by their numbers, as tasks."""
        yield from self._cut(np.arange(self.counts.size))

    def _cut(self, centers: NDArray[np.int64]) -> Sequence[NDArray[np.int64]]:
        return [centers[begin : begin + self._rows] for begin in range(0, len(centers), self._rows)]

    def block(self, task: NDArray[np.int64]) -> Block:
        """The rows of some centers."""
        rows = rows_of(self.counts.matrix, task)
        totals: Floats = self.counts.totals[task]
        data = {**self._fixed, **{quantity: make(task, rows) for quantity, make in self._makers.items()}}
        weight = float(totals.sum(dtype=np.float64))
        return Block(data, {name: task for name in self._own}, (len(task), self._columns), weight, totals)
