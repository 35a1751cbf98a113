"""``Σ_{(w,c) ∈ D}``: a sum over the places of a collection of pairs, where w and c are the two words of the pair there.

A pair may come more than once, as in a corpus.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from derive.reading import tree
from derive.reading.context import Reading, new_index
from derive.reading.sets import set_name
from derive.reading.spelling import letter, plain
from derive.terms import Axis, Index

__all__ = ["Pairs", "pairs_of"]


@dataclass(frozen=True)
class Pairs:
    """The index that runs over the places, and the word of each letter at that place."""

    index: Index
    words: dict[str, Expr]


def pairs_of(node: tree.BigOp, reading: Reading) -> Pairs | None:
    """What runs below Σ or Π, if these are pairs of a named collection.  Raises ``Relearn``."""
    chain = plain(node.sub) if node.sub is not None and node.sup is None else None
    if not isinstance(chain, tree.Chain) or chain.first is None or len(chain.links) != 1:
        return None
    group, right = plain(chain.first), chain.links[0].right
    if chain.links[0].relation.symbol != "\\in" or right is None or not isinstance(group, tree.Group):
        return None
    letters = [name for part in group.body.parts if (name := letter(part)) is not None]
    name = set_name(right)
    if group.open != "(" or name is None or len(letters) != len(group.body.parts) or not 2 <= len(letters) <= 3:
        return None
    if len(set(letters)) < len(letters) or any(sign != "," for sign in group.body.separators):
        return None
    scope = reading.scope
    index = new_index("pair", Axis.of_size(scope.size(f"|{name}|")))
    words = {}
    for position, each in enumerate(letters, start=1):
        family = scope.family(f"{name}·{position}")
        family.declared = True
        if family.points_into is None:
            family.points_into = reading.free_axis(each)
        scope.axes.same(family.points_into, reading.free_axis(each))
        scope.paired.add(family.name)
        scope.want_order(family.name, 1)
        scope.axes.same(scope.axis(family.name, 0), index.axis)
        words[each] = scope.entry(family.name, (index,))
    scope.note(f"{name} is a collection of pairs, in which a pair may come more than once")
    return Pairs(index, words)
