"""How good vectors are: rank correlation with human judgements of similarity, and analogies."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v_numeric.atomic import reason
from w2v_numeric.errors import VectorsError
from w2v_numeric.vectors import Vectors

QUESTIONS_AT_ONCE = 512
SYNTACTIC = "gram"  # the sections of the Google questions whose names begin so are about word forms


@dataclass(frozen=True)
class PairsResult:
    """Spearman's ρ over the pairs whose two words are known; 0 when fewer than two are."""

    spearman: float
    covered: int
    total: int


@dataclass(frozen=True)
class AnalogiesResult:
    """Shares of right answers among the questions whose four words are known."""

    accuracy: float
    semantic: float
    syntactic: float
    covered: int
    total: int


@dataclass(frozen=True)
class Evaluation:
    """All that was asked for: one result for each file of pairs, by the file's stem, and the analogies."""

    pairs: dict[str, PairsResult]
    analogies: AnalogiesResult

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def evaluate(
    vectors: Vectors, pairs: list[Path], analogies: Path | None, restrict_vocab: int | None = None
) -> Evaluation:
    """Evaluate vectors.

    Args:
        vectors: what to evaluate.
        pairs: files with two words and a score a line, between tabs, spaces or commas.
        analogies: a file of questions in the form of Google's questions-words.txt.
        restrict_vocab: look at the first words only; None looks at all.

    Raises:
        VectorsError: a file cannot be read or has another form.
    """
    if restrict_vocab is not None and restrict_vocab < 1:
        raise VectorsError(f"--restrict-vocab {restrict_vocab} leaves no word; choose 1 or more")
    if restrict_vocab is not None and restrict_vocab < len(vectors):
        vectors = Vectors(vectors.words[:restrict_vocab], vectors.matrix[:restrict_vocab])
    known = _Finder(vectors)
    stems: dict[str, PairsResult] = {}
    for path in pairs:
        if path.stem in stems:
            raise VectorsError(f"two files of pairs are called {path.stem}; rename one, results go by that name")
        stems[path.stem] = _pairs(vectors, known, path)
    none = AnalogiesResult(0.0, 0.0, 0.0, 0, 0)
    return Evaluation(stems, _analogies(vectors, known, analogies) if analogies is not None else none)


class _Finder:
    """Finds a word as it is written or, failing that, in lower case."""

    def __init__(self, vectors: Vectors) -> None:
        self._index = vectors.index

    def __call__(self, word: str) -> int | None:
        row = self._index.get(word)
        return row if row is not None else self._index.get(word.lower())


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except OSError as error:
        raise VectorsError(f"cannot read {path}: {reason(error)}; check the path") from error
    except UnicodeDecodeError as error:
        raise VectorsError(f"{path} is not valid UTF-8 at byte {error.start}; convert it") from error


def _pairs(vectors: Vectors, known: _Finder, path: Path) -> PairsResult:
    left, right, scores = [], [], []
    total = 0
    for number, line in enumerate(_lines(path), start=1):
        parts = line.replace(",", " ").split()
        if not parts or parts[0].startswith("#"):
            continue
        try:
            first, second, score = parts[0], parts[1], float(parts[2])
        except (IndexError, ValueError) as error:
            if total == 0 and len(parts) >= 3:
                continue  # a heading
            raise VectorsError(
                f"line {number} of {path} is not two words and a number; mend it, or begin it with #"
            ) from error
        total += 1
        rows = known(first), known(second)
        if rows[0] is not None and rows[1] is not None:
            left.append(rows[0])
            right.append(rows[1])
            scores.append(score)
    if not total:
        raise VectorsError(f"{path} has no pair of words; give two words and a number a line")
    cosines = np.einsum("ij,ij->i", vectors.unit[left], vectors.unit[right]) if left else np.empty(0)
    return PairsResult(spearman(cosines, np.array(scores)), len(left), total)


def spearman(x: NDArray[Any], y: NDArray[Any]) -> float:
    """Spearman's ρ of two sequences of equal length: Pearson's of the ranks, ties sharing their mean rank."""
    if len(x) < 2:
        return 0.0
    a, b = _ranks(x), _ranks(y)
    a -= a.mean()
    b -= b.mean()
    scale = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / scale) if scale > 0 else 0.0


def _ranks(x: NDArray[Any]) -> NDArray[np.float64]:
    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place], np.float64)


def _analogies(vectors: Vectors, known: _Finder, path: Path) -> AnalogiesResult:
    questions: list[list[int]] = []
    syntactic: list[bool] = []
    total, is_syntactic = 0, False
    for number, line in enumerate(_lines(path), start=1):
        parts = line.split()
        if not parts:
            continue
        if parts[0].startswith(":"):
            is_syntactic = " ".join(parts)[1:].strip().startswith(SYNTACTIC)
            continue
        if len(parts) != 4:
            raise VectorsError(f"line {number} of {path} has {len(parts)} words instead of four; mend it")
        total += 1
        rows = [known(word) for word in parts]
        if None not in rows:
            questions.append([row for row in rows if row is not None])
            syntactic.append(is_syntactic)
    if not total:
        raise VectorsError(f"{path} has no question; give four words a line")
    right = _answered(vectors, np.array(questions, np.int64).reshape(-1, 4))
    kind = np.array(syntactic, bool)
    return AnalogiesResult(_share(right), _share(right[~kind]), _share(right[kind]), len(right), total)


def _answered(vectors: Vectors, questions: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each question a : b = c : d, whether d has the largest cosine to b − a + c."""
    unit = vectors.unit
    right = [np.empty(0, np.bool_)]
    for begin in range(0, len(questions), QUESTIONS_AT_ONCE):
        a, b, c, d = questions[begin : begin + QUESTIONS_AT_ONCE].T
        scores = (unit[b] - unit[a] + unit[c]) @ unit.T
        rows = np.arange(len(a))
        for given in (a, b, c):
            scores[rows, given] = -np.inf
        right.append(scores.argmax(axis=1) == d)
    return np.concatenate(right)


def _share(right: NDArray[np.bool_]) -> float:
    return float(right.mean()) if len(right) else 0.0
