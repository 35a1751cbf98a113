"""The kinds of slips and the changes that undo them, in the order in which they are likely."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.proving.edits import Edit
from derive.proving.material import Material
from derive.proving.slips.factors import entropies, far_factors, near_factors, superfluous, terms, throughout
from derive.proving.slips.names import arguments, indices, names, pairs
from derive.proving.slips.powers import operations, powers, shapes
from derive.proving.slips.scopes import scopes
from derive.proving.slips.signs import complements, numbers, signs
from derive.proving.slips.sums import collapses, dropped_sums, exchanges, logarithms, ranges

__all__ = ["candidates"]

Maker = Callable[[Material], Iterator[Edit]]
MAKERS: tuple[Maker, ...] = (
    signs,
    exchanges,
    entropies,
    scopes,
    collapses,
    superfluous,
    throughout,
    ranges,
    arguments,
    indices,
    complements,
    logarithms,
    powers,
    pairs,
    near_factors,
    operations,
    numbers,
    names,
    terms,
    dropped_sums,
    far_factors,
)


def candidates(given: Material, *, conforms: bool) -> Iterator[Edit]:
    """All changes, the likelier kinds first; transposes come first where the shapes do not meet."""
    for make in (*MAKERS, shapes) if conforms else (shapes, *MAKERS):
        yield from make(given)
