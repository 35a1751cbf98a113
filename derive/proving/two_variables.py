"""Inequalities between two real numbers with equality where they are the same: Pinsker's for two coins, tangents.

Let f(x, y) be smooth on an interval of both numbers and zero where x = y.  Then f ≥ 0 if f is convex in x and its slope
by x is zero at x = y, or if that slope is (x - y) g with g ≥ 0: f falls until x reaches y, and rises from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

import sympy
from sympy import Expr

from derive.proving.laws import NEGATIVE, POSITIVE, ZERO_SIGN
from derive.proving.normal_form import Session
from derive.proving.polynomial import Atom, Poly, atom_poly

__all__ = ["by_two_variables"]

HOW = "calculus in one of two variables, with equality where they are the same"
PARTS = ("sym", "entry", "exp", "log", "pow", "prime")


def by_two_variables(session: Session, poly: Poly, holds: Callable[[Poly], bool]) -> str | None:
    """A reason why a term in two variables is ≥ 0, or None; ``holds`` tries to show that another term is."""
    variables = _variables(session, poly)
    if variables is None:
        return None
    zero = [(x, y) for x, y in permutations(variables) if _vanishes(session, poly, x, y)]
    slopes = [(slope, x, y) for x, y in zero if (slope := _slope(session, poly, x)) is not None]
    for slope, x, y in slopes:
        if any(holds(quotient) for quotient in _quotients(session, slope, x, y)):
            return HOW
    for slope, x, y in slopes:
        bend = _slope(session, slope, x) if _vanishes(session, slope, x, y) else None
        if bend is not None and holds(bend):
            return HOW
    return None


def _vanishes(session: Session, poly: Poly, x: Atom, y: Atom) -> bool:
    """Whether a term is zero where x = y."""
    return session.is_zero(session.laws.replace(poly, {x: atom_poly(y)}))


def _quotients(session: Session, slope: Poly, x: Atom, y: Atom) -> Iterator[Poly]:
    """g with slope = (x - y) g, up to a positive factor, where the slope is a rational function of x."""
    scale, outside, numerator = session.laws.together(slope)
    if session.laws.sign(Poly({outside: 1})) != POSITIVE:
        return
    one, other = (session.expression(atom_poly(atom)) for atom in (x, y))
    whole = session.expression(numerator if scale > 0 else -numerator)
    if not whole.is_polynomial(one):
        return
    quotient, rest = sympy.div(whole, one - other, one)
    if sympy.expand(rest) == 0:
        yield session.translate(quotient)


def _slope(session: Session, poly: Poly, x: Atom) -> Poly | None:
    """∂/∂x."""
    variable: Expr = session.expression(atom_poly(x))
    place = sympy.Dummy("x", real=True)
    found = sympy.diff(session.expression(poly).xreplace({variable: place}), place).xreplace({place: variable})
    return None if found.has(sympy.Derivative, sympy.Subs) else session.translate(found)


def _variables(session: Session, poly: Poly) -> tuple[Atom, Atom] | None:
    """The two numbers of a term that is smooth wherever both are, if they are from the same interval."""
    found: dict[str, Atom] = {}
    if not _is_smooth(session, poly, found) or len(found) != 2:
        return None
    one, other = found.values()
    known = session.laws.known
    domains = [
        (known.signs.get(name, NEGATIVE | ZERO_SIGN | POSITIVE), known.lower.get(name), known.upper.get(name))
        for name in (one.data[0], other.data[0])
    ]
    return (one, other) if domains[0] == domains[1] else None


def _is_smooth(session: Session, poly: Poly, found: dict[str, Atom]) -> bool:
    """Whether there is nothing to divide by, and no logarithm or root, but of what is positive; collects variables."""
    laws = session.laws
    for mono in poly.terms:
        for atom, exponent in mono:
            if atom.kind not in PARTS:
                return False
            if atom.kind in ("sym", "entry"):
                if atom.data[0] in laws.known.values or (atom.kind == "sym" and atom.data[0] in laws.known.counts):
                    return False
                found[atom.key] = atom
            elif atom.kind != "prime" and not _is_smooth(session, atom.data[0], found):
                return False
            inside = atom.data[0] if atom.kind == "pow" else atom_poly(atom)
            if not isinstance(exponent, int) and not _is_one_sided(session, inside, NEGATIVE):
                return False
            if exponent < 0 and not any(_is_one_sided(session, inside, side) for side in (NEGATIVE, POSITIVE)):
                return False
            if atom.kind == "log" and not _is_one_sided(session, atom.data[0], NEGATIVE):
                return False
    return True


def _is_one_sided(session: Session, poly: Poly, never: int) -> bool:
    """Whether a term is not zero and never of a sign, but perhaps at an end of the interval: 1 - x for 0 < x < 1."""
    sign = session.laws.sign(poly)
    lines = {mono for mono in poly.terms if mono}
    single = len(lines) == 1 and all(len(mono) == 1 and mono[0][1] == 1 for mono in lines)
    return not sign & never and (single or not sign & ZERO_SIGN)
