"""Which laws bring two sides of a proved step to the same form: a set of named laws, none of them idle.

A law here is a rewriting of SymPy terms with a name that a teacher would use.  All laws are used on both sides; if
that makes the two the same but for the order of terms and the names of bound indices, those that are not needed are
left out one by one.  Nothing here proves anything: the step has its verdict already, and where no set of laws is found
the answer says so.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, Pow, Product, Sum, exp, log

from derive.terms import Axis, Facts, Index, OpenProduct, OpenSum, name_of, sigmoid

__all__ = ["NAMES", "apply", "explain"]

MAX_NODES = 1500
MOST_FRACTION_NODES = 150
ROUNDS = 12

Law = Callable[[Expr, Facts], Expr | None]


def _quotient(term: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator as they stand; e^{-x} is no denominator."""
    bottom = [f for f in Mul.make_args(term) if isinstance(f, Pow) and f.exp.is_number and f.exp.is_negative]
    top = Mul(*(f for f in Mul.make_args(term) if f not in bottom))
    number = top.as_coeff_Mul()[0]
    below = Mul(*(1 / f for f in bottom))
    return (top * number.q, below * number.q) if number.is_Rational and number.q != 1 else (top, below)


def _log_of_quotient(node: Expr, _: Facts) -> Expr | None:
    if isinstance(node, log):
        top, bottom = _quotient(node.args[0])
        if bottom != 1:
            return log(top) - log(bottom)
    return None


def _log_of_product(node: Expr, _: Facts) -> Expr | None:
    if not isinstance(node, log):
        return None
    inner = node.args[0]
    if isinstance(inner, Mul) and _quotient(inner)[1] == 1:
        return Add(*(log(factor) for factor in inner.args))
    if isinstance(inner, Product):
        return OpenSum(log(inner.function), *inner.limits)
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
    if isinstance(node, Mul):
        powers = [f for f in node.args if isinstance(f, exp)]
        others = [f for f in node.args if not isinstance(f, exp)]
        return exp(Add(*(f.args[0] for f in powers))) * Mul(*others) if len(powers) > 1 else None
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
    return Mul(*outer) * OpenSum(Mul(*inner), *node.limits) if outer else None


def _without(limits: tuple[Expr, ...], chosen: Expr) -> tuple[Expr, ...] | None:
    """The other limits, if none of them depends on the chosen one's index."""
    rest = tuple(limit for limit in limits if limit != chosen)
    return None if any(limit[1].has(chosen[0]) or limit[2].has(chosen[0]) for limit in rest) else rest


def _over(body: Expr, limits: tuple[Expr, ...]) -> Expr:
    return OpenSum(body, *limits) if limits else body


def _linear_sum(node: Expr, _: Facts) -> Expr | None:
    if not isinstance(node, Sum):
        return None
    if isinstance(node.function, Add):
        return Add(*(OpenSum(term, *node.limits) for term in node.function.args))
    factors = Mul.make_args(node.function)
    for limit in node.limits:
        free = [f for f in factors if not f.has(limit[0])]
        rest = [f for f in factors if f.has(limit[0])]
        others = _without(node.limits, limit)
        if others is None or not free or node.function == 1:
            continue
        return _over(Mul(*free) * OpenSum(Mul(*rest), limit), others)
    return None


def _contract(node: Expr, _: Facts) -> Expr | None:
    if not isinstance(node, Sum):
        return None
    factors = Mul.make_args(node.function)
    for limit in node.limits:
        bound, others = limit[0], _without(node.limits, limit)
        for delta in (f for f in factors if isinstance(f, KroneckerDelta) and bound in f.args):
            other = delta.args[1] if delta.args[0] == bound else delta.args[0]
            inside = isinstance(other, Index | Indexed) or other.is_Integer
            if inside and others is not None and not other.has(bound):
                return _over(Mul(*(f for f in factors if f != delta)).xreplace({bound: other}), others)
    return None


def _distinct(node: Expr, facts: Facts) -> Expr | None:
    if isinstance(node, KroneckerDelta) and frozenset(node.args) in facts.distinct:
        return sympy.Integer(0)
    return None


def _exchange(node: Expr, _: Facts) -> Expr | None:
    """A sum of δ over other indices comes outside, where the δ can be contracted."""
    if not isinstance(node, Sum):
        return None
    factors = Mul.make_args(node.function)
    for inner in (f for f in factors if isinstance(f, Sum)):
        deltas = inner.function.atoms(KroneckerDelta)
        if any(bound in delta.args for delta in deltas for bound in node.variables):
            own = tuple((Index(f"{n.name}•", Axis("", a, b)), a, b) for n, a, b in inner.limits)
            renamed = inner.function.xreplace({old: new[0] for old, new in zip(inner.variables, own, strict=True)})
            return OpenSum(Mul(*(f for f in factors if f != inner)) * renamed, *node.limits, *own)
    return None


def _adds_to_one(node: Expr, facts: Facts) -> Expr | None:
    if not isinstance(node, Sum) or len(node.limits) != 1 or not isinstance(node.function, Indexed):
        return None
    known = facts.of(name_of(node.function))
    places = [k for k, index in enumerate(node.function.indices) if index == node.variables[0]]
    return sympy.Integer(1) if known is not None and places and tuple(places) == known.sums_to_one else None


def _mirror(node: Expr, _: Facts) -> Expr | None:
    if isinstance(node, sigmoid) and node.args[0].could_extract_minus_sign():
        return 1 - sigmoid(-node.args[0])
    return None


def _sigmoid(node: Expr, _: Facts) -> Expr | None:
    return 1 / (1 + exp(-node.args[0])) if isinstance(node, sigmoid) else None


def _log_sigmoid(node: Expr, _: Facts) -> Expr | None:
    """Logarithms of σ(x), of 1 − σ(x) and of 1 + e^{-x}, all by log(1 + e^x)."""
    if not isinstance(node, log):
        return None
    inner = node.args[0]
    if isinstance(inner, sigmoid):
        return inner.args[0] - log(1 + exp(inner.args[0]))
    if isinstance(inner, Add) and len(inner.args) == 2 and 1 in inner.args:
        (other,) = (term for term in inner.args if term != 1)
        if isinstance(-other, sigmoid):
            return -log(1 + exp((-other).args[0]))
        if isinstance(other, exp) and other.args[0].could_extract_minus_sign():
            return log(1 + exp(-other.args[0])) + other.args[0]
    return None


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
    "$\\sigma(-x) = 1 - \\sigma(x)$": _mirror,
    "$\\log \\sigma(x) = x - \\log(1 + e^x)$": _log_sigmoid,
    "definition of $\\sigma$": _sigmoid,
    "logarithm of a quotient": _log_of_quotient,
    "logarithm of a product": _log_of_product,
    "logarithm of a power": _log_of_power,
    "$\\log$ undoes $\\exp$": _log_of_exp,
    "exponential of a sum": _exp_of_sum,
    "$\\delta = 0$ where the indices differ": _distinct,
    "sums exchanged": _exchange,
    "$\\delta$ contracted": _contract,
    "probabilities add up to one": _adds_to_one,
    "constants and sums taken out of $\\sum$": _linear_sum,
    "brackets multiplied out": _expand,
    "common denominator": _cancel,
}
NAMES = tuple(LAWS)
_REASSEMBLING = ("common denominator",)
"""Laws that work against the others: they come after them."""
_RARE = ("$\\log \\sigma(x) = x - \\log(1 + e^x)$",)
"""Laws that are named only where it does not go without them."""


def explain(left: Expr, right: Expr, facts: Facts) -> tuple[str, ...] | None:
    """Names of laws that make the two sides the same; none if they are the same, None if no laws were found."""
    if sum(1 for side in (left, right) for _ in sympy.preorder_traversal(side)) > MAX_NODES:
        return None
    sides = [_settled(left), _settled(right)]
    if _same(*sides):
        return ()
    fired: set[str] = set()
    for left_out in ((*_RARE, *_REASSEMBLING), _RARE, _REASSEMBLING, ()):
        names = tuple(name for name in NAMES if name not in left_out)
        try:
            if _made_same(names, sides, facts, fired):
                used = [name for name in names if name in fired or name in _REASSEMBLING]
                return _needed(used, sides, facts)
        except (TypeError, ValueError, AttributeError, RecursionError):
            return None  # SymPy stumbled on a term
    return None


def _needed(names: list[str], sides: list[Expr], facts: Facts) -> tuple[str, ...]:
    """Leave out every law that is not needed, the bookkeeping first."""
    for name in reversed(names):
        fewer = tuple(other for other in names if other != name)
        if _made_same(fewer, sides, facts):
            names = list(fewer)
    return tuple(names)


def _made_same(names: tuple[str, ...], sides: list[Expr], facts: Facts, fired: set[str] | None = None) -> bool:
    left, right = (_under(side, names, facts, fired) for side in sides)
    return _same(left, right) or (_REASSEMBLING[0] in names and _cancels(left, right))


def _cancels(left: Expr, right: Expr) -> bool:
    """Whether two small terms are the same as fractions."""
    if sum(1 for side in (left, right) for _ in sympy.preorder_traversal(side)) > MOST_FRACTION_NODES:
        return False
    try:
        return bool(sympy.cancel(sympy.together(left - right)) == 0)
    except sympy.PolynomialError:
        return False


def apply(names: tuple[str, ...], term: Expr) -> Expr:
    """A term after the named laws, as often as they change it; bound names are settled."""
    return _under(_settled(term), names, Facts())


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
            kind = OpenSum if isinstance(node, Sum) else OpenProduct
            node = kind(_once(node.function, names, facts, fired), *node.limits)
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
        kind = OpenSum if isinstance(node, Sum) else OpenProduct  # however it was made: all sums here are the same
        body, height = _named(node.function)
        for index, low, high in _ordered(node.limits):
            height += 1
            name = Index(f"•{height}", Axis("", low, high))
            body = kind(body.xreplace({index: name}), (name, low, high))
        return body, height
    parts = [_named(argument) for argument in node.args]
    return node.func(*(part for part, _ in parts)), max(height for _, height in parts)


def _ordered(limits: tuple[Expr, ...]) -> list[Expr]:
    """Sums that can change places in one order; of two over the same range the order stays."""
    bounds = {limit[0] for limit in limits}
    if any(limit[1].free_symbols & bounds or limit[2].free_symbols & bounds for limit in limits):
        return list(limits)
    return sorted(limits, key=lambda limit: str(limit[1:]))
