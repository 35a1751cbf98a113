"""Pieces of program text that know how tightly they bind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

__all__ = [
    "ATOM",
    "PRODUCT",
    "SUM",
    "UNARY",
    "WIDTH",
    "Text",
    "call",
    "indented",
    "letter",
    "number",
    "weighted_sum",
    "wrap",
]

WIDTH = 120
"""The longest line of generated code."""

ATOM, UNARY, PRODUCT, SUM = 4, 3, 2, 1
Text = tuple[str, int]
"""Program text and how tightly it binds."""


def wrap(text: Text, least: int) -> str:
    return text[0] if text[1] >= least else f"({text[0]})"


def number(value: int | float | Fraction) -> Text:
    if isinstance(value, int):
        return str(value), ATOM
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return (str(value), ATOM) if value >= 0 else (str(value), UNARY)
        if value.denominator & (value.denominator - 1) == 0 and value.denominator <= 1024:
            return (repr(float(value)), ATOM) if value >= 0 else (repr(float(value)), UNARY)
        return f"{value.numerator} / {value.denominator}", PRODUCT
    return (repr(value), ATOM) if float(value) >= 0 else (repr(value), UNARY)


def weighted_sum(terms: list[tuple[Fraction, Text]], constant: Fraction) -> Text:
    text = ""
    for coefficient, part in sorted(terms, key=lambda term: term[0] < 0):
        size = abs(coefficient)
        least = SUM + 1 if coefficient < 0 else SUM
        shown = (
            (wrap(part, least) if text or coefficient > 0 else part[0])
            if size == 1
            else f"{wrap(number(size), PRODUCT + 1)} * {wrap(part, UNARY)}"
        )
        if text:
            text += f" - {shown}" if coefficient < 0 else f" + {shown}"
        else:
            text = f"-{wrap((shown, PRODUCT if size != 1 else part[1]), UNARY)}" if coefficient < 0 else shown
    if constant != 0:
        shown = wrap(number(abs(constant)), PRODUCT)
        text = f"{text} {'-' if constant < 0 else '+'} {shown}" if text else number(constant)[0]
    if len(terms) == 1 and constant == 0:
        coefficient, part = terms[0]
        return text, part[1] if coefficient == 1 else PRODUCT if abs(coefficient) != 1 else UNARY
    return text, SUM


def letter(axis: str, used: set[str]) -> str:
    wanted = axis[0].lower() if axis[0].isalpha() else "a"
    return wanted if wanted not in used else next(c for c in "ijklmnopqrstuvwxyzabcdefgh" if c not in used)


def call(function: str, arguments: Sequence[str], indent: int) -> list[str]:
    """A call as lines that will be indented, laid out as formatters do."""
    inside = ", ".join(arguments)
    if indent + len(function) + len(inside) + 2 <= WIDTH:
        return [f"{function}({inside})"]
    if indent + 4 + len(inside) <= WIDTH:
        return [f"{function}(", f"    {inside}", ")"]
    return [f"{function}(", *(f"    {each}," for each in arguments), ")"]


def indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]
