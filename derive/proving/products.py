"""Laws for products: Kronecker deltas, variables with few values, denominators that cancel; and substitution."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from derive.proving.budget import Exhausted, Undefined, Unsupported
from derive.proving.laws import Laws
from derive.proving.polynomial import (
    ONE,
    ZERO,
    Atom,
    Mono,
    Number,
    Poly,
    atom_has,
    atom_poly,
    exact,
    exponent_of,
    exponential,
    make_atom,
    merge,
    power,
)

_REWRITABLE = frozenset({"delta", "pow", "prime", "abs"})
MAX_POWER = 64


class Products(Laws):
    """Multiplication and substitution."""

    def mul(self, left: Poly, right: Poly) -> Poly:
        if not left or not right:
            return ZERO
        self.budget.room_for(len(left) * len(right))
        plain: dict[Mono, Number] = {}
        total = ZERO
        for m1, c1 in left:
            for m2, c2 in right:
                self.budget.tick()
                mono, c = merge(m1, m2), exact(c1 * c2)
                if self._rewritable(mono):
                    total = total + self.settle(mono).scale(c)
                else:
                    plain[mono] = plain.get(mono, 0) + c
        product = Poly({m: exact(c) for m, c in plain.items() if c})
        return total + product if total else product

    def _rewritable(self, mono: Mono) -> bool:
        values = self.known.values
        return any(
            a.kind in _REWRITABLE or (values and a.kind in ("entry", "sym") and a.data[0] in values) for a, _ in mono
        )

    def settle(self, mono: Mono) -> Poly:
        if not self._rewritable(mono):
            return Poly({mono: 1})
        done = self.settled.get(mono)
        if done is None:
            self.budget.tick()
            done = self._settle(mono)
            self.settled[mono] = done
        return done

    def _settle(self, mono: Mono) -> Poly:
        for place, (atom, exponent) in enumerate(mono):
            rest = mono[:place] + mono[place + 1 :]
            result = None
            if atom.kind == "delta":
                result = self._settle_delta(atom, exponent, rest)
            elif atom.kind == "pow":
                result = self._settle_power(atom, exponent, rest)
            elif atom.kind == "prime":
                result = self._settle_prime(atom, exponent, rest)
            elif atom.kind == "abs" and exact(exponent / Fraction(2)) == exponent // 2 and exponent != 0:
                result = self.mul(self.power(atom.data[0], exponent), Poly({rest: 1}))
            elif atom.kind in ("entry", "sym") and atom.data[0] in self.known.values:
                result = self._settle_finite(atom, exponent, rest)
            if result is not None:
                return result
        return Poly({mono: 1})

    def _settle_delta(self, atom: Atom, exponent: Number, rest: Mono) -> Poly | None:
        if exponent < 0:
            raise Undefined("a division by a Kronecker delta")
        if exponent != 1:
            return self.settle(merge(rest, ((atom, 1),)))
        source, target = self.elimination(atom)
        if not any(atom_has(a, source) for a, _ in rest):
            return None
        replaced = self.replace(Poly({rest: 1}), {source: target})
        return self.mul(replaced, atom_poly(atom))

    def elimination(self, delta: Atom) -> tuple[Atom, Poly]:
        """What may be replaced by what where a delta is 1: entries of index arrays first, then the last name."""
        difference: Poly = delta.data[0]
        best: tuple[bool, str] | None = None
        chosen: tuple[Atom, Number] | None = None
        for mono, c in difference:
            if len(mono) == 1 and mono[0][1] == 1 and c in (1, -1) and mono[0][0].kind in ("var", "entry"):
                atom = mono[0][0]
                others = difference - Poly({mono: c})
                if any(atom_has(a, atom) for m in others.terms for a, _ in m):
                    continue
                rank = (atom.kind == "entry", atom.key)
                if best is None or rank > best:
                    best, chosen = rank, (atom, c)
        if chosen is None:
            return delta, ONE
        atom, c = chosen
        return atom, (difference - Poly({((atom, 1),): c})).scale(-c)

    def _settle_prime(self, atom: Atom, exponent: Number, rest: Mono) -> Poly | None:
        whole = floor(exponent)
        if whole == 0:
            return None
        left = exact(exponent - whole)
        more: Mono = ((atom, left),) if left else ()
        return self.settle(merge(rest, more)).scale(exact(Fraction(atom.data[0]) ** whole))

    def _settle_finite(self, atom: Atom, exponent: Number, rest: Mono) -> Poly | None:
        values = self.known.values[atom.data[0]]
        if isinstance(exponent, int) and 0 <= exponent < len(values):
            return self._settle_one_hot(atom, rest) if exponent == 1 else None
        if not isinstance(exponent, int):
            return None
        if exponent < 0 and 0 in values:
            raise Undefined("a division by a variable that can be zero")
        return self.mul(
            self.interpolate(atom, [exact(Fraction(v) ** exponent) for v in values], values), Poly({rest: 1})
        )

    def interpolate(self, atom: Atom, results: list[Number], values: tuple[Number, ...]) -> Poly:
        """The polynomial in a variable with finitely many values that takes the given results there."""
        return self.total([self.indicator(atom, v, values).scale(r) for v, r in zip(values, results, strict=True) if r])

    def indicator(self, atom: Atom, value: Number, values: tuple[Number, ...]) -> Poly:
        """The polynomial that is 1 at one of the values and 0 at the others."""
        coefficients: list[Number] = [1]
        for other in values:
            if other != value:
                scale = Fraction(1) / (Fraction(value) - Fraction(other))
                shifted = [0, *coefficients]
                lowered = [c * Fraction(other) for c in coefficients] + [0]
                coefficients = [exact((a - b) * scale) for a, b in zip(shifted, lowered, strict=True)]
        return Poly.of((((atom, k),) if k else (), c) for k, c in enumerate(coefficients))

    def _settle_one_hot(self, atom: Atom, rest: Mono) -> Poly | None:
        """Two entries of a one-hot array: y_i y_k = δ_ik y_i."""
        total = self.known.totals.get(atom.data[0])
        if atom.kind != "entry" or total is None or len(total[0]) != 1 or set(self.known.values[atom.data[0]]) - {0, 1}:
            return None
        position = total[0][0]
        for other, e in rest:
            if other.kind == "entry" and other.data[0] == atom.data[0] and e == 1:
                mine, theirs = atom.data[1], other.data[1]
                if all(a == b for k, (a, b) in enumerate(zip(mine, theirs, strict=True)) if k != position):
                    equal = self.delta(mine[position] - theirs[position])
                    left = tuple(f for f in rest if f[0] != other)
                    return self.product(equal, atom_poly(atom), Poly({left: 1}))
        return None

    def delta(self, difference: Poly) -> Poly:
        constant = difference.constant()
        if constant is not None:
            return ZERO if constant else ONE
        if self.at_least_zero(difference - ONE) or self.at_least_zero(-difference - ONE):
            return ZERO
        if self._never_zero(difference):
            return ZERO
        pair = self._pair(difference)
        if pair is not None:
            left, right = pair
            if self._apart(left, right):
                return ZERO
            if left.kind == right.kind == "entry" and left.data[0] == right.data[0]:
                mine, theirs = left.data[1], right.data[1]
                if left.data[0] in self.known.injective:
                    return self.product(*(self.delta(a - b) for a, b in zip(mine, theirs, strict=True)))
                if left.data[0] in self.known.one_way and mine[:-1] == theirs[:-1]:
                    return self.delta(mine[-1] - theirs[-1])
        first = difference.ordered()[0]
        return atom_poly(make_atom("delta", difference if first[1] > 0 else -difference))

    def _never_zero(self, difference: Poly) -> bool:
        """``j - 0`` where j is known to differ from 0."""
        for mono, c in difference:
            if len(mono) == 1 and mono[0][1] == 1 and c in (1, -1):
                atom = mono[0][0]
                number = atom_poly(atom) - (difference if c == 1 else -difference)
                if number.constant() is not None and frozenset((atom.key, number.key)) in self.known.apart:
                    return True
        return False

    @staticmethod
    def _pair(difference: Poly) -> tuple[Atom, Atom] | None:
        sides: dict[Number, Atom] = {}
        for mono, c in difference:
            if len(mono) != 1 or mono[0][1] != 1 or c not in (1, -1):
                return None
            sides[c] = mono[0][0]
        return (sides[1], sides[-1]) if len(sides) == 2 and len(difference) == 2 else None

    def _apart(self, left: Atom, right: Atom) -> bool:
        def spellings(atom: Atom) -> tuple[str, ...]:
            return (atom.key, f"{atom.data[0]}[*]") if atom.kind == "entry" else (atom.key,)

        if self._is_avoided(left, right) or self._is_avoided(right, left):
            return True
        return any(frozenset((a, b)) in self.known.apart for a in spellings(left) for b in spellings(right))

    def _is_avoided(self, entry: Atom, other: Atom) -> bool:
        """Whether an entry is never this index, as it is one of its own."""
        position = self.known.avoids.get(entry.data[0]) if entry.kind == "entry" else None
        return position is not None and entry.data[1][position] == atom_poly(other)

    def _settle_power(self, atom: Atom, exponent: Number, rest: Mono) -> Poly | None:
        base: Poly = atom.data[0]
        if exponent >= 1:
            whole = floor(exponent)
            if whole > MAX_POWER:
                raise Exhausted(f"a power above {MAX_POWER}")
            left = exact(exponent - whole)
            more: Mono = ((atom, left),) if left else ()
            return self.mul(self.integer_power(base, whole), Poly({merge(rest, more): 1}))
        if exponent > 0:
            return None
        lead = leading(base)
        if lead is None:
            return None
        mono, c, exponential_part = lead
        quotient = divide(rest, mono, exponential_part)
        if quotient is None:
            return None
        others = base - Poly({mono: c})
        raised = exact(exponent + 1)
        more = ((atom, raised),) if raised else ()
        kept = self.settle(merge(quotient, more))
        removed = self.mul(others, self.settle(merge(quotient, ((atom, exponent),))))
        return (kept - removed).scale(exact(Fraction(1) / Fraction(c)))

    def replace(self, poly: Poly, mapping: dict[Atom, Poly]) -> Poly:
        total: list[Poly] = []
        kept: dict[Mono, Number] = {}
        for mono, c in poly:
            touched = [any(atom_has(a, s) for s in mapping) for a, _ in mono]
            if not any(touched):
                kept[mono] = c
                continue
            self.budget.tick()
            product = Poly({tuple(f for f, t in zip(mono, touched, strict=True) if not t): c})
            for (atom, exponent), hit in zip(mono, touched, strict=True):
                if hit:
                    product = self.mul(product, self._replace_factor(atom, exponent, mapping))
            total.append(product)
        return self.total([*total, Poly(kept)])

    def _replace_factor(self, atom: Atom, exponent: Number, mapping: dict[Atom, Poly]) -> Poly:
        target = mapping.get(atom)
        if target is None:
            target = self._rebuild(atom, mapping)
        if exponent == 1:
            return target
        return self.power(target, exponent)

    def _rebuild(self, atom: Atom, mapping: dict[Atom, Poly]) -> Poly:
        kind, data = atom.kind, atom.data
        if kind in ("entry", "fun"):
            return atom_poly(make_atom(kind, data[0], tuple(self.replace(p, mapping) for p in data[1])))
        if kind == "max":
            return self.maximum(tuple(self.replace(p, mapping) for p in data[0]))
        if kind == "sum":
            names, body = self.open_sum(atom, mapping)
            return self.sum_over(names, body)
        if kind == "prod":
            low, high, body, bound = data
            name = self.fresh_index((self.replace(low, mapping), self.replace(high, mapping)))
            return self.product_over(name, self.replace(body, {make_atom("var", bound): self.index(name), **mapping}))
        inner = self.replace(data[0], mapping)
        if kind == "exp":
            return self.exp(inner)
        if kind == "log":
            return self.log(inner)
        if kind == "delta":
            return self.delta(inner)
        if kind == "abs":
            return self.absolute(inner)
        if kind == "pow":
            return inner
        raise Unsupported(f"a substitution inside {kind}")


def leading(base: Poly) -> tuple[Mono, Number, tuple[Mono, Number] | None] | None:
    """The term of a denominator that is rewritten by the others: (monomial, coefficient, coordinate).

    The coordinate is a monomial of the exponent with its coefficient, when the terms differ in their exponentials;
    dividing lowers it, which is why the rewriting ends.  None when no term is alone at the top.
    """
    exponents = {mono: exponent_of(mono) for mono in base.terms}
    coordinates = {m for e in exponents.values() for m in e.terms}
    if coordinates:
        top = max(coordinates, key=lambda m: Poly({m: 1}).key)
        values = {mono: e.terms.get(top, 0) for mono, e in exponents.items()}
        greatest = max(values.values())
        leaders = [mono for mono, v in values.items() if v == greatest]
        if len(leaders) != 1 or greatest <= 0 or min(values.values()) < 0:
            return None
        return leaders[0], base.terms[leaders[0]], (top, greatest)
    candidates = list(base.terms)
    for key in sorted({a.key for mono in candidates for a, _ in mono}, reverse=True):
        held = [next((e for a, e in mono if a.key == key), 0) for mono in candidates]
        highest = max(held)
        candidates = [mono for mono, e in zip(candidates, held, strict=True) if e == highest]
        if len(candidates) == 1:
            break
    mono = candidates[0]
    if not mono or any(e < 0 for _, e in mono):
        return None
    return mono, base.terms[mono], None


def divide(mono: Mono, divisor: Mono, coordinate: tuple[Mono, Number] | None) -> Mono | None:
    """mono / divisor where that is a step down, else None."""
    held = {a: e for a, e in mono if a.kind != "exp"}
    if any(held.get(a, 0) < e for a, e in divisor if a.kind != "exp"):
        return None
    if coordinate is not None:
        top, value = coordinate
        if exponent_of(mono).terms.get(top, 0) < value:
            return None
    return merge(mono, power(divisor, -1))


def exponential_poly(exponent: Poly) -> Poly:
    """exp(E) as a polynomial, no law applied."""
    return Poly({exponential(exponent): 1})
