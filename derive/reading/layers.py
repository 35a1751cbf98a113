"""Numbers in superscript brackets that tell quantities apart: ``W^{(1)}``, ``z^{[2]}`` are names, not entries.

A superscript ``(i)`` counts samples where it is a letter that a sum runs over.  Where a name has only numbers there, or
where the note gives a rule from one layer to the next (``a^{[l]} = σ(W^{[l]} a^{[l-1]})``), the superscript is part of
the name.  The rule is written out for every layer that the note mentions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from derive.reading import tree
from derive.reading.spelling import base_name, call, letter, plain, superscript_index, walk


@dataclass(frozen=True)
class Layers:
    """Which names carry a layer in their superscript, the letter of the general layer, and the layers in use."""

    names: frozenset[str]
    general: str | None = None
    numbers: tuple[int, ...] = ()
    aliases: tuple[tuple[tree.Node, tree.Node], ...] = ()


def find_layers(formulas: list[tree.Node]) -> Layers:
    """Look at every superscript in brackets of a note."""
    numeric: dict[str, set[int]] = {}
    lettered: dict[str, set[str]] = {}
    for formula in formulas:
        for node in walk(formula):
            if (marked := _marked(node)) is None:
                continue
            name, inside = marked
            if isinstance(inside, tree.Num) and inside.text.isdigit():
                numeric.setdefault(name, set()).add(int(inside.text))
            else:
                lettered.setdefault(name, set()).update(n for each in walk(inside) if (n := letter(each)))
    general = _rule(formulas)
    layered = {name for name, letters in lettered.items() if general is not None and letters <= {general}}
    # A number there may stand for a derivative where the name is a function.
    names = frozenset(layered | (numeric.keys() - lettered.keys() - set(_functions(formulas))))
    numbers = sorted(set().union(*(numeric.get(name, set()) for name in layered)))
    layers = Layers(names, general, tuple(numbers))
    aliases = [pair for formula in formulas for pair in _alias(formula, names)]
    return replace(layers, aliases=tuple((named(left, layers), right) for left, right in aliases))


def _marked(node: tree.Node) -> tuple[str, tree.Node] | None:
    """The name and the superscript of ``z^{(2)}``."""
    if not isinstance(node, tree.Script) or node.sup is None or not isinstance(base := _base(node), tree.Name):
        return None
    inside = superscript_index(node.sup)
    return (base_name(base), plain(inside[0])) if len(inside) == 1 else None


def _functions(formulas: list[tree.Node]) -> Iterator[str]:
    """The names of ``f(x) = …``."""
    for statement in (node for formula in formulas for node in walk(formula) if isinstance(node, tree.Statement)):
        first = plain(statement.first) if statement.first is not None else None
        if isinstance(first, tree.Product) and len(first.factors) == 2:
            head, argument = (plain(factor.node) for factor in first.factors)
            if isinstance(head, tree.Name) and call(head, argument):
                yield base_name(head)


def _base(node: tree.Script) -> tree.Node:
    base = plain(node.base)
    return plain(base.base) if isinstance(base, tree.Script) and base.sup is None else base


def _rule(formulas: list[tree.Node]) -> str | None:
    """The letter l of an equation that leads from layer l - 1 to layer l."""
    for statement in (node for formula in formulas for node in walk(formula) if isinstance(node, tree.Statement)):
        marked = _marked(plain(statement.first)) if statement.first is not None else None
        name = letter(marked[1]) if marked is not None else None
        if marked is None or name is None or not statement.links or statement.links[0].right is None:
            continue
        for node in walk(statement.links[0].right):
            below = _marked(node)
            if below is not None and _layer(below[1], name, 1) == 0:
                return name
    return None


def _layer(node: tree.Node, general: str, value: int) -> int | None:
    """``l``, ``l-1`` and ``l+1`` at a given l; a number as it is."""
    node = plain(node)
    if isinstance(node, tree.Num) and node.text.isdigit():
        return int(node.text)
    if letter(node) == general:
        return value
    if isinstance(node, tree.Sum) and len(node.terms) == 2 and letter(node.terms[0].node) == general:
        step = plain(node.terms[1].node)
        if isinstance(step, tree.Num) and step.text.isdigit() and node.terms[1].sign in ("+", "-"):
            return value + int(step.text) * (1 if node.terms[1].sign == "+" else -1)
    return None


def _alias(formula: tree.Node, names: frozenset[str]) -> Iterator[tuple[tree.Node, tree.Node]]:
    """``a^{[0]} = x``: the first layer has another name as well."""
    for node in walk(formula):
        if not isinstance(node, tree.Statement | tree.Chain) or node.first is None or len(node.links) != 1:
            continue
        right, marked = node.links[0].right, _marked(plain(node.first))
        if marked is None or marked[0] not in names or not isinstance(marked[1], tree.Num):
            continue
        if right is not None and node.links[0].relation.symbol in ("=", ":=") and letter(right) is not None:
            yield plain(node.first), plain(right)


def named(node: Any, layers: Layers) -> Any:
    """A tree in which every superscript that tells layers apart is part of the name."""
    if isinstance(node, tree.Script) and (marked := _marked(node)) is not None and marked[0] in layers.names:
        base = _base(node)
        sub = node.sub if node.sub is not None else _sub_of(plain(node.base))
        if isinstance(base, tree.Name):
            mark = tree.sexpr(plain(node.sup)) if node.sup is not None else ""
            name: tree.Node = replace(base, base=f"{base.base}^{mark}", run="", at=0)
            kept = tree.Script(node.span, name, named(sub, layers), None, node.primes)
            made = kept if sub is not None or node.primes else name
            return next((right for left, right in layers.aliases if left == made), made)
    return _mapped(node, lambda inner: named(inner, layers))


def _sub_of(node: tree.Node) -> tree.Node | None:
    return node.sub if isinstance(node, tree.Script) else None


def instances(statements: tuple[tree.Statement, ...], layers: Layers) -> list[tree.Statement]:
    """The rule from layer to layer, written out for every layer that the note mentions."""
    general = layers.general
    if general is None or not layers.numbers:
        return []
    rules = [
        s
        for s in statements
        if s.first is not None and (m := _marked(plain(s.first))) is not None and letter(m[1]) == general
    ]
    every = range(1, max(layers.numbers) + 1)
    return [named(_at(rule, general, number), layers) for number in every for rule in rules]


def _at(node: Any, general: str, number: int) -> Any:
    """A tree with every layer in a superscript at a given value of the general layer."""
    if isinstance(node, tree.Script) and (marked := _marked(node)) is not None:
        found = _layer(marked[1], general, number)
        if found is not None and node.sup is not None:
            group = plain(node.sup)
            if isinstance(group, tree.Group):
                inside = tree.Sequence(group.span, (tree.Num(group.span, str(found)),))
                node = replace(node, sup=replace(group, body=inside))
    return _mapped(node, lambda inner: _at(inner, general, number))


def _mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(node, tree.Node):
        parts = {f.name: getattr(node, f.name) for f in fields(node) if f.compare}
        changed = {name: change(part) for name, part in parts.items() if isinstance(part, tree.Node | tuple)}
        changed = {name: part for name, part in changed.items() if part is not parts[name]}
        return replace(node, **changed) if changed else node
    if isinstance(node, tuple):
        parts_ = tuple(change(part) if isinstance(part, tree.Node | tuple) else part for part in node)
        return parts_ if any(a is not b for a, b in zip(parts_, node, strict=True)) else node
    return node
