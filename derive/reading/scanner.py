"""LaTeX text → flat tokens: commands, letters, numbers and signs, each with its place in the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.reading import symbols


def _raised(kind: str) -> str:
    """The characters that Unicode sets above (``<super>``) or below (``<sub>``) the line."""
    codes = (0xB2, 0xB3, 0xB9, *range(0x2B0, 0x2E5), *range(0x1D2C, 0x1D6B), *range(0x2070, 0x20A0))
    return "".join(chr(code) for code in codes if unicodedata.decomposition(chr(code)).startswith(kind))


_PATTERN = re.compile(
    rf"""
      (?P<break>    \\\\\*?(?:[ \t]*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in|px|mu|bp|\\[a-z]+)\s*\])?
                  | \\(?:newline|cr|tabularnewline|crcr)(?![A-Za-z]) )
    | \\(?P<frame>begin|end)\s*\{{(?P<environment>[A-Za-z0-9]{{1,40}}\*?)\}}
    | (?P<command>  \\[A-Za-z]+ | \\[\s\S] )
    | (?P<comment>  %[^\n]* )
    | (?P<space>    [\s\u200b-\u200f\u2060\ufeff]+ )
    | (?P<dots>     \.{{2,}} )
    | (?P<number>   \d+(?:\{{,\}}\d{{3}})*(?:\.\d+)? | \.\d+ )
    | (?P<name>     [A-Za-z]{{2,}}(?:\\_[A-Za-z]{{2,}})+ )
    | (?P<letters>  [A-Za-z]+ )
    | &(?P<entity>  \#?\w{{1,8}});
    | (?P<html>     </?(?:br|div|p|span|center|font)\b[^<>]{{0,200}}> )
    | (?P<relation> ::?(?:\\!|\s)*= | =: | <=> | <= | >= | => | --> | -> | == | != )
    | (?P<words>    [\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff“”‘’《》「」]+ )
    | (?P<above>    [{_raised("<super>")}]+ )
    | (?P<below>    [{_raised("<sub>")}]+ )
    | (?P<sign>     [\s\S] )
    """,
    re.VERBOSE | re.ASCII,
)
_SPACES = re.compile(r"[\s\u00a0\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff\u00ad]+")

MAX_DEPTH = 60
"""Brackets inside brackets; deeper nesting is refused."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula.

    ``kind``: command, letters, name (``cross\\_entropy``), number, sign, relation, words (not in a text command),
    space, break (``\\\\``), begin, end, text, tag, circled, ignored, error.  ``note`` is the command of a text or tag,
    or the message of an error.
    """

    kind: str
    text: str
    start: int
    end: int
    note: str = ""
    made: bool = False


def scan(text: str) -> list[Token]:
    """The tokens of a text; together they cover all of it."""
    tokens: list[Token] = []
    for match in _PATTERN.finditer(text):
        kind, start, end = match.lastgroup or "", match.start(), match.end()
        written = match.group()
        if kind == "environment":
            tokens.append(Token(match["frame"], match["environment"], start, end))
        elif kind in ("comment", "html"):
            tokens.append(Token("ignored", written, start, end))
        elif kind == "dots":
            tokens.append(Token("command", r"\ldots", start, end))
        elif kind == "number":
            tokens.append(Token("number", written.replace("{,}", ""), start, end))
        elif kind == "relation":
            tokens.append(Token("relation", re.sub(r"\s|\\!", "", written), start, end))
        elif kind == "entity":
            meaning = symbols.ENTITIES.get(match["entity"])
            if meaning is None:
                tokens.append(Token("sign", "&", start, start + 1))
                tokens += _moved(scan(text[start + 1 : end]), start + 1)
            else:
                tokens += _placed(scan(meaning), start, end)
        elif kind in ("above", "below"):
            plain = unicodedata.normalize("NFKC", written)
            tokens += _placed(scan(f"{'^' if kind == 'above' else '_'}{{{plain}}}"), start, end)
        elif kind == "sign" and written > "\x7f":
            tokens += _foreign(written, start, end)
        else:
            tokens.append(Token(kind, written, start, end))
    return tokens


def _moved(tokens: list[Token], by: int) -> Iterator[Token]:
    return (replace(t, start=t.start + by, end=t.end + by) for t in tokens)


def _placed(tokens: list[Token], start: int, end: int) -> Iterator[Token]:
    return (replace(t, start=start, end=end) for t in tokens)


_STYLES = {"DOUBLE-STRUCK": r"\mathbb", "SCRIPT": r"\mathcal", "FRAKTUR": r"\mathfrak", "BOLD": r"\mathbf"}
_STYLES |= {"BLACK-LETTER": r"\mathfrak"}


def _foreign(character: str, start: int, end: int) -> Iterator[Token]:
    """A character outside ASCII: a sign with a meaning, a letter of a mathematical alphabet, a word, or an error."""
    if character in symbols.UNICODE:
        return _placed(scan(symbols.UNICODE[character]), start, end)
    if _SPACES.fullmatch(character):
        return iter([Token("space", character, start, end)])
    if character in symbols.ENCLOSED:
        return iter([Token("circled", str(symbols.ENCLOSED.index(character) + 1), start, end)])
    name = unicodedata.name(character, "")
    plain = unicodedata.normalize("NFKC", character)
    if name.startswith(("MATHEMATICAL ", "SCRIPT ", "BLACK-LETTER ")) and plain != character:
        style = next((command for word, command in _STYLES.items() if word in name), "")
        return _placed(scan(f"{style}{{{plain}}}" if style else plain), start, end)
    if unicodedata.category(character)[0] == "L":
        return iter([Token("words", character, start, end)])
    return iter([Token("error", character, start, end, f"the character {_shown(character)} is not known here")])


def _shown(character: str) -> str:
    return f"{character} (U+{ord(character):04X})" if character.isprintable() else f"U+{ord(character):04X}"
