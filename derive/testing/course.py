"""The functions of the well-known course assignment, and the cases that they are judged by.

Inputs have one decimal, so that a counterexample can be followed with a pencil.  Expected outputs come from
``derive.testing.reference``; there is no formula here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.testing.judging import Case
from derive.testing.reference import reference
from derive.testing.tolerance import rounding_bounds

__all__ = ["FUNCTIONS", "CourseCase", "cases_of"]

FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "sigmoid": ("s",),
    "naiveSoftmaxLossAndGradient": ("loss", "gradCenterVec", "gradOutsideVecs"),
    "negSamplingLossAndGradient": ("loss", "gradCenterVec", "gradOutsideVecs"),
    "skipgram": ("loss", "gradCenterVecs", "gradOutsideVectors"),
}

Array = NDArray[np.float64]
_RELATIVE = 1e-6  # a small ε inside a logarithm or a quotient is a habit of many, and not an error of derivation


@dataclass(frozen=True)
class CourseCase:
    """One call.

    Attributes:
        function: whom to call.
        arguments: as they are sent to the separate process.
        names: of the arguments.
        case: what the judge knows about it.
        expected, tolerance: by output.
        own_loss: for ``skipgram``: use the loss function of the file.
        probe: a tiny case that serves as a counterexample only.
        remark: what to mention if it goes wrong, for a case that does not change the verdict.
        table: for ``skipgram``: proved loss and gradients by outside word, instead of the file's own function.
    """

    function: str
    names: tuple[str, ...]
    arguments: tuple[Any, ...]
    case: Case
    expected: Mapping[str, Array]
    tolerance: Mapping[str, Array]
    own_loss: bool = False
    probe: bool = False
    remark: str = ""
    table: Mapping[str, Any] = field(default_factory=dict)


@cache
def cases_of(function: str) -> tuple[CourseCase, ...]:
    """All cases of a function, smallest first."""
    makers = {
        "sigmoid": _sigmoid_cases,
        "naiveSoftmaxLossAndGradient": _naive_cases,
        "negSamplingLossAndGradient": _negative_cases,
        "skipgram": _skipgram_cases,
    }
    return tuple(makers[function]())


def _array(values: Any) -> dict[str, Any]:
    array = np.asarray(values)
    return {"array": array.ravel().tolist(), "shape": list(array.shape), "dtype": str(array.dtype)}


def _decimals(rng: np.random.Generator, *shape: int) -> Array:
    """Numbers with one decimal, none of them zero, between -1.5 and 1.5."""
    tenths = rng.integers(1, 16, shape) * rng.choice([-1, 1], shape)
    return np.asarray(tenths / 10.0)


def _truth(objective: str, names: Sequence[str], **arguments: Any) -> tuple[dict[str, Array], dict[str, Array]]:
    """The proved outputs under the names of the assignment, and how far a solution may be from them."""
    exact = reference(objective)(**arguments)
    bounds = rounding_bounds(objective, arguments, exact)
    expected, tolerance = {}, {}
    for name, (output, value) in zip(names, exact.items(), strict=True):
        rows = np.max(np.abs(value), axis=-1, keepdims=True) if value.ndim else np.abs(value)
        expected[name] = value
        tolerance[name] = np.asarray(bounds[output] + _RELATIVE * rows + 1e-13)
    return expected, tolerance


def _sigmoid_cases() -> Iterator[CourseCase]:
    rng = np.random.default_rng(1)

    def case(x: Any, kind: str, special: str = "") -> CourseCase:
        scalar = not isinstance(x, np.ndarray)
        values = np.asarray(x, dtype=np.float64)
        exact = reference("sigmoid")
        true = np.array([exact(x=entry)["value"] for entry in values.ravel()]).reshape(values.shape)
        bound = rounding_bounds("sigmoid", {"x": values}, {"value": true})["value"]
        return CourseCase(
            "sigmoid",
            ("x",),
            (x if scalar else _array(x),),
            Case({"x": x}, {"kind": kind}, special),
            {"s": true},
            {"s": np.asarray(bound + _RELATIVE * true)},
        )

    for x in (0.5, -1.2, 3.0, 0.0):
        yield case(x, "numbers")
    yield case(np.array([0.5, -1.0]), "vectors")
    yield case(_decimals(rng, 5), "vectors")
    yield case(4 * _decimals(rng, 7), "vectors")
    yield case(np.array([[1.0, -2.0], [0.5, 3.0]]), "matrices")
    yield case(_decimals(rng, 3, 2), "matrices")
    yield case(_decimals(rng, 4, 1), "matrices")
    yield case(np.array([1000.0, 0.5, -1000.0]), "vectors", "large scores")
    yield case(np.array([[1, 2], [-1, -2]]), "matrices", "integers")
    yield case(2, "numbers", "integers")


_PAIR_NAMES = ("centerWordVec", "outsideWordIdx", "outsideVectors", "dataset")


def _naive(center: Array, word: int, outside: Array, special: str = "", **more: Any) -> CourseCase:
    names = FUNCTIONS["naiveSoftmaxLossAndGradient"]
    expected, tolerance = _truth("softmax-skip-gram", names, v=center, o=word, U=outside)
    size = len(outside)
    place = "outsideWordIdx = 0" if word == 0 else "outsideWordIdx = V - 1" if word == size - 1 else "other words"
    in_row = np.zeros_like(outside, dtype=np.float64)
    in_row[word] = center
    shown = {"centerWordVec": center, "outsideWordIdx": word, "outsideVectors": outside}
    case = Case(
        shown,
        {"word": place},
        special,
        {
            names[2]: {
                "the row of the outside word": frozenset({word}),
                "the other rows": frozenset(range(size)) - {word},
            }
        },
        {names[1]: {"u_o": outside[word]}, names[2]: {"v_c in the row of the outside word": in_row}},
        {"V": size, "d": len(center)},
    )
    arguments = (_array(center), word, _array(outside), {"dataset": [0], "words": ["a", "b"]})
    return CourseCase("naiveSoftmaxLossAndGradient", _PAIR_NAMES, arguments, case, expected, tolerance, **more)


def _naive_cases() -> Iterator[CourseCase]:
    rng = np.random.default_rng(2)
    yield _naive(np.array([1.0]), 0, np.array([[0.5], [1.0]]), probe=True)
    yield _naive(np.array([1.0]), 1, np.array([[0.5], [1.0]]), probe=True)
    yield _naive(np.array([1.0, 2.0]), 1, np.array([[0.5, 0.0], [1.0, 0.5], [0.0, 1.0]]), probe=True)
    for size, dims in ((3, 2), (4, 3), (5, 2), (6, 4), (3, 5), (7, 3)):
        for word in sorted({0, int(rng.integers(1, size - 1)), size - 1}):
            yield _naive(_decimals(rng, dims), word, _decimals(rng, size, dims))
    for size in (3, 4):
        yield _naive(_decimals(rng, size), 1, _decimals(rng, size, size), "V = d")
    # Every score is near 1000, their differences are small: exp overflows unless the largest is taken off first.
    large = np.array([[33.0, 34.0], [33.1, 34.0], [32.8, 34.0]])
    yield _naive(np.array([10.0, 20.0]), 0, large, "large scores")
    yield _naive(np.array([-10.0, -20.0]), 2, large, "large negative scores")
    unlikely = "the loss is infinite for a very unlikely outside word, because log is taken of a 0; use log-sum-exp"
    yield _naive(np.array([100.0, 50.0]), 0, np.array([[1.0, -9.0], [8.0, 1.0], [-3.0, 2.0]]), remark=unlikely)
    integers = "with integer vectors the result is not right, probably because zeros_like makes integers of gradients"
    yield _naive(np.array([1, -2]), 1, np.array([[1, 0], [1, -1], [2, 1]]), remark=integers)


def _negative(
    center: Array, word: int, outside: Array, draws: Sequence[int], count: int, special: str = "", **more: Any
) -> CourseCase:
    names = FUNCTIONS["negSamplingLossAndGradient"]
    kept = [draw for draw in draws if draw != word][:count]
    if len(kept) < count:
        raise ValueError("a case must hold enough draws")
    expected, tolerance = _truth("negative-sampling", names, v=center, o=word, n=kept, U=outside)
    size = len(outside)
    repeated = {draw for draw in kept if kept.count(draw) > 1}
    used = draws[: next(k for k in range(len(draws) + 1) if sum(d != word for d in draws[:k]) == count)]
    every = frozenset(range(size))
    in_row = np.zeros_like(outside, dtype=np.float64)
    in_row[word] = center
    case = Case(
        {"centerWordVec": center, "outsideWordIdx": word, "outsideVectors": outside, "negative samples": kept},
        {
            "draws": "repeated draws" if repeated else "distinct draws",
            "K": "K above V" if count > size else f"K = {count}",
            "rejected": "draws that hit the outside word" if word in used else "draws that miss the outside word",
        },
        special,
        {
            names[2]: {
                "the row of the outside word": frozenset({word}),
                "the rows of words drawn several times": frozenset(repeated),
                "the rows of drawn words": frozenset(kept),
                "the rows of words not drawn": every - set(kept) - {word},
            }
        },
        {names[1]: {"u_o": outside[word]}, names[2]: {"v_c in the row of the outside word": in_row}},
        {"K": count, "K + 1": count + 1, "V": size, "d": len(center)},
    )
    arguments = (_array(center), word, _array(outside), {"dataset": list(draws), "words": ["a", "b"]}, count)
    return CourseCase("negSamplingLossAndGradient", (*_PAIR_NAMES, "K"), arguments, case, expected, tolerance, **more)


def _negative_cases() -> Iterator[CourseCase]:
    rng = np.random.default_rng(3)
    tiny = np.array([[0.5], [1.0]])
    yield _negative(np.array([1.0]), 0, tiny, [1], 1, probe=True)
    yield _negative(np.array([1.0]), 0, tiny, [1, 1], 2, probe=True)
    yield _negative(np.array([1.0, 2.0]), 1, np.array([[0.5, 0.0], [1.0, 0.5], [0.0, 1.0]]), [0, 2], 2, probe=True)
    for size, dims, count in (
        (4, 2, 1),
        (3, 5, 1),
        (6, 3, 1),
        (5, 3, 3),
        (7, 2, 3),
        (6, 4, 3),
        (14, 3, 10),
        (13, 2, 10),
    ):
        word = int(rng.integers(0, size))
        others = rng.permutation([k for k in range(size) if k != word]).tolist()
        yield _negative(_decimals(rng, dims), word, _decimals(rng, size, dims), others[:count], count)
        hit = [others[0], word, *others[1:]] if count > 1 else [word, word, *others]
        yield _negative(_decimals(rng, dims), word, _decimals(rng, size, dims), hit, count)
    for size, dims, count in ((5, 3, 3), (4, 2, 3), (12, 3, 10), (11, 4, 10), (4, 3, 6), (5, 2, 9), (3, 2, 10)):
        word = int(rng.integers(0, size))
        others = [k for k in range(size) if k != word]
        picked = rng.choice(others, count).tolist()
        picked[1] = picked[0]
        yield _negative(_decimals(rng, dims), word, _decimals(rng, size, dims), picked, count)
        yield _negative(
            _decimals(rng, dims), word, _decimals(rng, size, dims), [word, *picked[:1], word, *picked], count
        )
    yield _negative(_decimals(rng, 4), 1, _decimals(rng, 4, 4), [0, 2, 3], 3, "V = d")
    yield _negative(_decimals(rng, 5), 0, _decimals(rng, 5, 5), [1, 3, 3], 3, "V = d")
    far = np.array([[40.0, 40.0], [-40.0, -40.0], [-40.0, -41.0]])
    yield _negative(np.array([10.0, 10.0]), 0, far, [1, 2], 2, "large scores")
    unlikely = (
        "the loss is infinite at scores beyond 745, because log is taken of a 0; use log σ(x) = -log(1 + exp(-x))"
    )
    yield _negative(np.array([10.0, 10.0]), 1, far, [0, 2], 2, remark=unlikely)
    integers = "with integer vectors the result is not right, probably because zeros_like makes integers of gradients"
    yield _negative(np.array([1, -2]), 1, np.array([[1, 0], [1, -1], [2, 1]]), [0, 2, 2], 3, remark=integers)


_WORDS = ("cat", "the", "sat", "mat", "on", "dog", "ran", "far", "an")


def _window(
    center: int, context: Sequence[int], window: int, centers: Array, outside: Array, special: str = "", **more: Any
) -> CourseCase:
    names = FUNCTIONS["skipgram"]
    expected, tolerance = _truth("softmax-skip-gram-window", names, c=center, t=list(context), v=centers, U=outside)
    size = len(outside)
    spoken = {word: (3 * place + 1) % size if size % 3 else place for place, word in enumerate(_WORDS[:size])}
    by_index = {index: word for word, index in spoken.items()}
    repeated = {word for word in context if context.count(word) > 1}
    length = "full windows" if len(context) == 2 * window else "short windows"
    every = frozenset(range(size))
    case = Case(
        {
            "currentCenterWord": by_index[center],
            "windowSize": window,
            "outsideWords": [by_index[word] for word in context],
            "word2Ind": spoken,
            "centerWordVectors": centers,
            "outsideVectors": outside,
        },
        {
            "window": "windows of one word" if len(context) == 1 else length,
            "words": "repeated outside words" if repeated else "distinct outside words",
            "center": "a center word with index 0" if center == 0 else "a center word with another index",
        },
        special,
        {
            names[1]: {"the row of the center word": frozenset({center}), "the other rows": every - {center}},
            names[2]: {
                "the rows of repeated outside words": frozenset(repeated),
                "the rows of the outside words": frozenset(context),
                "the rows of words outside the window": every - set(context),
            },
        },
        {},
        {"the number of outside words": len(context), "windowSize": window, "2·windowSize": 2 * window, "V": size},
    )
    arguments = (
        by_index[center],
        window,
        [by_index[word] for word in context],
        spoken,
        _array(centers),
        _array(outside),
        {"dataset": [0], "words": list(_WORDS[:size])},
    )
    argument_names = (*case.shown, "dataset")
    loss: dict[str, Any] = {}
    for word in set(context):
        pair = reference("softmax-skip-gram")(v=centers[center], o=word, U=outside)
        loss[str(word)] = [float(pair["loss"]), pair["dv"].tolist(), pair["dU"].tolist()]
    return CourseCase("skipgram", argument_names, arguments, case, expected, tolerance, True, table=loss, **more)


def _skipgram_cases() -> Iterator[CourseCase]:
    rng = np.random.default_rng(4)
    tiny = np.array([[0.5], [1.0]])
    yield _window(0, [1], 1, np.array([[1.0], [2.0]]), tiny, probe=True)
    yield _window(0, [1, 1], 1, np.array([[1.0], [2.0]]), tiny, probe=True)
    for size, dims, window, center, context in (
        (4, 2, 2, 0, [1]),
        (5, 3, 3, 2, [4]),
        (7, 4, 1, 3, [3]),
        (4, 3, 1, 1, [0, 2]),
        (5, 2, 2, 0, [1, 2, 3, 4]),
        (7, 3, 3, 4, [0, 1, 2, 3, 5, 6]),
        (5, 3, 2, 3, [0, 0, 1, 2]),
        (4, 2, 3, 0, [1, 1, 2, 3, 1, 0]),
        (5, 4, 4, 1, [0, 2, 3]),
        (8, 3, 5, 7, [2, 6, 1, 0]),
        (4, 3, 3, 2, [1, 0, 1]),
        (7, 2, 5, 0, [3, 5, 3, 5, 3]),
        (8, 5, 5, 6, [6, 2, 4, 1, 0, 3, 7, 5, 2, 6]),
    ):
        yield _window(center, context, window, _decimals(rng, size, dims), _decimals(rng, size, dims))
    yield _window(1, [0, 2, 3], 2, _decimals(rng, 4, 4), _decimals(rng, 4, 4), "V = d")
    yield _window(2, [0, 1, 1, 4], 2, _decimals(rng, 5, 5), _decimals(rng, 5, 5), "V = d")
