"""The truth that functions are held against: terms whose derivatives are proved for all sizes.

They are evaluated to fifty digits where that is quick, and by the NumPy emitted from them where it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from derive.calculus import differentiate
from derive.derivation import Goal, Kind, Relation
from derive.emitting import formula
from derive.emitting.lambdify import lambdify
from derive.errors import InternalError
from derive.proving.check import decide
from derive.terms import Tensor
from derive.testing.evaluation import evaluate
from derive.testing.objectives import Argument, Objective, Output, objective_named

__all__ = ["Reference", "reference"]

_PATIENCE = 60.0  # seconds for a proof that takes a tenth of one; a loaded machine must not change the outcome
_SMALL = 2000  # entries of the arguments up to which fifty digits take less than a tenth of a second
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
        """The note that states the formula, with the line."""
        file, phrase = self.objective.note
        note = files("derive") / "notes" / file
        lines = note.read_text(encoding="utf-8").splitlines() if note.is_file() else []
        found = next((number for number, line in enumerate(lines, start=1) if phrase in line), None)
        return f"derive/notes/{file}" if found is None else f"derive/notes/{file}:{found}"

    def exact(self, arguments: Mapping[str, Any], digits: int = 50) -> dict[str, NDArray[Any]]:
        """Every output at the given arguments, as arrays of ``mpmath.mpf``; indices of words count from 0."""
        numbers, sizes = self._numbers(arguments)
        terms = {output.name: (self.terms[output.name], output.indices) for output in self.objective.outputs}
        return evaluate(terms, numbers, sizes, digits)

    def __call__(self, **arguments: Any) -> dict[str, NDArray[np.float64]]:
        """Every output at the given arguments, in float64: correctly rounded where they are small, else by NumPy."""
        if sum(np.size(value) for value in arguments.values()) > _SMALL:
            return self.emitted(arguments)
        return {name: np.asarray(value, dtype=np.float64) for name, value in self.exact(arguments).items()}

    def emitted(self, arguments: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
        """Every output as the NumPy computes it that is emitted from the proved terms."""
        values: list[Any] = []
        for argument in self.objective.arguments:
            value = arguments[argument.name]
            if argument.kind in ("word", "center"):
                values.append(int(value))
            else:
                values.append(np.asarray(value, dtype=np.int64 if argument.kind in _WORD_KINDS else np.float64))
        returned = _compiled(self.objective.name)(*values)
        outputs = returned if isinstance(returned, tuple) else (returned,)
        names = (output.name for output in self.objective.outputs)
        return {name: np.asarray(value) for name, value in zip(names, outputs, strict=True)}

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
            numbers[_symbol(argument)] = value + 1 if argument.kind in _WORD_KINDS else value
            sizes.update(zip(argument.shape, value.shape, strict=True))
        return numbers, sizes


@dataclass(frozen=True)
class _Proved:
    """A term after its proof, as the emitter takes it."""

    tensor: Tensor
    source: str


def _symbol(argument: Argument) -> str:
    """The name of an argument in the terms."""
    return "u" if argument.name == "U" else argument.name


@cache
def _compiled(name: str) -> Callable[..., Any]:
    """The emitted NumPy function of an objective."""
    truth = reference(name)
    arguments: list[formula.Argument] = []
    for argument in truth.objective.arguments:
        symbol = _symbol(argument)
        if argument.kind in _WORD_KINDS:
            into = "C" if argument.kind == "center" else "V"
            arguments.append(formula.IndexArgument(symbol, into, argument.shape))
        elif argument.shape:
            arguments.append(formula.Array(symbol, argument.shape))
        else:
            arguments.append(formula.Scalar(symbol))
    outputs = {
        output.name: _Proved(Tensor(output.indices, truth.terms[output.name]), truth.place)
        for output in truth.objective.outputs
    }
    return lambdify(formula.Formula(name.replace("-", "_"), tuple(arguments), outputs))


@cache
def reference(name: str) -> Reference:
    """The reference of an objective: derived, and its closed forms proved, at first use.

    Raises:
        DeriveError: there is no objective of this name.
        InternalError: a closed form is not the derivative.
    """
    objective = objective_named(name)
    return Reference(objective, {output.name: _proved(objective, output) for output in objective.outputs})


def _proved(objective: Objective, output: Output) -> Expr:
    """The term of an output: SymPy's derivative, or the closed form once it is proved equal to that."""
    if output.by is None:
        return objective.value
    derived = differentiate(objective.value, output.by)
    if output.closed is None:
        return derived
    verdict = decide(Goal(derived, Relation.EQUAL, output.closed, objective.facts), deadline=_PATIENCE)
    if verdict.kind is Kind.REFUTED:
        raise InternalError(f"the closed form of {output.name} in {objective.name} is refuted: {verdict.reason}")
    return output.closed if verdict.kind is Kind.PROVED else derived
