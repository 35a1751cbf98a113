"""Notes and small helpers that the tests of this folder share."""

from __future__ import annotations

from derive.reading import tree
from derive.reading.formula import Formula
from derive.reading.latex import parse_block

RIGHT = r"""# Softmax

Every word $w$ has two vectors $u_w \in \mathbb{R}^d$ and $v_w \in \mathbb{R}^d$.

$$
P(o|c) = \frac{\exp(u_o^\top v_c)}{\sum_{w=1}^{V} \exp(u_w^\top v_c)}
$$

The *logarithm* splits:

$$
\begin{aligned}
\log P(o|c) &= \log \exp(u_o^\top v_c) - \log \sum_{w=1}^{V} \exp(u_w^\top v_c) \\
&= u_o^\top v_c - \log \sum_{w=1}^{V} \exp(u_w^\top v_c)
\end{aligned}
$$

$$
\frac{\partial}{\partial v_c} \log P(o|c) = u_o - \sum_{w=1}^{V} P(w|c) \, u_w
$$
"""

WRONG = RIGHT.replace(r"= u_o - \sum", r"= u_o + \sum")

HOSTILE = r"""# <script>alert(1)</script> & "quotes"

A paragraph with <img src=x onerror=alert(1)> and `</code><script>` and [a link](javascript:alert(1)).

$$
x = \text{<script>alert(2)</script> \input{/etc/passwd} \write18{ls}} + y
$$

$$
a + ( b = c \foo{</script>}
$$
"""


def row(latex: str) -> tree.Row:
    """The only row of a formula."""
    (found,) = parse_block(Formula.of(latex))
    if not isinstance(found, tree.Row):
        raise ValueError(found.message)
    return found
