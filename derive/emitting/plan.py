"""The graph → steps on actual arrays: which node is materialised over which indices, and how it is computed.

A node is needed at several labels; where one need is a special case of another (the logit of the observed word, and the
logits of all words), it is taken from the other's array.  Sums of products become dot and matrix products, δ with an
index of the result becomes a scatter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from derive.emitting.formula import Argument, Array, EmitError, IndexArgument, Sparse
from derive.emitting.graph import Dim, Label, Node, Pointer, Ref, indices_in, substitute
from derive.emitting.lowering import COLUMNS, ROWS
from derive.terms import Index

__all__ = ["Dim", "Plan", "Step", "Use", "Value"]


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
    ``take``     source, pointers ...              (per axis: None or number of its pointer, their dims), or "flat"
    ``map``      operands                          (operation, attribute of the node)
    ``mask``     two pointers or dims              -
    ``reduce``   operand                           ("sum" | "max" | "prod", dims)
    ``dot``      two factors                       dims summed
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


class Plan:
    """Builds values on demand; ``values`` is in an order in which each follows what it uses."""

    def __init__(
        self,
        arguments: Iterable[Argument],
        roots: Sequence[tuple[str, Ref, Sequence[Index]]],
        scratch: tuple[str, ...] = (),
    ) -> None:
        self.arguments = {argument.parameter: argument for argument in arguments}
        self.values: list[Value] = []
        self._steps: dict[Hashable, Value] = {}
        self._built: dict[Hashable, Use] = {}
        self._wanted: dict[int, list[tuple[Label, ...]]] = defaultdict(list)
        self._seen: set[Hashable] = set()
        self._slots: dict[int, tuple[int, ...]] = {}
        self._scratch = scratch
        self._serial = 0
        self.outputs: dict[str, Use] = {}
        sites = []
        for name, ref, indices in roots:
            names: dict[Label, Dim] = {index: self._dim(self._axis(ref, index)) for index in indices}
            labels = tuple(_rename(label, names) for label in ref.labels)
            sites.append((name, ref.node, labels, tuple(names.values())))
        for _, node, labels, _order in sites:
            self._collect(node, labels)
        self._layouts([(node, labels, dims) for _, node, labels, dims in sites])
        for name, node, labels, dims in sites:
            use = self._aligned(self.use(node, labels), dims)
            use.value.outputs.append(name)
            self.outputs[name] = use

    # Names of axes and dims.

    def _dim(self, axis: str | None) -> Dim:
        if axis is None:
            raise EmitError("the length of an index cannot be read off any argument")
        self._serial += 1
        return Dim(self._serial, axis)

    def _axis(self, ref: Ref, index: Label) -> str | None:
        for label, axis in zip(ref.labels, ref.node.axes, strict=True):
            if label == index:
                return axis
            if isinstance(label, Pointer) and (found := self._pointer_axis(label, index)):
                return found
        return str(index.axis.length) if isinstance(index, Index) else None

    def _pointer_axis(self, pointer: Pointer, index: Label) -> str | None:
        for label, axis in zip(pointer.labels, self._pointer_axes(pointer), strict=True):
            if label == index:
                return axis
            if isinstance(label, Pointer) and (found := self._pointer_axis(label, index)):
                return found
        return None

    def _pointer_axes(self, pointer: Pointer) -> tuple[str, ...]:
        if " " in pointer.name:
            return (f"entries_of_{pointer.name.split()[1]}",)
        argument = self.arguments.get(pointer.name)
        return argument.axes if isinstance(argument, IndexArgument) else ()

    def _bound(self, node: Node) -> list[Dim]:
        """A dim for each summed slot; its axis may be known only from a pointer."""
        made = []
        for slot, axis in enumerate(node.bound, start=len(node.axes)):
            if axis is None:
                for child in node.children:
                    axis = axis or next(
                        (
                            found
                            for label in child.labels
                            if isinstance(label, Pointer) and (found := self._pointer_axis(label, slot))
                        ),
                        None,
                    )
            made.append(self._dim(axis))
        return made

    # What is needed, and what covers what.

    def _collect(self, node: Node, labels: tuple[Label, ...]) -> None:
        key, names = _canonical(node, labels)
        if key in self._seen:
            return
        self._seen.add(key)
        self._wanted[node.number].append(tuple(_rename(label, names) for label in labels))
        slots = [*labels, *self._bound(node)]
        for child in node.children:
            self._collect(child.node, tuple(substitute(label, slots) for label in child.labels))

    def _cover(self, node: Node, labels: tuple[Label, ...]) -> tuple[tuple[Label, ...], dict[Dim, Label]] | None:
        """Labels at which the node is needed anyway, and what to put for its dims to get the wanted ones."""
        best = None
        for other in self._wanted[node.number]:
            found = _match(other, labels)
            if found is not None and any(isinstance(label, Pointer) for label in found.values()):
                best = (other, found) if best is None or len(found) > len(best[1]) else best
        return best

    def _layouts(self, roots: Sequence[tuple[Node, tuple[Label, ...], tuple[Dim, ...]]]) -> None:
        """In which order the slots of each node lie in memory: what is reduced over comes last, as the parents wish."""
        nodes: dict[int, Node] = {}
        stack = [node for node, _, _ in roots]
        while stack:
            node = stack.pop()
            if node.number not in nodes:
                nodes[node.number] = node
                stack += [child.node for child in node.children]
        strength: dict[int, int] = dict.fromkeys(nodes, 0)
        for node, labels, dims in roots:
            ranks = {dim: rank for rank, dim in enumerate(dims)}
            self._slots[node.number] = tuple(sorted(range(len(labels)), key=_by(labels, ranks)))
            strength[node.number] = 1
        for number in sorted(nodes, reverse=True):
            node = nodes[number]
            order = [*self._slots.get(number, range(len(node.axes)))]
            order += range(len(node.axes), len(node.axes) + len(node.bound))
            ranks = {slot: rank for rank, slot in enumerate(order)}
            wide = [child for child in node.children if len(child.labels) > 1]
            for child in node.children:
                reduced = bool(node.bound) and wide == [child]
                if node.bound and not reduced:
                    continue
                wish = 2 if reduced else strength[number]
                if wish > strength[child.node.number]:
                    strength[child.node.number] = wish
                    slots = range(len(child.labels))
                    self._slots[child.node.number] = tuple(
                        sorted(slots, key=lambda s, at=child.labels: _rank(at[s], ranks))
                    )

    def _arranged(self, node: Node, labels: tuple[Label, ...]) -> tuple[Dim, ...]:
        slots = self._slots.get(node.number, range(len(labels)))
        dims = _dims(labels[slot] for slot in slots)
        if sorted(dim.axis for dim in dims) == sorted(self._scratch) and len(set(self._scratch)) == len(dims):
            return tuple(sorted(dims, key=lambda dim: self._scratch.index(dim.axis)))
        return dims

    # Values.

    def step(self, kind: str, uses: Sequence[Use], labels: Sequence[Dim], attribute: Any = None) -> Use:
        """The value of a step; the same step is one value."""
        names: dict[Dim, Dim] = {}

        def name(dim: Dim) -> Dim:
            return names.setdefault(dim, Dim(len(names), dim.axis))

        inside = tuple(Use(use.value, tuple(name(dim) for dim in use.labels)) for use in uses)
        result = tuple(name(dim) for dim in labels)
        attribute = _rename_deep(attribute, names)
        key = (kind, tuple((use.value.number, use.labels) for use in inside), result, attribute)
        if key not in self._steps:
            value = Value(len(self.values), Step(kind, inside, result, attribute))
            self._steps[key] = value
            self.values.append(value)
        return Use(self._steps[key], tuple(labels))

    def use(self, node: Node, labels: tuple[Label, ...]) -> Use:
        """The array of a node at labels."""
        key, names = _canonical(node, labels)
        if key not in self._built:
            local = tuple(_rename(label, names) for label in labels)
            cover = self._cover(node, local) if node.children else None
            if cover is not None:
                other, found = cover
                source = self.use(node, other)
                made = self.take(source.value, [found[dim] for dim in source.labels])
            else:
                made = self._make(node, local)
            if made.value.node is None:
                made.value.node = node
            self._built[key] = made
        back = {new: old for old, new in names.items()}
        made = self._built[key]
        return Use(made.value, tuple(back[dim] for dim in made.labels))

    def _children(self, node: Node, slots: Sequence[Label]) -> list[tuple[Node, tuple[Label, ...]]]:
        return [(c.node, tuple(substitute(label, slots) for label in c.labels)) for c in node.children]

    def _make(self, node: Node, labels: tuple[Label, ...]) -> Use:
        if node.op == "array":
            return self._argument(str(node.attribute), self.arguments_axes(str(node.attribute)), labels)
        if node.op == "scalar":
            return self.step("load", (), (), node.attribute)
        if node.op in ("number", "size"):
            return self.step("literal" if node.op == "number" else "size", (), (), node.attribute)
        if node.op == "delta":
            return self._mask(labels)
        bound = self._bound(node)
        children = self._children(node, [*labels, *bound])
        order = self._arranged(node, labels)
        if node.op == "product":
            thin = self._product(children, bound, order)
            return self._spread([(Fraction(1), thin)], None, order) if isinstance(thin, Thin) else thin
        if node.op == "add":
            return self._add(node, children, order)
        uses = [self.use(child, at) for child, at in children]
        if node.op in ("max", "multiply over"):
            (use,) = uses
            kept = tuple(dim for dim in use.labels if dim not in bound)
            return self.step("reduce", [use], kept, ("max" if node.op == "max" else "prod", tuple(bound)))
        return self.map(node.op, uses, order, node.attribute)

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

    def _argument(self, parameter: str, axes: tuple[str, ...], labels: Sequence[Label]) -> Use:
        whole = self.step("load", (), tuple(Dim(-1 - k, axis) for k, axis in enumerate(axes)), parameter)
        return self.take(whole.value, labels)

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
        return self._argument(label.name, self._pointer_axes(label), label.labels)

    def take(self, source: Value, labels: Sequence[Label]) -> Use:
        """The source at labels: itself, a view, or a copy of the entries pointed at."""
        dims = [label for label in labels if isinstance(label, Dim)]
        if len(dims) == len(labels) and len(set(dims)) == len(dims):
            return Use(source, tuple(dims))
        if source.step.kind != "load" and _is_sparse_pair(labels) and len(labels) == 2:
            use = self._positions(labels, source.axes)
            marks = tuple(Dim(_ELSEWHERE - k, axis) for k, axis in enumerate(source.axes))
            return self.step("take", [Use(source, marks), use], use.labels, "flat")
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
        spread = _dims([label for label in labels if label not in slices])
        kept = [dim for dim in dims if dim in slices]
        together = positions == list(range(positions[0], positions[-1] + 1))
        before = len([1 for label in labels[: positions[0]] if label in slices]) if together and spread else 0
        order = (*kept[:before], *spread, *kept[before:])
        names = tuple(Dim(_ELSEWHERE - k, axis) for k, axis in enumerate(source.axes))
        marks = tuple(label if label in slices else name for label, name in zip(labels, names, strict=True))
        return self.step("take", [Use(source, marks), *uses], order, (tuple(attribute), spread))

    def _positions(self, labels: Sequence[Label], axes: tuple[str, ...]) -> Use:
        """Where the entries of a sparse matrix lie in a contiguous array with these axes."""
        first = labels[0]
        assert isinstance(first, Pointer)
        role, _, sparse = first.name.partition(" ")
        return self.step("positions", (), _dims(labels), (sparse, role == ROWS, axes))

    def _mask(self, labels: tuple[Label, ...]) -> Use:
        uses = [self.pointer(label) for label in labels]
        return self.step("map", uses, _dims(labels), ("equal", None))

    # Products and sums.

    def _product(
        self,
        children: list[tuple[Node, tuple[Label, ...]]],
        bound: list[Dim],
        order: Sequence[Dim],
        scale: Fraction = Fraction(1),
    ) -> Use | Thin:
        factors = [self.use(node, at) for node, at in children if node.op != "delta"]
        if scale != 1:
            factors.append(self.step("literal", (), (), scale))
        present = {dim for use in factors for dim in use.labels}
        targets: dict[Label, Label] = {}
        for node, at in children:
            if node.op == "delta":
                dim, other = (at[0], at[1]) if at[0] in order and at[0] not in present else (at[1], at[0])
                free = isinstance(dim, Dim) and dim in order and dim not in present and dim not in targets
                if free and dim not in _dims([other]):
                    targets[dim] = other
                else:
                    factors.append(self._mask(at))
        inside = set(_dims(targets.values()))
        summed = [dim for dim in bound if dim not in inside]
        kept = [*(dim for dim in order if dim not in targets), *(dim for dim in bound if dim in inside)]
        if not targets:
            return self.contract(factors, summed, kept)
        spread = [dim for dim in kept if dim in inside]
        value = self.contract(factors, summed, [*spread, *(dim for dim in kept if dim not in inside)])
        return Thin(tuple(targets.items()), value)

    def _add(self, node: Node, children: list[tuple[Node, tuple[Label, ...]]], order: tuple[Dim, ...]) -> Use:
        coefficients, constant = node.attribute
        dense: list[tuple[Fraction, Use]] = []
        thin: list[tuple[Fraction, Thin]] = []
        for coefficient, (child, at) in zip(coefficients, children, strict=True):
            if child.op == "delta" or any(c.node.op == "delta" for c in child.children):
                bound = self._bound(child)
                inner = [(child, at)] if child.op == "delta" else self._children(child, [*at, *bound])
                part = self._product(inner, bound, order, Fraction(abs(coefficient)))
                sign = Fraction(1 if coefficient > 0 else -1)
                if isinstance(part, Thin):
                    thin.append((sign, part))
                else:
                    dense.append((sign, part))
            else:
                dense.append((coefficient, self.use(child, at)))
        base = None
        if dense or constant != 0:
            plain = len(dense) == 1 and dense[0][0] == 1 and constant == 0
            uses = [use for _, use in dense]
            dims = _dims([dim for use in uses for dim in use.labels])
            within = tuple(dim for dim in order if dim in dims)
            base = uses[0] if plain else self.map("add", uses, within, (tuple(c for c, _ in dense), constant))
        return self._spread(thin, base, order) if thin else base or self.step("literal", (), (), constant)

    def _spread(self, parts: Sequence[tuple[Fraction, Thin]], base: Use | None, order: tuple[Dim, ...]) -> Use:
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
            inside = set(_dims(targets.values()))
            pointers: list[Label] = [targets.get(dim, dim) for dim in base.labels]
            if len(pointers) == 2 and _is_sparse_pair(pointers):
                where = self._positions(pointers, tuple(dim.axis for dim in base.labels))
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
            spread = _dims([label for label in pointers if label in targets.values() or label in inside])
            repeated = any(dim not in base.labels for dim in inside) and not _is_sparse_pair(targets.values())
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
            dims = _dims([*first.labels, *second.labels])
            todo = [*rest, self.map("product", [first, second], dims)]

    def _dot(self, first: Use, second: Use, summed: Sequence[Dim], order: Sequence[Dim]) -> Use:
        kept = tuple(dim for dim in order if dim in first.labels or dim in second.labels)
        return self.step("dot", [first, second], kept, tuple(summed))

    def _aligned(self, use: Use, dims: tuple[Dim, ...]) -> Use:
        """An output with its axes in the order that was asked for, and with all of them."""
        if use.labels == dims and use.value.step.kind != "load" and not use.value.outputs:
            return use
        return self.step("map", [use], dims, ("copy", len(use.value.outputs)))


def _dims(labels: Iterable[Label]) -> tuple[Dim, ...]:
    return indices_in(labels)


def _rank(label: Label, ranks: Mapping[Any, int]) -> int:
    """The place of a label in an order of slots or dims; a pointer stands where its first index does."""
    if isinstance(label, Pointer):
        return min((_rank(inner, ranks) for inner in label.labels), default=-1)
    return ranks.get(label, len(ranks))


def _by(labels: Sequence[Label], ranks: Mapping[Any, int]) -> Callable[[int], int]:
    return lambda slot: _rank(labels[slot], ranks)


def _rename(label: Label, names: Mapping[Any, Any]) -> Label:
    if isinstance(label, Pointer):
        return replace(label, labels=tuple(_rename(inner, names) for inner in label.labels)) if label.labels else label
    return names.get(label, label)


def _rename_deep(attribute: Any, names: Mapping[Dim, Dim]) -> Any:
    if isinstance(attribute, Dim):
        return names.get(attribute, attribute)
    if isinstance(attribute, tuple):
        return tuple(_rename_deep(part, names) for part in attribute)
    return attribute


def _canonical(node: Node, labels: tuple[Label, ...]) -> tuple[Hashable, dict[Dim, Dim]]:
    names = {dim: Dim(-1 - k, dim.axis) for k, dim in enumerate(_dims(labels))}
    return (node.number, tuple(_rename(label, names) for label in labels)), names


def _match(general: tuple[Label, ...], special: tuple[Label, ...]) -> dict[Dim, Label] | None:
    """The dims of ``general`` and what stands in their place in ``special``; None if it is no special case."""
    found: dict[Dim, Label] = {}
    for left, right in zip(general, special, strict=True):
        if not _match_label(left, right, found):
            return None
    return found


def _match_label(left: Label, right: Label, found: dict[Dim, Label]) -> bool:
    if isinstance(left, Dim):
        return found.setdefault(left, right) == right
    if isinstance(left, Pointer) and isinstance(right, Pointer):
        same = left.name == right.name and len(left.labels) == len(right.labels)
        return same and all(_match_label(a, b, found) for a, b in zip(left.labels, right.labels, strict=True))
    return False


def _is_sparse_pair(labels: Iterable[Label]) -> bool:
    names = {label.name for label in labels if isinstance(label, Pointer)}
    roles = {name.partition(" ")[0] for name in names if " " in name}
    return roles == {ROWS, COLUMNS} and len({name.partition(" ")[2] for name in names if " " in name}) == 1
