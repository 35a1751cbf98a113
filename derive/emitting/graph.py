"""The emitter's own graph: arrays as functions of index slots, shared whenever they are the same function.

A node is a function of numbered slots, whatever the indices are called where it is used: Σ_j u[w, j] v[c, j] and
Σ_i u[o, i] v[c, i] are one node, used at the labels (w, c) and (o, c).  That is what makes the logits of the partition
function and the logit of the observed word one array.  A label is an ``Index`` that runs, or a ``Pointer``: an integer
argument, possibly an entry of an integer array.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from derive.emitting.formula import EmitError
from derive.terms import Index

__all__ = ["Dim", "Graph", "Label", "Node", "Pointer", "Ref", "indices_in", "substitute"]


@dataclass(frozen=True)
class Pointer:
    """The integer ``name[labels]``; without labels the integer argument ``name``, or a literal such as "0"."""

    name: str
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Dim:
    """A running index of a step of the plan; the lengths of axes of the same name are the same."""

    number: int
    axis: str


Label: TypeAlias = "int | Index | Dim | Pointer"
"""Inside a node an integer is the number of a slot; ``Dim`` takes the place of ``Index`` in the plan."""


@dataclass(frozen=True, eq=False)
class Node:
    """``op`` applied to children.  The first ``len(axes)`` slots are free, the following ``len(bound)`` are summed."""

    number: int
    op: str
    children: tuple[Ref, ...]
    attribute: Any
    axes: tuple[str | None, ...]
    bound: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Ref:
    """A node at given labels, one for each free slot."""

    node: Node
    labels: tuple[Label, ...]


def substitute(label: Label, slots: Sequence[Label]) -> Label:
    """The label with slot numbers replaced by what stands there."""
    if isinstance(label, Pointer):
        return Pointer(label.name, tuple(substitute(inner, slots) for inner in label.labels)) if label.labels else label
    return slots[label] if isinstance(label, int) else label


def indices_in(labels: Iterable[Label]) -> tuple[Any, ...]:
    """The running indices (all ``Index`` or all ``Dim``) in labels, each once, in order of appearance."""
    found: dict[Any, None] = {}
    for label in labels:
        if isinstance(label, Pointer):
            found.update(dict.fromkeys(indices_in(label.labels)))
        elif not isinstance(label, int):
            found[label] = None
    return tuple(found)


class Graph:
    """Makes nodes, each once."""

    def __init__(self, sizes: frozenset[str]) -> None:
        self._nodes: dict[Hashable, Node] = {}
        self._sizes = sizes

    def leaf(
        self, op: str, attribute: Hashable, axes: tuple[str | None, ...] = (), labels: tuple[Label, ...] = ()
    ) -> Ref:
        """An array argument, a scalar, a size or a number."""
        key = (op, attribute, axes)
        if key not in self._nodes:
            self._nodes[key] = Node(len(self._nodes), op, (), attribute, axes)
        return Ref(self._nodes[key], labels)

    def make(self, op: str, children: Sequence[Ref], attribute: Hashable = None, bound: Sequence[Index] = ()) -> Ref:
        """The node ``op(children)``, summed over ``bound`` if the operation is one that sums.

        Raises:
            EmitError: two axes of different names meet in one index.
        """
        free: dict[Label, int] = {}
        summed: dict[Label, int] = {}
        bound_set = set(bound)

        def scan(label: Label) -> None:
            if label in bound_set:
                summed.setdefault(label, len(summed))
            elif isinstance(label, Pointer) and not bound_set.isdisjoint(indices_in((label,))):
                for inner in label.labels:
                    scan(inner)
            else:
                free.setdefault(label, len(free))

        for child in children:
            for label in child.labels:
                scan(label)
        for index in bound:
            summed.setdefault(index, len(summed))

        def number(label: Label) -> Label:
            if label in summed:
                return len(free) + summed[label]
            if label in free:
                return free[label]
            assert isinstance(label, Pointer)  # scan has seen every label
            return Pointer(label.name, tuple(number(inner) for inner in label.labels))

        inside = tuple(Ref(child.node, tuple(number(label) for label in child.labels)) for child in children)
        axes = self._axes(inside, [*free, *summed])
        key = (op, tuple((child.node.number, child.labels) for child in inside), attribute, len(free), axes)
        if key not in self._nodes:
            cut = len(free)
            self._nodes[key] = Node(len(self._nodes), op, inside, attribute, tuple(axes[:cut]), tuple(axes[cut:]))
        return Ref(self._nodes[key], tuple(free))

    def _axes(self, children: Iterable[Ref], labels: Sequence[Label]) -> tuple[str | None, ...]:
        axes: list[str | None] = [None] * len(labels)
        for child in children:
            for label, axis in zip(child.labels, child.node.axes, strict=True):
                if not isinstance(label, int) or axis is None:
                    continue
                if axes[label] is None:
                    axes[label] = axis
                elif axes[label] != axis:
                    raise EmitError(f"the axes {axes[label]} and {axis} meet in the index {labels[label]}")
        for slot, label in enumerate(labels):
            if axes[slot] is None and isinstance(label, Index) and str(label.axis.length) in self._sizes:
                axes[slot] = str(label.axis.length)
        return tuple(axes)

    # What every part of the compiler builds with.

    def number(self, value: Fraction | float) -> Ref:
        return self.leaf("number", value)

    def add(self, terms: Iterable[tuple[Fraction | float, Ref]], constant: Fraction | float = Fraction(0)) -> Ref:
        """Σ coefficient · term + constant, with like terms collected and nested sums flattened by one level."""
        collected: dict[tuple[int, tuple[Label, ...]], tuple[Fraction | float, Ref]] = {}

        def put(coefficient: Fraction | float, term: Ref) -> None:
            nonlocal constant
            if term.node.op == "number":
                constant += coefficient * term.node.attribute
                return
            if term.node.op == "add" and len(term.node.children) == 1 and term.node.attribute[1] == 0:
                (factor,), _ = term.node.attribute
                child = term.node.children[0]
                put(coefficient * factor, Ref(child.node, tuple(substitute(at, term.labels) for at in child.labels)))
                return
            key = (term.node.number, term.labels)
            before = collected[key][0] if key in collected else Fraction(0)
            collected[key] = (before + coefficient, term)

        terms = list(terms)
        if len(terms) == 1 and terms[0][1].node.op == "add":  # a multiple of a sum is the sum of the multiples
            factor, whole = terms[0]
            coefficients, inner = whole.node.attribute
            constant += factor * inner
            parts = [Ref(c.node, tuple(substitute(at, whole.labels) for at in c.labels)) for c in whole.node.children]
            terms = [(factor * c, part) for c, part in zip(coefficients, parts, strict=True)]
        for coefficient, term in terms:
            put(coefficient, term)
        kept = sorted(
            ((c, t) for c, t in collected.values() if c != 0), key=lambda pair: (pair[0] < 0, pair[1].node.number)
        )
        if not kept:
            return self.number(constant)
        if len(kept) == 1 and kept[0][0] == 1 and constant == 0:
            return kept[0][1]
        return self.make("add", [t for _, t in kept], (tuple(c for c, _ in kept), constant))

    def product(self, factors: Sequence[Ref], bound: Sequence[Index] = ()) -> Ref:
        """Σ over ``bound`` of the product of the factors; a number among the factors is taken out in front."""
        coefficient: Fraction | float = Fraction(1)
        rest: list[Ref] = []
        for factor in factors:
            if factor.node.op == "number":
                coefficient *= factor.node.attribute
            elif factor.node.op == "add" and len(factor.node.children) == 1 and factor.node.attribute[1] == 0:
                (inner,), _ = factor.node.attribute
                child = factor.node.children[0]
                coefficient *= inner
                rest.append(Ref(child.node, tuple(substitute(at, factor.labels) for at in child.labels)))
            else:
                rest.append(factor)
        rest.sort(key=lambda ref: ref.node.number)
        if coefficient == 0:
            return self.number(coefficient)
        if not rest:
            made = self.number(Fraction(1))
        elif len(rest) == 1 and not bound:
            made = rest[0]
        else:
            made = self.make("product", rest, None, bound)
        return self.add([(coefficient, made)])
