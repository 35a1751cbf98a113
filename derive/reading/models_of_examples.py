"""``h_θ(x^{(i)})`` where the note never says what h_θ is: a number for every example, which depends on θ somehow."""

from __future__ import annotations

import sympy

from derive.reading import tree
from derive.reading.context import Reading, index_expression
from derive.reading.spelling import Spelled, letter, spell
from derive.reading.survey import PARAMETERS
from derive.reading.values import Value, scalar

__all__ = ["MODELS", "of_an_unknown_model"]

MODELS = {"f", "g", "h", "\\hat{y}", "\\hat{p}", "\\pi", "p"}


def of_an_unknown_model(spelled: Spelled, parts: list[tree.Node], reading: Reading) -> Value | None:
    """An entry of the table of its values; between 0 and 1 where ``1 - h_θ(x)`` stands as well."""
    base, _, label = spelled.name.partition("_{")
    letters = {letter(sub) for sub in spelled.subs} | {label.removesuffix("}")}
    if base not in MODELS or not letters & PARAMETERS or len(spelled.subs) > 1 or len(parts) != 1:
        return None
    example = spell(parts[0])
    if example is None or example.power is not None or example.transposed or len(example.subs) != 1:
        return None
    family_name = f"{base}_{{{(letters & PARAMETERS).pop()}}}({example.name})"
    family = reading.scope.family(family_name)
    if {base, spelled.name} & reading.survey.complemented:
        family.lower, family.upper, family.strict = sympy.Integer(0), sympy.Integer(1), True
    reading.scope.want_order(family_name, 1)
    where = index_expression(example.subs[0], reading.scope.axis(family_name, 0), reading)
    return scalar(reading.scope.entry(family_name, (where,)))
