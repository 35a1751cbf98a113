"""Products that go to zero with an entry, so that a sparse matrix of such entries needs no others.

x^a log x goes to 0 with x for every a > 0, hence so does x^a (c + log x)^k = (x^(a/k) (c + log x))^k.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy
from sympy import Expr, log

from derive.emitting.patterns import Item, factors_of

__all__ = ["vanishes_with"]


def vanishes_with(items: Iterable[Item], entry: Expr) -> bool:
    """Whether a product goes to zero with one of its entries; False also where that is not known."""
    small = False
    for base, power in items:
        if base.has(entry) and power > 0 and _is_small(base, entry):
            small = True
        elif base.has(entry) and not (power > 0 and power.is_integer and _is_slow(base, entry)):
            return False
    return small


def _is_small(e: Expr, entry: Expr) -> bool:
    """Whether it goes to zero like a power of the entry."""
    if e == entry:
        return True
    if isinstance(e, sympy.Min):
        parts = [argument for argument in e.args if _is_small(argument, entry)]
        return bool(parts) and all(a in parts or (a.is_positive and not a.has(entry)) for a in e.args)
    if isinstance(e, sympy.Pow):
        return bool(e.exp.is_positive) and not e.exp.has(entry) and _is_small(e.base, entry)
    if isinstance(e, sympy.Mul):
        parts = [argument for argument in e.args if argument.has(entry)]
        return bool(parts) and all(_is_small(part, entry) for part in parts)
    return False


def _is_slow(e: Expr, entry: Expr) -> bool:
    """Whether it grows no faster than a power of the logarithm of the entry."""
    if not e.has(entry) or _is_small(e, entry):
        return True
    if isinstance(e, log):
        return all(base == entry or not base.has(entry) for base, _ in factors_of(e.args[0]))
    if isinstance(e, sympy.Pow):
        return bool(e.exp.is_integer and e.exp.is_positive) and _is_slow(e.base, entry)
    if isinstance(e, sympy.Add | sympy.Mul):
        return all(_is_slow(argument, entry) for argument in e.args)
    return False
