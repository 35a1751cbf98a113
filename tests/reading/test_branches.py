"""Cases of a derivation: what a sentence supposes holds for the displays it leads to, and proves nothing elsewhere."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

P, R, U, D = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED, Kind.DEFINITION
SOFTMAX = r"""
$$
a_j = \frac{e^{z_j}}{\sum_{k=1}^K e^{z_k}}
$$
"""
LOSS = r"""
The label is $y \in \{0, 1\}$ and $q \in (0, 1)$.

$$
L = -y \log q - (1 - y) \log(1 - q)
$$
"""
SAME = r"\frac{\partial a_j}{\partial z_i} = a_i (1 - a_i)"
OTHER = r"\frac{\partial a_j}{\partial z_i} = -a_i a_j"


def kinds(text: str) -> list[Kind]:
    """The verdicts on the steps of a note, the first of which introduces a name."""
    return [step.verdict.kind for step in judge(read_note(find_mathematics(text, "note.md")), seconds=5)][1:]


@pytest.mark.parametrize(
    "words",
    [
        "If $i = j$,",
        "When $i = j$ we have",
        "The derivative for $i = j$ is",
        "**Case 1:** $i = j$.",
        "### Case $i = j$",
        "- For $i=j$:",
        "当 $i = j$ 时，",
        "(1) 若 $i=j$，则",
        "1. $i = j$인 경우",
        "Si $i = j$,",
    ],
)
def test_a_case(words: str) -> None:
    assert kinds(f"{SOFTMAX}\n{words}\n\n$$ {SAME} $$") == [P]
    assert kinds(f"{SOFTMAX}\n{words}\n\n$$ {OTHER} $$") == [R]


def test_what_a_sentence_says_of_something_else_proves_nothing() -> None:
    assert kinds(f"{SOFTMAX}\nThe indicator is one only if $i = j$, so that\n\n$$ {SAME} $$") == [U]
    assert kinds(f"{SOFTMAX}\nThe sum of all terms without the one for $i = j$, as we saw, is\n\n$$ {OTHER} $$") == [R]


def test_the_next_case_ends_the_one_before() -> None:
    first, second = f"If $i = j$,\n\n$$ {SAME} $$", f"If $i \\ne j$,\n\n$$ {OTHER} $$"
    assert kinds(f"{SOFTMAX}\n{first}\n\n{second}") == [P, P]
    assert kinds(f"{SOFTMAX}\n{first}\n\nIf $i \\ne j$,\n\n$$ {SAME} $$") == [P, R]


def test_a_title_holds_for_all_below_it() -> None:
    text = f"{SOFTMAX}\n2. $i \\neq j$인 경우\n\n$$ a_i = a_i $$\n\n미분하면,\n\n$$ {OTHER} $$"
    assert kinds(text) == [P, P]


@pytest.mark.parametrize(
    "words", ["The quotient rule gives", "Both cases together:", "Therefore, in general,", "综上所述，"]
)
def test_a_case_that_may_be_over_proves_nothing(words: str) -> None:
    assert kinds(f"{SOFTMAX}\nIf $i \\ne j$,\n\n$$ {OTHER} $$\n\n{words}\n\n$$ {OTHER} $$") == [P, U]
    assert kinds(f"{SOFTMAX}\nIf $i \\ne j$,\n\n$$ {OTHER} $$\n\n{words}\n\n$$ {SAME} $$") == [P, R]


def test_a_heading_ends_a_case() -> None:
    assert kinds(f"{SOFTMAX}\n- Case $i \\ne j$.\n\n$$ {OTHER} $$\n\n## All of it\n\n$$ {OTHER} $$") == [P, R]


def test_cases_that_go_on_part_in_the_same_place() -> None:
    first = (
        r"$$ \frac{\partial a_j}{\partial z_i} = \frac{\partial}{\partial z_i} \frac{e^{z_j}}{\sum_{k=1}^K e^{z_k}} $$"
    )
    text = f"{SOFTMAX}\n{first}\n\nIf $i = j$,\n\n$$ = a_j - a_j^2 $$\n\nAnd if $i \\ne j$,\n\n$$ = -a_i a_j $$"
    assert kinds(text) == [P, P, P]
    assert kinds(text.replace("= -a_i", "= a_i")) == [P, P, R]


@pytest.mark.parametrize("words", ["If $y = 1$,", "For $y=1$ this is", "当 $y=1$ 时"])
def test_a_case_of_a_number(words: str) -> None:
    assert kinds(f"{LOSS}\n{words}\n\n$$ L = -\\log q $$") == [P]
    assert kinds(f"{LOSS}\n{words}\n\n$$ L = -\\log(1 - q) $$") == [R]
    assert kinds(f"{LOSS}\n$$ L = -\\log q $$") == [R]


def test_a_condition_behind_a_formula() -> None:
    assert kinds(f"{LOSS}\n$$ L = -\\log q \\quad \\text{{if }} y = 1 $$") == [P]
    assert kinds(f"{LOSS}\n$$ L = -\\log q \\quad \\text{{if }} y = 0 $$") == [R]
    assert kinds(f"{SOFTMAX}\n$$ {SAME}, \\quad i = j $$\n$$ {SAME}, \\quad i \\ne j $$") == [P, R]


def test_what_a_name_is_in_one_case_is_no_claim_in_another() -> None:
    text = r"""
The label is $y \in \{0, 1\}$ and $q \in (0, 1)$.

If $y = 1$,

$$ c(q, y) = -\log q $$

If $y = 0$,

$$ c(q, y) = -\log(1 - q) $$

Both together:

$$ c(q, y) = -y \log q - (1 - y) \log(1 - q) $$
"""
    assert R not in kinds(text)
