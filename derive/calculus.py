"""Differentiation of terms: SymPy differentiates one entry under the symbolic sums."""

from __future__ import annotations

from sympy import Derivative, Expr, Piecewise, Subs


class NotDifferentiable(Exception):
    """SymPy left something unevaluated."""


def differentiate(body: Expr, entry: Expr) -> Expr:
    """The derivative of ``body`` by a scalar symbol or one entry of an array, with Kronecker deltas left in it.

    Raises ``NotDifferentiable`` where SymPy gives no closed form (it must never become a silent zero).
    """
    result = body.diff(entry)
    if result.has(Derivative, Subs, Piecewise):
        raise NotDifferentiable(f"the derivative by {entry} has no closed form here")
    return result
