"""The sweep: one token of a proved step is changed, and the verdict is held against a second opinion."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from mutants import draw
from worlds import look, replays

from derive.derivation import Kind, Verdict
from derive.proving.steps import verdict_of
from derive.reading.claims import Shape
from derive.reading.drafts import Draft
from derive.reading.markdown import read_document
from derive.reading.note import Draftbook, read_note, reconsider

HERE = Path(__file__).parent
PRODUCT = HERE.parents[1] / "derive" / "notes"
WORLDS = 12  # random worlds in which a mutant that was proved must hold
SECONDS = 1.5


@dataclass
class Report:
    """What became of the mutants."""

    verdicts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.verdicts.total()


@dataclass(frozen=True)
class Seedling:
    """A step and the note that it stands in."""

    book: Draftbook
    draft: Draft


def notes() -> list[Path]:
    return sorted([*PRODUCT.glob("*.md"), *(HERE / "notes").glob("*.md")])


def steps_of(paths: Iterable[Path]) -> list[Seedling]:
    """All steps of notes that state an equation or an order between numbers."""
    found = []
    for path in paths:
        book = read_note(read_document(path))
        for draft in book.drafts:
            if draft.claim is not None and not draft.claim.alternatives:
                found.append(Seedling(book, draft))
    return found


def sweep(seedlings: list[Seedling], count: int, seed: int) -> Report:
    """Judge ``count`` mutants that the reader makes a claim of."""
    rng, report = random.Random(seed), Report()
    seen: set[tuple[int, str]] = set()
    for _ in range(20 * count):
        if report.count >= count:
            break
        at = rng.randrange(len(seedlings))
        step = seedlings[at]
        left_side = rng.random() < 0.3
        drawn = draw(step.draft.left if left_side else step.draft.right, rng)
        if drawn is None or (at, drawn[1]) in seen:
            continue
        seen.add((at, drawn[1]))
        kind, text = drawn
        claim = reconsider(step.book, step.draft, **{"left" if left_side else "right": text})
        if claim is None:
            report.kinds["not a claim"] += 1
            continue
        sides = {"left" if left_side else "right": text}
        mutant = replace(step.draft, claim=claim, **sides)
        verdict = verdict_of(mutant, step.book, SECONDS)
        report.kinds[kind] += 1
        report.verdicts[verdict.kind.value] += 1
        _compare(mutant, verdict, rng.randrange(10**9), report)
    return report


def _compare(mutant: Draft, verdict: Verdict, seed: int, report: Report) -> None:
    """Note what the second opinion says against a verdict.

    A proof must hold in random worlds.  A counterexample is replayed: the claim must fail with the numbers it shows,
    and these must be numbers that the facts allow.
    """
    claim = mutant.claim
    if claim is None or (verdict.kind is Kind.REFUTED and claim.shape is not Shape.SAME):
        return
    what = f"{Path(mutant.place.path).name}:{mutant.place.line}: {mutant.left} {mutant.symbol} {mutant.right}"
    what += f"\n    read as {claim.goal.left}  {claim.goal.relation}  {claim.goal.right}\n    {verdict.reason}"
    if verdict.kind is Kind.PROVED:
        seen, failed = look(claim.goal, seed, WORLDS)
        if failed or claim.shape is not Shape.SAME:
            report.false.append(f"false proof: {what}")
        elif not seen:
            report.unconfirmed.append(f"proved, but it has a value in no random world: {what}")
    elif verdict.kind is Kind.REFUTED:
        shown = verdict.counterexample
        replayed = None if shown is None else replays(claim.goal, shown)
        if replayed is False:
            report.false.append(f"false refutation: {what}: {shown}")
        elif replayed is None and not look(claim.goal, seed, 4 * WORLDS)[1]:
            report.unconfirmed.append(f"the counterexample cannot be replayed: {what}: {shown}")
