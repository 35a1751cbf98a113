"""A note declares what can be trained, and every slip in the declaration is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.modules import generate

NOTE = r"""
Every word $w$ of a vocabulary of $V$ words has two vectors: $u_w \in \mathbb{R}^d$ and $v_a \in \mathbb{R}^d$, for
$a = 1,\dots,C$. How often $b$ was seen around $a$ is $N_{ab} \ge 0$.

$$
J = \sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \left( u_b^\top v_a - \log 2 \right)^2
$$

$$
\frac{\partial J}{\partial v_a} = 2 \sum_{b=1}^{V} N_{ab} \left( u_b^\top v_a - \log 2 \right) u_b
$$

```derive
emit squares.both(u, v, sparse N):
    "A loss and a gradient."
    loss = J = \sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \left( u_b^\top v_a - \log 2 \right)^2
    gradient_v = \frac{\partial J}{\partial v_a}

emit squares.alone(u, v, sparse N):
    "A loss."
    loss = J = \sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \left( u_b^\top v_a - \log 2 \right)^2

train squares with both, alone over counts:
    "Scores near log 2."
    u = outside vectors
    v = center vectors
    N = counts
    prefer epochs 3
```
"""


def made(tmp_path: Path, note: str) -> str:
    path = tmp_path / "squares.md"
    path.write_text(note, encoding="utf-8")
    return generate([path])["squares.py"]


def test_the_module_says_what_each_argument_is_given(tmp_path: Path) -> None:
    names: dict[str, object] = {}
    exec(compile(made(tmp_path, NOTE), "squares.py", "exec"), names)
    assert names["OBJECTIVES"] == {
        "squares": {
            "about": "Scores near log 2.",
            "over": "counts",
            "loss_and_gradients": "both",
            "loss": "alone",
            "outputs": ["loss", "gradient_v"],
            "given": {"u": "outside vectors", "v": "center vectors", "columns starts values": "counts"},
            "preferred": {"epochs": "3"},
        }
    }


@pytest.mark.parametrize(
    ("line", "wrong", "message"),
    [
        ("    N = counts\n", "", "squares does not say what N is"),
        ("    N = counts\n", "    N = counts\n    M = counts\n", "M is no argument of both"),
        ("with both, alone", "with both, other", "needs the function other, which this note does not emit"),
        ("with both, alone", "with alone, both", "alone has no output  gradient_NAME"),
        ("with both, alone", "with both", "write  train NAME with FUNCTION, FUNCTION over DATA"),
        ('    "Scores near log 2."\n', "", "squares says nothing about itself"),
        ("    prefer epochs 3\n", "    prefer epochs\n", "write  ARGUMENT = QUANTITY"),
    ],
)
def test_slips_are_named(tmp_path: Path, line: str, wrong: str, message: str) -> None:
    assert line in NOTE
    with pytest.raises(DeriveError, match=message):
        made(tmp_path, NOTE.replace(line, wrong))
