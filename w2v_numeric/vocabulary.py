"""The words that are trained, their counts, and the distributions that follow from the counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v_numeric.errors import CorpusError, SettingsError

UNKNOWN = -1  # the id of whatever is not in the vocabulary


@dataclass(frozen=True)
class Vocabulary:
    """Words by falling frequency.

    Attributes:
        words: id → word.
        counts: id → occurrences in the corpus, (V,).
    """

    words: list[str]
    counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.words)

    def keep_probabilities(self, sample: float, corpus_words: int) -> NDArray[np.float64]:
        """The probability (V,) that an occurrence of a word survives subsampling, min(1, √(t/f) + t/f).

        Args:
            sample: the threshold t on a word's relative frequency f; 0 keeps everything.
            corpus_words: the number of words in the corpus that f refers to.

        Source: Mikolov et al. 2013 (arXiv 1310.4546, section 2.3), in the form of the word2vec program.
        """
        if sample == 0:
            return np.ones(len(self))
        frequency = self.counts / corpus_words
        return np.minimum(1.0, np.sqrt(sample / frequency) + sample / frequency)

    def noise_distribution(self, power: float = 0.75) -> NDArray[np.float64]:
        """The noise words of negative sampling are drawn from: counts to a power, normalised, (V,)."""
        weights = self.counts.astype(np.float64) ** power
        return np.asarray(weights / weights.sum())


def build_vocabulary(
    words: Sequence[str | None],
    counts: NDArray[np.int64],
    size: int | None,
    min_count: int,
    largest: int,
    surplus: float = 1.0,
) -> tuple[Vocabulary, NDArray[np.int32]]:
    """Choose the most frequent words.

    Args:
        words: number → word, None for numbers that are not words.
        counts: number → occurrences.
        size: how many words exactly; None takes all that are frequent enough, up to `largest`.
        min_count: rarer words are left out.
        largest: the bound that holds when no size is given.
        surplus: words taken for each one of the size, as far as they are there, but not beyond `largest`.

    Returns:
        The vocabulary, and the table number → id, UNKNOWN for words outside it.

    Raises:
        SettingsError: the size is below 2 or above what the corpus has.
        CorpusError: fewer than two words are frequent enough.
    """
    if size is not None and size < 2:
        raise SettingsError(f"a vocabulary of {size} words cannot be trained; choose --vocab-size 2 or more")
    if min_count < 1:
        raise SettingsError(f"--min-count {min_count} has no meaning; choose 1 or more")
    enough = [i for i in np.flatnonzero(counts >= min_count).tolist() if words[i] is not None]
    if len(enough) < 2:
        different = sum(word is not None for word in words)
        raise CorpusError(
            f"the corpus has {different} different word{'s' if different != 1 else ''}, {len(enough)} of them seen at "
            f"least {min_count} times, and training needs two; give more text or a smaller --min-count"
        )
    if size is not None and size > len(enough):
        raise SettingsError(
            f"the corpus has {len(enough)} words seen at least {min_count} times, not {size}; "
            f"choose --vocab-size {len(enough)} or less, or a smaller --min-count"
        )
    # Ties in frequency are broken by spelling, so the ids do not depend on the order of the files.
    enough.sort(key=lambda i: (-int(counts[i]), str(words[i])))
    chosen = enough[: max(size, min(round(size * surplus), largest)) if size is not None else largest]
    ids = np.full(len(words), UNKNOWN, np.int32)
    ids[chosen] = np.arange(len(chosen), dtype=np.int32)
    return Vocabulary([str(words[i]) for i in chosen], counts[chosen].copy()), ids
