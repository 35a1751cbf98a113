"""Updates, kept apart from gradients: a gradient in, new parameters out, in place; nothing is remembered here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
# Elements updated at once: few enough that they stay in the cache, many enough that threads don't wait for each other
# between two calls of NumPy.
CHUNK = 1 << 17


def adam(
    parameter: Array,
    gradient: Array,
    first: Array,
    second: Array,
    *,
    step: int,
    rate: float,
    decay_first: float = 0.9,
    decay_second: float = 0.99,
    epsilon: float = 1e-8,
) -> None:
    """One Adam step on flat arrays of equal length, in place.

    Args:
        parameter: what is learned; updated.
        gradient: of the loss by the parameter; overwritten.
        first, second: sums of the gradients and of their squares, each weighing less by a decay than the one after it;
            updated.
        step: 1 for the first step (for the bias correction).
        rate: the largest change of a parameter, about.

    Source: Kingma and Ba 2014 (arXiv 1412.6980), algorithm 1 with the corrections folded into the rate.
    """
    # The running means are kept without their factors 1 - decay, which go into the rate: two passes fewer.
    correction = np.sqrt((1 - decay_second**step) / (1 - decay_second))
    scaled_rate = parameter.dtype.type(rate * correction * (1 - decay_first) / (1 - decay_first**step))
    scaled_epsilon = parameter.dtype.type(epsilon * correction)
    for begin in range(0, parameter.size, CHUNK):
        part = slice(begin, begin + CHUNK)
        g, m, q = gradient[part], first[part], second[part]
        m *= decay_first
        m += g
        g *= g
        q *= decay_second
        q += g
        np.sqrt(q, out=g)
        g += scaled_epsilon
        np.divide(m, g, out=g)
        g *= scaled_rate
        parameter[part] -= g


def adagrad(parameter: Array, gradient: Array, squares: Array, *, rate: float, epsilon: float = 1e-10) -> None:
    """One Adagrad step, in place: each coordinate moves by its gradient over the root of the squares so far.

    Args:
        parameter: what is learned; updated.
        gradient: of the loss by the parameter, same shape; overwritten.
        squares: sums of squared gradients; updated.
        rate: the size of the first step.

    Source: Duchi, Hazan and Singer 2011 (JMLR 12), the diagonal form.
    """
    squares += gradient * gradient
    root = np.sqrt(squares + parameter.dtype.type(epsilon))
    np.divide(gradient, root, out=gradient)
    gradient *= parameter.dtype.type(rate)
    parameter -= gradient


def adagrad_rows(
    values: Array, squares: Array, rows: NDArray[np.integer[Any]], gradient: Array, rate: float, epsilon: float = 1e-10
) -> None:
    """`adagrad` on some rows of a table, in loops that can be compiled.

    Args:
        values: the table, (rows, width); updated where a row is named, in the coordinates that squares has.
        squares: sums of squared gradients, (rows, coordinates that learn); updated.
        rows: from 0 to the number of rows - 1, each once.
        gradient: one row for each of them, with as many coordinates as squares or more.
        rate: the size of the first step.

    Raises:
        ValueError: shapes do not meet.
        IndexError: there is no such row.
    """
    if (
        len(gradient) != len(rows)
        or len(values) != len(squares)
        or squares.shape[1] > min(values.shape[1], gradient.shape[1])
    ):
        raise ValueError("adagrad_rows: shapes do not meet")
    size, small = values.dtype.type(rate), values.dtype.type(epsilon)
    for k in range(len(rows)):
        row = rows[k]
        if not 0 <= row < len(values):
            raise IndexError("adagrad_rows: there is no such row")
        for j in range(squares.shape[1]):
            slope = gradient[k, j]
            squares[row, j] += slope * slope
            values[row, j] -= slope / np.sqrt(squares[row, j] + small) * size
