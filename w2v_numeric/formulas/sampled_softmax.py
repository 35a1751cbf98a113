"""Functions proved in sampled-softmax.md.

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
    _sigmoid_of_number,
    _softplus,
    _softplus_and_sigmoid,
    _softplus_of_number,
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

BODY_SHA256 = "a675ebe1dde923adbbedcda85915e4cd65d348c2f605396a970f1b7a37f07cd7"
"""The SHA-256 of everything below."""


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
        _reject_shapes("block_loss", "u (V, d), v (C, d), q (V,), r (V,), block (C, V) contiguous", u, v, q, r, block)
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
        largest = _row_maxima(logits)
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
        loss = np.einsum("i,i->", losses, values, dtype=np.float64)
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
        _reject_shapes(
            "block_loss_and_gradients", "u (V, d), v (C, d), q (V,), r (V,), block (C, V) contiguous", u, v, q, r, block
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
        largest = _row_maxima(logits)
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
        loss = np.einsum("i,i->", losses, values, dtype=np.float64)
        sigmoids = scores
        weighted_3 = sigmoids
        weighted_3 *= values
        scattered = np.zeros(C, u.dtype)
        np.add.at(scattered, rows, weighted_3)
        expected = exponentials
        expected *= (scattered / partition)[:, None]
        residuals = expected
        np.subtract.at(residuals.reshape(-1), positions, weighted_3)
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
        _reject_shapes("pair", "u (V, d), v (C, d), x (M,), q (V,)", u, v, x, q)
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
        largest = logits[logits.argmax()]
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
