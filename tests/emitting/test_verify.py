"""Emitted code is evaluated beside its term, and a fault in the table does not get through."""

from __future__ import annotations

import pytest
from family import AXES, FAMILY, Given, counts_in_place, dot, formula, softmax_, u, v, w
from sympy import log

from derive.emitting import numpy_code
from derive.emitting.formula import Array, Formula, Sparse
from derive.emitting.function import emit_function
from derive.emitting.lambdify import compiled
from derive.emitting.module import Header, write_module
from derive.emitting.verify import verify
from derive.errors import InternalError
from derive.terms import Index, Tensor, array, sum_over


@pytest.mark.parametrize("one", [*FAMILY, counts_in_place], ids=lambda one: one.name)
def test_the_family_passes(one):
    made = emit_function(one)
    verify(one, made.axes, compiled(made), seeds=1)


def test_a_fault_in_the_table_is_found(monkeypatch):
    monkeypatch.setitem(numpy_code.UFUNCS, "exp", "expm1")
    with pytest.raises(InternalError, match="the code of softmax computes"):
        write_module([softmax_], Header("Title.", {}))


def test_another_term_is_found():
    made = emit_function(softmax_)
    term = softmax_.outputs["probabilities"].tensor
    other = Formula(softmax_.name, softmax_.arguments, {"probabilities": Given(Tensor(term.indices, term.body**2))})
    with pytest.raises(InternalError):
        verify(other, made.axes, compiled(made))


def test_a_block_of_an_axis():
    """The note sums over the whole vocabulary; the function takes any block of its rows."""
    a = Index("a", AXES["V"])
    N = array("N")
    block = formula(
        "block",
        (Array("u", ("V", "d")), Array("v", ("B", "d")), Sparse("N", ("B", "V"))),
        loss=((), sum_over(sum_over(N[a, w] * log(1 + dot(u, w, v, a) ** 2), w), a)),
    )
    made = emit_function(block)
    verify(block, made.axes, compiled(made))
