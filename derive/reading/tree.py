"""Presentation trees: what stands on the page, before anybody decides what it means.

A tree keeps every ambiguity of the notation: ``f(x)`` is a product of ``f`` and a group, ``\\sum_i`` and ``\\log`` are
items of a product whose reach nobody has decided, ``P(w|c)`` is a group whose parts are separated by a bar.  Nothing
that the author wrote is missing: what is only layout is listed in ``Row.ignored``.

From large to small::

    Row        statements, tags, what was ignored             (or ``UnreadRow``)
    Statement  label, texts around it, first side, links
    Link       relation, right side                           (a side may be ``Unread``)
    Node       the mathematics

Every node carries a ``Span``: offsets into the text of its formula, and the line and column of its start in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands: ``[start, end)`` in the text of the formula, line and column (from 1) in the file."""

    start: int
    end: int
    line: int
    column: int

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of the other."""
        return Span(self.start, max(self.end, other.end), self.line, self.column)


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that may stand where a formula stands.  Spans do not take part in comparisons."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Num(Node):
    """A number as it was written: ``12``, ``0.7``, ``.5``."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """One symbol: ``u``, ``\\theta``, ``\\#``, ``\\nabla``, ``\\partial``.

    Attributes:
        base: the letter, or the command with its backslash.
        decorations: accents and alphabets from the outside in: ``("hat", "mathbf")`` for ``\\hat{\\mathbf y}``.
        run: the whole run of letters written without a space, ``"PMI"`` for each letter of ``PMI``; else empty.
        at: the position of this letter in ``run``.
    """

    base: str
    decorations: tuple[str, ...] = ()
    run: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A name of several letters.

    ``kind`` is ``function`` for a command such as ``\\log``, ``bare`` for a known function written without backslash,
    else the command that made it a word: ``text``, ``mathrm``, ``operatorname`` ...
    """

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Words for the reader.

    ``kind`` is ``text``, ``raw`` (words outside a text command) or ``circled`` (``\\textcircled{1}``, ①).
    """

    text: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Mark(Node):
    """A sign that stands alone: ``*`` in ``x^*``, ``\\cdot`` in ``f(\\cdot)``, ``!``, ``\\forall``, ``f|_0``."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Ellipsis(Node):
    """``\\cdots``, ``\\ldots``, ``...``"""

    symbol: str


@dataclass(frozen=True, slots=True)
class Empty(Node):
    """Nothing, where something could have been: ``{}``, an empty cell, the part after a trailing comma."""


@dataclass(frozen=True, slots=True)
class Accent(Node):
    """A decoration over more than one symbol: ``\\overline{x+y}``, ``\\hat{y_i}``, ``\\boxed{...}``."""

    kind: str
    inner: Node


@dataclass(frozen=True, slots=True)
class Script(Node):
    """A base with a subscript, a superscript and primes."""

    base: Node
    sub: Node | None
    sup: Node | None
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Sequence(Node):
    """Parts and the signs between them: ``,`` ``;`` ``|`` ``||`` ``:`` or a wide space (``\\quad``)."""

    parts: tuple[Node, ...]
    separators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group(Node):
    """Something in brackets.

    ``open`` and ``close`` are one of ``( ) [ ] { }`` (plain grouping) ``\\{ \\} | \\| \\langle \\rangle \\lfloor``
    ``\\rfloor \\lceil \\rceil`` or ``.`` (nothing, from ``\\left.``).  ``size`` is ``\\left``, ``\\big`` ... or empty.
    """

    open: str
    close: str
    body: Sequence
    size: str = ""


@dataclass(frozen=True, slots=True)
class Frac(Node):
    """``\\frac``, ``\\dfrac``, ``{a \\over b}``; ``a/b`` is a product with the operator ``/``."""

    numerator: Node
    denominator: Node
    command: str


@dataclass(frozen=True, slots=True)
class Binom(Node):
    """``\\binom{n}{k}``"""

    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Sqrt(Node):
    """``\\sqrt[index]{radicand}``"""

    radicand: Node
    index: Node | None


@dataclass(frozen=True, slots=True)
class BigOp(Node):
    """An operator that may have a range: sum, prod, int, max, min, argmax, argmin, lim, sup, inf, E, bigcup ..."""

    kind: str
    sub: Node | None = None
    sup: Node | None = None


@dataclass(frozen=True, slots=True)
class Stack(Node):
    """``\\overset{annotation}{base}`` and ``\\underset``."""

    kind: str
    base: Node
    annotation: Node


@dataclass(frozen=True, slots=True)
class Array(Node):
    """A table: cases, matrix, pmatrix, array, substack, aligned inside a formula.  Every cell is a node."""

    environment: str
    rows: tuple[tuple[Node, ...], ...]
    columns: str = ""


@dataclass(frozen=True, slots=True)
class Term(Node):
    """A term of a sum with its sign (``+`` ``-`` ``\\pm`` ``\\cup`` ...)."""

    sign: str
    node: Node


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Signed terms.  A single term stands in a sum only if it has a sign."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Factor(Node):
    """An item of a product: the operator before it (empty: juxtaposition) and the space commands before it."""

    operator: str
    space: str
    node: Node


@dataclass(frozen=True, slots=True)
class Product(Node):
    """At least two items side by side; what applies to what is for the consumer to decide."""

    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Signed(Node):
    """A sign inside a product: ``a \\cdot -b``, ``\\log -x``, ``\\sum_i -p_i``."""

    sign: str
    node: Node


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """A relation sign.

    ``symbol`` is canonical (``\\leq`` is ``\\le``; see ``symbols.RELATIONS``), ``written`` the source,
    ``annotation`` what was set above or below it (``\\overset{(a)}{=}``).
    """

    symbol: str
    written: str = ""
    annotation: str = ""


@dataclass(frozen=True, slots=True)
class Link(Node):
    """A relation and its right side; ``right`` is None when the relation is the last thing written."""

    relation: Relation
    right: Node | None


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Relations inside brackets, scripts and cells; ``first`` is None when it begins with a relation."""

    first: Node | None
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Unread(Node):
    """A side that could not be read: why, and the token that stopped the reader (the span is the token's)."""

    message: str
    token: str
    source: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Tag(Node):
    """``\\tag{1}``, ``\\label{eq:a}``, ``\\nonumber``"""

    command: str
    text: str


@dataclass(frozen=True, slots=True)
class Ignored(Node):
    """Layout without meaning: ``\\displaystyle``, ``\\limits``, ``\\phantom{...}``, a comment, closing punctuation."""

    text: str


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """``before label: first relation right relation right ... after``.

    Attributes:
        first: the left end, or None when the statement begins with a relation (it goes on from the row before).
        links: the relations, each with its right side.
        label: what stands before a colon at the start (``A: ...``), or None.
        before, after: texts in front of and behind the mathematics.
        separator: what separates the statement from the one before it in the row (``,`` ``\\quad`` ...), as written.
    """

    first: Node | None
    links: tuple[Link, ...]
    label: Node | None = None
    before: tuple[Text, ...] = ()
    after: tuple[Text, ...] = ()
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Row(Node):
    """A row that was read.  A side of one of its statements may still be ``Unread``."""

    source: str
    statements: tuple[Statement, ...]
    tags: tuple[Tag, ...] = ()
    ignored: tuple[Ignored, ...] = ()


@dataclass(frozen=True, slots=True)
class UnreadRow(Node):
    """A row whose brackets or environments do not match, so that not even its sides are known.

    ``span`` is the row; ``at`` is the token that stopped the reader; ``relations`` are those that a scan counting
    brackets found at depth 0, each with the place of what follows it, so that every step can be reported as unread.
    """

    source: str
    message: str
    token: str
    at: Span = field(compare=False, repr=False)
    relations: tuple[tuple[Relation, Span], ...] = ()


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node, in the order of the page as far as the fields keep it."""
    for each in fields(node):
        yield from _nodes(getattr(node, each.name))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from _nodes(inner)


def depth(node: Node) -> int:
    """The number of levels of a tree, found without recursion."""
    level, deepest = [node], 0
    while level:
        deepest += 1
        level = [child for parent in level for child in children(parent)]
    return deepest


def sexpr(node: Node | None) -> str:
    """A compact s-expression, for tests and debugging: ``(* f ((x , y)))``."""
    if node is None:
        return "_"
    match node:
        case Num(text=text) | Word(text=text):
            return text
        case Name(base=base, decorations=decorations):
            return f"{'.'.join(decorations)}:{base}" if decorations else base
        case Text(text=text) | Ignored(text=text):
            return repr(text)
        case Mark(symbol=symbol):
            return f"<{symbol}>"
        case Ellipsis():
            return "..."
        case Empty():
            return "()"
        case Script(base=base_node, sub=sub, sup=sup, primes=primes):
            marks = (f" _{sexpr(sub)}" if sub else "") + (f" ^{sexpr(sup)}" if sup else "")
            return f"({sexpr(base_node)}{marks}{' ' * bool(primes)}{chr(39) * primes})"
        case BigOp(kind=kind, sub=sub, sup=sup):
            marks = (f" _{sexpr(sub)}" if sub else "") + (f" ^{sexpr(sup)}" if sup else "")
            return f"({kind}{marks})" if marks else kind
        case Sequence(parts=parts, separators=separators):
            if not separators:
                return " ".join(map(sexpr, parts))
            rest = (f" {sign} {sexpr(part)}" for sign, part in zip(separators, parts[1:], strict=True))
            return f"({sexpr(parts[0])}{''.join(rest)})"
        case Group(open=opening, close=closing, body=body):
            return f"{opening}{sexpr(body)}{closing}"
        case Frac(numerator=top, denominator=bottom):
            return f"(frac {sexpr(top)} {sexpr(bottom)})"
        case Sum(terms=terms):
            return f"(+ {' '.join((t.sign if t.sign != '+' else '') + sexpr(t.node) for t in terms)})"
        case Product(factors=factors):
            return f"(* {' '.join((f.operator + ' ' if f.operator else '') + sexpr(f.node) for f in factors)})"
        case Signed(sign=sign, node=inner):
            return f"{sign}{sexpr(inner)}"
        case Array(environment=environment, rows=rows):
            return f"({environment} {' / '.join(' & '.join(map(sexpr, row)) for row in rows)})"
        case Chain(first=first, links=links) | Statement(first=first, links=links):
            written = " ".join([sexpr(first), *(f"{k.relation.symbol} {sexpr(k.right)}" for k in links)])
            if isinstance(node, Statement):
                label = f"{sexpr(node.label)} : " if node.label else ""
                before, after = (" ".join(map(sexpr, texts)) for texts in (node.before, node.after))
                return f"{{{' '.join(filter(None, [before, label + written, after]))}}}"
            return f"[{written}]"
        case Row(statements=statements):
            return " ".join(map(sexpr, statements))
        case Unread(message=message) | UnreadRow(message=message):
            return f"(unread {message!r})"
        case _:
            return f"({type(node).__name__.lower()} {' '.join(_plain(node))})"


def _plain(node: Node) -> Iterator[str]:
    for each in fields(node):
        value = getattr(node, each.name)
        if isinstance(value, Node) or value is None:
            yield sexpr(value)
        elif isinstance(value, str) and value:
            yield value
