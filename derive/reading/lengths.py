"""Lengths that depend on letters, ``l^w`` and ``L(w)``, in the bounds of sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.reading import tree
from derive.reading.spelling import letter, plain, spell, walk


def on_the_line(node: tree.Node) -> Iterator[str]:
    """The names that stand on the line, without scripts: the letters of ``2m+1``, none of ``l^w``."""
    if isinstance(node, tree.Script):
        return
    if isinstance(node, tree.Product) and is_length(node):
        return
    if isinstance(node, tree.Name) and (spelled := spell(node)) is not None:
        yield spelled.name
    for child in tree.children(node):
        yield from on_the_line(child)


def is_length(node: tree.Node) -> bool:
    """``l^w``, ``N_d``, ``L(w)``: a length that depends on letters, written with scripts or as a function of them."""
    node = plain(node)
    if isinstance(node, tree.Script):
        scripts = [plain(part) for part in (node.sub, node.sup) if part is not None]
        return isinstance(node.base, tree.Name) and bool(scripts) and all(letter(part) for part in scripts)
    if isinstance(node, tree.Product) and len(node.factors) == 2 and not node.factors[1].operator:
        head, group = node.factors[0].node, node.factors[1].node
        if isinstance(head, tree.Name) and isinstance(group, tree.Group) and group.open == "(":
            return all(letter(part) for part in group.body.parts)
    return False


def letters_of(length: tree.Node) -> frozenset[str]:
    """The letters that a length depends on."""
    inner = plain(length)
    if isinstance(inner, tree.Product):
        parts: Sequence[tree.Factor | tree.Node] = inner.factors[1:]
    else:
        parts = [part for part in (inner.sub, inner.sup) if part] if isinstance(inner, tree.Script) else []
    return frozenset(name for part in parts for n in walk(part) if (name := letter(n)) is not None)


def lengths_in(node: tree.Node) -> Iterator[tree.Node]:
    """Every ``l^w`` and ``L(w)`` in a bound."""
    node = plain(node)
    if is_length(node):
        yield node
        return
    for child in tree.children(node):
        yield from lengths_in(child)
