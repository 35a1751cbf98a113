"""The trainer as an object: SkipGram(dim=100).fit(sentences).vectors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from w2v_numeric.errors import SettingsError
from w2v_numeric.pipeline import count_corpus, settled, train_corpus
from w2v_numeric.progress import PassRecord, Reporter, Silent
from w2v_numeric.settings import Settings
from w2v_numeric.tokens import number_sentences
from w2v_numeric.vectors import Vectors


class SkipGram:
    """Word vectors, by exact softmax skip-gram or another objective.

    Args:
        dim: length of the vectors.
        window: words to each side that count as context.
        min_count: rarer words are left out.
        reporter: told about the progress; says nothing by default.
        **settings: any other field of `w2v_numeric.settings.Settings`, such as `objective`.

    Raises:
        SettingsError: a setting is unknown or has no meaning.

    Example:
        >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 10
        >>> model = SkipGram(dim=4, min_count=1, epochs=2, threads=1).fit(sentences)
        >>> len(model.vectors)
        4
    """

    def __init__(
        self, dim: int = 100, window: int = 5, min_count: int = 5, reporter: Reporter | None = None, **settings: Any
    ) -> None:
        try:
            self.settings = Settings.from_dict({"dim": dim, "window": window, "min_count": min_count, **settings})
        except (TypeError, ValueError) as error:
            raise SettingsError(f"a setting has the wrong type: {error}") from error
        self.settings.check()
        self._reporter: Reporter = reporter if reporter is not None else Silent()
        self._vectors: Vectors | None = None
        self.passes: list[PassRecord] = []

    def fit(self, sentences: Iterable[Sequence[str]]) -> SkipGram:
        """Train on sentences, each a list of words.

        Raises:
            CorpusError: there are fewer than two words, or a sentence is a string.
            SettingsError: the vocabulary or the memory asked for is not there, or a setting has no meaning for the
                objective.
        """
        settings, objective = settled(self.settings)
        stream = number_sentences(sentences, settings.memory)
        corpus, text = count_corpus(stream, settings, objective, [], self._reporter)
        result = train_corpus(corpus, text, settings, objective, self._reporter)
        self._vectors, self.passes = result.vectors, result.passes
        return self

    @property
    def vectors(self) -> Vectors:
        """The trained vectors.

        Raises:
            SettingsError: fit has not been called.
        """
        if self._vectors is None:
            raise SettingsError("there are no vectors yet; call fit with sentences first")
        return self._vectors
