"""Functions that a note gives in pieces: ``f(x) = (x/m)^a`` for ``0 < x < m``, and 1 for ``x ≥ m``.

A proof may use a piece where the words that lead to a display say that x lies there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.definers import Candidate, candidate, define, defining_value
from derive.reading.definitions import Relearn
from derive.reading.drafts import LOGICAL
from derive.reading.hypotheses import IN_CASE, LED_BY_CASE
from derive.reading.items import Item, Sentence
from derive.reading.keys import labelled
from derive.reading.piece_worlds import Piece
from derive.reading.prose import Formula
from derive.reading.spelling import plain, spell

__all__ = ["declare_end", "of_cases", "of_sentence", "within_a_piece"]


def of_sentence(text: str, formulas: Sequence[Formula], positions: Iterable[int]) -> Iterator[Piece]:
    """The pieces in "f(x) = x/m for x < m and f(x) = 1 for x ≥ m", and in "for x < m it is f(x) = x/m, …"."""
    at = {formula.position: formula.statements for formula in formulas}
    ordered, places = sorted(at), sorted(positions)
    led = bool(places) and LED_BY_CASE.search(text[: places[0]]) is not None  # every condition stands before its piece
    for position in places:
        k = ordered.index(position) + (-1 if led else 1)
        if not 0 <= k < len(ordered) or ordered[k] in places or len(at[position]) != 1 or len(at[ordered[k]]) != 1:
            continue
        said, condition = at[position][0], at[ordered[k]][0]
        if not led and IN_CASE.fullmatch(text[position + 1 : ordered[k]].strip()) is None:
            continue
        if condition.first is None or said.first is None or len(said.links) != 1 or said.links[0].right is None:
            continue
        chain = tree.Chain(condition.span, condition.first, condition.links)
        yield Piece(said.first, said.links[0].right, chain)


def of_cases(left: tree.Node, right: tree.Node) -> Iterator[Piece]:
    """The pieces of ``f(x) = \\begin{cases} … \\end{cases}`` whose conditions are written out."""
    node = plain(right)
    if not isinstance(node, tree.Array) or "cases" not in node.environment:
        return
    for row in node.rows:
        condition = plain(row[1]) if len(row) > 1 else None
        if isinstance(condition, tree.Product) and len(condition.factors) == 1:
            condition = plain(condition.factors[0].node)
        if isinstance(condition, tree.Chain):
            yield Piece(left, row[0], condition)


def declare_end(piece: Piece, reading: Reading) -> None:
    """``0 < x < m``: then m is positive."""
    sides = [piece.condition.first, *(link.right for link in piece.condition.links)]
    rising = all(link.relation.symbol in ("<", "\\le") for link in piece.condition.links)
    low, end = sides[0], sides[-1]
    spelled = spell(plain(end)) if end is not None else None
    if len(sides) != 3 or low is None or not rising or spelled is None:
        return
    number, name = plain(low), labelled(spelled, reading)
    if isinstance(number, tree.Num) and not name.subs and name.power is None and name.name not in reading.scope.heads:
        family = reading.scope.family(name.name)
        family.positive = family.positive or family.order == 0


@contextmanager
def within_a_piece(leading: Iterable[Item], reading: Reading) -> Iterator[None]:
    """Functions as what they are in the piece that the sentences before a display name, while it is read."""
    sentences = [item for item in leading if isinstance(item, Sentence)]
    said = {name for item in sentences for name in _conditions(item, reading.scope.pieces.values())}
    made: list[Candidate] = []
    for piece in reading.scope.pieces.values():
        if tree.sexpr(piece.condition) in said and (found := _define(piece, reading)) is not None:
            made.append(found)
    try:
        yield
    finally:
        for found in made:
            reading.scope.heads.pop(found.key, None)


def _conditions(item: Sentence, pieces: Iterable[Piece]) -> Iterator[str]:
    """The relations in a sentence that does not itself say what the pieces are."""
    statements = [statement for formula in item.formulas for statement in formula.statements]
    heads = {tree.sexpr(piece.left) for piece in pieces}
    if any(s.first is not None and s.links and tree.sexpr(s.first) in heads for s in statements):
        return
    for statement in statements:
        if statement.first is not None and statement.links:
            yield tree.sexpr(tree.Chain(statement.span, statement.first, statement.links))


def _define(piece: Piece, reading: Reading) -> Candidate | None:
    """Enter the function as the piece says; its definition stays, so that what was read with it keeps its meaning."""
    found = candidate(piece.left, reading)
    if found is None or not found.called or len(found.parameters) != 1 or found.key in reading.scope.heads:
        return None
    own = replace(found, key=f"{found.key}@{tree.sexpr(piece.condition)}")
    try:
        head = define(own, defining_value(found, piece.right, reading), reading)
    except (Relearn, *LOGICAL):
        return None
    reading.scope.heads.pop(own.key, None)
    if head is None:
        return None
    reading.scope.heads[found.key] = head
    return found
