"""Random terms over a fixed set of names, with facts about some of them."""

from __future__ import annotations

import random

from sympy import Expr, Integer, Rational, Sum, exp, log

from derive.terms import (
    ArrayFacts,
    Axis,
    Facts,
    Index,
    array,
    delta,
    fresh,
    product_over,
    real,
    sigmoid,
    size,
    sum_over,
)

V, N = size("V"), size("n")
WORDS, ITEMS = Axis.of_size(V), Axis.of_size(N)
X, Y, S = real("x"), real("y"), real("s", positive=True)
u, p, z, t, w, q, label, hot = (array(name) for name in ("u", "p", "z", "t", "w", "q", "label", "hot"))
FREE = (*(Index(name, ITEMS) for name in "ijk"), *(Index(name, WORDS) for name in "ab"))

FACTS = Facts().with_arrays(
    p=ArrayFacts((ITEMS,), positive=True, sums_to_one=(0,)),
    t=ArrayFacts((ITEMS,), lower=Integer(0), upper=Integer(1), strict=False),
    w=ArrayFacts((ITEMS,), points_into=WORDS),
    q=ArrayFacts((WORDS, ITEMS), positive=True, sums_to_one=(0,)),
    label=ArrayFacts((ITEMS,), values=(Integer(-1), Integer(1))),
    hot=ArrayFacts((ITEMS,), values=(Integer(0), Integer(1)), sums_to_one=(0,)),
)


def _index(rng: random.Random, axis: Axis, scope: tuple[Index, ...]) -> Expr:
    if axis == WORDS and rng.random() < 0.3:
        return w[_index(rng, ITEMS, scope)]
    return rng.choice([i for i in scope if i.axis == axis])


def _leaf(rng: random.Random, scope: tuple[Index, ...]) -> Expr:
    item = lambda: _index(rng, ITEMS, scope)  # noqa: E731 - a name for drawing, used many times in the table
    word = lambda: _index(rng, WORDS, scope)  # noqa: E731 - likewise
    return rng.choice(
        [
            lambda: Integer(rng.choice([1, 2, 3, -1])),
            lambda: Rational(rng.choice([1, 3, -1]), 2),
            lambda: rng.choice([X, Y]),
            lambda: S,
            lambda: u[word(), item()],
            lambda: p[item()],
            lambda: z[item()],
            lambda: q[word(), item()],
            lambda: rng.choice([label, hot])[item()],
            lambda: delta(item(), item()),
            lambda: delta(word(), word()),
            lambda: t[item()],
        ]
    )()


def random_term(rng: random.Random, depth: int, scope: tuple[Index, ...] = FREE) -> Expr:
    """A term of the given depth whose free indices are in ``scope``."""
    if depth <= 0 or rng.random() < 0.12:
        return _leaf(rng, scope)
    kind = rng.randrange(13)
    smaller = random_term(rng, depth - 1, scope)
    if kind < 3:
        return smaller + random_term(rng, depth - 1, scope)
    if kind < 6:
        return smaller * random_term(rng, depth - 1, scope)
    if kind == 6:
        return exp(smaller)
    if kind == 7:
        return log(exp(smaller) + exp(random_term(rng, depth - 2, scope))) if rng.random() < 0.6 else log(smaller)
    if kind == 8:
        return smaller ** rng.choice([-1, 2, -2, 3, Rational(1, 2), Rational(-1, 2)])
    if kind == 9:
        return sigmoid(smaller)
    index = fresh(Index(rng.choice("ijkab"), rng.choice([WORDS, ITEMS])))
    body = random_term(rng, depth - 1, (*scope, index))
    return product_over(body, index) if kind == 10 and rng.random() < 0.3 else sum_over(body, index)


EDGES = (
    ITEMS,
    Axis("tail", Integer(2), N),
    Axis("from zero", Integer(0), N),
    Axis("head", Integer(1), N - 1),
    Axis("three", Integer(1), Integer(3)),
    Axis("window", -N, N),
)


def random_sums(rng: random.Random, depth: int, scope: tuple[Index, ...]) -> Expr:
    """A term with sums over all kinds of bounds, also over an outer index, and entries beside the index."""
    if depth <= 0 or rng.random() < 0.1:
        at = rng.choice(scope) + rng.choice([0, 0, 1, -1])
        other = rng.choice(scope)
        return rng.choice([z[at], p[other], u[w[at], other], delta(at, other), X, Integer(2), at, label[at]])
    kind = rng.randrange(9)
    if kind < 2:
        return random_sums(rng, depth - 1, scope) + random_sums(rng, depth - 1, scope)
    if kind < 4:
        return random_sums(rng, depth - 1, scope) * random_sums(rng, depth - 1, scope)
    if kind == 4:
        return rng.choice([exp, sigmoid])(random_sums(rng, depth - 2, scope))
    index = fresh(Index(rng.choice("ijk"), rng.choice(EDGES)))
    body = random_sums(rng, depth - 1, (*scope, index))
    if rng.random() < 0.15:
        inner = fresh(Index("m", ITEMS))
        return Sum(body.xreplace({index: inner}), (inner, 1, rng.choice(scope)))
    return sum_over(body, index)
