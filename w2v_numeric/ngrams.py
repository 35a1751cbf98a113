"""Character n-grams of words, hashed into buckets.

Source: Bojanowski et al. 2017 (arXiv 1607.04606): n-grams of 3 to 6 characters of <word>, and the word itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from scipy import sparse

SHORTEST, LONGEST = 3, 6


def gram_matrix(words: Sequence[str], buckets: int) -> sparse.csr_matrix:
    """Which n-grams each word has, (V, V + buckets): a column of its own for each word, then one for each bucket.

    Args:
        words: the vocabulary.
        buckets: how many different n-grams are told apart; others fall together.
    """
    rows: list[int] = []
    columns: list[int] = []
    for row, word in enumerate(words):
        marked = f"<{word}>"
        grams = {
            marked[begin : begin + length]
            for length in range(SHORTEST, LONGEST + 1)
            for begin in range(len(marked) - length + 1)
        } - {marked}
        # A checksum is a hash that is the same on every machine.
        places = {row, *(len(words) + crc32(gram.encode()) % buckets for gram in grams)}
        rows += [row] * len(places)
        columns += sorted(places)
    ones = np.ones(len(rows), np.float32)
    return sparse.csr_matrix((ones, (rows, columns)), shape=(len(words), len(words) + buckets))
