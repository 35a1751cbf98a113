"""What a refutation takes for granted although the note does not say it.

A counterexample may live where no author looks: at a vocabulary of one word, at a negative number of samples, where two
ranges have different lengths that the reader alone has kept apart.  A step that is false only there is left open, with
the words that are missing.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace

from sympy import Expr, Indexed, Integer, KroneckerDelta, Sum, Symbol

from derive.derivation import Goal
from derive.proving.budget import Budget
from derive.proving.counterexample import SEED, compare, fails, small_models, survey
from derive.proving.evaluation import NoValue, TooMuchWork
from derive.proving.models import Infeasible, Outline
from derive.reading.claims import Claim
from derive.reading.definers import scalars_of
from derive.reading.drafts import Draft
from derive.reading.note import Draftbook
from derive.reading.spelling import spell, walk
from derive.terms import Index, array, free_indices, fresh, sum_over

__all__ = ["open_question"]

MODELS = 40
DIFFERENT, EQUAL, LEAST, MOST, ABOVE = "≠", "=", "≥", "≤", ">"

Condition = tuple[Expr, str, Expr]


@dataclass(frozen=True)
class _Doubt:
    """The goal where something holds that the note may mean, and what that is."""

    goal: Goal
    what: str


def open_question(claim: Claim, draft: Draft, book: Draftbook, seconds: float) -> str | None:
    """What the note would have to say before the step is refuted; None if it is false whatever that is."""
    budget = Budget(seconds)
    for doubt in _doubts(claim, draft, book):
        if _holds_there(doubt.goal, budget.part(0.5)):
            return doubt.what
    return None


def _doubts(claim: Claim, draft: Draft, book: Draftbook) -> Iterator[_Doubt]:
    goal = claim.goal
    outline = Outline(goal)
    yield from _where(goal, [(size, LEAST, Integer(2)) for size in outline.sizes], "sizes of at least 2")
    yield from _of_one_length(goal, outline, draft)
    yield from _where(goal, _letters_for_zero(goal), "an index 0 that is the letter o")
    yield from _positive(claim, book)
    if not book.scope.repeats:
        yield from _samples(goal, book.reading.survey.sampled)
        yield from _words(goal)
    yield from _total(goal, outline)
    yield from _slopes(goal)
    for relation in claim.aside.relations:
        left, symbol, right = relation
        yield from _where(goal, [relation], f"{left} {symbol} {right}")
    pairs = list(_pairs(goal))
    if claim.aside.apart or book.foreign:
        yield from _where(goal, [(a, DIFFERENT, b) for a, b in pairs], "indices that differ")
    if claim.aside.alike or book.foreign:
        yield from _where(goal, [(a, EQUAL, b) for a, b in pairs], "indices that are alike")


def _where(goal: Goal, conditions: Iterable[Condition], what: str) -> Iterator[_Doubt]:
    conditions = list(conditions)
    if conditions:
        yield _Doubt(replace(goal, facts=goal.facts.with_given(conditions)), what)


def _letters_for_zero(goal: Goal) -> Iterator[Condition]:
    """``u_0`` beside ``u_o``, of words that are counted from 1."""
    for one, other in _pairs(goal):
        if {one.name, other.name} == {"0", "o"}:
            yield one, EQUAL, other


def _pairs(goal: Goal) -> Iterator[tuple[Index, Index]]:
    """Free indices over one and the same range."""
    free = sorted({*free_indices(goal.left), *free_indices(goal.right)}, key=lambda index: index.name)
    for one, other in itertools.combinations(free, 2):
        if (one.axis.low, one.axis.high) == (other.axis.low, other.axis.high):
            yield one, other


def _of_one_length(goal: Goal, outline: Outline, draft: Draft) -> Iterator[_Doubt]:
    """Lengths that are not written in the step: that they differ is only how it was read."""
    sides = [side for side in draft.source if side is not None]
    written = {s.name for side in sides for node in walk(side) if (s := spell(node)) is not None}
    read = [size for size in outline.sizes if size.name not in written]
    every = [*read, *(size for size in outline.sizes if size.name in written)]
    if read and len(every) > 1:
        names = ", ".join(size.name for size in every)
        yield from _where(goal, [(every[0], EQUAL, size) for size in every[1:]], f"{names} of one length")


def _positive(claim: Claim, book: Draftbook) -> Iterator[_Doubt]:
    """Numbers of which the note says nothing: a number of samples, a temperature."""
    goal, survey_ = claim.goal, book.reading.survey
    unknown = [
        symbol
        for symbol in sorted(scalars_of(goal.left) | scalars_of(goal.right), key=lambda s: s.name)
        if not symbol.is_integer and not symbol.is_positive and _says_nothing(symbol, claim)
        if symbol.name.strip() not in survey_.variables
    ]
    names = ", ".join(symbol.name.strip() for symbol in unknown)
    yield from _where(goal, [(symbol, ABOVE, Integer(0)) for symbol in unknown], f"positive {names}")


def _says_nothing(symbol: Symbol, claim: Claim) -> bool:
    what = claim.goal.facts.of(symbol.name)
    bounded = what is not None and (what.lower is not None or what.upper is not None or bool(what.values))
    return symbol.name not in claim.real and not bounded


def _words(goal: Goal) -> Iterator[_Doubt]:
    """A derivative by the vector of ``w_{t+j}``: that this word stands there only is what most notes have in mind."""
    free = {*free_indices(goal.left), *free_indices(goal.right)}
    compared = {n for side in (goal.left, goal.right) for d in side.atoms(KroneckerDelta) for n in d.atoms(Indexed)}
    known = goal.facts.arrays
    names = {
        str(n.base.label)
        for n in compared
        if free & n.free_symbols and (what := known.get(str(n.base.label))) is not None and what.points_into
    }
    once = {name: replace(known[name], injective=True) for name in names if not known[name].injective}
    if once:
        facts = goal.facts.with_arrays(**once)
        yield _Doubt(replace(goal, facts=facts), f"different words {', '.join(sorted(n.strip() for n in once))}")


def _samples(goal: Goal, sampled: Set[str]) -> Iterator[_Doubt]:
    """``Σ_{k=1}^K log σ(-u_kᵀv)``: the k-th sample is hardly the word k, which might be the word o."""
    free = {*free_indices(goal.left), *free_indices(goal.right)}
    runs: dict[str, Expr] = {}
    apart: dict[Expr, Expr] = {}
    for node in itertools.chain(goal.left.atoms(Sum), goal.right.atoms(Sum)):
        ends = {index: high for index, _, high in node.limits if isinstance(index, Index)}
        for index, end in ends.items():
            other_range = [f for f in free if str(end) in sampled or end != f.axis.high]
            if any(_letter(index) == _letter(other) for other in other_range):
                runs[_letter(index)] = end
        for delta in node.function.atoms(KroneckerDelta):
            for one, other in (delta.args, delta.args[::-1]):
                if one not in ends or other not in free or _letter(one) == _letter(other):
                    continue
                if str(ends[one]) in sampled or other.axis.high != ends[one]:
                    apart[delta] = Integer(0)
                    runs[_letter(one)] = ends[one]
    if not runs:
        return
    left, right = goal.left.xreplace(apart), goal.right.xreplace(apart)
    numbered = [index for index in free if _letter(index) in runs]
    facts = goal.facts.with_distinct(
        (one, other) for one in numbered for other in free if other.axis == one.axis and other not in numbered
    )
    facts = facts.with_given((index, MOST, runs[_letter(index)]) for index in numbered)
    letters = ", ".join(sorted(runs))
    yield _Doubt(
        replace(goal, left=left, right=right, facts=facts), f"samples {letters} that are none of the other words"
    )


def _slopes(goal: Goal) -> Iterator[_Doubt]:
    """∂p(w)/∂θ of a distribution that adds up to one adds up to zero: any table does, less its mean."""
    table: dict[Expr, Expr] = {}
    for entry in goal.left.atoms(Indexed) | goal.right.atoms(Indexed):
        of, by, _ = str(entry.base.label).removeprefix("∂").partition("/∂")
        what = goal.facts.of(of)
        if not by or what is None or len(what.sums_to_one) != 1:
            continue
        position = what.sums_to_one[0]
        axis = what.axes[position]
        bound = fresh(Index("n", axis))
        where = [bound if k == position else index for k, index in enumerate(entry.indices)]
        table[entry] = entry - sum_over(entry.base[tuple(where)], bound) / axis.length
    if table:
        left, right = goal.left.xreplace(table), goal.right.xreplace(table)
        yield _Doubt(replace(goal, left=left, right=right), "probabilities that add up to one whatever the parameters")


def _total(goal: Goal, outline: Outline) -> Iterator[_Doubt]:
    """``#(w,c)/|D|``: the number beside counts that is no length may be their total."""
    lengths = {s for index in (*goal.left.atoms(Index), *goal.right.atoms(Index)) for s in index.axis.high.free_symbols}
    for name in sorted(name for name in outline.used if name.startswith("\\#(")):
        what = goal.facts.of(name)
        if what is None:
            continue
        where = tuple(fresh(Index("n", axis)) for axis in what.axes)
        total: Expr = array(name, positive=True)[where]
        for index in where:
            total = sum_over(total, index)
        for size in (size for size in outline.sizes if size not in lengths):
            left, right = goal.left.xreplace({size: total}), goal.right.xreplace({size: total})
            yield _Doubt(replace(goal, left=left, right=right), f"{size} the total of the counts")


def _letter(index: Expr) -> str:
    return str(index).split("ʹ", maxsplit=1)[0]


def _holds_there(goal: Goal, budget: Budget) -> bool:
    """Whether models are found in which a goal holds, and none in which it fails."""
    outline, held = Outline(goal), False
    models = itertools.chain(
        survey(outline, budget.part(0.4), MODELS), small_models(outline, budget.part(0.9), random.Random(SEED))
    )
    for model in models:
        try:
            comparison = compare(goal, model)
        except (NoValue, Infeasible, TooMuchWork):
            continue
        if comparison is not None:
            if fails(goal.relation, comparison.sign):
                return False
            held = True
    return held
