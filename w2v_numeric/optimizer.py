"""Updates, kept apart from gradients: a gradient in, new parameters out, in place; nothing is remembered here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
CHUNK = 1 << 15  # elements updated at once: all the temporaries of a chunk stay in the nearest cache


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
        first, second: running means of the gradient and of its square; updated.
        step: 1 for the first step (for the bias correction).
        rate: the largest change of a parameter, about.

    Source: Kingma and Ba 2014 (arXiv 1412.6980), algorithm 1 with the corrections folded into the rate.
    """
    correction = np.sqrt(1 - decay_second**step)
    scaled_rate = parameter.dtype.type(rate * correction / (1 - decay_first**step))
    scaled_epsilon = parameter.dtype.type(epsilon * correction)
    root = np.empty(min(CHUNK, parameter.size), parameter.dtype)
    for begin in range(0, parameter.size, CHUNK):
        part = slice(begin, begin + CHUNK)
        g, m, q = gradient[part], first[part], second[part]
        t = root[: g.size]
        np.multiply(g, g, out=t)
        t *= 1 - decay_second
        q *= decay_second
        q += t
        g *= 1 - decay_first
        m *= decay_first
        m += g
        np.sqrt(q, out=t)
        t += scaled_epsilon
        np.divide(m, t, out=t)
        t *= scaled_rate
        parameter[part] -= t


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
