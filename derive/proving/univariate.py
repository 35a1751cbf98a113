"""Functions of one real variable, decided by calculus: f ≥ 0 on an interval.

Rational functions are decided exactly by isolating the real roots of numerator and denominator.  For sums
A(t) + Σ c_k log L_k(t) with rational A and L_k and numbers c_k the derivative is rational: its sign changes cut the
interval into pieces on which f is monotone, so that only the values at the cuts and the limits at the ends matter.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

import sympy
from sympy import Expr, Poly, Symbol

__all__ = ["Interval", "nonnegative"]

MAX_DEGREE = 24
T = Symbol("t", real=True)


@dataclass(frozen=True)
class Interval:
    """An interval of real numbers; an open end may be infinite."""

    low: Expr
    high: Expr
    low_open: bool = True
    high_open: bool = True

    def contains(self, x: Expr) -> bool:
        above = x > self.low if self.low_open else x >= self.low
        below = x < self.high if self.high_open else x <= self.high
        return bool(above) and bool(below)


def _polynomials(f: Expr) -> tuple[Poly, Poly] | None:
    """Numerator and denominator of a rational function with rational coefficients."""
    numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(f)))
    try:
        pair = Poly(numerator, T, domain="QQ"), Poly(denominator, T, domain="QQ")
    except (sympy.PolynomialError, sympy.CoercionFailed):
        return None
    return pair if max(p.degree() for p in pair) <= MAX_DEGREE else None


def _cuts(polynomials: tuple[Poly, ...], interval: Interval) -> list[Expr]:
    """The real roots inside an interval, without its ends, in order."""
    roots: set[Expr] = set()
    for p in polynomials:
        if p.degree() > 0:
            roots |= set(p.real_roots(multiple=False) and [r for r, _ in p.real_roots(multiple=False)])
    inside = [r for r in roots if bool(r > interval.low) and bool(r < interval.high)]
    return sorted(inside, key=lambda r: r.evalf(40))


def _between(low: Expr, high: Expr) -> Expr:
    """A rational number strictly between two numbers."""
    if low == -sympy.oo and high == sympy.oo:
        return sympy.S.Zero
    if low == -sympy.oo:
        return sympy.floor(high) - 1
    if high == sympy.oo:
        return sympy.floor(low) + 2
    digits = 20
    while True:
        middle = sympy.Rational(str(((low + high) / 2).evalf(digits)))
        if bool(middle > low) and bool(middle < high):
            return middle
        digits *= 2
        if digits > 400:
            raise ValueError("two roots are too close")


def _pieces(cuts: list[Expr], interval: Interval) -> list[tuple[Expr, Expr]]:
    edges = [interval.low, *cuts, interval.high]
    return list(itertools.pairwise(edges))


def _rational_nonnegative(f: Expr, interval: Interval, strict: bool) -> bool | None:
    pair = _polynomials(f)
    if pair is None:
        return None
    numerator, denominator = pair
    cuts = _cuts(pair, interval)
    for low, high in _pieces(cuts, interval):
        at = _between(low, high)
        value = numerator.eval(at) * denominator.eval(at)
        if value < 0 or (strict and value == 0):
            return False
    zeros = [c for c in cuts if denominator.eval(c) != 0]
    ends = [e for e, is_open in ((interval.low, interval.low_open), (interval.high, interval.high_open)) if not is_open]
    for point in zeros + [e for e in ends if denominator.eval(e) != 0]:
        value = sympy.cancel(numerator.as_expr() / denominator.as_expr()).subs(T, point)
        if strict and not bool(value > 0):
            return False
        if not bool(value >= 0):
            return False
    return True


def _log_parts(f: Expr) -> tuple[Expr, list[tuple[Expr, Expr]]] | None:
    """(A, [(c, L)]) with f = A + Σ c·log L, where A and L are free of logarithms of t."""
    rest: list[Expr] = []
    logs: list[tuple[Expr, Expr]] = []
    for term in sympy.Add.make_args(sympy.expand(f)):
        factors = sympy.Mul.make_args(term)
        with_t = [a for a in factors if a.has(sympy.log) and a.has(T)]
        if not with_t:
            rest.append(term)
        elif len(with_t) == 1 and isinstance(with_t[0], sympy.log):
            logs.append((sympy.Mul(*(a for a in factors if a is not with_t[0])), with_t[0].args[0]))
        else:
            return None
    return sympy.Add(*rest), logs


def nonnegative(f: Expr, variable: Symbol, interval: Interval, *, strict: bool = False) -> bool:
    """Whether f(variable) ≥ 0 (or > 0) on the whole interval; False means only that no proof was found.

    ``f`` is built from the variable, rational numbers, and logarithms of rational functions of it; it is taken to be
    defined on the interval.
    """
    return _nonnegative(f.xreplace({variable: T}), interval, strict)


@lru_cache(maxsize=256)
def _nonnegative(f: Expr, interval: Interval, strict: bool) -> bool:
    if not f.has(sympy.log):
        return _rational_nonnegative(f, interval, strict) is True
    parts = _log_parts(f)
    if parts is None:
        return False
    rest, logs = parts
    factors = {c for c, _ in logs}
    if any(c.has(T) for c in factors):
        if _by_curvature(f, interval, strict):
            return True
        if len({sympy.cancel(a / logs[0][0]).has(T) for a in factors} - {False}) > 0:
            return False
        scale = logs[0][0]
        for sign in (1, -1):
            if _rational_nonnegative(sign * scale, interval, True):
                divided = sympy.cancel(sympy.together(rest / scale)) * sign + sympy.Add(
                    *(sign * sympy.cancel(c / scale) * sympy.log(inside) for c, inside in logs)
                )
                return _nonnegative(divided, interval, strict)
        return False
    return _by_derivative(rest, logs, interval, strict)


STATIONARY = tuple(sympy.Rational(a, b) for a, b in ((1, 2), (1, 1), (1, 3), (2, 3), (1, 4), (3, 4), (2, 1)))
"""Where a convex function of a note is likely to have its minimum; each is checked."""


def _by_curvature(f: Expr, interval: Interval, strict: bool) -> bool:
    """A concave function is least at the ends; a convex one where its derivative is zero."""
    slope = sympy.diff(f, T)
    bend = sympy.diff(slope, T)
    pair = None if strict or bend.has(sympy.log) else _polynomials(bend)
    if pair is None or _cuts((pair[1],), interval):  # a pole inside would cut the interval
        return False
    if _rational_nonnegative(-bend, interval, False):
        ends = ((interval.low, "+"), (interval.high, "-"))
        return all(_value_nonnegative(f, end, side, strict=False, limit=True) for end, side in ends)
    if _rational_nonnegative(bend, interval, False):
        flat = [t for t in STATIONARY if interval.contains(t) and sympy.expand_log(slope.subs(T, t), force=True) == 0]
        return bool(flat) and _value_nonnegative(f, flat[0], "+", strict=False, limit=False)
    return False


def _by_derivative(rest: Expr, logs: list[tuple[Expr, Expr]], interval: Interval, strict: bool) -> bool:
    f = rest + sympy.Add(*(c * sympy.log(inside) for c, inside in logs))
    slope = sympy.diff(rest, T) + sympy.Add(*(c * sympy.diff(inside, T) / inside for c, inside in logs))
    pair = _polynomials(slope)
    if pair is None:
        return False
    numerator, denominator = pair
    cuts = _cuts(pair, interval)
    pieces = _pieces(cuts, interval)
    for low, high in pieces:
        middle = _between(low, high)
        rising = numerator.eval(middle) * denominator.eval(middle)
        # On a monotone piece the infimum lies at the end from which f rises.
        end, side = (low, "+") if rising >= 0 else (high, "-")
        is_end = end in (interval.low, interval.high)
        outside = is_end and (interval.low_open if end == interval.low else interval.high_open)
        if not _value_nonnegative(f, end, side, strict=strict and not outside, limit=is_end):
            return False
        if strict and outside and rising == 0:
            return False
    return True


def _value_nonnegative(f: Expr, at: Expr, side: str, *, strict: bool, limit: bool) -> bool:
    if limit:
        try:
            value = sympy.limit(f, T, at, side)
        except (NotImplementedError, ValueError, TypeError):  # a limit that SymPy does not find is not shown
            return False
    else:
        value = f.subs(T, at)
    if value in (sympy.oo,):
        return True
    if value.has(sympy.nan, sympy.zoo, sympy.oo, T):
        return False
    value = sympy.expand_log(sympy.nsimplify(value) if value.is_Float else value, force=True)
    if value == 0:
        return not strict
    number = value.evalf(60, maxn=300)
    if not number.is_Float or abs(number) < sympy.Rational(1, 10**40):
        return False
    return bool(number > 0)
