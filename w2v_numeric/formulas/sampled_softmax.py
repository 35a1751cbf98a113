"""Functions proved in sampled-softmax.md.

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
    "sampled-softmax.md": "1f9cae80552d5c42f6fbce7c2304180bc95ddb879f23f23baa4b7f58f354aa0f",
}
"""The notes the functions come from, with the SHA-256 of each."""

OBJECTIVES: dict[str, dict[str, Any]] = {
    "sampled-softmax": {
        "about": "The softmax over the observed word and words drawn for each piece of text.",
        "over": "text",
        "loss_and_gradients": "block_loss_and_gradients",
        "loss": "block_loss",
        "outputs": ["loss", "gradient_v", "gradient_u"],
        "given": {
            "u": "outside vectors from log frequencies",
            "v": "center vectors",
            "columns starts values": "counts",
            "q": "noise distribution",
            "r": "noise",
            "M": "draws",
        },
        "preferred": {},
    },
}
"""What can be trained with these functions, and what each of their arguments is given."""

BODY_SHA256 = "b2eedd7c63b81230e45f8993064100f1193ef9240190a7ab46738a2e04df3e97"
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


def _sigmoid_of_number(x: float) -> float:
    """σ(x), by the form whose exponent is not positive."""
    small = math.exp(-abs(x))
    return (1.0 if x >= 0 else small) / (1.0 + small)


def _softplus_of_number(x: float) -> float:
    """log(1 + e^x) = max(0, x) + log(1 + e^-|x|)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def block_loss(
    u: Floats,
    v: Floats,
    columns: Integers,
    starts: Integers,
    values: Floats,
    q: Floats,
    r: Floats,
    M: float,
    *,
    block: Floats,
) -> float:
    r"""The loss of a block of C center words over counts N, among M words drawn from q in shares r.

        loss = L = -\sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \log \sigma(\Delta_{ab} - z_a)
            proved in sampled-softmax.md:106

    Args:
        u: (V, d).
        v: (C, d).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of N, C×V; no position twice.
        q: (V,), not negative; the proofs do not use that it adds up to one.
        r: (V,), not negative.
        M: a number.
        block: (C, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or q.ndim != 1
        or r.ndim != 1
        or v.shape[1] != u.shape[1]
        or q.shape[0] != u.shape[0]
        or r.shape[0] != u.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        raise ValueError(
            "block_loss needs u (V, d), v (C, d), q (V,), r (V,), block (C, V) contiguous; got "
            f"{u.shape}, {v.shape}, {q.shape}, {r.shape}, {block.shape}"
        )
    V = u.shape[0]
    C = v.shape[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        weighted = q[columns] * M
        logarithms = np.log(weighted, out=weighted)
        products = np.matmul(v, u.T, out=block)
        weighted_2 = np.divide(r, q)
        positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
        products_observed = products.take(positions)
        logits = products
        logits += np.log(weighted_2)
        largest = np.maximum.reduce(logits, axis=1)
        shifted = logits
        shifted -= largest[:, None]
        exponentials = np.exp(shifted, out=shifted)
        partition = np.einsum("cv->c", exponentials)
        log_partition = np.log(partition, out=partition)
        log_sum_exp = largest
        log_sum_exp += log_partition
        rows = np.repeat(np.arange(C), np.diff(starts))
        log_sum_exp_taken = log_sum_exp[rows]
        scores = logarithms
        scores += log_sum_exp_taken
        scores -= products_observed
        losses = _softplus(scores, out=np.empty_like(scores))
        loss = losses.astype(np.float64).dot(values)
    if not math.isfinite(loss):
        _reject_non_finite("block_loss", u=u, v=v, values=values, q=q, r=r, M=M)
        _reject_negative("block_loss", q=q, r=r)
    return float(loss)


def block_loss_and_gradients(
    u: Floats,
    v: Floats,
    columns: Integers,
    starts: Integers,
    values: Floats,
    q: Floats,
    r: Floats,
    M: float,
    *,
    block: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
) -> float:
    r"""The loss of a block of C center words over counts N, among M words drawn from q in shares r, and its gradients.

        loss = L = -\sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \log \sigma(\Delta_{ab} - z_a)
            proved in sampled-softmax.md:106
        gradient_v = \frac{\partial L}{\partial v_a} = \sum_{b=1}^{V} \left( g_a \pi_{ab} - N_{ab} \, \sigma(z_a
            - \Delta_{ab}) \right) u_b
            proved in sampled-softmax.md:125
        gradient_u = \frac{\partial L}{\partial u_b} = \sum_{a=1}^{C} \left( g_a \pi_{ab} - N_{ab} \, \sigma(z_a
            - \Delta_{ab}) \right) v_a
            proved in sampled-softmax.md:129

    Args:
        u: (V, d).
        v: (C, d).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of N, C×V; no position twice.
        q: (V,), not negative; the proofs do not use that it adds up to one.
        r: (V,), not negative.
        M: a number.
        block: (C, V), C-contiguous; work space, overwritten.
        gradient_v: the array that receives this output, overwritten.
        gradient_u: the array that receives this output, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or q.ndim != 1
        or r.ndim != 1
        or v.shape[1] != u.shape[1]
        or q.shape[0] != u.shape[0]
        or r.shape[0] != u.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        raise ValueError(
            "block_loss_and_gradients needs u (V, d), v (C, d), q (V,), r (V,), block (C, V) contiguous; got "
            f"{u.shape}, {v.shape}, {q.shape}, {r.shape}, {block.shape}"
        )
    V = u.shape[0]
    C = v.shape[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        weighted = q[columns] * M
        logarithms = np.log(weighted, out=weighted)
        products = np.matmul(v, u.T, out=block)
        weighted_2 = np.divide(r, q)
        positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
        products_observed = products.take(positions)
        logits = products
        logits += np.log(weighted_2)
        largest = np.maximum.reduce(logits, axis=1)
        shifted = logits
        shifted -= largest[:, None]
        exponentials = np.exp(shifted, out=shifted)
        partition = np.einsum("cv->c", exponentials)
        log_partition = np.log(partition)
        log_sum_exp = largest
        log_sum_exp += log_partition
        rows = np.repeat(np.arange(C), np.diff(starts))
        log_sum_exp_taken = log_sum_exp[rows]
        scores = logarithms
        scores += log_sum_exp_taken
        scores -= products_observed
        losses = _softplus_and_sigmoid(scores, out=np.empty_like(scores))
        loss = losses.astype(np.float64).dot(values)
        sigmoids = scores
        weighted_3 = sigmoids
        weighted_3 *= values
        scattered = np.zeros(C, u.dtype)
        np.add.at(scattered, rows, weighted_3)
        expected = exponentials
        expected *= (scattered / partition)[:, None]
        residuals = expected
        residuals.reshape(-1)[positions] -= weighted_3
        gradient_v = np.matmul(residuals, u, out=gradient_v)
        gradient_u = np.matmul(residuals.T, v, out=gradient_u)
    if not math.isfinite(loss):
        _reject_non_finite("block_loss_and_gradients", u=u, v=v, values=values, q=q, r=r, M=M)
        _reject_negative("block_loss_and_gradients", q=q, r=r)
    return float(loss)


def pair(u: Floats, v: Floats, c: int, o: int, x: Integers, q: Floats) -> tuple[float, Floats, Floats]:
    r"""The loss of one pair of a center word c and an outside word o among the words x drawn from q, and its gradients.

        loss = J = -\log \sigma\left( \Delta_{co} - \log \sum_{m=1}^{M} e^{\Delta_{c x_m}} \right)
            proved in sampled-softmax.md:54
        gradient_v = \frac{\partial J}{\partial v_c} = \left( 1 - \rho \right) \left( \sum_{k=1}^{M} \pi_k
            u_{x_k} - u_o \right)
            proved in sampled-softmax.md:66
        gradient_u = \frac{\partial J}{\partial u_w} = \left( 1 - \rho \right) \left( \sum_{k=1}^{M} \delta_{w
            x_k} \pi_k - \delta_{wo} \right) v_c
            proved in sampled-softmax.md:70

    Args:
        u: (V, d).
        v: (C, d).
        c: an integer from 0 to C - 1.
        o: an integer from 0 to V - 1.
        x: (M,), integers from 0 to V - 1.
        q: (V,), not negative; the proofs do not use that it adds up to one.

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
            f"pair needs u (V, d), v (C, d), x (M,), q (V,); got {u.shape}, {v.shape}, {x.shape}, {q.shape}"
        )
    if not 0 <= c < v.shape[0]:
        raise IndexError(f"pair: c = {c} is not between 0 and {v.shape[0] - 1}")
    if not 0 <= o < u.shape[0]:
        raise IndexError(f"pair: o = {o} is not between 0 and {u.shape[0] - 1}")
    M = len(x)
    V = u.shape[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        u_x = u.take(x, axis=0)
        v_c = v[c]
        products = u_x.dot(v_c)
        inverse = 1 / q[x]
        logarithms = np.log(inverse, out=inverse)
        logits = products
        logits += logarithms
        largest = np.maximum.reduce(logits)
        inverse_2 = 1 / M
        shifted = logits
        shifted -= largest
        exponentials = np.exp(shifted, out=shifted)
        weighted = inverse_2 * np.add.reduce(exponentials)
        u_o = u[o]
        scores = np.log(M * q[o]) + largest + np.log(weighted) - u_o.dot(v_c)
        loss = _softplus_of_number(scores)
        sigmoids = _sigmoid_of_number(scores)
        inverse_3 = 1 / weighted
        products_2 = exponentials.dot(u_x)
        weighted_2 = products_2
        weighted_2 *= inverse_2 * inverse_3
        total = weighted_2
        total -= u_o
        gradient_v = total
        gradient_v *= sigmoids
        weighted_3 = exponentials
        weighted_3 *= inverse_2 * inverse_3
        scattered = np.zeros(V, u.dtype)
        np.add.at(scattered, x, weighted_3)
        weighted_4 = v_c * sigmoids
        weighted_5 = weighted_4 * scattered[:, None]
        gradient_u = weighted_5
        gradient_u[o] -= weighted_4
    if not (math.isfinite(loss) and math.isfinite(gradient_v.dot(gradient_v))):
        _reject_non_finite("pair", u=u, v=v, q=q)
        _reject_negative("pair", q=q)
    return float(loss), gradient_v, gradient_u
