"""A letter that no sum binds, where a sum beside it runs as far as a length: j in ``∂/∂v_j Σ_{j=1}^{L(w)-1} …``.

It stands for a place on that path, so it runs from the first place to the last one.  The offset j of a word
``w_{t+j}`` beside a sum over a window stands for any offset of that window.
"""

from __future__ import annotations

from sympy import Add, Expr, Indexed, Integer, KroneckerDelta, Product, Sum

from derive.reading.context import Reading
from derive.terms import Axis, Index, free_indices

__all__ = ["off_center", "placed"]


def placed(bodies: list[Expr], reading: Reading) -> list[Expr]:
    """The bodies with such free letters on the range of the sums over the same letter."""
    free = {index for body in bodies for index in free_indices(body)}
    moved = {i: Index(i.name, axis) for i in free if (axis := _path(i, bodies)) and _is_open(i, bodies, reading)}
    for index in moved:
        reading.scope.note(f"{index.name} is any place from the first one to the last one (inferred)")
    return [body.xreplace(moved) for body in bodies] if moved else bodies


def _is_open(index: Index, bodies: list[Expr], reading: Reading) -> bool:
    """Whether a free index stands only where an index of the sums stands too, or where nothing is known of it."""
    standing = [
        (inner, str(entry.base.label), position)
        for body in bodies
        for entry in body.atoms(Indexed)
        for position, where in enumerate(entry.indices)
        for inner in where.free_symbols & _alike(where, index)
    ]
    summed = {(name, position) for inner, name, position in standing if inner != index}
    scope = reading.scope
    return all(
        (name, position) in summed or scope.axes.is_flexible(scope.axis(name, position))
        for inner, name, position in standing
        if inner == index
    )


def _alike(term: Expr, index: Index) -> set[Index]:
    """The indices with the same letter that stand in a term outside of other entries."""
    outside = term.xreplace({entry: Integer(0) for entry in term.atoms(Indexed)})
    return {i for i in outside.free_symbols if isinstance(i, Index) and i.name.split("ʹ")[0] == index.name}


def _path(index: Index, bodies: list[Expr]) -> Axis | None:
    """The one range of all sums over this letter, if it ends at a length that depends on something else."""
    limits = [limit for body in bodies for node in body.atoms(Sum, Product) for limit in node.limits]
    ends = {(low, high) for bound, low, high in limits if bound.name.split("ʹ")[0] == index.name}
    if len(ends) != 1:
        return None
    low, high = ends.pop()
    window = low == -high and bool(high.free_symbols) and _is_offset(index, bodies)
    if not (high.atoms(Indexed) or window) or (low + high).has(index):
        return None
    bound = {limit[0] for limit in limits}
    return None if (low + high).free_symbols & bound else Axis(str(high), low, high)


def _is_offset(index: Index, bodies: list[Expr]) -> bool:
    """Whether a letter stands only in sums such as ``t + j`` that are places of a text."""
    held = [
        where for body in bodies for entry in body.atoms(Indexed) for where in entry.indices if index in _own(where)
    ]
    return bool(held) and all(isinstance(where, Add) for where in held)


def _own(term: Expr) -> set[Expr]:
    """The letters of an index outside of the entries in it."""
    return set(term.xreplace({entry: Integer(0) for entry in term.atoms(Indexed)}).free_symbols)


def off_center(bodies: list[Expr]) -> tuple[tuple[Expr, Expr], ...]:
    """The free offsets of a window whose sums leave out the center, each with 0, which it is not."""
    zeros = {one for body in bodies for d in body.atoms(KroneckerDelta) if 0 in d.args for one in d.args if one != 0}
    skipped = {str(one).split("ʹ")[0] for one in zeros if isinstance(one, Index)}
    free = {index for body in bodies for index in free_indices(body)}
    offsets = {i for i in free if i.axis.low == -i.axis.high and i.axis.high.free_symbols}
    return tuple((i, Integer(0)) for i in sorted(offsets, key=str) if i.name in skipped)
