"""The truth that functions are held against: the objective's term, its gradients derived by SymPy, at fifty digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, KroneckerDelta, Mul, Sum

from derive.terms import Index
from derive.testing.evaluation import evaluate
from derive.testing.objectives import Objective, objective_named

__all__ = ["Reference", "reference"]

_WORD_KINDS = ("word", "words", "draws", "center")


@dataclass(frozen=True)
class Reference:
    """An objective with the terms of its outputs.

    Attributes:
        objective: what it is the reference of.
        terms: the term of each output by name; the derivatives are SymPy's.
    """

    objective: Objective
    terms: Mapping[str, Expr]

    def exact(self, arguments: Mapping[str, Any], digits: int = 50) -> dict[str, NDArray[Any]]:
        """Every output at the given arguments, as arrays of ``mpmath.mpf``; indices of words count from 0."""
        numbers, sizes = self._numbers(arguments)
        return {
            output.name: evaluate(self.terms[output.name], output.indices, numbers, sizes, digits)
            for output in self.objective.outputs
        }

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
    """The reference of an objective, derived at first use.

    Raises:
        DeriveError: there is no objective of this name.
    """
    objective = objective_named(name)
    terms = {
        output.name: objective.value if output.by is None else _contract(objective.value.diff(output.by))
        for output in objective.outputs
    }
    return Reference(objective, terms)


def _contract(expression: Expr) -> Expr:
    """The same term where no sum runs over a δ of its own index."""
    if not expression.has(KroneckerDelta) or not expression.args:
        return expression
    rebuilt = expression.func(*(_contract(argument) if argument.args else argument for argument in expression.args))
    if not isinstance(rebuilt, Sum):
        return rebuilt
    body = rebuilt.function
    for index, low, high in rebuilt.limits:
        for factor in Mul.make_args(body):
            if isinstance(factor, KroneckerDelta) and index in factor.args:
                other = factor.args[1] if factor.args[0] == index else factor.args[0]
                same_axis = isinstance(other, Index) and (other.axis.low, other.axis.high) == (low, high)
                if same_axis and len(rebuilt.limits) == 1:
                    return (body / factor).xreplace({index: other})
    return rebuilt
