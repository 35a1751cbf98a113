"""Sums over the words around a center: ``v_{c-m} + … + v_{c-1} + v_{c+1} + … + v_{c+m}``.

They are read as a sum over the offset j of ``v_{c+j}``.  The center is left out where the written terms jump over it,
or where the text beside the formula says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import sympy
from sympy import Expr, Integer, Symbol

from derive.reading import tree
from derive.reading.context import Reading, new_index
from derive.reading.spelling import letter, plain
from derive.reading.values import Value
from derive.terms import Axis, delta, sum_over

OFFSET = "⋯j"
SKIPS = re.compile(
    r"\bskip|\bwithout\b|\bexcept|\bomit|\bexclud|\bleav\w+ out|不含|不包括|不包含|跳过|去掉|除去", re.IGNORECASE
)


def window_sum(node: tree.Sum, reading: Reading, value_of: Callable[[tree.Node, Reading], Value]) -> Value | None:
    """The sum over the offsets of a window; None if the terms are no such sum."""
    if any(term.sign != "+" for term in node.terms):
        return None
    terms = [plain(term.node) for term in node.terms]
    shown = [term for term in terms if not isinstance(term, tree.Ellipsis)]
    scripts = [term for term in shown if isinstance(term, tree.Script) and term.sub is not None]
    if len(scripts) != len(shown) or len({tree.sexpr(replace(s, sub=None)) for s in scripts}) != 1:
        return None
    places = [affine(s.sub) for s in scripts if s.sub is not None]
    center = _center([p for p in places if p is not None], reading)
    if center is None or None in places:
        return None
    offsets = [sympy.expand(p - Symbol(center)) for p in places if p is not None]
    span = _span(terms, iter(offsets))
    if span is None:
        return None
    low, high, jumped = span
    sizes = {s: reading.scope.size(s.name) for s in (low + high + Symbol("·")).free_symbols if s.name != "·"}
    axis = Axis("window", low.xreplace(sizes), high.xreplace(sizes))
    index = new_index("j", axis)
    at = scripts[0].span
    place = tree.Sum(at, (tree.Term(at, "+", tree.Name(at, center)), tree.Term(at, "+", tree.Name(at, OFFSET))))
    with reading.binding({OFFSET: index}):
        body = value_of(replace(scripts[0], sub=place), reading)
    inner = body.body
    if jumped or SKIPS.search(reading.behind) or SKIPS.search(reading.sentence):
        inner = (1 - delta(index, Integer(0))) * inner
    return Value(body.indices, sum_over(inner, index), body.row)


def affine(node: tree.Node) -> Expr | None:
    """``c-m+1`` as an expression in symbols of the same names; None for anything else."""
    node = plain(node)
    if isinstance(node, tree.Num):
        return Integer(node.text) if node.text.isdigit() else None
    name = letter(node)
    if name is not None:
        return Symbol(name)
    if isinstance(node, tree.Sum):
        parts = [(term.sign, affine(term.node)) for term in node.terms]
        if any(part is None or sign not in ("+", "-") for sign, part in parts):
            return None
        return sympy.Add(*((part if sign == "+" else -part) for sign, part in parts if part is not None))
    return None


def _center(places: list[Expr], reading: Reading) -> str | None:
    """The one letter that all places share and that is no size."""
    if not places:
        return None
    shared = set.intersection(*({s.name for s in p.free_symbols if p.coeff(s) == 1} for p in places))
    shared -= reading.scope.sizes.keys() - reading.survey.subscripts
    return next(iter(shared)) if len(shared) == 1 else None


def _span(terms: list[tree.Node], offsets: Iterator[Expr]) -> tuple[Expr, Expr, bool] | None:
    """The first and the last offset, and whether the written terms jump over 0."""
    low: Expr | None = None
    last: Expr | None = None
    dotted = jumped = False
    for term in terms:
        if isinstance(term, tree.Ellipsis):
            if last is None or dotted:
                return None
            dotted = True
            continue
        offset = next(offsets)
        if last is not None and not dotted:
            step = sympy.expand(offset - last)
            if step == 2 and last == -1:
                jumped = True
            elif step != 1:
                return None
        low = offset if low is None else low
        last, dotted = offset, False
    if low is None or last is None or dotted or not (low.free_symbols or last.free_symbols):
        return None
    return low, last, jumped
