"""Two tables → one vector per word.

The model sees u and v only through u_w·v_c, and softmax does not see a constant added to all u: hence (u, v) may be
replaced by (A⁻ᵀu, Av) for any invertible A without changing what was learned. Left alone, the training returns an
arbitrary one of these. Here the one is taken in which both tables, centered, have the same diagonal covariance, so that
cosines mean something.

In these coordinates two words are alike in two ways: u·u′ + v·v′ says that they keep the same company, u·v′ + v·u′ that
they keep company with each other. The vector of a word is chosen so that its products with others are the first plus a
share of the second, as nearly as d coordinates allow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float32]
RIDGE = 1e-9  # relative to the mean variance; keeps the factorisation defined when words are fewer than coordinates


def balanced(u: Table, v: Table, shape: float = 0.5) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both tables in the coordinates where their covariances are one and the same diagonal matrix.

    Args:
        u, v: outside and center vectors, (V, d).
        shape: the spread of coordinate k is σ_k**shape, σ_k² the covariances' common spectrum; 1/2 changes no product
            u_w·v_c of the centered tables, less gives weak coordinates more say.

    Returns:
        Two tables (V, d), coordinates by falling spread.
    """
    whitened, factors = [], []
    for table in (u, v):
        centered = table.astype(np.float64)
        centered -= centered.mean(axis=0)
        covariance = centered.T @ centered / len(centered)
        ridge = RIDGE * max(float(np.trace(covariance)) / len(covariance), 1e-30)
        factor = np.linalg.cholesky(covariance + ridge * np.eye(len(covariance)))
        whitened.append(np.linalg.solve(factor, centered.T).T)
        factors.append(factor)
    left, spread, right = np.linalg.svd(factors[0].T @ factors[1])
    scale = spread**shape
    return whitened[0] @ (left * scale), whitened[1] @ (right.T * scale)


def word_vectors(u: Table, v: Table, shape: float, company: float) -> Table:
    """One vector per word, (V, d), whose products approximate u·u′ + v·v′ + company · (u·v′ + v·u′).

    Args:
        u, v: outside and center vectors as trained, (V, d).
        shape: see `balanced`.
        company: the share of words that stand together, from 0 to 1.

    The approximation is the best of rank d: with a, b = √((1 ± company)/2), the products of (a (u + v), b (u − v)) are
    exactly that sum, and principal components keep most of it.
    """
    outside, center = balanced(u, v, shape)
    both = np.sqrt((1 + company) / 2) * (outside + center)
    apart = np.sqrt((1 - company) / 2) * (outside - center)
    features = np.concatenate((both, apart), axis=1)
    _, directions = np.linalg.eigh(features.T @ features)
    kept = directions[:, ::-1][:, : u.shape[1]]
    # An eigenvector's sign is arbitrary; the largest entry is made positive, so that the result is not.
    kept = kept * np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])])
    return np.asarray(features @ kept, np.float32)
