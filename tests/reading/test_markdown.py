"""Where the mathematics stands in Markdown and LaTeX files, to the line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.reading.latex import Macros, parse_block, read_macros
from derive.reading.markdown import MAX_BYTES, Broken, Fence, Mathematics, Prose, find_mathematics, read_document
from derive.reading.tree import sexpr

Found = list[tuple[str, int, int, bool]]


def found(text: str, path: str = "note.md") -> Found:
    return [(f.text, f.line, f.column, f.display) for f in find_mathematics(text, path).formulas]


def texts(text: str, path: str = "note.md") -> list[str]:
    return [formula.text for formula in find_mathematics(text, path).formulas]


def broken(text: str, path: str = "note.md") -> list[tuple[str, int, int]]:
    pieces = find_mathematics(text, path).pieces
    return [(piece.message, piece.place.line, piece.place.column) for piece in pieces if isinstance(piece, Broken)]


# Markdown -------------------------------------------------------------------------------------------------------------

DELIMITERS = [
    ("$$a = b$$", [("a = b", 1, 3, True)]),
    ("$$\na = b\n$$", [("a = b", 2, 1, True)]),
    ("text $$ a $$ and $$b$$ end", [("a", 1, 9, True), ("b", 1, 20, True)]),
    ("so $$a\n= b$$, then $c$.", [("a\n= b", 1, 6, True), ("c", 2, 14, False)]),
    ("\\[\n  a\n\\] and \\(b\\)", [("a", 2, 3, True), ("b", 3, 10, False)]),
    ("\\\\[ a = b \\\\] and \\\\(c_1\\\\)", [("a = b", 1, 5, True), ("c_1", 1, 22, False)]),
    ("\\begin{align*}\na &= b\n\\end{align*}", [("a &= b", 2, 1, True)]),
    ("\\begin{alignat}{2} a &= b \\end{alignat}", [("a &= b", 1, 20, True)]),
    ("$$\n\\begin{aligned}\na\n\\end{aligned}\n$$", [("\\begin{aligned}\na\n\\end{aligned}", 2, 1, True)]),
    ("\\begin{cases} a \\\\ b \\end{cases}", [("\\begin{cases} a \\\\ b \\end{cases}", 1, 1, True)]),
    ("```math\na = b\n```", [("a = b", 2, 1, True)]),
    ("$`a_1`$ and `$b$`", [("a_1", 1, 3, False)]),
    ("> $$\n> a > b\n> $$", [("a > b", 2, 3, True)]),
    ("> > $$a\n> > > b$$", [("a\n> b", 1, 7, True)]),
    ("> ```math\n> c\n> ```\n", [("c", 2, 3, True)]),
    ("$$a\n> b$$", [("a\n> b", 1, 3, True)]),
    ("- item\n\n  $$\n  a\n  $$\n1. $b$", [("a", 4, 3, True), ("b", 6, 5, False)]),
    ('<div align="center">$$a$$</div><br>$b$', [("a", 1, 23, True), ("b", 1, 37, False)]),
    ("# On $\\tau$\n", [("\\tau", 1, 7, False)]),
    ("| $a$ | $b$ |", [("a", 1, 4, False), ("b", 1, 10, False)]),
    ("中文$x$，$y_i$。", [("x", 1, 4, False), ("y_i", 1, 8, False)]),
    ("a ~~~ $x$", [("x", 1, 8, False)]),
    ("$ x_i $ and $\\Rightarrow \\theta$ : word", [("x_i", 1, 3, False), ("\\Rightarrow \\theta", 1, 14, False)]),
    ("$a$$b$", [("a", 1, 2, False), ("b", 1, 5, False)]),
]


@pytest.mark.parametrize(("text", "expected"), DELIMITERS)
def test_delimiters_of_markdown(text: str, expected: Found) -> None:
    assert found(text) == expected


NOT_MATHEMATICS = [
    "costs $5 and $6",
    "between $20,000 and $30,000 a year",
    "escaped \\$a$ b",
    "```python\nprint('$a$')\n```",
    "~~~\n$a$\n~~~",
    "`$a$` and ``a ` $b$``",
    "<!-- $a$ -->",
    '<img alt="$a$" src="x">',
    "<pre>$a$</pre>",
    "\\[a link\\](url)",
    "$HOME and more",
    "---\ntitle: $a$\n---\n",
]


@pytest.mark.parametrize("text", NOT_MATHEMATICS)
def test_what_is_no_mathematics(text: str) -> None:
    assert found(text) == []


def test_money_does_not_hide_mathematics() -> None:
    assert texts("It costs $5 for $x=1$ and \\$6 for $y$.") == ["x=1", "y"]


def test_prose_and_inline_formulas_interleave() -> None:
    document = find_mathematics("# Title\nHere $W\\in\\mathbb{R}^{V\\times d}$ has\nrows $W_i$.", "note.md")
    assert [(p.text, p.line, p.column) for p in document.pieces if isinstance(p, Prose | Mathematics)] == [
        ("Title", 1, 3),
        ("\nHere ", 1, 8),
        ("W\\in\\mathbb{R}^{V\\times d}", 2, 7),
        (" has\nrows ", 2, 34),
        ("W_i", 3, 7),
        (".", 3, 11),
    ]
    assert [p.heading for p in document.pieces if isinstance(p, Prose)] == [1, 0, 0, 0]


def test_quote_marks_are_no_prose() -> None:
    pieces = find_mathematics("> a note\n> on $x$", "note.md").pieces
    assert [p.text for p in pieces if isinstance(p, Prose)] == ["a note\non "]


def test_declarations_are_kept_with_their_place() -> None:
    pieces = find_mathematics("text\n\n```derive\nU: V x d\n  v: d\n```\n$x$", "note.md").pieces
    assert [p for p in pieces if isinstance(p, Fence)] == [Fence("U: V x d\n  v: d", 4, 1)]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(ending: str) -> None:
    text = "# A\n\n$$\na\n = b\n$$\n\n```\n$no$\n```\nthen\t$c$ and\n```math\nd\n```\n"
    assert found("\ufeff" + text.replace("\n", ending)) == [
        ("a\n = b", 4, 1, True),
        ("c", 11, 7, False),
        ("d", 13, 1, True),
    ]


BROKEN = [
    ("a $$ b = c\n\nnext $x$", [("this $$ is never closed; $$ is missing", 1, 3)], ["b = c", "x"]),
    (
        "$$ y = z\n\nand some words follow here $k$\n\n$$\na\n$$",
        [("this $$ is never closed; $$ is missing", 1, 1)],
        ["y = z", "k", "a"],
    ),
    ("a = b $$\n\nmany words of prose stand here\n\n$$c$$", [("this $$ is never closed; $$ is missing", 1, 7)], ["c"]),
    ("\\begin{align} a\n\n$x$", [("this \\begin{align} is never closed; \\end{align} is missing", 1, 1)], ["a", "x"]),
    ("\\[ a = b\n\n$x$", [("this \\[ is never closed; \\] is missing", 1, 1)], ["a = b", "x"]),
    (
        "\\[ a = b \\[ c = d \\]\n\n$x$",
        [("this \\[ is never closed; \\] is missing", 1, 1)],
        ["a = b", "c = d", "x"],
    ),
    ("an $x_i and no more\n\n$y$", [("this $ is never closed; $ is missing", 1, 4)], ["y"]),
    ("```math\na", [("this ```math is never closed; ``` is missing", 1, 1)], ["a"]),
    (
        "```python\nf(x)\n\n$$ a = b + 1 $$",
        [("this ``` is never closed: the rest of the note is code, and its formulas are not read", 1, 1)],
        [],
    ),
]


@pytest.mark.parametrize(("text", "errors", "rest"), BROKEN)
def test_what_is_never_closed_is_reported_and_the_rest_is_read(
    text: str, errors: list[tuple[str, int, int]], rest: list[str]
) -> None:
    assert broken(text) == errors
    assert texts(text) == rest


def test_a_blank_line_inside_a_formula_is_no_error() -> None:
    assert texts("$$\na = b\n\n+ c \\text{ for all of these words here}\n$$") == [
        "a = b\n\n+ c \\text{ for all of these words here}"
    ]


# LaTeX ----------------------------------------------------------------------------------------------------------------

TEX = r"""\documentclass{article}
\newcommand{\vect}[1]{\mathbf{#1}} % $not$
\begin{document}
\section{On \textbf{one} $a$}
Words % a comment with $b$
50\% of $c$, \verb|$d$|: \[ \vect{e}
= f \]
\begin{verbatim} $g$ \end{verbatim}
\begin{equation*}\label{eq:h}
h = i
\end{equation*}
\begin{itemize} \item $j$ \end{itemize}
\end{document} $k$
"""


@pytest.mark.parametrize("path", ["note.tex", "note", "note.txt"])
def test_latex_documents(path: str) -> None:
    assert found(TEX, path) == [
        ("a", 4, 27, False),
        ("c", 6, 10, False),
        ("\\vect{e}\n= f", 6, 29, True),
        ("\\label{eq:h}\nh = i", 9, 18, True),
        ("j", 12, 24, False),
    ]


def test_the_preamble_defines_commands() -> None:
    document = find_mathematics(TEX, "note.tex")
    macros: Macros = {}
    read_macros(document.preamble, macros)
    assert [sexpr(row) for row in parse_block(document.formulas[2], macros)] == ["{mathbf:e = f}"]


def test_headings_of_latex() -> None:
    pieces = find_mathematics("\\subsection*{A {b} $c$}\nText", "note.tex").pieces
    assert [(p.text, p.heading) for p in pieces if isinstance(p, Prose)] == [("A {b} ", 2), ("\nText", 0)]


# Files ----------------------------------------------------------------------------------------------------------------

BAD_BYTES = [
    (b"one\ntwo \xff three", "the byte 0xFF is not valid UTF-8; save the file as UTF-8", 2, 5),
    ("\ufeffé\r\né ".encode() + b"\xc3", "the byte 0xC3 is not valid UTF-8; save the file as UTF-8", 2, 3),
    (b"a\r\nb \x00", "the control character U+0000 is not allowed; delete it", 2, 3),
    (b"\x1b[31m", "the control character U+001B is not allowed; delete it", 1, 1),
    ("x \u202e y".encode(), "the control character U+202E is not allowed; delete it", 1, 3),
]


@pytest.mark.parametrize(("data", "message", "line", "column"), BAD_BYTES)
def test_bad_bytes_have_a_place(tmp_path: Path, data: bytes, message: str, line: int, column: int) -> None:
    path = tmp_path / "note.md"
    path.write_bytes(data)
    with pytest.raises(DeriveError) as caught:
        read_document(path)
    assert caught.value.message == message
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (line, column)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DeriveError, match=r"cannot read .*: No such file"):
        read_document(tmp_path / "missing.md")
    with pytest.raises(DeriveError, match=r"cannot read .*: Is a directory"):
        read_document(tmp_path)
    with pytest.raises(DeriveError, match="cannot read"):
        read_document("a\0b")
    (tmp_path / "large.md").write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(DeriveError, match="larger than 2,000,000 bytes; split it"):
        read_document(tmp_path / "large.md")


def test_a_place_shows_its_line(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("one\n$x$ two\n", "utf-8")
    document = read_document(path)
    assert document.place(2, 2).caret() == "$x$ two\n ^"
    assert document.formulas[0].place(document.formulas[0].span(0, 1)).caret() == "$x$ two\n ^"
