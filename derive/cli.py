"""The command line of ``derive``: check, formulas, explain, emit, grade, demo."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from derive.errors import DeriveError, InternalError
from derive.formulas.commands import explain, formulas, report_with_results, write

if TYPE_CHECKING:
    from derive.checking import Checked

app = typer.Typer(
    help="""Check mathematical derivations line by line, and turn what is proved into NumPy.

    [bold]derive check notes/[/]    what is right in my notes, what is wrong, and why?\n
    [bold]derive formulas[/]        the derivations as Markdown, LaTeX or HTML, every step with its reason\n
    [bold]derive emit[/]            write the NumPy functions that the proved notes ask for\n
    [bold]derive grade a2.py[/]     is this solution of a word2vec exercise right?\n
    [bold]derive demo[/]            the whole way: notes, proofs, NumPy, trained word vectors
    """,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

errors = Console(stderr=True)
MISTAKE = "[red]a mistake in this program:[/]"


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


class CheckFormat(StrEnum):
    """How verdicts are printed."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


Seconds = Annotated[float, typer.Option(help="The most time to spend on one step; then it is undecided.")]


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(help="Markdown or .tex notes; a folder means all notes below it.")],
    format: Annotated[
        CheckFormat, typer.Option(help="text for people, json for programs, html for a page with the formulas set.")
    ] = CheckFormat.TEXT,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write, for html.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 also when a step is undecided or unread.")
    ] = False,
    seconds: Seconds = 10.0,
) -> None:
    """Give every step of the notes a verdict.

    A step is one relation (=, ≤, ≥ …) between neighbours in a chain of formulas. It is [green]proved[/] (for all sizes
    and all values), [red]refuted[/] (with a counterexample), [yellow]undecided[/] (with the reason), unread (with the
    token that stopped the reader) or a definition.

    Exit code: 0 nothing refuted, 1 something refuted, 2 a note could not be checked.
    """
    from derive import report
    from derive.checking import notes_below

    if format is CheckFormat.HTML:
        page, checked = report_with_results(paths, seconds=seconds)
        write(page, output)
        raise typer.Exit(report.exit_code(checked, strict=strict))
    files = [note for path in paths for note in notes_below(path)]
    results = []
    with _bar("checking", len(files)) as (progress, task):
        for path in files:
            progress.update(task, description=path.name)
            results.append(_checked(path, seconds))
            progress.advance(task)
    if results and all(result.error for result in results):
        raise typer.Exit(2)  # said already, and nothing else is to be said
    if format is CheckFormat.JSON:
        typer.echo(json.dumps(report.as_json(results), ensure_ascii=False, indent=1))
    else:
        report.show(results, Console(soft_wrap=True))
    raise typer.Exit(report.exit_code(results, strict=strict))


def _checked(path: Path, seconds: float) -> Checked:
    """One note; if it cannot be checked, the error is said and the other notes are still checked."""
    from derive.checking import Checked, check_file

    try:
        result = check_file(path, seconds=seconds)
    except DeriveError as error:
        errors.print(f"[red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        return Checked(path, (), (), error=str(error))
    except InternalError as error:
        errors.print(f"{MISTAKE} {escape(f'{path}: {error}')}; please report it", highlight=False, soft_wrap=True)
        return Checked(path, (), (), error=f"internal error: {error}")
    for step in result.steps:
        if step.verdict.internal:
            said = escape(f"{step.place}: {step.verdict.reason}")
            errors.print(f"{MISTAKE} {said}; please report it", highlight=False, soft_wrap=True)
    return result


app.command()(formulas)
app.command()(explain)


@app.command()
def emit(
    notes: Annotated[
        list[Path] | None, typer.Argument(help="Notes with emit lines. Default: those of this project.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The folder of the modules. Default: w2v_numeric/formulas.")
    ] = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 and show the difference when a module is stale.")
    ] = False,
    seconds: Seconds = 10.0,
) -> None:
    """Write NumPy functions from proved notes.

    A note asks for functions in a ```` ```derive ```` block:

        emit softmax_skipgram.pair(u, v, c, o):\n
            loss = J\n
            gradient_v = \\\\frac{\\\\partial J}{\\\\partial v_c}

    Only what is proved is written: each output must begin a chain of equalities in the note whose steps are all proved,
    and its end is proved equal to its beginning once more, directly.

    The module of a note you name stands alone: it needs NumPy, and SciPy where an argument is sparse. Those of this
    project share _helpers.py.

    Exit code: 0 done, 1 stale (with --check), 2 something could not be emitted.
    """
    from derive import modules

    if notes and output is None:
        raise DeriveError("say with -o in which folder the functions of these notes belong")
    folder = output or modules.FOLDER
    if output is None and not folder.is_dir():
        raise DeriveError(f"there is no folder {folder} here; go to the root of the project, or name a folder with -o")
    files = list(notes or modules.default_notes())
    with _bar("emitting", len(files)) as (progress, task):

        def next_note(path: Path) -> None:
            progress.update(task, description=path.name)
            progress.advance(task)

        made = modules.generate(files, shared=not notes, seconds=seconds, progress=next_note)
    if not only_check:
        changed = modules.write(made, folder)
        for name in made:
            typer.echo(f"{folder / name}: {'written' if folder / name in changed else 'unchanged'}")
        return
    found = modules.stale(made, folder)
    for each in found:
        typer.echo(each.difference, nl=False)
    if found:
        arguments = " ".join(["derive emit", *map(str, notes or ())] + ([f"-o {output}"] if output else []))
        names = ", ".join(str(each.path) for each in found)
        errors.print(f"stale: {escape(names)}; update with:  {escape(arguments)}", highlight=False, soft_wrap=True)
        raise typer.Exit(1)


@app.command()
def grade(
    file: Annotated[
        Path, typer.Argument(help="A Python file with a solution. Its code is run, in a process of its own.")
    ],
    format: Annotated[Format, typer.Option(help="text for people, json for programs.")] = Format.TEXT,
) -> None:
    """Judge a solution of the classic word2vec exercise against the proved formulas.

    Looks at sigmoid, naiveSoftmaxLossAndGradient, negSamplingLossAndGradient and skipgram, and says of each whether it
    is right, what is wrong with it, and at which input.

    Exit code: 0 all right, 1 something is wrong or missing, 2 the file could not be judged.
    """
    from derive.testing.grade import grade_command

    if file.suffix != ".py":
        raise DeriveError(f"{file} is not named as Python code is; rename it to end in .py")
    raise typer.Exit(grade_command(str(file), format.value))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="The folder that receives everything.")] = Path("derive-demo"),
) -> None:
    """The whole way in a minute: notes, proofs, NumPy, trained word vectors, neighbours.

    Trains on the docstrings of Python, NumPy and SymPy as they are installed; nothing is downloaded.
    """
    from derive.demo import run

    run(out, Console())


@contextmanager
def _bar(doing: str, total: int) -> Iterator[tuple[Progress, TaskID]]:
    """A bar for several files, on a terminal only."""
    with Progress(
        TextColumn(doing + " {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal or total < 2,
    ) as progress:
        yield progress, progress.add_task("", total=total)


def main() -> None:
    """Entry point: every error of the user's is one sentence and exit code 2."""
    try:
        app()
    except DeriveError as error:
        errors.print(f"[red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(2)
    except InternalError as error:
        errors.print(f"{MISTAKE} {escape(str(error))}; please report it", highlight=False)
        sys.exit(2)
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(130)
