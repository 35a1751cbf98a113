"""Two tables → one vector per word.

The model sees u and v only through u_w·v_c, and softmax does not see a constant added to all u: hence (u, v) may be
replaced by (A⁻ᵀu, Av) for any invertible A without changing what was learned. Left alone, the training returns an
arbitrary one of these. Here the one is taken in which both tables, centered, have the same diagonal covariance, so that
cosines mean something.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float32]
RIDGE = (
    1e-9  # relative to the mean variance; keeps the factorisation defined when there are fewer words than coordinates
)


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


def word_vectors(u: Table, v: Table, shape: float, mix: float) -> Table:
    """One vector per word, (V, d): the balanced outside vector plus `mix` times the balanced center vector."""
    outside, center = balanced(u, v, shape)
    return (outside + mix * center).astype(np.float32)
