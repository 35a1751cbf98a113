"""Two tables → one vector per word.

The model sees u and v only through u_w·v_c, and softmax does not see a constant added to all u: hence (u, v) may be
replaced by (A⁻ᵀu, Av) for any invertible A without changing what was learned. Left alone, the training returns an
arbitrary one of these. Here the one is taken in which both tables, centered, have the same diagonal covariance, so that
cosines mean something.

In these coordinates two words are alike in two ways: u·u′ + v·v′ says that they keep the same company, u·v′ + v·u′ that
they keep company with each other. The vector of a word is chosen so that its products with others are the first plus a
share of the second, as nearly as its coordinates allow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float32]
Doubles = NDArray[np.floating[Any]]
ROWS = 1024  # worked on at once
RIDGE = 1e-9  # relative to the mean variance; keeps the factorisation defined when words are fewer than coordinates


def balanced(u: Table, v: Table, shape: float = 0.5) -> tuple[Doubles, Doubles]:
    """Both tables in the coordinates where their covariances are one and the same diagonal matrix.

    Args:
        u, v: outside and center vectors, (V, d).
        shape: the spread of coordinate k is σ_k**shape, σ_k² the covariances' common spectrum; 1/2 changes no product
            u_w·v_c of the centered tables, less gives weak coordinates more say.

    Returns:
        Two tables (V, d), coordinates by falling spread.
    """
    moved = _moves(u, v, shape)
    first, second = ((table - mean) @ matrix for table, (mean, matrix) in zip((u, v), moved, strict=True))
    return first, second


def _moves(u: Table, v: Table, shape: float) -> list[tuple[Doubles, Doubles]]:
    """For each table what is taken from its rows, (d,), and the matrix that multiplies the rest, (d, d)."""
    means: list[Doubles] = []
    factors: list[Doubles] = []
    for table in (u, v):
        mean = table.mean(axis=0, dtype=np.float64)
        covariance = sum((part - mean).T @ (part - mean) for part in _parts(table)) / len(table)
        ridge = RIDGE * max(float(np.trace(covariance)) / len(covariance), 1e-30)
        means.append(mean)
        factors.append(np.linalg.cholesky(covariance + ridge * np.eye(len(covariance))))
    left, spread, right = np.linalg.svd(factors[0].T @ factors[1])
    sides = (left * spread**shape, right.T * spread**shape)
    return [(mean, np.linalg.solve(factor.T, side)) for mean, factor, side in zip(means, factors, sides, strict=True)]


def _parts(table: Table) -> list[Table]:
    """Some rows at a time: in double precision whole tables would take several times the memory of the training."""
    return [table[begin : begin + ROWS] for begin in range(0, len(table), ROWS)]


def word_vectors(u: Table, v: Table, dim: int, shape: float, company: float) -> Table:
    """One vector per word, (V, dim), whose products approximate u·u′ + v·v′ + company · (u·v′ + v·u′).

    Args:
        u, v: outside and center vectors as trained, (V, d).
        dim: length of the result, at most 2 d.
        shape: see `balanced`.
        company: the share of words that stand together, from 0 to 1.

    With a, b = √((1 ± company)/2), the products of (a (u + v), b (u − v)) are exactly that sum; kept of them are
    the principal components of their directions, so that cosines change as little as they can.
    """
    moves = _moves(u, v, shape)

    def features(*rows: Table) -> Doubles:
        outside, center = ((part - mean) @ matrix for part, (mean, matrix) in zip(rows, moves, strict=True))
        both = np.sqrt((1 + company) / 2) * (outside + center)
        apart = np.sqrt((1 - company) / 2) * (outside - center)
        return np.concatenate((both, apart), axis=1)

    pairs = list(zip(_parts(u), _parts(v), strict=True))
    second_moments = sum((some.T @ some for some in (_directions(features(*pair)) for pair in pairs)), np.zeros(()))
    _, components = np.linalg.eigh(second_moments)
    kept = components[:, ::-1][:, :dim]
    # An eigenvector's sign is arbitrary; the largest entry is made positive, so that the result is not.
    kept = kept * np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])])
    vectors = np.empty((len(u), kept.shape[1]), np.float32)
    for number, pair in enumerate(pairs):
        vectors[number * ROWS :][:ROWS] = features(*pair) @ kept
    return vectors


def _directions(rows: Doubles) -> Doubles:
    """Each row divided by its length; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
