"""Text → numbers: words are numbered as they come, and the numbers kept in memory or, beyond a bound, on disk."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO

import numpy as np
from numpy.typing import NDArray

from w2v_numeric.atomic import reason
from w2v_numeric.corpus import BLOCK_BYTES, Source, text_blocks
from w2v_numeric.errors import CorpusError

Ids = NDArray[np.int32]
NEWLINE = 0  # the number of the mark that stands for an end of line
END = 1  # the number of the mark that stands for the end of a source (or of a sentence given as a list)
MARKS = 2
BYTES_PER_TYPE = 200  # a dictionary entry with its string and number, measured on CPython 3.11
_NEWLINE_TOKEN, _END_TOKEN = "\x00", "\x01"  # control characters are not part of any word


class Splitting(StrEnum):
    """How a text is cut into words."""

    WORDS = "words"  # lower-cased runs of letters, digits and _, apostrophes inside them kept
    SPACES = "spaces"  # whatever stands between white space, unchanged


_WORD = re.compile(r"\w+(?:['’]\w+)*|\n")
_PLAIN = b"abcdefghijklmnopqrstuvwxyz0123456789_ \t\r\n"
_LOOSE_APOSTROPHE = re.compile(rb"(?<![a-z0-9_])'|'(?![a-z0-9_])")
# ASCII text in one table look-up: capitals to small letters, what is neither word nor apostrophe to a space.
_ASCII = bytes(c if bytes([c]).isalnum() or c in b"_'\n" else 32 for c in range(128)).lower() + bytes(range(128, 256))


def split(block: bytes, how: Splitting) -> list[str]:
    """The words of a block of UTF-8 text, with a mark for each end of line."""
    if how is Splitting.WORDS:
        if not block.isascii():
            found = _WORD.findall(block.decode("utf-8").lower())
            return [_NEWLINE_TOKEN if word == "\n" else word for word in found]
        if block.translate(None, _PLAIN):
            block = block.translate(_ASCII)
            if b"'" in block:
                block = _LOOSE_APOSTROPHE.sub(b" ", block)
    return block.replace(b"\n", b" \x00 ").decode("utf-8").split()


class Spool:
    """Integer arrays in order, read again as often as wanted; beyond `memory` bytes they live in a temporary file."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._kept: list[Ids] = []
        self._lengths: list[int] = []
        self._file: IO[bytes] | None = None

    def append(self, ids: Ids) -> None:
        """Add an array at the end.

        Raises:
            CorpusError: the temporary folder is full.
        """
        self._lengths.append(len(ids))
        if self._file is None and 4 * sum(self._lengths) <= self._memory:
            self._kept.append(ids)
            return
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="w2v-tokens-")  # noqa: SIM115 -- it lives as long as the spool
                for earlier in self._kept:
                    self._file.write(earlier.data)
                self._kept.clear()
            self._file.write(ids.data)
        except OSError as error:
            raise CorpusError(
                f"cannot keep the tokens in {tempfile.gettempdir()}: {reason(error)}; set TMPDIR to a roomier folder"
            ) from error

    def __iter__(self) -> Iterator[Ids]:
        if self._file is None:
            yield from self._kept
            return
        offset = 0
        for length in self._lengths:
            self._file.seek(offset)
            yield np.frombuffer(self._file.read(4 * length), dtype=np.int32)
            offset += 4 * length


class _Numbering(dict[str, int]):
    """Gives each new word the next number."""

    def __init__(self) -> None:
        super().__init__({_NEWLINE_TOKEN: NEWLINE, _END_TOKEN: END})
        self.next = MARKS

    def __missing__(self, word: str) -> int:
        number = self.next
        self[word] = number
        self.next = number + 1
        return number


@dataclass
class TokenStream:
    """A corpus as numbers.

    Attributes:
        words: number → word; None for the marks and for words forgotten to save memory.
        counts: number → how often it occurs.
        ids: the numbers in the order of the text, marks included.
        forgotten: words seen at most this often may be missing (0: none is missing).
    """

    words: list[str | None] = field(default_factory=list)
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(MARKS, np.int64))
    ids: Spool = field(default_factory=lambda: Spool(0))
    forgotten: int = 0

    @property
    def total(self) -> int:
        """How many words the text has, marks left out."""
        return int(self.counts[MARKS:].sum())


def read_tokens(
    sources: Sequence[Source],
    how: Splitting = Splitting.WORDS,
    memory: int = 1 << 30,
    on_progress: Callable[[int, int], None] | None = None,
) -> TokenStream:
    """Read all sources.

    Args:
        sources: what to read, in order.
        how: how to cut text into words.
        memory: bytes that the numbers and the dictionary may take; beyond it the numbers go to a temporary file and the
            rarest words are forgotten.
        on_progress: called now and then with bytes of text and words read so far.

    Raises:
        CorpusError: a source cannot be read, or there is no word in any of them.
    """
    seen_bytes = 0

    def blocks() -> Iterator[list[str]]:
        nonlocal seen_bytes
        for source in sources:
            for block in text_blocks(source):
                yield split(block, how)
                seen_bytes += len(block)
            yield [_END_TOKEN]

    stream = TokenStream()
    for total in _number(blocks(), stream, memory):
        if on_progress is not None:
            on_progress(seen_bytes, total)
    if not stream.total:
        named = ", ".join(source.name for source in sources[:3]) + (" …" if len(sources) > 3 else "")
        raise CorpusError(f"there is no word in {named}; give a text with at least two different words")
    return stream


def number_sentences(sentences: Iterable[Sequence[str]], memory: int = 1 << 30) -> TokenStream:
    """The same for sentences that are already lists of words.

    Raises:
        CorpusError: a sentence is a string instead of a list of words, or there is no word at all.
    """

    def blocks() -> Iterator[list[str]]:
        block: list[str] = []
        for sentence in sentences:
            if isinstance(sentence, str):
                raise CorpusError(
                    f"a sentence must be a list of words, not the string {sentence[:40]!r}; split it first"
                )
            block.extend(sentence)
            block.append(_END_TOKEN)
            if len(block) > BLOCK_BYTES // 8:
                yield block
                block = []
        yield block

    stream = TokenStream()
    for _ in _number(blocks(), stream, memory):
        pass
    if not stream.total:
        raise CorpusError("the sentences hold no word; give at least two different words")
    return stream


def _number(blocks: Iterable[list[str]], stream: TokenStream, memory: int) -> Iterator[int]:
    numbering = _Numbering()
    most_types = max(10_000, memory // 4 // BYTES_PER_TYPE)
    stream.ids = Spool(memory // 4)
    total = 0
    for block in blocks:
        ids = np.fromiter(map(numbering.__getitem__, block), np.int32, len(block))
        stream.ids.append(ids)
        fresh = np.bincount(ids, minlength=numbering.next).astype(np.int64, copy=False)
        fresh[: len(stream.counts)] += stream.counts
        stream.counts = fresh
        while len(numbering) > most_types:
            stream.forgotten += 1
            _forget(numbering, stream.counts, stream.forgotten)
        total += len(block)
        yield total
    stream.words = [None] * numbering.next
    for word, number in numbering.items():
        if number >= MARKS:
            stream.words[number] = word


def _forget(numbering: _Numbering, counts: NDArray[np.int64], rarest: int) -> None:
    # A forgotten word that comes again gets a new number, so it is under-counted: the price word2vec pays, too.
    for word in [w for w, number in numbering.items() if number >= MARKS and counts[number] <= rarest]:
        del numbering[word]
