"""A document as the reader goes through it: displays, and between them sentences with their inline formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derive.errors import Place
from derive.reading import tree
from derive.reading.formula import Formula as Mathematics
from derive.reading.latex import Macros, parse_block, read_macros
from derive.reading.markdown import Broken, Document, Fence, Prose, find_mathematics
from derive.reading.prose import Formula
from derive.reading.running import plain_running


@dataclass(frozen=True)
class Display:
    rows: tuple[tree.Row | tree.UnreadRow, ...]
    formula: Mathematics

    @property
    def text(self) -> str:
        return self.formula.text

    def place(self, span: tree.Span) -> Place:
        return self.formula.place(span)


@dataclass(frozen=True)
class Sentence:
    text: str
    formulas: tuple[Formula, ...]


@dataclass(frozen=True)
class Layout:
    """How a Jacobian is laid out: rows over the numerator, or over the denominator."""

    rows: str


@dataclass(frozen=True)
class Remark:
    """Something to warn of: a formula in the text that is not read, so that what it says is not known."""

    place: Place
    message: str


JACOBIAN = re.compile(r"jacobian.*\b(numerator|denominator)\b", re.IGNORECASE)


Item = Display | Sentence | Broken | Layout | Remark


def trees_of(items: list[Item]) -> Iterator[tree.Node]:
    for item in items:
        if isinstance(item, Display):
            yield from (row for row in item.rows if isinstance(row, tree.Row))
        elif isinstance(item, Sentence):
            for formula in item.formulas:
                yield from formula.statements


def items_of(document: Document, macros: Macros) -> Iterator[Item]:
    """The displays, and between them the sentences; the commands that the note defines are added to ``macros``."""
    buffer: list[tuple[str, tuple[tree.Statement, ...] | None]] = []
    read_macros(document.preamble, macros)
    for piece in document.pieces:
        if isinstance(piece, Mathematics) and piece.display:
            yield from _sentences(buffer)
            buffer = []
            rows = plain_running(tuple(parse_block(piece, macros)))
            yield Display(rows, piece)
        elif isinstance(piece, Mathematics):
            read = plain_running(tuple(parse_block(piece, macros)))
            yield from _unread(read, piece)
            statements = tuple(s for row in read if isinstance(row, tree.Row) for s in row.statements)
            buffer.append(("", statements))
        elif isinstance(piece, Prose):
            buffer.append((f"\n\n{piece.text}{END_OF_HEADING}\n\n" if piece.heading else piece.text, None))
        elif isinstance(piece, Broken):
            yield from _sentences(buffer)
            buffer = []
            yield piece
        else:
            yield from _declarations(piece, document.path, macros)
    yield from _sentences(buffer)


def _unread(rows: Iterable[tree.Row | tree.UnreadRow], formula: Mathematics) -> Iterator[Remark]:
    for row in rows:
        if isinstance(row, tree.UnreadRow):
            yield Remark(formula.place(row.at), f"“{row.token}”: {row.message}; the formula is not read")
            continue
        for statement in row.statements:
            for side in (statement.first, *(link.right for link in statement.links)):
                if isinstance(side, tree.Unread):
                    yield Remark(formula.place(side.span), f"“{side.token}”: {side.message}; the formula is not read")


DECLARE = re.compile(r"^declare\s+(.*)$", re.MULTILINE)


def _declarations(fence: Fence, path: str, macros: Macros) -> Iterator[Item]:
    """``declare …`` lines of a declaration block: sentences like any other, for what the text does not say."""
    for match in DECLARE.finditer(fence.text):
        if (found := JACOBIAN.search(match.group(1))) is not None:
            yield Layout(found.group(1).lower())
            continue
        yield from items_of(find_mathematics(match.group(1), f"{path} (declared).md"), macros)


END_OF_HEADING = "\ue001"
"""Stands behind the text of a heading; no sentence of a note has it."""

SENTENCE = re.compile(r"(?<=[.。!！?？])(?=\s|[^\x00-\x7f]|$)|\n\s*\n|\n(?=#)|(?<=。)")


def _sentences(buffer: list[tuple[str, tuple[tree.Statement, ...] | None]]) -> Iterator[Sentence]:
    """Cut the text between two displays into sentences; a formula is one private-use character in the text."""
    text, formulas = "", []
    for words_, statements in buffer:
        if statements is not None:
            formulas.append(Formula(statements, len(text)))
            text += "\ue000"
        else:
            text += words_
    start = 0
    cuts = [m.start() for m in SENTENCE.finditer(text)] + [len(text)]
    for cut in cuts:
        if text[start:cut].strip():
            inside = tuple(Formula(f.statements, f.position - start) for f in formulas if start <= f.position < cut)
            yield Sentence(text[start:cut], inside)
        start = cut
