"""Planted slips: each is refuted, named, and mended by a line that is proved."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from derive.derivation import Kind, Step, Verdict
from derive.proving.check import decide
from derive.proving.diagnosis import diagnose
from derive.proving.steps import judge
from derive.proving.suspicions import warnings
from derive.reading.claims import Shape
from derive.reading.markdown import read_document
from derive.reading.note import Draftbook, read_note, reconsider

WRONG = Path(__file__).parent.parent / "wrong"

SLIPS = [
    ("softmax.md", 20, "factor", r"the factor 1/(\sum_{x=1}^V e^{u_x^\top v}) is missing"),
    ("softmax.md", 27, "sign", "s_o has the sign + where - is right"),
    ("softmax.md", 34, "log/sum exchange", "does not change places with the sum"),
    ("softmax.md", 41, "case i=o", "p_o has the index o where i was meant"),
    ("softmax.md", 47, "wrong left side", "the derivative by v, not by u_i"),
    ("softmax.md", 55, "sign", r"\log\sum_{x=1}^V e^{s_x} has the sign + where - is right"),
    ("softmax.md", 56, "returns to truth", "the slip is in line 55"),
    ("sigmoid.md", 7, "sign inside sigma", "the argument of \\sigma is x where its negative is right"),
    ("sigmoid.md", 12, "sign inside sigma", "the argument of \\sigma is x"),
    ("sigmoid.md", 17, "factor", "the factor 2 is missing"),
    ("sigmoid.md", 22, "power", "the power 2"),
    ("sigmoid.md", 26, "inequality direction", "the left side is ≤ the right side, not ≥"),
    ("sigmoid.md", 31, "parenthesis scope", "the factor 2 belongs to the whole bracket"),
    ("sigmoid.md", 36, "log/sum exchange", "is not a sum of logarithms"),
    ("information.md", 20, "KL vs cross-entropy", "the term − H(p) is missing"),
    ("information.md", 26, "inequality direction", "≥"),
    ("information.md", 33, "summation range", r"\sum_{i=1}^n is right"),
    ("noise.md", 13, "sign inside sigma", "has the sign - where + is right"),
    ("noise.md", 18, "sign inside sigma", r"\sigma(u_o^\top v_c) needs the opposite sign"),
    ("noise.md", 41, "sign inside sigma", r"\log(Kq_w) has the sign + where - is right"),
    ("noise.md", 45, "factor", "the factor K is missing"),
    ("noise.md", 49, "factor", "the factor q_w is too many"),
    ("noise.md", 53, "factor", "the factor K is missing"),
    ("noise.md", 63, "sign inside sigma", "is t where its negative is right"),
    ("layer.md", 14, "shape/transposition", "W^\\top g conforms"),
    ("layer.md", 21, "shape/transposition", "gx^\\top conforms"),
]


@cache
def book_of(name: str) -> Draftbook:
    return read_note(read_document(WRONG / name))


@cache
def steps_of(name: str) -> tuple[Step, ...]:
    return judge(book_of(name))


def step_at(name: str, line: int) -> Step:
    (step,) = [s for s in steps_of(name) if s.place.line == line]
    return step


@pytest.mark.parametrize(("name", "line", "label", "phrase"), SLIPS)
def test_a_planted_slip_is_refuted_and_named(name: str, line: int, label: str, phrase: str) -> None:
    verdict = step_at(name, line).verdict
    assert verdict.kind is Kind.REFUTED
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.startswith(f"{label}:")
    assert phrase in verdict.diagnosis


@pytest.mark.parametrize("name", ["softmax.md", "sigmoid.md", "information.md", "noise.md", "layer.md"])
def test_every_correction_is_itself_proved(name: str) -> None:
    book, proved = book_of(name), 0
    for draft, step in zip(book.drafts, steps_of(name), strict=True):
        correction = step.verdict.correction
        if correction is None:
            continue
        assert step.verdict.kind is Kind.REFUTED
        symbol = next((s for s in ("\\le", "\\ge") if correction.startswith(f"{s} ")), None)
        right = correction.removeprefix(symbol) if symbol else correction
        claim = reconsider(book, draft, right=right, symbol=symbol)
        assert claim is not None, correction
        assert claim.shape is Shape.SAME
        assert decide(claim.goal).kind is Kind.PROVED, correction
        proved += 1
    assert proved


def test_slips_with_repeated_noise_words_are_refuted() -> None:
    """A word counted once that was drawn twice, the noise that is the observed word, and an optimum without its K."""
    verdicts = [step.verdict.kind for step in steps_of("noise.md")]
    assert verdicts.count(Kind.REFUTED) == len(verdicts) - 3
    for line in (23, 27, 31, 67):
        assert step_at("noise.md", line).verdict.kind is Kind.REFUTED


def test_every_refuted_step_has_a_diagnosis_and_no_other_step_has_one() -> None:
    for name in ("softmax.md", "sigmoid.md", "information.md", "noise.md", "layer.md", "quiet.md"):
        for step in steps_of(name):
            assert (step.verdict.diagnosis is not None) == (step.verdict.kind is Kind.REFUTED), step


def test_the_row_after_a_wrong_one_is_judged_against_its_own_neighbour() -> None:
    verdict = step_at("softmax.md", 56).verdict
    assert verdict.diagnosis is not None
    assert "follows from what stands before line 55" in verdict.diagnosis


def test_without_time_the_verdict_stays_and_still_says_something() -> None:
    book = book_of("sigmoid.md")
    (draft,) = [d for d in book.drafts if d.place.line == 17]
    plain = Verdict(Kind.REFUTED, "the two sides differ")
    verdict = diagnose(draft, book, plain, seconds=0.0)
    assert verdict.kind is Kind.REFUTED
    assert verdict.diagnosis


def known(book: Draftbook) -> tuple[object, ...]:
    scope = book.scope
    return dict(scope.families), scope.axes.settled(), dict(book.reading.free), set(scope.heads), dict(scope.sizes)


def test_guesses_teach_the_note_nothing() -> None:
    book = read_note(read_document(WRONG / "layer.md"))
    before = known(book)
    for draft in book.drafts:
        diagnose(draft, book, Verdict(Kind.REFUTED, "whatever"), seconds=0.5)
    assert known(book) == before


def test_what_looks_like_a_slip_is_warned_of() -> None:
    found = {(w.place.line, w.message) for w in warnings(book_of("suspicious.md"))}
    assert any(line == 16 and "u_0 stands here and u_o elsewhere" in message for line, message in found)
    assert any(line == 22 and "single value j = m; was −m ≤ j ≤ m meant?" in message for line, message in found)
    assert any(line == 28 and "a ∂ is missing above the bar" in message for line, message in found)


@pytest.mark.parametrize("name", ["quiet.md", "softmax.md", "sigmoid.md", "information.md", "layer.md"])
def test_plain_formulas_raise_no_suspicion(name: str) -> None:
    assert warnings(book_of(name)) == ()
