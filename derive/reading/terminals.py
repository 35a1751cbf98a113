"""What the lexer hands to the grammar, and what it knows before it starts: which braces pair, how many bars follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar

from derive.reading import symbols
from derive.reading.scanner import Token
from derive.reading.tree import Span


class Broken(Exception):
    """Brackets or environments do not match; the row cannot be cut into sides."""

    def __init__(self, message: str, token: Token) -> None:
        super().__init__(message)
        self.message = message
        self.token = token


@dataclass(slots=True)
class Terminal:
    """A terminal of the grammar.

    ``data`` is a finished leaf of the tree or what the tree needs to know of the sign; ``depth`` counts the brackets
    around it; ``space`` are the space commands in front of it; ``written`` is the source.
    """

    type: str
    data: object
    span: Span
    depth: int
    space: str = ""
    written: str = ""

    # The parser copies these into its end marker.
    start_pos: ClassVar[int] = 0
    end_pos: ClassVar[int] = 0
    line: ClassVar[int] = 0
    column: ClassVar[int] = 0
    end_line: ClassVar[int] = 0
    end_column: ClassVar[int] = 0


class State(IntEnum):
    """What stands just before: it decides what a sign or a bar means."""

    START = 0  # nothing, an opening bracket, a relation or a separator
    SIGN = 1
    OPERATOR = 2
    FUNCTION = 3  # a word or big operator that wants an operand
    END = 4  # an operand
    ARGUMENT = 5  # ^, _ or a command whose argument is the very next token


@dataclass(slots=True)
class Want:
    """Arguments still to come; ``saved`` is the state after them for scripts, None for a command."""

    count: int
    saved: State | None = None


@dataclass(slots=True)
class Frame:
    """An open bracket, brace, bar or environment.

    ``kind`` is root, brace, bracket, left, bar, env or optional; ``closes`` is the closing sign or environment; ``at``
    the index of its terminal; ``script``: it is the body of ``^`` or ``_``; ``over``: where ``\\over`` stood.
    """

    kind: str
    opener: Token | None = None
    closes: str = ""
    at: int = -1
    script: bool = False
    over: tuple[int, str] | None = None
    wants: list[Want] = field(default_factory=list)


def braces(tokens: list[Token]) -> dict[int, int]:
    """For every brace that pairs, the index of its partner; braces do not pair across the ends of an environment."""
    pairs: dict[int, int] = {}
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "begin" or (token.kind == "sign" and token.text == "{"):
            stack.append(index)
        elif token.kind == "sign" and token.text == "}":
            if stack and tokens[stack[-1]].kind == "sign":
                opened = stack.pop()
                pairs[opened], pairs[index] = index, opened
        elif token.kind == "end":
            while stack and tokens[stack[-1]].kind == "sign":
                stack.pop()
            if stack:
                stack.pop()
    return pairs


_OPENING = frozenset("([{") | set(symbols.OPENERS) | {r"\left"}
_CLOSING = frozenset(")]}") | set(symbols.CLOSERS) | {r"\right"}
_APART = frozenset({",", ";", "&"}) | symbols.WIDE_SPACES
_SIZED = {name for name in symbols.SIZES if name[-1] in "lrm"} | {r"\left", r"\right", r"\middle"}


def later_bars(tokens: list[Token]) -> dict[int, int]:
    """For every bar that may open, close or separate: how many of its kind follow between the same brackets and commas.

    Two bars without space between them count as one double bar; its second half counts as a single one, for ``|a||b|``.
    """
    later: dict[int, int] = {}
    levels: list[list[tuple[int, str]]] = [[]]
    previous: Token | None = None

    def close(segment: list[tuple[int, str]]) -> None:
        counts = {"|": 0, r"\|": 0}
        for index, kind in reversed(segment):
            later[index] = counts[kind]
            counts[kind] += 1
            if kind == r"\|" and tokens[index].text == "|":
                later[index + 1] = counts["|"]

    index, last = 0, len(tokens) - 1
    while index <= last:
        token = tokens[index]
        fixed = previous is not None and previous.text in _SIZED
        if token.kind == "begin" or (token.kind in ("sign", "command") and token.text in _OPENING and not fixed):
            levels.append([])
        elif token.kind == "end" or (token.kind in ("sign", "command") and token.text in _CLOSING and not fixed):
            close(levels.pop())
            if not levels:
                levels.append([])
        elif token.kind == "break" or (token.kind in ("sign", "command") and token.text in _APART):
            close(levels.pop())
            levels.append([])
        elif token.kind in ("sign", "command") and token.text in symbols.BARS and not fixed:
            kind = symbols.BARS[token.text]
            if twin(tokens, index):
                kind = r"\|"
            levels[-1].append((index, kind))
            if kind == r"\|" and token.text == "|":
                index += 1
        if token.kind != "space":
            previous = token
        index += 1
    for segment in levels:
        close(segment)
    return later


def twin(tokens: list[Token], index: int) -> bool:
    """Whether a single bar is followed at once by another."""
    if index + 1 >= len(tokens) or tokens[index].text != "|":
        return False
    following = tokens[index + 1]
    return following.kind == "sign" and following.text == "|"
