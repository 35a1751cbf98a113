"""Pieces of text: a piece is a small corpus of its own, so the formulas over counts serve it as they are.

Over "text" a row is a different word of the piece and N counts its pairs; over "windows" a row is a place in the text,
N has a 1 at the word that stands there, and the contexts are the words around it. Columns are the words of the piece
and some noise words, drawn once for all its rows; or the inner nodes on the way to its words; or the whole vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from w2v_numeric.blocks import Block, Ids, Sparse, Step, Table, Visit
from w2v_numeric.cooccurrence import Windowing, kept_words
from w2v_numeric.errors import SettingsError
from w2v_numeric.from_counts import Surroundings, bytes_of, constant
from w2v_numeric.objective import Objective
from w2v_numeric.pieces import Around, Cast, Piece, contexts, distinct, pairs_of, rows_of, shared_out, windows_of
from w2v_numeric.tokens import TokenStream

TREE = frozenset({"left counts", "right counts", "inner node vectors"})
NOISE = frozenset({"noise", "noise counts", "draws"})


class TextSource:
    """The text piece by piece, in its order, thinned out anew in every pass.

    Args:
        stream: the text as numbers.
        ids: number → id in the vocabulary, -1 for words outside it.
        how: window, subsampling, documents, seed.
        counts: occurrences of each word, (V,).
        objective: asks for certain data.
        surroundings: noise, tree, n-grams.
        batch: new words in a piece.
        threads: pieces of a step.
        around: how windows are found.

    Raises:
        SettingsError: the objective asks for data that text does not have.
    """

    def __init__(
        self,
        stream: TokenStream,
        ids: NDArray[np.int32],
        how: Windowing,
        counts: NDArray[np.int64],
        objective: Objective,
        surroundings: Surroundings,
        batch: int,
        threads: int,
        around: Around = contexts,
    ) -> None:
        self._around = around
        self._stream, self._ids, self._how = stream, ids, how
        self._batch, self._threads = batch, threads
        self._noise = surroundings.noise
        self._cumulative = np.cumsum(self._noise.distribution)
        self._windows = objective.over == "windows"
        self._expected = float((counts * how.keep).sum())
        wanted = objective.quantities
        size = len(counts)
        self._size = size
        self._by_tree, self._by_noise = bool(wanted & TREE), bool(wanted & NOISE)
        self._kept: list[sparse.csr_matrix] = []
        if self._by_tree:
            tree = surroundings.tree()
            self._left, self._right = tree.left, tree.right
            self._kept += [tree.left, tree.right]
        by_columns = Visit.SHARED if self._by_noise else Visit.ALL
        known = {
            "outside vectors": Table(size, by_columns),
            "outside biases": Table(size, by_columns, vectors=False),
            "inner node vectors": Table(size - 1, Visit.SHARED),
            "center vectors": Table(size, Visit.SHARED),
            "center biases": Table(size, Visit.SHARED, vectors=False),
            "context vectors": Table(size, Visit.SHARED),
        }
        learned = set(objective.learned.values())
        if "n-gram vectors" in learned:
            self._grams = surroundings.grams()
            self._kept.append(self._grams)
            known["n-gram vectors"] = Table(self._grams.shape[1], Visit.SHARED)
        per_block = {"counts", "center counts", "contexts", "n-grams", "left counts", "right counts", "noise"}
        per_block |= {"noise distribution", "noise counts"}
        fixed: dict[str, Any] = {"negatives": float(self._noise.negatives), "draws": float(self._noise.draws)}
        self._fixed: dict[str, Any] = {}
        self._wanted: set[str] = set()
        self._tables: dict[str, Table] = {}
        for quantity in sorted(wanted):
            if quantity in learned and quantity in known:
                self._tables[quantity] = known[quantity]
            elif quantity in per_block:
                self._wanted.add(quantity)
            elif quantity in fixed or constant(quantity) is not None:
                self._fixed[quantity] = fixed[quantity] if quantity in fixed else constant(quantity)
            else:
                names = ", ".join(sorted([*known, *per_block, *fixed]))
                raise SettingsError(f"{objective.name} asks for {quantity!r}; over {objective.over} there are: {names}")

    @property
    def tables(self) -> Mapping[str, Table]:
        """Learned quantity → its table."""
        return self._tables

    @property
    def largest(self) -> tuple[int, int]:
        """The largest shape of a block: as many words as places, and all that may come beside them."""
        rows = self._batch + self._how.window
        if self._by_tree:
            longest = int((np.diff(self._left.indptr) + np.diff(self._right.indptr)).max())
            return rows, min(self._size - 1, rows * longest)
        return rows, min(self._size, rows + self._noise.draws) if self._by_noise else self._size

    @property
    def nbytes(self) -> int:
        """Bytes of the tree and the n-grams."""
        return sum(bytes_of(matrix) for matrix in self._kept)

    @property
    def blocks_per_task_list(self) -> int:
        """The largest number of blocks that a worker has in one step."""
        return 1

    def steps(self, epoch: int, begin: int) -> Iterator[Step]:
        """All pieces; each worker has one of a step."""
        done, before = 0.0, 0.0
        waiting: Sequence[Sequence[Piece]] = []
        number = 0
        for tasks in self._groups(epoch):
            if waiting:
                after = min(done / self._expected, 1 - 1e-9)
                if number >= begin:
                    yield Step(waiting, before, after)
                number, before = number + 1, after
            waiting = tasks
            done += sum(len(piece.words) - piece.before for task in tasks for piece in task)
        if waiting:
            yield Step(waiting, before, 1.0)

    def _groups(self, epoch: int) -> Iterator[Sequence[Sequence[Piece]]]:
        group: list[list[Piece]] = []
        for piece in self._pieces(epoch):
            group.append([piece])
            if len(group) == self._threads:
                yield group
                group = []
        if group:
            yield group + [[] for _ in range(self._threads - len(group))]

    def _pieces(self, epoch: int) -> Iterator[Piece]:
        # Every pass keeps other occurrences of frequent words.
        how = replace(self._how, seed=self._how.seed + 7919 * (epoch + 1))
        number, window = 0, how.window
        words = np.empty(0, np.int64)
        documents = np.empty(0, np.int64)
        before = 0
        for some, places in kept_words(self._stream, self._ids, how, held_out=False):
            words, documents = np.concatenate((words, some)), np.concatenate((documents, places))
            begin = 0
            while len(words) - begin - before >= self._batch:
                end = begin + before + self._batch
                yield Piece(words[begin:end], documents[begin:end], before, number, epoch)
                before = min(window, end)
                number, begin = number + 1, end - before
            words, documents = words[begin:], documents[begin:]
        if len(words) > before:
            yield Piece(words, documents, before, number, epoch)

    def block(self, task: Piece) -> Block:
        """Count a piece, draw its noise, and gather what the formulas ask for."""
        random = np.random.default_rng([self._how.seed, 5, task.epoch, task.number])
        window = self._how.window
        cast = windows_of(task, window, random, self._around) if self._windows else pairs_of(task, window)
        data: dict[str, Any] = dict(self._fixed)
        rows: dict[str, Ids] = {"center vectors": cast.rows, "center biases": cast.rows, "context vectors": cast.words}
        data["center counts"] = cast.totals
        columns = self._size
        if self._by_tree:
            columns = self._add_nodes(cast, data, rows)
        elif self._by_noise:
            columns = self._add_noise(cast, data, rows, random)
        else:
            data["noise distribution"] = self._noise.distribution.astype(np.float32)
            data["counts"] = _moved(cast.targets, cast.words)
        if cast.contexts is not None:
            data["contexts"] = cast.contexts
        if "n-grams" in self._wanted:
            grams = self._grams[cast.rows]
            rows["n-gram vectors"], local = distinct(grams.indices)
            data["n-grams"] = Sparse(local, grams.indptr, grams.data)
        touched = {name: rows[name] for name, table in self._tables.items() if table.visit is not Visit.ALL}
        weight = float(cast.totals.sum(dtype=np.float64))
        return Block(data, touched, (len(cast.rows), columns), weight, cast.totals)

    def _add_noise(self, cast: Cast, data: dict[str, Any], rows: dict[str, Ids], random: np.random.Generator) -> int:
        drawn = np.searchsorted(self._cumulative, random.random(self._noise.draws) * self._cumulative[-1], "right")
        columns, places = distinct(np.concatenate((cast.words, drawn)))
        own = len(cast.words)
        data["counts"] = _moved(cast.targets, places[:own])
        shares = np.bincount(places[own:], minlength=len(columns)) / self._noise.draws
        if "noise counts" in self._wanted:
            negatives = self._noise.negatives
            each = np.diff(cast.targets.starts) * negatives
            data["noise counts"] = shared_out(shares, cast.totals * np.float32(negatives), each)
        if "noise" in self._wanted:
            data["noise"] = shares.astype(np.float32)
        if "noise distribution" in self._wanted:
            data["noise distribution"] = self._noise.distribution[columns].astype(np.float32)
        rows["outside vectors"] = rows["outside biases"] = columns
        return len(columns)

    def _turns(self, cast: Cast, side: sparse.csr_matrix) -> Sparse:
        """How often each node is turned at on the ways to the targets."""
        if self._windows:  # each row has one target
            return rows_of(side, cast.rows)
        targets = cast.targets
        shape = (len(cast.rows), len(cast.words))
        counts = sparse.csr_matrix((targets.values, targets.columns, targets.starts), shape)
        made = (counts @ side[cast.words]).astype(np.float32)
        return Sparse(made.indices, made.indptr, made.data)

    def _add_nodes(self, cast: Cast, data: dict[str, Any], rows: dict[str, Ids]) -> int:
        left, right = (self._turns(cast, side) for side in (self._left, self._right))
        nodes, places = distinct(np.concatenate((left.columns, right.columns)))
        cut = len(left.columns)
        data["left counts"] = Sparse(places[:cut], left.starts, left.values)
        data["right counts"] = Sparse(places[cut:], right.starts, right.values)
        rows["inner node vectors"] = nodes
        return len(nodes)


def _moved(matrix: Sparse, places: NDArray[np.integer[Any]]) -> Sparse:
    """A matrix with each column moved to its place."""
    return Sparse(places[matrix.columns].astype(np.int32, copy=False), matrix.starts, matrix.values)
