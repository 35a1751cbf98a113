"""From a path to checked steps: the reader and the prover joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from derive.derivation import Step, Suspicion
from derive.errors import DeriveError
from derive.memory import bounded
from derive.proving.steps import judge
from derive.proving.suspicions import warnings
from derive.reading.markdown import Document, read_document
from derive.reading.note import Draftbook, read_note

NOTES = {".md", ".markdown", ".tex", ".txt"}


@dataclass(frozen=True)
class Checked:
    """One note with the verdict of every step, the conventions that were used, and what looks suspicious.

    ``reading`` is what was read, for those who set it as a page; ``error`` says why the note could not be checked at
    all: there are no steps then.
    """

    path: Path
    steps: tuple[Step, ...]
    conventions: tuple[str, ...]
    warnings: tuple[Suspicion, ...] = ()
    reading: tuple[Document, Draftbook] | None = field(default=None, repr=False, compare=False)
    error: str | None = None

    def _repr_html_(self) -> str:
        from derive.formulas.notebook import html_of  # a notebook asks the object itself

        return html_of(self)


def check_file(path: Path, *, seconds: float = 10.0) -> Checked:
    """Read and judge one note.  Raises ``DeriveError`` if the file cannot be read."""
    document = read_document(path)
    with bounded():
        book = read_note(document)
        steps = judge(book, seconds=seconds)
    return Checked(path, steps, book.conventions, warnings(book), (document, book))


def notes_below(path: Path) -> Iterator[Path]:
    """The note itself, or all notes in a folder.  Raises ``DeriveError`` if there is none."""
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in NOTES and p.is_file())
        if not found:
            raise DeriveError(f"no notes (.md, .tex) in the folder {path}")
        yield from found
    elif path.exists():
        yield path
    else:
        raise DeriveError(f"there is no file {path}")
