"""Targets of a classification that the text describes without saying "one-hot", and what is not said of them."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

P, R, U = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED
SOFTMAX = r"""
$$
p_i = \frac{e^{z_i}}{\sum_{j=1}^n e^{z_j}}
$$
"""
LOSS = r"""
$$
L = -\sum_{i=1}^n y_i \log p_i
$$
"""


def last(text: str) -> Kind:
    """The verdict on the last step of a note."""
    return judge(read_note(find_mathematics(text, "note.md")), seconds=5)[-1].verdict.kind


@pytest.mark.parametrize(
    "words",
    [
        "Only the $k$-th entry of $y$ is one.",
        "And only k-th dimension of $y$ is 1, so",
        "The entry $y_i$ is non zero and equal to 1 only in the position of the true class $k$.",
        "The correct class is $k$, and for incorrect classes the entry $y_i$ is always 0.",
        "$y$ 中只有第 $k$ 个为 1。",
        "The target $y$ is one-hot, and the true class is $k$.",
    ],
)
def test_where_the_one_is(words: str) -> None:
    assert last(f"{words}\n{SOFTMAX}{LOSS}\n$$ L = -\\log p_k $$") is P
    assert last(f"{words}\n{SOFTMAX}{LOSS}\n$$ L = -p_k $$") is R


def test_the_letter_of_a_derivative_is_not_the_right_class() -> None:
    """ "y is one-hot" and ∂L/∂z_k: the k is any class."""
    words = f"The label $y$ is a one-hot vector.\n{SOFTMAX}{LOSS}"
    assert last(f"{words}\n$$ \\frac{{\\partial L}}{{\\partial z_k}} = p_k - y_k $$") is P
    assert last(f"{words}\n$$ \\frac{{\\partial L}}{{\\partial z_k}} = p_k - 1 $$") is R


def test_the_letter_in_the_text_is_what_is_one_hot() -> None:
    words = "Let $q$ be the vector of the predictions, and y be the one-hot label of the true class $k$."
    assert last(f"{words}\n\n$$ \\sum_i y_i \\log q_i = \\log q_k $$") is P
    assert last(f"{words}\n\n$$ \\sum_i y_i q_i = y_k $$") is R


GRADIENT = r"$$ \frac{\partial L}{\partial z_k} = p_k - y_k $$"


@pytest.mark.parametrize(
    "words", ["The cross-entropy loss is", "## Cross entropy", "交叉熵损失为", "La entropía cruzada es"]
)
def test_the_weights_of_a_cross_entropy_add_up_to_one(words: str) -> None:
    assert last(f"{SOFTMAX}\n{words}\n{LOSS}\n{GRADIENT}") is P
    assert last(f"{SOFTMAX}\n{words}\n{LOSS}\n{GRADIENT.replace('- y_k', '+ y_k')}") is R


def test_weights_without_a_word_are_any_numbers() -> None:
    assert last(f"{SOFTMAX}\nThe loss is\n{LOSS}\n{GRADIENT}") is not P
    sums = LOSS.replace("p_i", "q_i")
    assert (
        last(f"The numbers $q_i > 0$ are given. The cross-entropy is\n{sums}\n$$ \\sum_{{i=1}}^n y_i = 1 $$") is not P
    )


def test_a_chain_that_introduces_two_names() -> None:
    text = r"""
$$
P(i | c) = y_i = \frac{\exp(u_i)}{\sum_{j=1}^V \exp(u_j)}
$$
"""
    kinds = [step.verdict.kind for step in judge(read_note(find_mathematics(text, "note.md")), seconds=5)]
    assert kinds == [Kind.DEFINITION, Kind.DEFINITION]
    assert last(f"{text}\n$$ \\frac{{\\partial \\log y_i}}{{\\partial u_k}} = \\delta_{{ik}} - y_k $$") is P
    assert last(f"{text}\n$$ P(i|c) = \\frac{{\\exp(u_i)}}{{\\sum_{{j=1}}^V u_j}} $$") is R


def test_a_function_that_gets_another_meaning() -> None:
    model = r"$$ P(o | c) = \frac{\exp(u_o^\top v_c)}{\sum_{w=1}^V \exp(u_w^\top v_c)} $$"
    other = r"$$ P(o | c) = \sigma(u_o^\top v_c) $$"
    uses = r"$$ \log P(o | c) = -\log(1 + \exp(-u_o^\top v_c)) $$"
    assert last(f"{model}\n\nInstead, we pose that\n\n{other}\n\nTherefore\n\n{uses}") is P
    assert last(f"{model}\n\nTherefore\n\n{other}") is R
