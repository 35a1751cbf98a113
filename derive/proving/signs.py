"""Signs from structure and facts: sums of positive terms are positive, 1 - p is not negative where p ≤ 1, and so on."""

from __future__ import annotations

import functools
from fractions import Fraction

from derive.proving.budget import Undefined
from derive.proving.laws import ANY_SIGN, NEGATIVE, POSITIVE, ZERO_SIGN, Laws
from derive.proving.polynomial import ONE, Atom, Mono, Number, Poly, atom_has, exact, exponent_of, make_atom
from derive.proving.powers import assign

MAX_DEPTH = 6
NOT_NEGATIVE = ZERO_SIGN | POSITIVE


def times(left: int, right: int) -> int:
    """The possible signs of a product."""
    result = 0
    if (left & POSITIVE and right & POSITIVE) or (left & NEGATIVE and right & NEGATIVE):
        result |= POSITIVE
    if (left & POSITIVE and right & NEGATIVE) or (left & NEGATIVE and right & POSITIVE):
        result |= NEGATIVE
    if (left & ZERO_SIGN and right) or (right & ZERO_SIGN and left):
        result |= ZERO_SIGN
    return result


def plus(left: int, right: int) -> int:
    """The possible signs of a sum."""
    if (left & POSITIVE and right & NEGATIVE) or (left & NEGATIVE and right & POSITIVE):
        return ANY_SIGN
    result = (left | right) & (POSITIVE | NEGATIVE)
    if left & right & ZERO_SIGN:
        result |= ZERO_SIGN
    return result


def of_number(value: Number) -> int:
    return POSITIVE if value > 0 else NEGATIVE if value < 0 else ZERO_SIGN


MOST_TAKEN = 3
"""Indices of a sum out of which one is taken."""


class Signs(Laws):
    """Which signs a term can have where it is defined."""

    def at_least_zero(self, poly: Poly) -> bool:
        least = self._least(poly)
        return least is not None and least >= 0

    def _least(self, poly: Poly, depth: int = 0) -> Number | None:
        """A lower bound for a whole number: sizes are at least 1, indices stay in their ranges."""
        constant = poly.constant()
        if constant is not None:
            return constant
        if depth > 8:
            return None
        for mono, c in poly:
            if len(mono) == 1 and mono[0][1] == 1 and mono[0][0].kind in ("var", "entry"):
                atom = mono[0][0]
                bounds = self.ranges.get(atom.key) if atom.kind == "var" else self.known.targets.get(atom.data[0])
                if bounds is None:
                    continue  # it may go out against the bound of another one
                rest = poly - Poly({mono: c})
                return self._least(rest + bounds[0 if c > 0 else 1].scale(c), depth + 1)
        total: Number = 0
        for mono, c in poly:
            least = self._least_entry(mono) if c > 0 else None
            if least is not None:
                total += exact(Fraction(least) * Fraction(c))
                continue
            whole = all(
                a.kind == "sym" and a.data[0] in self.known.counts and isinstance(e, int) and e > 0 for a, e in mono
            )
            if not whole or (mono and c < 0):
                return None
            total += c
        return total

    def _least_entry(self, mono: Mono) -> Number | None:
        """A lower bound for a length that changes with its word; no index is known to be that small."""
        atom = mono[0][0] if len(mono) == 1 and mono[0][1] == 1 else None
        return self.known.lower.get(atom.data[0]) if atom is not None and atom.kind == "entry" else None

    def sign(self, poly: Poly) -> int:
        if not poly:
            return ZERO_SIGN
        done = self.sign_cache.get(poly)
        if done is not None:
            return done
        if self.sign_depth >= MAX_DEPTH:
            return ANY_SIGN
        self.budget.tick()
        self.sign_depth += 1
        try:
            result = self._sign(poly)
        except Undefined:
            result = ANY_SIGN
        finally:
            self.sign_depth -= 1
        if self.sign_depth == 0 or result != ANY_SIGN:
            self.sign_cache[poly] = result
        return result

    def _sign(self, poly: Poly) -> int:
        possible = self._by_terms(poly)
        if possible != ANY_SIGN or len(poly) == 1:
            return possible
        for rule in (
            self._by_greatest,
            self._by_values,
            self._by_bounds,
            self._by_exponents,
            self._by_parts_of_sums,
            self._over_one_denominator,
        ):
            possible &= rule(poly)
            if possible in (POSITIVE, NEGATIVE, ZERO_SIGN):
                break
        return possible or ANY_SIGN

    def _by_terms(self, poly: Poly) -> int:
        return functools.reduce(plus, (times(self._of_mono(m), of_number(c)) for m, c in poly))

    def _of_mono(self, mono: Mono) -> int:
        result = POSITIVE
        for atom, e in mono:
            result = times(result, self._of_power(atom, e))
            if result == ANY_SIGN:
                break
        return result

    def _of_power(self, atom: Atom, exponent: Number) -> int:
        base = self._of_atom(atom)
        if exponent < 0:
            base &= ~ZERO_SIGN
        if base == POSITIVE:
            return POSITIVE
        if not isinstance(exponent, int):
            return base & NOT_NEGATIVE or NOT_NEGATIVE
        if exponent % 2 == 0:
            return (POSITIVE if base & (POSITIVE | NEGATIVE) else 0) | (base & ZERO_SIGN)
        return base

    def _of_atom(self, atom: Atom) -> int:
        kind = atom.kind
        if kind in ("exp", "prime"):
            return POSITIVE
        if kind in ("sym", "entry"):
            return self.known.signs.get(atom.data[0], ANY_SIGN)
        if kind == "var":
            bounds = self.ranges.get(atom.key)
            if bounds is None:
                return ANY_SIGN
            if self.at_least_zero(bounds[0] - ONE):
                return POSITIVE
            return NOT_NEGATIVE if self.at_least_zero(bounds[0]) else ANY_SIGN
        if kind == "delta":
            return NOT_NEGATIVE
        if kind == "abs":
            return NOT_NEGATIVE if self.sign(atom.data[0]) & ZERO_SIGN else POSITIVE
        if kind == "pow":
            return self.sign(atom.data[0])
        if kind == "max":
            return self._of_max(atom)
        if kind == "log":
            return self._of_log(atom.data[0])
        if kind == "sum":
            return self._of_sum(atom)
        if kind == "prod":
            low, high, body, bound = atom.data
            name = self.fresh_index((low, high))
            inside = self.sign(self.replace(body, {make_atom("var", bound): self.index(name)}))
            return POSITIVE if inside == POSITIVE else NOT_NEGATIVE if not inside & NEGATIVE else ANY_SIGN
        return ANY_SIGN

    def _of_max(self, atom: Atom) -> int:
        signs = [self.sign(p) for p in atom.data[0]]
        if POSITIVE in signs:
            return POSITIVE
        if any(not s & NEGATIVE for s in signs):
            return NOT_NEGATIVE
        return functools.reduce(lambda a, b: a | b, signs)

    def _of_log(self, argument: Poly) -> int:
        value = argument.constant()
        if value is not None:
            return of_number(value - 1)
        return self.sign(argument - ONE)

    def _of_sum(self, atom: Atom) -> int:
        names, body = self.open_sum(atom)
        inside = self.sign(body)
        filled = all(self.at_least_zero(self.ranges[n][1] - self.ranges[n][0]) for n in names)
        return inside if filled else inside | ZERO_SIGN

    def _by_values(self, poly: Poly) -> int:
        """Cases for deltas and variables with few values."""
        cases = self.cases(poly)
        return functools.reduce(lambda a, b: a | b, (self.sign(case) for _, case in cases)) if cases else ANY_SIGN

    def _by_greatest(self, poly: Poly) -> int:
        """c x_m - c x_i where x_m is the greatest entry of x."""
        if len(poly) != 2 or not self.known.greatest:
            return ANY_SIGN
        (one, c), (other, d) = poly
        if c + d != 0:
            return ANY_SIGN
        for mono, rest, scale in ((one, other, c), (other, one, d)):
            for atom, e in mono:
                if e != 1 or not self._is_greatest(atom):
                    continue
                factor = tuple(f for f in mono if f[0] != atom)
                left = [a for a, k in rest if k == 1 and a.kind == "entry" and a.data[0] == atom.data[0]]
                if any(tuple(f for f in rest if f[0] != a) == factor for a in left):
                    return times(self.sign(Poly({factor: scale})), NOT_NEGATIVE)
        return ANY_SIGN

    def _is_greatest(self, atom: Atom) -> bool:
        where = self.known.greatest.get(atom.data[0]) if atom.kind == "entry" else None
        return where is not None and atom.data[1] == (self.index(where),)

    def _by_exponents(self, poly: Poly) -> int:
        """c e^x - c e^y: of the sign of c (x - y)."""
        if len(poly) != 2:
            return ANY_SIGN
        (one, c), (other, d) = poly
        beside = [tuple(f for f in mono if f[0].kind != "exp") for mono in (one, other)]
        if c + d != 0 or beside[0] != beside[1]:
            return ANY_SIGN
        return times(self.sign(Poly({beside[0]: c})), self.sign(exponent_of(one) - exponent_of(other)))

    def _by_bounds(self, poly: Poly) -> int:
        """Where a term is affine in a bounded atom, its extreme values are at the bounds."""
        for atom in sorted({a for m in poly.terms for a, _ in m}, key=lambda a: a.key):
            if atom.kind not in ("entry", "sym") or atom.data[0] not in self.known.upper:
                continue
            upper, lower = self.known.upper[atom.data[0]], self.known.lower.get(atom.data[0])
            if not is_affine(poly, atom):
                continue
            at_upper = self.sign(assign(poly, atom, upper))
            if lower is not None:
                possible = at_upper | self.sign(assign(poly, atom, lower))
                if possible == NEGATIVE | POSITIVE:
                    possible = ANY_SIGN
            else:
                slope = self.sign(Poly.of((tuple(f for f in m if f[0] != atom), c) for m, c in poly if (atom, 1) in m))
                possible = plus(at_upper, NOT_NEGATIVE) if not slope & POSITIVE else ANY_SIGN
            if possible != ANY_SIGN:
                return possible
        return ANY_SIGN

    def _by_parts_of_sums(self, poly: Poly) -> int:
        """Σ_i f(i) - f(k) ≥ 0 where f ≥ 0 and k is in range: single terms are taken out of sums they belong to."""
        found = self._by_parts_of_positive_sums(poly)
        return found if found != ANY_SIGN else times(NEGATIVE, self._by_parts_of_positive_sums(-poly))

    def _by_parts_of_positive_sums(self, poly: Poly) -> int:
        for mono, c in poly:
            for atom in [a for a, e in mono if a.kind == "sum" and e == 1 and len(a.data[2]) <= MOST_TAKEN]:
                outer = tuple(f for f in mono if f[0] != atom)
                names, body = self.open_sum(atom)
                if self.sign(body) & NEGATIVE or self.sign(Poly({outer: c})) & NEGATIVE:
                    continue
                for name in names:
                    found = self._one_taken(poly, mono, outer, name, names, body)
                    if found != ANY_SIGN:
                        return found
        return ANY_SIGN

    def _one_taken(self, poly: Poly, mono: Mono, outer: Mono, name: str, names: tuple[str, ...], body: Poly) -> int:
        """Σ_i Σ_j f(i, j) is at least Σ_j f(k, j): the sign with that one put in its place."""
        c = poly.terms[mono]
        others = poly - Poly({mono: c})
        left = tuple(n for n in names if n != name)
        low, high = self.ranges[name]
        if any(name in self.ends_of(n) for n in left) or not self.ends_of(name).isdisjoint(left):
            return ANY_SIGN
        for candidate in self._indices_in(poly):
            if not (self.at_least_zero(candidate - low) and self.at_least_zero(high - candidate)):
                continue
            entry = self.sum_over(left, self.replace(body, {make_atom("var", name): candidate}))
            rest = others + self.mul(entry, Poly({outer: c}))
            if len(rest) < len(poly) and not self.sign(rest) & NEGATIVE:
                return plus(self.sign(rest), NOT_NEGATIVE)
        return ANY_SIGN

    def ends_of(self, name: str) -> frozenset[str]:
        """The names on which the ends of a range depend."""
        low, high = self.ranges[name]
        return low.names | high.names

    def _indices_in(self, poly: Poly) -> list[Poly]:
        """Index terms that occur outside of sums and may be the one term taken out."""
        names = sorted(n for n in poly.names if n in self.ranges)
        return [self.index(n) for n in names] + [Poly.number(1)]

    def _over_one_denominator(self, poly: Poly) -> int:
        c, mono, primitive = self.together(poly)
        if primitive == poly or (not mono and primitive in (poly, -poly)):
            return ANY_SIGN
        outside = times(of_number(c), self._of_mono(mono))
        return times(outside, self.sign(primitive)) if outside != ANY_SIGN else ANY_SIGN


def is_affine(poly: Poly, atom: Atom) -> bool:
    """Whether an atom occurs only to the first power as a factor."""
    for mono in poly.terms:
        for other, e in mono:
            if other == atom:
                if e != 1:
                    return False
            elif other.kind != "entry" and atom_has(other, atom):
                return False
    return True
