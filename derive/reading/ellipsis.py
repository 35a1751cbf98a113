"""Dots: ``v_1 + v_2 + \\cdots + v_n`` and ``q_1 q_2 \\cdots q_n`` as a sum and a product over an index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import sympy
from sympy import Expr

from derive.reading import tree
from derive.reading.context import Reading, new_index
from derive.reading.ranges import bound_value
from derive.reading.scope import Unsettled
from derive.reading.spelling import bare, letter, plain, spell
from derive.reading.values import ShapeError, Value, add, multiply, negate
from derive.reading.windows import window_sum
from derive.reading.written import shown
from derive.terms import Axis, product_over, sum_over

ValueOf = Callable[[tree.Node, Reading], Value]
HOLE = "⋯"


def has_ellipsis(node: tree.Node) -> bool:
    """Whether dots are a term or a factor of this very sum or product."""
    if isinstance(node, tree.Sum):
        return any(isinstance(plain(t.node), tree.Ellipsis) for t in node.terms)
    return isinstance(node, tree.Product) and any(isinstance(plain(f.node), tree.Ellipsis) for f in node.factors)


def dotted_sum(node: tree.Sum, reading: Reading, value_of: ValueOf) -> Value:
    if (window := window_sum(node, reading, value_of)) is not None:
        return window
    terms = _without_members(list(node.terms))
    if sum(isinstance(plain(t.node), tree.Ellipsis) for t in terms) > 1:
        raise Unsettled("the dots do not show which terms they stand for")
    dots = next(k for k, t in enumerate(terms) if isinstance(plain(t.node), tree.Ellipsis))
    if dots + 1 == len(terms):
        return _open_sum(terms[:dots], reading, value_of)
    if dots == 0:
        raise Unsettled("dots need a term before and one behind them")
    last = terms[dots + 1]
    for start in range(dots):
        run = terms[start:dots]
        if any(t.sign != last.sign for t in run) or last.sign not in ("+", "-"):
            continue
        pattern = general(run[0].node, last.node)
        if pattern is None or any(not _fits(pattern, t.node, k) for k, t in enumerate(run)):
            continue
        total = _over(pattern, reading, value_of, sum_over)
        total = total if last.sign == "+" else negate(total)
        for term in [*terms[:start], *terms[dots + 2 :]]:
            part = value_of(term.node, reading)
            total = add(total, part if term.sign == "+" else negate(part), reading.scope.axes)
        return total
    raise Unsettled("the dots do not show which terms they stand for")


def _without_members(terms: list[tree.Term]) -> list[tree.Term]:
    """``a_1 + ⋯ + a_o + ⋯ + a_V`` as ``a_1 + ⋯ + a_V``: the term in the middle is one of them."""
    dots = [k for k, term in enumerate(terms) if isinstance(plain(term.node), tree.Ellipsis)]
    if len(dots) != 2 or dots[0] == 0 or dots[1] != dots[0] + 2 or dots[1] + 1 >= len(terms):
        return terms
    first, member, last = terms[dots[0] - 1], terms[dots[0] + 1], terms[dots[1] + 1]
    if not first.sign == member.sign == last.sign:
        return terms
    whole, part = general(terms[0].node, last.node), general(terms[0].node, member.node)
    if (
        whole is None
        or part is None
        or tree.sexpr(whole.node) != tree.sexpr(part.node)
        or _number(part.high) is not None
    ):
        return terms
    return [*terms[: dots[0] + 1], *terms[dots[1] + 1 :]]


def _open_sum(terms: list[tree.Term], reading: Reading, value_of: ValueOf) -> Value:
    """``θ_0 + θ_1 x_1 + θ_2 x_2 + …``: over all that the index may be, which two terms must show."""
    if len(terms) < 2 or any(term.sign != terms[-1].sign for term in terms[-2:]) or terms[-1].sign not in ("+", "-"):
        raise Unsettled("dots need a term before and one behind them")
    pattern = general(terms[-2].node, terms[-1].node)
    low, high = (_number(end) for end in (pattern.low, pattern.high)) if pattern is not None else (None, None)
    if pattern is None or (low, high) != (1, 2):
        raise Unsettled("the dots do not show which terms they stand for")
    index = new_index(HOLE, reading.loose_axis(HOLE))
    with reading.binding({HOLE: index}):
        body = value_of(pattern.node, reading)
    total = Value(body.indices, sum_over(body.body, index), body.row)
    total = total if terms[-1].sign == "+" else negate(total)
    for term in terms[:-2]:
        part = value_of(term.node, reading)
        total = add(total, part if term.sign == "+" else negate(part), reading.scope.axes)
    return total


def dotted_product(items: list[tree.Factor], reading: Reading, value_of: ValueOf) -> Value:
    dots = next(k for k, f in enumerate(items) if isinstance(plain(f.node), tree.Ellipsis))
    length = len(items) - dots - 1
    if length < 1 or dots < length:
        raise Unsettled("dots need a factor before and one behind them")
    last = _chunk(items[dots + 1 :])
    for count in range(dots // length, 0, -1):
        start = dots - count * length
        runs = [_chunk(items[start + k * length : start + (k + 1) * length]) for k in range(count)]
        pattern = general(runs[0], last)
        if pattern is None or any(not _fits(pattern, run, k) for k, run in enumerate(runs)):
            continue
        total = _over(pattern, reading, value_of, product_over)
        if total.rank:
            raise ShapeError("a product of vectors with dots")
        if start:
            front = value_of(_chunk(items[:start]), reading)
            total = multiply(front, total, reading.scope.axes)
        return total
    raise Unsettled("the dots do not show which factors they stand for")


def dotted_list(node: tree.Group, reading: Reading, value_of: ValueOf) -> Value:
    """``[u_1, u_2, …, u_V]``: the entries of a vector, or the columns (rows, where they are rows) of a matrix."""
    parts = [plain(part) for part in node.body.parts]
    dots = [k for k, part in enumerate(parts) if isinstance(part, tree.Ellipsis)]
    if len(dots) != 1 or dots[0] == 0 or dots[0] + 2 != len(parts):
        raise Unsettled(f"the dots do not show what the list holds: {shown(node)}")
    run, last = parts[: dots[0]], parts[-1]
    pattern = general(run[0], last)
    low = _number(pattern.low) if pattern is not None else None
    if pattern is None or low not in (0, 1) or any(not _fits(pattern, part, k) for k, part in enumerate(run)):
        raise Unsettled(f"the dots do not show what the list holds: {shown(node)}")
    high = bound_value(plain(pattern.high), reading, value_of)
    index = new_index(HOLE, Axis(str(high), sympy.Integer(low), high))
    with reading.binding({HOLE: index}):
        entry = value_of(pattern.node, reading)
    if entry.rank > 1:
        raise Unsettled("a list of matrices is not understood")
    if entry.rank == 0:
        return Value((index,), entry.body)
    return Value((index, *entry.indices) if entry.row else (*entry.indices, index), entry.body)


def _chunk(items: list[tree.Factor]) -> tree.Node:
    if len(items) == 1:
        return items[0].node
    return tree.Product(items[0].node.span, (bare(items[0].node), *items[1:]))


class Pattern:
    """A tree with a hole for the running index, its first and its last value."""

    def __init__(self, node: tree.Node, low: tree.Node, high: tree.Node) -> None:
        self.node, self.low, self.high = node, low, high


def general(first: tree.Node, last: tree.Node) -> Pattern | None:
    """The common pattern of the first and the last term, if they differ in one index (up to an offset)."""
    holes: list[tuple[tree.Node, tree.Node]] = []
    node = _merge(first, last, holes)
    if node is None or not holes:
        return None
    low, high = holes[0]
    if _number(low) is None:
        return None
    return Pattern(node, low, high)


def _merge(first: Any, last: Any, holes: list[tuple[tree.Node, tree.Node]]) -> Any:
    if isinstance(first, tree.Node) and isinstance(last, tree.Node):
        inner_first, inner_last = plain(first), plain(last)
        if inner_first == inner_last or _same_letter(inner_first, inner_last):
            return first
        if isinstance(inner_first, tree.Num) and _is_bound(inner_last):
            holes.append((inner_first, inner_last))
            return _hole(inner_first, inner_last, holes)
        if type(first) is not type(last) or not is_dataclass(first):
            return None
        changed = {}
        for each in fields(first):
            if each.name == "span":
                continue
            merged = _merge(getattr(first, each.name), getattr(last, each.name), holes)
            if merged is None and getattr(first, each.name) is not None:
                return None
            changed[each.name] = merged
        return replace(first, **changed)
    if isinstance(first, tuple) and isinstance(last, tuple):
        if len(first) != len(last):
            return None
        merged_parts = tuple(_merge(a, b, holes) for a, b in zip(first, last, strict=True))
        return (
            None if any(m is None and a is not None for m, a in zip(merged_parts, first, strict=True)) else merged_parts
        )
    return first if first == last else None


def _same_letter(first: tree.Node, last: tree.Node) -> bool:
    """The i of ``x_{i1}`` and of ``x_{ip}``, which is written in a run of letters."""
    if not (isinstance(first, tree.Name) and isinstance(last, tree.Name)):
        return False
    return (first.base, first.decorations) == (last.base, last.decorations)


def _is_bound(node: tree.Node) -> bool:
    return isinstance(node, tree.Num) or _name(node) is not None or isinstance(node, tree.Sum)


def _name(node: tree.Node) -> str | None:
    """``V`` and ``|V|``"""
    if (name := letter(node)) is not None:
        return name
    spelled = spell(node) if isinstance(node, tree.Group) and node.open == "|" else None
    return spelled.name if spelled is not None else None


def _number(node: tree.Node) -> int | None:
    return int(node.text) if isinstance(node, tree.Num) and node.text.isdigit() else None


def _symbolic(node: tree.Node) -> Expr | None:
    """A bound as an expression, only to compare offsets."""
    node = plain(node)
    if isinstance(node, tree.Num):
        return sympy.Integer(node.text) if node.text.isdigit() else None
    name = _name(node)
    if name is not None:
        return sympy.Symbol(name)
    if isinstance(node, tree.Sum):
        total: Expr = sympy.Integer(0)
        for term in node.terms:
            part = _symbolic(term.node)
            if part is None or term.sign not in ("+", "-"):
                return None
            total = total + part if term.sign == "+" else total - part
        return total
    return None


def _hole(first: tree.Num, last: tree.Node, holes: list[tuple[tree.Node, tree.Node]]) -> tree.Node | None:
    """The hole, or the hole plus an offset if another hole came before."""
    low, high = holes[0]
    start, end, low_value, high_value = _symbolic(first), _symbolic(last), _symbolic(low), _symbolic(high)
    if start is None or end is None or low_value is None or high_value is None:
        return None
    offset = sympy.expand(start - low_value)
    if sympy.expand(end - high_value - offset) != 0:
        return None
    hole = tree.Name(first.span, HOLE)
    if offset == 0:
        return hole
    number = tree.Num(first.span, str(abs(offset)))
    return tree.Sum(
        first.span, (tree.Term(first.span, "+", hole), tree.Term(first.span, "+" if offset > 0 else "-", number))
    )


def _fits(pattern: Pattern, node: tree.Node, step: int) -> bool:
    """Whether a written term is the pattern at its place, so that ``x_1 + x_3 + … + x_n`` is not misread."""
    start = _number(pattern.low)
    found = general(node, _fill(pattern.node, pattern.high))
    return found is not None and start is not None and _number(found.low) == start + step


def _fill(node: Any, high: tree.Node) -> Any:
    if isinstance(node, tree.Name) and node.base == HOLE:
        return high
    if (
        isinstance(node, tree.Sum)
        and len(node.terms) == 2
        and isinstance(hole := node.terms[0].node, tree.Name)
        and hole.base == HOLE
    ):
        return _shift(high, node.terms[1])
    if isinstance(node, tree.Node):
        return replace(node, **{f.name: _fill(getattr(node, f.name), high) for f in fields(node) if f.name != "span"})
    if isinstance(node, tuple):
        return tuple(_fill(part, high) for part in node)
    return node


def _shift(high: tree.Node, term: tree.Term) -> tree.Node:
    return tree.Sum(high.span, (tree.Term(high.span, "+", high), term))


def _over(pattern: Pattern, reading: Reading, value_of: ValueOf, combine: Callable[..., Expr]) -> Value:

    low, high = (bound_value(plain(n), reading, value_of) for n in (pattern.low, pattern.high))
    index = new_index(HOLE, Axis(str(high), low, high))
    with reading.binding({HOLE: index}):
        body = value_of(pattern.node, reading)
    return Value(body.indices, combine(body.body, index), body.row)
