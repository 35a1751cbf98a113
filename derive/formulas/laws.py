"""Which laws bring two sides of a proved step to the same form: a set of named laws, none of them idle.

A law here is a rewriting of SymPy terms with a name that a teacher would use.  All laws are used on both sides; if
that makes the two the same but for the order of terms and the names of bound indices, those that are not needed are left
out one by one.  Nothing here proves
anything: the step has its verdict already, and where no set of laws is found the answer says so.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, Pow, Product, Sum, exp, log

from derive.terms import Facts, Index, name_of, sigmoid

__all__ = ["NAMES", "explain"]

MAX_NODES = 1500
ROUNDS = 12

Law = Callable[[Expr, Facts], Expr | None]


def _log_of_quotient(node: Expr, _: Facts) -> Expr | None:
    if isinstance(node, log) and isinstance(node.args[0], Mul | Pow | sympy.Rational):
        top, bottom = node.args[0].as_numer_denom()
        if bottom != 1:
            return log(top) - log(bottom)
    return None


def _log_of_product(node: Expr, _: Facts) -> Expr | None:
    if not isinstance(node, log):
        return None
    inner = node.args[0]
    if isinstance(inner, Mul) and inner.as_numer_denom()[1] == 1:
        return Add(*(log(factor) for factor in inner.args))
    if isinstance(inner, Product):
        return Sum(log(inner.function), *inner.limits)
    return None


def _log_of_power(node: Expr, _: Facts) -> Expr | None:
    if isinstance(node, log) and isinstance(node.args[0], Pow) and not node.args[0].exp.is_negative:
        base, power = node.args[0].as_base_exp()
        return power * log(base)
    return None


def _log_of_exp(node: Expr, _: Facts) -> Expr | None:
    return node.args[0].args[0] if isinstance(node, log) and isinstance(node.args[0], exp) else None


def _exp_of_sum(node: Expr, _: Facts) -> Expr | None:
    """``e^{a-m}/Σ e^{b-m}``: what does not depend on the bound index comes out of the sum as a factor."""
    if not isinstance(node, Sum) or not node.function.has(exp):
        return None
    bound = set(node.variables)
    outer: list[Expr] = []
    inner: list[Expr] = []
    for factor in Mul.make_args(node.function):
        if isinstance(factor, exp) and isinstance(factor.args[0], Add):
            free = [t for t in factor.args[0].args if not t.free_symbols & bound]
            rest = [t for t in factor.args[0].args if t.free_symbols & bound]
            if free and rest:
                outer.append(exp(Add(*free)))
                inner.append(exp(Add(*rest)))
                continue
        inner.append(factor)
    return Mul(*outer) * Sum(Mul(*inner), *node.limits) if outer else None


def _linear_sum(node: Expr, _: Facts) -> Expr | None:
    if not isinstance(node, Sum):
        return None
    if isinstance(node.function, Add):
        return Add(*(Sum(term, *node.limits) for term in node.function.args))
    bound = set(node.variables)
    free = [f for f in Mul.make_args(node.function) if not f.free_symbols & bound]
    if not free or node.function == 1 or any(b in lim[1:] for lim in node.limits for b in bound):
        return None
    rest = [f for f in Mul.make_args(node.function) if f.free_symbols & bound]
    return Mul(*free) * Sum(Mul(*rest), *node.limits) if rest else None


def _contract(node: Expr, _: Facts) -> Expr | None:
    if not isinstance(node, Sum) or len(node.limits) != 1:
        return None
    bound = node.variables[0]
    for delta in node.function.atoms(KroneckerDelta):
        if bound not in delta.args or delta not in Mul.make_args(node.function):
            continue
        other = delta.args[1] if delta.args[0] == bound else delta.args[0]
        inside = isinstance(other, Index | Indexed) or other.is_Integer
        if inside and not other.has(bound):
            rest = Mul(*(f for f in Mul.make_args(node.function) if f != delta))
            return rest.xreplace({bound: other})
    return None


def _exchange(node: Expr, _: Facts) -> Expr | None:
    """Nested sums in one order: the shorter term to write comes inside."""
    if not isinstance(node, Sum) or not isinstance(node.function, Sum):
        return None
    inner = node.function
    if any(bound in lim[1].free_symbols | lim[2].free_symbols for bound in node.variables for lim in inner.limits):
        return None
    if _key(node.limits) <= _key(inner.limits):
        return None
    return Sum(Sum(inner.function, *node.limits), *inner.limits)


def _key(limits: tuple[Expr, ...]) -> str:
    return str([lim[1:] for lim in limits])


def _adds_to_one(node: Expr, facts: Facts) -> Expr | None:
    if not isinstance(node, Sum) or len(node.limits) != 1 or not isinstance(node.function, Indexed):
        return None
    known = facts.of(name_of(node.function))
    places = [k for k, index in enumerate(node.function.indices) if index == node.variables[0]]
    return sympy.Integer(1) if known is not None and places and tuple(places) == known.sums_to_one else None


def _sigmoid(node: Expr, _: Facts) -> Expr | None:
    return 1 / (1 + exp(-node.args[0])) if isinstance(node, sigmoid) else None


def _expand(node: Expr, _: Facts) -> Expr | None:
    if isinstance(node, Mul | Pow):
        done = sympy.expand_mul(sympy.expand_multinomial(node, deep=False), deep=False)
        return done if done != node else None
    return None


def _cancel(node: Expr, _: Facts) -> Expr | None:
    if isinstance(node, Add) and any(term.as_numer_denom()[1] != 1 for term in node.args):
        top, bottom = sympy.together(node, deep=False).as_numer_denom()
        top = sympy.expand_mul(top, deep=False)
        return top if bottom == 1 else top / bottom
    return None


LAWS: dict[str, Law] = {
    "definition of $\\sigma$": _sigmoid,
    "logarithm of a quotient": _log_of_quotient,
    "logarithm of a product": _log_of_product,
    "logarithm of a power": _log_of_power,
    "$\\log$ undoes $\\exp$": _log_of_exp,
    "exponential of a sum": _exp_of_sum,
    "$\\delta$ contracted": _contract,
    "probabilities add up to one": _adds_to_one,
    "constants and sums taken out of $\\sum$": _linear_sum,
    "sums exchanged": _exchange,
    "brackets multiplied out": _expand,
    "common denominator": _cancel,
}
NAMES = tuple(LAWS)
_REASSEMBLING = ("common denominator",)
"""Laws that work against the others: they come after them."""


def explain(left: Expr, right: Expr, facts: Facts) -> tuple[str, ...] | None:
    """Names of laws that make the two sides the same; none if they are the same, None if no laws were found."""
    if sum(1 for side in (left, right) for _ in sympy.preorder_traversal(side)) > MAX_NODES:
        return None
    sides = [_settled(left), _settled(right)]
    if _same(*sides):
        return ()
    fired: set[str] = set()
    for names in (tuple(n for n in NAMES if n not in _REASSEMBLING), NAMES):
        try:
            done = [_under(side, names, facts, fired) for side in sides]
            if _same(*done):
                return _needed([name for name in names if name in fired], sides, facts)
        except (TypeError, ValueError, AttributeError, RecursionError):
            return None  # SymPy stumbled on a term
    return None


def _needed(names: list[str], sides: list[Expr], facts: Facts) -> tuple[str, ...]:
    """Leave out every law that is not needed, the bookkeeping first."""
    for name in reversed(names):
        fewer = tuple(other for other in names if other != name)
        if _same(*(_under(side, fewer, facts) for side in sides)):
            names = list(fewer)
    return tuple(names)


def _same(left: Expr, right: Expr) -> bool:
    return bool(left == right or sympy.expand_mul(left - right, deep=False) == 0)


def _under(side: Expr, names: tuple[str, ...], facts: Facts, fired: set[str] | None = None) -> Expr:
    first = [name for name in names if name not in _REASSEMBLING]
    for group in (first, [name for name in names if name in _REASSEMBLING]):
        for _ in range(ROUNDS if group else 0):
            done = _settled(_once(side, group, facts, fired))
            if done == side:
                break
            side = done
    return side


def _once(node: Expr, names: list[str], facts: Facts, fired: set[str] | None) -> Expr:
    if node.args and not isinstance(node, Indexed):
        if isinstance(node, Sum | Product):
            node = node.func(_once(node.function, names, facts, fired), *node.limits)
        else:
            node = node.func(*(_once(argument, names, facts, fired) for argument in node.args))
    for name in names:
        done = LAWS[name](node, facts)
        if done is not None and done != node:
            if fired is not None:
                fired.add(name)
            node = done
    return node


def _settled(node: Expr) -> Expr:
    """One bound index to a sum, named by how deep it stands from within: equal sums become the same term."""
    return _named(node)[0]


def _named(node: Expr) -> tuple[Expr, int]:
    if not node.args or isinstance(node, Indexed):
        return node, 0
    if isinstance(node, Sum | Product):
        body, height = _named(node.function)
        for index, low, high in node.limits:
            height += 1
            axis = getattr(index, "axis", None)
            name = Index(f"•{height}", axis) if axis is not None else sympy.Symbol(f"•{height}", integer=True)
            body = node.func(body.xreplace({index: name}), (name, low, high))
        return body, height
    parts = [_named(argument) for argument in node.args]
    return node.func(*(part for part, _ in parts)), max(height for _, height in parts)
