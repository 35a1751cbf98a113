"""Functions proved in nce.md.

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
    "block_loss",
    "block_loss_and_gradients",
    "pair",
]

Floats = NDArray[Any]
Integers = NDArray[Any]

NOTES = {
    "nce.md": "fd8e194fc160810b416b967fc3b618d983767ea38dd6e15b75280f0f144a3fed",
}
"""The notes the functions come from, with the SHA-256 of each."""

OBJECTIVES: dict[str, dict[str, Any]] = {
    "nce": {
        "about": "Noise-contrastive estimation: the text told apart from noise words whose probability is known.",
        "over": "text",
        "loss_and_gradients": "block_loss_and_gradients",
        "loss": "block_loss",
        "outputs": ["loss", "gradient_v", "gradient_u"],
        "given": {
            "u": "outside vectors from log frequencies",
            "v": "center vectors",
            "columns starts values": "counts",
            "n": "center counts",
            "q": "noise distribution",
            "r": "noise",
            "K": "negatives",
        },
        "preferred": {},
    },
}
"""What can be trained with these functions, and what each of their arguments is given."""

BODY_SHA256 = "b23d7dec743c6863391d3d8ae3a5bcb47f04034ccb6670a0746ec42e0f305019"
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


def block_loss(
    u: Floats,
    v: Floats,
    columns: Integers,
    starts: Integers,
    values: Floats,
    n: Floats,
    q: Floats,
    r: Floats,
    K: float,
    *,
    block: Floats,
) -> float:
    r"""The loss of a block of C center words over counts N with row sums n, against K noise words.

        loss = L = -\sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \log \sigma(\Delta_{ab}) - K \sum_{a=1}^{C} n_a
            \sum_{w=1}^{V} r_w \log \sigma(-\Delta_{aw})
            proved in nce.md:69

    Args:
        u: (V, d).
        v: (C, d).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of N, C×V; no position twice.
        n: (C,).
        q: (V,), not negative.
        r: (V,), not negative.
        K: a number.
        block: (C, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or n.ndim != 1
        or q.ndim != 1
        or r.ndim != 1
        or v.shape[1] != u.shape[1]
        or n.shape[0] != v.shape[0]
        or q.shape[0] != u.shape[0]
        or r.shape[0] != u.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        raise ValueError(
            "block_loss needs u (V, d), v (C, d), n (C,), q (V,), r (V,), block (C, V) contiguous; got "
            f"{u.shape}, {v.shape}, {n.shape}, {q.shape}, {r.shape}, {block.shape}"
        )
    V = u.shape[0]
    C = v.shape[0]
    with np.errstate(divide="ignore"):
        weighted = q * K
        logarithms = np.log(weighted, out=weighted)
        logarithms_columns = logarithms[columns]
        products = np.matmul(v, u.T, out=block)
        positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
        products_observed = products.take(positions)
        scores = logarithms_columns
        scores -= products_observed
        losses = _softplus(scores, out=np.empty_like(scores))
        products_2 = losses.astype(np.float64).dot(values)
        scores_2 = products
        scores_2 -= logarithms
        products_3 = _softplus_dot(scores_2, r)
        products_4 = n.astype(np.float64).dot(products_3)
        loss = products_2 + K * products_4
    if not math.isfinite(loss):
        _reject_non_finite("block_loss", u=u, v=v, values=values, n=n, q=q, r=r, K=K)
        _reject_negative("block_loss", q=q, r=r)
    return float(loss)


def block_loss_and_gradients(
    u: Floats,
    v: Floats,
    columns: Integers,
    starts: Integers,
    values: Floats,
    n: Floats,
    q: Floats,
    r: Floats,
    K: float,
    *,
    block: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
) -> float:
    r"""The loss of a block of C center words over counts N with row sums n, against K noise words, and its gradients.

        loss = L = -\sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \log \sigma(\Delta_{ab}) - K \sum_{a=1}^{C} n_a
            \sum_{w=1}^{V} r_w \log \sigma(-\Delta_{aw})
            proved in nce.md:69
        gradient_v = \frac{\partial L}{\partial v_a} = \sum_{b=1}^{V} \left( K n_a r_b \, \sigma(\Delta_{ab}) -
            N_{ab} \, \sigma(-\Delta_{ab}) \right) u_b
            proved in nce.md:73
        gradient_u = \frac{\partial L}{\partial u_b} = \sum_{a=1}^{C} \left( K n_a r_b \, \sigma(\Delta_{ab}) -
            N_{ab} \, \sigma(-\Delta_{ab}) \right) v_a
            proved in nce.md:77

    Args:
        u: (V, d).
        v: (C, d).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of N, C×V; no position twice.
        n: (C,).
        q: (V,), not negative.
        r: (V,), not negative.
        K: a number.
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
        or q.ndim != 1
        or r.ndim != 1
        or v.shape[1] != u.shape[1]
        or n.shape[0] != v.shape[0]
        or q.shape[0] != u.shape[0]
        or r.shape[0] != u.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        raise ValueError(
            "block_loss_and_gradients needs u (V, d), v (C, d), n (C,), q (V,), r (V,), block (C, V) contiguous; "
            "got "
            f"{u.shape}, {v.shape}, {n.shape}, {q.shape}, {r.shape}, {block.shape}"
        )
    V = u.shape[0]
    C = v.shape[0]
    with np.errstate(divide="ignore"):
        weighted = q * K
        logarithms = np.log(weighted, out=weighted)
        logarithms_columns = logarithms[columns]
        products = np.matmul(v, u.T, out=block)
        positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
        products_observed = products.take(positions)
        scores = logarithms_columns
        scores -= products_observed
        losses = _softplus_and_sigmoid(scores, out=np.empty_like(scores))
        products_2 = losses.astype(np.float64).dot(values)
        scores_2 = products
        scores_2 -= logarithms
        products_3 = _softplus_dot_and_sigmoid(scores_2, r)
        products_4 = n.astype(np.float64).dot(products_3)
        loss = products_2 + K * products_4
        sigmoids = scores_2
        weighted_2 = sigmoids
        weighted_2 *= (n * K)[:, None]
        weighted_2 *= r
        sigmoids_2 = scores
        residuals = weighted_2
        residuals.reshape(-1)[positions] -= values * sigmoids_2
        gradient_v = np.matmul(residuals, u, out=gradient_v)
        gradient_u = np.matmul(residuals.T, v, out=gradient_u)
    if not math.isfinite(loss):
        _reject_non_finite("block_loss_and_gradients", u=u, v=v, values=values, n=n, q=q, r=r, K=K)
        _reject_negative("block_loss_and_gradients", q=q, r=r)
    return float(loss)


def pair(u: Floats, v: Floats, c: int, o: int, x: Integers, q: Floats) -> tuple[float, Floats, Floats]:
    r"""The loss of a center word c and an outside word o against noise words x drawn from q, and its gradients.

        loss = J = -\log \sigma(\Delta_{co}) - \sum_{k=1}^{K} \log \sigma(-\Delta_{c x_k})
            proved in nce.md:46
        gradient_v = \frac{\partial J}{\partial v_c} = \left( \sigma(\Delta_{co}) - 1 \right) u_o +
            \sum_{k=1}^{K} \sigma(\Delta_{c x_k}) \, u_{x_k}
            proved in nce.md:51
        gradient_u = \frac{\partial J}{\partial u_w} = \delta_{wo} \left( \sigma(\Delta_{co}) - 1 \right) v_c +
            \sum_{k=1}^{K} \delta_{w x_k} \, \sigma(\Delta_{c x_k}) \, v_c
            proved in nce.md:56

    Args:
        u: (V, d).
        v: (C, d).
        c: an integer from 0 to C - 1.
        o: an integer from 0 to V - 1.
        x: (K,), integers from 0 to V - 1.
        q: (V,), not negative.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN, infinite or of the wrong sign.
    """
    if type(u) is not np.ndarray or u.dtype.kind != "f":
        u = _floats("u", u)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    x = _integers("x", x)
    if type(q) is not np.ndarray or q.dtype.kind != "f":
        q = _floats("q", q)
    if u.ndim != 2 or v.ndim != 2 or x.ndim != 1 or q.ndim != 1 or v.shape[1] != u.shape[1] or q.shape[0] != u.shape[0]:
        raise ValueError(
            f"pair needs u (V, d), v (C, d), x (K,), q (V,); got {u.shape}, {v.shape}, {x.shape}, {q.shape}"
        )
    if not 0 <= c < v.shape[0]:
        raise IndexError(f"pair: c = {c} is not between 0 and {v.shape[0] - 1}")
    if not 0 <= o < u.shape[0]:
        raise IndexError(f"pair: o = {o} is not between 0 and {u.shape[0] - 1}")
    K = len(x)
    V = u.shape[0]
    d = u.shape[1]
    with np.errstate(divide="ignore"):
        u_x = u.take(x, axis=0)
        v_c = v[c]
        products = u_x.dot(v_c)
        weighted = q[x] * K
        logarithms = np.log(weighted, out=weighted)
        scores = products
        scores -= logarithms
        losses = _softplus_and_sigmoid(scores, out=np.empty_like(scores))
        u_o = u[o]
        scores_2 = np.log(K * q[o]) - u_o.dot(v_c)
        loss = np.add.reduce(losses) + _softplus_of_number(scores_2)
        sigmoids = scores
        products_2 = sigmoids.dot(u_x)
        sigmoids_2 = _sigmoid_of_number(scores_2)
        weighted_2 = u_o * sigmoids_2
        gradient_v = products_2
        gradient_v -= weighted_2
        weighted_3 = v_c * sigmoids[:, None]
        weighted_4 = v_c * sigmoids_2
        scattered = np.zeros((V, d), u.dtype)
        _scatter_rows(np.add, scattered, x, weighted_3)
        gradient_u = scattered
        gradient_u[o] -= weighted_4
    if not (math.isfinite(loss) and math.isfinite(gradient_v.dot(gradient_v))):
        _reject_non_finite("pair", u=u, v=v, q=q)
        _reject_negative("pair", q=q)
    return float(loss), gradient_v, gradient_u
