"""The most frequent words are chosen, in an order that does not depend on the order of the text."""

from __future__ import annotations

import numpy as np
import pytest

from w2v_numeric.errors import CorpusError, SettingsError
from w2v_numeric.vocabulary import UNKNOWN, Vocabulary, build_vocabulary

WORDS = [None, None, "b", "a", "rare", "c"]
COUNTS = np.array([9, 1, 5, 5, 1, 7])


def test_by_frequency_then_spelling() -> None:
    vocabulary, ids = build_vocabulary(WORDS, COUNTS, None, 2, 10)
    assert vocabulary.words == ["c", "a", "b"]
    assert vocabulary.counts.tolist() == [7, 5, 5]
    assert ids.tolist() == [UNKNOWN, UNKNOWN, 2, 1, UNKNOWN, 0]
    assert build_vocabulary(WORDS, COUNTS, 2, 1, 10)[0].words == ["c", "a"]
    assert len(build_vocabulary(WORDS, COUNTS, None, 1, 3)[0]) == 3


def test_more_words_than_asked_for_keep_company() -> None:
    assert build_vocabulary(WORDS, COUNTS, 2, 1, 10, 1.5)[0].words == ["c", "a", "b"]
    assert len(build_vocabulary(WORDS, COUNTS, 3, 1, 10, 9.0)[0]) == 4
    assert len(build_vocabulary(WORDS, COUNTS, 2, 1, 3, 9.0)[0]) == 3
    assert len(build_vocabulary(WORDS, COUNTS, 3, 1, 2, 9.0)[0]) == 3


def test_what_cannot_be_chosen_is_refused() -> None:
    with pytest.raises(SettingsError, match="a vocabulary of 0 words"):
        build_vocabulary(WORDS, COUNTS, 0, 1, 10)
    with pytest.raises(SettingsError, match="has 4 words seen at least 1 times, not 5; choose --vocab-size 4 or less"):
        build_vocabulary(WORDS, COUNTS, 5, 1, 10)
    with pytest.raises(CorpusError, match="1 of them seen at least 6 times"):
        build_vocabulary(WORDS, COUNTS, None, 6, 10)
    with pytest.raises(SettingsError, match="--min-count 0"):
        build_vocabulary(WORDS, COUNTS, None, 0, 10)


def test_subsampling_and_noise() -> None:
    vocabulary = Vocabulary(["often", "rare"], np.array([900, 100]))
    keep = vocabulary.keep_probabilities(0.01, 1000)
    np.testing.assert_allclose(keep, [np.sqrt(0.01 / 0.9) + 0.01 / 0.9, np.sqrt(0.1) + 0.1])
    assert vocabulary.keep_probabilities(0, 1000).tolist() == [1, 1]
    assert vocabulary.keep_probabilities(10, 1000).tolist() == [1, 1]
    noise = vocabulary.noise_distribution(0.75)
    np.testing.assert_allclose(noise.sum(), 1)
    np.testing.assert_allclose(noise[0] / noise[1], 9**0.75)
