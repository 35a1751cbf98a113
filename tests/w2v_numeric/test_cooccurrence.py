"""Counting agrees with the definition, pair by pair, in memory and out of core."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from w2v_numeric import cooccurrence, runs
from w2v_numeric.cooccurrence import Windowing, count_pairs
from w2v_numeric.errors import CorpusError, SettingsError
from w2v_numeric.runs import RunStore
from w2v_numeric.tokens import TokenStream, number_sentences
from w2v_numeric.vocabulary import build_vocabulary

MEMORY = 1 << 24


def by_definition(sentences: list[list[int]], size: int, window: int) -> NDArray[np.float64]:
    counts = np.zeros((size, size))
    for sentence in sentences:
        for t, center in enumerate(sentence):
            for j in range(-window, window + 1):
                if j != 0 and 0 <= t + j < len(sentence):
                    counts[center, sentence[t + j]] += (window - abs(j) + 1) / window
    return counts


def prepared(sentences: list[list[int]], size: int) -> tuple[TokenStream, NDArray[np.int32]]:
    stream = number_sentences([[str(word) for word in sentence] for sentence in sentences])
    ids = np.array([-1 if word is None or int(word) >= size else int(word) for word in stream.words], np.int32)
    return stream, ids


texts = st.lists(st.lists(st.integers(0, 6), max_size=30), min_size=1, max_size=8).filter(
    lambda s: any(len(x) for x in s)
)


@settings(deadline=None)
@given(texts, st.integers(1, 6), st.integers(2, 7))
def test_the_definition(sentences: list[list[int]], window: int, size: int) -> None:
    known = [[word for word in sentence if word < size] for sentence in sentences]
    expected = by_definition(known, size, window)
    stream, ids = prepared(sentences, size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cooccurrence, "SLICE", 5)  # windows must reach across slices
        if not expected.any():
            with pytest.raises(CorpusError, match="no two words"):
                count_pairs(stream, ids, Windowing(window, np.ones(size)), MEMORY)
            return
        counts = count_pairs(stream, ids, Windowing(window, np.ones(size)), MEMORY)
    np.testing.assert_allclose(counts.matrix.toarray(), expected, rtol=1e-6)
    np.testing.assert_allclose(counts.totals, expected.sum(axis=1), rtol=1e-6)


def zipf(length: int, size: int, seed: int = 0) -> tuple[TokenStream, NDArray[np.int32]]:
    random = np.random.default_rng(seed)
    words = np.minimum(random.zipf(1.3, length), size) - 1
    return prepared([part.tolist() for part in np.array_split(words, 50)], size)


def test_out_of_core_gives_the_same_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, ids = zipf(20_000, 300)
    how = Windowing(5, np.full(300, 0.8))
    whole = count_pairs(stream, ids, how, MEMORY)
    monkeypatch.setattr(cooccurrence, "most_codes", lambda _memory: 20_000)
    monkeypatch.setattr(runs, "SLICE", 1000)
    monkeypatch.setattr(cooccurrence, "SLICE", 1000)
    spilled = []
    spill = RunStore._spill
    monkeypatch.setattr(RunStore, "_spill", lambda self, codes: (spilled.append(len(codes)), spill(self, codes))[1])
    # A different slice draws the same random numbers, so even the subsampled text is the same.
    small = count_pairs(stream, ids, how, 1 << 16)
    assert len(spilled) >= 2
    assert small.fingerprint() == whole.fingerprint()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 7)), max_size=200), st.integers(1, 50))
def test_runs_sum_weights_even_beyond_their_bits(pairs: list[tuple[int, int]], piece: int) -> None:
    store = RunStore(10, memory=64)
    store.bits = 3  # weights above 7 need several codes
    for begin in range(0, len(pairs), piece):
        store.add(np.array([key << 3 | weight for key, weight in pairs[begin : begin + piece]], np.int64))
    expected = np.zeros(10, np.int64)
    for key, weight in pairs:
        expected[key] += weight
    found = np.zeros(10, np.int64)
    last = -1
    for keys, weights in store.merged():
        for key, weight in zip(keys.tolist(), weights.tolist(), strict=True):
            assert key > last
            last = key
            found[key] = weight
    assert found.tolist() == expected.tolist()


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    stream, ids = zipf(5_000, 50)
    keep = np.full(50, 0.5)
    first, again, other = (
        count_pairs(stream, ids, Windowing(3, keep, seed=s), MEMORY).fingerprint() for s in (1, 1, 2)
    )
    assert first == again != other


def test_what_is_held_out_is_not_trained_on() -> None:
    stream, ids = zipf(30_000, 50)
    how = Windowing(3, np.ones(50), holdout=0.3)
    inside = count_pairs(stream, ids, how, MEMORY)
    outside = count_pairs(stream, ids, how, MEMORY, held_out=True)
    everything = count_pairs(stream, ids, Windowing(3, np.ones(50)), MEMORY)
    # Only pairs across the borders of the parts are lost.
    assert 0.97 < (inside.mass + outside.mass) / everything.mass < 1.00001
    assert 0.2 < outside.mass / everything.mass < 0.4
    assert ((everything.matrix - inside.matrix - outside.matrix).toarray() > -1e-2).all()


def test_long_documents_are_cut_where_a_part_is_held_out() -> None:
    stream, ids = prepared([list(np.random.default_rng(0).integers(0, 9, 50_000))], 9)
    how = Windowing(2, np.ones(9), documents="file", holdout=0.5)
    outside = count_pairs(stream, ids, how, MEMORY, held_out=True)
    whole = count_pairs(stream, ids, Windowing(2, np.ones(9), documents="file"), MEMORY)
    assert 0.25 < outside.mass / whole.mass < 0.75


def test_what_windows_do_not_cross() -> None:
    from w2v_numeric.corpus import Source
    from w2v_numeric.tokens import read_tokens

    def counted(documents: str) -> float:
        import io

        stream = read_tokens([Source("memory", lambda: io.BytesIO(b"a b\nc d\n\ne f"))])
        vocabulary, ids = build_vocabulary(stream.words, stream.counts, None, 1, 10)
        return count_pairs(stream, ids, Windowing(1, np.ones(len(vocabulary)), documents), MEMORY).mass

    assert counted("line") == 6
    assert counted("paragraph") == 8
    assert counted("file") == 10


def test_windows_without_context_are_refused() -> None:
    stream, ids = prepared([[0, 1]], 2)
    with pytest.raises(SettingsError, match="window of 0 words"):
        count_pairs(stream, ids, Windowing(0, np.ones(2)), MEMORY)
