"""What there is to say about a verdict, in sentences that every format shares."""

from __future__ import annotations

from dataclasses import dataclass

from derive.derivation import Kind, Step

__all__ = ["MARKS", "Finding", "counted", "finding", "tally"]

MARKS = {Kind.PROVED: "✓", Kind.REFUTED: "✗", Kind.UNDECIDED: "?", Kind.UNREAD: "…", Kind.DEFINITION: "≔"}


@dataclass(frozen=True)
class Finding:
    """What is wrong with a step, or what is missing."""

    reason: str
    diagnosis: str | None
    example: str | None
    correction: str | None


def finding(step: Step) -> Finding | None:
    """What the reader of a step that is not proved wants to know; None for proved steps and definitions."""
    verdict = step.verdict
    if verdict.kind in (Kind.PROVED, Kind.DEFINITION):
        return None
    example = None
    if (found := verdict.counterexample) is not None:
        given = ", ".join(f"{name} = {value}" for name, value in {**found.sizes, **found.values}.items())
        where = f"at {given}: " if given else ""
        example = f"{where}the left side is {found.left}, the right side is {found.right}"
    diagnosis = verdict.diagnosis if verdict.diagnosis != verdict.reason else None
    return Finding(verdict.reason, diagnosis, example, verdict.correction)


def counted(kind: Kind, count: int) -> str:
    """``12 proved``, ``1 definition``, ``3 definitions``."""
    return f"{count} {kind.value}{'s' if kind is Kind.DEFINITION and count != 1 else ''}"


def tally(counts: dict[Kind, int]) -> str:
    """``12 proved, 3 definitions``; kinds that do not occur are left out."""
    return ", ".join(counted(kind, count) for kind, count in counts.items() if count) or "no steps"
