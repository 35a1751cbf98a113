"""``\\lim_{x \\to a}`` of all that follows in the product."""

from __future__ import annotations

import sympy
from sympy import Symbol

from derive.limits import LimitError, limit
from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.definitions import unfold
from derive.reading.elaborate import value
from derive.reading.scope import Unsettled
from derive.reading.spelling import letter, plain
from derive.reading.values import Value
from derive.terms import Index

__all__ = ["limit_of"]


def limit_of(node: tree.BigOp, body: Value, reading: Reading) -> Value:
    """The limit of every entry.

    Raises:
        Unsettled: what goes where is not understood, or no limit is shown to exist.
    """
    sub = plain(node.sub) if node.sub is not None else None
    if node.sup is not None or not isinstance(sub, tree.Chain) or sub.first is None or len(sub.links) != 1:
        raise Unsettled("write lim with one variable and where it goes, as in \\lim_{x \\to 0}")
    (link,) = sub.links
    if link.relation.symbol != "\\to" or link.right is None:
        raise Unsettled("write lim with one variable and where it goes, as in \\lim_{x \\to 0}")
    variable = value(sub.first, reading)
    end = sympy.oo if letter(link.right) == "\\infty" else value(link.right, reading).body
    if variable.rank or not isinstance(variable.body, Symbol) or isinstance(variable.body, Index):
        raise Unsettled(f"a limit in {variable.describe()} is not understood")
    unfolded = unfold(body.body, reading.scope.definitions)
    if not unfolded.has(variable.body):
        raise Unsettled(f"as far as this note says, what has a limit does not depend on {variable.body}")
    try:
        return Value(body.indices, limit(unfolded, variable.body, end, reading.scope.facts()), body.row)
    except LimitError as error:
        raise Unsettled(error.message) from error
