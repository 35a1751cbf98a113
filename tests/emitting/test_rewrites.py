"""The emitter's own algebra: each rewrite is proved by the kernel, and a wrong one is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy
from family import FAMILY

from derive.derivation import Kind
from derive.emitting import rewrites
from derive.emitting.formula import EmitError
from derive.emitting.function import emit_function
from derive.emitting.rewrites import REWRITES, prove
from derive.errors import InternalError
from derive.proving.check import decide


@pytest.mark.parametrize("name", sorted(REWRITES))
def test_proved(name):
    assert decide(REWRITES[name].goal()).kind is Kind.PROVED


@pytest.mark.parametrize("name", sorted(REWRITES))
def test_a_fault_in_it_would_be_found(name):
    rewrite = REWRITES[name]
    wrong = replace(rewrite, replacement=rewrite.replacement * sympy.Rational(2001, 2000))
    assert decide(wrong.goal()).kind is Kind.REFUTED


def test_an_unproved_rewrite_stops_the_emission(monkeypatch):
    rewrite = REWRITES["sigmoid"]
    monkeypatch.setitem(REWRITES, "sigmoid", replace(rewrite, replacement=rewrite.replacement + 1))
    rewrites._proved.cache_clear()
    with pytest.raises(EmitError, match="the rewrite 'sigmoid' is refuted, not proved"):
        prove(["sigmoid"])
    rewrites._proved.cache_clear()


def test_a_rewrite_that_is_not_stated():
    with pytest.raises(InternalError, match="not stated: wishful thinking"):
        prove(["wishful thinking"])


def test_only_stated_rewrites_are_used():
    used = set().union(*(emit_function(formula).rewrites for formula in FAMILY))
    assert used <= set(REWRITES)
    assert {"log of a probability", "probability minus one-hot", "sum over delta", "log of sigmoid"} <= used
