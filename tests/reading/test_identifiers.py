"""Words in plain italics are names, primes on names belong to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

UNITS = r"""Inputs $x_i$ ($i=1,\dots,n$), outputs $o_k'$ ($k=1,\dots,r$) with $f(x)=\frac{1}{1+e^{-x}}$:

$$net_k' = \sum_{i=1}^n w_{ik} x_i, \qquad o_k' = f(net_k')$$
"""
MIXED = r"Let $q'_k = \frac{1}{K}$ for $k = 1, \dots, K$."
SEVERAL = r"""Let $Q^{(1)}, \dots, Q^{(K)}$ be probability vectors of length $n$ with positive entries.
Let $K \ge 2$, $n \ge 2$.
Put $m_i = \frac{1}{K} \sum_{k=1}^K Q^{(k)}_i$."""


@pytest.mark.parametrize(
    ("said", "row", "verdict"),
    [
        (UNITS, r"\frac{\partial o_k'}{\partial w_{ik}} = o_k'(1-o_k') x_i", "proved"),
        (UNITS, r"\frac{\partial o_k'}{\partial w_{ik}} = o_k'(1+o_k') x_i", "refuted"),
        (UNITS, r"\frac{\partial o_k'}{\partial net_k'} = f'(net_k')", "proved"),
        (UNITS, r"f'(net_k') = f(net_k')", "refuted"),
        (MIXED, r"-\sum_{k=1}^K q'_k \log q'_k = H(q')", "proved"),
        (MIXED, r"\sum_{k=1}^K q'_k \log q'_k = H(q')", "refuted"),
        (SEVERAL, r"\sum_{i=1}^n Q^{(k)}_i = 1", "proved"),
        (SEVERAL, r"\sum_{k=1}^K Q^{(k)}_i = 1", "refuted"),
        (SEVERAL, r"\sum_{i=1}^n m_i = 1", "proved"),
        (r"The divergence is $D(\cdot\|\cdot)$, and $a$ is a number.", "a + a = 2a", "proved"),
    ],
)
def test_names(tmp_path: Path, said: str, row: str, verdict: str) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"{said}\n\n$${row}$$\n", "utf-8")
    checked = check_file(note)
    assert checked.steps[-1].verdict.kind.value == verdict
    assert not [w for w in checked.warnings if "cannot stand here" in str(w)]


def test_letters_that_spell_no_word_are_a_product(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("Let $n, e, s, t$ be numbers.\n\n$$nest = tsen$$\n", "utf-8")
    assert check_file(note).steps[-1].verdict.kind.value == "proved"
