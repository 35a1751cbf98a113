"""Functions proved in cross-entropy.md, information.md and second-derivatives.md.

Generated from proved steps; do not edit, run:  derive emit
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from w2v_numeric.formulas._helpers import (
    Floats,
    _floats,
    _reject_negative,
    _reject_non_finite,
    _reject_shapes,
    _reject_unnormalized,
)

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "cross_entropy",
    "entropy",
    "information",
    "kl_divergence",
    "log_sum_exp",
    "log_sum_exp_hessian",
    "softmax",
    "softmax_cross_entropy",
]

NOTES = {
    "cross-entropy.md": "976a5791d3e8569228a83f9637991ca0d3715d378eef6993004f7c9953ca25b1",
    "information.md": "6d8d24bc465c1991a1cccc6b2e949394b2f15d0811d9f9e51fef52dfd746bb45",
    "second-derivatives.md": "c77046d685ead306e5508dd2527b0861b94b1f24863d40cddab3a096adc708ab",
}
"""The notes the functions come from, with the SHA-256 of each."""

BODY_SHA256 = "977f7e3aba1f48e1f18750b2ad78c9321f4ab67faee68b63a1989f82a78c91d1"
"""The SHA-256 of everything below."""


def cross_entropy(p: Floats, q: Floats) -> tuple[float, Floats]:
    r"""The cross-entropy of q under p in nats, and its gradient in q.

        cross_entropy = H(p, q) = -\sum_{i=1}^{n} p_i \log q_i
            proved in information.md:72
        gradient_q = \frac{\partial}{\partial q_i} H(p, q) = -\frac{p_i}{q_i}
            proved in information.md:85

    Args:
        p: (n,), not negative; the proofs do not use that it adds up to one.
        q: (n,), not negative; the proofs do not use that it adds up to one.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN, infinite or of the wrong sign.
    """
    if type(p) is not np.ndarray or p.dtype.kind != "f":
        p = _floats("p", p)
    if type(q) is not np.ndarray or q.dtype.kind != "f":
        q = _floats("q", q)
    if p.ndim != 1 or q.ndim != 1 or q.shape[0] != p.shape[0]:
        _reject_shapes("cross_entropy", "p (n,), q (n,)", p, q)
    if not (np.minimum.reduce(p) >= 0):
        _reject_non_finite("cross_entropy", p=p, q=q)
        _reject_negative("cross_entropy", p=p, q=q)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithms = np.log(q)
        products = p.dot(logarithms)
        if not math.isfinite(products):
            _reject_non_finite("cross_entropy", p=p, q=q)
            _reject_negative("cross_entropy", p=p, q=q)
            products = p.dot(np.where(p != 0, logarithms, 0))
        cross_entropy = -products
        weighted = p / q
        gradient_q = np.negative(weighted, out=weighted)
    return float(cross_entropy), gradient_q


def entropy(p: Floats) -> tuple[float, Floats]:
    r"""The entropy of a distribution in nats, and its gradient; 0 log 0 is 0.

        entropy = H(p) = -\sum_{i=1}^{n} p_i \log p_i
            proved in information.md:29
        gradient = \frac{\partial}{\partial p_i} H(p) = -\log p_i - 1
            proved in information.md:95

    Args:
        p: (n,), not negative; the proofs do not use that it adds up to one.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN, infinite or of the wrong sign.
    """
    if type(p) is not np.ndarray or p.dtype.kind != "f":
        p = _floats("p", p)
    if p.ndim != 1:
        _reject_shapes("entropy", "p (n,)", p)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithms = np.log(p)
        products = p.dot(logarithms)
        if not math.isfinite(products):
            _reject_non_finite("entropy", p=p)
            _reject_negative("entropy", p=p)
            products = p.dot(np.where(p != 0, logarithms, 0))
        entropy = -products
        gradient = np.subtract(-1, logarithms, out=logarithms)
    return float(entropy), gradient


def information(x: Any) -> tuple[Any, Any]:
    r"""The information -log x in nats, and its derivative.

        information = h(x) = -\log x
            proved in information.md:11
        gradient = \frac{d}{dx} h(x) = -\frac{1}{x}
            proved in information.md:17

    Args:
        x: not negative; a number, or an array of any shape; so are the results.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN, infinite or of the wrong sign.
    """
    if type(x) is not np.ndarray or x.dtype.kind != "f":
        x = _floats("x", x)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = -np.log(x)
        gradient = np.divide(-1.0, x)
    if not (not information.size or math.isfinite(information.item(information.argmin()))):
        _reject_non_finite("information", x=x)
        _reject_negative("information", x=x)
    return information, gradient


def kl_divergence(p: Floats, q: Floats) -> tuple[float, Floats, Floats]:
    r"""The Kullback-Leibler divergence of q from p in nats, and its gradients.

        divergence = D_{KL}(p \| q) = \sum_{i=1}^{n} p_i \log \frac{p_i}{q_i}
            proved in information.md:47
        gradient_p = \frac{\partial}{\partial p_i} D_{KL}(p \| q) = \log \frac{p_i}{q_i} + 1
            proved in information.md:99
        gradient_q = \frac{\partial}{\partial q_i} D_{KL}(p \| q) = -\frac{p_i}{q_i}
            proved in information.md:89

    Args:
        p: (n,), not negative; the proofs do not use that it adds up to one.
        q: (n,), not negative; the proofs do not use that it adds up to one.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN, infinite or of the wrong sign.
    """
    if type(p) is not np.ndarray or p.dtype.kind != "f":
        p = _floats("p", p)
    if type(q) is not np.ndarray or q.dtype.kind != "f":
        q = _floats("q", q)
    if p.ndim != 1 or q.ndim != 1 or q.shape[0] != p.shape[0]:
        _reject_shapes("kl_divergence", "p (n,), q (n,)", p, q)
    if not (np.minimum.reduce(p) >= 0):
        _reject_non_finite("kl_divergence", p=p, q=q)
        _reject_negative("kl_divergence", p=p, q=q)
    with np.errstate(divide="ignore", invalid="ignore"):
        weighted = p / q
        logarithms = np.log(weighted)
        divergence = p.dot(logarithms)
        if not math.isfinite(divergence):
            _reject_non_finite("kl_divergence", p=p, q=q)
            _reject_negative("kl_divergence", p=p, q=q)
            divergence = p.dot(np.where(p != 0, logarithms, 0))
        gradient_p = logarithms
        gradient_p += 1
        gradient_q = np.negative(weighted, out=weighted)
    return float(divergence), gradient_p, gradient_q


def log_sum_exp(z: Floats) -> tuple[float, Floats]:
    r"""The logarithm of the sum of exponentials, and its gradient.

        value = A = \log \sum_{j=1}^{n} e^{z_j}
            proved in cross-entropy.md:15
        gradient_z = \frac{\partial A}{\partial z_i} = \hat y_i
            proved in cross-entropy.md:21

    Args:
        z: (n,).

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(z) is not np.ndarray or z.dtype.kind != "f":
        z = _floats("z", z)
    if z.ndim != 1:
        _reject_shapes("log_sum_exp", "z (n,)", z)
    if not math.isfinite(z.dot(z)):
        _reject_non_finite("log_sum_exp", z=z)
    largest = z[z.argmax()]
    shifted = z - largest
    exponentials = np.exp(shifted, out=shifted)
    partition = np.add.reduce(exponentials)
    value = largest + math.log(partition)
    gradient_z = exponentials
    gradient_z /= partition
    return float(value), gradient_z


def log_sum_exp_hessian(z: Floats) -> Floats:
    r"""The second derivatives of the logarithm of the sum of exponentials of scores z.

        hessian = \frac{\partial^2 A}{\partial z_i \, \partial z_j} = p_i (\delta_{ij} - p_j)
            proved in second-derivatives.md:35

    Args:
        z: (n,).

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(z) is not np.ndarray or z.dtype.kind != "f":
        z = _floats("z", z)
    if z.ndim != 1:
        _reject_shapes("log_sum_exp_hessian", "z (n,)", z)
    if not math.isfinite(z.dot(z)):
        _reject_non_finite("log_sum_exp_hessian", z=z)
    n = len(z)
    largest = z[z.argmax()]
    shifted = z - largest
    exponentials = np.exp(shifted, out=shifted)
    weighted = exponentials
    weighted /= np.add.reduce(exponentials)
    total = np.zeros((n, n), z.dtype) + -weighted
    each = np.arange(n)
    residuals = total
    residuals[each, each] += 1
    hessian = residuals
    hessian *= weighted[:, None]
    return np.asarray(hessian)


def softmax(z: Floats) -> Floats:
    r"""The softmax of scores z.

        probabilities = \hat y_i = \frac{e^{z_i}}{\sum_{j=1}^{n} e^{z_j}}
            proved in cross-entropy.md:7

    Args:
        z: (n,).

    Raises:
        ValueError: shapes do not meet, or an entry is NaN or infinite.
    """
    if type(z) is not np.ndarray or z.dtype.kind != "f":
        z = _floats("z", z)
    if z.ndim != 1:
        _reject_shapes("softmax", "z (n,)", z)
    if not math.isfinite(z.dot(z)):
        _reject_non_finite("softmax", z=z)
    largest = z[z.argmax()]
    shifted = z - largest
    exponentials = np.exp(shifted, out=shifted)
    probabilities = exponentials
    probabilities /= np.add.reduce(exponentials)
    return np.asarray(probabilities)


def softmax_cross_entropy(z: Floats, y: Floats) -> tuple[float, Floats]:
    r"""The cross-entropy of a distribution y and the softmax of scores z, and its gradient; y adds up to one.

        loss = L = -\sum_{i=1}^{n} y_i \log \hat y_i
            proved in cross-entropy.md:46
        gradient_z = \frac{\partial L}{\partial z_k} = \hat y_k - y_k
            proved in cross-entropy.md:71

    Args:
        z: (n,).
        y: (n,), not negative; adds up to one, which the proofs use.

    Raises:
        ValueError: shapes do not meet, an entry is NaN, infinite or of the wrong sign, or what must add up to
            one does not.
    """
    if type(z) is not np.ndarray or z.dtype.kind != "f":
        z = _floats("z", z)
    if type(y) is not np.ndarray or y.dtype.kind != "f":
        y = _floats("y", y)
    if z.ndim != 1 or y.ndim != 1 or y.shape[0] != z.shape[0]:
        _reject_shapes("softmax_cross_entropy", "z (n,), y (n,)", z, y)
    if not (np.minimum.reduce(y) >= 0 and abs(np.add.reduce(y) - 1) <= 0.001):
        _reject_non_finite("softmax_cross_entropy", z=z, y=y)
        _reject_negative("softmax_cross_entropy", y=y)
        _reject_unnormalized("softmax_cross_entropy", y=y)
    largest = z[z.argmax()]
    shifted = z - largest
    exponentials = np.exp(shifted, out=shifted)
    partition = np.add.reduce(exponentials)
    shifted_2 = z - (largest + math.log(partition))
    loss = -y.dot(shifted_2)
    probabilities = exponentials
    probabilities /= partition
    gradient_z = probabilities
    gradient_z -= y
    if not math.isfinite(loss):
        _reject_non_finite("softmax_cross_entropy", z=z, y=y)
        _reject_negative("softmax_cross_entropy", y=y)
        _reject_unnormalized("softmax_cross_entropy", y=y)
    return float(loss), gradient_z
