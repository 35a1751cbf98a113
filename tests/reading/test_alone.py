"""Inline formulas that are derivations of their own, and those that only say what a letter is."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import Mathematics, find_mathematics
from derive.reading.note import read_note

SIGMOID = r"\frac{1}{1 + e^{-x}}"


def displayed(text: str) -> bool:
    """Whether the only formula of a note is set as a derivation."""
    (formula,) = (piece for piece in find_mathematics(text, "a.md").pieces if isinstance(piece, Mathematics))
    return formula.display


@pytest.mark.parametrize(
    "text",
    [
        rf"$\sigma(x) = {SIGMOID}$",
        rf"# $\sigma(x) = {SIGMOID}$",
        f"The sigmoid is\n\n$\\sigma(x) = {SIGMOID}$.\n\nIt rises.",
        f"The sigmoid:\n$\\sigma(x) = {SIGMOID}$\nIt rises.",
        f"a. $\\sigma(x) = {SIGMOID}$",
        r"The derivative is $f' = \frac{1}{x} \cdot x^2 = x = \frac{2x}{2} = \log e^x$ as we see.",
        "$\\begin{aligned} a &= b + c \\\\ &= c + b \\end{aligned}$",
        r'<script type="math/tex; mode=display">a = b</script>',
        '<script type="math/tex; mode=display">% <![CDATA[\na = b %]]></script>',
        "\\(\\sigma(x) = \\frac{1}{1 + e^{-x}}\\)",
    ],
)
def test_a_derivation(text: str) -> None:
    assert displayed(text)


@pytest.mark.parametrize(
    "text",
    [
        rf"The sigmoid $\sigma(x) = {SIGMOID}$ rises.",
        f"The sigmoid with\n$\\sigma(x) = {SIGMOID}$\nand so on.",
        f"We write the sigmoid as\n$\\sigma(x) = {SIGMOID}$, which rises.",
        "$V = 1000$",
        r"The table has $\sum_{i=1}^{n} \sum_{j=1}^{k} P_{ij} = 1$.",
        "- $x \\in \\mathbb{R}^d$",
        "- $y_i = 1$",
        r'A number <script type="math/tex">a = b</script> here.',
    ],
)
def test_a_formula_in_a_sentence(text: str) -> None:
    assert not displayed(text)


def test_where_it_stands_and_what_becomes_of_it() -> None:
    text = 'Sigmoid:\n\n<script type="math/tex; mode=display"> \\sigma(-x) = 1 - \\sigma(x) </script>\n'
    text += "\n$\\frac{d}{dx} \\log \\sigma(x) = \\sigma(x)$\n"
    steps = judge(read_note(find_mathematics(text, "a.md")), seconds=5)
    assert [(s.place.line, s.verdict.kind) for s in steps] == [(3, Kind.PROVED), (5, Kind.REFUTED)]
