"""Divergences of an order that the note defines itself, and distributions that are numbers for an example only."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import verdict_of
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

NOTE = r"""
The weights $a$ and $b$ are probability vectors with $m$ positive entries; $\beta>0$ and $\beta\ne 1$.

$$
R_\beta(a\|b) = \frac{1}{\beta-1}\log\sum_{k=1}^m a_k^\beta b_k^{1-\beta}
$$

$$
\chi^2(a\|b) = \sum_{k=1}^{m} \frac{(a_k - b_k)^2}{b_k}
$$

$$
S(a) = -\sum_{k=1}^{m} a_k\log a_k
$$
"""


def last(before: str, claim: str) -> Kind:
    """The verdict on the last formula of a note."""
    book = read_note(find_mathematics(f"{NOTE}\n{before}\n\n$$\n{claim}\n$$\n", "note.md"))
    return verdict_of(book.drafts[-1], book, 5.0).kind


@pytest.mark.parametrize(
    "claim",
    [
        r"\beta R_{1-\beta}(a\|b) = (1-\beta) R_\beta(b\|a)",
        r"R_{1/2}(b\|a) = -2\log\sum_{k=1}^{m} \sqrt{a_k b_k}",
        r"\chi^2(b\|a) = \sum_{k=1}^{m} \frac{b_k^2}{a_k} - 1",
        r"\log\left(\prod_{k=1}^{m} a_k\right)^{1/m} = \frac1m\sum_{k=1}^m \log a_k",
    ],
)
def test_of_an_order(claim: str) -> None:
    assert last("", claim) is Kind.PROVED


@pytest.mark.parametrize(
    "claim",
    [
        r"\beta R_{1-\beta}(a\|b) = (1-\beta) R_\beta(a\|b)",
        r"R_2(b\|a) = \log\sum_{k=1}^{m} \frac{a_k^2}{b_k}",
        r"\chi^2(b\|a) = \sum_{k=1}^{m} \frac{a_k^2}{b_k} - 1",
        r"\log\left(\prod_{k=1}^{m} a_k\right)^{1/m} = \sum_{k=1}^m \log a_k",
    ],
)
def test_the_order_of_the_arguments_matters(claim: str) -> None:
    assert last("", claim) is Kind.REFUTED


def test_the_square_of_a_logarithm_or_of_its_argument() -> None:
    assert last("", r"\log(a_1)^2 = 2 \log a_1") is Kind.UNDECIDED


@pytest.mark.parametrize("words", ["For $a=(1/4,1/4,1/2)$ one gets", "Take $a=(1/4,1/4,1/2)$.", "对 $a=(1/4,1/4,1/2)$"])
def test_numbers_for_an_example(words: str) -> None:
    assert last(words, r"S(a) = \frac32 \log 2") is Kind.PROVED
    assert last(words, r"S(a) = \log 3") is Kind.REFUTED


def test_an_example_says_nothing_of_what_stands_before() -> None:
    claim = "$$\nS(a) = \\frac32 \\log 2\n$$\n"
    text = f"{NOTE}\n{claim}\nNow let $a=(1/4,1/4,1/2)$. Then\n\n{claim}"
    book = read_note(find_mathematics(text, "note.md"))
    before, behind = (verdict_of(draft, book, 5.0).kind for draft in book.drafts[-2:])
    assert before is Kind.REFUTED
    assert behind is not Kind.REFUTED


def test_an_example_gives_the_length() -> None:
    """Σ over all m entries of a is a sum of three."""
    assert last("For $a=(1/2,1/4,1/4)$ one gets", r"R_2(a\|b) = \log\sum_{k=1}^{m} \frac{a_k^2}{b_k}") is Kind.PROVED
    assert last("For $a=(1/2,1/4,1/4)$ one gets", r"\sum_{k=1}^m a_k^2 = \frac38") is Kind.PROVED
    assert last("For $a=(1/2,1/4,1/4)$ one gets", r"\sum_{k=1}^m a_k^2 = \frac14") is Kind.REFUTED


@pytest.mark.parametrize("other", ["", r"$$ F_1(x) = \log\sum_{k=1}^m e^{x_k} $$"])
def test_a_function_of_an_order_without_its_argument(other: str) -> None:
    """``F_β`` beside ``F_1``: β is a number on which F depends, also where it is differentiated by x."""
    text = r"For $x \in \mathbb{R}^m$ let $$ F_\beta(x) = \frac1\beta \log\sum_{k=1}^m e^{\beta x_k} $$"
    claims = (r"\frac{\partial F_\beta}{\partial x_k}", r"= \frac{e^{\beta x_k}}{\sum_{j=1}^m e^{\beta x_j}}")
    for factor, kind in (("", Kind.PROVED), ("\\beta ", Kind.REFUTED)):
        note = f"$\\beta > 0$. {text}\n\n{other}\n\n$$ {factor}{' '.join(claims)} $$\n"
        book = read_note(find_mathematics(note, "note.md"))
        assert verdict_of(book.drafts[-1], book, 5.0).kind is kind
