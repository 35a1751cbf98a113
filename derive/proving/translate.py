"""From SymPy terms and facts to the normal form: one rule per node, an unknown node is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import sympy
from sympy import Expr, Indexed
from sympy.core.function import AppliedUndef

from derive.proving.budget import Exhausted, Unsupported
from derive.proving.laws import NEGATIVE, POSITIVE, ZERO_SIGN, Laws, Range, spell
from derive.proving.polynomial import ONE, ZERO, Number, Poly, atom_poly, exact, make_atom
from derive.terms import ArrayFacts, Facts, Index, for_all, sigmoid

MAX_DEPTH = 120


def rational(value: Expr) -> Number | None:
    """A SymPy number as an int or a Fraction, None if it is not a rational number."""
    if isinstance(value, sympy.Float):
        value = sympy.Rational(str(value))
    if isinstance(value, sympy.Rational) and value.is_finite:
        return exact(Fraction(int(value.p), int(value.q)))
    return None


class Translator:
    """Translates the terms of one goal; remembers which index is which."""

    def __init__(self, laws: Laws, facts: Facts) -> None:
        self.laws = laws
        self.indices: dict[Index, str] = {}
        self.taken: set[str] = set()
        self._uses: dict[str, str] = {}
        self._logged: set[Expr] = set()
        self._depth = 0
        for name, what in facts.arrays.items():
            if what.axes:
                self._uses[name] = "an array"
            self._learn(spell(name), what)
        for pair in facts.distinct:
            if len(pair) == 2:
                self.laws.known.apart.add(self._patterns(*pair))

    def learn_domain(self, *terms: Expr) -> None:
        """Terms are compared where all of them are defined: what they take the logarithm of is positive there."""
        arguments = {found.args[0] for term in terms for found in term.atoms(sympy.log)}
        self._logged |= {each for each in arguments if not each.atoms(Index)}

    def _learn(self, name: str, what: ArrayFacts) -> None:
        known = self.laws.known
        axes = tuple(self._range(axis.low, axis.high) for axis in what.axes)
        lower = None if what.lower is None else rational(what.lower)
        upper = None if what.upper is None else rational(what.upper)
        values = tuple(v for v in map(rational, what.values) if v is not None)
        if len(values) != len(what.values):
            values = ()
        sign = NEGATIVE | ZERO_SIGN | POSITIVE
        if what.positive or (lower is not None and (lower > 0 or (lower == 0 and what.strict))):
            sign &= POSITIVE
        if what.nonnegative or (lower is not None and lower >= 0):
            sign &= ZERO_SIGN | POSITIVE
        if upper is not None and upper <= 0:
            sign &= NEGATIVE if upper < 0 or what.strict else NEGATIVE | ZERO_SIGN
        if values:
            sign &= sum({NEGATIVE if v < 0 else POSITIVE if v > 0 else ZERO_SIGN for v in values})
            known.values[name] = values
            lower, upper = min(values), max(values)
        if what.sums_to_one:
            known.totals[name] = (what.sums_to_one, axes)
            if not sign & NEGATIVE:
                upper = 1 if upper is None else min(upper, 1)
        if not sign & NEGATIVE:
            lower = 0 if lower is None else max(lower, 0)
        known.signs[name] = sign
        if lower is not None:
            known.lower[name] = lower
        if upper is not None:
            known.upper[name] = upper
        if what.points_into is not None:
            known.targets[name] = self._range(what.points_into.low, what.points_into.high)
        if what.injective:
            known.injective.add(name)
        if what.one_way:
            known.one_way.add(name)
        if what.avoids is not None:
            known.avoids[name] = what.avoids
        if what.greatest is not None:
            known.greatest[name] = self.free_index(what.greatest)

    def _range(self, low: Expr, high: Expr) -> Range:
        return self(low), self(high)

    def _patterns(self, left: Expr, right: Expr) -> frozenset[str]:
        same = isinstance(left, Indexed) and isinstance(right, Indexed) and left.base.label == right.base.label
        return frozenset(self._pattern(side, whole=not same) for side in (left, right))

    def _pattern(self, side: Expr, *, whole: bool) -> str:
        """How a side of a known inequality is spelled; the entries of an index array all at once."""
        if whole and isinstance(side, Indexed) and for_all(side):
            return f"{spell(str(side.base.label))}[*]"
        poly = self(side)
        atom = poly.sole_atom()
        return poly.key if atom is None else atom.key

    def free_index(self, index: Index) -> str:
        """The name of an index that no sum binds."""
        name = self.indices.get(index)
        if name is None:
            name = f"{spell(index.name)}@"
            while name in self.taken:
                name += "@"
            self.taken.add(name)
            self.indices[index] = name
            self.laws.ranges[name] = self._range(index.axis.low, index.axis.high)
        return name

    def __call__(self, expression: Expr, bound: Mapping[Expr, str] | None = None) -> Poly:
        """The normal form of a term.

        Raises:
            Stopped: a node outside the language, an undefined value, or too much work.
        """
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                raise Exhausted("terms nested too deeply")
            self.laws.budget.tick()
            return self._translate(
                sympy.Integer(expression) if isinstance(expression, int) else expression, bound or {}
            )
        finally:
            self._depth -= 1

    def _translate(self, e: Expr, bound: Mapping[Expr, str]) -> Poly:
        laws = self.laws
        number = rational(e)
        if number is not None:
            return Poly.number(number)
        if e is sympy.E:
            return laws.exp(ONE)
        if isinstance(e, sympy.Symbol):
            return self._symbol(e, bound)
        if isinstance(e, Indexed):
            return self._entry(e, bound)
        if isinstance(e, sympy.Add):
            return laws.total([self(a, bound) for a in e.args])
        if isinstance(e, sympy.Mul):
            return laws.product(*(self(a, bound) for a in e.args))
        if isinstance(e, sympy.Pow):
            return self._power(e, bound)
        if isinstance(e, sympy.exp):
            return laws.exp(self(e.args[0], bound))
        if isinstance(e, sympy.log):
            return self._log(e.args[0], bound)
        if isinstance(e, sympy.Sum | sympy.Product):
            return self._over_index(e, bound)
        if isinstance(e, sympy.KroneckerDelta):
            return laws.delta(self(e.args[0], bound) - self(e.args[1], bound))
        if isinstance(e, sympy.Max):
            return laws.maximum(tuple(self(a, bound) for a in e.args))
        if isinstance(e, sympy.Min):
            return -laws.maximum(tuple(-self(a, bound) for a in e.args))
        if isinstance(e, sympy.Abs):
            return laws.absolute(self(e.args[0], bound))
        if type(e) in _HYPERBOLIC:
            return self(_HYPERBOLIC[type(e)](e.args[0]), bound)
        if isinstance(e, AppliedUndef):
            return atom_poly(make_atom("fun", spell(str(e.func)), tuple(self(a, bound) for a in e.args)))
        if e is sympy.pi:
            self.laws.known.signs["pi"] = POSITIVE
            return atom_poly(make_atom("sym", "‹pi›"))
        raise Unsupported(f"{type(e).__name__} is outside the language of the proofs")

    def _symbol(self, e: sympy.Symbol, bound: Mapping[Expr, str]) -> Poly:
        if e in bound:
            return self.laws.index(bound[e])
        if isinstance(e, Index):
            return self.laws.index(self.free_index(e))
        name = self._only_use(e.name, "a number")
        self._learn_assumptions(name, e)
        if e.is_integer and e.is_positive:
            self.laws.known.counts.add(name)
        return atom_poly(make_atom("sym", name))

    def _only_use(self, name: str, use: str) -> str:
        """The spelled name.  What is known is known by name, so that one name must not stand for two things."""
        if self._uses.setdefault(name, use) != use:
            raise Unsupported(f"{name} stands for a number and for an array; give one of them another name")
        return spell(name)

    def _learn_assumptions(self, name: str, e: Expr) -> None:
        signs = self.laws.known.signs
        if e.is_positive:
            signs[name] = signs.get(name, POSITIVE) & POSITIVE
        elif e.is_nonnegative:
            signs[name] = signs.get(name, ZERO_SIGN | POSITIVE) & (ZERO_SIGN | POSITIVE)
        elif e.is_negative:
            signs[name] = signs.get(name, NEGATIVE) & NEGATIVE

    def _entry(self, e: Indexed, bound: Mapping[Expr, str]) -> Poly:
        name = self._only_use(str(e.base.label), "an array")
        if isinstance(e.base.label, sympy.Symbol):
            self._learn_assumptions(name, e.base.label)
        return atom_poly(make_atom("entry", name, tuple(self(i, bound) for i in e.indices)))

    def _power(self, e: Expr, bound: Mapping[Expr, str]) -> Poly:
        base, exponent = e.args
        number = rational(exponent)
        if number is not None:
            return self.laws.power(self(base, bound), number)
        if base is sympy.E:
            return self.laws.exp(self(exponent, bound))
        # e^{x log b} is b^x for b > 0 only: with b = -2 and x = 2 it would have no root but b, and a sign of its own.
        if base not in self._logged and not self.laws.positive(self(base, bound)):
            raise Unsupported("a power of what may be negative; say that it is positive")
        return self.laws.exp(self.laws.mul(self(exponent, bound), self._log(base, bound)))

    def _log(self, argument: Expr, bound: Mapping[Expr, str]) -> Poly:
        """log of a product or a power is split before it is multiplied out, where that is allowed."""
        laws = self.laws
        if isinstance(argument, sympy.Pow):
            number, base = rational(argument.args[1]), self(argument.args[0], bound)
            if number is not None and laws.positive(base):
                return laws.log(base).scale(number)
        if isinstance(argument, sympy.Mul):
            result, rest = ZERO, ONE
            for factor in argument.args:
                poly = self(factor, bound)
                if laws.positive(poly):
                    result = result + self._log(factor, bound)
                else:
                    rest = laws.mul(rest, poly)
            return result if rest == ONE else result + laws.log(rest)
        return laws.log(self(argument, bound))

    def _over_index(self, e: Expr, bound: Mapping[Expr, str]) -> Poly:
        inner = dict(bound)
        names: list[str] = []
        for limit in reversed(e.limits):
            if len(limit) != 3:
                raise Unsupported("a sum without bounds")
            index, low, high = limit
            bounds = self._range_under(low, high, inner)
            name = self.laws.fresh_index(bounds)
            inner[index] = name
            names.append(name)
        body = self(e.function, inner)
        if isinstance(e, sympy.Sum):
            return self.laws.sum_over(tuple(names), body)
        for name in reversed(names):
            body = self.laws.product_over(name, body)
        return body

    def _range_under(self, low: Expr, high: Expr, bound: Mapping[Expr, str]) -> Range:
        if low.is_infinite or high.is_infinite:
            raise Unsupported("an infinite sum")
        return self(low, bound), self(high, bound)


_HYPERBOLIC: dict[type, Callable[[Expr], Expr]] = {
    sigmoid: lambda x: 1 / (1 + sympy.exp(-x)),
    sympy.tanh: lambda x: (sympy.exp(2 * x) - 1) / (sympy.exp(2 * x) + 1),
    sympy.coth: lambda x: (sympy.exp(2 * x) + 1) / (sympy.exp(2 * x) - 1),
    sympy.sinh: lambda x: (sympy.exp(x) - sympy.exp(-x)) / 2,
    sympy.cosh: lambda x: (sympy.exp(x) + sympy.exp(-x)) / 2,
    sympy.sech: lambda x: 2 / (sympy.exp(x) + sympy.exp(-x)),
}
