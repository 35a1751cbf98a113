"""From drafts to steps: every relation of a note gets its verdict, and none is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sympy import Abs, Expr, Indexed, Integer, Max, Min, Symbol

from derive.derivation import Goal, Kind, Relation, Step, Verdict
from derive.errors import InternalError
from derive.patience import OutOfTime, clock, limited
from derive.proving.budget import Budget
from derive.proving.check import decide, decide_cases, decide_equivalence
from derive.proving.counterexample import compare, survey
from derive.proving.diagnosis import diagnose
from derive.proving.doubts import open_question
from derive.proving.evaluation import NoValue, TooMuchWork
from derive.proving.models import Infeasible, Model, Outline
from derive.reading.claims import Claim, Shape
from derive.reading.definers import scalars_of
from derive.reading.drafts import Draft
from derive.reading.note import Draftbook
from derive.reading.scope import entry_name
from derive.terms import ArrayFacts

SECONDS = 10.0
DIAGNOSIS_SECONDS = 2.5
DOUBT_SECONDS = 3.0
PATIENCE = 1.5  # a step is ended by force after this many times the seconds it was given, and one second
MODELS = 4  # in which a side must have no value before that refutes a step
STEPS_IN_FULL = 12  # a note gets the time of this many undecided steps


def judge(
    book: Draftbook, *, seconds: float = SECONDS, progress: Callable[[], None] = lambda: None
) -> tuple[Step, ...]:
    """A verdict for every draft, in order.

    Raises ``InternalError`` if the number of steps changes on the way.
    """
    steps = tuple(_counted(_steps(book, seconds), progress))
    if len(steps) != len(book.drafts):
        raise InternalError(f"{len(book.drafts)} steps went in and {len(steps)} verdicts came out")
    return steps


def _counted(steps: Iterator[Step], progress: Callable[[], None]) -> Iterator[Step]:
    for step in steps:
        progress()
        yield step


def _steps(book: Draftbook, seconds: float) -> Iterator[Step]:
    end = clock() + STEPS_IN_FULL * seconds
    for draft in book.drafts:
        left = end - clock()
        verdict = verdict_of(draft, book, min(seconds, left)) if left > 0 else _of_no_time(draft, book)
        if verdict.kind is Kind.REFUTED and draft.equivalent is None and end > clock():
            verdict = _diagnosed(draft, book, verdict, min(DIAGNOSIS_SECONDS, seconds))
        yield Step(draft.place, draft.relation, draft.left, draft.right, verdict)


def verdict_of(draft: Draft, book: Draftbook, seconds: float) -> Verdict:
    """The verdict on one draft."""
    if draft.unread:
        return Verdict(Kind.UNREAD, draft.problem or "not read")
    if draft.shape_error is not None:
        if draft.certain:
            return Verdict(Kind.REFUTED, f"the shapes do not conform: {draft.shape_error}")
        return Verdict(Kind.UNDECIDED, f"shapes: {draft.shape_error}; declare the shapes of the names to settle it")
    if draft.problem is not None:
        return Verdict(Kind.UNDECIDED, draft.problem)
    if draft.definition is not None:
        return Verdict(Kind.DEFINITION, f"introduces {draft.definition}")
    try:
        with limited(PATIENCE * seconds + 1):  # the prover watches the clock itself, but SymPy does not
            if draft.claim is not None:
                return _in_doubt(_of_claim(draft.claim, book, seconds), draft, book, seconds)
            return _of_equivalence(draft.equivalent, seconds)
    except (RecursionError, MemoryError) as error:
        return Verdict(Kind.UNDECIDED, f"the terms are too large ({type(error).__name__})")
    except Exception as error:  # a mistake in this program; the step is not lost by it, nor are those that follow
        return Verdict(Kind.UNDECIDED, _internal(error), internal=True)
    except OutOfTime:
        return Verdict(Kind.UNDECIDED, f"no answer within {PATIENCE * seconds + 1:g} s")


def _internal(error: Exception) -> str:
    kind = "" if isinstance(error, InternalError) else f"{type(error).__name__}: "
    return f"internal error: {kind}{error}"[:300]


def _of_no_time(draft: Draft, book: Draftbook) -> Verdict:
    """The verdict on a draft when the time for the whole note is used up."""
    if draft.claim is not None or draft.equivalent is not None:
        return Verdict(Kind.UNDECIDED, "the time for this note is used up; check it in parts or allow more seconds")
    return verdict_of(draft, book, 0.0)


def _diagnosed(draft: Draft, book: Draftbook, verdict: Verdict, seconds: float) -> Verdict:
    """The verdict with what is wrong with the step, or as it is if that takes too long."""
    try:
        with limited(PATIENCE * seconds + 1):
            return diagnose(draft, book, verdict, seconds=seconds)
    except InternalError as error:
        return replace(verdict, reason=f"{verdict.reason}; {_internal(error)}", internal=True)
    except (Exception, OutOfTime):  # SymPy raises nearly anything, and the verdict stands without its diagnosis
        return verdict


def _in_doubt(verdict: Verdict, draft: Draft, book: Draftbook, seconds: float) -> Verdict:
    """The verdict, or that it is open where a refutation takes for granted what the note does not say."""
    if verdict.kind is not Kind.REFUTED or verdict.counterexample is None or draft.claim is None:
        return verdict
    what = open_question(draft.claim, draft, book, min(DOUBT_SECONDS, seconds))
    return verdict if what is None else Verdict(Kind.UNDECIDED, f"false as it is read, but not for {what}")


def _of_claim(claim: Claim, book: Draftbook, seconds: float) -> Verdict:
    if claim.alternatives:
        return _of_alternatives(claim, seconds)
    if claim.shape is Shape.DIFFERENT:
        certain = claim.certain and not claim.structured
        return _of_shape(replace(claim, certain=certain), f"{claim.shapes[0]} is set against {claim.shapes[1]}")
    verdict = decide(_fixed(claim.goal, book), deadline=seconds)
    if verdict.kind is Kind.UNDECIDED:
        verdict = _by_sign(claim, seconds) or verdict
    if verdict.kind is Kind.PROVED:
        verdict = _where_defined(claim, seconds) or verdict
    if verdict.kind is Kind.REFUTED:
        verdict = _under_assumptions(claim, seconds) or verdict
    if verdict.kind is not Kind.PROVED and claim.with_numbers is not None:
        verdict = _with_entries(claim.with_numbers, seconds) or verdict
    if verdict.kind is not Kind.PROVED and claim.supposed is not None:
        verdict = _under_suppositions(claim.supposed, seconds) or verdict
    if verdict.kind is Kind.REFUTED and claim.structured:
        verdict = _with_structure(claim, book, seconds)
    if verdict.kind is Kind.REFUTED and claim.in_case is not None:
        verdict = _in_its_case(replace(claim.goal, facts=claim.in_case), book, seconds) or verdict
    if verdict.kind is Kind.REFUTED and claim.unmet:
        conditions = "; ".join(claim.unmet)
        return Verdict(Kind.UNDECIDED, f"false without its condition, which is not understood: {conditions}")
    if verdict.kind is Kind.REFUTED and claim.unsaid:
        return Verdict(Kind.UNDECIDED, f"false as it is read, but the note does not say {'; '.join(claim.unsaid)}")
    if verdict.kind is Kind.REFUTED and (letters := book.alphabets.undecided(_names(claim.goal))):
        said = ", ".join(letters)
        return Verdict(Kind.UNDECIDED, f"false unless bold and plain {said} are one, which the note does not say")
    if verdict.kind is Kind.REFUTED and claim.loose:
        for goal in claim.in_pieces:
            if (again := decide(_fixed(goal, book), deadline=seconds / 2)).kind is Kind.REFUTED:
                return again
        names = ", ".join(claim.loose)
        return Verdict(
            Kind.UNDECIDED,
            f"false for arbitrary {names}, but the note does not say enough about it; declare what it is",
        )
    if verdict.kind is Kind.REFUTED and claim.drawn:
        return _of_members(claim, book, seconds)
    if claim.shape is Shape.TRANSPOSED and verdict.kind is Kind.PROVED:
        return _of_shape(claim, f"right value, transposed: {claim.shapes[0]} is set against {claim.shapes[1]}")
    return verdict


def _of_members(claim: Claim, book: Draftbook, seconds: float) -> Verdict:
    """What is false of any word may still hold of those of a set; it must be false of one of them, or hold of all."""
    found = []
    for goal in claim.members:
        found.append(decide(_fixed(goal, book), deadline=seconds / 2))
        if found[-1].kind is Kind.REFUTED:
            return found[-1]
    if (
        claim.exhaustive
        and claim.shape is Shape.SAME
        and found
        and all(verdict.kind is Kind.PROVED for verdict in found)
    ):
        return found[-1]
    names = ", ".join(claim.drawn)
    return Verdict(
        Kind.UNDECIDED, f"false for arbitrary {names}, but the note does not say enough about it; declare what it is"
    )


def _in_its_case(goal: Goal, book: Draftbook, seconds: float) -> Verdict | None:
    """Under the condition of the case begun above a false step may hold; whether it is meant there is not said."""
    if decide(_fixed(goal, book), deadline=seconds / 2).kind is Kind.REFUTED:
        return None
    return Verdict(Kind.UNDECIDED, "false without the condition of the case above; say it again if it still holds here")


def _names(goal: Goal) -> set[str]:
    """The families of the names in a claim."""
    sides = (goal.left, goal.right)
    return {entry_name(entry) for side in sides for entry in side.atoms(Indexed) | scalars_of(side)}


def _with_structure(claim: Claim, book: Draftbook, seconds: float) -> Verdict:
    """A refutation in a world that has what the words of the note say about the names, or none."""
    for goal in claim.special:
        again = decide(_fixed(goal, book), deadline=seconds / 2)
        if again.kind is Kind.REFUTED:
            return again
    names = ", ".join(name.strip() for name in claim.structured)
    return Verdict(
        Kind.UNDECIDED, f"false for arbitrary {names}, but the words of the note say more, and they are not understood"
    )


def _of_equivalence(conditions: tuple[Claim, Claim] | None, seconds: float) -> Verdict:
    """Two conditions about numbers; the shapes of their sides have to meet, or nothing is said."""
    if conditions is None:
        raise InternalError("a draft without a claim, an equivalence, a definition or a problem")
    first, second = conditions
    for each in conditions:
        if each.shape is not Shape.SAME or each.alternatives:
            return _of_shape(replace(each, certain=False), f"{each.shapes[0]} is set against {each.shapes[1]}")
    verdict = decide_equivalence(first.goal, second.goal, deadline=seconds)
    if verdict.kind is Kind.REFUTED and (unmet := dict.fromkeys((*first.unmet, *second.unmet))):
        return Verdict(Kind.UNDECIDED, f"false without its condition, which is not understood: {'; '.join(unmet)}")
    names = ", ".join(sorted({*first.loose, *second.loose}))
    if verdict.kind is Kind.REFUTED and names:
        return Verdict(Kind.UNDECIDED, f"false for arbitrary {names}, of which the note does not say enough")
    return verdict


def _of_alternatives(claim: Claim, seconds: float) -> Verdict:
    """An optimum is moved by no rising function and turned round by a falling one."""
    for goal, right in claim.alternatives:
        verdict = decide(goal, deadline=seconds / 4)
        if verdict.kind is Kind.PROVED:
            if right:
                return replace(verdict, reason="one side is a strictly monotone function of the other")
            what = "a strictly falling function turns a maximum into a minimum"
            return Verdict(Kind.REFUTED, what, diagnosis=what)
    return Verdict(Kind.UNDECIDED, "neither side was seen to be a monotone function of the other")


def _by_sign(claim: Claim, seconds: float) -> Verdict | None:
    """max(t, 0), min(t, 0) and |t| of one number: the claim for t > 0, t = 0 and t < 0 apart."""
    goal = claim.goal
    kinked = {a for side in (goal.left, goal.right) for a in side.atoms(Abs, Max, Min)}
    symbols = {s for node in kinked for s in node.free_symbols}
    if len(symbols) != 1 or not isinstance(t := symbols.pop(), Symbol) or t.is_integer or t.is_positive:
        return None
    size = Symbol(f"{t.name}₊", positive=True)
    facts = goal.facts.with_arrays(**{size.name: ArrayFacts(positive=True, nonnegative=True)})
    cases = []
    for value in (size, -size, Integer(0)):
        table = {t: value}
        left, right = goal.left.xreplace(table), goal.right.xreplace(table)
        cases.append(replace(goal, left=left, right=right, facts=facts))
    verdict = decide_cases(cases, f"proved for {t} > 0, {t} = 0 and {t} < 0", deadline=seconds)
    return verdict if verdict.kind is Kind.PROVED else None


def _where_defined(claim: Claim, seconds: float) -> Verdict | None:
    """A step may hold only where a number is positive although the note lets it be negative: ln x² = 2 ln x.

    Only values decide: in several models one side has a value and the other has none, and in no model have both.
    """
    goal = claim.goal
    if goal.relation is not Relation.EQUAL or goal.facts.given:
        return None
    numbers = scalars_of(goal.left) | scalars_of(goal.right)
    for symbol in sorted((s for s in numbers if s.name in claim.real), key=lambda s: s.name):
        facts = goal.facts.of(symbol.name)
        if symbol.is_positive or symbol.is_integer or (facts and facts.lower is not None):
            continue
        size = Symbol(f"{symbol.name}₊", positive=True)
        known = goal.facts.with_arrays(**{size.name: ArrayFacts(positive=True, nonnegative=True)})
        left, right = (side.xreplace({symbol: -size}) for side in (goal.left, goal.right))
        if _one_has_no_value(Goal(left, Relation.EQUAL, right, known), Budget(seconds / 4)):
            what = f"for negative {symbol} only one side has a real value"
            return Verdict(Kind.REFUTED, what, diagnosis=what)
    return None


def _one_has_no_value(goal: Goal, budget: Budget) -> bool:
    """Whether one and the same side has no value in a few models in which the other has one."""
    seen = set[tuple[bool, bool]]()
    count = 0
    for model in survey(Outline(goal), budget, MODELS):
        try:
            seen.add((_has_value(goal.left, goal, model), _has_value(goal.right, goal, model)))
        except (TooMuchWork, Infeasible):
            continue
        count += 1
    return count >= MODELS and seen in ({(True, False)}, {(False, True)})


def _has_value(side: Expr, goal: Goal, model: Model) -> bool:
    try:
        return compare(replace(goal, left=side, right=side), model) is not None
    except NoValue:
        return False


def _under_assumptions(claim: Claim, seconds: float) -> Verdict | None:
    """A step that is false in general may follow from an equation that the note assumes ("at the stationary point")."""
    for unknown, solution in claim.assumed:
        goal = claim.goal
        if not (goal.left.has(unknown) or goal.right.has(unknown)):
            continue
        table = {unknown: solution}
        verdict = decide(
            replace(goal, left=goal.left.xreplace(table), right=goal.right.xreplace(table)), deadline=seconds
        )
        if verdict.kind is Kind.PROVED:
            return replace(verdict, reason=f"{verdict.reason}, given the equation assumed for {unknown}")
    return None


def _with_entries(goal: Goal, seconds: float) -> Verdict | None:
    """A step may follow from entries that the note sets to a number."""
    verdict = decide(goal, deadline=seconds / 2)
    if verdict.kind is not Kind.PROVED:
        return None
    return replace(verdict, reason=f"{verdict.reason}, with the entries that the note sets to a number")


def _under_suppositions(goal: Goal, seconds: float) -> Verdict | None:
    """A step may follow from what the sentence before it supposes."""
    verdict = decide(goal, deadline=seconds / 2)
    if verdict.kind is not Kind.PROVED:
        return None
    return replace(verdict, reason=f"{verdict.reason}, under what is supposed before it")


def _of_shape(claim: Claim, what: str) -> Verdict:
    if claim.certain:
        return Verdict(Kind.REFUTED, what, diagnosis=what)
    return Verdict(Kind.UNDECIDED, f"{what}; declare the shapes of the names to settle it")


def _fixed(goal: Goal, book: Draftbook) -> Goal:
    """The goal with the numbers that the note gives for its sizes (``N = 7``), where they matter for a refutation."""
    table = {
        symbol: value
        for symbol in goal.left.free_symbols | goal.right.free_symbols
        if (value := book.scope.fixed.get(symbol.name)) is not None and isinstance(value, Integer)
    }
    if not table:
        return goal
    return replace(goal, left=goal.left, right=goal.right)
