"""What a claim must heed of the relations that the sentences of a note state.

A step that is false without them is not refuted unless it is false under them as well.  A step is proved under a
supposition only where a sentence that says nothing else leads to the display.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sympy import Expr, Indexed, Symbol

from derive.derivation import Goal
from derive.reading.scope import Scope, Stated, names_in
from derive.reading.structures import says, valued
from derive.terms import ArrayFacts, Facts, Index, free_indices, rename_bound

__all__ = ["heeded", "put_in", "under"]


def heeded(
    scope: Scope, sides: Iterable[Expr], item: int, near: frozenset[int], settled: Callable[[Expr], Expr]
) -> list[Stated]:
    """What is stated that a counterexample for these sides must meet."""
    counting = [stated for stated in scope.stated.values() if stated.counts(item, near)]
    used = {name for side in sides for name in names_in(side)} | {i.name for side in sides for i in free_indices(side)}
    # A relation with a name that the step does not have can be met by choosing that one.
    return [_settled(stated, settled) for stated in counting if _speaks_of(stated, used)]


def _speaks_of(stated: Stated, used: set[str]) -> bool:
    if stated.condition is None:
        return bool(stated.names() & used)
    if stated.solved is not None and isinstance(stated.solved[0], Index):
        return stated.solved[0].name in used
    names = valued(stated.condition[0]) | valued(stated.condition[2])
    return bool(names) and names <= used


def _settled(stated: Stated, settled: Callable[[Expr], Expr]) -> Stated:
    condition, solved = stated.condition, stated.solved
    return replace(
        stated,
        condition=condition and (settled(condition[0]), condition[1], settled(condition[2])),
        solved=solved and (settled(solved[0]), settled(solved[1])),
    )


def under(goal: Goal, stated: Iterable[Stated], scope: Scope, item: int) -> tuple[Goal, list[tuple[Expr, str, Expr]]]:
    """The goal with everything put in that is stated, and the conditions that could not be put in."""
    facts, left = goal.facts, []
    table: list[tuple[Expr, Expr]] = []
    for each in stated:
        for name, changes in each.facts:
            changed: dict[str, Any] = dict(changes)
            facts = facts.with_arrays(**{name: replace(facts.of(name) or ArrayFacts(), **changed)})
        if each.condition is None and not each.covers:
            continue
        body = put_in(each.solved[1], table) if each.solved is not None else None
        if (
            each.solved is None
            or body is None
            or not (each.covers or _may_be(each.solved[0], body, facts, scope, item))
        ):
            left += [each.condition] if each.condition is not None else []
            continue
        table = [(entry, put_in(old, [(each.solved[0], body)])) for entry, old in table]
        table.append((each.solved[0], body))
    conditions = [(put_in(a, table), symbol, put_in(b, table)) for a, symbol, b in left]
    return replace(goal, left=put_in(goal.left, table), right=put_in(goal.right, table), facts=facts), conditions


def _may_be(entry: Expr, body: Expr, facts: Facts, scope: Scope, item: int) -> bool:
    """Whether any value of the body is one that the entry may have, so that nothing is lost by putting it in."""
    if isinstance(entry, Index):
        return isinstance(body, Index) and (entry.axis.low, entry.axis.high) == (body.axis.low, body.axis.high)
    name = str(entry.base.label) if isinstance(entry, Indexed) else entry.name if isinstance(entry, Symbol) else ""
    what = facts.of(name) or ArrayFacts()
    if name in names_in(body) or says(scope, name, facts, item) is not None or entry.is_integer:
        return False
    if what.points_into is not None or what.sums_to_one:
        return False
    if what.values:
        return body in what.values
    bounded = what.positive or what.nonnegative or what.lower is not None or what.upper is not None
    if not bounded and not entry.is_positive:
        return True
    if not body.is_Rational:
        return False
    above = what.lower is None or body > what.lower or (body == what.lower and not what.strict)
    below = what.upper is None or body < what.upper or (body == what.upper and not what.strict)
    return bool(body > 0 and above and below)


def put_in(term: Expr, table: Iterable[tuple[Expr, Expr]]) -> Expr:
    """The term with entries and numbers replaced by what they are."""
    for entry, body in table:
        if isinstance(entry, Indexed):
            found = {
                node: rename_bound(body).xreplace(dict(zip(entry.indices, node.indices, strict=True)))
                for node in term.atoms(Indexed)
                if node.base == entry.base and len(node.indices) == len(entry.indices)
            }
        else:
            found = {entry: rename_bound(body)}
        term = term.xreplace(found)
    return term
