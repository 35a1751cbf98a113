"""What restricts a formula of a display: ``(w ≠ o)``, ``(x > 0)``, ``i < j``, ``(n_m ≠ o)`` behind it.

A step need only hold where its conditions do, so a counterexample must meet them.  What is no relation at all (``∀ i``,
``(i = 1, …, n)``, words) excludes nothing here; a relation that cannot be understood leaves a refutation open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr, Indexed, KroneckerDelta, Symbol

from derive.reading import tree
from derive.reading.context import Reading, index_expression, undisturbed
from derive.reading.declarations import real_shape
from derive.reading.definitions import Relearn
from derive.reading.drafts import LOGICAL
from derive.reading.elaborate import value
from derive.reading.scope import Unsettled
from derive.reading.spelling import letter, plain, spell, walk
from derive.reading.written import shown
from derive.terms import ANY, Axis, Index, for_all

__all__ = ["Restrictions", "restrictions"]

RELATIONS = {"=": "=", "\\ne": "≠", "<": "<", ">": ">", "\\le": "≤", "\\ge": "≥"}

SAME = (":=", "\\equiv", "\\Leftrightarrow")


@dataclass(frozen=True)
class Restrictions:
    """Index pairs that differ, relations between numbers that hold, and relations that are not understood."""

    distinct: tuple[tuple[Expr, Expr], ...] = ()
    given: tuple[tuple[Expr, str, Expr], ...] = ()
    unmet: tuple[str, ...] = ()


SUPPOSED = re.compile(
    r"^\W*(?:if|when|whenever|unless|except|provided|given|assuming|suppos\w+)\b|^\s*(?:若|当|如果|假设|除非)", re.I
)
RANGING = re.compile(r"^\W*(?:for|where|with)\b", re.IGNORECASE)
EXCEPTED = re.compile(r"\b(?:unless|except)\b|除非", re.IGNORECASE)


def is_supposed(statement: tree.Statement) -> bool:
    """``if a > 0``, ``unless b = 0``, ``for all x > 0``: a relation that words make a condition and no claim."""
    said = _said(statement)
    if not statement.links or not said:
        return False
    ordered = all(link.relation.symbol in ("<", ">", "\\le", "\\ge", "\\ne", "\\to") for link in statement.links)
    return SUPPOSED.search(said) is not None or (ordered and RANGING.search(said) is not None)


def _said(statement: tree.Statement) -> str:
    return " ".join(text.text for text in statement.before)


def restrictions(statements: Sequence[tree.Statement], reading: Reading, *, supposed: bool = False) -> Restrictions:
    """What the conditions behind a formula say; ``supposed`` if words outside of the formula make them conditions."""
    excepted = [s for s in statements if EXCEPTED.search(_said(s))]
    parts = [part for statement in statements if statement not in excepted for part in _parts(statement)]
    dotted = any(isinstance(part, tree.Ellipsis) for part in parts)
    every = {letter(first) for first, symbol, _ in _relations(parts) if dotted and first and symbol == "="}
    distinct: list[tuple[Expr, Expr]] = []
    given: list[tuple[Expr, str, Expr]] = []
    unmet = [f"an exception: {shown(statement)}" for statement in excepted]
    for statement in statements:
        if supposed or SUPPOSED.search(_said(statement)):
            equations = ((a, b) for a, symbol, b in _relations(_parts(statement)) if symbol == "=" and a and b)
            loose = [(a, b) for a, b in equations if _axis(a, reading) is None and _axis(b, reading) is None]
            for a, b in loose:  # "if b = a + 1": an equation between numbers
                equation = _equation(a, b, reading)
                given += [equation] if equation is not None else []
                unmet += [f"{shown(a)} = {shown(b)}"] if equation is None else []
        unmet += _strange(statement)
    for first, symbol, second in _relations(parts):
        if first is None or second is None or isinstance(first, tree.Unread) or isinstance(second, tree.Unread):
            unmet += [f"{shown(first)} {symbol} {shown(second)}"] if symbol != "=" else []
            continue
        places = _axis(first, reading) or _axis(second, reading)
        if symbol == "=" and (places is None or dotted):
            continue  # ``k = 1, …, K``, or a remark such as ``(σ' = σ(1 - σ))``
        try:
            left, right = (_side(side, places, reading) for side in (first, second))
        except (Relearn, *LOGICAL):
            unmet.append(f"{shown(first)} {symbol} {shown(second)}")
            continue
        if symbol == "≠" and places is not None:
            left, right = (_for_all(side, every) for side in (left, right))
            distinct.append((left, right))
        if not for_all(left) and not for_all(right):
            given.append((left, symbol, right))
    return Restrictions(tuple(distinct), tuple(given), tuple(unmet))


def _equation(left: tree.Node, right: tree.Node, reading: Reading) -> tuple[Expr, str, Expr] | None:
    """``y = 1``, ``y_i = 0``: an equation about a number that nothing else is said to be; None for any other."""
    if isinstance(left, tree.Unread) or isinstance(right, tree.Unread):
        return None
    try:
        one, other = (_side(side, None, reading) for side in (left, right))
    except (Relearn, *LOGICAL):
        return None
    return (one, "=", other) if isinstance(one, Symbol | Indexed | KroneckerDelta) else None


def _parts(statement: tree.Statement) -> Iterator[tree.Node]:
    if statement.first is None:
        return
    if statement.links:
        yield tree.Chain(statement.span, statement.first, statement.links)
        return
    stack: list[tree.Node] = [statement.first]
    while stack:
        node = plain(stack.pop())
        if isinstance(node, tree.Group) and node.open in ("(", "["):
            stack += reversed(node.body.parts)
        else:
            yield node


def _strange(statement: tree.Statement) -> Iterator[str]:
    """The conditions that are no relation between numbers: ``if a ∝ b``, ``when i ∈ S``, ``if f(a)``, ``(n → ∞)``."""
    supposed = SUPPOSED.search(_said(statement)) is not None
    for part in _parts(statement):
        if isinstance(part, tree.Chain):
            if any(_is_strange(link, supposed) for link in part.links):
                yield shown(part)
        elif supposed and letter(part) is None and not isinstance(part, tree.Text | tree.Word | tree.Ellipsis):
            yield shown(part)


def _is_strange(link: tree.Link, supposed: bool) -> bool:
    symbol, right = link.relation.symbol, link.right
    if symbol in RELATIONS or symbol in SAME or right is None:
        return False
    if symbol == "\\in":
        listed = isinstance(plain(right), tree.Group) and any(isinstance(n, tree.Ellipsis) for n in walk(right))
        return supposed and not listed and real_shape(right) is None
    return supposed or symbol not in ("\\notin", "\\sim")


def _relations(parts: Iterable[tree.Node]) -> Iterator[tuple[tree.Node | None, str, tree.Node | None]]:
    """The relations of chains, one by one."""
    for part in parts:
        if isinstance(part, tree.Chain) and part.first is not None:
            left: tree.Node | None = part.first
            for link in part.links:
                symbol = RELATIONS.get(link.relation.symbol)
                if symbol is not None:
                    yield left, symbol, link.right
                left = link.right


def _axis(node: tree.Node, reading: Reading) -> Axis | None:
    """The axis that an index, or an entry of an array of indices, runs over; None for what is no index."""
    node = plain(node)
    if (name := letter(node)) is not None:
        family = reading.scope.families.get(name)
        number = family is not None and family.points_into is None  # beside words w_1, …, w_K, w is a word as well
        seen = name in reading.survey.subscripts or name in reading.survey.offsets - reading.survey.sizes
        return reading.free_axis(name) if seen and not number else None
    if isinstance(node, tree.Sum):
        found = (_axis(term.node, reading) for term in node.terms)
        return next((axis for axis in found if axis is not None), None)
    spelled = spell(node)
    if spelled is None or not spelled.subs or spelled.name not in reading.survey.index_arrays:
        return None
    family = reading.scope.families.get(spelled.name)
    return None if family is None else family.points_into


def _for_all(side: Expr, letters: set[str | None]) -> Expr:
    """``n_k`` with ``k = 1, …, K`` beside it is every entry."""
    return side.xreplace({i: Index(ANY, i.axis) for i in side.atoms(Index) if i.name in letters})


def _side(node: tree.Node, axis: Axis | None, reading: Reading) -> Expr:
    if axis is not None:
        return index_expression(node, axis, reading)
    with undisturbed(reading):  # a condition uses names, it does not say what they are
        made = value(node, reading)
    if made.rank:
        raise Unsettled("a condition is a relation between numbers")
    return made.body
