"""arg max and arg min: the optimum stays where it is under a strictly monotone function."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, exp, log

from derive.derivation import Goal, Relation
from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.definitions import unfold
from derive.reading.products import product
from derive.reading.spelling import bare, plain
from derive.reading.values import Value

RISING, FALLING = 1, -1


@dataclass(frozen=True)
class Optimum:
    """The place where ``body`` is largest (``sense`` 1) or smallest (-1)."""

    body: Expr
    sense: int


def optimum(node: tree.Node, reading: Reading) -> Optimum | None:
    """``\\arg\\max_θ L(θ)``, or ``\\max L(θ)`` where only the place of the optimum is meant."""
    node = plain(node)
    if not isinstance(node, tree.Product):
        return None
    head = plain(node.factors[0].node)
    if not isinstance(head, tree.BigOp) or head.kind not in ("argmax", "argmin", "max", "min"):
        return None
    rest = node.factors[1:]
    if isinstance(plain(rest[0].node), tree.Group) and head.kind in ("max", "min") and head.sub is None:
        return None
    inner: Value = product([bare(rest[0].node), *rest[1:]], reading)
    if inner.rank:
        return None
    return Optimum(unfold(inner.body, reading.scope.definitions), RISING if head.kind.endswith("max") else FALLING)


def goals(first: Optimum, second: Optimum, reading: Reading) -> tuple[tuple[Goal, int], ...]:
    """Claims of the form ``second = g(first)``, each with the direction of g; one of them has to hold."""
    facts = reading.scope.facts()
    a, b = first.body, second.body
    sizes = [s for s in (a.free_symbols | b.free_symbols) if s.is_integer and s.is_positive and not hasattr(s, "axis")]
    candidates: list[tuple[Expr, Expr, int]] = []
    for one, other in ((a, b), (b, a)):
        for factor in (1, *sizes, *(1 / s for s in sizes)):
            for sign in (RISING, FALLING):
                candidates.append((sign * factor * one, other, sign))
                candidates.append((sign * factor * log(one), other, sign))
    candidates.append((exp(a), b, RISING))
    return tuple((Goal(left, Relation.EQUAL, right, facts), sign) for left, right, sign in candidates)
