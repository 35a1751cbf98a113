"""Functions that work in the caller's arrays, and batches made from single pairs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import row_error
from family import (
    AXES,
    COUNTS,
    EXPECTED,
    SIZES,
    Given,
    call,
    composed_negative_sampling,
    composed_softmax,
    counts,
    counts_in_place,
    expected_negative_sampling,
    inputs,
    n,
    pair,
    sampled_counts,
    turns,
)

from derive.emitting.formula import Array, EmitError, Formula, batched, instance
from derive.emitting.lambdify import lambdify
from derive.emitting.reference import evaluate
from derive.terms import Index, Tensor

V, C, d = SIZES["V"], SIZES["C"], SIZES["d"]


def in_place(one):
    """The same in arrays of the caller."""
    return Formula(f"{one.name}_in_place", one.arguments, one.outputs, "", ("C", "V"), ("gradient_v", "gradient_u"))


EXPECTED_IN_PLACE = in_place(expected_negative_sampling)
SAMPLED_IN_PLACE = in_place(sampled_counts)
BLOCKS = [
    counts_in_place,
    EXPECTED_IN_PLACE,
    SAMPLED_IN_PLACE,
    *map(in_place, (composed_softmax, composed_negative_sampling, turns)),
]


def buffers(function, dtype=np.float64, centers=C):
    names = function.__code__.co_varnames[: function.__code__.co_argcount + function.__code__.co_kwonlyargcount]
    blocks = [name for name in names if name.startswith("block")]
    made = {name: np.full((C, V), np.nan, dtype) for name in blocks}
    return made, np.full((centers, d), np.nan, dtype), np.full((V, d), np.nan, dtype)


@pytest.mark.parametrize("one", BLOCKS, ids=lambda one: one.name)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_agrees_with_fifty_digits(one, dtype):
    function = lambdify(one)
    given = inputs(one, 5)
    blocks, gradient_v, gradient_u = buffers(function, dtype, len(given["v"]))
    got = call(function, one, given, dtype, **blocks, gradient_v=gradient_v, gradient_u=gradient_u)
    for name, proved in one.outputs.items():
        assert row_error(got[name], evaluate(proved.tensor, given, SIZES)) < (1e-12 if dtype is np.float64 else 1e-4)


@pytest.mark.parametrize("one", [counts_in_place, EXPECTED_IN_PLACE, SAMPLED_IN_PLACE], ids=lambda one: one.name)
def test_one_work_array_is_enough(one):
    function = lambdify(one)
    assert set(buffers(function)[0]) == {"block"}


def test_a_softplus_that_is_only_summed_is_never_stored():
    """More rows than are taken at a time, the last of them not full."""
    one = Formula("loss", EXPECTED, {"loss": expected_negative_sampling.outputs["loss"]}, scratch=("C", "V"))
    function = lambdify(one)
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(3001, 3)), rng.normal(size=(23, 3))
    n, pn = rng.uniform(size=23), rng.dirichlet(np.ones(3001))
    nothing, starts = np.empty(0, int), np.zeros(24, int)
    got = function(u, v, nothing, starts, np.empty(0), n, pn, 5.0, block=np.empty((23, 3001)))
    assert got == pytest.approx(5 * n @ np.logaddexp(0, v @ u.T) @ pn, rel=1e-12)


def test_what_is_needed_at_the_row_of_every_entry_is_made_once_per_row():
    """Five thousand entries in four rows: nothing has an axis of entries and one of words."""
    loss = replace(sampled_counts, outputs={"loss": sampled_counts.outputs["loss"]}, scratch=("C", "V"))
    for one in (loss, SAMPLED_IN_PLACE):
        source = lambdify(one).__source__
        assert source.count("np.exp(") - source[: source.index("def ")].count("np.exp(") == 1
        assert "entries_of_values" not in source
        assert "take(rows, axis=0)" not in source


def test_a_weight_of_zero_is_no_term_and_the_largest_term_decides_the_shift():
    """The word with the largest score was not drawn: without its weight the sum would vanish in the shift."""
    u, v = np.array([[1e4], [-1e4], [-1e4 - 1]]), np.array([[1.0]])
    columns, starts, values = np.array([1]), np.array([0, 1]), np.array([2.0])
    pn, r = np.full(3, 1 / 3), np.array([0.0, 0.5, 0.5])
    gradient_v, gradient_u = np.empty_like(v), np.empty_like(u)
    keywords = {"block": np.empty((1, 3)), "gradient_v": gradient_v, "gradient_u": gradient_u}
    loss = lambdify(SAMPLED_IN_PLACE)(u, v, columns, starts, values, pn, r, 5.0, **keywords)
    share, margin = 1 / (1 + np.exp(-1)), np.log(1.5 * (1 + np.exp(-1))) + np.log(5 / 3)
    missed = 2 / (1 + np.exp(-margin))
    assert loss == pytest.approx(2 * np.log1p(np.exp(margin)), rel=1e-12)
    np.testing.assert_allclose(gradient_u[:, 0], [0, missed * (share - 1), missed * (1 - share)], rtol=1e-12)
    assert gradient_v[0, 0] == pytest.approx(-missed * (1 - share), rel=1e-7)


def test_the_outside_vectors_may_be_a_transpose():
    function = lambdify(counts_in_place)
    given = inputs(counts_in_place, 6)
    results = []
    for order in "CF":
        blocks, gradient_v, gradient_u = buffers(function)
        given["u"] = np.array(given["u"], order=order)
        gradient_u = np.array(gradient_u, order=order)
        loss = call(function, counts_in_place, given, **blocks, gradient_v=gradient_v, gradient_u=gradient_u)["loss"]
        results.append((loss, gradient_v.copy(), gradient_u.copy()))
    assert results[0][0] == pytest.approx(results[1][0], rel=1e-14)
    assert np.allclose(results[0][1], results[1][1], rtol=1e-13)
    assert np.allclose(results[0][2], results[1][2], rtol=1e-13)


def test_nothing_of_the_size_of_the_block_is_allocated():
    """Measured, not read: peak memory of a call stays far below one block."""
    import tracemalloc

    function = lambdify(instance(counts_in_place, "plain", {"beta": 0}))
    rng = np.random.default_rng(0)
    rows, words, width = 64, 20_000, 4
    u, v = rng.normal(size=(words, width)), rng.normal(size=(rows, width))
    columns = np.tile(np.arange(5), rows)
    starts, values = np.arange(0, 5 * rows + 1, 5), np.ones(5 * rows)
    block, gradient_u, gradient_v = np.empty((rows, words)), np.empty_like(u), np.empty_like(v)
    keywords = {"block": block, "gradient_u": gradient_u, "gradient_v": gradient_v}
    arguments = (u, v, columns, starts, values, np.full(rows, 5.0))
    function(*arguments, **keywords)
    tracemalloc.start()
    function(*arguments, **keywords)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < block.nbytes / 20


def test_rows_without_counts_give_nothing():
    function = lambdify(counts_in_place)
    given = inputs(counts_in_place, 7)
    given["N"][2], given["n"][2] = 0, 0
    blocks, gradient_v, gradient_u = buffers(function)
    got = call(function, counts_in_place, given, **blocks, gradient_v=gradient_v, gradient_u=gradient_u)
    assert np.isfinite(got["loss"])
    assert (gradient_v[2] == 0).all()


def test_an_instance_is_the_formula_at_a_value():
    plain = instance(counts, "plain", {"beta": 0})
    assert [argument.symbol for argument in plain.arguments] == ["u", "v", "N", "n"]
    given = inputs(counts, 8)
    given["beta"] = np.zeros(V)
    with_beta = call(lambdify(counts), counts, given)
    without = call(lambdify(plain), plain, given)
    for name in with_beta:
        assert np.allclose(with_beta[name], without[name], rtol=1e-14)
    assert plain.outputs["loss"].source == counts.outputs["loss"].source


def test_a_batch_names_its_parts():
    made = batched(pair, "batch", ("gradient_u",))
    assert [len(proved.tensor.indices) for proved in made.outputs.values()] == [1, 2, 2]


def test_shapes_of_work_arrays_are_checked():
    function = lambdify(counts_in_place)
    given = inputs(counts_in_place, 6)
    blocks, gradient_v, gradient_u = buffers(function)
    with pytest.raises(ValueError, match=r"counts_in_place needs .* block \(C, V\) contiguous; got"):
        call(function, counts_in_place, given, block=blocks["block"].T, gradient_v=gradient_v, gradient_u=gradient_u)


def test_an_unknown_output_cannot_be_written_in_place():
    a = Index("a", AXES["C"])
    with pytest.raises(EmitError, match="has no output missing"):
        Formula("f", (Array("n", ("C",)),), {"x": Given(Tensor((a,), 2 * n[a]))}, into=("missing",))


def test_counts_share_their_text_with_the_docstring():
    source = lambdify(Formula("f", COUNTS, counts.outputs)).__source__
    assert "proved in test.md:1" in source
    assert "beta: (V,)." in source


@pytest.mark.parametrize("wrong", [-1, SIZES["X"]])
def test_columns_of_a_sparse_matrix_are_checked(wrong):
    """SciPy's products would read memory that is not theirs."""
    one = in_place(composed_softmax)
    given = inputs(one, 5)
    given["A"][0, 0] = 1
    function = lambdify(one)
    blocks, gradient_v, gradient_u = buffers(function, centers=SIZES["X"])

    def spoiled(u, v, columns, *others, **buffers):
        columns = columns.copy()
        columns[0] = wrong
        return function(u, v, columns, *others, **buffers)

    with pytest.raises(ValueError, match="ind"):
        call(spoiled, one, given, **blocks, gradient_v=gradient_v, gradient_u=gradient_u)


def test_rows_without_entries_in_a_sparse_product():
    one = in_place(composed_softmax)
    given = inputs(one, 5)
    given["A"][1], given["N"][1], given["n"][1] = 0, 0, 0
    function = lambdify(one)
    blocks, gradient_v, gradient_u = buffers(function, centers=SIZES["X"])
    got = call(function, one, given, **blocks, gradient_v=gradient_v, gradient_u=gradient_u)
    for name, proved in one.outputs.items():
        assert row_error(got[name], evaluate(proved.tensor, given, SIZES)) < 1e-12
