"""MathML and Unicode: every node type has a rule, and formulas look as a reader expects."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notes_for_tests import row

from derive.errors import InternalError
from derive.formulas.glyphs import styled
from derive.formulas.linear import linear
from derive.formulas.mathml import math, mathml
from derive.formulas.rules import NODES, complete
from derive.formulas.verdicts import formulas_in
from derive.reading import tree
from derive.reading.formula import Formula
from derive.reading.latex import parse_block


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"u_o^\top v_c", "u_oᵀv_c"),
        (r"\hat y - y", "ŷ − y"),
        (r"P(w|c)", "P(w|c)"),
        (r"\sum_{w=1}^{V} \exp(u_w^\top v_c)", "∑_{w=1}^V exp(u_wᵀv_c)"),
        (r"\frac{\partial J}{\partial v_c}", "∂J/∂v_c"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\log \frac{p_i}{q_i}", "log (p_i/q_i)"),
        (r"\frac{p - y}{p(1 - p)}", "(p − y)/(p(1 − p))"),
        (r"\frac{f(x)}{P(w|c)}", "f(x)/P(w|c)"),
        (r"w_{t+j}", "w_{t+j}"),
        (r"x_1^2 \le \sigma'(x)", "x₁² ≤ σ′(x)"),
        (r"D_{KL}(p \| q) \ge 0", "D_KL(p ‖ q) ≥ 0"),
        (r"v \in \mathbb{R}^d", "v ∈ ℝ^d"),
    ],
)
def test_one_line_of_unicode(latex: str, shown: str) -> None:
    assert linear(row(latex)) == shown


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\frac{1}{x}", "<mfrac><mn>1</mn><mi>x</mi></mfrac>"),
        (r"x_i^2", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
        (r"\sum_{i=1}^{n} x", '<munderover><mo movablelimits="true">∑</mo>'),
        (r"\mathbb{R}", "<mi>ℝ</mi>"),
        (r"\hat y", '<mover accent="true"><mi>y</mi><mo>^</mo></mover>'),
        (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
        (r"\begin{cases} a & b \\ c & d \end{cases}", '<mo fence="true" stretchy="true" form="prefix">{</mo><mtable>'),
    ],
)
def test_mathml(latex: str, expected: str) -> None:
    assert expected in mathml(row(latex))


def test_what_is_spoken_is_the_formula() -> None:
    assert 'alttext="u_oᵀv_c &lt; 1"' in math(row(r"u_o^\top v_c < 1"))


def test_tables_are_complete_and_a_missing_rule_is_an_error() -> None:
    assert tree.Frac in NODES
    assert tree.Node not in NODES
    with pytest.raises(InternalError, match=r"MathML and the tree disagree about .*Frac"):
        complete({kind: str for kind in NODES if kind is not tree.Frac}, "MathML")


def test_alphabets_with_holes() -> None:
    assert styled("R", "mathbb") == "ℝ"
    assert styled("B", "mathcal") == "ℬ"
    assert styled("x", "mathbf") == "𝐱"
    assert styled("→", "mathbf") == "→"


PIECES = st.sampled_from(
    r"""x \alpha _ ^ { } ( ) [ ] \left( \right) | \| , ; \frac \sum \prod \log \exp = < \le & \\ + - \cdot / ' 1 0.7
    \hat \text{a<b&c} \begin{cases} \end{cases} \partial \sqrt \mathbf \top \ldots \quad \, \overset \boxed
    \infty \not ! \$ \% \foo < > \max \binom \mathcal{L} \stackrel \underbrace \substack{a\\b} \begin{pmatrix}
    \end{pmatrix}
    """.split()  # noqa: SIM905 # a list of strings would hide the notation
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=14))
def test_whatever_was_read_can_be_set(pieces: list[str]) -> None:
    for found in parse_block(Formula.of(" ".join(pieces))):
        element = ElementTree.fromstring(math(found))
        assert element.tag == "math"
        assert "\n" not in linear(found)


@pytest.mark.parametrize(
    ("sentence", "formulas"),
    [
        (r"the factor 1/(\sum_{w=1}^V \exp(u_w^\top v_c)) is missing", [r"1/(\sum_{w=1}^V \exp(u_w^\top v_c))"]),
        (r"the factor 1/(\sum_{x=1}^V e^{u_x^\top v}) is missing; it", [r"1/(\sum_{x=1}^V e^{u_x^\top v})"]),
        (r"{ \frac{a b}{c d} and a } \alpha", [r"\frac{a b}{c d}", r"\alpha"]),
        (r"u_o has the sign + where - is right", ["u_o"]),
        (r"at n_v = 1, c = 1: no", ["n_v"]),
        (r"“\foo”: \foo is not known here", []),
        (r"“\frac{a” ends too early, see \frac{a}{b}.", [r"\frac{a}{b}"]),
        ("costs $5 and <b>", []),
        ("", []),
    ],
)
def test_formulas_in_a_sentence(sentence: str, formulas: list[str]) -> None:
    parts = formulas_in(sentence)
    assert "".join(part for _, part in parts) == sentence
    assert [part for is_formula, part in parts if is_formula] == formulas
