"""Hypothesis strategies for words, vectors, counts and distributions, made to shrink to numbers one can read.

Every number starts from an integer, so that the smallest failing example has entries such as 0.1 and not
5.960464477539063e-08.  A size may be a number or a strategy for one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from numpy.typing import NDArray

__all__ = [
    "Window",
    "co_occurrences",
    "decimals",
    "distributions",
    "embeddings",
    "logits",
    "one_hot",
    "windows",
]

Array = NDArray[np.float64]
Size = int | SearchStrategy[int]

_FEW = st.integers(1, 5)


class Window(NamedTuple):
    """A position of a text: the index of the center word, those of its outside words, and the window size."""

    center: int
    outside: list[int]
    size: int


def _size(given: Size | None, draw: st.DrawFn) -> int:
    if given is None:
        return draw(_FEW)
    return given if isinstance(given, int) else draw(given)


def _integers(draw: st.DrawFn, count: int, low: int, high: int) -> NDArray[np.int64]:
    # One draw for each entry: half the time of a list, and just as good at shrinking.
    entry = st.integers(low, high)
    return np.array([draw(entry) for _ in range(count)], dtype=np.int64)


@st.composite
def decimals(draw: st.DrawFn, shape: tuple[int, ...] = (), largest: float = 1.5) -> Array:
    """Arrays of a shape with entries of one decimal, between ``-largest`` and ``largest``; they shrink to zero."""
    tenths = round(10 * largest)
    return _integers(draw, int(np.prod(shape)), -tenths, tenths).reshape(shape) / 10.0


@st.composite
def embeddings(draw: st.DrawFn, V: Size | None = None, d: Size | None = None, scale: float = 1.0) -> Array:
    """V×d matrices of word vectors; entries are tenths of ``scale``, at most 1.5 times ``scale`` in size."""
    shape = (_size(V, draw), _size(d, draw))
    return draw(decimals(shape)) * scale


@st.composite
def distributions(draw: st.DrawFn, n: Size | None = None, zeros: bool = False, corners: bool = True) -> Array:
    """Probability vectors of length n, ratios of small integers; they shrink to the uniform distribution.

    Args:
        n: the length.
        zeros: allow entries that are exactly 0.
        corners: also the dangerous ones: one entry near 1 and the others down to 1e-300.
    """
    length = _size(n, draw)
    weights = _integers(draw, length, 0 if zeros else 1, 9).astype(np.float64)
    if not weights.any():
        weights[draw(st.integers(0, length - 1))] = 1.0
    if corners and draw(st.integers(0, 9)) == 9:
        weights *= 10.0 ** -_integers(draw, length, 0, 300)
        weights[draw(st.integers(0, length - 1))] = 1.0
    return np.asarray(weights / weights.sum())


@st.composite
def one_hot(draw: st.DrawFn, n: Size | None = None) -> Array:
    """Vectors of length n with a single 1."""
    length = _size(n, draw)
    vector = np.zeros(length)
    vector[draw(st.integers(0, length - 1))] = 1.0
    return vector


@st.composite
def logits(draw: st.DrawFn, n: Size | None = None, largest: float = 10_000.0, corners: bool = True) -> Array:
    """Scores of length n: moderate, or with ``corners`` also huge, shifted all together, tied, or far apart."""
    length = _size(n, draw)
    moderate = draw(decimals((length,), 5.0))
    corner = draw(st.sampled_from(("none", "scaled", "shifted", "tied", "one huge"))) if corners else "none"
    if corner == "scaled":
        return moderate * (largest / 5.0)
    if corner == "shifted":
        return moderate + draw(st.sampled_from((largest, -largest)))
    if corner == "tied":
        return np.full(length, draw(st.sampled_from((0.0, largest, -largest))))
    if corner == "one huge":
        moderate[draw(st.integers(0, length - 1))] = draw(st.sampled_from((largest, -largest)))
    return moderate


@st.composite
def co_occurrences(draw: st.DrawFn, C: Size | None = None, V: Size | None = None, largest: int = 9) -> Array:
    """C×V matrices of counts N_co, whole numbers; rows and columns of zeros occur."""
    shape = (_size(C, draw), _size(V, draw))
    return _integers(draw, shape[0] * shape[1], 0, largest).reshape(shape).astype(np.float64)


@st.composite
def windows(draw: st.DrawFn, V: Size | None = None, size: Size | None = None) -> Window:
    """Positions of a text over V words: full and short windows, words that repeat, the center among its own context."""
    words, reach = _size(V, draw), _size(size, draw)
    index = st.integers(0, words - 1)
    return Window(draw(index), draw(st.lists(index, min_size=1, max_size=2 * reach)), reach)
