"""The language in which derivations are stated: scalar SymPy expressions with symbolic sums.

A vector, a matrix or any other array is a function of its indices, so every claim about arrays is a claim about
one entry, for all values of the free indices: ``u_wᵀ v_c`` is ``Sum(u[w, j]*v[c, j], (j, 1, d))``.  The nodes are

========================  =============================================================================
``sympy.Symbol``          a real number or a size (V, d, n ...), created once per document
``Index``                 an index that knows the finite set (``Axis``) it runs over
``sympy.Indexed``         an entry ``u[w, j]`` of an array; an entry may itself be used as an index (``u[n[k], j]``)
``sympy.Sum``, ``Product``  over one ``Index`` with symbolic bounds
``KroneckerDelta``        equality of two indices; a case split is ``δ·a + (1 - δ)·b``, a guarded sum has ``1 - δ``
``exp``, ``log``, ``sigmoid``, powers, ``sympy.Max``, ``Abs``   functions of scalars
========================  =============================================================================

What is *known* about the names (positive, adds up to one, one of two values ...) stands in ``Facts`` beside the
expression, never inside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Expr, Indexed, IndexedBase, KroneckerDelta, Product, Sum, Symbol, exp

__all__ = [
    "ArrayFacts",
    "Axis",
    "Facts",
    "Index",
    "Tensor",
    "array",
    "delta",
    "free_indices",
    "fresh",
    "product_over",
    "real",
    "rename_bound",
    "sigmoid",
    "size",
    "sum_over",
]


@dataclass(frozen=True)
class Axis:
    """The finite set ``{low, low+1, ..., high}`` that an index runs over; ``name`` is how the author calls it.

    ``origin`` stands for the ends where the author left them to the reader; it is no part of what the axis is.
    """

    name: str
    low: Expr
    high: Expr
    origin: Symbol | None = field(default=None, compare=False)

    @property
    def length(self) -> Expr:
        return self.high - self.low + 1

    @staticmethod
    def of_size(length: Expr, name: str | None = None) -> Axis:
        """The set ``{1, ..., length}``."""
        return Axis(name or str(length), sympy.Integer(1), length)


class Index(Symbol):
    """An integer symbol together with the axis it runs over."""

    axis: Axis

    def __new__(cls, name: str, axis: Axis) -> Index:
        made = Symbol.__xnew__(cls, name, integer=True)
        made.axis = axis
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.axis), {}

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.axis.low, self.axis.high)


_serial = itertools.count(1)


def fresh(index: Index) -> Index:
    """A new index over the same axis, different from every index made before.

    The part of the name before ``_`` is kept, so that printed formulas stay recognisable.
    """
    return Index(f"{index.name.split('ʹ')[0]}ʹ{next(_serial)}", index.axis)


def size(name: str) -> Symbol:
    """A positive integer such as V, d or n."""
    return Symbol(name, integer=True, positive=True)


def real(name: str, **assumptions: bool) -> Symbol:
    """A real scalar; ``positive=True`` and the like are SymPy's assumptions."""
    return Symbol(name, real=True, **assumptions)


def array(name: str, **assumptions: bool) -> IndexedBase:
    """An array of real numbers, to be used as ``u[w, j]``."""
    return IndexedBase(Symbol(name, real=True, **assumptions), real=True, **assumptions)


def delta(left: Expr, right: Expr) -> Expr:
    """1 where two indices are equal, else 0."""
    return KroneckerDelta(left, right)


class OpenSum(Sum):
    """A ``Sum`` of real numbers that does not try to find out its sign or value.

    SymPy asks for both at every ``exp`` and ``log`` around a sum, and takes long to learn nothing.
    """

    is_number = False
    is_real = True
    is_zero = is_positive = is_negative = is_nonzero = is_nonnegative = is_nonpositive = None
    is_extended_positive = is_extended_negative = is_extended_nonnegative = is_extended_nonpositive = None
    is_extended_nonzero = is_integer = is_rational = is_even = is_odd = is_algebraic = is_transcendental = None


class OpenProduct(Product):
    """The same for Π."""

    is_number = False
    is_real = True
    is_zero = is_positive = is_negative = is_nonzero = is_nonnegative = is_nonpositive = None
    is_extended_positive = is_extended_negative = is_extended_nonnegative = is_extended_nonpositive = None
    is_extended_nonzero = is_integer = is_rational = is_even = is_odd = is_algebraic = is_transcendental = None


def sum_over(body: Expr, index: Index) -> Expr:
    """Σ of ``body`` over the whole axis of ``index``."""
    return OpenSum(body, (index, index.axis.low, index.axis.high))


def product_over(body: Expr, index: Index) -> Expr:
    """Π of ``body`` over the whole axis of ``index``."""
    return OpenProduct(body, (index, index.axis.low, index.axis.high))


class sigmoid(sympy.Function):
    """The logistic function σ(x) = 1/(1 + e^(-x))."""

    nargs = 1
    is_real = True
    is_positive = True

    def fdiff(self, _argindex: int = 1) -> Expr:
        return self * (1 - self)

    def _eval_rewrite_as_exp(self, x: Expr, **_: Any) -> Expr:
        return 1 / (1 + exp(-x))


@dataclass(frozen=True)
class Tensor:
    """An array given entry by entry: ``body`` is the entry at ``indices`` (free in it).

    A scalar has no indices.  ``Tensor((i, j), A[j, i])`` is the transpose of A.
    """

    indices: tuple[Index, ...]
    body: Expr

    def at(self, *where: Expr) -> Expr:
        """The entry at the given indices, with bound names renamed so that nothing is captured."""
        if len(where) != len(self.indices):
            raise ValueError(f"an array with {len(self.indices)} indices was asked for the entry at {where}")
        return rename_bound(self.body).xreplace(dict(zip(self.indices, where, strict=True)))


def rename_bound(expression: Expr) -> Expr:
    """The same expression with a fresh name for every bound index (needed whenever a term is used twice)."""
    if not expression.has(Sum, Product):
        return expression
    if isinstance(expression, Sum | Product):
        table = {index: fresh(index) for index, _, _ in expression.limits if isinstance(index, Index)}
        limits = [  # the ends of an inner sum may depend on the index of an outer one
            (table.get(index, index), *(rename_bound(end).xreplace(table) for end in ends))
            for index, *ends in expression.limits
        ]
        return expression.func(rename_bound(expression.function.xreplace(table)), *limits)
    return expression.func(*(rename_bound(argument) for argument in expression.args))


def free_indices(expression: Expr) -> tuple[Index, ...]:
    """The free indices of an expression, in the order of their names."""
    return tuple(sorted((s for s in expression.free_symbols if isinstance(s, Index)), key=lambda s: s.name))


@dataclass(frozen=True)
class ArrayFacts:
    """What is known of an array or, with no axes, of a scalar.

    Attributes:
        axes: one axis per index.
        positive: every entry is > 0.
        nonnegative: every entry is ≥ 0.
        lower, upper: bounds of every entry, not strict unless ``strict``.
        excluded: numbers that no entry is, among them bounds that are left out.
        sums_to_one: the positions over which the entries add up to one, for every value of the other indices:
            ``(0,)`` for q[b, a] with Σ_b q[b, a] = 1 for each a; ``(0, 1)`` for a joint distribution.
        values: the entries take only these values, e.g. (-1, 1).
        points_into: the entries are indices into this axis (w_t, n_k ...).
        injective: different indices give different entries (distinct negative samples).
        one_way: entries that differ in their last index alone differ (a path visits no node twice).
        avoids: no entry is its own index at this position (the negative samples of a word are other words).
        greatest: the index at which an entry of a vector is no smaller than any other.
        example: for counterexamples only: a matrix is the identity, and a vector its column of this number, as an
            example of what the words of a note say of it.
    """

    axes: tuple[Axis, ...] = ()
    positive: bool = False
    nonnegative: bool = False
    lower: Expr | None = None
    upper: Expr | None = None
    strict: bool = True
    excluded: frozenset[Expr] = frozenset()
    sums_to_one: tuple[int, ...] = ()
    values: tuple[Expr, ...] = ()
    points_into: Axis | None = None
    injective: bool = False
    one_way: bool = False
    avoids: int | None = None
    greatest: Index | None = None
    example: int = 0


ANY = "any"
"""The name of an index that stands for all its values."""


def for_all(expression: Expr) -> bool:
    """Whether this is an entry of an array that stands for all entries."""
    return isinstance(expression, Indexed) and all(isinstance(i, Index) and i.name == ANY for i in expression.indices)


@dataclass(frozen=True)
class Facts:
    """All that may be used about the names in a step.

    Attributes:
        arrays: facts by name, for arrays and for scalar symbols.
        distinct: pairs of index expressions known to differ (``w ≠ o``); an entry of an index array stands for all its
            entries where its index is called ``ANY``.
        given: relations between numbers (left, relation, right) outside of which nothing is claimed.
    """

    arrays: Mapping[str, ArrayFacts] = field(default_factory=lambda: MappingProxyType({}))
    distinct: frozenset[frozenset[Expr]] = frozenset()
    given: tuple[tuple[Expr, str, Expr], ...] = ()

    def of(self, name: str) -> ArrayFacts | None:
        return self.arrays.get(name)

    def with_arrays(self, **arrays: ArrayFacts) -> Facts:
        return replace(self, arrays=MappingProxyType({**self.arrays, **arrays}))

    def with_distinct(self, pairs: Iterable[tuple[Expr, Expr]]) -> Facts:
        return replace(self, distinct=self.distinct | {frozenset(pair) for pair in pairs})

    def with_given(self, relations: Iterable[tuple[Expr, str, Expr]]) -> Facts:
        return replace(self, given=(*self.given, *relations))


def name_of(entry: Indexed | Symbol) -> str:
    """The name under which ``Facts`` knows an entry or a symbol."""
    return str(entry.base.label) if isinstance(entry, Indexed) else entry.name
