"""The one family of errors that a user may see: a sentence, a place, and a caret under the offending text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A position in a file; line and column count from 1."""

    path: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"

    def caret(self) -> str:
        """The source line with a caret below the column, or nothing if the line is not known."""
        return f"{self.text}\n{' ' * (self.column - 1)}^" if self.text else ""


class DeriveError(Exception):
    """Something is wrong with what the user gave; the message says what to do about it."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        if self.place is None:
            return self.message
        caret = self.place.caret()
        return f"{self.place}: {self.message}" + (f"\n{caret}" if caret else "")


class InternalError(Exception):
    """Two independent parts of the program disagree: a bug that must be loud, never a verdict."""
