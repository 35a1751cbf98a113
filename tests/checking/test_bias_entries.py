"""``x_0 = 1`` in front of the weights: an entry that the note sets to a number, and sums that begin at 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

DEFINITION, PROVED, REFUTED, UNDECIDED = "definition", "proved", "refuted", "undecided"


def verdicts(tmp_path: Path, *paragraphs: str) -> list[str]:
    """The verdicts of a note; a paragraph without words is a display."""
    note = tmp_path / "note.md"
    texts = (f"$${text}$$" if "$" not in text and "\\" in text else text for text in paragraphs)
    note.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


SCORES = [
    ("With $x_0 = 1$ we write", r"w^\top x = w_0 + w_1 x_1 + \cdots + w_n x_n"),
    ("Set $x_0^{(i)} = 1$ for every example. Then", r"w^\top x^{(i)} = w_0 + \sum_{j=1}^n w_j x_j^{(i)}"),
    ("We let $x_{i0} = 1$, so that", r"\beta^\top x_i = \beta_0 + \beta_1 x_{i1} + \cdots + \beta_n x_{in}"),
    ("令 $x_0 = 1$，$x = (x_0, x_1, \\cdots, x_n)^T$，则", r"w^T x = w_0 + w_1 x_1 + \cdots + w_n x_n"),
]


@pytest.mark.parametrize(("words", "score"), SCORES)
def test_an_entry_that_is_set_to_a_number_is_put_in(tmp_path: Path, words: str, score: str) -> None:
    assert verdicts(tmp_path, words, score) == [PROVED]


@pytest.mark.parametrize(("words", "score"), SCORES)
def test_without_it_nothing_is_proved(tmp_path: Path, words: str, score: str) -> None:
    assert verdicts(tmp_path, "We write $x$ for it.", score) != [PROVED]
    assert verdicts(tmp_path, words.replace("= 1", "= 3"), score) in ([REFUTED], [UNDECIDED])
    assert verdicts(tmp_path, words, score.replace("= w_0", "= 2 w_0").replace(r"= \beta_0", r"= 2 \beta_0")) != [
        PROVED
    ]


def test_a_display_may_set_it(tmp_path: Path) -> None:
    score = r"w^\top x = w_0 + \sum_{j=1}^n w_j x_j"
    assert verdicts(tmp_path, "$$x_0 = 1$$", score) == [DEFINITION, PROVED]
    assert verdicts(tmp_path, "$$x_0 = 1$$", "$$x_0 = 2$$", score)[1] != DEFINITION


def test_what_is_supposed_for_a_case_is_no_fact(tmp_path: Path) -> None:
    score = r"w^\top x = w_0 + \sum_{j=1}^n w_j x_j"
    assert verdicts(tmp_path, "If $x_0 = 1$ the model has a bias. In general", score)[-1] != PROVED


def test_what_is_known_of_the_entries_is_not_set(tmp_path: Path) -> None:
    """Entries of a probability vector are positive: 0 is no value of theirs."""
    words = r"Let $p \in \mathbb{R}^n$ be a probability vector with positive entries $p_i > 0$."
    assert verdicts(tmp_path, words, "$$p_1 = 0$$") != [DEFINITION]


def test_dots_at_the_end_go_on_to_the_last_entry(tmp_path: Path) -> None:
    score, bias, slope = (
        r"z = b_0 + b_1 x_1 + b_2 x_2 + \dots",
        r"\frac{\partial z}{\partial b_0} = 1",
        r"\frac{\partial z}{\partial b_j} =",
    )
    assert verdicts(tmp_path, score, bias, f"{slope} x_j") == [DEFINITION, PROVED, PROVED]
    assert verdicts(tmp_path, score, bias, f"{slope} 2 x_j")[-1] != PROVED


def test_dots_that_show_nothing_are_not_guessed(tmp_path: Path) -> None:
    assert verdicts(tmp_path, r"z = b_0 + b_1 x_1 + \dots", r"\frac{\partial z}{\partial b_1} = x_1")[-1] == UNDECIDED
    assert (
        verdicts(tmp_path, r"z = b_1 x_1 + b_3 x_3 + \dots", r"\frac{\partial z}{\partial b_1} = x_1")[-1] == UNDECIDED
    )
