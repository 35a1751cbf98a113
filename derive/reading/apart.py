"""Which letters stand for different words although nobody says so.

``v_c · v_w`` with one letter v for both is meant as a product of two different vectors, also when it is differentiated;
and a function of ``v_r`` and ``v_s`` is differentiated by ``v_r`` as if ``v_s`` were another one.
"""

from __future__ import annotations

from sympy import Expr, Indexed, Product, Sum

from derive.reading.context import Reading
from derive.reading.values import Value
from derive.terms import ANY, Index


def keep_factors_apart(left: Value, right: Value, reading: Reading) -> None:
    """The two vectors of a dot product with the same letter belong to different words."""
    one, other = left.body, right.body
    if left.rank != 1 or right.rank != 1 or not isinstance(one, Indexed) or not isinstance(other, Indexed):
        return
    if one.base != other.base or len(one.indices) < 2:
        return
    first, second = one.indices[0], other.indices[0]
    bound = set(reading.bound.values())
    if str(first) != str(second) and not {first, second} & bound:
        _apart(first, second, str(one.base.label), reading)


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
    if entry.indices[0].name in {index.name for index in named}:
        for other in (index for index in named if index.name != entry.indices[0].name):
            _apart(entry.indices[0], other, str(entry.base.label), reading)


def _apart(first: Expr, second: Expr, name: str, reading: Reading) -> None:
    one, other = _every(first), _every(second)
    if all(isinstance(index, Index | Indexed) for index in (one, other)):
        reading.scope.distinct.add((one, other))
        reading.scope.note(f"the vectors {name} of {one} and {other} are different ones (inferred)")


def _every(index: Expr) -> Expr:
    """An entry of an index array stands for all its entries."""
    table = {inner: Index(ANY, inner.axis) for inner in index.free_symbols if isinstance(inner, Index)}
    return index.xreplace(table) if isinstance(index, Indexed) else index
