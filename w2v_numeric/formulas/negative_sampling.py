"""Functions proved in negative-sampling-counts.md and negative-sampling.md.

Generated from proved steps; do not edit, run:  derive emit
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "OBJECTIVES",
    "batch",
    "block_loss",
    "block_loss_and_gradients",
    "pair",
]

Floats = NDArray[Any]
Integers = NDArray[Any]

NOTES = {
    "negative-sampling-counts.md": "61eb92bf93bd715c89171ea39007285180e7416b5a7ff94549e3e57450430294",
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
        "preferred": {},
    },
    "negative-sampling": {
        "about": "Skip-gram with negative sampling: noise words drawn for each piece of text.",
        "over": "text",
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
        "preferred": {},
    },
}
"""What can be trained with these functions, and what each of their arguments is given."""

BODY_SHA256 = "fb0f971bedbcded49f51465f511725a13409f948b39a9905ac3faa5a0bd5c253"
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


def _floats(name: str, values: Any) -> Any:
    """Floating-point numbers as they are; integers and lists of numbers as floats."""
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind not in "iub":
        raise ValueError(f"{name} must be real numbers, not {array.dtype}")
    return array.astype(np.float64)


def _number(name: str, value: Any) -> float:
    """One real number."""
    array = _floats(name, value)
    if array.ndim:
        raise ValueError(f"{name} must be one number, not an array of shape {array.shape}")
    return float(array)


def _integers(name: str, values: Any) -> Integers:
    """Integers that point into an axis, counted from 0."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be integers, not {array.dtype}")
    if array.size and array.min() < 0:
        raise IndexError(f"{name} has a negative entry")
    return array


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


def _sigmoid_of_number(x: float) -> float:
    """σ(x), by the form whose exponent is not positive."""
    small = math.exp(-abs(x))
    return (1.0 if x >= 0 else small) / (1.0 + small)


def _softplus_of_number(x: float) -> float:
    """log(1 + e^x) = max(0, x) + log(1 + e^-|x|)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _scatter_rows(operation: np.ufunc, target: Floats, rows: Integers, values: Floats) -> None:
    """``operation`` each row of values to the row of target it belongs to; rows that come twice count twice."""
    if not target.flags.c_contiguous:
        operation.at(target, rows, values)
        return
    where = rows[..., None] * target.shape[1] + np.arange(target.shape[1])
    if values.shape != where.shape:
        values = np.broadcast_to(values, where.shape)
    operation.at(target.reshape(-1), where.reshape(-1), values.reshape(-1))


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
        raise ValueError(
            "batch needs u (V, d), v (C, d), c (B,), o (B,), n (B, K); got "
            f"{u.shape}, {v.shape}, {c.shape}, {o.shape}, {n.shape}"
        )
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
        K: not negative; a number.
        block: (C, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
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
        raise ValueError(
            "block_loss needs u (V, d), v (C, d), n (C,), r (V,), block (C, V) contiguous; got "
            f"{u.shape}, {v.shape}, {n.shape}, {r.shape}, {block.shape}"
        )
    V = u.shape[0]
    C = v.shape[0]
    scores = np.matmul(v, u.T, out=block)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus(scores_2, out=np.empty_like(scores_2))
    products = losses.astype(np.float64).dot(values)
    products_2 = _softplus_dot(scores, r)
    products_3 = n.astype(np.float64).dot(products_2)
    loss = products + K * products_3
    if not math.isfinite(loss):
        _reject_non_finite("block_loss", u=u, v=v, values=values, n=n, r=r, K=K)
        _reject_negative("block_loss", r=r, K=K)
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
            proved in negative-sampling-counts.md:52
        gradient_u = \frac{\partial J}{\partial u_b} = \sum_{a=1}^{C} \left( K n_a r_b \, \sigma(u_b^\top v_a) -
            N_{ab} \, \sigma(-u_b^\top v_a) \right) v_a
            proved in negative-sampling-counts.md:59

    Args:
        u: (V, d).
        v: (C, d).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of N, C×V; no position twice.
        n: (C,).
        r: (V,), not negative; the proofs do not use that it adds up to one.
        K: not negative; a number.
        block: (C, V), C-contiguous; work space, overwritten.
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
        or n.shape[0] != v.shape[0]
        or r.shape[0] != u.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        raise ValueError(
            "block_loss_and_gradients needs u (V, d), v (C, d), n (C,), r (V,), block (C, V) contiguous; got "
            f"{u.shape}, {v.shape}, {n.shape}, {r.shape}, {block.shape}"
        )
    V = u.shape[0]
    C = v.shape[0]
    scores = np.matmul(v, u.T, out=block)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
    scores_observed = scores.take(positions)
    scores_2 = np.negative(scores_observed, out=scores_observed)
    losses = _softplus_and_sigmoid(scores_2, out=np.empty_like(scores_2))
    products = losses.astype(np.float64).dot(values)
    products_2 = _softplus_dot_and_sigmoid(scores, r)
    products_3 = n.astype(np.float64).dot(products_2)
    loss = products + K * products_3
    sigmoids = scores
    weighted = sigmoids
    weighted *= (n * K)[:, None]
    weighted *= r
    sigmoids_2 = scores_2
    residuals = weighted
    residuals.reshape(-1)[positions] -= values * sigmoids_2
    gradient_v = np.matmul(residuals, u, out=gradient_v)
    gradient_u = np.matmul(residuals.T, v, out=gradient_u)
    if not math.isfinite(loss):
        _reject_non_finite("block_loss_and_gradients", u=u, v=v, values=values, n=n, r=r, K=K)
        _reject_negative("block_loss_and_gradients", r=r, K=K)
    return float(loss)


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
        raise ValueError(f"pair needs u (V, d), v (C, d), n (K,); got {u.shape}, {v.shape}, {n.shape}")
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
