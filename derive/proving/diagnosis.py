"""What is wrong with a refuted step, in the note's own symbols, and the line that would be right.

One small change of the line is looked for that makes the step true.  A change counts only if the changed step is
itself proved; the first one found, the likeliest kinds first, names the slip.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from derive.derivation import Goal, Kind, Relation, Verdict
from derive.proving.edits import (
    Edit,
    Slip,
    Spot,
    is_derivative,
    is_function,
    is_information,
    put,
    spots,
    terms_of,
    unwrapped,
)
from derive.proving.material import Material, chain_of, gather
from derive.proving.remainder import difference
from derive.proving.slips import candidates
from derive.proving.trial import NONSENSE, Trial, Untried
from derive.reading import tree
from derive.reading.claims import Shape
from derive.reading.drafts import Draft
from derive.reading.note import Draftbook
from derive.reading.spelling import spell
from derive.reading.written import latex
from derive.terms import Index

__all__ = ["diagnose"]

SECONDS = 2.5
MOST = 1500
"""How many changes of one line are tried."""
VARIABLES = 10
"""By how many other variables a left side is differentiated."""
TURNED = {"\\le": "\\ge", "\\ge": "\\le", "<": ">", ">": "<"}
SIGNS = {"\\le": "≤", "\\ge": "≥"}
WIDE = (Slip.FACTOR, Slip.TERM)
"""Slips so wide that a derivative by the wrong variable is as likely."""


def diagnose(draft: Draft, book: Draftbook, verdict: Verdict, *, seconds: float = SECONDS) -> Verdict:
    """The verdict with what is wrong and, where one small change mends the line, its right side as it should be.

    Args:
        draft, book: the step and the note it stands in.
        verdict: what was decided about the step; its kind is never changed.
        seconds: how long to look.
    """
    try:
        return _diagnosed(Trial(book, draft, seconds * 0.8), verdict, seconds)
    except (Untried, *NONSENSE):
        # a sentence about a wrong step must not cost the step its verdict
        return _without_trial(draft, verdict)


def _diagnosed(trial: Trial, verdict: Verdict, seconds: float) -> Verdict:
    draft = trial.draft
    returned = _returns(trial)
    if returned is not None:
        return replace(verdict, diagnosis=returned, correction=None)
    if draft.symbol in TURNED:
        return _inequality(trial, verdict)
    claim = draft.claim
    conforms = claim is not None and claim.shape is Shape.SAME
    wrong_left = None if conforms else _left_side(trial)
    found = _first(trial, conforms=conforms)
    if conforms and (found is None or found.slip in WIDE):
        trial.extend(seconds * 0.2)
        wrong_left = _left_side(trial)
    if wrong_left is not None:
        return replace(verdict, diagnosis=wrong_left, correction=latex(found.tree) if found else None)
    case = _case(trial) if draft.claim is not None else None
    if found is None:
        return replace(
            verdict,
            diagnosis=_other_divergence(trial) or case or _split_logarithm(trial) or _general(trial, verdict),
            correction=None,
        )
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


def _tried(trial: Trial, *, conforms: bool) -> Iterator[Edit]:
    """The changes that are worth a proof; the one that gives back the left side, if there is one, comes first."""
    given = gather(trial.book, trial.draft, trial.left_node, trial.template)
    edits = list(itertools.islice(candidates(given, conforms=conforms), MOST))
    if not trial.holes:
        goal = _bare(trial.left_node)
        edits.sort(key=lambda edit: _bare(edit.tree) != goal)
    seen = {trial.template}
    for edit in edits:
        if trial.over:
            return
        if edit.tree not in seen:
            seen.add(edit.tree)
            if trial.agrees(edit.tree):
                yield edit


def _bare(node: tree.Node) -> str:
    """A formula without what does not count: spaces, sizes of brackets, multiplication signs."""
    try:
        return re.sub(r"\\left|\\right|\\[bB]igg?[lr]?(?![a-z])|\\cdot|\\[,;!: ]|\s|[{}]", "", latex(node))
    except ValueError:
        return ""


def _first(trial: Trial, *, conforms: bool) -> Edit | None:
    """The first change that makes the step true, itself proved."""
    for edit in _tried(trial, conforms=conforms):
        whole = trial.filled(edit.tree)
        if trial.proves(right=whole):
            return replace(edit, tree=whole)
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
    right, wrong = (SIGNS.get(sign, sign) for sign in (turned, draft.symbol))
    if trial.proves(symbol=turned):
        says = f"{Slip.DIRECTION.value}: the left side is {right} the right side, not {wrong}"
        return replace(verdict, diagnosis=says, correction=f"{turned} {latex(trial.right_node)}")
    turned_claim = trial.claim(symbol=turned)
    if turned_claim is not None and trial.holds(turned_claim.goal):
        says = f"{Slip.DIRECTION.value}: in all models that were tried the left side is {right} the right side"
        return replace(verdict, diagnosis=says)
    says = f"{Slip.DOMAIN.value}: the inequality holds in neither direction for all values; a condition is missing"
    return replace(verdict, diagnosis=says)


def _left_side(trial: Trial) -> str | None:
    """The right side is the derivative by another variable."""
    variables = [(spot, spot.node) for spot in spots(trial.left_node) if _is_variable(spot)]
    if not variables:
        return None
    given = gather(trial.book, trial.draft, trial.left_node, trial.right_node)
    reserve = 0.6 * trial.left_over()
    for spot, node in variables:
        for atom in _variables(trial, given):
            if atom == node or trial.left_over() < reserve:
                continue
            changed = put(trial.left_node, spot.path, atom)
            if trial.proves(left=changed):
                return f"{Slip.LEFT.value}: the right side is the derivative by {latex(atom)}, not by {latex(node)}"
    return None


def _other_divergence(trial: Trial) -> str | None:
    """The right side is the divergence with its arguments exchanged."""
    for spot in spots(trial.left_node):
        node = spot.node
        if not isinstance(node, tree.Sequence) or len(node.parts) != 2 or node.separators[:1] not in (("||",), ("|",)):
            continue
        swapped = put(trial.left_node, spot.path, replace(node, parts=node.parts[::-1]))
        if trial.proves(left=swapped):
            return f"{Slip.DIVERGENCE.value}: the right side is {latex(swapped)}, the divergence in the other direction"
    return None


def _split_logarithm(trial: Trial) -> str | None:
    """log(a + b) on one side, and on the other one logarithms of its terms."""
    sides = [_logarithms(trial.left_node), _logarithms(trial.right_node)]
    for here, there in (sides, sides[::-1]):
        for argument in here:
            terms = [term.node for term in terms_of(argument)]
            if len(terms) > 1 and argument not in there and sum(any(t == other for t in terms) for other in there) > 0:
                return f"{Slip.LOG_SUM.value}: the logarithm of the sum {latex(argument)} is not a sum of logarithms"
    return None


def _logarithms(side: tree.Node) -> list[tree.Node]:
    """What logarithms are taken of."""
    found = []
    for spot in spots(side):
        if isinstance(spot.node, tree.Product):
            for function, behind in itertools.pairwise(spot.node.factors):
                if is_function(function.node) in ("log", "ln") and not behind.operator:
                    found.append(unwrapped(behind.node))
    return found


def _variables(trial: Trial, given: Material) -> list[tree.Node]:
    """What the note differentiates by elsewhere, then the names of the right side."""
    found: dict[tree.Node, None] = {}
    for draft in trial.book.drafts:
        for side in draft.source:
            if side is not None and not isinstance(side, tree.Unread):
                for spot in spots(side):
                    if _is_variable(spot):
                        found.setdefault(spot.node)
    scope = trial.reading.scope
    bases = {spelled.name for node in found if (spelled := spell(node)) is not None}
    for atom in given.atoms:
        spelled = spell(atom) if isinstance(atom, tree.Name | tree.Script) else None
        if spelled is not None and spelled.name not in bases and spelled.name in scope.families:
            bases.add(spelled.name)
            found.setdefault(atom)
    return list(found)[:VARIABLES]


def _is_variable(spot: Spot) -> bool:
    """What stands behind the ∂ below a fraction bar."""
    names = [name for name, _, _ in spot.path]
    if not isinstance(spot.node, tree.Name | tree.Script | tree.Accent) or names[-3:] != [
        "denominator",
        "factors",
        "node",
    ]:
        return False
    return spot.path[-2][1] == 1 and is_derivative(spot.above[-3])


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
            if trial.holds(same) and trial.decides(same) is Kind.PROVED:
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
