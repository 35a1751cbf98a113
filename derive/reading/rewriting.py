"""Trees with some of their nodes replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from derive.reading import tree

__all__ = ["rewritten"]


def rewritten(node: Any, change: Callable[[tree.Node], tree.Node | None]) -> Any:
    """A tree, or a tuple of trees, in which ``change`` replaced nodes, from the outside in.

    What ``change`` returns is not looked into again; where it returns None, the parts of the node are.
    """
    if isinstance(node, tree.Node):
        if (new := change(node)) is not None:
            return new
        parts = {f.name: getattr(node, f.name) for f in fields(node) if f.compare}
        made = {name: rewritten(part, change) for name, part in parts.items() if isinstance(part, tree.Node | tuple)}
        made = {name: part for name, part in made.items() if part is not parts[name]}
        return replace(node, **made) if made else node
    if isinstance(node, tuple):
        every = tuple(rewritten(part, change) if isinstance(part, tree.Node | tuple) else part for part in node)
        return every if any(a is not b for a, b in zip(every, node, strict=True)) else node
    return node
