"""Definitions in words: "t_j = 1 if j = k and 0 otherwise", "the term in braces is called L(w, j)".

A sentence of this kind gives a name its meaning by words around formulas, not by an equation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sympy import Expr, Integer, Mul, Rational, Sum, exp

from derive.reading import tree
from derive.reading.cases import truth
from derive.reading.context import Reading
from derive.reading.definers import Candidate, candidate, define
from derive.reading.definitions import unfold
from derive.reading.drafts import Pass
from derive.reading.elaborate import value
from derive.reading.prose import Formula
from derive.reading.signatures import signature
from derive.reading.spelling import call, letter, plain, spell
from derive.reading.survey import TABLES
from derive.reading.values import Value, scalar
from derive.terms import Index, fresh, sum_over

WHEN = re.compile(r"\bif\b|\bwhen(?:ever)?\b|\bfor\b|\biff\b|若|当|如果", re.IGNORECASE)
ELSE = re.compile(r"otherwise|\belse\b|elsewhere|否则|其余|其他|其它", re.IGNORECASE)
SUMMAND = re.compile(
    r"花括号|大括号|求和号(?:里|内|中)|和式(?:里|内|中)|(?:in|inside|between)\s(?:the\s)?(?:curly\s)?(?:brace|bracket)s?|"
    r"summand|(?:each|one|single|the)\s(?:single\s)?term\s(?:of|in|under)\sthe\ssum",
    re.IGNORECASE,
)
WORDS = (
    r"\s*(?:the\s+)?(?:sum|denominator|numerator|expression|quantity|ratio|normali[sz]er|partition function|logits?|"
    r"scores?|term|exponent|argument|product|difference|分母|分子|求和|和|式子|表达式)?\s*"
)
"""What may stand between a verb and its formula."""
NAMED: tuple[tuple[re.Pattern[str], bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name_first)
    for pattern, name_first in (
        (rf"(?:用|以)\s*(\ue000)\s*(?:来)?(?:代表|表示|代替|记){WORDS}(\ue000)", True),
        (rf"\b(?:write|writing|let)\s+(\ue000)\s+(?:for|denote|stand for|as shorthand for){WORDS}(\ue000)", True),
        (rf"\b(?:denote|denoting|abbreviate|abbreviating){WORDS}(\ue000)\s*(?:by|as|to)\s*(\ue000)", False),
        (rf"(?:记|把|将){WORDS}(\ue000)\s*(?:记)?(?:为|作|成)\s*(\ue000)", False),
    )
)
"""Phrases that give a formula a name, and whether the name comes first."""
SOFTMAX_OF = re.compile(
    r"(\ue000)\s*(?:is|be|are)\s+(?:the\s+)?(row-?\s?wise\s+)?softmax\s+of\s+(\ue000)", re.IGNORECASE
)
PROBABILITIES = re.compile(r"probabilit\w*|概率", re.IGNORECASE)


def define_in_words(text: str, formulas: list[Formula], current: Pass) -> None:
    """Everything that one sentence defines in words.  Raises ``Relearn`` and what reading a formula raises."""
    _named(text, formulas, current.reading)
    _by_cases(text, formulas, current.reading)
    _summand(text, formulas, current)
    _vector_of_probabilities(text, formulas, current.reading)
    _softmax_is_the_model(text, formulas, current.reading)
    _softmax_of(text, formulas, current.reading)


def _new(node: tree.Node | None, place: str, reading: Reading) -> Candidate | None:
    """What could be defined, if nothing else has defined it."""
    found = candidate(node, reading) if node is not None else None
    if found is None or (found.key in reading.scope.heads and reading.scope.defined_at.get(found.key) != place):
        return None
    return found


def _enter(found: Candidate, body: Value, place: str, reading: Reading) -> None:
    if define(found, body, reading) is not None:
        reading.scope.unclear.pop(found.spelled.name, None)
        reading.scope.defined_at.setdefault(found.key, place)
        reading.scope.note(f"what {found.spelled.name} is, a sentence says in words")


def _statements(formulas: list[Formula]) -> Iterator[tuple[Formula, tree.Statement]]:
    for formula in formulas:
        for statement in formula.statements:
            yield formula, statement


def _equation(statement: tree.Statement) -> tuple[tree.Node, tree.Node] | None:
    if statement.first is None or len(statement.links) != 1 or statement.links[0].relation.symbol not in ("=", ":="):
        return None
    right = statement.links[0].right
    return (statement.first, right) if right is not None else None


def _number(node: tree.Node) -> Expr | None:
    node = plain(node)
    if isinstance(node, tree.Sum) and len(node.terms) == 1 and isinstance(plain(node.terms[0].node), tree.Num):
        inner = _number(node.terms[0].node)
        return -inner if inner is not None and node.terms[0].sign == "-" else inner
    return Rational(node.text) if isinstance(node, tree.Num) else None


def _named(text: str, formulas: list[Formula], reading: Reading) -> None:
    """ "we write Σ for the sum …", "用 Σ 代表 …": the shorter of the two is the name."""
    at = {formula.position: formula.statements[0] for formula in formulas if len(formula.statements) == 1}
    for pattern, name_first in NAMED:
        for match in pattern.finditer(text):
            pair = [at.get(match.start(group)) for group in (1, 2)]
            head, body = pair if name_first else pair[::-1]
            if head is None or body is None or head.links or body.links or head.first is None or body.first is None:
                continue
            place = f"{head.span.line}:{head.span.column}"
            found = _new(head.first, place, reading)
            listed = isinstance(group := plain(body.first), tree.Group) and len(group.body.parts) > 1
            if found is None or found.called or listed or spell(group) is not None:
                continue
            _enter(found, value(body.first, reading), place, reading)


def _by_cases(text: str, formulas: list[Formula], reading: Reading) -> None:
    """``t_j = 1`` if ``j = k``, and ``t_j = 0`` (or 0) otherwise."""
    every = list(_statements(formulas))
    for position, (formula, statement) in enumerate(every[:-1]):
        equation = _equation(statement)
        one = _number(equation[1]) if equation is not None else None
        if equation is None or one is None or letter(equation[0]) is not None:
            continue
        after, condition = every[position + 1]
        between = text[formula.position : after.position]
        if not WHEN.search(between) or len(between) > 24:
            continue
        place = f"{statement.span.line}:{statement.span.column}"
        found = _new(equation[0], place, reading)
        other = _other_value(text, equation[0], every[position + 2 :], after.position)
        if found is None or other is None or condition.first is None:
            continue
        chain = tree.Chain(condition.span, condition.first, condition.links)
        holds = truth(chain, reading, reading.free_axis)
        _enter(found, scalar(one * holds + other * (1 - holds)), place, reading)


def _other_value(text: str, head: tree.Node, rest: list[tuple[Formula, tree.Statement]], position: int) -> Expr | None:
    """The value where the condition does not hold: ``t_j = 0`` or a number with "otherwise"."""
    for formula, statement in rest[:2]:
        equation = _equation(statement)
        if equation is not None and plain(equation[0]) == plain(head):
            return _number(equation[1])
        if equation is None and statement.first is not None and not statement.links:
            if ELSE.search(text[position : formula.position + 30]):
                return _number(statement.first)
    tail = text[position : position + 40]
    if ELSE.search(tail) and re.search(r"\b(?:0|zero)\b|零|为 ?0", tail):
        return Integer(0)
    return None


def _summand(text: str, formulas: list[Formula], current: Pass) -> None:
    """ "the content of the braces is called L(w, j)": the term of the sum that the display before ended with."""
    reading, match = current.reading, SUMMAND.search(text)
    if match is None or current.side is None or current.side.value is None or current.side.value.rank:
        return
    for formula, statement in _statements(formulas):
        place = f"{statement.span.line}:{statement.span.column}"
        if formula.position < match.start() or statement.links:
            continue
        found = _new(statement.first, place, reading)
        if found is None or not found.called:
            continue
        terms = [a for a in Mul.make_args(current.side.value.body) if isinstance(a, Sum)]
        if len(terms) != 1 or len(terms[0].limits) != 1:
            return
        index = terms[0].limits[0][0]
        name = next((p for p in found.parameters if isinstance(index, Index) and index.name.split("ʹ")[0] == p), None)
        if name is None:
            return
        body = terms[0].function.xreplace({index: reading.free_index(name, index.axis)})
        _enter(found, scalar(body), place, reading)
        return


def _vector_of_probabilities(text: str, formulas: list[Formula], reading: Reading) -> None:
    """ "ŷ is the vector of the probabilities P(O=w | C=c)": then P(w | c) is the entry of ŷ at w.

    Where the note says what P(w | c) is, and not what ŷ is, it is the same equation.
    """
    match = PROBABILITIES.search(text)
    if match is None:
        return
    if _collected(text, formulas, reading):
        return
    before = [(f, s) for f, s in _statements(formulas) if f.position < match.start() and _is_vector(s)]
    after = [s for f, s in _statements(formulas) if match.end() <= f.position <= match.end() + 3]
    vector = spell(plain(before[-1][1].first)) if before and before[-1][1].first is not None else None
    table = plain(after[0].first) if after and after[0].first is not None else None
    if vector is None or vector.subs or not isinstance(table, tree.Product) or len(table.factors) != 2:
        return
    head, group = (f.node for f in table.factors)
    named = spell(head)
    if not call(head, group) or named is None or named.name not in TABLES:
        return
    at, whole = before[-1]
    place = f"{after[0].span.line}:{after[0].span.column}"
    known = {signature(vector.name, 0, None), signature(vector.name, 1, None)} & reading.scope.heads.keys()
    found = _new(table, place, reading)
    if known and found is not None and found.parameters and not whole.links:
        inner = value(_entry(whole.first or table, found.parameters[0]), reading)
        _enter(found, Value((), unfold(inner.body, reading.scope.definitions)), place, reading)
    elif COLLECTED.search(text[at.position : match.start()]) and not after[0].links:
        drawn = letter(group.body.parts[0]) if isinstance(group, tree.Group) else None
        entry = _new(_entry(whole.first or table, drawn), place, reading) if drawn is not None else None
        table_known = any(key.startswith(f"{named.name}(") for key in reading.scope.heads)
        if table_known and entry is not None and not entry.called:
            _enter(entry, value(table, reading), place, reading)


VECTOR_OF = re.compile(
    r"(\ue000)\s*(?:be|is|denotes?|for|=|as)?\s*(?:the|a)?\s*(?:column|row)?\s*(?:vector)?\s*"
    r"(?:of|with|that (?:holds|collects|contains)|holding|containing|collecting)\s+(?:all\s+)?(?:the(?:se)?\s+)?"
    r"(?:\w+\s+)?probabilities(?!\s*\ue000)|(\ue000)\s*(?:为|是|表示)?(?:这些|所有|各)?概率(?:组成|构成)的(?:列|行)?向量",
    re.IGNORECASE,
)
"""A vector of "the probabilities", of which the note has one formula."""


def _collected(text: str, formulas: list[Formula], reading: Reading) -> bool:
    """ "let ŷ be the column of the probabilities": all the P(w | C) of the one formula for probabilities."""
    at = {formula.position: formula.statements[0] for formula in formulas if len(formula.statements) == 1}
    found = VECTOR_OF.search(text)
    whole = at.get(found.start(1) if found.group(1) else found.start(2)) if found is not None else None
    if whole is None or whole.first is None or not _is_vector(whole):
        return False
    heads = [h for key, h in reading.scope.heads.items() if key.split("(")[0].split("_{")[0] in TABLES and "(" in key]
    if len(heads) != 1 or not heads[0].written or heads[0].value.rank or heads[0].depends:
        return False
    word = heads[0].definition.parameters[0]
    place = f"{whole.span.line}:{whole.span.column}"
    entry = _new(_entry(whole.first, word.name), place, reading) if isinstance(word, Index) else None
    if entry is None or entry.called:
        return False
    _enter(entry, scalar(heads[0].value.body), place, reading)
    return True


COLLECTED = re.compile(
    r"\b(?:collects?|contains?|holds?|gathers?|stacks?|consists? of|vector of|has the|with the|entries|components)\b|"
    r"收集|组成|构成|排成|分量|元素|向量",
    re.IGNORECASE,
)


def _is_vector(statement: tree.Statement) -> bool:
    """``ŷ`` and ``ŷ ∈ ℝ^V``"""
    return not statement.links or [link.relation.symbol for link in statement.links] == ["\\in"]


def _entry(vector: tree.Node, at: str) -> tree.Node:
    return tree.Script(vector.span, vector, tree.Name(vector.span, at), None)


def _softmax_is_the_model(text: str, formulas: list[Formula], reading: Reading) -> None:
    """ "turn the scores into probabilities ŷ = softmax(z)": what P(w_c | its context) is, where nobody says it."""
    if PROBABILITIES.search(text) is None:
        return
    for _, statement in _statements(formulas):
        equation = _equation(statement)
        if equation is None or (name := letter(equation[0])) is None:
            continue
        right = plain(equation[1])
        head = plain(right.factors[0].node) if isinstance(right, tree.Product) else right
        if (called := spell(head)) is not None and called.name.lower() == "softmax":
            reading.scope.model = name


def _softmax_of(text: str, formulas: list[Formula], reading: Reading) -> None:
    """ "p is the softmax of z", "Ŷ is the row-wise softmax of Z": the last index is the one that the sum runs over."""
    at = {formula.position: formula.statements[0] for formula in formulas if len(formula.statements) == 1}
    for match in SOFTMAX_OF.finditer(text):
        head, body = (at.get(match.start(group)) for group in (1, 3))
        if head is None or body is None or head.links or body.links or body.first is None:
            continue
        place = f"{head.span.line}:{head.span.column}"
        found, scores = _new(head.first, place, reading), value(body.first, reading)
        if found is None or found.called or found.spelled.subs or scores.rank != (2 if match.group(2) else 1):
            continue
        *rows, last = indices = tuple(fresh(i) for i in scores.indices)
        other = fresh(last)
        share = exp(scores.at(*indices)) / sum_over(exp(scores.at(*rows, other)), other)
        _enter(found, Value(indices, share, scores.row), place, reading)
