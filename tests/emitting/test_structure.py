"""That the work is shared, that nothing leaves the scope of its index, and that names say what things are."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from family import (
    AXES,
    SIZES,
    Z1,
    Given,
    U,
    composed_softmax,
    dot,
    expected_negative_sampling,
    formula,
    i,
    inputs,
    turns,
    u,
    w,
    z,
)
from sympy import exp, log

from derive.emitting.formula import Array, Formula
from derive.emitting.lambdify import lambdify
from derive.emitting.reference import evaluate
from derive.terms import Index, Tensor, array, fresh, sum_over


def body_of(function) -> str:
    return function.__source__.split('"""', 2)[2]


def test_logits_are_computed_once(compiled):
    body = body_of(compiled("pair"))
    assert body.count(".dot(") == 2 + 1  # logits, the gradient in v, and one check of the result
    assert body.count("np.exp(") == 1
    for name in ("logits", "largest", "exponentials", "rest", "inverse_partition"):
        assert f"{name} = " in body


def test_the_matrix_of_a_block_is_touched_in_place(compiled):
    body = body_of(compiled("counts"))
    assert body.count("np.exp(") == 1
    assert ".copy()" not in body
    assert "shifted -= largest[:, None]" in body


def test_both_ways_of_writing_the_gradient_give_one_text(compiled):
    one, other = body_of(compiled("pair")), body_of(compiled("pair_as_in_note"))
    assert one.replace("pair", "") == other.replace("pair_as_in_note", "")


def test_a_bound_term_is_not_hoisted():
    """The gradient of a log-sum-exp whose terms are sums themselves (sympy #27971 hoists the inner one)."""
    k = Index("k", AXES["K"])
    y = array("y")
    inner = sum_over(exp(z[i] * y[k]), k)
    gradient = sum_over(y[k] * exp(z[i] * y[k]), k) / inner
    one = formula("f", (Z1, Array("y", ("K",))), value=((), sum_over(log(inner), i)), gradient=((i,), gradient))
    given = inputs(one)
    value, got = lambdify(one)(given["z"], given["y"])
    assert np.isclose(value, float(evaluate(one.outputs["value"].tensor, given, SIZES)), rtol=1e-14)
    wanted = [float(x) for x in evaluate(one.outputs["gradient"].tensor, given, SIZES)]
    assert np.allclose(got, wanted, rtol=1e-13)


def test_an_inner_index_of_the_same_name():
    """Σ_i z_i Σ_i z_i² with one name for both."""
    body = sum_over(z[i] * sum_over(z[i] ** 2, i), i)
    one = formula("f", (Z1,), value=((), body))
    x = np.arange(1.0, 5.0)
    assert lambdify(one)(x) == pytest.approx(x.sum() * (x**2).sum())


def test_a_transposed_output():
    j2, w2 = Index("j", AXES["d"]), fresh(w)
    one = formula("f", (U,), flipped=((j2, w2), u[w2, j2]), gram=((w, w2), dot(u, w, u, w2)))
    matrix = np.arange(18.0).reshape(6, 3)
    flipped, gram = lambdify(one)(matrix)
    assert np.array_equal(flipped, matrix.T)
    assert np.allclose(gram, matrix @ matrix.T)


def test_a_sum_over_what_does_not_depend_on_it():
    one = formula(
        "f", (Z1,), value=((), sum_over(sympy.Integer(3), i)), scaled=((i,), z[i] * sum_over(sympy.S.One, fresh(i)))
    )
    value, scaled = lambdify(one)(np.arange(4.0))
    assert value == 12
    assert scaled.tolist() == [0, 4, 8, 12]


def test_a_constant_output_has_its_shape():
    one = formula("f", (Z1,), ones=((i,), sympy.S.One), same=((i,), z[i]))
    ones, same = lambdify(one)(np.arange(4.0))
    assert ones.tolist() == [1] * 4
    assert same.tolist() == [0, 1, 2, 3]


def test_one_term_and_its_arguments():
    function = lambdify(Given(Tensor((), sum_over(z[i] ** 2, i))), [Z1])
    assert function(np.array([3.0, 4.0])) == 25


def in_place(one):
    return Formula(one.name, one.arguments, one.outputs, "", ("C", "V"), ("gradient_v", "gradient_u"))


def test_the_dense_part_of_a_logistic_loss_has_one_exponential():
    body = body_of(lambdify(in_place(expected_negative_sampling)))
    assert "_softplus_dot_and_sigmoid(scores, pn)" in body
    assert "_sigmoid(" not in body.replace("_softplus_dot_and_sigmoid(", "").replace("_softplus_and_sigmoid(", "")
    assert "np.empty((C, V)" not in body


def test_composed_centers_are_products_with_one_sparse_matrix():
    body = body_of(lambdify(in_place(composed_softmax)))
    assert body.count("_sparse(") == 1
    for line in ("products = matrix @ v", "gradient_v[...] = matrix.T @", "np.matmul(products, u.T, out=block)"):
        assert line in body
    assert "np.equal" not in body  # no comparison of every entry of one matrix with every entry of the other


def test_two_sparse_matrices_are_added_before_they_are_multiplied():
    body = body_of(lambdify(in_place(turns)))
    assert body.count(" @ ") == 2
    assert body.count("np.matmul(") == 1


def test_places_in_a_product_do_not_depend_on_the_layout_of_the_arguments(compiled):
    """They are counted row by row; a product of matrices lies row by row whatever its factors do."""
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(7, 3)), rng.normal(size=(5, 3))
    c, o = np.array([0, 4, 4, 2]), np.array([6, 0, 3, 3])
    body = body_of(compiled("batch"))
    assert body.count("_places(") == 1
    assert "[each, o]" not in body
    expected = compiled("batch")(u, v, c, o)
    for other_u in (np.asfortranarray(u), np.repeat(u, 2, axis=0)[::2], np.repeat(u, 2, axis=1)[:, ::2]):
        for got, same in zip(compiled("batch")(other_u, np.asfortranarray(v), c, o), expected, strict=True):
            np.testing.assert_allclose(got, same, rtol=1e-13, atol=1e-15)
