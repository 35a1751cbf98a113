"""``P(y | x)`` where the note gives P(y=1 | x): the probability of the label that was seen, p^y (1 - p)^{1-y}."""

from __future__ import annotations

from sympy import Integer

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.elaborate import value
from derive.reading.spelling import Spelled, letter, spell
from derive.reading.survey import TABLES
from derive.reading.values import Value, scalar
from derive.reading.written import shown

__all__ = ["of_seen_label"]


def of_seen_label(
    spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading
) -> Value | None:
    """The probability of a label y, y_i or y^{(i)}, which is 0 or 1, by what the note says of the label 1."""
    label = spell(parts[0]) if parts else None
    if spelled.name not in TABLES or spelled.subs or separators[:1] != ("|",) or label is None:
        return None
    if label.power is not None or label.transposed or label.primes or not label.name.removesuffix("^()").islower():
        return None
    names = [label.name.removesuffix("^()"), shown(parts[0])]
    known = next((name for name in names if _given(f"{spelled.name}[{name}=1]", reading)), None)
    if known is None or (len(label.subs) == 0 and letter(parts[0]) in reading.bound):
        return None
    family = reading.scope.family(label.name)
    if family.sums_to_one or (family.values and set(family.values) != {Integer(0), Integer(1)}):
        return None
    seen, one = value(parts[0], reading), _at_label(spelled, known, parts, separators, "1", reading)
    zero = _at_label(spelled, known, parts, separators, "0", reading)
    if seen.rank or one.rank or zero.rank:
        return None
    if not family.values and not family.declared:
        family.values, family.nonnegative = (Integer(0), Integer(1)), True
        reading.scope.note(f"{label.name.removesuffix('^()')} is a label, 0 or 1 (inferred)")
    return scalar(one.body**seen.body * zero.body ** (1 - seen.body))


def _given(name: str, reading: Reading) -> bool:
    return any(key == name or key.startswith(f"{name}(") for key in reading.scope.heads)


def _at_label(
    spelled: Spelled, label: str, parts: list[tree.Node], separators: tuple[str, ...], number: str, reading: Reading
) -> Value:
    """``P(y=1 | x)``, as the note gives it."""
    from derive.reading.calls import at_label

    return at_label(f"{spelled.name}[{label}={number}]", parts[1:], separators[1:], reading)
