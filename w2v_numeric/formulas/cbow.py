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
    _reject_negative,
    _reject_non_finite,
    _reject_shapes,
    _row_maxima,
    _scatter_rows,
    _sigmoid_of_number,
    _softplus,
    _softplus_and_sigmoid,
    _softplus_dot,
    _softplus_dot_and_sigmoid,
    _softplus_of_number,
    _sparse,
)

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "OBJECTIVES",
    "hierarchical_softmax_block_loss",
    "hierarchical_softmax_block_loss_and_gradients",
    "hierarchical_softmax_window",
    "negative_sampling_block_loss",
    "negative_sampling_block_loss_and_gradients",
    "negative_sampling_window",
    "softmax_block_loss",
    "softmax_block_loss_and_gradients",
    "window",
]

NOTES = {
    "cbow.md": "e58ecf32c35700c956f87467487437028e4222970c564548e835a8d9ccd0d938",
}
"""The notes the functions come from, with the SHA-256 of each."""

OBJECTIVES: dict[str, dict[str, Any]] = {
    "cbow-hierarchical-softmax": {
        "about": "CBOW with a Huffman tree in place of the softmax.",
        "over": "windows",
        "loss_and_gradients": "hierarchical_softmax_block_loss_and_gradients",
        "loss": "hierarchical_softmax_block_loss",
        "outputs": ["loss", "gradient_v", "gradient_q"],
        "given": {
            "q": "inner node vectors",
            "v": "context vectors",
            "A_columns A_starts A_values": "contexts",
            "L_columns L_starts L_values": "left counts",
            "R_columns R_starts R_values": "right counts",
            "loss": "negative log-likelihood",
        },
        "preferred": {},
    },
    "cbow-negative-sampling": {
        "about": "CBOW with negative sampling: the mean of a window against noise words drawn for each piece of text.",
        "over": "windows",
        "loss_and_gradients": "negative_sampling_block_loss_and_gradients",
        "loss": "negative_sampling_block_loss",
        "outputs": ["loss", "gradient_v", "gradient_u"],
        "given": {
            "u": "outside vectors",
            "v": "context vectors",
            "A_columns A_starts A_values": "contexts",
            "N_columns N_starts N_values": "counts",
            "n": "center counts",
            "r": "noise",
            "K": "negatives",
        },
        "preferred": {},
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

BODY_SHA256 = "60c96bfb3bdf75451021263b1f43cbc52120e9ea1fad722467b499b06e268bb0"
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
            proved in cbow.md:148

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
            proved in cbow.md:148
        gradient_v = \frac{\partial B}{\partial v_x} = \sum_{t=1}^{T} A_{tx} \sum_{z=1}^{M} \left( R_{tz} \,
            \sigma(q_z^\top \bar v_t) - L_{tz} \, \sigma(-q_z^\top \bar v_t) \right) q_z
            proved in cbow.md:160
        gradient_q = \frac{\partial B}{\partial q_z} = \sum_{t=1}^{T} \left( R_{tz} \, \sigma(q_z^\top \bar v_t)
            - L_{tz} \, \sigma(-q_z^\top \bar v_t) \right) \bar v_t
            proved in cbow.md:156

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
    n: Floats,
    r: Floats,
    K: float,
    *,
    block: Floats,
) -> float:
    r"""The loss of T places with context weights A and targets N, against K noise words from r.

        loss = G = -\sum_{t=1}^{T} \sum_{w=1}^{V} N_{tw} \log \sigma(u_w^\top \bar v_t) - K \sum_{t=1}^{T} n_t
            \sum_{w=1}^{V} r_w \log \sigma(-u_w^\top \bar v_t)
            proved in cbow.md:128

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
        r: (V,), not negative; the proofs do not use that it adds up to one.
        K: a number.
        block: (T, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or n.ndim != 1
        or r.ndim != 1
        or v.shape[1] != u.shape[1]
        or r.shape[0] != u.shape[0]
        or len(A_starts) != n.shape[0] + 1
        or len(A_columns) != len(A_values)
        or len(N_starts) != n.shape[0] + 1
        or len(N_columns) != len(N_values)
        or block.shape != (n.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes(
            "negative_sampling_block_loss",
            "u (V, d), v (C, d), n (T,), r (V,), block (T, V) contiguous",
            u,
            v,
            n,
            r,
            block,
        )
    T = len(n)
    C = v.shape[0]
    V = u.shape[0]
    products = _sparse(A_values, A_columns, A_starts, (T, C)) @ v
    scores = np.matmul(products, u.T, out=block)
    positions = np.repeat(np.arange(0, T * V, V), np.diff(N_starts)) + N_columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus(scores_2, out=np.empty_like(scores_2))
    products_2 = np.einsum("i,i->", losses, N_values, dtype=np.float64)
    products_3 = _softplus_dot(scores, r)
    products_4 = n.astype(np.float64).dot(products_3)
    loss = products_2 + K * products_4
    if not math.isfinite(loss):
        _reject_non_finite(
            "negative_sampling_block_loss", u=u, v=v, A_values=A_values, N_values=N_values, n=n, r=r, K=K
        )
        _reject_negative("negative_sampling_block_loss", r=r)
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
    n: Floats,
    r: Floats,
    K: float,
    *,
    block: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
) -> float:
    r"""The loss of T places with context weights A and targets N, against K noise words from r, and its gradients.

        loss = G = -\sum_{t=1}^{T} \sum_{w=1}^{V} N_{tw} \log \sigma(u_w^\top \bar v_t) - K \sum_{t=1}^{T} n_t
            \sum_{w=1}^{V} r_w \log \sigma(-u_w^\top \bar v_t)
            proved in cbow.md:128
        gradient_v = \frac{\partial G}{\partial v_x} = \sum_{t=1}^{T} A_{tx} \sum_{w=1}^{V} \left( K n_t r_w \,
            \sigma(u_w^\top \bar v_t) - N_{tw} \, \sigma(-u_w^\top \bar v_t) \right) u_w
            proved in cbow.md:140
        gradient_u = \frac{\partial G}{\partial u_w} = \sum_{t=1}^{T} \left( K n_t r_w \, \sigma(u_w^\top \bar
            v_t) - N_{tw} \, \sigma(-u_w^\top \bar v_t) \right) \bar v_t
            proved in cbow.md:136

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
        r: (V,), not negative; the proofs do not use that it adds up to one.
        K: a number.
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
        or r.ndim != 1
        or v.shape[1] != u.shape[1]
        or r.shape[0] != u.shape[0]
        or len(A_starts) != n.shape[0] + 1
        or len(A_columns) != len(A_values)
        or len(N_starts) != n.shape[0] + 1
        or len(N_columns) != len(N_values)
        or block.shape != (n.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes(
            "negative_sampling_block_loss_and_gradients",
            "u (V, d), v (C, d), n (T,), r (V,), block (T, V) contiguous",
            u,
            v,
            n,
            r,
            block,
        )
    T = len(n)
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
    products_5 = residuals @ u
    gradient_v[...] = matrix.T @ products_5
    gradient_u = np.matmul(residuals.T, products, out=gradient_u)
    if not math.isfinite(loss):
        _reject_non_finite(
            "negative_sampling_block_loss_and_gradients", u=u, v=v, A_values=A_values, N_values=N_values, n=n, r=r, K=K
        )
        _reject_negative("negative_sampling_block_loss_and_gradients", r=r)
    return float(loss)


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
