"""The graph → steps: which node is materialised over which indices, and in which layout.

A node is needed at several labels; where one need is a special case of another (the logit of the observed word, and the
logits of all words), it is taken from the other's array.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction

from derive.emitting.formula import Argument, EmitError
from derive.emitting.graph import Dim, Label, Node, Pointer, Ref, substitute
from derive.emitting.labels import by_rank, canonical, dims_of, is_row_of_entry, is_sparse_pair, match, renamed
from derive.emitting.steps import Steps, Thin, Use
from derive.terms import Index

__all__ = ["Plan"]


class Plan(Steps):
    """Builds values on demand, starting from the outputs."""

    def __init__(
        self,
        arguments: Iterable[Argument],
        roots: Sequence[tuple[str, Ref, Sequence[Index]]],
        scratch: tuple[str, ...] = (),
    ) -> None:
        super().__init__(arguments)
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
            labels = tuple(renamed(label, names) for label in ref.labels)
            sites.append((name, ref.node, labels, tuple(names.values())))
        for _, node, labels, _order in sites:
            self._collect(node, labels)
        self._layouts([(node, labels, dims) for _, node, labels, dims in sites])
        for name, node, labels, dims in sites:
            use = self.aligned(self.use(node, labels), dims)
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
        for label, axis in zip(pointer.labels, self.pointer_axes(pointer), strict=True):
            if label == index:
                return axis
            if isinstance(label, Pointer) and (found := self._pointer_axis(label, index)):
                return found
        return None

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
        key, names = canonical(node, labels)
        if key in self._seen:
            return
        self._seen.add(key)
        self._wanted[node.number].append(tuple(renamed(label, names) for label in labels))
        if node.children and (rows := self._every_row(node, labels)):
            self._collect(node, rows)
        slots = [*labels, *self._bound(node)]
        for child in node.children:
            self._collect(child.node, tuple(substitute(label, slots) for label in child.labels))

    def _every_row(self, node: Node, labels: tuple[Label, ...]) -> tuple[Label, ...] | None:
        """What is needed at the row of every entry of a sparse matrix, and depends on nothing else, is made per row."""
        pointers = set(labels)
        if len(pointers) != 1 or not is_row_of_entry(labels[0]) or node.axes[0] is None:
            return None
        return (self._dim(node.axes[0]),) * len(labels)

    def _cover(self, node: Node, labels: tuple[Label, ...]) -> tuple[tuple[Label, ...], dict[Dim, Label]] | None:
        """Labels at which the node is needed anyway, and what to put for its dims to get the wanted ones."""
        best = None
        for other in self._wanted[node.number]:
            found = match(other, labels)
            if found is not None and any(isinstance(label, Pointer) for label in found.values()):
                best = (other, found) if best is None or _breadth(other) > _breadth(best[0]) else best
        return best or self._whole(node, labels)

    def _whole(self, node: Node, labels: tuple[Label, ...]) -> tuple[tuple[Label, ...], dict[Dim, Label]] | None:
        """The same for what is one library call as a whole: a product of matrices that fits a work array of the caller,
        and the product of a sparse matrix and a dense one."""
        if all(isinstance(label, Dim) for label in labels):
            return None
        matrices = node.op == "product" and node.bound and sorted(map(str, node.axes)) == sorted(self._scratch)
        if node.op == "sparse product" or (matrices and is_sparse_pair(labels)):
            dims = tuple(self._dim(axis) for axis in node.axes)
            return dims, dict(zip(dims, labels, strict=True))
        return None

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
            self._slots[node.number] = tuple(sorted(range(len(labels)), key=by_rank(labels, ranks)))
            strength[node.number] = 1
        for number in sorted(nodes, reverse=True):
            node = nodes[number]
            order = [*self._slots.get(number, range(len(node.axes)))]
            order += range(len(node.axes), len(node.axes) + len(node.bound))
            ranks = {slot: rank for rank, slot in enumerate(order)}
            wide = [child for child in node.children if len(child.labels) > 1]
            if node.op == "sparse product":  # the rows of the dense matrix are what is added up
                dense, (*_, row) = node.children[-1], range(len(node.axes) + len(node.bound))
                strength[dense.node.number] = 2
                ranks_here = {row: 0}
                self._slots[dense.node.number] = tuple(
                    sorted(range(len(dense.labels)), key=by_rank(dense.labels, ranks_here))
                )
                continue
            for child in node.children:
                reduced = bool(node.bound) and wide == [child]
                if node.bound and not reduced:
                    continue
                wish = 2 if reduced else strength[number]
                if wish > strength[child.node.number]:
                    strength[child.node.number] = wish
                    slots = range(len(child.labels))
                    self._slots[child.node.number] = tuple(sorted(slots, key=by_rank(child.labels, ranks)))

    def _arranged(self, node: Node, labels: tuple[Label, ...]) -> tuple[Dim, ...]:
        slots = self._slots.get(node.number, range(len(labels)))
        dims = dims_of(labels[slot] for slot in slots)
        if sorted(dim.axis for dim in dims) == sorted(self._scratch) and len(set(self._scratch)) == len(dims):
            return tuple(sorted(dims, key=lambda dim: self._scratch.index(dim.axis)))
        return dims

    # Values.

    def use(self, node: Node, labels: tuple[Label, ...]) -> Use:
        """The array of a node at labels."""
        key, names = canonical(node, labels)
        if key not in self._built:
            local = tuple(renamed(label, names) for label in labels)
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
            return self.argument(str(node.attribute), self.arguments_axes(str(node.attribute)), labels)
        if node.op == "scalar":
            return self.step("load", (), (), node.attribute)
        if node.op in ("number", "size"):
            return self.step("literal" if node.op == "number" else "size", (), (), node.attribute)
        if node.op == "delta":
            return self.mask(labels)
        bound = self._bound(node)
        children = self._children(node, [*labels, *bound])
        order = self._arranged(node, labels)
        if node.op == "product":
            thin = self._product(children, bound, order)
            return self.spread([(Fraction(1), thin)], None, order) if isinstance(thin, Thin) else thin
        if node.op == "add":
            return self._add(node, children, order)
        if node.op == "sparse product":
            return self._sparse_product(*self._sparse_factors(node, labels))
        uses = [self.use(child, at) for child, at in children]
        if node.op in ("max", "multiply over"):
            (use,) = uses
            kept = tuple(dim for dim in use.labels if dim not in bound)
            return self.step("reduce", [use], kept, ("max" if node.op == "max" else "prod", tuple(bound)))
        return self.map(node.op, uses, order, node.attribute)

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
                if free and dim not in dims_of([other]):
                    targets[dim] = other
                else:
                    factors.append(self.mask(at))
        inside = set(dims_of(targets.values()))
        summed = [dim for dim in bound if dim not in inside]
        kept = [*(dim for dim in order if dim not in targets), *(dim for dim in bound if dim in inside)]
        if not targets:
            return self.contract(factors, summed, kept)
        spread = [dim for dim in kept if dim in inside]
        value = self.contract(factors, summed, [*spread, *(dim for dim in kept if dim not in inside)])
        return Thin(tuple(targets.items()), value)

    def _sparse_factors(
        self, node: Node, labels: tuple[Label, ...], scale: Fraction = Fraction(1)
    ) -> tuple[Use, Use, Dim]:
        """The sparse matrix, the dense one, and the dim summed; a matrix is made once for the same entries."""
        entry, summed = self._bound(node)
        (_, (kept, _)), values, matrix = self._children(node, [*labels, entry, summed])
        name, at = node.attribute
        assert isinstance(kept, Dim)
        entries = self.use(*values)
        if scale != 1:  # multiplied while they are few
            entries = self.map("product", [entries, self.step("literal", (), (), scale)], entries.labels)
        made = self.step("sparse", [entries], (kept, summed) if at == 0 else (summed, kept), name)
        return made, self.use(*matrix), summed

    def _sparse_product(self, matrix: Use, dense: Use, summed: Dim) -> Use:
        order = [dim for use in (matrix, dense) for dim in use.labels if dim != summed]
        return self.step("sparse dot", [matrix, dense], order, (summed,))

    def _sparse_sum(self, terms: Sequence[tuple[Fraction, Node, tuple[Label, ...]]]) -> list[tuple[Fraction, Use]]:
        """Σ ± sparse · dense; what is multiplied with the same dense matrix is added up while it is sparse."""
        groups: dict[Hashable, list[tuple[int, Use, Use, Dim]]] = {}
        for coefficient, node, labels in terms:
            sign = 1 if coefficient > 0 else -1
            matrix, dense, summed = self._sparse_factors(node, labels, abs(coefficient))
            place = dense.labels.index(summed), matrix.labels.index(summed)
            mine = tuple(dim for dim in (*matrix.labels, *dense.labels) if dim != summed)
            groups.setdefault((dense.value.number, *place, mine), []).append((sign, matrix, dense, summed))
        total = []
        for members in groups.values():
            first, matrix, dense, summed = max(members, key=lambda member: member[0])
            if len(members) > 1:
                parts = [Use(other.value, matrix.labels) for _, other, _, _ in members]
                signs = tuple(Fraction(sign * first) for sign, *_ in members)
                matrix = self.step("sparse sum", parts, matrix.labels, signs)
            total.append((Fraction(first), self._sparse_product(matrix, dense, summed)))
        return total

    def _add(self, node: Node, children: list[tuple[Node, tuple[Label, ...]]], order: tuple[Dim, ...]) -> Use:
        coefficients, constant = node.attribute
        dense: list[tuple[Fraction, Use]] = []
        thin: list[tuple[Fraction, Thin]] = []
        sparse: list[tuple[Fraction, Node, tuple[Label, ...]]] = []
        for coefficient, (child, at) in zip(coefficients, children, strict=True):
            if child.op == "sparse product" and all(isinstance(label, Dim) for label in at):
                sparse.append((coefficient, child, at))
            elif child.op == "delta" or any(c.node.op == "delta" for c in child.children):
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
        dense += self._sparse_sum(sparse)
        base = None
        if dense or constant != 0:
            plain = len(dense) == 1 and dense[0][0] == 1 and constant == 0
            uses = [use for _, use in dense]
            dims = dims_of([dim for use in uses for dim in use.labels])
            within = tuple(dim for dim in order if dim in dims)
            base = uses[0] if plain else self.map("add", uses, within, (tuple(c for c, _ in dense), constant))
        return self.spread(thin, base, order) if thin else base or self.step("literal", (), (), constant)


def _breadth(labels: tuple[Label, ...]) -> tuple[int, int]:
    """How much is needed at these labels: what runs freely counts; a pointer only takes from what is there."""
    return len(dims_of(labels)), -sum(isinstance(label, Pointer) for label in labels)
