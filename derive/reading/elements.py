"""``w_j ∈ {w_O} ∪ N`` with ``t_j``: the j of a word that runs over a set is that word, wherever it stands.

Where a sum runs over the words ``w_j`` of a set, and nothing else says what j could count, ``w_j`` and j are two ways
to write one thing: ``v_{w_j}`` is ``v_j``, and the label ``t_j`` is the one of the word ``w_j``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from derive.reading import tree
from derive.reading.items import Display, Item, Sentence, trees_of
from derive.reading.rewriting import rewritten
from derive.reading.spelling import letter, plain, spell, walk

__all__ = ["in_item", "plain_elements"]


def plain_elements(items: Sequence[Item]) -> dict[str, str]:
    """The names ``w_j`` that are to be read as the letter j, which stands for nothing else in the note."""
    formulas = list(trees_of(list(items)))
    found = {name for each in formulas for name in _running(each)}
    letters = {name: name.rsplit("_", 1)[1] for name in found if name.count("_") == 1 and name[-1].islower()}
    single = {name: own for name, own in letters.items() if list(letters.values()).count(own) == 1}
    outside = {name for name in single if any(_is_named(node, name) for each in formulas for node in walk(each))}
    counted = {own for each in formulas for own in _counted(each)} | set(_enumerated(items))
    return {name: single[name] for name in outside if not {single[name], name.rsplit("_", 1)[0] + "_"} & counted}


def in_item(item: Item, names: dict[str, str]) -> Item:
    """A display or a sentence with the letter j for every ``w_j``."""
    if isinstance(item, Display):
        return replace(item, rows=_in_letters(item.rows, names))
    if isinstance(item, Sentence):
        formulas = tuple(replace(f, statements=_in_letters(f.statements, names)) for f in item.formulas)
        return replace(item, formulas=formulas)
    return item


def _in_letters(node: Any, names: dict[str, str]) -> Any:

    words = {name.rsplit("_", 1)[0] for name in names}

    def change(inner: tree.Node) -> tree.Node | None:
        name = _named(inner)
        if name in names:
            return tree.Name(inner.span, names[name])
        number = plain(inner.sub) if isinstance(inner, tree.Script) and inner.sub is not None else None
        if isinstance(number, tree.Num) and isinstance(inner, tree.Script) and letter(inner.base) in words:
            return tree.Name(inner.span, f"{letter(inner.base)}_{number.text}") if inner.sup is None else None
        return None

    return rewritten(node, change)


def _named(node: tree.Node) -> str:
    """``w_j`` as it is called under a sum that runs over it."""
    if isinstance(node, tree.Name):
        return node.base if "_" in node.base else ""
    spelled = spell(node) if isinstance(node, tree.Script) and node.sup is None and not node.primes else None
    if spelled is None or len(spelled.subs) != 1 or spelled.bold or spelled.arrow:
        return ""
    return f"{spelled.name}_{letter(spelled.subs[0])}"


def _is_named(node: tree.Node, name: str) -> bool:
    return isinstance(node, tree.Script) and _named(node) == name


def _running(formula: tree.Node) -> Iterator[str]:
    """The ``w_j`` of every ``\\sum_{w_j \\in N}``."""
    for node in walk(formula):
        sub = plain(node.sub) if isinstance(node, tree.BigOp) and node.sub is not None and node.sup is None else None
        if isinstance(sub, tree.Chain) and [link.relation.symbol for link in sub.links] == ["\\in"]:
            first = plain(sub.first) if sub.first is not None else None
            if isinstance(first, tree.Name) and "_" in first.base:
                yield first.base


def _counted(node: tree.Node) -> Iterator[str]:
    """The letters that run, stand on the line, or stand in a sum such as ``j + 1``: they count something."""
    if isinstance(node, tree.Script):
        for part in (node.sub, node.sup):
            if part is not None and letter(part) is None:
                yield from _counted(part)
        yield from _counted(node.base) if not isinstance(plain(node.base), tree.Name) else ()
        return
    if isinstance(node, tree.Name):
        yield node.base
    for child in tree.children(node):
        yield from _counted(child)


def _enumerated(items: Iterable[Item]) -> Iterator[str]:
    """The letters of lists with dots: ``w_1, \\dots, w_K`` are numbered, whichever letter counts them."""
    for item in items:
        for formula in item.formulas if isinstance(item, Sentence) else ():
            dotted = [s for s in formula.statements if s.first and isinstance(plain(s.first), tree.Ellipsis)]
            if not dotted:
                continue
            for statement in formula.statements:
                spelled = spell(plain(statement.first)) if statement.first is not None else None
                if spelled is not None and spelled.subs:
                    yield f"{spelled.name}_"
