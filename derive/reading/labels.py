"""``L^w(u)``: a function of two words, one of them above its name, as a name with two indices.

Only a function that a note defines in this notation is one; ``f^2(x)`` and ``A^T(x)`` are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.reading import tree
from derive.reading.items import Display, Item, Sentence, trees_of
from derive.reading.rewriting import rewritten
from derive.reading.spelling import TRANSPOSES, bare, letter, plain, walk

__all__ = ["with_labels"]

Label = tuple[str, str]
"""The name of such a function, and the letter above it."""


def with_labels(items: list[Item]) -> list[Item]:
    """The document with functions of two words as names with indices."""
    labels = frozenset(_defined(trees_of(items)))
    if not labels:
        return items
    found: list[Item] = []
    for item in items:
        if isinstance(item, Display):
            found.append(replace(item, rows=rewritten(item.rows, lambda node: _indexed(node, labels))))
        elif isinstance(item, Sentence):
            statements = (rewritten(f.statements, lambda node: _indexed(node, labels)) for f in item.formulas)
            formulas = (replace(f, statements=each) for f, each in zip(item.formulas, statements, strict=True))
            found.append(replace(item, formulas=tuple(formulas)))
        else:
            found.append(item)
    return found


def _defined(formulas: Iterable[tree.Node]) -> Iterator[Label]:
    for formula in formulas:
        for node in walk(formula):
            if isinstance(node, tree.Statement) and node.first is not None and node.links:
                first = plain(node.first)
                if isinstance(first, tree.Product) and len(first.factors) == 2:
                    label = _label(first.factors[0].node, first.factors[1])
                    if label is not None and node.links[0].relation.symbol in ("=", ":="):
                        yield label


def _label(head: tree.Node, argument: tree.Factor) -> Label | None:
    """The name and the letter of ``L^w`` before ``(u)``."""
    if not isinstance(head, tree.Script) or head.sub is not None or head.sup is None or head.primes:
        return None
    name, above = letter(head.base), letter(head.sup)
    group = argument.node
    if name is None or above is None or above in TRANSPOSES or above.isdigit():
        return None
    if argument.operator or not isinstance(group, tree.Group) or group.open != "(" or len(group.body.parts) != 1:
        return None
    return (name, above) if letter(group.body.parts[0]) is not None else None


def _indexed(node: tree.Node, labels: frozenset[Label]) -> tree.Node | None:
    if not isinstance(node, tree.Product):
        return None
    factors: list[tree.Factor] = []
    for factor in node.factors:
        head = factors[-1] if factors else None
        label = _label(head.node, factor) if head is not None else None
        if head is not None and label in labels and isinstance(head.node, tree.Script) and head.node.sup is not None:
            span, group = head.node.span.to(factor.node.span), factor.node
            argument = group.body.parts[0] if isinstance(group, tree.Group) else group
            name = tree.Name(head.node.span, f"{label[0]}^" if label is not None else "")
            sub = tree.Sequence(span, (head.node.sup, argument), (",",))
            factors[-1] = replace(head, node=tree.Script(span, name, sub, None))
        else:
            factors.append(replace(factor, node=rewritten(factor.node, lambda each: _indexed(each, labels))))
    if len(factors) == len(node.factors):
        return replace(node, factors=tuple(factors))
    return factors[0].node if len(factors) == 1 else replace(node, factors=(bare(factors[0].node), *factors[1:]))
