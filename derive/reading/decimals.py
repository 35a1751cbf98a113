"""Decimal numbers in an equation: rounded digits, and the numbers of an example in place of the names."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr

from derive.derivation import Goal, Relation
from derive.reading import tree
from derive.reading.spelling import plain, walk

__all__ = ["of_decimals"]


def of_decimals(goal: Goal, nodes: tuple[tree.Node | None, ...]) -> Iterator[str]:
    """Why an equation with decimal numbers may be meant although it is false as it stands."""
    if goal.relation is not Relation.EQUAL or not any(_digits(n) for node in nodes if node for n in walk(node)):
        return
    numbers = [not side.free_symbols for side in (goal.left, goal.right)]
    if numbers[0] != numbers[1]:
        yield "which numbers are put in for the names"
    elif all(numbers) and (
        _is_rounded(goal.left, goal.right, nodes[0]) or _is_rounded(goal.right, goal.left, nodes[-1])
    ):
        yield "to how many digits it is rounded"


def _digits(node: tree.Node) -> int:
    """How many digits stand behind the point of a number."""
    return len(node.text.partition(".")[2]) if isinstance(node, tree.Num) else 0


def _is_rounded(number: Expr, other: Expr, node: tree.Node | None) -> bool:
    """Whether a decimal number is the other one rounded, or cut off, to its digits."""
    node = plain(node) if node is not None else None
    if isinstance(node, tree.Sum) and len(node.terms) == 1:
        node = plain(node.terms[0].node)
    digits = _digits(node) if node is not None else 0
    if not digits:
        return False
    size, exact = (abs(side.evalf(digits + 20)) for side in (number, other))
    return bool(abs((number - other).evalf(digits + 20)) <= 10.0**-digits and exact - size >= -0.5 * 10.0**-digits)
