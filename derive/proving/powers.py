"""Laws for exp, log and powers, and fractions over one denominator.

Logarithms and broken powers are split over a product only where every factor but one is known to be positive: the
remaining factor is then positive because the whole is taken to be in its domain.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from math import gcd, lcm

from derive.proving.budget import Exhausted, Undefined, Unsupported
from derive.proving.laws import NEGATIVE, POSITIVE, Laws
from derive.proving.polynomial import (
    ONE,
    ZERO,
    Atom,
    Mono,
    Number,
    Poly,
    atom_poly,
    exact,
    exponent_of,
    exponential,
    magnitude,
    make_atom,
    merge,
    power,
)
from derive.proving.products import MAX_POWER, exponential_poly

MAX_PRIME = 1 << 40


def primes_of(number: int) -> dict[int, int]:
    """The prime factors of a positive whole number; a part that would take long to factor is kept as it is."""
    found: dict[int, int] = {}
    candidate = 2
    while candidate * candidate <= number and candidate < 10_000:
        while number % candidate == 0:
            number //= candidate
            found[candidate] = found.get(candidate, 0) + 1
        candidate += 1
    if number > 1:
        if number > MAX_PRIME:
            raise Exhausted("a number too large to factor")
        found[number] = found.get(number, 0) + 1
    return found


def rational_primes(value: Number) -> dict[int, int]:
    """The prime factors of a positive rational number with their exponents."""
    value = Fraction(value)
    found = primes_of(value.numerator)
    for prime, count in primes_of(value.denominator).items():
        found[prime] = found.get(prime, 0) - count
    return found


def compare_exponents(left: Poly, right: Poly) -> int:
    """An order of exponents that does not change when the same is added to both."""
    difference = left - right
    if not difference:
        return 0
    lead = max(difference.terms, key=lambda m: Poly({m: 1}).key)
    return 1 if difference.terms[lead] > 0 else -1


class Powers(Laws):
    """Exponentials, logarithms, powers."""

    def cases(self, poly: Poly) -> list[tuple[Poly, Poly]] | None:
        values = self.known.values
        for mono in poly.terms:
            for atom, _ in mono:
                if atom.kind == "delta":
                    source, target = self.elimination(atom)
                    equal = self.replace(assign(poly, atom, 1), {source: target} if source != atom else {})
                    return [(atom_poly(atom), equal), (ONE - atom_poly(atom), assign(poly, atom, 0))]
                if values and atom.kind in ("entry", "sym") and atom.data[0] in values:
                    possible = values[atom.data[0]]
                    return [(self.indicator(atom, v, possible), assign(poly, atom, v)) for v in possible]
        return None

    def by_cases(self, poly: Poly, function: Callable[[Poly], Poly]) -> Poly | None:
        """f(poly) as a sum over the values of a delta or of a variable with few values that is a factor in it."""
        cases = self.cases(poly)
        if cases is None:
            return None
        return self.total([self.mul(indicator, function(case)) for indicator, case in cases])

    def exp(self, exponent: Poly) -> Poly:
        if not exponent:
            return ONE
        self.budget.tick()
        split = self.by_cases(exponent, self.exp)
        if split is not None:
            return split
        kept: dict[Mono, Number] = {}
        product = ONE
        for mono, c in exponent:
            if len(mono) == 1 and mono[0][0].kind == "log" and mono[0][1] == 1:
                product = self.mul(product, self.power(mono[0][0].data[0], c))
            else:
                kept[mono] = c
        return self.mul(product, exponential_poly(Poly(kept))) if kept else product

    def log(self, argument: Poly) -> Poly:
        self.budget.tick()
        if not argument:
            raise Undefined("the logarithm of zero")
        split = self.by_cases(argument, self.log)
        if split is not None:
            return split
        c, mono, primitive = self.together(argument)
        c, known, unknown = self._by_sign(c, mono, primitive)
        result = self._log_number(magnitude(c)) + self._log_factors(known)
        if not unknown:
            if c < 0:
                raise Undefined("the logarithm of a negative number")
            return result
        if len(unknown) == 1:
            poly, e = unknown[0]
            if len(poly) == 1 and poly.sole_atom() is None:
                return result + self.log(poly if c > 0 else -poly).scale(e)
            return result + self._opaque_log(poly if c > 0 else -poly).scale(e)
        if unknown[0][1] < 0:
            flipped = [(p, -e) for p, e in unknown]
            return result - self._opaque_log(self._rest(c, flipped))
        return result + self._opaque_log(self._rest(c, unknown))

    @staticmethod
    def _opaque_log(argument: Poly) -> Poly:
        return atom_poly(make_atom("log", argument))

    def _rest(self, c: Number, factors: list[tuple[Poly, Number]]) -> Poly:
        """The product of factors of unknown sign, not multiplied out, with the sign of ``c``."""
        mono: Mono = ()
        for poly, e in factors:
            atom = poly.sole_atom()
            mono = merge(mono, ((atom if atom is not None else make_atom("pow", poly), e),))
        return Poly({mono: 1 if c > 0 else -1})

    def _by_sign(
        self, c: Number, mono: Mono, primitive: Poly
    ) -> tuple[Number, list[tuple[Poly, Number]], list[tuple[Poly, Number]]]:
        """Split c·mono·primitive into a number, positive factors, and factors of unknown sign."""
        known: list[tuple[Poly, Number]] = []
        unknown: list[tuple[Poly, Number]] = []
        factors: list[tuple[Poly, Number]] = [
            (a.data[0] if a.kind == "pow" else atom_poly(a), e) for a, e in mono if a.kind != "exp"
        ]
        if exponent_of(mono):
            factors.append((exponential_poly(exponent_of(mono)), 1))
        if primitive != ONE:
            factors.append((primitive, 1))
        for poly, e in factors:
            sign = self.sign(poly)
            if sign == NEGATIVE and isinstance(e, int):
                poly, sign = -poly, POSITIVE
                c = -c if e % 2 else c
            elif sign != POSITIVE and isinstance(e, int) and e % 2 == 0:
                poly, sign = self._opaque_absolute(poly), POSITIVE
            (known if sign == POSITIVE else unknown).append((poly, e))
        unknown.sort(key=lambda factor: factor[0].key)
        return c, known, unknown

    def _log_number(self, value: Number) -> Poly:
        return Poly.of((((make_atom("log", Poly.number(p)), 1),), e) for p, e in rational_primes(value).items())

    def _log_factors(self, factors: list[tuple[Poly, Number]]) -> Poly:
        result = ZERO
        for poly, e in factors:
            atom = poly.sole_atom()
            if atom is not None and atom.kind == "exp":
                result = result + atom.data[0].scale(e)
            elif atom is not None and atom.kind == "prime":
                result = result + self._log_number(atom.data[0]).scale(e)
            else:
                result = result + self._opaque_log(poly).scale(e)
        return result

    def power(self, base: Poly, exponent: Number) -> Poly:
        exponent = exact(exponent)
        if exponent == 0:
            return ONE
        if magnitude(exponent) > MAX_POWER and base.constant() is None and len(base) > 1:
            raise Exhausted(f"a power above {MAX_POWER}")
        if not base:
            if exponent < 0:
                raise Undefined("a division by zero")
            return ZERO
        constant = base.constant()
        if constant is not None and magnitude(exponent) > 4096:
            raise Exhausted("a power too large to write down")
        if isinstance(exponent, int) and exponent > 0:
            return self._positive_power(base, exponent)
        split = self.by_cases(base, lambda part: self.power(part, exponent))
        if split is not None:
            return split
        c, mono, primitive = self.together(base)
        if isinstance(exponent, int):
            result = self.settle(power(mono, exponent)).scale(exact(Fraction(c) ** exponent))
            if primitive == ONE:
                return result
            return self.mul(result, self._opaque_power(primitive, exponent))
        return self._root(c, mono, primitive, exponent)

    def _positive_power(self, base: Poly, exponent: int) -> Poly:
        term = base.single()
        if term is not None:
            return self.settle(power(term[0], exponent)).scale(exact(Fraction(term[1]) ** exponent))
        return self.integer_power(base, exponent)

    def _opaque_power(self, base: Poly, exponent: Number) -> Poly:
        atom = base.sole_atom()
        return self.settle(((atom if atom is not None else make_atom("pow", base), exponent),))

    def _root(self, c: Number, mono: Mono, primitive: Poly, exponent: Number) -> Poly:
        c, known, unknown = self._by_sign(c, mono, primitive)
        result = ONE
        for prime, count in rational_primes(magnitude(c)).items():
            result = self.mul(result, self.settle(((make_atom("prime", prime), exact(count * Fraction(exponent))),)))
        for poly, e in known:
            raised = exact(e * Fraction(exponent))
            atom = poly.sole_atom()
            if atom is not None and atom.kind == "exp":
                result = self.mul(result, exponential_poly(atom.data[0].scale(raised)))
            else:
                result = self.mul(result, self._opaque_power(poly, raised))
        if not unknown:
            if c < 0:
                raise Undefined("a root of a negative number")
            return result
        if len(unknown) == 1 and c > 0:
            poly, e = unknown[0]
            return self.mul(result, self._opaque_power(poly, exact(e * Fraction(exponent))))
        if len(unknown) == 1 and isinstance(unknown[0][1], int) and unknown[0][1] % 2:
            poly, e = unknown[0]
            return self.mul(result, self._opaque_power(-poly, exact(e * Fraction(exponent))))
        opaque = make_atom("pow", self._rest(c, unknown))
        return self.mul(result, self.settle(((opaque, exponent),)))

    def together(self, poly: Poly) -> tuple[Number, Mono, Poly]:
        scale: Number = 1
        content: Mono = ()
        for _ in range(16):
            if not poly:
                return 0, (), ZERO
            c, mono, poly = self._content(poly)
            scale, content = exact(scale * c), merge(content, mono)
            if not mono:
                break
            if all(not any(a.kind == "pow" for a, _ in m) for m in poly.terms):
                break
            poly = self.total([self.settle(m).scale(k) for m, k in poly])
        return scale, content, poly

    def _content(self, poly: Poly) -> tuple[Number, Mono, Poly]:
        """(c, m, q) with poly = c·m·q as plain multisets: q has no common factor and no negative exponents."""
        term = poly.single()
        if term is not None:
            return term[1], term[0], ONE
        lowest: dict[Atom, Number] = {}
        monos = list(poly.terms)
        held = [dict(m) for m in monos]
        for atom in {a for m in monos for a, _ in m}:
            if atom.kind not in ("exp", "delta"):
                least = min(h.get(atom, 0) for h in held)
                if least:
                    lowest[atom] = least
        exponents = [exponent_of(m) for m in monos]
        least_exponent = min(exponents, key=functools.cmp_to_key(compare_exponents))
        common = merge(tuple(sorted(lowest.items(), key=lambda f: f[0].key)), exponential(least_exponent))
        inverse = power(common, -1)
        divided = {merge(m, inverse): c for m, c in poly} if common else dict(poly.terms)
        denominator = lcm(*(Fraction(c).denominator for c in divided.values()))
        numerator = gcd(*(int(c * denominator) for c in divided.values()))
        scale = Fraction(numerator, denominator)
        lead = max(divided, key=lambda m: Poly({m: 1}).key)
        if divided[lead] < 0:
            scale = -scale
        return exact(scale), common, Poly({m: exact(c / scale) for m, c in divided.items()})

    def absolute(self, argument: Poly) -> Poly:
        if not argument:
            return ZERO
        split = self.by_cases(argument, self.absolute)
        if split is not None:
            return split
        c, mono, primitive = self.together(argument)
        _, known, unknown = self._by_sign(c, mono, primitive)
        result = Poly.number(magnitude(c))
        for poly, e in known:
            result = self.mul(result, self.power(poly, e))
        for poly, e in unknown:
            result = self.mul(result, self.settle(((make_atom("abs", poly), e),)))
        return result

    @staticmethod
    def _opaque_absolute(argument: Poly) -> Poly:
        """|f| for a factor of unknown sign, where it stands to an even power: positive wherever it may be divided."""
        return atom_poly(make_atom("abs", argument))

    def maximum(self, arguments: tuple[Poly, ...]) -> Poly:
        kept: list[Poly] = []
        for candidate in sorted(set(arguments), key=lambda p: p.key):
            if any(not self.sign(other - candidate) & NEGATIVE for other in kept):
                continue
            kept = [other for other in kept if self.sign(candidate - other) & NEGATIVE]
            kept.append(candidate)
        return kept[0] if len(kept) == 1 else atom_poly(make_atom("max", tuple(kept)))


def assign(poly: Poly, atom: Atom, value: Number) -> Poly:
    """A number in the place of an atom where it is a factor; what stands inside other atoms is left alone."""
    pairs: list[tuple[Mono, Number]] = []
    for mono, c in poly:
        exponent = next((e for a, e in mono if a == atom), 0)
        if exponent == 0:
            pairs.append((mono, c))
            continue
        if value == 0 and exponent < 0:
            raise Undefined("a division by zero")
        if not isinstance(exponent, int):
            raise Unsupported("a root of a variable with few values")
        rest = tuple(f for f in mono if f[0] != atom)
        pairs.append((rest, exact(c * Fraction(value) ** exponent)))
    return Poly.of(pairs)
