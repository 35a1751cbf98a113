"""Σ_i w_i log r_i where the weight w_i is itself a sum, such as (1 - ε) y_i + ε/n."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import sympy

from derive.proving.normal_form import Session
from derive.proving.polynomial import ZERO, Atom, Number, Poly, exact

__all__ = ["Weighted", "with_sums_as_weights"]

Weighted = tuple[tuple[str, ...], Poly, list[tuple[Number, Poly]]]
"""Indices, weight, and (c, A) for every log A^c under the sum."""


def with_sums_as_weights(
    session: Session, poly: Poly, nonnegative: Callable[[Poly], bool]
) -> tuple[list[Weighted], Poly]:
    """([(indices, w, logs)], rest) with poly = rest + Σ Σ_indices w Σ c log A; no groups where no weight is a sum.

    What is left under a sum and is a multiple w·x of the weight counts as w·log e^x.
    """
    laws = session.laws
    rest, bodies = session.merged(poly)
    groups: list[Weighted] = []
    for names, body in bodies:
        factors, plain = _by_logarithm(body, set(names))
        found = _grouped(session, factors, plain, nonnegative) if any(len(f) > 1 for f in factors.values()) else None
        if found is None:
            rest = rest + laws.sum_over(names, body)
        else:
            groups.append((names, *found))
    return groups, rest


def _by_logarithm(body: Poly, names: set[str]) -> tuple[dict[Atom, Poly], Poly]:
    """What stands in front of each logarithm that depends on the indices, and all other terms."""
    factors: dict[Atom, Poly] = {}
    plain = ZERO
    for mono, c in body:
        logs = [a for a, e in mono if a.kind == "log" and e == 1 and a.names & names]
        if len(logs) == 1:
            left = tuple(f for f in mono if f[0] != logs[0])
            factors[logs[0]] = factors.get(logs[0], ZERO) + Poly({left: c})
        else:
            plain = plain + Poly({mono: c})
    return factors, plain


def _grouped(
    session: Session, factors: dict[Atom, Poly], plain: Poly, nonnegative: Callable[[Poly], bool]
) -> tuple[Poly, list[tuple[Number, Poly]]] | None:
    """The common weight and the logarithms, or None where there is no common weight that is known to be ≥ 0."""
    first = factors[min(factors, key=lambda atom: atom.key)]
    weight = next((w for w in (first, -first) if nonnegative(w)), None)
    if weight is None:
        return None
    logs: list[tuple[Number, Poly]] = []
    mono, c = next(iter(weight))
    for atom, factor in factors.items():
        ratio = exact(Fraction(factor.terms.get(mono, 0)) / Fraction(c))
        if factor != weight.scale(ratio):
            return None
        logs.append((ratio, atom.data[0]))
    if plain:
        quotient = _quotient(session, plain, weight)
        if quotient is None:
            return None
        logs.append((1, session.laws.exp(quotient)))
    return weight, logs


def _quotient(session: Session, poly: Poly, divisor: Poly) -> Poly | None:
    """The polynomial x with poly = x · divisor, if there is one."""
    laws = session.laws
    c1, m1, p1 = laws.together(poly)
    c2, m2, p2 = laws.together(divisor)
    symbols: dict[Atom, sympy.Symbol] = {}
    dividend, by = _written(p1, symbols), _written(p2, symbols)
    if dividend is None or by is None or not symbols:
        return None
    quotient, remainder = sympy.div(dividend, by, *symbols.values())
    if remainder != 0:
        return None
    back = list(symbols)
    total = ZERO
    for powers, c in sympy.Poly(quotient, *symbols.values()).terms():
        term = laws.product(
            *(laws.power(Poly({((atom, 1),): 1}), int(e)) for atom, e in zip(back, powers, strict=True) if e)
        )
        total = total + term.scale(exact(Fraction(int(c.p), int(c.q))))
    outside = laws.mul(Poly({m1: 1}), laws.power(Poly({m2: 1}), -1))
    found = laws.mul(outside, total).scale(exact(Fraction(c1) / Fraction(c2)))
    return found if session.is_zero(laws.mul(found, divisor) - poly) else None


def _written(poly: Poly, symbols: dict[Atom, sympy.Symbol]) -> sympy.Expr | None:
    total = sympy.S.Zero
    for mono, c in poly:
        term = sympy.Rational(c.numerator, c.denominator)
        for atom, e in mono:
            if not isinstance(e, int) or e < 0:
                return None
            term *= symbols.setdefault(atom, sympy.Symbol(f"a{len(symbols)}")) ** e
        total += term
    return total
