"""From how each case went to one verdict about a function, in words that its author can act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from derive.testing.comparison import Compared, Match
from derive.testing.diagnosis import Sample, diagnose

__all__ = ["Case", "Failure", "Judgement", "Outcome", "Verdict", "judge"]


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    WRONG_SHAPE = "wrong shape"
    TRANSPOSED = "transposed"
    PARTLY_RIGHT = "partly right"
    FAILS = "fails"
    MISSING = "missing"
    NOT_FINITE = "not finite"


@dataclass(frozen=True)
class Case:
    """Arguments, and what is known about them.

    Attributes:
        shown: the arguments as people read them, by name.
        classes: the class of the case in each respect, such as ``{"draws": "distinct draws"}``.
        special: empty for an ordinary case, else what is special, such as "large scores".
        rows: sets of rows by name, for each output that has rows.
        pieces: arrays by name that a wrong gradient may have lost or doubled.
        sizes: numbers by name that a wrong output may be off by.
    """

    shown: Mapping[str, Any]
    classes: Mapping[str, str] = field(default_factory=dict)
    special: str = ""
    rows: Mapping[str, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    pieces: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sizes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """An exception; it is fatal if there was no end, or if it took the process with it."""

    kind: str
    message: str
    fatal: bool = False

    def __str__(self) -> str:
        return self.message or self.kind


@dataclass(frozen=True)
class Outcome:
    """What a function did in a case: a failure, or its outputs in order, and the arguments that it changed."""

    case: Case
    outputs: Mapping[str, Compared] = field(default_factory=dict)
    failure: Failure | None = None
    changed: tuple[str, ...] = ()
    extra: int = 0

    @property
    def values_right(self) -> bool:
        return self.failure is None and not self.extra and all(c.values_right for c in self.outputs.values())

    @property
    def right(self) -> bool:
        return self.values_right and all(c.match is Match.RIGHT for c in self.outputs.values())


@dataclass(frozen=True)
class Judgement:
    """The verdict with its reason; ``witness`` is the smallest case that shows it, ``output`` what differs there."""

    verdict: Verdict
    reason: str
    witness: Outcome | None = None
    output: str = ""
    only_for: str = ""


def judge(outcomes: Sequence[Outcome], probes: Sequence[Outcome] = (), template: bool = False) -> Judgement:
    """One verdict from all cases.

    Args:
        outcomes: ordinary and special cases, smallest first.
        probes: tiny cases that only serve as counterexamples.
        template: the text of the function is a template that nobody filled in.
    """
    for outcome in outcomes:
        if outcome.failure is not None and outcome.failure.fatal:
            how = "never ends" if outcome.failure.kind == "OutOfTime" else "takes the process down"
            return Judgement(Verdict.FAILS, f"{how} ({_class_of(outcome)}): {outcome.failure}", outcome)
    ordinary = [outcome for outcome in outcomes if not outcome.case.special]
    square = [outcome for outcome in outcomes if outcome.case.special == "V = d"]
    special = [outcome for outcome in outcomes if outcome.case.special not in ("", "V = d")]
    if not ordinary:
        raise ValueError("there is no ordinary case to judge by")
    failed = [outcome for outcome in ordinary if outcome.failure is not None]
    if len(failed) == len(ordinary):
        return _always_fails(failed, square, template)
    if not failed and all(_is_blank(outcome) for outcome in ordinary):
        return Judgement(
            Verdict.MISSING, "a template left as it was: it returns nothing but None or zeros", ordinary[0]
        )
    if all(outcome.right for outcome in ordinary):
        return _special_cases(ordinary, special)
    if all(outcome.values_right for outcome in ordinary):
        return _shapes(ordinary, special)
    return _wrong(ordinary, square, probes)


def _always_fails(failed: Sequence[Outcome], square: Sequence[Outcome], template: bool) -> Judgement:
    failure = failed[0].failure
    kinds = {o.failure.kind for o in failed if o.failure is not None}
    if kinds == {"NotImplementedError"} or (template and kinds <= {"NameError", "UnboundLocalError"}):
        return Judgement(Verdict.MISSING, f"a template left as it was: nothing is filled in ({failure})", failed[0])
    runs = " (it runs only where V = d)" if any(o.failure is None for o in square) else ""
    return Judgement(Verdict.FAILS, f"an error in every case{runs}: {failure}", failed[0])


def _is_blank(outcome: Outcome) -> bool:
    return all(c.got is None or (isinstance(c.got, np.ndarray) and not np.any(c.got)) for c in outcome.outputs.values())


def _special_cases(ordinary: Sequence[Outcome], special: Sequence[Outcome]) -> Judgement:
    for outcome in ordinary:
        if outcome.changed:
            return Judgement(
                Verdict.PARTLY_RIGHT,
                f"right, but it destroys its input: {_and(outcome.changed)} is not what it was after the call; "
                "work on a copy",
                outcome,
                only_for="inputs that nobody needs afterwards",
            )
    for outcome in special:
        if outcome.failure is not None:
            return Judgement(
                Verdict.PARTLY_RIGHT,
                f"right in all ordinary cases, but with {outcome.case.special}: {outcome.failure}",
                outcome,
            )
        for name, compared in outcome.outputs.items():
            if not compared.values_right:
                how = "is not finite" if compared.match is Match.NOT_FINITE else "is wrong"
                verdict = Verdict.NOT_FINITE if compared.match is Match.NOT_FINITE else Verdict.PARTLY_RIGHT
                return Judgement(
                    verdict,
                    f"right in all ordinary cases, but with {outcome.case.special} {name} {how}",
                    outcome,
                    name,
                )
    return Judgement(Verdict.RIGHT, "all values and shapes are right")


def _shapes(ordinary: Sequence[Outcome], special: Sequence[Outcome]) -> Judgement:
    off: dict[str, tuple[Outcome, Compared]] = {}
    for outcome in ordinary:
        for name, compared in outcome.outputs.items():
            if compared.match is not Match.RIGHT:
                off.setdefault(name, (outcome, compared))
    said = "; ".join(
        f"{name} has shape {_shape(compared.got)} instead of {_shape(compared.expected)}"
        for name, (_, compared) in off.items()
    )
    flipped = [name for name, (_, compared) in off.items() if compared.match is Match.TRANSPOSED]
    outside = [name for name in flipped if name.lower().startswith(("gradoutside", "du"))]
    name, (witness, _) = next(iter(off.items()))
    later = _special_cases(ordinary, special)
    more = "" if later.verdict is Verdict.RIGHT else f" ({later.reason})"
    if outside:
        return Judgement(
            Verdict.TRANSPOSED, f"all values are right, but transposed: {said}{more}", off[outside[0]][0], outside[0]
        )
    return Judgement(Verdict.WRONG_SHAPE, f"all values are right, but {said}{more}", witness, name)


def _wrong(ordinary: Sequence[Outcome], square: Sequence[Outcome], probes: Sequence[Outcome]) -> Judgement:
    names = list(dict.fromkeys(name for outcome in ordinary for name in outcome.outputs))
    complete = [outcome for outcome in ordinary if outcome.failure is None]
    good = [
        name
        for name in names
        if len(complete) == len(ordinary) and all(name in o.outputs and o.outputs[name].values_right for o in ordinary)
    ]
    bad = [name for name in names if name not in good]
    kind = _best_class(ordinary)
    only = f"right only for {kind}" if kind else ""
    if not only and square and all(outcome.right for outcome in square):
        kind, only = "V = d", "right only for V = d"
    parts = []
    for name in bad:
        samples = [Sample(o.case, o.outputs[name], o.outputs, name) for o in complete if name in o.outputs]
        wrong = [sample for sample in samples if not sample.compared.values_right]
        if wrong:
            found = diagnose(wrong)
            where = "" if len(wrong) == len(samples) else f" (in {len(wrong)} of {len(samples)} cases)"
            parts.append(f"{name} {found or 'is wrong'}{where}")
    failing = [outcome for outcome in ordinary if outcome.failure is not None]
    if failing:
        parts.append(f"an error in {len(failing)} of {len(ordinary)} cases ({failing[0].failure})")
    extra = next((outcome.extra for outcome in ordinary if outcome.extra), 0)
    if extra:
        parts.append(f"returns {len(names) + extra} values instead of {len(names)}")
    if good:
        parts.append(f"{_and(good)} {'is' if len(good) == 1 else 'are'} right")
    witness, output = _witness(probes, ordinary, bad)
    reason = "; ".join(filter(None, (only, *parts)))
    verdict = Verdict.PARTLY_RIGHT if good or kind else Verdict.WRONG
    return Judgement(verdict, reason, witness, output, kind)


def _witness(probes: Sequence[Outcome], ordinary: Sequence[Outcome], bad: Sequence[str]) -> tuple[Outcome | None, str]:
    for outcome in (*probes, *ordinary):
        if outcome.failure is None:
            for name in bad:
                if name in outcome.outputs and not outcome.outputs[name].values_right:
                    return outcome, name
    return next((outcome for outcome in ordinary if not outcome.right), None), ""


def _best_class(ordinary: Sequence[Outcome]) -> str:
    """The classes in which everything is right, in that respect in which they hold the most cases."""
    members: dict[str, dict[str, list[Outcome]]] = {}
    for outcome in ordinary:
        for respect, kind in outcome.case.classes.items():
            members.setdefault(respect, {}).setdefault(kind, []).append(outcome)
    best, most = "", 1
    for kinds in members.values():
        right = {kind: of for kind, of in kinds.items() if len(of) >= 2 and all(outcome.right for outcome in of)}
        held = sum(map(len, right.values()))
        if held > most:
            best, most = _and(right), held
    return best


def _class_of(outcome: Outcome) -> str:
    return outcome.case.special or ", ".join(outcome.case.classes.values()) or "an ordinary case"


def _shape(value: Any) -> str:
    return str(tuple(int(n) for n in np.shape(value)))


def _and(names: Iterable[str]) -> str:
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
