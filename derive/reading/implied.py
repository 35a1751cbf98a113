"""Names that a derivative introduces: ``∂J/∂θ = ∂/∂θ (…)`` says what J is where the note says it nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from derive.reading import tree
from derive.reading.spelling import bare, plain
from derive.reading.tree import Factor

__all__ = ["Implied", "implied"]

SIGNS = {"\\partial", "d"}


@dataclass(frozen=True)
class Implied:
    """A name, or a name with its arguments, and the formula that is differentiated in its place."""

    name: tree.Node
    formula: tree.Node


def implied(left: tree.Node, right: tree.Node) -> Implied | None:
    """The name and its formula if both sides are derivatives by the same variable, and nothing else."""
    one, other = _derivative(left), _derivative(right)
    if one is None or other is None or tree.sexpr(plain(one[1])) != tree.sexpr(plain(other[1])):
        return None
    return Implied(one[0], other[0])


def _derivative(node: tree.Node) -> tuple[tree.Node, tree.Node] | None:
    """What is differentiated, and the denominator; None if the node is no derivative of all that stands behind it."""
    node = plain(node)
    factors = list(node.factors) if isinstance(node, tree.Product) else [bare(node)]
    head, rest = plain(factors[0].node), factors[1:]
    if not isinstance(head, tree.Frac):
        return None
    top, bottom = _factors(head.numerator), _factors(head.denominator)
    if not _is_sign(top[0].node) or not _is_sign(bottom[0].node) or len(bottom) < 2:
        return None
    if len(top) > 1:
        return (_joined(top[1:]), head.denominator) if not rest else None
    if not rest or (len(rest) > 1 and isinstance(plain(rest[0].node), tree.Group)):
        return None
    return _joined(rest), head.denominator


def _factors(node: tree.Node) -> list[Factor]:
    node = plain(node)
    return list(node.factors) if isinstance(node, tree.Product) else [bare(node)]


def _is_sign(node: tree.Node) -> bool:
    node = plain(node)
    return isinstance(node, tree.Name) and node.base in SIGNS


def _joined(factors: list[Factor]) -> tree.Node:
    if len(factors) == 1:
        return factors[0].node
    return tree.Product(factors[0].node.span, (bare(factors[0].node), *factors[1:]))
