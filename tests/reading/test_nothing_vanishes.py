"""Every sign of a formula is used or named: what is not understood is said, and never left out in silence."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import sympy

from derive import terms
from derive.derivation import Kind
from derive.proving.edits import put, spots
from derive.proving.steps import judge
from derive.reading import tree
from derive.reading.context import Reading, undisturbed
from derive.reading.drafts import Draft
from derive.reading.elaborate import value
from derive.reading.markdown import find_mathematics, read_document
from derive.reading.note import read_note
from derive.reading.written import latex

NAMES = r"""
The number $a \in \mathbb{R}$, the numbers $p_w$ for $w \in V$, the vector $z \in \mathbb{R}^n$; $f(x) = x^4$.
"""

LEFT_OUT = [
    (r"\sum_{w \in \text{Vocab} \setminus \{o\}} p_w = \sum_{w \in \text{Vocab}} p_w", "the set"),
    (r"\sum_{w \in V^2} p_w = \sum_{w \in V} p_w", "the set"),
    (r"\sum_{w \in \{1, 3, \dots, V\}} p_w = \sum_{w \in \{1, \dots, V\}} p_w", "the set"),
    (r"\sum_{w \in V}^{3} p_w = \sum_{w \in V} p_w", "3 above Σ bounds no index"),
    (r"\sum_{1 \le w \le V}^{K} p_w = \sum_{w=1}^{V} p_w", "K above Σ bounds no index"),
    (r"\log' a = \log a", "log with a prime"),
    (r"\overset{2}{a} = a", "2 above or below a formula"),
    (r"\frac{a}{2}' = \frac{a}{2}", "a prime behind"),
    (r"\left. a^2 \right|_{a=3}^2 = 9", "a bar with a superscript"),
    (r"\underbrace{a + 1}_{= 3} = a + 1", "below a brace"),
    (r"\frac{\partial a^2}{a} = 2 a", "∂ is no part of a derivative here"),
    (r"\partial a^2 / a = 2 a", "∂ is no part of a derivative here"),
    (r"\frac{d^n}{da^n} e^a = e^a", "a derivative of order n"),
    (r"\frac{d^{50}}{da^{50}} e^a = e^a", "a derivative of order 50"),
    (r"\frac{\partial e^a}{\partial a^n} = e^a", "a derivative by the power"),
    (r"f^{(3)}(x) = 24 x", "may be a derivative of f"),
    (r"\delta_{ij} = \begin{cases} 1 & i = j, i = k \\ 0 & \text{otherwise} \end{cases}", "a condition"),
    (r"\delta_{ij} = \begin{cases} 1 & \text{(unless) } i = j \\ 0 & \text{otherwise} \end{cases}", "unless"),
    (r"\delta_{ij} = \begin{cases} 1 & i = j \\ 0 & i = k \end{cases}", "do not cover everything"),
]


@pytest.mark.parametrize(("formula", "said"), LEFT_OUT)
def test_what_is_not_understood_is_named(formula: str, said: str) -> None:
    book = read_note(find_mathematics(f"{NAMES}\n$$\n{formula}\n$$\n", "a.md"))
    verdicts = [step.verdict for step in judge(book, seconds=2)]
    assert verdicts
    assert all(v.kind in (Kind.UNDECIDED, Kind.UNREAD) for v in verdicts)
    assert any(said in v.reason for v in verdicts)


READ = [
    r"\frac{d^6}{da^6} a^6 = 720",
    r"\frac{d^3 a^3}{da^3} = 6",
    r"\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_{j=1}^n e^{z_j}}",
    r"\underbrace{a + 1}_{\text{small}} = a + 1",
    r"1 + \delta_{ij} = \begin{cases} 2 & \text{if } i = j \\ 1 & i \ne j \end{cases}",
    r"\sum_{w \in \{1, 2, \dots, V\}} p_w = \sum_{w=1}^{V} p_w",
]


@pytest.mark.parametrize("formula", READ)
def test_what_is_understood_is_still_read(formula: str) -> None:
    book = read_note(find_mathematics(f"{NAMES}\n$$\n{formula}\n$$\n", "a.md"))
    assert [step.verdict.kind for step in judge(book, seconds=5)] == [Kind.PROVED]


NOWHERE = tree.Span(0, 0, 1, 1)
ODD = tree.Name(NOWHERE, "\\zeta")
LABELLED = Path(__file__).parents[1] / "notes" / "labelled"
NOTES = ["h04-negative-sampling-zh.md", "h16-temperature.md", "h18-sampled-softmax-zh.md", "r06-glove-blog-zh.md"]


def changes(node: tree.Node) -> Iterator[tree.Node]:
    """The node with something attached to it that changes its meaning."""
    if isinstance(node, tree.Num | tree.Name):
        yield ODD
    if isinstance(node, tree.Script):
        yield tree.Script(NOWHERE, node.base, node.sub, node.sup, node.primes + 1)
        if node.sup is None:
            yield tree.Script(NOWHERE, node.base, node.sub, ODD, node.primes)
        if node.sub is None:
            yield tree.Script(NOWHERE, node.base, ODD, node.sup, node.primes)
    elif isinstance(node, tree.Name | tree.Num | tree.Group | tree.Frac | tree.Word | tree.Sqrt):
        yield tree.Script(NOWHERE, node, None, None, 1)
        yield tree.Script(NOWHERE, node, ODD, None)
        yield tree.Stack(NOWHERE, "overset", node, ODD)
        if not isinstance(node, tree.Num) or node.text != "1":  # 1 to any power is 1
            yield tree.Script(NOWHERE, node, None, ODD)
    if isinstance(node, tree.BigOp):
        yield tree.BigOp(NOWHERE, node.kind, node.sub, ODD if node.sup is None else None)


def meaning(node: tree.Node, draft: Draft, reading: Reading) -> object:
    """What the reader makes of a side: its term, or why there is none."""
    with undisturbed(reading), pytest.MonkeyPatch.context() as patch:
        patch.setattr(terms, "_serial", itertools.count(10**6))
        reading.guards, reading.place, reading.serial = list(draft.guards), "again", 0
        try:
            found = value(node, reading)
        except Exception as error:
            return type(error).__name__, str(error)
        return sympy.srepr(found.body), found.rank, found.row, tuple(map(str, reading.guards))


@pytest.mark.parametrize("name", [NOTES[0], *(pytest.param(name, marks=pytest.mark.slow) for name in NOTES[1:])])
def test_every_sign_changes_the_meaning(name: str) -> None:
    """Whatever is attached anywhere to a formula that is read, what is read is then something else, or nothing."""
    book = read_note(read_document(LABELLED / name))
    choose = random.Random(name)
    places = [
        (draft, side, spot.path, new)
        for draft in book.drafts
        if draft.claim is not None
        for side in draft.source
        if side is not None
        for spot in spots(side)
        for new in changes(spot.node)
        if not (spot.within("power", "index") and isinstance(spot.node, tree.Mark))
    ]
    for draft, side, path, new in choose.sample(places, min(400, len(places))):
        changed = put(side, path, new)
        before, after = (meaning(each, draft, book.reading) for each in (side, changed))
        assert before != after, f"{latex(side)} and {latex(changed)} are read alike"


UNCLOSED = [
    ("$$\nx = x\n\\begin{aligned}\n(x + 1)^2 &= x^2 + 2x + 1 \\\\\n&= x^2 + 3x + 1\n$$", 3, 1, r"has no \end{aligned}"),
    ("\n\\begin{align}\nx &= x \\\\\n&= x + 1\n\nmore words", 2, 1, r"\end{align} is missing"),
    ("$$\nx &= x \\\\\n&= x + 1 \\end{split}\n$$", 3, 10, r"has no \begin{split}"),
    ("$$ x = x = x + 1\n\nmany words of prose stand here", 1, 1, "$$ is missing"),
    ("\\[ x = x = x + 1\n\nmany words of prose stand here", 1, 1, r"\] is missing"),
    ("```math\nx = x = x + 1", 1, 1, "``` is missing"),
    ("$$\nx = x = x + 1 \\\\\n(x + {\n$$", 3, 6, "{ is never closed"),
]


@pytest.mark.parametrize(("text", "line", "column", "said"), UNCLOSED)
def test_what_is_never_closed_is_named_and_its_rows_are_steps(text: str, line: int, column: int, said: str) -> None:
    steps = judge(read_note(find_mathematics(text, "a.md")), seconds=2)
    named = [s for s in steps if s.verdict.kind is Kind.UNREAD and said in s.verdict.reason]
    assert [(s.place.line, s.place.column) for s in named] == [(line, column)]
    assert [s.verdict.kind for s in steps if s not in named][-1] is Kind.REFUTED
