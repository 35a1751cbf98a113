"""``\\sum e^{z_k}`` with nothing below Σ: it runs over the one letter that means nothing outside of it.

The trees are rewritten before anybody looks at them.  Where more than one letter could be meant nothing is changed.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from derive.reading import tree
from derive.reading.reach import free_letters
from derive.reading.spelling import letter, plain, walk

__all__ = ["is_supplied", "with_indices"]


def with_indices(rows: tuple[Any, ...]) -> tuple[Any, ...]:
    """The rows of a formula, with an index below every Σ that is written without one and leaves no choice."""
    if not any(isinstance(row, tree.Row) and any(map(_is_bare, walk(row))) for row in rows):
        return rows
    outside = frozenset[str]().union(*(_outside(row) for row in rows))
    return tuple(_supplied(row, outside) for row in rows)


def is_supplied(node: tree.BigOp) -> bool:
    """Whether the index below an operator was put there."""
    return isinstance(node.sub, tree.Name) and node.sub.span == node.span


def _is_bare(node: tree.Node) -> bool:
    return isinstance(node, tree.BigOp) and node.kind == "sum" and node.sub is None and node.sup is None


def _outside(node: Any) -> frozenset[str]:
    """The letters below names that no bare Σ has in its reach."""
    if isinstance(node, tuple):
        return frozenset[str]().union(*map(_outside, node))
    if not isinstance(node, tree.Node):
        return frozenset()
    if isinstance(node, tree.Product):
        factors = [factor.node for factor in node.factors]
        at = next((k for k, factor in enumerate(factors) if _is_bare(factor)), len(factors))
        return _outside(tuple(factors[:at]))
    own = _subscripts(node) if isinstance(node, tree.Script) else frozenset[str]()
    return own.union(*(_outside(getattr(node, f.name)) for f in fields(node) if f.name != "span"))


def _subscripts(node: tree.Script) -> frozenset[str]:
    """The letters below a name."""
    return free_letters(node.sub) if letter(plain(node.base)) is not None else frozenset()


def _supplied(node: Any, outside: frozenset[str]) -> Any:
    if isinstance(node, tuple):
        return tuple(_supplied(each, outside) for each in node)
    if not isinstance(node, tree.Node):
        return node
    if isinstance(node, tree.Product):
        node = _in_product(node, outside)
    changed = {f.name: _supplied(getattr(node, f.name), outside) for f in fields(node) if f.name != "span"}
    return replace(node, **changed) if any(changed[k] is not getattr(node, k) for k in changed) else node


def _in_product(node: tree.Product, outside: frozenset[str]) -> tree.Product:
    factors = list(node.factors)
    for position, factor in enumerate(factors):
        if not _is_bare(factor.node) or not isinstance(factor.node, tree.BigOp):
            continue
        summed = [inner for f in factors[position + 1 :] for inner in walk(f.node)]
        bound = {
            name for n in summed if isinstance(n, tree.BigOp) and n.sub is not None for name in free_letters(n.sub)
        }
        below = frozenset[str]().union(*(_subscripts(n) for n in summed if isinstance(n, tree.Script)))
        found = below - bound - outside
        if len(found) == 1:
            name = tree.Name(factor.node.span, next(iter(found)))
            factors[position] = replace(factor, node=replace(factor.node, sub=name))
    return replace(node, factors=tuple(factors))
