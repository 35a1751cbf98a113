"""Derivatives under symbolic sums.

SymPy differentiates; the Kronecker deltas it leaves behind are contracted here.  Neither ``simplify`` nor ``doit`` is
ever called: the one fails on sums with symbolic bounds, the other turns deltas into case distinctions on bounds.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Derivative, Expr, Indexed, IndexedBase, KroneckerDelta, Product, Subs, Sum, Symbol

from derive.errors import DeriveError
from derive.terms import Axis, Index, Tensor, fresh, rename_bound

__all__ = ["DerivativeError", "contract", "differentiate", "gradient"]


class DerivativeError(DeriveError):
    """A derivative that does not exist in the language of terms."""


def differentiate(expression: Expr, entry: Indexed | Symbol) -> Expr:
    """The partial derivative of a scalar term by a scalar symbol or by one array entry.

    The indices of ``entry`` may be free in ``expression``: ∂/∂u[w, k] of u[o, j] is δ(o, w)·δ(j, k).  Indices are not
    differentiated, so ∂/∂v[a, k] of v[x[i], j] is δ(x[i], a)·δ(j, k).

    Raises:
        DerivativeError: SymPy leaves a derivative standing, or the term is not smooth (Max, Abs).
    """
    if not isinstance(entry, Indexed | Symbol) or isinstance(entry, Index):
        raise DerivativeError(f"cannot differentiate by {entry}; give a symbol or an array entry")
    # Bound names must differ from the indices of the entry, else those would be captured.
    expression = rename_bound(expression)
    arrays = {str(a.base.label) for a in expression.atoms(Indexed)} | {str(a) for a in expression.atoms(IndexedBase)}
    if isinstance(entry, Symbol) and entry.name in arrays:
        raise DerivativeError(f"{entry.name} is an array; differentiate by one of its entries")
    if isinstance(entry, Indexed):
        _same_rank(expression, entry)
    if any(_depends(kink, entry) for kink in expression.atoms(sympy.Max, sympy.Min, sympy.Abs)):
        raise DerivativeError("Max, Min and Abs have no derivative everywhere")
    try:
        raw = _derivative(expression, entry)
    except DerivativeError:
        raise
    except Exception as error:  # SymPy raises nearly anything on sums with symbolic bounds
        raise DerivativeError(f"the derivative by {entry} failed ({type(error).__name__}: {error})") from error
    if raw.has(Derivative, Subs, sympy.Piecewise, sympy.nan, sympy.zoo, sympy.oo):
        raise DerivativeError(f"the derivative by {entry} has no closed form in the language of terms")
    return contract(raw)


def _derivative(e: Expr, entry: Expr) -> Expr:
    """SymPy's derivative, taken inside of sums and products one by one."""
    if not _depends(e, entry):
        return sympy.S.Zero
    if isinstance(e, Sum):
        return Sum(_derivative(e.function, entry), *e.limits)
    if isinstance(e, Product):
        # (Π f)' = Π f · Σ f'/f, index by index
        inner = Product(e.function, *e.limits[:-1]) if len(e.limits) > 1 else e.function
        index, low, high = e.limits[-1]
        new = Symbol(f"{index.name}ʺ") if not isinstance(index, Index) else _primed(index)
        moved = rename_bound(inner).xreplace({index: new})
        return e * Sum(_derivative(moved, entry) / moved, (new, low, high))
    if isinstance(e, sympy.Add):
        return sympy.Add(*(_derivative(a, entry) for a in e.args))
    if isinstance(e, sympy.Mul):
        terms = []
        for k, factor in enumerate(e.args):
            d = _derivative(factor, entry)
            if d != 0:
                terms.append(sympy.Mul(*e.args[:k], d, *e.args[k + 1 :]))
        return sympy.Add(*terms)
    if isinstance(e, Indexed):
        return _entry_derivative(e, entry)
    if isinstance(e, Symbol):
        return sympy.S.One if e == entry else sympy.S.Zero
    if isinstance(e, KroneckerDelta):
        return sympy.S.Zero
    if isinstance(e, sympy.core.function.AppliedUndef) and "fdiff" not in vars(e.func):
        raise DerivativeError(f"{e.func} is not known, hence neither is its derivative")
    # The outer derivative of a function or a power is SymPy's, with a placeholder for each argument.
    terms = []
    for k, argument in enumerate(e.args):
        inner = _derivative(argument, entry)
        if inner == 0:
            continue
        place = sympy.Dummy("t", positive=True)
        outer = e.func(*e.args[:k], place, *e.args[k + 1 :]).diff(place)
        terms.append(outer.xreplace({place: argument}) * inner)
    return sympy.Add(*terms)


def _primed(index: Index) -> Index:
    return Index(f"{index.name}ʺ", index.axis)


def _entry_derivative(e: Indexed, entry: Expr) -> Expr:
    if not isinstance(entry, Indexed) or str(e.base.label) != str(entry.base.label):
        return sympy.S.Zero
    return sympy.Mul(*(KroneckerDelta(a, b) for a, b in zip(e.indices, entry.indices, strict=True)))


def _same_rank(expression: Expr, entry: Indexed) -> None:
    for other in expression.atoms(Indexed):
        if str(other.base.label) == str(entry.base.label) and len(other.indices) != len(entry.indices):
            raise DerivativeError(
                f"{entry.base} is used with {len(other.indices)} and with {len(entry.indices)} indices"
            )


def _depends(e: Expr, entry: Expr) -> bool:
    if isinstance(entry, Indexed):
        return any(str(a.base.label) == str(entry.base.label) for a in e.atoms(Indexed))
    return entry in e.free_symbols


def gradient(objective: Tensor | Expr, wrt: IndexedBase | Symbol, axes: Sequence[Axis] = ()) -> Tensor:
    """All partial derivatives of an objective by a symbol or by the entries of an array.

    Args:
        objective: a scalar, or an array given entry by entry.
        wrt: what to differentiate by.
        axes: the axes of ``wrt``; none for a symbol.

    Returns:
        The array whose indices are those of the objective followed by one new index for each of ``axes``.

    Raises:
        DerivativeError: see ``differentiate``.
    """
    tensor = objective if isinstance(objective, Tensor) else Tensor((), objective)
    if isinstance(wrt, Symbol):
        if axes:
            raise DerivativeError(f"{wrt} is a symbol and has no axes")
        return Tensor(tensor.indices, differentiate(tensor.body, wrt))
    if not axes:
        raise DerivativeError(f"the axes of {wrt} are needed")
    names = "abcdefgh"
    new = tuple(fresh(Index(names[k], axis)) for k, axis in enumerate(axes))
    return Tensor((*tensor.indices, *new), differentiate(tensor.body, wrt[new]))


def contract(e: Expr) -> Expr:
    """Carry out sums over deltas: Σ_i δ(i, k) f(i) = f(k) where k runs over the same axis as i.

    Other terms are left as they are, except that Σ of a sum of terms is divided where that lets a delta go.
    """
    if not e.has(KroneckerDelta):
        return e
    if not e.args:
        return e
    e = e.func(*(contract(a) for a in e.args)) if not isinstance(e, Sum) else Sum(contract(e.function), *e.limits)
    return _contract_sum(e) if isinstance(e, Sum) else e


def _contract_sum(e: Sum) -> Expr:
    body = e.function
    if isinstance(body, sympy.Mul) and any(isinstance(a, sympy.Add) and a.has(KroneckerDelta) for a in body.args):
        body = _expand_deltas(body)
    if isinstance(body, sympy.Add):
        with_deltas = [a for a in body.args if a.has(KroneckerDelta)]
        rest = [a for a in body.args if not a.has(KroneckerDelta)]
        parts = [contract(rename_bound(Sum(a, *e.limits))) for a in with_deltas]
        if rest:
            parts.append(Sum(sympy.Add(*rest), *e.limits))
        return sympy.Add(*parts)
    if isinstance(body, Sum):
        return _contract_flat(Sum(body.function, *body.limits, *e.limits))
    return _contract_flat(Sum(body, *e.limits))


def _expand_deltas(body: Expr) -> Expr:
    """Multiply out the factors of a product that contain deltas, and only those."""
    total = [sympy.Mul(*(a for a in body.args if not (isinstance(a, sympy.Add) and a.has(KroneckerDelta))))]
    for factor in body.args:
        if isinstance(factor, sympy.Add) and factor.has(KroneckerDelta):
            total = [t * a for t in total for a in factor.args]
    return sympy.Add(*total)


def _contract_flat(e: Sum) -> Expr:
    """Contract Σ over a product of factors, one index at a time."""
    limits = list(e.limits)
    factors = list(sympy.Mul.make_args(e.function))
    for index in [limit[0] for limit in e.limits]:
        low, high = next((t[1], t[2]) for t in limits if t[0] == index)
        others = [t for t in limits if t[0] != index]
        nested = any(t[1].has(index) or t[2].has(index) for t in others)
        for place, factor in enumerate(factors):
            target = _partner(factor, index)
            if target is None or not _inside(target, low, high) or (nested and target in [t[0] for t in others]):
                continue
            table = {index: target}
            factors = [f.xreplace(table) for k, f in enumerate(factors) if k != place]
            limits = [(t[0], t[1].xreplace(table), t[2].xreplace(table)) for t in others]
            break
    body = sympy.Mul(*factors)
    return Sum(body, *limits) if limits else body


def _partner(factor: Expr, index: Expr) -> Expr | None:
    """k in δ(index, k)."""
    if isinstance(factor, KroneckerDelta):
        left, right = factor.args
        if left == index and not right.has(index):
            return right
        if right == index and not left.has(index):
            return left
    return None


def _inside(target: Expr, low: Expr, high: Expr) -> bool:
    """Whether an index is known to lie within bounds."""
    if isinstance(target, Index):
        return bool(target.axis.low == low and target.axis.high == high)
    return False
