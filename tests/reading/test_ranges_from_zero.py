"""Ranges that begin at 0, beside indices whose range is not written; sums over sizes that letters make up."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file


def verdicts(tmp_path: Path, text: str) -> list[str]:
    note = tmp_path / "note.md"
    note.write_text(text, encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


CANDIDATES = r"Scores $y_0, \dots, y_M$, where candidate $0$ is the observed word."
CLASSES = r"The classes are $k = 0, \dots, K-1$ and $p_k = \frac{e^{z_k}}{\sum_{l=0}^{K-1} e^{z_l}}$."
PROVED = [
    (CANDIDATES, r"\log \prod_{j \ne i} \exp(y_j) = \sum_{k=0}^{M} y_k - y_i"),
    (CANDIDATES, r"\sum_j y_j = y_0 + \sum_{k=1}^{M} y_k"),
    (CLASSES, r"\sum_k p_k = 1"),
    (CLASSES, r"\frac{\partial}{\partial z_i} \log \sum_j e^{z_j} = p_i"),
    (r"Let $x \in \mathbb{R}^n$ have the entries $x_0, \dots, x_{n-1}$.", r"\sum_i x_i = \sum_{i=0}^{n-1} x_i"),
    (r"Let $x, \theta \in \mathbb{R}^{n+1}$ with $x_0 = 1$.", r"\theta^\top x = \sum_{j=0}^{n} \theta_j x_j"),
    ("", r"\theta^\top x = \sum_{j=0}^{n} \theta_j x_j"),
    ("", r"\sum_{i=0}^{n-1} x_i = x_0 + \sum_{i=1}^{n-1} x_i"),
    (r"$u_m \in \mathbb{R}^d$, $m = 1,\dots,M$. A tree has $M = V - 1$ nodes.", r"\sum_{m=1}^{M} 1 = V - 1"),
    (r"There are $L = K + 1$ classes.", r"\sum_{i=1}^{L} 1 = K + 1"),
    (r"The context has $C = 2m$ words.", r"\sum_{j=1}^{C} 1 = 2 m"),
]


@pytest.mark.parametrize(("sentence", "display"), PROVED)
def test_true_sums_are_proved(tmp_path: Path, sentence: str, display: str) -> None:
    assert verdicts(tmp_path, f"{sentence}\n\n$$\n{display}\n$$\n") == ["proved"]


REFUTED = [
    (CANDIDATES, r"\log \prod_{j \ne i} \exp(y_j) = \sum_{k=1}^{M} y_k - y_i"),
    (CANDIDATES, r"\sum_j y_j = \sum_{k=1}^{M} y_k"),
    (r"Let $x, \theta \in \mathbb{R}^{n+1}$.", r"\theta^\top x = \sum_{j=0}^{n} \theta_j x_j + 1"),
    ("", r"\sum_{i=0}^{n-1} x_i = x_0 + \sum_{i=2}^{n-1} x_i"),
    (r"A tree has $M = V - 1$ nodes.", r"\sum_{m=1}^{M} 1 = V"),
    (r"The context has $C = 2m$ words.", r"\sum_{j=1}^{C} 1 = m"),
    ("", r"\sum_{i=1}^{n-k} 1 = n - k + 1"),
    ("", r"\sum_{i=0}^{n} \sum_{j=0}^{i} a_{ij} = \sum_{j=0}^{n} \sum_{i=0}^{n} a_{ij}"),
]


@pytest.mark.parametrize(("sentence", "display"), REFUTED)
def test_false_neighbours_are_refuted(tmp_path: Path, sentence: str, display: str) -> None:
    assert verdicts(tmp_path, f"{sentence}\n\n$$\n{display}\n$$\n") == ["refuted"]


OPEN = [
    (r"Let $x \in \mathbb{R}^n$.", r"\theta_0 + \sum_{j=1}^{n} \theta_j x_j = \sum_j \theta_j x_j"),
    ("", r"\sum_{i=1}^{k} x_i + \sum_{i=k+1}^{n} x_i = \sum_{i=1}^{n} x_i"),
    ("", r"\sum_{i=1}^{n-k} 1 = n - k"),
    (r"$T = n - k + 1$ windows of length $k$.", r"\sum_{t=1}^{T} 1 = n - k + 1"),
    ("", r"\sum_{i=0}^{n} \sum_{j=0}^{i} a_{ij} = \sum_{j=0}^{n} \sum_{i=j}^{n} a_{ij}"),
]


@pytest.mark.parametrize(("sentence", "display"), OPEN)
def test_sums_that_may_be_true_are_not_refuted(tmp_path: Path, sentence: str, display: str) -> None:
    assert verdicts(tmp_path, f"{sentence}\n\n$$\n{display}\n$$\n")[-1] in ("undecided", "proved")


def test_where_written_ranges_contradict_each_other_nothing_is_refuted(tmp_path: Path) -> None:
    displays = (r"\sum_{i=0}^{n-1} x_i = a", r"\sum_{i=1}^{n} x_i = b", r"\sum_i x_i = \sum_{i=1}^{n} x_i")
    text = "\n\n".join(f"$$\n{display}\n$$" for display in displays)
    assert verdicts(tmp_path, text)[-1] != "refuted"


def test_a_factor_of_a_size_need_not_be_whole(tmp_path: Path) -> None:
    assert verdicts(tmp_path, "Let $n = \\lambda N$ be their number.\n\n$$\n\\lambda \\ge 1\n$$\n") != ["proved"]
