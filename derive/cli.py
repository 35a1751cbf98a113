"""The command line of ``derive``: check, formulas, emit, grade, demo."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from derive import report
from derive.errors import DeriveError

app = typer.Typer(
    help="Check mathematical derivations line by line, and turn what is proved into NumPy.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

errors = Console(stderr=True)


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(help="Markdown or .tex notes; a folder means all notes below it.")],
    format: Annotated[str, typer.Option(help="text for people, json for programs.")] = "text",
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 also when a step is undecided or unread.")
    ] = False,
    seconds: Annotated[float, typer.Option(help="The most time to spend on one step; then it is undecided.")] = 10.0,
) -> None:
    """Give every step of the notes a verdict.

    A step is one relation (=, ≤, ≥ …) between neighbours in a chain of formulas. It is [green]proved[/] (for all sizes and
    all values), [red]refuted[/] (with a counterexample), [yellow]undecided[/] (with the reason), unread (with the token that
    stopped the reader) or a definition.

    Exit code: 0 nothing refuted, 1 something refuted, 2 the notes could not be checked.
    """
    if format not in ("text", "json"):
        raise typer.BadParameter("use text or json", param_hint="--format")
    from derive.checking import check_file, notes_below

    files = [note for path in paths for note in notes_below(path)]
    results = []
    with Progress(
        TextColumn("checking {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal or len(files) < 2,
    ) as progress:
        task = progress.add_task("", total=len(files))
        for path in files:
            progress.update(task, description=path.name)
            results.append(check_file(path, seconds=seconds))
            progress.advance(task)
    if format == "json":
        typer.echo(json.dumps(report.as_json(results), ensure_ascii=False, indent=1))
    else:
        report.show(results, Console(soft_wrap=True))
    raise typer.Exit(report.exit_code(results, strict=strict))


def main() -> None:
    """Entry point: every error of the user's is one sentence and exit code 2."""
    try:
        app()
    except DeriveError as error:
        errors.print(f"[red]error:[/] {report.escape(str(error))}", highlight=False)
        sys.exit(2)
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(130)
