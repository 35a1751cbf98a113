"""What is wrong with an output, found by comparing it with the truth over several cases.

Every rule must hold in all cases that are wrong; the first that does is said.  Nothing here decides a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from derive.testing.comparison import Compared, Match

if TYPE_CHECKING:
    from derive.testing.judging import Case

__all__ = ["Sample", "diagnose"]

_KNOWN_FACTORS = {
    1 / math.log(2): "has the logarithm to base 2 where the natural one belongs",
    1 / math.log(10): "has the logarithm to base 10 where the natural one belongs",
}


@dataclass(frozen=True)
class Sample:
    """An output that is wrong in a case, with all outputs of that case."""

    case: Case
    compared: Compared
    outputs: Mapping[str, Compared]
    name: str

    @property
    def got(self) -> NDArray[np.float64]:
        return np.asarray(self.compared.got, dtype=np.float64)

    @property
    def expected(self) -> NDArray[np.float64]:
        return self.compared.expected


def diagnose(samples: Sequence[Sample]) -> str:
    """A clause that goes on after the name of the output, or nothing if no rule fits."""
    if all(sample.compared.match is Match.NOT_NUMBERS for sample in samples):
        kinds = {"None" if sample.compared.got is None else str(sample.compared.got) for sample in samples}
        return f"is {' or '.join(sorted(kinds))} instead of numbers"
    numeric = [sample for sample in samples if sample.compared.match is not Match.NOT_NUMBERS]
    if all(not np.any(sample.got) for sample in numeric):
        return "is always 0"
    if any(sample.compared.match is Match.NOT_FINITE for sample in numeric):
        return "is not finite"
    swapped = _swapped(numeric)
    if swapped:
        return swapped
    shaped = [sample for sample in numeric if sample.got.size == sample.expected.size]
    if len(shaped) < len(numeric):
        odd = next(sample for sample in numeric if sample.got.size != sample.expected.size)
        return f"has shape {odd.got.shape} instead of {odd.expected.shape}"
    for rule in (_factor, _function, _piece, _index, _row, _rows):
        found = rule(shaped)
        if found:
            return found
    transposed = all(s.got.ndim == 2 and s.got.shape == s.expected.shape[::-1] for s in shaped)
    return "is wrong, and transposed as well" if transposed and shaped[0].expected.ndim == 2 else ""


def _alike(left: NDArray[np.float64], right: NDArray[np.float64]) -> bool:
    if left.shape != right.shape:
        if left.ndim == 2 and left.shape == right.shape[::-1]:
            left = left.T
        elif left.size == right.size:
            left = left.reshape(right.shape)
        else:
            return False
    size = float(np.max(np.abs(right), initial=0.0))
    return bool(np.all(np.abs(left - right) <= 1e-6 * size + 1e-12))


def _everywhere(samples: Sequence[Sample], holds: Callable[[Sample], bool]) -> bool:
    return bool(samples) and all(holds(sample) for sample in samples)


def _swapped(samples: Sequence[Sample]) -> str:
    first = samples[0]
    for other, compared in first.outputs.items():
        if other == first.name or compared.expected.size < 2:
            continue
        if all(_alike(s.got, s.outputs[other].expected) for s in samples):
            return f"is what {other} should be"
    return ""


def _factor(samples: Sequence[Sample]) -> str:
    ratios = []
    for sample in samples:
        size = float(np.sum(sample.expected**2))
        got = sample.got.T if sample.got.shape != sample.expected.shape and sample.got.ndim == 2 else sample.got
        ratio = float(np.sum(got.reshape(sample.expected.shape) * sample.expected)) / size if size else 0.0
        if not ratio or not _alike(sample.got, ratio * sample.expected):
            return ""
        ratios.append(ratio)
    if np.ptp(ratios) <= 1e-6 * abs(ratios[0]):
        ratio = ratios[0]
        if abs(ratio + 1) < 1e-6:
            return "has the wrong sign"
        for known, said in _KNOWN_FACTORS.items():
            if abs(ratio - known) < 1e-6:
                return said
        return f"is {ratio:.4g} times what it should be"
    for name in samples[0].case.sizes:
        for sign, word in ((1.0, ""), (-1.0, " and has the wrong sign")):
            pairs = [(ratio, sign * s.case.sizes[name]) for ratio, s in zip(ratios, samples, strict=True)]
            if all(abs(ratio * size - 1) < 1e-6 for ratio, size in pairs):
                return f"is divided by {name}{word}"
            if all(abs(ratio - size) < 1e-6 * abs(size) for ratio, size in pairs):
                return f"is multiplied by {name}{word}"
    return ""


def _function(samples: Sequence[Sample]) -> str:
    """The output as a function of the true one."""
    if _everywhere(samples, lambda s: _alike(s.got, 1 - s.expected)):
        return "is one minus what it should be, as if a sign were wrong inside the exponential"
    if any(sample.expected.ndim for sample in samples):
        return ""
    with np.errstate(over="ignore"):
        if _everywhere(samples, lambda s: _alike(s.got, np.exp(-s.expected))):
            return "is the probability itself: -log is missing"
        if _everywhere(samples, lambda s: _alike(s.got, np.exp(s.expected))):
            return "is one over the probability: the log is missing"
    return ""


def _piece(samples: Sequence[Sample]) -> str:
    for piece in samples[0].case.pieces.get(samples[0].name, {}):
        for factor, said in (
            (1.0, "has {} too much"),
            (-1.0, "lacks {}"),
            (2.0, "has {} with the wrong sign"),
            (-2.0, "has {} with the wrong sign"),
        ):
            if all(_alike(s.got, s.expected + factor * np.asarray(s.case.pieces[s.name][piece])) for s in samples):
                return said.format(piece)
    return ""


def _index(samples: Sequence[Sample]) -> str:
    """The observed word taken from, or written to, one fixed row instead of its own."""
    common: set[int] | None = None
    for sample in samples:
        outside = next((sample.case.shown[name] for name in ("outsideVectors", "U") if name in sample.case.shown), None)
        pieces = list(sample.case.pieces.get(sample.name, {}).values())
        if outside is None or not pieces or sample.got.shape != sample.expected.shape:
            return ""
        own = np.asarray(pieces[0])
        if own.ndim == 2 and own.shape != np.shape(outside):
            return ""  # a layout with one column per word
        found = set()
        for row in range(len(outside)):
            other = outside[row] if own.ndim == 1 else np.zeros_like(own)
            if own.ndim == 2:
                other[row] = own.sum(axis=0)
            if _alike(sample.got, sample.expected + own - other):
                found.add(row)
        common = found if common is None else common & found
    if not common:
        return ""
    what = "takes the outside vector of" if samples[0].expected.ndim == 1 else "counts as observed"
    return f"always {what} word {min(common)} instead of the outside word"


def _row(samples: Sequence[Sample]) -> str:
    """The right row in the wrong place: a hard-coded index."""
    targets = []
    for sample in samples:
        if sample.expected.ndim != 2 or sample.got.shape != sample.expected.shape:
            return ""
        wanted = np.flatnonzero(np.any(sample.expected != 0, axis=1))
        found = np.flatnonzero(np.any(np.abs(sample.got) > 1e-12, axis=1))
        if len(wanted) != 1 or len(found) != 1 or not _alike(sample.got[found[0]], sample.expected[wanted[0]]):
            return ""
        targets.append(int(found[0]))
    if len(set(targets)) == 1:
        return f"is always written into row {targets[0]}"
    return "is written into the wrong row"


def _rows(samples: Sequence[Sample]) -> str:
    """Which rows are wrong, if they are always those of one kind, and how."""
    if not _everywhere(samples, lambda s: s.expected.ndim == 2 and s.got.shape == s.expected.shape):
        return ""
    wrong = [
        {r for r in range(len(s.expected)) if not _alike(s.got[r], s.expected[r])} for s in samples
    ]  # fmt: skip
    for kind in samples[0].case.rows.get(samples[0].name, {}):
        members = [s.case.rows[s.name].get(kind, frozenset()) for s in samples]
        if any(wrong) and all(rows <= of for rows, of in zip(wrong, members, strict=True)):
            picked: list[tuple[Any, Any]] = [
                (s.got[r], s.expected[r]) for s, rows in zip(samples, wrong, strict=True) for r in sorted(rows)
            ]
            return f"is wrong in {kind}: {_how(picked)}".rstrip(": ")
    return ""


def _how(rows: Sequence[tuple[Any, Any]]) -> str:
    if all(not np.any(got) for got, _ in rows):
        return "left at 0"
    if all(_alike(got, -expected) for got, expected in rows):
        return "the wrong sign"
    ratios = [float(got @ expected) / float(expected @ expected) for got, expected in rows if np.any(expected)]
    parallel = len(ratios) == len(rows) and all(
        _alike(got, ratio * expected) for (got, expected), ratio in zip(rows, ratios, strict=True)
    )
    if parallel and all(abs(1 / ratio - round(1 / ratio)) < 1e-6 and ratio < 0.9 for ratio in ratios if ratio > 0):
        if all(ratio > 0 for ratio in ratios):
            return "what is drawn several times is counted once"
        return "a factor of the row is wrong"
    return "a factor of the row is wrong" if parallel else ""
