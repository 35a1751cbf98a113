"""A name that a later section gives another formula: ``h`` of one context word, then ``h`` of several.

From there on it is another name.  What was defined by it, and is not defined again, is meant with the new one: "the
loss as before".  That is written out as if the author had repeated it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

from derive.reading import tree
from derive.reading.items import END_OF_HEADING, Display, Item, Sentence, trees_of
from derive.reading.lengths import lengths_in
from derive.reading.prose import Formula
from derive.reading.rewriting import rewritten
from derive.reading.spelling import base_name, bound_letters, call, letter, plain, spell, walk
from derive.reading.survey import ENTROPIES, TABLES

__all__ = ["with_second_meanings"]

NOW = re.compile(r"(?:^|[.!?]\s+|\n)\W*now\b|\bthis time\b|现在|改为|改成", re.IGNORECASE)
EXPLAINS = re.compile(r"^\W*(?:where|with|here)\b|^\W*(?:其中|这里|式中|此处)", re.IGNORECASE)
"""How a sentence begins that explains the display before it."""
IF = re.compile(r"\s*(?:if|when|where|whenever|当|若|如果)\s*", re.IGNORECASE)
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Meaning:
    """The equation that gives a name its meaning, the names it uses, and the section that it stands in.

    ``indexed`` tells ``J_i`` of one example from J.
    """

    statement: tree.Statement
    uses: frozenset[str]
    section: int
    indexed: bool = False


def with_second_meanings(items: Sequence[Item]) -> list[Item]:
    """The document with a name of its own for every name that a later section defines anew."""
    return list(_Meanings(items).written())


class _Meanings:
    """Goes through a note from top to bottom."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = list(items)
        formulas = list(trees_of(self.items))
        self.fixed = frozenset(_indices_and_sizes(formulas)) | frozenset(_in_several_ways(formulas))
        self.sections = list(accumulate(_headings(item) for item in items))
        self.places = [(name, k) for k, item in enumerate(items) for _, name, _ in _equations(item)]
        self.known: dict[str, Meaning] = {}
        self.renamed: dict[str, str] = {}
        self.count: dict[str, int] = {}
        self.said = ""

    def written(self) -> Iterator[Item]:
        for number, item in enumerate(self.items):
            again: list[tree.Statement] = []
            if isinstance(item, Sentence):
                self.said = item.text
            explained = _explained(self.items[number : number + 2])
            for statement, name, right in (*_equations(item), *explained):
                again += self._meet(name, right, statement, number)
            if isinstance(item, Display | Sentence):
                yield self._applied(item)
            else:
                yield item
            if isinstance(item, Display):
                self.said = ""
            if again:
                yield Sentence("", tuple(Formula((self._named(each),), 0) for each in again))

    def _meet(self, name: str, right: tree.Node, statement: tree.Statement, number: int) -> list[tree.Statement]:
        """Notes an equation; what must be repeated because the name has another meaning from here on."""
        uses = frozenset(_names(right))
        before = self.known.get(name)
        first = plain(statement.first) if statement.first is not None else None
        meaning = Meaning(statement, uses, self.sections[number], isinstance(first, tree.Script))
        if before is None:
            self.known[name] = meaning
            return []
        if meaning.indexed and not before.indexed:
            return []
        if name in self.fixed or name in uses or not self._is_another(before, meaning, right):
            return []
        self.known[name] = meaning
        self._rename(name)
        again = []
        for other in self._built_on(name):
            self._rename(other)
            if self._comes_again(other, number):
                del self.known[other]
            else:
                again.append(self.known[other].statement)
        return again

    def _comes_again(self, name: str, number: int) -> bool:
        """Whether the rest of the section defines a name itself."""
        return any(each == name and k > number and self.sections[k] == self.sections[number] for each, k in self.places)

    def _is_another(self, before: Meaning, now: Meaning, right: tree.Node) -> bool:
        if spell(plain(right)) is not None and NOW.search(self.said) is None and not self._leaves(now.uses):
            return False
        if NOW.search(self.said) is not None:
            return True
        return now.section != before.section and bool(self._leaves(now.uses) - self._leaves(before.uses))

    def _leaves(self, names: Iterable[str], seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """The names that formulas are made of in the end."""
        found: set[str] = set()
        for name in names:
            meaning = self.known.get(name)
            if meaning is None or name in seen:
                found.add(name)
            else:
                found |= self._leaves(meaning.uses, seen | {name})
        return frozenset(found)

    def _built_on(self, name: str) -> list[str]:
        """The names whose formulas use the name, directly or not, in the order in which they were defined."""
        found = {name}
        while True:
            more = {other for other, meaning in self.known.items() if meaning.uses & found} - found
            if not more:
                return [other for other in self.known if other in found and other != name and other not in self.fixed]
            found |= more

    def _rename(self, name: str) -> None:
        self.count[name] = self.count.get(name, 1) + 1
        self.renamed[name] = f"{name}⁽{str(self.count[name]).translate(SUPERSCRIPTS)}⁾"

    def _applied(self, item: Display | Sentence) -> Item:
        if not self.renamed:
            return item
        if isinstance(item, Display):
            return replace(item, rows=self._named(item.rows))
        return replace(item, formulas=tuple(replace(f, statements=self._named(f.statements)) for f in item.formulas))

    def _named(self, node: Any) -> Any:
        return rewritten(node, self._new_name)

    def _new_name(self, node: tree.Node) -> tree.Node | None:
        if not isinstance(node, tree.Name) or (new := self.renamed.get(base_name(node))) is None:
            return None
        return replace(node, base=new, decorations=(), run="", at=0)


def _explained(items: Sequence[Item]) -> list[tuple[tree.Statement, str, tree.Node]]:
    """The equations behind a display that say what its names are: "where t_j = 1 if …"."""
    if len(items) < 2 or not isinstance(items[0], Display) or not isinstance(items[1], Sentence):
        return []
    return list(_equations(items[1])) if EXPLAINS.search(items[1].text) else []


def _condition_behind(formula: Formula, item: Sentence) -> tree.Node | None:
    """C in "t = 1 if C"."""
    found = next((each for each in item.formulas if each.position > formula.position), None)
    if found is None or IF.fullmatch(item.text[formula.position + 1 : found.position]) is None:
        return None
    return found.statements[0].first if found.statements else None


def _headings(item: Item) -> int:
    return item.text.count(END_OF_HEADING) if isinstance(item, Sentence) else 0


def _equations(item: Item) -> Iterator[tuple[tree.Statement, str, tree.Node]]:
    """The equations that may define a name, with the name and the other side."""
    statements: list[tree.Statement] = []
    conditions: dict[int, tree.Node | None] = {}
    if isinstance(item, Sentence):
        for formula in item.formulas:
            statements += formula.statements
            conditions |= dict.fromkeys(map(id, formula.statements), _condition_behind(formula, item))
    elif isinstance(item, Display):
        statements = [statement for row in item.rows if isinstance(row, tree.Row) for statement in row.statements]
    else:
        return
    for statement in statements:
        right = statement.links[0].right if statement.links else None
        if right is None or statement.first is None or statement.links[0].relation.symbol not in ("=", ":=", "\\equiv"):
            continue
        name = _defined(plain(statement.first))
        if isinstance(plain(right), tree.Num):  # a number only where something holds
            right = conditions.get(id(statement)) or right
        if name is not None and not isinstance(plain(right), tree.Num | tree.Unread | tree.Ellipsis):
            yield statement, name, right


def _defined(node: tree.Node) -> str | None:
    """The name in ``h``, ``u_j`` and ``g(w)``."""
    if isinstance(node, tree.Product) and len(node.factors) == 2 and isinstance(node.factors[1].node, tree.Group):
        name = letter(node.factors[0].node)
        return None if name in TABLES else name
    spelled = spell(node)
    if spelled is None or spelled.power is not None or spelled.transposed or spelled.primes or spelled.name in TABLES:
        return None
    if not all(letter(sub) for sub in spelled.subs):
        return None
    base = node.base if isinstance(node, tree.Script) else node
    return letter(base) if letter(base) == spelled.name else None


def _names(node: tree.Node) -> Iterator[str]:
    """The names in a formula but those of indices that run in it."""
    running = bound_letters(node)
    for inner in walk(node):
        if isinstance(inner, tree.Name) and (name := base_name(inner)) not in running:
            yield name


def _in_several_ways(formulas: Iterable[tree.Node]) -> Iterator[str]:
    """The names that are called with one argument and with two, or also stand alone: H(p) and H(p, q)."""
    ways: dict[str, set[int]] = {}
    for formula in formulas:
        for node in walk(formula):
            if isinstance(node, tree.Product):
                for one, other in pairwise(node.factors):
                    if call(one.node, other.node) and (name := letter(one.node)) is not None:
                        group = other.node
                        ways.setdefault(name, set()).add(len(group.body.parts) if isinstance(group, tree.Group) else 0)
    yield from (name for name, counts in ways.items() if len(counts) > 1 or name in ENTROPIES)


def _indices_and_sizes(formulas: Iterable[tree.Node]) -> Iterator[str]:
    """The letters of subscripts, of ends and of lengths: they are what they are in all of a note."""
    for formula in formulas:
        for node in walk(formula):
            parts: list[tree.Node | None] = []
            if isinstance(node, tree.Script):
                parts = [node.sub] if letter(node.base) not in ("\\nabla", "\\partial") else []
                if isinstance(base := plain(node.base), tree.Name) and "mathbb" in base.decorations:
                    parts.append(node.sup)
            elif isinstance(node, tree.BigOp):
                parts = [node.sub, node.sup]
                parts += list(lengths_in(node.sup)) if node.sup is not None else []
            yield from (name for part in parts if part is not None for n in walk(part) if (name := letter(n)))
