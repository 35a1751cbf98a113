"""The words of a note, cut into headings, paragraphs and lists, with what is set inside a line.

Only the part of Markdown that prose about mathematics needs: emphasis, strong emphasis, code, links (their text is
kept, their address is not).  Everything else is shown as it was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.reading import tree

__all__ = ["Block", "Inline", "Span", "blocks_of"]


@dataclass(frozen=True)
class Span:
    """Words in one style: plain, strong, emphasis or code."""

    text: str
    style: str = "plain"


Inline = Span | tuple[tree.Row | tree.UnreadRow, ...]
"""Words, or the rows of an inline formula."""


@dataclass(frozen=True)
class Block:
    """A heading (``level`` from 1), a paragraph (0) or an item of a list (-1)."""

    level: int
    content: tuple[Inline, ...]


_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`|\*\*(?P<strong>[^*\n]+)\*\*|(?<!\w)[*_](?P<emphasis>[^*_\n]+)[*_](?!\w)|\[(?P<link>[^\]\n]+)\]\([^)\n]*\)"
)
_BREAK = re.compile(r"\n[ \t]*\n\s*|\n(?=[ \t]*(?:[-*+]|\d+\.)[ \t])")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d+\.)[ \t]+")
_HEADING = re.compile(r"\s*#{1,6}[ \t]+|[ \t]*#*\s*$")


def spans(text: str) -> list[Span]:
    """The words of a piece of text with their styles; white space is closed up."""
    found, at = [], 0
    for match in _INLINE.finditer(text):
        found.append(Span(text[at : match.start()]))
        kind = match.lastgroup or "link"
        found.append(Span(match[kind], "plain" if kind == "link" else kind))
        at = match.end()
    found.append(Span(text[at:]))
    return [Span(re.sub(r"\s+", " ", span.text), span.style) for span in found if span.text]


def blocks_of(pieces: list[tuple[str, int] | tuple[tree.Row | tree.UnreadRow, ...]]) -> list[Block]:
    """The blocks of the text between two displays; a piece is a text with its heading level, or an inline formula."""
    blocks: list[Block] = []
    content: list[Inline] = []
    level = 0

    def close() -> None:
        nonlocal content, level
        while content and isinstance(content[-1], Span) and not content[-1].text.strip():
            content.pop()
        while content and isinstance(content[0], Span) and not content[0].text.strip():
            content.pop(0)
        if content:
            if isinstance(first := content[0], Span) and first.style == "plain":
                content[0] = Span(first.text.lstrip())
            if isinstance(last := content[-1], Span) and last.style == "plain":
                content[-1] = Span(last.text.rstrip())
            blocks.append(Block(level, tuple(content)))
        content, level = [], 0

    for piece in pieces:
        if not (isinstance(piece[0], str) and isinstance(piece[-1], int)):
            content.append(piece)
            continue
        text, heading = piece[0], piece[-1]
        if heading:
            if level != heading:
                close()
                level = heading
            content.extend(spans(_HEADING.sub("", text, count=1) if not content else text))
            continue
        if level > 0:
            close()
        parts = _BREAK.split(text)
        for number, part in enumerate(parts):
            if number:
                close()
            if not content and (item := _ITEM.match(part)) is not None:
                level, part = -1, part[item.end() :]
            content.extend(spans(part))
    close()
    return blocks
