"""The best NumPy and SciPy we could write by hand for a block of center words over counts, float32, in given memory.

Each takes the parameters of the emitted function, and checks nothing.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array


def places(columns, starts, words):
    """Where the entries of a sparse block lie in the dense one."""
    return np.repeat(np.arange(0, (len(starts) - 1) * words, words), np.diff(starts)) + columns


def softmax(u, v, columns, starts, values, n, *, block, gradient_v, gradient_u):
    loss = softmax_residuals(u, v, columns, starts, values, n, block)
    np.matmul(block, u, out=gradient_v)
    np.matmul(block.T, v, out=gradient_u)
    return loss


def softmax_residuals(u, h, columns, starts, values, n, block):
    np.matmul(h, u.T, out=block)
    m = block.max(axis=1)
    flat = block.reshape(-1)
    where = places(columns, starts, len(u))
    observed = flat.take(where)
    block -= m[:, None]
    np.exp(block, out=block)
    z = np.einsum("cw->c", block)
    loss = n.astype(np.float64) @ (m + np.log(z)) - observed.astype(np.float64) @ values
    block *= (n / z)[:, None]
    flat[where] -= values
    return loss


def logistic_residuals(u, h, columns, starts, values, n, r, K, block):
    """Scores turn into K n r σ(s) - N σ(-s), a few rows at a time, so that they stay in the cache meanwhile."""
    np.matmul(h, u.T, out=block)
    flat = block.reshape(-1)
    where = places(columns, starts, len(u))
    observed = -flat.take(where)
    t = np.exp(-np.abs(observed))
    loss = (np.maximum(observed, 0) + np.log1p(t)).astype(np.float64) @ values
    observed = np.maximum(observed >= 0, t) / (1 + t)
    step = max(1, 2**14 // len(u))
    memory = np.empty((2, min(step, len(block)), len(u)), block.dtype)
    factor = (K * n).astype(block.dtype)
    for start in range(0, len(block), step):
        x = block[start : start + step]
        t, e = memory[:, : len(x)]
        np.abs(x, out=t)
        np.negative(t, out=t)
        np.exp(t, out=t)
        sums = np.maximum(x, 0, out=e) @ r
        sums += np.log1p(t, out=e) @ r
        loss += factor[start : start + step].astype(np.float64) @ sums
        np.greater_equal(x, 0, out=x, casting="unsafe")
        np.maximum(x, t, out=x)
        t += 1
        x /= t
        x *= r
        x *= factor[start : start + step, None]
    flat[where] -= values * observed
    return loss


def negative_sampling(u, v, columns, starts, values, n, r, K, *, block, gradient_v, gradient_u):
    loss = logistic_residuals(u, v, columns, starts, values, n, r, K, block)
    np.matmul(block, u, out=gradient_v)
    np.matmul(block.T, v, out=gradient_u)
    return loss


def composed_softmax(u, v, A_columns, A_starts, A_values, columns, starts, values, n, *, block, gradient_v, gradient_u):
    A = csr_array((A_values, A_columns, A_starts), shape=(len(n), len(v)))
    h = A @ v
    loss = softmax_residuals(u, h, columns, starts, values, n, block)
    gradient_v[...] = A.T @ (block @ u)
    np.matmul(block.T, h, out=gradient_u)
    return loss


def composed_negative_sampling(
    u, v, A_columns, A_starts, A_values, columns, starts, values, n, r, K, *, block, gradient_v, gradient_u
):
    A = csr_array((A_values, A_columns, A_starts), shape=(len(n), len(v)))
    h = A @ v
    loss = logistic_residuals(u, h, columns, starts, values, n, r, K, block)
    gradient_v[...] = A.T @ (block @ u)
    np.matmul(block.T, h, out=gradient_u)
    return loss


def turns(u, v, L_columns, L_starts, L_values, R_columns, R_starts, R_values, *, block, gradient_v, gradient_u):
    np.matmul(v, u.T, out=block)
    loss, matrices = 0.0, []
    for sign, columns, starts, values in (-1, L_columns, L_starts, L_values), (1, R_columns, R_starts, R_values):
        x = sign * block.reshape(-1).take(places(columns, starts, len(u)))
        t = np.exp(-np.abs(x))
        loss += (np.maximum(x, 0) + np.log1p(t)).astype(np.float64) @ values
        x = sign * values * np.maximum(x >= 0, t) / (1 + t)
        matrices.append(csr_array((x, columns, starts), shape=block.shape))
    both = matrices[0] + matrices[1]
    gradient_v[...] = both @ u
    gradient_u[...] = both.T @ v
    return loss


def glove(
    u,
    v,
    b,
    outside_b,
    columns,
    starts,
    values,
    x_max,
    alpha,
    *,
    block,
    gradient_v,
    gradient_u,
    gradient_b,
    gradient_tilde_b,
):
    np.matmul(v, u.T, out=block)
    residuals = block.reshape(-1).take(places(columns, starts, len(u)))
    rows = np.repeat(np.arange(len(v)), np.diff(starts))
    residuals += outside_b[columns]
    residuals += b[rows]
    residuals -= np.log(values)
    weighted = np.minimum(1, (values / x_max) ** alpha)
    weighted *= residuals
    loss = weighted.astype(np.float64) @ residuals
    weighted *= 2
    matrix = csr_array((weighted, columns, starts), shape=block.shape)
    gradient_v[...] = matrix @ u
    gradient_u[...] = matrix.T @ v
    gradient_b[...] = np.bincount(rows, weighted, len(v))
    gradient_tilde_b[...] = np.bincount(columns, weighted, len(u))
    return loss
