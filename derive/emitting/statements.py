"""Statements: what is assigned to which name, in whose memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.emitting.checks import rejections
from derive.emitting.formula import EmitError
from derive.emitting.graph import Dim
from derive.emitting.numpy_code import Expressions
from derive.emitting.schedule import guard_of
from derive.emitting.steps import Step, Use, Value
from derive.emitting.text import ATOM, PRODUCT, SUM, Text, number, weighted_sum, wrap

__all__ = ["Printer", "Statement"]

_OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


@dataclass(frozen=True)
class Statement:
    """The lines of code that compute one value, and the name they give it."""

    value: Value
    name: str
    lines: tuple[str, ...]


class Printer(Expressions):
    """Prints the statements of one plan."""

    def body(self) -> list[Statement]:
        """The statements, without the return."""
        done = []
        for value in self.schedule.order:
            before = len(self.lines)
            self._statement(value)
            done.append(Statement(value, self.names.of(value), tuple(self.lines[before:])))
        return done

    def _statement(self, value: Value) -> None:
        step, name = value.step, self.names.of(value)
        heir_of = self.schedule.over.get(value)
        memory = self._memory.get(heir_of, self.names.of(heir_of)) if heir_of else None
        if memory is None:
            memory = self.names.buffer(value)
        target = name
        if value in self.schedule.guarded:
            self._guarded_dot(value, target)
        elif value in self.schedule.along.values():
            self.lines.append(f"{target} = {memory}")
        elif step.kind == "map":
            self._map_statement(value, target, memory)
        elif step.kind == "scatter":
            self._scatter_statement(value, target, memory, heir_of)
        elif step.kind == "dot" and memory is not None:
            self.lines.append(f"{target} = {self._dot_into(step, memory)}")
        elif step.kind == "sparse dot" and memory is not None:
            self.lines += [f"{target} = {memory}"] if target != memory else []
            self.lines.append(f"{target}[...] = {self._inline(value)[0]}")
        else:
            self.lines.append(f"{target} = {self._inline(value)[0]}")
        self._memory[value] = target

    def _guarded_dot(self, value: Value, target: str) -> None:
        """0 · log 0 is 0; as long as no logarithm is infinite, nothing need be done for that."""
        mask = guard_of(value.step)
        x, masked = sorted(value.step.uses, key=lambda use: use.value is mask)
        inner = masked.value.step.uses[1].value
        plain = Step("dot", (x, Use(inner, masked.labels)), (), value.step.attribute)
        self.lines += [
            f"{target} = {self._dot(plain)[0]}",
            f"if not math.isfinite({target}):",
            *(f"    {line}" for line in rejections(self.formula, 12)),
            f"    {target} = {self._dot(value.step)[0]}",
        ]

    def _dot_into(self, step: Step, memory: str) -> str:
        return self._dot(step, memory)[0]

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
            self._put(target, "divide", [number(attribute[0][0])[0], inner[0]], memory)
        elif op in ("add", "product"):
            self._chain(value, target, memory)
        else:
            parts = [self.text(use, order) for use in step.uses]
            op = "softplus and sigmoid" if value in self.schedule.along else op
            self.lines.append(f"{target} = {self._function(op, attribute, parts, len(order), memory or '')[0]}")

    def _put(self, target: str, ufunc: str, operands: list[str], memory: str | None) -> None:
        if memory == operands[0] and ufunc in _OPERATORS:
            self.lines += [f"{target} = {memory}"] if target != memory else []
            self.lines.append(f"{target} {_OPERATORS[ufunc]}= {operands[1]}")
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
                scaled = weighted_sum([(abs(sign), text)], Fraction(0))
                parts.append(("subtract" if sign < 0 else "add", scaled))
            else:
                parts.append(("divide" if inverse else "multiply", text))
        parts += small
        if constant != 0:
            parts.append(("subtract" if constant < 0 else "add", number(abs(constant))))
        (kind, first), *rest = parts
        if kind in ("subtract", "divide"):
            positive = [k for k, (other, _) in enumerate(rest) if other in ("add", "multiply")]
            start = positive[0] if positive and not (constant > 0 and positive == [len(rest) - 1]) else None
            if start is None and kind == "subtract" and constant != 0:
                rest.pop()
                self._put(target, kind, [number(constant)[0], first[0]], memory)
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
                self.lines.append(f"{target} = {wrap(first, level)} {sign} {wrap(second, level + 1)}")
        elif memory and op == "add":  # a multiple, in place
            ((factor, use),) = large
            self._put(target, "multiply", [self.text(use, order)[0], number(factor)[0]], memory)
        else:
            self.lines.append(
                f"{target} = {first[0]}" if not memory else f"{target} = np.positive({first[0]}, out={memory})"
            )
        self.lines += [f"{target} {_OPERATORS[kind]}= {text[0]}" for kind, text in rest]

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
            text = weighted_sum(terms, Fraction(0))
            kind = "subtract" if negative else "add"
        slots = [":" if dim in dims else "None" for dim in order]
        while slots and slots[0] == "None":
            slots.pop(0)
        return kind, (f"{wrap(text, ATOM)}[{', '.join(slots)}]", ATOM) if "None" in slots else text

    def _scatter_statement(self, value: Value, target: str, memory: str | None, heir_of: Value | None) -> None:
        base, amount, *pointers = value.step.uses
        sign, pattern, spread, unique = value.step.attribute
        fresh = base.value.step.kind == "zeros" and base.value in self.schedule.inlined
        if memory is not None and target != memory:
            self.lines.append(f"{target} = {memory}")
        if heir_of is None and memory is not None:
            self.lines.append(f"{target}[...] = {0 if fresh else self.text(base)[0]}")
        elif heir_of is None:
            self.lines.append(f"{target} = {self.text(base)[0]}{'' if fresh else '.copy()'}")
        operator = "+" if sign > 0 else "-"
        itself = sign < 0 and unique and _is_entry_of(amount, base, pattern, pointers)
        if pattern == "flat":
            where = self.text(pointers[0])[0]
            if itself:
                self.lines.append(f"{target}.reshape(-1)[{where}] = 0")
                return
            # Reading and writing by positions are two passes, this is one.
            function = "add" if sign > 0 else "subtract"
            self.lines.append(f"np.{function}.at({target}.reshape(-1), {where}, {self.text(amount)[0]})")
            return
        kept = [dim for dim, at in zip(base.labels, pattern, strict=True) if at is None]
        positions = [k for k, at in enumerate(pattern) if at is not None]
        together = positions == list(range(positions[0], positions[-1] + 1))
        before = positions[0] if together and spread else 0
        order = (*kept[:before], *spread, *kept[before:])
        where, what = self._index(pattern, pointers, spread), self.text(amount, order)[0]
        if itself:
            self.lines.append(f"{target}[{where}] = 0")
        elif unique:
            self.lines.append(f"{target}[{where}] {operator}= {what}")
        else:
            ufunc = "add" if sign > 0 else "subtract"
            if pattern[0] is not None and pattern[1:] == (None,):
                self.lines.append(f"_scatter_rows(np.{ufunc}, {target}, {where}, {what})")
                return
            where = f"({where})" if "," in where else where
            self.lines.append(f"np.{ufunc}.at({target}, {where}, {what})")


def _is_entry_of(amount: Use, base: Use, pattern: Any, pointers: Sequence[Use]) -> bool:
    """Whether an amount is what stands in the base at the very place it is taken off from."""
    step = amount.value.step
    if step.kind != "take" or step.uses[0].value is not base.value:
        return False
    taken = step.attribute if step.attribute == "flat" else step.attribute[0]
    return bool(taken == pattern) and [use.value for use in step.uses[1:]] == [use.value for use in pointers]
