"""Indicators: 1 where a condition holds, else 0.

``1\\{y = k\\}``, ``\\mathbb{1}[i = j]``, ``\\mathbf{1}_{i=j}``, ``[\\![ y = k ]\\!]``.
"""

from __future__ import annotations

from itertools import pairwise

from derive.reading import tree
from derive.reading.spelling import plain, spell, walk

SIGNS = {"1", "\\mathbb{1}", "\\mathbb{I}", "\\mathbf{1}", "I", "\\chi"}
COMPARISONS = {"=", "\\ne"}
IVERSON = {"[", "\\llbracket"}


def applied(node: tree.Node, group: tree.Node | None) -> list[tree.Chain] | None:
    """The conditions in the brackets behind the sign of an indicator; None if it is something else."""
    if not _is_sign(node) or not isinstance(group := plain(group) if group is not None else None, tree.Group):
        return None
    return _conditions(group)


def subscripted(node: tree.Node) -> list[tree.Chain] | None:
    """``\\mathbb{1}_{i=j}``, ``1_{\\{y_i = k\\}}``."""
    if not isinstance(node, tree.Script) or node.sub is None or node.sup is not None or not _is_sign(node.base):
        return None
    sub = plain(node.sub)
    return _conditions(sub) if isinstance(sub, tree.Group) else _chains(sub)


def bracket(group: tree.Group) -> list[tree.Chain] | None:
    """``[i = j]`` alone: Iverson's bracket."""
    return _conditions(group) if group.open in IVERSON else None


def conditions_in(node: tree.Node) -> list[tree.Chain]:
    """The conditions of all indicators in a formula."""
    found: list[tree.Chain] = []
    for inner in walk(node):
        if isinstance(inner, tree.Product):
            for one, other in pairwise(inner.factors):
                found += applied(one.node, other.node) or []
        found += subscripted(inner) or []
        if isinstance(inner, tree.Group):
            found += bracket(inner) or []
    return found


def _is_sign(node: tree.Node) -> bool:
    node = plain(node)
    if isinstance(node, tree.Num):
        return node.text == "1"
    spelled = spell(node)
    if spelled is None or spelled.subs or spelled.power is not None or spelled.primes:
        return False
    decorated = f"\\mathbb{{{spelled.name}}}"
    return spelled.name in SIGNS or (isinstance(node, tree.Name) and decorated in SIGNS and bool(node.decorations))


def _conditions(group: tree.Group) -> list[tree.Chain] | None:
    """The conditions in a bracket, which may be doubled (``[\\![ … ]\\!]``); None if there is anything else in it."""
    if len(group.body.parts) == 1 and isinstance(inner := plain(group.body.parts[0]), tree.Group):
        return _conditions(inner)
    return _chains(group.body)


def _chains(node: tree.Node) -> list[tree.Chain] | None:
    parts = node.parts if isinstance(node, tree.Sequence) else (node,)
    chains = [inner for part in parts if isinstance(inner := plain(part), tree.Chain)]
    whole = len(chains) == len(parts) and all(
        len(c.links) == 1 and c.links[0].relation.symbol in COMPARISONS for c in chains
    )
    return chains if whole and chains else None
