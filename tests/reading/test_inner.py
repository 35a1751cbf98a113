"""``⟨u, v⟩`` is the inner product; what stands in it has entries, with or without an index below."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

LOGISTIC = r"Let $w, x \in \mathbb{R}^d$ and $f = \sigma(\langle w, x\rangle + b)$ with a number $b$."
TREE = r"The root has the vector $\theta_0$, its child $\theta_1$; the state $h$ lies in $\mathbb{R}^n$."
WORDS = r"The words $w = 1, \dots, V$ have vectors $u_w, v_w \in \mathbb{R}^d$."

MATRICES = r"Let $A, B \in \mathbb{R}^{m\times n}$."
E = r"e^{\langle u_w, v_c\rangle}"
PROVED, REFUTED = "proved", "refuted"


@pytest.mark.parametrize(
    ("said", "row", "verdict"),
    [
        (LOGISTIC, r"\frac{\partial f}{\partial w_j} = f (1-f) x_j", PROVED),
        (LOGISTIC, r"\frac{\partial f}{\partial w_j} = f (1-f) w_j", REFUTED),
        (LOGISTIC, r"\langle w + x, x\rangle = \langle w, x\rangle + \|x\|^2", PROVED),
        (LOGISTIC, r"\langle w + x, x\rangle = \langle w, x\rangle + \|w\|^2", REFUTED),
        (TREE, r"\sigma(\langle\theta_0,h\rangle) + \sigma(-\langle\theta_0,h\rangle) = 1", PROVED),
        (TREE, r"\sigma(\langle\theta_0,h\rangle) + \sigma(\langle\theta_1,h\rangle) = 1", REFUTED),
        (TREE, r"\nabla_h \log\sigma(-\langle\theta_1,h\rangle) = -\sigma(\langle\theta_1,h\rangle) \theta_1", PROVED),
        (WORDS, r"\langle u_o, v_c\rangle = u_o^\top v_c", PROVED),
        (
            WORDS,
            rf"\nabla_{{v_c}} \log\sum_{{w=1}}^V {E} = \frac{{\sum_{{w=1}}^V {E} u_w}}{{\sum_{{w=1}}^V {E}}}",
            PROVED,
        ),
        (WORDS, r"\langle u_o, v_c\rangle = \langle u_c, v_o\rangle", REFUTED),
        (MATRICES, r"\langle A, B\rangle = \operatorname{tr}(A^\top B)", PROVED),
        (MATRICES, r"\langle A, A - B\rangle = \langle A, A\rangle + \langle A, B\rangle", REFUTED),
    ],
)
def test_inner_product(tmp_path: Path, said: str, row: str, verdict: str) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"{said}\n\n$${row}$$\n", "utf-8")
    assert check_file(note).steps[-1].verdict.kind.value == verdict
