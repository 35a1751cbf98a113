r"""``f|_{x=a}``: a formula, or its derivative, at a place; x and a may be numbers or arrays of one shape."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Indexed, Symbol

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.definitions import unfold
from derive.reading.elaborate import value
from derive.reading.scope import Unsettled
from derive.reading.spelling import letter, plain
from derive.reading.values import Value
from derive.terms import Index, rename_bound

__all__ = ["at_place", "bar_behind"]


def bar_behind(items: Sequence[tree.Factor]) -> tree.Node | None:
    r"""What stands below the bar at the end of ``\frac{\partial f}{\partial x}\Big|_{x=a}``; None without such a bar.

    Raises ``Unsettled`` where other factors stand before it, so that it is open how much the bar is meant for.
    """
    last = plain(items[-1].node)
    if not isinstance(last, tree.Script) or not isinstance(bar := plain(last.base), tree.Mark) or bar.symbol != "|":
        return None
    if len(items) == 1 or last.sub is None or last.sup is not None or last.primes:
        raise Unsettled("a bar without the place of evaluation; write |_{x=a}")
    if len(items) > 2 and not _is_operator(items[0].node):
        raise Unsettled("how much the bar is meant for; put brackets around it")
    return last.sub


def _is_operator(node: tree.Node) -> bool:
    """``∂/∂x`` in front of what it applies to."""
    node = plain(node)
    top = plain(node.numerator) if isinstance(node, tree.Frac) else None
    base = plain(top.base) if isinstance(top, tree.Script) else top
    return (isinstance(base, tree.Name) and base.base in ("\\partial", "d")) or (
        isinstance(base, tree.Word) and base.text == "d"
    )


def at_place(inner: Value, sub: tree.Node | None, reading: Reading) -> Value:
    """The value with a number, or all entries of an array, put in for the variable below a bar."""
    chain = plain(sub) if sub is not None else None
    if not isinstance(chain, tree.Chain) or chain.first is None or len(chain.links) != 1:
        raise Unsettled("a bar without the place of evaluation; write |_{x=a}")
    right = chain.links[0].right
    if right is None or chain.links[0].relation.symbol != "=":
        raise Unsettled("a bar without the place of evaluation; write |_{x=a}")
    place, variable = value(right, reading), value(chain.first, reading)
    body = rename_bound(unfold(inner.body, reading.scope.definitions))
    return Value(inner.indices, body.xreplace(_table(body, variable, place, chain, reading)), inner.row)


def _table(body: Expr, variable: Value, place: Value, chain: tree.Chain, reading: Reading) -> dict[Expr, Expr]:
    """What is put in for each entry of the variable."""
    number = variable.rank == 0 and isinstance(variable.body, Symbol) and not isinstance(variable.body, Index)
    if number and letter(chain.first) is not None and place.rank == 0:
        return {variable.body: place.body}
    entry = variable.body
    whole = isinstance(entry, Indexed) and variable.rank > 0 and tuple(entry.indices) == tuple(variable.indices)
    if not whole or place.rank not in (0, variable.rank):
        raise Unsettled("a bar with a place of evaluation that is not understood")
    for one, other in zip(variable.shape, place.shape, strict=False):
        reading.scope.axes.same(one, other)
    entries = {node for node in body.atoms(Indexed) if node.base == entry.base}
    return {node: rename_bound(place.at(*node.indices)) if place.rank else place.body for node in entries}
