"""The few functions that generated functions call, as text.

They are arithmetic only: which of them stands for what is one of the equalities in ``rewrites``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["RESTS_ON", "called", "closed", "texts"]

_REJECT = '''\
def _reject_non_finite(function: str, **inputs: Any) -> None:
    """Say which input is to blame for a result that is not finite, if one is."""
    for name, values in inputs.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{function}: {name} has an entry that is NaN or infinite")
'''

_REJECT_NEGATIVE = '''\
def _reject_negative(function: str, **inputs: Any) -> None:
    """Say which input has a negative entry, if one has."""
    for name, values in inputs.items():
        if np.less(values, 0).any():
            raise ValueError(f"{function}: {name} has a negative entry")
'''

_REJECT_UNNORMALIZED = '''\
def _reject_unnormalized(function: str, **inputs: Any) -> None:
    """Say which input does not add up to one, if one does not."""
    for name, values in inputs.items():
        if not abs(np.add.reduce(values) - 1) <= 0.001:
            raise ValueError(f"{function}: {name} adds up to {np.add.reduce(values):.6g}, not to one")
'''

_REJECT_SHAPES = '''\
def _reject_shapes(function: str, wanted: str, *inputs: Any) -> None:
    """Say which shapes were wanted, and which have met."""
    raise ValueError(f"{function} needs {wanted}; got {', '.join(str(values.shape) for values in inputs)}")
'''

_REJECT_NUMBER = '''\
def _reject_number(function: str, wanted: str, value: Any) -> None:
    """Say what the note declares of a number."""
    raise ValueError(f"{function} needs {wanted}; got {value}")
'''

_FLOATS = '''\
def _floats(name: str, values: Any) -> Any:
    """Floating-point numbers as they are; integers and lists of numbers as floats."""
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind not in "iub":
        raise ValueError(f"{name} must be real numbers, not {array.dtype}")
    return array.astype(np.float64)
'''

_NUMBER = '''\
def _number(name: str, value: Any) -> float:
    """One real number."""
    array = _floats(name, value)
    if array.ndim:
        raise ValueError(f"{name} must be one number, not an array of shape {array.shape}")
    return float(array)
'''

_INTEGERS = '''\
def _integers(name: str, values: Any) -> Integers:
    """Integers that point into an axis, counted from 0."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be integers, not {array.dtype}")
    if array.size and array.item(array.argmin()) < 0:
        raise IndexError(f"{name} has a negative entry")
    return array
'''

_ROW_MAXIMA = '''\
def _row_maxima(x: Floats) -> Any:
    """The largest entry of every row; its place is found in less time than its value."""
    return x[np.arange(len(x)), x.argmax(axis=1)]
'''

_SIGMOID = '''\
def _sigmoid(x: Floats, out: Floats) -> Floats:
    """σ(x) = 1/(1 + e^-x); where e^-x overflows, 1/∞ = 0 is the nearest number."""
    np.negative(x, out=out)
    with np.errstate(over="ignore"):
        np.exp(out, out=out)
    out += 1
    return np.reciprocal(out, out=out)
'''

_SOFTPLUS = '''\
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
'''

_SOFTPLUS_DOT = '''\
def _softplus_dot(x: Floats, weights: Floats) -> Floats:
    """Σ_k log(1 + e^x_ik) weights_k for every row i, a few rows at a time in memory that stays in the cache."""
    rows = max(1, 2**15 // max(1, x.shape[1]))
    memory = np.empty((min(rows, len(x)), x.shape[1]), x.dtype)
    sums = np.empty(len(x), np.result_type(x, weights))
    for start in range(0, len(x), rows):
        part = x[start : start + rows]
        sums[start : start + rows] = _softplus(part, out=memory[: len(part)]).dot(weights)
    return sums
'''

_SOFTPLUS_AND_SIGMOID = '''\
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
'''

_SOFTPLUS_DOT_AND_SIGMOID = '''\
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
'''

_SIGMOID_OF_NUMBER = '''\
def _sigmoid_of_number(x: float) -> float:
    """σ(x), by the form whose exponent is not positive."""
    small = math.exp(-abs(x))
    return (1.0 if x >= 0 else small) / (1.0 + small)
'''

_SOFTPLUS_OF_NUMBER = '''\
def _softplus_of_number(x: float) -> float:
    """log(1 + e^x) = max(0, x) + log(1 + e^-|x|)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
'''

_SCATTER = '''\
def _scatter_rows(operation: np.ufunc, target: Floats, rows: Integers, values: Floats) -> None:
    """``operation`` each row of values to the row of target it belongs to; rows that come twice count twice."""
    if not target.flags.c_contiguous:
        operation.at(target, rows, values)
        return
    where = rows[..., None] * target.shape[1] + np.arange(target.shape[1])
    if values.shape != where.shape:
        values = np.broadcast_to(values, where.shape)
    operation.at(target.reshape(-1), where.reshape(-1), values.reshape(-1))
'''

_PLACES = '''\
def _places(columns: Integers, shape: tuple[int, int]) -> Any:
    """Where the entries of each row in its column lie in a contiguous array."""
    rows, width = shape
    if rows and columns.item(columns.argmax()) >= width:
        raise IndexError(f"{columns.item(columns.argmax())} is not between 0 and {width - 1}")
    return np.arange(0, rows * width, width) + columns
'''

_SPARSE = '''\
def _sparse(values: Floats, columns: Integers, starts: Integers, shape: tuple[int, int]) -> Any:
    """A matrix by its compressed rows; they are checked, because SciPy's products trust them."""
    matrix = csr_array((values, columns, starts), shape=shape)
    matrix.check_format(full_check=True)
    return matrix
'''

_TEXTS = {
    text.removeprefix("def ").partition("(")[0]: text
    for text in (
        _REJECT_SHAPES,
        _REJECT_NUMBER,
        _REJECT,
        _REJECT_NEGATIVE,
        _REJECT_UNNORMALIZED,
        _FLOATS,
        _NUMBER,
        _INTEGERS,
        _ROW_MAXIMA,
        _SIGMOID,
        _SOFTPLUS,
        _SOFTPLUS_DOT,
        _SOFTPLUS_AND_SIGMOID,
        _SOFTPLUS_DOT_AND_SIGMOID,
        _SIGMOID_OF_NUMBER,
        _SOFTPLUS_OF_NUMBER,
        _SCATTER,
        _PLACES,
        _SPARSE,
    )
}
"""Each by its name, in the order in which they stand."""

_FORMS = ("sigmoid in two forms", "log of one plus exp")
RESTS_ON = {
    "_sigmoid_of_number": ("sigmoid in two forms",),
    "_softplus_and_sigmoid": _FORMS,
    "_softplus_dot_and_sigmoid": _FORMS,
}
"""The equalities of ``rewrites`` that a helper uses, beside those that led to it."""

_CALL = re.compile(r"(?<!def )\b(_\w+)\(")


def called(code: str) -> list[str]:
    """The helpers that a text calls, in a fixed order."""
    found = set(_CALL.findall(code))
    return [name for name in _TEXTS if name in found]


def closed(names: Iterable[str]) -> list[str]:
    """These helpers and those that they call, in a fixed order."""
    found, new = set[str](), set(names)
    while new:
        found |= new
        new = {name for each in new for name in called(_TEXTS[each])} - found
    return [name for name in _TEXTS if name in found]


def texts(names: Iterable[str] = tuple(_TEXTS)) -> list[str]:
    """The texts of helpers."""
    return [_TEXTS[name] for name in names]
