"""What the course package offers to a solution, so that a file can be judged where the package is not.

Read by the separate process that runs the solution; needs nothing but NumPy.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["Dataset", "LookUp", "Placeholder", "course_modules"]


def normalizeRows(x: Any) -> Any:
    """Every row divided by its Euclidean length."""
    return x / np.sqrt(np.sum(x**2, axis=1, keepdims=True))


def softmax(x: Any) -> Any:
    """The softmax of a vector, or of every row of a matrix, with the largest score taken off first."""
    shifted = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return shifted / np.sum(shifted, axis=-1, keepdims=True)


def sigmoid(x: Any) -> Any:
    """1/(1 + exp(-x)) by way of tanh, which does not overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(x, dtype=np.float64)))


def getNegativeSamples(outsideWordIdx: int, dataset: Any, K: int) -> list[int]:
    """K draws from the data set that are not the outside word."""
    drawn: list[int] = []
    while len(drawn) < K:
        word = dataset.sampleTokenIdx()
        if word != outsideWordIdx:
            drawn.append(word)
    return drawn


def eval_numerical_gradient_array(f: Callable[[Any], Any], x: Any, df: Any, h: float = 1e-5) -> Any:
    """Central differences of an array-valued function, contracted with ``df``."""
    gradient = np.zeros_like(x)
    for position in np.ndindex(*x.shape):
        kept = x[position]
        x[position] = kept + h
        above = np.array(f(x))
        x[position] = kept - h
        below = np.array(f(x))
        x[position] = kept
        gradient[position] = np.sum((above - below) * df) / (2 * h)
    return gradient


def gradcheck_naive(f: Callable[[Any], Any], x: Any, gradientText: str = "") -> None:
    """The check of the course: central differences, |difference| / max(1, |a|, |b|) at most 1e-5."""
    state = random.getstate()
    _, gradient = f(x)
    h = 1e-4
    for position in np.ndindex(*x.shape):
        kept = x[position]
        values = []
        for step in (h, -h):
            x[position] = kept + step
            random.setstate(state)
            values.append(f(x)[0])
        x[position] = kept
        slope = (values[0] - values[1]) / (2 * h)
        if abs(slope - gradient[position]) / max(1, abs(slope), abs(gradient[position])) > 1e-5:
            print(f"Gradient check failed for {gradientText} at {position}: {gradient[position]} against {slope}")
            return
    print("Gradient check passed!")


def _nothing(*_: Any, **__: Any) -> None:
    """Stands for a test of the course that a file may call."""


class Dataset:
    """Draws words in an order that is fixed beforehand, so that the grader knows the negative samples."""

    def __init__(self, draws: Sequence[int], words: Sequence[str] = ()) -> None:
        self._draws = list(draws)
        self._words = list(words)
        self.calls = 0

    def sampleTokenIdx(self) -> int:
        self.calls += 1
        return self._draws[(self.calls - 1) % len(self._draws)]

    def getRandomContext(self, C: int = 5) -> tuple[str, list[str]]:
        return self._words[0], [self._words[k % len(self._words)] for k in range(2 * C)]


class LookUp:
    """A loss-and-gradient function that hands out values computed beforehand, by outside word."""

    def __init__(self, table: dict[int, tuple[float, Any, Any]]) -> None:
        self._table = table

    # The names are those of the course: a solution may pass them by name.
    def __call__(
        self,
        centerWordVec: Any,  # noqa: ARG002 - part of the signature
        outsideWordIdx: int,
        outsideVectors: Any,  # noqa: ARG002 - part of the signature
        dataset: Any,  # noqa: ARG002 - part of the signature
        *_: Any,
    ) -> Any:
        loss, center, outside = self._table[int(outsideWordIdx)]
        return loss, np.array(center), np.array(outside)


class Placeholder:
    """Stands for a module that is not installed, until the file really uses it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Placeholder:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Placeholder(f"{self._name}.{attribute}")

    def __mro_entries__(self, _: Any) -> tuple[type, ...]:
        return ()  # as a base class it adds nothing

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise ModuleNotFoundError(f"{self._name} was called, but its package is not installed here")


def course_modules() -> dict[str, dict[str, Any]]:
    """The names in each module of the course package."""
    helpers = {"np": np, "random": random, "normalizeRows": normalizeRows, "softmax": softmax}
    checks = {
        "np": np,
        "random": random,
        "gradcheck_naive": gradcheck_naive,
        "eval_numerical_gradient_array": eval_numerical_gradient_array,
        "grad_tests_softmax": _nothing,
        "grad_tests_negsamp": _nothing,
    }
    return {"utils": {**helpers, **checks}, "utils.utils": helpers, "utils.gradcheck": checks}
