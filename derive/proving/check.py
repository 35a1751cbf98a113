"""The kernel: a goal goes in, a verdict comes out.  ``decide`` is the only maker of ``Kind.PROVED``.

Two independent parts look at every goal.  The numeric evaluator compares both sides in random models with 50 digits;
the normal form (or a certificate, for inequalities) gives a proof for all sizes.  A goal is proved only if there is a
proof and at least one model was evaluated; if the two parts contradict each other, that is an ``InternalError``.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence

from derive.derivation import Goal, Kind, Relation, Verdict
from derive.errors import InternalError
from derive.proving.budget import Budget, Stopped
from derive.proving.counterexample import SEED, Witness, compare, fails, small_models, smallest, survey
from derive.proving.equivalence import same_condition
from derive.proving.evaluation import NoValue, TooMuchWork
from derive.proving.identities import identified
from derive.proving.inequality import certificate
from derive.proving.laws import NEGATIVE, POSITIVE
from derive.proving.models import Infeasible, Model, Outline
from derive.proving.normal_form import Session
from derive.terms import free_indices

__all__ = ["decide", "decide_cases", "decide_equivalence"]

COMPARABLE = (Relation.EQUAL, Relation.AT_MOST, Relation.AT_LEAST, Relation.LESS, Relation.GREATER)
SURVEY = {Relation.EQUAL: 5}
SURVEY_INEQUALITY = 24
AGAIN = 40
AGAIN_SECONDS = 1.5


def decide(goal: Goal, *, deadline: float = 10.0) -> Verdict:
    """Prove or refute a claim about scalars, for all sizes and all values that its facts allow.

    Args:
        goal: the claim; both sides are taken to be equal (or ordered) wherever both are defined.
        deadline: seconds after which the answer is *undecided*.

    Returns:
        A verdict of kind proved, refuted (with a counterexample) or undecided (with the reason).

    Raises:
        InternalError: a proof and a numeric evaluation contradict each other.
    """
    budget = Budget(deadline)
    goal = identified(goal)
    if goal.relation is Relation.NOT_EQUAL:
        return _decide_unequal(goal, budget)
    if goal.relation not in COMPARABLE:
        return Verdict(Kind.UNDECIDED, f"the relation {goal.relation} is not a claim about two scalars")
    try:
        agreed, witness, open_question = _look(goal, budget)
    except InternalError:
        raise
    except Exception as error:  # SymPy raises nearly anything; a goal must never be lost, and never be proved by it
        return Verdict(Kind.UNDECIDED, f"the terms could not be evaluated ({_describe(error)})")
    reason = _prove(goal, budget if witness is None else budget.part(0.3))
    if witness is not None:
        if reason.proof:
            raise InternalError(f"proved, but false in a model: {goal.left} {goal.relation} {goal.right}")
        return _refute(goal, budget, witness)
    if reason.proof:
        if agreed == 0:
            return Verdict(Kind.UNDECIDED, f"the two sides could not be evaluated ({open_question})")
        return Verdict(Kind.PROVED, reason.text)
    if agreed == 0:
        return Verdict(Kind.UNDECIDED, f"the two sides could not be evaluated ({open_question}); {reason.text}")
    try:
        more, witness = _look_again(goal, budget)
    except InternalError:
        raise
    except Exception as error:  # as above
        return Verdict(Kind.UNDECIDED, f"no proof was found ({_describe(error)})")
    if witness is not None:
        return _refute(goal, budget, witness)
    agreed += more
    return Verdict(Kind.UNDECIDED, f"it holds in {agreed} random models, but no proof was found ({reason.text})")


def decide_cases(goals: Sequence[Goal], reason: str, *, deadline: float = 10.0) -> Verdict:
    """A claim that was cut into cases: proved, for the given reason, if every case is."""
    for goal in goals:
        verdict = decide(goal, deadline=deadline / len(goals))
        if verdict.kind is not Kind.PROVED:
            return Verdict(Kind.UNDECIDED, f"a case is not proved: {verdict.reason}")
    return Verdict(Kind.PROVED, reason)


def decide_equivalence(first: Goal, second: Goal, *, deadline: float = 10.0) -> Verdict:
    """Prove or refute that two claims hold for the same values.

    A claim with free indices is about all their values together.
    """
    each = [decide(goal, deadline=deadline / 3) for goal in (first, second)]
    kinds = [verdict.kind for verdict in each]
    if kinds == [Kind.PROVED, Kind.PROVED]:
        return Verdict(Kind.PROVED, "both hold for all sizes and values")
    if set(kinds) == {Kind.PROVED, Kind.REFUTED}:
        false = each[kinds.index(Kind.REFUTED)]
        return Verdict(
            Kind.REFUTED, f"one always holds, the other does not: {false.reason}", None, false.counterexample
        )
    if Kind.PROVED in kinds:
        return Verdict(Kind.UNDECIDED, "one always holds, and no proof was found for the other")
    try:
        reason = same_condition(first, second, Budget(deadline / 3))
        if reason is None:
            return Verdict(Kind.UNDECIDED, "no proof was found that one condition follows from the other")
        disagreement = _disagree(first, second, Budget(deadline / 3))
    except InternalError:
        raise
    except Exception as error:  # see ``decide``
        return Verdict(Kind.UNDECIDED, f"no proof was found ({_describe(error)})")
    if disagreement is None:
        return Verdict(Kind.UNDECIDED, "the conditions could not be evaluated")
    if disagreement:
        raise InternalError(f"proved to be equivalent, but not in a model: {first} and {second}")
    return Verdict(Kind.PROVED, reason)


def _disagree(first: Goal, second: Goal, budget: Budget) -> bool | None:
    """Whether one claim holds and the other fails in a random model; None where no model could be evaluated."""
    both = Goal(first.left + second.left, Relation.EQUAL, first.right + second.right, first.facts)
    compared = None
    for model in survey(Outline(both), budget, SURVEY_INEQUALITY):
        try:
            found = [compare(goal, model) for goal in (first, second)]
        except (NoValue, Infeasible, TooMuchWork):
            continue
        if None in found:
            continue
        fail = [fails(goal.relation, c.sign) for goal, c in zip((first, second), found, strict=True) if c is not None]
        # an index has one value in a model, so a claim about all its values may fail although this one holds
        if fail[0] != fail[1] and not (free_indices(both.left) or free_indices(both.right)):
            return True
        compared = False
    return compared


class _Attempt:
    """What came of a proof attempt: a proof with its description, or the reason why there is none."""

    def __init__(self, proof: bool, text: str) -> None:
        self.proof = proof
        self.text = text


def _describe(error: BaseException) -> str:
    if isinstance(error, Stopped):
        return str(error)
    return f"{type(error).__name__}: {error}"[:160]


def _look(goal: Goal, budget: Budget) -> tuple[int, Witness | None, str]:
    """Evaluate random models: how many agree, one in which the goal fails, and why others could not be used."""
    wanted = SURVEY.get(goal.relation, SURVEY_INEQUALITY)
    found = _compare_in(goal, survey(Outline(goal), budget.part(0.4), wanted), wanted)
    if found[0] or found[1] is not None or not any(symbol == "=" for _, symbol, _ in goal.facts.given):
        return found
    # Chance hardly ever meets an equation, but among zeros and ones it does.
    return _compare_in(goal, small_models(Outline(goal), budget.part(0.4), random.Random(SEED)), wanted)


def _look_again(goal: Goal, budget: Budget) -> tuple[int, Witness | None]:
    """Where there is no proof a goal is more likely to be false: look at many more models, small ones among them."""
    outline = Outline(goal)
    part = Budget(min(AGAIN_SECONDS, budget.left() * 0.6))
    rng = random.Random(SEED + 1)
    many = itertools.islice(survey(outline, part, AGAIN, seed=SEED + 2), AGAIN)
    models = itertools.chain(many, small_models(outline, part, rng))
    agreed, witness, _ = _compare_in(goal, models, 3 * AGAIN)
    return agreed, witness


def _compare_in(goal: Goal, models: Iterable[Model], wanted: int) -> tuple[int, Witness | None, str]:
    agreed, why = 0, "no model satisfies the facts"
    for model in models:
        try:
            comparison = compare(goal, model)
        except (NoValue, Infeasible) as error:
            why = str(error)
            continue
        except TooMuchWork:
            why = "the sums are too long"
            continue
        if comparison is None:
            why = "rounding leaves it open"
            continue
        if fails(goal.relation, comparison.sign):
            return agreed, Witness(model, comparison), why
        agreed += 1
        if agreed >= wanted:
            break
    return agreed, None, why


def _prove(goal: Goal, budget: Budget) -> _Attempt:
    """Look for a proof; whatever goes wrong on the way is a reason to have none."""
    text = "the normal forms differ"
    try:
        for thorough in (False, True):
            session = Session(goal.facts, budget, thorough)
            session.translate.learn_domain(goal.left, goal.right)
            difference = session.translate(goal.left) - session.translate(goal.right)
            if goal.relation is Relation.EQUAL:
                if session.is_zero(difference):
                    return _Attempt(True, "both sides have the same normal form for all sizes and values")
                continue
            if goal.relation in (Relation.AT_MOST, Relation.LESS):
                difference = -difference
            strict = goal.relation in (Relation.LESS, Relation.GREATER)
            found = certificate(session, difference, strict=strict)
            if found is not None:
                return _Attempt(True, found)
            text = "no certificate fits"
    except RecursionError:
        return _Attempt(False, "the terms are nested too deeply")
    except InternalError:
        raise
    except Exception as error:  # see ``decide``: an accident is never a proof, and never loses the goal
        return _Attempt(False, _describe(error))
    return _Attempt(False, text)


def _refute(goal: Goal, budget: Budget, witness: Witness) -> Verdict:
    try:
        shown = smallest(Outline(goal), Budget(min(1.0, max(budget.left(), 0.2) * 0.5)), witness)
    except InternalError:
        raise
    except Exception as error:  # see ``decide``
        return Verdict(
            Kind.UNDECIDED, f"it fails in a random model that could not be shown exactly ({_describe(error)})"
        )
    if shown is None:
        return Verdict(Kind.UNDECIDED, "it fails in a random model, which exact values did not confirm")
    where = ", ".join(f"{name} = {value}" for name, value in shown.sizes.items())
    return Verdict(
        Kind.REFUTED,
        f"the left side is {shown.left} and the right side is {shown.right}" + (f" at {where}" if where else ""),
        counterexample=shown,
    )


def _decide_unequal(goal: Goal, budget: Budget) -> Verdict:
    """≠ is proved where one side is always greater, and refuted where both are always equal."""
    equal = Goal(goal.left, Relation.EQUAL, goal.right, goal.facts)
    try:
        agreed, witness, _ = _look(equal, budget)
        session = Session(goal.facts, budget)
        difference = session.translate(goal.left) - session.translate(goal.right)
        if witness is not None and session.laws.sign(difference) in (POSITIVE, NEGATIVE):
            return Verdict(Kind.PROVED, "one side is greater for all sizes and values")
        if agreed and witness is None and session.is_zero(difference):
            shown = smallest(Outline(goal), Budget(0), _any_witness(goal, budget))
            return Verdict(Kind.REFUTED, "both sides are equal for all sizes and values", counterexample=shown)
    except InternalError:
        raise
    except Exception as error:  # see ``decide``
        return Verdict(Kind.UNDECIDED, _describe(error))
    return Verdict(Kind.UNDECIDED, "the two sides differ for some values only")


def _any_witness(goal: Goal, budget: Budget) -> Witness:
    for model in survey(Outline(goal), budget, 4):
        try:
            comparison = compare(goal, model)
        except (NoValue, Infeasible, TooMuchWork):
            continue
        if comparison is not None:
            return Witness(model, comparison)
    raise Infeasible("no model can be evaluated")
