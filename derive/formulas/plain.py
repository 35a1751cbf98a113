"""Sentences, formulas and numbers as one reads them in a terminal: Unicode in the place of LaTeX."""

from __future__ import annotations

import re

from derive.formulas.linear import linear
from derive.formulas.verdicts import formulas_in
from derive.reading import tree
from derive.reading.formula import Formula
from derive.reading.latex import parse_block
from derive.reading.spelling import walk

__all__ = ["inline", "plain_number", "said", "side"]


def inline(latex: str) -> str:
    """A formula on one line."""
    return " ".join(linear(row) for row in parse_block(Formula.of(latex)))


def side(latex: str) -> str:
    """One side of a step on one line; as it was written if it cannot be read."""
    rows = parse_block(Formula.of(latex))
    unread = any(isinstance(node, tree.Unread | tree.UnreadRow) for row in rows for node in walk(row))
    return latex if unread or not rows else " ".join(linear(row) for row in rows)


def said(sentence: str) -> str:
    """A sentence with its formulas on the same line."""
    return "".join(inline(part) if is_formula else part for is_formula, part in formulas_in(sentence))


def plain_number(text: str) -> str:
    """An exact number as counterexamples give it, without the signs of a program: ``-2·log(3)/e``."""
    return re.sub(r"\bE\b", "e", text.replace("**", "^").replace("*", "·"))
