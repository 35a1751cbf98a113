"""A document as the reader goes through it: displays, and between them sentences with their inline formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derive.errors import Place
from derive.reading import tree
from derive.reading.annotated import annotated
from derive.reading.formula import Formula as Mathematics
from derive.reading.latex import Macros, parse_block, read_macros
from derive.reading.markdown import Broken, Document, Fence, Prose, find_mathematics
from derive.reading.prose import Formula
from derive.reading.running import plain_running
from derive.reading.unbounded import with_indices


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

    @property
    def heading(self) -> bool:
        """Whether it is, or ends, the heading of a section."""
        return END_OF_HEADING in self.text


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


@dataclass(frozen=True)
class _Scrap:
    """A piece of the text between two displays: words, or an inline formula."""

    text: str
    statements: tuple[tree.Statement, ...] | None = None


END_OF_HEADING = "\ue001"
"""Stands behind the text of a heading; no sentence of a note has it."""
PARAGRAPH, HEADING_ENDS = _Scrap("\n\n"), _Scrap(f"{END_OF_HEADING}\n\n")


def items_of(document: Document, macros: Macros) -> Iterator[Item]:
    """The displays, and between them the sentences; the commands that the note defines are added to ``macros``."""
    buffer: list[_Scrap] = []
    line = 0  # of the heading that the last piece stands in
    read_macros(document.preamble, macros)
    for piece in document.pieces:
        if isinstance(piece, Mathematics) and piece.display:
            yield from _sentences([*buffer, HEADING_ENDS] if line else buffer)
            buffer, line = [], 0
            rows = with_indices(plain_running(tuple(parse_block(piece, macros))))
            yield Display(rows, piece)
            for statement in annotated(rows, piece, macros):
                yield Sentence("where \ue000", (Formula((statement,), 6),))
        elif isinstance(piece, Mathematics):
            read = with_indices(plain_running(tuple(parse_block(piece, macros))))
            yield from _unread(read, piece)
            statements = tuple(s for row in read if isinstance(row, tree.Row) for s in row.statements)
            outside = bool(line) and piece.origins[0][1] != line
            buffer += [HEADING_ENDS] if outside else []
            line = 0 if outside else line
            buffer.append(_Scrap("", statements))
        elif isinstance(piece, Prose):
            begins, goes_on = piece.heading and piece.line != line, piece.heading and piece.line == line
            buffer += [HEADING_ENDS] if line and not goes_on else [PARAGRAPH] if begins else []
            line = piece.line if piece.heading else 0
            buffer.append(_Scrap(piece.text))
        elif isinstance(piece, Broken):
            yield from _sentences([*buffer, HEADING_ENDS] if line else buffer)
            buffer, line = [], 0
            yield piece
        else:
            yield from _declarations(piece, document.path, macros)
    yield from _sentences([*buffer, HEADING_ENDS] if line else buffer)


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


SENTENCE = re.compile(r"(?<=[.。!！?？])(?=\s|[^\x00-\x7f]|$)|\n\s*\n|\n(?=#)|(?<=。)")


def _sentences(buffer: list[_Scrap]) -> Iterator[Sentence]:
    """Cut the text between two displays into sentences; a formula is one private-use character in the text."""
    text, formulas = "", []
    for scrap in buffer:
        if scrap.statements is not None:
            formulas.append(Formula(scrap.statements, len(text)))
            text += "\ue000"
        else:
            text += scrap.text
    start = 0
    cuts = [m.start() for m in SENTENCE.finditer(text)] + [len(text)]
    for cut in cuts:
        if text[start:cut].strip():
            inside = tuple(Formula(f.statements, f.position - start) for f in formulas if start <= f.position < cut)
            yield Sentence(text[start:cut], inside)
        start = cut
