"""``A = 0 ⇔ p = q`` and ``A = a ⇒ B = b``: conditions, which are not claimed and introduce no name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from derive.reading import tree
from derive.reading.claims import Claim, Shape
from derive.reading.context import Reading
from derive.reading.drafts import Pass
from derive.reading.items import Display
from derive.reading.spelling import spell, walk
from derive.terms import Index, free_indices, rename_bound

__all__ = ["EQUIVALENT", "OTHER_SIDE", "Condition", "conditions", "goes_on", "of_every_entry", "under_condition"]

EQUIVALENT = "\\Leftrightarrow"
OTHER_SIDE = "what stands on the other side of the arrow"
SUPPOSED = re.compile(
    r"\b(?:if|when(?:ever)?|suppos\w+|assum\w+|provided|in (?:the )?case)\b|若|当|如果|假设|假如",
    re.IGNORECASE,
)
"""Words in front of ``A = a ⇒ B = b`` with which the first equation is a condition, and nothing that has been shown."""
OF_SUCH = re.compile(r"\b(?:for|where|under)\b|对于", re.IGNORECASE)
"""The same of an equation between what is given, of which nothing could be shown."""
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


def under_condition(arrow: tree.Link, links: Sequence[tree.Link], begun: int, current: Pass) -> bool:
    """Whether ``A = a`` in front of ``⇒ B = b`` is a condition; what stands behind the arrow is claimed under it.

    Where it is said of every i, the claim knows it of its own i only: that is enough for a proof, but not to refute.
    """
    reading, drafts = current.reading, current.drafts
    alone = len(drafts) == begun + 1 and links.index(arrow) == 1 and len(links) > 2
    if not alone or drafts[-1].symbol != "=" or not _is_supposed(drafts[-1].source, reading):
        return False
    claimed = drafts[-1].claim
    if claimed is None or claimed.shape is not Shape.SAME or claimed.shapes != ("a scalar", "a scalar"):
        return False
    drafts[-1] = replace(drafts[-1], claim=None, definition="a condition of what stands behind the arrow")
    goal = claimed.goal
    reading.given = (*reading.given, (goal.left, "=", goal.right))
    if not (free_indices(goal.left) or free_indices(goal.right)):
        reading.unmet = tuple(each for each in reading.unmet if each != OTHER_SIDE)
    return True


def _is_supposed(sides: Iterable[tree.Node | None], reading: Reading) -> bool:
    """Whether the words in front of an equation make it a condition."""
    if SUPPOSED.search(reading.sentence) is not None:
        return True
    names = {spelled.name for side in sides for node in walk(side) if (spelled := spell(node)) is not None}
    defined = {key.split("(")[0].rstrip("_") for key in reading.scope.heads}
    return OF_SUCH.search(reading.sentence) is not None and not names & (defined | {"\\partial", "\\nabla"})


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
