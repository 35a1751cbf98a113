"""Numbers in superscripts that tell quantities apart: ``W^{(1)}``, ``z^{[2]}`` are names, not entries.

A superscript ``(i)`` counts samples where it is a letter that a sum runs over.  Where a name has only numbers there, or
where the note gives a rule from one layer to the next (``a^{[l]} = σ(W^{[l]} a^{[l-1]})``), the superscript is part of
the name.  Without brackets, as in ``a^l_j``, only the rule tells a layer from a power.  The rule is written out for
every layer that the note mentions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from derive.reading import tree
from derive.reading.spelling import base_name, call, letter, plain, superscript_index, walk


@dataclass(frozen=True)
class Layers:
    """Which names carry a layer in their superscript, the letter of the general layer, and the layers in use.

    ``bare`` are the names that carry it without brackets.
    """

    names: frozenset[str]
    bare: frozenset[str] = frozenset()
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
    general = _rule(formulas, _marked)
    layered = {name for name, letters in lettered.items() if general is not None and letters <= {general}}
    # A number there may stand for a derivative where the name is a function.
    names = frozenset(layered | (numeric.keys() - lettered.keys() - set(_functions(formulas))))
    numbers = set[int]().union(*(numeric.get(name, set()) for name in layered))
    bare = dict(_bare(formulas, plain_rule)) if (plain_rule := _rule(formulas, _marked_bare)) is not None else {}
    if bare and general in (None, plain_rule):
        general, numbers = plain_rule, numbers.union(*bare.values())
    layers = Layers(names, frozenset(bare) if general == plain_rule else frozenset(), general, tuple(sorted(numbers)))
    aliases = [pair for formula in formulas for pair in _alias(formula, layers)]
    return replace(layers, aliases=tuple((named(left, layers), right) for left, right in aliases))


def _marked(node: tree.Node) -> tuple[str, tree.Node] | None:
    """The name and the superscript of ``z^{(2)}``."""
    if not isinstance(node, tree.Script) or node.sup is None or not isinstance(base := _base(node), tree.Name):
        return None
    inside = superscript_index(node.sup)
    return (base_name(base), plain(inside[0])) if len(inside) == 1 else None


def _marked_bare(node: tree.Node) -> tuple[str, tree.Node] | None:
    """The name and the superscript of ``a^l_j`` and ``a^{l-1}_k``."""
    if not isinstance(node, tree.Script) or node.sup is None or not isinstance(base := _base(node), tree.Name):
        return None
    inside = plain(node.sup)
    counts = letter(inside) is not None or isinstance(inside, tree.Num | tree.Sum)
    return (base_name(base), inside) if counts and not superscript_index(node.sup) else None


def _of_layers(node: tree.Node, layers: Layers) -> tuple[str, tree.Node] | None:
    """The name and the layer of a node that carries one."""
    marked = _marked(node)
    if marked is not None:
        return marked if marked[0] in layers.names else None
    marked = _marked_bare(node)
    if marked is None or marked[0] not in layers.bare or layers.general is None:
        return None
    return marked if _layer(marked[1], layers.general, 1) is not None else None


def _bare(formulas: list[tree.Node], general: str) -> Iterator[tuple[str, set[int]]]:
    """The names with the general layer above them and nothing else than layers, and the numbers seen there."""
    seen: dict[str, set[int]] = {}
    strange, ruled = set[str](), set[str]()
    for node in (node for formula in formulas for node in walk(formula)):
        if (marked := _marked_bare(node)) is None:
            continue
        name, inside = marked
        if isinstance(inside, tree.Num) and inside.text.isdigit():
            seen.setdefault(name, set()).add(int(inside.text))
        elif _layer(inside, general, 1) is None:
            strange.add(name)
        else:
            ruled.add(name)
    yield from ((name, seen.get(name, set())) for name in sorted(ruled - strange))


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


def _rule(formulas: list[tree.Node], read: Callable[[tree.Node], tuple[str, tree.Node] | None]) -> str | None:
    """The letter l of an equation that leads from layer l - 1 to layer l."""
    for statement in (node for formula in formulas for node in walk(formula) if isinstance(node, tree.Statement)):
        marked = read(plain(statement.first)) if statement.first is not None else None
        name = letter(marked[1]) if marked is not None else None
        if marked is None or name is None or not statement.links or statement.links[0].right is None:
            continue
        for node in walk(statement.links[0].right):
            below = read(node)
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


def _alias(formula: tree.Node, layers: Layers) -> Iterator[tuple[tree.Node, tree.Node]]:
    """``a^{[0]} = x`` or ``x = a^{[0]}``: the first layer has another name as well."""
    for node in walk(formula):
        if not isinstance(node, tree.Statement | tree.Chain) or node.first is None or len(node.links) != 1:
            continue
        if node.links[0].right is None or node.links[0].relation.symbol not in ("=", ":="):
            continue
        sides = plain(node.first), plain(node.links[0].right)
        for one, other in (sides, sides[::-1]):
            marked = _of_layers(one, layers)
            if marked is not None and isinstance(marked[1], tree.Num) and letter(other) is not None:
                yield one, other


def named(node: Any, layers: Layers) -> Any:
    """A tree in which every superscript that tells layers apart is part of the name."""
    if isinstance(node, tree.Script) and _of_layers(node, layers) is not None:
        base = _base(node)
        sub = node.sub if node.sub is not None else _sub_of(plain(node.base))
        if isinstance(base, tree.Name):
            mark = tree.sexpr(plain(node.sup)) if node.sup is not None else ""
            mark = mark if superscript_index(node.sup) else f"({mark})"
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
        if s.first is not None and (m := _of_layers(plain(s.first), layers)) is not None and letter(m[1]) == general
    ]
    every = range(1, max(layers.numbers) + 1)
    return [named(_at(rule, layers, number), layers) for number in every for rule in rules]


def _at(node: Any, layers: Layers, number: int) -> Any:
    """A tree with every layer in a superscript at a given value of the general layer."""
    if isinstance(node, tree.Script) and (marked := _of_layers(node, layers)) is not None:
        found = _layer(marked[1], layers.general or "", number)
        if found is not None and node.sup is not None:
            group = plain(node.sup)
            value = tree.Num(group.span, str(found))
            if isinstance(group, tree.Group):
                node = replace(node, sup=replace(group, body=tree.Sequence(group.span, (value,))))
            else:
                node = replace(node, sup=value)
    return _mapped(node, lambda inner: _at(inner, layers, number))


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
