"""No false proof and no false refutation among mutants of true steps.

The ordinary run judges ``CHUNKS`` times ``MUTANTS`` = 500 mutants; the long run (``pytest -m slow``) 10,000 more.
"""

from __future__ import annotations

import random

import pytest
import sympy
from mutants import draw, mutants
from sweep import Report, notes, steps_of, sweep
from worlds import World, false_at, gap, look

from derive.derivation import Goal, Relation
from derive.terms import Axis, Facts, Index, array, size, sum_over

CHUNKS, MUTANTS = 5, 100
LONG_CHUNKS, LONG_MUTANTS = 20, 500
LEAST_REFUTED = 0.5


def clean(report: Report) -> None:
    found = [*report.false, *report.unconfirmed]
    assert not found, f"{len(found)} of {report.count}:\n" + "\n\n".join(found)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_mutants(chunk: int) -> None:
    report = sweep(steps_of(notes()[chunk::CHUNKS]), MUTANTS, seed=chunk)
    assert report.count == MUTANTS
    assert report.verdicts["refuted"] > LEAST_REFUTED * MUTANTS, report.verdicts
    clean(report)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(LONG_CHUNKS))
def test_many_mutants(chunk: int) -> None:
    report = sweep(steps_of(notes()), LONG_MUTANTS, seed=1000 + chunk)
    assert report.count == LONG_MUTANTS
    clean(report)


n, d = size("n"), size("d")
x = array("x")
i = Index("i", Axis.of_size(n))


def test_second_opinion_sees_a_lost_term() -> None:
    """The second opinion itself: a claim that is off by one term in a thousand fails."""
    whole = sum_over(x[i], i)
    facts = Facts()
    assert look(Goal(whole, Relation.EQUAL, whole, facts), 1, 12) == (12, False)
    assert look(Goal(whole, Relation.EQUAL, whole + x[1] / 1000, facts), 1, 12)[1]
    assert look(Goal(whole**2, Relation.AT_LEAST, sympy.Integer(0), facts), 1, 12) == (12, False)
    assert look(Goal(whole, Relation.AT_LEAST, sympy.Integer(0), facts), 1, 12)[1]


def test_second_opinion_is_exact_where_terms_cancel() -> None:
    small = sympy.Rational(1, 10**18)
    world = World(Facts(), random.Random(1))
    goal = Goal(x[1] + 1 - x[1], Relation.EQUAL, 1 + small, Facts())
    assert false_at(goal.relation, gap(goal, world))


def test_mutants_change_one_thing() -> None:
    changes = {new: kind for kind, new in mutants(r"\sum_{w=1}^{V} P(w|c) u_w - \sigma(x)")}
    assert changes[r"\sum_{w=1}^{V} P(w|c) u_w + \sigma(x)"] == "sign"
    assert changes[r"\sum_{w=1}^{V} P(w|c) u_c - \sigma(x)"] == "index"
    assert changes[r"\sum_{w=0}^{V} P(w|c) u_w - \sigma(x)"] in ("range", "number")
    assert changes[r"\sum_{w=1}^{V} P(w|c) u_w - \sigma(-(x))"] == "argument"
    assert changes[r"P(w|c) u_w - \sigma(x)"] == "sum"
    assert draw("x", random.Random(1)) is not None
