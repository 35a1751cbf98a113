"""What is asked of labels: which dims they hold, how they are renamed, when one is a special case of another."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from derive.emitting.expansion import COLUMNS, ROWS
from derive.emitting.graph import Dim, Label, Node, Pointer, indices_in

__all__ = ["by_rank", "canonical", "dims_of", "is_row_of_entry", "is_sparse_pair", "match", "renamed", "renamed_deep"]


def dims_of(labels: Iterable[Label]) -> tuple[Dim, ...]:
    return indices_in(labels)


def rank_of(label: Label, ranks: Mapping[Any, int]) -> int:
    """The place of a label in an order of slots or dims; a pointer stands where its first index does."""
    if isinstance(label, Pointer):
        return min((rank_of(inner, ranks) for inner in label.labels), default=-1)
    return ranks.get(label, len(ranks))


def by_rank(labels: Sequence[Label], ranks: Mapping[Any, int]) -> Callable[[int], int]:
    return lambda slot: rank_of(labels[slot], ranks)


def renamed(label: Label, names: Mapping[Any, Any]) -> Label:
    if isinstance(label, Pointer):
        return replace(label, labels=tuple(renamed(inner, names) for inner in label.labels)) if label.labels else label
    return names.get(label, label)


def renamed_deep(attribute: Any, names: Mapping[Dim, Dim]) -> Any:
    if isinstance(attribute, Dim):
        return names.get(attribute, attribute)
    if isinstance(attribute, tuple):
        return tuple(renamed_deep(part, names) for part in attribute)
    return attribute


def canonical(node: Node, labels: tuple[Label, ...]) -> tuple[Hashable, dict[Dim, Dim]]:
    names = {dim: Dim(-1 - k, dim.axis) for k, dim in enumerate(dims_of(labels))}
    return (node.number, tuple(renamed(label, names) for label in labels)), names


def match(general: tuple[Label, ...], special: tuple[Label, ...]) -> dict[Dim, Label] | None:
    """The dims of ``general`` and what stands in their place in ``special``; None if it is no special case."""
    found: dict[Dim, Label] = {}
    for left, right in zip(general, special, strict=True):
        if not _match_label(left, right, found):
            return None
    return found


def _match_label(left: Label, right: Label, found: dict[Dim, Label]) -> bool:
    if isinstance(left, Dim):
        return found.setdefault(left, right) == right
    if isinstance(left, Pointer) and isinstance(right, Pointer):
        same = left.name == right.name and len(left.labels) == len(right.labels)
        return same and all(_match_label(a, b, found) for a, b in zip(left.labels, right.labels, strict=True))
    return False


def is_row_of_entry(label: Label) -> bool:
    """Whether a label is the row of an entry of a sparse matrix."""
    return isinstance(label, Pointer) and label.name.partition(" ")[0] == ROWS and " " in label.name


def is_sparse_pair(labels: Iterable[Label]) -> bool:
    names = {label.name for label in labels if isinstance(label, Pointer)}
    roles = {name.partition(" ")[0] for name in names if " " in name}
    return roles == {ROWS, COLUMNS} and len({name.partition(" ")[2] for name in names if " " in name}) == 1
