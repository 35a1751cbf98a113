"""A size that a note defines is the same number in the ranges of sums and in the ranges of indices."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

TREE = r"""Every inner node $m$ has a vector $u_m \in \mathbb{R}^d$, where $m = 1,\dots,M$. A tree with $V$ leaves has
$M = V - 1$ inner nodes; the words are $w = 1,\dots,V$. The way to a word passes $n_1,\dots,n_K$.

$$
\sum_{k=1}^K u_{n_k} = \sum_{m=1}^{M} \sum_{k=1}^{K} \delta_{m,n_k} %s
$$
"""


@pytest.mark.parametrize(("body", "verdict"), [("u_m", "proved"), ("u_{n_k}", "proved"), ("2 u_m", "refuted")])
def test_a_model_does_not_choose_a_size_apart_from_what_defines_it(tmp_path: Path, body: str, verdict: str) -> None:
    note = tmp_path / "tree.md"
    note.write_text(TREE % body, encoding="utf-8")
    (step,) = check_file(note).steps
    assert step.verdict.kind.value == verdict
