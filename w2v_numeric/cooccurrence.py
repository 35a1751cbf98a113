"""Tokens → co-occurrence counts: pairs become integers, which are sorted and summed, on disk when they are many.

The window slides over the words that remain after subsampling and after words outside the vocabulary are dropped, as in
the word2vec program. A pair at distance j counts (L − j + 1)/L, the expectation of word2vec's random window.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from w2v_numeric.counts import Counts
from w2v_numeric.errors import CorpusError, SettingsError
from w2v_numeric.runs import RunStore, most_codes
from w2v_numeric.tokens import END, MARKS, NEWLINE, TokenStream

SEGMENT = 1_000  # words that stay together when a part of the text is held out
SLICE = 1 << 19  # tokens worked on at once: small enough that the temporaries stay in the cache


@dataclass(frozen=True)
class Windowing:
    """How pairs are taken from the text.

    Attributes:
        window: L, how many words to each side.
        keep: probability of keeping an occurrence of each word, (V,).
        documents: what the window does not cross: "line", "paragraph" (blank line) or "file".
        seed: of the random numbers for subsampling and for choosing what is held out.
        holdout: share of the text that is held out, in stretches of about a thousand words.
    """

    window: int
    keep: NDArray[np.float64]
    documents: str = "line"
    seed: int = 1
    holdout: float = 0.0


def count_pairs(
    stream: TokenStream, ids: NDArray[np.int32], how: Windowing, memory: int, held_out: bool = False
) -> Counts:
    """Count the pairs of the training part of a corpus, or of the part held out.

    Args:
        stream: the corpus as numbers.
        ids: number → id in the vocabulary, -1 for words outside it.
        how: window, subsampling, what is held out.
        memory: bytes that counting may use beside the tokens and the counts themselves.
        held_out: count the part that training does not see.

    Raises:
        CorpusError: no pair is left, or the temporary folder is full.
        SettingsError: the window is empty, or the vocabulary too large for 63-bit pair numbers.
    """
    size, window = len(how.keep), how.window
    if window < 1:
        raise SettingsError(f"a window of {window} words holds no context; choose --window 1 or more")
    store = RunStore(size * size, memory)
    if store.bits < window.bit_length():
        raise SettingsError(
            f"a vocabulary of {size} words is too large to count pairs in; choose a smaller --vocab-size"
        )
    room = most_codes(memory)
    with ThreadPoolExecutor(1) as sorter:
        pending: Future[None] | None = None
        buffer, used = np.empty(room, np.int64), 0
        spare: NDArray[np.int64] | None = None
        for codes in _pair_codes(stream, ids, how, held_out, store.bits):
            if used + len(codes) > room:
                if pending is not None:
                    pending.result()
                spare = np.empty(room, np.int64) if spare is None else spare
                pending = sorter.submit(store.add, buffer[:used])
                buffer, spare, used = spare, buffer, 0
            buffer[used : used + len(codes)] = codes
            used += len(codes)
        if pending is not None:
            pending.result()
    store.add(buffer[:used])
    del buffer, spare
    counts = _to_counts(store, size, window, memory)
    if not counts.pairs:
        part = "held-out part of the corpus" if held_out else "corpus"
        raise CorpusError(f"no two words of the vocabulary stand together in the {part}; give more text")
    return counts


def _pair_codes(
    stream: TokenStream, ids: NDArray[np.int32], how: Windowing, held_out: bool, bits: int
) -> Iterator[NDArray[np.int64]]:
    """Unordered pairs as (smaller · V + larger) · 2^bits + weight, some at a time."""
    size, window = len(how.keep), how.window
    last_words = np.empty(0, np.int64)  # the end of the slice before, so that windows reach across slices
    last_places = np.empty(0, np.int64)
    for words, documents in kept_words(stream, ids, how, held_out):
        before = len(last_words)
        words = np.concatenate((last_words, words))
        documents = np.concatenate((last_places, documents))
        for distance in range(1, window + 1):
            begin = max(0, before - distance)  # pairs wholly inside the old words were counted before
            end = len(words) - distance
            if end <= begin:
                continue
            left, right = words[begin:end], words[begin + distance :]
            same = documents[begin:end] == documents[begin + distance :]
            codes = np.minimum(left, right)
            codes *= size
            codes += np.maximum(left, right)
            codes <<= bits
            codes |= window - distance + 1
            yield codes if same.all() else codes[same]
        last_words, last_places = words[-window:].copy(), documents[-window:].copy()


def kept_words(
    stream: TokenStream, ids: NDArray[np.int32], how: Windowing, held_out: bool
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Ids of the words that remain, each with the number of its document."""
    # Two independent streams of random numbers, so that holding text out does not change which other words survive.
    random = np.random.default_rng([how.seed, 0])
    coin = np.random.default_rng([how.seed, 1])
    keep = np.append(how.keep, 0.0).astype(np.float32)  # the last entry answers id -1
    document = words_in_segment = 0
    after_newline = True
    this_held = False
    for numbers in stream.ids:
        for begin in range(0, len(numbers), SLICE):
            part = numbers[begin : begin + SLICE]
            breaks, after_newline = _breaks(part, how.documents, after_newline)
            if how.holdout:
                # Segments: a document, cut again after every SEGMENT words.
                breaks, words_in_segment = _cut_long(breaks, words_in_segment)
            number_of = np.cumsum(breaks, dtype=np.int64)
            word = ids[part]
            alive = (random.random(len(part), dtype=np.float32) < keep[word]) & (part >= MARKS)
            if how.holdout:
                fresh = coin.random(int(number_of[-1]) if len(number_of) else 0) < how.holdout
                is_held = np.concatenate(([this_held], fresh))
                this_held = bool(is_held[-1])
                alive &= is_held[number_of] == held_out
            yield word[alive].astype(np.int64), number_of[alive] + document
            document += int(number_of[-1]) if len(number_of) else 0


def _breaks(part: NDArray[np.int32], documents: str, after_newline: bool) -> tuple[NDArray[np.bool_], bool]:
    """Where a new document begins, and whether the part ends with a newline mark."""
    newline = part == NEWLINE
    breaks = part == END
    if documents == "line":
        breaks |= newline
    elif documents == "paragraph":
        previous = np.concatenate(([after_newline], newline[:-1]))
        breaks |= newline & previous
    return breaks, bool(newline[-1]) if len(part) else after_newline


def _cut_long(breaks: NDArray[np.bool_], since: int) -> tuple[NDArray[np.bool_], int]:
    places = np.arange(len(breaks)) + since
    starts = np.maximum.accumulate(np.where(breaks, places, 0))
    cut = breaks | ((places > starts) & ((places - starts) % SEGMENT == 0))
    return cut, int(places[-1] - starts[-1] + 1) % SEGMENT if len(breaks) else since


def _to_counts(store: RunStore, size: int, window: int, memory: int) -> Counts:
    # A pair is seen from both its ends, so each is stored twice; for c = o both ends are the same word and add up. A
    # second store keeps the counts in memory once only, where adding a transposed matrix takes them three times.
    both = RunStore(size * size, memory)
    for keys, weights in store.merged():
        rows, columns = np.divmod(keys, size)
        both.add(np.concatenate((both.pack(keys, weights), both.pack(columns * size + rows, weights))))
    # SciPy wants one integer type for both index arrays, and 64 bits once the pairs are very many.
    index: type[np.signedinteger] = np.int32 if both.length < 2**31 else np.int64
    indices, values = np.empty(both.length, index), np.empty(both.length, np.float32)
    per_row = np.zeros(size + 1, np.int64)
    filled = 0
    for keys, weights in both.merged():
        rows, columns = np.divmod(keys, size)
        part = slice(filled, filled + len(keys))
        indices[part] = columns
        values[part] = weights
        per_row[1 : int(rows[-1]) + 2] += np.bincount(rows)
        filled += len(keys)
    # Shrinks in place: the tail was never touched.
    indices.resize(filled, refcheck=False)
    values.resize(filled, refcheck=False)
    values /= np.float32(window)
    return Counts.of(sparse.csr_matrix((values, indices, np.cumsum(per_row).astype(index)), shape=(size, size)))
