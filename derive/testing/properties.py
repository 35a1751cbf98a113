"""What every entropy and every divergence must satisfy, as a ready battery for the functions of users."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import HealthCheck, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy
from numpy.typing import NDArray

from derive.testing.comparison import as_numbers
from derive.testing.strategies import distributions, one_hot

__all__ = ["Property", "PropertyFailure", "check_divergence", "check_entropy"]

Array = NDArray[np.float64]
Arguments = dict[str, Array]
_EPS = 2.0**-52


class PropertyFailure(AssertionError):
    """A function lacks properties that it must have; the message lists each with its smallest counterexample."""


@dataclass(frozen=True)
class Property:
    """A property by its formula, the arguments it is tried on, and the amount by which it fails (≤ 0 where it holds).

    ``excess`` gets the function and the arguments.
    """

    name: str
    arguments: SearchStrategy[Arguments]
    excess: Callable[[Callable[..., float], Arguments], float]


def check_divergence(
    function: Callable[..., Any], *, additive: bool = True, unbounded: bool = True, examples: int = 60
) -> tuple[str, ...]:
    """Hold ``function(p, q)`` against what the Kullback–Leibler divergence satisfies.

    Args:
        function: takes two probability vectors of one length and returns a number.
        additive: also the chain rule and additivity over independent pairs, which KL and Rényi divergences have
            and Jensen–Shannon, total variation or χ² do not.
        unbounded: also that it is infinite where q is 0 and p is not.
        examples: how many arguments to try for each property.

    Returns:
        the names of the properties, all of which hold.

    Raises:
        PropertyFailure: some do not.
    """
    battery = [*_DIVERGENCE, *(_ADDITIVE if additive else ()), *(_UNBOUNDED if unbounded else ())]
    return _check(function, battery, examples, "divergence")


def check_entropy(function: Callable[..., Any], *, examples: int = 60) -> tuple[str, ...]:
    """Hold ``function(p)`` against what Shannon's entropy in nats satisfies.

    Returns:
        the names of the properties, all of which hold.

    Raises:
        PropertyFailure: some do not.
    """
    return _check(function, _ENTROPY, examples, "entropy")


def _check(function: Callable[..., Any], battery: Sequence[Property], examples: int, what: str) -> tuple[str, ...]:
    failures = []
    for wanted in battery:
        found = _counterexample(function, wanted, examples)
        if found is not None:
            failures.append(f"{wanted.name} does not hold:\n{found}")
            if "Error: " in found:
                break  # a function that raises would fail everything after, in the same words
    if failures:
        listed = "\n".join(failures)
        raise PropertyFailure(f"not {what}: {len(failures)} of {len(battery)} properties fail\n{listed}")
    return tuple(wanted.name for wanted in battery)


def _counterexample(function: Callable[..., Any], wanted: Property, examples: int) -> str | None:
    values: list[str] = []

    def number(*arguments: Array) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            got = as_numbers(function(*(np.array(argument) for argument in arguments)))
        if got is None or got.size != 1:
            raise TypeError(f"returned {got!r} instead of a number")
        values.append(f"    at {', '.join(_shown(a) for a in arguments)}: {got.item():.10g}")
        return float(got.item())

    def fails(arguments: Arguments) -> bool:
        values.clear()
        try:
            excess = wanted.excess(number, arguments)
        except Exception as error:
            values.append(f"    at {', '.join(_shown(a) for a in arguments.values())}: {type(error).__name__}: {error}")
            return True
        return not excess <= 0

    try:
        smallest = find(
            wanted.arguments,
            fails,
            settings=settings(
                max_examples=examples,
                database=None,
                derandomize=True,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    except NoSuchExample:
        return None
    fails(smallest)
    return "\n".join(values)


def _shown(array: Array) -> str:
    return "[" + ", ".join(f"{entry:.6g}" for entry in np.ravel(array)) + "]"


@st.composite
def _some(draw: st.DrawFn, kinds: Mapping[str, str]) -> Arguments:
    """Vectors by name, all of one length: "+" positive, "p" with zeros, "1" one-hot."""
    length = draw(st.integers(2, 4))
    made: Arguments = {}
    for name, kind in kinds.items():
        if kind == "1":
            made[name] = draw(one_hot(length))
        else:
            made[name] = draw(distributions(length, zeros=kind == "p", corners=False))
    return made


@st.composite
def _joint(draw: st.DrawFn, count: int) -> Arguments:
    """Positive joint distributions over the same pairs."""
    rows, columns = draw(st.integers(2, 3)), draw(st.integers(2, 3))
    return {name: draw(distributions(rows * columns, corners=False)).reshape(rows, columns) for name in "pq"[:count]}


def _slack(*values: float) -> float:
    """The rounding error that sums of a few terms of this size may have."""
    return 256 * _EPS * (1 + sum(abs(value) for value in values))


def _close(left: float, right: float) -> float:
    return abs(left - right) - _slack(left, right)


def _nonnegative(f: Callable[..., float], a: Arguments) -> float:
    value = f(*a.values())
    return -value - _slack(1.0) if not np.isnan(value) else np.inf


def _positive(f: Callable[..., float], a: Arguments) -> float:
    distance = float(np.sum((a["p"] - a["q"]) ** 2))
    value = f(a["p"], a["q"])
    # By Pinsker's inequality KL ≥ |p - q|₁²/2 ≥ |p - q|₂²/2; any other divergence need only be visibly above zero.
    return -1.0 if distance < 1e-12 else 1e-9 * distance - value


def _permuted(f: Callable[..., float], a: Arguments) -> float:
    return _close(f(*a.values()), f(*(value[::-1] for value in a.values())))


def _merged(f: Callable[..., float], a: Arguments) -> float:
    coarse = [np.concatenate(([value[0] + value[1]], value[2:])) for value in a.values()]
    fine, merged = f(*a.values()), f(*coarse)
    return merged - fine - _slack(fine, merged)


def _independent(f: Callable[..., float], a: Arguments) -> float:
    joint = f(np.outer(a["p"], a["r"]).ravel(), np.outer(a["q"], a["s"]).ravel())
    return _close(joint, f(a["p"], a["q"]) + f(a["r"], a["s"]))


def _chain(f: Callable[..., float], a: Arguments) -> float:
    p, q = a["p"], a["q"]
    first_p, first_q = p.sum(axis=1), q.sum(axis=1)
    rest = sum(w * f(x / x.sum(), y / y.sum()) for w, x, y in zip(first_p, p, q, strict=True))
    return _close(f(p.ravel(), q.ravel()), f(first_p, first_q) + float(rest))


def _entropy_chain(f: Callable[..., float], a: Arguments) -> float:
    p = a["p"]
    first = p.sum(axis=1)
    rest = sum(weight * f(row / row.sum()) for weight, row in zip(first, p, strict=True))
    return _close(f(p.ravel()), f(first) + float(rest))


def _infinite(f: Callable[..., float], a: Arguments) -> float:
    position = int(np.argmax(a["p"]))
    other = a["q"].copy()
    other[position] = 0.0
    value = f(a["p"], other / other.sum())
    return 0.0 if value == np.inf else 1.0


# Zeros have properties of their own, so that a function that stumbles over them alone is told just that.
_PAIR = _some({"p": "+", "q": "+"})
_DIVERGENCE = (
    Property("D(p‖q) ≥ 0", _PAIR, _nonnegative),
    Property("D(p‖p) = 0", _some({"p": "+"}), lambda f, a: _close(f(a["p"], a["p"]), 0.0)),
    Property("D(p‖q) > 0 where p ≠ q", _PAIR, _positive),
    Property("D does not depend on the order of the outcomes", _PAIR, _permuted),
    Property("D does not grow when outcomes are merged", _PAIR, _merged),
    Property(
        "D is finite at a one-hot p",
        _some({"p": "1", "q": "+"}),
        lambda f, a: -float(np.isfinite(f(*a.values()))) + 0.5,
    ),
)
_ADDITIVE = (
    Property("D(p⊗r‖q⊗s) = D(p‖q) + D(r‖s)", _some({"p": "+", "q": "+", "r": "+", "s": "+"}), _independent),
    Property("chain rule: D of a joint distribution = D of the first + expected D of the second", _joint(2), _chain),
)
_UNBOUNDED = (Property("D(p‖q) = ∞ where q is 0 and p is not", _some({"p": "+", "q": "+"}), _infinite),)
_ENTROPY = (
    Property("H(p) ≥ 0", _some({"p": "+"}), _nonnegative),
    Property("H(p) ≤ log n", _some({"p": "+"}), lambda f, a: f(a["p"]) - np.log(len(a["p"])) - _slack(1.0)),
    Property("H is finite where some p_i = 0", _some({"p": "p"}), lambda f, a: 0.5 - float(np.isfinite(f(a["p"])))),
    Property("H(one-hot) = 0", _some({"p": "1"}), lambda f, a: _close(f(a["p"]), 0.0)),
    Property(
        "H(uniform) = log n",
        _some({"p": "+"}),
        lambda f, a: _close(f(np.full(len(a["p"]), 1 / len(a["p"]))), float(np.log(len(a["p"])))),
    ),
    Property("H does not depend on the order of the outcomes", _some({"p": "+"}), _permuted),
    Property("chain rule: H(X,Y) = H(X) + H(Y|X)", _joint(1), _entropy_chain),
)
