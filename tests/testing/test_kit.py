"""The strategies, the batteries of properties, and the pytest plugin."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

import derive.testing as kit
from derive.testing.properties import PropertyFailure

pytest_plugins = ["pytester"]


def test_public_names_exist() -> None:
    for name in kit.__all__:
        assert getattr(kit, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = kit.nonsense
    assert dir(kit) == sorted(kit.__all__)


def test_the_plugin_loads_without_sympy() -> None:
    seen = "import sys; import derive.testing.plugin, derive.testing.marking; print('sympy' in sys.modules)"
    here = {**os.environ, "PYTHONPATH": str(Path(kit.__file__).parents[2])}
    result = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True, env=here)
    assert result.stdout.strip() == "False"


@given(kit.distributions())
def test_distributions(p: Any) -> None:
    assert p.sum() == pytest.approx(1.0, abs=1e-15 * len(p) + 1e-15)
    assert (p > 0).all()


@given(kit.distributions(3, zeros=True))
def test_distributions_with_zeros(p: Any) -> None:
    assert p.shape == (3,)
    assert p.sum() == pytest.approx(1.0)


@given(kit.one_hot(st.integers(2, 4)))
def test_one_hot(y: Any) -> None:
    assert sorted(set(y.tolist())) == [0.0, 1.0]
    assert y.sum() == 1


@given(kit.embeddings(4, 2, scale=0.5))
def test_embeddings(U: Any) -> None:
    assert U.shape == (4, 2)
    assert np.abs(U).max() <= 0.75
    assert np.allclose(U * 20, np.round(U * 20))


@given(kit.co_occurrences(2, 3))
def test_co_occurrences(N: Any) -> None:
    assert N.shape == (2, 3)
    assert (N >= 0).all()
    assert np.array_equal(N, np.round(N))


@given(kit.windows(5, 2))
def test_windows(window: Any) -> None:
    assert 0 <= window.center < 5
    assert 1 <= len(window.outside) <= 2 * window.size
    assert all(0 <= word < 5 for word in window.outside)


QUIET = settings(database=None, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    ("strategy", "condition", "smallest"),
    [
        (kit.distributions(2), lambda p: p[0] != p[1], [[1 / 3, 2 / 3], [2 / 3, 1 / 3]]),
        (kit.embeddings(2, 2), lambda u: (u != 0).any(), [[[0, 0], [0, 0.1]], [[0.1, 0], [0, 0]]]),
        (kit.logits(2), lambda z: np.ptp(z) > 1, [[0, 1.1], [0, -1.1], [1.1, 0], [0, 200], [200, 0]]),
        (
            kit.distributions(3, zeros=True),
            lambda p: (p == 0).any(),
            [[1, 0, 0], [0, 0, 1], [0.5, 0.5, 0], [0, 0.5, 0.5]],
        ),
        (kit.co_occurrences(1, 2), lambda n: n.sum() > 3, [[[4, 0]], [[0, 4]]]),
    ],
)
def test_shrinks_to_readable_numbers(strategy: Any, condition: Any, smallest: Any) -> None:
    found = find(strategy, condition, settings=QUIET)
    assert any(np.allclose(found, choice) for choice in smallest), found


@pytest.mark.parametrize("corner", [lambda z: z.max() > 9000, lambda z: (z == z[0]).all() and abs(z[0]) > 9000])
def test_logits_reach_the_dangerous_corners(corner: Any) -> None:
    find(kit.logits(3), corner, settings=QUIET)


def kl(p: Any, q: Any) -> float:
    kept = p > 0
    with np.errstate(divide="ignore"):
        return float(np.sum(p[kept] * np.log(p[kept] / q[kept])))


def jensen_shannon(p: Any, q: Any) -> float:
    return (kl(p, (p + q) / 2) + kl(q, (p + q) / 2)) / 2


def test_divergences_accepted() -> None:
    assert len(kit.check_divergence(kl)) == 9
    assert len(kit.check_divergence(jensen_shannon, additive=False, unbounded=False)) == 6


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda p, q: -kl(p, q), "D(p‖q) ≥ 0 does not hold"),
        (lambda p, q: kl(q, p), "chain rule"),
        (lambda p, q: kl(p, q) + 1e-6, "D(p‖p) = 0 does not hold"),
        (lambda p, q: 0.0 * kl(p, q), "D(p‖q) > 0 where p ≠ q does not hold"),
        (lambda p, q: kl(p[1:], q[1:]), "order of the outcomes"),
        (jensen_shannon, "D(p⊗r‖q⊗s) = D(p‖q) + D(r‖s) does not hold"),
        (lambda p, q: np.sum(p * np.log(p / q)), "finite at a one-hot p does not hold"),
        (lambda p, q: kl(p + 1e-12, q + 1e-12), "∞ where q is 0"),
        (lambda p, _: p, "returned array"),
        (lambda p, q: p.nonsense(q), "AttributeError"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_divergences_rejected(wrong: Any, message: str) -> None:
    with pytest.raises(PropertyFailure) as caught:
        kit.check_divergence(wrong)
    assert message in str(caught.value)
    assert "    at [" in str(caught.value)


def entropy(p: Any) -> float:
    return float(-np.sum(p[p > 0] * np.log(p[p > 0])))


def test_entropy_accepted() -> None:
    assert len(kit.check_entropy(entropy)) == 7


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda p: -entropy(p), "H(p) ≥ 0 does not hold"),
        (lambda p: entropy(p) / np.log(2), "H(p) ≤ log n does not hold"),
        (lambda p: entropy(p) / len(p), "H(uniform) = log n does not hold"),
        (lambda p: 1 - np.sum(p**2), "chain rule: H(X,Y) = H(X) + H(Y|X) does not hold"),
        (lambda p: -np.sum(p * np.log(p)), "finite where some p_i = 0 does not hold"),
    ],
)
def test_entropy_rejected(wrong: Any, message: str) -> None:
    with pytest.raises(PropertyFailure) as caught:
        kit.check_entropy(wrong)
    assert message in str(caught.value)


TESTS = """
import numpy as np
from derive.testing import derives

@derives("entropy", max_examples=20)
def test_right(p):
    return -np.sum(p[p > 0] * np.log(p[p > 0]))

@derives("entropy", max_examples=20)
def test_wrong(p):
    return np.sum(p[p > 0] * np.log(p[p > 0]))

test_made = derives("kl", max_examples=20, seconds=1)(lambda p, q: np.sum(p * np.log(q / p)))

def test_fixture(check_derives):
    check_derives("sigmoid", lambda x: 1 / (1 + np.exp(-x)), max_examples=20)
"""


def test_plugin(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    # An installed package brings the plugin along; then it must not be named a second time.
    installed = any(point.value == "derive.testing.plugin" for point in entry_points(group="pytest11"))
    result = pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", *([] if installed else ["-p", "derive.testing.plugin"])
    )
    result.assert_outcomes(passed=2, failed=2)
    shown = result.stdout.str()
    assert "wrong: value has the wrong sign" in shown
    assert "formula: H(p) = -Σ_i p_i log p_i" in shown
    assert "proved:  derive/notes/information.md:" in shown
    assert "smallest counterexample:" in shown
    assert "Traceback" not in shown
    assert "def require" not in shown
