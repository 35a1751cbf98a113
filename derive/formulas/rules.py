"""Tables with one rule per node type, checked to be complete when they are made."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from derive.errors import InternalError
from derive.reading import tree

__all__ = ["NODES", "Rules", "complete", "nothing"]

Rules = Mapping[type, Callable[[Any], str]]

NODES = frozenset(
    kind
    for _, kind in inspect.getmembers(tree, inspect.isclass)
    if issubclass(kind, tree.Node) and kind is not tree.Node
)


def complete(rules: Rules, what: str) -> Rules:
    """The rules themselves.  Raises ``InternalError`` if a node type has no rule, or a rule no node type."""
    if set(rules) != NODES:
        names = ", ".join(sorted(kind.__name__ for kind in set(rules) ^ NODES))
        raise InternalError(f"{what} and the tree disagree about {names}")
    return rules


def nothing(_: object) -> str:
    """The rule for what leaves no trace."""
    return ""
