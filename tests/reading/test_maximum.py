"""The maximum of the entries of a vector: bounds of log-sum-exp for every length."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import verdict_of
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

NOTE = r"""
Let $s \in \mathbb{R}^m$, $\tau > 0$ and $a = \max_k s_k$.

$$
F(s) = \log \sum_{k=1}^m e^{s_k}
$$
"""


def last(claim: str, before: str = "") -> Kind:
    """The verdict on the last formula of a note."""
    book = read_note(find_mathematics(f"{NOTE}\n{before}\n\n$$\n{claim}\n$$\n", "note.md"))
    return verdict_of(book.drafts[-1], book, 5.0).kind


@pytest.mark.parametrize(
    "claim",
    [
        r"F(s) = a + \log \sum_{k=1}^m e^{s_k - a}",
        r"a \le F(s)",
        r"F(s) \le a + \log m",
        r"\max_k s_k \le F(s)",
        r"\max_{1 \le k \le m} s_k \ge F(s) - \log m",
        r"\tau \log \sum_{k=1}^m e^{s_k/\tau} \le a + \tau \log m",
        r"\tau \log \sum_{k=1}^m e^{s_k/\tau} \ge a",
        r"s_j \le \max_k s_k",
        r"e^{s_j - a} \le 1",
        r"\frac{1}{m} \sum_{k=1}^m s_k \le a",
    ],
)
def test_holds_for_every_length(claim: str) -> None:
    assert last(claim) is Kind.PROVED


@pytest.mark.parametrize(
    "claim",
    [
        r"a \ge F(s)",
        r"F(s) \le a + \log 2",
        r"F(s) = a + \log m",
        r"s_j \ge \max_k s_k",
        r"\tau \log \sum_{k=1}^m e^{s_k/\tau} \le a",
        r"\sum_{k=1}^m s_k \le a",
    ],
)
def test_a_counterexample_has_the_greatest_entry_where_it_says(claim: str) -> None:
    assert last(claim) is Kind.REFUTED


@pytest.mark.parametrize(
    "claim",
    [r"\frac{\partial a}{\partial s_j} = 0", r"\max_k 2 s_k = 2 a", r"\min_k s_k = a", r"\max_{k \ne j} s_k = a"],
)
def test_no_more_is_known_of_a_maximum(claim: str) -> None:
    assert last(claim) is Kind.UNDECIDED
