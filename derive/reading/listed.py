"""Sums over lists of numbers: ``p = [1, 0, 0]`` makes ``Σ_i p_i log q_i`` a sum of three terms, and 0 · log 0 is 0."""

from __future__ import annotations

import sympy
from sympy import Expr, KroneckerDelta, Mul, Sum, log

MOST_ENTRIES = 16


def expanded(body: Expr) -> Expr:
    """The term with every Σ written out that runs over the entries of a list of numbers."""
    if not body.has(KroneckerDelta) or not body.has(Sum):
        return body
    table = {node: written for node in body.atoms(Sum) if (written := _written_out(node)) is not None}
    return body.xreplace(table) if table else body


def _written_out(node: Expr) -> Expr | None:
    if len(node.limits) != 1:
        return None
    index, low, high = node.limits[0]
    if not (low.is_Integer and high.is_Integer) or high - low >= MOST_ENTRIES:
        return None
    listed = [d for d in node.function.atoms(KroneckerDelta) if index in d.args and any(a.is_Integer for a in d.args)]
    if not listed:
        return None
    return sympy.Add(*(_entry(node.function, index, sympy.Integer(k)) for k in range(int(low), int(high) + 1)))


def _entry(body: Expr, index: Expr, place: Expr) -> Expr:
    """The term at one place; a factor that is zero makes it zero, also beside log 0."""
    terms = []
    for term in sympy.Add.make_args(body):
        factors = [f.xreplace({index: place}) if not f.has(log) else f for f in Mul.make_args(term)]
        if any(f.is_zero for f in factors):
            continue
        terms.append(Mul(*(f.xreplace({index: place}) for f in factors)))
    return sympy.Add(*terms)
