"""Functions that are given in pieces, and derivatives that words set to zero."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import verdict_of
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

WORDS = r"""
Counts $X_{ij} > 0$ for $i,j = 1,\dots,V$, numbers $a_i, b_j$ with $a_i, b_j \in \mathbb{R}$, and the weight
$g(x) = (x/m)^{1/2}$ for $0 < x < m$ and $g(x) = 1$ for $x \ge m$.
"""
CASES = r"""
Counts $X_{ij} > 0$ for $i,j = 1,\dots,V$, numbers $a_i, b_j$ with $a_i, b_j \in \mathbb{R}$ and $m > 0$. The weight is

$$
g(x) = \begin{cases} (x/m)^{1/2} & 0 < x < m \\ 1 & x \ge m \end{cases}
$$
"""
LOSS = r"""
$$
J = \sum_{i=1}^{V} \sum_{j=1}^{V} g(X_{ij}) (a_i + b_j - \log X_{ij})^2
$$

$$
\frac{\partial J}{\partial a_i} = 2 \sum_{j=1}^{V} g(X_{ij}) (a_i + b_j - \log X_{ij})
$$
"""
MEAN = r"a_i = \frac{\sum_{j=1}^{V} g(X_{ij}) (\log X_{ij} - b_j)}{\sum_{j=1}^{V} g(X_{ij})}"


def last(note: str, claim: str, before: str) -> Kind:
    """The verdict on the last formula of a note."""
    book = read_note(find_mathematics(f"{note}{LOSS}\n{before}\n\n$$\n{claim}\n$$\n", "note.md"))
    return verdict_of(book.drafts[-1], book, 5.0).kind


@pytest.mark.parametrize("note", [WORDS, CASES])
def test_inside_a_piece(note: str) -> None:
    led = "The slope of the weight for $0 < x < m$:"
    assert last(note, r"g'(x) = \frac{1}{2} \frac{g(x)}{x}", led) is Kind.PROVED
    assert last(note, r"g'(x) = \frac{g(x)}{x}", led) is Kind.REFUTED
    assert last(note, r"g'(x) = \frac{1}{2} \frac{g(x)}{x}", "The slope of the weight:") is Kind.UNDECIDED


@pytest.mark.parametrize("note", [WORDS, CASES])
def test_what_is_false_in_one_of_the_pieces_is_false(note: str) -> None:
    ratio = r"\frac{\sum_{j=1}^{V} g(X_{ij}) b_j}{\sum_{j=1}^{V} g(X_{ij})} = "
    assert last(note, ratio + r"\frac{1}{V} \sum_{j=1}^{V} b_j", "A mean?") is Kind.REFUTED
    assert last(note, ratio + r"\sum_{j=1}^{V} b_j", "A mean?") is Kind.REFUTED


@pytest.mark.parametrize("words", ["Setting this to zero gives", "We set the first one to zero:", "令其为零，得"])
def test_words_set_the_derivative_above_to_zero(words: str) -> None:
    assert last(CASES, MEAN, words) is Kind.PROVED


def test_a_condition_in_words_is_no_refutation() -> None:
    claim = r"a_i + b_j = \log X_{ij}"
    assert last(CASES, claim, "If all residuals vanish, then") is Kind.UNDECIDED
    assert last(CASES, claim, "Here") is Kind.REFUTED
