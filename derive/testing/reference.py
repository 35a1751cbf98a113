"""The truth that functions are held against: terms, their derivatives proved for all sizes, at fifty digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from derive.derivation import Goal, Kind, Relation
from derive.errors import InternalError
from derive.proving.calculus import differentiate
from derive.proving.check import decide
from derive.testing.evaluation import evaluate
from derive.testing.objectives import Objective, Output, objective_named

__all__ = ["Reference", "reference"]

_PATIENCE = 60.0  # seconds for a proof that takes a tenth of one; a loaded machine must not change the outcome
_WORD_KINDS = ("word", "words", "draws", "center")


@dataclass(frozen=True)
class Reference:
    """An objective with the terms of its outputs.

    Attributes:
        objective: what it is the reference of.
        terms: the term of each output by name, proved to be the derivative.
    """

    objective: Objective
    terms: Mapping[str, Expr]

    @property
    def place(self) -> str:
        """The note and line that states and proves the formula."""
        file, phrase = self.objective.note
        text = (files("derive") / "notes" / file).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            if phrase in line:
                return f"derive/notes/{file}:{number}"
        raise InternalError(f"derive/notes/{file} no longer has the line {phrase!r} that proves {self.objective.name}")

    def exact(self, arguments: Mapping[str, Any], digits: int = 50) -> dict[str, NDArray[Any]]:
        """Every output at the given arguments, as arrays of ``mpmath.mpf``; indices of words count from 0."""
        numbers, sizes = self._numbers(arguments)
        terms = {output.name: (self.terms[output.name], output.indices) for output in self.objective.outputs}
        return evaluate(terms, numbers, sizes, digits)

    def __call__(self, **arguments: Any) -> dict[str, NDArray[np.float64]]:
        """Every output at the given arguments, rounded once to float64."""
        return {name: np.asarray(value, dtype=np.float64) for name, value in self.exact(arguments).items()}

    def _numbers(self, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
        numbers: dict[str, Any] = {}
        sizes: dict[str, int] = {}
        keep = None
        if self.objective.support:
            keep = np.asarray(arguments[self.objective.support[0]]) > 0
        for argument in self.objective.arguments:
            value = np.asarray(arguments[argument.name])
            if keep is not None and argument.name in self.objective.support:
                value = value[keep]  # 0·log 0 = 0, the limit
            numbers[argument.name.replace("U", "u")] = value + 1 if argument.kind in _WORD_KINDS else value
            sizes.update(zip(argument.shape, value.shape, strict=True))
        return numbers, sizes


@cache
def reference(name: str) -> Reference:
    """The reference of an objective: derived, and its closed forms proved, at first use.

    Raises:
        DeriveError: there is no objective of this name.
        InternalError: a closed form is not proved equal to the derivative.
    """
    objective = objective_named(name)
    return Reference(objective, {output.name: _proved(objective, output) for output in objective.outputs})


def _proved(objective: Objective, output: Output) -> Expr:
    """The term of an output; a closed form is used only after the proof that it is SymPy's derivative."""
    if output.by is None:
        return objective.value
    derived = differentiate(objective.value, output.by)
    if output.closed is None:
        return derived
    verdict = decide(Goal(derived, Relation.EQUAL, output.closed, objective.facts), deadline=_PATIENCE)
    if verdict.kind is not Kind.PROVED:
        raise InternalError(f"the closed form of {output.name} in {objective.name} is {verdict.kind}: {verdict.reason}")
    return output.closed
