"""Functions proved in smoothing.md.

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
    "smoothed",
    "smoothed_cross_entropy",
    "tempered_cross_entropy",
    "tempered_softmax",
]

Floats = NDArray[Any]
Integers = NDArray[Any]

NOTES = {
    "smoothing.md": "fcfb840df447abb575c305f25d1355d646734e11ebca7e7b4a26d3fefc0d6d8b",
}
"""The notes the functions come from, with the SHA-256 of each."""

BODY_SHA256 = "6545c331b3fbaf9931563754ee19a6dc2967733e993d4359f16a203fd3284cc2"
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


def _reject_unnormalized(function: str, **inputs: Any) -> None:
    """Say which input does not add up to one, if one does not."""
    for name, values in inputs.items():
        if not abs(np.add.reduce(values) - 1) <= 0.001:
            raise ValueError(f"{function}: {name} adds up to {np.add.reduce(values):.6g}, not to one")


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


def smoothed(y: Floats, varepsilon: float) -> Floats:
    r"""The target y with a part epsilon of it spread evenly over all classes.

        target = s_i = (1 - \varepsilon) \, y_i + \frac{\varepsilon}{n}
            proved in smoothing.md:15

    Args:
        y: (n,), not negative; the proofs do not use that it adds up to one.
        varepsilon: not negative; a number.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN, infinite or of the wrong sign.
    """
    if type(y) is not np.ndarray or y.dtype.kind != "f":
        y = _floats("y", y)
    if type(varepsilon) is not float:
        varepsilon = _number("varepsilon", varepsilon)
    if y.ndim != 1:
        raise ValueError(f"smoothed needs y (n,); got {y.shape}")
    if not (np.minimum.reduce(y) >= 0 and math.isfinite(varepsilon) and varepsilon >= 0 and math.isfinite(y.dot(y))):
        _reject_non_finite("smoothed", y=y, varepsilon=varepsilon)
        _reject_negative("smoothed", y=y, varepsilon=varepsilon)
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
        varepsilon: not negative; a number.

    Raises:
        ValueError: shapes do not meet, an entry is NaN, infinite or of the wrong sign, or what must add up to
            one does not.
    """
    if type(z) is not np.ndarray or z.dtype.kind != "f":
        z = _floats("z", z)
    if type(y) is not np.ndarray or y.dtype.kind != "f":
        y = _floats("y", y)
    if type(varepsilon) is not float:
        varepsilon = _number("varepsilon", varepsilon)
    if z.ndim != 1 or y.ndim != 1 or y.shape[0] != z.shape[0]:
        raise ValueError(f"smoothed_cross_entropy needs z (n,), y (n,); got {z.shape}, {y.shape}")
    if not (
        np.minimum.reduce(y) >= 0
        and abs(np.add.reduce(y) - 1) <= 0.001
        and math.isfinite(varepsilon)
        and varepsilon >= 0
    ):
        _reject_non_finite("smoothed_cross_entropy", z=z, y=y, varepsilon=varepsilon)
        _reject_negative("smoothed_cross_entropy", y=y, varepsilon=varepsilon)
        _reject_unnormalized("smoothed_cross_entropy", y=y)
    n = len(z)
    largest = np.maximum.reduce(z)
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
        _reject_negative("smoothed_cross_entropy", y=y, varepsilon=varepsilon)
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
        T: not negative; a number.

    Raises:
        ValueError: shapes do not meet, an entry is NaN, infinite or of the wrong sign, or what must add up to
            one does not.
    """
    if type(z) is not np.ndarray or z.dtype.kind != "f":
        z = _floats("z", z)
    if type(y) is not np.ndarray or y.dtype.kind != "f":
        y = _floats("y", y)
    if type(T) is not float:
        T = _number("T", T)
    if z.ndim != 1 or y.ndim != 1 or y.shape[0] != z.shape[0]:
        raise ValueError(f"tempered_cross_entropy needs z (n,), y (n,); got {z.shape}, {y.shape}")
    if not (np.minimum.reduce(y) >= 0 and abs(np.add.reduce(y) - 1) <= 0.001 and math.isfinite(T) and T >= 0):
        _reject_non_finite("tempered_cross_entropy", z=z, y=y, T=T)
        _reject_negative("tempered_cross_entropy", y=y, T=T)
        _reject_unnormalized("tempered_cross_entropy", y=y)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1 / T
        logits = z * inverse
        largest = np.maximum.reduce(logits)
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
        _reject_negative("tempered_cross_entropy", y=y, T=T)
        _reject_unnormalized("tempered_cross_entropy", y=y)
    return float(loss), gradient_z, float(derivative_T)


def tempered_softmax(z: Floats, T: float) -> Floats:
    r"""The softmax of scores z at a temperature T > 0.

        probabilities = q_i = \frac{e^{z_i / T}}{\sum_{j=1}^{n} e^{z_j / T}}
            proved in smoothing.md:73

    Args:
        z: (n,).
        T: not negative; a number.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN, infinite or of the wrong sign.
    """
    if type(z) is not np.ndarray or z.dtype.kind != "f":
        z = _floats("z", z)
    if type(T) is not float:
        T = _number("T", T)
    if z.ndim != 1:
        raise ValueError(f"tempered_softmax needs z (n,); got {z.shape}")
    if not (math.isfinite(T) and T >= 0 and math.isfinite(z.dot(z))):
        _reject_non_finite("tempered_softmax", z=z, T=T)
        _reject_negative("tempered_softmax", T=T)
    with np.errstate(divide="ignore", invalid="ignore"):
        logits = z / T
        largest = np.maximum.reduce(logits)
        shifted = logits
        shifted -= largest
        exponentials = np.exp(shifted, out=shifted)
        probabilities = exponentials
        probabilities /= np.add.reduce(exponentials)
    return np.asarray(probabilities)
