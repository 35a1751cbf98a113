"""Conditions behind a formula, and in the sentence before it: a counterexample must meet them, a proof may use them."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import verdict_of
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

WORDS = (
    r"The noise words $n_1,\dots,n_K$ may repeat. The number $x$ is real, $y \in \mathbb{R}^d$, and $w = 1,\dots,V$. "
)
SCORES = r"The vectors $u_w$ and $v_c$ are columns in $\mathbb{R}^d$. "
LOSS = r"""
$$
J = -\log \sigma(u_o^\top v_c) - \sum_{k=1}^{K} \log \sigma(-u_{n_k}^\top v_c)
$$
"""


def last(claim: str, before: str = "") -> Kind:
    """The verdict on one formula in a note."""
    text = f"{WORDS}{SCORES}\n{LOSS}\n{before}\n\n$$\n{claim}\n$$\n"
    book = read_note(find_mathematics(text, "note.md"))
    return verdict_of(book.drafts[-1], book, 5.0).kind


@pytest.mark.parametrize(
    "claim",
    [
        r"\delta_{o n_m} = 0 \quad (n_m \ne o)",
        r"\delta_{o n_m} = 0 \quad (o \ne n_m)",
        r"\delta_{n_k n_m} = 0 \quad (n_k \ne n_m)",
        r"\sum_{k=1}^{K} \delta_{w n_k} = 0 \quad (w \ne n_k)",
        r"\delta_{w n_k} + \sum_{m=1}^{K} \delta_{w n_m} = 0 \quad (w \ne n_k, k = 1,\dots,K)",
        r"\frac{\partial J}{\partial u_{n_m}} = \sum_{k=1}^{K} \delta_{n_m n_k} \sigma(u_{n_m}^\top v_c) v_c"
        r" \quad (n_m \ne o)",
        r"\frac{\partial J}{\partial u_w} = 0 \quad (w \ne o, w \ne n_k)",
    ],
)
def test_words_that_differ(claim: str) -> None:
    assert last(claim) is Kind.PROVED


def test_the_sentence_before_says_it_as_well() -> None:
    assert last(r"\delta_{o n_m} = 0", r"For $n_m \ne o$") is Kind.PROVED
    assert last(r"\delta_{o n_m} = 0", r"For any $m$") is Kind.REFUTED


@pytest.mark.parametrize(
    "claim",
    [
        r"\sqrt{x^2} = x \quad (x > 0)",
        r"|y_i| = y_i \quad (y_i \ge 0)",
        r"\delta_{ij} y_i y_j = 0 \quad (i < j)",
        r"u_{n_k} = u_w \quad (w = n_k)",
        r"x^2 > 0 \quad (x \ne 0)",
    ],
)
def test_no_counterexample_outside_of_the_condition(claim: str) -> None:
    assert last(claim) is not Kind.REFUTED
    assert last(claim.split(r"\quad")[0]) is Kind.REFUTED


@pytest.mark.parametrize(
    "claim",
    [
        r"\sqrt{x^2} = -x \quad (x > 0)",
        r"|y_i| = -y_i \quad (y_i \ge 1)",
        r"\delta_{o n_m} = 1 \quad (n_m \ne o)",
        r"\delta_{ij} y_i y_j = 1 \quad (i < j)",
        r"\delta_{o n_m} + \sum_{k=1}^{K} \delta_{o n_k} = 0 \quad (n_m \ne o)",
    ],
)
def test_what_is_false_under_its_condition_is_refuted(claim: str) -> None:
    """The last: one word that is not o does not speak for the others."""
    assert last(claim) is Kind.REFUTED


def test_a_condition_that_is_not_understood_leaves_it_open() -> None:
    assert last(r"\sqrt{x^2} = x \quad (x > y)") is Kind.UNDECIDED
    assert last(r"\sqrt{x^2} = x \quad (x >)") is not Kind.REFUTED


@pytest.mark.parametrize(
    "condition",
    [
        r"\text{if } x \sim z",
        r"\text{if } x \propto z",
        r"\text{when } x \to z",
        r"\text{for } x \to z",
        r"\text{whenever } x \perp z",
        r"\text{if } x \in S",
        r"\text{if } f(x)",
        r"\text{when } x \mid z",
        r"(x \approx z)",
    ],
)
def test_under_a_condition_that_is_no_relation_between_numbers_nothing_is_refuted(condition: str) -> None:
    assert last(rf"x + z = 0 \quad {condition}", r"$z \in \mathbb{R}$.") is Kind.UNDECIDED
    assert last(rf"x + z = z + x \quad {condition}", r"$z \in \mathbb{R}$.") is Kind.PROVED


@pytest.mark.parametrize("remark", [r"\text{if } x \in \mathbb{R}", r"\text{for all } w", r"\text{when } z > 0"])
def test_a_condition_that_is_understood_still_refutes(remark: str) -> None:
    assert last(rf"x + z = 0 \quad {remark}", r"$z \in \mathbb{R}$.") is Kind.REFUTED


@pytest.mark.parametrize("number", ["1", "-2", "0"])
def test_a_number_that_a_name_is_not_is_no_counterexample_further_down(number: str) -> None:
    """The declaration need not lead to the display, and it is a declaration also where the name is a subscript."""
    claim = rf"(x - ({number}))^2 > 0"
    declared = rf"Let $x \ne {number}$. $$ x + x = 2x $$ Something else is said here, of $R_x$."
    assert last(claim, declared) is not Kind.REFUTED
    assert last(claim, declared.replace("\\ne", "\\ge")) is Kind.REFUTED
