"""Relations that a sentence states about names it does not define: ``A = Aᵀ``, ``QᵀQ = I``, ``x_0 = 1``, ``‖v‖ = 1``.

The prover does not use them.  A counterexample must meet them, or it shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import sympy
from sympy import Expr, Indexed, Symbol

from derive.reading import tree
from derive.reading.claims import settled
from derive.reading.context import Reading, undisturbed
from derive.reading.elaborate import value
from derive.reading.given_entries import given_entry, widen
from derive.reading.scope import Stated, Unsettled
from derive.reading.spelling import letter, plain, spell, walk
from derive.reading.structures import said_from
from derive.reading.values import Value, is_number
from derive.terms import Index, free_indices, fresh, rename_bound, sum_over

__all__ = ["relations", "state"]

RELATIONS = {"=": "=", "\\equiv": "=", "\\le": "≤", "\\ge": "≥", "<": "<", ">": ">"}
CASE = re.compile(r"\b(?:at|when|if|case|where only)\s*$|[当若在]\s*$", re.IGNORECASE)
FOR = re.compile(r"\b(?:for|as|by|with|at)\s*$|对\s*$", re.IGNORECASE)

WITH = re.compile(r"\bwith\s*$", re.IGNORECASE)


def state(statement: tree.Statement, before: str, reading: Reading) -> None:
    """Remember what a formula in a sentence, behind the words ``before``, states about names.

    Raises what reading a formula raises: a relation that is not understood states nothing.
    """
    if f"{statement.span.line}:{statement.span.column}" in reading.scope.defined_at.values():
        return  # a definition is put in wherever its name stands
    for place, found in relations(statement, before, reading):
        if found.entry is not None:
            widen(found.entry, reading.scope)
        reading.scope.stated[place] = replace(found, since=said_from(before, int(reading.place)))


def relations(statement: tree.Statement, before: str, reading: Reading) -> Iterator[tuple[str, Stated]]:
    """The relations of a formula one by one, and where each stands."""
    left = statement.first
    for link in statement.links:
        symbol, right = RELATIONS.get(link.relation.symbol), link.right
        if symbol is not None and left is not None and right is not None and not _set_apart(left, right, before):
            with undisturbed(reading):  # it uses names, it does not say what they are
                found = _condition(value(left, reading), symbol, value(right, reading), reading)
            if found is not None:
                yield f"{right.span.line}:{right.span.column}", found
        left = right


def _set_apart(left: tree.Node, right: tree.Node, before: str) -> bool:
    """Whether it is about one case only (``for x = 0``), or gives a derivative: that is a result, no condition."""
    if any(letter(node) in ("\\partial", "\\nabla") for side in (left, right) for node in walk(side)):
        return True
    if CASE.search(before) is not None:
        return True
    if WITH.search(before) is not None and _first_entry(left):
        return False
    numbers = [not any(letter(node) for node in walk(side)) for side in (left, right)]
    return FOR.search(before) is not None and any(numbers)


def _first_entry(node: tree.Node) -> bool:
    """``x_0`` and ``x_0^{(i)}``: beside weights it is there to be 1."""
    spelled = spell(node)
    return spelled is not None and any(isinstance(n := plain(s), tree.Num) and n.text == "0" for s in spelled.subs)


def _condition(left: Value, symbol: str, right: Value, reading: Reading) -> Stated | None:
    """A relation between two numbers that holds exactly if the stated one holds for all entries and free letters."""
    ranked = left if left.rank >= right.rank else right
    if left.rank != right.rank and not is_number(left) and not is_number(right):
        raise Unsettled("a relation between different shapes")
    indices = tuple(fresh(i) for i in ranked.indices)
    one, other = (reading.scope.sized(side.at(*indices) if side.rank else side.body) for side in (left, right))
    if not any(_numbers(side) for side in (one, other)) or any(_is_index(side) for side in (one, other)):
        return None  # it is about indices or sizes
    one, other = (settled(side, reading) for side in (one, other))
    entry = given_entry(one, other) if symbol == "=" else None
    free = tuple(dict.fromkeys((*indices, *free_indices(one - other))))
    if symbol in ("<", ">"):
        if free:
            raise Unsettled("a strict relation between many entries")
        return Stated(0, (one, symbol, other))
    gap = (one - other) ** 2 if symbol == "=" else sympy.Max(0, one - other if symbol == "≤" else other - one)
    for index in free:
        bound = fresh(Index(index.name, reading.scope.settled(index.axis)))
        gap = sum_over(rename_bound(gap).xreplace({index: bound}), bound)
    solved = _solved(one, other, free) if symbol == "=" else None
    return Stated(0, (gap, "=", sympy.Integer(0)), solved, entry=entry)


def _solved(one: Expr, other: Expr, free: tuple[Index, ...]) -> tuple[Expr, Expr] | None:
    """``a_i = 2 b_i`` gives a: every free index is one of the entry, and a stands nowhere else."""
    for entry, body in ((one, other), (other, one)):
        if isinstance(entry, Indexed):
            where = entry.indices
            if set(where) == set(free) and len(set(where)) == len(where) and entry.base not in _bases(body):
                return entry, body
        elif isinstance(entry, Symbol) and not free and not body.has(entry):
            return entry, body
    return None


def _bases(body: Expr) -> set[Expr]:
    return {node.base for node in body.atoms(Indexed)}


def _is_index(side: Expr) -> bool:
    return isinstance(side, Index) or (isinstance(side, Indexed) and bool(side.base.label.is_integer))


def _numbers(side: Expr) -> set[Expr]:
    entries = {e for e in side.atoms(Indexed) if not e.base.label.is_integer}
    return entries | {
        s
        for s in side.free_symbols
        if isinstance(s, Symbol) and not isinstance(s, Index) and s.is_real and not s.is_integer
    }
