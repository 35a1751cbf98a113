"""A letter without its index: any number in a formula about one number, any example beside the examples."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

P, R, U, D = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED, Kind.DEFINITION
EXAMPLES = r"""
The data are $(x_i, y_i)$ for $i = 1, \dots, m$, where $x_i \in \mathbb{R}^n$ and $y_i \in \{0, 1\}$.

$$
\ell = \sum_{i=1}^m y_i \log \sigma(w^\top x_i)
$$
"""


def last(formula: str) -> Kind:
    """The verdict on the last step of a note with examples and one more formula."""
    text = f"{EXAMPLES}\n$$ {formula} $$"
    return judge(read_note(find_mathematics(text, "note.md")), seconds=5)[-1].verdict.kind


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        (r"\sigma(x) = \frac{1}{1 + e^{-x}}", P),
        (r"\sigma'(x) = \sigma(x) (1 - \sigma(x))", P),
        (r"\frac{d}{dx} \log \sigma(x) = 1 - \sigma(x)", P),
        (r"1 - \sigma(x) = \sigma(-x)", P),
        (r"\sigma'(x) = \sigma(x) (1 + \sigma(x))", R),
        (r"\sigma(x) = \frac{1}{1 + e^{x}}", R),
        (r"\sigma(w^\top x) = \frac{1}{1 + e^{-w^\top x}}", P),
        (r"\sigma(w^\top x) = \frac{1}{1 - e^{-w^\top x}}", R),
    ],
)
def test_any_number_and_any_example(formula: str, kind: Kind) -> None:
    assert last(formula) is kind


def test_a_vector_and_its_entries_stay_one_name() -> None:
    text = r"""
Let $z \in \mathbb{R}^n$.

$$
p_i = \frac{e^{z_i}}{\sum_{j=1}^n e^{z_j}}
$$

$$
p = \mathrm{softmax}(z)
$$
"""
    steps = judge(read_note(find_mathematics(text, "a.md")), seconds=5)
    assert steps[-1].verdict.kind is P
