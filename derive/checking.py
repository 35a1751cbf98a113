"""From a path to checked steps: the reader and the prover joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from derive.derivation import Step
from derive.errors import DeriveError
from derive.proving.steps import judge
from derive.reading.markdown import read_document
from derive.reading.note import read_note

NOTES = {".md", ".markdown", ".tex", ".txt"}


@dataclass(frozen=True)
class Checked:
    """One note with the verdict of every step, the conventions that were used, and what looks suspicious."""

    path: Path
    steps: tuple[Step, ...]
    conventions: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def check_file(path: Path, *, seconds: float = 10.0) -> Checked:
    """Read and judge one note.  Raises ``DeriveError`` if the file cannot be read."""
    book = read_note(read_document(path))
    return Checked(path, judge(book, seconds=seconds), book.conventions, tuple(book.scope.warnings))


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
