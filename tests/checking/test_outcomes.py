"""Single outcomes, written by capital letters, each have a probability of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

LEAVES = r"""Inner nodes have $\theta_1, \theta_2\in\mathbb{R}^d$, and $h\in\mathbb{R}^d$. The leaves are $A$, $B$, $C$:

$$P(A) = \sigma(\theta_1^\top h), \qquad P(B) = \sigma(-\theta_1^\top h)\,\sigma(\theta_2^\top h)$$

$$P(C) = \sigma(-\theta_1^\top h)\,\sigma(-\theta_2^\top h)$$

"""
ENTRIES = r"""The rows of $W\in\mathbb{R}^{V\times d}$ are the $w_i$, the rows of $\tilde{W}\in\mathbb{R}^{V\times d}$ the
$\tilde{w}_j$. Let $M\in\mathbb{R}^{V\times V}$ have the entries $M_{ij} = w_i^\top\tilde{w}_j - X_{ij}$.

$$J = \sum_{i=1}^V \sum_{j=1}^V (w_i^\top\tilde{w}_j - X_{ij})^2$$

"""


@pytest.mark.parametrize(
    ("before", "step", "verdict"),
    [
        (LEAVES, "P(A) + P(B) + P(C) = 1", "proved"),
        (LEAVES, r"-\log P(B) = \log(1 + e^{\theta_1^\top h}) + \log(1 + e^{-\theta_2^\top h})", "proved"),
        (LEAVES, r"-\log P(B) = \log(1 + e^{\theta_1^\top h}) + \log(1 + e^{\theta_2^\top h})", "refuted"),
        (ENTRIES, r"\frac{\partial J}{\partial W} = 2 M \tilde{W}", "proved"),
        (ENTRIES, r"\frac{\partial J}{\partial\tilde{W}} = 2 M^\top W", "proved"),
        (ENTRIES, r"\frac{\partial J}{\partial\tilde{W}} = 2 M W", "refuted"),
    ],
)
def test_what_is_meant(tmp_path: Path, before: str, step: str, verdict: str) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"{before}$${step}$$\n", encoding="utf-8")
    assert check_file(note).steps[-1].verdict.kind.value == verdict
