"""arg max and arg min: the optimum stays where it is under a strictly monotone function."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Integer, exp, log

from derive.calculus import DerivativeError
from derive.derivation import Goal, Relation
from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.definitions import unfold
from derive.reading.derivatives import by_all
from derive.reading.products import product
from derive.reading.scope import Unsettled
from derive.reading.spelling import bare, plain
from derive.reading.values import ShapeError, Value
from derive.terms import Index

RISING, FALLING = 1, -1


@dataclass(frozen=True)
class Optimum:
    """The place where ``body`` is largest (``sense`` 1) or smallest (-1); ``slope`` is its entry-wise derivative there.

    ``slope`` is None where the variable is not named, or nothing is known of how the body depends on it.
    """

    body: Expr
    sense: int
    slope: Expr | None = None
    variable: str | None = None


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
    body = unfold(inner.body, reading.scope.definitions)
    sense = RISING if head.kind.endswith("max") else FALLING
    variable = tree.sexpr(plain(head.sub)) if head.sub is not None else None
    return Optimum(body, sense, _slope(inner, head.sub, reading), variable)


def _slope(body: Value, variable: tree.Node | None, reading: Reading) -> Expr | None:
    """∂ body / ∂ variable, at an entry with fixed names, so that two of them can be compared."""
    if variable is None:
        return None
    try:
        found = by_all(body, [plain(variable)], reading)
    except (Unsettled, ShapeError, DerivativeError):
        return None
    where = tuple(Index(f"entry {n}", i.axis) for n, i in zip("ij", found.indices, strict=False))
    return unfold(found.at(*where), reading.scope.definitions)


def goals(first: Optimum, second: Optimum, reading: Reading) -> tuple[tuple[Goal, int], ...]:
    """Claims of the form ``second = g(first)``, each with the direction of g; one of them has to hold."""
    facts = reading.scope.facts()
    a, b = first.body, second.body
    sizes = [s for s in (a.free_symbols | b.free_symbols) if s.is_integer and s.is_positive and not hasattr(s, "axis")]
    candidates: list[tuple[Expr, Expr, int]] = []
    for one, other in ((a, b), (b, a)):
        for factor in (1, Integer(2), *sizes, *(1 / s for s in sizes)):
            for sign in (RISING, FALLING):
                candidates.append((sign * factor * one, other, sign))
                candidates.append((sign * factor * log(one), other, sign))
    candidates.append((exp(a), b, RISING))
    if first.slope is not None and second.slope is not None:  # they differ by what does not depend on the variable
        candidates.extend((sign * first.slope, second.slope, sign) for sign in (RISING, FALLING))
    return tuple((Goal(left, Relation.EQUAL, right, facts), sign) for left, right, sign in candidates)
