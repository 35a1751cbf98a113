"""What is written over or under a relation sign: ``\\underset{h(x) = σ(θᵀx)}{=}`` says what h is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.reading import tree
from derive.reading.formula import Formula as Mathematics
from derive.reading.latex import Macros, parse_block
from derive.reading.spelling import call, letter, plain, spell

__all__ = ["annotated"]

OVER = re.compile(r"\\(?:underset|overset|stackrel)\s*\{")


def annotated(
    rows: tuple[tree.Row | tree.UnreadRow, ...], formula: Mathematics, macros: Macros
) -> Iterator[tree.Statement]:
    """The equations over the relation signs of a display that have a name or a function on their left."""
    for row in rows:
        for statement in row.statements if isinstance(row, tree.Row) else ():
            for link in statement.links:
                if link.relation.annotation and (text := _over(link.relation.written)):
                    yield from _equations(text, link.relation.span, formula, macros)


def _over(written: str) -> str:
    """What stands in the first braces of ``\\underset{…}{=}``; empty if there is no equation in it."""
    opened = OVER.match(written.strip())
    if opened is None:
        return ""
    text, depth = written.strip()[opened.end() :], 1
    for position, sign in enumerate(text):
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return text[:position] if "=" in text[:position] else ""
    return ""


def _equations(text: str, at: tree.Span, formula: Mathematics, macros: Macros) -> Iterator[tree.Statement]:
    for row in parse_block(Mathematics.of(text, formula.path, at.line, at.column), macros):
        for statement in row.statements if isinstance(row, tree.Row) else ():
            link = statement.links[0] if len(statement.links) == 1 else None
            if link is None or link.relation.symbol != "=" or link.right is None or statement.first is None:
                continue
            simple = isinstance(plain(link.right), tree.Num) or letter(link.right) is not None
            if not simple and not isinstance(link.right, tree.Unread) and _names(plain(statement.first)):
                yield statement


def _names(node: tree.Node) -> bool:
    if isinstance(node, tree.Product) and len(node.factors) == 2:
        return call(node.factors[0].node, node.factors[1].node)
    return spell(node) is not None
