"""One output of a function against the truth: value and shape, judged apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Compared", "Match", "as_numbers", "compare"]


class Match(StrEnum):
    RIGHT = "right"
    SHAPE = "right values in another shape"
    TRANSPOSED = "transposed"
    WRONG = "wrong"
    NOT_FINITE = "not finite"
    NOT_NUMBERS = "not numbers"


@dataclass(frozen=True)
class Compared:
    """How an output compares.

    Attributes:
        match: the verdict on this output.
        got: what the function returned, as float64 where that is possible.
        expected: the truth.
        note: what else there is to say, such as that it was computed in single precision.
    """

    match: Match
    got: Any
    expected: NDArray[np.float64]
    note: str = ""

    @property
    def values_right(self) -> bool:
        return self.match in (Match.RIGHT, Match.SHAPE, Match.TRANSPOSED)


def as_numbers(value: Any) -> NDArray[np.float64] | None:
    """The value as an array of float64, or ``None`` if it is not one (None, text, ragged lists, complex numbers)."""
    if value is None or isinstance(value, str | bytes | bool):
        return None
    if not isinstance(value, np.ndarray | list | tuple | int | float | np.generic):
        value = _from_library(value)
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":
            array = np.array([float(np.asarray(entry).item()) for entry in array.ravel()]).reshape(array.shape)
        return array.astype(np.float64) if array.dtype.kind in "fiub" else None
    except (TypeError, ValueError, OverflowError):
        return None


def _from_library(value: Any) -> Any:
    """Arrays of other libraries: what shares memory by DLPack needs no knowledge of the library."""
    if callable(getattr(value, "detach", None)):
        value = value.detach()  # a value that still records its derivatives refuses to be exported
    if hasattr(value, "__dlpack__"):
        try:
            return np.from_dlpack(value)
        except (BufferError, RuntimeError, TypeError, ValueError):
            return value
    return value


def compare(got: Any, expected: NDArray[np.float64], tolerance: NDArray[np.float64]) -> Compared:
    """Hold an output against the truth.

    Args:
        got: whatever the function returned.
        expected: the true entries; may contain infinities, which must be met exactly.
        tolerance: the tolerated absolute error of each entry.
    """
    numbers = as_numbers(got)
    if numbers is None:
        return Compared(Match.NOT_NUMBERS, got, expected)
    if numbers.shape == expected.shape and _close(numbers, expected, tolerance):
        return Compared(Match.RIGHT, numbers, expected)
    if numbers.size == expected.size and numbers.shape != expected.shape:
        flipped = expected.ndim == 2 and numbers.shape == expected.shape[::-1]
        if flipped and _close(numbers.T, expected, tolerance):
            return Compared(Match.TRANSPOSED, numbers, expected)
        squeezed = [length for length in numbers.shape if length != 1]
        wanted = [length for length in expected.shape if length != 1]
        if squeezed == wanted and _close(numbers.reshape(expected.shape), expected, tolerance):
            return Compared(Match.SHAPE, numbers, expected)
        if _close(numbers.reshape(expected.shape), expected, tolerance):
            return Compared(Match.SHAPE, numbers, expected)
    # Of a square matrix the shape cannot tell: only the values can.
    square = expected.ndim == 2 and numbers.shape == expected.shape == expected.shape[::-1]
    if square and _close(numbers.T, expected, tolerance):
        return Compared(Match.TRANSPOSED, numbers, expected)
    if not np.isfinite(numbers).all() and np.isfinite(expected).all():
        return Compared(Match.NOT_FINITE, numbers, expected)
    return Compared(Match.WRONG, numbers, expected)


def _close(got: NDArray[np.float64], expected: NDArray[np.float64], tolerance: NDArray[np.float64]) -> bool:
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - expected) <= tolerance
    return bool(np.all((near & np.isfinite(expected)) | (got == expected)))
