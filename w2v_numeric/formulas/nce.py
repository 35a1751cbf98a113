"""Functions proved in nce.md.

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
    _scatter_rows,
    _sigmoid_of_number,
    _softplus,
    _softplus_and_sigmoid,
    _softplus_dot,
    _softplus_dot_and_sigmoid,
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

BODY_SHA256 = "66f5bce8966c5bd55dc0b45e3f96870ce4473f9c426c2566c9b0f0038bb7b3b0"
"""The SHA-256 of everything below."""


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
        _reject_shapes(
            "block_loss", "u (V, d), v (C, d), n (C,), q (V,), r (V,), block (C, V) contiguous", u, v, n, q, r, block
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
        products_2 = np.einsum("i,i->", losses, values, dtype=np.float64)
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
        _reject_shapes(
            "block_loss_and_gradients",
            "u (V, d), v (C, d), n (C,), q (V,), r (V,), block (C, V) contiguous",
            u,
            v,
            n,
            q,
            r,
            block,
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
        products_2 = np.einsum("i,i->", losses, values, dtype=np.float64)
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
        np.subtract.at(residuals.reshape(-1), positions, values * sigmoids_2)
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
        _reject_shapes("pair", "u (V, d), v (C, d), x (K,), q (V,)", u, v, x, q)
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
