"""The order of the steps, and whose memory each result uses.

A step whose operand is not needed afterwards writes into the operand's memory.  For that all other readers of the
operand must come first; where the mathematics does not allow such an order the step gets memory of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from derive.emitting.plan import Plan
from derive.emitting.steps import Step, Use, Value

__all__ = ["Schedule", "guard_of", "schedule", "softplus_dot"]

_NAMES = ("load", "literal", "size")
_BOOLEAN = ("equal",)
_KEEPS = (*_BOOLEAN, "softplus", "where nonzero")
"""Operations that cannot write over their operand."""


@dataclass
class Schedule:
    """When and where values are computed.

    Attributes:
        order: the values that are statements.
        over: the value whose memory a value takes over.
        guarded: dot products of x and a function of x that is infinite where x is zero.
        along: the value that is computed along with another, from the same exponentials, in memory it takes over.
    """

    order: list[Value]
    inlined: set[Value]
    over: dict[Value, Value] = field(default_factory=dict)
    readers: dict[Value, set[Value]] = field(default_factory=dict)
    along: dict[Value, Value] = field(default_factory=dict)
    guarded: set[Value] = field(default_factory=set)


def schedule(plan: Plan, name_dots: bool = False) -> Schedule:
    """Decide what is a statement, in which order, and in which memory; ``name_dots`` gives every dot product a name."""
    kept = _reachable([use.value for use in plan.outputs.values()])
    values = [value for value in plan.values if value in kept]
    users: dict[Value, list[Value]] = {value: [] for value in values}
    for value in values:
        for use in value.step.uses:
            users[use.value].append(value)
    inlined = {v for v in values if _inlines(v, users[v]) and not (name_dots and v.step.kind == "dot")}
    masks = {v: mask for v in values if not name_dots and (mask := guard_of(v.step)) and users[mask] == [v]}
    inlined = (inlined - set(masks)) | set(masks.values())
    statements = [value for value in values if value not in inlined]
    reads = {value: _reads(value, inlined) for value in statements}
    readers: dict[Value, set[Value]] = {value: set() for value in statements}
    for value in statements:
        for read in reads[value]:
            readers[read].add(value)
    before = {value: set(reads[value]) for value in statements}
    over: dict[Value, Value] = {}
    for value in statements:
        if not _owned(value) or value.outputs or any(user.step.kind == "sparse" for user in readers[value]):
            continue  # a sparse matrix keeps the array of its entries
        for heir in sorted(readers[value], key=lambda v: -v.number):
            if heir in over or not _may_overwrite(heir, value, inlined):
                continue
            others = readers[value] - {heir}
            if any(heir in _ancestors(other, before) for other in others):
                continue
            before[heir] |= others
            over[heir] = value
            break
    along: dict[Value, Value] = {}
    for logistic, scores in over.items():
        for host in sorted(readers[scores], key=lambda v: v.number):
            others = readers[scores] - {host, logistic}
            together = (
                logistic.step.attribute == ("sigmoid", None) and _softplus_of(host, inlined) == logistic.step.uses
            )
            if together and not any(host in _ancestors(other, before) for other in (*others, scores)):
                before[host] |= others
                along[host] = logistic
                break
    return Schedule(_sorted(statements, before), inlined, over, readers, along, set(masks))


def guard_of(step: Step) -> Value | None:
    """In Σ x f(x): the value that is f(x) where x is not zero, and else zero."""
    if step.kind == "dot" and not step.labels and len(step.attribute) == 1:
        for x, masked in (step.uses, step.uses[::-1]):
            inner = masked.value.step
            if inner.kind == "map" and inner.attribute[0] == "where nonzero" and inner.uses[0].value is x.value:
                return masked.value
    return None


def _softplus_of(value: Value, inlined: set[Value]) -> tuple[Use, ...] | None:
    """What a statement takes the softplus of, be it to weight and sum it at once."""
    step = value.step
    if (pair := softplus_dot(step)) and pair[0].value in inlined:
        step = pair[0].value.step
    return step.uses if step.kind == "map" and step.attribute == ("softplus", None) and step.labels else None


def _reachable(roots: Iterable[Value]) -> set[Value]:
    found: set[Value] = set()
    stack = list(roots)
    while stack:
        value = stack.pop()
        if value not in found:
            found.add(value)
            stack += [use.value for use in value.step.uses]
    return found


def _inlines(value: Value, users: list[Value]) -> bool:
    """Whether a value is written where it is used instead of getting a name."""
    step = value.step
    if step.kind in _NAMES:
        return True
    if value.outputs or len(users) != 1:
        return False
    rank = len(step.labels)
    if step.kind in ("arange", "zeros"):
        return True
    user = users[0].step
    if step.kind in ("sparse", "sparse sum"):
        return user.kind == "sparse dot"
    if step.kind == "take":
        return rank <= 1 and step.uses[0].value.step.kind == "load"
    if step.kind == "map":
        if (pair := softplus_dot(user)) and pair[0].value is value:
            return True
        inverse = step.attribute == ("power", Fraction(-1)) and user.kind == "map"
        divisor = inverse and (user.attribute[0] == "product" or (user.attribute[0] == "add" and len(user.uses) == 1))
        return rank == 0 or rank < len(user.labels) or divisor
    return step.kind in ("dot", "reduce") and not user.labels and rank == 0


def softplus_dot(step: Step) -> tuple[Use, Use] | None:
    """Of a step that weights the softplus of a matrix and sums its rows: the softplus and the weights.

    Then the matrix of softpluses need not be stored.
    """
    if step.kind != "dot" or len(step.labels) != 1:
        return None
    for matrix, weights in (step.uses, step.uses[::-1]):
        inner = matrix.value.step
        if (
            inner.kind == "map"
            and inner.attribute[0] == "softplus"
            and matrix.labels == (*step.labels, *step.attribute)
            and weights.labels == step.attribute
        ):
            return matrix, weights
    return None


def _reads(value: Value, inlined: set[Value]) -> set[Value]:
    """The statements whose results the statement of a value reads, also through what is inlined in it."""
    found: set[Value] = set()
    for use in value.step.uses:
        if use.value in inlined:
            found |= _reads(use.value, inlined)
        else:
            found.add(use.value)
    return found


def _owned(value: Value) -> bool:
    """Whether a value has memory of its own that nobody outside sees."""
    step = value.step
    if step.kind == "take":
        return step.attribute == "flat" or bool(step.attribute[1])
    if step.kind == "map" and step.attribute[0] in _BOOLEAN:
        return False
    return step.kind in ("map", "dot", "sparse dot", "reduce", "zeros", "scatter") and bool(step.labels)


def _may_overwrite(heir: Value, value: Value, inlined: set[Value]) -> bool:
    """Whether the heir is computed entry by entry from the value, and reads it once, so that it can replace it."""
    step = heir.step
    if any(use.value in inlined and value in _reads(use.value, inlined) and not _divides(use) for use in step.uses):
        return False
    mine = [use for use in step.uses if use.value is value]
    if len(mine) != 1 or mine[0].labels != step.labels:
        return False
    if step.kind == "scatter":
        return step.uses[0].value is value
    return step.kind == "map" and step.attribute[0] not in _KEEPS


def _divides(use: Use) -> bool:
    return use.value.step.attribute == ("power", Fraction(-1))


def _ancestors(value: Value, before: dict[Value, set[Value]]) -> set[Value]:
    found: set[Value] = set()
    stack = [value]
    while stack:
        for earlier in before[stack.pop()]:
            if earlier not in found:
                found.add(earlier)
                stack.append(earlier)
    return found


def _sorted(statements: list[Value], before: dict[Value, set[Value]]) -> list[Value]:
    """A topological order that stays near the order in which the values were made."""
    done: dict[Value, None] = {}

    def visit(value: Value) -> None:
        if value not in done:
            for earlier in sorted(before[value], key=lambda v: v.number):
                visit(earlier)
            done[value] = None

    for value in statements:
        visit(value)
    return list(done)
