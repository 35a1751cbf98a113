"""What the families of slips share: how products are cut, and which places are values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.proving.edits import Spot, is_function, spots, together, unwrapped
from derive.proving.material import Material
from derive.reading import tree
from derive.reading.spelling import is_transpose, letter, plain, spell, walk
from derive.reading.tree import Node

__all__ = [
    "CLOSED",
    "Chunk",
    "argument_of",
    "as_factor",
    "behind",
    "big_operator",
    "chunks_of",
    "is_value_name",
    "products",
    "regrouped",
    "renamed",
    "running_letter",
]

CLOSED = ("index", "range", "condition", "derivative")
"""What is no value: an index, a range, a condition, a derivative."""
Chunk = tuple[tree.Factor, ...]


def is_value_name(spot: Spot) -> bool:
    """A whole name or entry where a value stands."""
    if spot.within(*CLOSED) or is_function(spot.node) or letter(spot.node) == "e":
        return False
    in_script = (
        bool(spot.path) and spot.path[-1][0] in ("base", "sup", "sub") and isinstance(spot.above[-1], tree.Script)
    )
    if in_script and (spot.path[-1][0] == "base" or is_transpose(spot.node)):
        return False
    return isinstance(spot.node, tree.Name | tree.Script | tree.Accent) and spell(spot.node) is not None


def regrouped(node: Node, inner: Node) -> Node:
    if isinstance(node, tree.Group):
        return replace(node, body=tree.Sequence(node.span, (inner,)))
    return inner


def as_factor(node: Node) -> tuple[tree.Factor, ...]:
    return (tree.Factor(node.span, "", "", node),)


def renamed(node: Node, old: str, new: str) -> Node | None:
    return tree.Name(node.span, new) if isinstance(node, tree.Name) and node.base == old else None


def products(given: Material) -> Iterator[tuple[Spot, list[Chunk]]]:
    for spot in spots(given.right):
        if isinstance(spot.node, tree.Product) and not spot.within(*CLOSED):
            yield spot, given.units(spot.node)


def big_operator(chunk: Chunk) -> tree.BigOp | None:
    node = plain(chunk[0].node)
    return node if isinstance(node, tree.BigOp) else None


def running_letter(big: tree.BigOp) -> str | None:
    """The letter that a sum runs over."""
    for node in walk(big.sub) if big.sub is not None else ():
        if isinstance(node, tree.Name):
            return node.base
    return None


def chunks_of(*nodes: Node) -> list[Chunk]:
    return [(tree.Factor(n.span, "", "", n),) for n in nodes]


def argument_of(chunks: list[Chunk], k: int) -> Node:
    """What a function at a position applies to."""
    if len(chunks[k]) == 2:
        return unwrapped(chunks[k][1].node)
    return together(chunks[k + 1 :])


def behind(chunks: list[Chunk], k: int) -> list[Chunk]:
    return chunks[k + 1 :] if len(chunks[k]) == 2 else []
