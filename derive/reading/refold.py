"""A quantity that the author names after it has been used: every place where its formula stands is that quantity.

With ``z_i = wᵀx_i``, ``∂ℓ_i/∂z_i`` is meant for ``ℓ_i = -log σ(wᵀx_i)`` too; ``∂E/∂(u_wᵀv_c)`` needs no name at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations

from sympy import Add, Expr, Indexed, Integer, KroneckerDelta, Mul, Product, Sum, Symbol

from derive.terms import Index

MOST_ARGUMENTS = 5
Environment = Mapping[Symbol, Expr]
Made = Callable[[tuple[Expr, ...]], Expr]


def refold(expression: Expr, pattern: Expr, parameters: tuple[Symbol, ...], made: Made) -> Expr:
    """The expression with ``made(arguments)`` in place of every instance of ``pattern`` at some arguments.

    Args:
        expression: a term without defined names.
        pattern: what to look for; the ``parameters`` in it stand for any indices.
        made: what to put in place of an instance.
    """
    pattern, scale = _scaled(_drawn_out(pattern))
    for form in (expression, _with_inner(expression, 0), _with_inner(expression, 1)):
        found = _refold(drawn := _drawn_out(form), pattern, parameters, lambda where: made(where) / scale)
        if found != drawn:
            return found
    return _drawn_out(expression)


def _with_inner(expression: Expr, position: int) -> Expr:
    """The term with one index of every double sum inside: ``Σ_j u_j Σ_k z_kj`` for ``Σ_k Σ_j u_j z_kj``."""
    if not expression.has(Sum):
        return expression
    expression = expression.func(*(_with_inner(argument, position) for argument in expression.args))
    if not isinstance(expression, Sum) or len(expression.limits) != 2:
        return expression
    inside, outside = expression.limits[position], expression.limits[1 - position]
    if any(end.has(inside[0]) for end in outside[1:]):
        return expression
    factors = Mul.make_args(expression.function)
    outer = [f for f in factors if not f.has(inside[0])]
    inner = [f for f in factors if f.has(inside[0])]
    return expression.func(Mul(*outer, expression.func(Mul(*inner), inside)), outside) if outer else expression


def _scaled(pattern: Expr) -> tuple[Expr, Expr]:
    """``Σ_j x_j`` and ``1/(2m)`` of the mean ``(1/2m) Σ_j x_j``: a factor is lost sight of in a larger product."""
    if not isinstance(pattern, Mul) or not pattern.has(Sum):
        return pattern, Integer(1)
    outer = [f for f in pattern.args if _is_of_sizes(f)]
    return Mul(*(f for f in pattern.args if not _is_of_sizes(f))), Mul(*outer)


def _is_of_sizes(factor: Expr) -> bool:
    """A number other than zero, made of numbers and sizes alone."""
    return bool(factor.is_positive or factor.is_negative) and all(
        symbol.is_integer and symbol.is_positive and not isinstance(symbol, Index) for symbol in factor.free_symbols
    )


def _drawn_out(expression: Expr) -> Expr:
    """The term with all factors that a sum only repeats in front of it: ``Σ_k s v_k h_k`` is ``s Σ_k v_k h_k``."""
    if not expression.has(Sum):
        return expression
    expression = expression.func(*(_drawn_out(argument) for argument in expression.args))
    if not isinstance(expression, Sum) or len(expression.limits) != 1:
        return expression
    index = expression.limits[0][0]
    outer = [f for f in Mul.make_args(expression.function) if not f.has(index)]
    if not outer:
        return expression
    inner = [f for f in Mul.make_args(expression.function) if f.has(index)]
    return Mul(*outer, expression.func(Mul(*inner), *expression.limits))


def _refold(expression: Expr, pattern: Expr, parameters: tuple[Symbol, ...], made: Made) -> Expr:
    for environment in _matches(pattern, expression, {}, frozenset(parameters)):
        return made(tuple(environment.get(p, p) for p in parameters))
    if isinstance(expression, Add | Mul):
        part = _part(expression, pattern, parameters, made)
        if part is not None:
            found, rest = part
            return expression.func(found, *(_refold(a, pattern, parameters, made) for a in rest))
    if not expression.args or isinstance(expression, Indexed):
        return expression
    if isinstance(expression, Sum | Product):
        return expression.func(_refold(expression.function, pattern, parameters, made), *expression.limits)
    return expression.func(*(_refold(a, pattern, parameters, made) for a in expression.args))


def _part(
    expression: Expr, pattern: Expr, parameters: tuple[Symbol, ...], made: Made
) -> tuple[Expr, list[Expr]] | None:
    """An instance among the terms of a sum (also with the opposite sign) or the factors of a product."""
    if not isinstance(pattern, type(expression)):
        return None
    signs = (1, -1) if isinstance(expression, Add) else (1,)
    for sign in signs:
        wanted = [sign * a for a in pattern.args]
        if len(wanted) > len(expression.args) or len(wanted) > MOST_ARGUMENTS:
            return None
        for environment, used in _some(wanted, list(expression.args), {}, frozenset(parameters)):
            rest = [a for k, a in enumerate(expression.args) if k not in used]
            return sign * made(tuple(environment.get(p, p) for p in parameters)), rest
    return None


def _some(
    wanted: list[Expr], offered: list[Expr], environment: Environment, parameters: frozenset[Symbol]
) -> Iterator[tuple[Environment, frozenset[int]]]:
    """All ways to find every wanted term among the offered ones, each used once."""
    if not wanted:
        yield environment, frozenset()
        return
    for k, candidate in enumerate(offered):
        for found in _matches(wanted[0], candidate, environment, parameters):
            others = [a if j != k else Integer(0) for j, a in enumerate(offered)]
            for final, used in _some(wanted[1:], others, found, parameters):
                yield final, used | {k}


def _matches(
    pattern: Expr, node: Expr, environment: Environment, parameters: frozenset[Symbol]
) -> Iterator[Environment]:
    """The ways to choose the parameters so that the pattern is the node."""
    if pattern in parameters:
        if pattern in environment:
            if environment[pattern] == node:
                yield environment
        elif node.is_integer:
            yield {**environment, pattern: node}
        return
    if type(pattern) is not type(node) or len(pattern.args) != len(node.args):
        return
    if not pattern.args:
        if pattern == node:
            yield environment
        return
    if isinstance(pattern, Sum | Product):
        yield from _under(pattern, node, environment, parameters)
    elif isinstance(pattern, Add | Mul | KroneckerDelta):
        if len(pattern.args) <= MOST_ARGUMENTS:
            for order in permutations(node.args):
                yield from _all(pattern.args, order, environment, parameters)
    else:
        yield from _all(pattern.args, node.args, environment, parameters)


def _all(
    patterns: tuple[Expr, ...], nodes: tuple[Expr, ...], environment: Environment, parameters: frozenset[Symbol]
) -> Iterator[Environment]:
    if not patterns:
        yield environment
        return
    for found in _matches(patterns[0], nodes[0], environment, parameters):
        yield from _all(patterns[1:], nodes[1:], found, parameters)


def _under(pattern: Expr, node: Expr, environment: Environment, parameters: frozenset[Symbol]) -> Iterator[Environment]:
    """Sums over the same ranges, whatever their indices are called."""
    if len(pattern.limits) != len(node.limits):
        return
    body = pattern.function
    bound: list[Expr] = []
    for (own, *ends), (index, *other) in zip(pattern.limits, node.limits, strict=True):
        if not isinstance(index, Index) or ends != other:
            return
        body = body.xreplace({own: index})
        bound.append(index)
    for found in _matches(body, node.function, environment, parameters):
        if not any(value.has(index) for value in found.values() for index in bound):
            yield found
