"""Which random variables a sentence says to be independent, and given what: "X and Y are independent", "X → Y → Z".

A joint distribution of which this is said is a product of tables, ``p(x,y,z) = p(y) p(x|y) p(z|y)``.  That product
stands in its place only where the sentence says so: in the displays that "if X and Y are independent" leads to, and
until the section ends where it is said without a condition.  Everywhere else it keeps a step from being refuted, and
proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sympy import Expr, Indexed, Integer

from derive.reading import tree
from derive.reading.branches import GENERAL
from derive.reading.context import Reading, new_index
from derive.reading.items import END_OF_HEADING
from derive.reading.prose import Formula
from derive.reading.scope import Scope, Stated, names_in
from derive.reading.spelling import letter, plain
from derive.reading.structures import Structure, say
from derive.reading.tables import declare_table, joint_entry
from derive.terms import Index

__all__ = ["declare_independence"]

WORD = re.compile(r"\bindependen(?:t|ce)\b|独立", re.IGNORECASE)
MARKOV = re.compile(r"\bmarkov\b|马尔可夫|马尔科夫", re.IGNORECASE)
OTHERWISE = re.compile(
    r"linearly\s*$|treat\w*\b[^.;]*$|\b(?:regard|view)\w*\b[^.;]*\bas\s*$|当[作成做]\s*$|线性\s*$|看[作成做]\s*$",
    re.IGNORECASE,
)
"""What stands before the word where it is about something else than random variables."""
SAMPLES = re.compile(
    r"^(?:ly)?\s*(?:samples?|examples?|draws?|trials?|observations?|copies|of (?:the|each|every|all|how|any|which)|"
    r"样本|同分布|(?:地)?(?:采样|抽取|抽样|重复))",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\b(?:not|n't|never|no longer|nor|without|unless|dependent or|dependent and|whether)\b[^.;,，；]*$"
    r"|[不非未没无][^。；，,]{0,4}$|是否[^。；，,]*$|或不?$",
    re.IGNORECASE,
)
EQUALITY = re.compile(
    r"\biff\b|only if|equality|exactly (?:when|if)|precisely (?:when|if)|当且仅当|等号|充要|how far|measures?|"
    r"\btest|\bor\b|度量|衡量|检验",
    re.IGNORECASE,
)
"""Words with which a sentence says what independence would mean, and not that there is any."""
HYPOTHESIS = re.compile(
    r"\b(?:if|when|whenever|suppos\w+|assum\w+|for|in case|provided|under|were|would|might|may|should|can)\b"
    r"|若|当|如果|假如|假设|假定|时|可能",
    re.IGNORECASE,
)
GIVEN = re.compile(r"\bgiven\b|\bcondition\w*\s+(?:up)?on\b|给定|已知|条件于", re.IGNORECASE)
CONDITIONALLY = re.compile(r"\bcondition\w*|条件", re.IGNORECASE)
OF = re.compile(r"\bindependent\s+of\b|独立于", re.IGNORECASE)
JOINED = re.compile(r"\s*(?:and|和|与|,)\s*", re.IGNORECASE)
PAIRWISE = re.compile(r"pairwise|两两", re.IGNORECASE)
NOTHING_ELSE = re.compile(
    r"(?:\b(?:if|when|whenever|suppose|supposing|assume|assuming|given|that|now|first|next|again|let us|for|where|and|"
    r"we|have|get|obtain|then|thus|hence|so|therefore|it follows|under|the|two|random|variables?|are|is|be|of|"
    r"(?:conditional|mutual|statistical|pairwise)(?:ly)?|independen(?:t|ce)|in (?:that|this) case|in case)\b|"
    r"如果|假设|假如|假定|若|当|时|则|那么|于是|有|因此|所以|可得|得到|给定|相互|随机变量|条件|独立|与|和|及|两个|是|[的得]|"
    r"[\W\ue000])*",
    re.IGNORECASE,
)
"""All that a sentence may say beside the independence, so that the display behind it is claimed under that."""
BEHIND = re.compile(
    r"\W*(?:where|with|here|in which|since|because|as|if|when|whenever|for|assuming|provided|given that|by|[a-z])\b"
    r"|\W*(?:其中|这里|此处|因为|由于)"
)
"""How a sentence begins that says of the display before it under which condition it holds."""
WITHOUT = re.compile(
    r"\bin general\b|\bwithout (?:this|the|that|any) (?:assumption|independence)|一般(?:地|情况|来说|而言)",
    re.IGNORECASE,
)
"""Words after which nothing that was supposed holds any more."""
DEPENDENT = re.compile(r"\bdependent\b|\bnot (?:\w+ )?independent|不(?:再|一定|必)?(?:相互)?独立", re.IGNORECASE)
"""Words after which no two variables are independent, though they may be so given others."""


@dataclass(frozen=True)
class Independence:
    """Groups of letters that are independent of each other, given others."""

    groups: tuple[tuple[str, ...], ...]
    given: tuple[str, ...] = ()


def declare_independence(text: str, formulas: Sequence[Formula], reading: Reading) -> None:
    """Remember what a sentence says of the independence of random variables."""
    scope, item = reading.scope, int(reading.place)
    _expire(text, scope, item)
    if not _is_said(text):
        return
    for name in [each for each in reading.survey.joints if each != "\\#"]:
        joint = reading.survey.joints[name]
        found = _read(text, formulas, joint)
        entry, where = _entry(name, reading)
        if found is None or not isinstance(entry, Indexed):
            for each in names_in(entry):
                say(scope, each, Structure.UNKNOWN, item - 1)
            continue
        product = _product(name, found, where, reading)
        supposed = HYPOTHESIS.search(text) is not None
        behind = BEHIND.match(text) is not None
        scope.stated[f"{reading.place}⊥{name}{'|' * bool(found.given)}"] = Stated(
            item - behind,
            None,
            (entry, product),
            supposed=supposed,
            passing=supposed,
            asserted=not supposed,
            covers=True,
            alone=NOTHING_ELSE.fullmatch(text) is not None,
        )


def _expire(text: str, scope: Scope, item: int) -> None:
    """What was said before proves nothing behind a heading; what was only supposed is over there."""
    heading = END_OF_HEADING in text
    without = GENERAL.search(text) is not None or WITHOUT.search(text) is not None
    dependent = DEPENDENT.search(text) is not None
    for place, stated in scope.stated.items():
        if not stated.covers or stated.since >= item or stated.until is not None:
            continue
        if without or (dependent and not place.endswith("|")) or (heading and stated.supposed):
            scope.stated[place] = replace(stated, until=item)
        elif heading:
            scope.stated[place] = replace(stated, asserted=False)


def _is_said(text: str) -> bool:
    if EQUALITY.search(text):
        return False
    if MARKOV.search(text):
        return True
    for match in WORD.finditer(text):
        before, behind = text[: match.start()], text[match.end() :]
        if not (OTHERWISE.search(before) or NEGATED.search(before) or SAMPLES.search(behind)):
            return True
    return False


def _read(text: str, formulas: Sequence[Formula], joint: tuple[str, ...]) -> Independence | None:
    """What is said of the variables of a joint distribution; None if that is not clear."""
    if PAIRWISE.search(text) and len(joint) > 2:
        return None
    said = [(position, found) for position, found in _variables(formulas) if set(found) <= set(joint)]
    if (chain := MARKOV.search(text)) is not None:
        return _chain(chain.start(), said)
    letters = [found for _, group in said for found in group]
    if len(set(letters)) != len(letters):
        return None
    given = _given(text, said)
    if given is None:
        return None
    rest = [(position, group) for position, group in said if position not in given]
    behind = tuple(found for position, group in said if position in given for found in group)
    if not letters and len(joint) == 2 and not CONDITIONALLY.search(text):
        return Independence(tuple((found,) for found in joint))
    if (of := OF.search(text)) is not None:
        sides = [
            tuple(found for position, group in rest if (position > of.start()) == later for found in group)
            for later in (False, True)
        ]
        return Independence(tuple(sides), behind) if all(sides) else None
    groups = tuple((found,) for _, group in rest for found in group)
    return Independence(groups, behind) if len(groups) > 1 else None


def _chain(position: int, said: Sequence[tuple[int, tuple[str, ...]]]) -> Independence | None:
    """What "X, Y, Z form a Markov chain" and "the Markov chain X → Y → Z" say."""
    before = tuple(found for where, group in said if where < position for found in group)
    behind = next((group for where, group in said if where > position), ())
    for letters in (before, behind):
        if len(letters) == len(set(letters)) == 3:
            return Independence((letters[:1], letters[2:]), letters[1:2])
    return None


def _given(text: str, said: Sequence[tuple[int, tuple[str, ...]]]) -> set[int] | None:
    """Where the variables stand that are given: what follows "given" at once; None if that is not clear."""
    words = list(GIVEN.finditer(text))
    if not words:
        return None if CONDITIONALLY.search(text) else set()
    end = words[0].end()
    found = [position for position, _ in said if position >= end]
    if len(words) > 1 or not found or text[end : found[0]].strip():
        return None
    if len(found) == len(said):  # "given Y, X and Z are independent"
        return set(found[:1]) if len(found) > 2 else None
    joined = all(JOINED.fullmatch(text[one + 1 : other]) for one, other in pairwise(found))
    return set(found) if joined else None


def _variables(formulas: Sequence[Formula]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The random variables that stand in a sentence, ``X``, ``X, Y``, ``(X, Y)``, ``X \\to Y \\to Z``, and where."""
    for formula in formulas:
        parts = [part for statement in formula.statements for part in _parts(statement)]
        names = [letter(part) for part in parts]
        found = tuple(name.lower() for name in names if name is not None and len(name) == 1 and name.isupper())
        if found and len(found) == len(parts):
            yield formula.position, found


def _parts(node: tree.Node) -> Iterator[tree.Node]:
    """What a list, a chain of arrows or a bracket holds."""
    node = plain(node)
    if isinstance(node, tree.Statement | tree.Chain) and node.first is not None:
        sides = [node.first, *(link.right for link in node.links if link.right is not None)]
        for side in sides if all("to" in k.relation.symbol or "arrow" in k.relation.symbol for k in node.links) else ():
            yield from _parts(side)
        if any("to" not in k.relation.symbol and "arrow" not in k.relation.symbol for k in node.links):
            yield node
    elif isinstance(node, tree.Group) and node.open == "(" and set(node.body.separators) <= {","}:
        for part in node.body.parts:
            yield from _parts(part)
    elif isinstance(node, tree.Sequence) and set(node.separators) <= {","}:
        for part in node.parts:
            yield from _parts(part)
    else:
        yield node


def _entry(name: str, reading: Reading) -> tuple[Expr, dict[str, Index]]:
    """An entry of a joint distribution at free places."""
    joint = reading.survey.joints[name]
    where = {found: new_index(found, reading.scope.axis(f"({found})", 0)) for found in joint}
    return joint_entry(name, [where[found] for found in joint], reading), where


def _product(name: str, found: Independence, where: dict[str, Index], reading: Reading) -> Expr:
    """The joint distribution of independent variables: any of them is such a product of tables."""
    members = [letter_ for group in found.groups for letter_ in group]
    rest = [letter_ for letter_ in where if letter_ not in (*members, *found.given)]
    product = _factor(name, found.given, (), where, reading)
    for group in found.groups:
        product *= _factor(name, group, found.given, where, reading)
    return product * _factor(name, rest, (*found.given, *members), where, reading)


def _factor(name: str, front: Sequence[str], given: Sequence[str], where: dict[str, Index], reading: Reading) -> Expr:
    """An entry of the table ``p(front|given)``; 1 if nothing stands in front."""
    if not front:
        return Integer(1)
    key = f"{name}({','.join(front)}|{','.join(given)})⊥" if given else f"{name}({','.join(front)})⊥"
    scope = reading.scope
    declare_table(
        key, name, (*(",",) * (len(front) - 1), *(("|",) if given else ()), *(",",) * (len(given) - 1)), 0, reading
    )
    for position, letter_ in enumerate((*front, *given)):
        scope.axes.same(scope.axis(key, position), scope.axis(f"({letter_})", 0))
    scope.want_order(key, len(front) + len(given))
    return scope.entry(key, [where[letter_] for letter_ in (*front, *given)])
