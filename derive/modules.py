"""The generated modules: which functions stand in which, written to a folder or compared with what is there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from derive.emission import NOTES, Emitted, emitted
from derive.emitting.formula import EmitError
from derive.emitting.module import Header, check_module, write_helpers, write_module
from derive.emitting.objectives import Trainable, trainable
from derive.errors import DeriveError
from derive.reading.markdown import read_document
from derive.reading.train_lines import TrainLine, train_lines

__all__ = ["FOLDER", "Stale", "default_notes", "generate", "stale", "write"]

FOLDER = Path("w2v_numeric/formulas")
"""Where the modules go in this project, seen from its root."""
HELPERS = FOLDER / "_helpers.py"
"""What they share."""


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
    notes: Sequence[Path],
    *,
    shared: bool = False,
    seconds: float = 10.0,
    progress: Callable[[Path], None] = lambda _: None,
) -> dict[str, str]:
    """The text of every module that the notes ask for, by file name.

    Args:
        shared: the modules import the helpers of ``w2v_numeric``, which come along, as this project's do; otherwise
            each carries the helpers it calls and needs NumPy only, SciPy where something is sparse.

    Raises:
        DeriveError: what is to be emitted is not proved or has no NumPy.
    """
    found: dict[str, list[Emitted]] = {}
    objectives: dict[str, list[Trainable]] = {}
    for note in notes:
        progress(note)
        functions = list(emitted(note, seconds=seconds))
        for each in functions:
            found.setdefault(each.module, []).append(each)
        for line in train_lines(read_document(note)):
            module, objective = _trainable(line, functions)
            objectives.setdefault(module, []).append(objective)
    if not found:
        raise DeriveError("the notes ask for no functions; a ```derive block with an emit line does")
    texts = {HELPERS.name: write_helpers()} if shared else {}
    for module, functions in sorted(found.items()):
        texts[f"{module}.py"] = _text(functions, objectives.get(module, ()), shared)
    return texts


def _trainable(line: TrainLine, functions: Sequence[Emitted]) -> tuple[str, Trainable]:
    """The objective of a line, and the module its functions stand in."""
    modules = {each.formula.name: each.module for each in functions}
    try:
        objective = trainable(
            line.name,
            line.about,
            line.over,
            (line.gradients, line.loss),
            line.bindings,
            line.preferred,
            [each.formula for each in functions],
        )
    except EmitError as error:
        raise DeriveError(error.message, line.place) from error
    if modules[line.gradients] != modules[line.loss]:
        raise DeriveError(f"{line.gradients} and {line.loss} must stand in one module", line.place)
    return modules[line.gradients], objective


def _text(functions: Sequence[Emitted], objectives: Sequence[Trainable], shared: bool) -> str:
    notes = {each.note.name: each.note.read_text("utf-8") for each in functions}
    *others, last = sorted(notes)
    title = f"Functions proved in {', '.join(others)} and {last}." if others else f"Functions proved in {last}."
    helpers = ".".join(HELPERS.with_suffix("").parts) if shared else ""
    header = Header(title, notes, objectives=objectives, helpers=helpers)
    return write_module([each.formula for each in functions], header)


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
