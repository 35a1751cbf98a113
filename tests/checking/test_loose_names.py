"""What a note does not say of a name, or says in a way that is not read, refutes nothing."""

from __future__ import annotations

from pathlib import Path

from derive.checking import check_file

DEFINITION, PROVED, REFUTED, UNDECIDED = "definition", "proved", "refuted", "undecided"


def verdicts(tmp_path: Path, *paragraphs: str) -> list[str]:
    """The verdicts of a note; a paragraph without words is a display."""
    note = tmp_path / "note.md"
    texts = (f"$${text}$$" if "$" not in text and "\\" in text else text for text in paragraphs)
    note.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


MODEL = r"Let $z_i = w^\top x_i + b$ and $q_i = \sigma(z_i)$ with $x_i, w \in \mathbb{R}^d$."
SEEN = r"\log p(y_i \mid x_i) = y_i \log q_i + (1 - y_i) \log(1 - q_i)"


def test_a_probability_of_which_nothing_is_said_may_be_what_stands_beside_it(tmp_path: Path) -> None:
    assert verdicts(tmp_path, MODEL, SEEN) == [UNDECIDED]
    twice = r"\sum_y p(y \mid x_i) = 2"
    assert verdicts(tmp_path, MODEL, twice) == [REFUTED]


def test_the_loss_of_one_example_is_no_second_meaning_of_the_loss(tmp_path: Path) -> None:
    total = r"J(w, b) = -\sum_{i=1}^n \left[ y_i \log q_i + (1 - y_i) \log(1 - q_i) \right]"
    one = r"J_i = -\left[ y_i \log q_i + (1 - y_i) \log(1 - q_i) \right]"
    slope = r"\frac{\partial J}{\partial b} = \sum_{i=1}^n \frac{d J_i}{d z_i} = \sum_{i=1}^n (q_i - y_i)"
    note = (MODEL, total, "# One example", one, "# Together", slope)
    assert verdicts(tmp_path, *note) == [DEFINITION, DEFINITION, PROVED, PROVED]
    assert verdicts(tmp_path, *note[:-1], slope.replace("q_i - y_i", "q_i + y_i"))[-1] == REFUTED


def test_numbers_whose_cases_are_not_read_refute_nothing(tmp_path: Path) -> None:
    rows = r"1 & \text{for the seen word} \\ 0 & \text{for no other}"
    cases = rf"y_w = \left\lfloor \begin{{matrix}} {rows} \end{{matrix}} \right."
    step = r"-\sum_{w=1}^V y_w \log q_w = -y_o \log q_o"
    assert verdicts(tmp_path, cases, step)[-1] != REFUTED
    assert verdicts(tmp_path, r"Let $y, q \in \mathbb{R}^V$.", step)[-1] == REFUTED


def test_a_zero_may_be_the_letter(tmp_path: Path) -> None:
    step = r"\frac{\partial}{\partial v_c} \log \frac{\exp(u_o^\top v_c)}{\sum_{w=1}^V \exp(u_w^\top v_c)} = "
    rest = r" - \sum_{x=1}^V \frac{\exp(u_x^\top v_c)}{\sum_{w=1}^V \exp(u_w^\top v_c)} u_x"
    assert verdicts(tmp_path, step + "u_o" + rest) == [PROVED]
    assert verdicts(tmp_path, step + "u_0" + rest) == [UNDECIDED]
    assert verdicts(tmp_path, step + "2 u_0" + rest) == [REFUTED]


NEGATIVES = r"J = -\log \sigma(u_o^\top v_c) - \sum_{k=1}^K \log \sigma(-u_k^\top v_c)"


def test_negative_samples_without_a_word_about_them(tmp_path: Path) -> None:
    """Whether the word o may be drawn as well, the note does not say; that a sign is wrong does not depend on it."""
    slope = r"\frac{\partial J}{\partial u_o} = -(1 - \sigma(u_o^\top v_c)) v_c"
    assert verdicts(tmp_path, NEGATIVES, slope) == [DEFINITION, UNDECIDED]
    assert verdicts(tmp_path, NEGATIVES, slope.replace("= -", "= ")) == [DEFINITION, REFUTED]
