"""Functions proved in negative-sampling-counts.md and negative-sampling.md.

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
    _reject_number,
    _reject_shapes,
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
    "batch",
    "block_loss",
    "block_loss_and_gradients",
    "drawn_loss",
    "drawn_loss_and_gradients",
    "drawn_loss_and_gradients_loops",
    "pair",
]

NOTES = {
    "negative-sampling-counts.md": "51dbaadf30bdb6ecdcd4a20144365ae9b8f3f069e00ff0b1438169830e7fab43",
    "negative-sampling.md": "e620e779ea34fad1a71799cf64df17f58fae9f8d5dbe3a4c34a1da0c6a7e1802",
}
"""The notes the functions come from, with the SHA-256 of each."""

OBJECTIVES: dict[str, dict[str, Any]] = {
    "expected-negative-sampling": {
        "about": "Negative sampling over counts, its noise in expectation: nothing is drawn.",
        "over": "counts",
        "loss_and_gradients": "block_loss_and_gradients",
        "loss": "block_loss",
        "outputs": ["loss", "gradient_v", "gradient_u"],
        "given": {
            "u": "outside vectors",
            "v": "center vectors",
            "columns starts values": "counts",
            "n": "center counts",
            "r": "noise",
            "K": "negatives",
        },
        "preferred": {
            "epochs": "80",
        },
    },
    "negative-sampling": {
        "about": "Skip-gram with negative sampling: drawn noise words.",
        "over": "text",
        "loss_and_gradients": "drawn_loss_and_gradients",
        "loss": "drawn_loss",
        "loops": "drawn_loss_and_gradients_loops",
        "outputs": ["loss", "gradient_v", "gradient_u"],
        "given": {
            "u": "outside vectors",
            "v": "center vectors",
            "N_columns N_starts N_values": "counts",
            "S_columns S_starts S_values": "noise counts",
        },
        "preferred": {},
    },
}
"""What can be trained with these functions, and what each of their arguments is given."""

BODY_SHA256 = "d663bb8ec0650a2711c7f0e17f81d23b2f1d6df4ec438a0eaef9c59723beb413"
"""The SHA-256 of everything below."""


def batch(u: Floats, v: Floats, c: Integers, o: Integers, n: Integers) -> tuple[Floats, Floats, Floats]:
    r"""The losses of B pairs, each with its own noise words, and their gradients; that in u is added up over the pairs.

        loss = J = -\log \sigma(u_o^\top v_c) - \sum_{k=1}^{K} \log \sigma(-u_{n_k}^\top v_c)
            proved in negative-sampling.md:46
        gradient_v = \frac{\partial J}{\partial v_c} = \left( \sigma(u_o^\top v_c) - 1 \right) u_o +
            \sum_{k=1}^{K} \sigma(u_{n_k}^\top v_c) \, u_{n_k}
            proved in negative-sampling.md:55
        gradient_u = \frac{\partial J}{\partial u_w} = \delta_{wo} \left( \sigma(u_o^\top v_c) - 1 \right) v_c +
            \sum_{k=1}^{K} \delta_{w n_k} \, \sigma(u_{n_k}^\top v_c) \, v_c
            proved in negative-sampling.md:66

    Args:
        u: (V, d).
        v: (C, d).
        c: (B,), integers from 0 to C - 1.
        o: (B,), integers from 0 to V - 1.
        n: (B, K), integers from 0 to V - 1.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(u) is not np.ndarray or u.dtype.kind != "f":
        u = _floats("u", u)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    c = _integers("c", c)
    o = _integers("o", o)
    n = _integers("n", n)
    if (
        u.ndim != 2
        or v.ndim != 2
        or c.ndim != 1
        or o.ndim != 1
        or n.ndim != 2
        or v.shape[1] != u.shape[1]
        or o.shape[0] != c.shape[0]
        or n.shape[0] != c.shape[0]
    ):
        _reject_shapes("batch", "u (V, d), v (C, d), c (B,), o (B,), n (B, K)", u, v, c, o, n)
    V = u.shape[0]
    d = u.shape[1]
    u_n = u.take(n, axis=0)
    v_c = v.take(c, axis=0)
    scores = np.einsum("bkd,bd->bk", u_n, v_c)
    losses = _softplus_and_sigmoid(scores, out=np.empty_like(scores))
    total = np.einsum("bk->b", losses)
    u_o = u.take(o, axis=0)
    scores_2 = np.einsum("bd,bd->b", u_o, v_c)
    scores_3 = np.negative(scores_2, out=scores_2)
    losses_2 = _softplus_and_sigmoid(scores_3, out=np.empty_like(scores_3))
    loss = total
    loss += losses_2
    sigmoids = scores
    products = np.einsum("bkd,bk->bd", u_n, sigmoids)
    sigmoids_2 = scores_3
    weighted = u_o
    weighted *= sigmoids_2[:, None]
    gradient_v = products
    gradient_v -= weighted
    weighted_2 = v_c[:, None, :] * sigmoids[:, :, None]
    weighted_3 = v_c
    weighted_3 *= sigmoids_2[:, None]
    scattered = np.zeros((V, d), u.dtype)
    _scatter_rows(np.add, scattered, n, weighted_2)
    gradient_u = scattered
    _scatter_rows(np.subtract, gradient_u, o, weighted_3)
    if not math.isfinite(loss.dot(loss)):
        _reject_non_finite("batch", u=u, v=v)
    return loss, gradient_v, gradient_u


def block_loss(
    u: Floats,
    v: Floats,
    columns: Integers,
    starts: Integers,
    values: Floats,
    n: Floats,
    r: Floats,
    K: float,
    *,
    block: Floats,
) -> float:
    r"""The loss of a block of C center words over their counts N, whose row sums are n, against K noise words from r.

        loss = J = -\sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \log \sigma(u_b^\top v_a) - K \sum_{a=1}^{C} n_a
            \sum_{w=1}^{V} r_w \log \sigma(-u_w^\top v_a)
            proved in negative-sampling-counts.md:32

    Args:
        u: (V, d).
        v: (C, d).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of N, C×V; no position twice.
        n: (C,).
        r: (V,), not negative; the proofs do not use that it adds up to one.
        K: a number > 0.
        block: (C, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, an entry is NaN or infinite, or a number is not what the formula needs.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or n.ndim != 1
        or r.ndim != 1
        or v.shape[1] != u.shape[1]
        or n.shape[0] != v.shape[0]
        or r.shape[0] != u.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes("block_loss", "u (V, d), v (C, d), n (C,), r (V,), block (C, V) contiguous", u, v, n, r, block)
    if not (K > 0):
        _reject_number("block_loss", "K > 0", K)
    V = u.shape[0]
    C = v.shape[0]
    scores = np.matmul(v, u.T, out=block)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus(scores_2, out=np.empty_like(scores_2))
    products = np.einsum("i,i->", losses, values, dtype=np.float64)
    products_2 = _softplus_dot(scores, r)
    products_3 = n.astype(np.float64).dot(products_2)
    loss = products + K * products_3
    if not math.isfinite(loss):
        _reject_non_finite("block_loss", u=u, v=v, values=values, n=n, r=r, K=K)
        _reject_negative("block_loss", r=r)
    return float(loss)


def block_loss_and_gradients(
    u: Floats,
    v: Floats,
    columns: Integers,
    starts: Integers,
    values: Floats,
    n: Floats,
    r: Floats,
    K: float,
    *,
    block: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
) -> float:
    r"""The loss of a block of C center words over their counts N, whose row sums are n, against K noise words from r.

        loss = J = -\sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \log \sigma(u_b^\top v_a) - K \sum_{a=1}^{C} n_a
            \sum_{w=1}^{V} r_w \log \sigma(-u_w^\top v_a)
            proved in negative-sampling-counts.md:32
        gradient_v = \frac{\partial J}{\partial v_a} = \sum_{b=1}^{V} \left( K n_a r_b \, \sigma(u_b^\top v_a) -
            N_{ab} \, \sigma(-u_b^\top v_a) \right) u_b
            proved in negative-sampling-counts.md:46
        gradient_u = \frac{\partial J}{\partial u_b} = \sum_{a=1}^{C} \left( K n_a r_b \, \sigma(u_b^\top v_a) -
            N_{ab} \, \sigma(-u_b^\top v_a) \right) v_a
            proved in negative-sampling-counts.md:53

    Args:
        u: (V, d).
        v: (C, d).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of N, C×V; no position twice.
        n: (C,).
        r: (V,), not negative; the proofs do not use that it adds up to one.
        K: a number > 0.
        block: (C, V), C-contiguous; work space, overwritten.
        gradient_v: the array that receives this output, overwritten.
        gradient_u: the array that receives this output, overwritten.

    Raises:
        ValueError: shapes do not meet, an entry is NaN or infinite, or a number is not what the formula needs.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or n.ndim != 1
        or r.ndim != 1
        or v.shape[1] != u.shape[1]
        or n.shape[0] != v.shape[0]
        or r.shape[0] != u.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes(
            "block_loss_and_gradients", "u (V, d), v (C, d), n (C,), r (V,), block (C, V) contiguous", u, v, n, r, block
        )
    if not (K > 0):
        _reject_number("block_loss_and_gradients", "K > 0", K)
    V = u.shape[0]
    C = v.shape[0]
    scores = np.matmul(v, u.T, out=block)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus_and_sigmoid(scores_2, out=np.empty_like(scores_2))
    products = np.einsum("i,i->", losses, values, dtype=np.float64)
    products_2 = _softplus_dot_and_sigmoid(scores, r)
    products_3 = n.astype(np.float64).dot(products_2)
    loss = products + K * products_3
    sigmoids = scores
    weighted = sigmoids
    weighted *= (n * K)[:, None]
    weighted *= r
    sigmoids_2 = scores_2
    residuals = weighted
    np.subtract.at(residuals.reshape(-1), positions, values * sigmoids_2)
    gradient_v = np.matmul(residuals, u, out=gradient_v)
    gradient_u = np.matmul(residuals.T, v, out=gradient_u)
    if not math.isfinite(loss):
        _reject_non_finite("block_loss_and_gradients", u=u, v=v, values=values, n=n, r=r, K=K)
        _reject_negative("block_loss_and_gradients", r=r)
    return float(loss)


def drawn_loss(
    u: Floats,
    v: Floats,
    N_columns: Integers,
    N_starts: Integers,
    N_values: Floats,
    S_columns: Integers,
    S_starts: Integers,
    S_values: Floats,
    *,
    block: Floats,
) -> float:
    r"""The loss of a block of C center words over their counts N against noise words S.

        loss = F = -\sum_{a=1}^{C} \sum_{b=1}^{V} \left( N_{ab} \log \sigma(u_b^\top v_a) + S_{ab} \log
            \sigma(-u_b^\top v_a) \right)
            proved in negative-sampling-counts.md:62

    Args:
        u: (V, d).
        v: (C, d).
        N_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        N_starts: (C + 1,), where each row begins in them; the first is 0.
        N_values: the entries of N, C×V; no position twice.
        S_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        S_starts: (C + 1,), where each row begins in them; the first is 0.
        S_values: the entries of S, C×V; no position twice.
        block: (C, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or v.shape[1] != u.shape[1]
        or len(N_starts) != v.shape[0] + 1
        or len(N_columns) != len(N_values)
        or len(S_starts) != v.shape[0] + 1
        or len(S_columns) != len(S_values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes("drawn_loss", "u (V, d), v (C, d), block (C, V) contiguous", u, v, block)
    V = u.shape[0]
    C = v.shape[0]
    scores = np.matmul(v, u.T, out=block)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(S_starts)) + S_columns
    scores_observed = scores.take(positions)
    losses = _softplus(scores_observed, out=np.empty_like(scores_observed))
    products = np.einsum("i,i->", losses, S_values, dtype=np.float64)
    positions_2 = np.repeat(np.arange(0, C * V, V), np.diff(N_starts)) + N_columns
    scores_observed_2 = scores.take(positions_2)
    scores_2 = np.negative(scores_observed_2, out=scores_observed_2)
    losses_2 = _softplus(scores_2, out=np.empty_like(scores_2))
    products_2 = np.einsum("i,i->", losses_2, N_values, dtype=np.float64)
    loss = products + products_2
    if not math.isfinite(loss):
        _reject_non_finite("drawn_loss", u=u, v=v, N_values=N_values, S_values=S_values)
    return float(loss)


def drawn_loss_and_gradients(
    u: Floats,
    v: Floats,
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
    r"""The loss of a block of C center words over their counts N against noise words S, and its gradients.

        loss = F = -\sum_{a=1}^{C} \sum_{b=1}^{V} \left( N_{ab} \log \sigma(u_b^\top v_a) + S_{ab} \log
            \sigma(-u_b^\top v_a) \right)
            proved in negative-sampling-counts.md:62
        gradient_v = \frac{\partial F}{\partial v_a} = \sum_{b=1}^{V} \left( S_{ab} \, \sigma(u_b^\top v_a) -
            N_{ab} \, \sigma(-u_b^\top v_a) \right) u_b
            proved in negative-sampling-counts.md:66
        gradient_u = \frac{\partial F}{\partial u_b} = \sum_{a=1}^{C} \left( S_{ab} \, \sigma(u_b^\top v_a) -
            N_{ab} \, \sigma(-u_b^\top v_a) \right) v_a
            proved in negative-sampling-counts.md:70

    Args:
        u: (V, d).
        v: (C, d).
        N_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        N_starts: (C + 1,), where each row begins in them; the first is 0.
        N_values: the entries of N, C×V; no position twice.
        S_columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        S_starts: (C + 1,), where each row begins in them; the first is 0.
        S_values: the entries of S, C×V; no position twice.
        block: (C, V), C-contiguous; work space, overwritten.
        gradient_v: the array that receives this output, overwritten.
        gradient_u: the array that receives this output, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or v.shape[1] != u.shape[1]
        or len(N_starts) != v.shape[0] + 1
        or len(N_columns) != len(N_values)
        or len(S_starts) != v.shape[0] + 1
        or len(S_columns) != len(S_values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes("drawn_loss_and_gradients", "u (V, d), v (C, d), block (C, V) contiguous", u, v, block)
    V = u.shape[0]
    C = v.shape[0]
    scores = np.matmul(v, u.T, out=block)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(S_starts)) + S_columns
    scores_observed = scores.take(positions)
    losses = _softplus_and_sigmoid(scores_observed, out=np.empty_like(scores_observed))
    products = np.einsum("i,i->", losses, S_values, dtype=np.float64)
    positions_2 = np.repeat(np.arange(0, C * V, V), np.diff(N_starts)) + N_columns
    scores_observed_2 = scores.take(positions_2)
    scores_2 = np.negative(scores_observed_2, out=scores_observed_2)
    losses_2 = _softplus_and_sigmoid(scores_2, out=np.empty_like(scores_2))
    products_2 = np.einsum("i,i->", losses_2, N_values, dtype=np.float64)
    loss = products + products_2
    sigmoids = scores_observed
    matrix = _sparse(S_values * sigmoids, S_columns, S_starts, (C, V))
    sigmoids_2 = scores_2
    weighted = sigmoids_2
    weighted *= N_values
    matrix_2 = _sparse(-weighted, N_columns, N_starts, (C, V))
    matrix_3 = matrix + matrix_2
    gradient_v[...] = matrix_3 @ u
    gradient_u[...] = matrix_3.T @ v
    if not math.isfinite(loss):
        _reject_non_finite("drawn_loss_and_gradients", u=u, v=v, N_values=N_values, S_values=S_values)
    return float(loss)


def drawn_loss_and_gradients_loops(
    u: Floats,
    v: Floats,
    N_columns: Integers,
    N_starts: Integers,
    N_values: Floats,
    S_columns: Integers,
    S_starts: Integers,
    S_values: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
) -> float:
    """What `drawn_loss_and_gradients` computes, in loops over the entries.

        loss: proved in negative-sampling-counts.md:62
        gradient_v: proved in negative-sampling-counts.md:66
        gradient_u: proved in negative-sampling-counts.md:70

    The arguments are the same, without work space; arrays of numbers are of one type.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
        IndexError: a column points outside of its axis.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or v.shape[1] != u.shape[1]
        or len(N_starts) != v.shape[0] + 1
        or len(N_columns) != len(N_values)
        or len(S_starts) != v.shape[0] + 1
        or len(S_columns) != len(S_values)
        or gradient_v.shape != (v.shape[0], u.shape[1])
        or gradient_u.shape != (u.shape[0], u.shape[1])
    ):
        raise ValueError("drawn_loss_and_gradients: shapes do not meet")
    C = v.shape[0]
    d = u.shape[1]
    V = u.shape[0]
    zero = u.dtype.type(0)
    one = u.dtype.type(1)
    gradient_v[:, :] = zero
    gradient_u[:, :] = zero
    loss = 0.0
    for row in range(C):
        if not 0 <= N_starts[row] <= N_starts[row + 1] <= len(N_columns):
            raise ValueError("drawn_loss_and_gradients: N_starts does not rise from row to row")
        if not 0 <= S_starts[row] <= S_starts[row + 1] <= len(S_columns):
            raise ValueError("drawn_loss_and_gradients: S_starts does not rise from row to row")
        for entry in range(N_starts[row], N_starts[row + 1]):
            column = N_columns[entry]
            if not 0 <= column < V:
                raise IndexError("drawn_loss_and_gradients: N_columns points outside of its axis")
            score = zero
            for j in range(d):
                score += u[column, j] * v[row, j]
            score_2 = -score
            small = math.exp(-abs(score_2))
            loss += (max(score_2, zero) + math.log1p(small)) * N_values[entry]
            sigmoid = (one if score_2 >= zero else small) / (one + small)
            weight = N_values[entry] * sigmoid
            for j in range(d):
                gradient_v[row, j] -= weight * u[column, j]
            for j in range(d):
                gradient_u[column, j] -= weight * v[row, j]
        for entry in range(S_starts[row], S_starts[row + 1]):
            column = S_columns[entry]
            if not 0 <= column < V:
                raise IndexError("drawn_loss_and_gradients: S_columns points outside of its axis")
            score_3 = zero
            for j in range(d):
                score_3 += u[column, j] * v[row, j]
            small_2 = math.exp(-abs(score_3))
            loss += (max(score_3, zero) + math.log1p(small_2)) * S_values[entry]
            sigmoid_2 = (one if score_3 >= zero else small_2) / (one + small_2)
            weight_2 = S_values[entry] * sigmoid_2
            for j in range(d):
                gradient_v[row, j] += weight_2 * u[column, j]
            for j in range(d):
                gradient_u[column, j] += weight_2 * v[row, j]
    if not math.isfinite(loss):
        raise ValueError("drawn_loss_and_gradients: an entry is NaN or infinite")
    return loss


def pair(u: Floats, v: Floats, c: int, o: int, n: Integers) -> tuple[float, Floats, Floats]:
    r"""The loss of one pair of a center word c and an outside word o against the noise words n, and its gradients.

        loss = J = -\log \sigma(u_o^\top v_c) - \sum_{k=1}^{K} \log \sigma(-u_{n_k}^\top v_c)
            proved in negative-sampling.md:46
        gradient_v = \frac{\partial J}{\partial v_c} = \left( \sigma(u_o^\top v_c) - 1 \right) u_o +
            \sum_{k=1}^{K} \sigma(u_{n_k}^\top v_c) \, u_{n_k}
            proved in negative-sampling.md:55
        gradient_u = \frac{\partial J}{\partial u_w} = \delta_{wo} \left( \sigma(u_o^\top v_c) - 1 \right) v_c +
            \sum_{k=1}^{K} \delta_{w n_k} \, \sigma(u_{n_k}^\top v_c) \, v_c
            proved in negative-sampling.md:66

    Args:
        u: (V, d).
        v: (C, d).
        c: an integer from 0 to C - 1.
        o: an integer from 0 to V - 1.
        n: (K,), integers from 0 to V - 1.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(u) is not np.ndarray or u.dtype.kind != "f":
        u = _floats("u", u)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    n = _integers("n", n)
    if u.ndim != 2 or v.ndim != 2 or n.ndim != 1 or v.shape[1] != u.shape[1]:
        _reject_shapes("pair", "u (V, d), v (C, d), n (K,)", u, v, n)
    if not 0 <= c < v.shape[0]:
        raise IndexError(f"pair: c = {c} is not between 0 and {v.shape[0] - 1}")
    if not 0 <= o < u.shape[0]:
        raise IndexError(f"pair: o = {o} is not between 0 and {u.shape[0] - 1}")
    V = u.shape[0]
    d = u.shape[1]
    u_n = u.take(n, axis=0)
    v_c = v[c]
    scores = u_n.dot(v_c)
    losses = _softplus_and_sigmoid(scores, out=np.empty_like(scores))
    u_o = u[o]
    scores_2 = -u_o.dot(v_c)
    loss = np.add.reduce(losses) + _softplus_of_number(scores_2)
    sigmoids = scores
    products = sigmoids.dot(u_n)
    sigmoids_2 = _sigmoid_of_number(scores_2)
    weighted = u_o * sigmoids_2
    gradient_v = products
    gradient_v -= weighted
    weighted_2 = v_c * sigmoids[:, None]
    weighted_3 = v_c * sigmoids_2
    scattered = np.zeros((V, d), u.dtype)
    _scatter_rows(np.add, scattered, n, weighted_2)
    gradient_u = scattered
    gradient_u[o] -= weighted_3
    if not (math.isfinite(loss) and math.isfinite(gradient_v.dot(gradient_v))):
        _reject_non_finite("pair", u=u, v=v)
    return float(loss), gradient_v, gradient_u
