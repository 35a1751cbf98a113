"""Arrays with a shape, as a reader of formulas understands them: scalars, columns, rows and matrices.

A ``Value`` is a term of one entry plus the axes it varies over.  The operations here are those of written
mathematics (juxtaposition, dot, transpose, entry-wise functions); they check shapes and raise ``ShapeError`` in the
words a reader needs.  Axes whose length the author never says are *flexible*: meeting a known axis settles them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    """Knows which axes are the same; remembers what it learnt from one formula to the next.

    An axis that nobody declares gets its ends from use: from the widest of the ranges that are written for it.
    Where such ranges contradict each other (0 to n - 1 here, 1 to n there) the axis is *disputed*.
    """

    def __init__(self) -> None:
        self._parent: dict[Symbol, Expr] = {}
        self._low: dict[Symbol, Expr] = {}
        self._flexible: set[Symbol] = set()
        self._declared: set[Symbol] = set()
        self._disputed: set[Symbol] = set()
        self._met_zero: set[Symbol] = set()
        self._widened = 0

    def flexible(self, name: str) -> Axis:
        """An axis ``{1, ..., name}`` whose ends are still open."""
        length = size(name)
        if length not in self._parent:
            self._flexible.add(length)
        return self.resolve(Axis.of_size(length))

    def is_flexible(self, axis: Axis) -> bool:
        root = self._root(axis)
        return root is not None and root not in self._parent

    def is_disputed(self, axis: Axis) -> bool:
        """Whether the note contradicts itself, or says too little, about where this axis begins and ends."""
        root = self._root(axis)
        return root in self._disputed or (root in self._met_zero and self.resolve(axis).low == 1)

    def _root(self, axis: Axis) -> Symbol | None:
        """The open axis that this one is, or was before it was settled."""
        root = axis.origin
        if root is None:
            if axis.low != 1 or axis.high not in self._flexible:
                return None
            root = axis.high
        while (parent := self._parent.get(root)) in self._flexible:
            root = parent
        return root

    def resolve(self, axis: Axis) -> Axis:
        """The axis with everything put in that is known by now."""
        root = self._root(axis)
        low, high = (axis.low, axis.high) if root is None else (self._low.get(root, sympy.Integer(1)), root)
        low, high = self.settle(low), self.settle(high)
        if (low, high, root) == (axis.low, axis.high, axis.origin):
            return axis
        return Axis(axis.name if (low, high) == (axis.low, axis.high) else str(high), low, high, root)

    def settle(self, expression: Expr) -> Expr:
        while True:
            known = {s: self._parent[s] for s in expression.free_symbols if s in self._parent}
            if not known:
                return expression
            expression = expression.xreplace(known)

    def settled(self) -> int:
        """How much has been learnt about axes so far; grows until nothing more can be learnt."""
        return len(self._parent) + self._widened

    def same(self, first: Axis, second: Axis) -> bool:
        """Whether two axes are one and the same, settling a flexible one if need be."""
        first, second = self.resolve(first), self.resolve(second)
        if (first.low, first.high) == (second.low, second.high):
            return True
        for one, other in ((first, second), (second, first)):
            root = one.origin
            if root is None or root in self._parent or root in other.high.free_symbols or other.low not in (0, 1):
                continue
            if other.origin is not None:
                self._parent[root] = other.origin
            else:
                self._parent[root], self._low[root] = other.high, other.low
            return True
        return False

    def declare(self, axis: Axis, length: Axis) -> None:
        """The author gives the length of an axis; where it begins may still be learnt from use."""
        if not self.same(axis, length) and sympy.expand(self.resolve(axis).length - length.length) != 0:
            self.dispute(axis)
        if (root := self._root(axis)) is not None:
            self._declared.add(root)

    @contextmanager
    def supposing(self, axis: Axis, length: Axis) -> Iterator[None]:
        """Take an axis for one of this length; whatever is learnt meanwhile is forgotten."""
        before = {name: copy.copy(held) for name, held in vars(self).items()}
        axis = self.resolve(axis)
        high = self.settle(length.high)
        if axis.low == length.low and isinstance(axis.high, Symbol) and axis.high not in high.free_symbols:
            self._parent[axis.high] = high
        try:
            yield
        finally:
            vars(self).update(before)

    def dispute(self, axis: Axis) -> None:
        if (root := self._root(axis)) is not None:
            self._disputed.add(root)

    def meet_zero(self, axis: Axis) -> None:
        """The index 0 was met: a dispute, unless the axis turns out to begin there."""
        if (root := self._root(axis)) is not None:
            self._met_zero.add(root)

    def indexed(self, axis: Axis, used: Axis) -> None:
        """An index that runs over ``used`` stands where ``axis`` belongs; a written range says what the axis holds."""
        if (used.low + used.high).atoms(Index) or self.same(axis, used):
            return  # what changes with another index is no range of the axis
        axis, used = self.resolve(axis), self.resolve(used)
        root = axis.origin
        if root is None or used.origin is not None or _within(used, axis):
            return
        length_kept = sympy.expand(axis.length - used.length) == 0
        begins_at_zero = length_kept and (axis.low, used.low) == (1, 0)
        if begins_at_zero if root in self._declared else _within(axis, used):
            self._parent[root], self._low[root] = used.high, used.low
            self._widened += 1
        else:
            self._disputed.add(root)


def _within(inner: Axis, outer: Axis) -> bool:
    gaps = (sympy.expand(inner.low - outer.low), sympy.expand(outer.high - inner.high))
    return all(gap.is_Integer and gap >= 0 for gap in gaps)


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
    if first.rank == 1 and first.row != second.row and (first.body.is_number or second.body.is_number):
        first, second = replace(first, row=True), replace(second, row=True)  # a vector of ones lies as the other does
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


def _of_vectors(first: Value, second: Value, axes: Axes) -> Value:
    """A row times a column, or a column times a row; that lengths differ may as well mean that these are turned."""
    if not first.row:
        return outer(first, second)
    try:
        return dot(first, second, axes)
    except ShapeError as error:
        raise ShapeError(str(error)) from error


def multiply(first: Value, second: Value, axes: Axes, *, dotted: bool = False) -> Value:
    """The product of two neighbours; ``dotted`` when the author wrote ``·``, which is a dot product of vectors."""
    if first.rank == 0:
        return scale(first, second)
    if second.rank == 0:
        return replace(first, body=first.body * rename_bound(second.body))
    if first.rank == second.rank == 1:
        if dotted or first.row != second.row:
            return dot(first, second, axes) if dotted else _of_vectors(first, second, axes)
        # The lengths alone do not settle it: of two rows the product of the first, transposed, and the second conforms.
        raise ShapeError(f"{first.describe()} times {second.describe()} does not conform")
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


def trace(matrix: Value, axes: Axes) -> Value:
    """tr A = Σ_i A_ii of a square matrix.  Raises ``ShapeError`` for what is none."""
    if matrix.rank != 2 or not axes.same(matrix.shape[0], matrix.shape[1]):
        certain = matrix.rank == 2 and _apart(matrix.shape[0], matrix.shape[1], axes)
        raise ShapeError(f"the trace of {matrix.describe()}: only a square matrix has one", certain=certain)
    i = fresh(Index(matrix.indices[0].name, axes.resolve(matrix.shape[0])))
    return scalar(sum_over(matrix.at(i, i), i))


def identity(axis: Axis) -> Value:
    i, j = fresh(Index("i", axis)), fresh(Index("j", axis))
    return Value((i, j), delta(i, j))


def diagonal(vector: Value) -> Value:
    """diag(x)."""
    i, j = vector.indices[0], fresh(vector.indices[0])
    return Value((i, j), delta(i, j) * vector.body)
