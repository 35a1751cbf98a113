"""What a message says of a formula, it says in LaTeX."""

from __future__ import annotations

import pytest

from derive.proving.steps import judge
from derive.reading import tree
from derive.reading.formula import Formula
from derive.reading.latex import parse_block
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note
from derive.reading.written import shown


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (r"x_{\frac{a}{2}} = 1", r"an index that is not understood: \frac{a}{2}"),
        (r"\sum_{i \in \frac{a}{2}} x_i = 2", r"the set \frac{a}{2} is not understood"),
        (r"\sum_{\frac{a}{2}} x = 2", r"what the sum runs over is not understood: \frac{a}{2}"),
        (r"[a, \frac{b}{2}; c] = 2", r"a list in brackets is not understood here: [a,\frac{b}{2};c]"),
        (r"\frac{\partial^{n+1} f}{\partial x^{n+1}} = 1", "a derivative of order n + 1: "),
        (r"\mathbb{E}_{x \sim \frac{a}{2}} x = 1", r"the distribution \frac{a}{2} is not understood"),
        (r"\underset{\frac{a}{2}}{x} = 2", r"\frac{a}{2} above or below a formula is not understood"),
        (r"(a = b) + 1 = 2", "a relation stands where a value is expected: a = b"),
        (r"J_{\text{neg} t} + 1 = J", r"J_{\text{neg}t}"),
        (r"P(X_{\frac{a}{2}} = 1) = 3", r"P[X_{\frac{a}{2}}=1]"),
        (r"\begin{cases}1 & \text{if foo} \\ 2 & b\end{cases} = 2", r"the case \text{if foo} is not understood"),
    ],
)
def test_reasons_quote_latex(formula: str, said: str) -> None:
    note = f"Let $a, b, x \\in \\mathbb{{R}}$.\n\n$${formula}$$"
    (step,) = judge(read_note(find_mathematics(note, "note.md")))
    assert said in step.verdict.reason


def test_what_was_not_read_is_named_by_its_token() -> None:
    (row,) = parse_block(Formula.of(r"a = b \EuScript c \quad \text{if } k \ne c"))
    assert isinstance(row, tree.Row)
    assert shown(row.statements[0]) == r"a = \EuScript"
    assert shown(row.statements[1]) == r"\text{if } k \ne c"
