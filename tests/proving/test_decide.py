"""The kernel as a whole: its verdicts, its limits, and that mutated steps are never proved wrongly."""

from __future__ import annotations

import random
import time

import pytest
from claims import FACTS, ITEMS, N, a, entropy, i, m, p, proved, q, refuted, total, verdict, x, y, z
from random_terms import FACTS as RANDOM_FACTS
from random_terms import random_term
from sympy import Expr, Function, I, Integer, Max, Min, Product, Rational, Sum, Symbol, exp, log, nan, oo, zoo

import derive.proving.check as check
from derive.derivation import Goal, Kind, Relation
from derive.errors import InternalError
from derive.proving.check import decide
from derive.terms import ArrayFacts, Facts, Index, array, delta, real, sigmoid, sum_over


def test_only_claims_about_two_scalars_are_judged() -> None:
    assert verdict(p[i], ":=", q[i]).kind is Kind.UNDECIDED
    assert "not a claim" in verdict(p[i], "⇒", q[i]).reason


def test_not_equal() -> None:
    assert verdict(exp(x[i]) + 1, "≠", Integer(0)).kind is Kind.PROVED
    assert verdict(total(lambda t: p[t], ITEMS), "≠", Integer(1)).kind is Kind.REFUTED
    assert verdict(x[i], "≠", z[i]).kind is Kind.UNDECIDED


def test_an_unknown_function_is_only_itself() -> None:
    g = Function("g")
    proved(g(x[i]) + g(z[i]), "=", g(z[i]) + g(x[i]))
    refuted(g(x[i] + z[i]), "=", g(x[i]) + g(z[i]))
    assert verdict(g(x[i]).diff(x[i]), "=", g(x[i])).kind is Kind.UNDECIDED


def test_max_and_min() -> None:
    s, t = real("s"), real("t")
    proved(Max(s, t, s), "=", Max(t, s))
    proved(Max(s, s + 1), "=", s + 1)
    refuted(Max(s, t), "=", s)


def test_agreement_without_a_proof_is_undecided() -> None:
    s = real("s", positive=True)
    found = verdict(Max(s, 1) * Min(s, 1), "=", s)
    assert found.kind is Kind.UNDECIDED
    assert "no proof was found" in found.reason


def test_a_proof_that_a_model_contradicts_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "_prove", lambda *_: check._Attempt(True, "a broken rule"))
    with pytest.raises(InternalError, match="false in a model"):
        decide(Goal(p[i], Relation.EQUAL, q[i], FACTS))


def test_an_accident_inside_is_not_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StopIteration

    monkeypatch.setattr(check, "Session", broken)
    found = verdict(p[i] + q[i], "=", q[i] + p[i])
    assert found.kind is Kind.UNDECIDED
    assert "StopIteration" in found.reason


@pytest.mark.parametrize(
    "term",
    [
        (1 + x[i] + z[i]) ** 400,
        sum((x[k] * z[k + 1] for k in range(1, 40)), Integer(0)) ** 9,
        exp(exp(exp(exp(exp(x[i]))))),
        total(lambda s: total(lambda t: total(lambda r: exp(x[s] * z[t] * a[r]), ITEMS), ITEMS), ITEMS) ** 12,
    ],
)
def test_large_terms_end_in_time(term: Expr) -> None:
    start = time.monotonic()
    found = decide(Goal(term, Relation.EQUAL, term + x[i] ** 2 + 1), deadline=1.0)
    assert found.kind is not Kind.PROVED
    assert time.monotonic() - start < 4


def test_deep_terms_do_not_crash() -> None:
    term: Expr = x[i]
    for _ in range(60):
        term = exp(-term) + 1
    assert decide(Goal(term, Relation.EQUAL, term + 1), deadline=2.0).kind is not Kind.PROVED


def test_facts_decide() -> None:
    label = array("label")
    signs = Facts().with_arrays(label=ArrayFacts((ITEMS,), values=(Integer(-1), Integer(1))))
    proved(label[i] ** 2, "=", 1, signs)
    refuted(label[i] ** 2, "=", 1, Facts())
    proved(sigmoid(label[i] * x[i]), "=", (1 - label[i]) / 2 + label[i] * sigmoid(x[i]), signs)
    proved(total(lambda t: p[t], ITEMS), "=", 1)
    refuted(total(lambda t: p[t], ITEMS), "=", 1, Facts())
    # p adds up to one over the whole axis only
    part = Index("i", type(ITEMS)("part", Integer(2), N))
    refuted(sum_over(p[part], part), "=", 1)
    proved(sum_over(p[part], part), "=", 1 - p[1])
    other = Facts().with_distinct([(i, m)])
    proved(delta(i, m), "=", 0, other)
    refuted(delta(i, m), "=", 0)


def test_bounds_of_scalars_decide() -> None:
    t = real("t")
    chance = Facts().with_arrays(t=ArrayFacts(lower=Integer(0), upper=Integer(1), strict=False))
    proved(t * (1 - t), "≥", 0, chance)
    refuted(t * (1 - t), ">", 0, chance)
    refuted(t * (1 - t), "≥", 0, Facts())
    s = real("s")
    binary = t * log(1 + exp(-s)) + (1 - t) * log(1 + exp(s))
    proved(binary, "≥", 0, chance)
    refuted(binary, "≥", 0, Facts())


def _mutant(term: Expr, rng: random.Random) -> Expr:
    """The term with one change, small or large."""
    return rng.choice([-term, 2 * term, term + Rational(1, 3), _replace_one(term, rng), _replace_one(term, rng)])


def _replace_one(term: Expr, rng: random.Random) -> Expr:
    """One leaf, sum or function changed."""
    nodes = sorted(term.atoms(Symbol, Sum, Product, exp, log, sigmoid), key=str)
    nodes = [node for node in nodes if not getattr(node, "is_integer", False) or isinstance(node, Index)]
    if not nodes:
        return term + 1
    node = rng.choice(nodes)
    if isinstance(node, Sum | Product):
        changed = node.func(node.function, (node.limits[0][0], node.limits[0][1] + 1, node.limits[0][2]))
    elif isinstance(node, Symbol):
        return term.xreplace({node: node}) + Rational(1, 7)
    else:
        changed = node.func(-node.args[0])
    return term.xreplace({node: changed})


def _sweep(seeds: range) -> dict[Kind, int]:
    counts: dict[Kind, int] = {}
    for seed in seeds:
        rng = random.Random(seed)
        term = random_term(rng, 3)
        mutant = _mutant(term, rng)
        if term.has(nan, zoo, oo, I) or mutant.has(nan, zoo, oo, I):
            continue
        # ``decide`` raises InternalError when the proof and the independent evaluation disagree.
        kind = decide(Goal(term, Relation.EQUAL, mutant, RANDOM_FACTS), deadline=2.0).kind
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def test_mutants_are_refuted_and_never_proved_against_the_evidence() -> None:
    counts = _sweep(range(150))
    assert counts[Kind.REFUTED] > 10 * counts.get(Kind.UNDECIDED, 0)


@pytest.mark.slow
def test_ten_thousand_mutants() -> None:
    counts = _sweep(range(10_000, 20_000))
    assert counts[Kind.REFUTED] > 10 * counts.get(Kind.UNDECIDED, 0)


def test_ordinary_steps_take_a_tenth_of_a_second() -> None:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        proved(entropy(p), "=", total(lambda t: p[t] * log(1 / p[t]), ITEMS))
        times.append(time.perf_counter() - start)
    assert sorted(times)[2] < 0.5


def test_a_partition_function_in_a_denominator_with_more_terms() -> None:
    """Cancelling a sum must not ask for the very sum that is being settled."""
    partition = total(lambda t: exp(z[t]), ITEMS)

    def share(t: Expr) -> Expr:
        return y[t] / (exp(z[t]) + partition)

    proved(
        total(lambda t: exp(z[t]) * share(t), ITEMS), "=", total(lambda t: y[t] / (1 + exp(-z[t]) * partition), ITEMS)
    )
    proved(total(share, ITEMS) * partition, "=", 1 - total(lambda t: exp(z[t]) * share(t), ITEMS))
    refuted(total(share, ITEMS) * partition, "=", Integer(1))
