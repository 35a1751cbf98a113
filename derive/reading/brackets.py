"""Brackets to which a note gives a meaning: ``⟨x⟩ = Σ_i p_i x_i``, ``‖p‖_α = (Σ_i p_i^α)^{1/α}``.

They are made names before anything is read.  A bracket that the note does not define stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derive.reading import tree
from derive.reading.items import Display, Item, Sentence, trees_of
from derive.reading.rewriting import rewritten
from derive.reading.spelling import letter, plain, walk
from derive.reading.written import shown

__all__ = ["with_named_brackets"]

EUCLIDEAN = ("2", "F")
DEFINING = ("=", ":=", "\\equiv")


def with_named_brackets(items: list[Item]) -> list[Item]:
    """The document with a name for every bracket around a letter that one of its equations defines."""
    heads = [head for each in trees_of(items) for node in walk(each) if (head := _defined(node)) is not None]
    names = {tree.sexpr(head): shown(head) for head in heads}
    return [_named(item, names) for item in items] if names else items


def _named(item: Item, names: Mapping[str, str]) -> Item:
    def change(node: tree.Node) -> tree.Node | None:
        if isinstance(node, tree.Script) and (norm := names.get(tree.sexpr(replace(node, sup=None)))) is not None:
            name = tree.Name(node.span, norm)
            return tree.Script(node.span, name, None, rewritten(node.sup, change)) if node.sup is not None else name
        found = names.get(tree.sexpr(node)) if isinstance(node, tree.Group) else None
        return tree.Name(node.span, found) if found is not None else None

    if isinstance(item, Display):
        return replace(item, rows=rewritten(item.rows, change))
    if isinstance(item, Sentence):
        return replace(
            item, formulas=tuple(replace(f, statements=rewritten(f.statements, change)) for f in item.formulas)
        )
    return item


def _defined(node: tree.Node) -> tree.Node | None:
    """The bracket that a statement begins with, if it says what it is."""
    if not isinstance(node, tree.Statement) or node.first is None or not node.links:
        return None
    head = plain(node.first)
    return head if node.links[0].relation.symbol in DEFINING and _is_unknown_bracket(head) else None


def _is_unknown_bracket(node: tree.Node) -> bool:
    """``⟨x⟩`` and ``‖x‖_p``, and no norm that needs no definition."""
    if isinstance(node, tree.Script):
        group, order = node.base, node.sub
        if order is None or node.sup is not None or node.primes or tree.sexpr(plain(order)) in EUCLIDEAN:
            return False
        fences: tuple[str, ...] = ("\\|", "||")
    else:
        group, fences = node, ("\\langle",)
    return (
        isinstance(group, tree.Group)
        and group.open in fences
        and len(group.body.parts) == 1
        and letter(group.body.parts[0]) is not None
    )
