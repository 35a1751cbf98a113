"""The generated modules: which functions stand in which, written to a folder or compared with what is there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from derive.emission import NOTES, Emitted, emitted
from derive.emitting.module import Header, check_module, write_module
from derive.errors import DeriveError

__all__ = ["FOLDER", "Stale", "default_notes", "generate", "stale", "write"]

FOLDER = Path("w2v_numeric/formulas")
"""Where the modules go in this project, seen from its root."""


@dataclass(frozen=True)
class Stale:
    """A module that is not what the notes say, with the difference."""

    path: Path
    difference: str


def default_notes() -> list[Path]:
    """The notes of this project: those in the current folder if it is the project's root, else the installed ones."""
    here = Path("derive/notes")
    return sorted((here if here.is_dir() else NOTES).glob("*.md"))


def generate(
    notes: Sequence[Path], *, seconds: float = 10.0, progress: Callable[[Path], None] = lambda _: None
) -> dict[str, str]:
    """The text of every module that the notes ask for, by file name.

    Raises:
        DeriveError: what is to be emitted is not proved or has no NumPy.
    """
    found: dict[str, list[Emitted]] = {}
    for note in notes:
        progress(note)
        for each in emitted(note, seconds=seconds):
            found.setdefault(each.module, []).append(each)
    if not found:
        raise DeriveError("the notes ask for no functions; a ```derive block with an emit line does")
    return {f"{module}.py": _text(functions) for module, functions in sorted(found.items())}


def _text(functions: Sequence[Emitted]) -> str:
    notes = {each.note.name: each.note.read_text("utf-8") for each in functions}
    title = f"Functions proved in {' and '.join(sorted(notes))}."
    return write_module([each.formula for each in functions], Header(title, notes))


def stale(modules: Mapping[str, str], folder: Path) -> list[Stale]:
    """The modules in the folder that differ from what was generated."""
    compared = ((folder / name, check_module(folder / name, text)) for name, text in modules.items())
    return [Stale(path, difference) for path, difference in compared if difference is not None]


def write(modules: Mapping[str, str], folder: Path) -> list[Path]:
    """Write the modules, each whole or not at all; the paths of those that changed.

    Raises:
        DeriveError: the folder cannot be written.
    """
    changed = [each.path for each in stale(modules, folder)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in changed:
            replace_text(path, modules[path.name])
    except OSError as error:
        raise DeriveError(f"cannot write to {folder}: {error.strerror or error}; choose another folder") from error
    return changed


def replace_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
