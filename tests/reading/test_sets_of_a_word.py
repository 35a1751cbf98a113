"""Sets that belong to a letter below: the subwords ``G_w`` of a word, the contexts ``C_i``, a class ``D_k``."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import verdict_of
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

PIECES = r"""
Each word $w$ has a set $\mathcal{S}_w$ of pieces with vectors $z_g\in\mathbb{R}^d$, and $M_w = |\mathcal{S}_w|$.

$$
v_w = \sum_{g\in\mathcal{S}_w} z_g
$$

$$
s(w,c) = \sum_{g\in\mathcal{S}_w} z_g^\top u_c, \qquad L = \log\sigma(s(w,c))
$$
"""
CLASSES = r"""
$D_k$ is the set of the examples of class $k$ and $N_k = |D_k|$. The inputs are $x_n\in\mathbb{R}^p$.

$$
c_k = \frac{1}{N_k} \sum_{n \in D_k} x_n
$$
"""
CONTEXTS = r"""
$$
E = \sum_{i=1}^M \sum_{j \in C_i} \log \sigma(u_j^\top v_i)
$$
"""


def last(note: str, claim: str, before: str = "") -> Kind:
    """The verdict on the last formula of a note."""
    book = read_note(find_mathematics(f"{note}\n{before}\n\n$$\n{claim}\n$$\n", "note.md"))
    return verdict_of(book.drafts[-1], book, 5.0).kind


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        (r"s(w,c) = v_w^\top u_c", Kind.PROVED),
        (r"\frac{\partial L}{\partial v_w} = \sigma(-s(w,c)) u_c", Kind.PROVED),
        (
            r"\sum_{g\in\mathcal{S}_w} \frac{\partial L}{\partial z_g} = M_w \frac{\partial L}{\partial v_w}",
            Kind.PROVED,
        ),
        (r"\sum_{g\in\mathcal{S}_w} \frac{\partial L}{\partial z_g} = \frac{\partial L}{\partial v_w}", Kind.REFUTED),
        (r"\frac{\partial L}{\partial u_c} = \sigma(-s(w,c)) \sum_{g\in\mathcal{S}_w} z_g", Kind.PROVED),
        (r"\sum_{g\in\mathcal{S}_w} \sum_{h\in\mathcal{S}_w} z_g^\top z_h = \|v_w\|^2", Kind.PROVED),
        (
            r"\sum_{g\in\mathcal{S}_w} \sum_{h\in\mathcal{S}_w} z_g^\top z_h = \sum_{g\in\mathcal{S}_w}\|z_g\|^2",
            Kind.REFUTED,
        ),
    ],
)
def test_sums_over_the_pieces_of_a_word(claim: str, kind: Kind) -> None:
    assert last(PIECES, claim) is kind


@pytest.mark.parametrize("before", ["The same for each piece:", r"For every $g\in\mathcal{S}_w$,"])
def test_the_letter_of_an_element_is_one_of_the_set(before: str) -> None:
    """∂L/∂z_g is zero for a piece of another word, which nobody means."""
    assert last(PIECES, r"\frac{\partial L}{\partial z_g} = \sigma(-v_w^\top u_c) u_c", before) is Kind.PROVED
    wrong = r"\frac{\partial L}{\partial z_g} = -\sigma(-v_w^\top u_c) u_c"
    assert last(PIECES, wrong, before) is Kind.REFUTED


def test_two_elements_of_a_set() -> None:
    claim = r"\frac{\partial^2 L}{\partial z_g \partial z_h^\top} = -\sigma(s(w,c)) \sigma(-s(w,c)) u_c u_c^\top"
    assert last(PIECES, claim, r"For any $g,h\in\mathcal{S}_w$") is Kind.PROVED
    assert last(PIECES, claim.replace("= -", "= "), r"For any $g,h\in\mathcal{S}_w$") is Kind.REFUTED


def test_what_follows_a_bound_is_no_vector() -> None:
    """ "with η > 0 the vector becomes": η is a number."""
    claim = r"v_w' = \sum_{g\in\mathcal{S}_w} (z_g - \eta u_c) = v_w - \eta M_w u_c"
    assert last(PIECES, claim, r"With a step $\eta>0$ the word vector becomes") is Kind.PROVED


def test_sets_may_overlap() -> None:
    assert last(CLASSES, r"\sum_{n \in D_k} (x_n - c_k) = 0") is Kind.PROVED
    assert last(CLASSES, r"\sum_{n \in D_k} \|x_n - c_k\|^2 = \sum_{n \in D_k} \|x_n\|^2") is Kind.REFUTED
    assert last(CLASSES, r"\sum_{k=1}^K \sum_{n \in D_k} x_n = \sum_{n=1}^N x_n") is Kind.UNDECIDED


def test_a_set_for_every_place() -> None:
    assert (
        last(CONTEXTS, r"\frac{\partial E}{\partial v_i} = \sum_{j \in C_i} \sigma(-u_j^\top v_i) u_j") is Kind.PROVED
    )
    assert (
        last(CONTEXTS, r"\frac{\partial E}{\partial v_i} = \sum_{j \in C_i} \sigma(u_j^\top v_i) u_j") is Kind.REFUTED
    )
