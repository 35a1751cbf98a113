"""Gradients by the complex step: Im f(x + ih)/h has no cancellation, so it is exact to the last digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
STEP = 1e-100


def gradients(loss: Callable[..., Any], tables: Mapping[str, Array]) -> dict[str, Array]:
    """∂loss/∂table for every table; the loss takes the tables by name and must be analytic (no abs, no max)."""
    found = {}
    for name, table in tables.items():
        gradient = np.empty(table.shape)
        for place in np.ndindex(table.shape):
            moved = table.astype(complex)
            moved[place] += 1j * STEP
            gradient[place] = np.imag(loss(**{**tables, name: moved})) / STEP
        found[name] = gradient
    return found


def log_sigmoid(x: Any) -> Any:
    """log σ(x) for real and complex x of moderate size."""
    return -np.log(1 + np.exp(-x))


def compressed(dense: Array, dtype: type = np.float64) -> tuple[Array, Array, Array]:
    """Columns, starts and values of the nonzero entries."""
    rows, columns = np.nonzero(dense)
    return columns, np.searchsorted(rows, np.arange(len(dense) + 1)), dense[rows, columns].astype(dtype)


def assert_rows_agree(got: Array, wanted: Array, tolerance: float) -> None:
    """Every row by itself, against its own size: a row of small entries is not hidden by large ones."""
    assert got.shape == wanted.shape
    scale = np.abs(wanted).max(initial=0)
    for row, (mine, yours) in enumerate(zip(np.atleast_2d(got), np.atleast_2d(wanted), strict=True)):
        size = max(np.abs(yours).max(initial=0), scale * 1e-3, 1e-12)
        assert np.abs(mine - yours).max(initial=0) <= tolerance * size, f"row {row}: {mine} is not {yours}"
