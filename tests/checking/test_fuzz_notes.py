"""Whatever a note contains: every step gets a verdict, soon, and nothing but ``DeriveError`` comes out.

The long run (``pytest -m slow``) checks 100,000 notes in chunks of a few minutes each, several hours in all; some of
them can be chosen with ``-k "chunk3"``, and all of them shared among processes.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from derive import report
from derive.checking import Checked, check_file
from derive.derivation import Kind
from derive.errors import DeriveError
from derive.reading import note, statements

SECONDS = 0.1
ORDINARY = 70  # of notes by grammar, as many damaged ones, and as many of bytes
CHUNKS, LONG = 100, 500  # so many times so many notes by grammar, and as many of the others

RELATIONS = {"=": "=", "\\le": "≤", "\\ge": "≥", "<": "<", ">": ">", "\\ne": "≠"}
SCALARS = [
    "x",
    "y",
    "z",
    "a",
    "\\beta",
    "\\theta",
    "J",
    "z_i",
    "p_i",
    "p_k",
    "X_{ik}",
    "n",
    "V",
    "\\hat y_i",
    "\\delta_{ij}",
]
VECTORS = ["u_o", "v_c", "u_w", "h", "\\mathbf{w}", "\\theta_j", "U^\\top y", "\\hat{v}"]
NUMBERS = ["0", "1", "2", "\\frac{1}{2}", "0.5", "-1", "10", "\\pi", "e"]
PROSE = [
    "Let $x$ and $y$ be real numbers.",
    "For $p_i > 0$ with $\\sum_{i=1}^n p_i = 1$,",
    "where $u_w \\in \\mathbb{R}^d$ and $w = 1, \\dots, V$.",
    "Set the derivative to zero:",
    "Suppose $w \\ne o$. Then",
    "## A heading with $x$",
    "Here $U$ is a $V \\times d$ matrix whose rows are the $u_w$.",
    "so that",
    "设 $p$ 是概率向量，则有",
]


def scalars() -> st.SearchStrategy[str]:
    """Formulas for numbers, as people write them."""
    leaf = st.one_of(st.sampled_from(SCALARS), st.sampled_from(NUMBERS))
    vector = st.sampled_from(VECTORS)
    dot = st.tuples(vector, vector).map(lambda t: f"{t[0]}^\\top {t[1]}")

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        two = st.tuples(inner, inner)
        return st.one_of(
            two.map(lambda t: f"{t[0]} + {t[1]}"),
            two.map(lambda t: f"{t[0]} - \\left({t[1]}\\right)"),
            two.map(lambda t: f"({t[0]}) ({t[1]})"),
            two.map(lambda t: f"\\frac{{{t[0]}}}{{{t[1]}}}"),
            two.map(lambda t: f"\\log \\left( {t[0]} \\right) \\cdot {t[1]}"),
            inner.map(lambda t: f"\\exp({t})"),
            inner.map(lambda t: f"\\sigma(-({t}))"),
            inner.map(lambda t: f"e^{{{t}}}"),
            inner.map(lambda t: f"\\sum_{{k=1}}^n {{{t}}}"),
            inner.map(lambda t: f"\\prod_{{w \\ne o}} ({t})"),
            inner.map(lambda t: f"\\left({t}\\right)^2"),
            inner.map(lambda t: f"\\frac{{\\partial}}{{\\partial x}} \\left({t}\\right)"),
            inner.map(lambda t: f"\\mathbb{{E}}_{{i \\sim p}}[{t}]"),
            inner.map(lambda t: f"\\sqrt{{{t}}}"),
            inner.map(lambda t: f"f({t})"),
        )

    return st.recursive(st.one_of(leaf, dot), larger, max_leaves=6)


def vectors() -> st.SearchStrategy[str]:
    one = st.sampled_from(VECTORS)
    return st.one_of(one, st.tuples(scalars(), one).map(lambda t: f"({t[0]}) \\, {t[1]}"))


Row = list[tuple[str, str]]  # relation and side; the first relation is empty


def rows() -> st.SearchStrategy[Row]:
    """A chain: a side, and relations each with its side."""
    return st.one_of(scalars(), vectors()).flatmap(
        lambda first: st.lists(st.tuples(st.sampled_from(list(RELATIONS)), scalars()), min_size=1, max_size=2).map(
            lambda rest: [("", first), *rest]
        )
    )


def text_of(chains: list[Row], prose: list[str]) -> str:
    displays = ["$$\n" + " ".join(f"{relation} {side}".strip() for relation, side in row) + "\n$$" for row in chains]
    mixed = [piece for k, display in enumerate(displays) for piece in (*prose[k : k + 1], display)]
    return "\n\n".join(mixed)


notes = st.tuples(st.lists(rows(), min_size=1, max_size=2), st.lists(st.sampled_from(PROSE), max_size=2))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "STATEMENT_SECONDS", 1.0)
    monkeypatch.setattr(note, "NOTE_SECONDS", 3.0)


def check(data: bytes, name: str = "note.md") -> Checked | None:
    """Check a note; what comes out can be printed, and is complete."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            result = check_file(path, seconds=SECONDS)
        except DeriveError as error:
            if str(path) not in str(error):
                raise
            return None
    shown = report.as_json([result])
    assert sum(shown["summary"].values()) == len(result.steps)
    for step in result.steps:
        assert step.verdict.reason
        assert (step.verdict.counterexample is None) or step.verdict.kind is Kind.REFUTED
        assert not step.verdict.internal, step.verdict.reason
        assert step.place.line >= 1
        assert step.place.column >= 1
    return result


def answer(chains: list[Row], prose: list[str]) -> None:
    """As many verdicts come out as relations went in, in their order."""
    text = text_of(chains, prose)
    result = check(text.encode())
    assert result is not None, text
    went_in = [RELATIONS[relation] for row in chains for relation, _ in row[1:]]
    assert [step.relation for step in result.steps] == went_in, text


SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


@settings(max_examples=ORDINARY, deadline=None, suppress_health_check=SLOW_IS_FINE)
@given(notes)
def test_notes_by_grammar(made: tuple[list[Row], list[str]]) -> None:
    answer(*made)


@settings(max_examples=ORDINARY, deadline=None, suppress_health_check=SLOW_IS_FINE)
@given(notes, st.randoms(use_true_random=False))
def test_damaged_notes(made: tuple[list[Row], list[str]], choose: random.Random) -> None:
    check(damaged(text_of(*made).encode(), choose), choose.choice(["note.md", "note.tex", "note.txt"]))


@settings(max_examples=ORDINARY, deadline=None, suppress_health_check=SLOW_IS_FINE)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check(data)


def damaged(data: bytes, choose: random.Random) -> bytes:
    """Some bytes lost, doubled, moved or replaced by signs that mean something."""
    noise = bytearray(data)
    for _ in range(choose.randint(1, 4)):
        at = choose.randrange(len(noise) + 1)
        end = min(len(noise), at + choose.choice((1, 1, 2, 8)))
        piece = bytes(noise[at:end])
        action = choose.randrange(4)
        if action == 0:
            del noise[at:end]
        elif action == 1:
            noise[at:at] = piece * 3
        elif action == 2:
            place = choose.randrange(len(noise) + 1)
            noise[place:place] = piece
        else:
            noise[at:end] = choose.choice(
                [b"{", b"}", b"$", b"\\", b"^", b"_", b"&", b"\\\\", b"=", b"\\begin{cases}", b"#1"]
            )
    return bytes(noise)


chunks = pytest.mark.parametrize("chunk", range(CHUNKS), ids=lambda k: f"chunk{k}")


@pytest.mark.slow
@chunks
def test_many_notes_by_grammar(chunk: int) -> None:
    settings(max_examples=LONG, deadline=None, suppress_health_check=SLOW_IS_FINE, database=None)(
        seed(chunk)(given(notes)(lambda made: answer(*made)))
    )()


@pytest.mark.slow
@chunks
def test_many_broken_notes(chunk: int) -> None:
    choose = random.Random(7 + chunk)
    whole = [path.read_bytes() for path in (Path(__file__).parents[1] / "soundness" / "notes").glob("*.md")]
    for k in range(LONG):
        if k % 2:
            check(choose.randbytes(choose.randrange(300)))
        else:
            blocks = choose.choice(whole).split(b"\n\n")
            start = choose.randrange(len(blocks))
            check(damaged(b"\n\n".join(blocks[start : start + 2]), choose))
