"""Functions proved in smoothing.md.

Generated from proved steps; do not edit, run:  derive emit
"""

from __future__ import annotations

import math

import numpy as np

from w2v_numeric.formulas._helpers import (
    Floats,
    _floats,
    _number,
    _reject_negative,
    _reject_non_finite,
    _reject_number,
    _reject_shapes,
    _reject_unnormalized,
)

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "smoothed",
    "smoothed_cross_entropy",
    "tempered_cross_entropy",
    "tempered_softmax",
]

NOTES = {
    "smoothing.md": "fcfb840df447abb575c305f25d1355d646734e11ebca7e7b4a26d3fefc0d6d8b",
}
"""The notes the functions come from, with the SHA-256 of each."""

BODY_SHA256 = "35564f5e60459fe413f0c5a8b463dde6d1ff442ead5dee8120186ebe84939e11"
"""The SHA-256 of everything below."""


def smoothed(y: Floats, varepsilon: float) -> Floats:
    r"""The target y with a part epsilon of it spread evenly over all classes.

        target = s_i = (1 - \varepsilon) \, y_i + \frac{\varepsilon}{n}
            proved in smoothing.md:15

    Args:
        y: (n,), not negative; the proofs do not use that it adds up to one.
        varepsilon: a number ≥ 0 and ≤ 1.

    Raises:
        ValueError: shapes do not meet, an entry is NaN, infinite or of the wrong sign, or a number is not what
            the formula needs.
    """
    if type(y) is not np.ndarray or y.dtype.kind != "f":
        y = _floats("y", y)
    if type(varepsilon) is not float:
        varepsilon = _number("varepsilon", varepsilon)
    if y.ndim != 1:
        _reject_shapes("smoothed", "y (n,)", y)
    if not (varepsilon >= 0 and varepsilon <= 1):
        _reject_number("smoothed", "varepsilon ≥ 0 and ≤ 1", varepsilon)
    if not (np.minimum.reduce(y) >= 0 and math.isfinite(varepsilon) and math.isfinite(y.dot(y))):
        _reject_non_finite("smoothed", y=y, varepsilon=varepsilon)
        _reject_negative("smoothed", y=y)
    n = len(y)
    weighted = y * (-varepsilon + 1)
    target = weighted
    target += varepsilon / n
    return np.asarray(target)


def smoothed_cross_entropy(z: Floats, y: Floats, varepsilon: float) -> tuple[float, Floats]:
    r"""The cross-entropy of a smoothed target and the softmax of scores z, and its gradient; y adds up to one.

        loss = L = \log \sum_{j=1}^{n} e^{z_j} - \sum_{i=1}^{n} s_i z_i
            proved in smoothing.md:30
        gradient_z = \frac{\partial L}{\partial z_k} = \hat y_k - (1 - \varepsilon) \, y_k -
            \frac{\varepsilon}{n}
            proved in smoothing.md:40

    Args:
        z: (n,).
        y: (n,), not negative; adds up to one, which the proofs use.
        varepsilon: a number ≥ 0 and ≤ 1.

    Raises:
        ValueError: shapes do not meet, an entry is NaN, infinite or of the wrong sign, what must add up to one
            does not, or a number is not what the formula needs.
    """
    if type(z) is not np.ndarray or z.dtype.kind != "f":
        z = _floats("z", z)
    if type(y) is not np.ndarray or y.dtype.kind != "f":
        y = _floats("y", y)
    if type(varepsilon) is not float:
        varepsilon = _number("varepsilon", varepsilon)
    if z.ndim != 1 or y.ndim != 1 or y.shape[0] != z.shape[0]:
        _reject_shapes("smoothed_cross_entropy", "z (n,), y (n,)", z, y)
    if not (varepsilon >= 0 and varepsilon <= 1):
        _reject_number("smoothed_cross_entropy", "varepsilon ≥ 0 and ≤ 1", varepsilon)
    if not (np.minimum.reduce(y) >= 0 and abs(np.add.reduce(y) - 1) <= 0.001 and math.isfinite(varepsilon)):
        _reject_non_finite("smoothed_cross_entropy", z=z, y=y, varepsilon=varepsilon)
        _reject_negative("smoothed_cross_entropy", y=y)
        _reject_unnormalized("smoothed_cross_entropy", y=y)
    n = len(z)
    largest = z[z.argmax()]
    shifted = z - largest
    exponentials = np.exp(shifted, out=shifted)
    partition = np.add.reduce(exponentials)
    weighted = varepsilon / n
    weighted_2 = y * (-varepsilon + 1)
    total = weighted_2 + weighted
    loss = largest + math.log(partition) - z.dot(total)
    probabilities = exponentials
    probabilities /= partition
    gradient_z = np.subtract(probabilities, weighted_2, out=weighted_2)
    gradient_z -= weighted
    if not math.isfinite(loss):
        _reject_non_finite("smoothed_cross_entropy", z=z, y=y, varepsilon=varepsilon)
        _reject_negative("smoothed_cross_entropy", y=y)
        _reject_unnormalized("smoothed_cross_entropy", y=y)
    return float(loss), gradient_z


def tempered_cross_entropy(z: Floats, y: Floats, T: float) -> tuple[float, Floats, float]:
    r"""The cross-entropy of y and the softmax of scores z at a temperature T > 0, and its derivatives.

        loss = J = \log \sum_{j=1}^{n} e^{z_j / T} - \frac{1}{T} \sum_{i=1}^{n} y_i z_i
            proved in smoothing.md:109
        gradient_z = \frac{\partial J}{\partial z_k} = \frac{1}{T} (q_k - y_k)
            proved in smoothing.md:114
        derivative_T = \frac{\partial J}{\partial T} = \frac{1}{T^2} \left( \sum_{i=1}^{n} y_i z_i -
            \sum_{i=1}^{n} q_i z_i \right)
            proved in smoothing.md:121

    Args:
        z: (n,).
        y: (n,), not negative; adds up to one, which the proofs use.
        T: a number > 0.

    Raises:
        ValueError: shapes do not meet, an entry is NaN, infinite or of the wrong sign, what must add up to one
            does not, or a number is not what the formula needs.
    """
    if type(z) is not np.ndarray or z.dtype.kind != "f":
        z = _floats("z", z)
    if type(y) is not np.ndarray or y.dtype.kind != "f":
        y = _floats("y", y)
    if type(T) is not float:
        T = _number("T", T)
    if z.ndim != 1 or y.ndim != 1 or y.shape[0] != z.shape[0]:
        _reject_shapes("tempered_cross_entropy", "z (n,), y (n,)", z, y)
    if not (T > 0):
        _reject_number("tempered_cross_entropy", "T > 0", T)
    if not (np.minimum.reduce(y) >= 0 and abs(np.add.reduce(y) - 1) <= 0.001 and math.isfinite(T)):
        _reject_non_finite("tempered_cross_entropy", z=z, y=y, T=T)
        _reject_negative("tempered_cross_entropy", y=y)
        _reject_unnormalized("tempered_cross_entropy", y=y)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1 / T
        logits = z * inverse
        largest = logits[logits.argmax()]
        shifted = logits
        shifted -= largest
        exponentials = np.exp(shifted, out=shifted)
        partition = np.add.reduce(exponentials)
        products = z.dot(y)
        loss = largest + math.log(partition) - inverse * products
        inverse_partition = 1 / partition
        derivative_T = np.power(T, -2) * (products - inverse_partition * z.dot(exponentials))
        probabilities = exponentials
        probabilities *= inverse_partition
        total = probabilities
        total -= y
        gradient_z = total
        gradient_z *= inverse
    if not (math.isfinite(loss) and math.isfinite(derivative_T)):
        _reject_non_finite("tempered_cross_entropy", z=z, y=y, T=T)
        _reject_negative("tempered_cross_entropy", y=y)
        _reject_unnormalized("tempered_cross_entropy", y=y)
    return float(loss), gradient_z, float(derivative_T)


def tempered_softmax(z: Floats, T: float) -> Floats:
    r"""The softmax of scores z at a temperature T > 0.

        probabilities = q_i = \frac{e^{z_i / T}}{\sum_{j=1}^{n} e^{z_j / T}}
            proved in smoothing.md:73

    Args:
        z: (n,).
        T: a number > 0.

    Raises:
        ValueError: shapes do not meet, an entry is NaN or infinite, or a number is not what the formula needs.
    """
    if type(z) is not np.ndarray or z.dtype.kind != "f":
        z = _floats("z", z)
    if type(T) is not float:
        T = _number("T", T)
    if z.ndim != 1:
        _reject_shapes("tempered_softmax", "z (n,)", z)
    if not (T > 0):
        _reject_number("tempered_softmax", "T > 0", T)
    if not (math.isfinite(T) and math.isfinite(z.dot(z))):
        _reject_non_finite("tempered_softmax", z=z, T=T)
    with np.errstate(divide="ignore", invalid="ignore"):
        logits = z / T
        largest = logits[logits.argmax()]
        shifted = logits
        shifted -= largest
        exponentials = np.exp(shifted, out=shifted)
        probabilities = exponentials
        probabilities /= np.add.reduce(exponentials)
    return np.asarray(probabilities)
