"""Loss-and-gradient functions as people write them, for the tests: right ones, and ways to make them wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Result = tuple[Any, Any, Any]


def sigma(x: Any) -> Any:
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x)))


def softmax_pair(v: Array, o: int, U: Array) -> Result:
    scores = U @ v
    top = scores.max()
    log_sum = top + np.log(np.exp(scores - top).sum())
    excess = np.exp(scores - log_sum)
    excess[o] -= 1
    return log_sum - scores[o], excess @ U, np.outer(excess, v)


def softmax_batch(v: Array, t: Array, U: Array) -> Result:
    loss, d_v, d_u = 0.0, np.zeros_like(v), np.zeros_like(U)
    for row, word in enumerate(t):
        one = softmax_pair(v[row], word, U)
        loss += one[0]
        d_v[row] = one[1]
        d_u += one[2]
    return loss, d_v, d_u


def softmax_window(c: int, t: Array, v: Array, U: Array) -> Result:
    loss, d_v, d_u = 0.0, np.zeros_like(v), np.zeros_like(U)
    for word in t:
        one = softmax_pair(v[c], word, U)
        loss += one[0]
        d_v[c] += one[1]
        d_u += one[2]
    return loss, d_v, d_u


def softmax_counts(N: Array, v: Array, U: Array) -> Result:
    scores = v @ U.T
    top = scores.max(axis=1, keepdims=True)
    log_p = scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
    excess = N.sum(axis=1, keepdims=True) * np.exp(log_p) - N
    return -(N * log_p).sum(), excess @ U, excess.T @ v


def negative_sampling(v: Array, o: int, n: Array, U: Array) -> Result:
    words = np.concatenate(([o], n))
    sign = np.where(np.arange(len(words)) == 0, -1.0, 1.0)
    scores = sign * (U[words] @ v)
    slope = sign * sigma(scores)
    d_u = np.zeros_like(U)
    np.add.at(d_u, words, np.outer(slope, v))
    return np.logaddexp(0, scores).sum(), slope @ U[words], d_u


def changed(function: Callable[..., Result], change: Callable[..., Result]) -> Callable[..., Result]:
    """The function with its result changed: ``change(result, arguments)``."""
    return lambda *arguments: change(function(*arguments), arguments)
