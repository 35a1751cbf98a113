"""Entropies and mutual information of three random variables with one joint distribution."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

STEPS = [
    (r"H(X,Y,Z) = H(Z) + H(Y|Z) + H(X|Y,Z)", "proved"),
    (r"H(X,Y,Z) = H(Z) + H(Y|Z) + H(X|Y)", "refuted"),
    (r"I(X,Y;Z) = H(X,Y) - H(X,Y|Z)", "proved"),
    (r"I(X,Y;Z) = I(X;Z) + I(Y;Z|X)", "proved"),
    (r"I(X,Y;Z) = I(X;Z) + I(Y;Z)", "refuted"),
    (r"I(X;Y|Z) = I(Y;X|Z)", "proved"),
    (r"I(X;Y|Z) = I(X;Z|Y)", "refuted"),
    (r"I(X;Y|Z) = \sum_{x,y,z} p(x,y,z) \log\frac{p(x|y,z)}{p(x|z)}", "proved"),
    (r"I(X;Y|Z) = \sum_{x,y,z} p(x,y,z) \log\frac{p(x|y)}{p(x|z)}", "refuted"),
    (r"I(X;Y|Z) \ge 0", "proved"),
    (r"\sum_x \sum_y p(x,y|z) = 1", "proved"),
    (r"\sum_x p(x,y|z) = 1", "refuted"),
    (r"\sum_x p(x,y,z) = p(y,z)", "proved"),
]


@pytest.mark.parametrize(("display", "verdict"), STEPS)
def test_three_variables(tmp_path: Path, display: str, verdict: str) -> None:
    note = tmp_path / "note.md"
    told = "The random variables $X, Y, Z$ have the joint distribution $p(x,y,z) > 0$."
    note.write_text(f"{told}\n\n由对称性\n\n$$\n{display}\n$$\n", encoding="utf-8")
    assert check_file(note).steps[-1].verdict.kind.value == verdict


FAMILY = r"The numbers $b_1, \dots, b_n$ are real. Put $r_i(t) = e^{t b_i} / \sum_{j=1}^n e^{t b_j}$."
ENTROPY = r"\log \sum_{j=1}^n e^{t b_j} - t \sum_{i=1}^n r_i(t) b_i"


@pytest.mark.parametrize(
    ("display", "verdict"),
    [
        (rf"H(r(t)) = {ENTROPY}", "proved"),
        (rf"H(r(t)) = -{ENTROPY}", "refuted"),
        (r"D_{KL}(r(t) \| r(0)) = \log n - H(r(t))", "proved"),
    ],
)
def test_a_distribution_with_a_parameter_is_known_by_its_entries(tmp_path: Path, display: str, verdict: str) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"{FAMILY}\n\n$$\n{display}\n$$\n", encoding="utf-8")
    assert check_file(note).steps[-1].verdict.kind.value == verdict
