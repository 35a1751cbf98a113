"""``\\sum_{w_i \\in V}``: what runs is the word ``w_i``, whatever i may be; under the sum it is one letter.

The trees are rewritten before anybody looks at them, so that everything else meets plain letters only.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from derive.reading import tree
from derive.reading.spelling import letter, plain

SETS = {"\\in", "\\sim"}


def plain_running(node: Any) -> Any:
    """The tree with one letter for every ``w_i`` that runs over a set, under its operator."""
    if isinstance(node, tuple):
        return tuple(plain_running(each) for each in node)
    if not isinstance(node, tree.Node):
        return node
    if isinstance(node, tree.Product):
        node = _in_product(node)
    changed = {f.name: plain_running(getattr(node, f.name)) for f in fields(node) if f.name != "span"}
    return replace(node, **changed) if any(changed[k] is not getattr(node, k) for k in changed) else node


def _in_product(node: tree.Product) -> tree.Product:
    factors = list(node.factors)
    for position, factor in enumerate(factors):
        running = _running(factor.node)
        if running is None:
            continue
        name = tree.Name(running.span, f"{letter(running.base)}_{letter(running.sub)}")
        factors[position:] = [_renamed(f, running, name) for f in factors[position:]]
    return replace(node, factors=tuple(factors))


def _running(node: tree.Node) -> tree.Script | None:
    """The ``w_i`` below a Σ, Π or E."""
    if isinstance(node, tree.Script) and node.sup is None and letter(node.base) == "E":
        sub = node.sub
    elif isinstance(node, tree.BigOp) and node.kind in ("sum", "prod", "E"):
        sub = node.sub if node.sup is None else None
    else:
        return None
    inner = plain(sub) if sub is not None else None
    if isinstance(inner, tree.Chain):
        if len(inner.links) != 1 or inner.links[0].relation.symbol not in SETS or inner.first is None:
            return None
        inner = plain(inner.first)
    if not isinstance(inner, tree.Script) or inner.sup is not None or inner.primes or inner.sub is None:
        return None
    return inner if letter(inner.base) is not None and letter(inner.sub) is not None else None


def _renamed(node: Any, old: tree.Node, new: tree.Node) -> Any:
    if isinstance(node, tuple):
        return tuple(_renamed(each, old, new) for each in node)
    if not isinstance(node, tree.Node):
        return node
    if node == old:
        return new
    changed = {f.name: _renamed(getattr(node, f.name), old, new) for f in fields(node) if f.name != "span"}
    return replace(node, **changed) if any(changed[k] is not getattr(node, k) for k in changed) else node
