"""Arrays with a shape, as a reader of formulas understands them: scalars, columns, rows and matrices.

A ``Value`` is a term of one entry plus the axes it varies over.  The operations here are those of written
mathematics (juxtaposition, dot, transpose, entry-wise functions); they check shapes and raise ``ShapeError`` in the
words a reader needs.  Axes whose length the author never says are *flexible*: meeting a known axis settles them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Symbol

from derive.terms import Axis, Index, delta, fresh, rename_bound, size, sum_over


class ShapeError(Exception):
    """Two arrays do not conform; the message says which shapes met.

    ``certain`` when two lengths met that the note itself keeps apart, so that no other reading could make them fit.
    """

    def __init__(self, message: str, *, certain: bool = False, soft: bool = False) -> None:
        super().__init__(message)
        self.certain = certain
        self.soft = soft


class Axes:
    """Knows which axes are the same; remembers what it learnt from one formula to the next."""

    def __init__(self) -> None:
        self._parent: dict[Symbol, Expr] = {}
        self._flexible: set[Symbol] = set()

    def flexible(self, name: str) -> Axis:
        """An axis ``{1, ..., name}`` whose length is still open."""
        length = size(name)
        if length not in self._parent:
            self._flexible.add(length)
        return self.resolve(Axis.of_size(length))

    def is_flexible(self, axis: Axis) -> bool:
        axis = self.resolve(axis)
        return axis.low == 1 and axis.high in self._flexible and axis.high not in self._parent

    def resolve(self, axis: Axis) -> Axis:
        """The axis with everything put in that is known by now."""
        low, high = self.settle(axis.low), self.settle(axis.high)
        return axis if (low, high) == (axis.low, axis.high) else Axis(str(high), low, high)

    def settle(self, expression: Expr) -> Expr:
        while True:
            known = {s: self._parent[s] for s in expression.free_symbols if s in self._parent}
            if not known:
                return expression
            expression = expression.xreplace(known)

    def settled(self) -> int:
        """How many axes have been settled so far; grows until nothing more can be learnt."""
        return len(self._parent)

    def same(self, first: Axis, second: Axis) -> bool:
        """Whether two axes are one and the same, settling a flexible one if need be."""
        first, second = self.resolve(first), self.resolve(second)
        if (first.low, first.high) == (second.low, second.high):
            return True
        for one, other in ((first, second), (second, first)):
            if self.is_flexible(one) and one.high not in other.high.free_symbols and other.low in (0, 1):
                self._parent[one.high] = other.high if other.low == 1 else other.high - other.low + 1
                return other.low == 1
        return False


@dataclass(frozen=True)
class Value:
    """A scalar, column, row or matrix given by its entry ``body`` at ``indices`` (at most two)."""

    indices: tuple[Index, ...]
    body: Expr
    row: bool = False

    @property
    def rank(self) -> int:
        return len(self.indices)

    @property
    def shape(self) -> tuple[Axis, ...]:
        return tuple(i.axis for i in self.indices)

    def at(self, *where: Expr) -> Expr:
        """The entry at the given indices, its bound names renamed."""
        return rename_bound(self.body).xreplace(dict(zip(self.indices, where, strict=True)))

    def describe(self) -> str:
        if self.rank == 0:
            return "a scalar"
        names = [str(a.length) if a.low != 1 else str(a.high) for a in self.shape]
        if self.rank == 1:
            return f"a row (1×{names[0]})" if self.row else f"a column ({names[0]}×1)"
        return f"a {'×'.join(names)} matrix" if self.rank == 2 else f"an array {'×'.join(names)}"


def scalar(body: Expr) -> Value:
    return Value((), body)


def zero_like(value: Value) -> Value:
    return replace(value, body=sympy.Integer(0))


def is_number(value: Value) -> bool:
    return value.rank == 0 and value.body.is_number


def align(first: Value, second: Value, axes: Axes) -> tuple[tuple[Index, ...], Expr, Expr]:
    """Both bodies over the indices of the first; the caller has checked the ranks.  Raises ``ShapeError``."""
    for one, other in zip(first.shape, second.shape, strict=True):
        if not axes.same(one, other):
            raise ShapeError(f"{first.describe()} meets {second.describe()}")
    return first.indices, first.body, second.at(*first.indices)


def add(first: Value, second: Value, axes: Axes) -> Value:
    """first + second, of equal shapes; a number is added to every entry, as people write ``1 - σ(x)``."""
    if first.rank == second.rank == 0:
        return scalar(first.body + second.body)
    if is_number(first):
        return replace(second, body=first.body + second.body)
    if is_number(second):
        return replace(first, body=first.body + second.body)
    if first.rank != second.rank:
        raise ShapeError(f"{second.describe()} is added to {first.describe()}", soft=True)
    if first.rank == 1 and first.row != second.row:
        raise ShapeError(f"{second.describe()} is added to {first.describe()}")
    indices, left, right = align(first, second, axes)
    return Value(indices, left + right, first.row)


def negate(value: Value) -> Value:
    return replace(value, body=-value.body)


def transpose(value: Value) -> Value:
    if value.rank == 1:
        return replace(value, row=not value.row)
    return replace(value, indices=value.indices[::-1])


def entrywise(function: Callable[[Expr], Expr], value: Value) -> Value:
    return replace(value, body=function(value.body))


def scale(number: Value, value: Value) -> Value:
    return replace(value, body=rename_bound(number.body) * value.body)


def hadamard(first: Value, second: Value, axes: Axes) -> Value:
    """Entry-by-entry product."""
    if 0 in (first.rank, second.rank):
        return multiply(first, second, axes)
    if first.rank != second.rank:
        raise ShapeError(f"{first.describe()} is multiplied entry by entry with {second.describe()}")
    indices, left, right = align(first, second, axes)
    return Value(indices, left * right, first.row and second.row)


def contract(first: Value, second: Value, axes: Axes) -> tuple[Index, Expr, tuple[Index, ...]]:
    """Σ over the last axis of the first and the first axis of the second."""
    last, leading = first.indices[-1], second.indices[0]
    if not axes.same(last.axis, leading.axis):
        apart = _apart(last.axis, leading.axis, axes)
        raise ShapeError(f"{first.describe()} times {second.describe()} does not conform", certain=apart)
    bound = fresh(Index(last.name, axes.resolve(last.axis)))
    rest = tuple(fresh(i) for i in second.indices[1:])
    body = first.at(*first.indices[:-1], bound) * second.at(bound, *rest)
    return bound, sum_over(body, bound), rest


def _apart(one: Axis, other: Axis, axes: Axes) -> bool:
    """Whether the note has settled both lengths, and differently."""
    return (
        not axes.is_flexible(one) and not axes.is_flexible(other) and axes.resolve(one).high != axes.resolve(other).high
    )


def outer(column: Value, row: Value) -> Value:
    i, j = fresh(column.indices[0]), fresh(row.indices[0])
    return Value((i, j), column.at(i) * row.at(j))


def dot(first: Value, second: Value, axes: Axes) -> Value:
    _, body, _ = contract(first, second, axes)
    return scalar(body)


def multiply(first: Value, second: Value, axes: Axes, *, dotted: bool = False) -> Value:
    """The product of two neighbours; ``dotted`` when the author wrote ``·``, which is a dot product of vectors."""
    if first.rank == 0:
        return scale(first, second)
    if second.rank == 0:
        return replace(first, body=first.body * rename_bound(second.body))
    if first.rank == second.rank == 1:
        if dotted or first.row != second.row:
            return dot(first, second, axes) if dotted or first.row else outer(first, second)
        apart = _apart(first.shape[0], second.shape[0], axes)
        raise ShapeError(f"{first.describe()} times {second.describe()} does not conform", certain=apart)
    if first.rank == 1:
        if not first.row:
            raise ShapeError(f"{first.describe()} times {second.describe()} does not conform")
        _, body, rest = contract(first, second, axes)
        return Value(rest, body, row=True)
    if second.rank == 1 and second.row:
        raise ShapeError(f"{first.describe()} times {second.describe()} does not conform")
    keep = tuple(fresh(i) for i in first.indices[:-1])
    _, body, rest = contract(first, second, axes)
    return Value(keep + rest, body.xreplace(dict(zip(first.indices[:-1], keep, strict=True))))


def identity(axis: Axis) -> Value:
    i, j = fresh(Index("i", axis)), fresh(Index("j", axis))
    return Value((i, j), delta(i, j))


def diagonal(vector: Value) -> Value:
    """diag(x)."""
    i, j = vector.indices[0], fresh(vector.indices[0])
    return Value((i, j), delta(i, j) * vector.body)
