"""The one normal form of scalar terms: idempotent, order-free, meaning-preserving.

Two terms with the same normal form are equal for all sizes and all values, wherever both are defined.  The converse
holds for most of what derivations on word vectors contain; ``equal`` tries harder, over common denominators.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Expr, Indexed, IndexedBase, KroneckerDelta, Symbol

from derive.proving.budget import Budget, Unsupported
from derive.proving.laws import Known
from derive.proving.polynomial import ZERO, Atom, Mono, Number, Poly, make_atom
from derive.proving.powers import Powers
from derive.proving.products import Products
from derive.proving.signs import Signs
from derive.proving.sums import Sums, cut
from derive.proving.translate import Translator
from derive.terms import Axis, Facts, Index

__all__ = ["NormalForm", "Normalizer", "Session", "normal_form"]


class Normalizer(Products, Powers, Sums, Signs):
    """All laws together."""


@dataclass(frozen=True)
class NormalForm:
    """A normal form; ``key`` spells it completely, ``expression`` is a SymPy term with the same meaning."""

    key: str
    expression: Expr


class Session:
    """The normalisation of terms under the same facts."""

    def __init__(self, facts: Facts, budget: Budget, thorough: bool = False) -> None:
        self.laws = Normalizer(Known(), budget, thorough)
        self.translate = Translator(self.laws, facts)

    def is_zero(self, poly: Poly) -> bool:
        """Whether a term is zero for all sizes and values; False means only that this was not seen."""
        if not poly:
            return True
        if not self.laws.together(poly)[2]:
            return True
        merged = self._merge_sums(poly)
        return merged is not None and not merged

    def _merge_sums(self, poly: Poly) -> Poly | None:
        """Put sums over the same range under one Σ, where their terms may cancel over a common denominator."""
        laws = self.laws
        rest, groups = self.merged(poly)
        if len(groups) == 0:
            return None
        total = rest
        for names, body in groups:
            scale, content, primitive = laws.together(body)
            if primitive:
                inner, outer = cut(content, frozenset(names))
                whole = laws.sum_over(names, laws.mul(primitive, Poly({inner: scale})))
                total = total + laws.mul(whole, Poly({outer: 1}))
        return total

    def merged(self, poly: Poly) -> tuple[Poly, list[tuple[tuple[str, ...], Poly]]]:
        """(rest, [(indices, body)]) with poly = rest + Σ Σ_indices body: one body for all sums over the same range."""
        laws = self.laws
        rest: dict[Mono, Number] = {}
        groups: dict[str, list[tuple[Atom, Mono, Number]]] = {}
        for mono, c in poly:
            chosen = [a for a, e in mono if a.kind == "sum" and e == 1 and len(a.data[2]) <= 3]
            if len(chosen) != 1:
                rest[mono] = c
                continue
            ranges = ";".join(p.key for p in chosen[0].data[0])
            outer = tuple(f for f in mono if f[0] != chosen[0])
            groups.setdefault(ranges, []).append((chosen[0], outer, c))
        bodies = []
        for members in groups.values():
            names, _ = laws.open_sum(members[0][0])
            body = ZERO
            for atom, outer, c in members:
                renaming = {
                    make_atom("var", old): laws.index(new) for old, new in zip(atom.data[2], names, strict=True)
                }
                body = body + laws.mul(laws.replace(atom.data[1], renaming), Poly({outer: c}))
            bodies.append((names, body))
        return Poly(rest), bodies

    def expression(self, poly: Poly) -> Expr:
        """A SymPy term with the same meaning, built from the normal form."""
        return sympy.Add(*(c * self._mono(m) for m, c in poly.ordered()))

    def _mono(self, mono: Mono) -> Expr:
        return sympy.Mul(*(self._factor(a) ** _number(e) for a, e in mono))

    def _factor(self, atom: Atom) -> Expr:
        data = atom.data
        if atom.kind == "sym":
            return (
                _symbol(data[0], integer=True, positive=True) if data[0] in self.laws.known.counts else _symbol(data[0])
            )
        if atom.kind == "var":
            return self._index(data[0])
        if atom.kind == "entry":
            base = IndexedBase(_symbol(data[0]))
            return Indexed(base, *(self.expression(p) for p in data[1]))
        if atom.kind == "exp":
            return sympy.exp(self.expression(data[0]))
        if atom.kind == "log":
            return sympy.log(self.expression(data[0]))
        if atom.kind == "prime":
            return sympy.Integer(data[0])
        if atom.kind == "pow":
            return self.expression(data[0])
        if atom.kind == "delta":
            return KroneckerDelta(self.expression(data[0]), 0)
        if atom.kind == "abs":
            return sympy.Abs(self.expression(data[0]))
        if atom.kind == "max":
            return sympy.Max(*(self.expression(p) for p in data[0]))
        if atom.kind == "fun":
            return sympy.Function(_unquoted(data[0]))(*(self.expression(p) for p in data[1]))
        if atom.kind == "sum":
            names, body = self.laws.open_sum(atom)
            limits = [(self._index(n), *(self.expression(p) for p in self.laws.ranges[n])) for n in names]
            return sympy.Sum(self.expression(body), *_innermost_first(limits))
        if atom.kind == "prod":
            low, high, body, bound = data
            name = self.laws.fresh_index((low, high))
            renamed = self.laws.replace(body, {make_atom("var", bound): self.laws.index(name)})
            return sympy.Product(
                self.expression(renamed), (self._index(name), self.expression(low), self.expression(high))
            )
        raise Unsupported(f"no term for {atom.kind}")

    def _index(self, name: str) -> Index:
        for index, known in self.translate.indices.items():
            if known == name:
                return index
        low, high = self.laws.ranges[name]
        return Index(name.replace("~", "i"), Axis("", self.expression(low), self.expression(high)))


def _innermost_first(limits: list[tuple[Index, Expr, Expr]]) -> list[tuple[Index, Expr, Expr]]:
    """Order limits so that bounds use outer indices only."""
    ordered: list[tuple[Index, Expr, Expr]] = []
    left = list(limits)
    while left:
        free = [t for t in left if not any(t[0] in o[1].free_symbols | o[2].free_symbols for o in left if o is not t)]
        if not free:
            raise Unsupported("sums whose bounds depend on each other")
        ordered += free
        left = [t for t in left if t not in free]
    return ordered


def _unquoted(name: str) -> str:
    return name[1:-1].replace("\\›", "›").replace("\\\\", "\\") if name.startswith("‹") else name


def _symbol(name: str, **assumptions: bool) -> Symbol:
    return Symbol(_unquoted(name), real=True, **assumptions)


def _number(value: Number) -> Expr:
    return sympy.Rational(value.numerator, value.denominator)


def normal_form(expression: Expr, facts: Facts | None = None, *, seconds: float = 10.0) -> NormalForm:
    """The normal form of a term under the given facts.

    Raises:
        Stopped: the term is outside the language, has no value, or takes too long.
    """
    session = Session(facts or Facts(), Budget(seconds))
    poly = session.translate(expression)
    return NormalForm(poly.key, session.expression(poly))
