"""Functions proved in cbow.md.

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
    _row_maxima,
    _scatter_rows,
    _sigmoid_of_number,
    _softplus,
    _softplus_and_sigmoid,
    _softplus_of_number,
    _sparse,
)

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "OBJECTIVES",
    "hierarchical_softmax_block_loss",
    "hierarchical_softmax_block_loss_and_gradients",
    "hierarchical_softmax_block_loss_and_gradients_loops",
    "hierarchical_softmax_window",
    "negative_sampling_block_loss",
    "negative_sampling_block_loss_and_gradients",
    "negative_sampling_block_loss_and_gradients_loops",
    "negative_sampling_window",
    "softmax_block_loss",
    "softmax_block_loss_and_gradients",
    "window",
]

NOTES = {
    "cbow.md": "ac06c7acef5815b7d0e426e8e27b93228ec81fbbb1c0eb4823115267f2810d33",
}
"""The notes the functions come from, with the SHA-256 of each."""

OBJECTIVES: dict[str, dict[str, Any]] = {
    "cbow-hierarchical-softmax": {
        "about": "CBOW with a Huffman tree in place of the softmax.",
        "over": "windows",
        "loss_and_gradients": "hierarchical_softmax_block_loss_and_gradients",
        "loss": "hierarchical_softmax_block_loss",
        "loops": "hierarchical_softmax_block_loss_and_gradients_loops",
        "outputs": ["loss", "gradient_v", "gradient_q"],
        "given": {
            "q": "inner node vectors",
            "v": "context vectors",
            "A_columns A_starts A_values": "contexts",
            "L_columns L_starts L_values": "left counts",
            "R_columns R_starts R_values": "right counts",
            "loss": "negative log-likelihood",
        },
        "preferred": {
            "batch": "1024",
        },
    },
    "cbow-negative-sampling": {
        "about": "CBOW with negative sampling: the mean of a window against drawn noise words.",
        "over": "windows",
        "loss_and_gradients": "negative_sampling_block_loss_and_gradients",
        "loss": "negative_sampling_block_loss",
        "loops": "negative_sampling_block_loss_and_gradients_loops",
        "outputs": ["loss", "gradient_v", "gradient_u"],
        "given": {
            "u": "outside vectors",
            "v": "context vectors",
            "A_columns A_starts A_values": "contexts",
            "N_columns N_starts N_values": "counts",
            "S_columns S_starts S_values": "noise counts",
        },
        "preferred": {
            "batch": "1024",
        },
    },
    "cbow-softmax": {
        "about": "CBOW with the exact softmax.",
        "over": "windows",
        "loss_and_gradients": "softmax_block_loss_and_gradients",
        "loss": "softmax_block_loss",
        "outputs": ["loss", "gradient_v", "gradient_u"],
        "given": {
            "u": "outside vectors",
            "v": "context vectors",
            "A_columns A_starts A_values": "contexts",
            "N_columns N_starts N_values": "counts",
            "n": "center counts",
            "loss": "negative log-likelihood",
        },
        "preferred": {},
    },
}
"""What can be trained with these functions, and what each of their arguments is given."""

BODY_SHA256 = "aea92fdc556061d3d98a59e70ef4b7c21d3580b8a5775e35cbad2fae3bf28de7"
"""The SHA-256 of everything below."""


def hierarchical_softmax_block_loss(
    q: Floats,
    v: Floats,
    A_columns: Integers,
    A_starts: Integers,
    A_values: Floats,
    L_columns: Integers,
    L_starts: Integers,
    L_values: Floats,
    R_columns: Integers,
    R_starts: Integers,
    R_values: Floats,
    *,
    block: Floats,
) -> float:
    r"""The loss of T places with context weights A over the left turns L and right turns R of their targets.

        loss = B = -\sum_{t=1}^{T} \sum_{z=1}^{M} \left( L_{tz} \log \sigma(q_z^\top \bar v_t) + R_{tz} \log
            \sigma(-q_z^\top \bar v_t) \right)
            proved in cbow.md:149

    Args:
        q: (M, d).
        v: (C, d).
        A_columns: the columns, from 0 to C - 1, of the nonzero entries, row by row.
        A_starts: (T + 1,), where each row begins in them; the first is 0.
        A_values: the entries of A, T×C; no position twice.
        L_columns: the columns, from 0 to M - 1, of the nonzero entries, row by row.
        L_starts: (T + 1,), where each row begins in them; the first is 0.
        L_values: the entries of L, T×M; no position twice.
        R_columns: the columns, from 0 to M - 1, of the nonzero entries, row by row.
        R_starts: (T + 1,), where each row begins in them; the first is 0.
        R_values: the entries of R, T×M; no position twice.
        block: (T, M), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        q.ndim != 2
        or v.ndim != 2
        or v.shape[1] != q.shape[1]
        or len(A_columns) != len(A_values)
        or len(L_starts) != len(A_starts)
        or len(L_columns) != len(L_values)
        or len(R_starts) != len(A_starts)
        or len(R_columns) != len(R_values)
        or block.shape != (len(A_starts) - 1, q.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes("hierarchical_softmax_block_loss", "q (M, d), v (C, d), block (T, M) contiguous", q, v, block)
    T = len(A_starts) - 1
    C = v.shape[0]
    M = q.shape[0]
    products = _sparse(A_values, A_columns, A_starts, (T, C)) @ v
    scores = np.matmul(products, q.T, out=block)
    positions = np.repeat(np.arange(0, T * M, M), np.diff(L_starts)) + L_columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus(scores_2, out=np.empty_like(scores_2))
    products_2 = np.einsum("i,i->", losses, L_values, dtype=np.float64)
    positions_2 = np.repeat(np.arange(0, T * M, M), np.diff(R_starts)) + R_columns
    scores_observed_2 = scores.take(positions_2)
    losses_2 = _softplus(scores_observed_2, out=np.empty_like(scores_observed_2))
    products_3 = np.einsum("i,i->", losses_2, R_values, dtype=np.float64)
    loss = products_2 + products_3
    if not math.isfinite(loss):
        _reject_non_finite(
            "hierarchical_softmax_block_loss", q=q, v=v, A_values=A_values, L_values=L_values, R_values=R_values
        )
    return float(loss)


def hierarchical_softmax_block_loss_and_gradients(
    q: Floats,
    v: Floats,
    A_columns: Integers,
    A_starts: Integers,
    A_values: Floats,
    L_columns: Integers,
    L_starts: Integers,
    L_values: Floats,
    R_columns: Integers,
    R_starts: Integers,
    R_values: Floats,
    *,
    block: Floats,
    gradient_v: Floats,
    gradient_q: Floats,
) -> float:
    r"""The loss of T places with context weights A over left turns L and right turns R, and gradients.

        loss = B = -\sum_{t=1}^{T} \sum_{z=1}^{M} \left( L_{tz} \log \sigma(q_z^\top \bar v_t) + R_{tz} \log
            \sigma(-q_z^\top \bar v_t) \right)
            proved in cbow.md:149
        gradient_v = \frac{\partial B}{\partial v_x} = \sum_{t=1}^{T} A_{tx} \sum_{z=1}^{M} \left( R_{tz} \,
            \sigma(q_z^\top \bar v_t) - L_{tz} \, \sigma(-q_z^\top \bar v_t) \right) q_z
            proved in cbow.md:161
        gradient_q = \frac{\partial B}{\partial q_z} = \sum_{t=1}^{T} \left( R_{tz} \, \sigma(q_z^\top \bar v_t)
            - L_{tz} \, \sigma(-q_z^\top \bar v_t) \right) \bar v_t
            proved in cbow.md:157

    Args:
        q: (M, d).
        v: (C, d).
        A_columns: the columns, from 0 to C - 1, of the nonzero entries, row by row.
        A_starts: (T + 1,), where each row begins in them; the first is 0.
        A_values: the entries of A, T×C; no position twice.
        L_columns: the columns, from 0 to M - 1, of the nonzero entries, row by row.
        L_starts: (T + 1,), where each row begins in them; the first is 0.
        L_values: the entries of L, T×M; no position twice.
        R_columns: the columns, from 0 to M - 1, of the nonzero entries, row by row.
        R_starts: (T + 1,), where each row begins in them; the first is 0.
        R_values: the entries of R, T×M; no position twice.
        block: (T, M), C-contiguous; work space, overwritten.
        gradient_v: the array that receives this output, overwritten.
        gradient_q: the array that receives this output, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        q.ndim != 2
        or v.ndim != 2
        or v.shape[1] != q.shape[1]
        or len(A_columns) != len(A_values)
        or len(L_starts) != len(A_starts)
        or len(L_columns) != len(L_values)
        or len(R_starts) != len(A_starts)
        or len(R_columns) != len(R_values)
        or block.shape != (len(A_starts) - 1, q.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes(
            "hierarchical_softmax_block_loss_and_gradients", "q (M, d), v (C, d), block (T, M) contiguous", q, v, block
        )
    T = len(A_starts) - 1
    C = v.shape[0]
    M = q.shape[0]
    matrix = _sparse(A_values, A_columns, A_starts, (T, C))
    products = matrix @ v
    scores = np.matmul(products, q.T, out=block)
    positions = np.repeat(np.arange(0, T * M, M), np.diff(L_starts)) + L_columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus_and_sigmoid(scores_2, out=np.empty_like(scores_2))
    products_2 = np.einsum("i,i->", losses, L_values, dtype=np.float64)
    positions_2 = np.repeat(np.arange(0, T * M, M), np.diff(R_starts)) + R_columns
    scores_observed_2 = scores.take(positions_2)
    losses_2 = _softplus_and_sigmoid(scores_observed_2, out=np.empty_like(scores_observed_2))
    products_3 = np.einsum("i,i->", losses_2, R_values, dtype=np.float64)
    loss = products_2 + products_3
    sigmoids = scores_observed_2
    matrix_2 = _sparse(R_values * sigmoids, R_columns, R_starts, (T, M))
    sigmoids_2 = scores_2
    weighted = sigmoids_2
    weighted *= L_values
    matrix_3 = _sparse(-weighted, L_columns, L_starts, (T, M))
    matrix_4 = matrix_2 + matrix_3
    products_4 = matrix_4 @ q
    gradient_v[...] = matrix.T @ products_4
    gradient_q[...] = matrix_4.T @ products
    if not math.isfinite(loss):
        _reject_non_finite(
            "hierarchical_softmax_block_loss_and_gradients",
            q=q,
            v=v,
            A_values=A_values,
            L_values=L_values,
            R_values=R_values,
        )
    return float(loss)


def hierarchical_softmax_block_loss_and_gradients_loops(
    q: Floats,
    v: Floats,
    A_columns: Integers,
    A_starts: Integers,
    A_values: Floats,
    L_columns: Integers,
    L_starts: Integers,
    L_values: Floats,
    R_columns: Integers,
    R_starts: Integers,
    R_values: Floats,
    gradient_v: Floats,
    gradient_q: Floats,
) -> float:
    """What `hierarchical_softmax_block_loss_and_gradients` computes, in loops over the entries.

        loss: proved in cbow.md:149
        gradient_v: proved in cbow.md:161
        gradient_q: proved in cbow.md:157

    The arguments are the same, without work space; arrays of numbers are of one type.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
        IndexError: a column points outside of its axis.
    """
    if (
        q.ndim != 2
        or v.ndim != 2
        or v.shape[1] != q.shape[1]
        or len(A_columns) != len(A_values)
        or len(L_starts) != len(A_starts)
        or len(L_columns) != len(L_values)
        or len(R_starts) != len(A_starts)
        or len(R_columns) != len(R_values)
        or gradient_v.shape != (v.shape[0], q.shape[1])
        or gradient_q.shape != (q.shape[0], q.shape[1])
    ):
        raise ValueError("hierarchical_softmax_block_loss_and_gradients: shapes do not meet")
    T = len(A_starts) - 1
    d = q.shape[1]
    C = v.shape[0]
    M = q.shape[0]
    zero = q.dtype.type(0)
    one = q.dtype.type(1)
    gradient_v[:, :] = zero
    gradient_q[:, :] = zero
    total = np.empty(d, q.dtype)
    total_2 = np.empty(d, q.dtype)
    loss = 0.0
    for row in range(T):
        if not 0 <= A_starts[row] <= A_starts[row + 1] <= len(A_columns):
            raise ValueError("hierarchical_softmax_block_loss_and_gradients: A_starts does not rise from row to row")
        if not 0 <= L_starts[row] <= L_starts[row + 1] <= len(L_columns):
            raise ValueError("hierarchical_softmax_block_loss_and_gradients: L_starts does not rise from row to row")
        if not 0 <= R_starts[row] <= R_starts[row + 1] <= len(R_columns):
            raise ValueError("hierarchical_softmax_block_loss_and_gradients: R_starts does not rise from row to row")
        total[:] = zero
        total_2[:] = zero
        for entry in range(A_starts[row], A_starts[row + 1]):
            column = A_columns[entry]
            if not 0 <= column < C:
                raise IndexError("hierarchical_softmax_block_loss_and_gradients: A_columns points outside of its axis")
            weight = A_values[entry]
            for j in range(d):
                total[j] += weight * v[column, j]
        for entry in range(L_starts[row], L_starts[row + 1]):
            column = L_columns[entry]
            if not 0 <= column < M:
                raise IndexError("hierarchical_softmax_block_loss_and_gradients: L_columns points outside of its axis")
            score = zero
            for j in range(d):
                score += q[column, j] * total[j]
            score_2 = -score
            small = math.exp(-abs(score_2))
            loss += (max(score_2, zero) + math.log1p(small)) * L_values[entry]
            sigmoid = (one if score_2 >= zero else small) / (one + small)
            weight_2 = L_values[entry] * sigmoid
            for j in range(d):
                gradient_q[column, j] -= weight_2 * total[j]
            for j in range(d):
                total_2[j] -= weight_2 * q[column, j]
        for entry in range(R_starts[row], R_starts[row + 1]):
            column = R_columns[entry]
            if not 0 <= column < M:
                raise IndexError("hierarchical_softmax_block_loss_and_gradients: R_columns points outside of its axis")
            score_3 = zero
            for j in range(d):
                score_3 += q[column, j] * total[j]
            small_2 = math.exp(-abs(score_3))
            loss += (max(score_3, zero) + math.log1p(small_2)) * R_values[entry]
            sigmoid_2 = (one if score_3 >= zero else small_2) / (one + small_2)
            weight_3 = R_values[entry] * sigmoid_2
            for j in range(d):
                gradient_q[column, j] += weight_3 * total[j]
            for j in range(d):
                total_2[j] += weight_3 * q[column, j]
        for entry in range(A_starts[row], A_starts[row + 1]):
            column = A_columns[entry]
            if not 0 <= column < C:
                raise IndexError("hierarchical_softmax_block_loss_and_gradients: A_columns points outside of its axis")
            weight_4 = A_values[entry]
            for j in range(d):
                gradient_v[column, j] += weight_4 * total_2[j]
    if not math.isfinite(loss):
        raise ValueError("hierarchical_softmax_block_loss_and_gradients: an entry is NaN or infinite")
    return loss


def hierarchical_softmax_window(
    q: Floats,
    v: Floats,
    c: Integers,
    y: Integers,
    s: Floats,
) -> tuple[float, Floats, Floats]:
    r"""The loss of one window, the context words c around a target with the way y and signs s, and its gradients.

        loss = H = -\sum_{k=1}^{D} \log \sigma(s_k q_{y_k}^\top h)
            proved in cbow.md:69
        gradient_v = \frac{\partial H}{\partial v_x} = -\frac{1}{m} \sum_{i=1}^{m} \delta_{x, c_i}
            \sum_{k=1}^{D} \sigma(-s_k q_{y_k}^\top h) \, s_k q_{y_k}
            proved in cbow.md:77
        gradient_q = \frac{\partial H}{\partial q_z} = -\sum_{k=1}^{D} \delta_{z, y_k} \, \sigma(-s_k
            q_{y_k}^\top h) \, s_k h
            proved in cbow.md:73

    Args:
        q: (M, d).
        v: (C, d).
        c: (m,), integers from 0 to C - 1.
        y: (D,), integers from 0 to M - 1.
        s: (D,).

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(q) is not np.ndarray or q.dtype.kind != "f":
        q = _floats("q", q)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    c = _integers("c", c)
    y = _integers("y", y)
    if type(s) is not np.ndarray or s.dtype.kind != "f":
        s = _floats("s", s)
    if (
        q.ndim != 2
        or v.ndim != 2
        or c.ndim != 1
        or y.ndim != 1
        or s.ndim != 1
        or v.shape[1] != q.shape[1]
        or s.shape[0] != y.shape[0]
    ):
        _reject_shapes("hierarchical_softmax_window", "q (M, d), v (C, d), c (m,), y (D,), s (D,)", q, v, c, y, s)
    m = len(c)
    C = v.shape[0]
    d = q.shape[1]
    M = q.shape[0]
    inverse = 1 / m
    q_y = q.take(y, axis=0)
    v_c = v.take(c, axis=0)
    total = np.add.reduce(v_c)
    products = q_y.dot(total)
    scores = products
    scores *= s
    scores *= inverse
    scores_2 = np.negative(scores, out=scores)
    losses = _softplus_and_sigmoid(scores_2, out=np.empty_like(scores_2))
    loss = np.add.reduce(losses)
    sigmoids = scores_2
    weighted = (s * sigmoids * inverse)[:, None] * total
    weighted_2 = sigmoids
    weighted_2 *= s
    products_2 = weighted_2.dot(q_y)
    scattered = np.zeros((C, d), q.dtype)
    _scatter_rows(np.add, scattered, c, products_2)
    weighted_3 = scattered
    weighted_3 *= inverse
    gradient_v = np.negative(weighted_3, out=weighted_3)
    gradient_q = np.zeros((M, d), q.dtype)
    _scatter_rows(np.subtract, gradient_q, y, weighted)
    if not math.isfinite(loss):
        _reject_non_finite("hierarchical_softmax_window", q=q, v=v, s=s)
    return float(loss), gradient_v, gradient_q


def negative_sampling_block_loss(
    u: Floats,
    v: Floats,
    A_columns: Integers,
    A_starts: Integers,
    A_values: Floats,
    N_columns: Integers,
    N_starts: Integers,
    N_values: Floats,
    S_columns: Integers,
    S_starts: Integers,
    S_values: Floats,
    *,
    block: Floats,
) -> float:
    r"""The loss of T places with context weights A and targets N against noise words S.

        loss = G = -\sum_{t=1}^{T} \sum_{w=1}^{V} \left( N_{tw} \log \sigma(u_w^\top \bar v_t) + S_{tw} \log
            \sigma(-u_w^\top \bar v_t) \right)
            proved in cbow.md:129

    Args:
        u: (V, d).
        v: (C, d).
        A_columns: the columns, from 0 to C - 1, of the nonzero entries, row by row.
        A_starts: (T + 1,), where each row begins in them; the first is 0.
        A_values: the entries of A, T×C; no position twice.
        N_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        N_starts: (T + 1,), where each row begins in them; the first is 0.
        N_values: the entries of N, T×V; no position twice.
        S_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        S_starts: (T + 1,), where each row begins in them; the first is 0.
        S_values: the entries of S, T×V; no position twice.
        block: (T, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or v.shape[1] != u.shape[1]
        or len(A_columns) != len(A_values)
        or len(N_starts) != len(A_starts)
        or len(N_columns) != len(N_values)
        or len(S_starts) != len(A_starts)
        or len(S_columns) != len(S_values)
        or block.shape != (len(A_starts) - 1, u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes("negative_sampling_block_loss", "u (V, d), v (C, d), block (T, V) contiguous", u, v, block)
    T = len(A_starts) - 1
    C = v.shape[0]
    V = u.shape[0]
    products = _sparse(A_values, A_columns, A_starts, (T, C)) @ v
    scores = np.matmul(products, u.T, out=block)
    positions = np.repeat(np.arange(0, T * V, V), np.diff(N_starts)) + N_columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus(scores_2, out=np.empty_like(scores_2))
    products_2 = np.einsum("i,i->", losses, N_values, dtype=np.float64)
    positions_2 = np.repeat(np.arange(0, T * V, V), np.diff(S_starts)) + S_columns
    scores_observed_2 = scores.take(positions_2)
    losses_2 = _softplus(scores_observed_2, out=np.empty_like(scores_observed_2))
    products_3 = np.einsum("i,i->", losses_2, S_values, dtype=np.float64)
    loss = products_2 + products_3
    if not math.isfinite(loss):
        _reject_non_finite(
            "negative_sampling_block_loss", u=u, v=v, A_values=A_values, N_values=N_values, S_values=S_values
        )
    return float(loss)


def negative_sampling_block_loss_and_gradients(
    u: Floats,
    v: Floats,
    A_columns: Integers,
    A_starts: Integers,
    A_values: Floats,
    N_columns: Integers,
    N_starts: Integers,
    N_values: Floats,
    S_columns: Integers,
    S_starts: Integers,
    S_values: Floats,
    *,
    block: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
) -> float:
    r"""The loss of T places with context weights A and targets N against noise words S, and its gradients.

        loss = G = -\sum_{t=1}^{T} \sum_{w=1}^{V} \left( N_{tw} \log \sigma(u_w^\top \bar v_t) + S_{tw} \log
            \sigma(-u_w^\top \bar v_t) \right)
            proved in cbow.md:129
        gradient_v = \frac{\partial G}{\partial v_x} = \sum_{t=1}^{T} A_{tx} \sum_{w=1}^{V} \left( S_{tw} \,
            \sigma(u_w^\top \bar v_t) - N_{tw} \, \sigma(-u_w^\top \bar v_t) \right) u_w
            proved in cbow.md:141
        gradient_u = \frac{\partial G}{\partial u_w} = \sum_{t=1}^{T} \left( S_{tw} \, \sigma(u_w^\top \bar v_t)
            - N_{tw} \, \sigma(-u_w^\top \bar v_t) \right) \bar v_t
            proved in cbow.md:137

    Args:
        u: (V, d).
        v: (C, d).
        A_columns: the columns, from 0 to C - 1, of the nonzero entries, row by row.
        A_starts: (T + 1,), where each row begins in them; the first is 0.
        A_values: the entries of A, T×C; no position twice.
        N_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        N_starts: (T + 1,), where each row begins in them; the first is 0.
        N_values: the entries of N, T×V; no position twice.
        S_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        S_starts: (T + 1,), where each row begins in them; the first is 0.
        S_values: the entries of S, T×V; no position twice.
        block: (T, V), C-contiguous; work space, overwritten.
        gradient_v: the array that receives this output, overwritten.
        gradient_u: the array that receives this output, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or v.shape[1] != u.shape[1]
        or len(A_columns) != len(A_values)
        or len(N_starts) != len(A_starts)
        or len(N_columns) != len(N_values)
        or len(S_starts) != len(A_starts)
        or len(S_columns) != len(S_values)
        or block.shape != (len(A_starts) - 1, u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes(
            "negative_sampling_block_loss_and_gradients", "u (V, d), v (C, d), block (T, V) contiguous", u, v, block
        )
    T = len(A_starts) - 1
    C = v.shape[0]
    V = u.shape[0]
    matrix = _sparse(A_values, A_columns, A_starts, (T, C))
    products = matrix @ v
    scores = np.matmul(products, u.T, out=block)
    positions = np.repeat(np.arange(0, T * V, V), np.diff(N_starts)) + N_columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus_and_sigmoid(scores_2, out=np.empty_like(scores_2))
    products_2 = np.einsum("i,i->", losses, N_values, dtype=np.float64)
    positions_2 = np.repeat(np.arange(0, T * V, V), np.diff(S_starts)) + S_columns
    scores_observed_2 = scores.take(positions_2)
    losses_2 = _softplus_and_sigmoid(scores_observed_2, out=np.empty_like(scores_observed_2))
    products_3 = np.einsum("i,i->", losses_2, S_values, dtype=np.float64)
    loss = products_2 + products_3
    sigmoids = scores_observed_2
    matrix_2 = _sparse(S_values * sigmoids, S_columns, S_starts, (T, V))
    sigmoids_2 = scores_2
    weighted = sigmoids_2
    weighted *= N_values
    matrix_3 = _sparse(-weighted, N_columns, N_starts, (T, V))
    matrix_4 = matrix_2 + matrix_3
    products_4 = matrix_4 @ u
    gradient_v[...] = matrix.T @ products_4
    gradient_u[...] = matrix_4.T @ products
    if not math.isfinite(loss):
        _reject_non_finite(
            "negative_sampling_block_loss_and_gradients",
            u=u,
            v=v,
            A_values=A_values,
            N_values=N_values,
            S_values=S_values,
        )
    return float(loss)


def negative_sampling_block_loss_and_gradients_loops(
    u: Floats,
    v: Floats,
    A_columns: Integers,
    A_starts: Integers,
    A_values: Floats,
    N_columns: Integers,
    N_starts: Integers,
    N_values: Floats,
    S_columns: Integers,
    S_starts: Integers,
    S_values: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
) -> float:
    """What `negative_sampling_block_loss_and_gradients` computes, in loops over the entries.

        loss: proved in cbow.md:129
        gradient_v: proved in cbow.md:141
        gradient_u: proved in cbow.md:137

    The arguments are the same, without work space; arrays of numbers are of one type.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
        IndexError: a column points outside of its axis.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or v.shape[1] != u.shape[1]
        or len(A_columns) != len(A_values)
        or len(N_starts) != len(A_starts)
        or len(N_columns) != len(N_values)
        or len(S_starts) != len(A_starts)
        or len(S_columns) != len(S_values)
        or gradient_v.shape != (v.shape[0], u.shape[1])
        or gradient_u.shape != (u.shape[0], u.shape[1])
    ):
        raise ValueError("negative_sampling_block_loss_and_gradients: shapes do not meet")
    T = len(A_starts) - 1
    d = u.shape[1]
    C = v.shape[0]
    V = u.shape[0]
    zero = u.dtype.type(0)
    one = u.dtype.type(1)
    gradient_v[:, :] = zero
    gradient_u[:, :] = zero
    total = np.empty(d, u.dtype)
    total_2 = np.empty(d, u.dtype)
    loss = 0.0
    for row in range(T):
        if not 0 <= A_starts[row] <= A_starts[row + 1] <= len(A_columns):
            raise ValueError("negative_sampling_block_loss_and_gradients: A_starts does not rise from row to row")
        if not 0 <= N_starts[row] <= N_starts[row + 1] <= len(N_columns):
            raise ValueError("negative_sampling_block_loss_and_gradients: N_starts does not rise from row to row")
        if not 0 <= S_starts[row] <= S_starts[row + 1] <= len(S_columns):
            raise ValueError("negative_sampling_block_loss_and_gradients: S_starts does not rise from row to row")
        total[:] = zero
        total_2[:] = zero
        for entry in range(A_starts[row], A_starts[row + 1]):
            column = A_columns[entry]
            if not 0 <= column < C:
                raise IndexError("negative_sampling_block_loss_and_gradients: A_columns points outside of its axis")
            weight = A_values[entry]
            for j in range(d):
                total[j] += weight * v[column, j]
        for entry in range(N_starts[row], N_starts[row + 1]):
            column = N_columns[entry]
            if not 0 <= column < V:
                raise IndexError("negative_sampling_block_loss_and_gradients: N_columns points outside of its axis")
            score = zero
            for j in range(d):
                score += u[column, j] * total[j]
            score_2 = -score
            small = math.exp(-abs(score_2))
            loss += (max(score_2, zero) + math.log1p(small)) * N_values[entry]
            sigmoid = (one if score_2 >= zero else small) / (one + small)
            weight_2 = N_values[entry] * sigmoid
            for j in range(d):
                gradient_u[column, j] -= weight_2 * total[j]
            for j in range(d):
                total_2[j] -= weight_2 * u[column, j]
        for entry in range(S_starts[row], S_starts[row + 1]):
            column = S_columns[entry]
            if not 0 <= column < V:
                raise IndexError("negative_sampling_block_loss_and_gradients: S_columns points outside of its axis")
            score_3 = zero
            for j in range(d):
                score_3 += u[column, j] * total[j]
            small_2 = math.exp(-abs(score_3))
            loss += (max(score_3, zero) + math.log1p(small_2)) * S_values[entry]
            sigmoid_2 = (one if score_3 >= zero else small_2) / (one + small_2)
            weight_3 = S_values[entry] * sigmoid_2
            for j in range(d):
                gradient_u[column, j] += weight_3 * total[j]
            for j in range(d):
                total_2[j] += weight_3 * u[column, j]
        for entry in range(A_starts[row], A_starts[row + 1]):
            column = A_columns[entry]
            if not 0 <= column < C:
                raise IndexError("negative_sampling_block_loss_and_gradients: A_columns points outside of its axis")
            weight_4 = A_values[entry]
            for j in range(d):
                gradient_v[column, j] += weight_4 * total_2[j]
    if not math.isfinite(loss):
        raise ValueError("negative_sampling_block_loss_and_gradients: an entry is NaN or infinite")
    return loss


def negative_sampling_window(
    u: Floats,
    v: Floats,
    c: Integers,
    o: int,
    tilde_w: Integers,
) -> tuple[float, Floats, Floats]:
    r"""The loss of one window, the context words c around the target o, against the noise words, and its gradients.

        loss = F = -\log \sigma(u_o^\top h) - \sum_{k=1}^{K} \log \sigma(-u_{\tilde w_k}^\top h)
            proved in cbow.md:48
        gradient_v = \frac{\partial F}{\partial v_x} = \frac{1}{m} \sum_{i=1}^{m} \delta_{x, c_i} \left(
            \sum_{k=1}^{K} \sigma(u_{\tilde w_k}^\top h) \, u_{\tilde w_k} - \sigma(-u_o^\top h) \, u_o \right)
            proved in cbow.md:60
        gradient_u = \frac{\partial F}{\partial u_w} = \sum_{k=1}^{K} \delta_{w, \tilde w_k} \, \sigma(u_{\tilde
            w_k}^\top h) \, h - \delta_{wo} \, \sigma(-u_o^\top h) \, h
            proved in cbow.md:56

    Args:
        u: (V, d).
        v: (C, d).
        c: (m,), integers from 0 to C - 1.
        o: an integer from 0 to V - 1.
        tilde_w: (K,), integers from 0 to V - 1.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(u) is not np.ndarray or u.dtype.kind != "f":
        u = _floats("u", u)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    c = _integers("c", c)
    tilde_w = _integers("tilde_w", tilde_w)
    if u.ndim != 2 or v.ndim != 2 or c.ndim != 1 or tilde_w.ndim != 1 or v.shape[1] != u.shape[1]:
        _reject_shapes("negative_sampling_window", "u (V, d), v (C, d), c (m,), tilde_w (K,)", u, v, c, tilde_w)
    if not 0 <= o < u.shape[0]:
        raise IndexError(f"negative_sampling_window: o = {o} is not between 0 and {u.shape[0] - 1}")
    m = len(c)
    C = v.shape[0]
    d = u.shape[1]
    V = u.shape[0]
    inverse = 1 / m
    u_tilde_w = u.take(tilde_w, axis=0)
    v_c = v.take(c, axis=0)
    total = np.add.reduce(v_c)
    products = u_tilde_w.dot(total)
    scores = products
    scores *= inverse
    losses = _softplus_and_sigmoid(scores, out=np.empty_like(scores))
    u_o = u[o]
    scores_2 = -(inverse * u_o.dot(total))
    loss = np.add.reduce(losses) + _softplus_of_number(scores_2)
    sigmoids = scores
    products_2 = sigmoids.dot(u_tilde_w)
    sigmoids_2 = _sigmoid_of_number(scores_2)
    weighted = u_o * sigmoids_2
    total_2 = products_2
    total_2 -= weighted
    scattered = np.zeros((C, d), u.dtype)
    _scatter_rows(np.add, scattered, c, total_2)
    gradient_v = scattered
    gradient_v *= inverse
    weighted_2 = total * inverse * sigmoids[:, None]
    weighted_3 = total
    weighted_3 *= inverse * sigmoids_2
    scattered_2 = np.zeros((V, d), u.dtype)
    _scatter_rows(np.add, scattered_2, tilde_w, weighted_2)
    gradient_u = scattered_2
    gradient_u[o] -= weighted_3
    if not math.isfinite(loss):
        _reject_non_finite("negative_sampling_window", u=u, v=v)
    return float(loss), gradient_v, gradient_u


def softmax_block_loss(
    u: Floats,
    v: Floats,
    A_columns: Integers,
    A_starts: Integers,
    A_values: Floats,
    N_columns: Integers,
    N_starts: Integers,
    N_values: Floats,
    n: Floats,
    *,
    block: Floats,
) -> float:
    r"""The loss of T places with context weights A and targets N, whose row sums are n.

        loss = E = \sum_{t=1}^{T} \left( n_t \log \sum_{b=1}^{V} e^{u_b^\top \bar v_t} - \sum_{w=1}^{V} N_{tw}
            \, (u_w^\top \bar v_t) \right)
            proved in cbow.md:104

    Args:
        u: (V, d).
        v: (C, d).
        A_columns: the columns, from 0 to C - 1, of the nonzero entries, row by row.
        A_starts: (T + 1,), where each row begins in them; the first is 0.
        A_values: the entries of A, T×C; no position twice.
        N_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        N_starts: (T + 1,), where each row begins in them; the first is 0.
        N_values: the entries of N, T×V; no position twice.
        n: (T,).
        block: (T, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or n.ndim != 1
        or v.shape[1] != u.shape[1]
        or len(A_starts) != n.shape[0] + 1
        or len(A_columns) != len(A_values)
        or len(N_starts) != n.shape[0] + 1
        or len(N_columns) != len(N_values)
        or block.shape != (n.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes("softmax_block_loss", "u (V, d), v (C, d), n (T,), block (T, V) contiguous", u, v, n, block)
    T = len(n)
    C = v.shape[0]
    V = u.shape[0]
    products = _sparse(A_values, A_columns, A_starts, (T, C)) @ v
    logits = np.matmul(products, u.T, out=block)
    largest = _row_maxima(logits)
    positions = np.repeat(np.arange(0, T * V, V), np.diff(N_starts)) + N_columns
    logits_observed = logits.take(positions)
    shifted = logits
    shifted -= largest[:, None]
    exponentials = np.exp(shifted, out=shifted)
    partition = np.einsum("tv->t", exponentials)
    log_partition = np.log(partition, out=partition)
    log_sum_exp = largest
    log_sum_exp += log_partition
    products_2 = n.astype(np.float64).dot(log_sum_exp)
    products_3 = np.einsum("i,i->", logits_observed, N_values, dtype=np.float64)
    loss = products_2 - products_3
    if not math.isfinite(loss):
        _reject_non_finite("softmax_block_loss", u=u, v=v, A_values=A_values, N_values=N_values, n=n)
    return float(loss)


def softmax_block_loss_and_gradients(
    u: Floats,
    v: Floats,
    A_columns: Integers,
    A_starts: Integers,
    A_values: Floats,
    N_columns: Integers,
    N_starts: Integers,
    N_values: Floats,
    n: Floats,
    *,
    block: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
) -> float:
    r"""The loss of T places with context weights A and targets N, whose row sums are n, and its gradients.

        loss = E = \sum_{t=1}^{T} \left( n_t \log \sum_{b=1}^{V} e^{u_b^\top \bar v_t} - \sum_{w=1}^{V} N_{tw}
            \, (u_w^\top \bar v_t) \right)
            proved in cbow.md:104
        gradient_v = \frac{\partial E}{\partial v_x} = \sum_{t=1}^{T} A_{tx} \sum_{w=1}^{V} \left( n_t p_{tw} -
            N_{tw} \right) u_w
            proved in cbow.md:119
        gradient_u = \frac{\partial E}{\partial u_w} = \sum_{t=1}^{T} \left( n_t p_{tw} - N_{tw} \right) \bar
            v_t
            proved in cbow.md:113

    Args:
        u: (V, d).
        v: (C, d).
        A_columns: the columns, from 0 to C - 1, of the nonzero entries, row by row.
        A_starts: (T + 1,), where each row begins in them; the first is 0.
        A_values: the entries of A, T×C; no position twice.
        N_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        N_starts: (T + 1,), where each row begins in them; the first is 0.
        N_values: the entries of N, T×V; no position twice.
        n: (T,).
        block: (T, V), C-contiguous; work space, overwritten.
        gradient_v: the array that receives this output, overwritten.
        gradient_u: the array that receives this output, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or n.ndim != 1
        or v.shape[1] != u.shape[1]
        or len(A_starts) != n.shape[0] + 1
        or len(A_columns) != len(A_values)
        or len(N_starts) != n.shape[0] + 1
        or len(N_columns) != len(N_values)
        or block.shape != (n.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes(
            "softmax_block_loss_and_gradients", "u (V, d), v (C, d), n (T,), block (T, V) contiguous", u, v, n, block
        )
    T = len(n)
    C = v.shape[0]
    V = u.shape[0]
    matrix = _sparse(A_values, A_columns, A_starts, (T, C))
    products = matrix @ v
    logits = np.matmul(products, u.T, out=block)
    largest = _row_maxima(logits)
    positions = np.repeat(np.arange(0, T * V, V), np.diff(N_starts)) + N_columns
    logits_observed = logits.take(positions)
    shifted = logits
    shifted -= largest[:, None]
    exponentials = np.exp(shifted, out=shifted)
    partition = np.einsum("tv->t", exponentials)
    expected = exponentials
    expected *= (n / partition)[:, None]
    log_partition = np.log(partition, out=partition)
    log_sum_exp = largest
    log_sum_exp += log_partition
    products_2 = n.astype(np.float64).dot(log_sum_exp)
    products_3 = np.einsum("i,i->", logits_observed, N_values, dtype=np.float64)
    loss = products_2 - products_3
    residuals = expected
    np.subtract.at(residuals.reshape(-1), positions, N_values)
    products_4 = residuals @ u
    gradient_v[...] = matrix.T @ products_4
    gradient_u = np.matmul(residuals.T, products, out=gradient_u)
    if not math.isfinite(loss):
        _reject_non_finite("softmax_block_loss_and_gradients", u=u, v=v, A_values=A_values, N_values=N_values, n=n)
    return float(loss)


def window(u: Floats, v: Floats, c: Integers, o: int) -> tuple[float, Floats, Floats]:
    r"""The loss of one window, the context words c around the target o, and its gradients.

        loss = J = -\log P(o|h)
            proved in cbow.md:22
        gradient_v = \frac{\partial J}{\partial v_x} = \frac{1}{m} \sum_{i=1}^{m} \delta_{x, c_i} \left(
            \sum_{w=1}^{V} P(w|h) \, u_w - u_o \right)
            proved in cbow.md:39
        gradient_u = \frac{\partial J}{\partial u_w} = \left( P(w|h) - \delta_{wo} \right) h
            proved in cbow.md:30

    Args:
        u: (V, d).
        v: (C, d).
        c: (m,), integers from 0 to C - 1.
        o: an integer from 0 to V - 1.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(u) is not np.ndarray or u.dtype.kind != "f":
        u = _floats("u", u)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    c = _integers("c", c)
    if u.ndim != 2 or v.ndim != 2 or c.ndim != 1 or v.shape[1] != u.shape[1]:
        _reject_shapes("window", "u (V, d), v (C, d), c (m,)", u, v, c)
    if not 0 <= o < u.shape[0]:
        raise IndexError(f"window: o = {o} is not between 0 and {u.shape[0] - 1}")
    m = len(c)
    C = v.shape[0]
    d = u.shape[1]
    inverse = 1 / m
    v_c = v.take(c, axis=0)
    total = np.add.reduce(v_c)
    products = u.dot(total)
    logits = products
    logits *= inverse
    largest = logits[logits.argmax()]
    shifted = logits
    shifted -= largest
    shifted_o = shifted[o]
    exponentials = np.exp(shifted, out=shifted)
    exponentials_o = exponentials[o]
    others = exponentials
    others[o] = 0
    rest = np.add.reduce(others)
    loss = math.log1p(rest + math.expm1(shifted_o)) - shifted_o
    inverse_partition = 1 / (exponentials_o + rest)
    probabilities = others
    probabilities *= inverse_partition
    residuals = probabilities
    residuals[o] -= rest * inverse_partition
    products_2 = residuals.dot(u)
    scattered = np.zeros((C, d), u.dtype)
    _scatter_rows(np.add, scattered, c, products_2)
    gradient_v = scattered
    gradient_v *= inverse
    gradient_u = total * inverse * residuals[:, None]
    if not math.isfinite(loss):
        _reject_non_finite("window", u=u, v=v)
    return float(loss), gradient_v, gradient_u
