"""``derive explain``: one derivation in the terminal, with its assumptions, its definitions and its NumPy."""

from __future__ import annotations

import ast
import importlib.util
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from derive.derivation import Kind, Step, Verdict
from derive.errors import DeriveError
from derive.formulas.linear import linear
from derive.formulas.page import Chain, Line, Page, page_of
from derive.formulas.plain import inline, said
from derive.formulas.prose import Block, Inline, Span
from derive.formulas.source import segments
from derive.formulas.verdicts import MARKS, finding
from derive.proving.steps import judge
from derive.reading.drafts import Draft
from derive.reading.markdown import read_document
from derive.reading.note import read_note

__all__ = ["Emitted", "all_terms", "emitted", "explain", "line_in_words"]

WIDTH = 100

_OUTPUT = re.compile(r"^ *(\w+) = (?:.+\n)+? *proved in ([^\s:]+):(\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Emitted:
    """An output of a generated function, and the line of the note that proves it."""

    function: str
    output: str
    note: str
    line: int
    source: str


def emitted(folder: Path | None = None) -> list[Emitted]:
    """All outputs of the generated functions, read from their source text; none if they are not installed."""
    if folder is None:
        found = importlib.util.find_spec("w2v_numeric")
        if found is None or not found.submodule_search_locations:
            return []
        folder = Path(found.submodule_search_locations[0]) / "formulas"
    return [output for path in sorted(folder.glob("*.py")) for output in _outputs(path.read_text(encoding="utf-8"))]


def _outputs(text: str) -> Iterator[Emitted]:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and (words := ast.get_docstring(node)) is not None:
            source = ast.get_source_segment(text, node) or ""
            for match in _OUTPUT.finditer(words):
                yield Emitted(node.name, match[1], match[2], int(match[3]), source)


def explain(term: str, notes: list[Path], *, seconds: float = 10.0, folder: Path | None = None) -> str:
    """The derivation of a term: ``NOTE/OUTPUT``, ``NOTE/FUNCTION/OUTPUT`` or ``NOTE/LINE``; NOTE alone lists its terms.

    Raises:
        DeriveError: there is no such note or term; the message lists those there are.
    """
    stem, _, rest = term.replace(":", "/").partition("/")
    note = next((path for path in notes if path.stem == stem or path.name == stem), None)
    if note is None:
        stems = [path.stem for path in notes]
        raise DeriveError(f"there is no note {stem}{_near(stem, stems)}; there are {', '.join(stems)}")
    known = [one for one in emitted(folder) if one.note == note.name]
    if not rest:
        return _terms(note, known)
    chosen = None
    if rest.isdigit():
        number = int(rest)
    else:
        *function, output = rest.replace("-", "_").split("/")
        fitting = [one for one in known if one.output == output and (not function or one.function == function[0])]
        chosen = min(fitting, key=lambda one: len(one.source), default=None)
        if chosen is None:
            near = _near(output, sorted({one.output for one in known}))
            raise DeriveError(f"{note.stem} has no term {rest.replace('_', '-')}{near}\n{_terms(note, known)}")
        number = chosen.line
    return "\n".join(_explained(_page(note, number, seconds), number, chosen)) + "\n"


def all_terms(notes: list[Path], folder: Path | None = None) -> str:
    """What can be explained: the terms of every note."""
    known = emitted(folder)
    return "".join(_terms(note, [one for one in known if one.note == note.name]) for note in notes)


def _near(name: str, names: list[str]) -> str:
    found = get_close_matches(name, names, n=1)
    return f" (did you mean {found[0].replace('_', '-')}?)" if found else ""


def _page(note: Path, number: int, seconds: float) -> Page:
    """The page of a note with verdicts where they are shown: in the section of a line."""
    document = read_document(note)
    book = read_note(document)
    rough = page_of(note, document, book, [_unjudged(draft) for draft in book.drafts])
    places = {(step.place.line, step.place.column) for block in _section(rough, number) for step in block.steps}
    wanted = [(draft.place.line, draft.place.column) in places for draft in book.drafts]
    drafts = tuple(draft for draft, want in zip(book.drafts, wanted, strict=True) if want)
    judged = iter(judge(replace(book, drafts=drafts), seconds=seconds))
    steps = [next(judged) if want else _unjudged(draft) for draft, want in zip(book.drafts, wanted, strict=True)]
    return page_of(note, document, book, steps)


def _unjudged(draft: Draft) -> Step:
    kind = Kind.DEFINITION if draft.definition is not None else Kind.UNDECIDED
    return Step(draft.place, draft.relation, draft.left, draft.right, Verdict(kind, "not looked at"))


def _section(page: Page, number: int) -> list[Chain]:
    """The chains from the heading before a line to the chain that holds it.

    Raises:
        DeriveError: no step begins at this line.
    """
    place = next((k for k, block in enumerate(page.blocks) if isinstance(block, Chain) and _holds(block, number)), None)
    if place is None:
        raise DeriveError(f"no step begins at line {number} of {page.path}")
    start = next((k for k in range(place, -1, -1) if isinstance(b := page.blocks[k], Block) and b.level > 0), 0)
    return [block for block in page.blocks[start : place + 1] if isinstance(block, Chain)]


def _terms(note: Path, known: list[Emitted]) -> str:
    names = sorted({f"{note.stem}/{one.function}/{one.output}".replace("_", "-") for one in known})
    return "\n".join([f"terms of {note.stem}:", *(f"  {name}" for name in names), f"  {note.stem}/LINE", ""])


def _explained(page: Page, number: int, chosen: Emitted | None) -> Iterator[str]:
    shown = _section(page, number)
    yield _words(page.title) or page.path.name
    first = next(k for k, block in enumerate(page.blocks) if isinstance(block, Chain))
    assumed = [b for b in page.blocks[:first] if isinstance(b, Block) and b.level <= 0]
    said = [*(_words(b.content) for b in assumed), *page.conventions]
    yield from _titled("Assumptions", [row for text in said for row in textwrap.wrap(text, WIDTH)])
    reasons = [why for block in shown for line in block.lines for why in line.why if why.startswith("definition of")]
    needed = {part for why in reasons for is_formula, part in segments(why) if is_formula}
    others = [block for block in page.blocks if isinstance(block, Chain) and block not in shown]
    defined = [line for block in others for line in block.lines if _defines(line, needed)]
    yield from _titled("Definitions", [line_in_words(line) for line in defined])
    yield from _titled("Derivation", [text for block in shown for text in (*_chain(block), "")][:-1])
    if chosen is not None:
        yield ""
        yield f"NumPy: {chosen.output} of {chosen.function}, proved at {chosen.note}:{chosen.line}"
        yield _without_docstring(chosen.source)


def _without_docstring(source: str) -> str:
    """The code of a function; what its docstring says has been shown in full."""
    (function,) = ast.parse(source).body
    if not isinstance(function, ast.FunctionDef) or ast.get_docstring(function) is None:
        return source
    words, lines = function.body[0], source.split("\n")
    return "\n".join([*lines[: words.lineno - 1], *lines[words.end_lineno :]])


def _titled(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from (f"  {line}".rstrip() for line in lines)


def _holds(chain: Chain, number: int) -> bool:
    return any(step.place.line == number for step in chain.steps)


def _defines(line: Line, names: set[str]) -> bool:
    if line.step is None or line.step.verdict.kind.value != "definition" or line.first is None:
        return False
    return any(linear(line.first).startswith(inline(name)) for name in names)


def _chain(chain: Chain) -> list[str]:
    texts = [_formula(line) for line in chain.lines]
    width = min(max(map(len, texts), default=0), 76)
    return [row for line, text in zip(chain.lines, texts, strict=True) for row in _line(line, text, width)]


def _line(line: Line, text: str, width: int) -> Iterator[str]:
    why = _why(line)
    if not why:
        yield text
    elif len(text) <= width:
        yield f"{text:<{width}}   {why}"
    else:
        yield text
        yield f"{'':<{width}}   {why}"
    if line.step is not None and (found := finding(line.step)) is not None:
        yield from (f"    {said(sentence)}" for sentence in (found.head, *found.rest))
        if found.correction:
            yield f"    true would be: {inline(found.correction)}"


def line_in_words(line: Line) -> str:
    """A line of a chain as one line of text, with its verdict."""
    return next(_line(line, _formula(line), 0 if not line.why else len(_formula(line))))


def _formula(line: Line) -> str:
    if line.source:
        return line.source
    parts = [*(linear(part) for part in line.label), linear(line.first) if line.first is not None else " "]
    parts.append(linear(line.relation) if line.relation is not None else "")
    parts.append(linear(line.right) if line.right is not None else "")
    return " ".join([part for part in parts if part] + [f"  {linear(part)}" for part in line.aside])


def _why(line: Line) -> str:
    if line.step is None:
        return ""
    kind = line.step.verdict.kind
    words = "; ".join("".join(inline(part) if ok else part for ok, part in segments(why)) for why in line.why)
    return f"{MARKS[kind]} {words or kind.value}"


def _words(content: tuple[Inline, ...]) -> str:
    return "".join(part.text if isinstance(part, Span) else " ".join(linear(row) for row in part) for part in content)
