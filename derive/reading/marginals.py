"""``p_X(x)``, ``p_{XY}(x,y)``, ``p_{Y|X}(y|x)``: the random variables stand below the name and in its arguments.

The arguments alone tell which distribution it is, so that what stands below is left out.  ``p_X(a)`` is
``p(X=a)``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from derive.reading import tree
from derive.reading.items import Display, Item, Sentence, trees_of
from derive.reading.rewriting import rewritten
from derive.reading.signatures import arguments_of, variable_letter
from derive.reading.spelling import letter, plain, walk
from derive.reading.survey import TABLES

__all__ = ["with_plain_marginals"]

Below = tuple[tuple[str, ...], tuple[str, ...]]
"""Random variables, and the signs between them."""


def with_plain_marginals(items: list[Item]) -> list[Item]:
    """The document with ``p(x)`` for ``p_X(x)``."""
    names = _named_twice(trees_of(items))
    if not names:
        return items
    found: list[Item] = []
    for item in items:
        if isinstance(item, Display):
            found.append(replace(item, rows=rewritten(item.rows, lambda node: _without(node, names))))
        elif isinstance(item, Sentence):
            statements = (rewritten(f.statements, lambda node: _without(node, names)) for f in item.formulas)
            formulas = (replace(f, statements=each) for f, each in zip(item.formulas, statements, strict=True))
            found.append(replace(item, formulas=tuple(formulas)))
        else:
            found.append(item)
    return found


def _named_twice(formulas: Iterable[tree.Node]) -> frozenset[str]:
    """The names of probabilities whose variables stand below them, always before arguments, and once in these too."""
    alone: dict[str, int] = {}
    fitting: set[str] = set()
    for formula in formulas:
        for node in walk(formula):
            if isinstance(node, tree.Script) and (below := _below(node)) is not None:
                alone[below[0]] = alone.get(below[0], 0) + 1
            for head, argument in pairwise(node.factors) if isinstance(node, tree.Product) else ():
                if (found := _call(head, argument)) is not None:
                    name, variables, parts = found
                    alone[name] = alone.get(name, 0) - 1
                    fitting |= {name} if tuple(map(variable_letter, parts)) == variables else set()
    return frozenset(name for name, rest in alone.items() if rest == 0 and name in fitting)


def _call(head: tree.Factor, argument: tree.Factor) -> tuple[str, tuple[str, ...], list[tree.Node]] | None:
    """The name, the variables and the arguments of ``p_{Y|X}(y|x)``."""
    group = argument.node
    if isinstance(group, tree.Script) and group.sub is None:  # p_X(x)^2
        group = group.base
    below = _below(head.node) if isinstance(head.node, tree.Script) else None
    if below is None or argument.operator or not isinstance(group, tree.Group) or group.open not in ("(", "["):
        return None
    parts, separators = arguments_of(group)
    name, (variables, between) = below
    as_many = len(parts) == len(variables) == len(group.body.parts)
    return (name, variables, parts) if as_many and between in (separators, tuple("" for _ in separators)) else None


def _below(node: tree.Script) -> tuple[str, Below] | None:
    """The name p and the variables of ``p_{XY}`` and ``p_{X|Y}``."""
    name = letter(node.base)
    if name is None or name not in TABLES or node.sub is None or node.sup is not None or node.primes:
        return None
    sub = plain(node.sub)
    separators: tuple[str, ...] = ()
    if isinstance(sub, tree.Product):
        parts = [factor.node for factor in sub.factors]
        separators = tuple("" for _ in parts[1:])
    elif isinstance(sub, tree.Sequence):
        parts, separators = list(sub.parts), tuple("|" if s in ("|", "\\mid") else s for s in sub.separators)
    else:
        parts = [sub]
    letters = [letter(part) for part in parts]
    found = tuple(each.lower() for each in letters if each is not None and len(each) == 1 and each.isupper())
    return (name, (found, separators)) if len(found) == len(parts) else None


def _without(node: tree.Node, names: frozenset[str]) -> tree.Node | None:
    """``p(x)`` for ``p_X(x)``, ``p(X=a)`` for ``p_X(a)``."""
    if not isinstance(node, tree.Product):
        return None
    factors = list(node.factors)
    for position, (head, argument) in enumerate(pairwise(node.factors)):
        found = _call(head, argument)
        if found is not None and found[0] in names and isinstance(head.node, tree.Script):
            factors[position] = replace(head, node=head.node.base)
            factors[position + 1] = replace(argument, node=_told(argument.node, found[1]))
    inside = [replace(f, node=rewritten(f.node, lambda each: _without(each, names))) for f in factors]
    return replace(node, factors=tuple(inside))


def _told(group: tree.Node, variables: tuple[str, ...]) -> tree.Node:
    """``(X=a)`` for ``(a)``, where the letter does not tell the variable."""
    if isinstance(group, tree.Script):
        return replace(group, base=_told(group.base, variables))
    if not isinstance(group, tree.Group):
        return group
    parts = []
    for part, variable in zip(group.body.parts, variables, strict=True):
        if variable_letter(part) != variable:
            equal = tree.Relation(part.span, "=", "=")
            name = tree.Name(part.span, variable.upper())
            part = tree.Chain(part.span, name, (tree.Link(part.span, equal, part),))
        parts.append(part)
    return replace(group, body=replace(group.body, parts=tuple(parts)))
