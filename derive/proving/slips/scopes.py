"""Slips of brackets: what a factor, a function or a power reaches.

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
    call_of,
    is_function,
    plus,
    power_of,
    put,
    shown,
    spots,
    terms_of,
    times,
    together,
    unwrapped,
)
from derive.proving.material import Material
from derive.proving.slips.common import CLOSED, Chunk, argument_of, as_factor, behind, big_operator, chunks_of, products
from derive.reading import tree
from derive.reading.spelling import is_transpose
from derive.reading.tree import Node

__all__ = ["scopes"]


def scopes(given: Material) -> Iterator[Edit]:
    """Brackets that reach too far or not far enough."""
    for spot in spots(given.right):
        if spot.within(*CLOSED):
            continue
        if isinstance(spot.node, tree.Sum) and len(spot.node.terms) > 1:
            yield from _gathered(given, spot, spot.node)
        elif isinstance(spot.node, tree.Product):
            yield from _released(given, spot, spot.node)
        elif isinstance(spot.node, tree.Script) and spot.node.sup is not None:
            yield from _power_inside(given, spot, spot.node)
    yield from _moved_factors(given)


def _gathered(given: Material, spot: Spot, node: tree.Sum) -> Iterator[Edit]:
    """f·a + b for f·(a + b), a + b·f for (a + b)·f, −a + b for −(a + b)."""
    listed = list(node.terms)
    for i, j in itertools.combinations(range(len(listed) + 1), 2):
        if j - i < 2:
            continue
        run = listed[i:j]
        first, last = run[0], run[-1]
        for cut in range(1, len(chunks := given.units(first.node))):
            shared, own = together(chunks[:cut]), together(chunks[cut:])
            if is_function(chunks[cut - 1][0].node) and len(chunks[cut - 1]) == 1:
                continue
            inner = plus([tree.Term(first.span, "+", own), *run[1:]])
            for body in (inner, plus([tree.Term(first.span, "+", own), *_against(first.sign, run[1:])])):
                new = plus(
                    [
                        *listed[:i],
                        tree.Term(first.span, first.sign, together([*chunks[:cut], as_factor(brackets(body))])),
                        *listed[j:],
                    ]
                )
                says = f"the factor {shown(shared)} belongs to the whole bracket {shown(body, 40)}"
                yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)
        function = chunks[-1] if len(chunks[-1]) == 2 else None
        if function is not None and is_function(function[0].node):
            inner = plus([*terms_of(unwrapped(function[1].node)), *run[1:]])
            call = tuple(call_of(function[0].node, inner).factors)
            new = plus([*listed[:i], tree.Term(first.span, first.sign, together([*chunks[:-1], call])), *listed[j:]])
            yield Edit(
                put(given.right, spot.path, new),
                Slip.SCOPE,
                f"{shown(plus(run[1:]), 40)} belongs inside {shown(function[0].node)}",
            )
        chunks = given.units(last.node)
        for cut in range(1, len(chunks)):
            shared, own = together(chunks[cut:]), together(chunks[:cut])
            for sign in (first.sign, "+"):
                body = plus([*_against(sign, run[:-1]), *_against(sign, [replace(last, node=own)])])
                new = plus([*listed[:i], tree.Term(first.span, sign, times(brackets(body), shared)), *listed[j:]])
                says = f"the factor {shown(shared)} belongs to the whole bracket {shown(body, 40)}"
                yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)
                kept = plus([replace(run[0], sign="+"), *run[1:-1], replace(last, node=own)])
                new = plus([*listed[:i], tree.Term(first.span, sign, times(brackets(kept), shared)), *listed[j:]])
                says = f"the factor {shown(shared)} belongs to the whole bracket {shown(kept, 40)}"
                yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)


def _against(sign: str, run: list[tree.Term]) -> list[tree.Term]:
    """Terms as they stand behind a bracket with a sign."""
    if sign != "-":
        return run
    return [replace(t, sign="+" if t.sign == "-" else "-") for t in run]


def _released(given: Material, spot: Spot, node: tree.Product) -> Iterator[Edit]:
    """f·(a + b) for f·a + b, log(a + b) for log(a) + b."""
    chunks = given.units(node)
    for k, chunk in enumerate(chunks):
        inner = unwrapped(chunk[-1].node)
        if not isinstance(inner, tree.Sum) or len(inner.terms) < 2:
            continue
        function = chunk[0].node if len(chunk) == 2 else None
        for t, outside in enumerate(inner.terms):
            kept = plus([x for n, x in enumerate(inner.terms) if n != t])
            core = (
                tuple(call_of(function, kept).factors) if function is not None else tuple(chunks_of(brackets(kept))[0])
            )
            new = plus([tree.Term(node.span, "+", together([*chunks[:k], core, *chunks[k + 1 :]])), outside])
            what = shown(function) if function is not None else "the bracket"
            yield Edit(put(given.right, spot.path, new), Slip.SCOPE, f"{shown(outside.node, 40)} stands outside {what}")
            if k + 1 == len(chunks) and function is not None and k:
                mixed = plus([tree.Term(node.span, "+", together([core])), outside])
                new = times(together(chunks[:k]), mixed)
                yield Edit(
                    put(given.right, spot.path, new), Slip.SCOPE, f"{shown(outside.node, 40)} stands outside {what}"
                )


def _power_inside(given: Material, spot: Spot, node: tree.Script) -> Iterator[Edit]:
    """(a/Σ b)^α for a^α/Σ b^α."""
    inner, exponent = unwrapped(node.base), node.sup
    if exponent is None or is_transpose(exponent) or not isinstance(inner, tree.Frac):
        return
    sides = []
    for side in (inner.numerator, inner.denominator):
        chunks = given.units(side)
        bigs = [c for c in chunks if big_operator(c)]
        rest = [c for c in chunks if not big_operator(c)]
        powered = power_of(together(rest), exponent)
        sides.append(together([*bigs, *chunks_of(powered)]))
    new = tree.Frac(inner.span, sides[0], sides[1], inner.command)
    says = f"the power {shown(exponent)} is taken before the division, of each term of the sum"
    yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)


def _moved_factors(given: Material) -> Iterator[Edit]:
    """A factor inside a function that belongs outside, and the other way."""
    for spot, chunks in products(given):
        for k, chunk in enumerate(chunks):
            if is_function(chunk[0].node) is None:
                continue
            inner = argument_of(chunks, k)
            yield from _factor_out(given, spot, chunks, k, inner)
            for j in range(k):
                if big_operator(chunks[j]):
                    continue
                factor = together([chunks[j]])
                whole = times(factor, inner)
                call = tuple(call_of(chunk[0].node, whole).factors)
                new = together([*chunks[:j], *chunks[j + 1 : k], call, *behind(chunks, k)])
                says = f"the factor {shown(factor)} belongs inside {shown(chunk[0].node)}"
                yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)


def _factor_out(given: Material, spot: Spot, chunks: list[Chunk], k: int, inner: Node) -> Iterator[Edit]:
    for below in spots(inner):
        if not isinstance(below.node, tree.Product) or below.within(*CLOSED):
            continue
        pieces = given.units(below.node)
        for n, piece in enumerate(pieces):
            if big_operator(piece) or is_function(piece[0].node):
                continue
            factor = together([piece])
            kept = put(inner, below.path, together(pieces[:n] + pieces[n + 1 :]))
            call = tuple(call_of(chunks[k][0].node, kept).factors)
            new = together([*chunks[:k], *chunks_of(factor), call, *behind(chunks, k)])
            says = f"the factor {shown(factor)} stands in front of {shown(chunks[k][0].node)}, not inside"
            yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)
