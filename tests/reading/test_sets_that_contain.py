"""A set that is said to contain a word: one without it refutes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

SCORES = r"""The words $w \in \mathcal{V}$ have the scores $s_w$; $o$ is the target.
Let $S \subset \mathcal{V}$ be a set of words that contains $o$, and for $w \in S$

$$q_w = \frac{e^{s_w}}{\sum_{x \in S} e^{s_x}}.$$"""


@pytest.mark.parametrize(
    ("row", "verdicts"),
    [
        (r"\frac{\partial \log q_o}{\partial s_o} = 1 - q_o", {"proved", "undecided"}),
        (r"\frac{\partial \log q_o}{\partial s_w} = \delta_{wo} - q_w", {"proved", "undecided"}),
        (r"q_w = \frac{e^{2 s_w}}{\sum_{x \in S} e^{s_x}}", {"refuted"}),
    ],
)
def test_sets(tmp_path: Path, row: str, verdicts: set[str]) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"{SCORES}\n\n$${row}$$\n", "utf-8")
    assert check_file(note).steps[-1].verdict.kind.value in verdicts


def test_one_number_for_all_entries(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    said = (
        r"Let $w, x_i \in \mathbb{R}^d$, $s_i = w^\top x_i$ and $L = \sum_{i=1}^n s_i^2$. Suppose that all $s_i = s$."
    )
    note.write_text(f"{said}\n\n$$\\frac{{\\partial L}}{{\\partial s}} = 2 n s$$\n", "utf-8")
    assert check_file(note).steps[-1].verdict.kind.value == "undecided"
