"""``A = 0 ⇔ p = q``: two conditions, neither of which is claimed or introduces a name."""

from __future__ import annotations

from dataclasses import replace

from derive.reading import tree
from derive.reading.claims import Claim
from derive.reading.context import Reading
from derive.reading.drafts import Pass
from derive.reading.items import Display
from derive.terms import Index, free_indices, rename_bound

__all__ = ["EQUIVALENT", "Condition", "conditions", "goes_on", "of_every_entry"]

EQUIVALENT = "\\Leftrightarrow"
Condition = tuple[tree.Node, tree.Link]


def conditions(statement: tree.Statement, arrows: set[str]) -> tuple[Condition, ...]:
    """The conditions of ``A = a ⇔ B = b ⇔ C = c``, each as its left side and its relation; none in other statements."""
    if statement.first is None:
        return ()
    left: tree.Node = statement.first
    found: list[Condition] = []
    links = list(statement.links)
    while links:
        link = links.pop(0)
        if link.relation.symbol in arrows or link.right is None:
            return ()
        found.append((left, link))
        if links:
            arrow = links.pop(0)
            if arrow.relation.symbol != EQUIVALENT or arrow.right is None or not links:
                return ()
            left = arrow.right
    return tuple(found) if len(found) > 1 else ()


def of_every_entry(found: Claim, reading: Reading) -> Claim:
    """``p_i = q_i`` as ``p = q`` where the note sums over i, so that i is no item in particular."""
    goal = found.goal
    running = {
        index: Index(f"entry {index.name}", index.axis)
        for side in (goal.left, goal.right)
        for index in free_indices(side)
        if index.name in reading.survey.bound
    }
    if not running:
        return found
    left, right = (rename_bound(side).xreplace(running) for side in (goal.left, goal.right))
    return replace(found, goal=replace(goal, left=left, right=right))


def goes_on(statement: tree.Statement, item: Display, current: Pass) -> tree.Statement | None:
    """``A = a`` in one row and ``⇔ B = b`` in the next, as one statement."""
    if statement.first is not None or not statement.links or not current.drafts or current.side is None:
        return None
    last = current.drafts[-1]
    left, right = last.source
    alone = len(current.drafts) < 2 or current.drafts[-2].source[1] is not left
    if last.claim is None or left is None or right is not current.side.node or last.formula is not item.formula:
        return None
    if not alone or right is None or statement.links[0].relation.symbol != EQUIVALENT:
        return None
    link = tree.Link(right.span, tree.Relation(right.span, last.symbol, last.relation), right)
    return replace(statement, first=left, links=(link, *statement.links))
