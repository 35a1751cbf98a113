"""Ways through a tree: ``n(w,j)`` in a subscript, ``v_j`` for ``v_{n(w,j)}``, the bracket that says which way it turns.

All of it is made plain before anything is read.  A function whose values are indices becomes a name with indices; a
bracket with such a function in its condition becomes a name too, of which only its two values are known, as nobody
reckons with the condition itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from derive.reading import tree
from derive.reading.indicators import applied, bracket, subscripted
from derive.reading.items import Display, Item, Sentence, trees_of
from derive.reading.lengths import lengths_in
from derive.reading.prose import Formula
from derive.reading.rewriting import rewritten
from derive.reading.spelling import bare, call, letter, plain, spell, walk
from derive.reading.unify import unify
from derive.reading.written import shown

__all__ = ["with_plain_paths"]

HYPOTHETICAL = re.compile(r"(?:^|[,，;；]\s*|\s)(?:if|when|unless|suppose|若|当|如果|假如)", re.IGNORECASE)


def with_plain_paths(items: list[Item]) -> list[Item]:
    """The document with index functions, brackets over them and abbreviated indices written out."""
    heads = _index_functions(list(trees_of(items)))
    items = [_mapped(item, lambda node: _as_indices(node, heads)) for item in items] if heads else items
    items = _with_brackets(items, _Brackets(frozenset(f"{head}()" for head in heads)))
    return list(_written_out(items))


def _mapped(item: Item, change: Callable[[tree.Node], tree.Node | None]) -> Item:
    if isinstance(item, Display):
        return replace(item, rows=rewritten(item.rows, change))
    if isinstance(item, Sentence):
        formulas = tuple(replace(f, statements=rewritten(f.statements, change)) for f in item.formulas)
        return replace(item, formulas=formulas)
    return item


def _call(node: tree.Node) -> tuple[str, tuple[tree.Node, ...]] | None:
    """The head and the arguments of ``n(w,j)``, if the node is nothing else."""
    node = plain(node)
    if isinstance(node, tree.Product) and len(node.factors) == 2 and not node.factors[1].operator:
        return _called(node.factors[0].node, node.factors[1].node)
    return None


def _called(head: tree.Node, group: tree.Node) -> tuple[str, tuple[tree.Node, ...]] | None:
    name = letter(head)
    if name is None or not isinstance(group, tree.Group) or group.open != "(" or not call(head, group):
        return None
    if any(sign != "," for sign in group.body.separators) or not 1 <= len(group.body.parts) <= 3:
        return None
    return name, group.body.parts


def _index_functions(formulas: Sequence[tree.Node]) -> frozenset[str]:
    """The letters n of ``v_{n(w,j)}``; lengths such as L(w) are none, although they stand in subscripts too."""
    found: set[str] = set()
    lengths: set[str] = set()
    for formula in formulas:
        for node in walk(formula):
            if isinstance(node, tree.Script) and node.sub is not None and (pair := _call(node.sub)) is not None:
                found.add(pair[0])
            if isinstance(node, tree.BigOp) and node.sup is not None:
                lengths |= {pair[0] for end in lengths_in(node.sup) if (pair := _call(end)) is not None}
    return frozenset(found - lengths)


def _as_indices(node: tree.Node, heads: frozenset[str]) -> tree.Node | None:
    """``n(w,j)`` as the name ``n()`` with the indices w and j, alone or as a factor."""
    if not isinstance(node, tree.Product):
        return None
    factors: list[tree.Factor] = []
    for factor in node.factors:
        before = factors[-1] if factors and not factor.operator else None
        pair = _called(before.node, factor.node) if before is not None else None
        if before is None or pair is None or pair[0] not in heads:
            factors.append(replace(factor, node=rewritten(factor.node, lambda inner: _as_indices(inner, heads))))
            continue
        span = before.node.span.to(factor.node.span)
        parts = rewritten(pair[1], lambda inner: _as_indices(inner, heads))
        sub = tree.Sequence(span, parts, (",",) * (len(parts) - 1))
        name = tree.Name(before.node.span, f"{pair[0]}()")
        factors[-1] = replace(before, node=tree.Script(span, name, sub if len(parts) > 1 else parts[0], None))
    if len(factors) == len(node.factors):
        return replace(node, factors=tuple(factors)) if tuple(factors) != node.factors else None
    return factors[0].node if len(factors) == 1 else replace(node, factors=(bare(factors[0].node), *factors[1:]))


@dataclass
class _Brackets:
    """The brackets over index functions that a note uses: for each pattern its letters and its name."""

    functions: frozenset[str]
    patterns: list[tuple[tree.Node, tuple[str, ...], tree.Name]] = field(default_factory=list)
    doubled: set[str] = field(default_factory=set)

    def named(self, condition: tree.Chain, doubled: bool) -> tree.Node | None:
        """The name with indices that stands for a bracket over a condition; None if there is no index function."""
        names = [spell(node) for node in walk(condition) if isinstance(node, tree.Script)]
        if not any(spelled is not None and spelled.name in self.functions for spelled in names):
            return None
        for pattern, letters, name in self.patterns:
            found: dict[str, tree.Node] = {}
            if unify(pattern, condition, frozenset(letters), found):
                return _indexed(name, [found[each] for each in letters])
        letters = tuple(dict.fromkeys(_letters_in_indices(condition)))
        if not 1 <= len(letters) <= 3:
            return None
        name = tree.Name(condition.span, f"[{shown(condition)}]")
        self.patterns.append((condition, letters, name))
        if doubled:
            self.doubled.add(name.base)
        return _indexed(name, [tree.Name(condition.span, each) for each in letters])


def _letters_in_indices(condition: tree.Chain) -> Iterator[str]:
    for node in walk(condition):
        if isinstance(node, tree.Script) and (spelled := spell(node)) is not None:
            for sub in spelled.subs:
                yield from (name for inner in walk(sub) if (name := letter(inner)) is not None and "(" not in name)


def _indexed(name: tree.Name, subs: list[tree.Node]) -> tree.Node:
    sub = subs[0] if len(subs) == 1 else tree.Sequence(name.span, tuple(subs), (",",) * (len(subs) - 1))
    return tree.Script(name.span, name, sub, None)


def _with_brackets(items: list[Item], known: _Brackets) -> list[Item]:
    if not known.functions:
        return items
    signed = _values_said(items)
    found = [_mapped(item, lambda node: _without_bracket(node, known)) for item in items]
    dotted = any(_dotted(node) is not None for each in trees_of(found) for node in walk(each))
    if not known.patterns and dotted and (letters := _letters_of_a_place(found, known.functions)):
        name = tree.Name(next(iter(trees_of(found))).span, "[·]")
        known.patterns.append((name, letters, name))
        known.doubled.add(name.base)
    if not known.patterns:
        return items
    if len(known.patterns) == 1:  # ``[[·]]`` is the only bracket there is
        _, letters, name = known.patterns[0]
        only = _indexed(name, [tree.Name(name.span, each) for each in letters])
        found = [_mapped(item, lambda node: only if _dotted(node) in (*letters, "") else None) for item in found]
    declared = [
        _said(name, letters, signed) for _, letters, name in known.patterns if signed or name.base not in known.doubled
    ]
    return [*declared, *found]


def _letters_of_a_place(items: Iterable[Item], functions: frozenset[str]) -> tuple[str, ...]:
    """The letters w and j of the first ``n(w,j)`` in a note that has two of them."""
    for each in trees_of(list(items)):
        for node in walk(each):
            spelled = spell(node) if isinstance(node, tree.Script) else None
            if spelled is not None and spelled.name in functions and len(spelled.subs) == 2:
                letters = [name for sub in spelled.subs if (name := letter(sub)) is not None]
                if len(letters) == 2:
                    return tuple(letters)
    return ()


def _without_bracket(node: tree.Node, known: _Brackets) -> tree.Node | None:
    if isinstance(node, tree.Group) and _is_double(node) and (chains := bracket(node)) is not None:
        return known.named(chains[0], True) if len(chains) == 1 else None
    if isinstance(node, tree.Script) and (chains := subscripted(node)) is not None and len(chains) == 1:
        return known.named(chains[0], False)
    if not isinstance(node, tree.Product):
        return None
    factors: list[tree.Factor] = []
    for factor in node.factors:
        chains = applied(factors[-1].node, factor.node) if factors and not factor.operator else None
        made = known.named(chains[0], False) if chains is not None and len(chains) == 1 else None
        if made is not None:
            factors[-1] = replace(factors[-1], node=made)
        else:
            factors.append(replace(factor, node=rewritten(factor.node, lambda inner: _without_bracket(inner, known))))
    if tuple(factors) == node.factors:
        return node
    return factors[0].node if len(factors) == 1 else replace(node, factors=tuple(factors))


def _is_double(group: tree.Group) -> bool:
    if group.open == "\\llbracket":
        return True
    inner = plain(group.body.parts[0]) if len(group.body.parts) == 1 else None
    return group.open == "[" and isinstance(inner, tree.Group) and inner.open == "["


def _dotted(node: tree.Node) -> str | None:
    """The letter of ``[[·]]_j``, the bracket of the note whatever stands in it; empty for ``[[·]]``, else None."""
    sub = None
    inner: tree.Node = node
    if isinstance(node, tree.Script) and node.sup is None and not node.primes:
        inner, sub = plain(node.base), node.sub
    if not isinstance(inner, tree.Group) or not _is_double(inner):
        return None
    while isinstance(inner, tree.Group) and len(inner.body.parts) == 1:
        inner = plain(inner.body.parts[0])
    if not isinstance(inner, tree.Mark) or inner.symbol not in ("\\cdot", "·", "\\bullet"):
        return None
    return "" if sub is None else letter(sub)


def _values_said(items: Iterable[Item]) -> bool:
    """Whether a note says of its double brackets that they are 1 or -1."""
    for item in items:
        if not isinstance(item, Sentence | Display):
            continue
        trees = list(trees_of([item]))
        nodes = [node for each in trees for node in walk(each)]
        if any(isinstance(n, tree.Group) and _is_double(n) for n in nodes) and any(map(_is_minus_one, nodes)):
            return True
    return False


def _is_minus_one(node: tree.Node) -> bool:
    """``-1``, ``\\pm 1``; no term of a sum."""
    terms: tuple[tree.Node, ...] = node.terms if isinstance(node, tree.Sum) else (node,)
    if len(terms) != 1 or not isinstance(one := terms[0], tree.Term | tree.Signed):
        return False
    inner = plain(one.node)
    return one.sign in ("-", "\\pm") and isinstance(inner, tree.Num) and inner.text == "1"


def _said(name: tree.Name, letters: tuple[str, ...], signed: bool) -> Sentence:
    """``name_{letters} ∈ {1, -1}``, or ∈ {1, 0}."""
    span = name.span
    one = tree.Num(span, "1")
    other: tree.Node = tree.Sum(span, (tree.Term(span, "-", one),)) if signed else tree.Num(span, "0")
    values = tree.Group(span, "\\{", "\\}", tree.Sequence(span, (one, other), (",",)))
    link = tree.Link(span, tree.Relation(span, "\\in"), values)
    first = _indexed(name, [tree.Name(span, each) for each in letters])
    return Sentence("", (Formula((tree.Statement(span, first, (link,)),), 0),))


def _written_out(items: Iterable[Item]) -> Iterator[Item]:
    """The document with ``v_j`` written as ``v_{n(w,j)}`` from where the note says that it is short for it.

    Where nobody says so, ``v_j`` behind ``v_{n(w,j)}`` is short for it too, unless j runs over another set there.
    """
    short: dict[Short, tree.Node] = {}
    meant: dict[Short, tree.Node] = {}
    for item in items:
        said: dict[Short, tree.Node] = {}
        if isinstance(item, Sentence):
            for formula in item.formulas:
                if not HYPOTHETICAL.search(item.text[: formula.position]):
                    said.update(pair for s in formula.statements for pair in _abbreviation(s))
        elif isinstance(item, Display):
            said.update(pair for s in trees_of([item]) for each in _statements(s) for pair in _abbreviation(each))
        else:
            yield item
            continue
        short |= said
        for each in trees_of([item]):
            meant |= {key: index for key, index in _long_names(each) if key not in meant}
        if said and isinstance(item, Display):
            yield item
        elif short or meant:
            yield _each_formula(item, partial(_in_full, dict(short), dict(meant)))
        else:
            yield item


Short = tuple[str, int, str]
"""A name, its primes and its letter: ``v'_j``."""


def _statements(node: tree.Node) -> Iterator[tree.Statement]:
    return (inner for inner in walk(node) if isinstance(inner, tree.Statement))


def _each_formula(item: Display | Sentence, change: Callable[[Any], Any]) -> Item:
    if isinstance(item, Display):
        return replace(item, rows=tuple(change(row) if isinstance(row, tree.Row) else row for row in item.rows))
    formulas = (replace(f, statements=tuple(change(s) for s in f.statements)) for f in item.formulas)
    return replace(item, formulas=tuple(formulas))


def _in_full(short: dict[Short, tree.Node], meant: dict[Short, tree.Node], formula: tree.Node) -> Any:
    elsewhere = {name for node in walk(formula) if isinstance(node, tree.BigOp) for name in _over_a_size(node)}
    table = {key: index for key, index in meant.items() if key[2] not in elsewhere} | short
    return rewritten(formula, lambda node: _long(node, table))


def _over_a_size(node: tree.BigOp) -> Iterator[str]:
    """The letter of ``Σ_{j=1}^V``, which runs over no path."""
    if node.sub is None or (node.sup is not None and any(lengths_in(node.sup))):
        return
    for inner in walk(node.sub):
        if (name := letter(inner)) is not None:
            yield name


def _long_names(formula: tree.Node) -> Iterator[tuple[Short, tree.Node]]:
    """``v_{n(w,j)}``, with what it may be called for short."""
    for node in walk(formula):
        spelled = spell(node) if isinstance(node, tree.Script) and node.sub is not None else None
        if spelled is None or len(spelled.subs) != 1 or (index := spell(spelled.subs[0])) is None:
            continue
        place = letter(index.subs[-1]) if len(index.subs) > 1 and index.name.endswith("()") else None
        if place is not None and len(place) == 1:
            yield (spelled.name, spelled.primes, place), plain(spelled.subs[0])


def _abbreviation(statement: tree.Statement) -> Iterator[tuple[Short, tree.Node]]:
    """``v'_j = v'_{n(w,j)}``: the name, its primes, the letter, and the index that it is short for."""
    if statement.first is None or len(statement.links) != 1 or (right := statement.links[0].right) is None:
        return
    if statement.links[0].relation.symbol not in ("=", ":=", "\\equiv"):
        return
    one, other = spell(plain(statement.first)), spell(plain(right))
    if one is None or other is None or (one.name, one.primes) != (other.name, other.primes):
        return
    if len(one.subs) != 1 or len(other.subs) != 1 or one.power or other.power or one.transposed or other.transposed:
        return
    name, index = letter(one.subs[0]), plain(other.subs[0])
    nested = spell(index)
    if name is None or nested is None or not nested.subs:
        return
    if name in {letter(inner) for sub in nested.subs for inner in walk(sub)}:
        yield (one.name, one.primes, name), index


def _long(node: tree.Node, short: dict[Short, tree.Node]) -> tree.Node | None:
    if not isinstance(node, tree.Script) or node.sub is None or (name := letter(node.sub)) is None:
        return None
    spelled = spell(node)
    index = short.get((spelled.name, spelled.primes, name)) if spelled is not None else None
    return replace(node, sub=index) if index is not None else None
