"""Functions proved in second-derivatives.md, softmax-counts.md and softmax-skip-gram.md.

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
    _number,
    _places,
    _reject_non_finite,
    _reject_shapes,
    _row_maxima,
)

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "OBJECTIVES",
    "batch",
    "block_loss",
    "block_loss_and_gradients",
    "center_hessian",
    "pair",
    "probabilities",
]

NOTES = {
    "second-derivatives.md": "c77046d685ead306e5508dd2527b0861b94b1f24863d40cddab3a096adc708ab",
    "softmax-counts.md": "0668dd53277a7aa7d65544456d9b009b1cf1fdf8b265782c32efc4deacad17a7",
    "softmax-skip-gram.md": "317459c1cb0b996c54f9b68dda0728b4e3bbc475f539e6378db5f394c21863c8",
}
"""The notes the functions come from, with the SHA-256 of each."""

OBJECTIVES: dict[str, dict[str, Any]] = {
    "softmax": {
        "about": "The exact softmax of skip-gram over co-occurrence counts.",
        "over": "counts",
        "loss_and_gradients": "block_loss_and_gradients",
        "loss": "block_loss",
        "outputs": ["loss", "gradient_v", "gradient_u"],
        "given": {
            "u": "outside vectors from log frequencies",
            "v": "center vectors",
            "columns starts values": "counts",
            "n": "center counts",
            "loss": "negative log-likelihood",
        },
        "preferred": {
            "width": "1.4",
            "surplus": "1.5",
        },
    },
}
"""What can be trained with these functions, and what each of their arguments is given."""

BODY_SHA256 = "4e40af8f7d8633b8be643ad4dc7fcb611c6b896d704506e6b390f6686f959eac"
"""The SHA-256 of everything below."""


def batch(u: Floats, v: Floats, c: Integers, o: Integers) -> tuple[Floats, Floats, Floats]:
    r"""The losses of B pairs and their gradients; that in the outside vectors is added up over the pairs.

        loss = J = -\log P(o|c)
            proved in softmax-skip-gram.md:31
        gradient_v = \frac{\partial J}{\partial v_c} = \sum_{w=1}^{V} P(w|c) \, u_w - u_o
            proved in softmax-skip-gram.md:62
        gradient_u = \frac{\partial J}{\partial u_w} = \left(P(w|c) - \delta_{wo}\right) v_c
            proved in softmax-skip-gram.md:88

    Args:
        u: (V, d).
        v: (C, d).
        c: (B,), integers from 0 to C - 1.
        o: (B,), integers from 0 to V - 1.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(u) is not np.ndarray or u.dtype.kind != "f":
        u = _floats("u", u)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    c = _integers("c", c)
    o = _integers("o", o)
    if u.ndim != 2 or v.ndim != 2 or c.ndim != 1 or o.ndim != 1 or v.shape[1] != u.shape[1] or o.shape[0] != c.shape[0]:
        _reject_shapes("batch", "u (V, d), v (C, d), c (B,), o (B,)", u, v, c, o)
    B = len(c)
    V = u.shape[0]
    v_c = v.take(c, axis=0)
    logits = v_c @ u.T
    largest = _row_maxima(logits)
    shifted = logits
    shifted -= largest[:, None]
    places = _places(o, (B, V))
    shifted_observed = shifted.take(places)
    exponentials = np.exp(shifted, out=shifted)
    exponentials_observed = exponentials.take(places)
    others = exponentials
    others.reshape(-1)[places] = 0
    rest = np.einsum("bv->b", others)
    values = np.expm1(shifted_observed)
    partition = exponentials_observed
    partition += rest
    inverse_partition = np.reciprocal(partition, out=partition)
    probabilities = others
    probabilities *= inverse_partition[:, None]
    residuals = probabilities
    np.subtract.at(residuals.reshape(-1), places, rest * inverse_partition)
    total = rest
    total += values
    values_2 = np.log1p(total, out=total)
    loss = np.subtract(values_2, shifted_observed, out=shifted_observed)
    gradient_v = residuals @ u
    gradient_u = residuals.T @ v_c
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
    *,
    block: Floats,
) -> float:
    r"""The loss of a block of C center words over their counts N, whose row sums are n.

        loss = J = \sum_{a=1}^{C} \left( n_a \log \sum_{w=1}^{V} e^{s_{aw}} - \sum_{b=1}^{V} N_{ab} s_{ab}
            \right)
            proved in softmax-counts.md:22

    Args:
        u: (V, d).
        v: (C, d).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of N, C×V; no position twice.
        n: (C,).
        block: (C, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or n.ndim != 1
        or v.shape[1] != u.shape[1]
        or n.shape[0] != v.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes("block_loss", "u (V, d), v (C, d), n (C,), block (C, V) contiguous", u, v, n, block)
    V = u.shape[0]
    C = v.shape[0]
    logits = np.matmul(v, u.T, out=block)
    largest = _row_maxima(logits)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
    logits_observed = logits.take(positions)
    shifted = logits
    shifted -= largest[:, None]
    exponentials = np.exp(shifted, out=shifted)
    partition = np.einsum("cv->c", exponentials)
    log_partition = np.log(partition, out=partition)
    log_sum_exp = largest
    log_sum_exp += log_partition
    products = n.astype(np.float64).dot(log_sum_exp)
    products_2 = np.einsum("i,i->", logits_observed, values, dtype=np.float64)
    loss = products - products_2
    if not math.isfinite(loss):
        _reject_non_finite("block_loss", u=u, v=v, values=values, n=n)
    return float(loss)


def block_loss_and_gradients(
    u: Floats,
    v: Floats,
    columns: Integers,
    starts: Integers,
    values: Floats,
    n: Floats,
    *,
    block: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
) -> float:
    r"""The loss of a block of C center words over their counts N, whose row sums are n, and its gradients.

        loss = J = \sum_{a=1}^{C} \left( n_a \log \sum_{w=1}^{V} e^{s_{aw}} - \sum_{b=1}^{V} N_{ab} s_{ab}
            \right)
            proved in softmax-counts.md:22
        gradient_v = \frac{\partial J}{\partial v_a} = \sum_{b=1}^{V} \left( n_a P(b|a) - N_{ab} \right) u_b
            proved in softmax-counts.md:35
        gradient_u = \frac{\partial J}{\partial u_b} = \sum_{a=1}^{C} \left( n_a P(b|a) - N_{ab} \right) v_a
            proved in softmax-counts.md:39

    Args:
        u: (V, d).
        v: (C, d).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of N, C×V; no position twice.
        n: (C,).
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
        or v.shape[1] != u.shape[1]
        or n.shape[0] != v.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes(
            "block_loss_and_gradients", "u (V, d), v (C, d), n (C,), block (C, V) contiguous", u, v, n, block
        )
    V = u.shape[0]
    C = v.shape[0]
    logits = np.matmul(v, u.T, out=block)
    largest = _row_maxima(logits)
    positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
    logits_observed = logits.take(positions)
    shifted = logits
    shifted -= largest[:, None]
    exponentials = np.exp(shifted, out=shifted)
    partition = np.einsum("cv->c", exponentials)
    expected = exponentials
    expected *= (n / partition)[:, None]
    log_partition = np.log(partition, out=partition)
    log_sum_exp = largest
    log_sum_exp += log_partition
    products = n.astype(np.float64).dot(log_sum_exp)
    products_2 = np.einsum("i,i->", logits_observed, values, dtype=np.float64)
    loss = products - products_2
    residuals = expected
    np.subtract.at(residuals.reshape(-1), positions, values)
    gradient_v = np.matmul(residuals, u, out=gradient_v)
    gradient_u = np.matmul(residuals.T, v, out=gradient_u)
    if not math.isfinite(loss):
        _reject_non_finite("block_loss_and_gradients", u=u, v=v, values=values, n=n)
    return float(loss)


def center_hessian(u: Floats, v: Floats, m: float, beta: Floats) -> Floats:
    r"""The second derivatives of the loss of a center word over its m pairs, in its vector v.

        hessian = \frac{\partial^2 J}{\partial v \, \partial v^\top} = m \sum_{w=1}^{V} P_w \left( u_w -
            \sum_{b=1}^{V} P_b u_b \right) \left( u_w - \sum_{b=1}^{V} P_b u_b \right)^\top
            proved in second-derivatives.md:116

    Args:
        u: (V, d).
        v: (d,).
        m: a number.
        beta: (V,).

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(u) is not np.ndarray or u.dtype.kind != "f":
        u = _floats("u", u)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    if type(m) is not float:
        m = _number("m", m)
    if type(beta) is not np.ndarray or beta.dtype.kind != "f":
        beta = _floats("beta", beta)
    if u.ndim != 2 or v.ndim != 1 or beta.ndim != 1 or v.shape[0] != u.shape[1] or beta.shape[0] != u.shape[0]:
        _reject_shapes("center_hessian", "u (V, d), v (d,), beta (V,)", u, v, beta)
    products = u.dot(v)
    logits = products
    logits += beta
    largest = logits[logits.argmax()]
    shifted = logits
    shifted -= largest
    exponentials = np.exp(shifted, out=shifted)
    inverse_partition = 1 / np.add.reduce(exponentials)
    products_2 = exponentials.dot(u)
    total = u - products_2 * inverse_partition
    weighted = total * exponentials[:, None]
    products_3 = weighted.T @ total
    weighted_2 = products_3
    weighted_2 *= inverse_partition
    hessian = weighted_2
    hessian *= m
    if not math.isfinite(np.vdot(hessian, hessian)):
        _reject_non_finite("center_hessian", u=u, v=v, m=m, beta=beta)
    return np.asarray(hessian)


def pair(u: Floats, v: Floats, c: int, o: int) -> tuple[float, Floats, Floats]:
    r"""The loss of one pair of a center word c and an outside word o, and its gradients.

        loss = J = -\log P(o|c)
            proved in softmax-skip-gram.md:31
        gradient_v = \frac{\partial J}{\partial v_c} = \sum_{w=1}^{V} P(w|c) \, u_w - u_o
            proved in softmax-skip-gram.md:62
        gradient_u = \frac{\partial J}{\partial u_w} = \left(P(w|c) - \delta_{wo}\right) v_c
            proved in softmax-skip-gram.md:88

    Args:
        u: (V, d).
        v: (C, d).
        c: an integer from 0 to C - 1.
        o: an integer from 0 to V - 1.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(u) is not np.ndarray or u.dtype.kind != "f":
        u = _floats("u", u)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    if u.ndim != 2 or v.ndim != 2 or v.shape[1] != u.shape[1]:
        _reject_shapes("pair", "u (V, d), v (C, d)", u, v)
    if not 0 <= c < v.shape[0]:
        raise IndexError(f"pair: c = {c} is not between 0 and {v.shape[0] - 1}")
    if not 0 <= o < u.shape[0]:
        raise IndexError(f"pair: o = {o} is not between 0 and {u.shape[0] - 1}")
    v_c = v[c]
    logits = u.dot(v_c)
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
    gradient_v = residuals.dot(u)
    gradient_u = v_c * residuals[:, None]
    if not (math.isfinite(loss) and math.isfinite(gradient_v.dot(gradient_v))):
        _reject_non_finite("pair", u=u, v=v)
    return float(loss), gradient_v, gradient_u


def probabilities(u: Floats, v: Floats, c: int) -> Floats:
    r"""The probability of every outside word, given the center word c.

        probabilities = P(o|c) = \frac{\exp(u_o^\top v_c)}{\sum_{w=1}^{V} \exp(u_w^\top v_c)}
            proved in softmax-skip-gram.md:10

    Args:
        u: (V, d).
        v: (C, d).
        c: an integer from 0 to C - 1.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(u) is not np.ndarray or u.dtype.kind != "f":
        u = _floats("u", u)
    if type(v) is not np.ndarray or v.dtype.kind != "f":
        v = _floats("v", v)
    if u.ndim != 2 or v.ndim != 2 or v.shape[1] != u.shape[1]:
        _reject_shapes("probabilities", "u (V, d), v (C, d)", u, v)
    if not 0 <= c < v.shape[0]:
        raise IndexError(f"probabilities: c = {c} is not between 0 and {v.shape[0] - 1}")
    logits = u.dot(v[c])
    largest = logits[logits.argmax()]
    shifted = logits
    shifted -= largest
    exponentials = np.exp(shifted, out=shifted)
    probabilities = exponentials
    probabilities /= np.add.reduce(exponentials)
    if not math.isfinite(probabilities.dot(probabilities)):
        _reject_non_finite("probabilities", u=u, v=v)
    return np.asarray(probabilities)
