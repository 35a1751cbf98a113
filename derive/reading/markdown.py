"""A file → prose and mathematics in order, each with its exact place.  Markdown and LaTeX documents.

Markdown: ``$$...$$``, ``\\[...\\]``, ``\\(...\\)``, ``$...$``, ``$`...`$``, LaTeX environments, fences with the
language ``math`` and scripts of the type ``math/tex`` are mathematics; code is skipped; quote marks are taken away
inside a quoted block.  LaTeX: the preamble is kept apart (it may define commands), comments are skipped.  What is
opened and never closed becomes a ``Broken`` piece, and reading goes on.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from derive.errors import DeriveError, Place
from derive.reading import symbols
from derive.reading.alone import stands_alone
from derive.reading.document import Broken, Document, Fence, Piece, Prose, Source
from derive.reading.formula import Formula

__all__ = ["Broken", "Document", "Fence", "Mathematics", "Piece", "Prose", "find_mathematics", "read_document"]

MAX_BYTES = 2_000_000
"""Size of a file; larger ones are refused."""

MAX_NESTED = 20

Mathematics = Formula


def read_document(path: str | Path) -> Document:
    """Read a file and find its mathematics.

    Raises:
        DeriveError: it cannot be read, is larger than ``MAX_BYTES``, is not UTF-8, or has control characters.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise DeriveError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > MAX_BYTES:
        raise DeriveError(f"{path} is larger than {MAX_BYTES:,} bytes; split it into several notes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        lines = _NEWLINE.split(before)
        bad = f"0x{data[error.start]:02X}"
        message = f"the byte {bad} is not valid UTF-8; save the file as UTF-8"
        raise DeriveError(message, Place(str(path), len(lines), len(lines[-1]) + 1)) from error
    return find_mathematics(text, str(path))


def find_mathematics(text: str, path: str = "") -> Document:
    """Cut a text into prose and mathematics.  ``.tex`` is LaTeX, ``.md`` Markdown; else the content decides.

    Raises:
        DeriveError: the text has control characters, or characters that turn the direction of reading.
    """
    text = _NEWLINE.sub("\n", text.removeprefix("\ufeff"))  # lines and columns stay what they are in the file
    source = Source(text, path)
    bad = _CONTROL.search(text)
    if bad is not None:
        message = f"the control character U+{ord(bad.group()):04X} is not allowed; delete it"
        raise DeriveError(message, source.place(bad.start()))
    latex = _is_latex(text, path)
    finder = _LatexFinder(source) if latex else _Finder(source)
    pieces = tuple(finder.run())
    return Document(path, pieces, finder.preamble, source.lines)


_NEWLINE = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _is_latex(text: str, path: str) -> bool:
    suffix = Path(path).suffix.lower()
    if suffix in (".tex", ".ltx", ".latex"):
        return True
    if suffix in (".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd"):
        return False
    return bool(re.search(r"\\documentclass|\\begin\{document\}", text)) or (
        bool(re.search(r"^\\(?:sub)*section\b", text, re.MULTILINE)) and not re.search(r"^#+ ", text, re.MULTILINE)
    )


_BLANK = re.compile(r"\n[ \t>]*(?=\n)")
_ENVIRONMENTS = "|".join(
    re.escape(name)
    for name in sorted(symbols.ROW_ENVIRONMENTS | {"array", "cases", "pmatrix", "bmatrix"}, key=len, reverse=True)
)

_MARKDOWN = re.compile(
    rf"""
      (?P<fence>   ^[ \t>]*(?:(?:[-*+]|\d{{1,3}}[.)])[ \t]+)?(?P<ticks>`{{3,}}|~{{3,}})(?P<language>[^\n`]*)$ )
    | (?P<heading> ^[ ]{{0,3}}\#{{1,6}}(?=[ \t]) )
    | (?P<comment> <!-- )
    | (?P<script>  <script\s+type=["']math/tex[^<>]*>(?:\s*%[ \t]*<!\[CDATA\[)? )
    | (?P<raw>     <(?:pre|code|script|style)\b[^<>]*> )
    | (?P<tag>     </?[A-Za-z][^<>\n]*> )
    | (?P<double>  (?<!\\)\$\$ )
    | (?P<github>  (?<!\\)\$`(?=[^`\n]) )
    | (?P<single>  (?<!\\)\$ )
    | (?P<bracket> \\\\?\[ )
    | (?P<paren>   \\\\?\( )
    | \\begin\{{(?P<environment>{_ENVIRONMENTS})\}}
    | (?P<code>    `+ )
    | (?P<escape>  \\[\\$`] )
    """,
    re.VERBOSE | re.MULTILINE,
)
_PROSE_LINE = re.compile(
    r"\b(?:[A-Za-z]{2,20}[ ,]{1,3}){3}[A-Za-z]{2}|^[ \t>]*#{1,6} |[\u4e00-\u9fff]{8}", re.MULTILINE
)
_MATHEMATICAL = re.compile(r"\\[A-Za-z]|[\^_=<>+|]|^\s*\w{1,2}\s*$")
_WORDS_APART = re.compile(r"\\(?:text|mbox|intertext|textbf|mathrm)[a-z]*\s*\{[^{}]*\}|%[^\n]*")


class _Finder:
    """Walks through Markdown."""

    pattern = _MARKDOWN

    def __init__(self, source: Source) -> None:
        self.source, self.text = source, source.text
        self.at = self.mark = 0
        self.end = len(source.text)
        self.heading = (0, 0, 0)  # level, where the heading ends, and where the text after it begins
        self.preamble = ""
        self.blanks = [match.start() for match in _BLANK.finditer(source.text)]
        self.failed: dict[tuple[str, int], int] = {}

    def run(self) -> Iterator[Piece]:
        """The pieces in order."""
        self.at = self.mark = self._front_matter()
        while self.at < self.end and (match := self.pattern.search(self.text, self.at, self.end)) is not None:
            yield from self._found(match)
        yield from self._prose(self.end)

    def _front_matter(self) -> int:
        match = re.match(r"---[ \t]*\n(?:[^\n]*\n){0,60}?(?:---|\.\.\.)[ \t]*(?=\n)", self.text)
        return match.end() if match is not None and re.search(r"^\w+:", match.group(), re.MULTILINE) else 0

    def _prose(self, until: int) -> Iterator[Piece]:
        """The text since the last formula; a heading is a piece of its own."""
        while self.mark < until:
            level, end, after = self.heading
            if self.mark == end:
                self.mark = after
            inside = self.mark < end
            stop = min(until, end) if inside else until
            if words := self.text[self.mark : stop]:
                line, column = self.source.position(self.mark)
                yield Prose(_unquoted(words), line, column, level if inside else 0)
            self.mark = after if inside and stop == end else stop

    def _skip(self, until: int) -> None:
        """Go on as prose."""
        self.at = max(until, self.at + 1)

    def _leave_out(self, start: int, until: int) -> Iterator[Piece]:
        """Neither prose nor mathematics: code, comments."""
        yield from self._prose(start)
        self.at = self.mark = max(until, start + 1)

    def _math(self, opened: int, start: int, end: int, after: int, display: bool, name: str = "") -> Iterator[Piece]:
        yield from self._prose(opened)
        if self.text[start:end].strip():
            display = display or stands_alone(self.text, opened, start, end, after)
            yield self.source.formula(opened, start, end, display, name)
        self.at = self.mark = after

    def _broken(self, at: int, opening: str, closing: str, go_on: int, body: int = 0) -> Iterator[Piece]:
        """What is never closed is named; its rows (from ``body`` to ``go_on``) are still read, if it sets rows."""
        yield from self._prose(at)
        yield Broken(f"this {opening} is never closed; {closing} is missing", self.source.place(at))
        self.at = self.mark = max(go_on, at + 1)
        if body and self.text[body:go_on].strip():
            yield self.source.formula(body, body, go_on, True)

    def _found(self, match: re.Match[str]) -> Iterator[Piece]:
        kind = "environment" if match["environment"] else match.lastgroup
        if kind in ("ticks", "language"):
            kind = "fence"
        yield from getattr(self, f"_on_{kind}")(match)

    # What is found --------------------------------------------------------------------------------------------------

    def _on_fence(self, match: re.Match[str]) -> Iterator[Piece]:
        ticks = match["ticks"]
        words = match["language"].strip().strip("{}.").split()
        language = words[0].lower() if words else ""
        body = match.end() + 1
        closing = rf"^[ \t>]*{re.escape(ticks[0])}{{{len(ticks)},}}[ \t]*$"
        close = self._search(closing, min(body, self.end), self.end)
        end = close.start() if close is not None else self.end
        after = close.end() if close is not None else self.end
        if language == "math" and close is None:
            yield from self._broken(match.start("ticks"), "```math", "```", self._paragraph_end(body), body)
        elif language in ("math", "katex"):
            yield from self._prose(match.start())
            if self.text[body:end].strip():
                yield self.source.formula(match.start("ticks"), body, end, True)
            self.at = self.mark = after
        elif language == "derive":
            yield from self._prose(match.start())
            inside = self.source.formula(match.start("ticks"), min(body, self.end), max(end, min(body, self.end)), True)
            yield Fence(inside.text, inside.line, inside.column, language)
            self.at = self.mark = after
        elif close is None and _MATHEMATICAL.search(self.text, body) and "$" in self.text[body:]:
            message = f"this {ticks} is never closed: the rest of the note is code, and its formulas are not read"
            yield from self._prose(match.start())
            yield Broken(message, self.source.place(match.start("ticks")))
            self.at = self.mark = after
        else:
            yield from self._leave_out(match.start(), after)

    def _on_heading(self, match: re.Match[str]) -> Iterator[Piece]:
        yield from self._prose(match.start())
        newline = self.text.find("\n", match.end(), self.end)
        stop = newline if newline >= 0 else self.end
        self.heading = (match.group().count("#"), stop, stop)
        self.mark = min(match.end() + 1, self.end)
        self.at = match.end()

    def _on_comment(self, match: re.Match[str]) -> Iterator[Piece]:
        close = self._search("-->", match.end(), self.end)
        yield from self._leave_out(match.start(), close.end() if close is not None else match.end())

    def _on_script(self, match: re.Match[str]) -> Iterator[Piece]:
        """``<script type="math/tex; mode=display">``: how older sites write their formulas."""
        close = self._search(r"(?:%[ \t]*\]\]>\s*)?</script\s*>", match.end(), self.end)
        if close is None:
            yield from self._leave_out(match.start(), match.end())
        else:
            display = "display" in match.group()
            yield from self._math(match.start(), match.end(), close.start(), close.end(), display)

    def _on_raw(self, match: re.Match[str]) -> Iterator[Piece]:
        name = re.match(r"<(\w+)", match.group())
        close = self._search(rf"</{name.group(1) if name else ''}\s*>", match.end(), self.end)
        yield from self._leave_out(match.start(), close.end() if close is not None else match.end())

    def _on_tag(self, match: re.Match[str]) -> Iterator[Piece]:
        self._skip(match.end())
        return iter(())

    def _on_escape(self, match: re.Match[str]) -> Iterator[Piece]:
        self._skip(match.end())
        return iter(())

    def _on_code(self, match: re.Match[str]) -> Iterator[Piece]:
        """Inline code, up to a run of as many backticks; without one the backticks are text."""
        pattern = rf"(?<!`)`{{{len(match.group())}}}(?!`)"
        close = self._search(pattern, match.end(), self._paragraph_end(match.end()))
        self._skip(close.end() if close is not None else match.end())
        return iter(())

    def _on_double(self, match: re.Match[str]) -> Iterator[Piece]:
        yield from self._delimited(match.start(), match.end(), r"(?<!\\)\$\$", "$$", "$$", True)

    def _on_bracket(self, match: re.Match[str]) -> Iterator[Piece]:
        pattern = r"\\\\?[\[\]](?!\s*-?[\d.]+\s*(?:pt|em|ex))" if match.group()[1] == "\\" else r"(?<!\\)\\[\[\]]"
        yield from self._delimited(match.start(), match.end(), pattern, r"\[", r"\]", True)

    def _on_paren(self, match: re.Match[str]) -> Iterator[Piece]:
        pattern = r"\\\\?[()]" if match.group()[1] == "\\" else r"(?<!\\)\\[()]"
        yield from self._delimited(match.start(), match.end(), pattern, r"\(", r"\)", False)

    def _on_environment(self, match: re.Match[str]) -> Iterator[Piece]:
        name = match["environment"]
        start, level, at = match.end(), 1, match.end()
        ends = rf"\\(begin|end)\{{{re.escape(name)}\}}"
        while level <= MAX_NESTED and (each := self._search(ends, at, self.end)) is not None:
            level += 1 if each.group(1) == "begin" else -1
            at = each.end()
            if level == 0:
                # A table needs its own ends to be read; an environment that only sets rows does not.
                rows = name in symbols.ROW_ENVIRONMENTS
                inside = (start, each.start()) if rows else (match.start(), each.end())
                inside = (self._behind_columns(name, inside[0]), inside[1])
                yield from self._math(match.start(), *inside, each.end(), True, name)
                return
        go_on, body = self._paragraph_end(start), self._behind_columns(name, start)
        yield from self._broken(match.start(), rf"\begin{{{name}}}", rf"\end{{{name}}}", go_on, body)

    def _behind_columns(self, name: str, start: int) -> int:
        if name not in symbols.WITH_COLUMNS or name not in symbols.ROW_ENVIRONMENTS:
            return start
        columns = re.compile(r"\s*\{[^{}]*\}").match(self.text, start)
        return columns.end() if columns is not None else start

    def _on_github(self, match: re.Match[str]) -> Iterator[Piece]:
        close = self._search(r"`\$", match.end(), self._paragraph_end(match.end()))
        if close is None:
            self._skip(match.end())
        else:
            yield from self._math(match.start(), match.end(), close.start(), close.end(), False)

    def _on_single(self, match: re.Match[str]) -> Iterator[Piece]:
        opened, start = match.start(), match.end()
        paragraph = self._paragraph_end(start)
        close = self._search(r"(?<!\\)\$", start, paragraph)
        if close is None:
            rest = self.text[start : paragraph if paragraph < start + 200 else start + 200].split("\n")[0]
            if re.match(r"\s*(?:\\[A-Za-z]|\w[_^])", rest):
                yield from self._broken(opened, "$", "$", start)
            else:
                self._skip(start)
        elif _is_inline(self.text[start : close.start()], self.text[close.end() : close.end() + 1]):
            yield from self._math(opened, start, close.start(), close.end(), False)
        else:
            self._skip(start)

    def _delimited(
        self, opened: int, start: int, closing: str, sign: str, partner: str, display: bool
    ) -> Iterator[Piece]:
        close = self._search(closing, start, self.end)
        ends = self._paragraph_end(start)
        if close is not None and close.group()[-1] != partner[-1]:
            ends, close = min(ends, close.start()), None  # the next one opens: this one is never closed
        if close is not None and not self._is_prose_inside(start, close.start(), sign):
            yield from self._math(opened, start, close.start(), close.end(), display)
        elif sign != "$$" and not _MATHEMATICAL.search(
            self.text[start : close.start()] if close else self._rest(start)
        ):
            self._skip(start)  # a bracket escaped in Markdown
        else:
            yield from self._broken(opened, sign, partner, ends, start if display else 0)

    def _is_prose_inside(self, start: int, end: int, sign: str) -> bool:
        """Whether the closing sign belongs to another formula: sentences stand between."""
        inside = self.text[start:end]
        if sign != "$$" and not _MATHEMATICAL.search(inside):
            return True
        parts = _BLANK.split(inside)
        return len(parts) > 1 and any(_PROSE_LINE.search(_WORDS_APART.sub("", part)) for part in parts[1:])

    def _rest(self, start: int) -> str:
        return self.text[start : min(self._paragraph_end(start), start + 120)]

    def _paragraph_end(self, start: int) -> int:
        number = bisect_left(self.blanks, start)
        return min(self.blanks[number], self.end) if number < len(self.blanks) else self.end

    def _search(self, pattern: str, start: int, end: int) -> re.Match[str] | None:
        """The first match; what was not found before ``end`` from an earlier start is not sought again."""
        if self.failed.get((pattern, end), end + 1) <= start:
            return None
        match = re.compile(pattern, re.MULTILINE).search(self.text, start, end)
        if match is None:
            self.failed[pattern, end] = start
        return match


def _is_inline(inside: str, following: str) -> bool:
    """Whether what stands between two dollars is mathematics rather than an amount of money and the text after it."""
    content = inside.strip()
    if not content or re.match(r"\d[\d.,]*[kKmM]?\s+[A-Za-z]{2,}", content):
        return False
    tight = not inside[0].isspace() and not inside[-1].isspace() and not following.isdigit()
    mathematical = bool(re.search(r"\\[A-Za-z]|[\^_=<>]", content)) or len(content) <= 3
    return tight or (mathematical and not following.isdigit())


def _unquoted(words: str) -> str:
    return re.sub(r"(?m)^(?:[ \t]{0,3}>[ \t]?)+", "", words)


_LATEX = re.compile(
    rf"""
      (?P<comment> (?<!\\)% )
    | (?P<heading> \\(?:part|chapter|(?:sub)*section|paragraph)\*?\s*(?=\{{) )
    | \\begin\{{(?P<verbatim>verbatim\*?|lstlisting|minted|comment|Verbatim)\}}
    | (?P<verb>    \\verb\*?(?P<bar>[^A-Za-z\s*]) )
    | (?P<double>  (?<!\\)\$\$ )
    | (?P<single>  (?<!\\)\$ )
    | (?P<bracket> (?<!\\)\\\[ )
    | (?P<paren>   (?<!\\)\\\( )
    | \\begin\{{(?P<environment>{_ENVIRONMENTS})\}}
    | (?P<escape>  \\[\\$%] )
    """,
    re.VERBOSE,
)


_TITLE = re.compile(r"\{(?:[^{}\n]|\{[^{}\n]*\}){0,400}\}")


class _LatexFinder(_Finder):
    """Walks through LaTeX."""

    pattern = _LATEX

    def _front_matter(self) -> int:
        begin = self.text.find(r"\begin{document}")
        if begin < 0:
            return 0
        self.preamble = self.text[:begin]
        stop = self.text.find(r"\end{document}", begin)
        self.end = stop if stop >= 0 else self.end
        return begin + len(r"\begin{document}")

    def _found(self, match: re.Match[str]) -> Iterator[Piece]:
        for kind in ("environment", "verbatim", "verb"):
            if match[kind]:
                yield from getattr(self, f"_on_{kind}")(match)
                return
        yield from getattr(self, f"_on_{match.lastgroup}")(match)

    def _on_comment(self, match: re.Match[str]) -> Iterator[Piece]:
        newline = self.text.find("\n", match.end(), self.end)
        yield from self._leave_out(match.start(), newline if newline >= 0 else self.end)

    def _on_verbatim(self, match: re.Match[str]) -> Iterator[Piece]:
        close = self._search(rf"\\end\{{{re.escape(match['verbatim'])}\}}", match.end(), self.end)
        yield from self._leave_out(match.start(), close.end() if close is not None else match.end())

    def _on_verb(self, match: re.Match[str]) -> Iterator[Piece]:
        close = self._search(re.escape(match["bar"]), match.end(), self.end)
        yield from self._leave_out(match.start(), close.end() if close is not None else match.end())

    def _on_heading(self, match: re.Match[str]) -> Iterator[Piece]:
        yield from self._prose(match.start())
        title = _TITLE.match(self.text, match.end(), self.end)
        stop = title.end() - 1 if title is not None else match.end() + 1
        self.heading = (1 + match.group().count("sub"), stop, min(stop + 1, self.end))
        self.at = self.mark = match.end() + 1

    def _is_prose_inside(self, start: int, end: int, sign: str) -> bool:
        return (
            sign in ("$$", r"\[")
            and len(_BLANK.split(self.text[start:end])) > 1
            and super()._is_prose_inside(start, end, "$$")
        )
