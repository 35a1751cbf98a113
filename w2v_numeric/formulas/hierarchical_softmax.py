"""Functions proved in hierarchical-softmax.md.

Generated from proved steps; do not edit, run:  derive emit
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from w2v_numeric.formulas._helpers import (
    Floats,
    Integers,
    _floats,
    _integers,
    _reject_non_finite,
    _reject_shapes,
    _scatter_rows,
    _softplus,
    _softplus_and_sigmoid,
    _sparse,
)

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "OBJECTIVES",
    "block_loss",
    "block_loss_and_gradients",
    "pair",
]

NOTES = {
    "hierarchical-softmax.md": "7cb35617caffc456bf238ec0aeac30fa623808482f0d0250dfbb4907474bdcee",
}
"""The notes the functions come from, with the SHA-256 of each."""

OBJECTIVES: dict[str, dict[str, Any]] = {
    "hierarchical-softmax": {
        "about": "Skip-gram with a Huffman tree in place of the softmax, over counts.",
        "over": "counts",
        "loss_and_gradients": "block_loss_and_gradients",
        "loss": "block_loss",
        "outputs": ["loss", "gradient_v", "gradient_u"],
        "given": {
            "u": "inner node vectors",
            "v": "center vectors",
            "L_columns L_starts L_values": "left counts",
            "R_columns R_starts R_values": "right counts",
            "loss": "negative log-likelihood",
        },
        "preferred": {},
    },
}
"""What can be trained with these functions, and what each of their arguments is given."""

BODY_SHA256 = "8f316ab016056d4c1d51ee419d7ed81fab360589861248a64972d87b741b659a"
"""The SHA-256 of everything below."""


def block_loss(
    u: Floats,
    v: Floats,
    L_columns: Integers,
    L_starts: Integers,
    L_values: Floats,
    R_columns: Integers,
    R_starts: Integers,
    R_values: Floats,
    *,
    block: Floats,
) -> float:
    r"""The loss of a block of C center words over their left turns L and right turns R.

        loss = F = -\sum_{a=1}^{C} \sum_{m=1}^{M} \left( L_{am} \log \sigma(u_m^\top v_a) + R_{am} \log
            \sigma(-u_m^\top v_a) \right)
            proved in hierarchical-softmax.md:114

    Args:
        u: (M, d).
        v: (C, d).
        L_columns: the columns, from 0 to M - 1, of the nonzero entries, row by row.
        L_starts: (C + 1,), where each row begins in them; the first is 0.
        L_values: the entries of L, C×M; no position twice.
        R_columns: the columns, from 0 to M - 1, of the nonzero entries, row by row.
        R_starts: (C + 1,), where each row begins in them; the first is 0.
        R_values: the entries of R, C×M; no position twice.
        block: (C, M), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or v.shape[1] != u.shape[1]
        or len(L_starts) != v.shape[0] + 1
        or len(L_columns) != len(L_values)
        or len(R_starts) != v.shape[0] + 1
        or len(R_columns) != len(R_values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes("block_loss", "u (M, d), v (C, d), block (C, M) contiguous", u, v, block)
    M = u.shape[0]
    C = v.shape[0]
    scores = np.matmul(v, u.T, out=block)
    positions = np.repeat(np.arange(0, C * M, M), np.diff(L_starts)) + L_columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus(scores_2, out=np.empty_like(scores_2))
    products = np.einsum("i,i->", losses, L_values, dtype=np.float64)
    positions_2 = np.repeat(np.arange(0, C * M, M), np.diff(R_starts)) + R_columns
    scores_observed_2 = scores.take(positions_2)
    losses_2 = _softplus(scores_observed_2, out=np.empty_like(scores_observed_2))
    products_2 = np.einsum("i,i->", losses_2, R_values, dtype=np.float64)
    loss = products + products_2
    if not math.isfinite(loss):
        _reject_non_finite("block_loss", u=u, v=v, L_values=L_values, R_values=R_values)
    return float(loss)


def block_loss_and_gradients(
    u: Floats,
    v: Floats,
    L_columns: Integers,
    L_starts: Integers,
    L_values: Floats,
    R_columns: Integers,
    R_starts: Integers,
    R_values: Floats,
    *,
    block: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
) -> float:
    r"""The loss of a block of C center words over their left turns L and right turns R, and its gradients.

        loss = F = -\sum_{a=1}^{C} \sum_{m=1}^{M} \left( L_{am} \log \sigma(u_m^\top v_a) + R_{am} \log
            \sigma(-u_m^\top v_a) \right)
            proved in hierarchical-softmax.md:114
        gradient_v = \frac{\partial F}{\partial v_a} = \sum_{m=1}^{M} \left( R_{am} \sigma(u_m^\top v_a) -
            L_{am} \sigma(-u_m^\top v_a) \right) u_m
            proved in hierarchical-softmax.md:121
        gradient_u = \frac{\partial F}{\partial u_m} = \sum_{a=1}^{C} \left( R_{am} \sigma(u_m^\top v_a) -
            L_{am} \sigma(-u_m^\top v_a) \right) v_a
            proved in hierarchical-softmax.md:125

    Args:
        u: (M, d).
        v: (C, d).
        L_columns: the columns, from 0 to M - 1, of the nonzero entries, row by row.
        L_starts: (C + 1,), where each row begins in them; the first is 0.
        L_values: the entries of L, C×M; no position twice.
        R_columns: the columns, from 0 to M - 1, of the nonzero entries, row by row.
        R_starts: (C + 1,), where each row begins in them; the first is 0.
        R_values: the entries of R, C×M; no position twice.
        block: (C, M), C-contiguous; work space, overwritten.
        gradient_v: the array that receives this output, overwritten.
        gradient_u: the array that receives this output, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or v.shape[1] != u.shape[1]
        or len(L_starts) != v.shape[0] + 1
        or len(L_columns) != len(L_values)
        or len(R_starts) != v.shape[0] + 1
        or len(R_columns) != len(R_values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes("block_loss_and_gradients", "u (M, d), v (C, d), block (C, M) contiguous", u, v, block)
    M = u.shape[0]
    C = v.shape[0]
    scores = np.matmul(v, u.T, out=block)
    positions = np.repeat(np.arange(0, C * M, M), np.diff(L_starts)) + L_columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus_and_sigmoid(scores_2, out=np.empty_like(scores_2))
    products = np.einsum("i,i->", losses, L_values, dtype=np.float64)
    positions_2 = np.repeat(np.arange(0, C * M, M), np.diff(R_starts)) + R_columns
    scores_observed_2 = scores.take(positions_2)
    losses_2 = _softplus_and_sigmoid(scores_observed_2, out=np.empty_like(scores_observed_2))
    products_2 = np.einsum("i,i->", losses_2, R_values, dtype=np.float64)
    loss = products + products_2
    sigmoids = scores_observed_2
    matrix = _sparse(R_values * sigmoids, R_columns, R_starts, (C, M))
    sigmoids_2 = scores_2
    weighted = sigmoids_2
    weighted *= L_values
    matrix_2 = _sparse(-weighted, L_columns, L_starts, (C, M))
    matrix_3 = matrix + matrix_2
    gradient_v[...] = matrix_3 @ u
    gradient_u[...] = matrix_3.T @ v
    if not math.isfinite(loss):
        _reject_non_finite("block_loss_and_gradients", u=u, v=v, L_values=L_values, R_values=R_values)
    return float(loss)


def pair(u: Floats, v: Floats, c: int, n: Integers, s: Floats) -> tuple[float, Floats, Floats]:
    r"""The loss of one pair, a center word c and the way n with signs s of an outside word, and its gradients.

        loss = J = -\sum_{k=1}^{K} \log \sigma(s_k u_{n_k}^\top v_c)
            proved in hierarchical-softmax.md:56
        gradient_v = \frac{\partial J}{\partial v_c} = -\sum_{k=1}^{K} \sigma(-s_k u_{n_k}^\top v_c) \, s_k
            u_{n_k}
            proved in hierarchical-softmax.md:67
        gradient_u = \frac{\partial J}{\partial u_m} = -\sum_{k=1}^{K} \delta_{m, n_k} \, \sigma(-s_k
            u_{n_k}^\top v_c) \, s_k v_c
            proved in hierarchical-softmax.md:74

    Args:
        u: (M, d).
        v: (C, d).
        c: an integer from 0 to C - 1.
        n: (K,), integers from 0 to M - 1.
        s: (K,).

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(u) is not np.ndarray or u.dtype.kind != "f":
        u = _floats("u", u)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    n = _integers("n", n)
    if type(s) is not np.ndarray or s.dtype.kind != "f":
        s = _floats("s", s)
    if u.ndim != 2 or v.ndim != 2 or n.ndim != 1 or s.ndim != 1 or v.shape[1] != u.shape[1] or s.shape[0] != n.shape[0]:
        _reject_shapes("pair", "u (M, d), v (C, d), n (K,), s (K,)", u, v, n, s)
    if not 0 <= c < v.shape[0]:
        raise IndexError(f"pair: c = {c} is not between 0 and {v.shape[0] - 1}")
    M = u.shape[0]
    d = u.shape[1]
    u_n = u.take(n, axis=0)
    v_c = v[c]
    products = u_n.dot(v_c)
    scores = products
    scores *= s
    scores_2 = np.negative(scores, out=scores)
    losses = _softplus_and_sigmoid(scores_2, out=np.empty_like(scores_2))
    loss = np.add.reduce(losses)
    sigmoids = scores_2
    weighted = sigmoids
    weighted *= s
    products_2 = weighted.dot(u_n)
    gradient_v = np.negative(products_2, out=products_2)
    weighted_2 = weighted[:, None] * v_c
    gradient_u = np.zeros((M, d), u.dtype)
    _scatter_rows(np.subtract, gradient_u, n, weighted_2)
    if not (math.isfinite(loss) and math.isfinite(gradient_v.dot(gradient_v))):
        _reject_non_finite("pair", u=u, v=v, s=s)
    return float(loss), gradient_v, gradient_u
