"""Index arrays whose entries differ along their last index: the nodes on one path, but not those of two paths."""

from __future__ import annotations

import sympy

from derive.derivation import Goal, Kind, Relation
from derive.proving.check import decide
from derive.terms import ArrayFacts, Axis, Facts, Index, array, delta, size, sum_over

V, L, M = size("V"), size("L"), size("M")
WORD, PLACE, NODE = Axis.of_size(V), Axis.of_size(L), Axis.of_size(M)
w, u, j, k = Index("w", WORD), Index("u", WORD), Index("j", PLACE), Index("k", PLACE)
node, x = array("n", integer=True), array("x")


def _verdict(left: sympy.Expr, right: sympy.Expr, one_way: bool = True) -> Kind:
    facts = Facts().with_arrays(
        n=ArrayFacts(axes=(WORD, PLACE), points_into=NODE, one_way=one_way), x=ArrayFacts(axes=(PLACE,))
    )
    return decide(Goal(left, Relation.EQUAL, right, facts)).kind


def test_the_nodes_of_one_path_differ() -> None:
    assert _verdict(sum_over(delta(node[w, k], node[w, j]) * x[k], k), x[j]) is Kind.PROVED


def test_without_the_words_they_may_be_the_same() -> None:
    assert _verdict(sum_over(delta(node[w, k], node[w, j]) * x[k], k), x[j], one_way=False) is Kind.REFUTED


def test_two_paths_may_share_nodes() -> None:
    assert _verdict(delta(node[w, j], node[u, j]) * delta(w, u), delta(w, u)) is Kind.PROVED
    assert _verdict(sum_over(delta(node[u, k], node[w, j]) * x[k], k), delta(u, w) * x[j]) is Kind.REFUTED


def test_the_samples_of_a_word_are_other_words() -> None:
    def verdict(left: sympy.Expr, avoids: int | None) -> Kind:
        samples = ArrayFacts(axes=(WORD, PLACE), points_into=WORD, avoids=avoids)
        return decide(Goal(left, Relation.EQUAL, sympy.Integer(0), Facts().with_arrays(n=samples))).kind

    assert verdict(delta(node[w, k], w), 0) is Kind.PROVED
    assert verdict(delta(node[w, k], w), None) is Kind.REFUTED
    assert verdict(delta(node[u, k], w), 0) is Kind.REFUTED
