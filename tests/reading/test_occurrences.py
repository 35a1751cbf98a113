"""Counts of the words in a window, and vectors of probabilities, that a sentence says what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

COUNTS = "Every word $x$ has a score $s_x$. Let $n_x$ count how often $x$ occurs in the window."
TIMES = "Every word $x$ has a score $s_x$, and $n_x$ is the number of times $x$ appears in the context."
CHINESE = "每个词 $x$ 的打分为 $s_x$。记 $n_x$ 为 $x$ 在窗口中出现的次数。"
LOSS = r"L = \sum_{-m\le j\le m,\ j\ne 0} s_{w_{t+j}}"
STEPS = [
    (r"L = \sum_x n_x s_x", "proved"),
    (r"\sum_x n_x = 2m", "proved"),
    (r"\sum_x n_x = m", "refuted"),
    (r"\frac{\partial L}{\partial s_x} = n_x", "proved"),
    (r"\frac{\partial L}{\partial s_x} = 2 n_x", "refuted"),
]


def last_verdict(tmp_path: Path, sentence: str, *displays: str) -> str:
    """The verdict of the last step of a note with one sentence and some displays."""
    note = tmp_path / "note.md"
    note.write_text(sentence + "".join(f"\n\n$$\n{display}\n$$" for display in displays) + "\n", encoding="utf-8")
    return check_file(note).steps[-1].verdict.kind.value


@pytest.mark.parametrize("words", [COUNTS, TIMES, CHINESE])
@pytest.mark.parametrize(("display", "verdict"), STEPS)
def test_how_often_a_word_stands_in_the_window(tmp_path: Path, words: str, display: str, verdict: str) -> None:
    assert last_verdict(tmp_path, words, LOSS, display) == verdict


def test_two_windows_leave_the_counts_open(tmp_path: Path) -> None:
    other = r"M = \sum_{-k\le j\le k,\ j\ne 0} s_{w_{t+j}}"
    assert last_verdict(tmp_path, COUNTS, LOSS, other, r"\sum_x n_x = 2k") == "undecided"


def test_what_is_joined_to_a_count_is_none(tmp_path: Path) -> None:
    words = "Every word $x$ has a score $s_x$ and $n_x$ counts how often $x$ occurs in the window."
    assert last_verdict(tmp_path, words, LOSS, r"s_x \ge 0") == "refuted"


MODEL = r"Every word $x$ has $u_x\in\mathbb{R}^d$ and $P(x|c)=\exp(u_x^\top v_c)/\sum_y\exp(u_y^\top v_c)$."
VECTOR = [
    (r"Let $g\in\mathbb{R}^V$ collect the probabilities $P(x|c)$.", r"\sum_x g_x = 1", "proved"),
    (r"$g$ is the vector of the probabilities $P(x|c)$.", r"\log g_x - \log g_z = (u_x + u_z)^\top v_c", "refuted"),
    (r"向量 $g$ 收集概率 $P(x|c)$。", r"\log g_x - \log g_z = (u_x - u_z)^\top v_c", "proved"),
]


@pytest.mark.parametrize(("words", "display", "verdict"), VECTOR)
def test_the_vector_of_known_probabilities(tmp_path: Path, words: str, display: str, verdict: str) -> None:
    assert last_verdict(tmp_path, f"{MODEL} {words}", display) == verdict
