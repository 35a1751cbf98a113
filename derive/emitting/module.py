"""Generated modules: written byte for byte the same from the same notes, and compared with what is committed."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from derive.emitting.formula import EmitError, Formula
from derive.emitting.function import FunctionCode, check_names, emit_function
from derive.emitting.helpers import called, closed, texts
from derive.emitting.lambdify import compiled
from derive.emitting.loop_function import LoopCode, emit_loops, loops_name
from derive.emitting.objectives import Trainable
from derive.emitting.preamble import TYPES, imports
from derive.emitting.rewrites import prove
from derive.emitting.verify import verify

__all__ = ["Header", "check_module", "save_module", "write_helpers", "write_module"]

_PLAIN = re.compile(r"[^\"\\\n]*\Z")


@dataclass(frozen=True)
class Header:
    """What stands at the top of a generated module.

    Attributes:
        title: one sentence on what the functions are about.
        notes: the text of each note by the name under which functions refer to it.
        command: how to generate the module again.
        objectives: what can be trained with the functions.
        helpers: the module to import helpers from; without one, the module carries those it calls and stands alone.
    """

    title: str
    notes: Mapping[str, str]
    command: str = "derive emit"
    objectives: Sequence[Trainable] = field(default=())
    helpers: str = ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def write_module(formulas: Sequence[Formula], header: Header) -> str:
    """The source text of a module with one function per formula.

    Raises:
        EmitError: a formula cannot be emitted, a name is used twice, or a rewrite is not proved.
        InternalError: an emitted function and its term have different values.
    """
    looped = [loops_name(formula.name) for formula in formulas if formula.looped]
    names = [*(formula.name for formula in formulas), *looped]
    for name in names:
        if names.count(name) > 1:
            raise EmitError(f"two formulas are named {name}")
    for text in (header.title, header.command, *header.notes):
        if not _PLAIN.match(text):
            raise EmitError(f"{text!r} cannot stand in the header of a module")
    functions: list[FunctionCode | LoopCode] = []
    for formula in sorted(formulas, key=lambda formula: formula.name):
        check_names(formula)
        functions.append(emit_function(formula))
        verify(formula, functions[-1].axes, compiled(functions[-1]))
        if formula.looped:
            functions.append(emit_loops(formula))
            verify(formula, functions[-1].axes, compiled(functions[-1]))
    prove(set().union(*(function.rewrites for function in functions)))
    bare = "\n".join(function.bare for function in functions)
    carried = [] if header.helpers else texts(closed(called(bare)))
    body = "\n\n".join([*carried, *(function.text for function in functions)])
    objectives = _objectives(header.objectives)
    preamble = imports("\n".join([*carried, bare, objectives]), header.helpers, called(bare))
    types = "" if header.helpers else f"{TYPES}\n"
    notes = "".join(f'    "{name}": "{_digest(text)}",\n' for name, text in sorted(header.notes.items()))
    constants = ("BODY_SHA256", "NOTES", *(["OBJECTIVES"] if header.objectives else []))
    exported = "".join(f'    "{name}",\n' for name in (*constants, *sorted(names)))
    return (
        f'"""{header.title}\n\n'
        f"Generated from proved steps; do not edit, run:  {header.command}\n"
        f'"""\n\n'
        f"{preamble}\n"
        f"__all__ = [\n{exported}]\n\n"
        f"{types}"
        f"NOTES = {{\n{notes}}}\n"
        '"""The notes the functions come from, with the SHA-256 of each."""\n\n'
        f"{objectives}"
        f'BODY_SHA256 = "{_digest(body)}"\n'
        '"""The SHA-256 of everything below."""\n\n\n'
        f"{body}"
    )


def write_helpers(command: str = Header.command) -> str:
    """The source text of a module with all helpers, for modules that import them."""
    body = "\n\n".join(texts())
    return (
        '"""Checks of input, and functions of arrays, that the generated modules of this folder share.\n\n'
        f"Generated; do not edit, run:  {command}\n"
        '"""\n\n'
        f"{imports(body)}\n"
        f"{TYPES}\n\n"
        f"{body}"
    )


def _objectives(objectives: Sequence[Trainable]) -> str:
    """The dictionary of what can be trained, or nothing."""
    names = [objective.name for objective in objectives]
    for name in names:
        if names.count(name) > 1:
            raise EmitError(f"two objectives are named {name}")
    if not objectives:
        return ""
    entries = "".join(objective.source() for objective in sorted(objectives, key=lambda each: each.name))
    return (
        f"OBJECTIVES: dict[str, dict[str, Any]] = {{\n{entries}}}\n"
        '"""What can be trained with these functions, and what each of their arguments is given."""\n\n'
    )


def save_module(path: Path, text: str) -> None:
    """Write a module all at once or not at all.

    Raises:
        EmitError: the file cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise EmitError(f"{path} cannot be written: {error}") from error


def check_module(path: Path, text: str) -> str | None:
    """A unified diff from the file to the text, or None if they are the same.

    Raises:
        EmitError: the file is there and cannot be read.
    """
    try:
        present = path.read_bytes().decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise EmitError(f"{path} cannot be read: {error}") from error
    if present == text:
        return None
    lines = difflib.unified_diff(
        present.splitlines(keepends=True), text.splitlines(keepends=True), str(path), f"{path} (generated)"
    )
    return "".join(lines)
