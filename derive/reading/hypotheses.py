"""What is supposed in words: "Suppose that a_i = 2 b_i", "If y = 1", "Assume x > 0".

A supposition declares nothing: it holds until another one speaks of the same names, or the section ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, replace

from sympy import Expr, Indexed

from derive.reading import tree
from derive.reading.context import Reading, undisturbed
from derive.reading.declarations import declare_by_relation
from derive.reading.definitions import Relearn
from derive.reading.drafts import LOGICAL
from derive.reading.elaborate import value
from derive.reading.items import END_OF_HEADING, Display, Item, Sentence
from derive.reading.prose import Formula
from derive.reading.scope import Scope, Stated
from derive.reading.spelling import letter, plain, spell, walk
from derive.reading.stated import CASE, FOR, relations
from derive.reading.structures import Structure, say
from derive.terms import ArrayFacts

__all__ = [
    "HYPOTHETICAL",
    "before",
    "by_cases",
    "is_order",
    "is_passing",
    "is_supposed",
    "lapse",
    "leading_to",
    "pieces",
    "suppose",
]

HYPOTHETICAL = re.compile(r"(^|[,，;；:：(（]\s*|\s)(if|when|unless|suppose|若|当|如果|假如|只有)", re.IGNORECASE)
ASSUMED = re.compile(r"\bassum(?:e|es|ed|ing)\b|假定", re.IGNORECASE)
PASSING = re.compile(r"\b(?:if|when|whenever|unless)\b|若|当|如果|假如|只有", re.IGNORECASE)

MOREOVER = re.compile(
    r"\b(?:moreover|further(?:more)?|also|in addition|additionally|too|both|still)\b|此外|并且|同时|还", re.I
)
CASES = re.compile(r"\b(?:otherwise|else|unless)\b|否则|除非", re.IGNORECASE)
IN_CASE = re.compile(r"\W*(?:if|when|where|for|in case|otherwise|else|若|当|如果)\b", re.IGNORECASE)
OTHERWISE = re.compile(r"(?:\b(?:otherwise|else)|否则|其[他它](?:情况|时)?)\W*$", re.IGNORECASE)
LED_BY_CASE = re.compile(
    r"(?:\b(?:if|when|for)\b|若|当|如果|对于?)[^.;。；\ue000]{0,8}\ue000[^.;。；\ue000]{0,8}$", re.IGNORECASE
)
EVERY = re.compile(r"\b(?:all|every|each|any)\b|所有|任意|每", re.IGNORECASE)
NOTHING_ELSE = re.compile(
    r"(?:\b(?:if|when|whenever|suppose|supposing|assume|assuming|given|that|now|first|next|again|let us|for|all|every|"
    r"each|any|in the case|in case|at|where|and|we|have|get|obtain|find|then|thus|hence|so|therefore|it follows|"
    r"consequently|this gives|this is|it is|becomes)\b|"
    r"如果|假设|假如|假定|若|当|时|对|所有|任意|每个|则|那么|于是|有|因此|所以|可得|得到|得|[\W\ue000])*",
    re.IGNORECASE,
)
LEADS_ON = re.compile(
    r"(?:\b(?:and|then|thus|hence|so|therefore|we|have|get|obtain|find|it follows|consequently|this gives)\b|"
    r"则|那么|于是|有|因此|所以|可得|得到|得|\W)*",
    re.IGNORECASE,
)


def before(number: int, items: Sequence[Item]) -> frozenset[int]:
    """The sentences between a display and the one before it."""
    found = set[int]()
    for position in range(number - 1, -1, -1):
        if isinstance(items[position], Display):
            break
        found.add(position)
    return frozenset(found)


def leading_to(number: int, items: Sequence[Item]) -> frozenset[int]:
    """The sentences that lead to a display, through nothing but words such as "then we have" and what these lead to."""
    found = set[int]()
    for position in range(number - 1, -1, -1):
        item = items[position]
        if isinstance(item, Sentence):
            found.add(position)
            if item.formulas or not LEADS_ON.fullmatch(item.text):
                break
        elif not isinstance(item, Display):
            break
    return frozenset(found)


def by_cases(text: str, formulas: Sequence[Formula]) -> frozenset[int]:
    """Where the formulas stand in "b = v_c if w = o and b = 0 otherwise": each gives b in one case only.

    Numbers alone ("t_j = 1 if j = k and 0 otherwise") are another matter: they say what values t has.
    """
    if CASES.search(text) is None:
        return frozenset()
    found = {
        formula.position: formula
        for formula in formulas
        if IN_CASE.match(text, formula.position + 1) or OTHERWISE.search(text[: formula.position])
    }
    rights = [k.right for f in found.values() for s in f.statements for k in s.links if k.relation.symbol == "="]
    if all(right is None or isinstance(plain(right), tree.Num) for right in rights):
        return frozenset()
    return frozenset(found)


def pieces(text: str, formulas: Sequence[Formula]) -> frozenset[int]:
    """Where the formulas stand in "f(x) = x/m for x < m and f(x) = 1 for x ≥ m": none of them is f everywhere."""
    found: dict[str, dict[int, tree.Node]] = {}
    for formula in formulas:
        behind, before_it = IN_CASE.match(text, formula.position + 1), LED_BY_CASE.search(text[: formula.position])
        if len(formula.statements) != 1 or (behind is None and before_it is None):
            continue
        first, links = formula.statements[0].first, formula.statements[0].links
        if first is not None and len(links) == 1 and links[0].relation.symbol in ("=", ":=") and links[0].right:
            found.setdefault(tree.sexpr(first), {})[formula.position] = plain(links[0].right)
    several = [each for each in found.values() if len({tree.sexpr(right) for right in each.values()}) > 1]
    given = [each for each in several if not all(isinstance(right, tree.Num) for right in each.values())]
    return frozenset(position for each in given for position in each)


def is_supposed(text: str) -> bool:
    """Whether the words before a formula make a supposition of it, if only for the next display ("for y = 1")."""
    return any(words.search(text) is not None for words in (HYPOTHETICAL, ASSUMED, CASE, FOR))


def is_passing(text: str) -> bool:
    """Whether words suppose something for the moment ("if", "when"), and not from here on ("suppose that")."""
    return PASSING.search(text) is not None


def suppose(statement: tree.Statement, text: str, position: int, reading: Reading, *, example: bool = False) -> None:
    """Remember what a formula of a sentence supposes; what is not understood makes its names uncertain.

    What holds for an ``example`` may hold until the section ends.
    """
    here = not example and HYPOTHETICAL.search(text[:position]) is None and ASSUMED.search(text[:position]) is None
    if CASES.search(text) is not None or statement.first is None or not statement.links:
        return  # "1 if a > 0 and 0 otherwise" supposes nothing
    item = int(reading.place)
    alone, passing = NOTHING_ELSE.fullmatch(text) is not None, example or is_passing(text[:position])
    place = f"{statement.span.line}:{statement.span.column}"
    if is_order(statement, reading) and (here or not passing):
        return  # "suppose x > 0" declares it from here on
    if facts := _declared(statement, reading):
        reading.scope.stated[place] = Stated(item, None, facts=facts, supposed=True, alone=alone, passing=passing)
        return
    if (same := _same_index(statement, reading)) is not None:
        condition = same[0], "=", same[1]
        if not here:
            reading.scope.stated[place] = Stated(item, condition, same, supposed=True, alone=alone, passing=passing)
        return
    try:
        for where, found in relations(statement, "", reading):
            if here and found.solved is None:
                continue
            everywhere = found.solved is None or _of_all(found.solved, text)
            reading.scope.stated[where] = replace(
                found, since=item, supposed=True, alone=alone and everywhere, passing=passing, here=here
            )
    except Relearn:
        for side in (statement.first, *(link.right for link in statement.links)):
            if side is not None:
                value(side, reading)  # here it may teach what its names are
        raise
    except LOGICAL:
        for node in walk(statement):
            spelled = spell(node) if isinstance(node, tree.Name) else None
            if spelled is not None and spelled.name in reading.scope.families.keys() - reading.survey.subscripts:
                say(reading.scope, spelled.name, Structure.UNKNOWN, item)


def _same_index(statement: tree.Statement, reading: Reading) -> tuple[Expr, Expr] | None:
    """``i = k`` for two indices."""
    sides = [statement.first, *(link.right for link in statement.links)]
    names = [letter(side) for side in sides]
    letters = reading.survey.subscripts - reading.survey.sizes
    if len(names) != 2 or statement.links[0].relation.symbol != "=" or not all(name in letters for name in names):
        return None
    axes = [reading.known_free_axis(name or "") for name in names]
    if axes[0] is None or axes[1] is None or not reading.scope.axes.same(axes[0], axes[1]):
        return None
    one, other = (reading.free_index(name or "", axes[0]) for name in names)
    return one, other


def _of_all(solved: tuple[Expr, Expr], text: str) -> bool:
    """Whether ``a_i = …`` is said of every i, and not of the one i that ``y_i = 1`` speaks of."""
    entry, body = solved
    if not isinstance(entry, Indexed):
        return True
    return EVERY.search(text) is not None or set(entry.indices) <= body.free_symbols


def is_order(statement: tree.Statement, reading: Reading) -> bool:
    """Whether a formula is about the order of numbers, or a sum that is one: what ``suppose`` takes for itself."""
    symbols = {link.relation.symbol for link in statement.links}
    indices = reading.survey.subscripts | reading.survey.offsets | reading.survey.sizes
    sides = (statement.first, *(link.right for link in statement.links))
    if any(letter(side) in indices for side in sides):
        return False
    if symbols == {"="} and statement.first is not None:
        first = plain(statement.first)
        return isinstance(first, tree.Product) and isinstance(plain(first.factors[0].node), tree.BigOp)
    return bool(symbols) and symbols <= {"<", ">", "\\le", "\\ge"}


def _declared(statement: tree.Statement, reading: Reading) -> tuple[tuple[str, tuple[tuple[str, object], ...]], ...]:
    """What ``x > 0`` or ``Σ_i p_i = 1`` would declare, without declaring it."""
    if not is_order(statement, reading):
        return ()
    before = reading.scope.facts().arrays
    with undisturbed(reading):
        try:
            if not declare_by_relation(statement, [], reading):
                return ()
        except (Relearn, *LOGICAL):
            return ()
        after = reading.scope.facts().arrays
    changes = []
    for name, what in after.items():
        known = before.get(name, ArrayFacts())
        changed = tuple(
            (each.name, getattr(what, each.name))
            for each in fields(ArrayFacts)
            if each.name != "axes" and getattr(what, each.name) != getattr(known, each.name)
        )
        if changed:
            changes.append((name, changed))
    return tuple(changes)


def lapse(text: str, item: int, scope: Scope) -> None:
    """What was supposed before ends where a section ends, or where something else is supposed of the same names."""
    heading = END_OF_HEADING in text
    new = {
        name for stated in scope.stated.values() if stated.supposed and stated.since == item for name in stated.names()
    }
    if not heading and (not new or MOREOVER.search(text) is not None):
        return
    for place, stated in scope.stated.items():
        if not stated.supposed or stated.since >= item or stated.until is not None:
            continue
        if (heading and stated.passing) or new & stated.names():
            scope.stated[place] = replace(stated, until=item)
