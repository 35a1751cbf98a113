"""A checked note as something to set: its words, and its chains line by line with verdict and justification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from derive.derivation import Kind, Step, Suspicion
from derive.errors import InternalError, Place
from derive.formulas.justification import justify
from derive.formulas.prose import Block, Inline, blocks_of
from derive.proving.steps import judge
from derive.proving.suspicions import warnings
from derive.reading import tree
from derive.reading.drafts import Draft
from derive.reading.formula import Formula
from derive.reading.latex import Macros, parse_block, read_macros
from derive.reading.markdown import Broken, Document, Prose, read_document
from derive.reading.note import Draftbook, read_note
from derive.reading.statements import ARROWS

__all__ = ["Chain", "Line", "Page", "page_of", "read_page"]

Take = Callable[[int, int], tuple[Step | None, tuple[str, ...]]]
"""Gives the step whose right side begins at a line and column, and its justification; each only once."""


@dataclass(frozen=True)
class Line:
    """One relation of a chain, or a formula without one.

    Attributes:
        first: the left side, where the author wrote it on this line.
        relation, right: the relation and what follows it.
        source: the author's text, for a line that could not be read.
        step: the judged step, if there is one (a condition such as ``i = 1`` has none).
        why: the justification in words, formulas in it between dollars.
        aside: conditions and words that the author set behind the line.
        label: words and labels in front of it.
    """

    first: tree.Node | None
    relation: tree.Relation | None
    right: tree.Node | None
    source: str = ""
    step: Step | None = None
    why: tuple[str, ...] = ()
    aside: tuple[tree.Node, ...] = ()
    label: tuple[tree.Node, ...] = ()


@dataclass(frozen=True)
class Chain:
    """A displayed formula: lines that belong together, and the line of the note where it begins."""

    lines: tuple[Line, ...]
    number: int

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(line.step for line in self.lines if line.step is not None)


@dataclass(frozen=True)
class Page:
    """A whole note.  ``elsewhere`` are steps that stand in no formula; ``warnings`` say what looks suspicious."""

    path: Path
    blocks: tuple[Block | Chain, ...]
    conventions: tuple[str, ...]
    elsewhere: tuple[Step, ...] = ()
    warnings: tuple[Suspicion, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        inside = tuple(step for block in self.blocks if isinstance(block, Chain) for step in block.steps)
        return inside + self.elsewhere

    @property
    def title(self) -> tuple[Inline, ...]:
        """The first heading, or nothing."""
        return next((block.content for block in self.blocks if isinstance(block, Block) and block.level > 0), ())

    def summary(self) -> dict[Kind, int]:
        """How many steps got which verdict."""
        counts = Counter(step.verdict.kind for step in self.steps)
        return {kind: counts[kind] for kind in Kind}


def read_page(path: Path, *, seconds: float = 10.0) -> Page:
    """Read and judge a note, and find the justification of each step.

    Raises:
        DeriveError: the file cannot be read.
    """
    document = read_document(path)
    book = read_note(document)
    return page_of(path, document, book, judge(book, seconds=seconds))


def page_of(path: Path, document: Document, book: Draftbook, steps: Sequence[Step]) -> Page:
    """The page of a note that was read and judged."""
    waiting: dict[tuple[int, int], list[tuple[Draft, Step]]] = {}
    for draft, step in zip(book.drafts, steps, strict=True):
        waiting.setdefault((step.place.line, step.place.column), []).append((draft, step))

    def take(line: int, column: int) -> tuple[Step | None, tuple[str, ...]]:
        found = waiting.get((line, column))
        if not found:
            return None, ()
        draft, step = found.pop(0)
        return step, justify(draft, step.verdict, book)

    blocks = tuple(_blocks(document, take))
    left = tuple(step for found in waiting.values() for _, step in found)
    page = Page(path, blocks, book.conventions, left, warnings(book))
    if sorted(map(id, page.steps)) != sorted(map(id, steps)):
        raise InternalError(f"{len(steps)} steps were judged and {len(page.steps)} are on the page")
    return page


def _blocks(document: Document, take: Take) -> Iterator[Block | Chain]:
    macros: Macros = {}
    read_macros(document.preamble, macros)
    words: list[tuple[str, int] | tuple[tree.Row | tree.UnreadRow, ...]] = []
    for piece in document.pieces:
        if isinstance(piece, Formula) and piece.display:
            yield from blocks_of(words)
            words = []
            yield _chain(piece, parse_block(piece, macros), take)
        elif isinstance(piece, Formula):
            words.append(tuple(parse_block(piece, macros)))
        elif isinstance(piece, Prose):
            words.append((piece.text, piece.heading))
        elif isinstance(piece, Broken):
            yield from blocks_of(words)
            words = []
            yield Chain((_broken(piece.place, take),), piece.place.line)
    yield from blocks_of(words)


def _broken(place: Place, take: Take) -> Line:
    step, _ = take(place.line, place.column)
    return Line(None, None, None, place.text.strip(), step)


def _chain(formula: Formula, rows: list[tree.Row | tree.UnreadRow], take: Take) -> Chain:
    lines: list[Line] = []
    for row in rows:
        if isinstance(row, tree.UnreadRow):
            lines += _unread(row, take)
            continue
        for position, statement in enumerate(row.statements):
            condition = position > 0 and lines and (not statement.links or not statement.separator.strip(", "))
            found = list(_lines(statement, take))
            if condition and all(line.step is None for line in found):
                lines[-1] = replace(lines[-1], aside=(*lines[-1].aside, statement))
            else:
                lines += found
    return Chain(tuple(lines), formula.line)


def _unread(row: tree.UnreadRow, take: Take) -> Iterator[Line]:
    """A row that was not read is shown once, and its steps with it."""
    source = " ".join(row.source.split())
    if not row.relations:
        yield Line(None, None, None, source)
    for _, span in row.relations:
        step, _ = take(span.line, span.column)
        yield Line(None, None, None, source, step)
        source = ""


def _lines(statement: tree.Statement, take: Take) -> Iterator[Line]:
    named = statement.label
    label = (*statement.before, *((named, tree.Mark(named.span, ":")) if named is not None else ()))
    if not statement.links:
        yield Line(statement.first, None, None, aside=statement.after, label=label)
        return
    lines = list(_joined([_linked(link, take) for link in statement.links]))
    lines[0] = replace(lines[0], first=_before(statement.first, lines[0].first), label=label)
    lines[-1] = replace(lines[-1], aside=statement.after)
    yield from lines


def _linked(link: tree.Link, take: Take) -> Line:
    """A relation and what follows it, with the step that ends there."""
    step: Step | None = None
    why: tuple[str, ...] = ()
    if link.right is not None:
        span = link.right.source if isinstance(link.right, tree.Unread) else link.right.span
        step, why = take(span.line, span.column)
    return Line(None, link.relation, link.right, _source(link.right, step), step, why)


def _joined(lines: list[Line]) -> Iterator[Line]:
    """``A = a ⇔ B = b`` is one line: the conditions beside a judged arrow are not steps of their own."""
    waiting = list(lines)
    while waiting:
        line = waiting.pop(0)
        follows = waiting[0] if waiting else None
        if _is_judged_arrow(follows) and line.step is None and line.right is not None and line.relation is not None:
            before = tree.Chain(line.right.span, None, (tree.Link(line.right.span, line.relation, line.right),))
            line = replace(waiting.pop(0), first=before)
        while _is_judged_arrow(line) and waiting and waiting[0].step is None and not _is_arrow(waiting[0]):
            more = waiting.pop(0)
            if line.right is None or more.relation is None:
                continue
            links = line.right.links if isinstance(line.right, tree.Chain) else ()
            first = line.right.first if isinstance(line.right, tree.Chain) else line.right
            link = tree.Link(line.right.span, more.relation, more.right)
            line = replace(line, right=tree.Chain(line.right.span, first, (*links, link)))
        yield line


def _is_arrow(line: Line) -> bool:
    return line.relation is not None and line.relation.symbol in ARROWS


def _is_judged_arrow(line: Line | None) -> bool:
    return line is not None and line.step is not None and not line.source and _is_arrow(line)


def _before(first: tree.Node | None, condition: tree.Node | None) -> tree.Node | None:
    """The left side of a statement, and the relation that follows it on the same line."""
    if not isinstance(condition, tree.Chain):
        return first
    return replace(condition, first=first)


def _source(node: tree.Node | None, step: Step | None) -> str:
    if not isinstance(node, tree.Unread):
        return ""
    return step.right if step is not None else node.token
