"""Brackets that a note defines are names."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

PROBABILITY = r"$w$ is a probability vector with positive entries."
AVERAGE = rf"{PROBABILITY} We write $\langle x\rangle=\sum_k w_k x_k$."
NORM = rf"{PROBABILITY} For $s > 1$ let $\|w\|_s = \left(\sum_k w_k^s\right)^{{1/s}}$."
INNER = r"$a, b \in \mathbb{R}^d$."
STEPS = [
    (AVERAGE, r"\sum_k w_k (x_k - \langle x\rangle) = 0", "proved"),
    (AVERAGE, r"\sum_k w_k (x_k - \langle x\rangle)^2 = \sum_k w_k x_k^2 - \langle x\rangle^2", "proved"),
    (AVERAGE, r"\sum_k w_k (x_k - \langle x\rangle)^2 = \sum_k w_k x_k^2 + \langle x\rangle^2", "refuted"),
    (AVERAGE, r"\frac{\partial \langle x\rangle}{\partial x_j} = w_j", "proved"),
    (AVERAGE, r"\langle y\rangle = \sum_k w_k x_k", "definition"),
    (AVERAGE, r"\langle y\rangle + 1 = \sum_k w_k x_k", "undecided"),
    (NORM, r"\log \sum_k w_k^s = s \log \|w\|_s", "proved"),
    (NORM, r"\log \sum_k w_k^s = \log \|w\|_s", "refuted"),
    (NORM, r"\log \sum_k w_k^t = t \log \|w\|_t", "undecided"),
    (INNER, r"\|a + b\|_2^2 = \|a\|_2^2 + 2 a^\top b + \|b\|_2^2", "proved"),
    (INNER + r" Put $\|a\|_2 = \sqrt{a^\top a}$.", r"\|a\|_2^2 = a^\top a", "proved"),
]


@pytest.mark.parametrize(("words", "display", "verdict"), STEPS)
def test_brackets_are_what_the_note_says(tmp_path: Path, words: str, display: str, verdict: str) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"{words}\n\n$$\n{display}\n$$\n", encoding="utf-8")
    assert check_file(note).steps[-1].verdict.kind.value == verdict
