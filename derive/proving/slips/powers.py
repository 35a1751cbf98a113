"""Slips of power, order and operation: exponents, transposes, a sum for a product.

Every maker takes the material of a step and gives changed right sides, the likelier ones first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from derive.proving.edits import (
    Edit,
    Slip,
    Spot,
    brackets,
    is_derivative,
    is_function,
    number,
    over,
    plus,
    power_of,
    put,
    shown,
    spots,
    terms_of,
    times,
    together,
    transposed,
    unwrapped,
)
from derive.proving.material import Material
from derive.proving.slips.common import CLOSED, Chunk, big_operator, chunks_of, products
from derive.reading import tree
from derive.reading.spelling import is_transpose, letter, plain, spell
from derive.reading.tree import Node

__all__ = ["operations", "powers", "shapes"]


def powers(given: Material) -> Iterator[Edit]:
    """An exponent that is wrong, missing, too many, or written as a factor."""
    for spot in spots(given.right):
        node = spot.node
        if spot.within(*CLOSED):
            continue
        if (
            isinstance(node, tree.Script)
            and node.sup is not None
            and not is_transpose(node.sup)
            and letter(node.base) != "e"
        ):
            for exponent in _other_exponents(given, node.sup):
                says = f"the exponent {shown(node.sup)} stands where {shown(exponent)} is right"
                yield Edit(put(given.right, spot.path, replace(node, sup=exponent)), Slip.POWER, says)
            bare = node.base if node.sub is None and not node.primes else replace(node, sup=None)
            yield Edit(
                put(given.right, spot.path, bare),
                Slip.POWER,
                f"the power {shown(node.sup)} of {shown(node.base)} is too many",
            )
            product = times(node.sup, bare)
            says = f"{shown(node.sup)} is a factor of {shown(bare)}, not its exponent"
            yield Edit(put(given.right, spot.path, product), Slip.POWER, says)
        elif isinstance(node, tree.Sqrt):
            yield Edit(
                put(given.right, spot.path, brackets(node.radicand)),
                Slip.POWER,
                f"the root of {shown(node.radicand)} is too many",
            )
        elif (
            isinstance(node, tree.Name | tree.Script)
            and spell(node) is not None
            and not is_function(node)
            and not (spot.path and spot.path[-1][0] == "base")
            and not is_transpose(node)
            and letter(node) != "e"
        ):
            for exponent in (number(2), *given.exponents[:4]):
                says = f"the power {shown(exponent)} of {shown(node)} is missing"
                yield Edit(put(given.right, spot.path, power_of(node, exponent)), Slip.POWER, says)
        elif isinstance(node, tree.Product):
            yield from _factor_to_power(given, spot, node)
            for k, chunk in enumerate(chunks := given.units(node)):
                if len(chunk) == 2 or isinstance(plain(chunk[0].node), tree.Group | tree.Frac):
                    for exponent in (number(2), *given.exponents[:4]):
                        one = power_of(brackets(together([chunk])), exponent)
                        new = together([*chunks[:k], *chunks_of(one), *chunks[k + 1 :]])
                        says = f"the power {shown(exponent)} of {shown(together([chunk]))} is missing"
                        yield Edit(put(given.right, spot.path, new), Slip.POWER, says)


def _other_exponents(given: Material, old: Node) -> Iterator[Node]:
    inner = plain(old)
    terms = terms_of(inner)
    bare = plain(terms[0].node)
    sign = terms[0].sign
    if len(terms) == 1:
        inverse = over(number(1), bare) if not (isinstance(bare, tree.Frac)) else unwrapped(bare.denominator)
        yield plus([tree.Term(bare.span, sign, inverse)])
        yield plus([tree.Term(bare.span, "-" if sign == "+" else "+", bare)])
        yield plus([tree.Term(bare.span, "-" if sign == "+" else "+", inverse)])
    if isinstance(inner, tree.Num) and inner.text.isdecimal():
        # one less than 2 is no exponent at all: another edit
        yield from (number(k) for k in (int(inner.text) - 1, int(inner.text) + 1) if k > 1)
    else:
        yield from (plus([*terms, tree.Term(inner.span, extra, number(1))]) for extra in "-+")
    for exponent in given.exponents[:6]:
        if exponent != inner:
            yield exponent


def _factor_to_power(given: Material, spot: Spot, node: tree.Product) -> Iterator[Edit]:
    """c·x for x^c."""
    chunks = given.units(node)
    for k, chunk in enumerate(chunks):
        if big_operator(chunk) or is_function(chunk[0].node):
            continue
        exponent = together([chunk])
        after = chunks[k + 1 :]
        if not after:
            continue
        for stop in {len(after), 1}:
            base = together(after[:stop])
            if any(big_operator(c) for c in after[:stop]):
                continue
            powered = power_of(_powerable(base), exponent)
            new = together([*chunks[:k], *chunks_of(*_flat(powered)), *after[stop:]])
            says = f"{shown(exponent)} is an exponent of {shown(base)}, not a factor"
            yield Edit(put(given.right, spot.path, new), Slip.POWER, says)


def _powerable(base: Node) -> Node:
    """P(o|c) takes its exponent behind the bracket, anything longer gets brackets."""
    return base if isinstance(base, tree.Name | tree.Script | tree.Group) else brackets(base)


def _flat(node: Node) -> list[Node]:
    return [f.node for f in node.factors] if isinstance(node, tree.Product) else [node]


def shapes(given: Material) -> Iterator[Edit]:
    """A transpose too many or too few, factors in the wrong order."""
    for spot, chunks in products(given):
        start = next((k for k, c in enumerate(chunks) if not _is_scalar_like(c)), len(chunks))
        own = chunks[start:]
        if not 2 <= len(own) <= 3 or any(big_operator(c) or is_function(c[0].node) for c in own if len(c) == 1):
            continue
        nodes = [together([c]) for c in own]
        seen = {together(own)}
        for order in (nodes, nodes[::-1]):
            for flips in sorted(itertools.product((False, True), repeat=len(order)), key=sum):
                turned = [transposed(n) if flip else n for n, flip in zip(order, flips, strict=True)]
                new = together([*chunks[:start], *chunks_of(*turned)])
                if new not in seen:
                    seen.add(new)
                    says = f"{shown(together(own))} is written where {shown(times(*turned))} conforms"
                    yield Edit(put(given.right, spot.path, new), Slip.SHAPE, says)
    for spot in spots(given.right):
        if spot.within(*CLOSED) or isinstance(
            spot.node, tree.Product | tree.Term | tree.Factor | tree.Sequence | tree.Num
        ):
            continue
        if isinstance(spot.node, tree.Name | tree.Script | tree.Group) and not is_transpose(spot.node):
            new = transposed(spot.node)
            says = f"{shown(spot.node)} is written where its transpose {shown(new)} conforms"
            yield Edit(put(given.right, spot.path, new), Slip.SHAPE, says)
    yield Edit(transposed(given.right), Slip.SHAPE, "the right side is the transpose of what is meant")


def _is_scalar_like(chunk: Chunk) -> bool:
    node = plain(chunk[0].node)
    return isinstance(node, tree.Num | tree.Frac | tree.BigOp) or len(chunk) == 2


def operations(given: Material) -> Iterator[Edit]:
    """A sum where a product is right, a difference where a quotient is right, and the other way."""
    for spot in spots(given.right):
        node = spot.node
        if spot.within(*CLOSED):
            continue
        if isinstance(node, tree.Sum) and len(node.terms) == 2 and node.terms[0].sign == "+":
            first, second = node.terms
            if second.sign == "-":
                new, what = over(first.node, second.node), "a quotient, not a difference"
            else:
                new, what = times(first.node, second.node), "a product, not a sum"
            yield Edit(put(given.right, spot.path, new), Slip.FACTOR, f"{shown(node)} has to be {what}")
        elif spot.within("denominator"):
            continue
        elif (
            isinstance(node, tree.Product)
            and len(chunks := given.units(node)) == 2
            and not any(big_operator(c) for c in chunks)
        ):
            new = plus(
                [tree.Term(node.span, "+", together([chunks[0]])), tree.Term(node.span, "+", together([chunks[1]]))]
            )
            yield Edit(put(given.right, spot.path, new), Slip.FACTOR, f"{shown(node)} has to be a sum, not a product")
        elif isinstance(node, tree.Frac) and not is_derivative(node):
            new = times(unwrapped(node.numerator), unwrapped(node.denominator))
            says = f"{shown(node.denominator)} divides where it has to multiply"
            yield Edit(put(given.right, spot.path, new), Slip.FACTOR, says)
            new = plus(
                [
                    tree.Term(node.span, "+", unwrapped(node.numerator)),
                    tree.Term(node.span, "-", unwrapped(node.denominator)),
                ]
            )
            yield Edit(
                put(given.right, spot.path, new), Slip.FACTOR, f"{shown(node)} has to be a difference, not a quotient"
            )
