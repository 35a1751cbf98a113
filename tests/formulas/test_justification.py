"""Justifications are found, name the right law, and claim nothing where nothing was found."""

from __future__ import annotations

import pytest
import sympy
from sympy import exp, log

from derive.formulas.justification import SAME, justify
from derive.formulas.laws import explain
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note
from derive.terms import ArrayFacts, Axis, Facts, Index, array, delta, sigmoid, size, sum_over

n = size("n")
i, k = (Index(name, Axis.of_size(n)) for name in "ik")
p, z = array("p", positive=True), array("z")
x = sympy.Symbol("x", real=True)
DISTRIBUTION = Facts().with_arrays(p=ArrayFacts((Axis.of_size(n),), positive=True, sums_to_one=(0,)))


@pytest.mark.parametrize(
    ("left", "right", "law"),
    [
        (log(p[i] / n), log(p[i]) - log(n), "logarithm of a quotient"),
        (log(p[i] * p[k]), log(p[i]) + log(p[k]), "logarithm of a product"),
        (log(p[i] ** 3), 3 * log(p[i]), "logarithm of a power"),
        (sum_over(z[i] * delta(i, k), i), z[k], r"$\delta$ contracted"),
        (sum_over(p[i], i), sympy.Integer(1), "probabilities add up to one"),
        (sum_over(3 * z[i], i), 3 * sum_over(z[i], i), r"constants and sums taken out of $\sum$"),
        (sigmoid(-x), 1 - sigmoid(x), r"$\sigma(-x) = 1 - \sigma(x)$"),
        (sigmoid(x), 1 / (1 + exp(-x)), r"definition of $\sigma$"),
        (x * (z[i] - z[k]), x * z[i] - x * z[k], "brackets multiplied out"),
    ],
)
def test_a_law_is_named(left: sympy.Expr, right: sympy.Expr, law: str) -> None:
    assert explain(left, right, DISTRIBUTION) == (law,)


def test_bound_names_do_not_matter() -> None:
    assert explain(sum_over(exp(z[i]), i), sum_over(exp(z[k]), k), Facts()) == ()


def test_false_equations_are_never_explained() -> None:
    for left, right in [
        (log(p[i] / n), log(p[i]) + log(n)),
        (sum_over(z[i] * delta(i, k), i), z[i]),
        (sum_over(z[i], i), sympy.Integer(1)),
        (sigmoid(-x), sigmoid(x)),
    ]:
        assert explain(left, right, DISTRIBUTION) is None


def test_what_is_known_of_one_array_is_not_used_for_another() -> None:
    assert explain(sum_over(p[i], i), sympy.Integer(1), Facts()) is None


def reasons(note: str) -> list[tuple[str, ...]]:
    book = read_note(find_mathematics(note, "note.md"))
    return [justify(d, s.verdict, book) for d, s in zip(book.drafts, judge(book), strict=True)]


SOFTMAX = r"""Every word has two vectors $u_w \in \mathbb{R}^d$ and $v_w \in \mathbb{R}^d$.

$$P(o|c) = \frac{\exp(u_o^\top v_c)}{\sum_{w=1}^{V} \exp(u_w^\top v_c)}$$

"""


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (r"\log P(o|c) = \log \exp(u_o^\top v_c) - \log \sum_{w=1}^V \exp(u_w^\top v_c)",
         ("definition of $P$", "logarithm of a quotient")),
        (r"\log \exp(u_o^\top v_c) = u_o^\top v_c", (r"$\log$ undoes $\exp$",)),
        (r"\frac{\partial}{\partial v_c} u_o^\top v_c = u_o", ("derivative of a linear function",)),
        (r"\frac{\partial}{\partial v_c} \exp(u_o^\top v_c) = \exp(u_o^\top v_c) \, u_o", ("chain rule",)),
        (r"\frac{\partial}{\partial v_c} \sum_{x=1}^V \exp(u_x^\top v_c)"
         r" = \sum_{x=1}^V \frac{\partial}{\partial v_c} \exp(u_x^\top v_c)", (r"$\partial$ and $\sum$ exchanged",)),
        (r"\sum_{x=1}^V \frac{\exp(u_x^\top v_c)}{\sum_{w=1}^V \exp(u_w^\top v_c)} u_x = \sum_{x=1}^V P(x|c) u_x",
         ("definition of $P$",)),
    ],
)  # fmt: skip
def test_steps_of_notes(row: str, words: tuple[str, ...]) -> None:
    assert reasons(f"{SOFTMAX}$${row}$$\n")[1:] == [words]


def test_the_prime_of_an_index_is_no_derivative() -> None:
    note = r"For real $x_i$: $$\sum_{i'=1}^n 2 x_{i'} = 2 \sum_{i'=1}^n x_{i'}$$"
    assert reasons(note) == [(r"constants and sums taken out of $\sum$",)]
    assert reasons(r"For real $x$: $$\sigma'(x) = \sigma(x) (1 - \sigma(x))$$") == [("derivative of $\\sigma$",)]


def test_a_refuted_step_has_no_justification() -> None:
    assert reasons(f"{SOFTMAX}$$\\log P(o|c) = u_o^\\top v_c$$\n")[1:] == [()]


def test_where_nothing_is_recognised_that_is_said() -> None:
    (words,) = reasons(r"For real $x$: $$\left(e^{x} + e^{-x}\right)^2 - \left(e^{x} - e^{-x}\right)^2 = 4$$")
    assert words
    assert SAME == "both sides have the same normal form"


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (
            r"For $q > 0$ and real $s$: $$\frac{1}{1 + q e^{-s}} = \frac{1}{1 + e^{-(s - \log q)}}$$",
            r"$\exp$ undoes $\log$",
        ),
        (r"For real $x$: $$f(x) = x^3$$ $$f'(x) = 3 x^2$$", "derivative of a power"),
        (r"For real $x$: $$f(x) = x^3$$ $$f'(2) = 12$$", "derivative carried out"),
        (r"For real $x$: $$\frac{a}{b} \cdot \frac{c}{b} = \frac{a c}{b^2}$$", "fractions multiplied"),
        (r"For real $x$: $$\frac{a c}{b^2} = \frac{a}{b} \cdot \frac{c}{b}$$", "fraction taken apart"),
        (
            r"For real $x$: $$\frac{e^{-x}}{(1 + e^{-x})^2} = \sigma(x) (1 - \sigma(x))$$",
            "common denominator",
        ),
    ],
)
def test_what_was_generic_has_a_name(note: str, reason: str) -> None:
    assert reason in reasons(note)[-1]


def test_definitions_come_before_the_rules_that_need_them() -> None:
    note = r"For real $x$: $$g(x) = x^2$$ $$\frac{d}{dx} g(x) = 2 x$$"
    assert reasons(note)[-1] == ("definition of $g$", "derivative of a power")
