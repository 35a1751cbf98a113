"""A formula as text that remembers where in the file each of its characters stands."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from derive.errors import Place
from derive.reading.tree import Span


@dataclass(frozen=True)
class Formula:
    """Mathematics cut out of a file.

    Attributes:
        text: the mathematics without its delimiters and without the quote marks of Markdown, lines ended by ``\\n``.
        path: the file.
        origins: for each line of ``text``: (offset in ``text``, line, column) of its first character, counted from 1.
        lines: the source lines from the first to the last of the formula, for carets.
        display: set on lines of its own, not inside a sentence.
        environment: the LaTeX environment it was found in (``align*``), if any; its ``\\begin`` is not in ``text``.
    """

    text: str
    path: str = ""
    origins: tuple[tuple[int, int, int], ...] = ((0, 1, 1),)
    lines: tuple[str, ...] = field(default=(), repr=False)
    display: bool = True
    environment: str = ""

    @staticmethod
    def of(text: str, path: str = "", line: int = 1, column: int = 1) -> Formula:
        """A formula given by itself."""
        lines = text.split("\n")
        origins, offset = [], 0
        for number, each in enumerate(lines):
            origins.append((offset, line + number, column if number == 0 else 1))
            offset += len(each) + 1
        return Formula(text, path, tuple(origins), (" " * (column - 1) + lines[0], *lines[1:]))

    @property
    def line(self) -> int:
        """The line of the first character."""
        return self.origins[0][1]

    @property
    def column(self) -> int:
        """The column of the first character."""
        return self.origins[0][2]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column in the file of the character at an offset."""
        start, line, column = self.origins[max(bisect_right(self.origins, (offset, 1 << 62)) - 1, 0)]
        return line, column + offset - start

    def span(self, start: int, end: int) -> Span:
        return Span(start, end, *self.position(start))

    def slice(self, span: Span) -> str:
        """The source of a node."""
        return self.text[span.start : span.end]

    def place(self, span: Span) -> Place:
        """Where a node stands, with the source line for a caret."""
        number = span.line - self.origins[0][1]
        return Place(self.path, span.line, span.column, self.lines[number] if 0 <= number < len(self.lines) else "")
