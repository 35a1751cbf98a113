"""Which letters stand for different words although nobody says so.

``v_c · v_w`` with one letter v for both is meant as a product of two different vectors, also when it is differentiated;
and a function of ``v_r`` and ``v_s`` is differentiated by ``v_r`` as if ``v_s`` were another one.
"""

from __future__ import annotations

from sympy import Expr, Indexed, Product, Sum

from derive.reading.context import Reading
from derive.reading.values import Value
from derive.terms import Index


def keep_factors_apart(left: Value, right: Value, reading: Reading) -> None:
    """The two vectors of a dot product with the same letter belong to different words."""
    one, other = left.body, right.body
    if left.rank != 1 or right.rank != 1 or not isinstance(one, Indexed) or not isinstance(other, Indexed):
        return
    if one.base != other.base or len(one.indices) < 2:
        return
    first, second = one.indices[0], other.indices[0]
    bound = set(reading.bound.values())
    if first != second and not {first, second} & bound:
        _apart(first, second, str(one.base.label), bound, reading)


def keep_variables_apart(body: Expr, entry: Expr, reading: Reading) -> None:
    """A vector by which a function is differentiated is none of its other vectors that are named by one letter."""
    if not isinstance(entry, Indexed) or len(entry.indices) < 2 or not isinstance(entry.indices[0], Index):
        return
    bound = {index for node in body.atoms(Sum, Product) for index, _, _ in node.limits}
    named = {
        node.indices[0]
        for node in body.atoms(Indexed)
        if node.base == entry.base and isinstance(node.indices[0], Index) and node.indices[0] not in bound
    }
    if entry.indices[0] in named:
        for other in named - {entry.indices[0]}:
            _apart(entry.indices[0], other, str(entry.base.label), set(), reading)


def _apart(first: Expr, second: Expr, name: str, bound: set[Index], reading: Reading) -> None:
    pair = tuple(_any(index, bound) for index in (first, second))
    if any(isinstance(index, Index | Indexed) for index in pair):
        reading.scope.distinct.add((pair[0], pair[1]))
        reading.scope.note(f"the vectors {name} of {pair[0]} and {pair[1]} are different ones (inferred)")


def _any(index: Expr, bound: set[Index]) -> Expr:
    """An entry of an index array under a sum stands for all its entries."""
    table = {inner: Index("any", inner.axis) for inner in index.free_symbols if inner in bound}
    return index.xreplace(table) if isinstance(index, Indexed) else index
