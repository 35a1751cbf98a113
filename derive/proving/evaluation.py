"""The value of a term in a model, with many digits or exactly.

This is the second opinion beside the normal form and shares no code with it: sums and products are loops, deltas are
comparisons, and nothing is rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any, Protocol

import mpmath
import sympy
from sympy import Expr, Indexed
from sympy.core.function import AppliedUndef

from derive.terms import Index, sigmoid

__all__ = ["DIGITS", "Dependencies", "Evaluator", "Exact", "NoValue", "Numeric", "TooMuchWork", "Values", "whole"]

DIGITS = 50
# Beyond e^±2000 sums of numbers of very different size, which are exact, would take long.
LARGEST_EXPONENT = 2000
Environment = dict[Expr, int]


class NoValue(Exception):
    """The term is not defined in this model: a division by zero, the logarithm of a number that is not positive."""


class TooMuchWork(Exception):
    """The loops of a term are too long in this model."""


class Values(Protocol):
    """Where an evaluator finds the values of names."""

    def scalar(self, symbol: sympy.Symbol) -> Fraction: ...
    def entry(self, name: str, where: tuple[int, ...]) -> Fraction: ...


@cache
def _context(digits: int) -> mpmath.MPContext:
    """One context per precision; making one costs more than most evaluations."""
    context = mpmath.MPContext()
    context.dps = digits
    return context


class Numeric:
    """Real arithmetic with a fixed number of digits."""

    def __init__(self, digits: int = DIGITS) -> None:
        self.mp = _context(digits)
        self.largest = self.mp.mpf(0)

    def number(self, value: Fraction) -> Any:
        return self.mp.mpf(value.numerator) / value.denominator

    def constant(self, e: Expr) -> Any:
        if e is sympy.E:
            return self.mp.e
        if e is sympy.pi:
            return self.mp.pi
        raise NoValue(f"{e} is not a real number")

    def sum(self, terms: list[Any]) -> Any:
        for term in terms:
            self.largest = max(self.largest, abs(term))
        return self.mp.fsum(terms)

    def product(self, factors: list[Any]) -> Any:
        return self.mp.fprod(factors)

    def power(self, base: Any, exponent: Any) -> Any:
        if base == 0:
            if exponent > 0:
                return base
            if exponent == 0:
                return self.mp.mpf(1)
            raise NoValue("a division by zero")
        if base < 0 and exponent != int(exponent):
            raise NoValue("a root of a negative number")
        if abs(exponent * self.mp.log(abs(base))) > LARGEST_EXPONENT:
            raise NoValue("a number too large")
        return self.mp.power(base, int(exponent) if exponent == int(exponent) else exponent)

    def exp(self, x: Any) -> Any:
        if abs(x) > LARGEST_EXPONENT:
            raise NoValue("a number too large")
        return self.mp.exp(x)

    def log(self, x: Any) -> Any:
        if x <= 0:
            raise NoValue("the logarithm of a number that is not positive")
        return self.mp.log(x)

    def function(self, name: str, arguments: list[Any]) -> Any:
        """A smooth function that stands for an unknown one; different names give different functions."""
        seed = sum((k + 1) * ord(ch) for k, ch in enumerate(name)) % 97
        a, b, c = (self.mp.mpf(2 * seed + k) / 89 for k in (3, 11, 29))
        total = a
        for k, x in enumerate(arguments):
            total += (b + k) * self.mp.sin(c * x + k) + x * x / (7 + k)
        return total

    def greatest(self, arguments: list[Any]) -> Any:
        return max(arguments)

    def absolute(self, x: Any) -> Any:
        return abs(x)


class Exact:
    """Arithmetic with SymPy numbers, for printing; it simplifies nothing on purpose.

    SymPy's own evaluation of nested functions of numbers can take exponential time, hence the limit on their size.
    """

    LARGEST = 40

    def _small(self, x: Any) -> Any:
        if x.count_ops() > self.LARGEST or _nesting(x) > 2:
            raise TooMuchWork
        return x

    def number(self, value: Fraction) -> Any:
        return sympy.Rational(value.numerator, value.denominator)

    def constant(self, e: Expr) -> Any:
        return e

    def sum(self, terms: list[Any]) -> Any:
        return sympy.Add(*terms)

    def product(self, factors: list[Any]) -> Any:
        return sympy.Mul(*factors)

    def power(self, base: Any, exponent: Any) -> Any:
        if base == 0 and exponent.is_negative:
            raise NoValue("a division by zero")
        if exponent.is_Rational and abs(exponent) > 1000:
            raise TooMuchWork
        return self._small(base) ** self._small(exponent)

    def exp(self, x: Any) -> Any:
        return sympy.exp(self._small(x))

    def log(self, x: Any) -> Any:
        return sympy.log(self._small(x))

    def function(self, name: str, arguments: list[Any]) -> Any:
        return sympy.Function(name)(*arguments)

    def greatest(self, arguments: list[Any]) -> Any:
        return sympy.Max(*arguments)

    def absolute(self, x: Any) -> Any:
        return sympy.Abs(x)


def _nesting(x: Expr) -> int:
    """How many functions stand inside one another."""
    inner = max((_nesting(a) for a in x.args), default=0)
    return inner + int(isinstance(x, sympy.Function) or (isinstance(x, sympy.Pow) and not x.exp.is_Integer))


class Dependencies:
    """On which symbols the value of a subterm depends; shared between the models of one goal."""

    def __init__(self) -> None:
        self._known: dict[Expr, tuple[Expr, ...]] = {}

    def of(self, e: Expr) -> tuple[Expr, ...]:
        """The free symbols of a term.  SymPy's own ``free_symbols`` is a hundred times slower on sums."""
        known = self._known.get(e)
        if known is None:
            known = tuple(self._find(e))
            self._known[e] = known
        return known

    def _find(self, e: Expr) -> dict[Expr, None]:
        if isinstance(e, sympy.Symbol):
            return {e: None}
        if isinstance(e, sympy.Sum | sympy.Product):
            found = dict.fromkeys(self.of(e.function))
            for index, low, high in e.limits:
                found.pop(index, None)
                found |= dict.fromkeys((*self.of(low), *self.of(high)))
            return found
        return dict.fromkeys(s for a in e.args for s in self.of(a))


class Evaluator:
    """Evaluates terms in one model.

    A value is computed once for each assignment of the indices that occur in a subterm.
    """

    def __init__(
        self,
        values: Values,
        field: Numeric | Exact,
        free: Mapping[Expr, int],
        work: int = 30_000,
        indices: Dependencies | None = None,
    ) -> None:
        self.values = values
        self.field = field
        self.free = dict(free)
        self.work = work
        self._memo: dict[tuple[Expr, tuple[int, ...]], Any] = {}
        self._indices = Dependencies() if indices is None else indices

    def __call__(self, expression: Expr) -> Any:
        """The value of a term.

        Raises:
            NoValue: it is not defined here, or contains a node without a value.
            TooMuchWork: the loops are too long.
        """
        return self._value(expression, dict(self.free))

    def _value(self, e: Expr, at: Environment) -> Any:
        key = (e, tuple(at.get(s, 0) for s in self._indices.of(e)))
        if key in self._memo:
            return self._memo[key]
        self.work -= 1
        if self.work < 0:
            raise TooMuchWork
        value = self._compute(e, at)
        self._memo[key] = value
        return value

    def _compute(self, e: Expr, at: Environment) -> Any:
        field = self.field
        if isinstance(e, sympy.Float):
            e = sympy.Rational(str(e))
        if isinstance(e, sympy.Rational):
            if not e.is_finite:
                raise NoValue("a number that is not finite")
            return field.number(Fraction(int(e.p), int(e.q)))
        if isinstance(e, sympy.NumberSymbol):
            return field.constant(e)
        if isinstance(e, sympy.Symbol):
            return field.number(Fraction(at[e]) if e in at else self.values.scalar(e))
        if isinstance(e, Indexed):
            where = tuple(self._whole(i, at) for i in e.indices)
            return field.number(self.values.entry(str(e.base.label), where))
        if isinstance(e, sympy.Sum):
            return field.sum(self._loop(e, at))
        if isinstance(e, sympy.Product):
            return field.product(self._loop(e, at))
        if isinstance(e, sympy.KroneckerDelta):
            return field.number(Fraction(int(self._whole(e.args[0], at) == self._whole(e.args[1], at))))
        if isinstance(e, sympy.Mul):
            return field.product([self._value(a, at) for a in e.args])
        arguments = [self._value(a, at) for a in e.args]
        if isinstance(e, sympy.Add):
            return field.sum(arguments)
        if isinstance(e, sympy.Pow):
            return field.exp(arguments[1]) if e.args[0] is sympy.E else field.power(*arguments)
        if isinstance(e, AppliedUndef):
            return field.function(str(e.func), arguments)
        rule = _FUNCTIONS.get(type(e))
        if rule is None:
            raise NoValue(f"{type(e).__name__} has no value")
        return rule(field, arguments)

    def _loop(self, e: Expr, at: Environment) -> list[Any]:
        return list(self._terms(e.function, list(e.limits), at))

    def _terms(self, body: Expr, limits: list[Any], at: Environment) -> list[Any]:
        if not limits:
            return [self._value(body, at)]
        index, low, high = limits[-1]
        first, last = self._whole(low, at), self._whole(high, at)
        if last < first - 1 and not (low.atoms(Index, Indexed) | high.atoms(Index, Indexed)):
            raise NoValue("a sum that ends before it begins")  # Σ_{i=1}^{n-k} is written where k ≤ n
        if last - first > 4000:
            raise TooMuchWork
        terms: list[Any] = []
        for k in range(first, last + 1):
            self.work -= 1
            if self.work < 0:
                raise TooMuchWork
            terms += self._terms(body, limits[:-1], {**at, index: k})
        return terms

    def _whole(self, e: Expr, at: Environment) -> int:
        return whole(e, self.values, at)


def whole(e: Expr, values: Values, at: Mapping[Expr, int]) -> int:
    """The value of an index term or of a bound.

    Raises:
        NoValue: it is not a whole number.
    """
    if isinstance(e, sympy.Integer):
        return int(e)
    if e in at:
        return at[e]
    if isinstance(e, sympy.Symbol):
        value = values.scalar(e)
    elif isinstance(e, Indexed):
        value = values.entry(str(e.base.label), tuple(whole(i, values, at) for i in e.indices))
    elif isinstance(e, sympy.Add):
        return sum(whole(a, values, at) for a in e.args)
    elif isinstance(e, sympy.Mul):
        value = Fraction(1)
        for a in e.args:
            value *= Fraction(int(a.p), int(a.q)) if isinstance(a, sympy.Rational) else whole(a, values, at)
    elif isinstance(e, sympy.Pow):
        base, exponent = (whole(a, values, at) for a in e.args)
        if not 0 <= exponent <= LARGEST_EXPONENT:
            raise NoValue(f"{e} is not an index")
        return base**exponent
    else:
        raise NoValue(f"{e} is not an index")
    if value.denominator != 1:
        raise NoValue("an index that is not a whole number")
    return int(value)


def _sigmoid(field: Any, arguments: list[Any]) -> Any:
    one = field.number(Fraction(1))
    return field.power(field.sum([one, field.exp(-arguments[0])]), field.number(Fraction(-1)))


def _hyperbolic(numerator: tuple[int, int], denominator: tuple[int, int]) -> Callable[[Any, list[Any]], Any]:
    """(a e^x + b e^-x) / (c e^x + d e^-x); a zero pair stands for the number 2."""

    def rule(field: Any, arguments: list[Any]) -> Any:
        up, down = field.exp(arguments[0]), field.exp(-arguments[0])
        sides = [
            field.sum([up * a, down * b]) if (a, b) != (0, 0) else field.number(Fraction(2))
            for a, b in (numerator, denominator)
        ]
        return field.product([sides[0], field.power(sides[1], field.number(Fraction(-1)))])

    return rule


_FUNCTIONS: dict[type, Callable[[Any, list[Any]], Any]] = {
    sympy.exp: lambda field, a: field.exp(a[0]),
    sympy.log: lambda field, a: field.log(a[0]),
    sigmoid: _sigmoid,
    sympy.Max: lambda field, a: field.greatest(a),
    sympy.Min: lambda field, a: -field.greatest([-x for x in a]),
    sympy.Abs: lambda field, a: field.absolute(a[0]),
    sympy.tanh: _hyperbolic((1, -1), (1, 1)),
    sympy.coth: _hyperbolic((1, 1), (1, -1)),
    sympy.sinh: _hyperbolic((1, -1), (0, 0)),
    sympy.cosh: _hyperbolic((1, 1), (0, 0)),
    sympy.sech: _hyperbolic((0, 0), (1, 1)),
}
