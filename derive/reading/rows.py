"""The tokens of a block → rows: environments that only set rows are opened, and a row that goes on is joined.

What ends a row is ``\\\\`` outside braces and tables.  A row goes on in the next one when a bracket is still open, when
it ends with an operator or a relation, or when the next one is set in from the left and begins with an operator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from derive.reading import symbols
from derive.reading.delimiters import is_relation
from derive.reading.scanner import Token
from derive.reading.terminals import braces

_OPENING = frozenset("([") | set(symbols.OPENERS)
_CLOSING = frozenset(")]") | set(symbols.CLOSERS)
_BINARY = symbols.SIGNS | symbols.OPERATORS | symbols.OPERATOR_SYNONYMS.keys()
_AFTER_ROWS = frozenset({",", ".", ";", "}"})
_STARS = frozenset({"*", r"\ast", r"\star", r"\dagger"})
_MAX_JOINED = 40


@dataclass(frozen=True)
class Problem:
    """An environment without its other end."""

    message: str
    token: Token


def cut_rows(tokens: list[Token]) -> tuple[list[list[Token]], list[Problem]]:
    """The rows of a block, each without the ``\\\\`` that ended it, and the environments that do not pair."""
    tokens, problems = _open_environments(_without_outer_braces(tokens))
    tokens = _close_seams(tokens)
    rows: list[list[Token]] = [[]]
    pairs, braced, tables = braces(tokens), 0, 0
    for index, token in enumerate(tokens):
        if index in pairs:
            braced += 1 if pairs[index] > index else -1
        tables += (token.kind == "begin") - (token.kind == "end")
        if token.kind == "break" and braced == 0 and tables <= 0:
            rows.append([])
        else:
            rows[-1].append(token)
    return _join([row for row in rows if any(t.kind != "space" for t in row)]), problems


def _without_outer_braces(tokens: list[Token]) -> list[Token]:
    """``{\\displaystyle ...}`` around everything, as encyclopedias write it, only hides the rows."""
    solid = [k for k, t in enumerate(tokens) if t.kind not in ("space", "ignored", "tag")]
    pairs, outer = braces(tokens), set[int]()
    low, high = 0, len(solid) - 1
    while low < high and tokens[solid[low]].kind == "sign" and pairs.get(solid[low]) == solid[high]:
        outer |= {solid[low], solid[high]}
        low, high = low + 1, high - 1
    return [replace(t, kind="ignored") if k in outer else t for k, t in enumerate(tokens)]


# Environments ---------------------------------------------------------------------------------------------------------


def _open_environments(tokens: list[Token]) -> tuple[list[Token], list[Problem]]:
    """Takes away the ends of environments that only set rows, wherever nothing but the end of a row follows them."""
    partner, problems = _environments(tokens)
    pairs = braces(tokens)
    broken = {id(problem.token) for problem in problems}
    out: list[Token] = []
    opened: set[int] = set()
    braced = lefts = tables = 0
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if index in pairs:
            braced += 1 if pairs[index] > index else -1
        if token.kind == "command":
            lefts += (token.text == r"\left") - (token.text == r"\right")
        if id(token) in broken:
            if out:  # what stands behind it is a row of its own
                out.append(replace(token, kind="break", text=r"\\"))
        elif token.kind == "begin" and index in partner:
            end = partner[index]
            if (
                (token.text in symbols.ROW_ENVIRONMENTS or _aligns(tokens, index, end, out))
                and braced <= 0
                and lefts <= 0
                and tables == 0
                and _ends_row(tokens, end + 1)
            ):
                opened.add(end)
                if out and _last_solid(out).kind == "end":
                    out.append(replace(token, kind="break", text=r"\\"))
                index = _arguments(tokens, index, pairs)
                continue
            tables += 1
            out.append(token)
        elif token.kind == "end" and index in opened:
            # Marks where rows ended, so that a second environment begins a row of its own; dropped below.
            out.append(token)
        else:
            tables -= token.kind == "end"
            out.append(token)
        index += 1
    ends = {id(tokens[end]) for end in opened}
    return [t for t in out if id(t) not in ends], problems


def _aligns(tokens: list[Token], begin: int, end: int, before: list[Token]) -> bool:
    """Whether an array is the whole block, and has relations as cells or formulas in one column: it only sets rows."""
    if tokens[begin].text != "array" or any(t.kind not in ("space", "ignored", "tag") for t in before):
        return False
    inside = [t for t in tokens[begin:end] if t.kind not in ("space", "ignored")]
    if not any(t.text == "&" for t in inside):
        return any(is_relation(t) for t in inside)
    return any(
        is_relation(t) and {a.text, b.text} & {"&"} for a, t, b in zip(inside, inside[1:], inside[2:], strict=False)
    )


def _last_solid(tokens: list[Token]) -> Token:
    return next((t for t in reversed(tokens) if t.kind not in ("space", "ignored", "tag")), tokens[-1])


def _environments(tokens: list[Token]) -> tuple[dict[int, int], list[Problem]]:
    """Pairs of ``\\begin`` and ``\\end``; those of row environments that do not pair are problems."""
    partner: dict[int, int] = {}
    stack: list[int] = []
    lonely: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "begin":
            stack.append(index)
        elif token.kind == "end":
            matching = next((k for k in reversed(stack[-8:]) if tokens[k].text == token.text), None)
            if matching is None:
                lonely.append(index)
                continue
            while stack[-1] != matching:
                lonely.append(stack.pop())
            partner[stack.pop()] = index
    lonely += stack
    rows = sorted(k for k in lonely if tokens[k].text in symbols.ROW_ENVIRONMENTS)
    return partner, [Problem(_unpaired(tokens[k]), tokens[k]) for k in rows]


def _unpaired(token: Token) -> str:
    other = "end" if token.kind == "begin" else "begin"
    return rf"\{token.kind}{{{token.text}}} has no \{other}{{{token.text}}}"


def _ends_row(tokens: list[Token], index: int) -> bool:
    """Whether nothing follows on the row but labels, punctuation, and ends or beginnings of other rows."""
    while index < len(tokens):
        index = _behind_label(tokens, index)
        if index == len(tokens):
            return True
        token = tokens[index]
        if token.kind in ("break", "begin"):
            return token.kind == "break" or token.text in symbols.ROW_ENVIRONMENTS
        if token.kind == "end":
            return token.text in symbols.ROW_ENVIRONMENTS or token.text in symbols.TRANSPARENT
        solid = token.kind not in ("space", "ignored", "tag")
        if solid and not (token.kind == "sign" and token.text in _AFTER_ROWS) and token.text not in symbols.THIN_SPACES:
            return False
        index += 1
    return True


def _behind_label(tokens: list[Token], index: int) -> int:
    """The index behind a label at ``index``: a wide space with ``(4)`` or ``(*)`` that is written as a formula."""
    if tokens[index].text not in symbols.WIDE_SPACES:
        return index
    index = _next_solid(tokens, index + 1)
    solid = [k for k in range(index, len(tokens)) if tokens[k].kind != "space"][:3]
    if "".join(tokens[k].text for k in solid[::2]) != "()" or len(solid) < 3:
        return index
    label = tokens[solid[1]]
    return solid[2] + 1 if label.kind == "number" or label.text in _STARS else index


def _arguments(tokens: list[Token], index: int, pairs: dict[int, int]) -> int:
    """The index behind ``\\begin{alignat}{2}`` or ``\\begin{aligned}[t]``."""
    name, index = tokens[index].text, index + 1
    rest = [t.text for t in tokens[index : index + 3]]
    if len(rest) == 3 and rest[0] == "[" and rest[1] in ("t", "b", "c") and rest[2] == "]":
        index += 3
    if name in symbols.WITH_COLUMNS and pairs.get(index, -1) > index:
        index = pairs[index] + 1
    return index


# Rows that go on ------------------------------------------------------------------------------------------------------


def _close_seams(tokens: list[Token]) -> list[Token]:
    """``\\left( a \\right. \\\\ \\left. + b \\right)`` is one pair of brackets: the two dots at the seam are layout."""
    dropped: dict[int, str] = {}
    stack: list[tuple[int, str]] = []
    seam: tuple[int, int, tuple[int, str]] | None = None
    broke = False
    for index, token in enumerate(tokens):
        broke = broke or token.kind == "break"
        if token.kind != "command" or token.text not in (r"\left", r"\right"):
            continue
        dot = _next_solid(tokens, index + 1)
        delimiter = tokens[dot].text if dot < len(tokens) else ""
        if token.text == r"\left":
            if delimiter == "." and seam is not None and broke:
                dropped |= {seam[0]: "", seam[1]: "", index: "", dot: ""}
                stack.append(seam[2])
                seam = None
            else:
                stack.append((index, delimiter))
        elif stack:
            opened = stack.pop()
            following = _next_solid(tokens, dot + 1)
            scripted = following < len(tokens) and tokens[following].text in ("_", "^")
            if delimiter == "." and opened[1] not in (".", r"\{", r"\lbrace") and not scripted:
                seam, broke = (index, dot, opened), False
    return [replace(t, kind="ignored") if k in dropped else t for k, t in enumerate(tokens)]


def _next_solid(tokens: list[Token], index: int) -> int:
    while index < len(tokens) and tokens[index].kind in ("space", "ignored"):
        index += 1
    return index


def _join(rows: list[list[Token]]) -> list[list[Token]]:
    joined: list[list[Token]] = []
    index = 0
    while index < len(rows):
        row, index = rows[index], index + 1
        balance, taken = _balance(row), 0
        while index < len(rows) and taken < _MAX_JOINED:
            if balance > 0 and not _closes_soon(rows, index, balance):
                break
            if balance <= 0 and not (_unfinished(row) and not _leads(rows[index])) and not _goes_on(row, rows[index]):
                break
            end = row[-1].end
            seam = Token("break", r"\\", end, max(end, rows[index][0].start))
            row = [*row, seam, *rows[index]]
            balance += _balance(rows[index])
            index, taken = index + 1, taken + 1
        joined.append(row)
    return joined


def _closes_soon(rows: list[list[Token]], index: int, balance: int) -> bool:
    for row in rows[index : index + _MAX_JOINED]:
        balance += _balance(row)
        if balance <= 0:
            return True
    return False


def _balance(row: list[Token]) -> int:
    """How many brackets are left open; ``\\left`` counts with what follows it."""
    balance, sized = 0, False
    for token in row:
        if token.kind == "space":
            continue
        if token.kind == "command" and token.text in (r"\left", r"\right"):
            balance += 1 if token.text == r"\left" else -1
            sized = True
            continue
        if not sized and token.kind in ("sign", "command"):
            balance += (token.text in _OPENING) - (token.text in _CLOSING)
        sized = False
    return balance


def _solid(row: list[Token]) -> list[Token]:
    return [t for t in row if t.kind not in ("space", "ignored", "tag") and t.text not in symbols.THIN_SPACES]


def _unfinished(row: list[Token]) -> bool:
    """Whether a row ends with an operator or a relation."""
    solid = _solid(row)
    while solid and (solid[-1].text in symbols.WIDE_SPACES or solid[-1].text == "&"):
        solid.pop()
    return bool(solid) and (is_relation(solid[-1]) or (solid[-1].text in _BINARY and len(solid) > 1))


def _leads(row: list[Token]) -> bool:
    """Whether a row begins with a relation."""
    solid = [t for t in _solid(row) if t.text != "&" and t.text not in symbols.WIDE_SPACES]
    return bool(solid) and is_relation(solid[0])


def _goes_on(row: list[Token], following: list[Token]) -> bool:
    """Whether the next row is set in and begins with an operator, and does not align a relation of its own."""
    if not any(is_relation(t) for t in row):
        return False
    solid = _solid(following)
    start = 0
    while start < len(solid) and (solid[start].text == "&" or solid[start].text in symbols.WIDE_SPACES):
        start += 1
    if start == len(solid) or solid[start].kind not in ("sign", "command") or solid[start].text not in _BINARY:
        return False
    if solid[start].text not in symbols.PREFIX_SIGNS:
        return True
    pairs = zip(solid[start:], solid[start + 1 :], strict=False)
    aligned = any({"&"} & {a.text, b.text} and (is_relation(a) or is_relation(b)) for a, b in pairs)
    return start > 0 and not aligned
