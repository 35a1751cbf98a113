"""The pieces of a file: prose, mathematics, declarations, and what is broken; and the text they are cut from."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from derive.errors import Place
from derive.reading.formula import Formula


@dataclass(frozen=True)
class Prose:
    """Text between formulas.  ``heading`` is the level of the heading it belongs to, 0 outside headings."""

    text: str
    line: int
    column: int
    heading: int = 0


@dataclass(frozen=True)
class Fence:
    """A declaration block, ```` ```derive ````: its text and the place of its first line."""

    text: str
    line: int
    column: int
    language: str = "derive"


@dataclass(frozen=True)
class Broken:
    """A delimiter that opens what is never closed."""

    message: str
    place: Place


Piece = Prose | Formula | Fence | Broken


@dataclass(frozen=True)
class Document:
    """A file cut into pieces.  ``preamble`` is what a LaTeX document says before ``\\begin{document}``."""

    path: str
    pieces: tuple[Piece, ...]
    preamble: str = ""
    lines: tuple[str, ...] = field(default=(), repr=False)

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """All mathematics, displayed or inline, in order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Formula))

    def place(self, line: int, column: int) -> Place:
        """A place in this file, with its line for the caret."""
        return Place(self.path, line, column, self.lines[line - 1] if 0 < line <= len(self.lines) else "")


QUOTE = re.compile(r"(?:[ \t]{0,3}>[ \t]?)+")


class Source:
    """The text with the place of every offset."""

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.lines = tuple(text.split("\n"))

    def position(self, offset: int) -> tuple[int, int]:
        number = bisect_right(self.starts, offset) - 1
        return number + 1, offset - self.starts[number] + 1

    def place(self, offset: int) -> Place:
        line, column = self.position(offset)
        return Place(self.path, line, column, self.lines[line - 1])

    def formula(self, opened: int, start: int, end: int, display: bool, environment: str = "") -> Formula:
        """The mathematics between two offsets, without space around it and without the quote marks of its lines."""
        head = QUOTE.match(self.text, self.starts[self.position(opened)[0] - 1], opened)
        depth = head.group().count(">") if head is not None else 0
        marks = re.compile(rf"(?:[ \t]{{0,3}}>[ ]?){{0,{depth}}}")
        lines, offset, at = list[tuple[int, int, str]](), 0, start
        number = self.position(start)[0] - 1
        while at <= end:
            stop = self.starts[number + 1] - 1 if number + 1 < len(self.starts) else end
            if at == self.starts[number] and depth and (mark := marks.match(self.text, at, min(stop, end))):
                at = mark.end()
            lines.append((offset, at, self.text[at : min(stop, end)]))
            offset += len(lines[-1][2]) + 1
            number, at = number + 1, stop + 1
        text = "\n".join(line for _, _, line in lines)
        lead, text = len(text) - len(text.lstrip()), text.strip()
        origins = [(max(offset - lead, 0), *self.position(at + max(lead - offset, 0))) for offset, at, _ in lines]
        kept = [
            k for k, (offset, _, line) in enumerate(lines) if offset + len(line) >= lead and offset < lead + len(text)
        ]
        placed = tuple(origins[k] for k in kept) or (origins[0],)
        source = self.lines[placed[0][1] - 1 : placed[-1][1]]
        return Formula(text, self.path, placed, source, display, environment)
