"""Cases of a derivation: "If i = j," and the displays it leads to, "2. The case i ≠ j" and all that stands below.

A sentence that is nothing but a condition opens a case.  What it leads to holds under the condition only.  Further down
the condition may be over without a word about it; there it proves nothing, and only keeps a step from being refuted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.drafts import Pass, Side
from derive.reading.items import Display, Item, Sentence
from derive.reading.restrictions import RELATIONS, restrictions
from derive.reading.spelling import letter, plain, spell

__all__ = ["Branch", "Course", "begun", "followed"]

LONGEST = 40  # characters of a sentence beside its condition
OPENING = re.compile(
    r"(?:^|[\s,(:*_])(?:if|when|whenever|for|where|cases?|situation|si|cuando|caso|para|wenn|falls|lorsque|se|quando)\b"
    r"[^.;,。，；\ue000]{0,24}$|\b(?:consider(?:ing)?|take|taking)\s*$|"
    r"(?:当|若|如果|假如|情况|情形|对于|场合|看|考虑)[^。，；,;\ue000]{0,8}$",
    re.IGNORECASE,
)
"""What stands before a condition."""
CLOSING = re.compile(r"^[\s)）]*(?:인\s*경우|일\s*때|이면|라면|时|的时候|的情况|の場合|のとき)")
"""What stands behind a condition, in languages that say it there."""
AGAINST = re.compile(
    r"\b(?:unless|except|exclud\w*|not|only|equality|iff|sum\w*|terms?|so|and|thus|hence|therefore|which|because|since)\b"
    r"|除非|除了|当且仅当|等号|求和|项|때문|아닌|제외|所以|因此",
    re.IGNORECASE,
)
"""Words with which a condition is said of something else than the display that follows."""
CONCLUDING = re.compile(
    r"\b(?:so|thus|hence|therefore|consequen\w+|in (?:general|total|summary|short)|both|combin\w+|together|overall|"
    r"summari[sz]\w+|altogether|finally|unif\w+|either|all cases|por (?:lo )?tanto|en general|en resumen|juntando)\b"
    r"|综上|因此|所以|总之|从而|结合|合并|统一|总结|综合|于是|따라서|그러므로|정리하면|종합|합치|결국|まとめ|よって",
    re.IGNORECASE,
)
"""Words after which a case may be over."""


GENERAL = re.compile(r"^\W*(?:in general\b|en general\b|一般地|一般情况|일반적으로|一般に)", re.IGNORECASE)
"""Words with which a case is over."""
TITLE = re.compile(
    r"^\s*(?:[-*+•]\s|\(?(?:\d{1,2}|[ivx]{1,4}|[a-d])[.)、]|[①-⑨]|[一二三四][、.])|\b(?:cases?|caso)\b|情况|情形|경우|場合",
    re.I,
)
"""What makes a condition the title of all that stands below it."""


@dataclass(frozen=True)
class Branch:
    """A case: its conditions, whether the next display stands under them, and whether what follows that does too."""

    conditions: tuple[tree.Statement, ...]
    firm: bool
    alone: bool


def followed(branch: Branch | None, item: Item) -> Branch | None:
    """The case that holds behind an item, given the one before it."""
    if not isinstance(item, Sentence):
        return branch
    if (found := begun(item)) is not None:
        return found
    if branch is None or item.heading or GENERAL.search(item.text):
        return None
    firm = branch.firm and branch.alone and not CONCLUDING.search(item.text)
    return branch if firm == branch.firm else replace(branch, firm=firm)


def begun(item: Item) -> Branch | None:
    """The case that a sentence opens."""
    if not isinstance(item, Sentence):
        return None
    for formula in item.formulas:
        statements = formula.statements
        if not statements or not all(_is_simple(statement) for statement in statements):
            continue
        before, behind = item.text[: formula.position], item.text[formula.position + 1 :]
        opened, closed = OPENING.search(before), CLOSING.search(behind)
        if opened is None and closed is None:
            continue
        if opened is not None and closed is None and _is_said_of(opened, item):
            continue
        rest = behind[closed.end() :] if closed is not None else behind
        first = opened is None or not _other_words(before[: opened.start()])
        title = item.heading or TITLE.search(item.text) is not None
        alone = title and len(item.formulas) == 1 and first and len(rest.strip()) <= LONGEST // 2
        last = formula is item.formulas[-1] and len(rest.strip()) <= LONGEST
        firm = (first or last) and not AGAINST.search(f"{before[opened.start() :] if opened else before} {rest}")
        return Branch(statements, firm, firm and alone)
    return None


def _is_said_of(opened: re.Match[str], item: Sentence) -> bool:
    """Whether the condition belongs to an equation right before it, in the sentence itself: "f(x) = 1 for x ≥ m"."""
    at = len(item.text[: opened.start()].rstrip(" ,，")) - 1
    said = next((formula for formula in item.formulas if formula.position == at), None)
    return said is not None and any(statement.links for statement in said.statements)


def _other_words(text: str) -> bool:
    """Whether a sentence says something before it comes to its condition: more than a number and "And first,"."""
    return len(re.sub(r"[\W\d_]", "", text)) > LONGEST // 4


def _is_simple(statement: tree.Statement) -> bool:
    """``i = j``, ``i \\ne j``, ``y = 1``, ``x > 0``: one relation between short things."""
    if statement.first is None or len(statement.links) != 1 or isinstance(statement.first, tree.Unread):
        return False
    link = statement.links[0]
    if link.relation.symbol not in RELATIONS or link.right is None or isinstance(link.right, tree.Unread):
        return False
    return all(_is_short(plain(side)) for side in (statement.first, link.right))


def _is_short(node: tree.Node) -> bool:
    if isinstance(node, tree.Sum) and len(node.terms) == 1:
        node = plain(node.terms[0].node)  # -1
    return isinstance(node, tree.Num) or letter(node) is not None or spell(node) is not None


@dataclass
class Course:
    """Which case a note is in, on the way through it."""

    branch: Branch | None = None
    parted: Side | None = None
    displays: int = 0
    named: dict[str, None] = field(default_factory=dict)

    def read(self, item: Sentence, current: Pass) -> None:
        """Take in a sentence."""
        before, self.branch = self.branch, followed(self.branch, item)
        if self.branch is not None and (before is None or _letters(before) != _letters(self.branch)):
            self.parted = current.side
        if self.branch is not before:
            self._forget(current.reading)
            self.displays = 0

    @contextmanager
    def display(self, item: Display, current: Pass) -> Iterator[None]:
        """The conditions that a display stands under, while it is read."""
        reading, branch = current.reading, self.branch
        if branch is None:
            yield
            return
        found = restrictions(branch.conditions, reading, supposed=True)
        if self.displays == 0 and _goes_on(item) and self.parted is not None:
            current.side = self.parted
        self.displays += 1
        if not branch.firm:
            reading.lingering = (found.distinct, found.given, found.unmet)
            yield
            reading.lingering = ((), (), ())
            return
        reading.guards = [*reading.guards, *found.distinct]
        reading.given, reading.unmet = (*reading.given, *found.given), (*reading.unmet, *found.unmet)
        before = dict(reading.scope.heads)
        yield
        if self.displays == 1:
            heads = reading.scope.heads.items()
            self.named |= dict.fromkeys(key for key, head in heads if before.get(key) is not head)

    def _forget(self, reading: Reading) -> None:
        """What a name is in one case says nothing about it in another."""
        for key in self.named:
            reading.scope.heads.pop(key, None)
            reading.scope.definitions.pop(key, None)
        self.named = {}


def _letters(branch: Branch) -> set[str]:
    """What the conditions of a case are about."""
    sides = [side for s in branch.conditions for side in (s.first, *(link.right for link in s.links)) if side]
    return {spelled.name for side in sides if (spelled := spell(plain(side))) is not None}


def _goes_on(item: Display) -> bool:
    """Whether a display begins with a relation: it goes on from where the cases part, not from the end of another."""
    row = item.rows[0] if item.rows else None
    return isinstance(row, tree.Row) and bool(row.statements) and row.statements[0].first is None
