"""Words become numbers and nothing is lost on the way, in memory or on disk."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v_numeric import tokens
from w2v_numeric.corpus import Source
from w2v_numeric.errors import CorpusError
from w2v_numeric.tokens import END, NEWLINE, Splitting, Spool, number_sentences, read_tokens, split


def source(text: str) -> Source:
    return Source("memory", lambda: io.BytesIO(text.encode()))


@given(st.text(alphabet=st.sampled_from("abZ09_'’.,-! \n\té\u0130"), max_size=60))
def test_the_fast_way_for_ascii_splits_like_the_general_one(text: str) -> None:
    general = ["\x00" if word == "\n" else word for word in tokens._WORD.findall(text.lower())]
    assert split(text.encode(), Splitting.WORDS) == general


def test_words_and_spaces() -> None:
    text = b"Don't stop, it's the U.S.!\n'Quoted' word"
    assert split(text, Splitting.WORDS) == ["don't", "stop", "it's", "the", "u", "s", "\x00", "quoted", "word"]
    assert split(text, Splitting.SPACES) == ["Don't", "stop,", "it's", "the", "U.S.!", "\x00", "'Quoted'", "word"]


def test_numbers_say_the_text_again() -> None:
    stream = read_tokens([source("a b a\nc"), source("b")])
    numbers = np.concatenate(list(stream.ids)).tolist()
    assert [stream.words[n] or n for n in numbers] == ["a", "b", "a", NEWLINE, "c", END, "b", END]
    assert {w: int(c) for w, c in zip(stream.words, stream.counts, strict=True) if w} == {"a": 2, "b": 2, "c": 1}
    assert stream.total == 5


@given(st.lists(st.lists(st.integers(0, 9), max_size=20), max_size=20), st.integers(0, 200))
def test_a_spool_gives_back_what_it_got(parts: list[list[int]], memory: int) -> None:
    spool = Spool(memory)
    for part in parts:
        spool.append(np.array(part, np.int32))
    for _ in range(2):
        assert [array.tolist() for array in spool] == parts


def test_the_rarest_words_are_forgotten_when_there_are_too_many() -> None:
    sentences = [["often", "common"] * 10, *([f"rare{i}"] for i in range(30_000))]
    stream = number_sentences(sentences, memory=1)
    assert stream.forgotten >= 1
    kept = {word for word in stream.words if word is not None}
    assert {"often", "common"} <= kept
    assert len(kept) <= 20_000


def test_nothing_to_read_is_refused() -> None:
    with pytest.raises(CorpusError, match="there is no word in memory"):
        read_tokens([source(" \n ")])
    with pytest.raises(CorpusError, match="hold no word"):
        number_sentences([])
    with pytest.raises(CorpusError, match="must be a list of words, not the string"):
        number_sentences(["a sentence"])
