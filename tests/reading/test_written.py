"""A tree written as LaTeX is read as the same tree."""

from __future__ import annotations

import pytest

from derive.reading import tree
from derive.reading.latex import Formula, parse_block
from derive.reading.written import latex

FORMULAS = [
    r"\frac{\partial L}{\partial \hat{\mathbf{y}}_{w_{t+j}}}",
    r"\sum_{\substack{-m\le j\le m\\ j\ne 0}}\log P(w_{t+j}\mid w_t;\theta)",
    r"-\frac{1}{n}\sum_{i=1}^{n}\left[y_i z_i - \ln(1+e^{-z_i})\right]",
    r"\begin{cases}p_i(1-p_i) & i=k\\ -p_ip_k & i\ne k\end{cases}",
    r"D_{KL}(p\|q) + {\mathbf{v}'_j}^T\mathbf{h}\cdot\sqrt{x}/2",
    r"\log_2 4 - 0.7\log 7",
    r"\mathrm{diag}(p) - pp^\top \odot \Big(\sum_w u_w\Big)",
]


def side(text: str) -> tree.Node:
    (row,) = parse_block(Formula.of(text))
    assert isinstance(row, tree.Row)
    first = row.statements[0].first
    assert first is not None
    return first


@pytest.mark.parametrize("text", FORMULAS)
def test_what_is_written_is_read_as_the_same_tree(text: str) -> None:
    read = side(text)
    assert side(latex(read)) == read


def test_a_part_that_was_not_read_is_refused() -> None:
    place = tree.Span(0, 1, 1, 1)
    with pytest.raises(ValueError, match="cannot be written"):
        latex(tree.Unread(place, "a bracket is missing", ")", place))
