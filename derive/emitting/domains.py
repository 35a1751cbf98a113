"""The numbers for which a formula says something: what the note declares of a scalar is checked at the door."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.emitting.formula import Formula, Scalar
from derive.emitting.text import call, indented, number

__all__ = ["domain", "domain_checks"]

_SHOWN = {">=": "≥", "<=": "≤", "!=": "≠"}


def domain(scalar: Scalar) -> str:
    """Where a scalar must lie: ``> 0 and ≠ 1``; empty if anywhere."""
    return " and ".join(f"{_SHOWN.get(sign, sign)} {number(end)[0]}" for sign, end in _conditions(scalar))


def _conditions(scalar: Scalar) -> Iterator[tuple[str, Fraction]]:
    if scalar.lower is not None:
        yield (">" if scalar.lower in scalar.excluded else ">="), scalar.lower
    if scalar.upper is not None:
        yield ("<" if scalar.upper in scalar.excluded else "<="), scalar.upper
    for value in sorted(scalar.excluded):
        if (scalar.lower is None or value > scalar.lower) and (scalar.upper is None or value < scalar.upper):
            yield "!=", value


def domain_checks(formula: Formula) -> list[str]:
    """A test of every scalar of which the note declares something.

    In functions of numbers only, which take arrays of them, ends that are left out stand for limits: the information of
    an impossible event is infinite.  Of their arguments the sign is looked at, like that of arrays.
    """
    lines: list[str] = []
    for scalar in formula.arguments:
        if isinstance(scalar, Scalar) and not formula.elementwise and (wanted := domain(scalar)):
            tests = [f"{scalar.parameter} {sign} {number(end)[0]}" for sign, end in _conditions(scalar)]
            arguments = [f'"{formula.name}"', f'"{scalar.parameter} {wanted}"', scalar.parameter]
            lines += [f"if not ({' and '.join(tests)}):", *indented(call("_reject_number", arguments, 8))]
    return lines
