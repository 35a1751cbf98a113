"""The names, axes and formulas that the tests of the proofs share."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, IndexedBase, Integer, exp, log

from derive.derivation import Counterexample, Goal, Kind, Relation, Verdict
from derive.proving.check import decide
from derive.terms import ArrayFacts, Axis, Facts, Index, array, fresh, size, sum_over

V, D, N, K = size("V"), size("d"), size("n"), size("K")
WORDS, DIMS, ITEMS, DRAWS = Axis.of_size(V), Axis.of_size(D), Axis.of_size(N), Axis.of_size(K)
u, v, p, q, y, z, a, b, f, x = (array(name) for name in ["u", "v", "p", "q", "y", "z", "a", "b", "f", "x"])
w, o, c = (Index(name, WORDS) for name in "woc")
j, k, l = (Index(name, DIMS) for name in "jkl")  # noqa: E741 - the third letter of the alphabet of dimensions
i, m, r = (Index(name, ITEMS) for name in "imr")

POSITIVE = ArrayFacts((ITEMS,), positive=True)
CHANCES = ArrayFacts((ITEMS,), positive=True, sums_to_one=(0,))
FACTS = Facts().with_arrays(p=CHANCES, q=CHANCES, y=CHANCES, a=POSITIVE, b=POSITIVE, f=POSITIVE)


def total(body: Callable[[Index], Expr], axis: Axis, name: str = "i") -> Expr:
    """Σ over an axis, with a fresh index."""
    index = fresh(Index(name, axis))
    return sum_over(body(index), index)


def dot(left: Expr, right: Expr) -> Expr:
    """u_leftᵀ v_right."""
    return total(lambda t: u[left, t] * v[right, t], DIMS, "j")


def partition(center: Expr) -> Expr:
    """Z = Σ_w exp(u_wᵀ v_c)."""
    return total(lambda t: exp(dot(t, center)), WORDS, "w")


def chance(outside: Expr, center: Expr) -> Expr:
    """P(o | c)."""
    return exp(dot(outside, center)) / partition(center)


def softmax(at: Expr, scores: Callable[[Expr], Expr] = lambda t: z[t]) -> Expr:
    return exp(scores(at)) / total(lambda t: exp(scores(t)), ITEMS)


def entropy(of: IndexedBase) -> Expr:
    return -total(lambda t: of[t] * log(of[t]), ITEMS)


def cross_entropy(of: IndexedBase, by: IndexedBase) -> Expr:
    return -total(lambda t: of[t] * log(by[t]), ITEMS)


def divergence(of: IndexedBase, by: IndexedBase) -> Expr:
    return total(lambda t: of[t] * log(of[t] / by[t]), ITEMS)


def verdict(left: Expr, relation: str, right: Expr | int, facts: Facts = FACTS) -> Verdict:
    return decide(Goal(left, Relation(relation), right if isinstance(right, Expr) else Integer(right), facts))


def proved(left: Expr, relation: str, right: Expr | int, facts: Facts = FACTS) -> None:
    """Fail unless the claim is proved."""
    found = verdict(left, relation, right, facts)
    assert found.kind is Kind.PROVED, f"{found.kind}: {found.reason} {found.counterexample}"


def refuted(left: Expr, relation: str, right: Expr | int, facts: Facts = FACTS) -> Counterexample:
    """Fail unless the claim is refuted with a counterexample."""
    found = verdict(left, relation, right, facts)
    assert found.kind is Kind.REFUTED, f"{found.kind}: {found.reason}"
    assert found.counterexample is not None
    return found.counterexample
