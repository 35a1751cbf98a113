"""The door between proving and emitting opens for what is proved, and for nothing else."""

from __future__ import annotations

import pytest
from sympy import exp, log

from derive.errors import DeriveError, InternalError, Place
from derive.proving.proof import Proof, prove
from derive.terms import Axis, Facts, Index, Tensor, array, size, sum_over

n, m = size("n"), size("m")
i, j = (Index(name, Axis.of_size(n)) for name in "ij")
k = Index("k", Axis.of_size(m))
z, N, r = array("z"), array("N"), array("r")
HERE = Place("note.md", 3, 1)


def test_a_proof_cannot_be_made_by_hand() -> None:
    with pytest.raises(InternalError, match="only be made by"):
        Proof(Tensor((), z[i]), "note.md:1", object())


def test_what_is_equal_passes() -> None:
    softmax = exp(z[i]) / sum_over(exp(z[j]), j)
    shifted = exp(z[i] - z[1]) / sum_over(exp(z[j] - z[1]), j)
    made = prove(Tensor((i,), softmax), Tensor((i,), shifted), Facts(), HERE, "note.md:3")
    assert made.tensor.body == shifted
    assert made.source == "note.md:3"


@pytest.mark.parametrize(
    ("meaning", "closed", "message"),
    [
        (Tensor((), log(sum_over(exp(z[j]), j))), Tensor((), sum_over(z[j], j)), "is refuted"),
        (Tensor((i,), z[i]), Tensor((i,), -z[i]), "is refuted"),
        (Tensor((i,), z[i]), Tensor((), sum_over(z[i], i)), "indices cannot equal"),
        (Tensor((i,), z[i]), Tensor((k,), z[k]), "the axes n and m differ"),
    ],
)
def test_what_is_not_equal_is_refused(meaning: Tensor, closed: Tensor, message: str) -> None:
    with pytest.raises(DeriveError, match=message) as refused:
        prove(meaning, closed, Facts(), HERE, "note.md:3")
    assert str(refused.value).startswith("note.md:3:1")


def test_a_given_array_stands_for_what_defines_it() -> None:
    rows = {"r": Tensor((i,), sum_over(N[i, k], k))}
    meaning, closed = Tensor((i,), 2 * sum_over(N[i, k], k)), Tensor((i,), 2 * r[i])
    assert prove(meaning, closed, Facts(), HERE, "note.md:3", rows).tensor == closed
    with pytest.raises(DeriveError, match="refuted"):
        prove(meaning, closed, Facts(), HERE, "note.md:3")
    with pytest.raises(DeriveError, match="refuted"):
        prove(meaning, Tensor((i,), 3 * r[i]), Facts(), HERE, "note.md:3", rows)
