"""The averaged context of a running text: what a Σ over the word w binds, and the mean as a variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

NOTE = r"""
Every word $w$ has an input vector $a_w \in \mathbb{R}^n$ and an output vector $b_w \in \mathbb{R}^n$; $W$ is the
vocabulary. Around the place $i$ of a text we average

$$ \bar{a} = \frac{1}{2c} \sum_{-c \le k \le c,\ k \ne 0} a_{w_{i+k}} $$

and predict with

$$ p(w \mid i) = \frac{\exp(b_w^\top \bar{a})}{\sum_{y \in W} \exp(b_y^\top \bar{a})}, \qquad E = -\log p(w_i \mid i) $$
"""
CHAIN = r"\frac{\partial E}{\partial \bar{a}} = \sum_{w \in W} p(w \mid i) b_w - b_{w_i}"


def last_verdict(tmp_path: Path, display: str, note: str = NOTE) -> str:
    """The verdict of the last step of the note with one more display."""
    path = tmp_path / "note.md"
    path.write_text(f"{note}\n$$ {display} $$\n", encoding="utf-8")
    return check_file(path).steps[-1].verdict.kind.value


@pytest.mark.parametrize(
    ("display", "verdict"),
    [
        (CHAIN, "proved"),
        (rf"{CHAIN} = \sum_{{w \ne w_i}} p(w \mid i) b_w - (1 - p(w_i \mid i)) b_{{w_i}}", "proved"),
        (rf"{CHAIN} = \sum_{{w \ne w_i}} p(w \mid i) b_w - b_{{w_i}}", "refuted"),
        (r"\frac{\partial E}{\partial \bar{a}} = \sum_{w \in W} p(w \mid i) b_w + b_{w_i}", "refuted"),
        (
            r"\frac{\partial E}{\partial \bar{a}} = \frac{1}{2c} \Big(\sum_{w \in W} p(w \mid i) b_w - b_{w_i}\Big)",
            "refuted",
        ),
    ],
)
def test_the_word_of_a_place_is_none_of_the_words_of_a_sum(tmp_path: Path, display: str, verdict: str) -> None:
    assert last_verdict(tmp_path, display) == verdict


MATRICES = r"""
Let $B \in \mathbb{R}^{|W| \times n}$ have the rows $b_w^\top$ ($|W| \ne n$), let $q$ be the vector of the probabilities
and $e$ the one-hot vector of $w_i$.
"""


@pytest.mark.parametrize(
    ("display", "verdict"),
    [
        (r"\frac{\partial E}{\partial \bar{a}} = B^\top (q - e)", "proved"),
        (r"\frac{\partial E}{\partial B} = (q - e) \bar{a}^\top", "proved"),
        (r"\frac{\partial E}{\partial B} = \bar{a} (q - e)^\top", "refuted"),
    ],
)
def test_the_vector_of_the_probabilities(tmp_path: Path, display: str, verdict: str) -> None:
    assert last_verdict(tmp_path, display, NOTE + MATRICES) == verdict


@pytest.mark.parametrize(
    ("words", "factor", "verdict"),
    [
        ("The context $C = (w_{i-c}, \\dots, w_{i+c})$ has $2c$ different words.", r"\frac{1}{2c}", "proved"),
        ("The context $C = (w_{i-c}, \\dots, w_{i+c})$ has $2c$ different words.", "", "refuted"),
        ("", r"\frac{1}{2c}", "undecided"),
    ],
)
def test_one_word_of_the_window(tmp_path: Path, words: str, factor: str, verdict: str) -> None:
    right = rf"{factor} \Big(\sum_{{w \in W}} p(w \mid i) b_w - b_{{w_i}}\Big)"
    assert (
        last_verdict(tmp_path, rf"\frac{{\partial E}}{{\partial a_{{w_{{i+k}}}}}} = {right}", NOTE + words) == verdict
    )


def test_different_words_need_no_large_vocabulary(tmp_path: Path) -> None:
    words = "The context $C = (w_{i-c}, \\dots, w_{i+c})$ has $2c$ different words."
    display = r"E = -b_{w_i}^\top \bar{a} + \log \sum_{y \in W} \exp(b_y^\top \bar{a})"
    assert last_verdict(tmp_path, display, NOTE + words) == "proved"
