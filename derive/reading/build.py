"""Terminals → tree: the grammar, and what each of its rules makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from lark import Lark, Transformer
from lark.exceptions import UnexpectedInput, UnexpectedToken
from lark.lexer import Lexer

from derive.errors import InternalError
from derive.reading.lexer import KNOWN
from derive.reading.terminals import Terminal
from derive.reading.tree import (
    Accent,
    Array,
    BigOp,
    Binom,
    Chain,
    Empty,
    Factor,
    Frac,
    Group,
    Link,
    Mark,
    Name,
    Node,
    Num,
    Product,
    Relation,
    Script,
    Sequence,
    Signed,
    Span,
    Sqrt,
    Stack,
    Sum,
    Term,
    Text,
    Unread,
    Word,
    depth,
)

MAX_TREE_DEPTH = 200
"""Deeper trees are refused, so that everybody may walk a tree by recursion."""

_NOWHERE = Span(0, 0, 0, 0)


class _Passed(Lexer):
    """The lexer of the parser: the terminals are already there."""

    __future_interface__ = 1

    def __init__(self, _configuration: Any) -> None:
        pass

    def lex(self, lexer_state: Any, _parser_state: Any) -> Iterator[Any]:
        return iter(lexer_state.text)


def parse_side(terminals: list[Terminal]) -> Node:
    """The tree of one side, or ``Unread`` with the token that stopped the reader."""
    source = terminals[0].span.to(terminals[-1].span)
    try:
        node = cast(Node, _PARSER.parse(cast(Any, terminals)))
    except UnexpectedToken as error:
        token = error.token
        if isinstance(token, Terminal):
            return Unread(token.span, _complaint(token, terminals), token.written, source)
        last = terminals[-1]
        return Unread(last.span, f"something is missing after {last.written}", last.written, source)
    except UnexpectedInput as error:
        raise InternalError("the lexer made a terminal that the grammar does not declare") from error
    except _Refused as error:
        return Unread(error.span, error.message, error.token, source)
    if depth(node) > MAX_TREE_DEPTH:
        return Unread(source, "the formula is nested too deep", terminals[0].written, source)
    return node


def _complaint(token: Terminal, terminals: list[Terminal]) -> str:
    if token.type == "ERROR":
        return str(token.data) or unknown(token.written)
    before = [t for t in terminals if t.span.start < token.span.start]
    after = f" after {before[-1].written}" if before else ""
    return f"{token.written} cannot stand here{after}"


@lru_cache(maxsize=1024)
def unknown(command: str) -> str:
    """What to say of a command that nobody knows."""
    near = get_close_matches(command, KNOWN, 1, 0.75) if len(command) < 40 else []
    return f"{command} is not known here" + (f"; did you mean {near[0]}?" if near else "")


class _Refused(Exception):
    def __init__(self, message: str, span: Span, token: str) -> None:
        super().__init__(message)
        self.message, self.span, self.token = message, span, token


class _Builder(Transformer[Any, Any]):
    """One method for each alternative of the grammar; its argument are the children."""

    def only(self, c: list[Any]) -> Any:
        return c[0]

    def list_first(self, c: list[Any]) -> list[Any]:
        return [c[0]]

    def list_more(self, c: list[Any]) -> list[Any]:
        c[0].append(c[1])
        return c[0]

    def list_more_after(self, c: list[Any]) -> list[Any]:
        c[0].append(c[2])
        return c[0]

    # Lists, parts, chains -------------------------------------------------------------------------------------------

    def more_side(self, c: list[Any]) -> Node:
        left, separator, right = c
        before = (left.parts, left.separators) if isinstance(left, Sequence) else ((left,), ())
        return Sequence(left.span.to(right.span), (*before[0], right), (*before[1], separator.data))

    def empty(self, _c: list[Any]) -> Node:
        return Empty(_NOWHERE)

    def sequence(self, c: list[Any]) -> tuple[list[Node], list[Terminal]]:
        return [c[0]], []

    def more_sequence(self, c: list[Any]) -> tuple[list[Node], list[Terminal]]:
        (parts, separators), separator, part = c
        parts.append(part)
        separators.append(separator)
        return parts, separators

    def chain(self, c: list[Any]) -> Node:
        return _chain(c[0], c[1])

    def chain_dangling(self, c: list[Any]) -> Node:
        return _chain(c[0], [_link(c[1].data, None)])

    def chain_more(self, c: list[Any]) -> Node:
        return _chain(c[0], [*c[1], _link(c[2].data, None)])

    def chain_alone(self, c: list[Any]) -> Node:
        return _chain(None, [_link(c[0].data, None)])

    def link(self, c: list[Any]) -> list[Link]:
        return [_link(c[0].data, c[1])]

    def more_links(self, c: list[Any]) -> list[Link]:
        c[0].append(_link(c[1].data, c[2]))
        return c[0]

    # Sums and products.  A term is passed up with whether its sign was written. -------------------------------------

    def plain(self, c: list[Any]) -> tuple[bool, Term]:
        return False, Term(c[0].span, "+", c[0])

    def led(self, c: list[Any]) -> tuple[bool, Term]:
        sign, term = c
        return True, Term(sign.span.to(term[1].span), sign.data, _total([term]))

    def more_terms(self, c: list[Any]) -> list[tuple[bool, Term]]:
        terms, sign, term = c
        terms.append((True, Term(sign.span.to(term[1].span), sign.data, _total([term]))))
        return terms

    def total(self, c: list[Any]) -> Node:
        return _total(c[0])

    def two(self, c: list[Any]) -> list[Factor]:
        return [Factor(c[0].span, "", "", c[0]), Factor(c[1].span, "", "", c[1])]

    def two_multiplied(self, c: list[Any]) -> list[Factor]:
        return [Factor(c[0].span, "", "", c[0]), _factor(c[1], c[2])]

    def more_factors(self, c: list[Any]) -> list[Factor]:
        c[0].append(Factor(c[1].span, "", "", c[1]))
        return c[0]

    def more_multiplied(self, c: list[Any]) -> list[Factor]:
        c[0].append(_factor(c[1], c[2]))
        return c[0]

    def product(self, c: list[Any]) -> Node:
        return Product(c[0][0].span.to(c[0][-1].span), tuple(c[0]))

    def unary(self, c: list[Any]) -> Node:
        return Signed(c[0].span.to(c[1].span), c[0].data, c[1])

    # Scripts --------------------------------------------------------------------------------------------------------

    def sup(self, c: list[Any]) -> tuple[str, Any, Node | int]:
        return "sup", c[0], c[1]

    def sub(self, c: list[Any]) -> tuple[str, Any, Node | int]:
        return "sub", c[0], c[1]

    def primes(self, c: list[Any]) -> tuple[str, Any, Node | int]:
        return "primes", c[0], c[0].data

    def script(self, c: list[Any]) -> Node:
        base, marks = _bare(c[0]), c[1]
        sub: Node | None = None
        sup: Node | None = None
        primes, span = 0, c[0].span
        for kind, sign, value in marks:
            if kind == "primes":
                primes += value
                span = span.to(sign.span)
                continue
            span = span.to(value.span)
            inner = _bare(value)
            if kind == "sup" and (count := _primes(inner)):
                primes += count
            elif (sup if kind == "sup" else sub) is not None:
                raise _Refused(f"a second {sign.written} after the first", sign.span, sign.written)
            elif kind == "sup":
                sup = inner
            else:
                sub = inner
        if isinstance(base, BigOp) and base.sub is None and base.sup is None and not primes:
            return BigOp(span, base.kind, sub, sup)
        if sub is None and sup is None and not primes:
            return base
        return Script(span, base, sub, sup, primes)

    # Atoms ----------------------------------------------------------------------------------------------------------

    def leaf(self, c: list[Any]) -> Node:
        return c[0].data

    def braced(self, c: list[Any]) -> Node:
        body = _body(c[1], c[0], c[2])
        if len(body.parts) == 1 and not isinstance(body.parts[0], Sum | Product | Chain | Empty):
            # The braces belong to its source, or that of \frac{a}{b} would end before the last of them.
            return replace(body.parts[0], span=c[0].span.to(c[2].span))
        return Group(c[0].span.to(c[2].span), "{", "}", body)

    def group(self, c: list[Any]) -> Node:
        opening, size = c[0].data
        body = _body(c[1], c[0], c[2])
        if opening in (r"\{", r"\lbrace") and c[2].data == "." and len(body.parts) == 1:
            if (rows := _cases(body.parts[0])) is not None:
                return Array(c[0].span.to(c[2].span), "cases", rows)
        return Group(c[0].span.to(c[2].span), opening, c[2].data, body, size)

    def frac(self, c: list[Any]) -> Node:
        return Frac(c[0].span.to(c[2].span), _bare(c[1]), _bare(c[2]), c[0].data)

    def binom(self, c: list[Any]) -> Node:
        return Binom(c[0].span.to(c[2].span), _bare(c[1]), _bare(c[2]))

    def stack(self, c: list[Any]) -> Node:
        span, note, base = c[0].span.to(c[2].span), _bare(c[1]), _bare(c[2])
        if c[0].data == r"\underset" and isinstance(base, BigOp) and base.sub is None:
            return BigOp(span, base.kind, note, base.sup)
        return Stack(span, c[0].data[1:], base, note)

    def sqrt(self, c: list[Any]) -> Node:
        return Sqrt(c[0].span.to(c[1].span), _bare(c[1]), None)

    def sqrt_index(self, c: list[Any]) -> Node:
        index = _body(c[2], c[1], c[3])
        return Sqrt(c[0].span.to(c[4].span), _bare(c[4]), index.parts[0] if len(index.parts) == 1 else index)

    def accent(self, c: list[Any]) -> Node:
        kind, inner = c[0].data, _bare(c[1])
        span = c[0].span.to(c[1].span)
        if isinstance(inner, Name):
            return Name(span, inner.base, (kind, *inner.decorations))
        if isinstance(inner, Num) and len(inner.text) == 1:
            return Name(span, inner.text, (kind,))
        return Accent(span, kind, inner)

    def array(self, c: list[Any]) -> Node:
        environment, columns = c[0].data
        rows = tuple(tuple(_cell(cell, c[0]) for cell in row) for row in c[1])
        return Array(c[0].span.to(c[2].span), environment, rows, columns)


def _link(relation: Relation, right: Node | None) -> Link:
    return Link(relation.span.to((right or relation).span), relation, right)


def _chain(first: Node | None, links: list[Link]) -> Chain:
    return Chain((first or links[0]).span.to(links[-1].span), first, tuple(links))


def _total(terms: list[tuple[bool, Term]]) -> Node:
    if len(terms) == 1 and not terms[0][0]:
        return terms[0][1].node
    return Sum(terms[0][1].span.to(terms[-1][1].span), tuple(term for _, term in terms))


def _factor(operator: Terminal, node: Node) -> Factor:
    name, space = cast(tuple[str, str], operator.data)
    return Factor(operator.span.to(node.span), name, space, node)


def _body(sequence: tuple[list[Node], list[Terminal]], opening: Terminal, closing: Terminal) -> Sequence:
    """The parts between two brackets; an empty part stands right behind the sign before it."""
    parts, separators = sequence
    placed = tuple(_after(part, ([opening, *separators])[n].span) for n, part in enumerate(parts))
    inside = placed[0].span.to(placed[-1].span) if parts else opening.span.to(closing.span)
    return Sequence(inside, placed, tuple(str(s.data) for s in separators))


def _cell(sequence: tuple[list[Node], list[Terminal]], opening: Terminal) -> Node:
    body = _body(sequence, opening, opening)
    return body.parts[0] if len(body.parts) == 1 else body


TABLES_OF_CASES = {"array", "aligned", "matrix", "split", "gathered"}


def _cases(node: Node) -> tuple[tuple[Node, ...], ...] | None:
    """The rows of a table behind an open brace that are values with conditions; None for a system of equations."""
    if not isinstance(node, Array) or node.environment not in TABLES_OF_CASES:
        return None
    rows: list[tuple[Node, ...]] = []
    for row in node.rows:
        cells = [part for cell in row for part in (cell.parts if isinstance(cell, Sequence) else (cell,))]
        cells = [cell for cell in cells if not isinstance(cell, Empty)]
        if not cells:
            continue
        if len(cells) != 2 or isinstance(cells[0], Chain | Text) or not _is_condition(cells[1]):
            return None
        rows.append((cells[0], cells[1]))
    return tuple(rows) if len(rows) > 1 else None


def _is_condition(node: Node) -> bool:
    if isinstance(node, Group) and len(node.body.parts) == 1:
        node = node.body.parts[0]
    if isinstance(node, Product):
        return any(isinstance(factor.node, Text | Word | Chain) for factor in node.factors)
    return isinstance(node, Chain | Text | Word)


def _after(part: Node, before: Span) -> Node:
    if isinstance(part, Empty) and part.span is _NOWHERE:
        return Empty(Span(before.end, before.end, before.line, before.column + before.end - before.start))
    return part


def _bare(node: Node) -> Node:
    """An argument without its braces; one part alone stands for itself."""
    if isinstance(node, Group) and node.open == "{":
        return node.body.parts[0] if len(node.body.parts) == 1 else node.body
    return node


def _primes(node: Node) -> int:
    """How many primes a superscript is, if it is nothing else."""
    items = [factor.node for factor in node.factors] if isinstance(node, Product) else [node]
    return len(items) if all(isinstance(n, Mark) and n.symbol == r"\prime" for n in items) else 0


_PARSER = Lark(
    Path(__file__).with_name("latex.lark").read_text(encoding="utf-8"),
    parser="lalr",
    start="side",
    lexer=_Passed,
    transformer=_Builder(),
    maybe_placeholders=True,
)
