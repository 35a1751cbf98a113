"""A one-hot vector whose word the note does not name has its one at no letter that stands for another word."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

GIVEN = r"""Let $h = v_{%s} \in \mathbb{R}^d$ be the vector of the input word, and
$y_j = \frac{e^{u_j^\top h}}{\sum_{i=1}^V e^{u_i^\top h}}$. """
LOSS = r"E = -\sum_{j=1}^V r_j \log y_j"


def last(tmp_path: Path, text: str, row: str) -> str:
    note = tmp_path / "note.md"
    note.write_text(f"{text}\n\n$${row}$$\n", "utf-8")
    return check_file(note).steps[-1].verdict.kind.value


@pytest.mark.parametrize("word", ["c", "k", "t"])
def test_the_word_that_is_given_is_not_the_target(tmp_path: Path, word: str) -> None:
    said = GIVEN % word + "Let $r$ be a one-hot target vector."
    row = LOSS + rf" = -\log y_{word}"
    assert last(tmp_path, said, row) != "proved"


def test_a_letter_that_is_said_to_be_the_target(tmp_path: Path) -> None:
    said = GIVEN % "c" + "Let $r$ be one-hot with $r_k = 1$."
    assert last(tmp_path, said, LOSS + r" = -\log y_k") == "proved"


def test_the_outside_word_is_an_outcome_by_its_letter(tmp_path: Path) -> None:
    said = GIVEN % "c" + "Let $r$ be a one-hot target vector."
    assert last(tmp_path, said, LOSS + r" = -\log y_o") == "proved"
