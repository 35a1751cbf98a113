"""What a name depends on, and other numbers and arrays put in the place of these."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Indexed

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.definitions import unfold
from derive.reading.elaborate import learn_vector, value
from derive.reading.scope import Unsettled
from derive.reading.values import Value
from derive.terms import Index

__all__ = ["all_names", "argument_like", "with_arguments"]


def all_names(body: Expr) -> set[str]:
    return {s.name.strip() for s in body.free_symbols} | {str(n.base.label) for n in body.atoms(Indexed)}


def argument_like(parameter: str, node: tree.Node, reading: Reading) -> Value:
    """What stands in place of a parameter; an undeclared ``x^{(i)}`` in place of a vector x is a vector."""
    found, order = value(node, reading), reading.scope.family(parameter).order
    if found.rank < order:
        learn_vector(node, order - found.rank, reading)
    return found


def with_arguments(found: Value, given: dict[str, Value], reading: Reading) -> Value:
    """A value that depends on numbers or arrays, with others put in their places all at once: D(q, p) beside D(p, q).

    Raises ``Unsettled`` for what it is not known to depend on.
    """
    scope = reading.scope
    body = unfold(found.body, scope.definitions)
    names = all_names(body)
    table: dict[Expr, Expr] = {}
    for parameter, argument in given.items():
        if argument.rank != scope.family(parameter).order:
            raise Unsettled(f"{parameter} cannot be {argument.describe()}")
        for one, position in zip(argument.shape, range(argument.rank), strict=True):
            scope.axes.same(one, scope.axis(parameter, position))
        own = scope.entry(parameter, tuple(Index("i", scope.axis(parameter, p)) for p in range(argument.rank)))
        hidden = any(f"_{{{parameter}}}" in name or name.endswith(f"/∂{parameter}") for name in names)
        if hidden or not (body.is_number or parameter in names):
            raise Unsettled(f"how it depends on {parameter}, the note does not say")
        if isinstance(own, Indexed):
            table |= {node: argument.at(*node.indices) for node in body.atoms(Indexed) if node.base == own.base}
        else:
            table[own] = argument.body
    return replace(found, body=body.xreplace(table)) if table else found
