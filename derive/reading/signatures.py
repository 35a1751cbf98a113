"""How a name with arguments is looked up: its signature, the arguments that matter, the letters that stand in them."""

from __future__ import annotations

import re

from derive.reading import tree
from derive.reading.spelling import letter, plain, spell

STYLED = re.compile(r"^\\math\w+\{(.*)\}$")

__all__ = ["arguments_of", "signature", "value_of_variable", "variable_letter"]


def signature(name: str, subs: int, separators: tuple[str, ...] | None) -> str:
    """The key under which a defined name is looked up: the same letter may be used in several ways."""
    key = name + "_" * subs
    return key if separators is None else f"{key}({''.join(separators)})"


def arguments_of(group: tree.Group) -> tuple[list[tree.Node], tuple[str, ...]]:
    """The arguments that matter: parameters behind ``;`` are left out, ``O=o`` is ``o``."""
    parts, separators = list(group.body.parts), list(group.body.separators)
    if ";" in separators and not all(s == ";" for s in separators):
        cut = separators.index(";")
        parts, separators = parts[: cut + 1], separators[:cut]
    return parts, tuple("|" if s in ("|", "\\mid") else s for s in separators)


def value_of_variable(node: tree.Node) -> tree.Node:
    """``o`` of ``O=o``; ``w`` of ``w=w_O``, where the label tells which of the two is the variable."""
    node = plain(node)
    if (
        isinstance(node, tree.Chain)
        and node.first is not None
        and len(node.links) == 1
        and node.links[0].right is not None
    ):
        if node.links[0].relation.symbol == "=":
            first, right = plain(node.first), plain(node.links[0].right)
            return first if _is_label_of(first, right) else right
    return node


def _is_label_of(value_: tree.Node, variable: tree.Node) -> bool:
    """Whether ``w_O`` stands behind ``w`` or ``w_2``: the actual output word, a variable."""
    one, other = spell(value_), spell(variable)
    if one is None or other is None or one.name != other.name or len(other.subs) != 1:
        return False
    label = letter(other.subs[0])
    return label is not None and label.isupper() and all(isinstance(plain(s), tree.Num) for s in one.subs)


def variable_letter(part: tree.Node) -> str | None:
    """The letter of a random variable: ``x`` of ``x``, ``x_i``, ``x'`` and ``X=v``; None if none tells which it is."""
    part = plain(part)
    if isinstance(part, tree.Chain) and part.first is not None and [k.relation.symbol for k in part.links] == ["="]:
        part = plain(part.first)
    spelled = spell(part)
    if spelled is None or spelled.power is not None or spelled.name.isdigit():
        return None
    found = spelled.name.split("_")[0].rstrip("'").removesuffix("^()")
    found = STYLED.sub(r"\1", found)
    return found.lower() if len(found) == 1 or found.startswith("\\") else None
