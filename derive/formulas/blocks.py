"""Formulas in somebody's Markdown, regenerated from what is proved: marked blocks that ``--into`` fills.

    <!-- derive formulas
    likelihood: J(\\theta)
    softmax-skip-gram: J = -\\log P(o|c)
    -->
    (what stands here is generated)
    <!-- end of derive formulas -->

Each line names a note and how a chain of equalities in it begins; with ``= FORM`` the chain is taken up to that form.
What is written is the beginning and the end of the chain, all of whose steps are proved.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from derive.chains import proved_chain, right_of, sides_of
from derive.errors import DeriveError, Place
from derive.formulas.source import for_markdown, tex
from derive.reading import tree
from derive.reading.markdown import read_document
from derive.reading.note import Draftbook, read_note

__all__ = ["filled"]

END = "<!-- end of derive formulas -->"
_BEGIN = re.compile(r"^<!-- derive formulas[ \t]*$", re.MULTILINE)
_FENCED = re.compile(r"^(`{3,}|~{3,})[^\n]*\n.*?^\1", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"\s*([\w.-]+)\s*:\s*(\S.*?)\s*\Z")


def filled(path: Path, notes: Sequence[Path], *, seconds: float = 10.0) -> str:
    """The text of a file with its blocks filled.

    Raises:
        DeriveError: the file cannot be read or has no block, a block is not closed, or a line of it asks for something
            that is not proved in its note.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DeriveError(f"cannot read {path}: {error}") from error
    known = {note.stem: note for note in notes}
    books: dict[str, Draftbook] = {}
    done, at = "", 0
    for begin in _BEGIN.finditer(_without_code(text)):
        if begin.start() < at:
            raise DeriveError("a block begins inside another one", _place(path, text, begin.start()))
        head = text.find("-->", begin.end())
        end = text.find(END, head) if head >= 0 else -1
        if end < 0:
            raise DeriveError(f"the block is not closed; end it with  {END}", _place(path, text, begin.start()))
        first = text.count("\n", 0, begin.end()) + 1
        asked = [
            _asked(line, Place(str(path), first + k, 1, line), known)
            for k, line in enumerate(text[begin.end() : head].split("\n"))
            if line.strip()
        ]
        if not asked:
            raise DeriveError("the block asks for no formula", _place(path, text, begin.start()))
        rows = [_row(known[stem], latex, place, books, seconds) for stem, latex, place in asked]
        done += text[at : head + 3] + "\n\n" + _block(rows) + "\n\n" + _sources(path, known, asked) + "\n\n"
        at = end
    if not at:
        raise DeriveError(f"{path} has no block to fill; one begins with a line  <!-- derive formulas")
    return done + text[at:]


def _without_code(text: str) -> str:
    """The text with the inside of code blocks blanked out: there a block is an example."""
    return _FENCED.sub(lambda found: " " * len(found.group()), text)


def _place(path: Path, text: str, offset: int) -> Place:
    line = text.count("\n", 0, offset) + 1
    return Place(str(path), line, 1, text.split("\n")[line - 1])


def _asked(line: str, place: Place, known: Mapping[str, Path]) -> tuple[str, str, Place]:
    match = _ITEM.match(line)
    if match is None:
        raise DeriveError("write  NOTE: QUANTITY  or  NOTE: QUANTITY = FORM", place)
    if match[1] not in known:
        raise DeriveError(f"there is no note {match[1]}; there are {', '.join(known)}", place)
    return match[1], match[2], place


def _row(note: Path, latex: str, place: Place, books: dict[str, Draftbook], seconds: float) -> str:
    sides = sides_of(latex, place)
    if note.stem not in books:
        books[note.stem] = read_note(read_document(note))
    chain = proved_chain(books[note.stem], sides, latex, place, seconds)
    first = chain[0].source[0]
    if first is None:
        raise DeriveError(f"{latex!r} begins no chain of equalities", place)
    return f"{_tex(first)} = {_tex(right_of(chain[-1]))}"


def _tex(node: tree.Node) -> str:
    return for_markdown(tex(node))


def _block(rows: Sequence[str]) -> str:
    body = " \\\\[0.5em]\n".join(rows)
    return f"$$\n\\begin{{gathered}}\n{body}\n\\end{{gathered}}\n$$"


def _sources(path: Path, known: Mapping[str, Path], asked: Sequence[tuple[str, str, Place]]) -> str:
    """Where it is proved, as links that work beside the file."""
    folder = path.resolve().parent
    links = [
        f"[{stem}]({Path(os.path.relpath(known[stem].resolve(), folder)).as_posix()})"
        for stem in dict.fromkeys(stem for stem, _, _ in asked)
    ]
    *others, last = links
    return f"Proved in {', '.join(others)} and {last}." if others else f"Proved in {last}."
