"""From two neighbours in a chain to a claim about numbers.

A claim about vectors or matrices is a claim about one entry.  Shapes are compared first, and a right value in the
wrong shape is told apart from a wrong value.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import StrEnum

from sympy import Expr, Indexed, KroneckerDelta, Mul, Product, Sum, log
from sympy.core.function import AppliedUndef

from derive.derivation import Goal, Relation
from derive.reading.context import NOTHING_SAID, Aside, Pairs, Reading, Relations, undisturbed
from derive.reading.definers import scalars_of
from derive.reading.definitions import Relearn
from derive.reading.extremes import with_greatest
from derive.reading.given_entries import with_entries
from derive.reading.heeded import heeded, under
from derive.reading.listed import expanded
from derive.reading.piece_worlds import in_its_piece
from derive.reading.places import off_center, placed
from derive.reading.scope import Family, Scope, Unsettled, entry_name
from derive.reading.sets import sample, sample_axis
from derive.reading.structures import on_one_path, over_paths, structured_facts
from derive.reading.survey import TABLES
from derive.reading.values import Value, is_number
from derive.terms import ANY, Axis, Facts, Index, free_indices

SLOPE_OF_A_MODEL = re.compile(r"∂[^/]*_\{[^}]*\}\(\\?\w")
"""``∂h_θ(x)/∂θ`` of a model h of which the note says nothing."""


class Shape(StrEnum):
    """How the shapes of two sides compare."""

    SAME = "same"
    TRANSPOSED = "transposed"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Claim:
    """What a step says: a goal about entries, how the shapes compare, and how certain the shapes are."""

    goal: Goal
    shape: Shape
    certain: bool
    shapes: tuple[str, str]
    assumed: tuple[tuple[Expr, Expr], ...] = ()
    loose: tuple[str, ...] = ()
    alternatives: tuple[tuple[Goal, bool], ...] = ()
    real: frozenset[str] = frozenset()
    unmet: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    special: tuple[Goal, ...] = ()
    structured: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()
    members: tuple[Goal, ...] = ()
    exhaustive: bool = False
    supposed: Goal | None = None
    with_numbers: Goal | None = None
    in_case: Facts | None = None
    aside: Aside = NOTHING_SAID
    in_pieces: tuple[Goal, ...] = ()


SYMBOLS = {
    "=": Relation.EQUAL, "\\equiv": Relation.EQUAL, ":=": Relation.EQUAL, "=:": Relation.EQUAL,
    "\\le": Relation.AT_MOST, "\\ge": Relation.AT_LEAST,
    "<": Relation.LESS, ">": Relation.GREATER, "\\ne": Relation.NOT_EQUAL,
    "\\ll": Relation.LESS, "\\gg": Relation.GREATER,
}  # fmt: skip


def claim(left: Value, symbol: str, right: Value, reading: Reading) -> Claim:
    """The claim ``left symbol right``; the caller has made sure that the symbol is in ``SYMBOLS``."""
    scope = reading.scope
    shape, right = _fit(left, right, reading)
    names = ("i", "j", "k")
    indices = tuple(Index(f"entry {n}", scope.settled(i.axis)) for n, i in zip(names, left.indices, strict=False))
    bodies = []
    for side in (left, right):
        comparable = side.rank == len(indices)
        body = side.at(*indices) if comparable and side.rank else side.body
        bodies.append(expanded(settled(scope.sized(body), reading)))
    bodies = placed(bodies, reading)
    facts = _restricted(bodies, reading, (*reading.guards, *off_center(bodies)), reading.given)
    facts = _of_compared(facts, bodies, reading.survey.shifted)
    goal = Goal(bodies[0], SYMBOLS[symbol], bodies[1], facts)
    certain = shapes_settled(bodies[0], reading) and shapes_settled(bodies[1], reading)
    if shape is Shape.DIFFERENT and left.rank != right.rank:
        certain = all(_rank_known(body, reading) for body in bodies)
    assumed = tuple(pair for solved in scope.assumed.values() for pair in solved.items())
    real = frozenset(name for name, family in scope.families.items() if family.real)
    shapes = (left.describe(), right.describe())
    unsaid = _disputed(bodies, reading)
    if over_paths(scope, facts, bodies) or on_one_path(scope, facts, bodies):
        unsaid += ("which ways through the tree there are",)
    if pair := reading.survey.speaks_of.doubtful({entry_name(e) for body in bodies for e in body.atoms(Indexed)}):
        unsaid += (f"whether {pair[0]} and {pair[1]} are one table",)
    item = int(reading.place) if reading.place.isdigit() else sys.maxsize
    stated = heeded(scope, bodies, item, reading.near, lambda term: settled(term, reading))
    met, conditions = under(goal, stated, scope, item)
    entries = [each.entry for each in stated if each.entry is not None and not each.supposed]
    with_numbers = with_entries(goal, entries) if entries else None
    known, structured = structured_facts(
        scope, met.facts, (met.left, met.right), conditions, item, reading.survey.shifted | scope.paired
    )
    if met != goal:
        structured = tuple(sorted({*structured, *(name for each in stated for name in each.names())}))
    special = tuple(replace(met, facts=each) for each in known)
    leading = [each for each in stated if each.asserted or (each.alone and each.since in reading.led_by)]
    supposed = under(goal, leading, scope, item)[0] if leading else None
    among = _among(special if structured else (met,), reading) or _of_its_set(
        special if structured else (met,), reading
    )
    drawn, members = among or _drawn(special if structured else (met,), reading)
    return Claim(
        goal, shape, certain, shapes, assumed, _loose(met, reading), real=real, unmet=reading.unmet, unsaid=unsaid,
        special=special, structured=structured, supposed=supposed, with_numbers=with_numbers,
        drawn=drawn, members=members, in_case=_in_case(bodies, reading), aside=_settled_aside(reading),
        in_pieces=in_its_piece(met, reading) if not structured else (),
        exhaustive=among is not None and met == goal and not structured,
    )  # fmt: skip


def _of_compared(facts: Facts, bodies: list[Expr], running: Set[str]) -> Facts:
    """The facts, but that the words of a text are different only where two of them are compared.

    Elsewhere it changes nothing, as both sides are continuous in the vectors; and small models have few words.
    """
    pairs = [d.args for body in bodies for d in body.atoms(KroneckerDelta)]
    both = {
        str(one.base.label)
        for one, other in pairs
        if isinstance(one, Indexed) and isinstance(other, Indexed) and one.base == other.base
    }
    idle = {
        name: replace(what, injective=False)
        for name, what in facts.arrays.items()
        if what.injective and name in running and name not in both
    }
    return facts.with_arrays(**idle) if idle else facts


def _in_case(bodies: list[Expr], reading: Reading) -> Facts | None:
    """What is known under a condition that was made further up, and may hold here still."""
    distinct, given, _ = reading.lingering
    if not distinct and not given:
        return None
    return _restricted(bodies, reading, (*reading.guards, *distinct), (*reading.given, *given))


def _settled_aside(reading: Reading) -> Aside:
    relations = reading.aside.relations
    return replace(
        reading.aside, relations=tuple((settled(a, reading), symbol, settled(b, reading)) for a, symbol, b in relations)
    )


def _restricted(bodies: list[Expr], reading: Reading, guards: Pairs, relations: Relations) -> Facts:
    """What is known, with what the step is restricted to; ``n_k`` there is every entry if the step itself has no k."""
    free = {index.name for body in bodies for index in free_indices(body)}

    def everywhere(side: Expr) -> Expr:
        if not isinstance(side, Indexed) or any(index.name in free for index in free_indices(side)):
            return side
        return side.xreplace({index: Index(ANY, index.axis) for index in side.indices if isinstance(index, Index)})

    distinct = [(everywhere(one), everywhere(other)) for one, other in guards]
    given = [
        (settled(reading.scope.sized(one), reading), symbol, settled(reading.scope.sized(other), reading))
        for one, symbol, other in relations
        if symbol != "≠" or (everywhere(one), everywhere(other)) == (one, other)
    ]
    facts = with_greatest(reading.scope.facts(), bodies, reading.scope).with_distinct(distinct).with_given(given)
    # An index is known by its axis too: the axes of the words that differ are the ones of the step.
    return replace(facts, distinct=frozenset(frozenset(settled(x, reading) for x in pair) for pair in facts.distinct))


def settled(body: Expr, reading: Reading) -> Expr:
    """The term with every axis put in that was settled only after the term was read."""
    moved = {i: Index(i.name, axis) for i in body.atoms(Index) if (axis := reading.scope.settled(i.axis)) != i.axis}
    if not moved:
        return reading.scope.axes.settle(body)
    body = body.xreplace(moved)
    begins = {new: new.axis for old, new in moved.items() if old.axis.low != new.axis.low}
    if begins:
        body = body.replace(lambda node: isinstance(node, Sum | Product), lambda node: _over(node, begins))
    return reading.scope.axes.settle(body)


def _over(node: Expr, axes: Mapping[Index, Axis]) -> Expr:
    """A sum or product with the ends of some of its indices replaced."""
    limits = [(i, axes[i].low, axes[i].high) if i in axes else (i, low, high) for i, low, high in node.limits]
    return node.func(node.function, *limits)


def _disputed(bodies: list[Expr], reading: Reading) -> tuple[str, ...]:
    """What is not clear about the ranges of sums that are written without their ends."""
    bound = {limit[0] for body in bodies for node in body.atoms(Sum, Product) for limit in node.limits}
    unclear = {i for i in bound if isinstance(i, Index) and reading.scope.axes.is_disputed(i.axis)}
    said = {f"where the index {i.name.split('ʹ')[0]} begins and ends" for i in unclear}
    return tuple(sorted(said | set(_listed_values(bodies, reading)) | set(_classes(bodies))))


def _classes(bodies: list[Expr]) -> Iterator[str]:
    """``Σ_k Σ_{n ∈ D_k}``: the sets may have everything once, as classes do, or not."""
    for node in (each for body in bodies for each in body.atoms(Sum)):
        own = {limit[0] for limit in node.limits}
        for entry in node.function.atoms(Indexed):
            name = str(entry.base.label)
            if name.endswith("_ ") and own & {i for where in entry.indices[:-1] for i in where.free_symbols}:
                yield f"whether the sets {name.rstrip('_ ')} overlap and what they hold together"


def _listed_values(bodies: list[Expr], reading: Reading) -> Iterator[str]:
    """``Σ_i p(x_i) f(x_i)``: an expectation, if every value stands once among the x_i, which the note must say."""
    for node in (each for body in bodies for each in body.atoms(Sum)):
        own = {limit[0] for limit in node.limits}
        factors = [f for f in Mul.make_args(node.function) if isinstance(f, Indexed) and not f.is_integer]
        shares = [f for f in factors if str(f.base.label).split("(")[0] in TABLES]
        for entry in (e for f in shares for e in f.indices):
            weight = isinstance(entry, Indexed) and len(entry.indices) == 1 and entry.indices[0] in own
            if weight and not reading.scope.family(str(entry.base.label)).injective:
                yield f"whether every value stands once among the {entry.base.label}"


def _among(goals: Sequence[Goal], reading: Reading) -> tuple[tuple[str, ...], tuple[Goal, ...]] | None:
    """The letter that is one of a few words and of a drawn set, and the goals for each of these; None if none is."""
    free = {i for goal in goals for side in (goal.left, goal.right) for i in free_indices(side)}
    found = [(index, reading.among[index.name]) for index in free if index.name in reading.among]
    if len(found) != 1:
        return (tuple(sorted(index.name for index, _ in found)), ()) if found else None
    (index, elements), members = found[0], []
    for element in elements:
        table = {index: settled(reading.scope.sized(element), reading)}
        members += [replace(g, left=g.left.xreplace(table), right=g.right.xreplace(table)) for g in goals]
    return (index.name,), tuple(members)


def _of_its_set(goals: Sequence[Goal], reading: Reading) -> tuple[tuple[str, ...], tuple[Goal, ...]] | None:
    """The letter g of ``Σ_{g ∈ G_w}`` where nothing adds over it: it stands for any element of that set."""
    free = {i for goal in goals for side in (goal.left, goal.right) for i in free_indices(side)}
    found = [(i, node) for i in free for node in reading.survey.member_letters.get(i.name, {}).values()]
    if len(found) != 1 or found[0][0].name in reading.locals:
        return None
    (index, node), members = found[0], []
    try:
        with undisturbed(reading):
            place = Index(f"{index.name}·", sample_axis(node, reading))
            element = settled(reading.scope.sized(sample(node, place, index.axis, reading)), reading)
    except (Unsettled, Relearn):
        return None
    for goal in goals:
        members.append(
            replace(goal, left=goal.left.xreplace({index: element}), right=goal.right.xreplace({index: element}))
        )
    return (index.name,), tuple(members)


def _drawn(goals: Sequence[Goal], reading: Reading) -> tuple[tuple[str, ...], tuple[Goal, ...]]:
    """The letters that stand for any word of ``{w} ∪ NEG(w)``, and what the goals say where they are the word w."""
    free = {i for goal in goals for side in (goal.left, goal.right) for i in free_indices(side)}
    letters = reading.survey.sample_letters
    drawn = sorted((i for i in free if i.name in letters), key=lambda i: i.name)
    if len(drawn) != 1:
        return tuple(i.name for i in drawn), ()
    index, members = drawn[0], []
    for name in sorted(letters[index.name]):
        word = {index: next((i for i in free if i.name == name), Index(name, index.axis))}
        members += [replace(each, left=each.left.xreplace(word), right=each.right.xreplace(word)) for each in goals]
    return (index.name,), tuple(members)


def _loose(goal: Goal, reading: Reading) -> tuple[str, ...]:
    """Names of which the note says too little to refute anything: a counterexample may break what the author means.

    These are the names given by a formula that is not understood, and names that stand on one side only and of which
    nothing at all is known.
    """
    scope = reading.scope
    sides = [
        {entry_name(a) for a in side.atoms(Indexed)} | {s.name for s in scalars_of(side)}
        for side in (goal.left, goal.right)
    ]
    functions = [
        {node.func.__name__.replace("'", "") for node in side.atoms(AppliedUndef)} for side in (goal.left, goal.right)
    ]  # f' says as much about f as f does
    if functions[0] != functions[1]:
        return tuple(sorted(functions[0] ^ functions[1]))
    if in_part := (functions[0] & scope.partial):
        calls = goal.left.atoms(AppliedUndef) | goal.right.atoms(AppliedUndef)
        if goal.relation is not Relation.EQUAL or any(
            "'" in node.func.__name__ or not isinstance(node.args[0], Indexed) for node in calls
        ):
            return tuple(sorted(in_part))  # its values at entries of an array may be any numbers
    suspects = sides[0] ^ sides[1] if goal.relation is Relation.EQUAL else sides[0] | sides[1]
    item = int(reading.place) if reading.place.isdigit() else sys.maxsize
    given = {name for name, since in scope.given_from.items() if since <= item}
    unclear = {n for n in suspects if n in scope.unclear or n in scope.partial | given}
    unclear |= {n for n in sides[0] & sides[1] if n in scope.unclear and _is_table_of_numbers(n, scope)}
    unclear |= {n for n in suspects if _is_all_of_a_side(n, goal)}
    unclear |= {n for n in sides[0] ^ sides[1] if SLOPE_OF_A_MODEL.match(n)}
    unclear |= (sides[0] ^ sides[1]) & scope.paired  # what it has to do with counts of pairs, the note need not say
    if not (sides[0] and sides[1]):
        return tuple(sorted(unclear))
    alone = {n for n in sides[0] ^ sides[1] if (f := scope.families.get(n)) is not None and not _anything_known(f)}
    return tuple(sorted(unclear | alone))


def _is_table_of_numbers(name: str, scope: Scope) -> bool:
    """``y_w = {1 if w = o, 0 otherwise}``, not read: what holds of such numbers may not hold of all."""
    return scope.family(name).order > 0


def _is_all_of_a_side(name: str, goal: Goal) -> bool:
    """``log p(y|x) = …`` where the note has nothing else to say of p(y|x): this is what it is."""
    if "(" not in name.removesuffix("^()"):
        return False
    for side in (goal.left, goal.right):
        inner = side.as_coeff_Mul()[1]
        inner = inner.args[0] if isinstance(inner, log) else inner
        if isinstance(inner, Indexed) and str(inner.base.label) == name:
            return True
    return False


def _anything_known(family: Family) -> bool:
    return bool(
        family.declared or family.positive or family.nonnegative or family.values or family.sums_to_one
        or family.lower is not None or family.upper is not None or family.points_into is not None
    )  # fmt: skip


def _fit(left: Value, right: Value, reading: Reading) -> tuple[Shape, Value]:
    """Bring the right side into the shape of the left one where that can be done, and say what was needed."""
    axes = reading.scope.axes
    if left.rank == right.rank:
        pairs = list(zip(left.shape, right.shape, strict=True))
        if all(axes.same(a, b) for a, b in pairs):
            if left.rank == 1 and left.row != right.row:
                return Shape.TRANSPOSED, right
            return Shape.SAME, right
        if left.rank == 2 and all(axes.same(a, b) for a, b in zip(left.shape, right.shape[::-1], strict=True)):
            return Shape.TRANSPOSED, replace(right, indices=right.indices[::-1])
        return Shape.DIFFERENT, right
    if is_number(left) or is_number(right):
        return Shape.SAME, right
    return Shape.DIFFERENT, right


def _rank_known(body: Expr, reading: Reading) -> bool:
    """Whether no name in it could turn out to be a vector after all."""
    families, survey = reading.scope.families, reading.survey
    arrays = {str(n.base.label) for n in body.atoms(Indexed)}
    if not all(
        f.declared or n in survey.transposed | survey.partners or survey.most_indices.get(n) == f.order == 2
        for n in arrays
        if (f := families.get(n)) is not None
    ):
        return False
    return all(
        f.declared or f.values or ((all_ := families.get(f"{s.name}^()")) is not None and all_.declared)
        for s in scalars_of(body)
        if (f := families.get(s.name)) is not None
    )


def shapes_settled(body: Expr, reading: Reading) -> bool:
    """Whether the author declared the shapes of all arrays in a term."""
    families = reading.scope.families
    atoms = body.atoms(Indexed)
    known = (families.get(str(n.base.label)) for n in atoms)
    return all(f.declared or f.points_into is not None for f in known if f is not None)
