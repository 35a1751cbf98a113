"""What an unknown fulfils, where a formula is evaluated, and what is claimed under a condition only."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

NOTE = r"""
Numbers $a_i > 0$ and $b_i > 0$ are given, and free scores $s_i \in \mathbb{R}$, $i = 1, \dots, n$.

$$ F = \sum_{i=1}^n \left( a_i \log \sigma(s_i) + b_i \log \sigma(-s_i) \right) $$

The maximiser $s_i^*$ satisfies

$$ \sigma(s_i^*) = \frac{a_i}{a_i + b_i} $$
"""


def last(tmp_path: Path, text: str) -> str:
    """The verdict on the last step of a note."""
    path = tmp_path / "note.md"
    path.write_text(text, encoding="utf-8")
    return check_file(path).steps[-1].verdict.kind.value


@pytest.mark.parametrize(
    ("display", "verdict"),
    [
        (r"s_i^* = \log a_i - \log b_i", "proved"),
        (r"s_i^* = \log b_i - \log a_i", "refuted"),
        (r"\frac{\partial F}{\partial s_i}\Big|_{s=s^*} = 0", "proved"),
        (r"\frac{\partial F}{\partial s_i}\Big|_{s=0} = \frac{a_i - b_i}{2}", "proved"),
        (r"\frac{\partial F}{\partial s_i}\Big|_{s=0} = a_i - b_i", "refuted"),
        (r"\frac{\partial^2 F}{\partial s_i^2}\bigg|_{s=s^*} = -\frac{a_i b_i}{a_i + b_i}", "proved"),
        (r"\frac{\partial^2 F}{\partial s_i^2}\bigg|_{s=s^*} = \frac{a_i b_i}{a_i + b_i}", "refuted"),
        (r"a_i \frac{\partial F}{\partial s_i}\Big|_{s=s^*} = 0", "undecided"),
    ],
)
def test_the_zero_of_a_gradient(tmp_path: Path, display: str, verdict: str) -> None:
    assert last(tmp_path, f"{NOTE}\nAt this place\n\n$$ {display} $$\n") == verdict


@pytest.mark.parametrize(
    ("words", "display", "verdict"),
    [
        ("If the two are alike,", r"a_i = b_i \Rightarrow s_i^* = 0", "proved"),
        ("For equal numbers", r"a_i = b_i \quad\Rightarrow\quad s_i^* = 0", "proved"),
        ("If the two are alike,", r"a_i = b_i \Rightarrow s_i^* = 1", "undecided"),
        ("We find", r"a_i = b_i \Rightarrow s_i^* = 0", "undecided"),
    ],
)
def test_behind_an_arrow(tmp_path: Path, words: str, display: str, verdict: str) -> None:
    assert last(tmp_path, f"{NOTE}\n{words}\n\n$$ {display} $$\n") == verdict


def test_a_consequence_defines_nothing_in_general(tmp_path: Path) -> None:
    text = "Numbers $a_i > 0$ and $b_i > 0$.\n\nFor equal numbers\n\n$$ a_i = b_i \\Rightarrow y_i = 2 a_i $$\n"
    assert last(tmp_path, f"{text}\n$$ y_i = 2 b_i + a_i - b_i $$\n") != "proved"


@pytest.mark.parametrize(
    ("display", "verdict"),
    [
        (r"(a + b) - b - a = \mathbf{0}", "proved"),
        (r"a + b = \mathbf{0}", "refuted"),
    ],
)
def test_a_bold_zero_is_the_zero_vector(tmp_path: Path, display: str, verdict: str) -> None:
    assert last(tmp_path, f"Let $a, b \\in \\mathbb{{R}}^n$.\n\n$$ {display} $$\n") == verdict


def test_a_bracket_around_an_activation_is_a_factor(tmp_path: Path) -> None:
    text = r"""
Let $x \in \mathbb{R}^n$, $t \in \mathbb{R}^m$,
$W^{[1]} \in \mathbb{R}^{h \times n}$ and $W^{[2]} \in \mathbb{R}^{m \times h}$.

$$ a^{[1]} = \tanh(W^{[1]} x), \qquad z^{[2]} = W^{[2]} a^{[1]}, \qquad E = \frac{1}{2} \| z^{[2]} - t \|^2 $$

With $\delta^{[2]} := \partial E / \partial z^{[2]}$

$$ \frac{\partial E}{\partial W^{[2]}} = \delta^{[2]} (a^{[1]})^\top $$
"""
    assert last(tmp_path, text) == "proved"


def test_a_supposed_value_that_is_no_number_is_read(tmp_path: Path) -> None:
    text = r"""
$$ A = \prod_{i=1}^N q(w_i \mid w_{<i}) $$

If $q(w_i \mid w_{<i}) = \frac{1}{V}$ for all $i$, then

$$ A = V^{-N} $$
"""
    assert last(tmp_path, text) != "refuted"
