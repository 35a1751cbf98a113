"""Notations of real notes, each in a small note of its own: the right rows are proved and their slips are not.

The notes in ``styles/`` end with a comment: what becomes of their displayed steps, in order.  A slip stands beside the
row that it spoils.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.proving.steps import verdict_of
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

NOTES = sorted((Path(__file__).parent / "styles").iterdir())
SECONDS = 5.0


def kinds(text: str) -> list[str]:
    """The verdicts on the steps of a note."""
    book = read_note(find_mathematics(text, "note.md"))
    return [verdict_of(draft, book, SECONDS).kind.value for draft in book.drafts]


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = re.findall(r"<!-- ([a-z ]+) -->", text)[-1].split()
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        (r"\sigma(t) & y=1\\ 1-\sigma(t) & y=0", "proved"),
        (r"1-\sigma(t) & y=1\\ \sigma(t) & y=0", "refuted"),
        (r"\sigma(t) & y=1\\ 1-\sigma(t) & \text{otherwise}", "proved"),
        (r"\sigma(t) & y=1", "undecided"),
        (r"\sigma(t) & y=1\\ 1-\sigma(t) & y=2", "undecided"),
    ],
)
def test_cases_on_the_value_of_a_label(case: str, verdict: str) -> None:
    note = rf"""The label $y\in\{{0,1\}}$, the score $t\in\mathbb{{R}}$.

$$\sigma(t)^y(1-\sigma(t))^{{1-y}} = \begin{{cases}}{case}\end{{cases}}$$
"""
    assert kinds(note) == [verdict]


def test_the_term_of_a_sum_is_not_the_sum() -> None:
    """L(w, j) is the term of L = Σ_j if the text says so, and nothing at all if it does not."""
    note = r"""The $\theta_j,x_w\in\mathbb{R}^n$ are columns.

$$L = \sum_{j=1}^{m}\log\sigma(x_w^\top\theta_j)$$

%s

$$\frac{\partial L(w,j)}{\partial x_w} = (1-\sigma(x_w^\top\theta_j))\theta_j$$
$$\frac{\partial L(w,j)}{\partial x_w} = \sum_{j=1}^{m}(1-\sigma(x_w^\top\theta_j))\theta_j$$
"""
    assert kinds(note % "The summand is called $L(w,j)$.") == ["definition", "proved", "refuted"]
    assert kinds(note % "Next, $L(w,j)$.") == ["definition", "undecided", "undecided"]


@pytest.mark.parametrize(("sign", "verdict"), [("-", "proved"), ("+", "refuted")])
def test_a_label_defined_by_cases_in_words(sign: str, verdict: str) -> None:
    note = r"""Let $y_j=e^{u_j}/\sum_{i=1}^{V}e^{u_i}$. Let $t_j=1$ if $j=k$ and $t_j=0$ otherwise.

$$E = -\log y_k$$
$$\frac{\partial E}{\partial u_j} = y_j%st_j$$
"""
    assert kinds(note % sign) == ["definition", verdict]


@pytest.mark.parametrize(
    ("matrix", "verdict"),
    [
        (r"[a_1,a_2,\dots,a_V]^\top b", "proved"),
        (r"[a_1,a_2,\dots,a_V]b", "refuted"),
        (r"[a_1^\top;\dots;a_V^\top]b", "proved"),
    ],
)
def test_a_matrix_by_its_columns(matrix: str, verdict: str) -> None:
    note = rf"""Let $a_i\in\mathbb{{R}}^d$, $b\in\mathbb{{R}}^d$, and

$$z_i = a_i^\top b$$
$$z = {matrix}$$
"""
    assert kinds(note) == ["definition", verdict]


def test_a_note_says_nothing_of_another() -> None:
    """The same letters over axes that the first note leaves open and the second one declares."""
    first = r"""$$P(w) = \frac{q_w}{\sum_{w=1}^{V}q_w}$$
$$\delta_{wo}q_w = \delta_{wo}q_o$$
"""
    second = r"""Here $u_w\in\mathbb{R}^d$, $w=1,\dots,V$, and $v\in\mathbb{R}^d$.

$$J = -\log\sigma(u_o^\top v)$$
$$\frac{\partial J}{\partial u_w} = \delta_{wo}(\sigma(u_o^\top v)-1)v$$
"""
    alone = kinds(second)
    kinds(first)
    assert kinds(second) == alone == ["definition", "proved"]


def test_a_joint_distribution_is_not_defined_by_itself() -> None:
    """The product rule says nothing new; another equation about the table is a condition that the prover must heed."""
    note = r"""Here $p(x,y) = %s$ for a joint distribution $p(x,y)$.

$$\sum_x \sum_y p(x,y) \log p(x,y) = \sum_x \sum_y p(x,y) \left( \log p(x) + \log %s \right)$$
"""
    assert kinds(note % (r"p(x)\,p(y \mid x)", r"p(y \mid x)")) == ["proved"]
    assert kinds(note % (r"p(x)\,p(y \mid x)", r"p(x \mid y)")) == ["refuted"]
    assert kinds(note % ("p(x)^2", "p(x)")) == ["undecided"]


def test_a_divergence_of_conditionals_keeps_its_arguments() -> None:
    note = "$p(x,y) > 0$ is a joint distribution.\n\n$$%s$$\n"
    assert kinds(note % r"\sum_y p(y) D_{KL}(p(x|y) \| p(x)) = 0") == ["refuted"]
    assert kinds(note % r"D_{KL}(p(x,y) \| p(x)) = 0") == ["undecided"]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\exp(x)^2 = \exp(2x)", "proved"),
        (r"\exp(x)^2 = \exp(x^2)", "refuted"),
        (r"\tanh(x)^2 = \tanh(x) \tanh(x)", "proved"),
        (r"\log(x^2)^2 = \log(x^2) \log(x^2)", "undecided"),
        (r"\log(x^2)^2 = 2 \log(x^2)", "undecided"),
    ],
)
def test_a_power_behind_the_argument_is_of_the_function(claim: str, verdict: str) -> None:
    assert kinds(f"$x > 0$ is a number.\n\n$${claim}$$\n") == [verdict]
