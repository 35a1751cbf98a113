"""What is false as it stands and may be meant all the same is not refuted: rounded digits, examples, the reach of ∂."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

P, R, U, D = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED, Kind.DEFINITION
SOFTMAX = r"""
$$
p_i = \frac{e^{z_i}}{\sum_{j=1}^n e^{z_j}}
$$
"""


def kinds(text: str) -> list[Kind]:
    """The verdicts on the steps of a note."""
    return [step.verdict.kind for step in judge(read_note(find_mathematics(text, "note.md")), seconds=5)]


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        (r"-\log 0.245 = 1.406", U),
        (r"-\log 0.245 = 1.4", U),
        (r"-\log 0.245 = 1.5", R),
        (r"-\log 0.245 = 1.2", R),
        (r"\log 2 = 1", R),
        ("0.5 + 0.25 = 0.75", P),
        ("0.5 + 0.25 = 0.9", R),
    ],
)
def test_rounded_digits(formula: str, kind: Kind) -> None:
    assert kinds(f"$$ {formula} $$") == [kind]


def test_the_numbers_of_an_example() -> None:
    assert kinds(f"{SOFTMAX}\n$$ p_i = 0.25 $$") == [D, U]
    assert kinds(f"{SOFTMAX}\n$$ p_i = 1 $$") == [D, R]
    assert kinds(f"{SOFTMAX}\n$$ p_i \\le 0.5 $$") == [D, R]


def test_how_far_a_derivative_reaches() -> None:
    words = r"The number $x$ is real."
    assert kinds(f"{words}\n\n$$ \\frac{{d}}{{d x}} e^x * x^2 = e^x x^2 + 2 x e^x $$") == [P]
    assert kinds(f"{words}\n\n$$ \\frac{{d}}{{d x}} e^x * x^2 = e^x x^2 $$") == [U]
    assert kinds(f"{words}\n\n$$ \\frac{{d}}{{d x}} (e^x * x^2) = e^x x^2 $$") == [R]
    assert kinds(f"{words}\n\n$$ \\frac{{d}}{{d x}} e^x \\cdot 3 = e^x $$") == [R]


def test_words_among_the_mathematics() -> None:
    gradient = r"\frac{\partial p_i}{\partial z_s}"
    assert kinds(f"{SOFTMAX}\n$$\n{gradient} = -p_i p_s \\ for \\ s \\ne i\n$$") == [D, P]
    assert kinds(f"{SOFTMAX}\n$$\nif \\ s = i, \\\\\n{gradient} = p_i (1 - p_i)\n$$") == [D, P]
    assert kinds(f"{SOFTMAX}\n$$\nif \\ s = i, \\\\\n{gradient} = -p_i p_s\n$$") == [D, R]
    text = f"{SOFTMAX}\n$$\nif \\ s \\ne i, \\\\\n{gradient} = -p_i p_s\n$$\n\n$$\n{gradient} = -p_i p_s\n$$"
    assert kinds(text) == [D, P, R]


def test_letters_that_only_look_like_words() -> None:
    assert kinds(r"$$ i f (a + b) = i f a + i f b $$") == [P]
    assert kinds(r"$$ if(a + b) = ifa + ifb $$") != [R]


def test_an_expectation_over_listed_values() -> None:
    words = r"The distributions $p(x)$ and $q(x)$ are over $x \in \mathcal{X}$."
    gibbs = r"-\sum_{i=1}^n p(x_i) \log p(x_i) \le -\sum_{i=1}^n p(x_i) \log q(x_i)"
    first = r"$$ \sum_{x \in \mathcal{X}} p(x) \log \frac{p(x)}{q(x)} \ge 0 $$"
    assert R not in kinds(f"{words}\n\n{first}\n\n$$ {gibbs} $$")
