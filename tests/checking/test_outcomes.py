"""Single outcomes have probabilities of their own; matrices have entries, traces, and products with vectors of ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

LEAVES = r"""Inner nodes have $\theta_1, \theta_2\in\mathbb{R}^d$, and $h\in\mathbb{R}^d$. The leaves are $A$, $B$, $C$:

$$P(A) = \sigma(\theta_1^\top h), \qquad P(B) = \sigma(-\theta_1^\top h)\,\sigma(\theta_2^\top h)$$

$$P(C) = \sigma(-\theta_1^\top h)\,\sigma(-\theta_2^\top h)$$

"""
ENTRIES = r"""The rows of $W\in\mathbb{R}^{V\times d}$ are the $w_i$,
the rows of $\tilde{W}\in\mathbb{R}^{V\times d}$ the $\tilde{w}_j$. Let $M\in\mathbb{R}^{V\times V}$
have the entries $M_{ij} = w_i^\top\tilde{w}_j - X_{ij}$.

$$J = \sum_{i=1}^V \sum_{j=1}^V (w_i^\top\tilde{w}_j - X_{ij})^2$$

"""

BATCH = r"""$X\in\mathbb{R}^{N\times D}$, $P, Y\in\mathbb{R}^{N\times K}$, $A, B\in\mathbb{R}^{D\times D}$;
$\mathbf{1}_m$ is the column of $m$ ones.

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
        (BATCH, r"\sum_{n=1}^{N}\sum_{k=1}^{K}Y_{nk} P_{nk} = \mathrm{tr}\left(Y^\top P\right)", "proved"),
        (BATCH, r"\operatorname{tr}(A B) = \operatorname{tr}(B A)", "proved"),
        (BATCH, r"\mathrm{tr}(A B) = \mathrm{tr}(A) \mathrm{tr}(B)", "refuted"),
        (BATCH, r"\mathrm{tr}(Y^\top P) = \mathrm{tr}(Y P)", "refuted"),
        (BATCH, r"X^\top(P\mathbf{1}_K - \mathbf{1}_N) = \sum_{n=1}^N (\sum_{k=1}^K P_{nk} - 1) x_n", "proved"),
        (BATCH, r"\mathbf{1}_N^\top \mathbf{1}_N = N", "proved"),
        (BATCH, r"\mathrm{rank}(A) = \mathrm{rank}(B)", "undecided"),
    ],
)
def test_what_is_meant(tmp_path: Path, before: str, step: str, verdict: str) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"{before}$${step}$$\n", encoding="utf-8")
    assert check_file(note).steps[-1].verdict.kind.value == verdict
