"""Checks of input, and functions of arrays, that the generated modules of this folder share.

Generated; do not edit, run:  derive emit
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[Any]
Integers = NDArray[Any]


def _reject_shapes(function: str, wanted: str, *inputs: Any) -> None:
    """Say which shapes were wanted, and which have met."""
    raise ValueError(f"{function} needs {wanted}; got {', '.join(str(values.shape) for values in inputs)}")


def _reject_number(function: str, wanted: str, value: Any) -> None:
    """Say what the note declares of a number."""
    raise ValueError(f"{function} needs {wanted}; got {value}")


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
    if array.size and array.item(array.argmin()) < 0:
        raise IndexError(f"{name} has a negative entry")
    return array


def _row_maxima(x: Floats) -> Any:
    """The largest entry of every row; its place is found in less time than its value."""
    return x[np.arange(len(x)), x.argmax(axis=1)]


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


def _places(columns: Integers, shape: tuple[int, int]) -> Any:
    """Where the entries of each row in its column lie in a contiguous array."""
    rows, width = shape
    if rows and columns.item(columns.argmax()) >= width:
        raise IndexError(f"{columns.item(columns.argmax())} is not between 0 and {width - 1}")
    return np.arange(0, rows * width, width) + columns


def _sparse(values: Floats, columns: Integers, starts: Integers, shape: tuple[int, int]) -> Any:
    """A matrix by its compressed rows; they are checked, because SciPy's products trust them."""
    matrix = csr_array((values, columns, starts), shape=shape)
    matrix.check_format(full_check=True)
    return matrix
