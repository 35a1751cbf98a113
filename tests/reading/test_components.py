"""Functions that are defined by their components, and sums that are written without an index."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

P, R, U, D = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED, Kind.DEFINITION


def kinds(text: str) -> list[Kind]:
    """The verdicts on the steps of a note."""
    return [step.verdict.kind for step in judge(read_note(find_mathematics(text, "note.md")), seconds=5)]


@pytest.mark.parametrize("name", [r"\sigma", "s", "f"])
@pytest.mark.parametrize("written", [r"{0}(\mathbf z)_{1}", r"{0}_{1}(\mathbf z)", "{0}(z)_{1}"])
def test_a_function_that_is_defined_by_its_components(name: str, written: str) -> None:
    def at(index: str) -> str:
        return written.format(name, index)

    softmax = rf"$$ {at('i')} = \frac{{e^{{z_i}}}}{{\sum_{{j=1}}^K e^{{z_j}}}} $$"
    gradient = rf"$$ \frac{{\partial {at('i')}}}{{\partial z_k}} = {at('i')} (\delta_{{ik}} - {at('k')}) $$"
    assert kinds(f"{softmax}\n\n{gradient}") == [D, P]
    assert kinds(f"{softmax}\n\n{gradient.replace('- ', '+ ')}") == [D, R]


def test_elsewhere_it_is_the_logistic_function() -> None:
    assert kinds(r"$$ \frac{d}{dx} \sigma(x) = \sigma(x) \sigma(-x) $$") == [P]
    text = r"Let $z \in \mathbb{R}^n$." + "\n\n" + r"$$ \frac{\partial \sigma(z)_i}{\partial z_i} = \sigma(z_i)^2 $$"
    assert P not in kinds(text)


def test_what_something_is_turned_into() -> None:
    """ "turns x into a distribution" says nothing of x."""
    words = r"The function turns $\mathbf x$ into a probability distribution."
    assert kinds(f"{words}\n\n$$ \\sum_{{i=1}}^n x_i = 1 $$") == [R]


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        (r"\frac{e^{z_i + c}}{\sum e^{z_j + c}} = \frac{e^{z_i}}{\sum e^{z_j}}", P),
        (r"\frac{e^{z_i + c}}{\sum e^{z_j + c}} = \frac{e^{z_i} c}{\sum e^{z_j}}", R),
        (r"\log \frac{e^{z_i}}{\sum e^{z_j}} = z_i - \log \sum e^{z_j}", P),
        (r"\frac{\partial}{\partial z_k} \log \sum e^{z_j} = \frac{e^{z_k}}{\sum e^{z_j}}", P),
        (r"z_i - \log \sum e^{z_i} = \log \frac{e^{z_i}}{\sum e^{z_i}}", U),
        (r"\sum a_i b_j = \sum b_j a_i", U),
    ],
)
def test_a_sum_without_an_index(formula: str, kind: Kind) -> None:
    assert kinds(f"$$ {formula} $$") == [kind]
