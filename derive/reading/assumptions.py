"""Equations that are assumed, not claimed: "at the stationary point, where ℓ'(x*) = 0", "set the derivative to zero".

What follows from such an equation is found by solving it for one of its numbers, where it is linear in that number, its
exponential or its logarithm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import sympy
from sympy import Expr, Indexed, Symbol, exp, log

from derive.reading import tree
from derive.reading.spelling import letter, plain, walk
from derive.terms import Index, sigmoid

CUE = re.compile(
    r"\bset(?:ting|s)?\b|stationar|\boptim|\bsolv|\bzero\b|vanish|maximi[sz]|minimi[sz]|critical point|first[- ]order|"
    r"令|为零|为 ?0|等于零|等于 ?0|驻点|极值|最优|解得|求解|设",
    re.IGNORECASE,
)


SET_TO_ZERO = re.compile(
    r"\b(?:set(?:ting)?|put(?:ting)?|equat(?:e|ing))\b[^.;\ue000]{0,60}\b(?:to|equal to) (?:zero|0)\b|"
    r"(?:令|设)[^。；\ue000]{0,20}(?:为|等于) ?(?:零|0)",
    re.IGNORECASE,
)
ORDINALS = (re.compile(r"\bfirst\b|\bformer\b|第一", re.I), re.compile(r"\bsecond\b|\blatter\b|第二", re.I))


def derivatives_at_the_start(rows: Iterable[tree.Row | tree.UnreadRow]) -> Iterator[tree.Node]:
    """The derivatives that stand at the very left of the formulas of a display."""
    for row in rows:
        for statement in row.statements if isinstance(row, tree.Row) else ():
            first = plain(statement.first) if statement.first is not None else None
            if isinstance(first, tree.Frac) and any(
                letter(node) in ("\\partial", "d") for node in walk(first.denominator)
            ):
                yield first


def set_to_zero(text: str, derivatives: Sequence[tree.Node]) -> tuple[tree.Node, ...]:
    """Those of the derivatives displayed before that words without a formula set to zero."""
    if (match := SET_TO_ZERO.search(text)) is None:
        return ()
    for position, ordinal in enumerate(ORDINALS):
        if ordinal.search(match.group()) is not None:
            return tuple(derivatives[position : position + 1])
    return tuple(derivatives)


def solutions(equation: Expr) -> dict[Expr, Expr]:
    """For every number or entry x for which ``equation = 0`` can be solved: the solution."""
    equation = equation.replace(sigmoid, lambda x: 1 / (1 + exp(-x)))
    found: dict[Expr, Expr] = {}
    unknowns = [
        s for s in equation.free_symbols if isinstance(s, Symbol) and not isinstance(s, Index) and not s.is_integer
    ]
    entries = [e for e in equation.atoms(Indexed) if not any(e.has(i) for i in _bound(equation))]
    for unknown in sorted([*unknowns, *entries], key=sympy.default_sort_key):
        solution = _solve(equation, unknown)
        if solution is not None:
            found[unknown] = solution
    return found


def _bound(equation: Expr) -> set[Expr]:
    return {index for node in equation.atoms(sympy.Sum, sympy.Product) for index, _, _ in node.limits}


def _solve(equation: Expr, unknown: Expr) -> Expr | None:
    z = sympy.Dummy("z", positive=True)
    spread = sympy.expand_power_exp(equation) if unknown in equation.free_symbols else equation
    forms = (
        (equation.xreplace({unknown: z}), lambda value: value),
        (spread.replace(lambda e: isinstance(e, exp) and e.has(unknown), lambda e: _power(e, unknown, z)), log),
        (equation.xreplace({log(unknown): z}), exp),
    )
    for form, inverse in forms:
        if form.has(unknown) or not form.has(z):
            continue
        numerator = sympy.numer(sympy.together(_drawn_out(form, z)))
        if any(z in node.free_symbols for node in numerator.atoms(sympy.Function, sympy.Sum)):
            continue
        polynomial = sympy.expand(numerator)
        slope = polynomial.coeff(z, 1)
        rest = polynomial.coeff(z, 0)
        if slope != 0 and sympy.expand(polynomial - slope * z - rest) == 0:
            return inverse(-rest / slope)
    return None


def _drawn_out(form: Expr, z: Expr) -> Expr:
    """The term with z in front of the sums in which it is linear: Σ_j (a_j + z b_j) is Σ_j a_j + z Σ_j b_j."""

    def apart(node: Expr) -> Expr:
        body = sympy.expand(node.function)
        slope, rest = body.coeff(z, 1), body.coeff(z, 0)
        if sympy.expand(body - slope * z - rest) != 0:
            return node
        return node.func(rest, *node.limits) + z * node.func(slope, *node.limits)

    return form.replace(lambda node: isinstance(node, sympy.Sum) and z in node.free_symbols, apart)


def _power(node: Expr, unknown: Expr, z: Expr) -> Expr:
    """exp(k·x) as z^k, where k is a number."""
    exponent = sympy.expand(node.args[0])
    factor = exponent.coeff(unknown, 1)
    rest = exponent - factor * unknown
    if not factor.is_Rational or rest.has(unknown):
        return node
    return z**factor * exp(rest)
