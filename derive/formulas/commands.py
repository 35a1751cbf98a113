"""What ``derive formulas``, ``derive check --format html`` and ``derive explain`` do."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from derive.errors import DeriveError

if TYPE_CHECKING:
    from derive.checking import Checked
    from derive.formulas.page import Page

__all__ = [
    "FORMATS",
    "explain",
    "filled_command",
    "formulas",
    "formulas_command",
    "report_command",
    "report_with_results",
    "shipped_notes",
    "write",
]

FORMATS = ("markdown", "latex", "html")


def shipped_notes() -> list[Path]:
    """The notes that come with the package."""
    return sorted((Path(__file__).parent.parent / "notes").glob("*.md"))


def formulas_command(
    notes: Sequence[Path] = (),
    *,
    format: str = "markdown",
    fragment: bool = False,
    columns: bool = False,
    seconds: float = 10.0,
) -> str:
    """The derivations of the notes (by default those of the package) as Markdown, LaTeX or HTML.

    Args:
        fragment: LaTeX without preamble.
        columns: HTML that also shows the functions that the notes ask for, each line beside what proves it.

    Raises:
        DeriveError: a note cannot be read, the format is unknown, or a function cannot be emitted.
    """
    if format not in FORMATS:
        raise DeriveError(f"there is no format {format}; use {', '.join(FORMATS)}")
    if fragment and format != "latex":
        raise DeriveError("only LaTeX has fragments; leave --fragment out, or use --format latex")
    if columns and format != "html":
        raise DeriveError("only HTML has columns; leave --columns out, or use --format html")
    pages = _pages(notes or shipped_notes(), seconds)
    if columns:
        return _with_functions(pages, seconds)
    if format == "html":
        from derive.formulas.html import document

        return document(pages)
    if format == "latex":
        from derive.formulas.latex import latex_document, latex_fragment

        return latex_fragment(pages) if fragment else latex_document(pages)
    from derive.formulas.markdown import markdown

    return markdown(pages)


def _with_functions(pages: Sequence[Page], seconds: float) -> str:
    from derive.formulas.columns import functions
    from derive.formulas.columns_html import SCRIPT, STYLE, functions_html
    from derive.formulas.html import document

    found = [functions(page, page.path, seconds=seconds) for page in pages]
    if not any(found):
        raise DeriveError("the notes ask for no functions; a ```derive block with an emit line does")
    ends = [functions_html(each, number) if each else "" for number, each in enumerate(found, 1)]
    return document(pages, ends=ends, style=STYLE, script=SCRIPT)


def report_command(notes: Sequence[Path], *, seconds: float = 10.0) -> str:
    """The report on somebody's notes as one HTML file: their lines, the verdict at each, a summary on top.

    Raises:
        DeriveError: a note cannot be read.
    """
    return report_with_results(notes, seconds=seconds)[0]


def report_with_results(notes: Sequence[Path], *, seconds: float = 10.0) -> tuple[str, list[Checked]]:
    """The same, with what was checked, for the exit code."""
    from derive.checking import Checked
    from derive.formulas.html import document

    pages = _pages(notes, seconds)
    results = [Checked(page.path, page.steps, page.conventions, page.warnings) for page in pages]
    return document(pages, title="Report", report=True), results


def _pages(paths: Sequence[Path], seconds: float) -> list[Page]:
    from derive.checking import notes_below
    from derive.formulas.page import read_page

    return [read_page(note, seconds=seconds) for path in paths for note in notes_below(path)]


def write(text: str, output: Path | None) -> None:
    """To a file, whole or not at all; without a file to standard output.

    Raises:
        DeriveError: the file cannot be written.
    """
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, output)
    except OSError as error:
        raise DeriveError(f"cannot write {output}: {error.strerror or error}") from error


def difference(text: str, output: Path) -> str | None:
    """A unified diff from a file to the text; None if they are the same.

    Raises:
        DeriveError: the file cannot be read.
    """
    try:
        present = output.read_text(encoding="utf-8") if output.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise DeriveError(f"cannot read {output}: {error}") from error
    lines = difflib.unified_diff(
        present.splitlines(keepends=True), text.splitlines(keepends=True), str(output), f"{output} (generated)"
    )
    return "".join(lines) or None


_ALONE = ("markdown", None, False, False)


def filled_command(path: Path, notes: Sequence[Path], *, alone: bool = True, seconds: float = 10.0) -> str:
    """A Markdown file with its blocks of formulas filled from the notes (by default those of this project).

    Raises:
        DeriveError: it was asked for together with another format, or the file cannot be filled.
    """
    from derive.checking import notes_below
    from derive.formulas.blocks import filled
    from derive.modules import default_notes

    if not alone:
        raise DeriveError("--into writes Markdown into the file that it names; leave the other options out")
    found = [note for each in notes for note in notes_below(each)] or default_notes()
    return filled(path, found, seconds=seconds)


def formulas(
    notes: Annotated[
        list[Path] | None, typer.Argument(help="Notes or folders; without any, the package's own.")
    ] = None,
    format: Annotated[str, typer.Option(help="markdown, latex or html.")] = "markdown",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write.")] = None,
    fragment: Annotated[bool, typer.Option("--fragment", help="LaTeX without preamble, for \\input.")] = False,
    columns: Annotated[
        bool, typer.Option("--columns", help="HTML with each line of the emitted NumPy beside what proves it.")
    ] = False,
    into: Annotated[
        Path | None, typer.Option("--into", help="Fill the marked blocks of a Markdown file, e.g. README.md.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 with a diff if stale.")] = False,
) -> None:
    """Set the derivations of the notes: every step with its verdict and its justification in words."""
    if into is not None:
        text, output = filled_command(into, notes or (), alone=(format, output, fragment, columns) == _ALONE), into
    else:
        text = formulas_command(notes or (), format=format, fragment=fragment, columns=columns)
    if not check:
        write(text, output)
        return
    if output is None:
        raise DeriveError("--check needs the file to compare with; give it with -o")
    if (found := difference(text, output)) is not None:
        typer.echo(found, nl=False)
        raise typer.Exit(1)


def explain(
    term: Annotated[
        str | None, typer.Argument(help="NOTE/OUTPUT, NOTE/FUNCTION/OUTPUT or NOTE/LINE; NOTE alone lists them.")
    ] = None,
    notes: Annotated[list[Path] | None, typer.Option("--notes", help="Notes or folders to look in.")] = None,
) -> None:
    """Show one derivation with its assumptions, its definitions and its NumPy.

    derive explain softmax-skip-gram/gradient-v    the derivation of an output of a generated function\n
    derive explain softmax-skip-gram:31            the derivation that holds a line of a note\n
    derive explain softmax-skip-gram               what there is to explain in a note; without it, in all of them

    Exit code: 0 shown, 2 there is no such note, output or line.
    """
    from derive.checking import notes_below
    from derive.formulas import explain as explaining

    found = [note for path in notes or [] for note in notes_below(path)] or shipped_notes()
    typer.echo(explaining.explain(term, found) if term is not None else explaining.all_terms(found), nl=False)
