"""From a small vocabulary to a large one: new words begin where the words already trained expect them.

A pass costs V², so most of the way is gone with the frequent words alone, for a small part of the price. Then every
word gets one Newton step from v = 0 on its own counts with the frequent words as contexts. Gradient and Hessian are
those of the formulas; the Hessian of n_c pairs is n_c times that of one, so it is inverted once for all words.
Regression on the words already trained turns such first guesses into starting vectors for the new ones.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from w2v_numeric.blocks import Table, Visit
from w2v_numeric.counts import Counts
from w2v_numeric.formulas.softmax_skipgram import center_hessian
from w2v_numeric.objective import Objective
from w2v_numeric.state import CENTER, OUTSIDE, State

Vectors = NDArray[np.float32]
BLOCK_ROWS = 256
SHRINK = 20.0  # added to n_c: a guess from few pairs stays near zero
RIDGE = 1e-3  # relative to the mean variance


def restricted(counts: Counts, size: int) -> Counts:
    """The counts among the first words only."""
    return Counts.of(counts.matrix[:size, :size].tocsr())


def first_guesses(counts: Counts, state: State, objective: Objective, threads: int) -> Vectors:
    """One Newton step from zero for every word, given the outside vectors of the first words.

    Args:
        counts: N_co over the large vocabulary, (V, V).
        state: trained on the first m words.
        objective: the formula for the gradient.
        threads: workers; each word's step is its own, so their number changes nothing.

    Returns:
        (V, d).
    """
    dim, size = len(state.u) - 1, state.u.shape[1]
    outside, start = state.u[:dim].T.astype(np.float64), state.u[dim].astype(np.float64)
    with threadpool_limits(1):  # the number of BLAS threads would show in the last bits
        hessian = center_hessian(outside, np.zeros(dim), 1.0, start)
        ridge = RIDGE * float(np.trace(hessian)) / dim
        inverse = np.linalg.inv(hessian + ridge * np.eye(dim)).astype(np.float32)
    guesses = np.empty((counts.size, dim), np.float32)

    def guess(begin: int) -> None:
        rows = np.arange(begin, min(begin + BLOCK_ROWS, counts.size))
        part = Counts.of(counts.matrix[rows][:, :size])
        zero = np.zeros((len(rows), dim + 1), np.float32)
        zero[:, dim] = 1
        gradients = {OUTSIDE: np.empty((dim + 1, size), np.float32).T, CENTER: np.empty_like(zero)}
        data = {OUTSIDE: state.u.T, CENTER: zero, "counts": part.sparse(), "center counts": part.totals}
        objective.loss_and_gradients(data, gradients, [np.empty((len(rows), size), np.float32)])
        step = gradients[CENTER][:, :dim] / (part.totals + np.float32(SHRINK))[:, np.newaxis]
        guesses[rows] = -(step @ inverse)

    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        list(pool.map(guess, range(0, counts.size, BLOCK_ROWS)))
    return guesses


def grown(
    counts: Counts, unigram: NDArray[np.float64], state: State, objective: Objective, threads: int, seed: int
) -> State:
    """A state for the large vocabulary in which the first words are as trained and the others begin at a guess.

    Args:
        counts: N_co over the large vocabulary.
        unigram: probability of each context word there, (V,).
        state: trained on the first words.
        objective, threads, seed: as in training.
    """
    dim, size = len(state.u) - 1, state.u.shape[1]
    guesses = first_guesses(counts, state, objective, threads)
    large = State.start(
        {OUTSIDE: Table(counts.size, Visit.ALL), CENTER: Table(counts.size, Visit.OWN)}, dim, seed, unigram
    )
    outside, center = state.u[:dim].T, state.v[:, :dim]
    # Softmax does not see a constant added to all u, so only their differences can be learned from the guesses.
    mean = outside.mean(axis=0)
    known = guesses[:size]
    large.u[:dim] = (guesses @ _regression(known, outside - mean) + mean).T
    large.v[:, :dim] = guesses @ _regression(known, center)
    large.u[:dim, :size] = state.u[:dim]
    large.v[:size, :dim] = center
    # Adam's running mean of the gradient begins anew, its mean of squares goes on.
    large.tables[OUTSIDE].memory[1][:, :size] = state.tables[OUTSIDE].memory[1]
    large.tables[CENTER].memory[0][:size] = state.tables[CENTER].memory[0]
    large.seconds = state.seconds
    return large


def _regression(x: Vectors, y: Vectors) -> Vectors:
    """The matrix A for which x A is nearest to y."""
    with threadpool_limits(1):
        x, y = x.astype(np.float64), y.astype(np.float64)
        gram = x.T @ x
        gram += 1e-8 * max(float(np.trace(gram)), 1e-30) / len(gram) * np.eye(len(gram))
        return np.linalg.solve(gram, x.T @ y).astype(np.float32)
