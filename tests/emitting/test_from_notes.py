"""Functions asked for by a note written for the test: what reaches the generated code from an ``emit`` line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from derive.emission import emitted, formula_named
from derive.emitting.lambdify import lambdify

NOTE = r"""
There are a matrix $A \in \mathbb{R}^{C \times V}$, a matrix $B \in \mathbb{R}^{C \times V}$, and the vectors
$u_b \in \mathbb{R}^d$ and $v_a \in \mathbb{R}^d$.

$$
J = \sum_{a=1}^{C} \sum_{b=1}^{V} \left( A_{ab} - B_{ab} \right) u_b^\top v_a
$$

```derive
emit module.f(u, v, SPARSE):
    loss = J
```
"""


def parameters(sparse: str, tmp_path: Path) -> tuple[str, ...]:
    path = tmp_path / "note.md"
    path.write_text(NOTE.replace("SPARSE", sparse))
    (one,) = emitted(path)
    return tuple(one.formula.parameters())


def test_a_single_sparse_argument_has_plain_names(tmp_path):
    assert parameters("sparse A, B", tmp_path) == ("u", "v", "columns", "starts", "values", "B")


def test_several_sparse_arguments_have_names_of_their_own(tmp_path):
    wanted = ("A_columns", "A_starts", "A_values", "B_columns", "B_starts", "B_values")
    assert parameters("sparse A, sparse B", tmp_path) == ("u", "v", *wanted)


def test_several_sparse_arguments_are_computed_with(tmp_path):
    path = tmp_path / "note.md"
    path.write_text(NOTE.replace("SPARSE", "sparse A, sparse B"))
    (one,) = emitted(path)
    rng = np.random.default_rng(0)
    A, B = rng.poisson(0.5, size=(2, 4, 5)).astype(float)
    u, v = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))

    def compressed(matrix):
        rows, columns = np.nonzero(matrix)
        return columns, np.searchsorted(rows, np.arange(len(matrix) + 1)), matrix[rows, columns]

    got = lambdify(one.formula)(u, v, *compressed(A), *compressed(B))
    assert got == pytest.approx(np.sum((A - B) * (v @ u.T)), rel=1e-12)
    with pytest.raises(ValueError, match="f needs u"):
        lambdify(one.formula)(u, v, *compressed(A), *compressed(B[:3]))


def test_whether_a_proof_uses_that_the_entries_add_up_to_one():
    vectors = {
        name: formula_named(name).arguments[-1]
        for name in ("information/entropy", "cross-entropy/softmax_cross_entropy")
    }
    assert [vector.normalized for vector in vectors.values()] == [False, True]
    assert all(vector.nonnegative and vector.distribution for vector in vectors.values())


def test_a_letter_in_another_alphabet_is_another_name(tmp_path):
    path = tmp_path / "note.md"
    path.write_text(
        r"""
Let $v \in \mathbb{R}^d$ and $L \in \mathbb{R}$.

$$
\mathcal{L} = L \, v^\top v
$$

```derive
emit module.f(v, L):
    loss = \mathcal{L}
```
"""
    )
    (one,) = emitted(path)
    assert lambdify(one.formula)(np.array([1.0, 2.0]), 3.0) == 15


DOMAIN = r"""
Let $v \in \mathbb{R}^d$, and let $s$ be a real number. DECLARED

$$
J = \frac{v^\top v}{s - 2}
$$

```derive
emit module.f(v, s):
    value = J
```
"""


@pytest.mark.parametrize(
    ("declared", "wanted", "inside", "outside"),
    [
        (r"We take $s \ne 2$.", "s ≠ 2", [-1, 0, 3], [2, 2.0]),
        (r"We take $s > 2$.", "s > 2", [2.5, 9], [2, 1, -1]),
        (r"We take $-1 \le s < 1$.", "s ≥ -1 and < 1", [-1, 0, 0.5], [-1.5, 1, 2]),
        (r"We take $s \le 4$ and $s \ne 2$ and $s \ne 3$.", "s ≤ 4 and ≠ 2 and ≠ 3", [4, 1], [2, 3, 4.5]),
        (r"We take $s \in [3, 5)$.", "s ≥ 3 and < 5", [3, 4], [2, 5]),
    ],
)
def test_what_a_note_declares_of_a_number_is_checked_at_the_door(declared, wanted, inside, outside, tmp_path):
    path = tmp_path / "note.md"
    path.write_text(DOMAIN.replace("DECLARED", declared))
    (one,) = emitted(path)
    function = lambdify(one.formula)  # which is compared with the formula at numbers inside
    for s in inside:
        assert function([1.0, 2.0], s) == pytest.approx(5 / (s - 2))
    for s in outside:
        with pytest.raises(ValueError, match=f"f needs {wanted}; got {float(s)}"):
            function([1.0, 2.0], s)
    with pytest.raises(ValueError, match=r"\bs\b"):
        function([1.0, 2.0], float("nan"))
    assert f"s: a number {wanted.removeprefix('s ')}." in (function.__doc__ or "")
