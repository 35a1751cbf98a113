"""The normal form keeps the meaning, does not change when applied twice, and does not depend on order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_terms import EDGES, FACTS, FREE, N, V, X, Y, random_sums, random_term, t, u, w
from sympy import Add, Expr, I, Integer, Mul, Sum, Symbol, exp, log, nan, oo, sqrt, zoo

from derive.derivation import Goal, Relation
from derive.proving.budget import Budget, Exhausted, Stopped, Undefined, Unsupported
from derive.proving.counterexample import compare, survey
from derive.proving.evaluation import NoValue, TooMuchWork
from derive.proving.models import Infeasible, Outline
from derive.proving.normal_form import NormalForm, Session, normal_form
from derive.terms import Axis, Facts, Index, delta, fresh, real, rename_bound, sum_over


def _normal(term: Expr) -> NormalForm | None:
    if term.has(nan, zoo, oo, I):
        return None
    try:
        return normal_form(term, FACTS, seconds=2)
    except Stopped:
        return None


def _disagreements(left: Expr, right: Expr, models: int = 2) -> int:
    goal = Goal(left, Relation.EQUAL, right, FACTS)
    found = compared = 0
    for model in survey(Outline(goal), Budget(1), models):
        try:
            result = compare(goal, model, 20_000)
        except (NoValue, Infeasible, TooMuchWork):
            continue
        found += result is not None and result.sign != 0
        compared += 1
        if compared >= models:
            break
    return found


def _shuffled(term: Expr, rng: random.Random) -> Expr:
    """The same sums and products with other bound names and, where SymPy allows it, nested the other way round."""
    if isinstance(term, Sum):
        inner = term.function
        if isinstance(inner, Sum) and rng.random() < 0.5:
            return Sum(Sum(_shuffled(inner.function, rng), *term.limits), *inner.limits)
        return rename_bound(Sum(_shuffled(inner, rng), *term.limits))
    if isinstance(term, Mul) and rng.random() < 0.3:
        return Mul(*(_shuffled(a, rng) for a in term.args)).expand(deep=False)
    if term.args and isinstance(term, Add | Mul | exp):
        return term.func(*(_shuffled(a, rng) for a in term.args))
    return term


@given(st.integers(0, 10**9))
@settings(max_examples=120, deadline=None)
def test_it_keeps_the_meaning(seed: int) -> None:
    term = random_term(random.Random(seed), 4)
    normal = _normal(term)
    if normal is not None and not normal.expression.has(nan, zoo):
        assert not _disagreements(term, normal.expression)


@given(st.integers(0, 10**9))
@settings(max_examples=120, deadline=None)
def test_it_is_idempotent(seed: int) -> None:
    normal = _normal(random_term(random.Random(seed), 3))
    if normal is not None and not normal.expression.has(nan, zoo):
        again = _normal(normal.expression)
        assert again is None or again.key == normal.key


@given(st.integers(0, 10**9))
@settings(max_examples=120, deadline=None)
def test_it_does_not_depend_on_order_and_names(seed: int) -> None:
    rng = random.Random(seed)
    term = random_term(rng, 4)
    normal, other = _normal(term), _normal(_shuffled(term, rng))
    if normal is not None and other is not None:
        assert normal.key == other.key


def _check_bounds(seed: int) -> None:
    rng = random.Random(seed)
    term = random_sums(rng, 4, (FREE[0], Index("k", rng.choice(EDGES[:3]))))
    if term.has(nan, zoo, oo, I):
        return
    for thorough in (False, True):
        session = Session(FACTS, Budget(2), thorough)
        try:
            normal = session.expression(session.translate(term))
        except Stopped:
            continue
        assert not _disagreements(term, normal), (seed, thorough)


@given(st.integers(0, 10**9))
@settings(max_examples=80, deadline=None)
def test_it_keeps_the_meaning_of_sums_with_any_bounds(seed: int) -> None:
    _check_bounds(seed)


@pytest.mark.slow
def test_it_keeps_the_meaning_of_many_sums() -> None:
    for seed in range(5_000):
        _check_bounds(seed)


@pytest.mark.slow
def test_it_keeps_the_meaning_of_many_terms() -> None:
    for seed in range(10_000):
        term = random_term(random.Random(seed), 5)
        normal = _normal(term)
        if normal is not None and not normal.expression.has(nan, zoo):
            assert not _disagreements(term, normal.expression, 3), seed


def test_spelling_leaves_no_room_for_confusion() -> None:
    odd = Symbol("X*y", real=True)
    assert normal_form(odd).key != normal_form(X * Y).key
    assert normal_form(odd).key != normal_form(X * Symbol("y", real=True)).key
    word = Index("X", Axis.of_size(V))
    assert normal_form(word + 0).key != normal_form(X).key


def test_signs_decide_what_may_be_split() -> None:
    positive = Symbol("s", positive=True)
    assert normal_form(log(X * Y)).key != normal_form(log(X) + log(Y)).key
    assert normal_form(log(X * positive)).key == normal_form(log(X) + log(positive)).key
    assert normal_form(sqrt(X**2 * positive)).key != normal_form(X * sqrt(positive)).key
    assert normal_form(log(X**2)).key != normal_form(2 * log(X)).key


def test_deltas_are_contracted_only_in_range() -> None:
    words, few = Axis.of_size(V), Axis("few", Integer(2), V)
    a, i = Index("a", words), Index("i", few)
    assert normal_form(sum_over(delta(fresh(i), a) * 1, fresh(i))).key != "1"
    s = fresh(Index("s", words))
    assert normal_form(sum_over(delta(s, a) * u[s, 1], s)).key == normal_form(u[a, 1]).key
    s = fresh(i)
    assert normal_form(sum_over(delta(s, a) * u[s, 1], s)).key != normal_form(u[a, 1]).key
    item = Index("k", Axis.of_size(N))
    s = fresh(Index("s", words))
    assert normal_form(sum_over(delta(s, w[item]), s), FACTS).key == "1"
    # Without the fact that w points into the words nothing is known about its entries.
    s = fresh(Index("s", words))
    assert normal_form(sum_over(delta(s, w[item]), s), Facts()).key != "1"


def test_what_has_no_value_or_no_end_is_said() -> None:
    i = Index("i", Axis.of_size(N))
    with pytest.raises(Undefined, match="division by zero"):
        normal_form(
            1 / (sum_over(t[i], i) - sum_over(t[fresh(i)], fresh(i)) * 0 - sum_over(t[i], i) + X - X + 0 * Y + _zero())
        )
    with pytest.raises(Undefined, match="logarithm of zero"):
        normal_form(log(_zero()))
    with pytest.raises(Unsupported, match="outside the language"):
        normal_form(Symbol("x").diff(X, evaluate=False) + Sum(X, (i, 1, N)).func(X, (i, 1, N)) * Expr.__new__(_Odd))
    with pytest.raises(Exhausted):
        normal_form((X + Y + 1) ** 10**9)
    with pytest.raises(Exhausted):
        normal_form((X + Y + Symbol("z") + Symbol("s") + 1) ** 60, seconds=5)


def _zero() -> Expr:
    """A zero that SymPy does not see."""
    s = real("s")
    return (s + 1) ** 2 - s**2 - 2 * s - 1


class _Odd(Expr):
    """A node that nothing knows."""
