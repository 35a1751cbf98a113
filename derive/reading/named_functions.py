"""A letter that the text calls the sigmoid function: ``g(z)`` after "where g is the sigmoid function" is σ(z)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from derive.reading import tree
from derive.reading.items import Display, Item, Sentence
from derive.reading.rewriting import rewritten
from derive.reading.spelling import letter, plain
from derive.reading.survey import TABLES

__all__ = ["with_named_functions"]

SIGMOID = re.compile(
    r"\ue000\s*(?:is|are|be|being|denotes?|represents?|stands for|means|为|是|表示|代表|指|는|은|es|est|ist)\s*"
    r"(?:the|a|an|la|le|die|一个)?\s*(?:standard |usual |well[- ]known |logistic |función |fonction )?"
    r"(?:sigmoide?\b|logistic(?: function)?\b(?! regression| loss| model))",
    re.IGNORECASE,
)


def with_named_functions(items: list[Item]) -> list[Item]:
    """The document with σ for every letter that is said to be the sigmoid, wherever it has an argument."""
    names = frozenset(_said_to_be(items))
    if not names:
        return items
    found: list[Item] = []
    for item in items:
        if isinstance(item, Display):
            found.append(replace(item, rows=rewritten(item.rows, lambda node: _called(node, names))))
        elif isinstance(item, Sentence):
            statements = (rewritten(f.statements, lambda node: _called(node, names)) for f in item.formulas)
            formulas = (replace(f, statements=each) for f, each in zip(item.formulas, statements, strict=True))
            found.append(replace(item, formulas=tuple(formulas)))
        else:
            found.append(item)
    return found


def _said_to_be(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        for match in SIGMOID.finditer(item.text) if isinstance(item, Sentence) else ():
            at = [f for f in item.formulas if f.position == match.start()] if isinstance(item, Sentence) else []
            first = at[0].statements[0].first if at and len(at[0].statements) == 1 else None
            if first is None or at[0].statements[0].links:
                continue
            name = letter(first) or _head(plain(first))
            if name is not None and name != "\\sigma" and name not in TABLES:
                yield name


def _head(node: tree.Node) -> str | None:
    """The letter of ``g(z)`` and ``g(\\cdot)``."""
    if not isinstance(node, tree.Product) or len(node.factors) != 2 or node.factors[1].operator:
        return None
    group = node.factors[1].node
    return letter(node.factors[0].node) if isinstance(group, tree.Group) and group.open == "(" else None


def _called(node: tree.Node, names: frozenset[str]) -> tree.Node | None:
    """A product in which such letters stand before an argument."""
    if not isinstance(node, tree.Product):
        return None
    factors, changed = list(node.factors), False
    for k, (one, other) in enumerate(pairwise(tuple(factors))):
        argument = plain(other.node.base) if isinstance(other.node, tree.Script) else other.node
        if other.operator or not isinstance(argument, tree.Group) or argument.open not in ("(", "["):
            continue
        head = one.node.base if isinstance(one.node, tree.Script) and _only_primes(one.node) else one.node
        if isinstance(head, tree.Name) and letter(head) in names:
            sigma: tree.Node = tree.Name(head.span, "\\sigma")
            sigma = replace(one.node, base=sigma) if isinstance(one.node, tree.Script) else sigma
            factors[k], changed = replace(one, node=sigma), True
    if not changed:
        return None
    return replace(
        node, factors=tuple(replace(f, node=rewritten(f.node, lambda n: _called(n, names))) for f in factors)
    )


def _only_primes(node: tree.Script) -> bool:
    return node.sub is None and node.sup is None
