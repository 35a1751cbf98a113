"""What there is to say about a verdict, in sentences that every format shares."""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.derivation import Kind, Step
from derive.reading import tree
from derive.reading.formula import Formula
from derive.reading.latex import parse_block

__all__ = ["MARKS", "Finding", "counted", "finding", "formulas_in", "tally"]

MARKS = {Kind.PROVED: "✓", Kind.REFUTED: "✗", Kind.UNDECIDED: "?", Kind.UNREAD: "…", Kind.DEFINITION: "≔"}


@dataclass(frozen=True)
class Finding:
    """What is wrong with a step, or what is missing.

    Attributes:
        head: what is wrong in one sentence: the diagnosis if there is one, else the reason.
        rest: what else there is to say: the reason, unless the example says the same, and the example.
        correction: the line that would be true, as LaTeX.
    """

    head: str
    rest: tuple[str, ...]
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
        example = f"Counterexample: {where}the left side is {found.left}, the right side is {found.right}"
    head = verdict.diagnosis or verdict.reason
    reason = verdict.reason if head != verdict.reason and example is None else None
    return Finding(head, tuple(filter(None, (reason, example))), verdict.correction)


_FORMULA_WORD = re.compile(r"\S*[\\_^]\S*")
_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}"
_PIECE = rf"(?:{_BRACES}|[^\s{{}}])"
_WORD = rf"[^\s\\_^{{}}]*[\\_^]{_PIECE}*"
_RUN = re.compile(rf"({_WORD}(?:[ ]{_WORD})*)")
"""Words with signs of LaTeX in them; what stands between braces belongs to its word, spaces and all."""
_MARKS_AROUND = re.compile(r"\A([“‘\"']*)(.*?)([”’\"',.;:]*)\Z", re.DOTALL)


def formulas_in(sentence: str) -> list[tuple[bool, str]]:
    """A sentence cut at its formulas: (whether it is a formula, the text).  Only what can be read is a formula."""
    parts: list[tuple[bool, str]] = []
    for run in _RUN.split(sentence):
        parts += _cut(run) or [(False, run)]
    return [(kind, part) for kind, part in parts if part]


def _cut(run: str) -> list[tuple[bool, str]] | None:
    """A run of words as a formula between marks; None if it is none."""
    if not _FORMULA_WORD.match(run):
        return None
    match = _MARKS_AROUND.match(run)
    before, inner, after = match.groups() if match is not None else ("", run, "")
    rows = parse_block(Formula.of(inner))
    whole = len(rows) == 1 and isinstance(rows[0], tree.Row) and _is_whole(rows[0])
    return [(False, before), (True, inner), (False, after)] if whole else None


def _is_whole(row: tree.Row) -> bool:
    """Whether a row was read to its end, and is a formula rather than words."""
    return not any(isinstance(node, tree.Unread | tree.Text) for node in _nodes(row))


def _nodes(node: tree.Node) -> list[tree.Node]:
    return [node, *(inner for child in tree.children(node) for inner in _nodes(child))]


def counted(kind: Kind, count: int) -> str:
    """``12 proved``, ``1 definition``, ``3 definitions``."""
    return f"{count} {kind.value}{'s' if kind is Kind.DEFINITION and count != 1 else ''}"


def tally(counts: dict[Kind, int]) -> str:
    """``12 proved, 3 definitions``; kinds that do not occur are left out."""
    return ", ".join(counted(kind, count) for kind, count in counts.items() if count) or "no steps"
