"""The value of a term at given numbers, to any number of digits.

This is the second opinion of the test kit: it walks the term as it stands, shares nothing with the emitter, and at
fifty digits neither overflows nor cancels.  Arrays stay arrays: every index becomes one axis, sums run over axes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Indexed, KroneckerDelta, Product, Sum, Symbol

from derive.terms import Index, sigmoid

__all__ = ["evaluate"]

Values = NDArray[Any]


@dataclass(frozen=True)
class _Named:
    """An array whose axes are called by the indices they belong to."""

    dims: tuple[Index, ...]
    values: Values


def evaluate(
    terms: Mapping[str, tuple[Expr, Sequence[Index]]],
    numbers: Mapping[str, Any],
    sizes: Mapping[str, int],
    digits: int = 50,
) -> dict[str, NDArray[Any]]:
    """The entries of terms for every value of their indices, as arrays of ``mpmath.mpf``.

    Args:
        terms: by name, a scalar term and the indices that become the axes of its array, in this order.  What terms
            have in common is evaluated once.
        numbers: arrays and scalars by name; entries that stand for an index count from 1.
        sizes: the value of every size symbol, such as ``{"V": 4, "d": 2}``.
        digits: decimal digits carried.

    Raises:
        ValueError: a term has a node or a name that is not known here.
    """
    walker = _Walker(numbers, sizes, digits)
    values = {}
    for name, (expression, indices) in terms.items():
        shape = tuple(len(walker.range_of(index)) for index in indices)
        values[name] = np.broadcast_to(_align(walker.at(expression), tuple(indices)), shape)
    return values


class _Walker:
    def __init__(self, numbers: Mapping[str, Any], sizes: Mapping[str, int], digits: int) -> None:
        self.context = mpmath.mp.clone()
        self.context.dps = digits
        self.sizes = sizes
        self.numbers = {name: self._exact(value) for name, value in numbers.items()}
        self.seen: dict[Expr, _Named] = {}
        self.rules: tuple[tuple[type, Callable[[Any], _Named]], ...] = (
            (Index, self._index),
            (Symbol, self._symbol),
            (sympy.Number, self._number),
            (Indexed, self._entry),
            (KroneckerDelta, self._delta),
            (Sum, self._sum),
            (Product, self._product),
            (sympy.Add, lambda e: self._fold(e.args, np.add)),
            (sympy.Mul, lambda e: self._fold(e.args, np.multiply)),
            (sympy.Max, lambda e: self._fold(e.args, np.maximum)),
            (sympy.Min, lambda e: self._fold(e.args, np.minimum)),
            (sympy.exp, lambda e: self._map(self.context.exp, e.args[0])),
            (sympy.log, lambda e: self._map(self._log, e.args[0])),
            (sigmoid, lambda e: self._map(self._sigmoid, e.args[0])),
            (sympy.Abs, lambda e: self._map(abs, e.args[0])),
            (sympy.Pow, self._power),
        )

    def _exact(self, value: Any) -> Values:
        given = np.asarray(value)
        if given.dtype.kind in "iub":
            return given.astype(object)
        return np.frompyfunc(self.context.mpf, 1, 1)(given.astype(object))

    def at(self, expression: Expr) -> _Named:
        found = self.seen.get(expression)
        if found is None:
            for kind, rule in self.rules:
                if isinstance(expression, kind):
                    found = rule(expression)
                    break
            else:
                raise ValueError(f"no rule to evaluate {type(expression).__name__} in {expression}")
            self.seen[expression] = found
        return found

    def range_of(self, index: Index) -> range:
        return range(self._whole(index.axis.low), self._whole(index.axis.high) + 1)

    def _whole(self, expression: Expr) -> int:
        value = expression.subs({s: self.sizes[s.name] for s in expression.free_symbols if s.name in self.sizes})
        if not value.is_Integer:
            raise ValueError(f"the bound {expression} has no value here")
        return int(value)

    def _index(self, index: Index) -> _Named:
        if index.name in self.numbers:
            return _Named((), self.numbers[index.name])
        return _Named((index,), np.array(self.range_of(index), dtype=object))

    def _symbol(self, symbol: Symbol) -> _Named:
        if symbol.name in self.numbers:
            return _Named((), self.numbers[symbol.name])
        if symbol.name in self.sizes:
            return _Named((), np.array(self.sizes[symbol.name], dtype=object))
        raise ValueError(f"the name {symbol} has no value here")

    def _number(self, number: Expr) -> _Named:
        if number.is_Integer:
            return _Named((), np.array(int(number), dtype=object))
        if number.is_Rational:
            return _Named((), np.array(self.context.mpf(number.p) / number.q, dtype=object))
        raise ValueError(f"the number {number} is not rational")

    def _entry(self, entry: Indexed) -> _Named:
        name = str(entry.base.label)
        if name not in self.numbers:
            raise ValueError(f"the array {name} has no value here")
        where = [self.at(position) for position in entry.indices]
        dims = _union(where)
        positions = tuple(_align(named, dims).astype(np.intp) - 1 for named in where)
        return _Named(dims, np.asarray(self.numbers[name][positions], dtype=object))

    def _delta(self, node: Expr) -> _Named:
        left, right = (self.at(argument) for argument in node.args)
        dims = _union((left, right))
        equal = np.asarray(_align(left, dims) == _align(right, dims))
        return _Named(dims, equal.astype(int).astype(object))

    def _fold(self, arguments: Sequence[Expr], operation: Any) -> _Named:
        parts = [self.at(argument) for argument in arguments]
        dims = _union(parts)
        folded = reduce(operation, (_align(part, dims) for part in parts))
        return _Named(dims, np.asarray(folded, dtype=object))

    def _map(self, function: Callable[[Any], Any], argument: Expr) -> _Named:
        inner = self.at(argument)
        return _Named(inner.dims, np.asarray(np.frompyfunc(function, 1, 1)(inner.values), dtype=object))

    def _power(self, node: Expr) -> _Named:
        base, exponent = self.at(node.base), self.at(node.exp)
        dims = _union((base, exponent))
        raised = np.frompyfunc(self._raise, 2, 1)(_align(base, dims), _align(exponent, dims))
        return _Named(dims, np.asarray(raised, dtype=object))

    def _sum(self, node: Expr) -> _Named:
        return self._reduce(node, lambda values, axis: values.sum(axis=axis), lambda body, n: body * n)

    def _product(self, node: Expr) -> _Named:
        return self._reduce(node, lambda values, axis: values.prod(axis=axis), lambda body, n: body**n)

    def _reduce(self, node: Expr, over: Callable[[Values, int], Any], constant: Callable[[Any, int], Any]) -> _Named:
        result = self.at(node.function)
        for index, low, high in node.limits:
            if (low, high) != (index.axis.low, index.axis.high):
                raise ValueError(f"the sum over {index} does not run over its whole axis")
            if index in result.dims:
                axis = result.dims.index(index)
                values = over(result.values, axis)
                dims = result.dims[:axis] + result.dims[axis + 1 :]
            else:
                values, dims = constant(result.values, len(self.range_of(index))), result.dims
            result = _Named(dims, np.asarray(values, dtype=object))
        return result

    def _raise(self, base: Any, exponent: Any) -> Any:
        # A base can only be 0 as a probability, so that its reciprocal is the limit from above.
        return self.context.inf if base == 0 and exponent < 0 else self.context.power(base, exponent)

    def _log(self, value: Any) -> Any:
        return self.context.log(value) if value > 0 else (-self.context.inf if value == 0 else self.context.nan)

    def _sigmoid(self, value: Any) -> Any:
        return 1 / (1 + self.context.exp(-value))


def _union(parts: Sequence[_Named]) -> tuple[Index, ...]:
    return tuple(dict.fromkeys(index for part in parts for index in part.dims))


def _align(named: _Named, dims: tuple[Index, ...]) -> Values:
    """The values with their axes in the order of ``dims``, and axes of length one for the others."""
    missing = [index for index in named.dims if index not in dims]
    if missing:
        raise ValueError(f"the index {missing[0]} is free and not asked for")
    order = [named.dims.index(index) for index in dims if index in named.dims]
    moved = np.transpose(named.values, order)
    return moved[tuple(slice(None) if index in named.dims else np.newaxis for index in dims)]
