"""A step is not refuted where words that are not understood say under which condition it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

FALSE = r"\sum_{i=1}^n a_i = \sum_{i=1}^n a_i^2"


def verdicts(tmp_path: Path, *blocks: str) -> list[tuple[str, str]]:
    note = tmp_path / "note.md"
    note.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return [(step.verdict.kind.value, step.verdict.reason) for step in check_file(note).steps]


def display(formula: str) -> str:
    return f"$$\n{formula}\n$$"


@pytest.mark.parametrize(
    "said",
    [
        "If all residuals vanish, then",
        "When $n$ is large, we find",
        "Suppose the weights are balanced, then",
        "若残差消失，则",
    ],
)
def test_a_condition_in_words(tmp_path: Path, said: str) -> None:
    kind, reason = verdicts(tmp_path, "The numbers $a_i$ are real.", said, display(FALSE))[-1]
    assert kind == "undecided"
    assert "condition" in reason


@pytest.mark.parametrize(
    "said",
    ["If we add them up, we get", "If $a$ is a real vector, then", "We now add them.", "When you sum over $i$, then"],
)
def test_words_that_are_none(tmp_path: Path, said: str) -> None:
    assert verdicts(tmp_path, "The numbers $a_i$ are real.", said, display(FALSE))[-1][0] == "refuted"


def test_it_holds_for_the_next_display_only(tmp_path: Path) -> None:
    rest = ("Without any condition:", display(FALSE))
    found = verdicts(tmp_path, "The numbers $a_i$ are real.", "If all residuals vanish, then", display(FALSE), *rest)
    assert [kind for kind, _ in found] == ["undecided", "refuted"]


@pytest.mark.parametrize("words", ["Take $y = 0$:", "Consider $y=0$:", "再看 $y=0$："])
def test_a_case_that_is_looked_at(tmp_path: Path, words: str) -> None:
    note = ("The label is $y \\in \\{0, 1\\}$ and $s$ is real.", words, display(r"y\,s + (1-y)\,s^2 = s^2"))
    assert verdicts(tmp_path, *note)[-1][0] == "proved"


def test_the_probability_of_a_word_whose_path_does_not_show_it(tmp_path: Path) -> None:
    said = (
        "The path to the leaf of the word $w$ visits the inner nodes "
        "$n_1, \\dots, n_L$ with signs $s_j \\in \\{-1, 1\\}$; "
        "$\\theta_n, h \\in \\mathbb{R}^d$."
    )
    rows = [
        r"\Pr(w|h) = \prod_{j=1}^{L} \sigma(s_j\,\theta_{n_j}^\top h)",
        r"-\log\Pr(w|h) = -\sum_{j=1}^{L}\log\sigma(s_j\,\theta_{n_j}^\top h)",
        r"\Pr(w|h) + \Pr(w'|h) = \prod_{j=1}^{L-1} \sigma(s_j\,\theta_{n_j}^\top h)",
    ]
    found = [kind for kind, _ in verdicts(tmp_path, said, *map(display, rows))]
    assert found == ["definition", "proved", "undecided"]


def test_a_function_of_a_vector_without_its_argument(tmp_path: Path) -> None:
    said = r"For $x \in \mathbb{R}^n$ and $\beta > 0$ let $F_\beta(x) = \frac{1}{\beta}\ln\sum_{i=1}^n e^{\beta x_i}$."
    rows = [
        r"\frac{\partial F_\beta}{\partial x_i} = \frac{e^{\beta x_i}}{\sum_{j=1}^n e^{\beta x_j}}",
        r"\frac{\partial F_\beta}{\partial x_i} = \frac{\beta e^{\beta x_i}}{\sum_{j=1}^n e^{\beta x_j}}",
    ]
    found = [kind for kind, _ in verdicts(tmp_path, said, *map(display, rows))]
    assert found == ["proved", "refuted"]


def test_a_multiplier_is_what_the_constraint_makes_it(tmp_path: Path) -> None:
    said = (
        r"Let $n_v > 0$ for $v = 1, \dots, V$ and $N = \sum_{v=1}^V n_v$. Setting the derivative to zero gives "
        r"$\hat\pi_v = n_v/\lambda$. Summing,"
    )
    found = [kind for kind, _ in verdicts(tmp_path, said, display(r"1 = \sum_{v=1}^V \hat\pi_v = \frac{N}{\lambda}"))]
    assert found == ["undecided", "proved"]


def test_words_as_outcomes(tmp_path: Path) -> None:
    said = r"In a tree, $P(\text{left}|n) = \sigma(\theta_n^\top h)$ at $n$, with $\theta_n, h \in \mathbb{R}^d$."
    row = r"P(\text{left}|n) + P(\text{right}|n) = 1"
    assert verdicts(tmp_path, said, display(row))[-1][0] != "refuted"
    assert verdicts(tmp_path, "At every node $n$ of the tree", display(row))[-1][0] != "refuted"
