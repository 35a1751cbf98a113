"""Names that depend on an example ``i`` without showing it: ``f = W x_i`` and ``p_k = softmax(f)_k``.

A sum over the examples needs the letter.  ``p_{ik}`` has it, and so has ``L_i = -f_{y_i} + …``: at another i, f is that
of the other example as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Indexed, Symbol

from derive.reading.context import Reading, index_expression
from derive.reading.definitions import Definition, referenced, unfold
from derive.reading.scope import Head
from derive.reading.spelling import letter
from derive.reading.tree import Node
from derive.reading.values import Value, scalar
from derive.terms import Index, free_indices, fresh

__all__ = ["at_example", "example_of", "hidden_indices", "in_sum", "with_hidden"]


def example_of(
    name: str, definition: Definition, subscripts: Sequence[Node], reading: Reading
) -> tuple[int, Index] | None:
    """Which of two subscripts names the one index that a definition with one index does not show, and that index.

    None where the note says anything of an array of that name with two indices, or the letters do not tell.
    """
    family = reading.scope.families.get(name)
    if family is not None and (family.declared or family.values or family.sums_to_one or family.points_into):
        return None
    body = unfold(definition.body, reading.scope.definitions)
    if any(str(entry.base.label) == name for entry in body.atoms(Indexed)):
        return None  # p_i = p_{ij} / q_j: there is such an array
    hidden = [index for index in free_indices(body) if index not in definition.parameters]
    letters = [letter(node) for node in subscripts]
    if len(hidden) != 1 or len(letters) != 2 or letters.count(hidden[0].name) != 1:
        return None
    return letters.index(hidden[0].name), hidden[0]


def at_example(found: Value, index: Index, written: Node, reading: Reading) -> Value:
    """The entry at the example that is written."""
    where = index_expression(written, index.axis, reading)
    return scalar(unfold(found.body, reading.scope.definitions).xreplace({index: where}))


def hidden_indices(definition: Definition, given: dict[Symbol, Expr], reading: Reading) -> dict[str, Expr]:
    """The parameters, by letter, that names inside of a definition depend on without showing it, and what is given."""
    definitions = reading.scope.definitions
    moved = {p.name: where for p, where in given.items() if isinstance(p, Index) and where != p}
    found: set[str] = set()
    for name in referenced(definition.body) if moved else ():
        if (inner := definitions.get(name)) is not None:
            free = free_indices(unfold(inner.body, definitions))
            found |= {index.name for index in free if index not in inner.parameters}
    return {name: where for name, where in moved.items() if name in found}


def with_hidden(head: Head, given: dict[Symbol, Expr], hidden: dict[str, Expr], reading: Reading) -> Value:
    """A defined name with the names inside of it at the example that is given, too."""
    body = unfold(head.definition.body, reading.scope.definitions)
    indices = tuple(fresh(i) for i in head.value.indices)
    own = head.definition.parameters[len(head.definition.parameters) - len(indices) :]
    table = {index: hidden[index.name] for index in free_indices(body) if index.name in hidden}
    return Value(indices, body.xreplace({**table, **given, **dict(zip(own, indices, strict=True))}), head.value.row)


def in_sum(definition: Definition, reading: Reading) -> dict[str, Expr]:
    """The letters a definition leaves away that run in a sum around it, over the same axis: ``Σ_i q_k x_i``."""
    if not reading.bound:
        return {}
    axes, found = reading.scope.axes, dict[str, Expr]()
    own = {parameter.name for parameter in definition.parameters}
    for index in free_indices(unfold(definition.body, reading.scope.definitions)):
        running = reading.bound.get(index.name)
        if running is None or index.name in own or index == running:
            continue
        if axes.resolve(index.axis) == axes.resolve(running.axis):
            found[index.name] = running
    return found
