"""The lines of a ```` ```derive ```` block that say which formulas of a note become functions, and how.

    emit softmax_skipgram.pair(u, v, c, o):
        "One sentence for the docstring."
        loss = J
        gradient_v = \\frac{\\partial J}{\\partial v_c}

An argument is a name of the note; ``sparse N`` takes a matrix as compressed rows (the parameters ``columns``,
``starts`` and ``values``; with several, ``N_columns``, ``N_starts`` and ``N_values``), and ``\\beta = 0`` fixes a name
at a number.  An output is a name and a quantity as the note writes it: the quantity must begin a chain of equalities in
the note, and the end of that chain is what is computed; ``name = QUANTITY = FORM`` picks another form of the chain.
Further lines:

    batch B sum NAME ...     every index argument becomes a vector of B; the outputs named are added up over it
    work C V                 the caller provides a work array with these axes
    into NAME ...            the caller provides the arrays for these outputs
    loops                    the same once more, as loops over the entries of the sparse arguments
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from derive.errors import DeriveError, Place
from derive.reading.document import Document, Fence

__all__ = ["EmitLine", "EmitOutput", "emit_lines"]

_NAME = r"[A-Za-z][A-Za-z0-9_]*"
_HEAD = re.compile(
    rf"emit\s+(?P<module>{_NAME})\.(?P<function>{_NAME})\s*\((?P<arguments>[^()]*)\)\s*:\s*(?P<rest>.*)\Z"
)
_SUMMARY = re.compile(r'"(?P<text>[^"\\]*)"\Z')
_OUTPUT = re.compile(rf"(?P<name>{_NAME})\s*=(?P<latex>.*)\Z")
_BATCH = re.compile(rf"batch\s+(?P<axis>{_NAME})(?:\s+sum\s+(?P<summed>{_NAME}(?:\s+{_NAME})*))?\Z")
_WORDS = re.compile(rf"(?P<what>work|into)\s+(?P<names>{_NAME}(?:\s+{_NAME})*)\Z")
_FIXED = re.compile(r"(?P<name>[^\s=]+)\s*=\s*(?P<number>-?\d+)\Z")
_ARGUMENT = re.compile(r"(?P<sparse>sparse\s+)?(?P<name>\S+)\Z")


@dataclass(frozen=True)
class EmitOutput:
    """An output: its name in the code, the quantity in LaTeX, and where that stands."""

    name: str
    latex: str
    place: Place


@dataclass
class EmitLine:
    """One function that a note asks for."""

    module: str
    function: str
    place: Place
    arguments: list[str] = field(default_factory=list)
    sparse: set[str] = field(default_factory=set)
    fixed: dict[str, int] = field(default_factory=dict)
    outputs: list[EmitOutput] = field(default_factory=list)
    summary: str = ""
    batch: str = ""
    summed: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    loops: bool = False


def emit_lines(document: Document) -> Iterator[EmitLine]:
    """All functions that a note asks for, in order.

    Raises:
        DeriveError: a line is not understood; the message shows the form.
    """
    for piece in document.pieces:
        if isinstance(piece, Fence):
            yield from _of_fence(piece, document)


def _of_fence(fence: Fence, document: Document) -> Iterator[EmitLine]:
    current: EmitLine | None = None
    for offset, line in enumerate(fence.text.split("\n")):
        text = line.strip()
        margin = len(line) - len(line.lstrip()) + (0 if offset else fence.column - 1)
        place = document.place(fence.line + offset, margin + 1)
        if text.startswith("emit"):
            if current is not None:
                yield _finished(current)
            current = _head(text, place)
        elif current is not None and text and line[0].isspace():
            _body(current, text, place)
        elif current is not None:
            yield _finished(current)
            current = None
    if current is not None:
        yield _finished(current)


def _head(text: str, place: Place) -> EmitLine:
    match = _HEAD.match(text)
    if match is None:
        raise DeriveError("write  emit MODULE.FUNCTION(ARGUMENT, ...):  and the outputs, NAME = LATEX, below", place)
    line = EmitLine(match["module"], match["function"], place)
    for part in filter(None, (part.strip() for part in match["arguments"].split(","))):
        if fixed := _FIXED.match(part):
            line.fixed[fixed["name"]] = int(fixed["number"])
        elif plain := _ARGUMENT.match(part):
            line.arguments.append(plain["name"])
            if plain["sparse"]:
                line.sparse.add(plain["name"])
        else:
            raise DeriveError(f"the argument {part!r} is none of  NAME,  sparse NAME,  NAME = NUMBER", place)
    if match["rest"]:
        _body(line, match["rest"], place)
    return line


def _body(line: EmitLine, text: str, place: Place) -> None:
    if summary := _SUMMARY.match(text):
        line.summary = summary["text"]
    elif text == "loops":
        line.loops = True
    elif batch := _BATCH.match(text):
        line.batch, line.summed = batch["axis"], tuple((batch["summed"] or "").split())
    elif words := _WORDS.match(text):
        if words["what"] == "work":
            line.work = tuple(words["names"].split())
        else:
            line.into = tuple(words["names"].split())
    elif output := _OUTPUT.match(text):
        line.outputs.append(EmitOutput(output["name"], output["latex"].strip(), place))
    else:
        raise DeriveError(
            'write  NAME = LATEX,  "a sentence",  batch B sum NAME,  work C V,  into NAME  or  loops', place
        )


def _finished(line: EmitLine) -> EmitLine:
    if not line.outputs:
        raise DeriveError(f"{line.function} has no outputs; write  NAME = LATEX  on the lines below", line.place)
    return line
