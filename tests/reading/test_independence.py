"""Independence holds of the variables it is said of, given what is said, and where it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

THREE = "Let $p(x,y,z) > 0$ be the joint distribution of $X, Y, Z$."
MARKOV = [
    "Given $Y$, $X$ and $Z$ are conditionally independent.",
    "$X$ and $Z$ are independent given $Y$.",
    "$X \\to Y \\to Z$ is a Markov chain.",
    "$X$ is conditionally independent of $Z$ given $Y$.",
    "给定 $Y$ 时 $X$ 与 $Z$ 条件独立。",
    "$X, Y, Z$ 构成马尔可夫链。",
]
TWO = "Let $P(a,b) > 0$ be the joint distribution of $A$ and $B$."
ADDITIVE = "H(A,B) = H(A) + H(B)"


def verdicts(tmp_path: Path, *blocks: str) -> list[str]:
    note = tmp_path / "note.md"
    note.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


def display(formula: str) -> str:
    return f"$$\n{formula}\n$$"


@pytest.mark.parametrize(
    "said", [pytest.param(said, marks=[pytest.mark.slow] if 0 < k != 4 else []) for k, said in enumerate(MARKOV)]
)
def test_given_another_variable(tmp_path: Path, said: str) -> None:
    rows = [r"I(X;Z|Y) = 0", r"p(x,z|y) = p(x|y)\,p(z|y)", r"H(X|Z) \le H(X|Y)", r"I(X;Z) = 0", r"p(x,z) = p(x)\,p(z)"]
    found = verdicts(tmp_path, THREE, said, *map(display, rows))
    assert found[2:] == ["refuted"] * 3
    assert set(found[:2]) <= {"proved", "undecided"}


@pytest.mark.parametrize("said", [MARKOV[1], MARKOV[4], MARKOV[5]])
def test_what_follows_from_it_is_proved(tmp_path: Path, said: str) -> None:
    rows = (r"I(X;Z|Y) = 0", r"p(x,z|y) = p(x|y)\,p(z|y)")
    assert verdicts(tmp_path, THREE, said, *map(display, rows)) == ["proved", "proved"]


def test_two_of_three(tmp_path: Path) -> None:
    said = "$X$ and $Y$ are independent."
    assert verdicts(tmp_path, THREE, said, display("H(X,Y) = H(X) + H(Y)")) == ["proved"]
    rows = ("H(X,Y,Z) = H(X) + H(Y) + H(Z)", "H(Z|X) = H(Z)", "I(X;Y|Z) = 0")
    assert verdicts(tmp_path, THREE, said, *map(display, rows)) == ["refuted"] * 3


def test_one_of_a_pair(tmp_path: Path) -> None:
    said = "$X$ is independent of $(Y, Z)$."
    assert verdicts(tmp_path, THREE, said, display("H(X,Y,Z) = H(X) + H(Y,Z)")) == ["proved"]
    assert verdicts(tmp_path, THREE, said, display("H(Y,Z) = H(Y) + H(Z)")) == ["refuted"]


@pytest.mark.parametrize(
    "said",
    [
        "The pairs $(a, b)$ are drawn independently.",
        "The bound holds for dependent and independent variables alike.",
        "$A$ and $B$ need not be independent.",
        "$A$ 与 $B$ 不独立。",
        "Nothing here depends on whether $A$ and $B$ are independent.",
        "The samples are independent of each other.",
    ],
)
def test_words_that_do_not_say_it(tmp_path: Path, said: str) -> None:
    assert verdicts(tmp_path, TWO, said, display(ADDITIVE)) == ["refuted"]


@pytest.mark.parametrize(
    "said",
    ["If $A$ and $B$ are independent, then", "Suppose that $A$ and $B$ are independent.", "若 $A$ 与 $B$ 独立，则"],
)
def test_a_supposition_is_over(tmp_path: Path, said: str) -> None:
    rest = ("In general this does not hold:", display(ADDITIVE))
    assert verdicts(tmp_path, TWO, said, display(ADDITIVE), *rest) == ["proved", "refuted"]


def test_behind_its_section_it_proves_nothing(tmp_path: Path) -> None:
    said = "$A$ and $B$ are independent."
    found = verdicts(tmp_path, TWO, said, display(ADDITIVE), "## Another section", display(ADDITIVE))
    assert found == ["proved", "undecided"]


def test_said_behind_the_display(tmp_path: Path) -> None:
    assert verdicts(tmp_path, TWO, display(ADDITIVE), "if $A$ and $B$ are independent.") != ["refuted"]


def test_pairs_that_are_not_independent_together(tmp_path: Path) -> None:
    said = "$X$, $Y$ and $Z$ are pairwise independent."
    assert verdicts(tmp_path, THREE, said, display("H(X,Y,Z) = H(X) + H(Y) + H(Z)")) == ["undecided"]


def test_an_equation_between_probabilities_of_one_joint_distribution_is_a_claim(tmp_path: Path) -> None:
    assert verdicts(tmp_path, THREE, display(r"p(x,z|y) = p(x)\,p(z)")) == ["refuted"]
    assert verdicts(tmp_path, THREE, display(r"p(y|x) = \frac{p(x|y)\,p(y)}{p(x)}")) == ["proved"]
