"""Functions proved in subwords.md.

Generated from proved steps; do not edit, run:  derive emit
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "OBJECTIVES",
    "block_loss",
    "block_loss_and_gradients",
]

Floats = NDArray[Any]
Integers = NDArray[Any]

NOTES = {
    "subwords.md": "818e0143eff0f54396b5d6a0830313e90ff94c0b3148b5edc4fdda35884c6b7e",
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
        "preferred": {},
    },
}
"""What can be trained with these functions, and what each of their arguments is given."""

BODY_SHA256 = "c73b515f35b9cefc51ce3fdaddd61c3827774517b10a01a088defe2358d102a7"
"""The SHA-256 of everything below."""


def _reject_non_finite(function: str, **inputs: Any) -> None:
    """Say which input is to blame for a result that is not finite, if one is."""
    for name, values in inputs.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{function}: {name} has an entry that is NaN or infinite")


def _reject_negative(function: str, **inputs: Any) -> None:
    """Say which input has a negative entry, if one has."""
    for name, values in inputs.items():
        if np.less(values, 0).any():
            raise ValueError(f"{function}: {name} has a negative entry")


def _sigmoid(x: Floats, out: Floats) -> Floats:
    """σ(x) = 1/(1 + e^-x); where e^-x overflows, 1/∞ = 0 is the nearest number."""
    np.negative(x, out=out)
    with np.errstate(over="ignore"):
        np.exp(out, out=out)
    out += 1
    return np.reciprocal(out, out=out)


def _softplus(x: Floats, out: Floats) -> Floats:
    """log(1 + e^x) = max(0, x) + log(1 + e^-|x|), which cannot overflow; ``out`` must not be ``x``."""
    if x.size < 32:  # one call where the calls are what takes time, five fast ones where the entries are
        return np.logaddexp(0, x, out=out)
    np.abs(x, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
    out += np.maximum(x, 0)
    return out


def _softplus_dot(x: Floats, weights: Floats) -> Floats:
    """Σ_k log(1 + e^x_ik) weights_k for every row i, a few rows at a time in memory that stays in the cache."""
    rows = max(1, 2**15 // max(1, x.shape[1]))
    memory = np.empty((min(rows, len(x)), x.shape[1]), x.dtype)
    sums = np.empty(len(x), np.result_type(x, weights))
    for start in range(0, len(x), rows):
        part = x[start : start + rows]
        sums[start : start + rows] = _softplus(part, out=memory[: len(part)]).dot(weights)
    return sums


def _softplus_and_sigmoid(x: Floats, out: Floats) -> Floats:
    """log(1 + e^x) in ``out``, and σ(x) in the place of x, with one exponential t = e^-|x| for both.

    They are max(0, x) + log(1 + t), and 1/(1 + t) or t/(1 + t), by the sign of x.
    """
    if x.size < 32:  # where the calls are what takes time
        np.logaddexp(0, x, out=out)
        _sigmoid(x, out=x)
        return out
    small = np.abs(x)
    np.negative(small, out=small)
    np.exp(small, out=small)
    np.log1p(small, out=out)
    out += np.maximum(x, 0)
    np.greater_equal(x, 0, out=x, casting="unsafe")
    np.maximum(x, small, out=x)
    small += 1
    x /= small
    return out


def _softplus_dot_and_sigmoid(x: Floats, weights: Floats) -> Floats:
    """Σ_k log(1 + e^x_ik) weights_k for every row i, and σ(x) in the place of x; one exponential t = e^-|x| for both.

    They are max(0, x) + log(1 + t), and 1/(1 + t) or t/(1 + t), by the sign of x.  A few rows at a time, in memory that
    stays in the cache.
    """
    rows = max(1, 2**14 // max(1, x.shape[1]))
    memory = np.empty((2, min(rows, len(x)), x.shape[1]), x.dtype)
    sums = np.empty(len(x), np.result_type(x, weights))
    for start in range(0, len(x), rows):
        part = x[start : start + rows]
        small, losses = memory[:, : len(part)]
        np.abs(part, out=small)
        np.negative(small, out=small)
        np.exp(small, out=small)
        total = np.maximum(part, 0, out=losses).dot(weights)
        total += np.log1p(small, out=losses).dot(weights)
        sums[start : start + rows] = total
        np.greater_equal(part, 0, out=part, casting="unsafe")
        np.maximum(part, small, out=part)
        small += 1
        part /= small
    return sums


def _sparse(values: Floats, columns: Integers, starts: Integers, shape: tuple[int, int]) -> Any:
    """A matrix by its compressed rows; they are checked, because SciPy's products trust them."""
    matrix = csr_array((values, columns, starts), shape=shape)
    matrix.check_format(full_check=True)
    return matrix


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
        raise ValueError(
            "block_loss needs u (V, d), z (H, d), n (C,), r (V,), block (C, V) contiguous; got "
            f"{u.shape}, {z.shape}, {n.shape}, {r.shape}, {block.shape}"
        )
    C = len(n)
    H = z.shape[0]
    V = u.shape[0]
    products = _sparse(G_values, G_columns, G_starts, (C, H)) @ z
    scores = np.matmul(products, u.T, out=block)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(N_starts)) + N_columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus(scores_2, out=np.empty_like(scores_2))
    products_2 = losses.astype(np.float64).dot(N_values)
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
        raise ValueError(
            "block_loss_and_gradients needs u (V, d), z (H, d), n (C,), r (V,), block (C, V) contiguous; got "
            f"{u.shape}, {z.shape}, {n.shape}, {r.shape}, {block.shape}"
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
    products_2 = losses.astype(np.float64).dot(N_values)
    products_3 = _softplus_dot_and_sigmoid(scores, r)
    products_4 = n.astype(np.float64).dot(products_3)
    loss = products_2 + K * products_4
    sigmoids = scores
    weighted = sigmoids
    weighted *= (n * K)[:, None]
    weighted *= r
    sigmoids_2 = scores_2
    residuals = weighted
    residuals.reshape(-1)[positions] -= N_values * sigmoids_2
    gradient_u = np.matmul(residuals.T, products, out=gradient_u)
    products_5 = residuals @ u
    gradient_z[...] = matrix.T @ products_5
    if not math.isfinite(loss):
        _reject_non_finite("block_loss_and_gradients", u=u, z=z, G_values=G_values, N_values=N_values, n=n, r=r, K=K)
        _reject_negative("block_loss_and_gradients", r=r)
    return float(loss)
