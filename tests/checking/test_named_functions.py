"""Functions that the text names: another letter for σ, a Kronecker delta of a difference, P for the table p(x)."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

DEFINITION, PROVED, REFUTED, UNDECIDED = "definition", "proved", "refuted", "undecided"


def verdicts(tmp_path: Path, *paragraphs: str) -> list[str]:
    """The verdicts of a note; a paragraph without words is a display."""
    note = tmp_path / "note.md"
    texts = (f"$${text}$$" if "$" not in text and "\\" in text else text for text in paragraphs)
    note.write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


LOSS = r"J = -\log g(u_o^\top v_c) - \sum_{k=1}^K \log g(-u_k^\top v_c)"
SLOPE = r"\frac{\partial J}{\partial v_c} = (g(u_o^\top v_c) - 1) u_o - \sum_{k=1}^K (g(-u_k^\top v_c) - 1) u_k"


@pytest.mark.parametrize(
    "words",
    [
        "where $g$ is the sigmoid function.",
        "$g(\\cdot)$ denotes the logistic function.",
        "其中 $g$ 是 sigmoid 函数。",
        "여기서 $g$는 sigmoid 함수이다.",
        "donde $g$ es la función sigmoide.",
    ],
)
def test_another_letter_for_the_sigmoid(tmp_path: Path, words: str) -> None:
    assert verdicts(tmp_path, LOSS, words, SLOPE) == [DEFINITION, PROVED]
    assert verdicts(tmp_path, LOSS, words, SLOPE.replace(r"u_o - \sum", r"u_o + \sum")) == [DEFINITION, REFUTED]


def test_other_functions_are_not_the_sigmoid(tmp_path: Path) -> None:
    for words in ("where $g$ is a monotone function.", "where $g$ is the logistic loss."):
        assert verdicts(tmp_path, LOSS, words, SLOPE)[-1] != PROVED
    assert verdicts(tmp_path, "Here $g$ is the sigmoid function.", r"g_1 + g_2 = \sigma(g_1 + g_2)") != [PROVED]


def test_a_delta_of_a_difference_of_indices(tmp_path: Path) -> None:
    given = r"s_i = \frac{e^{x_i}}{\sum_{j=1}^K e^{x_j}}"
    slope = r"\frac{\partial s_i}{\partial x_k} = s_i (\delta[i-k] - s_k)"
    assert verdicts(tmp_path, given, slope) == [DEFINITION, PROVED]
    assert verdicts(tmp_path, given, slope.replace("- s_k", "+ s_k")) == [DEFINITION, REFUTED]


DIVERGENCE = r"\mathrm{KL}[P||Q] = \sum_{x \in \mathcal{X}} p(x) \log \frac{p(x)}{q(x)}"


def test_the_capital_letter_of_a_table(tmp_path: Path) -> None:
    assert verdicts(tmp_path, DIVERGENCE, r"\mathrm{KL}[P||Q] \geq 0") == [PROVED, PROVED]
    assert verdicts(tmp_path, DIVERGENCE.replace("{q(x)}", "{2 q(x)}")) == [REFUTED]
    assert verdicts(tmp_path, DIVERGENCE, r"\mathrm{KL}[P||Q] = \mathrm{KL}[Q||P]") == [PROVED, REFUTED]


def test_a_capital_letter_with_probabilities_of_its_own_is_another_one(tmp_path: Path) -> None:
    own = r"\sum_{x \in \mathcal{X}} P(x) = 1"
    assert verdicts(tmp_path, own, DIVERGENCE)[-1] != PROVED


@pytest.mark.parametrize("name", ["Loss", "loss", "cost"])
def test_words_for_losses_are_one_name(tmp_path: Path, name: str) -> None:
    given = r"With $p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$ and one-hot $y$:"
    loss, slope = rf"{name} = -\sum_i y_i \log p_i", rf"\frac{{\partial {name}}}{{\partial z_i}} = p_i - y_i"
    assert verdicts(tmp_path, given, loss, slope) == [DEFINITION, PROVED]
    assert verdicts(tmp_path, given, loss, slope.replace("p_i -", "p_i +")) == [DEFINITION, REFUTED]


def test_a_name_for_one_of_the_vectors_is_a_vector(tmp_path: Path) -> None:
    hidden, scores = r"$$h = v_c$$", r"$$u_j = {v'_j}^T * h$$"
    given = r"with $y_j = \frac{\exp(u_j)}{\sum_{i=1}^V \exp(u_i)}$ and a one-hot target $t$."
    loss, slope = r"E = -\sum_{j=1}^V t_j \log y_j", r"\frac{\partial E}{\partial v'_j} = (y_j - t_j) h"
    assert verdicts(tmp_path, hidden, scores, given, loss, slope)[-1] == PROVED
    assert verdicts(tmp_path, hidden, scores, given, loss, slope.replace("y_j -", "y_j +"))[-1] == REFUTED
