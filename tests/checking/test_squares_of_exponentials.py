"""(e^a - e^b)² ≥ 0 in the shapes in which it is met; a sentence that counts pairs."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

NUMBERS = r"Let $z \in \mathbb{R}^K$, and let $a, b$ be real numbers."
SHARE = r"\frac{e^{z_k}}{\sum_{j=1}^K e^{z_j}}"
PAIRS = r"""The corpus is $w_{1-m}, \dots, w_{T+m}$ with $m \ge 1$ and the likelihood

$$L = \prod_{t=1}^T \prod_{\substack{-m \le j \le m \\ j \ne 0}} P(w_{t+j}|w_t).$$

Let $N_{co}$ be the number of $(t, j)$, $1 \le t \le T$, $-m \le j \le m$, $j \ne 0$, with $w_t = c$ and $w_{t+j} = o$,
and let $N_c = \sum_{o \in \mathcal{V}} N_{co}$."""


@pytest.mark.parametrize(
    ("said", "row", "verdict"),
    [
        (NUMBERS, r"e^{a+b} \le \frac{e^{2a} + e^{2b}}{2}", "proved"),
        (NUMBERS, r"e^{a+b} \le \frac{e^{2a} + e^{2b}}{3}", "refuted"),
        (NUMBERS, r"e^{a} + e^{-a} \ge 2", "proved"),
        (NUMBERS, r"e^{a} + e^{-a} \ge 3", "refuted"),
        (NUMBERS, r"e^{a} - e^{-a} \ge 0", "refuted"),
        (NUMBERS, rf"{SHARE} \left(1 - {SHARE}\right) \le \frac{{1}}{{4}}", "proved"),
        (NUMBERS, rf"{SHARE} \left(1 - {SHARE}\right) \le \frac{{1}}{{5}}", "refuted"),
        (PAIRS, r"\sum_{c \in \mathcal{V}} N_c = 2 m T", "proved"),
        (PAIRS, r"\sum_{c \in \mathcal{V}} N_c = m T", "refuted"),
    ],
)
def test_judged(tmp_path: Path, said: str, row: str, verdict: str) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"{said}\n\n$${row}$$\n", "utf-8")
    assert check_file(note).steps[-1].verdict.kind.value == verdict
