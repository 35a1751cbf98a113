"""Which table ``p(x|y)`` is: the letters tell, as far as a note shows what they stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file


def verdicts(tmp_path: Path, *blocks: str) -> list[str]:
    note = tmp_path / "note.md"
    note.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


def display(formula: str) -> str:
    return f"$$\n{formula}\n$$"


BAYES = [
    (r"NAME(A|B) = \frac{NAME(B|A)\,NAME(A)}{NAME(B)}", "proved"),
    (r"\sum_A NAME(B|A)\,NAME(A) = NAME(B)", "proved"),
    (r"\sum_B NAME(B|A) = \sum_A NAME(A|B)", "proved"),
    (r"NAME(A|B) = NAME(B|A)", "refuted"),
    (r"\sum_A NAME(A)^2 = \sum_B NAME(B)^2", "refuted"),
    (r"\sum_B NAME(B|A)\,NAME(A) = NAME(B)", "refuted"),
]


@pytest.mark.parametrize(
    ("name", "one", "other"), [("p", "x", "y"), ("q", "w", "c"), ("P", "s", "t"), ("\\Pr", "a", "z")]
)
def test_conditionals_come_from_one_joint_distribution(tmp_path: Path, name: str, one: str, other: str) -> None:
    rows = [row.replace("NAME", name).replace("A", one).replace("B", other) for row, _ in BAYES]
    assert verdicts(tmp_path, *map(display, rows)) == [verdict for _, verdict in BAYES]


def test_three_variables(tmp_path: Path) -> None:
    rows = [
        (r"p(x|y) = p(x|z)", "refuted"),
        (r"p(z|y) = p(z|x)", "refuted"),
        (r"\sum_x p(x|y)^2 = \sum_z p(z|y)^2", "refuted"),
        (r"\sum_x p(x|y) = \sum_x p(x|z)", "proved"),
        (r"\sum_y p(x|y)\,p(y) = p(x)", "proved"),
    ]
    assert verdicts(tmp_path, *(display(row) for row, _ in rows)) == [verdict for _, verdict in rows]


def test_letters_that_may_be_one_variable_or_two(tmp_path: Path) -> None:
    said = "Suppose that $p(x|y)$ and $p(z|y)$ are given."
    rows = [r"\sum_x p(x|y) = 1", r"\sum_x p(x|y)^2 = \sum_z p(z|y)^2", r"p(x|y) = p(z|y)"]
    assert verdicts(tmp_path, said, *map(display, rows)) == ["proved", "undecided", "undecided"]


def test_words_are_of_one_kind(tmp_path: Path) -> None:
    said = "The word vectors are $u_w, u_o \\in \\mathbb{R}^d$, and the model gives $P(o|c)$."
    rows = [r"P(o|c)^2 \le \sum_w P(w|c)^2", r"P(o|c) = 1 - \sum_{w \ne o} P(w|c)", r"P(o|c) = \sum_w P(w|c)^2"]
    assert verdicts(tmp_path, said, *map(display, rows)) == ["proved", "proved", "refuted"]


def test_a_whole_distribution_has_letters_that_mean_nothing(tmp_path: Path) -> None:
    rows = [r"D_{KL}(p\|q) = \sum_x p(x)\log\frac{p(x)}{q(x)}", r"D_{KL}(p\|q) = \sum_z p(z)\log\frac{p(z)}{q(z)}"]
    assert verdicts(tmp_path, *map(display, rows)) == ["proved", "proved"]


def test_one_function_of_two_points(tmp_path: Path) -> None:
    said = r"For points $x_i \in \mathbb{R}^d$ put $p(j|i) = \frac{e^{x_j^\top x_i}}{\sum_k e^{x_k^\top x_i}}$."
    assert verdicts(tmp_path, said, display(r"p(i|j) = p(j|i)")) == ["refuted"]
    assert verdicts(tmp_path, said, display(r"\frac{p(j|i)}{p(i|i)} = e^{x_j^\top x_i - x_i^\top x_i}")) == ["proved"]


def test_a_function_is_not_another_conditional(tmp_path: Path) -> None:
    said = r"The model is $p(y|x) = \sigma(y\,s(x))$ for $y \in \{-1, 1\}$, with a real function $s$."
    found = verdicts(tmp_path, said, display(r"p(x|y) = \frac{p(y|x)\,p(x)}{p(y)}"), display(r"p(x,y) = p(y|x)\,p(x)"))
    assert "refuted" not in found


def test_expectations_use_the_same_table(tmp_path: Path) -> None:
    rows = [
        r"\mathbb{E}_{x\sim p(x)}[\log p(x)] = \sum_{x,y} p(x,y)\log p(x)",
        r"\mathbb{E}_{y\sim p(\cdot|x)}[\log p(y|x)] = \sum_{y} p(y|x)\log p(y|x)",
        r"\mathbb{E}_{x\sim p(x)}[D(p(y|x)\|p(y))] = I(X;Y)",
    ]
    assert verdicts(tmp_path, "The joint distribution is $p(x,y)$.", *map(display, rows)) == ["proved"] * 3


def test_variables_below_the_name(tmp_path: Path) -> None:
    said = "$P_{XY}(x,y)$ has the marginals $P_X(x)$ and $P_Y(y)$."
    rows = [
        (r"P_X(a) = \sum_b P_{XY}(a,b)", "proved"),
        (r"P_{Y|X}(b|a) = \frac{P_{XY}(a,b)}{P_X(a)}", "proved"),
        (r"I(X;Y) = \sum_{x,y} P_{XY}(x,y)\log\frac{P_{XY}(x,y)}{P_X(x)P_Y(y)}", "proved"),
        (r"P_X(a) = P_Y(a)", "refuted"),
    ]
    assert verdicts(tmp_path, said, *(display(row) for row, _ in rows)) == [verdict for _, verdict in rows]


def test_values_of_variables(tmp_path: Path) -> None:
    rows = [
        (r"\sum_y P(X=x, Y=y) = P(X=x)", "proved"),
        (r"P(X=x, Y=y) = P(X=x)\,P(Y=y|X=x)", "proved"),
        (r"P(X=x|Y=y) = P(Y=y|X=x)", "refuted"),
    ]
    assert verdicts(tmp_path, *(display(row) for row, _ in rows)) == [verdict for _, verdict in rows]
