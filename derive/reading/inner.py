"""``⟨u, v⟩``, the inner product of two vectors, and of two matrices of one shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.reading import tree
from derive.reading.scope import Unsettled
from derive.reading.spelling import plain, spell
from derive.reading.values import ShapeError, Value, dot, hadamard, scalar
from derive.terms import fresh, sum_over

if TYPE_CHECKING:
    from derive.reading.context import Reading
    from derive.reading.survey import Survey


def factors_of(group: tree.Group) -> tuple[tree.Node, tree.Node] | None:
    """The two sides of ``⟨u, v⟩``."""
    if group.open != "\\langle" or len(group.body.parts) != 2 or group.body.separators != (",",):
        return None
    first, second = group.body.parts
    return first, second


def look(group: tree.Group, found: Survey) -> None:
    """Whatever stands in such brackets has entries of its own, with or without an index below."""
    for side in factors_of(group) or ():
        inner = plain(side)
        terms = [term.node for term in inner.terms] if isinstance(inner, tree.Sum) else [inner]
        for spelled in map(spell, terms):
            if spelled is not None and spelled.subs:
                found.dotted.add(spelled.name)
            elif spelled is not None:
                found.wholes.add(spelled.name)


def inner_product(first: Value, second: Value, reading: Reading) -> Value:
    """Σ of the products of the entries.

    Raises:
        ShapeError: the two are not of one shape.
        Unsettled: they are numbers as far as the note says.
    """
    if first.rank == second.rank == 0:
        raise Unsettled("what stands in ⟨ ⟩ has no entries as far as the note says; declare its length")
    if first.rank == second.rank == 1:
        return dot(first, second, reading.scope.axes)
    if first.rank != second.rank:
        raise ShapeError(f"⟨ ⟩ of {first.describe()} and {second.describe()}")
    entries = hadamard(first, second, reading.scope.axes)
    row, column = (fresh(index) for index in entries.indices)
    return scalar(sum_over(sum_over(entries.at(row, column), column), row))
