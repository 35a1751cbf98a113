"""Everything that a training remembers between two steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float32]


@dataclass
class State:
    """Parameters, the optimizer's memory, and how far the training has come.

    The outside vectors are stored transposed, (d + 1, V): the products run faster this way, and an update of u splits
    into contiguous stretches. The last coordinate is fixed: log unigram probability in u, 1 in v. It makes the logits
    start at the unigram distribution and is still the same softmax.

    Attributes:
        u: outside vectors, (d + 1, V).
        v: center vectors, (V, d + 1).
        first, second: Adam's running means for u, (d, V).
        squares: Adagrad's sums for v, (V, d).
        stage: which stage of the schedule this is; later ones have larger vocabularies.
        epoch: finished passes of the stage.
        batch: finished batches of the pass under way.
        loss: Σ of the losses of these batches.
        seconds: time spent in training so far.
    """

    u: Table
    v: Table
    first: Table
    second: Table
    squares: Table
    stage: int = 0
    epoch: int = 0
    batch: int = 0
    loss: float = 0.0
    seconds: float = 0.0

    TABLES = ("u", "v", "first", "second", "squares")

    @classmethod
    def start(cls, unigram: NDArray[np.float64], dim: int, seed: int) -> State:
        """Small random vectors.

        Args:
            unigram: probability of each context word, (V,); words never seen get half the least of the others.
            dim: d.
            seed: of the random numbers.
        """
        size = len(unigram)
        random = np.random.default_rng([seed, 2])
        spread = np.float32(0.5 / np.sqrt(dim))
        u = np.empty((dim + 1, size), np.float32)
        v = np.empty((size, dim + 1), np.float32)
        u[:dim] = random.standard_normal((dim, size), dtype=np.float32) * spread
        v[:, :dim] = random.standard_normal((size, dim), dtype=np.float32) * spread
        least = unigram[unigram > 0].min() / 2
        u[dim] = np.log(np.maximum(unigram, least))
        v[:, dim] = 1
        zeros = [np.zeros((dim, size), np.float32) for _ in range(2)]
        return cls(u, v, zeros[0], zeros[1], np.zeros((size, dim), np.float32))
