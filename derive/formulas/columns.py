"""An emitted function beside what proves it: bands of code, each with the outputs that it finishes and their proofs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from derive.emission import emitted
from derive.emitting.function import FunctionCode, emit_function
from derive.emitting.rewrites import REWRITES, Rewrite, prove
from derive.emitting.statements import Statement
from derive.emitting.steps import Value
from derive.errors import InternalError
from derive.formulas.page import Chain, Line, Page
from derive.formulas.values import Reader

__all__ = ["Band", "CodeLine", "Function", "ProvedOutput", "functions"]


@dataclass(frozen=True)
class CodeLine:
    """The lines of code that compute one value.

    Attributes:
        name: what the code calls it.
        formula: what it is, as MathML; None where that cannot be said.
        serves: the outputs that need it.
    """

    name: str
    formula: str | None
    lines: tuple[str, ...]
    serves: tuple[str, ...]


@dataclass(frozen=True)
class ProvedOutput:
    """An output with the rows of the note that prove it, the first of which has a left side."""

    name: str
    rows: tuple[Line, ...]
    line: int


@dataclass(frozen=True)
class Band:
    """Consecutive lines of code that serve the same outputs; ``output`` is what the last of them finishes."""

    code: tuple[CodeLine, ...]
    serves: tuple[str, ...]
    output: ProvedOutput | None = None


@dataclass(frozen=True)
class Function:
    """A whole function: what stands before the code that computes, the bands, and what stands after."""

    name: str
    summary: str
    head: tuple[str, ...]
    bands: tuple[Band, ...]
    tail: tuple[str, ...]
    rewrites: tuple[Rewrite, ...]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The names that code lines give, with the outputs each serves."""


def functions(page: Page, path: Path, *, seconds: float = 10.0) -> list[Function]:
    """The functions that a note asks for, each tied to the rows of the page that prove it.

    Raises:
        DeriveError: the note cannot be read, or what it asks for is not proved or has no NumPy.
    """
    made = []
    for each in emitted(path, seconds=seconds):
        formula = each.formula
        proofs = {
            name: _rows(page, int(proved.source.rpartition(":")[2]), formula.latex[name])
            for name, proved in formula.outputs.items()
        }
        code = emit_function(formula)
        prove(code.rewrites)
        reader = Reader({statement.value: statement.name for statement in code.statements}, formula.arguments)
        made.append(_function(code, formula.summary, proofs, reader))
    return made


def _rows(page: Page, number: int, equation: str) -> tuple[Line, ...]:
    """The rows from the left side of an equation to the row, at a line of the note, where its right side stands."""
    for block in page.blocks:
        if not isinstance(block, Chain):
            continue
        start = 0
        for at, line in enumerate(block.lines):
            start = at if line.first is not None else start
            step = line.step
            if step is not None and step.place.line == number and equation.endswith(f"= {step.right}"):
                return block.lines[start : at + 1]
    raise InternalError(f"the page of {page.path.name} has no row for {equation}, proved at line {number}")


def _function(code: FunctionCode, summary: str, proofs: Mapping[str, tuple[Line, ...]], reader: Reader) -> Function:
    served = _served(code)
    lines = [_code_line(statement, served, reader) for statement in code.statements]
    finished = {statement.name: statement.value.outputs for statement in code.statements}
    text = code.text.rstrip("\n").split("\n")
    bands = tuple(_bands(lines, finished, proofs))
    missing = set(proofs) - {band.output.name for band in bands if band.output is not None}
    if missing:
        raise InternalError(f"no line of {code.name} finishes {', '.join(sorted(missing))}")
    end = code.start + sum(len(line.lines) for line in lines)
    return Function(
        code.name,
        summary,
        tuple(text[: code.start]),
        bands,
        tuple(text[end:]),
        tuple(REWRITES[name] for name in sorted(code.rewrites)),
        {line.name: line.serves for line in lines},
    )


def _code_line(statement: Statement, served: Mapping[Value, tuple[str, ...]], reader: Reader) -> CodeLine:
    value = statement.value
    return CodeLine(statement.name, reader.formula(value), statement.lines, served.get(value, ()))


def _served(code: FunctionCode) -> dict[Value, tuple[str, ...]]:
    """Which outputs need a value."""
    found: dict[Value, list[str]] = {}
    for name, root in code.results.items():
        seen: set[Value] = set()
        stack = [root]
        while stack:
            value = stack.pop()
            if value not in seen:
                seen.add(value)
                found.setdefault(value, []).append(name)
                stack += [use.value for use in value.step.uses]
    return {value: tuple(names) for value, names in found.items()}


def _bands(
    lines: Sequence[CodeLine], finished: Mapping[str, Iterable[str]], proofs: Mapping[str, tuple[Line, ...]]
) -> Iterator[Band]:
    """A band ends where the outputs that are served change, and with every line that finishes an output."""
    waiting: list[CodeLine] = []
    for line in lines:
        if waiting and waiting[-1].serves != line.serves:
            yield Band(tuple(waiting), waiting[-1].serves)
            waiting = []
        waiting.append(line)
        outputs = list(finished[line.name])
        for name in outputs:
            rows = proofs[name]
            last = rows[-1].step
            place = last.place.line if last is not None else 0
            yield Band(tuple(waiting), line.serves, ProvedOutput(name, rows, place))
            waiting = []
    if waiting:
        yield Band(tuple(waiting), waiting[-1].serves)
