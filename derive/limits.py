"""Limits of terms: the value at the point where the term is continuous there, and L'Hôpital's rule for 0 / 0.

Only what is shown to be continuous has a limit here: sums, products and exponentials of continuous terms, logarithms
and powers of such as are positive at the point.  Infinity is approached as 1/t with t going to zero.
"""

from __future__ import annotations

import sympy
from sympy import Add, Expr, Indexed, Mul, Number, Pow, Sum, Symbol, exp, log

from derive.calculus import DerivativeError, differentiate
from derive.errors import DeriveError
from derive.terms import Facts, Index, rename_bound, sigmoid

__all__ = ["LimitError", "limit"]


class LimitError(DeriveError):
    """A limit that is not shown to exist."""


def limit(body: Expr, variable: Symbol, point: Expr, facts: Facts) -> Expr:
    """What a scalar term tends to as a real variable goes to a number or to infinity.

    Raises:
        LimitError: the term is not shown to have a limit.
    """
    if isinstance(variable, Index) or variable.is_integer or not (point.is_Number or point is sympy.oo):
        raise LimitError(f"{variable} → {point} is not a real number that goes to a number")
    if point is sympy.oo:
        body, point = body.xreplace({variable: 1 / variable}), sympy.S.Zero
    return _Point(variable, point, facts).limit(rename_bound(body))


class _Point:
    """Where a variable goes, and what is known of the other names."""

    def __init__(self, variable: Symbol, point: Expr, facts: Facts) -> None:
        self.variable, self.point, self.facts = variable, point, facts

    def limit(self, body: Expr) -> Expr:
        if self.continuous(body):
            return self.at(body)
        if isinstance(body, Add):
            return Add(*(self.limit(part) for part in body.args))
        factors = Mul.make_args(body)
        vanishing = [
            f for f in factors if isinstance(f, Pow) and f.exp == -1 and f.base.has(self.variable) and self.zero(f.base)
        ]
        if len(vanishing) != 1:
            raise LimitError(f"the limit of {body} is not shown to exist")
        below = vanishing[0].base
        above = Mul(*(f for f in factors if f is not vanishing[0]))
        if not (self.continuous(above) and self.continuous(below) and self.zero(above)):
            raise LimitError(f"the limit of {body} is not of the form 0 / 0")
        try:
            slopes = [differentiate(part, self.variable) for part in (above, below)]
        except DerivativeError as error:
            raise LimitError(error.message) from error
        if not all(map(self.continuous, slopes)) or not self.nonzero(self.at(slopes[1])):
            raise LimitError(f"the limit of {body} is not decided by the slopes")
        return self.at(slopes[0]) / self.at(slopes[1])

    def at(self, body: Expr) -> Expr:
        """The value at the point, with Σ p = 1."""
        return self._totals(body.xreplace({self.variable: self.point}))

    def zero(self, body: Expr) -> bool:
        return self.continuous(body) and sympy.expand(self.at(body)) == 0

    def continuous(self, body: Expr) -> bool:
        """Whether a term is continuous in the variable around the point."""
        if not body.has(self.variable):
            return True
        if isinstance(body, Symbol):
            return True
        if isinstance(body, Add | Mul | exp | sigmoid):
            return all(map(self.continuous, body.args))
        if isinstance(body, log):
            return self.continuous(body.args[0]) and self.positive(self.at(body.args[0]))
        if isinstance(body, Pow):
            base, power = body.args
            if not (self.continuous(base) and self.continuous(power)):
                return False
            if power.is_Integer:
                return bool(power > 0) or self.nonzero(self.at(base))
            return self.positive(self.at(base))
        if isinstance(body, Sum):
            return not any(limit[1:] and sympy.Tuple(*limit[1:]).has(self.variable) for limit in body.limits) and (
                self.continuous(body.function)
            )
        return False

    def nonzero(self, body: Expr) -> bool:
        return bool(body.is_Number and body != 0) or self.positive(body) or self.positive(-body)

    def positive(self, body: Expr) -> bool:
        if isinstance(body, Number):
            return bool(body > 0)
        if isinstance(body, Symbol) and not isinstance(body, Index):
            known = self.facts.of(body.name)
            return bool(body.is_positive) or (known is not None and known.positive)
        if isinstance(body, Indexed):
            known = self.facts.of(str(body.base.label))
            return known is not None and known.positive
        if isinstance(body, exp | sigmoid):
            return True
        if isinstance(body, Add | Mul):
            return all(map(self.positive, body.args))
        if isinstance(body, Pow):
            return self.positive(body.base)
        if not isinstance(body, Sum) or not self.positive(body.function):
            return False
        return all((high - low).is_nonnegative for _, low, high in body.limits)  # an empty sum is zero

    def _totals(self, body: Expr) -> Expr:
        """With one in the place of Σ_i p_i, for weights that are known to add up to one."""
        if not body.has(Sum):
            return body
        if not isinstance(body, Sum):
            return body.func(*(self._totals(part) for part in body.args))
        function = self._totals(body.function)
        if len(body.limits) == 1 and isinstance(function, Indexed):
            index, low, high = body.limits[0]
            known = self.facts.of(str(function.base.label))
            if known is not None and len(known.sums_to_one) == 1:
                position = known.sums_to_one[0]
                axis = known.axes[position]
                others = [entry for k, entry in enumerate(function.indices) if k != position]
                whole = (axis.low, axis.high) == (low, high) and function.indices[position] == index
                if whole and not any(entry.has(index) for entry in others):
                    return sympy.S.One
        return body.func(function, *body.limits)
