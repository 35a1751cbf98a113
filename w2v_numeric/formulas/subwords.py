"""Functions proved in subwords.md.

Generated from proved steps; do not edit, run:  derive emit
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from w2v_numeric.formulas._helpers import (
    Floats,
    Integers,
    _reject_negative,
    _reject_non_finite,
    _reject_shapes,
    _softplus,
    _softplus_and_sigmoid,
    _softplus_dot,
    _softplus_dot_and_sigmoid,
    _sparse,
)

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "OBJECTIVES",
    "block_loss",
    "block_loss_and_gradients",
]

NOTES = {
    "subwords.md": "b34edd3c2685c22d2aeab20a0b48def1e8fc990ce896b8d8d1fbcd138f5de86b",
}
"""The notes the functions come from, with the SHA-256 of each."""

OBJECTIVES: dict[str, dict[str, Any]] = {
    "subword-negative-sampling": {
        "about": "fastText: center words made of n-grams, with negative sampling.",
        "over": "text",
        "loss_and_gradients": "block_loss_and_gradients",
        "loss": "block_loss",
        "outputs": ["loss", "gradient_u", "gradient_z"],
        "given": {
            "u": "outside vectors",
            "z": "n-gram vectors",
            "G_columns G_starts G_values": "n-grams",
            "N_columns N_starts N_values": "counts",
            "n": "center counts",
            "r": "noise",
            "K": "negatives",
        },
        "preferred": {
            "rate_v": "0.05",
        },
    },
}
"""What can be trained with these functions, and what each of their arguments is given."""

BODY_SHA256 = "5a46a8e6bdde788dd58ebe73fdb1f36bd19aff085dcdc0a548307355d4b4057e"
"""The SHA-256 of everything below."""


def block_loss(
    u: Floats,
    z: Floats,
    G_columns: Integers,
    G_starts: Integers,
    G_values: Floats,
    N_columns: Integers,
    N_starts: Integers,
    N_values: Floats,
    n: Floats,
    r: Floats,
    K: float,
    *,
    block: Floats,
) -> float:
    r"""The loss of a block of C center words made of n-grams G over their counts N, with noise.

        loss = J = -\sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \log \sigma(u_b^\top v_a) - K \sum_{a=1}^{C} n_a
            \sum_{b=1}^{V} r_b \log \sigma(-u_b^\top v_a)
            proved in subwords.md:36

    Args:
        u: (V, d).
        z: (H, d).
        G_columns: the columns, from 0 to H - 1, of the nonzero entries, row by row.
        G_starts: (C + 1,), where each row begins in them; the first is 0.
        G_values: the entries of G, C×H; no position twice.
        N_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        N_starts: (C + 1,), where each row begins in them; the first is 0.
        N_values: the entries of N, C×V; no position twice.
        n: (C,).
        r: (V,), not negative; the proofs do not use that it adds up to one.
        K: a number.
        block: (C, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or z.ndim != 2
        or n.ndim != 1
        or r.ndim != 1
        or z.shape[1] != u.shape[1]
        or r.shape[0] != u.shape[0]
        or len(G_starts) != n.shape[0] + 1
        or len(G_columns) != len(G_values)
        or len(N_starts) != n.shape[0] + 1
        or len(N_columns) != len(N_values)
        or block.shape != (n.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes("block_loss", "u (V, d), z (H, d), n (C,), r (V,), block (C, V) contiguous", u, z, n, r, block)
    C = len(n)
    H = z.shape[0]
    V = u.shape[0]
    products = _sparse(G_values, G_columns, G_starts, (C, H)) @ z
    scores = np.matmul(products, u.T, out=block)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(N_starts)) + N_columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus(scores_2, out=np.empty_like(scores_2))
    products_2 = np.einsum("i,i->", losses, N_values, dtype=np.float64)
    products_3 = _softplus_dot(scores, r)
    products_4 = n.astype(np.float64).dot(products_3)
    loss = products_2 + K * products_4
    if not math.isfinite(loss):
        _reject_non_finite("block_loss", u=u, z=z, G_values=G_values, N_values=N_values, n=n, r=r, K=K)
        _reject_negative("block_loss", r=r)
    return float(loss)


def block_loss_and_gradients(
    u: Floats,
    z: Floats,
    G_columns: Integers,
    G_starts: Integers,
    G_values: Floats,
    N_columns: Integers,
    N_starts: Integers,
    N_values: Floats,
    n: Floats,
    r: Floats,
    K: float,
    *,
    block: Floats,
    gradient_u: Floats,
    gradient_z: Floats,
) -> float:
    r"""The loss of a block of C center words made of n-grams G over their counts N, with noise; its gradients.

        loss = J = -\sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \log \sigma(u_b^\top v_a) - K \sum_{a=1}^{C} n_a
            \sum_{b=1}^{V} r_b \log \sigma(-u_b^\top v_a)
            proved in subwords.md:36
        gradient_u = \frac{\partial J}{\partial u_b} = \sum_{a=1}^{C} \left( K n_a r_b \, \sigma(u_b^\top v_a) -
            N_{ab} \, \sigma(-u_b^\top v_a) \right) v_a
            proved in subwords.md:44
        gradient_z = \frac{\partial J}{\partial z_g} = \sum_{a=1}^{C} G_{ag} \sum_{b=1}^{V} \left( K n_a r_b \,
            \sigma(u_b^\top v_a) - N_{ab} \, \sigma(-u_b^\top v_a) \right) u_b
            proved in subwords.md:51

    Args:
        u: (V, d).
        z: (H, d).
        G_columns: the columns, from 0 to H - 1, of the nonzero entries, row by row.
        G_starts: (C + 1,), where each row begins in them; the first is 0.
        G_values: the entries of G, C×H; no position twice.
        N_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        N_starts: (C + 1,), where each row begins in them; the first is 0.
        N_values: the entries of N, C×V; no position twice.
        n: (C,).
        r: (V,), not negative; the proofs do not use that it adds up to one.
        K: a number.
        block: (C, V), C-contiguous; work space, overwritten.
        gradient_u: the array that receives this output, overwritten.
        gradient_z: the array that receives this output, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or z.ndim != 2
        or n.ndim != 1
        or r.ndim != 1
        or z.shape[1] != u.shape[1]
        or r.shape[0] != u.shape[0]
        or len(G_starts) != n.shape[0] + 1
        or len(G_columns) != len(G_values)
        or len(N_starts) != n.shape[0] + 1
        or len(N_columns) != len(N_values)
        or block.shape != (n.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes(
            "block_loss_and_gradients", "u (V, d), z (H, d), n (C,), r (V,), block (C, V) contiguous", u, z, n, r, block
        )
    C = len(n)
    H = z.shape[0]
    V = u.shape[0]
    matrix = _sparse(G_values, G_columns, G_starts, (C, H))
    products = matrix @ z
    scores = np.matmul(products, u.T, out=block)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(N_starts)) + N_columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus_and_sigmoid(scores_2, out=np.empty_like(scores_2))
    products_2 = np.einsum("i,i->", losses, N_values, dtype=np.float64)
    products_3 = _softplus_dot_and_sigmoid(scores, r)
    products_4 = n.astype(np.float64).dot(products_3)
    loss = products_2 + K * products_4
    sigmoids = scores
    weighted = sigmoids
    weighted *= (n * K)[:, None]
    weighted *= r
    sigmoids_2 = scores_2
    residuals = weighted
    np.subtract.at(residuals.reshape(-1), positions, N_values * sigmoids_2)
    gradient_u = np.matmul(residuals.T, products, out=gradient_u)
    products_5 = residuals @ u
    gradient_z[...] = matrix.T @ products_5
    if not math.isfinite(loss):
        _reject_non_finite("block_loss_and_gradients", u=u, z=z, G_values=G_values, N_values=N_values, n=n, r=r, K=K)
        _reject_negative("block_loss_and_gradients", r=r)
    return float(loss)
