"""Laws for sums and products over indices with symbolic bounds.

Sums are brought into one shape: no sum stands as a factor inside another (the inner index joins the outer ones),
whatever does not depend on an index is in front, indices that share no factor form sums of their own, deltas are
contracted where the other index is in range, and what is left is one atom per connected group with its indices renamed
canonically.  So nested sums in any order, products of sums and pulled-out factors all look the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from fractions import Fraction

from derive.errors import InternalError
from derive.proving.budget import Exhausted
from derive.proving.laws import Laws
from derive.proving.polynomial import (
    ONE,
    Atom,
    Mono,
    Number,
    Poly,
    atom_poly,
    atoms_in,
    exact,
    exponent_of,
    exponential,
    height_of,
    magnitude,
    make_atom,
    merge,
    names_of,
)

MAX_INDICES = 10
MAX_ORDERS = 720
FEW_TERMS = 8


class Sums(Laws):
    """Σ and Π."""

    def open_sum(self, atom: Atom, mapping: dict[Atom, Poly] | None = None) -> tuple[tuple[str, ...], Poly]:
        ranges, body, bound = atom.data
        names = tuple(self.fresh_name() for _ in bound)
        renaming = {make_atom("var", old): self.index(new) for old, new in zip(bound, names, strict=True)}
        renaming.update(mapping or {})
        for name, low, high in zip(names, ranges[::2], ranges[1::2], strict=True):
            self.ranges[name] = (self.replace(low, renaming), self.replace(high, renaming))
        return names, self.replace(body, renaming)

    def sum_over(self, names: tuple[str, ...], body: Poly) -> Poly:
        result = self.total([self._sum_mono(names, mono).scale(c) for mono, c in body])
        if not result.names.isdisjoint(names):
            raise InternalError("an index is used outside of its sum")
        return result

    def _range_names(self, name: str) -> frozenset[str]:
        low, high = self.ranges[name]
        return low.names | high.names

    def _sum_mono(self, names: tuple[str, ...], mono: Mono) -> Poly:
        self.budget.tick()
        if not names:
            return self.settle(mono)
        if len(names) > MAX_INDICES:
            raise Exhausted(f"more than {MAX_INDICES} nested sums")
        opened = self._open_inner(names, mono)
        if opened is not None:
            return opened
        for rule in (self._contract_delta, self._use_total, self._cancel, self._count, self._write_out, self._align):
            result = rule(names, mono)
            if result is not None:
                return result
        return self._components(names, mono)

    def _open_inner(self, names: tuple[str, ...], mono: Mono) -> Poly | None:
        for atom, e in mono:
            if atom.kind == "sum" and isinstance(e, int) and e > 0 and not atom.names.isdisjoint(names):
                inner, body = self.open_sum(atom)
                rest = tuple((a, k - 1 if a == atom else k) for a, k in mono if a != atom or k != 1)
                return self.sum_over((*names, *inner), self.mul(Poly({rest: 1}), body))
        return None

    def _contract_delta(self, names: tuple[str, ...], mono: Mono) -> Poly | None:
        for atom, _ in mono:
            if atom.kind != "delta":
                continue
            difference: Poly = atom.data[0]
            for name in names:
                if name not in difference.names:
                    continue
                bound = make_atom("var", name)
                c = difference.terms.get(((bound, 1),))
                if c not in (1, -1):
                    continue
                target = (difference - Poly({((bound, 1),): c})).scale(-c)
                if name in target.names or any(name in self._range_names(other) for other in names if other != name):
                    continue
                low, high = self.ranges[name]
                if self.at_least_zero(target - low) and self.at_least_zero(high - target):
                    rest = Poly({tuple(f for f in mono if f[0] != atom): 1})
                    left = tuple(n for n in names if n != name)
                    return self.sum_over(left, self.replace(rest, {bound: target}))
        return None

    def _use_total(self, names: tuple[str, ...], mono: Mono) -> Poly | None:
        """Σ_i p_i = 1, where i occurs nowhere else."""
        for place, (atom, e) in enumerate(mono):
            if atom.kind != "entry" or e != 1 or atom.data[0] not in self.known.totals:
                continue
            positions, axes = self.known.totals[atom.data[0]]
            rest = mono[:place] + mono[place + 1 :]
            used = names_of(rest)
            gone = [self._full_index(names, atom.data[1][k], axes[k]) for k in positions]
            if any(name is None or name in used for name in gone) or len(set(gone)) != len(gone):
                continue
            others = [p for k, p in enumerate(atom.data[1]) if k not in positions]
            if any(name in p.names for name in gone for p in others):
                continue
            left = tuple(n for n in names if n not in gone)
            if any(name in self._range_names(other) for name in gone if name for other in left):
                continue
            return self._sum_mono(left, rest)
        return None

    def _full_index(self, names: tuple[str, ...], argument: Poly, axis: tuple[Poly, Poly]) -> str | None:
        """The bound index that moves an argument once over a whole axis."""
        for name in names:
            offset = argument - self.index(name)
            if offset.constant() is not None:
                low, high = self.ranges[name]
                if low + offset == axis[0] and high + offset == axis[1]:
                    return name
        return None

    def _cancel(self, names: tuple[str, ...], mono: Mono) -> Poly | None:
        """Σ_i f_i g / Σ_i f_i, where g does not depend on i: the sum is cancelled before it is nested."""
        wanted: list[Atom] = []
        for atom, e in mono:
            if e < 0 and atom.kind == "sum":
                wanted.append(atom)
            elif e < 0 and atom.kind == "pow":
                wanted += [a for m in atom.data[0].terms for a, k in m if a.kind == "sum" and k == 1]
        for atom in wanted:
            count = len(atom.data[2])
            free = [n for n in names if n not in atom.names]
            for chosen in itertools.combinations(free, count):
                self.budget.tick()
                inner, outer = cut(mono, frozenset(chosen))
                left = tuple(n for n in names if n not in chosen)
                if any(not self._range_names(n).isdisjoint(chosen) for n in left) or not inner:
                    continue
                if inner == mono and not left:
                    continue  # nothing stands outside, so this sum is the one that is being settled
                if {(lo.key, hi.key) for lo, hi in (self.ranges[n] for n in chosen)} != {
                    (lo.key, hi.key) for lo, hi in zip(atom.data[0][::2], atom.data[0][1::2], strict=True)
                }:
                    continue
                if any(a == atom for a, _ in inner):
                    continue
                part = self._sum_mono(chosen, inner)
                if any(atom in (a for a, _ in m) for m in part.terms):
                    product = self.mul(part, Poly({outer: 1}))
                    if all(atom not in (a for a, e in m if e > 0) for m in product.terms):
                        return self.sum_over(left, product)
        return None

    def _count(self, names: tuple[str, ...], mono: Mono) -> Poly | None:
        """An index that occurs nowhere gives the number of its values."""
        used = names_of(mono)
        for name in names:
            left = tuple(n for n in names if n != name)
            if name in used or any(name in self._range_names(other) for other in left):
                continue
            low, high = self.ranges[name]
            length = high - low + ONE
            if self.at_least_zero(length):
                return self.sum_over(left, self.mul(Poly({mono: 1}), length))
        return None

    def _write_out(self, names: tuple[str, ...], mono: Mono) -> Poly | None:
        """A sum with few terms is written out (thorough only)."""
        if not self.thorough:
            return None
        for name in names:
            low, high = (bound.constant() for bound in self.ranges[name])
            if isinstance(low, int) and isinstance(high, int) and high - low < FEW_TERMS:
                return self._terms_at(names, mono, name, [Poly.number(k) for k in range(low, high + 1)])
        return None

    def _terms_at(self, names: tuple[str, ...], mono: Mono, name: str, places: Iterable[Poly]) -> Poly:
        """The sum over the other indices of the terms at the given places."""
        left = tuple(n for n in names if n != name)
        terms = []
        for place in places:
            moved = tuple(self.fresh_name() for _ in left)
            mapping = {make_atom("var", n): self.index(new) for n, new in zip(left, moved, strict=True)}
            # The place may depend on the other indices, which are renamed, too.
            mapping[make_atom("var", name)] = self.replace(place, mapping)
            for n, new in zip(left, moved, strict=True):
                low, high = self.ranges[n]
                self.ranges[new] = (self.replace(low, mapping), self.replace(high, mapping))
            terms.append(self.sum_over(moved, self.replace(Poly({mono: 1}), mapping)))
        return self.total(terms)

    def _align(self, names: tuple[str, ...], mono: Mono) -> Poly | None:
        """Bounds that differ from the plain ones by a whole number: single terms are split off (thorough only).

        Σ_{i=2}^{N} f(i) = Σ_{i=1}^{N} f(i) - f(1) is used only where N ≥ 1 is known.
        """
        if not self.thorough:
            return None
        for name in names:
            low, high = self.ranges[name]
            others = [n for n in names if n != name]
            if high.constant() is not None or any(name in self._range_names(n) for n in others):
                continue
            first = low.terms.get((), 0)
            excess = exact(first - 1) if low.constant() is not None else first
            over = high.terms.get((), 0)
            if not (isinstance(excess, int) and isinstance(over, int)) or max(abs(excess), abs(over)) > FEW_TERMS:
                continue
            if (not excess and not over) or not self.at_least_zero(high - low + ONE):
                continue
            plain_low, plain_high = low - Poly.number(excess), high - Poly.number(over)
            if not self.at_least_zero(plain_high - plain_low + ONE):
                continue
            below = [low - Poly.number(k + 1) for k in range(excess)] + [
                plain_low - Poly.number(k + 1) for k in range(-excess)
            ]
            above = [plain_high + Poly.number(k + 1) for k in range(over)] + [
                high + Poly.number(k + 1) for k in range(-over)
            ]
            lower = self._terms_at(names, mono, name, below).scale(-1 if excess > 0 else 1)
            upper = self._terms_at(names, mono, name, above).scale(1 if over > 0 else -1)
            plain = self.fresh_index((plain_low, plain_high))
            moved = self.replace(Poly({mono: 1}), {make_atom("var", name): self.index(plain)})
            return self.sum_over(tuple(plain if n == name else n for n in names), moved) + lower + upper
        return None

    def _components(self, names: tuple[str, ...], mono: Mono) -> Poly:
        """Indices that share no factor form sums of their own."""
        groups = self._groups(names, mono)
        left = mono
        product = ONE
        if len(groups) == 1:
            inner, outer = cut(mono, frozenset(names))
            return self.mul(Poly({outer: 1}), self._close(names, inner)) if outer else self._close(names, inner)
        for group in groups:
            inner, left = cut(left, group)
            product = self.mul(product, self._sum_mono(tuple(n for n in names if n in group), inner))
        return self.mul(product, self.settle(left))

    def _groups(self, names: tuple[str, ...], mono: Mono) -> list[frozenset[str]]:
        bound = frozenset(names)
        links = [a.names & bound for a, _ in mono if a.kind != "exp"]
        links += [names_of(m) & bound for m in exponent_of(mono).terms]
        links += [(self._range_names(n) & bound) | {n} for n in names]
        groups: list[frozenset[str]] = []
        for link in links:
            if link:
                touched = [g for g in groups if g & link]
                groups = [g for g in groups if not g & link] + [link.union(*touched)]
        return groups

    def _close(self, names: tuple[str, ...], mono: Mono) -> Poly:
        """The canonical atom for the sum of a monomial whose factors all depend on the indices."""
        names, mono = self._shift(names, mono)
        closed = self._gauss(names, mono)
        if closed is not None:
            return closed
        height = 1 + max(height_of(mono), *(max(p.height for p in self.ranges[n]) for n in names))
        best: tuple[str, Atom] | None = None
        for order in self._orders(names, mono):
            self.budget.tick()
            bound = tuple(f"~{height}.{k}" for k in range(len(order)))
            renaming = {make_atom("var", old): self.index(new) for old, new in zip(order, bound, strict=True)}
            ranges: list[Poly] = []
            for name in order:
                ranges += (self.replace(p, renaming) for p in self.ranges[name])
            body = self.replace(Poly({mono: 1}), renaming)
            atom = sum_atom(tuple(ranges), body, bound, height)
            if best is None or atom.key < best[0]:
                best = atom.key, atom
        if best is None:
            raise Exhausted("a sum without indices")
        return atom_poly(best[1])

    def _shift(self, names: tuple[str, ...], mono: Mono) -> tuple[tuple[str, ...], Mono]:
        """Move each index so that the least offset with which it appears in an array entry is zero."""
        for name in names:
            if any(name in self._range_names(other) for other in names if other != name):
                continue
            bound = ((make_atom("var", name), 1),)
            offsets: list[Number] = []
            if not any(a.kind == "var" and a.data[0] == name for a, _ in mono):
                for atom in atoms_in(Poly({mono: 1})):
                    if atom.kind == "entry" and name in atom.names:
                        offsets += [p.terms.get((), 0) for p in atom.data[1] if p.terms.get(bound) == 1]
            least = min(offsets, default=0)
            if least:
                low, high = self.ranges[name]
                by = Poly.number(least)
                new = self.fresh_index((low + by, high + by))
                moved = self.replace(Poly({mono: 1}), {bound[0][0]: self.index(new) - by}).single()
                if moved is not None and moved[1] == 1:
                    mono = moved[0]
                    names = tuple(new if n == name else n for n in names)
        return names, mono

    def _gauss(self, names: tuple[str, ...], mono: Mono) -> Poly | None:
        """Σ_i i."""
        if len(names) != 1 or len(mono) != 1 or mono[0][0].kind != "var" or mono[0][1] != 1:
            return None
        low, high = self.ranges[names[0]]
        if not self.at_least_zero(high - low + ONE):
            return None
        return (self.mul(high, high + ONE) - self.mul(low, low - ONE)).scale(Fraction(1, 2))

    def _orders(self, names: tuple[str, ...], mono: Mono) -> Iterable[tuple[str, ...]]:
        """The orders of the indices that are tried: those that agree with how each index occurs."""
        if len(names) == 1:
            return [names]
        marks: dict[str, str] = {}
        for name in names:
            renaming = {make_atom("var", n): self.index("~self" if n == name else "~other") for n in names}
            shape = "*".join(sorted(self._shape(a, e, renaming) for a, e in mono))
            low, high = (self.replace(p, renaming).key for p in self.ranges[name])
            marks[name] = f"{low};{high};{shape}"
        ranked = sorted(names, key=lambda n: marks[n])
        tied = [tuple(g) for _, g in itertools.groupby(ranked, key=lambda n: marks[n])]
        orders = itertools.product(*(itertools.permutations(g) for g in tied))
        return (tuple(itertools.chain(*order)) for order in itertools.islice(orders, MAX_ORDERS))

    def _shape(self, atom: Atom, exponent: Number, renaming: dict[Atom, Poly]) -> str:
        """How a factor looks when only one index is told from the others; plain spelling, no laws."""
        key = atom.key
        for old, new in renaming.items():
            key = key.replace(old.key, new.key)
        return f"{''.join(sorted(key))}^{exponent}"

    def product_over(self, name: str, body: Poly) -> Poly:
        self.budget.tick()
        term = body.single()
        if term is None or self.positive(body):
            if self.positive(body):
                return self.exp(self.sum_over((name,), self.log(body)))
            return self._opaque_product(name, body)
        mono, c = term
        result = ONE
        if c < 0:
            result = self._opaque_product(name, Poly.number(-1))
        if c not in (1, -1):
            result = self.mul(result, self.exp(self.sum_over((name,), self.log(Poly.number(magnitude(c))))))
        for atom, e in mono:
            factor = Poly({((atom, e),): 1})
            if self.positive(factor):
                result = self.mul(result, self.exp(self.sum_over((name,), self.log(factor))))
            else:
                result = self.mul(result, self._opaque_product(name, factor))
        return result

    def _opaque_product(self, name: str, body: Poly) -> Poly:
        if not body:
            raise Exhausted("a product of zeros")
        height = 1 + max(body.height, *(p.height for p in self.ranges[name]))
        bound = f"~{height}.0"
        renamed = self.replace(body, {make_atom("var", name): self.index(bound)})
        low, high = self.ranges[name]
        names = (renamed.names - {bound}) | low.names | high.names
        key = f"prod({low.key};{high.key};{renamed.key})"
        return atom_poly(Atom("prod", (low, high, renamed, bound), key, names, height))


def sum_atom(ranges: tuple[Poly, ...], body: Poly, bound: tuple[str, ...], height: int) -> Atom:
    """The atom for a sum; its indices do not count among the names it depends on."""
    names = body.names.union(*(p.names for p in ranges)) - frozenset(bound)
    key = f"sum({','.join(p.key for p in ranges)};{body.key})"
    return Atom("sum", (ranges, body, bound), key, names, height)


def cut(mono: Mono, names: frozenset[str]) -> tuple[Mono, Mono]:
    """The part of a monomial that depends on some of the names, and the rest; an exponential is divided, too."""
    inner = tuple((a, e) for a, e in mono if a.kind != "exp" and a.names & names)
    outer = tuple((a, e) for a, e in mono if a.kind != "exp" and not a.names & names)
    exponent = exponent_of(mono)
    inside = Poly({m: c for m, c in exponent if names_of(m) & names})
    outside = Poly({m: c for m, c in exponent if not names_of(m) & names})
    return merge(inner, exponential(inside)), merge(outer, exponential(outside))


__all__ = ["Sums", "cut", "sum_atom"]
