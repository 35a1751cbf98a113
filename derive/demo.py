"""The whole way in one command: notes → verdicts → NumPy → word vectors → neighbours, and everything in a folder.

This is the one module that knows both packages.  Proving and gathering the corpus share the cores as two processes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from derive import report
from derive.errors import DeriveError
from derive.formulas.commands import report_with_results
from derive.modules import default_notes, generate, replace_text, stale, write
from w2v_numeric.corpus import find_sources
from w2v_numeric.docstrings import PACKAGES, default_corpus
from w2v_numeric.errors import NumericError
from w2v_numeric.pipeline import Result, train_sources
from w2v_numeric.plot import draw, read_log
from w2v_numeric.progress import Terminal
from w2v_numeric.settings import Settings
from w2v_numeric.vectors import Vectors

__all__ = ["WORDS", "run"]

WORDS = ("array", "function", "integral", "file", "matrix", "error", "polynomial", "thread")
NEIGHBOURS = 5
PROCESSES = 2


@dataclass(frozen=True)
class _Verdicts:
    """What a process that checked the notes hands back: plain data."""

    contract: Mapping[str, Any]
    page: str
    good: bool


def run(
    out: Path,
    console: Console,
    *,
    packages: Sequence[str] = PACKAGES,
    notes: Sequence[Path] | None = None,
    settings: Settings | None = None,
) -> None:
    """Check the notes, generate the NumPy, train, show neighbours, and leave everything in ``out``.

    Args:
        out: the folder; made if need be.
        console: where to say what happens.
        packages: whose docstrings are the corpus.
        notes: default: those of this project.
        settings: of the training; default: those of ``w2v train``.

    Raises:
        DeriveError: a note does not hold, or something cannot be written.
    """
    began = perf_counter()
    try:
        out.mkdir(parents=True, exist_ok=True)
        verdicts, modules, texts = _prove_and_gather(list(notes or default_notes()), packages, console)
        _show_verdicts(verdicts, out, console)
        _show_modules(modules, out, console)
        corpus = out / "corpus.txt"
        replace_text(corpus, "\n\n".join(texts))
        log = out / "training.jsonl"
        chosen = settings or Settings(documents="paragraph")
        result = train_sources(find_sources([str(corpus)]), chosen, Terminal(console, log))
        _save(result, out, log)
    except NumericError as error:
        raise DeriveError(str(error)) from error
    except OSError as error:
        raise DeriveError(f"cannot write to {out}: {error.strerror or error}; choose another --out") from error
    _show_neighbours(result.vectors, out, console)
    console.print(f"\nEverything is in {out}/ — {perf_counter() - began:.0f} s", highlight=False, markup=False)


def _prove_and_gather(
    notes: Sequence[Path], packages: Sequence[str], console: Console
) -> tuple[_Verdicts, dict[str, str], list[str]]:
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TimeElapsedColumn())
    with (
        ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool,
        Progress(*columns, console=console, disable=not console.is_terminal) as progress,
    ):

        def start(what: str, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
            future = pool.submit(work, *arguments)
            task = progress.add_task(what, total=1)
            future.add_done_callback(lambda _: progress.advance(task))
            return future

        checked = start(f"proving the steps of {len(notes)} notes", _check, notes)
        gathered = [start(f"gathering the docstrings of {name}", _gather, name) for name in packages[:1]]
        generated = start("deriving gradients and writing NumPy", partial(generate, shared=True), notes)
        gathered += [start(f"gathering the docstrings of {name}", _gather, name) for name in packages[1:]]
        texts = [text for future in gathered for text in future.result()]
        return checked.result(), generated.result(), texts


def _check(notes: Sequence[Path]) -> _Verdicts:
    page, results = report_with_results(notes)
    return _Verdicts(report.as_json(results), page, report.exit_code(results, strict=True) == 0)


def _gather(package: str) -> list[str]:
    return list(default_corpus([package]))


def _show_verdicts(verdicts: _Verdicts, out: Path, console: Console) -> None:
    replace_text(out / "verdicts.json", json.dumps(verdicts.contract, ensure_ascii=False, indent=1) + "\n")
    replace_text(out / "derivations.html", verdicts.page)
    table = Table("note", "proved", "definitions", "open", box=None)
    for file in verdicts.contract["files"]:
        kinds = [step["verdict"] for step in file["steps"]]
        proved, defined = kinds.count("proved"), kinds.count("definition")
        table.add_row(Path(file["path"]).name, str(proved), str(defined), str(len(kinds) - proved - defined))
    console.print(table)
    console.print("Every proof holds for all vocabulary sizes, dimensions and values.\n", highlight=False)
    if not verdicts.good:
        raise DeriveError("a step of the notes is not proved; see: derive check --strict derive/notes")


def _show_modules(modules: Mapping[str, str], out: Path, console: Console) -> None:
    import w2v_numeric.formulas as used

    write(modules, out / "formulas")
    different = stale(modules, Path(used.__file__ or "").parent)
    for name, text in modules.items():
        functions = sum(line.startswith("def ") and not line.startswith("def _") for line in text.splitlines())
        console.print(f"{out / 'formulas' / name}: {functions} functions", highlight=False, markup=False)
    if different:
        raise DeriveError(f"{different[0].path} is not what the notes say; run: derive emit")
    console.print("byte for byte what w2v trains with\n", highlight=False)


def _save(result: Result, out: Path, log: Path) -> None:
    result.vectors.save(out / "vectors.txt")
    words = [word for word in WORDS if word in result.vectors]
    near = [other for word in words for other, _ in result.vectors.most_similar(word, NEIGHBOURS)]
    draw(out / "training.png", read_log(log), result.vectors, list(dict.fromkeys([*words, *near])))


def _show_neighbours(vectors: Vectors, out: Path, console: Console) -> None:
    table = Table("word", "nearest words by cosine", box=None)
    lines = []
    for word in [word for word in WORDS if word in vectors] or list(vectors.words[:NEIGHBOURS]):
        near = vectors.most_similar(word, NEIGHBOURS)
        table.add_row(word, ", ".join(other for other, _ in near))
        lines += [word, *(f"  {other}\t{cosine:.4f}" for other, cosine in near)]
    console.print(table)
    replace_text(out / "neighbours.txt", "\n".join(lines) + "\n")
