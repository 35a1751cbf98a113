"""Functions with several values: ``\\sigma(z)_i = e^{z_i} / \\sum_j e^{z_j}`` is read as ``\\sigma_i(z)``.

A note that defines its function by its components means that function wherever it writes components of it.  σ, which
is the logistic function otherwise, gets another name there.  The trees are rewritten before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from derive.reading import tree
from derive.reading.spelling import letter, plain

__all__ = ["Components", "components"]

LOGISTIC = "\\sigma"


@dataclass(frozen=True)
class Components:
    """The functions that a note defines by components, and the vectors that it defines σ for."""

    functions: frozenset[str] = frozenset()
    arguments: frozenset[str] = frozenset()

    def apply(self, node: Any) -> Any:
        """A tree or a tuple of trees with ``f_i(z)`` for ``f(z)_i``."""
        if not self.functions:
            return node
        if isinstance(node, tuple):
            made = tuple(self.apply(each) for each in node)
            return made if any(a is not b for a, b in zip(made, node, strict=True)) else node
        if not isinstance(node, tree.Node):
            return node
        if isinstance(node, tree.Product):
            node = self._product(node)
        changed = {f.name: self.apply(getattr(node, f.name)) for f in fields(node) if f.name != "span"}
        return replace(node, **changed) if any(changed[k] is not getattr(node, k) for k in changed) else node

    def _product(self, node: tree.Product) -> tree.Product:
        factors = list(node.factors)
        for k in range(len(factors) - 1):
            head, group = factors[k].node, factors[k + 1].node
            if (found := _component(head, group)) is not None and found[0] in self.functions:
                script, inside = found[1], found[2]
                factors[k] = replace(factors[k], node=self._own(script))
                factors[k + 1] = replace(factors[k + 1], node=inside)
            elif _subscripted(head, group) in self.functions or self._is_whole(head, group):
                factors[k] = replace(factors[k], node=self._own(head))
        return replace(node, factors=tuple(factors))

    def _is_whole(self, head: tree.Node, group: tree.Node) -> bool:
        """``σ(z)`` for the vector z that σ was defined for."""
        return letter(head) == LOGISTIC in self.functions and _argument(group) in self.arguments

    def _own(self, node: tree.Node) -> tree.Node:
        """A function under the name that is its own."""
        if isinstance(node, tree.Script):
            return replace(node, base=self._own(node.base))
        if isinstance(node, tree.Name) and node.base == LOGISTIC:
            return replace(node, base=f"\\mathit{{{LOGISTIC}}}", run="", at=0)
        return node


def components(statements: Iterable[tree.Node]) -> Components:
    """The functions whose components are what a note defines."""
    functions, arguments = set[str](), set[str]()
    for statement in statements:
        if not isinstance(statement, tree.Statement) or not statement.links or statement.first is None:
            continue
        first = plain(statement.first)
        if statement.links[0].relation.symbol not in ("=", ":=", "\\equiv") or not isinstance(first, tree.Product):
            continue
        if len(first.factors) != 2:
            continue
        head, group = (factor.node for factor in first.factors)
        found = _component(head, group)
        name = found[0] if found is not None else _subscripted(head, group)
        if name is None or (found is None and name != LOGISTIC):
            continue
        functions.add(name)
        inside = found[2] if found is not None else group
        arguments |= {argument} if name == LOGISTIC and (argument := _argument(inside)) is not None else set()
    return Components(frozenset(functions), frozenset(arguments))


def _component(head: tree.Node, group: tree.Node) -> tuple[str, tree.Script, tree.Node] | None:
    """The name, the name with its index, and the argument of ``f(z)_i``."""
    if not isinstance(head, tree.Name) or (name := letter(head)) is None:
        return None
    if not isinstance(group, tree.Script) or group.sub is None or group.sup is not None or group.primes:
        return None
    inside = plain(group.base)
    if not isinstance(inside, tree.Group) or (inside.open, inside.close) != ("(", ")"):
        return None
    return name, tree.Script(head.span, head, group.sub, None), inside


def _subscripted(head: tree.Node, group: tree.Node) -> str | None:
    """The name of ``f_i(z)``."""
    if not isinstance(head, tree.Script) or head.sub is None or head.sup is not None or head.primes:
        return None
    inside = plain(group)
    if not isinstance(inside, tree.Group) or (inside.open, inside.close) != ("(", ")"):
        return None
    return letter(head.base) if letter(head.sub) is not None else None


def _argument(group: tree.Node) -> str | None:
    """The letter of a function's only argument."""
    group = plain(group)
    if not isinstance(group, tree.Group) or len(group.body.parts) != 1:
        return None
    return letter(group.body.parts[0])
