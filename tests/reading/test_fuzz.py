"""Whatever is thrown at the reader: it answers, soon, and raises nothing but ``DeriveError``.

The long run (``pytest -m slow``) makes 100,000 inputs: 60,000 of tokens of LaTeX, 20,000 mutants of formulas as people
write them, 20,000 of raw bytes.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.errors import DeriveError
from derive.reading import symbols
from derive.reading.latex import Formula, parse_block
from derive.reading.lexer import KNOWN
from derive.reading.markdown import find_mathematics, read_document
from derive.reading.scanner import scan
from derive.reading.tree import Row, UnreadRow, depth, sexpr

ROWS = [block.rsplit("\n⊢ ", 1)[0] for block in Path(__file__).with_name("rows.txt").read_text("utf-8").split("\n\n")]

SIGNS = list("{}[]()|^_&$%#~'\",.;:!?<>=+-*/@ \n\tabxyzPKLE0123456789θ，①交")
COMMANDS = sorted(
    KNOWN
    | symbols.TEXTS
    | symbols.TAGS
    | symbols.LAYOUT
    | symbols.SWITCHES.keys()
    | symbols.WRAPPERS.keys()
    | symbols.LAYOUT_ARGUMENTS.keys()
    | symbols.DIMENSIONED
    | {r"\def", r"\newcommand", r"\let", r"\DeclareMathOperator", r"\textcircled", r"\abs", r"\foo", r"\a", "\\\\"}
)
PIECES = [r"\begin{aligned}", r"\end{aligned}", r"\begin{cases}", r"\end{cases}", r"\begin{array}{ll}", r"\end{array}"]
PIECES += [r"\left(", r"\right)", r"\left.", r"\right|", "&lt;", "log", "softmax", "arg", "12.5", "^{", "_{", r"\frac{"]
PIECES += [r"\text{", "||", "{x}", "x_i", r"\sum_{i=1}^n", r"\def\a{", "#1", r"\newcommand{\a}[1]{"]
AROUND = [
    "$",
    "$$",
    "\n\n",
    "```",
    "```math\n",
    "> ",
    "- ",
    r"\[",
    r"\]",
    r"\(",
    r"\)",
    "\ufeff",
    "<div>",
    "# ",
    "<!--",
]
AROUND += [
    r"\begin{align}",
    r"\end{align}",
    r"\begin{document}",
    r"\section{",
    "`",
    "$`",
    "\r\n",
    "\x00",
    "words and more",
]


def answer(text: str) -> None:
    """Read a text as a formula and as files; everything that comes out can be printed and walked."""
    start = time.process_time()
    formulas = [Formula.of(text)]
    for name in ("a.md", "a.tex", "a"):
        try:
            formulas.extend(find_mathematics(text, name).formulas)
        except DeriveError as error:
            if error.place is None:
                raise
    for formula in formulas:
        for row in parse_block(formula):
            assert isinstance(row, Row | UnreadRow)
            assert isinstance(sexpr(row), str)
            assert depth(row) < 220
            assert formula.slice(row.span) == row.source
    assert time.process_time() - start < 1 + 1e-4 * len(text)


tokens = st.lists(
    st.one_of(st.sampled_from(SIGNS), st.sampled_from(COMMANDS), st.sampled_from(PIECES), st.sampled_from(AROUND)),
    max_size=40,
).map("".join)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tokens)
def test_any_tokens(text: str) -> None:
    answer(text)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ROWS), st.randoms(use_true_random=False))
def test_any_mutant(source: str, choose: random.Random) -> None:
    answer(mutant(source, choose))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    answer_bytes(tmp_path / "note", data)


def answer_bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        for formula in read_document(path).formulas:
            parse_block(formula)
    except DeriveError as error:
        if error.place is None or str(path) not in str(error):
            raise


def mutant(source: str, choose: random.Random) -> str:
    """One to three tokens dropped, doubled, exchanged or replaced."""
    cut = [source[t.start : t.end] for t in scan(source)]
    for _ in range(choose.randint(1, 3)):
        at, other = choose.randrange(len(cut)), choose.randrange(len(cut))
        action = choose.randrange(4)
        if action == 0:
            cut[at] = ""
        elif action == 1:
            cut[at] *= 2
        elif action == 2:
            cut[at], cut[other] = cut[other], cut[at]
        else:
            cut[at] = choose.choice(SIGNS + PIECES)
    return "".join(cut)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_long_run(seed: int, tmp_path: Path) -> None:
    choose = random.Random(seed)
    alphabet = SIGNS * 6 + COMMANDS + PIECES * 8 + AROUND * 2
    for _ in range(6_000):
        length = choose.choice((3, 8, 20, 60))
        answer("".join(choose.choice(alphabet) + choose.choice(("", "", " ")) for _ in range(length)))
    for _ in range(2_000):
        answer(mutant(choose.choice(ROWS), choose))
    for _ in range(2_000):
        text = mutant("$$" + choose.choice(ROWS) + "$$ and $x$", choose).encode()
        noise = bytearray(text if choose.random() < 0.7 else choose.randbytes(60))
        for _ in range(choose.randint(0, 3)):
            noise[choose.randrange(len(noise))] = choose.randrange(256)
        answer_bytes(tmp_path / "note.md", bytes(noise))
