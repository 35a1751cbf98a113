"""Refutation by example: models in which a claim fails, the smallest first, printed exactly."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr

from derive.derivation import Counterexample, Goal, Relation
from derive.proving.budget import Budget
from derive.proving.evaluation import DIGITS, Evaluator, Exact, NoValue, Numeric, TooMuchWork
from derive.proving.models import Infeasible, Model, Outline

__all__ = ["Comparison", "Witness", "compare", "fails", "small_models", "smallest", "survey"]

SEED = 20130117  # any fixed number: the same goal gets the same verdict every time
LARGEST_SIZE = 4
SHOWN = 48
WORK = 30_000


@dataclass(frozen=True)
class Comparison:
    """How the two sides of a goal compare in one model: the sign of left - right."""

    sign: int
    left: Any
    right: Any


@dataclass(frozen=True)
class Witness:
    """A model in which a goal fails."""

    model: Model
    comparison: Comparison


def _difference(goal: Goal, model: Model, digits: int, work: int) -> tuple[Any, Any, Any, Any]:
    field = Numeric(digits)
    evaluate = Evaluator(model, field, model.free, work, model.outline.dependencies)
    left, right = evaluate(goal.left), evaluate(goal.right)
    return left, right, left - right, max(abs(left), abs(right), field.largest)


def compare(goal: Goal, model: Model, work: int = WORK) -> Comparison | None:
    """Compare the two sides with 50 digits; a difference is checked again with twice as many.

    Returns None where rounding leaves the answer open.

    Raises:
        NoValue, TooMuchWork, Infeasible: there is nothing to compare in this model.
    """
    for condition in goal.facts.given:
        if not _holds(condition, goal, model, work):
            raise Infeasible("a condition of the step does not hold")
    left, right, difference, scale = _difference(goal, model, DIGITS, work)
    if abs(difference) * 10 ** (DIGITS - 15) <= scale:
        if goal.relation not in (Relation.LESS, Relation.GREATER):
            return Comparison(0, left, right)
        # "Equal up to rounding" would refute a strict claim: look closer, and leave it open if that settles nothing.
        left, right, again, scale = _difference(goal, model, 2 * DIGITS, work)
        if abs(again) * 10 ** (2 * DIGITS - 15) <= scale:
            large = scale > 10**20 * max(abs(left), abs(right), 1)
            return None if large else Comparison(0, left, right)
        return Comparison(1 if again > 0 else -1, left, right)
    left, right, again, _ = _difference(goal, model, 2 * DIGITS, work)
    if abs(again - difference) * 10**6 > abs(again):
        return None
    return Comparison(1 if again > 0 else -1, left, right)


def _holds(condition: tuple[Expr, str, Expr], goal: Goal, model: Model, work: int) -> bool:
    left, symbol, right = condition
    relation = Relation(symbol)
    _, _, difference, scale = _difference(Goal(left, relation, right, goal.facts), model, DIGITS, work)
    equal = abs(difference) * 10 ** (DIGITS - 15) <= scale
    if relation is Relation.NOT_EQUAL:
        return not equal
    return not fails(relation, 0 if equal else 1 if difference > 0 else -1)


def fails(relation: Relation, sign: int) -> bool:
    """Whether a relation is false when left - right has the given sign."""
    return {
        Relation.EQUAL: sign != 0,
        Relation.AT_MOST: sign > 0,
        Relation.AT_LEAST: sign < 0,
        Relation.LESS: sign >= 0,
        Relation.GREATER: sign <= 0,
    }.get(relation, False)


def _spans(outline: Outline) -> dict[str, range]:
    """Which values each size takes."""
    spans = {}
    for symbol in outline.sizes:
        what = outline.facts.of(symbol.name)
        low = 1
        if what is not None and what.lower is not None and what.lower.is_Integer:
            low = max(1, int(what.lower) + int(what.strict))
        spans[symbol.name] = range(low, low + LARGEST_SIZE)
    return spans


def _sizes(outline: Outline) -> Iterator[dict[str, int]]:
    """Assignments of sizes, the smallest first; where sizes differ comes before where they are alike."""
    spans = _spans(outline)
    many = {4: 4, 5: 3, 6: 3}.get(len(spans), 2 if len(spans) > 6 else LARGEST_SIZE)
    ranges = [span[:many] if k < 12 else span[:1] for k, span in enumerate(spans.values())]
    every = sorted(itertools.product(*ranges), key=lambda t: (sum(t), -len(set(t)), t))
    rooms = (dict(zip(spans, values, strict=True)) for values in every)
    return itertools.islice((sizes for sizes in rooms if outline.has_room(sizes)), 400)


def _random_sizes(outline: Outline, rng: random.Random, least: int) -> dict[str, int] | None:
    """Sizes of at least ``least`` and mostly below 4 with room for all index arrays."""
    spans = _spans(outline)
    for wider in range(24):
        # Where a set must hold more than another, only luck finds sizes that fit: the range grows slowly.
        width = 3 + wider // 6
        sizes = {
            name: rng.randrange(max(span.start, least), max(span.start, least) + width) for name, span in spans.items()
        }
        if outline.has_room(sizes):
            return sizes
    return None


def small_models(outline: Outline, budget: Budget, rng: random.Random) -> Iterator[Model]:
    """Models from the smallest and simplest upward."""
    for sizes in _sizes(outline):
        for level, tries in ((0, 2), (1, 4), (2, 3), (3, 1)):
            for _ in range(tries):
                if budget.left() < 0:
                    return
                try:
                    yield Model(outline, sizes, rng, level)
                except (Infeasible, NoValue, TooMuchWork):
                    break


def survey(outline: Outline, budget: Budget, count: int, seed: int = SEED) -> Iterator[Model]:
    """Random models of many sizes, for a first look."""
    rng = random.Random(seed)
    for k in range(6 * count):
        if budget.left() < 0:
            return
        # Small sizes find wrong boundary cases, but most mistakes show only where indices can differ.
        sizes = next(_sizes(outline), None) if k == 1 else _random_sizes(outline, rng, 2 if k % 3 else 1)
        if sizes is None:
            continue
        try:
            yield Model(outline, sizes, rng, 3 if k % 3 else 2)
        except (Infeasible, NoValue, TooMuchWork):
            continue


def smallest(outline: Outline, budget: Budget, fallback: Witness) -> Counterexample | None:
    """The smallest counterexample that is found in the time given, confirmed a second time; None if it is not."""
    goal = outline.goal
    rng = random.Random(SEED)
    found: Witness | None = None
    for model in small_models(outline, budget, rng):
        try:
            comparison = compare(goal, model)
        except (Infeasible, NoValue, TooMuchWork):
            continue
        if comparison is not None and fails(goal.relation, comparison.sign):
            found = Witness(model, comparison)
            break
    witness = found or fallback
    shown = _show(goal, witness)
    if shown is None and found is not None:
        shown = _show(goal, fallback)
    return shown


def _show(goal: Goal, witness: Witness) -> Counterexample | None:
    """The counterexample in print; None when a second evaluation does not bear it out."""
    model, seen = witness.model, witness.comparison
    try:
        exact = Evaluator(model, Exact(), model.free)
        sides = [exact(goal.left), exact(goal.right)]
        if sum(side.count_ops() for side in sides) > 4 * Exact.LARGEST:
            raise TooMuchWork
        confirmed = _confirmed(goal.relation, sides, seen.sign)
        texts = [_printed(side, number) for side, number in zip(sides, (seen.left, seen.right), strict=True)]
    except TooMuchWork:
        _, _, difference, scale = _difference(goal, model, 4 * DIGITS, 2 * WORK)
        sign = 0 if abs(difference) * 10 ** (3 * DIGITS) <= scale else 1 if difference > 0 else -1
        confirmed = sign == seen.sign
        texts = [_digits(seen.left), _digits(seen.right)]
    except (NoValue, Infeasible):
        return None
    if not confirmed:
        return None
    return Counterexample(dict(model.sizes), values_of(model), texts[0], texts[1], starts_of(model))


def _printed(exact: Expr, number: Any) -> str:
    text = str(exact)
    return text if exact.is_Rational or len(text) <= SHOWN else _digits(number)


def _digits(number: Any) -> str:
    return str(sympy.Float(str(number), 12))


def _confirmed(relation: Relation, sides: list[Expr], sign: int) -> bool:
    """Whether SymPy's own evaluation of the exact values agrees with the comparison."""
    difference = sides[0] - sides[1]
    if difference.is_Rational:
        return int(bool(difference > 0)) - int(bool(difference < 0)) == sign
    if difference.has(sympy.Function) and difference.atoms(sympy.core.function.AppliedUndef):
        return relation is Relation.EQUAL and sign != 0
    value = difference.evalf(40, maxn=400)
    if not value.is_Float:
        return False
    if sign == 0:
        return bool(abs(value) < sympy.Rational(1, 10**60))
    return bool((value > 0) == (sign > 0)) and bool(value != 0)


def values_of(model: Model) -> dict[str, Any]:
    """All values that were used, by name: strings, and nested lists of strings for arrays.

    An index with the name of an array (``u_u``) is called "index u".
    """
    shown: dict[str, Any] = {
        f"index {index.name}" if index.name in model.entries else index.name: str(value)
        for index, value in model.free.items()
    }
    shown |= {name: str(value) for name, value in model.scalars.items()}
    for name, cells in model.entries.items():
        if cells:
            shown[name] = _nested(model, name, list(cells))
    return shown


def starts_of(model: Model) -> dict[str, tuple[int, ...]]:
    """The index of the first printed entry of every array, for each axis: 1, or less where an index is less."""
    return {
        name: tuple(min(1, *column) for column in zip(*cells, strict=True))
        for name, cells in model.entries.items()
        if cells
    }


def _nested(model: Model, name: str, places: list[tuple[int, ...]]) -> Any:
    axes = [range(min(1, min(column)), max(column) + 1) for column in zip(*places, strict=True)]

    def build(prefix: tuple[int, ...], rest: list[range]) -> Any:
        if not rest:
            try:
                return str(model.entry(name, prefix))
            except Infeasible:
                return "-"
        return [build((*prefix, k), rest[1:]) for k in rest[0]]

    return build((), axes)
