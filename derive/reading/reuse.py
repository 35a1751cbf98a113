"""One letter for two things: ``x ∈ ℝ`` in one paragraph and ``x ∈ ℝ^n``, or ``x = Xw``, in a later one.

From the sentence that declares a letter anew it is another name.  Only what was declared as a number can become a
vector in this way, or the other way round; a second declaration of the same kind says the same once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from derive.reading import tree
from derive.reading.spelling import base_name, letter, plain, walk

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Reuse:
    """Goes through a note from top to bottom and renames what is declared anew."""

    def __init__(self) -> None:
        self.kinds: dict[str, bool] = {}
        self.renamed: dict[str, str] = {}
        self.count: dict[str, int] = {}

    def declare(self, formulas: list[tree.Node]) -> None:
        """Look at the declarations of one sentence before its names are read."""
        indexed = {name for formula in formulas for name in _indexed(formula)}
        for formula in formulas:
            for name, vector in _declared(formula, indexed):
                if self.kinds.get(name, vector) != vector:
                    self._rename(name)
                if vector is not None:
                    self.kinds[name] = vector

    def _rename(self, name: str) -> None:
        self.count[name] = self.count.get(name, 1) + 1
        self.renamed[name] = f"{name}⁽{str(self.count[name]).translate(SUPERSCRIPTS)}⁾"

    def apply(self, node: Any) -> Any:
        """A tree in which every name is the one that it stands for here."""
        if not self.renamed:
            return node
        if isinstance(node, tree.Name):
            new = self.renamed.get(base_name(node))
            return replace(node, base=new, decorations=(), run="", at=0) if new is not None else node
        if isinstance(node, tree.Node):
            parts = {f.name: getattr(node, f.name) for f in fields(node) if f.compare}
            changed = {name: self.apply(part) for name, part in parts.items() if isinstance(part, tree.Node | tuple)}
            changed = {name: part for name, part in changed.items() if part is not parts[name]}
            return replace(node, **changed) if changed else node
        if isinstance(node, tuple):
            made = tuple(self.apply(part) if isinstance(part, tree.Node | tuple) else part for part in node)
            return made if any(a is not b for a, b in zip(made, node, strict=True)) else node
        return node


def declared(formula: tree.Node) -> Iterator[tuple[tree.Node, bool]]:
    """What a formula says to be in a set of vectors, matrices or tensors (true) or of numbers (false)."""
    for node in walk(formula):
        if isinstance(node, tree.Statement | tree.Chain) and node.first is not None and node.links:
            link = node.links[-1]
            if link.right is not None and link.relation.symbol == "\\in":
                kind, first = _kind(plain(link.right)), plain(node.first)
                if kind is not None:
                    yield from (
                        (plain(p), kind) for p in (first.parts if isinstance(first, tree.Sequence) else (first,))
                    )


def _declared(formula: tree.Node, indexed: set[str]) -> Iterator[tuple[str, bool]]:
    """Names with what they are declared to be: vectors (or matrices), or numbers."""
    for node in walk(formula):
        if not isinstance(node, tree.Statement | tree.Chain) or node.first is None or not node.links:
            continue
        name, link = letter(node.first), node.links[-1]
        if name is None or link.right is None:
            continue
        if link.relation.symbol == "\\in" and (kind := _kind(plain(link.right))) is not None:
            yield name, kind
        elif node.links[0].relation.symbol in ("=", ":=") and name in indexed:
            yield name, True


def _kind(set_: tree.Node) -> bool | None:
    """Whether the elements of a set are vectors; None for a set of indices or words."""
    if isinstance(set_, tree.Script) and "R" in tree.sexpr(set_.base) and set_.sup is not None and set_.sub is None:
        return not isinstance(plain(set_.sup), tree.Mark)
    if isinstance(set_, tree.Name) and base_name(set_) in ("\\mathbb{R}", "\\R", "ℝ", "R") and set_.decorations:
        return False
    if isinstance(set_, tree.Group) and set_.open in ("[", "(") and len(set_.body.parts) == 2:
        return False
    return None


def _indexed(formula: tree.Node) -> Iterator[str]:
    """Names with an index, such as ``x_i``."""
    for node in walk(formula):
        if isinstance(node, tree.Script) and node.sub is not None and letter(node.sub) is not None:
            name = letter(node.base)
            if name is not None:
                yield name
