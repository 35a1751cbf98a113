"""What is wrong with a refuted step, in the note's own symbols, and the line that would be right.

One small change of the line is looked for that makes the step true.  A change counts only if the changed step is
itself proved; the first one found, the likeliest kinds first, names the slip.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from derive.derivation import Goal, Kind, Relation, Verdict
from derive.proving.edits import Edit, Slip, put, spots
from derive.proving.material import Material, chain_of, gather
from derive.proving.remainder import difference
from derive.proving.slips import complements, factors, indices, is_information, names, numbers, signs, terms
from derive.proving.slips_of_structure import logarithms, operations, powers, ranges, scopes, shapes, sums
from derive.proving.trial import Trial, Untried
from derive.proving.written import latex
from derive.reading import tree
from derive.reading.note import Draft, Draftbook
from derive.terms import Index

__all__ = ["diagnose"]

SECONDS = 2.5
TURNED = {"\\le": "\\ge", "\\ge": "\\le", "<": ">", ">": "<"}
SIGNS = {"\\le": "≤", "\\ge": "≥"}
NEAR: tuple[Callable[[Material], Iterator[Edit]], ...] = (signs, indices, complements, sums, ranges, logarithms, shapes)
FAR: tuple[Callable[[Material], Iterator[Edit]], ...] = (scopes, powers, numbers, factors, terms, names, operations)


def diagnose(draft: Draft, book: Draftbook, verdict: Verdict, *, seconds: float = SECONDS) -> Verdict:
    """The verdict with what is wrong and, where one small change mends the line, its right side as it should be.

    Args:
        draft, book: the step and the note it stands in.
        verdict: what was decided about the step; its kind is never changed.
        seconds: how long to look.
    """
    deadline = time.monotonic() + seconds
    try:
        trial = Trial(book, draft, deadline)
    except Untried:
        return _without_trial(draft, verdict)
    returned = _returns(trial)
    if returned is not None:
        return replace(verdict, diagnosis=returned, correction=None)
    if draft.symbol in TURNED:
        return _inequality(trial, verdict)
    wrong_left = _left_side(trial)
    found = _first(trial)
    if wrong_left is not None:
        return replace(verdict, diagnosis=wrong_left, correction=latex(found.tree) if found else None)
    case = _case(trial) if draft.claim is not None else None
    if found is None:
        return replace(verdict, diagnosis=case or _general(trial, verdict), correction=None)
    return replace(verdict, diagnosis=_sentence(found, case, trial), correction=latex(found.tree))


def _sentence(found: Edit, case: str | None, trial: Trial) -> str:
    slip = found.slip
    if slip is Slip.TERM and _speaks_of_information(found, trial):
        slip = Slip.DIVERGENCE
    label = "factor or term" if slip is Slip.TERM else slip.value
    if case is not None and slip in (Slip.INDEX, Slip.CASE, Slip.TERM, Slip.FACTOR):
        return f"{case}; {label}: {found.says}"
    return f"{label}: {found.says}"


def _speaks_of_information(found: Edit, trial: Trial) -> bool:
    """A missing entropy between a divergence and a cross-entropy."""
    if "H(" not in found.says:
        return False
    nodes = [spot.node for side in (trial.left_node, trial.right_node) for spot in spots(side)]
    return any(is_information(node) for node in nodes)


def _candidates(given: Material) -> Iterator[Edit]:
    for make in (*NEAR, *FAR):
        yield from make(given)


def _first(trial: Trial) -> Edit | None:
    """The first change that makes the step true, itself proved."""
    given = gather(trial.book, trial.draft, trial.left_node, trial.right_node)
    seen = {trial.right_node}
    for edit in _candidates(given):
        if trial.over:
            return None
        if edit.tree in seen or edit.tree == trial.left_node:
            continue
        seen.add(edit.tree)
        if trial.agrees(edit.tree) and trial.proves(right=edit.tree):
            return edit
    return None


def _returns(trial: Trial) -> str | None:
    """The row above is wrong, and this row follows from one before it."""
    chain = chain_of(trial.book, trial.draft)
    wrong = 0
    for before in reversed(chain[:-1]):
        if before.claim is None or trial.decides(before.claim.goal) is not Kind.REFUTED:
            break
        wrong += 1
    if not wrong:
        return None
    first_wrong = chain[len(chain) - 1 - wrong]
    root = first_wrong.source[0]
    if root is None or not trial.proves(left=root):
        return None
    line = first_wrong.place.line
    return (
        f"{Slip.RETURN.value}: this follows from what stands before line {line}, not from the row above; "
        f"the slip is in line {line}"
    )


def _inequality(trial: Trial, verdict: Verdict) -> Verdict:
    draft = trial.draft
    turned = TURNED[draft.symbol]
    if trial.proves(symbol=turned):
        sign = SIGNS.get(turned, turned)
        says = f"{Slip.DIRECTION.value}: the left side is {sign} the right side, not {SIGNS.get(draft.symbol, draft.symbol)}"
        return replace(verdict, diagnosis=says, correction=f"{turned} {latex(trial.right_node)}")
    given = gather(trial.book, draft, trial.left_node, trial.right_node)
    for edit in _candidates(given):
        if trial.over:
            break
        if trial.agrees(edit.tree) and trial.proves(right=edit.tree):
            says = f"{_sentence(edit, None, trial)}; as it stands the inequality holds only under a further condition"
            return replace(verdict, diagnosis=says, correction=latex(edit.tree))
    says = f"{Slip.DOMAIN.value}: the inequality holds in neither direction for all values; a condition is missing"
    return replace(verdict, diagnosis=says)


def _left_side(trial: Trial) -> str | None:
    """The right side is the derivative by another variable."""
    variables = [(spot, spot.node) for spot in spots(trial.left_node) if _is_variable(spot.path, spot.node)]
    if not variables:
        return None
    given = gather(trial.book, trial.draft, trial.left_node, trial.right_node)
    for spot, node in variables:
        for atom in _variables(trial, given):
            if atom == node or trial.over:
                continue
            changed = put(trial.left_node, spot.path, atom)
            if trial.proves(left=changed):
                return f"{Slip.LEFT.value}: the right side is the derivative by {latex(atom)}, not by {latex(node)}"
    return None


def _variables(trial: Trial, given: Material) -> list[tree.Node]:
    """What the note differentiates by elsewhere, then the names of the right side."""
    found: dict[tree.Node, None] = {}
    for draft in trial.book.drafts:
        for side in draft.source:
            if side is not None and not isinstance(side, tree.Unread):
                for spot in spots(side):
                    if _is_variable(spot.path, spot.node):
                        found.setdefault(spot.node)
    for atom in given.atoms[: given.left_atoms]:
        if isinstance(atom, tree.Name | tree.Script):
            found.setdefault(atom)
    return list(found)[:8]


def _is_variable(path: tuple[tuple[str, int, int], ...], node: tree.Node) -> bool:
    """What stands behind the ∂ below a fraction bar, or below ∇."""
    names = [name for name, _, _ in path]
    if not isinstance(node, tree.Name | tree.Script | tree.Accent):
        return False
    if len(names) >= 3 and names[-1] == "node" and names[-2] == "factors" and names[-3] == "denominator":
        return path[-2][1] == 1
    return False


def _case(trial: Trial) -> str | None:
    """The step holds where two of its free indices are equal, and only there."""
    goal = trial.goal
    indices = sorted(
        {
            s
            for side in (goal.left, goal.right)
            for s in side.free_symbols
            if isinstance(s, Index) and " " not in s.name
        },
        key=lambda s: s.name,
    )
    for k, one in enumerate(indices[:5]):
        for other in indices[k + 1 : 5]:
            if one.axis.length != other.axis.length or frozenset((one, other)) in goal.facts.distinct:
                continue
            table = {other: one}
            same = Goal(goal.left.xreplace(table), goal.relation, goal.right.xreplace(table), goal.facts)
            if trial.decides(same) is Kind.PROVED:
                return f"case {one.name}={other.name}: the step holds only where {one.name} = {other.name}"
    return None


def _general(trial: Trial, verdict: Verdict) -> str:
    if trial.draft.claim is None:
        return verdict.diagnosis or verdict.reason
    return difference(trial.goal) or verdict.reason


def _without_trial(draft: Draft, verdict: Verdict) -> Verdict:
    if draft.claim is not None and draft.claim.goal.relation is Relation.EQUAL and verdict.diagnosis is None:
        return replace(verdict, diagnosis=difference(draft.claim.goal) or verdict.reason)
    return verdict if verdict.diagnosis else replace(verdict, diagnosis=verdict.reason)
