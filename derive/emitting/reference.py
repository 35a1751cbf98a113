"""Terms evaluated entry by entry with mpmath: slow, exact to any precision, and sharing nothing with the compiler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath
import sympy
from sympy import Expr, Indexed, KroneckerDelta, Product, Sum

from derive.emitting.formula import EmitError
from derive.terms import Index, Tensor, sigmoid

__all__ = ["evaluate"]


def evaluate(tensor: Tensor, arrays: Mapping[str, Any], sizes: Mapping[str, int], digits: int = 50) -> Any:
    """The entries of a tensor, as mpmath numbers in nested lists.

    Args:
        arrays: by the names of the terms; floats, or nested sequences of them.  Integers (for arrays that are used as
            indices, and free indices) count from 0, as in NumPy.
        sizes: the values of V, d, n ...
        digits: the precision of the arithmetic.
    """
    with mpmath.workdps(digits):
        return _tensor(tensor.indices, tensor.body, _Evaluator(arrays, sizes), {})


def _tensor(indices: tuple[Index, ...], body: Expr, evaluator: _Evaluator, where: dict[Expr, int]) -> Any:
    if not indices:
        return evaluator.value(body, where)
    index, *rest = indices
    length = evaluator.length(index.axis.length)
    return [_tensor(tuple(rest), body, evaluator, {**where, index: k}) for k in range(length)]


class _Evaluator:
    def __init__(self, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        self.arrays = arrays
        self.sizes = {sympy.Symbol(name, integer=True, positive=True): size for name, size in sizes.items()}
        self._memo: dict[Any, Any] = {}
        self._free: dict[Expr, frozenset[Expr]] = {}
        self._lengths: dict[Expr, int] = {}

    def free(self, expression: Expr) -> frozenset[Expr]:
        """The free symbols; SymPy's own, for sums, are too slow to be asked for every entry."""
        if expression not in self._free:
            if isinstance(expression, Sum | Product):
                found = self.free(expression.function) - set(expression.variables)
            elif expression.args:
                found = frozenset().union(*(self.free(argument) for argument in expression.args))
            else:
                found = frozenset((expression,))
            self._free[expression] = found
        return self._free[expression]

    def length(self, high: Expr) -> int:
        if high not in self._lengths:
            self._lengths[high] = int(high.subs(self.sizes))
        return self._lengths[high]

    def index(self, expression: Expr, where: Mapping[Expr, int]) -> int:
        """The position, counted from 0."""
        if expression in where:
            return where[expression]
        if isinstance(expression, sympy.Integer):
            return int(expression) - 1
        if isinstance(expression, Indexed):
            return int(self._entry(expression, where))
        return int(self.arrays[str(expression)])

    def _entry(self, expression: Indexed, where: Mapping[Expr, int]) -> Any:
        value = self.arrays[str(expression.base.label)]
        for index in expression.indices:
            value = value[self.index(index, where)]
        return value

    def value(self, expression: Expr, where: Mapping[Expr, int]) -> Any:
        free = self.free(expression)
        key = (expression, frozenset((s, k) for s, k in where.items() if s in free))
        if key not in self._memo:
            self._memo[key] = self._compute(expression, where)
        return self._memo[key]

    def _compute(self, expression: Expr, where: Mapping[Expr, int]) -> Any:
        if isinstance(expression, sympy.Rational):
            return mpmath.mpf(int(expression.p)) / int(expression.q)
        if expression.is_Float or isinstance(expression, sympy.NumberSymbol):
            return mpmath.mpf(expression.evalf(mpmath.mp.dps)._to_mpmath(mpmath.mp.prec + 10))
        if isinstance(expression, Indexed):
            return mpmath.mpf(float(self._entry(expression, where)))
        if isinstance(expression, sympy.Symbol):
            if expression in self.sizes:
                return mpmath.mpf(self.sizes[expression])
            return mpmath.mpf(float(self.arrays[expression.name]))
        if isinstance(expression, Sum | Product):
            (index, low, high), *_ = expression.limits[-1:]
            inner = (
                expression.func(expression.function, *expression.limits[:-1])
                if len(expression.limits) > 1
                else expression.function
            )
            values = [self.value(inner, {**where, index: k - 1}) for k in range(int(low), self.length(high) + 1)]
            return mpmath.fsum(values) if isinstance(expression, Sum) else mpmath.fprod(values)
        if isinstance(expression, KroneckerDelta):
            left, right = (self.index(argument, where) for argument in expression.args)
            return mpmath.mpf(left == right)
        arguments = [self.value(argument, where) for argument in expression.args]
        rule = _RULES.get(type(expression))
        if rule is None:
            raise EmitError(f"there is no reference for the node {type(expression).__name__}")
        return rule(*arguments)


_RULES: dict[type, Any] = {
    sympy.Add: lambda *parts: mpmath.fsum(parts),
    sympy.Mul: lambda *parts: mpmath.fprod(parts) if 0 not in parts else mpmath.mpf(0),
    sympy.Pow: lambda base, power: base**power,
    sympy.exp: mpmath.exp,
    sympy.log: lambda x: mpmath.log(x) if x != 0 else mpmath.mpf("-inf"),
    sigmoid: lambda x: 1 / (1 + mpmath.exp(-x)),
    sympy.Abs: abs,
    sympy.Max: max,
    sympy.Min: min,
}
