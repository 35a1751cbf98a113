"""``M = max_i x_i``: the entry of x at an index of which nothing is known but that no entry of x is greater."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy import Expr, Indexed, Integer, Max

from derive.reading.context import Reading
from derive.reading.scope import Scope, Unsettled
from derive.reading.values import Value, scalar
from derive.terms import ArrayFacts, Facts, Index, array, fresh, sum_over

__all__ = ["greatest_entry", "is_smooth", "with_greatest"]

WHERE = "argmax "


def greatest_entry(body: Value, bound: Iterable[Index], reading: Reading) -> Value:
    """The greatest entry of a vector of numbers.  Raises ``Unsettled`` for the maximum of anything else."""
    indices, entry = tuple(bound), body.body
    if body.rank or len(indices) != 1 or not isinstance(entry, Indexed) or entry.indices != indices or entry.is_integer:
        raise Unsettled("max over an index is understood of the entries of a vector")
    name = str(entry.base.label)
    own = reading.scope.axis(name, 0)
    if not reading.scope.axes.same(own, indices[0].axis):
        raise Unsettled(f"max over a part of the entries of {name} is not understood")
    return scalar(reading.scope.entry(name, (Index(f"{WHERE}{name}", reading.scope.axes.resolve(own)),)))


def with_greatest(facts: Facts, bodies: Iterable[Expr], scope: Scope) -> Facts:
    """What is known of the greatest entries that stand in a claim; a counterexample has to choose them so."""
    found = {i for body in bodies for i in body.atoms(Index) if i.name.startswith(WHERE)}
    for index in sorted(found, key=lambda i: i.name):
        name = index.name.removeprefix(WHERE)
        what = facts.of(name)
        if what is None or len(what.axes) != 1:
            continue
        facts = facts.with_arrays(**{name: _greatest(what, index)})
        other = fresh(Index("j", what.axes[0]))
        base = array(name, **({"positive": True} if scope.family(name).positive else {}))
        gap = sum_over(Max(Integer(0), base[other] - base[index]), other)
        facts = facts.with_given([(gap, "=", Integer(0))])
    return facts


def _greatest(what: ArrayFacts, index: Index) -> ArrayFacts:
    return replace(what, greatest=index)


def is_smooth(body: Expr) -> bool:
    """Whether no greatest entry stands in a term: where two are the greatest, it has no derivative."""
    return not any(i.name.startswith(WHERE) for i in body.atoms(Index))
