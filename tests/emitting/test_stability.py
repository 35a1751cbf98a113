"""Finite and right where the mathematics as written would overflow, underflow or cancel."""

from __future__ import annotations

import warnings

import mpmath
import numpy as np
import pytest
from conftest import row_error
from family import BY_NAME, SIZES, call, inputs

from derive.emitting.reference import evaluate

SOFTMAX = ["pair", "pair_as_in_note", "batch", "counts", "counts_by_log", "cbow", "cbow_batch", "softmax_regression"]
SIGMOID = ["negative_sampling", "negative_sampling_batch", "expected_negative_sampling", "hierarchical", "nce"]


@pytest.fixture(autouse=True)
def _warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def far_apart(name: str, size: float) -> dict[str, object]:
    """Vectors of small integers times a power of two, so that the logits are exact and as large as wanted."""
    given = inputs(BY_NAME[name], 3)
    rng = np.random.default_rng(4)
    for key in ("u", "v", "W", "x"):
        if key in given and np.ndim(given[key]):
            given[key] = rng.integers(-3, 4, size=np.shape(given[key])).astype(float)
    scale = 2.0 ** np.floor(np.log2(size))
    key = "u" if "u" in given else "W"
    given[key] = given[key] * scale
    return given


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SOFTMAX + SIGMOID)
def test_enormous_logits(name, dtype, compiled):
    given = far_apart(name, 2000)
    got = call(compiled(name), BY_NAME[name], given, dtype)
    tolerance = 1e-12 if dtype is np.float64 else 1e-5
    for output, proved in BY_NAME[name].outputs.items():
        assert np.isfinite(got[output]).all()
        truth = np.asarray(evaluate(proved.tensor, given, SIZES), dtype=object)
        size = max(abs(x) for x in truth.reshape(-1))
        error = max(abs(float(x) - t) for x, t in zip(np.ravel(got[output]), truth.reshape(-1), strict=True))
        assert error <= tolerance * max(size, 1e-30), output


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_softmax_and_log_sum_exp_of_ten_thousand(dtype, compiled):
    z = np.array([10000, -10000, 9999, 0], dtype)
    wanted = [1 / (1 + mpmath.exp(-1)), 0, 1 / (1 + mpmath.e), 0]
    assert row_error(compiled("softmax")(z), wanted) < (1e-15 if dtype is np.float64 else 1e-6)
    assert np.isclose(compiled("log_sum_exp")(z), 10000 + float(mpmath.log(1 + mpmath.exp(-1))), rtol=1e-6)
    assert compiled("log_sum_exp")(np.full(3, -10000, dtype)) == pytest.approx(np.log(3) - 10000)


@pytest.mark.parametrize("gap", [1, 20, 40, 100, 300, 600])
@pytest.mark.parametrize("name", ["pair", "pair_as_in_note", "batch"])
def test_no_digit_is_lost_where_the_observed_word_is_nearly_certain(name, gap, compiled):
    """1 - P(o) is about e^-gap; as written it would have no correct digit left from a gap of 37 on."""
    one = BY_NAME[name]
    given = inputs(one)
    V, C, d = SIZES["V"], SIZES["C"], SIZES["d"]
    given["u"], given["v"] = np.arange(V * d, dtype=float).reshape(V, d) % 5 / 8, np.ones((C, d))
    given["o"] = 2 if np.ndim(given["o"]) == 0 else np.full(SIZES["B"], 2)
    given["u"][2] += gap / d
    got = call(compiled(name), one, given)
    for output, proved in one.outputs.items():
        assert row_error(got[output], evaluate(proved.tensor, given, SIZES, digits=400)) < 1e-12, output


def test_the_loss_of_a_hopeless_word(compiled):
    """The observed word is far behind, by more than exp can express."""
    u, v = np.array([[4096.0], [-4096.0], [0.0]]), np.array([[2.0]])
    loss, gradient_v, gradient_u = compiled("pair")(u, v, 0, 1)
    assert loss == 16384
    assert gradient_v == [8192]
    assert gradient_u.tolist() == [[2], [-2], [0]]


@pytest.mark.parametrize("name", ["entropy", "kl_divergence", "cross_entropy", "jensen_shannon"])
def test_zero_times_log_of_zero_is_zero(name, compiled):
    p, q = np.array([1.0, 0.0, 0.0]), np.array([0.7, 0.2, 0.1])
    values = {"entropy": 0.0, "kl_divergence": -np.log(0.7), "cross_entropy": -np.log(0.7)}
    result = compiled(name)(p) if name == "entropy" else compiled(name)(p, q)
    value = result if name == "jensen_shannon" else result[0]
    m = (p + q) / 2
    jensen = (np.log(1 / m[0]) + np.sum(q * np.log(q / m))) / 2
    assert value == pytest.approx(values.get(name, jensen), rel=1e-14)


def test_both_zero(compiled):
    p = np.array([0.5, 0.5, 0.0])
    assert compiled("kl_divergence")(p, p)[0] == 0
    assert compiled("cross_entropy")(p, p)[0] == pytest.approx(np.log(2), rel=1e-15)


def test_what_is_infinite_is_infinite(compiled):
    assert compiled("information")(0.0) == (np.inf, -np.inf)
    assert compiled("kl_divergence")(np.array([0.5, 0.5]), np.array([1.0, 0.0]))[0] == np.inf
    assert compiled("entropy")(np.array([1.0, 0.0]))[1].tolist() == [-1, np.inf]
