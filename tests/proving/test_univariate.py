"""Functions of one variable: what calculus proves, and what it must not prove."""

from __future__ import annotations

import pytest
import sympy
from sympy import Expr, Rational, log, oo

from derive.proving.univariate import Interval, nonnegative

T = sympy.Symbol("t", positive=True)
UNIT = Interval(sympy.S.Zero, sympy.S.One)
POSITIVE = Interval(sympy.S.Zero, oo)
ENTROPY = -T * log(T) - (1 - T) * log(1 - T)


@pytest.mark.parametrize(
    ("f", "interval"),
    [
        (log(2) - ENTROPY, UNIT),
        (ENTROPY, UNIT),
        (T * log(T) - T + 1, POSITIVE),
        (log(T) - 1 + 1 / T, POSITIVE),
    ],
)
def test_proved(f: Expr, interval: Interval) -> None:
    assert nonnegative(f, T, interval)


@pytest.mark.parametrize(
    ("f", "interval"),
    [
        (Rational(69, 100) - ENTROPY, UNIT),
        (ENTROPY - Rational(1, 100), UNIT),
        (T * log(T) - T + Rational(99, 100), POSITIVE),
        (T * log(T), UNIT),
        # concave on either side of a pole, and far below zero beside it
        (20 - 1 / (T - Rational(1, 2)) ** 2 / 100 + T * log(T) - T * log(2 * T), UNIT),
    ],
)
def test_not_proved(f: Expr, interval: Interval) -> None:
    assert not nonnegative(f, T, interval)


def test_not_strictly_where_it_vanishes() -> None:
    assert not nonnegative(log(2) - ENTROPY, T, UNIT, strict=True)
