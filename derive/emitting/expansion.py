"""Sums of δ, of sparse arguments and of sums: contraction and distribution, before anything becomes an array."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from fractions import Fraction

import sympy
from sympy import Expr, Indexed, IndexedBase, KroneckerDelta, Product, Sum, Symbol, log

from derive.emitting.formula import Argument, Scalar, Sparse
from derive.emitting.graph import Graph, Label, Ref
from derive.emitting.patterns import Item, entries_axis, factors_of, running_in, with_indices
from derive.emitting.vanishing import vanishes_with
from derive.terms import Axis, Index, fresh

__all__ = ["COLUMNS", "ROWS", "VALUES", "Expansion", "Shift"]

Shift = tuple[Fraction, Ref]
"""A term of the exponent of a product."""

ROWS, COLUMNS, VALUES = "rows_of", "columns_of", "values_of"


class Expansion(ABC):
    """The part of the lowering that rewrites products before they are lowered."""

    def __init__(self, arguments: Iterable[Argument]) -> None:
        self.arguments = {argument.symbol: argument for argument in arguments}
        self.sizes = frozenset(axis for a in self.arguments.values() if not isinstance(a, Scalar) for axis in a.axes)
        self.graph = Graph(self.sizes)
        self.rewrites: set[str] = set()
        self._running: set[Index] = set()

    @abstractmethod
    def _build(self, items: list[Item], bound: list[Index], shifts: Sequence[Shift]) -> Ref: ...

    @abstractmethod
    def _open(self, expression: Sum | Product) -> tuple[Expr, list[Index]]: ...

    @abstractmethod
    def _plain(self, base: Expr) -> Ref: ...

    @abstractmethod
    def _raised(self, ref: Ref, power: sympy.Rational) -> list[Ref]: ...

    @abstractmethod
    def _sum_of(self, factors: list[Ref], bound: Sequence[Index]) -> Ref: ...

    @abstractmethod
    def label(self, expression: Expr) -> Label: ...

    @abstractmethod
    def _sparse(self, symbol: str) -> Sparse: ...

    def _expand(self, items: list[Item], bound: list[Index], shifts: Sequence[Shift]) -> Ref | None:
        """One step of contraction or distribution, if any applies."""
        if (entry := self._inner_entry(items)) is not None:
            self.rewrites.add("a power times a logarithm of nothing")
            return self._over_entries(entry, sympy.S.Zero, items, bound, shifts)
        for at, (base, power) in enumerate(items):
            others = items[:at] + items[at + 1 :]
            if isinstance(base, KroneckerDelta) and power >= 1:
                left, right = base.args
                for one, other in ((left, right), (right, left)):
                    if one in bound:
                        self.rewrites.add("sum over delta")
                        moved = [(b.xreplace({one: other}), p) for b, p in others]
                        return self._build(moved, [index for index in bound if index != one], shifts)
                if power != 1:
                    return self._build([*others, (base, sympy.S.One)], bound, shifts)
                for one, other in ((left, right), (right, left)):
                    if one in self._running and any(b.has(one) for b, _ in others) and not other.has(one):
                        self.rewrites.add("delta picks")
                        moved = [(b.xreplace({one: other}), p) for b, p in others]
                        return self._build([(base, sympy.S.One), *moved], bound, shifts)
            if isinstance(base, Indexed) and isinstance(self.arguments.get(str(base.base.label)), Sparse) and power > 0:
                return self._over_entries(base, power, others, bound, shifts)
            if isinstance(base, Sum) and power == 1 and bound and self._merges(base, others, bound):
                body, indices = self._open(base)
                return self._build([*others, *factors_of(body)], [*bound, *indices], shifts)
            if (
                isinstance(base, sympy.Add)
                and power == 1
                and (distributed := self._distribute(base, others, bound, shifts))
            ):
                return distributed
        return None

    def _inner_entry(self, items: list[Item]) -> Indexed | None:
        """The sparse entry inside of the factors, as in f(X) log X, if the product vanishes with it."""
        for base, _ in items:
            if isinstance(base, Indexed | Sum | sympy.Add) and not base.has(log):
                continue
            for entry in sorted(base.atoms(Indexed), key=str):
                sparse = isinstance(self.arguments.get(str(entry.base.label)), Sparse)
                if sparse and entry.free_symbols & self._running and vanishes_with(items, entry):
                    return entry
        return None

    def _over_entries(
        self, base: Indexed, power: sympy.Rational, others: list[Item], bound: list[Index], shifts: Sequence[Shift]
    ) -> Ref:
        """The product of the others and a power of a sparse entry, or of others that vanish with it (power 0)."""
        made = None if shifts else self._sparse_product(base, power, others, bound)
        if made is not None:
            return made
        entry, row, column, value = self._entry(str(base.base.label))
        where = (KroneckerDelta(base.indices[0], row), KroneckerDelta(base.indices[1], column))
        inside = [(b.xreplace({base: value}), p) for b, p in others]
        factors = [*((delta, sympy.S.One) for delta in where), *([(value, power)] if power else [])]
        return self._build([*inside, *factors], [*bound, entry], shifts)

    def _entry(self, name: str) -> tuple[Index, Indexed, Indexed, Indexed]:
        """e, r_e, k_e and x_e: a sparse matrix is Σ_e δ(row, r_e) δ(column, k_e) x_e."""
        axis = Axis.of_size(Symbol(entries_axis(self._sparse(name)), integer=True, positive=True))
        entry = fresh(Index("e", axis))
        self._running.add(entry)
        row, column, value = (Indexed(IndexedBase(Symbol(f"{role} {name}")), entry) for role in (ROWS, COLUMNS, VALUES))
        return entry, row, column, value

    def _sparse_product(
        self, base: Indexed, power: sympy.Rational, others: list[Item], bound: list[Index]
    ) -> Ref | None:
        """Σ_x A_ax f(a, x) B_xj · rest as a product of a sparse matrix, with the entries A f, and a dense one.

        Also with the axes of A the other way round; None if this is no such product.
        """
        summed = [at for at in (0, 1) if base.indices[at] in bound]
        if len(summed) != 1:
            return None
        x, kept = base.indices[summed[0]], base.indices[1 - summed[0]]
        if kept == x or kept.has(x):
            return None
        near: list[Item] = []
        far: list[Item] = []
        rest: list[Item] = []
        for item in others:
            group = rest if not item[0].has(x) else far if self._foreign(item[0], base) else near
            (near if item[0].is_number else group).append(item)
        if not far or any(item[0].has(kept) for item in far):
            return None
        if any(self._is_thin(b) for b, _ in rest):
            return None
        dense = self._build(far, [], [])
        if len(running_in(dense) - {x}) != 1:
            return None
        entry, *ends, value = self._entry(str(base.base.label))
        here, there = ends[1 - summed[0]], ends[summed[0]]
        itself = [(value, power)] if power else []
        near = [(b.xreplace({base: value}).xreplace({kept: here, x: there}), p) for b, p in near]
        values = self._build([*itself, *near], [], [])
        self.rewrites |= {"sum over delta", "factor out of a sum"}
        sparse, at = self._sparse(str(base.base.label)), 1 - summed[0]
        where = self.graph.leaf("place", None, (sparse.axes[at], None), (self.label(kept), self.label(here)))
        made = self.graph.make("sparse product", [where, values, dense], (sparse.values, at), [entry, x])
        remaining = [index for index in bound if index != x]
        return self._sum_of([made, *(ref for b, p in rest for ref in self._raised(self._plain(b), p))], remaining)

    def _foreign(self, factor: Expr, entry: Indexed) -> bool:
        """Whether a factor depends on more than the row and the column of an entry."""
        marked = factor.xreplace({index: sympy.Dummy() for index in entry.indices})
        return any(isinstance(symbol, Index) for symbol in marked.free_symbols)

    def _is_sparse_product(self, inner: Sum) -> bool:
        """Whether a sum is the product of a sparse matrix and something with an axis that the matrix does not have."""
        names = set(inner.variables)
        items = [base for base, _ in factors_of(inner.function)]
        for base in items:
            if isinstance(base, Indexed) and isinstance(self.arguments.get(str(base.base.label)), Sparse):
                if len(names & set(base.indices)) == 1:
                    return any(self._foreign(other, base) for other in items if other.free_symbols & names)
        return False

    def _row_sum(self, inner: Sum) -> Index | None:
        """Of a sum over the rows (or columns) of a sparse matrix that is a number for each of them: their index."""
        names = set(inner.variables)
        for base, _ in factors_of(inner.function):
            if isinstance(base, Indexed) and isinstance(self.arguments.get(str(base.base.label)), Sparse):
                (kept, *more) = [index for index in base.indices if index not in names] or [None]
                rest = {symbol for symbol in inner.free_symbols if isinstance(symbol, Index)} - names
                if not more and isinstance(kept, Index) and rest <= {kept}:
                    return kept
        return None

    def _is_thin(self, expression: Expr, among: frozenset[Index] | None = None) -> bool:
        """Whether a term is zero almost everywhere: it has a δ or a sparse factor (with one of these indices)."""
        for base, power in factors_of(expression):
            name = str(base.base.label) if isinstance(base, Indexed) else ""
            thin = isinstance(base, KroneckerDelta) or isinstance(self.arguments.get(name), Sparse)
            if thin and (among is None or base.free_symbols & among):
                return True
            if isinstance(base, Sum) and power == 1 and not self._is_sparse_product(base) and not self._row_sum(base):
                if self._is_thin(base.function, among):
                    return True
        return False

    def _merges(self, inner: Sum, others: list[Item], bound: list[Index]) -> bool:
        if self._is_sparse_product(inner):
            return False
        if (kept := self._row_sum(inner)) and any(base.free_symbols & self._running - {kept} for base, _ in others):
            return False  # a number for each row is made before it meets what has more axes
        alone = all(base.is_number for base, _ in others)
        return alone or self._is_thin(inner.function, frozenset(bound))

    def _distribute(
        self, base: sympy.Add, others: list[Item], bound: list[Index], shifts: Sequence[Shift]
    ) -> Ref | None:
        thin = [term for term in base.args if self._is_thin(term)]
        sparse = not any(isinstance(factor, KroneckerDelta) for term in thin for factor, _ in factors_of(term))
        dense = [term for term in base.args if not self._is_thin(term)]
        alone = all(other.is_number for other, _ in others) and not shifts
        ragged = len({frozenset(term.free_symbols & set(bound)) for term in base.args}) > 1 or any(
            isinstance(factor, Sum) for term in base.args for factor, _ in factors_of(term)
        )
        everything = [(term, others) for term in base.args]
        if bound and ((thin and not dense) or (alone and ragged and sparse)):
            self.rewrites.add("sum of a sum")
            return self._terms(everything, bound, shifts)
        if thin and all(term.is_number for term in dense) and others:
            # (1 - δ)·x: the entry is taken off x itself, which leaves exactly zero there
            touched = set().union(*(term.free_symbols for term in thin)) & self._running
            partners = [item for item in others if item[0].free_symbols & touched]
            if not bound:
                return self._terms(everything, bound, shifts)
            if not partners:
                return None
            partner = min(partners, key=lambda item: len(item[0].free_symbols & self._running))
            rest = [item for item in others if item is not partner]
            carrier = self._terms([(term, [partner]) for term in base.args], [], shifts)
            return self._sum_of(
                [carrier, *(f for item in rest for f in self._raised(self._plain(item[0]), item[1]))], bound
            )
        return None

    def _terms(self, terms: list[tuple[Expr, list[Item]]], bound: list[Index], shifts: Sequence[Shift]) -> Ref:
        parts = []
        for term, others in terms:
            indices = [fresh(index) for index in bound]
            self._running.update(indices)
            names = dict(zip(bound, indices, strict=True))
            items = [(b.xreplace(names), p) for b, p in (*factors_of(term), *others)]
            renamed = [(c, with_indices(ref, names)) for c, ref in shifts]
            parts.append((Fraction(1), self._build(items, indices, renamed)))
        return self.graph.add(parts)
