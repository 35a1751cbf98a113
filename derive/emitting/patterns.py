"""How terms look: what the lowering asks of a SymPy expression before it chooses a rule."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import sympy
from sympy import Expr, Indexed, Sum, Symbol, exp

from derive.emitting.formula import EmitError, Sparse
from derive.emitting.graph import Label, Pointer, Ref, indices_in
from derive.terms import Index, sigmoid

Item = tuple[Expr, sympy.Rational]
"""A factor of a product with its exponent."""
ENTRIES = "entries_of_"


def number_of(expression: Expr) -> Fraction | float:
    if isinstance(expression, sympy.Rational) and expression.is_finite:
        return Fraction(int(expression.p), int(expression.q))
    if not expression.is_finite or not expression.is_real:
        raise EmitError(f"{expression} is not a real number")
    return float(expression)


def factors_of(expression: Expr) -> Iterable[Item]:
    """The factors of a product with rational exponents."""
    if isinstance(expression, sympy.Mul):
        for argument in expression.args:
            yield from factors_of(argument)
    elif isinstance(expression, sympy.Pow) and isinstance(expression.exp, sympy.Rational):
        for base, power in factors_of(expression.base):
            yield base, power * expression.exp
    else:
        yield expression, sympy.S.One


def is_sum_of_exponentials(expression: Expr) -> bool:
    """Whether this is a sum of exponentials, whose size can be taken off the exponents."""
    if not isinstance(expression, Sum):
        return False
    names = set(expression.variables)
    return any(isinstance(b, exp) and b.free_symbols & names for b, _ in factors_of(expression.function))


def one_plus_exp(expression: Expr) -> Expr | None:
    """x, if the expression is 1 + exp(x)."""
    if isinstance(expression, sympy.Add) and len(expression.args) == 2 and sympy.S.One in expression.args:
        (other,) = (argument for argument in expression.args if argument != 1)
        return other.args[0] if isinstance(other, exp) else None
    return None


def one_minus_sigmoid(expression: Expr) -> Expr | None:
    if isinstance(expression, sympy.Add) and len(expression.args) == 2 and sympy.S.One in expression.args:
        (other,) = (argument for argument in expression.args if argument != 1)
        return (-other).args[0] if isinstance(-other, sigmoid) else None
    return None


def is_product_of_entries(expression: Expr) -> bool:
    """Whether this is built from entries by multiplication alone, so that it can be zero."""
    return all(isinstance(base, Indexed | Symbol) or base.is_number for base, _ in factors_of(expression))


def entries_axis(sparse: Sparse) -> str:
    return f"{ENTRIES}{sparse.values}"


def is_entries_axis(axis: str) -> bool:
    """Whether an axis runs over the nonzero entries of a sparse matrix, of which there are many."""
    return axis.startswith(ENTRIES)


def running_in(ref: Ref) -> set[Index]:
    return set(indices_in(ref.labels))


def with_indices(ref: Ref, names: dict[Index, Index]) -> Ref:
    def put(label: Label) -> Label:
        if isinstance(label, Pointer):
            return Pointer(label.name, tuple(put(inner) for inner in label.labels))
        return names.get(label, label) if isinstance(label, Index) else label

    return Ref(ref.node, tuple(put(label) for label in ref.labels))
