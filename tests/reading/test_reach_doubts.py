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


TREE = r"""
A binary tree has the words at its leaves, and $n(w, j)$ is the $j$-th node on the path from the root to $w$, $L(w)$ the
number of nodes on it. $[\![x]\!]$ is $1$ if $x$ is true and $-1$ otherwise.

$$ P(w \mid c) = \prod_{j=1}^{L(w)-1} \sigma([\![n(w, j+1) = \mathrm{left}(n(w, j))]\!] \cdot u_{n(w, j)}^\top v_c) $$
"""


def test_an_example_of_a_path_shows_which_way_it_goes_in_a_figure_only() -> None:
    example = r"$$ P(w_2 \mid c) = \sigma(u_{n(w_2, 1)}^\top v_c) \cdot \sigma(-u_{n(w_2, 2)}^\top v_c) $$"
    assert judge(read_note(find_mathematics(f"{TREE}\n{example}", "note.md")), seconds=5)[-1].verdict.kind not in (
        Kind.PROVED,
        Kind.REFUTED,
    )
