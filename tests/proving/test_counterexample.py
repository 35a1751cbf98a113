"""Counterexamples are small, exact, and satisfy the facts; evaluation is right and admits what it cannot do."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest
from claims import CHANCES, DRAWS, FACTS, ITEMS, WORDS, N, V, i, o, p, refuted, total, u, w, z
from sympy import Expr, Function, Integer, Rational, Sum, Symbol, exp, log, sqrt, tanh

from derive.derivation import Goal, Kind, Relation
from derive.proving.check import decide
from derive.proving.counterexample import compare
from derive.proving.evaluation import Evaluator, Exact, NoValue, Numeric, TooMuchWork
from derive.proving.models import Infeasible, Model, Outline
from derive.terms import ANY, ArrayFacts, Axis, Facts, Index, array, delta, fresh, product_over, real, sigmoid, sum_over


class _Table:
    """Values by name for the evaluator."""

    def __init__(self, **values: object) -> None:
        self.values = values

    def scalar(self, symbol: Symbol) -> Fraction:
        return Fraction(str(self.values[symbol.name]))

    def entry(self, name: str, where: tuple[int, ...]) -> Fraction:
        cell = self.values[name]
        for k in where:
            cell = cell[k - 1]  # type: ignore[index]
        return Fraction(str(cell))


def _value(term: Expr, **values: object) -> mpmath.mpf:
    return Evaluator(_Table(**values), Numeric(30), {})(term)


def test_evaluation_of_every_node() -> None:
    s = real("s")
    assert _value(total(lambda t: z[t] ** 2, ITEMS), n=3, z=[1, 2, 3]) == 14
    assert _value(product_over(z[i], i), n=3, z=[1, 2, 4]) == 8
    assert _value(sum_over(delta(i, 2) * z[i], i), n=3, z=[1, 5, 3]) == 5
    nested = array("m")
    assert _value(sum_over(z[nested[i]], i), n=2, m=[3, 3], z=[1, 2, 7]) == 14
    assert abs(_value(sigmoid(s), s=0) - 0.5) < 1e-25
    assert abs(_value(tanh(s), s="1/2") - mpmath.tanh(mpmath.mpf(1) / 2)) < 1e-14
    assert _value(Rational(1, 2) + abs(s), s=-1) == 1.5
    exact = Evaluator(_Table(s=1), Exact(), {})
    assert str(exact(exp(s) / (1 + exp(s)))) == "E/(1 + E)"


@pytest.mark.parametrize(
    "term", [log(real("s")), 1 / real("s"), sqrt(real("s") - 1), Function("zeta")(real("s")).diff(real("s"))]
)
def test_what_has_no_value_is_said(term: Expr) -> None:
    with pytest.raises(NoValue):
        _value(term, s=0)


def test_long_sums_are_refused() -> None:
    with pytest.raises(TooMuchWork):
        _value(Sum(i, (i, 1, 10**9)))
    with pytest.raises(TooMuchWork):
        _value(Sum(1 / i, (i, 1, 3000), (fresh(i), 1, 3000)), n=3)


def test_the_smallest_counterexample_comes_first() -> None:
    found = refuted(total(lambda t: exp(z[t]), ITEMS), "=", exp(total(lambda t: z[t], ITEMS)))
    assert found.sizes == {"n": 2}
    assert all(value in ("0", "1") for value in found.values["z"])
    assert found.left in ("2", "1 + E", "2*E")
    found = refuted(total(lambda t: p[t] ** 2, ITEMS), "=", 1)
    assert (found.sizes, found.values["p"], found.left, found.right) == ({"n": 2}, ["1/2", "1/2"], "1/2", "1")


def test_models_satisfy_the_facts() -> None:
    drawn, table, t = array("n"), array("q"), real("t")
    e = Index("e", DRAWS)
    goal = Goal(
        sum_over(u[drawn[e], 1] * table[o, w], e) + t + p[i],
        Relation.EQUAL,
        Integer(0),
        Facts()
        .with_arrays(
            n=ArrayFacts((DRAWS,), points_into=WORDS, injective=True),
            q=ArrayFacts((WORDS, WORDS), positive=True, sums_to_one=(0,)),
            p=CHANCES,
            t=ArrayFacts(lower=Integer(0), upper=Integer(1), strict=True),
        )
        .with_distinct([(drawn[Index(ANY, DRAWS)], o), (w, o)]),
    )
    outline = Outline(goal)
    made = 0
    for seed in range(60):
        try:
            model = Model(outline, {"V": 4, "K": 2, "n": 3}, random.Random(seed), seed % 4)
            compare(goal, model)
        except Infeasible:
            continue
        made += 1
        entries = list(model.entries["n"].values())
        assert len(set(entries)) == 2
        assert model.free[o] not in entries
        assert model.free[o] != model.free[w]
        assert sum(model.entries["p"].values()) == 1
        column = [value for place, value in model.entries["q"].items() if place[1] == model.free[w]]
        assert sum(column) == 1
        assert min(column) > 0
        assert 0 < model.scalars["t"] < 1
    assert made > 40


def test_sizes_without_room_are_skipped() -> None:
    drawn = array("n")
    e = Index("e", DRAWS)
    injective = Facts().with_arrays(n=ArrayFacts((DRAWS,), points_into=WORDS, injective=True))
    facts = injective.with_distinct([(drawn[Index(ANY, DRAWS)], o)])
    outline = Outline(Goal(u[drawn[e], 1], Relation.EQUAL, u[o, 1], facts))
    assert not outline.has_room({"V": 2, "K": 2})
    assert outline.has_room({"V": 3, "K": 2})


def test_a_claim_that_holds_only_for_one_word_is_refuted_further_up() -> None:
    found = refuted(total(lambda t: u[t, 1], WORDS, "w"), "=", V * u[w, 1])
    assert found.sizes["V"] == 2


def test_nothing_is_said_about_claims_without_values() -> None:
    s = real("s", positive=True)
    assert decide(Goal(log(-s), Relation.EQUAL, log(-s) + 1)).kind is Kind.UNDECIDED
    infinite = Sum(1 / i**2, (i, 1, Symbol("oo"))).xreplace({Symbol("oo"): Rational(1, 1) * Symbol("X") / 2})
    assert decide(Goal(infinite, Relation.EQUAL, infinite + 1)).kind is not Kind.PROVED
    assert N in total(lambda t: p[t], ITEMS).free_symbols
    assert FACTS.of("p") is CHANCES
    assert Axis.of_size(N).length == N


def test_a_strict_claim_beside_huge_numbers() -> None:
    """A difference of one is no rounding error, however large the numbers are that it was computed from."""
    axis = Axis.of_size(N)
    j = Index("j", axis)
    h = array("h")
    tower = sigmoid(-exp(sum_over(h[j] ** 2, j)))
    goal = Goal(tower, Relation.LESS, Integer(1), Facts().with_arrays(h=ArrayFacts((axis,))))
    assert decide(goal).kind is Kind.PROVED
    x = real("x")
    assert decide(Goal(x, Relation.LESS, x)).kind is Kind.REFUTED


def test_a_counterexample_says_where_its_arrays_start() -> None:
    k = Index("k", Axis("n", Integer(0), N))
    x, y = array("x"), array("y")
    verdict = decide(Goal(sum_over(x[k], k) + y[1], Relation.EQUAL, Integer(0)))
    assert verdict.counterexample is not None
    assert verdict.counterexample.starts == {"x": (0,), "y": (1,)}
