"""Functions compiled once for all tests, and how two arrays are compared."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))

from family import BY_NAME

from derive.emitting.lambdify import lambdify


@cache
def compiled(name: str) -> Callable[..., Any]:
    return lambdify(BY_NAME[name])


@pytest.fixture(name="compiled")
def _compiled() -> Callable[[str], Callable[..., Any]]:
    return compiled


def row_error(got: Any, wanted: Any) -> float:
    """The largest error of a row relative to that row's own size; exact zeros must be zeros."""
    got, wanted = np.asarray(got), np.asarray(wanted, dtype=object)
    assert got.shape == wanted.shape, (got.shape, wanted.shape)
    rows = wanted.shape[-1] if wanted.ndim else 1
    pairs = zip(got.reshape(-1, rows), wanted.reshape(-1, rows), strict=True)
    worst = 0.0
    for mine, truth in pairs:
        size = max(abs(x) for x in truth)
        error = max(abs(float(x) - t) for x, t in zip(mine, truth, strict=True))
        worst = max(worst, float(error / size) if size > 1e-300 else float(error))
    return worst


def as_objects(nested: Any) -> NDArray[Any]:
    return np.asarray(nested, dtype=object)
