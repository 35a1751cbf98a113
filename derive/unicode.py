"""Terms as one line of Unicode, for docstrings and messages: Σ_w exp(Σ_j u[w,j]·v[c,j])."""

from __future__ import annotations

import sympy
from sympy import Expr, Indexed, KroneckerDelta, Product, Sum

from derive.terms import Index, Tensor, sigmoid

__all__ = ["shown"]

_ATOM, _PRODUCT, _SUM = 3, 2, 1


def shown(tensor: Tensor) -> str:
    """The entry of an array, preceded by its indices."""
    names: dict[Index, str] = {}
    indices = ", ".join(_name(index, names) for index in tensor.indices)
    body = _show(tensor.body, names)[0]
    return f"[{indices}] ↦ {body}" if indices else body


def _name(index: Index, names: dict[Index, str]) -> str:
    """A short name; fresh copies of an index get a prime for each that is already named so."""
    if index not in names:
        name = index.name.split("ʹ")[0]
        while name in names.values():
            name += "ʹ"
        names[index] = name
    return names[index]


def _wrap(text: tuple[str, int], least: int) -> str:
    return text[0] if text[1] >= least else f"({text[0]})"


def _show(expression: Expr, names: dict[Index, str]) -> tuple[str, int]:
    if isinstance(expression, Index):
        return _name(expression, names), _ATOM
    if isinstance(expression, Indexed):
        inner = ",".join(_show(index, names)[0] for index in expression.indices)
        return f"{expression.base.label}[{inner}]", _ATOM
    if isinstance(expression, Sum | Product):
        sign = "Σ" if isinstance(expression, Sum) else "Π"
        local = dict(names)
        indices = [_name(index, local) for index in reversed(expression.variables)]
        body = _wrap(_show(expression.function, local), _PRODUCT)
        return f"{' '.join(f'{sign}_{index}' for index in indices)} {body}", _SUM
    if isinstance(expression, KroneckerDelta):
        return f"δ({', '.join(_show(argument, names)[0] for argument in expression.args)})", _ATOM
    if isinstance(expression, sympy.Add):
        text = ""
        for term in expression.as_ordered_terms():
            negative = term.could_extract_minus_sign()
            part = _wrap(_show(-term if negative else term, names), _SUM + negative)
            text += (f" - {part}" if negative else f" + {part}") if text else (f"-{part}" if negative else part)
        return text, _SUM
    if isinstance(expression, sympy.Mul):
        if expression.could_extract_minus_sign():
            return f"-{_wrap(_show(-expression, names), _PRODUCT)}", _SUM
        above, below = _fraction(expression)
        if below != 1:
            return f"{_wrap(_show(above, names), _PRODUCT)} / {_wrap(_show(below, names), _ATOM)}", _PRODUCT
        return "·".join(_wrap(_show(factor, names), _PRODUCT) for factor in expression.as_ordered_factors()), _PRODUCT
    if isinstance(expression, sympy.exp | sympy.log | sigmoid):
        name = {"sigmoid": "σ"}.get(type(expression).__name__, type(expression).__name__)
        return f"{name}({_show(expression.args[0], names)[0]})", _ATOM
    if isinstance(expression, sympy.Pow):
        if expression.exp == -1:
            return f"1 / {_wrap(_show(expression.base, names), _ATOM)}", _PRODUCT
        return f"{_wrap(_show(expression.base, names), _ATOM)}^{_wrap(_show(expression.exp, names), _ATOM)}", _ATOM
    return str(expression), _ATOM if expression.is_Atom else _SUM


def _fraction(expression: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator as they stand, nothing multiplied out."""
    below = [1 / factor for factor in expression.args if isinstance(factor, sympy.Pow) and factor.exp == -1]
    above = [factor for factor in expression.args if not (isinstance(factor, sympy.Pow) and factor.exp == -1)]
    coefficient = sympy.Mul(*(factor for factor in above if factor.is_Rational))
    rest = [factor for factor in above if not factor.is_Rational]
    return sympy.Mul(coefficient.p, *rest), sympy.Mul(coefficient.q, *below)
