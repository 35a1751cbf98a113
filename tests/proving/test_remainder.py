"""What is left over is written with names that a reader may have used, never with those that the program makes."""

from __future__ import annotations

from sympy import Symbol

from derive.derivation import Goal, Relation
from derive.proving.remainder import difference
from derive.terms import Axis, Index, array, fresh, size, sum_over

i, j = (Index(name, Axis.of_size(size("n"))) for name in "ij")
x, y = array("x"), array("y")
X = Symbol("X", real=True)


def test_bound_indices_have_letters() -> None:
    first, second = fresh(i), fresh(i)
    rest = difference(Goal(sum_over(x[first] ** 2, first) + y[i], Relation.EQUAL, X))
    assert rest is not None
    assert "Σ_j x[j]^2" in rest
    rest = difference(Goal(sum_over(sum_over(x[first] * y[second], first), second), Relation.EQUAL, X))
    assert rest is not None
    assert "x[i]·y[j]" in rest or "x[j]·y[i]" in rest


def test_a_quotient_is_a_number() -> None:
    assert difference(Goal(2 * X, Relation.EQUAL, X)) == "the left side is 2 times the right side"
    assert difference(Goal(X, Relation.EQUAL, X)) == "the left side is 1 times the right side"


def test_what_is_left_is_written_as_people_write_it() -> None:
    rest = difference(Goal(2 * X**2 + sum_over(x[i] * y[i], i), Relation.EQUAL, X))
    assert rest == "left side minus right side is 2·X^2 - X + Σ_i x[i]·y[i], which is not zero"
