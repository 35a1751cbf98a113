"""What is not clear about a formula stays with it, wherever the chain goes on."""

from __future__ import annotations

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note


def test_a_doubt_goes_on_into_the_next_display() -> None:
    text = r"""
$x \in \mathbb{R}$.

$$ h = \frac{\partial}{\partial x} e^{2x} * (x^2 + 1) $$

$$ = 2 e^{2x} * (x^2 + 1) $$
"""
    verdict = judge(read_note(find_mathematics(text, "note.md")), seconds=5)[-1].verdict
    assert verdict.kind is Kind.UNDECIDED
    assert "reaches" in verdict.reason


def test_a_divergence_of_matrices_is_not_understood() -> None:
    text = "$P, Q \\in \\mathbb{R}^{n \\times n}$ are matrices.\n\n$$ KL[P||Q] = \\sum_x P_{xx} $$"
    verdict = judge(read_note(find_mathematics(text, "note.md")), seconds=5)[-1].verdict
    assert "a distribution is expected" in verdict.reason
