"""Sums of squares under symbolic sums: variance, Cauchy's inequality, the Hessian of log-sum-exp."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import lcm

import sympy

from derive.proving.laws import NEGATIVE, Range
from derive.proving.normal_form import Session
from derive.proving.polynomial import ZERO, Atom, Mono, Number, Poly, exact, make_atom
from derive.proving.signs import times

__all__ = ["as_square", "square_sign"]

MAX_TERMS = 12


def as_square(session: Session, poly: Poly) -> bool:
    """Whether a term is Σ_i f(i) or Σ_i Σ_j f(i, j) with f(i) or f(i, j) + f(j, i) a square times something ≥ 0.

    Where sums run over several ranges, i and j run over one of them, and f contains the sums over the others: in
    Σ_w p_w (u_wᵀx)² the sums over the entries of u_w.
    """
    if len(poly) > MAX_TERMS:
        return False
    if square_sign(session, poly):
        return True
    terms = [_open(session, mono, c) for mono, c in poly]
    ranges = {session.laws.ranges[name]: None for names, _ in terms for name in names}
    opened = {name for names, _ in terms for name in names}
    if any(bound.names & opened for bounds in ranges for bound in bounds):
        return False  # a range that depends on another index can be neither swapped nor split off
    return any(_over_pairs(session, terms, outer) for outer in ranges)


def _over_pairs(session: Session, terms: list[tuple[tuple[str, ...], Poly]], outer: Range) -> bool:
    """Whether the terms are such a Σ_i Σ_j with i and j from the range ``outer``."""
    laws = session.laws
    pairs: list[tuple[tuple[str, ...], Poly]] = []
    single: list[tuple[tuple[str, ...], Poly]] = []
    for all_names, opened in terms:
        own = tuple(name for name in all_names if laws.ranges[name] == outer)
        part = _inner_sums(session, opened, set(all_names) - set(own))
        if len(own) == 2:
            pairs.append((own, part))
        elif len(own) == 1:
            single.append((own, part))
        else:
            return False
    if not pairs:
        return square_sign(session, _renamed(session, single, single[0][0]))
    names = pairs[0][0]
    body = _renamed(session, pairs, names)
    for own, part in single:
        raised = _with_total(session, own[0], part, names, body)
        if raised is None:
            return False
        body = body + raised
    symmetric = ZERO
    for order in permutations(names):
        symmetric = symmetric + laws.replace(body, dict(zip(map(_var, names), map(laws.index, order), strict=True)))
    return square_sign(session, symmetric)


def _renamed(session: Session, terms: list[tuple[tuple[str, ...], Poly]], names: tuple[str, ...]) -> Poly:
    """The sum of the terms, their indices called by the same names."""
    laws = session.laws
    return laws.total(
        [laws.replace(part, dict(zip(map(_var, own), map(laws.index, names), strict=True))) for own, part in terms]
    )


def _inner_sums(session: Session, body: Poly, inner: set[str]) -> Poly:
    """Σ over the names of ``inner``, as a product of sums wherever no factor joins them: Σ_j Σ_k a_j b_k = A B."""
    if not inner:
        return body
    laws = session.laws
    total = ZERO
    for mono, c in body:
        parts: list[tuple[set[str], Mono]] = [({name}, ()) for name in sorted(inner)]
        product = Poly({(): c})
        for factor in mono:
            touched = factor[0].names & inner
            if not touched:
                product = laws.mul(product, Poly({(factor,): 1}))
                continue
            joined = [part for part in parts if part[0] & touched]
            parts = [part for part in parts if not part[0] & touched]
            factors = (*(f for _, fs in joined for f in fs), factor)
            parts.append((set().union(*(names for names, _ in joined)), factors))
        for names, factors in parts:
            together = laws.product(*(Poly({(factor,): 1}) for factor in factors))
            product = laws.mul(product, laws.sum_over(tuple(sorted(names)), together))
        total = total + product
    return total


def _var(name: str) -> Atom:
    return make_atom("var", name)


def _open(session: Session, mono: Mono, c: Number) -> tuple[tuple[str, ...], Poly]:
    names: tuple[str, ...] = ()
    body = Poly({(): c})
    for atom, e in mono:
        if atom.kind == "sum" and e in (1, 2):
            for _ in range(int(e)):
                inner, part = session.laws.open_sum(atom)
                names += inner
                body = session.laws.mul(body, part)
        else:
            body = session.laws.mul(body, Poly({((atom, e),): 1}))
    return names, body


def _with_total(session: Session, own: str, body: Poly, names: tuple[str, ...], pairs: Poly) -> Poly | None:
    """Σ_i f(i) as Σ_i Σ_j f(i) p_j, for weights p that add up to one and occur in f or in the pairs beside it."""
    laws = session.laws
    if laws.ranges[own] != laws.ranges[names[0]]:
        return None
    for index, mono in [(own, mono) for mono in body.terms] + [(names[0], mono) for mono in pairs.terms]:
        for atom, _ in mono:
            if atom.kind == "entry" and atom.data[0] in laws.known.totals and index in atom.names:
                positions, _axes = laws.known.totals[atom.data[0]]
                first = laws.replace(body, {_var(own): laws.index(names[0])})
                weight = laws.replace(Poly({((atom, 1),): 1}), {_var(index): laws.index(names[1])})
                if len(positions) == 1 and laws.sum_over((names[1],), weight) == Poly({(): 1}):
                    return laws.mul(first, weight)
    return None


def square_sign(session: Session, poly: Poly) -> bool:
    """Whether factoring shows a term to be ≥ 0: even powers and factors that are ≥ 0."""
    laws = session.laws
    scale, content, primitive = laws.together(poly)
    if not primitive:
        return True
    if len(primitive) > MAX_TERMS:
        return False
    sign = 1 if scale > 0 else -1
    terms = _with_powers_of_exponentials(primitive)
    roots = _roots(session, terms)
    if roots is None:
        return False
    symbols = {atom: sympy.Symbol(f"a{k}") for k, atom in enumerate(roots)}
    expression = sympy.S.Zero
    for powers, c in terms:
        term = sympy.Rational(c.numerator, c.denominator)
        for atom, e in powers.items():
            term *= symbols[atom] ** int(e * roots[atom])
        expression += term
    constant, factors = sympy.factor_list(expression)
    sign = sign if constant > 0 else -sign
    back = {s: (a, roots[a]) for a, s in symbols.items()}
    odd = [_rebuild(session, f, back) for f, k in factors if k % 2]
    result = Poly({content: sign})
    each = laws.sign(result)
    for factor in odd:
        result, each = laws.mul(result, factor), times(each, laws.sign(factor))
    return not laws.sign(result) & NEGATIVE or not each & NEGATIVE


def _with_powers_of_exponentials(poly: Poly) -> list[tuple[dict[Atom, Number], Number]]:
    """The terms with e^{2x + y} as (e^x)² e^y, times a power of each e^x, which is positive, that leaves none below."""
    terms: list[tuple[dict[Atom, Number], Number]] = []
    for mono, c in poly:
        powers: dict[Atom, Number] = {}
        for atom, e in mono:
            if atom.kind != "exp":
                powers[atom] = e
                continue
            for part, times_ in atom.data[0]:
                base = make_atom("exp", Poly({part: 1}))
                powers[base] = exact(powers.get(base, 0) + times_ * e)
        terms.append((powers, c))
    for base in {atom for powers, _ in terms for atom in powers if atom.kind == "exp"}:
        least = min(powers.get(base, 0) for powers, _ in terms)
        for powers, _ in terms:
            powers[base] = exact(powers.get(base, 0) - least)
    return terms


def _roots(session: Session, terms: list[tuple[dict[Atom, Number], Number]]) -> dict[Atom, int] | None:
    """For every atom the d for which all its exponents are multiples of 1/d; None for roots of what may be negative."""
    found: dict[Atom, int] = {}
    for powers, _ in terms:
        for atom, e in powers.items():
            found[atom] = lcm(found.get(atom, 1), e.denominator)
    negative = any(d > 1 and session.laws.sign(Poly({((a, 1),): 1})) & NEGATIVE for a, d in found.items())
    return None if negative else found


def _rebuild(session: Session, factor: sympy.Expr, back: dict[sympy.Symbol, tuple[Atom, int]]) -> Poly:
    total = ZERO
    generators = list(back)
    for powers, c in sympy.Poly(factor, *generators).terms():
        product = Poly({(): int(c)})
        for symbol, e in zip(generators, powers, strict=True):
            if e:
                atom, root = back[symbol]
                power = session.laws.power(Poly({((atom, 1),): 1}), exact(Fraction(int(e), root)))
                product = session.laws.mul(product, power)
        total = total + product
    return total
