"""The reference of every objective: three ways to its value agree, and bounds that hold and are tight."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from losses_by_hand import negative_sampling, softmax_batch, softmax_counts, softmax_pair, softmax_window

from derive.derivation import Goal, Kind, Relation
from derive.errors import DeriveError, InternalError
from derive.proving.check import decide
from derive.terms import Axis, Index, array, delta, size, sum_over
from derive.testing.cases import argument_sets, specials_of
from derive.testing.evaluation import evaluate
from derive.testing.objectives import OBJECTIVES
from derive.testing.reference import reference
from derive.testing.tolerance import rounding_bounds

QUICK = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_emitted_numpy_stays_within_the_rounding_bounds(name: str) -> None:
    truth = reference(name)

    @QUICK
    @given(st.data())
    def check(data: Any) -> None:
        special = data.draw(st.sampled_from(("", *(s for s in specials_of(truth.objective) if "0" not in s))))
        arguments = data.draw(argument_sets(truth.objective, special))
        exact = truth(**arguments)
        bounds = rounding_bounds(name, arguments, exact)
        for output, got in truth.emitted(arguments).items():
            assert got.shape == exact[output].shape
            assert np.all(np.abs(got - exact[output]) <= bounds[output]), (output, got, exact[output])

    check()


@pytest.mark.parametrize("name", [name for name, made in OBJECTIVES.items() if any(o.by for o in made.outputs)])
def test_gradients_agree_with_differences_at_fifty_digits(name: str) -> None:
    truth = reference(name)
    rng = np.random.default_rng(5)
    sizes = {"V": 4, "d": 2, "K": 3, "B": 2, "C": 3, "n": 3}
    arguments: dict[str, Any] = {}
    for argument in truth.objective.arguments:
        shape = tuple(sizes[axis] for axis in argument.shape)
        match argument.kind:
            case "word" | "center":
                arguments[argument.name] = 1
            case "words":
                arguments[argument.name] = np.array([0, 0, 2][: shape[0]])
            case "draws":
                arguments[argument.name] = np.array([2, 0, 2])
            case "distribution":
                arguments[argument.name] = np.array([0.25, 0.25, 0.5])
            case _:
                arguments[argument.name] = rng.integers(-8, 9, shape) / 8.0
    exact = truth.exact(arguments, digits=60)
    for output in truth.objective.outputs:
        if output.by is None:
            continue
        name_of = {"u": "U"}.get(str(output.by.base.label), str(output.by.base.label))
        for place in np.ndindex(*np.shape(arguments[name_of])):
            values = []
            for step in (2.0**-30, -(2.0**-30)):  # exact in float64, so that the differences are exact as well
                moved = arguments[name_of].copy()
                moved[place] += step
                values.append(truth.exact({**arguments, name_of: moved}, digits=60)["loss"].item())
            slope = (values[0] - values[1]) * 2**29
            assert abs(slope - exact[output.name][place]) < 1e-15


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("softmax-skip-gram", softmax_pair),
        ("softmax-skip-gram-batch", softmax_batch),
        ("softmax-skip-gram-window", softmax_window),
        ("softmax-skip-gram-counts", softmax_counts),
        ("negative-sampling", negative_sampling),
    ],
)
def test_large_sizes(name: str, by_hand: Any) -> None:
    rng = np.random.default_rng(6)
    sizes = {"V": 500, "d": 20, "K": 30, "B": 12, "C": 7}
    arguments: dict[str, Any] = {}
    for argument in OBJECTIVES[name].arguments:
        shape = tuple(sizes[axis] for axis in argument.shape)
        match argument.kind:
            case "word" | "center":
                arguments[argument.name] = 3
            case "words":
                arguments[argument.name] = rng.integers(0, 500, shape)
            case "draws":
                arguments[argument.name] = rng.integers(4, 50, shape)
            case "counts":
                arguments[argument.name] = rng.integers(0, 3, shape).astype(float)
            case _:
                arguments[argument.name] = rng.normal(size=shape)
    expected = reference(name)(**arguments)
    bounds = rounding_bounds(name, arguments, expected)
    for got, output in zip(by_hand(*arguments.values()), expected, strict=True):
        assert np.all(np.abs(got - expected[output]) <= bounds[output])


def test_bounds_follow_the_size_of_each_row() -> None:
    arguments = {"v": np.array([1.0, 0.5]), "o": 0, "U": np.array([[30.0, 0.0], [0.0, 0.0], [20.0, 0.0]])}
    exact = reference("softmax-skip-gram")(**arguments)
    bounds = rounding_bounds("softmax-skip-gram", arguments, exact)["dU"]
    assert np.all(bounds[1:] < 1e-10 * np.abs(exact["dU"][1:]))
    assert np.abs(exact["dU"][1]).max() < 1e-12


def test_place_and_name() -> None:
    for name in OBJECTIVES:
        file, _, line = reference(name).place.rpartition(":")
        assert file.startswith("derive/notes/")
        assert int(line) > 0
    with pytest.raises(DeriveError, match="choose one of: softmax-skip-gram"):
        reference("nothing")


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_closed_form_is_proved(name: str) -> None:
    truth = reference(name)
    for output in truth.objective.outputs:
        assert truth.terms[output.name] is (output.closed if output.by is not None else truth.objective.value)


def test_a_closed_form_that_is_not_the_derivative_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    made = OBJECTIVES["negative-sampling"]
    loss, d_v, d_u = made.outputs
    assert d_v.closed is not None
    wrong = replace(made, outputs=(loss, replace(d_v, closed=-d_v.closed), d_u))
    monkeypatch.setattr("derive.testing.reference.objective_named", lambda _: wrong)
    with pytest.raises(InternalError, match="the closed form of dv in negative-sampling is refuted"):
        reference.__wrapped__("negative-sampling")


def test_a_wrong_closed_form_is_not_proved() -> None:
    truth = reference("softmax-skip-gram")
    output = truth.objective.outputs[1]
    assert output.closed is not None
    goal = Goal(truth.terms["dv"], Relation.EQUAL, -output.closed, truth.objective.facts)
    assert decide(goal).kind is Kind.REFUTED


def test_evaluate() -> None:
    n, m = size("n"), size("m")
    i, j, k = (Index(name, Axis.of_size(n)) for name in "ijk")
    c = Index("c", Axis.of_size(m))
    a = array("a")
    terms = {
        "transposed": (a[j, i], (i, j)),
        "product": (sum_over(a[i, k] * a[k, j], k), (i, j)),
        "identity": (delta(i, j), (i, j)),
        "constant": (sum_over(a[i, i], c), (i,)),
    }
    given = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = {name: value.astype(float) for name, value in evaluate(terms, {"a": given}, {"n": 2, "m": 3}).items()}
    assert np.array_equal(found["transposed"], given.T)
    assert np.array_equal(found["product"], given @ given)
    assert np.array_equal(found["identity"], np.eye(2))
    assert np.array_equal(found["constant"], 3 * np.diag(given))
    for term, message in ((a[i, j], "not asked for"), (array("b")[i, i], "has no value"), (a[i, i] ** size("w"), "w")):
        with pytest.raises(ValueError, match=message):
            evaluate({"x": (term, (i,))}, {"a": given}, {"n": 2})
