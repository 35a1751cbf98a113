"""Whole notes whose truth is known from NumPy: no false proof and no false refutation, from the LaTeX on.

The sweep over claims (``test_mutants.py``) takes for granted that a step was read as it was meant.  Here every formula
is a tree that is written as LaTeX for the checker, and evaluated by NumPy for the truth.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from trees import Claim, Note, variants
from written import NOTES

from derive.derivation import Kind
from derive.proving.steps import verdict_of
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

MUTANTS = 2  # of every note in the ordinary run
MANY = 60  # of every note in the long run
SECONDS = 2.0


@dataclass
class Tally:
    """Steps by what they are and what was said of them."""

    said: dict[tuple[bool, Kind], int] = field(default_factory=dict)
    false: list[str] = field(default_factory=list)

    def add(self, truth: bool, kind: Kind, what: str) -> None:
        self.said[truth, kind] = self.said.get((truth, kind), 0) + 1
        if (kind is Kind.PROVED and not truth) or (kind is Kind.REFUTED and truth):
            self.false.append(what)

    def share(self, truth: bool, kind: Kind) -> float:
        of_truth = sum(n for (t, _), n in self.said.items() if t is truth)
        return self.said.get((truth, kind), 0) / max(of_truth, 1)


def check(note: Note, seed: int, tally: Tally) -> None:
    """Compare the verdicts on all claims of a note with the truth."""
    text = note.text()
    book = read_note(find_mathematics(text, note.name))
    assert len(book.drafts) == len(note.definitions) + len(note.claims)
    for claim, draft in zip(note.claims, book.drafts[len(note.definitions) :], strict=True):
        truth = note.holds(claim, np.random.default_rng(seed))
        if truth is not None:
            verdict = verdict_of(draft, book, SECONDS)
            tally.add(
                truth, verdict.kind, f"{note.name}: {verdict.kind}, {verdict.reason}:\n{claim.latex()}\nin\n{text}"
            )


def mutated(note: Note, rng: random.Random) -> Note | None:
    """The note with one mistake in one of its claims."""
    at = rng.randrange(len(note.claims))
    claim = note.claims[at]
    wrong = list(variants(claim.right, note.indices))
    new = replace(claim, right=rng.choice(wrong))
    return replace(note, claims=(*note.claims[:at], new, *note.claims[at + 1 :]))


def only(note: Note, claim: Claim) -> Note:
    return replace(note, claims=(claim,))


@pytest.mark.parametrize("make", NOTES, ids=lambda make: make.__name__)
def test_as_written(make) -> None:
    """What is right is proved."""
    tally = Tally()
    note = make(None)
    check(note, 1, tally)
    assert tally.said == {(True, Kind.PROVED): len(note.claims)}, tally.false


def sweep(make, count: int, seed: int, tally: Tally) -> None:
    rng = random.Random(f"{make.__name__} {seed}")
    note = make(None)
    for k in range(count):
        if k % 4 == 3:
            loss = rng.choice(list(variants(note.definitions[-1][1], note.indices)))
            changed = make(loss)
            check(only(changed, rng.choice(changed.claims)), k, tally)
        else:
            wrong = mutated(note, rng)
            different = next(c for c, d in zip(wrong.claims, note.claims, strict=True) if c is not d)
            check(only(wrong, different), k, tally)


def test_mutants() -> None:
    tally = Tally()
    for make in NOTES:
        sweep(make, MUTANTS, 0, tally)
    assert not tally.false, "\n\n".join(tally.false)
    assert tally.share(False, Kind.REFUTED) > 0.8, tally.said


@pytest.mark.slow
@pytest.mark.parametrize("make", NOTES, ids=lambda make: make.__name__)
def test_many_mutants(make) -> None:
    tally = Tally()
    sweep(make, MANY, 1, tally)
    assert not tally.false, "\n\n".join(tally.false)
