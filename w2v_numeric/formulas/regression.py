"""Functions proved in regression.md.

Generated from proved steps; do not edit, run:  derive emit
"""

from __future__ import annotations

import math

import numpy as np

from w2v_numeric.formulas._helpers import (
    Floats,
    _floats,
    _reject_negative,
    _reject_non_finite,
    _reject_shapes,
    _row_maxima,
    _sigmoid,
    _softplus,
)

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "logistic_probabilities",
    "logistic_regression",
    "softmax_probabilities",
    "softmax_regression",
]

NOTES = {
    "regression.md": "652905fb88837581a88d54a272e4f887991968a1e503689dc730ed0450d944cd",
}
"""The notes the functions come from, with the SHA-256 of each."""

BODY_SHA256 = "1b503f3265766087e190f124294d1d5de39b1203a4c5d27d087cb8b0d53f246d"
"""The SHA-256 of everything below."""


def logistic_probabilities(x: Floats, theta: Floats) -> Floats:
    r"""The predicted chance of the label one for each of n samples.

        probabilities = a_i = \sigma(x_i^\top \theta)
            proved in regression.md:12

    Args:
        x: (n, d).
        theta: (d,).

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(x) is not np.ndarray or x.dtype.kind != "f":
        x = _floats("x", x)
    if type(theta) is not np.ndarray or theta.dtype.kind != "f":
        theta = _floats("theta", theta)
    if x.ndim != 2 or theta.ndim != 1 or theta.shape[0] != x.shape[1]:
        _reject_shapes("logistic_probabilities", "x (n, d), theta (d,)", x, theta)
    scores = x.dot(theta)
    probabilities = _sigmoid(scores, out=scores)
    if not math.isfinite(probabilities.dot(probabilities)):
        _reject_non_finite("logistic_probabilities", x=x, theta=theta)
    return np.asarray(probabilities)


def logistic_regression(x: Floats, y: Floats, theta: Floats) -> tuple[float, Floats, Floats]:
    r"""The mean loss of logistic regression over n samples, its gradient and its Hessian; labels lie in [0, 1].

        loss = J = \frac{1}{n} \sum_{i=1}^{n} \left( \log \left( 1 + e^{x_i^\top \theta} \right) - y_i \,
            (x_i^\top \theta) \right)
            proved in regression.md:21
        gradient = \frac{\partial J}{\partial \theta} = \frac{1}{n} X^\top (a - y)
            proved in regression.md:32
        hessian = \frac{\partial^2 J}{\partial \theta \, \partial \theta^\top} = \frac{1}{n} \sum_{i=1}^{n} a_i
            (1 - a_i) \, x_i x_i^\top
            proved in regression.md:38

    Args:
        x: (n, d).
        y: (n,), not negative.
        theta: (d,).

    Raises:
        ValueError: shapes do not meet, or an entry is NaN, infinite or of the wrong sign.
    """
    if type(x) is not np.ndarray or x.dtype.kind != "f":
        x = _floats("x", x)
    if type(y) is not np.ndarray or y.dtype.kind != "f":
        y = _floats("y", y)
    if type(theta) is not np.ndarray or theta.dtype.kind != "f":
        theta = _floats("theta", theta)
    if x.ndim != 2 or y.ndim != 1 or theta.ndim != 1 or y.shape[0] != x.shape[0] or theta.shape[0] != x.shape[1]:
        _reject_shapes("logistic_regression", "x (n, d), y (n,), theta (d,)", x, y, theta)
    n = x.shape[0]
    inverse = 1 / n
    scores = x.dot(theta)
    losses = _softplus(scores, out=np.empty_like(scores))
    loss = inverse * (np.add.reduce(losses) - y.dot(scores))
    sigmoids = _sigmoid(scores, out=np.empty_like(scores))
    scores_2 = np.negative(scores, out=scores)
    sigmoids_2 = _sigmoid(scores_2, out=scores_2)
    weighted = x * (sigmoids * sigmoids_2)[:, None]
    total = sigmoids
    total -= y
    products = total.dot(x)
    gradient = products
    gradient *= inverse
    products_2 = weighted.T @ x
    hessian = products_2
    hessian *= inverse
    if not (math.isfinite(loss) and math.isfinite(gradient.dot(gradient))):
        _reject_non_finite("logistic_regression", x=x, y=y, theta=theta)
        _reject_negative("logistic_regression", y=y)
    return float(loss), gradient, hessian


def softmax_probabilities(x: Floats, w: Floats) -> Floats:
    r"""The predicted chance of each class for each of n samples.

        probabilities = P_{ik} = \frac{e^{S_{ik}}}{\sum_{l=1}^{K} e^{S_{il}}}
            proved in regression.md:81

    Args:
        x: (n, d).
        w: (K, d).

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(x) is not np.ndarray or x.dtype.kind != "f":
        x = _floats("x", x)
    if type(w) is not np.ndarray or w.dtype.kind != "f":
        w = _floats("w", w)
    if x.ndim != 2 or w.ndim != 2 or w.shape[1] != x.shape[1]:
        _reject_shapes("softmax_probabilities", "x (n, d), w (K, d)", x, w)
    logits = x @ w.T
    largest = _row_maxima(logits)
    shifted = logits
    shifted -= largest[:, None]
    exponentials = np.exp(shifted, out=shifted)
    partition = np.einsum("nk->n", exponentials)
    probabilities = exponentials
    probabilities /= partition[:, None]
    if not math.isfinite(np.vdot(probabilities, probabilities)):
        _reject_non_finite("softmax_probabilities", x=x, w=w)
    return np.asarray(probabilities)


def softmax_regression(x: Floats, Y: Floats, w: Floats) -> tuple[float, Floats]:
    r"""The mean loss of softmax regression over n samples and its gradient; every row of Y adds up to one.

        loss = L = \frac{1}{n} \sum_{i=1}^{n} \left( \log \sum_{l=1}^{K} e^{S_{il}} - \sum_{k=1}^{K} Y_{ik}
            S_{ik} \right)
            proved in regression.md:89
        gradient = \frac{\partial L}{\partial W} = \frac{1}{n} (P - Y)^\top X
            proved in regression.md:106

    Args:
        x: (n, d).
        Y: (n, K), not negative; adds up to one, which the proofs use.
        w: (K, d).

    Raises:
        ValueError: shapes do not meet, an entry is NaN, infinite or of the wrong sign, or what must add up to
            one does not.
    """
    if type(x) is not np.ndarray or x.dtype.kind != "f":
        x = _floats("x", x)
    if type(Y) is not np.ndarray or Y.dtype.kind != "f":
        Y = _floats("Y", Y)
    if type(w) is not np.ndarray or w.dtype.kind != "f":
        w = _floats("w", w)
    if (
        x.ndim != 2
        or Y.ndim != 2
        or w.ndim != 2
        or Y.shape[0] != x.shape[0]
        or w.shape[0] != Y.shape[1]
        or w.shape[1] != x.shape[1]
    ):
        _reject_shapes("softmax_regression", "x (n, d), Y (n, K), w (K, d)", x, Y, w)
    n = x.shape[0]
    inverse = 1 / n
    logits = x @ w.T
    largest = _row_maxima(logits)
    shifted = logits - largest[:, None]
    exponentials = np.exp(shifted, out=shifted)
    partition = np.einsum("nk->n", exponentials)
    probabilities = exponentials
    probabilities /= partition[:, None]
    log_partition = np.log(partition, out=partition)
    log_sum_exp = largest
    log_sum_exp += log_partition
    loss = inverse * (np.add.reduce(log_sum_exp) - np.vdot(Y, logits))
    total = probabilities
    total -= Y
    products = total.T @ x
    gradient = products
    gradient *= inverse
    if not math.isfinite(loss):
        _reject_non_finite("softmax_regression", x=x, Y=Y, w=w)
        _reject_negative("softmax_regression", Y=Y)
    return float(loss), gradient
