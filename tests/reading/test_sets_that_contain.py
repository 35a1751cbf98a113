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
