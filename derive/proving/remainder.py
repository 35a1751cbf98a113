"""What is left over when the two sides of a false equation are compared: their quotient or their difference."""

from __future__ import annotations

import sympy

from derive.derivation import Goal
from derive.terms import Index, Tensor
from derive.unicode import shown

__all__ = ["difference"]

SHORT = 80
MADE, LETTERS = "ʹ", "ijkrst"


def difference(goal: Goal) -> str | None:
    """A sentence with the quotient or the difference of the two sides, if one of them is short."""
    try:
        quotient = sympy.cancel(goal.left / goal.right) if goal.right != 0 and _small(goal) else None
        if quotient is not None and quotient.is_number:
            return f"the left side is {quotient} times the right side"
        rest = sympy.expand(goal.left - goal.right) if _small(goal) else goal.left - goal.right
    except Exception:  # SymPy raises nearly anything; a sentence is not worth an accident
        return None
    text = shown(Tensor((), _with_plain_letters(rest)))
    if rest == 0 or len(text) > SHORT:
        return None
    return f"left side minus right side is {text}, which is not zero"


def _with_plain_letters(rest: sympy.Expr) -> sympy.Expr:
    """The same with a letter for every bound index whose name was made by the program."""
    taken = {symbol.name for symbol in rest.atoms(sympy.Symbol)}
    named: dict[sympy.Basic, sympy.Basic] = {}
    for index in sorted((i for i in rest.atoms(Index) if MADE in i.name), key=str):
        letter = next((x for x in (index.name.split(MADE)[0], *LETTERS) if x not in taken), index.name)
        taken.add(letter)
        named[index] = Index(letter, index.axis)
    return rest.xreplace(named)


def _small(goal: Goal) -> bool:
    return sum(1 for side in (goal.left, goal.right) for _ in sympy.preorder_traversal(side)) < 60
