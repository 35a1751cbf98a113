"""What a corrected line may be made of: the names, indices, sums and factors that stand in the line and near it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from derive.proving.edits import Spot, is_derivative, is_function, spots, together, units, unwrapped
from derive.reading import tree
from derive.reading.drafts import Draft
from derive.reading.note import Draftbook
from derive.reading.spelling import is_transpose, letter, plain, spell, walk
from derive.reading.survey import TABLES
from derive.reading.tree import Node

__all__ = ["Material", "chain_of", "gather"]

NEIGHBOURS = 10
MEASURES = {"H", "I", "KL", "JS", "D", "CE", "Var", "Cov", "PMI"}


@dataclass(frozen=True)
class Material:
    """The pieces, the nearest first.

    Attributes:
        left, right: the two sides of the step.
        atoms: names, entries and calls of functions: ``\\tau``, ``u_w``, ``P(w|c)``.
        wholes: numerators and denominators, sums with what stands under them.
        letters: letters that are used as indices.
        bigs: Σ and Π with their ranges.
        exponents: what stands in exponents.
        left_atoms: how many of the atoms stand on the left side or in the row above.
        right_atoms: the atoms of the right side.
        groups: sums in brackets on the left side.
        denominators: what the left side divides by.
    """

    left: Node
    right: Node
    atoms: tuple[Node, ...]
    wholes: tuple[Node, ...]
    letters: tuple[str, ...]
    bigs: tuple[tree.BigOp, ...]
    exponents: tuple[Node, ...]
    left_atoms: int
    right_atoms: tuple[Node, ...]
    groups: tuple[Node, ...]
    denominators: tuple[Node, ...]
    book: Draftbook

    def calls(self, node: Node) -> bool:
        """Whether a bracket behind this name is its argument."""
        return _calls(node, self.book)

    def units(self, node: Node) -> list[tuple[tree.Factor, ...]]:
        return units(node, self.calls)


def chain_of(book: Draftbook, draft: Draft) -> list[Draft]:
    """The steps of the chain that ends with this one, the first of them first."""
    chain = [draft]
    position = _position(book, draft)
    while position > 0:
        before = book.drafts[position - 1]
        if before.source[1] is None or before.source[1] is not chain[0].source[0]:
            break
        chain.insert(0, before)
        position -= 1
    return chain


def _position(book: Draftbook, draft: Draft) -> int:
    return next((k for k, each in enumerate(book.drafts) if each is draft), 0)


def gather(book: Draftbook, draft: Draft, left: Node, right: Node) -> Material:
    """The material for one step."""
    near = [left, right]
    for step in chain_of(book, draft)[:-1]:
        near += [side for side in step.source if side is not None]
    position = _position(book, draft)
    around = [
        *reversed(book.drafts[max(position - NEIGHBOURS, 0) : position]),
        *book.drafts[position + 1 : position + 3],
    ]
    far = [side for step in around for side in step.source if side is not None]
    sides = [side for side in (*near, *far) if not isinstance(side, tree.Unread)]
    whole = plain(left)
    close = len(
        _distinct(
            atom for side in near if not isinstance(side, tree.Unread) for atom in _atoms(side, book) if atom != whole
        )
    )
    return Material(
        left=left,
        right=right,
        atoms=_distinct(atom for side in sides for atom in _atoms(side, book) if atom != whole),
        wholes=_distinct(whole for side in sides[:4] for whole in _wholes(side)),
        letters=_distinct(
            name for side in (*near, *sides[:6]) if not isinstance(side, tree.Unread) for name in _letters(side)
        ),
        bigs=_distinct(spot.node for side in sides for spot in spots(side) if isinstance(spot.node, tree.BigOp)),
        exponents=_distinct(e for side in sides for e in _exponents(side)),
        left_atoms=close,
        right_atoms=_distinct(_atoms(right, book)),
        groups=_distinct(_groups(left)),
        denominators=_distinct(d for side in near if not isinstance(side, tree.Unread) for d in _denominators(side)),
        book=book,
    )


def _distinct(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(items))


def _calls(node: Node, book: Draftbook) -> bool:
    spelled = spell(node)
    if spelled is None or (spelled.subs and spelled.name not in TABLES):
        return False
    name = spelled.name
    reading = book.reading
    if any(key.startswith(f"{name}(") for key in reading.scope.heads):
        return True
    head = reading.scope.heads.get(name)
    if head is not None:
        return head.written > 0
    measure = name.split("_")[0] in MEASURES
    return measure or name in TABLES or name in reading.survey.functions or name in reading.survey.joints


def _is_value(spot: Spot) -> bool:
    return not spot.within("index", "range", "condition", "derivative")


def _atoms(side: Node, book: Draftbook) -> Iterator[Node]:
    """Names, entries and calls, from the left to the right, transposes taken off."""
    skip: list[tuple[tuple[str, int, int], ...]] = []
    for spot in spots(side):
        if any(spot.path[: len(p)] == p for p in skip):
            continue
        node = spot.node
        if is_derivative(node):
            continue
        if isinstance(node, tree.Product):
            for chunk in units(node, lambda n: _calls(n, book)):
                if len(chunk) == 2:
                    yield together([chunk])
            heads = {k for k, f in enumerate(node.factors) if _is_head(node, k, book)}
            skip += [(*spot.path, ("factors", k, -1)) for k in heads]
        if isinstance(node, tree.Group) and node.open == "|" and _is_value(spot) and spell(node) is not None:
            yield node
            skip.append(spot.path)
        if isinstance(node, tree.Script | tree.Name | tree.Accent) and _is_value(spot):
            if letter(node) == "e" or is_function(node):
                continue
            spelled = spell(node)
            if spelled is None:
                continue
            if isinstance(node, tree.Script):
                skip.append((*spot.path, ("base", -1, -1)))
            if (
                isinstance(node, tree.Script)
                and node.sup is not None
                and is_transpose(node.sup)
                and _is_ones(node.base)
            ):
                yield node
            bare: Node = node
            if (
                isinstance(bare, tree.Script)
                and bare.sup is not None
                and (is_transpose(bare.sup) or spelled.power is not None)
            ):
                bare = (
                    tree.Script(bare.span, bare.base, bare.sub, None, bare.primes)
                    if bare.sub or bare.primes
                    else bare.base
                )
            if letter(bare) == "e":
                continue
            if isinstance(bare, tree.Name) and bare.base in ("\\partial", "\\nabla", "T", "\\top"):
                continue
            yield bare


def _is_ones(node: Node) -> bool:
    return isinstance(node, tree.Name) and node.base == "1"


def _is_head(product: tree.Product, position: int, book: Draftbook) -> bool:
    if position + 1 >= len(product.factors):
        return False
    behind = plain(product.factors[position + 1].node)
    return isinstance(behind, tree.Group) and _calls(product.factors[position].node, book)


def _wholes(side: Node) -> Iterator[Node]:
    for spot in spots(side):
        if isinstance(spot.node, tree.Frac) and not is_derivative(spot.node) and _is_value(spot):
            yield plain(spot.node.denominator)
            yield plain(spot.node.numerator)


def _groups(side: Node) -> Iterator[Node]:
    for spot in spots(side):
        node = spot.node
        if (
            isinstance(node, tree.Group)
            and _is_value(spot)
            and node.open in ("(", "[")
            and isinstance(unwrapped(node), tree.Sum)
        ):
            yield node


def _denominators(side: Node) -> Iterator[Node]:
    for spot in spots(side):
        if isinstance(spot.node, tree.Frac) and not is_derivative(spot.node) and _is_value(spot):
            yield plain(spot.node.denominator)


def _letters(side: Node) -> Iterator[str]:
    """What stands as an index, as an argument of a table, or as what a sum runs over."""
    for spot in spots(side):
        node = plain(spot.node)
        if isinstance(node, tree.BigOp) and node.sub is not None:
            name = next((n for n in walk(node.sub) if isinstance(n, tree.Name)), None)
            if name is not None:
                yield name.base
        if not isinstance(node, tree.Name) or is_transpose(node) or spot.within("range") or node.run:
            continue
        if spot.within("index") or (spot.within("argument") and not spot.within("condition")):
            yield node.base


def _exponents(side: Node) -> Iterator[Node]:
    for spot in spots(side):
        node = spot.node
        if (
            isinstance(node, tree.Script)
            and node.sup is not None
            and not is_transpose(node.sup)
            and letter(node.base) != "e"
        ):
            yield plain(node.sup)
