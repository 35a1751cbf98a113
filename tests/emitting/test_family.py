"""Every formula of the family against fifty digits, and what all emitted functions have in common."""

from __future__ import annotations

import ast

import numpy as np
import pytest
from conftest import row_error
from family import BY_NAME, FAMILY, SIZES, Given, call, inputs
from sympy import Rational

from derive.emitting.formula import Formula
from derive.emitting.lambdify import lambdify
from derive.emitting.reference import evaluate
from derive.terms import Tensor

NAMES = sorted(BY_NAME)


@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_fifty_digits(name, compiled):
    for seed in range(3):
        given = inputs(BY_NAME[name], seed)
        got = call(compiled(name), BY_NAME[name], given)
        for output, proved in BY_NAME[name].outputs.items():
            assert row_error(got[output], evaluate(proved.tensor, given, SIZES)) < 1e-12, (output, seed)


@pytest.mark.parametrize("name", NAMES)
def test_float32_stays_float32(name, compiled):
    given = inputs(BY_NAME[name], 1)
    got = call(compiled(name), BY_NAME[name], given, np.float32)
    for output, proved in BY_NAME[name].outputs.items():
        if np.ndim(got[output]):
            assert got[output].dtype == np.float32, output
        assert row_error(got[output], evaluate(proved.tensor, given, SIZES)) < 2e-4, output


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_left_alone(name, compiled):
    given = inputs(BY_NAME[name], 2)
    kept = {key: np.array(value, copy=True) for key, value in given.items()}
    got = call(compiled(name), BY_NAME[name], given)
    for key, value in kept.items():
        assert np.array_equal(value, given[key]), key
    arrays = [value for value in got.values() if np.ndim(value)]
    for at, one in enumerate(arrays):
        assert not any(np.shares_memory(one, other) for other in arrays[at + 1 :])
        assert not any(isinstance(value, np.ndarray) and np.shares_memory(one, value) for value in given.values())


@pytest.mark.parametrize("name", NAMES)
def test_no_loops(name, compiled):
    tree = ast.parse(compiled(name).__source__)
    assert not any(isinstance(node, ast.For | ast.While | ast.comprehension) for node in ast.walk(tree))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_text_every_time(name, compiled):
    assert lambdify(BY_NAME[name]).__source__ == compiled(name).__source__


@pytest.mark.parametrize("name", ["pair", "counts", "negative_sampling_batch", "kl_divergence"])
def test_the_comparison_sees_a_small_fault(name, compiled):
    """The measure itself is measured: a factor of 1 + 1e-9 on one output is caught."""
    one = BY_NAME[name]
    given = inputs(one)
    got = call(compiled(name), one, given)
    for output, proved in one.outputs.items():
        wrong = Given(Tensor(proved.tensor.indices, proved.tensor.body * (1 + Rational(1, 10**9))))
        assert row_error(got[output], evaluate(wrong.tensor, given, SIZES)) > 1e-10


def test_lists_and_integers_are_welcome(compiled):
    value, gradient = compiled("entropy")([1, 0, 0])
    assert value == 0
    assert gradient.shape == (3,)


def test_random_shapes(compiled):
    """Sizes are read off the arguments, so that sizes one and two must do."""
    rng = np.random.default_rng(0)
    for V, C, d, B in [(1, 1, 1, 1), (2, 1, 1, 3), (1, 3, 2, 2), (5, 2, 1, 1)]:
        u, v = rng.normal(size=(V, d)), rng.normal(size=(C, d))
        c, o = rng.integers(0, C, B), rng.integers(0, V, B)
        total = np.zeros_like(u)
        loss, gradient_v, gradient_u = compiled("batch")(u, v, c, o)
        for b in range(B):
            one, one_v, one_u = compiled("pair")(u, v, int(c[b]), int(o[b]))
            total += one_u
            assert np.isclose(loss[b], one, rtol=1e-13, atol=1e-15)
            assert np.allclose(gradient_v[b], one_v, rtol=1e-13, atol=1e-15)
        assert np.allclose(gradient_u, total, rtol=1e-12, atol=1e-14)


def test_every_formula_is_here():
    assert {"pair", "counts", "glove", "subwords", "renyi"} <= set(NAMES)
    assert len(FAMILY) == len(NAMES) > 30
    assert all(isinstance(formula, Formula) for formula in FAMILY)
