"""Notation that is not quite right, and can mean one thing only; and notation that could mean several."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

DEFINITION, PROVED, REFUTED, UNDECIDED = "definition", "proved", "refuted", "undecided"
SOFTMAX = r"Let $p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}$ be the softmax."


def verdicts(tmp_path: Path, *paragraphs: str) -> list[str]:
    """The verdicts of a note; a paragraph without words is a display."""
    note = tmp_path / "note.md"
    texts = (f"$${text}$$" if "$" not in text and "\\" in text else text for text in paragraphs)
    note.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


@pytest.mark.parametrize(
    "left",
    [
        r"\frac{\partial}{z_k} (\log p_k)",
        r"\frac{\partial \log p_k}{z_k}",
        r"\frac{\log p_k}{\partial z_k}",
        r"\frac{1}{p_k} \frac{\partial}{z_k} (p_k)",
    ],
)
def test_a_forgotten_sign_of_a_derivative(tmp_path: Path, left: str) -> None:
    assert verdicts(tmp_path, SOFTMAX, f"{left} = 1 - p_k") == [PROVED]
    assert verdicts(tmp_path, SOFTMAX, f"{left} = 1 + p_k") == [REFUTED]


def test_what_is_divided_by_a_number_is_not_guessed(tmp_path: Path) -> None:
    assert verdicts(tmp_path, SOFTMAX, r"\frac{\partial \log p_k}{N} = 0") == [UNDECIDED]


ROWS = [
    r"\left\{\begin{array}{ll} {1} & {\text { if } w = o} \\ {0} & {\text { if } w \ne o} \end{array}\right.",
    r"\left\{\begin{aligned} 1 &,& w=o \\ 0 &,& w\neq o \\ \end{aligned}\right.",
    r"\left\{ \begin{matrix} 1 & w = o \\ 0 & \text{otherwise} \end{matrix} \right.",
]


@pytest.mark.parametrize("rows", ROWS)
def test_a_table_behind_an_open_brace_gives_cases(tmp_path: Path, rows: str) -> None:
    step = r"-\sum_{w=1}^V y_w \log q_w = -\log q_o"
    assert verdicts(tmp_path, f"y_w = {rows}", step) == [DEFINITION, PROVED]
    assert verdicts(tmp_path, f"y_w = {rows}", step.replace("= -", "= ")) == [DEFINITION, REFUTED]


def test_a_system_of_equations_is_no_value(tmp_path: Path) -> None:
    note = r"\left\{\begin{aligned} a &= 2 b \\ b &= c \end{aligned}\right."
    assert DEFINITION not in verdicts(tmp_path, f"y_w = {note}")


LISTED = (
    r"-\sum_{w=1}^V y_w \log q_w = -(y_1 \log q_1 + \cdots + y_o \log q_o + \cdots + y_{LAST} \log q_{LAST})"
    r" = -\log q_o"
)


@pytest.mark.parametrize("last", ["V", "|V|"])
def test_a_term_between_dots_is_one_of_them(tmp_path: Path, last: str) -> None:
    given = "Let $y$ be the one-hot vector of the word $o$."
    assert verdicts(tmp_path, given, LISTED.replace("LAST", last)) == [PROVED, PROVED]
    other = LISTED.replace("LAST", last).replace(r"y_o \log q_o + \cdots", r"y_o q_o + \cdots")
    assert verdicts(tmp_path, given, other)[0] == UNDECIDED


def test_words_that_were_set_with_spaces(tmp_path: Path) -> None:
    """Formulas that a program read from a picture: ``n e g-s a m p l e``, ``V o c a b``."""
    loss = r"J_{n e g-s a m p l e} = -\log \sigma(u_o^T v_c)"
    slope = r"\frac{\partial J_{\text{neg-sample}}}{\partial u_o} = -(1 - \sigma(u_o^T v_c)) v_c"
    assert verdicts(tmp_path, loss, slope) == [DEFINITION, PROVED]
    total = r"\sum_{w \in V o c a b} 2 p(w) = 2 \sum_{x \in \text{Vocab}} p(x)"
    assert verdicts(tmp_path, total) == [PROVED]
