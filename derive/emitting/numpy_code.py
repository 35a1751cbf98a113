"""Steps → NumPy text, through a closed table from operation to ufunc.

An operation that is not in the table is an error that names it.  Nothing here knows any mathematics: what is computed,
and in which order, is settled in ``plan`` and ``schedule``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from derive.emitting.formula import EmitError, Formula, Sparse
from derive.emitting.graph import Dim
from derive.emitting.names import Names
from derive.emitting.patterns import is_entries_axis
from derive.emitting.plan import Plan
from derive.emitting.schedule import Schedule, softplus_dot
from derive.emitting.steps import Step, Use, Value
from derive.emitting.text import ATOM, PRODUCT, SUM, UNARY, Text, letter, number, weighted_sum, wrap

__all__ = ["COMPOSED", "HELPERS", "UFUNCS", "Expressions"]

UFUNCS = {
    "exp": "exp",
    "log": "log",
    "abs": "abs",
    "expm1": "expm1",
    "log1p": "log1p",
    "raise": "power",
    "maximum": "maximum",
    "minimum": "minimum",
    "equal": "equal",
}
"""Operations that are one ufunc."""

POWERS = {Fraction(1, 2): "sqrt", Fraction(2): "square", Fraction(-1): "reciprocal"}
HELPERS = {
    "sigmoid": "_sigmoid",
    "softplus": "_softplus",
    "softplus and sigmoid": "_softplus_and_sigmoid",
    "softplus dot": "_softplus_dot",
    "softplus dot and sigmoid": "_softplus_dot_and_sigmoid",
}
"""Functions of ``helpers``; for a single number there is a quicker one of its own."""
REDUCTIONS = {"sum": "add", "max": "maximum", "prod": "multiply"}
COMPOSED = ("add", "product", "power", "sigmoid", "softplus", "where nonzero", "copy")
"""Operations that are more than one call; each has a rule below."""

for _name in (
    *UFUNCS.values(),
    *POWERS.values(),
    "logaddexp",
    "where",
    "einsum",
    "add",
    "subtract",
    "multiply",
    "divide",
):
    if not callable(getattr(np, _name, None)):
        raise ImportError(f"the translation table names np.{_name}, which this NumPy does not have")


class Expressions:
    """Prints the values of one plan where they are used."""

    def __init__(self, formula: Formula, plan: Plan, order: Schedule) -> None:
        self.formula = formula
        self.plan = plan
        self.schedule = order
        self.names = Names(formula, plan, order)
        self.lines: list[str] = []
        self.sizes: dict[str, None] = {}
        self.ignores: set[str] = set()
        self._memory: dict[Value, str] = {}

    # Expressions.

    def text(self, use: Use, order: Sequence[Dim] | None = None) -> Text:
        """A value where it is used; with ``order``, shaped so that it broadcasts against an array with those dims."""
        value = use.value
        text = (self.names.of(value), ATOM) if value not in self.schedule.inlined else self._inline(value)
        if order is None or not use.labels:
            return text
        wanted = [dim for dim in order if dim in use.labels]
        if list(use.labels) != wanted:
            axes = ", ".join(str(use.labels.index(dim)) for dim in wanted)
            text = (f"{wrap(text, ATOM)}.T" if len(wanted) == 2 else f"{wrap(text, ATOM)}.transpose({axes})", ATOM)
        slots = [":" if dim in use.labels else "None" for dim in order]
        while slots and slots[0] == "None":
            slots.pop(0)
        return (f"{wrap(text, ATOM)}[{', '.join(slots)}]", ATOM) if "None" in slots else text

    def _inline(self, value: Value) -> Text:
        step = value.step
        if step.kind == "load":
            return self._parameter(str(step.attribute)), ATOM
        if step.kind == "literal":
            return number(step.attribute)
        if step.kind in ("size", "arange"):
            length = self.size(str(step.attribute))
            return (length if step.kind == "size" else f"np.arange({length})"), ATOM
        if step.kind == "rows":
            return self._rows(str(step.attribute), "1"), ATOM
        if step.kind == "positions":
            return self._positions(step)
        if step.kind == "places":
            shape = ", ".join(map(self.size, step.attribute))
            return f"_places({self.text(step.uses[0])[0]}, ({shape}))", ATOM
        if step.kind == "take":
            return self._take(step)
        if step.kind == "dot":
            return self._dot(step)
        if step.kind == "sparse":
            return self._sparse_matrix(step), ATOM
        if step.kind == "sparse sum":
            return weighted_sum(list(zip(step.attribute, map(self.text, step.uses), strict=True)), Fraction(0))
        if step.kind == "sparse dot":
            return self._sparse_dot(step)
        if step.kind == "reduce":
            return self._reduce(step)
        if step.kind == "zeros":
            return f"np.zeros({self._shape(step)}, {self.names.dtype})", ATOM
        if step.kind == "map":
            return self._map(step)
        raise EmitError(f"there is no NumPy for the step {step.kind}")

    def _shape(self, step: Step) -> str:
        shape = ", ".join(self.size(dim.axis) for dim in step.labels)
        return f"({shape})" if len(step.labels) > 1 else shape

    def _empty(self, step: Step) -> str:
        return f"np.empty({self._shape(step)}, {self.names.dtype})"

    def _parameter(self, name: str) -> str:
        return name

    def size(self, axis: str) -> str:
        self.sizes[axis] = None
        return self.names.size(axis)

    def _sparse(self, values: str) -> Sparse:
        found = self.plan.arguments[values]
        if not isinstance(found, Sparse):
            raise EmitError(f"{values} is not sparse")
        return found

    def _rows(self, values: str, stride: str) -> str:
        sparse = self._sparse(values)
        rows = self.size(sparse.axes[0])
        count = f"np.arange({rows})" if stride == "1" else f"np.arange(0, {rows} * {stride}, {stride})"
        return f"np.repeat({count}, np.diff({sparse.starts}))"

    def _positions(self, step: Step) -> Text:
        values, rows_first, axes = step.attribute
        sparse, inner = self._sparse(values), self.size(axes[1])
        if rows_first:
            return f"{self._rows(values, inner)} + {sparse.columns}", SUM
        return f"{sparse.columns} * {inner} + {self._rows(values, '1')}", SUM

    def _index(self, pattern: tuple[int | None, ...], pointers: Sequence[Use], spread: Sequence[Dim]) -> str:
        slots = [":" if at is None else self.text(pointers[at], spread)[0] for at in pattern]
        while slots[-1] == ":":
            slots.pop()
        return ", ".join(slots)

    def _take(self, step: Step) -> Text:
        source, *pointers = step.uses
        if step.attribute == "flat":
            return f"{self.text(source)[0]}.take({self.text(pointers[0])[0]})", ATOM
        pattern, spread = step.attribute
        if len(pattern) > 1 and spread and set(pattern[1:]) == {None}:
            return f"{wrap(self.text(source), ATOM)}.take({self.text(pointers[0], spread)[0]}, axis=0)", ATOM
        return f"{wrap(self.text(source), ATOM)}[{self._index(pattern, pointers, spread)}]", ATOM

    def _reduce(self, step: Step) -> Text:
        (use,) = step.uses
        name, dims = step.attribute
        axes = [use.labels.index(dim) for dim in dims]
        whole = len(axes) == len(use.labels)
        if name == "sum" and len(use.labels) == 2 and axes == [1]:
            return self._einsum(step, None), ATOM  # three times as fast as .sum(axis=1)
        if name == "max" and (largest := self._largest(self.text(use), len(use.labels), axes)):
            return largest, ATOM
        where = None if whole and len(axes) > 1 else axes[0] if len(axes) == 1 else tuple(sorted(axes))
        argument = "" if where == 0 else f", axis={where}"
        return f"np.{REDUCTIONS[name]}.reduce({self.text(use)[0]}{argument})", ATOM  # faster than the method

    def _largest(self, x: Text, rank: int, axes: list[int]) -> str | None:
        """The place of the largest entry is found in half the time that its value takes; NaN counts as the largest."""
        if rank == 1 and x[0].isidentifier():
            return f"{x[0]}[{x[0]}.argmax()]"
        return f"_row_maxima({x[0]})" if rank == 2 and axes == [1] else None

    def _dot(self, step: Step, out: str | None = None) -> Text:
        first, second = step.uses
        if (pair := softplus_dot(step)) and pair[0].value in self.schedule.inlined:
            together = any(value.step is step for value in self.schedule.along)
            name = "softplus dot and sigmoid" if together else "softplus dot"
            return f"{HELPERS[name]}({self.text(pair[0].value.step.uses[0])[0]}, {self.text(pair[1])[0]})", ATOM
        summed: tuple[Dim, ...] = step.attribute
        shared = [dim for dim in first.labels if dim in second.labels and dim not in summed]
        mine = [dim for dim in first.labels if dim not in summed]
        yours = [dim for dim in second.labels if dim not in summed]
        simple = not shared and len(summed) == 1 and len(mine) <= 1 and len(yours) <= 1
        if not step.labels and self.formula.in_place and len(summed) == 1:
            # Many small terms: in float32 the loss would lose its last digits. Of long arrays einsum converts a piece
            # at a time; of short ones the call itself is what takes time.
            if is_entries_axis(summed[0].axis):
                return f'np.einsum("i,i->", {self.text(first)[0]}, {self.text(second)[0]}, dtype=np.float64)', ATOM
            return f"{wrap(self.text(first), ATOM)}.astype(np.float64).dot({self.text(second)[0]})", ATOM
        if not simple:
            if not mine and not yours and first.labels == second.labels:
                return f"np.vdot({self.text(first)[0]}, {self.text(second)[0]})", ATOM
            return self._einsum(step, out), ATOM
        if mine and (not yours or list(step.labels) == [*mine, *yours]):
            left, right = first, second
        elif mine or yours:
            left, right = second, first
        else:
            left, right = first, second
        left_order = [*(dim for dim in left.labels if dim not in summed), *summed]
        right_order = [*summed, *(dim for dim in right.labels if dim not in summed)]
        if len(right_order) == 1 and list(left.labels) != left_order:  # a row times a matrix needs no transpose
            left, right, left_order, right_order = right, left, right_order, list(left.labels)
        a, b = self.text(left, left_order), self.text(right, right_order)
        if out is not None:
            return f"np.matmul({a[0]}, {b[0]}, out={out})", ATOM
        if min(len(left_order), len(right_order)) == 1:
            return f"{wrap(a, ATOM)}.dot({b[0]})", ATOM  # half a microsecond quicker than @
        return f"{wrap(a, PRODUCT)} @ {wrap(b, UNARY)}", PRODUCT

    def _sparse_matrix(self, step: Step) -> str:
        sparse = self._sparse(str(step.attribute))
        shape = ", ".join(self.size(axis) for axis in sparse.axes)
        return f"_sparse({self.text(step.uses[0])[0]}, {sparse.columns}, {sparse.starts}, ({shape}))"

    def _sparse_dot(self, step: Step) -> Text:
        """SciPy's product: five to thirty times as fast as gathering rows and adding them up with NumPy."""
        matrix, dense = step.uses
        (summed,) = step.attribute
        left = wrap(self.text(matrix), ATOM) + (".T" if matrix.labels[0] == summed else "")
        right = self.text(dense, (summed, *(dim for dim in dense.labels if dim != summed)))
        return f"{left} @ {wrap(right, UNARY)}", PRODUCT

    def _einsum(self, step: Step, out: str | None) -> str:
        letters: dict[Dim, str] = {}
        for use in step.uses:
            for dim in use.labels:
                letters.setdefault(dim, letter(dim.axis, set(letters.values())))
        inputs = ",".join("".join(letters[dim] for dim in use.labels) for use in step.uses)
        pattern = f"{inputs}->{''.join(letters[dim] for dim in step.labels)}"
        operands = ", ".join(self.text(use)[0] for use in step.uses)
        return f'np.einsum("{pattern}", {operands}' + (f", out={out})" if out else ")")

    # Entry by entry.

    def _map(self, step: Step) -> Text:
        op, attribute = step.attribute
        self._expect_warnings(step)
        parts = [self.text(use, step.labels) for use in step.uses]
        if op == "add" and self._is_quotient(step):
            inner = self._inside_reciprocal(step.uses[0], step.labels)
            if step.uses[0].value.step.uses[0].value.step.kind == "load" and self.names.only_numbers(step):
                return f"np.divide({_real(attribute[0][0])}, {inner[0]})", ATOM  # 1/0 is infinite, no exception
            return f"{number(attribute[0][0])[0]} / {wrap(inner, UNARY)}", PRODUCT
        if op == "add":
            return weighted_sum(list(zip(attribute[0], parts, strict=True)), attribute[1])
        if op == "product":
            return self._product([(use, step.labels) for use in step.uses])
        if (
            op == "power"
            and attribute == -1
            and step.uses[0].value.step.kind == "load"
            and self.names.only_numbers(step)
        ):
            return f"np.reciprocal({parts[0][0]})", ATOM  # 1/0 is infinite, not an exception
        if op == "log" and not step.labels and self._is_partition(step.uses[0].value):
            return f"math.log({parts[0][0]})", ATOM  # at least one, so no exception; quicker for a single number
        return self._function(op, attribute, parts, len(step.labels))

    def _is_partition(self, value: Value) -> bool:
        """Whether this is a sum of exponentials from which the largest has been taken."""
        step = value.step
        for kind in ("sum", "exp", "add"):
            if step.kind not in ("reduce", "map") or step.attribute[0] != kind:
                return False
            below = [use.value.step for use in step.uses]
            step = below[0]
        return any(each.kind == "reduce" and each.attribute[0] == "max" for each in below)

    def _function(self, op: str, attribute: object, parts: list[Text], rank: int, out: str = "") -> Text:
        tail = f", out={out}" if out else ""
        x = parts[0]
        if op in ("expm1", "log1p") and not out and not rank:
            return f"math.{op}({x[0]})", ATOM
        if op in UFUNCS:
            text = parts[0][0]
            for other in parts[1:]:
                text = f"{text}, {other[0]}" if other is parts[-1] else f"np.{UFUNCS[op]}({text}, {other[0]})"
            return f"np.{UFUNCS[op]}({text}{tail})", ATOM
        if op == "power":
            assert isinstance(attribute, Fraction | float)
            if attribute == -1 and not out:
                return f"1 / {wrap(x, UNARY)}", PRODUCT
            if isinstance(attribute, Fraction) and attribute in POWERS:
                return f"np.{POWERS[attribute]}({x[0]}{tail})", ATOM
            return f"np.power({x[0]}, {number(attribute)[0]}{tail})", ATOM
        if op == "where nonzero":
            self.ignores |= {"divide", "invalid"}
            return f"np.where({wrap(x, SUM)} != 0, {parts[1][0]}, 0)", ATOM
        if op in HELPERS:
            single = not rank and not self.formula.elementwise
            if single:
                return f"{HELPERS[op]}_of_number({x[0]})", ATOM
            return f"{HELPERS[op]}({x[0]}, out={out or f'np.empty_like({x[0]})'})", ATOM
        if op == "copy":
            return f"np.array({x[0]})", ATOM
        raise EmitError(f"there is no NumPy for the operation {op!r}")

    def _product(self, factors: Sequence[tuple[Use, Sequence[Dim]]]) -> Text:
        """Numerators over denominators; what is 1/x is divided by."""
        above: list[Text] = []
        below: list[Text] = []
        for use, order in factors:
            if self._is_reciprocal(use):
                below.append(self._inside_reciprocal(use, order))
            else:
                above.append(self.text(use, order))
        if len(above) == 1 and not below:
            return above[0]
        text = " * ".join(wrap(part, UNARY) for part in above) or "1"
        for part in below:
            text = f"{text} / {wrap(part, UNARY)}"
        return text, PRODUCT

    def _expect_warnings(self, step: Step) -> None:
        """The information of an impossible event is infinite; that is the right answer, not something to warn of."""
        op, attribute = step.attribute
        below = step.uses[0].value.step
        if op == "log" and below.kind != "reduce":
            self.ignores.add("divide")
        if op == "power" and attribute == Fraction(-1) and below.kind in ("load", "take"):
            self.ignores |= {"divide", "invalid"}

    def _is_quotient(self, step: Step) -> bool:
        """Whether this is a number over something."""
        return len(step.uses) == 1 and step.attribute[1][1] == 0 and self._is_reciprocal(step.uses[0])

    def _is_reciprocal(self, use: Use) -> bool:
        step = use.value.step
        return step.kind == "map" and step.attribute == ("power", Fraction(-1)) and use.value in self.schedule.inlined

    def _inside_reciprocal(self, use: Use, order: Sequence[Dim]) -> Text:
        step = use.value.step
        self._expect_warnings(step)
        names = dict(zip(step.labels, use.labels, strict=True))
        inner = step.uses[0]
        return self.text(Use(inner.value, tuple(names[dim] for dim in inner.labels)), order)


def _real(value: Fraction) -> str:
    """A constant beside an array: NumPy takes a float in less time than an integer."""
    text = number(value)[0]
    return f"{text}.0" if value.denominator == 1 else text
