r"""One letter in two alphabets: ``\mathcal{L}`` and ``L``, ``\mathbf{a} \in ℝ^n`` and ``a \in ℝ``.

A letter that a note writes in one alphabet only is read without it, as most notes mean it.  A script or Gothic letter
beside the plain one is another name, except that a set may lend its letter to something else (``x \in \mathcal{X}``
and a random variable ``X``).  A bold letter beside the plain one is the same name, whose entries are plain,
unless the note declares both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from derive.reading import tree
from derive.reading.reuse import declared
from derive.reading.spelling import VECTOR_STYLES, plain

FOREIGN = ("mathcal", "mathscr", "mathfrak")
"""Alphabets whose letters are never those of another alphabet."""

MEMBERSHIP = ("\\in", "\\notin", "\\subset", "\\subseteq", "\\subsetneq")


@dataclass(frozen=True)
class Alphabets:
    """Which letters of a note are several names.

    Attributes:
        foreign: letters that stand in one of the alphabets ``FOREIGN`` and elsewhere too, in one role.
        bold: letters declared both bold and plain, where the plain one is an array: the bold one is renamed.
        number: the same where the plain one is a number: it is renamed where it has no index.
        alike: those of both that are declared to be of one kind, so that they may be one thing after all.
    """

    foreign: frozenset[str] = frozenset()
    bold: frozenset[str] = frozenset()
    number: frozenset[str] = frozenset()
    alike: frozenset[str] = frozenset()

    def apply(self, node: Any) -> Any:
        """A tree or a tuple of trees in which what is another letter has another name."""
        if not (self.foreign or self.bold or self.number):
            return node
        return self._applied(node)

    def undecided(self, names: set[str]) -> tuple[str, ...]:
        """The letters that stand both bold and plain among the names of a step, though they may be one thing."""
        plainly = {letter for letter in self.alike if {letter, f"\\mathit{{{letter}}}"} & names}
        boldly = {letter for letter in self.bold if any(f"\\{style}{{{letter}}}" in names for style in VECTOR_STYLES)}
        boldly |= {letter for letter in self.number if letter in names and f"\\mathit{{{letter}}}" in names}
        return tuple(sorted(plainly & boldly))

    def _applied(self, node: Any) -> Any:
        if isinstance(node, tree.Accent) and node.kind in FOREIGN:
            node = _over(node.kind, node.inner, node)
        if isinstance(node, tree.Name):
            return self._named(node)
        if isinstance(node, tree.Script) and node.sub is not None and isinstance(node.base, tree.Name):
            kept = replace(self, number=frozenset())
            inside = {"base": kept._named(node.base), "sub": self._applied(node.sub), "sup": self._applied(node.sup)}
            return (
                node if all(getattr(node, name) is part for name, part in inside.items()) else replace(node, **inside)
            )
        if isinstance(node, tree.Node):
            parts = {f.name: getattr(node, f.name) for f in fields(node) if f.compare}
            changed = {name: self._applied(part) for name, part in parts.items() if isinstance(part, tree.Node | tuple)}
            changed = {name: part for name, part in changed.items() if part is not parts[name]}
            return replace(node, **changed) if changed else node
        if isinstance(node, tuple):
            made = tuple(self._applied(part) if isinstance(part, tree.Node | tuple) else part for part in node)
            return made if any(a is not b for a, b in zip(made, node, strict=True)) else node
        return node

    def _named(self, node: tree.Name) -> tree.Name:
        alphabet = _foreign(node)
        if alphabet and node.base in self.foreign:
            return _renamed(node, alphabet)
        if not alphabet and node.base in self.bold and (style := _bold(node)):
            return _renamed(node, style)
        if not alphabet and node.base in self.number and not _bold(node):
            return _renamed(node, "mathit")
        return node


def alphabets(trees: Iterable[tree.Node]) -> Alphabets:
    """What the formulas of a note tell about its letters."""
    seen: dict[tuple[str, bool], set[str]] = {}
    kinds: dict[tuple[str, bool], bool] = {}
    for each in trees:
        for name, as_set in _names(each):
            seen.setdefault((name.base, as_set), set()).add(_foreign(name))
        for head, vector in declared(each):
            if isinstance(head, tree.Name) and not _foreign(head):
                kinds.setdefault((head.base, bool(_bold(head))), vector)
    both = {letter for letter, bold in kinds if bold and (letter, False) in kinds}
    return Alphabets(
        frozenset(letter for (letter, _), found in seen.items() if len(found) > 1),
        frozenset(letter for letter in both if kinds[letter, False]),
        frozenset(letter for letter in both if not kinds[letter, False]),
        frozenset(letter for letter in both if kinds[letter, False] == kinds[letter, True]),
    )


def _names(node: tree.Node, as_set: bool = False) -> Iterator[tuple[tree.Name, bool]]:
    """The names in a tree, and whether each is named as a set: in ``w \\in V`` or ``|V|``.

    Letters that stand together under one alphabet, such as ``\\mathcal{NEG}``, are a word.
    """
    if isinstance(node, tree.Accent) and node.kind in FOREIGN:
        node = _over(node.kind, node.inner, node)
        if isinstance(node, tree.Accent):
            return
    if isinstance(node, tree.Name):
        yield node, as_set
    elif isinstance(node, tree.Link):
        belongs = node.relation.symbol in MEMBERSHIP
        yield from _names(node.right, belongs) if node.right is not None else ()
    elif isinstance(node, tree.Script):
        yield from _names(node.base, as_set)
        for part in (node.sub, node.sup):
            yield from _names(part) if part is not None else ()
    else:
        inside = as_set or (isinstance(node, tree.Group) and node.open == node.close == "|")
        for part in tree.children(node):
            yield from _names(part, inside)


def _over(alphabet: str, inner: tree.Node, whole: tree.Accent) -> tree.Node:
    r"""``\mathcal{L_{CE}}`` as ``\mathcal{L}_{CE}``; other things under one command stay what they are."""
    inner = plain(inner)
    if isinstance(inner, tree.Script) and isinstance(inner.base, tree.Name):
        base = replace(inner.base, decorations=(alphabet, *inner.base.decorations))
        return replace(inner, base=base)
    return whole


def _foreign(name: tree.Name) -> str:
    return next((style for style in name.decorations if style in FOREIGN), "")


def _bold(name: tree.Name) -> str:
    return next((style for style in name.decorations if style in VECTOR_STYLES), "")


def _renamed(name: tree.Name, alphabet: str) -> tree.Name:
    rest = tuple(style for style in name.decorations if style != alphabet)
    return replace(name, base=f"\\{alphabet}{{{name.base}}}", decorations=rest, run="", at=0)
