"""Words with their vectors: save, load, neighbours and analogies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v_numeric import vectors_files
from w2v_numeric.errors import VectorsError

Table = NDArray[np.float32]

SHOWN_WORDS = 8
SHOWN_NUMBERS = 6


@dataclass(frozen=True)
class Vectors:
    """One vector per word, most frequent words first.

    Attributes:
        words: the words, each once.
        matrix: (V, d), row i is the vector of words[i].
        metadata: how they came about; kept by the .safetensors format.

    Raises:
        VectorsError: numbers of words and rows differ, a word occurs twice, or a value is not finite.
    """

    words: Sequence[str]
    matrix: Table
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.matrix.ndim != 2 or len(self.words) != len(self.matrix):
            raise VectorsError(
                f"{len(self.words)} words do not match vectors of shape {self.matrix.shape}; give one row a word"
            )
        if not np.isfinite(self.matrix).all():
            row = int(np.flatnonzero(~np.isfinite(self.matrix).all(axis=1))[0])
            raise VectorsError(f"the vector of {self.words[row]!r} has a value that is not finite; train again")
        if len(self.index) != len(self.words):
            seen: set[str] = set()
            twice = next(word for word in self.words if word in seen or seen.add(word))  # type: ignore[func-returns-value]
            raise VectorsError(f"the word {twice!r} occurs twice; give each word one vector")

    @cached_property
    def index(self) -> dict[str, int]:
        """Word → row."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def unit(self) -> Table:
        """The vectors scaled to length one, (V, d); a zero vector stays zero."""
        lengths = np.linalg.norm(self.matrix, axis=1, keepdims=True)
        return np.asarray(self.matrix / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> Table:
        return np.asarray(self.matrix[self.row(word)])

    def row(self, word: str) -> int:
        """The row of a word.

        Raises:
            VectorsError: the word is unknown.
        """
        if word not in self.index:
            lower = word.lower()
            hint = f"did you mean {lower!r}?" if lower in self.index else "choose a word of the vocabulary"
            raise VectorsError(f"the word {word!r} is not among the {len(self)} words of these vectors; {hint}")
        return self.index[word]

    def most_similar(self, word: str, k: int = 10) -> list[tuple[str, float]]:
        """The k words with the largest cosine to a word, the word itself left out.

        Raises:
            VectorsError: the word is unknown, or k is below 1.
        """
        row = self.row(word)
        return self._nearest(self.unit[row], {row}, k)

    def analogy(self, a: str, b: str, c: str, k: int = 10) -> list[tuple[str, float]]:
        """Words d such that a : b = c : d, the largest cosine to b − a + c of unit vectors, a, b, c left out.

        Source: 3CosAdd, Mikolov, Yih and Zweig 2013 (N13-1090).

        Raises:
            VectorsError: a word is unknown, or k is below 1.
        """
        rows = [self.row(word) for word in (a, b, c)]
        query = self.unit[rows[1]] - self.unit[rows[0]] + self.unit[rows[2]]
        return self._nearest(query / max(float(np.linalg.norm(query)), 1e-30), set(rows), k)

    def _nearest(self, query: Table, without: set[int], k: int) -> list[tuple[str, float]]:
        if k < 1:
            raise VectorsError(f"{k} neighbours cannot be listed; ask for 1 or more")
        cosines = self.unit @ query
        cosines[list(without)] = -np.inf
        k = min(k, len(self) - len(without))
        if k < 1:
            return []
        best = np.argpartition(-cosines, k - 1)[:k]
        best = best[np.lexsort((best, -cosines[best]))]
        return [(self.words[i], float(cosines[i])) for i in best.tolist()]

    def _repr_html_(self) -> str:
        """A corner of the table, for notebooks: the most frequent words and the first numbers of each."""
        numbers = range(min(SHOWN_NUMBERS, self.matrix.shape[1]))
        more_numbers, more_words = self.matrix.shape[1] > SHOWN_NUMBERS, len(self) > SHOWN_WORDS
        dots = "<td>…</td>" if more_numbers else ""
        head = "".join(f'<th scope="col">{k + 1}</th>' for k in numbers) + ("<th>…</th>" if more_numbers else "")
        rows = "".join(
            f'<tr><th scope="row">{escape(word)}</th>{"".join(f"<td>{row[k]:.3f}</td>" for k in numbers)}{dots}</tr>'
            for word, row in zip(self.words[:SHOWN_WORDS], self.matrix, strict=False)
        )
        rows += '<tr><th scope="row">…</th></tr>' if more_words else ""
        caption = f"{len(self):,} words, {self.matrix.shape[1]:,} numbers each"
        return f"<table><caption>{caption}</caption><tr><td></td>{head}</tr>{rows}</table>"

    def save(self, path: str | Path) -> None:
        """Write to a file whose ending names the format: .txt or .vec, .bin, .safetensors.

        Raises:
            VectorsError: the ending is unknown, or a word does not fit the format.
            NumericError: the file cannot be written.
        """
        vectors_files.save(Path(path), self.words, self.matrix, self.metadata)

    @classmethod
    def load(cls, path: str | Path) -> Vectors:
        """Read a file written by save, gensim or word2vec. Nothing is ever unpickled.

        Raises:
            VectorsError: the file is missing, truncated or not of the format its ending names.
        """
        words, matrix, metadata = vectors_files.load(Path(path))
        return cls(words, matrix, metadata)
