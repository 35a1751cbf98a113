"""Slips of name: another index, another letter, another name, arguments exchanged.

Every maker takes the material of a step and gives changed right sides, the likelier ones first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from derive.proving.edits import Edit, Slip, Spot, everywhere, is_function, number, plus, put, shown, spots, together
from derive.proving.material import Material
from derive.proving.slips.common import CLOSED, as_factor, is_value_name, regrouped, renamed
from derive.reading import tree
from derive.reading.spelling import is_transpose, letter, plain
from derive.reading.tree import Node

__all__ = ["arguments", "indices", "names", "pairs"]


def indices(given: Material) -> Iterator[Edit]:
    """Another letter in one place, in every place, or two arguments exchanged."""
    places: dict[str, list[Spot]] = {}
    for spot in spots(given.right):
        node = spot.node
        if isinstance(node, tree.Name) and spot.within("index", "argument") and not is_transpose(node):
            places.setdefault(node.base, []).append(spot)
        if isinstance(node, tree.Sequence) and len(node.parts) == 2 and not spot.within(*CLOSED):
            swapped = replace(node, parts=node.parts[::-1])
            says = f"{shown(node.parts[0])} and {shown(node.parts[1])} are exchanged"
            yield Edit(put(given.right, spot.path, swapped), Slip.INDEX, says)
    for name, held in places.items():
        for spot in held:
            for other in given.letters:
                if other != name:
                    new = tree.Name(spot.node.span, other)
                    says = f"{shown(_owner(spot))} has the index {name} where {other} was meant"
                    yield Edit(put(given.right, spot.path, new), Slip.INDEX, says)
    for spot in spots(given.right):
        if spot.path and spot.path[-1][0] == "sub" and isinstance(spot.above[-1], tree.Script):
            yield from _shifted(given, spot)
    yield from _both_exchanged(given)
    for name, held in places.items():
        if len(held) > 1:
            for other in given.letters:
                if other != name:
                    new_side = everywhere(given.right, partial(renamed, old=name, new=other))
                    yield Edit(new_side, Slip.INDEX, f"the index {name} stands where {other} was meant")


def _both_exchanged(given: Material) -> Iterator[Edit]:
    """M_a and M_b for M_b and M_a: two entries of one family have changed places."""
    entries = [s for s in spots(given.right) if isinstance(s.node, tree.Script) and is_value_name(s)]
    for k, one in enumerate(entries):
        for other in entries[k + 1 :]:
            first, second = one.node, other.node
            if (
                first != second
                and isinstance(first, tree.Script)
                and isinstance(second, tree.Script)
                and first.base == second.base
            ):
                new = put(put(given.right, one.path, second), other.path, first)
                slip = Slip.SIGN if one.within("numerator") or other.within("numerator") else Slip.INDEX
                if (first.sup is None) != (second.sup is None):
                    slip = Slip.SHAPE
                yield Edit(new, slip, f"{shown(first)} and {shown(second)} are exchanged: they enter inverted")


def _owner(spot: Spot) -> Node:
    """The entry or bracket that an index belongs to."""
    for above in reversed(spot.above):
        if isinstance(above, tree.Script | tree.Group | tree.BigOp):
            return above
    return spot.node


def _shifted(given: Material, spot: Spot) -> Iterator[Edit]:
    """j for j − 1 and the other way."""
    node = plain(spot.node)
    if isinstance(node, tree.Sum):
        for term in node.terms:
            if letter(term.node):
                says = f"{shown(_owner(spot))} has the index {shown(node)} where {shown(term.node)} was meant"
                yield Edit(put(given.right, spot.path, term.node), Slip.INDEX, says)
    elif letter(node):
        for sign in ("-", "+"):
            new = plus([tree.Term(node.span, "+", node), tree.Term(node.span, sign, number(1))])
            says = f"{shown(_owner(spot))} has the index {shown(node)} where {shown(new)} was meant"
            yield Edit(put(given.right, spot.path, new), Slip.INDEX, says)


def arguments(given: Material) -> Iterator[Edit]:
    """Another argument: H(p) for H(q)."""
    for spot in spots(given.right):
        if spot.within(*CLOSED):
            continue
        if isinstance(spot.node, tree.Group) and len(spot.node.body.parts) == 1 and _is_call_argument(spot):
            inner = plain(spot.node.body.parts[0])
            if isinstance(inner, tree.Name):
                for base in _bases(given):
                    if base != inner:
                        new = regrouped(spot.node, base)
                        says = f"the argument {shown(inner)} stands where {shown(base)} was meant"
                        yield Edit(put(given.right, spot.path, new), Slip.INDEX, says)


def names(given: Material) -> Iterator[Edit]:
    """Another name: p for q, u for v, y_w for 1."""
    values = [
        s for s in spots(given.right) if is_value_name(s) and not s.within("argument") and not _heads_call(given, s)
    ]
    for spot in values:
        for atom in given.atoms[:24]:
            if atom == spot.node or (
                isinstance(atom, tree.Product) and isinstance(spot.above[-1] if spot.above else None, tree.Script)
            ):
                continue
            new = _keep_transpose(spot.node, atom)
            says = f"{shown(spot.node)} stands where {shown(atom)} was meant"
            yield Edit(put(given.right, spot.path, new), Slip.INDEX, says)
    for spot in spots(given.right):
        if spot.within("index", "range", "condition", "derivative"):
            continue
        if (
            isinstance(spot.node, tree.Name)
            and not is_transpose(spot.node)
            and (spot.within("argument") or _is_base(spot))
        ):
            for base in _bases(given):
                if base != spot.node:
                    says = f"{shown(_owner(spot))} has {shown(spot.node)} where {shown(base)} was meant"
                    yield Edit(put(given.right, spot.path, base), Slip.INDEX, says)
        if isinstance(spot.node, tree.Product):
            yield from _other_calls(given, spot)


def _is_call_argument(spot: Spot) -> bool:
    if len(spot.above) < 2 or not isinstance(spot.above[-2], tree.Product):
        return False
    return spot.path[-2][1] > 0


def _other_calls(given: Material, spot: Spot) -> Iterator[Edit]:
    chunks = given.units(spot.node)
    calls = [a for a in given.atoms[:40] if isinstance(a, tree.Product)]
    for k, chunk in enumerate(chunks):
        if len(chunk) != 2:
            continue
        one = together([chunk])
        for other in given.atoms[:20] if is_function(chunk[0].node) is None else calls:
            if (
                other != one
                and isinstance(other, tree.Product)
                and is_function(other.factors[0].node) == is_function(chunk[0].node)
            ):
                new = together([*chunks[:k], other.factors, *chunks[k + 1 :]])
                says = f"{shown(one)} stands where {shown(other)} was meant"
                slip = Slip.FACTOR if len(chunks) > 1 and is_function(chunk[0].node) is None else Slip.INDEX
                yield Edit(put(given.right, spot.path, new), slip, says)


def _heads_call(given: Material, spot: Spot) -> bool:
    """Whether a name is the function of the bracket behind it."""
    if len(spot.above) < 2 or not isinstance(spot.above[-2], tree.Product):
        return False
    behind = spot.above[-2].factors[spot.path[-2][1] + 1 :]
    return bool(behind) and isinstance(plain(behind[0].node), tree.Group) and given.calls(spot.node)


def _is_base(spot: Spot) -> bool:
    return bool(spot.path) and spot.path[-1][0] == "base" and not is_function(spot.node)


def _bases(given: Material) -> list[Node]:
    """The names without their indices, nearest first."""
    found: dict[Node, None] = {}
    for atom in given.atoms:
        node = atom.base if isinstance(atom, tree.Script) else atom
        if isinstance(node, tree.Name):
            found.setdefault(node)
    return list(found)[:16]


def _keep_transpose(old: Node, new: Node) -> Node:
    if isinstance(old, tree.Script) and old.sup is not None and isinstance(new, tree.Name):
        return replace(old, base=new, sub=None, primes=0)
    if isinstance(old, tree.Script) and old.sup is not None and isinstance(new, tree.Script) and new.sup is None:
        return replace(new, sup=old.sup)
    return new


def pairs(given: Material) -> Iterator[Edit]:
    """One name where two factors stand (the identity for ββᵀ)."""
    new = [a for a in given.atoms[: given.left_atoms] if all(s.node != a for s in spots(given.right))]
    for spot in spots(given.right):
        if not isinstance(spot.node, tree.Product) or spot.within(*CLOSED):
            continue
        chunks = given.units(spot.node)
        for k in range(len(chunks) - 1):
            if any(isinstance(plain(c[0].node), tree.BigOp) or is_function(c[0].node) for c in chunks[k : k + 2]):
                continue
            for atom in new[:4]:
                old = together(chunks[k : k + 2])
                tree_ = together([*chunks[:k], *[(f,) for f in as_factor(atom)], *chunks[k + 2 :]])
                says = f"{shown(old)} stands where {shown(atom)} is right"
                yield Edit(put(given.right, spot.path, tree_), Slip.FACTOR, says)
