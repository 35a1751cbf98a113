"""Words are made of their n-grams, the same on every machine."""

from __future__ import annotations

import numpy as np

from w2v_numeric.ngrams import gram_matrix


def test_a_word_has_itself_and_its_grams() -> None:
    matrix = gram_matrix(["where", "a"], 1_000_000)
    # <wh whe her ere re> <whe wher here ere> <wher where here> <where where>, and the word.
    assert np.diff(matrix.indptr).tolist() == [5 + 4 + 3 + 2 + 1, 1]
    assert matrix[0, 0] == matrix[1, 1] == 1
    assert matrix[0, 1] == 0
    assert matrix.shape == (2, 1_000_002)


def test_words_share_grams_and_buckets_bound_them() -> None:
    matrix = gram_matrix(["testing", "resting"], 100_000)
    assert (matrix[0].toarray() * matrix[1].toarray()).sum() >= 10
    small = gram_matrix(["testing", "resting"], 3)
    assert small.shape == (2, 5)
    assert small.data.max() == 1


def test_the_hash_does_not_change() -> None:
    assert gram_matrix(["abc"], 1000).indices.tolist() == [0, 372, 396, 445, 579, 630]
