"""What is left over when the two sides of a false equation are compared: their quotient or their difference."""

from __future__ import annotations

import sympy

from derive.derivation import Goal

__all__ = ["difference"]

SHORT = 80


def difference(goal: Goal) -> str | None:
    """A sentence with the quotient or the difference of the two sides, if one of them is short."""
    try:
        quotient = sympy.cancel(goal.left / goal.right) if goal.right != 0 and _small(goal) else None
        if quotient is not None and quotient.is_number:
            return f"the left side is {quotient} times the right side"
        rest = sympy.expand(goal.left - goal.right) if _small(goal) else goal.left - goal.right
    except Exception:  # SymPy raises nearly anything; a sentence is not worth an accident
        return None
    text = str(rest)
    if rest == 0 or len(text) > SHORT:
        return None
    return f"left side minus right side is {text}, which is not zero"


def _small(goal: Goal) -> bool:
    return sum(1 for side in (goal.left, goal.right) for _ in sympy.preorder_traversal(side)) < 60
