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
from derive.emitting.plan import Plan
from derive.emitting.schedule import Schedule
from derive.emitting.steps import Step, Use, Value

__all__ = ["Printer"]

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
HELPERS = {"sigmoid": "_sigmoid", "softplus": "_softplus"}
"""Functions that the module carries along; for a single number there is a quicker one of its own."""
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

ATOM, UNARY, PRODUCT, SUM = 4, 3, 2, 1
Text = tuple[str, int]
"""Program text and how tightly it binds."""


def _wrap(text: Text, least: int) -> str:
    return text[0] if text[1] >= least else f"({text[0]})"


class Printer:
    """Prints the statements of one plan."""

    def __init__(self, formula: Formula, plan: Plan, order: Schedule) -> None:
        self.formula = formula
        self.plan = plan
        self.schedule = order
        self.names = Names(formula, plan, order)
        self.lines: list[str] = []
        self.sizes: dict[str, None] = {}
        self.ignores: set[str] = set()
        self.helpers: set[str] = set()
        self._memory: dict[Value, str] = {}

    def body(self) -> list[str]:
        """The statements, without the return."""
        for value in self.schedule.order:
            self._statement(value)
        return self.lines

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
            text = (f"{_wrap(text, ATOM)}.T" if len(wanted) == 2 else f"{_wrap(text, ATOM)}.transpose({axes})", ATOM)
        slots = [":" if dim in use.labels else "None" for dim in order]
        while slots and slots[0] == "None":
            slots.pop(0)
        return (f"{_wrap(text, ATOM)}[{', '.join(slots)}]", ATOM) if "None" in slots else text

    def _inline(self, value: Value) -> Text:
        step = value.step
        if step.kind == "load":
            return self._parameter(str(step.attribute)), ATOM
        if step.kind == "literal":
            return _number(step.attribute)
        if step.kind in ("size", "arange"):
            length = self.size(str(step.attribute))
            return (length if step.kind == "size" else f"np.arange({length})"), ATOM
        if step.kind == "rows":
            return self._rows(str(step.attribute), "1"), ATOM
        if step.kind == "positions":
            return self._positions(step)
        if step.kind == "take":
            return self._take(step)
        if step.kind == "dot":
            return self._dot(step)
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
            return f"{_wrap(self.text(source), ATOM)}.take({self.text(pointers[0], spread)[0]}, axis=0)", ATOM
        return f"{_wrap(self.text(source), ATOM)}[{self._index(pattern, pointers, spread)}]", ATOM

    def _reduce(self, step: Step) -> Text:
        (use,) = step.uses
        name, dims = step.attribute
        axes = [use.labels.index(dim) for dim in dims]
        whole = len(axes) == len(use.labels)
        if name == "sum" and len(use.labels) == 2 and axes == [1]:
            return self._einsum(step, None), ATOM  # three times as fast as .sum(axis=1)
        where = None if whole and len(axes) > 1 else axes[0] if len(axes) == 1 else tuple(sorted(axes))
        argument = "" if where == 0 else f", axis={where}"
        return f"np.{REDUCTIONS[name]}.reduce({self.text(use)[0]}{argument})", ATOM  # faster than the method

    def _dot(self, step: Step, out: str | None = None) -> Text:
        first, second = step.uses
        summed: tuple[Dim, ...] = step.attribute
        shared = [dim for dim in first.labels if dim in second.labels and dim not in summed]
        mine = [dim for dim in first.labels if dim not in summed]
        yours = [dim for dim in second.labels if dim not in summed]
        simple = not shared and len(summed) == 1 and len(mine) <= 1 and len(yours) <= 1
        if not step.labels and self.formula.in_place:  # many small terms: float32 would lose the loss's last digits
            return self._einsum(step, out, ", dtype=np.float64"), ATOM
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
        return f"{_wrap(a, PRODUCT)} @ {_wrap(b, UNARY)}", PRODUCT

    def _einsum(self, step: Step, out: str | None, options: str = "") -> str:
        letters: dict[Dim, str] = {}
        for use in step.uses:
            for dim in use.labels:
                letters.setdefault(dim, _letter(dim.axis, set(letters.values())))
        inputs = ",".join("".join(letters[dim] for dim in use.labels) for use in step.uses)
        pattern = f"{inputs}->{''.join(letters[dim] for dim in step.labels)}"
        operands = ", ".join(self.text(use)[0] for use in step.uses)
        return f'np.einsum("{pattern}", {operands}{options}' + (f", out={out})" if out else ")")

    # Entry by entry.

    def _map(self, step: Step) -> Text:
        op, attribute = step.attribute
        self._expect_warnings(step)
        parts = [self.text(use, step.labels) for use in step.uses]
        if op == "add" and self._is_quotient(step):
            inner = self._inside_reciprocal(step.uses[0], step.labels)
            if step.uses[0].value.step.uses[0].value.step.kind == "load" and self.names.only_numbers(step):
                return f"np.divide({_number(attribute[0][0])[0]}, {inner[0]})", ATOM  # 1/0 is infinite, no exception
            return f"{_number(attribute[0][0])[0]} / {_wrap(inner, UNARY)}", PRODUCT
        if op == "add":
            return _sum(list(zip(attribute[0], parts, strict=True)), attribute[1])
        if op == "product":
            return self._product([(use, step.labels) for use in step.uses])
        if (
            op == "power"
            and attribute == -1
            and step.uses[0].value.step.kind == "load"
            and self.names.only_numbers(step)
        ):
            return f"np.divide(1, {parts[0][0]})", ATOM  # 1/0 is infinite, not an exception
        return self._function(op, attribute, parts, len(step.labels))

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
                return f"1 / {_wrap(x, UNARY)}", PRODUCT
            if isinstance(attribute, Fraction) and attribute in POWERS:
                return f"np.{POWERS[attribute]}({x[0]}{tail})", ATOM
            return f"np.power({x[0]}, {_number(attribute)[0]}{tail})", ATOM
        if op == "where nonzero":
            self.ignores |= {"divide", "invalid"}
            return f"np.where({_wrap(x, SUM)} != 0, {parts[1][0]}, 0)", ATOM
        if op in HELPERS:
            number = not rank and not self.formula.elementwise
            self.helpers.add(f"{op} of a number" if number else op)
            if number:
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
        text = " * ".join(_wrap(part, UNARY) for part in above) or "1"
        for part in below:
            text = f"{text} / {_wrap(part, UNARY)}"
        return text, PRODUCT

    # Statements.

    def _statement(self, value: Value) -> None:
        step, name = value.step, self.names.of(value)
        heir_of = self.schedule.over.get(value)
        memory = self._memory.get(heir_of, self.names.of(heir_of)) if heir_of else None
        if memory is None:
            memory = self.names.buffer(value)
        target = name
        if step.kind == "map":
            self._map_statement(value, target, memory)
        elif step.kind == "scatter":
            self._scatter_statement(value, target, memory, heir_of)
        elif step.kind == "dot" and memory is not None:
            self.lines.append(f"{target} = {self._dot_into(step, memory)}")
        else:
            self.lines.append(f"{target} = {self._inline(value)[0]}")
        self._memory[value] = target

    def _dot_into(self, step: Step, memory: str) -> str:
        return self._dot(step, memory)[0]

    def _expect_warnings(self, step: Step) -> None:
        """The information of an impossible event is infinite; that is the right answer, not something to warn of."""
        op, attribute = step.attribute
        below = step.uses[0].value.step
        if op == "log" and below.kind != "reduce":
            self.ignores.add("divide")
        if op == "power" and attribute == Fraction(-1) and below.kind in ("load", "take"):
            self.ignores |= {"divide", "invalid"}

    def _map_statement(self, value: Value, target: str, memory: str | None) -> None:
        step = value.step
        self._expect_warnings(step)
        op, attribute = step.attribute
        order = step.labels
        spread = set(order) != {dim for use in step.uses for dim in use.labels}
        if not order or op == "where nonzero" or (op == "copy" and memory is None and not spread):
            self.lines.append(f"{target} = {self._map(step)[0]}")
        elif op == "copy":
            self.lines.append(f"{target} = {memory or self._empty(step)}")
            self.lines.append(f"{target}[...] = {self.text(step.uses[0], order)[0]}")
        elif op == "add" and self._is_quotient(step):
            inner = self._inside_reciprocal(step.uses[0], order)
            self._put(target, "divide", [_number(attribute[0][0])[0], inner[0]], memory)
        elif op in ("add", "product"):
            self._chain(value, target, memory)
        else:
            parts = [self.text(use, order) for use in step.uses]
            self.lines.append(f"{target} = {self._function(op, attribute, parts, len(order), memory or '')[0]}")

    def _put(self, target: str, ufunc: str, operands: list[str], memory: str | None) -> None:
        if memory == operands[0] and ufunc in _OPERATORS:
            self.lines += [f"{target} = {memory}", f"{target} {_OPERATORS[ufunc]}= {operands[1]}"]
            return
        tail = f", out={memory}" if memory else ""
        self.lines.append(f"{target} = np.{ufunc}({', '.join(operands)}{tail})")

    def _chain(self, value: Value, target: str, memory: str | None) -> None:
        """One operation at a time, the first into new memory or the operand's, the others in place.

        What has fewer axes than the result is combined before it meets the large array.
        """
        step = value.step
        op, attribute = step.attribute
        order, overwritten = step.labels, self.schedule.over.get(value)
        signs = attribute[0] if op == "add" else [Fraction(1)] * len(step.uses)
        constant = attribute[1] if op == "add" else Fraction(0)
        groups: dict[frozenset[Dim], list[tuple[Fraction, Use]]] = {}
        large: list[tuple[Fraction, Use]] = []
        for sign, use in zip(signs, step.uses, strict=True):
            if set(use.labels) == set(order):
                large.append((sign, use))
            else:
                groups.setdefault(frozenset(use.labels), []).append((sign, use))
        large.sort(key=lambda pair: pair[1].value is not overwritten)
        small = [self._combined(op, members, order) for members in groups.values()]
        if not large and len(small) > 2:
            raise EmitError("a product of more than two arrays with different axes, none of which has all of them")
        parts: list[tuple[str, Text]] = []
        for sign, use in large:
            inverse = op == "product" and self._is_reciprocal(use)
            text = self._inside_reciprocal(use, order) if inverse else self.text(use, order)
            if op == "add":
                scaled = _sum([(abs(sign), text)], Fraction(0))
                parts.append(("subtract" if sign < 0 else "add", scaled))
            else:
                parts.append(("divide" if inverse else "multiply", text))
        parts += small
        if constant != 0:
            parts.append(("subtract" if constant < 0 else "add", _number(abs(constant))))
        (kind, first), *rest = parts
        if kind in ("subtract", "divide"):
            positive = [k for k, (other, _) in enumerate(rest) if other in ("add", "multiply")]
            start = positive[0] if positive and not (constant > 0 and positive == [len(rest) - 1]) else None
            if start is None and kind == "subtract" and constant != 0:
                rest.pop()
                self._put(target, kind, [_number(constant)[0], first[0]], memory)
            elif start is None:
                lead = "negative" if kind == "subtract" else "reciprocal"
                self._put(target, lead, [first[0]], memory)
            else:
                (_, left) = rest.pop(start)
                self._put(target, kind, [left[0], first[0]], memory)
        elif rest:
            (kind, second), *rest = rest
            if memory:
                self._put(target, kind, [first[0], second[0]], memory)
            else:
                sign = _OPERATORS[kind]
                level = SUM if sign in "+-" else PRODUCT
                self.lines.append(f"{target} = {_wrap(first, level)} {sign} {_wrap(second, level + 1)}")
        else:
            self.lines.append(
                f"{target} = {first[0]}" if not memory else f"{target} = np.positive({first[0]}, out={memory})"
            )
        self.lines += [f"{target} {_OPERATORS[kind]}= {text[0]}" for kind, text in rest]

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

    def _combined(self, op: str, members: list[tuple[Fraction, Use]], order: Sequence[Dim]) -> tuple[str, Text]:
        """Several small operands of the same axes as one expression, shaped for the large array."""
        present = {dim for _, use in members for dim in use.labels}
        dims = tuple(dim for dim in order if dim in present)
        if op == "product":
            if len(members) == 1 and self._is_reciprocal(members[0][1]):
                return "divide", self._inside_reciprocal(members[0][1], order)
            text = self._product([(use, dims) for _, use in members])
            kind = "multiply"
        else:
            negative = all(sign < 0 for sign, _ in members)
            terms = [(-sign if negative else sign, self.text(use, dims)) for sign, use in members]
            text = _sum(terms, Fraction(0))
            kind = "subtract" if negative else "add"
        slots = [":" if dim in dims else "None" for dim in order]
        while slots and slots[0] == "None":
            slots.pop(0)
        return kind, (f"{_wrap(text, ATOM)}[{', '.join(slots)}]", ATOM) if "None" in slots else text

    def _scatter_statement(self, value: Value, target: str, memory: str | None, heir_of: Value | None) -> None:
        base, amount, *pointers = value.step.uses
        sign, pattern, spread, unique = value.step.attribute
        fresh = base.value.step.kind == "zeros" and base.value in self.schedule.inlined
        if heir_of is not None or memory is not None:
            self.lines.append(f"{target} = {memory}")
        if heir_of is None and memory is not None:
            self.lines.append(f"{target}[...] = {0 if fresh else self.text(base)[0]}")
        elif heir_of is None:
            self.lines.append(f"{target} = {self.text(base)[0]}{'' if fresh else '.copy()'}")
        operator = "+" if sign > 0 else "-"
        if pattern == "flat":
            where = self.text(pointers[0])[0]
            self.lines.append(f"{target}.reshape(-1)[{where}] {operator}= {self.text(amount)[0]}")
            return
        kept = [dim for dim, at in zip(base.labels, pattern, strict=True) if at is None]
        positions = [k for k, at in enumerate(pattern) if at is not None]
        together = positions == list(range(positions[0], positions[-1] + 1))
        before = positions[0] if together and spread else 0
        order = (*kept[:before], *spread, *kept[before:])
        where, what = self._index(pattern, pointers, spread), self.text(amount, order)[0]
        if unique:
            self.lines.append(f"{target}[{where}] {operator}= {what}")
        else:
            ufunc = "add" if sign > 0 else "subtract"
            if pattern[0] is not None and pattern[1:] == (None,):
                self.helpers.add("scatter")
                self.lines.append(f"_scatter_rows(np.{ufunc}, {target}, {where}, {what})")
                return
            where = f"({where})" if "," in where else where
            self.lines.append(f"np.{ufunc}.at({target}, {where}, {what})")


_OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


def _number(value: int | float | Fraction) -> Text:
    if isinstance(value, int):
        return str(value), ATOM
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return (str(value), ATOM) if value >= 0 else (str(value), UNARY)
        if value.denominator & (value.denominator - 1) == 0 and value.denominator <= 1024:
            return (repr(float(value)), ATOM) if value >= 0 else (repr(float(value)), UNARY)
        return f"{value.numerator} / {value.denominator}", PRODUCT
    return (repr(value), ATOM) if float(value) >= 0 else (repr(value), UNARY)


def _sum(terms: list[tuple[Fraction, Text]], constant: Fraction) -> Text:
    text = ""
    for coefficient, part in sorted(terms, key=lambda term: term[0] < 0):
        size = abs(coefficient)
        least = SUM + 1 if coefficient < 0 else SUM
        shown = (
            (_wrap(part, least) if text or coefficient > 0 else part[0])
            if size == 1
            else f"{_wrap(_number(size), PRODUCT + 1)} * {_wrap(part, UNARY)}"
        )
        if text:
            text += f" - {shown}" if coefficient < 0 else f" + {shown}"
        else:
            text = f"-{_wrap((shown, PRODUCT if size != 1 else part[1]), UNARY)}" if coefficient < 0 else shown
    if constant != 0:
        shown = _wrap(_number(abs(constant)), PRODUCT)
        text = f"{text} {'-' if constant < 0 else '+'} {shown}" if text else _number(constant)[0]
    if len(terms) == 1 and constant == 0:
        coefficient, part = terms[0]
        return text, part[1] if coefficient == 1 else PRODUCT if abs(coefficient) != 1 else UNARY
    return text, SUM


def _letter(axis: str, used: set[str]) -> str:
    wanted = axis[0].lower() if axis[0].isalpha() else "a"
    return wanted if wanted not in used else next(c for c in "ijklmnopqrstuvwxyzabcdefgh" if c not in used)
