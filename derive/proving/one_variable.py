"""Inequalities that are about one real number: a scalar, an entry, or their exponential."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import sympy
from sympy import Expr, Symbol

from derive.proving.laws import NEGATIVE, POSITIVE, ZERO_SIGN
from derive.proving.normal_form import Session
from derive.proving.polynomial import Atom, Mono, Number, Poly, exact, make_atom
from derive.proving.univariate import Interval, nonnegative

__all__ = ["by_one_variable"]

HOW = "calculus in one variable"


class _NotOne(Exception):
    """The term is not a function of one variable of the kinds that are decided here."""


def by_one_variable(session: Session, poly: Poly, *, strict: bool) -> str | None:
    """A reason why a term in one variable is ≥ 0 (or > 0), or None."""
    if _has_exponential(poly):
        return HOW if _in_exponentials(session, poly, strict) else None
    leaves = _leaves(poly)
    if len(leaves) != 1:
        return None
    (variable,) = leaves
    if variable.kind not in ("sym", "entry") or variable.data[0] in session.laws.known.values:
        return None
    x = Symbol("x", real=True)
    try:
        f = _Writer(variable, x, None, x).poly(poly)
    except _NotOne:
        return None
    return HOW if nonnegative(f, x, Interval(*_domain(session, variable)), strict=strict) else None


def _in_exponentials(session: Session, poly: Poly, strict: bool) -> bool:
    """The case of e^x and x, decided in t = e^x; x may be any term whose parts occur nowhere else."""
    t = Symbol("t", positive=True)
    try:
        variable, rewritten = _one_direction(poly)
        step = _step(rewritten, variable)
        f = _Writer(variable, sympy.log(t), step, t).poly(rewritten)
    except _NotOne:
        return False
    low, high, _, _ = _domain(session, variable)
    ends = [sympy.S.Zero if low == -sympy.oo else sympy.exp(step * low), sympy.exp(step * high)]
    if not all(end.is_Rational or end == sympy.oo for end in ends):
        ends = [sympy.S.Zero, sympy.oo]
    closed = [bool(end.is_Rational and end != 0) for end in ends]
    return nonnegative(f, t, Interval(ends[0], ends[1], not closed[0], not closed[1]), strict=strict)


def _one_direction(poly: Poly) -> tuple[Atom, Poly]:
    """A variable x and the term written in it, where every exponent is a multiple of x."""
    leaves = _leaves(poly)
    if len(leaves) == 1 and next(iter(leaves)).kind in ("sym", "entry"):
        return next(iter(leaves)), poly
    direction = _exponents(poly)[0]
    lead = direction.ordered()[0][0]
    variable = make_atom("sym", "‹one direction›")

    def rewrite(part: Poly) -> Poly:
        # e^(r·x) first, then the linear term r·x
        terms: dict[Mono, Number] = {}
        for mono, c in part:
            factors: list[tuple[Atom, Number]] = []
            for atom, e in mono:
                if atom.kind in ("exp", "log", "pow"):
                    factors.append((make_atom(atom.kind, rewrite(atom.data[0])), e))
                else:
                    factors.append((atom, e))
            terms[tuple(sorted(factors, key=lambda f: f[0].key))] = c
        whole = Poly(terms)
        rate = exact(Fraction(whole.terms.get(lead, 0)) / Fraction(direction.terms[lead]))
        return whole - direction.scale(rate) + Poly({((variable, 1),): rate}) if rate else whole

    rewritten = rewrite(poly)
    if _leaves(rewritten) != {variable}:
        raise _NotOne
    return variable, rewritten


def _domain(session: Session, variable: Atom) -> tuple[Expr, Expr, bool, bool]:
    """Bounds of the variable.  Finite bounds are taken as included, except zero where the variable is positive."""
    known = session.laws.known
    name = variable.data[0]
    sign = known.signs.get(name, NEGATIVE | ZERO_SIGN | POSITIVE)
    low = known.lower.get(name)
    high = known.upper.get(name)
    if low is None and not sign & NEGATIVE:
        low = 0
    bottom = -sympy.oo if low is None else sympy.Rational(low.numerator, low.denominator)
    top = sympy.oo if high is None else sympy.Rational(high.numerator, high.denominator)
    return bottom, top, low is None or (low == 0 and not sign & ZERO_SIGN), high is None


def _leaves(poly: Poly) -> set[Atom]:
    """The atoms of a term that are not functions of others."""
    found: set[Atom] = set()
    for mono in poly.terms:
        for atom, _ in mono:
            if atom.kind in ("exp", "log", "pow"):
                found |= _leaves(atom.data[0])
            elif atom.kind != "prime":
                found.add(atom)
    return found


def _has_exponential(poly: Poly) -> bool:
    return any(
        a.kind == "exp" or (a.kind in ("log", "pow") and _has_exponential(a.data[0])) for m in poly.terms for a, _ in m
    )


def _exponents(poly: Poly) -> list[Poly]:
    found: list[Poly] = []
    for mono in poly.terms:
        for atom, _ in mono:
            if atom.kind == "exp":
                found.append(atom.data[0])
            elif atom.kind in ("log", "pow"):
                found += _exponents(atom.data[0])
    return found


def _step(poly: Poly, variable: Atom) -> Expr:
    """The s for which every exponential is a power of t = e^(s·x)."""
    rates = []
    for exponent in _exponents(poly):
        rate = exponent.terms.get(((variable, 1),))
        if rate is None or len(exponent) != 1:
            raise _NotOne
        rates.append(sympy.Rational(rate.numerator, rate.denominator))
    return sympy.Rational(1, lcm(*(int(r.q) for r in rates)))


class _Writer:
    """Writes a normal form as a SymPy function of one symbol."""

    def __init__(self, variable: Atom, value: Expr, step: Expr | None, t: Symbol) -> None:
        self.variable = variable
        self.value = value if step is None else value / step
        self.step = step
        self.t = t

    def poly(self, poly: Poly) -> Expr:
        return sympy.Add(*(_rational(c) * self.mono(m) for m, c in poly))

    def mono(self, mono: Mono) -> Expr:
        return sympy.Mul(*(self.factor(a, e) for a, e in mono))

    def factor(self, atom: Atom, exponent: Number) -> Expr:
        if atom == self.variable:
            base = self.value
        elif atom.kind == "exp" and self.step is not None:
            rate = atom.data[0].terms[((self.variable, 1),)]
            base = self.t ** (_rational(rate) / self.step)
        elif atom.kind == "log":
            base = sympy.log(self.poly(atom.data[0]))
        elif atom.kind == "pow":
            base = self.poly(atom.data[0])
        else:
            raise _NotOne
        if not isinstance(exponent, int):
            raise _NotOne
        return base**exponent


def _rational(value: Number) -> Expr:
    return sympy.Rational(value.numerator, value.denominator)
