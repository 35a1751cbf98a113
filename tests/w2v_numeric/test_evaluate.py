"""Scores are those of the standard definitions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from w2v_numeric.errors import VectorsError
from w2v_numeric.evaluate import evaluate, spearman
from w2v_numeric.vectors import Vectors

MATRIX = np.array([[1, 0], [0, 1], [1, 1], [1, -1], [0.1, 1]], np.float32)
VECTORS = Vectors(["a", "b", "c", "d", "e"], MATRIX)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=30))
def test_spearman_with_ties(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, float).T
    if len(set(x)) > 1 and len(set(y)) > 1:
        assert spearman(x, y) == pytest.approx(spearmanr(x, y)[0])
    else:
        assert spearman(x, y) == 0


def test_pairs_and_analogies(tmp_path: Path) -> None:
    pairs = tmp_path / "sim.tsv"
    pairs.write_text("word1\tword2\tscore\n# a remark\na\tA\t10\na c 7\nb,c,6\na\tb\t1\na\tzebra\t5\n")
    questions = tmp_path / "q.txt"
    questions.write_text(": capital\na b d e\na b d c\n: gram1-adverb\nA B D E\na b d zebra\n")
    result = evaluate(VECTORS, [pairs], questions)
    scores = result.pairs["sim"]
    assert (scores.covered, scores.total) == (4, 5)
    assert scores.spearman == pytest.approx(spearmanr([1, 0.5**0.5, 0.5**0.5, 0], [10, 7, 6, 1])[0])
    answers = result.analogies
    assert (answers.covered, answers.total) == (3, 4)
    assert answers.semantic == 0.5
    assert answers.syntactic == 1.0
    restricted = evaluate(VECTORS, [], questions, restrict_vocab=3).analogies
    assert restricted.covered == 0
    assert set(result.as_dict()) == {"pairs", "analogies"}
    assert set(result.as_dict()["analogies"]) == {"accuracy", "semantic", "syntactic", "covered", "total"}


@pytest.mark.parametrize(
    ("content", "message"),
    [("a b\n", "line 1 .* not two words and a number"), ("a b 1\na b x\n", "line 2"), ("", "no pair")],
)
def test_broken_pairs(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "p.tsv"
    path.write_text(content)
    with pytest.raises(VectorsError, match=message):
        evaluate(VECTORS, [path], None)


@pytest.mark.parametrize(
    ("content", "message"), [("a b c\n", "line 1 of .* has 3 words instead of four"), (": x\n", "no question")]
)
def test_broken_questions(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "q.txt"
    path.write_text(content)
    with pytest.raises(VectorsError, match=message):
        evaluate(VECTORS, [], path)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(VectorsError, match="cannot read"):
        evaluate(VECTORS, [tmp_path / "none.tsv"], None)
    (tmp_path / "latin.tsv").write_bytes(b"caf\xe9 au 1\n")
    with pytest.raises(VectorsError, match="not valid UTF-8 at byte 3"):
        evaluate(VECTORS, [tmp_path / "latin.tsv"], None)
    with pytest.raises(VectorsError, match="leaves no word"):
        evaluate(VECTORS, [], None, 0)
