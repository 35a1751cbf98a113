"""Matching what a function was defined for with what it is used for: ``J(v_c, w_{t+j}, U)`` at another t and j."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from derive.reading import tree
from derive.reading.spelling import letter, plain


def unify(pattern: Any, written: Any, letters: frozenset[str], found: dict[str, tree.Node]) -> bool:
    """Whether ``written`` is ``pattern`` with a formula put in for each of ``letters``; ``found`` says which."""
    if isinstance(pattern, tree.Node) and isinstance(written, tree.Node):
        pattern, written = plain(pattern), plain(written)
        name = letter(pattern)
        if name is not None and name in letters:
            return plain(found.setdefault(name, written)) == written
        if type(pattern) is not type(written):
            return False
        if isinstance(pattern, tree.Group) and pattern.open == "(" and len(pattern.body.parts) == 1:
            return unify(pattern.body, written.body, letters, found)
        pairs = [(getattr(pattern, f.name), getattr(written, f.name)) for f in fields(pattern) if f.compare]
        return all(unify(one, other, letters, found) for one, other in pairs)
    if isinstance(pattern, tuple) and isinstance(written, tuple):
        return len(pattern) == len(written) and all(
            unify(one, other, letters, found) for one, other in zip(pattern, written, strict=True)
        )
    return bool(pattern == written)
