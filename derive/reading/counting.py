"""``n_w`` is the number of ``s`` with ``w_s = w``, or how often w occurs in the window: counts that a sentence defines,
as sums of Kronecker deltas."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sympy
from sympy import Expr

from derive.reading import tree
from derive.reading.context import Reading, condition, indicator, new_index
from derive.reading.definers import Candidate, candidate, define
from derive.reading.elaborate import value
from derive.reading.hot_lists import occurrences
from derive.reading.positions import Places
from derive.reading.prose import Formula
from derive.reading.ranges import member_axis
from derive.reading.spelling import bare, letter, plain, spell
from derive.reading.structures import Structure, say
from derive.reading.values import scalar
from derive.terms import sum_over

COUNT = re.compile(r"(?:the )?(?:number|count) of|how (?:often|many times)|个数|次数|出现")


CONDITION = re.compile(r"with|such that|where|for which|满足|使得|且")
ANOTHER = re.compile(r"\b(?:let|put|set|write|denote|define)\b|[令记设]", re.IGNORECASE)
"""What comes behind is said of another name."""


OCCURS = re.compile(
    r"(\ue000)\s*(?:\w+ ){0,3}?(?:how (?:often|many times)|(?:the )?number of (?:times|occurrences of)(?: that)?)"
    r"(?: the)?(?: word)?\s*(\ue000)(?: \w+)? ?(?P<where>(?:in|among|over|inside|within) [^,.;\ue000]*)|"
    r"(\ue000)\s*(?:为|是|表示|记)?(?:词|单词)?\s*(\ue000)\s*(?P<ort>在[^，。；\ue000]*)出现的?(?:次数|频数)",
    re.IGNORECASE,
)
OCCURS_TIMES = re.compile(
    r"(\ue000)\s*(?:occurs|appears|comes|is found)\s*(\ue000)\s*times\s*"
    r"(?P<where>(?:in|among|over|inside|within) [^,.;\ue000]*)|"
    r"(\ue000)\s*(?P<ort>在[^，。；\ue000]*)出现(?:了)?\s*(\ue000)\s*次",
    re.IGNORECASE,
)
AROUND = re.compile(r"\bwindows?\b|\bcontexts?\b|\bsurround|窗口|上下文", re.IGNORECASE)
ALONG = re.compile(r"\b(?:text|corpus|sequence|sentence|samples?|data|draws)\b|语料|文本|序列|句子|样本", re.IGNORECASE)
EVERY = re.compile(r"\ball\b|\bwindows\b|\bcontexts\b|所有|全部|各", re.IGNORECASE)


def declare_occurrences(text: str, formulas: list[Formula], reading: Reading) -> None:
    """ "n_x counts how often x occurs in the window": the sum over the places of the window of δ(word there, x).

    If the note has several windows, or none that is written out, nothing is known of n.
    """
    at = {formula.position: formula.statements for formula in formulas}
    for where, first, second in _said(text):
        one, other = at.get(first), at.get(second)
        head = one[0].first if one and len(one) == 1 and not one[0].links else None
        counted = letter(other[0].first) if other and len(other) == 1 and not other[0].links else None
        found = candidate(head, reading) if head is not None else None
        if found is None or counted is None or found.parameters != (counted,):
            continue
        around = AROUND.search(where) is not None
        if not around and ALONG.search(where) is None:
            continue
        fitting = [each for each in reading.survey.places if each.around == around]
        listed = occurrences(counted, reading) if around and not fitting else None
        if listed is not None and found.key not in reading.scope.heads:
            define(found, scalar(listed), reading)
        elif len(fitting) == 1 and not EVERY.search(where):
            _define_occurrences(found, fitting[0], counted, reading)
        elif fitting:
            say(reading.scope, found.spelled.name, Structure.UNKNOWN, int(reading.place))


def _said(text: str) -> Iterator[tuple[str, int, int]]:
    """Where something occurs, where the number of times stands in a sentence, and where the word that is counted."""
    for match in OCCURS.finditer(text):
        groups = (1, 2) if match["where"] else (4, 5)
        yield match["where"] or match["ort"], match.start(groups[0]), match.start(groups[1])
    for match in OCCURS_TIMES.finditer(text):
        groups = (2, 1) if match["where"] else (6, 4)
        yield match["where"] or match["ort"], match.start(groups[0]), match.start(groups[1])


def _define_occurrences(found: Candidate, where: Places, counted: str, reading: Reading) -> None:
    if found.key in reading.scope.heads:
        return
    span = where.word.span
    equal = tree.Link(span, tree.Relation(span, "="), tree.Name(span, counted))
    holds = tree.Group(span, "\\{", "\\}", tree.Sequence(span, (tree.Chain(span, where.word, (equal,)),)))
    total = tree.Product(span, (bare(where.operator), bare(tree.Num(span, "1")), bare(holds)))
    if define(found, value(total, reading), reading) is not None:
        reading.scope.note(f"{found.spelled.name} counts (from the text)")


def counts(text: str, formulas: list[Formula]) -> bool:
    """Whether a sentence says what is counted: its formulas are conditions on that, and state nothing else."""
    return _parts(text, formulas) is not None


def _parts(text: str, formulas: list[Formula]) -> tuple[list[Formula], list[Formula]] | None:
    """The formulas before and after "the number of … with …"."""
    match = COUNT.search(text)
    if match is None or not CONDITION.search(text[match.end() :]):
        return None
    before = [f for f in formulas if f.position < match.start()]
    another = ANOTHER.search(text, match.end())
    end = another.start() if another is not None else len(text)
    after = [f for f in formulas if match.end() < f.position < end]
    return (before, after) if before and len(after) > 1 else None


def declare_count(text: str, formulas: list[Formula], reading: Reading) -> None:
    """``n_w`` is the number of ``s ∈ {1..K}`` with ``w_s = w``: a sum of deltas."""
    parts = _parts(text, formulas)
    if parts is None:
        return
    before, after = parts
    head = before[-1].statements[-1].first
    counted, conditions = after[0].statements[0], [s for f in after[1:] for s in f.statements]
    found = candidate(head, reading) if head is not None else None
    name = letter(counted.first) if counted.first is not None else None
    if found is None or found.key in reading.scope.heads:
        return
    if name is None:
        _count_pairs(found, counted, conditions, reading)
        return
    right = counted.links[0].right if counted.links else None
    axis = member_axis(right, name, reading, value) if right is not None else reading.loose_axis(name)
    index = new_index(name, axis)
    body: Expr = sympy.Integer(1)
    used = 0
    with reading.binding({name: index}):
        for statement in conditions:
            if statement.first is None or len(statement.links) != 1 or statement.links[0].relation.symbol != "=":
                break
            if statement.links[0].right is None or spell(plain(statement.links[0].right)) is None:
                break
            chain = tree.Chain(statement.span, statement.first, statement.links)
            left, equal_to, equal = condition(chain, reading, reading.free_axis)
            body *= indicator(left, equal_to, equal)
            used += 1
    if used:
        define(found, scalar(sum_over(body, index)), reading)
        reading.scope.note(f"{found.spelled.name} counts (from the text)")


def _count_pairs(found: Candidate, counted: tree.Statement, conditions: list[tree.Statement], reading: Reading) -> None:
    """``N_co`` is the number of pairs ``(t,j)`` with ``1 ≤ t ≤ T``, ``j ≠ 0``, ``w_t = c`` …: a sum of indicators."""
    group = plain(counted.first) if counted.first is not None else None
    if not isinstance(group, tree.Group) or counted.links or not all(letter(p) for p in group.body.parts):
        return
    names = {letter(part) for part in group.body.parts}
    ranges: list[tree.Node] = []
    equal: list[tree.Node] = []
    for statement in conditions:
        symbols = [k.relation.symbol for k in statement.links]
        if statement.first is None or not symbols:
            break
        chain = tree.Chain(statement.span, statement.first, statement.links)
        if symbols == ["="]:
            equal.append(chain)
        elif len(symbols) == 2 or letter(statement.first) in names:
            ranges.append(chain)
        else:
            break
    bounded = {n for r in ranges if isinstance(r, tree.Chain) and len(r.links) == 2 and (n := letter(r.links[0].right))}
    if not equal or bounded != names:
        return
    span = counted.span
    operator = tree.BigOp(span, "sum", tree.Sequence(span, tuple(ranges), (",",) * (len(ranges) - 1)), None)
    holds = tree.Group(span, "\\{", "\\}", tree.Sequence(span, tuple(equal), (",",) * (len(equal) - 1)))
    total = tree.Product(span, (bare(operator), bare(tree.Num(span, "1")), bare(holds)))
    if define(found, value(total, reading), reading) is not None:
        reading.scope.note(f"{found.spelled.name} counts (from the text)")
