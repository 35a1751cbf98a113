"""Logistic regression as people write it: labels of examples, a model that may never be given, seen labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

DEFINITION, PROVED, REFUTED, UNDECIDED = "definition", "proved", "refuted", "undecided"
COST = (
    r"J(\theta) = -\frac{1}{m} \sum_{i=1}^m \left[ y^{(i)} \log h_\theta(x^{(i)})"
    r" + (1 - y^{(i)}) \log(1 - h_\theta(x^{(i)})) \right]"
)
SLOPE = (
    r"\frac{\partial J(\theta)}{\partial \theta_j} = \frac{1}{m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}"
)


def verdicts(tmp_path: Path, *paragraphs: str) -> list[str]:
    """The verdicts of a note; a paragraph without words is a display."""
    note = tmp_path / "note.md"
    texts = (f"$${text}$$" if "$" not in text and "\\" in text else text for text in paragraphs)
    note.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


def test_labels_are_data_where_the_model_is_given(tmp_path: Path) -> None:
    """∂/∂θ (1 - y) log(1 - h): the derivative of all that stands behind it."""
    by = r"\frac{\partial}{\partial \theta_j}"
    terms = rf"{by} y^{{(i)}} \log h_\theta(x^{{(i)}}) + {by} (1 - y^{{(i)}}) \log(1 - h_\theta(x^{{(i)}}))"
    step = rf"{by} J(\theta) = -\frac1m \sum_{{i=1}}^m \left[ {terms} \right]"
    given = r"Let $h_\theta(x) = \sigma(\theta^\top x)$ and"
    assert verdicts(tmp_path, given, COST, step, SLOPE) == [DEFINITION, PROVED, PROVED]
    assert verdicts(tmp_path, given, COST, step.replace("-\\frac1m", "\\frac1m"))[-1] == REFUTED
    assert verdicts(tmp_path, "The cost is", COST, step) == [DEFINITION, PROVED]


def test_what_the_model_is_may_stand_below(tmp_path: Path) -> None:
    assert verdicts(tmp_path, SLOPE, COST, r"h_\theta(x) = g(\theta^T x)", r"g(z) = \frac{1}{1 + e^{-z}}")[0] == PROVED


def test_a_model_that_is_never_given(tmp_path: Path) -> None:
    """The chain rule holds whatever it is; what it would have to be is not guessed."""
    inner = r"\frac{y^{(i)}}{h_\theta(x^{(i)})} - \frac{1-y^{(i)}}{1-h_\theta(x^{(i)})}"
    chain = (
        r"\frac{\partial}{\partial \theta} J(\theta) = -\frac1m \sum_{i=1}^m "
        rf"\left( {inner} \right) \frac{{\partial}}{{\partial \theta}} h_\theta(x^{{(i)}})"
    )
    assert verdicts(tmp_path, "The cost is", COST, chain) == [DEFINITION, PROVED]
    assert verdicts(tmp_path, "The cost is", COST, chain.replace("} - \\frac{1-y", "} + \\frac{1-y"))[-1] == REFUTED
    assert verdicts(tmp_path, "The cost is", COST, SLOPE)[-1] == UNDECIDED


@pytest.mark.parametrize(("given", "proved"), [(r"\sigma(\theta^\top x)", True), (r"\sigma(2\theta^\top x)", False)])
def test_what_stands_under_a_relation_sign_defines(tmp_path: Path, given: str, proved: bool) -> None:
    step = SLOPE.replace("=", r"\underset{h_\theta(x) = " + given + "}{=}", 1)
    assert verdicts(tmp_path, COST, step)[-1] == (PROVED if proved else REFUTED)


MODEL = r"P(y=1|x) = h_\theta(x) = \frac{1}{1+e^{-\theta^T x}}, \quad P(y=0|x) = 1 - h_\theta(x)"
LIKELIHOOD = (
    r"L(\theta) = \prod_{i=1}^m P(y^{(i)}|x^{(i)}) = "
    r"\prod_{i=1}^m h_\theta(x^{(i)})^{y^{(i)}} (1-h_\theta(x^{(i)}))^{1-y^{(i)}}"
)


def test_the_probability_of_the_label_that_was_seen(tmp_path: Path) -> None:
    assert verdicts(tmp_path, MODEL, LIKELIHOOD)[-1] == PROVED
    turned = LIKELIHOOD.replace("^{1-y^{(i)}}", "^{0}").replace("))^{0}", "))^{y^{(i)}}")
    assert verdicts(tmp_path, MODEL, turned)[-1] == REFUTED
    rows = LIKELIHOOD.replace("x^{(i)}", "x_i").replace("y^{(i)}", "y_i")
    assert verdicts(tmp_path, MODEL, rows)[-1] == PROVED


def test_labels_of_several_classes_are_not_taken_for_two(tmp_path: Path) -> None:
    given = "With $P(y=1|x) = \\sigma(w^T x)$ and labels $y_i \\in \\{1, 2, 3\\}$:"
    step = r"\prod_{i=1}^n P(y_i|x_i) = \prod_{i=1}^n \sigma(w^T x_i)^{y_i} (1 - \sigma(w^T x_i))^{1-y_i}"
    assert verdicts(tmp_path, given, step) != [PROVED]


IMPLIED = r"\frac{\partial L}{\partial z_i} = \frac{\partial}{\partial z_i} \left( -\sum_k y_k \log p_k \right)"
SOFTMAX = r"Let $p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$ and let $y$ be one-hot."


def test_a_derivative_says_what_is_differentiated(tmp_path: Path) -> None:
    assert verdicts(tmp_path, SOFTMAX, f"{IMPLIED} = p_i - y_i") == [DEFINITION, PROVED]
    assert verdicts(tmp_path, SOFTMAX, f"{IMPLIED} = p_i + y_i") == [DEFINITION, REFUTED]


def test_what_a_derivative_says_is_no_fact_against_later_lines(tmp_path: Path) -> None:
    """A slip in the formula must not turn the right gradient below it into a wrong one."""
    slip = IMPLIED.replace("-\\sum", "-3 \\sum")
    assert verdicts(tmp_path, SOFTMAX, slip, r"\frac{\partial L}{\partial z_i} = p_i - y_i") == [DEFINITION, UNDECIDED]


def test_an_equation_of_its_own_goes_before(tmp_path: Path) -> None:
    own = r"L = -\sum_k y_k \log p_k"
    assert verdicts(tmp_path, SOFTMAX, IMPLIED, own) == [PROVED, DEFINITION]
    assert verdicts(tmp_path, SOFTMAX, IMPLIED.replace("-\\sum", "\\sum"), own) == [REFUTED, DEFINITION]
