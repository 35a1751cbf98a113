"""What is supposed in words is heeded: true steps under it are not refuted, and it is no fact elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

HEAD = r"Let $a, b, w \in \mathbb{R}^n$, $x \in \mathbb{R}$, $p \in (0, 1)$ and $y \in \{0, 1\}$."
PROVED, REFUTED, UNDECIDED = "proved", "refuted", "undecided"
DOUBLE, TRIPLE = r"\sum_{i=1}^n a_i^2 = 4 \sum_{i=1}^n b_i^2", r"\sum_{i=1}^n a_i^2 = 9 \sum_{i=1}^n b_i^2"
LOSS = r"-y \log p - (1 - y) \log(1 - p) = -\log p"


def verdicts(tmp_path: Path, *paragraphs: str) -> list[str]:
    """The verdicts of a note; a paragraph without words is a display."""
    note = tmp_path / "note.md"
    texts = (f"$${text}$$" if "\\" in text and "$" not in text else text for text in (HEAD, *paragraphs))
    note.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


UNDER = [
    ("Suppose that $a_i = 2 b_i$ for all $i$. Then", DOUBLE, TRIPLE),
    ("Assume that $a_i = 2 b_i$. Then", DOUBLE, TRIPLE),
    ("If $a = 2 b$, then", DOUBLE, TRIPLE),
    ("假设 $a_i = 2 b_i$，则", DOUBLE, TRIPLE),
    ("For $y = 1$ this is", LOSS, LOSS.replace("= -", "= ")),
    ("If $y = 1$ then", LOSS, LOSS.replace("= -", "= ")),
    (r"If $\sum_{i=1}^n b_i = 1$, we get", r"\sum_{i=1}^n (b_i + 1) = n + 1", r"\sum_{i=1}^n (b_i + 1) = 2 n + 1"),
]


@pytest.mark.parametrize(("sentence", "true", "false"), UNDER)
def test_what_it_leads_to_is_judged_under_it(tmp_path: Path, sentence: str, true: str, false: str) -> None:
    assert verdicts(tmp_path, sentence, true) == [PROVED]
    assert verdicts(tmp_path, sentence, false) == [REFUTED]


@pytest.mark.parametrize(("sentence", "true"), [(sentence, true) for sentence, true, _ in UNDER])
def test_what_does_not_follow_from_the_sentence_alone_is_never_proved_by_it(
    tmp_path: Path, sentence: str, true: str
) -> None:
    assert verdicts(tmp_path, sentence, true, "In general, however,", true)[-1] in (REFUTED, UNDECIDED)
    more = sentence.rstrip(" ,") + " is what we shall never do. In general"
    assert verdicts(tmp_path, more, true)[-1] in (REFUTED, UNDECIDED)


def test_words_between_leave_it_open(tmp_path: Path) -> None:
    assert verdicts(tmp_path, "Suppose that $a_i = 2 b_i$. The squares add up to", DOUBLE) == [UNDECIDED]
    assert verdicts(tmp_path, "Suppose that $a_i = b_i$ holds.", DOUBLE) == [REFUTED]


def test_one_entry_is_not_every_entry(tmp_path: Path) -> None:
    """ "If w_k = 1" speaks of one k."""
    verdict = verdicts(tmp_path, "If $w_k = 1$, then", r"-\sum_{i=1}^n w_i \log p = -n \log p")
    assert verdict == [UNDECIDED]


def test_the_next_case_ends_the_last_one(tmp_path: Path) -> None:
    one, zero = (r"-y \log 3 = -\log 3", r"-y \log 3 = 0 \cdot \log 2")
    assert verdicts(tmp_path, "If $y = 1$ then", one, "If $y = 0$ then", zero) == [PROVED, PROVED]
    assert verdicts(tmp_path, "If $y = 1$ then", one, "If $y = 0$ then", one) == [PROVED, REFUTED]


def test_a_section_ends_what_is_supposed_in_passing(tmp_path: Path) -> None:
    wrong = r"\sum_{i=1}^n a_i = \sum_{i=1}^n b_i"
    assert verdicts(tmp_path, "If $a_i = b_i$ the sums agree.", wrong) == [UNDECIDED]
    assert verdicts(tmp_path, "If $a_i = b_i$ the sums agree.", "## Another section", wrong) == [REFUTED]


def test_an_equation_that_is_aimed_at_binds_counterexamples_that_are_found(tmp_path: Path) -> None:
    """The equation is met by zeros and ones, and the step is false there too."""
    sentence = r"We look for vectors with $w_i b_i = \log a_i$ and $a_i > 0$."
    square = r"\frac{\partial}{\partial x} \sum_{i=1}^n (w_i b_i - x \log a_i + x)^2 = "
    right = r"\sum_{i=1}^n (w_i b_i - x \log a_i + x) (1 - \log a_i)"
    assert verdicts(tmp_path, sentence, square + "2" + right) == [PROVED]
    assert verdicts(tmp_path, sentence, square + right) == [REFUTED]
