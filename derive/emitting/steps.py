"""Steps on actual arrays, and the arithmetic of building them: entries, products, scatters.

Sums of products become dot and matrix products; δ with an index of the result becomes a scatter.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from derive.emitting.expansion import COLUMNS, ROWS
from derive.emitting.formula import Argument, Array, IndexArgument, Sparse
from derive.emitting.graph import Dim, Label, Node, Pointer, indices_in
from derive.emitting.labels import dims_of, is_sparse_pair, renamed_deep

__all__ = ["Step", "Steps", "Thin", "Use", "Value"]

_ELSEWHERE = -1_000_000
"""Numbers of dims from here down name the axes of an array that is pointed into; no running index has them."""


@dataclass(frozen=True)
class Step:
    """How a value is computed.  ``labels`` are the dims of the result in memory order.

    kind         uses                              attribute
    ``load``     -                                 the parameter
    ``literal``  -                                 a number
    ``size``     -                                 the axis
    ``arange``   -                                 the axis
    ``rows``     -                                 the sparse argument's values
    ``positions``  -                               (the sparse argument's values, whether rows come first, axes)
    ``places``   the column in each row            axes
    ``take``     source, pointers ...              (per axis: None or number of its pointer, their dims), or "flat"
    ``map``      operands                          (operation, attribute of the node)
    ``mask``     two pointers or dims              -
    ``reduce``   operand                           ("sum" | "max" | "prod", dims)
    ``dot``      two factors                       dims summed
    ``sparse``   entries                           the sparse argument's values
    ``sparse sum``  sparse matrices                their signs
    ``sparse dot``  sparse, dense                  dims summed
    ``zeros``    -                                 -
    ``scatter``  base, value, pointers ...         (sign, per axis of the base: None or pointer, whether unique)
    """

    kind: str
    uses: tuple[Use, ...]
    labels: tuple[Dim, ...]
    attribute: Any = None


@dataclass(eq=False)
class Value:
    """An array of the generated code."""

    number: int
    step: Step
    node: Node | None = None
    outputs: list[str] = field(default_factory=list)

    @property
    def axes(self) -> tuple[str, ...]:
        return tuple(dim.axis for dim in self.step.labels)


@dataclass(frozen=True)
class Use:
    """A value in a step, with the step's dim for each of its axes."""

    value: Value
    labels: tuple[Dim, ...]


@dataclass(frozen=True)
class Thin:
    """Σ over what is not in the result of δ(dim, pointer) ... · value."""

    targets: tuple[tuple[Label, Label], ...]
    value: Use


class Steps:
    """Makes values, each once; ``values`` is in an order in which each follows what it uses."""

    def __init__(self, arguments: Iterable[Argument]) -> None:
        self.arguments = {argument.parameter: argument for argument in arguments}
        self.values: list[Value] = []
        self._steps: dict[Hashable, Value] = {}

    def step(self, kind: str, uses: Sequence[Use], labels: Sequence[Dim], attribute: Any = None) -> Use:
        """The value of a step; the same step is one value."""
        names: dict[Dim, Dim] = {}

        def name(dim: Dim) -> Dim:
            return names.setdefault(dim, Dim(len(names), dim.axis))

        inside = tuple(Use(use.value, tuple(name(dim) for dim in use.labels)) for use in uses)
        result = tuple(name(dim) for dim in labels)
        attribute = renamed_deep(attribute, names)
        key = (kind, tuple((use.value.number, use.labels) for use in inside), result, attribute)
        if key not in self._steps:
            value = Value(len(self.values), Step(kind, inside, result, attribute))
            self._steps[key] = value
            self.values.append(value)
        return Use(self._steps[key], tuple(labels))

    def map(self, op: str, uses: Sequence[Use], order: Sequence[Dim], attribute: Any = None) -> Use:
        """An elementwise operation; the result lies in memory as its largest operand does."""
        whole = next((use.labels for use in uses if set(use.labels) == set(order)), tuple(order))
        if op == "product":
            uses = self._grouped(uses, order)
        return self.step("map", uses, whole, (op, attribute))

    def _grouped(self, uses: Sequence[Use], order: Sequence[Dim]) -> list[Use]:
        """What has the same few axes is multiplied first, and numbers go with the smallest of these groups."""
        groups: dict[frozenset[Dim], list[Use]] = {}
        for use in uses:
            groups.setdefault(frozenset(use.labels), []).append(use)
        if len(groups) < 2:
            return list(uses)
        numbers = groups.pop(frozenset(), [])
        smallest = min(groups, key=len)
        if numbers and (len(smallest) < len(set(order)) or len(groups) == 1):
            groups[smallest] += numbers
        elif numbers:
            groups[frozenset()] = numbers
        made = []
        for dims, members in groups.items():
            if len(members) > 1 and len(dims) < len(set(order)):
                members = [self.step("map", members, tuple(dim for dim in order if dim in dims), ("product", None))]
            made += members
        return made

    def arguments_axes(self, parameter: str) -> tuple[str, ...]:
        argument = self.arguments[parameter]
        if isinstance(argument, Sparse):
            return (f"entries_of_{parameter}",)
        return argument.axes if isinstance(argument, Array | IndexArgument) else ()

    def argument(self, parameter: str, axes: tuple[str, ...], labels: Sequence[Label]) -> Use:
        whole = self.step("load", (), tuple(Dim(-1 - k, axis) for k, axis in enumerate(axes)), parameter)
        return self.take(whole.value, labels)

    def pointer_axes(self, pointer: Pointer) -> tuple[str, ...]:
        if " " in pointer.name:
            return (f"entries_of_{pointer.name.split()[1]}",)
        argument = self.arguments.get(pointer.name)
        return argument.axes if isinstance(argument, IndexArgument) else ()

    def pointer(self, label: Label) -> Use:
        """The integers of a label."""
        if isinstance(label, Dim):
            return self.step("arange", (), (label,), label.axis)
        assert isinstance(label, Pointer)
        role, _, sparse = label.name.partition(" ")
        if role == ROWS:
            return self.step("rows", (), indices_in(label.labels), sparse)
        if role == COLUMNS:
            argument = self.arguments[sparse]
            assert isinstance(argument, Sparse)
            return self.step("load", (), indices_in(label.labels), argument.columns)
        if label.name.isdigit():
            return self.step("literal", (), (), int(label.name))
        return self.argument(label.name, self.pointer_axes(label), label.labels)

    def take(self, source: Value, labels: Sequence[Label]) -> Use:
        """The source at labels: itself, a view, or a copy of the entries pointed at."""
        dims = [label for label in labels if isinstance(label, Dim)]
        if len(dims) == len(labels) and len(set(dims)) == len(dims):
            return Use(source, tuple(dims))
        if source.step.kind != "load" and is_sparse_pair(labels) and len(labels) == 2:
            return self._take_flat(source, self._positions(labels, source.axes))
        if _lies_row_by_row(source) and (column := _column_of_each_row(labels)):
            return self._take_flat(source, self._places(column, source.axes))
        inside = set(indices_in(label for label in labels if isinstance(label, Pointer)))
        inside |= {dim for dim in dims if dims.count(dim) > 1}
        slices = {dim for dim in dims if dim not in inside}
        uses: list[Use] = []
        attribute: list[int | None] = []
        positions: list[int] = []
        for at, label in enumerate(labels):
            if label in slices:
                attribute.append(None)
            else:
                attribute.append(len(uses))
                uses.append(self.pointer(label))
                positions.append(at)
        spread = dims_of([label for label in labels if label not in slices])
        kept = [dim for dim in dims if dim in slices]
        together = positions == list(range(positions[0], positions[-1] + 1))
        before = len([1 for label in labels[: positions[0]] if label in slices]) if together and spread else 0
        order = (*kept[:before], *spread, *kept[before:])
        names = tuple(Dim(_ELSEWHERE - k, axis) for k, axis in enumerate(source.axes))
        marks = tuple(label if label in slices else name for label, name in zip(labels, names, strict=True))
        return self.step("take", [Use(source, marks), *uses], order, (tuple(attribute), spread))

    def _take_flat(self, source: Value, where: Use) -> Use:
        marks = tuple(Dim(_ELSEWHERE - k, axis) for k, axis in enumerate(source.axes))
        return self.step("take", [Use(source, marks), where], where.labels, "flat")

    def _places(self, column: Pointer, axes: tuple[str, ...]) -> Use:
        """Where the entries in one column of each row lie in a contiguous array with these axes."""
        return self.step("places", [self.pointer(column)], dims_of([column]), axes)

    def _positions(self, labels: Sequence[Label], axes: tuple[str, ...]) -> Use:
        """Where the entries of a sparse matrix lie in a contiguous array with these axes."""
        first = labels[0]
        assert isinstance(first, Pointer)
        role, _, sparse = first.name.partition(" ")
        return self.step("positions", (), dims_of(labels), (sparse, role == ROWS, axes))

    def mask(self, labels: tuple[Label, ...]) -> Use:
        uses = [self.pointer(label) for label in labels]
        return self.step("map", uses, dims_of(labels), ("equal", None))

    def spread(self, parts: Sequence[tuple[Fraction, Thin]], base: Use | None, order: tuple[Dim, ...]) -> Use:
        """Add thin parts to a dense base, or to zeros."""
        if base is None:
            base = self.step("zeros", [part.value for _, part in parts], order)
        elif set(base.labels) != set(order):
            base = self.step(
                "map", [base, self.step("zeros", [part.value for _, part in parts], order)], order, ("add", ((1, 1), 0))
            )
        for coefficient, part in parts:
            value = part.value
            sign = 1 if coefficient > 0 else -1
            targets = dict(part.targets)
            inside = set(dims_of(targets.values()))
            pointers: list[Label] = [targets.get(dim, dim) for dim in base.labels]
            if len(pointers) == 2 and is_sparse_pair(pointers):
                where = self._positions(pointers, tuple(dim.axis for dim in base.labels))
                base = self.step("scatter", [base, value, where], base.labels, (sign, "flat", where.labels, True))
                continue
            if _lies_row_by_row(base.value) and (column := _column_of_each_row(pointers)):
                where = self._places(column, tuple(dim.axis for dim in base.labels))
                base = self.step("scatter", [base, value, where], base.labels, (sign, "flat", where.labels, True))
                continue
            attribute: list[int | None] = []
            uses: list[Use] = []
            for dim in base.labels:
                if dim in targets or dim in inside:
                    attribute.append(len(uses))
                    uses.append(self.pointer(targets.get(dim, dim)))
                else:
                    attribute.append(None)
            spread = dims_of([label for label in pointers if label in targets.values() or label in inside])
            repeated = any(dim not in base.labels for dim in inside) and not is_sparse_pair(targets.values())
            base = self.step(
                "scatter", [base, value, *uses], base.labels, (sign, tuple(attribute), spread, not repeated)
            )
        return base

    def contract(self, factors: Sequence[Use], summed: Sequence[Dim], order: Sequence[Dim]) -> Use:
        """Σ over ``summed`` of the product of the factors."""
        todo = list(factors) or [self.step("literal", (), (), Fraction(1))]
        while True:
            for at, use in enumerate(todo):
                alone = [d for d in summed if d in use.labels and not any(d in o.labels for o in todo if o is not use)]
                if alone and len(todo) > 1:
                    kept = tuple(dim for dim in use.labels if dim not in alone)
                    todo[at] = self.step("reduce", [use], kept, ("sum", tuple(alone)))
            here = [dim for dim in summed if any(dim in use.labels for use in todo)]
            if not here:
                return todo[0] if len(todo) == 1 else self.map("product", todo, order)
            if len(todo) == 1:
                kept = tuple(dim for dim in todo[0].labels if dim not in here)
                return self.step("reduce", todo, kept, ("sum", tuple(here)))
            if len(todo) == 2:
                return self._dot(todo[0], todo[1], here, order)
            first, second = min(
                ((a, b) for i, a in enumerate(todo) for b in todo[i + 1 :]),
                key=lambda pair: (
                    len({*pair[0].labels, *pair[1].labels}),
                    not (set(pair[0].labels) <= set(pair[1].labels)),
                ),
            )
            rest = [use for use in todo if use is not first and use is not second]
            dims = dims_of([*first.labels, *second.labels])
            todo = [*rest, self.map("product", [first, second], dims)]

    def _dot(self, first: Use, second: Use, summed: Sequence[Dim], order: Sequence[Dim]) -> Use:
        kept = tuple(dim for dim in order if dim in first.labels or dim in second.labels)
        return self.step("dot", [first, second], kept, tuple(summed))

    def aligned(self, use: Use, dims: tuple[Dim, ...]) -> Use:
        """An output with its axes in the order that was asked for, and with all of them."""
        if use.labels == dims and use.value.step.kind != "load" and not use.value.outputs:
            return use
        return self.step("map", [use], dims, ("copy", len(use.value.outputs)))


def _column_of_each_row(labels: Sequence[Label]) -> Pointer | None:
    """The pointer in (b, o_b), which meets every row once."""
    if len(labels) == 2:
        row, column = labels
        if isinstance(row, Dim) and isinstance(column, Pointer) and column.labels == (row,) and " " not in column.name:
            return column
    return None


def _lies_row_by_row(value: Value) -> bool:
    """Whether a matrix is contiguous whatever the layout of the arguments: a product of two, and what is made of it."""
    step = value.step
    if step.kind == "dot":
        first, second = step.uses
        return len(step.labels) == 2 and len(first.labels) == len(second.labels) == 2 and len(step.attribute) == 1
    whole = [use.value for use in step.uses if set(use.labels) == set(step.labels)]
    if step.kind == "scatter":
        return _lies_row_by_row(step.uses[0].value)
    return step.kind == "map" and bool(whole) and all(map(_lies_row_by_row, whole))
