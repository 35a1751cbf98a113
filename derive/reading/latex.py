"""A formula → rows of statements: the public reader of LaTeX.

``parse_block`` never raises for what the formula says: a side that cannot be read is an ``Unread`` in its place, a row
whose brackets do not match an ``UnreadRow``, and the other rows are not touched by it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from derive.errors import DeriveError
from derive.reading import symbols
from derive.reading.build import parse_side
from derive.reading.delimiters import is_relation
from derive.reading.formula import Formula
from derive.reading.lexer import Lexer
from derive.reading.macros import Expander, Macros
from derive.reading.rows import cut_rows
from derive.reading.scanner import Token, scan
from derive.reading.spelling import walk
from derive.reading.terminals import Broken, Terminal
from derive.reading.tree import (
    Array,
    Chain,
    Ignored,
    Link,
    Node,
    Relation,
    Row,
    Span,
    Statement,
    Text,
    Unread,
    UnreadRow,
)

__all__ = ["MAX_LENGTH", "Formula", "Macros", "parse_block", "read_macros"]

MAX_LENGTH = 100_000
"""Characters of a formula; longer ones are refused."""


def parse_block(formula: Formula, macros: Macros | None = None) -> list[Row | UnreadRow]:
    """The rows of a displayed block or an inline formula.

    Args:
        formula: the text and where it stands.
        macros: the user's commands so far; definitions inside the formula are added to it.

    Raises:
        DeriveError: the formula is longer than ``MAX_LENGTH``.
    """
    if len(formula.text) > MAX_LENGTH:
        message = f"the formula has {len(formula.text)} characters; split it, {MAX_LENGTH} is the most"
        raise DeriveError(message, formula.place(formula.span(0, 1)))
    tokens = Expander(formula.text, macros if macros is not None else {}).expand(scan(formula.text))
    rows, problems = cut_rows(tokens)
    read: list[Row | UnreadRow] = [_read_row(row, formula) for row in rows]
    for problem in problems:
        place = formula.span(problem.token.start, problem.token.end)
        read.append(UnreadRow(place, formula.slice(place), problem.message, formula.slice(place), place))
    return sorted(read, key=lambda row: row.span.start)


def read_macros(text: str, macros: Macros) -> None:
    """Add the definitions (``\\newcommand`` ...) in a preamble or in prose to ``macros``; the rest is ignored."""
    Expander(text, macros).expand(scan(text))


def _read_row(tokens: list[Token], formula: Formula) -> Row | UnreadRow:
    solid = [t for t in tokens if t.kind != "space"]
    span = formula.span(solid[0].start, max(t.end for t in solid))
    lexer = Lexer(list(tokens), formula.text, formula.span)
    try:
        terminals = lexer.run()
    except Broken as broken:
        at = formula.span(broken.token.start, broken.token.end)
        relations = _scan_relations(tokens, formula)
        return UnreadRow(span, formula.slice(span), broken.message, formula.slice(at), at, relations)
    fragments = _fragments(terminals, lexer.ignored)
    statements = _merge_texts([_statement(fragment, separator) for fragment, separator in fragments])
    for statement in statements:
        if (lost := _rows_inside(statement)) is not None:
            table, relations = lost
            token = rf"\begin{{{table.environment}}}"
            return UnreadRow(span, formula.slice(span), _ROWS_INSIDE, token, table.span, relations)
    return Row(span, formula.slice(span), tuple(statements), tuple(lexer.tags), tuple(lexer.ignored))


_ROWS_INSIDE = "rows beside something else are not read; end the display behind them"


def _rows_inside(statement: Statement) -> tuple[Array, tuple[tuple[Relation, Span], ...]] | None:
    """The relations in rows that are no value of anything, because something is written beside them."""
    if statement.links or statement.first is None:
        return None
    for node in walk(statement.first):
        if isinstance(node, Array) and node.environment in symbols.ROW_ENVIRONMENTS:
            cells = [cell for row in node.rows for cell in row if isinstance(cell, Chain)]
            links = [link for cell in cells for link in cell.links]
            if links:
                return node, tuple((link.relation, link.relation.span) for link in links)
    return None


def _scan_relations(tokens: list[Token], formula: Formula) -> tuple[tuple[Relation, Span], ...]:
    """The relations outside brackets, as far as counting brackets can tell."""
    solid = [t for t in tokens if t.kind not in ("space", "ignored", "tag", "break") and t.text != "&"]
    opened: list[int] = []
    level = [0] * (len(solid) + 1)  # how much deeper it is from here on; brackets that do not pair do not count
    for index, token in enumerate(solid):
        bracket = token.kind in ("sign", "command")
        if token.kind == "begin" or (bracket and (token.text in symbols.OPENERS or token.text == "{")):
            opened.append(index)
        closing = token.kind == "end" or (bracket and (token.text in symbols.CLOSERS or token.text == "}"))
        if closing and opened:
            level[opened.pop()] += 1
            level[index] -= 1
    found: list[tuple[Relation, Span]] = []
    depth = 0
    for index, token in enumerate(solid):
        depth += level[index]
        if depth == 0 and is_relation(token):
            place, right = formula.span(token.start, token.end), solid[min(index + 1, len(solid) - 1)]
            relation = Relation(place, symbols.RELATIONS[token.text], formula.slice(place))
            found.append((relation, formula.span(right.start, right.end)))
    return tuple(found)


# Statements -----------------------------------------------------------------------------------------------------------

_SEPARATING = frozenset({"COMMA", "PERIOD", "QUAD"})
_INCOMPLETE = frozenset({"RELATION", "SIGN", "LEAD", "UNARY", "MULOP", "COLON", "LISTSEP", "SUP", "SUB"})


def _fragments(terminals: list[Terminal], ignored: list[Ignored]) -> list[tuple[list[Terminal], str]]:
    """The terminals between separators at depth 0, each with the separator before it.

    A text is a boundary of its own when it follows a finished statement, and so is a number in a circle.
    """
    while terminals and terminals[-1].depth == 0 and terminals[-1].type in _SEPARATING:
        last = terminals.pop()
        ignored.append(Ignored(last.span, last.written))
    fragments: list[tuple[list[Terminal], str]] = [([], "")]
    related = False
    ahead = _ahead(terminals)
    for index, terminal in enumerate(terminals):
        current, separator = fragments[-1]
        if terminal.depth == 0 and terminal.type in _SEPARATING:
            if current:
                fragments.append(([], terminal.written))
            else:
                fragments[-1] = (current, separator + terminal.written)
            related = False
            continue
        if terminal.depth == 0 and isinstance(terminal.data, Text) and current:
            finished = current[-1].type not in _INCOMPLETE
            only_texts, relation_follows = ahead[index + 1]
            connects = relation_follows and (terminal.data.kind == "raw" or _connective(terminal.data))
            if finished and not only_texts and (related or connects or terminal.data.kind == "circled"):
                fragments.append(([terminal], ""))
                related = False
                continue
        related = related or (terminal.depth == 0 and terminal.type == "RELATION")
        if current or terminal.type != "GAP":
            current.append(terminal)
    return [(fragment, separator) for fragment, separator in fragments if fragment]


def _ahead(terminals: list[Terminal]) -> list[tuple[bool, bool]]:
    """For every place: whether only texts, and whether a relation, come before the next separator at depth 0."""
    ahead = [(True, False)]
    for each in reversed(terminals):
        only_texts, relation = ahead[-1]
        if each.depth == 0 and each.type in _SEPARATING:
            ahead.append((True, False))
        elif each.depth == 0 and each.type == "RELATION":
            ahead.append((False, True))
        else:
            ahead.append((only_texts and (isinstance(each.data, Text) or each.type == "GAP"), relation))
    return ahead[::-1]


def _statement(terminals: list[Terminal], separator: str) -> Statement:
    span = terminals[0].span.to(terminals[-1].span)
    before = _take_texts(terminals)
    label: Node | None = None
    colon = next((k for k, t in enumerate(terminals) if t.depth == 0 and t.type in ("COLON", "RELATION")), None)
    if colon is not None and colon > 0 and terminals[colon].type == "COLON":
        label = parse_side(_trimmed(terminals[:colon]))
        terminals = terminals[colon + 1 :]
        before += _take_texts(terminals)
    after: list[Text] = []
    while len(terminals) > 1 and terminals[-1].depth == 0 and isinstance(terminals[-1].data, Text):
        last = terminals.pop()
        _trimmed(terminals)
        if not terminals or terminals[-1].type in _INCOMPLETE:
            terminals.append(last)
            break
        after.append(cast(Text, last.data))
    if len(terminals) == 1 and isinstance(terminals[0].data, Text) and label is None:
        before.append(terminals[0].data)
        terminals = []
    first, links = _chain(terminals)
    return Statement(span, first, links, label, tuple(before), tuple(reversed(after)), separator)


def _take_texts(terminals: list[Terminal]) -> list[Text]:
    """Takes the texts in front of the mathematics away; a text that is itself an operand stays."""
    taken: list[Text] = []
    start = 0
    while start < len(terminals):
        text = terminals[start].data
        behind = start + 1
        while behind < len(terminals) and terminals[behind].type == "GAP":
            behind += 1
        if not isinstance(text, Text) or terminals[start].depth or behind == len(terminals):
            break
        following = terminals[behind]
        if following.type in ("SUP", "SUB", "PRIMES", "COLON"):
            break
        operand = following.type in ("RELATION", "MULOP", "SIGN", "OPEN", "LISTSEP")
        if operand and text.kind == "text" and not text.text[-1:].isspace() and not _connective(text):
            break
        taken.append(text)
        start = behind
    del terminals[:start]
    return taken


def _connective(text: Text) -> bool:
    words = text.text.lower().split()
    return bool(words) and all(word.strip("(),.:;") in symbols.CONNECTIVES for word in words)


def _trimmed(terminals: list[Terminal]) -> list[Terminal]:
    while terminals and terminals[-1].type == "GAP":
        terminals.pop()
    return terminals


def _chain(terminals: list[Terminal]) -> tuple[Node | None, tuple[Link, ...]]:
    """Cut at the relations of depth 0, and read every side by itself."""
    sides: list[list[Terminal]] = [[]]
    relations: list[Relation] = []
    for terminal in terminals:
        if terminal.depth == 0 and terminal.type == "COLON":
            relations.append(Relation(terminal.span, ":", terminal.written))
            sides.append([])
        elif terminal.depth == 0 and isinstance(terminal.data, Relation) and terminal.type == "RELATION":
            relations.append(terminal.data)
            sides.append([])
        elif sides[-1] or terminal.type != "GAP":
            sides[-1].append(terminal)
    nodes = [parse_side(side) if side else None for side in map(_trimmed, sides)]
    links = []
    for number, relation in enumerate(relations):
        right = nodes[number + 1]
        if right is None and number + 1 < len(relations):
            following = relations[number + 1]
            message = f"nothing stands between {relation.written} and {following.written}"
            right = Unread(following.span, message, following.written, following.span)
        end = right.source if isinstance(right, Unread) else (right or relation).span
        links.append(Link(relation.span.to(end), relation, right))
    return nodes[0], tuple(links)


def _merge_texts(statements: list[Statement]) -> list[Statement]:
    """A statement that is nothing but text goes with its neighbour: the next one, or at the end the one before."""
    merged: list[Statement] = []
    waiting: list[Statement] = []
    for statement in statements:
        if statement.first is None and not statement.links and statement.label is None:
            waiting.append(statement)
            continue
        texts = tuple(text for each in waiting for text in each.before)
        if texts:
            separator, span = waiting[0].separator, waiting[0].span.to(statement.span)
            statement = replace(statement, span=span, before=texts + statement.before, separator=separator)
        merged.append(statement)
        waiting = []
    if waiting and merged:
        texts = tuple(text for each in waiting for text in each.before)
        last = merged.pop()
        merged.append(replace(last, span=last.span.to(waiting[-1].span), after=last.after + texts))
        return merged
    return merged + waiting
