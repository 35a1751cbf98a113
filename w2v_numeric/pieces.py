"""A piece of text as rows and columns: its pairs, or its windows, and the noise words that they meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import sparse

from w2v_numeric.blocks import Floats, Sparse

Words = NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """Some words in a row.

    Attributes:
        words: ids; the first `before` were in the piece before as well, so that windows reach back.
        documents: the document that each stands in.
        before: how many words are only context.
        number: the piece's place in the pass, for its random numbers.
        epoch: the pass.
    """

    words: Words
    documents: Words
    before: int
    number: int
    epoch: int


@dataclass(frozen=True)
class Cast:
    """Who appears in a piece.

    Attributes:
        rows: words of the rows, one each; over windows the row's target.
        targets: N, (rows, len(words)).
        totals: what the entries of each row of N add up to.
        words: different words of the piece, rising.
        contexts: over windows, the shares of the words around, (rows, len(words)); over text, none.
    """

    rows: Words
    targets: Sparse
    totals: Floats
    words: Words
    contexts: Sparse | None


def distinct(values: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The different values, rising, and which of them each is; values are numbers from 0.

    What `np.unique` does by sorting, by a table of all numbers: a piece meets many of them again.
    """
    size = int(values.max(initial=-1)) + 1
    if size > 256 * len(values):
        found, places = np.unique(values, return_inverse=True)
        return found, places.astype(np.int32)
    seen = np.zeros(size, bool)
    seen[values] = True
    found = np.flatnonzero(seen)
    place = np.empty(size, np.int32)
    place[found] = np.arange(len(found), dtype=np.int32)
    return found, place[values]


def pairs_of(piece: Piece, window: int) -> Cast:
    """The pairs of a piece, weighing (L − j + 1)/L at distance j, both words a center once."""
    words, places = distinct(piece.words)
    local = places.astype(np.int64)  # of pairs, codes are made
    size, bits = len(words), window.bit_length()
    codes = []
    for distance in range(1, min(window, len(local) - 1) + 1):
        begin = max(0, piece.before - distance)
        left, right = local[begin : len(local) - distance], local[begin + distance :]
        same = piece.documents[begin : len(local) - distance] == piece.documents[begin + distance :]
        weight = window - distance + 1
        codes += [((row * size + column)[same] << bits) | weight for row, column in ((left, right), (right, left))]
    # Sorting brings equal pairs together; the weight rides along in the low bits.
    packed = np.concatenate(codes) if codes else np.empty(0, np.int64)
    packed.sort()
    keys = packed >> bits
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else keys
    weights = np.add.reduceat(packed & ((1 << bits) - 1), first) if len(keys) else keys
    rows, columns = np.divmod(keys[first], size)
    starts = np.searchsorted(rows, np.arange(size + 1)).astype(np.int32)
    values = (weights / window).astype(np.float32)
    targets = Sparse(columns.astype(np.int32), starts, values)
    totals = sparse.csr_matrix((values, targets.columns, starts), (size, size)) @ np.ones(size, np.float32)
    return Cast(words, targets, totals, words, None)


Contexts = tuple[NDArray[np.int32], NDArray[np.int32], Floats]
Around = Callable[[NDArray[np.int32], Words, Words], Contexts]


def contexts(local: NDArray[np.int32], documents: Words, reach: Words) -> Contexts:
    """Who stands around each place, as compressed rows: columns, starts, and the share of each.

    Args:
        local: numbers of the words, (places,).
        documents: what windows do not cross, (places,).
        reach: how far each window goes to either side, (places,).
    """
    window = int(reach.max(initial=0))
    # Column k of row t is what stands k - L places after t.
    near = np.abs(np.arange(-window, window + 1)) <= reach[:, np.newaxis]
    near[:, window] = False
    near &= _around(documents, window, -1) == documents[:, np.newaxis]
    count = np.count_nonzero(near, axis=1)
    starts = np.zeros(len(local) + 1, np.int32)
    np.cumsum(count, out=starts[1:])
    columns = _around(local, window, 0)[near]
    shape = (len(local), int(local.max(initial=0)) + 1)
    found = sparse.csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape)
    found.sum_duplicates()
    found.data /= np.repeat(count.astype(np.float32), np.diff(found.indptr))
    return found.indices, found.indptr, found.data


def _around(values: NDArray[Any], window: int, beyond: int) -> NDArray[Any]:
    """For each place a row with what stands around it, (places, 2L + 1)."""
    return sliding_window_view(np.pad(values, window, constant_values=beyond), 2 * window + 1)


def contexts_in_loops(local: NDArray[np.int32], documents: Words, reach: Words) -> Contexts:
    """`contexts`, place by place, for a compiler."""
    places = len(local)
    size = 0
    for t in range(places):
        size += 2 * reach[t]
    columns = np.empty(size, np.int32)
    values = np.empty(size, np.float32)
    starts = np.zeros(places + 1, np.int32)
    end = 0
    for t in range(places):
        begin, count = end, 0
        for other in range(max(0, t - reach[t]), min(places, t + reach[t] + 1)):
            if other == t or documents[other] != documents[t]:
                continue
            count += 1
            column = local[other]
            at = end  # the row is kept sorted
            while at > begin and columns[at - 1] > column:
                at -= 1
            if at > begin and columns[at - 1] == column:
                values[at - 1] += 1
                continue
            for later in range(end, at, -1):
                columns[later], values[later] = columns[later - 1], values[later - 1]
            columns[at], values[at] = column, 1
            end += 1
        for entry in range(begin, end):
            values[entry] /= np.float32(count)
        starts[t + 1] = end
    return columns[:end], starts, values[:end]


def windows_of(piece: Piece, window: int, random: np.random.Generator, around: Around = contexts) -> Cast:
    """A row for each new place that has words around it, at most a random 1 … L of them to each side.

    Args:
        around: `contexts`, or what computes the same faster.
    """
    words, local = distinct(piece.words)
    reach = random.integers(1, window + 1, len(local))
    reach[: piece.before] = 0
    columns, starts, shares = around(local, piece.documents, reach)
    kept = np.flatnonzero(starts[1:] > starts[:-1])
    ones = np.ones(len(kept), np.float32)
    targets = Sparse(local[kept], np.arange(len(kept) + 1, dtype=np.int32), ones)
    found = Sparse(columns, np.append(starts[kept], starts[-1]), shares)
    return Cast(piece.words[kept], targets, ones, words, found)


def rows_of(matrix: sparse.csr_matrix, rows: Words) -> Sparse:
    """Some rows of a matrix, some of them perhaps several times."""
    begin = matrix.indptr[rows]
    starts = np.zeros(len(rows) + 1, np.int32)
    np.cumsum(matrix.indptr[rows + 1] - begin, out=starts[1:])
    places = np.arange(starts[-1], dtype=np.int32) + np.repeat(begin - starts[:-1], np.diff(starts))
    return Sparse(matrix.indices[places], starts, matrix.data[places])


def shared_out(shares: NDArray[np.float64], totals: Floats, each: NDArray[np.integer[Any]]) -> Sparse:
    """For each row some of the noise words that were drawn, evenly spread over all of them, none of them twice.

    Over many rows each word is taken as often as any other, so on average the values are totals times shares.

    Args:
        shares: of each column among the words drawn; 0 where it was not drawn.
        totals: what the values of a row add up to on average, (rows,).
        each: how many words a row takes, if so many were drawn, (rows,).
    """
    drawn = np.flatnonzero(shares)
    size, rows = len(drawn), len(totals)
    each = np.minimum(each, size)
    starts = np.zeros(rows + 1, np.int32)
    np.cumsum(each, out=starts[1:])
    stride = size / np.maximum(each, 1)
    within = np.arange(starts[-1]) - np.repeat(starts[:-1], each)
    place = (within * np.repeat(stride, each)).astype(np.int32)
    place += np.repeat((np.arange(rows) % size).astype(np.int32), each)
    place[place >= size] -= np.int32(size)
    weights = (stride * totals).astype(np.float32)
    return Sparse(
        drawn.astype(np.int32)[place], starts, shares[drawn].astype(np.float32)[place] * np.repeat(weights, each)
    )
