"""Which letters are whole numbers because a size is made of them: V in ``M = V - 1``, K in ``k = 0, …, K - 1``.

Only sums of whole multiples are looked into (and powers of a number, ``2^h``): in ``n = λN`` nothing says that λ is
whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from derive.reading import tree
from derive.reading.spelling import letter, plain, spell, walk


def letters_in_sizes(formulas: Sequence[tree.Node], sizes: Iterable[str], lengths: Iterable[str]) -> set[str]:
    """The letters of written ends and of what defines a size; ``lengths`` are the texts of lengths such as d in ℝ^d."""
    statements = [node for formula in formulas for node in _statements(formula)]
    found: set[str] = set()
    for end in (*_ends(statements), *_bounds(formulas)):
        found |= whole_letters(end) or set()
    equations = [sides for statement in statements for sides in _equations(statement)]
    while True:
        known = found | set(sizes) | set(lengths)
        more = {
            name
            for left, right in equations
            for one, other in ((left, right), (right, left))
            if (size := letter(one)) is not None and size in known
            for name in whole_letters(other) or ()
        }
        if more <= found:
            return found
        found |= more


def _statements(formula: tree.Node) -> Iterator[tree.Statement | tree.Chain]:
    return (node for node in walk(formula) if isinstance(node, tree.Statement | tree.Chain))


def _ends(statements: Sequence[tree.Statement | tree.Chain]) -> Iterator[tree.Node]:
    """The last subscripts and last values of what is written with dots: ``x_1, …, x_{n-1}``, ``k = 0, …, K - 1``."""
    for dots, last in pairwise(statements):
        if dots.first is None or dots.links or not isinstance(plain(dots.first), tree.Ellipsis) or last.first is None:
            continue
        spelled = spell(plain(last.first))
        if spelled is not None and spelled.subs:
            yield from spelled.subs
        else:
            yield last.first


def _bounds(formulas: Iterable[tree.Node]) -> Iterator[tree.Node]:
    r"""Both ends of ``\sum_{-m \le j \le m}``."""
    operators = (
        node for each in formulas for node in walk(each) if isinstance(node, tree.BigOp) and node.sub is not None
    )
    for chain in (node for each in operators for node in walk(each.sub) if isinstance(node, tree.Chain)):
        if len(chain.links) == 2 and {link.relation.symbol for link in chain.links} <= {"\\le", "<"}:
            yield from (end for end in (chain.first, chain.links[1].right) if end is not None)


def _equations(statement: tree.Statement | tree.Chain) -> Iterator[tuple[tree.Node, tree.Node]]:
    left = statement.first
    for link in statement.links:
        if link.relation.symbol in ("=", ":=") and left is not None and link.right is not None:
            yield left, link.right
        left = link.right


def whole_letters(node: tree.Node) -> set[str] | None:
    """The letters of a sum of whole multiples; None if it is anything else."""
    node = plain(node)
    if isinstance(node, tree.Num):
        return set() if node.text.isdigit() else None
    if (name := letter(node)) is not None:
        return {name}
    if isinstance(node, tree.Signed):
        return whole_letters(node.node)
    if isinstance(node, tree.Sum):
        parts = [whole_letters(term.node) for term in node.terms]
    elif isinstance(node, tree.Product):
        if not all(isinstance(plain(factor.node), tree.Num) for factor in node.factors[:-1]):
            return None
        parts = [whole_letters(factor.node) for factor in node.factors]
    elif isinstance(node, tree.Script) and node.sub is None and node.sup is not None and not node.primes:
        parts = [whole_letters(node.sup)] if isinstance(plain(node.base), tree.Num) else [None]
    else:
        return None
    return None if None in parts else set().union(*(part for part in parts if part is not None))


__all__ = ["letters_in_sizes", "whole_letters"]
