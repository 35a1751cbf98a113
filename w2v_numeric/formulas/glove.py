"""Functions proved in glove.md.

Generated from proved steps; do not edit, run:  derive emit
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from w2v_numeric.formulas._helpers import Floats, Integers, _reject_non_finite, _reject_number, _reject_shapes, _sparse

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "OBJECTIVES",
    "block_loss",
    "block_loss_and_gradients",
]

NOTES = {
    "glove.md": "4385364e83269db8ba62d5dd28f5e4d52d44d90847603c7bb07e4ac79b280b46",
}
"""The notes the functions come from, with the SHA-256 of each."""

OBJECTIVES: dict[str, dict[str, Any]] = {
    "glove": {
        "about": "GloVe: least squares on the logarithms of the counts.",
        "over": "counts",
        "loss_and_gradients": "block_loss_and_gradients",
        "loss": "block_loss",
        "outputs": ["loss", "gradient_v", "gradient_u", "gradient_b", "gradient_tilde_b"],
        "given": {
            "u": "outside vectors",
            "v": "center vectors",
            "b": "center biases",
            "tilde_b": "outside biases",
            "columns starts values": "counts",
            "x_max": "100",
            "alpha": "0.75",
        },
        "preferred": {
            "center_power": "1",
        },
    },
}
"""What can be trained with these functions, and what each of their arguments is given."""

BODY_SHA256 = "fa08b78d019139500b8c641ef70e3c1bc481a748bf2238fe80844d886a951f62"
"""The SHA-256 of everything below."""


def block_loss(
    u: Floats,
    v: Floats,
    b: Floats,
    tilde_b: Floats,
    columns: Integers,
    starts: Integers,
    values: Floats,
    x_max: float,
    alpha: float,
    *,
    block: Floats,
) -> float:
    r"""The loss of a block of C center words over their counts X.

        loss = J = \sum_{i=1}^{C} \sum_{j=1}^{V} f(X_{ij}) \, r_{ij}^2
            proved in glove.md:22

    Args:
        u: (V, d).
        v: (C, d).
        b: (C,).
        tilde_b: (V,).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of X, C×V; no position twice.
        x_max: a number > 0.
        alpha: a number > 0.
        block: (C, V), C-contiguous; work space, overwritten.

    Raises:
        ValueError: shapes do not meet, an entry is NaN or infinite, or a number is not what the formula needs.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or b.ndim != 1
        or tilde_b.ndim != 1
        or v.shape[1] != u.shape[1]
        or b.shape[0] != v.shape[0]
        or tilde_b.shape[0] != u.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes(
            "block_loss", "u (V, d), v (C, d), b (C,), tilde_b (V,), block (C, V) contiguous", u, v, b, tilde_b, block
        )
    if not (x_max > 0):
        _reject_number("block_loss", "x_max > 0", x_max)
    if not (alpha > 0):
        _reject_number("block_loss", "alpha > 0", alpha)
    C = v.shape[0]
    V = u.shape[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = np.repeat(np.arange(C), np.diff(starts))
        products = np.matmul(v, u.T, out=block)
        positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
        products_observed = products.take(positions)
        logarithms = np.log(values)
        total = products_observed
        total += tilde_b[columns]
        total += b[rows]
        total -= logarithms
        weighted = values / x_max
        values_2 = np.power(weighted, alpha, out=weighted)
        values_3 = np.minimum(1, values_2, out=values_2)
        weighted_2 = total * total
        loss = np.einsum("i,i->", values_3, weighted_2, dtype=np.float64)
    if not math.isfinite(loss):
        _reject_non_finite("block_loss", u=u, v=v, b=b, tilde_b=tilde_b, values=values, x_max=x_max, alpha=alpha)
    return float(loss)


def block_loss_and_gradients(
    u: Floats,
    v: Floats,
    b: Floats,
    tilde_b: Floats,
    columns: Integers,
    starts: Integers,
    values: Floats,
    x_max: float,
    alpha: float,
    *,
    block: Floats,
    gradient_v: Floats,
    gradient_u: Floats,
    gradient_b: Floats,
    gradient_tilde_b: Floats,
) -> float:
    r"""The loss of a block of C center words over their counts X, and its gradients in the vectors and the biases.

        loss = J = \sum_{i=1}^{C} \sum_{j=1}^{V} f(X_{ij}) \, r_{ij}^2
            proved in glove.md:22
        gradient_v = \frac{\partial J}{\partial v_i} = 2 \sum_{j=1}^{V} f(X_{ij}) \, r_{ij} \, u_j
            proved in glove.md:40
        gradient_u = \frac{\partial J}{\partial u_j} = 2 \sum_{i=1}^{C} f(X_{ij}) \, r_{ij} \, v_i
            proved in glove.md:45
        gradient_b = \frac{\partial J}{\partial b_i} = 2 \sum_{j=1}^{V} f(X_{ij}) \, r_{ij}
            proved in glove.md:51
        gradient_tilde_b = \frac{\partial J}{\partial \tilde b_j} = 2 \sum_{i=1}^{C} f(X_{ij}) \, r_{ij}
            proved in glove.md:55

    Args:
        u: (V, d).
        v: (C, d).
        b: (C,).
        tilde_b: (V,).
        columns: the columns, from 0 to V - 1, of the nonzero entries, row by row.
        starts: (C + 1,), where each row begins in them; the first is 0.
        values: the entries of X, C×V; no position twice.
        x_max: a number > 0.
        alpha: a number > 0.
        block: (C, V), C-contiguous; work space, overwritten.
        gradient_v: the array that receives this output, overwritten.
        gradient_u: the array that receives this output, overwritten.
        gradient_b: the array that receives this output, overwritten.
        gradient_tilde_b: the array that receives this output, overwritten.

    Raises:
        ValueError: shapes do not meet, an entry is NaN or infinite, or a number is not what the formula needs.
    """
    if (
        u.ndim != 2
        or v.ndim != 2
        or b.ndim != 1
        or tilde_b.ndim != 1
        or v.shape[1] != u.shape[1]
        or b.shape[0] != v.shape[0]
        or tilde_b.shape[0] != u.shape[0]
        or len(starts) != v.shape[0] + 1
        or len(columns) != len(values)
        or block.shape != (v.shape[0], u.shape[0])
        or not block.flags.c_contiguous
    ):
        _reject_shapes(
            "block_loss_and_gradients",
            "u (V, d), v (C, d), b (C,), tilde_b (V,), block (C, V) contiguous",
            u,
            v,
            b,
            tilde_b,
            block,
        )
    if not (x_max > 0):
        _reject_number("block_loss_and_gradients", "x_max > 0", x_max)
    if not (alpha > 0):
        _reject_number("block_loss_and_gradients", "alpha > 0", alpha)
    C = v.shape[0]
    V = u.shape[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = np.repeat(np.arange(C), np.diff(starts))
        products = np.matmul(v, u.T, out=block)
        positions = np.repeat(np.arange(0, C * V, V), np.diff(starts)) + columns
        products_observed = products.take(positions)
        logarithms = np.log(values)
        total = products_observed
        total += tilde_b[columns]
        total += b[rows]
        total -= logarithms
        weighted = values / x_max
        values_2 = np.power(weighted, alpha, out=weighted)
        values_3 = np.minimum(1, values_2, out=values_2)
        weighted_2 = total * total
        loss = np.einsum("i,i->", values_3, weighted_2, dtype=np.float64)
        weighted_3 = total * values_3
        matrix = _sparse(weighted_3 * 2, columns, starts, (C, V))
        gradient_v[...] = matrix @ u
        gradient_u[...] = matrix.T @ v
        weighted_4 = total
        weighted_4 *= values_3
        weighted_4 *= 2
        gradient_b[...] = 0
        np.add.at(gradient_b, rows, weighted_4)
        gradient_tilde_b[...] = 0
        np.add.at(gradient_tilde_b, columns, weighted_4)
    if not math.isfinite(loss):
        _reject_non_finite(
            "block_loss_and_gradients", u=u, v=v, b=b, tilde_b=tilde_b, values=values, x_max=x_max, alpha=alpha
        )
    return float(loss)
