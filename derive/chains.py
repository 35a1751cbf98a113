"""Chains of equalities in a note, found by how they begin, and by the form they reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.derivation import Kind
from derive.errors import DeriveError, InternalError, Place
from derive.proving.steps import verdict_of
from derive.reading import tree
from derive.reading.drafts import Draft
from derive.reading.formula import Formula
from derive.reading.latex import parse_block
from derive.reading.note import Draftbook
from derive.reading.spelling import plain

__all__ = ["proved_chain", "right_of", "sides_of"]

EQUALITIES = ("=", ":=", "\\equiv")


def sides_of(latex: str, place: Place) -> list[tree.Node]:
    """The sides of ``QUANTITY`` or ``QUANTITY = FORM``.

    Raises:
        DeriveError: it could not be read, or is something else.
    """
    rows = parse_block(Formula.of(latex))
    statements = [s for row in rows if isinstance(row, tree.Row) for s in row.statements]
    if len(rows) != 1 or len(statements) != 1 or (statement := statements[0]).first is None:
        raise DeriveError(f"{latex!r} could not be read as one formula", place)
    sides = [statement.first, *(link.right for link in statement.links)]
    if any(link.relation.symbol not in EQUALITIES for link in statement.links) or len(sides) > 2:
        raise DeriveError("write  NAME = QUANTITY  or  NAME = QUANTITY = FORM", place)
    found = [side for side in sides if side is not None and not isinstance(side, tree.Unread)]
    if len(found) != len(sides):
        raise DeriveError(f"{latex!r} could not be read to its end", place)
    return found


def proved_chain(book: Draftbook, sides: Sequence[tree.Node], latex: str, place: Place, seconds: float) -> list[Draft]:
    """The first chain of equalities that begins with a quantity, up to a form if one is given, and is proved.

    Raises:
        DeriveError: there is none, or one of its steps is not proved.
    """
    sides = book.alphabets.apply(tuple(sides))
    wanted = _shape(sides[0])
    problem = "begins no chain of equalities in this note"
    for start, first in enumerate(book.drafts):
        if first.source[0] is None or _shape(first.source[0]) != wanted:
            continue
        chain = list(_follow(book.drafts, start))
        if len(sides) == 2:
            form = _shape(sides[1])
            ends = [k for k, draft in enumerate(chain) if draft.source[1] and _shape(draft.source[1]) == form]
            chain = chain[: ends[0] + 1] if ends else []
            problem = problem if ends else "has no chain of equalities with this form in the note"
        for draft in chain:
            verdict = verdict_of(draft, book, seconds)
            if verdict.kind not in (Kind.PROVED, Kind.DEFINITION):
                problem = f"is not proved, line {draft.place.line} is {verdict.kind.value}: {verdict.reason}"
                break
        else:
            if chain and chain[-1].source[1] is not None:
                return chain
    raise DeriveError(f"{latex!r} {problem}", place)


def right_of(draft: Draft) -> tree.Node:
    """The right side of a step that was read."""
    if draft.source[1] is None:
        raise InternalError(f"the step at {draft.place} has no right side")
    return draft.source[1]


def _follow(drafts: Sequence[Draft], start: int) -> Iterator[Draft]:
    for number in range(start, len(drafts)):
        draft = drafts[number]
        if draft.relation not in ("=", ":=", "≡"):
            return
        if number > start and draft.source[0] is not drafts[number - 1].source[1]:
            return
        yield draft


def _shape(node: tree.Node) -> str:
    """What two formulas share that differ in spacing only."""
    return tree.sexpr(plain(node))
