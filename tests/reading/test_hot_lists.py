"""Lists of one-hot vectors, each with its one at some word, and how often a word is among them."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import verdict_of
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

SHAPES = (
    r"The columns of $A \in \mathbb{R}^{m\times V}$ are the input vectors $a_w$, and the rows of "
    r"$B \in \mathbb{R}^{V \times m}$ the output vectors $b_w$. "
)
LIST = (
    r"The context is given by $n$ one-hot vectors $x^{(1)},\dots,x^{(n)}\in\mathbb{R}^V$ and the target by the one-hot "
    r"vector $t$ with $t_c = 1$."
)
NOTE = r"""
$$
h = \frac{1}{n} \sum_{k=1}^n A x^{(k)}, \qquad s = B h, \qquad p = \mathrm{softmax}(s)
$$

$$
L = -\sum_{w=1}^V t_w \log p_w
$$
"""


def last(claim: str, before: str = "", listed: str = LIST) -> Kind:
    """The verdict on the last formula of a note."""
    book = read_note(find_mathematics(f"{SHAPES}{listed}\n{NOTE}\n{before}\n\n$$\n{claim}\n$$\n", "note.md"))
    return verdict_of(book.drafts[-1], book, 5.0).kind


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        (r"\frac{\partial L}{\partial A} = \frac1n B^\top (p - t) \sum_{k=1}^n x^{(k)\top}", Kind.PROVED),
        (r"\frac{\partial L}{\partial A} = B^\top (p - t) \sum_{k=1}^n x^{(k)\top}", Kind.REFUTED),
        (r"\sum_{w=1}^V x^{(k)}_w = 1", Kind.PROVED),
        (r"x^{(i)\top} x^{(j)} = 1", Kind.REFUTED),
        (r"\sum_{k=1}^n x^{(k)\top} x^{(k)} = n", Kind.PROVED),
    ],
)
def test_every_vector_has_its_one_somewhere(claim: str, kind: Kind) -> None:
    assert last(claim) is kind


@pytest.mark.parametrize(
    "words", ["The word $w$ occurs $q_w$ times in the context.", "词 $w$ 在上下文中出现 $q_w$ 次。"]
)
def test_how_often_a_word_is_among_them(words: str) -> None:
    assert last(r"\frac{\partial L}{\partial a_w} = \frac{q_w}{n} B^\top (p-t)", words) is Kind.PROVED
    assert last(r"\frac{\partial L}{\partial a_w} = \frac{1}{n} B^\top (p-t)", words) is Kind.REFUTED
    assert last(r"\sum_{w=1}^V q_w = n", words) is Kind.PROVED


def test_a_count_that_is_not_understood_is_not_judged() -> None:
    words = "Let $q_w$ be the multiplicity of $w$ there."
    assert last(r"\frac{\partial L}{\partial a_w} = \frac{q_w}{n} B^\top (p-t)", words) is Kind.UNDECIDED


def test_a_vector_with_a_prime_is_another_vector() -> None:
    step = r"Take one step, with $\eta > 0$:"
    claim = r"s' = s - \eta (p - t) = B h - \eta p + \eta t"
    assert last(claim, step) is Kind.PROVED
    assert last(claim.replace(r"+ \eta t", r"- \eta t"), step) is Kind.REFUTED
