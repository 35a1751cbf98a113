"""Which random variables the probabilities of a note speak of: ``p(x|y)`` and ``p(z|y)`` are two tables.

``P(o|c)`` and ``P(w|c)`` are one table where o and w are words.  Only how a note uses its letters tells these apart:

- letters are *alike* if they index the same array, ``u_o`` and ``u_w``, if they are compared, ``w ≠ o``, or if they run
  over the same set;
- letters are *apart* if they are arguments of the same probability or entropy, ``p(x|y)``, ``I(X;Z)``.

Where the letters of one place are not all alike, every choice of letters is a table of its own.  If they stand on both
sides of the bar, all of them come from one joint distribution.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from derive.reading import tree
from derive.reading.indicators import conditions_in
from derive.reading.signatures import arguments_of, variable_letter
from derive.reading.spelling import call, letter, plain, spell, walk

__all__ = ["Variables", "variables"]

INFORMATION = {"H", "I", "MI"}
MOST = 4
"""The greatest number of variables of a joint distribution that is read."""
OF_NUMBERS = {"x", "y", "z"}
"""Letters that stand for values of different variables even where these have the same number of values."""

Pair = frozenset[str]
Shape = tuple[int, int]
Letters = tuple[str, ...]


@dataclass(frozen=True)
class Variables:
    """What the letters in probabilities stand for.

    Attributes:
        kinds: for a name, the letter that each letter in its arguments is alike to.
        apart: pairs of letters that are arguments of the same probability or entropy.
        alike: pairs of letters that stand for elements of one set, as far as the formulas tell.
        tables: for a name, the letters that stand in its arguments, by their number before and behind the bar.
        joints: names whose tables all come from one joint distribution that the note does not write.
    """

    kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    apart: frozenset[Pair] = frozenset()
    alike: frozenset[Pair] = frozenset()
    tables: Mapping[str, Mapping[Shape, frozenset[Letters]]] = field(default_factory=dict)
    joints: Mapping[str, Letters] = field(default_factory=dict)

    def kind(self, name: str, found: str) -> str:
        """The letter that stands for all that are alike to this one in the arguments of a name."""
        return self.kinds.get(name, {}).get(found, found)

    def table_of(self, name: str, letters: Iterable[str | None], separators: tuple[str, ...]) -> str | None:
        """What tells the table with these letters from others of the same name; None if there is only one table."""
        front = separators.index("|") + 1 if "|" in separators else len(separators) + 1
        several = self.tables.get(name, {}).get((front, len(separators) + 1 - front), frozenset())
        return (
            _written((self.kind(name, each) if each else "·" for each in letters), separators)
            if len(several) > 1
            else None
        )

    def function_of(self, name: str, letters: Iterable[str | None], separators: tuple[str, ...]) -> str | None:
        """What tells the function of these letters from others of the same name; None if there is only one.

        ``P(w|c)`` is the function that is given as ``P(o|c)`` unless w and o are known to be different variables.
        """
        front = separators.index("|") + 1 if "|" in separators else len(separators) + 1
        own = tuple(self.kind(name, each) if each else "·" for each in letters)
        every = sorted(self.tables.get(name, {}).get((front, len(separators) + 1 - front), frozenset()))
        if all(self._may_be_one(own, other) for other in every):
            return None
        return _written(next((other for other in every if self._may_be_one(own, other)), own), separators)

    def _may_be_one(self, one: Letters, other: Letters) -> bool:
        """Whether no place has letters in it that are different variables."""
        pairs = (frozenset(pair) for pair in zip(one, other, strict=True))
        return not any(pair in self.apart and pair not in self.alike for pair in pairs)

    def names(self, name: str, arguments: int | None = None) -> set[str]:
        """What the tables of a name, with so many arguments, are called where their letters tell them apart."""
        return {key for key, letters in self._named(name) if arguments in (None, len(letters))}

    def _named(self, name: str) -> Iterator[tuple[str, Letters]]:
        """The tables of a name of which there are several, and their letters."""
        for (front, behind), several in self.tables.get(name, {}).items():
            bar = ("|",) if behind else ()
            separators = (*(",",) * (front - 1), *bar, *(",",) * (behind - 1))
            for letters in several if len(several) > 1 else ():
                yield f"{name}({_written(letters, separators)})", letters

    def doubtful(self, tables: Iterable[str]) -> tuple[str, str] | None:
        """Two of the tables with these names that may be one and the same after all; None if there are none."""
        known = {key: (name, each) for name in self.tables for key, each in self._named(name)}
        for one, other in combinations(sorted(key for key in tables if key in known), 2):
            (name, first), (second_name, second) = known[one], known[other]
            alike = name == second_name and re.sub(r"[^|,]", "", one) == re.sub(r"[^|,]", "", other)
            if alike and self._may_be_one(first, second):
                return one, other
        return None

    def uncertain(self, name: str, letters: Iterable[str]) -> str | None:
        """A letter of the joint distribution of a name that may be another letter for one of these; None if none is."""
        for found in letters:
            for other in self.joints.get(name, ()):
                if found != other and frozenset((found, other)) not in self.apart:
                    return other
        return None


def _written(letters: Iterable[str], separators: tuple[str, ...]) -> str:
    return "".join(between + found for between, found in zip(("", *separators), letters, strict=True))


@dataclass
class _Seen:
    """What the formulas of a note show of letters."""

    calls: dict[str, dict[tuple[Letters, Letters], None]] = field(default_factory=dict)
    bare: dict[str, int] = field(default_factory=dict)
    running: set[tuple[str, int]] = field(default_factory=set)
    together: set[Pair] = field(default_factory=set)
    alike: list[Letters] = field(default_factory=list)


def variables(formulas: Iterable[tree.Node], tables: set[str], joints: Iterable[str]) -> Variables:
    """Look at all formulas of a note; ``tables`` are the names of probabilities, ``joints`` those with p(x,y)."""
    seen, places, ranges = _Seen(), dict[object, set[str]](), dict[object, set[str]]()
    for formula in formulas:
        for node in walk(formula):
            _look(node, tables, seen, places, ranges)
        for chain in conditions_in(formula):
            _compared(chain, seen)
    seen.alike += [tuple(sorted(found)) for found in places.values()]
    for found in ranges.values():
        pairs = [pair for pair in combinations(sorted(found), 2) if not set(pair) <= OF_NUMBERS]
        seen.alike += [pair for pair in pairs if frozenset(pair) not in seen.together]
    return _variables(seen, set(joints))


def _variables(seen: _Seen, written: set[str]) -> Variables:
    classes = _classes(seen)
    alike = frozenset(frozenset(pair) for own in set(classes.values()) for pair in combinations(own, 2))
    kinds, found, joints = (
        dict[str, dict[str, str]](),
        dict[str, dict[Shape, frozenset[Letters]]](),
        dict[str, Letters](),
    )
    for name, calls in seen.calls.items():
        if name in written:
            continue
        kinds[name] = kind = _kinds(calls, classes, seen.together)
        if seen.bare.get(name, 0) > 0 and all(len(front) == 1 and not behind for front, behind in calls):
            kinds[name] = kind = dict.fromkeys(kind, next(iter(kind)))  # H(p): p is one distribution
        shapes: dict[Shape, set[Letters]] = {}
        for front, behind in calls:
            letters = tuple(kind[each] for each in (*front, *behind))
            shapes.setdefault((len(front), len(behind)), set()).add(letters)
        found[name] = {
            shape: frozenset(each) for shape, each in shapes.items() if (name, sum(shape)) not in seen.running
        }
        if any(running == name for running, _ in seen.running):
            continue
        if (whole := _whole(calls, kind)) is not None:
            joints[name] = whole
        elif any(len(each) > 1 for each in shapes.values()) and (joint := _joint(calls, kind, alike, seen.together)):
            joints[name] = joint
    return Variables(kinds, frozenset(seen.together), alike, found, joints)


def _classes(seen: _Seen) -> dict[str, Pair]:
    """For every letter those that it is alike to."""
    classes: dict[str, Pair] = {}
    for group in seen.alike:
        merged = frozenset(group).union(*(classes.get(each, frozenset()) for each in group))
        classes.update(dict.fromkeys(merged, merged))
    return classes


def _kinds(
    calls: Iterable[tuple[Letters, Letters]], classes: Mapping[str, Pair], together: set[Pair]
) -> dict[str, str]:
    """For every letter in the arguments of a name the first one that it is alike to.

    ``u_o``, ``u_w`` and ``u_c`` make o, w and c alike, though ``P(o|c)`` tells c from them: what stands on one side of
    the bar only is alike among itself.
    """
    front = {each for letters, _ in calls for each in letters}
    behind = {each for _, letters in calls for each in letters}
    first: dict[object, str] = {}
    kinds: dict[str, str] = {}
    for each in dict.fromkeys(each for sides in calls for side in sides for each in side):
        own = classes.get(each, frozenset((each,)))
        mixed = any(frozenset(pair) in together for pair in combinations(own, 2))
        key: object = own if not mixed else each if own & front & behind else (own, each in front)
        kinds[each] = first.setdefault(key, each)
    return kinds


def _whole(calls: Iterable[tuple[Letters, Letters]], kind: Mapping[str, str]) -> Letters | None:
    """The variables of a joint distribution that is written with values, ``P(X=x, Y=y)``, and has all letters."""
    every = {kind[each] for sides in calls for side in sides for each in side}
    for front, behind in calls:
        letters = tuple(kind[each] for each in front)
        if not behind and 1 < len(letters) <= MOST and len(set(letters)) == len(letters) and set(letters) == every:
            return letters
    return None


def _joint(
    calls: Iterable[tuple[Letters, Letters]], kind: Mapping[str, str], alike: frozenset[Pair], together: set[Pair]
) -> Letters | None:
    """The variables of the joint distribution that all tables of a name come from: each is also before a bar.

    ``p(j|i)`` and ``p(i|j)`` of points ``x_i`` and ``x_j`` may be one function instead.
    """
    front = {kind[each] for letters, _ in calls for each in letters}
    behind = {kind[each] for _, letters in calls for each in letters}
    every = tuple(dict.fromkeys(kind[each] for sides in calls for side in sides for each in side))
    one = any(frozenset(pair) in alike & together for pair in combinations(every, 2))
    twice = any(len({kind[each] for side in sides for each in side}) < sum(map(len, sides)) for sides in calls)
    return every if behind and behind <= front and 1 < len(every) <= MOST and not (one or twice) else None


def _look(
    node: tree.Node, tables: set[str], seen: _Seen, places: dict[object, set[str]], ranges: dict[object, set[str]]
) -> None:
    if isinstance(node, tree.Name) and (name := letter(node)) in tables:
        seen.bare[name or ""] = seen.bare.get(name or "", 0) + 1
    elif isinstance(node, tree.Product):
        for first, second in pairwise(node.factors):
            if call(first.node, second.node) and isinstance(second.node, tree.Group):
                _call(first.node, second.node, tables, seen)
    elif isinstance(node, tree.Script):
        spelled = spell(node)
        if (name := letter(node.base)) in tables:
            seen.bare[name or ""] = seen.bare.get(name or "", 0) - 1
        for position, sub in enumerate(spelled.subs if spelled is not None else ()):
            inner = variable_letter(sub) if letter(sub) else None
            if spelled is not None and inner and spelled.name not in ("\\nabla", "\\partial", "\\delta"):
                places.setdefault((spelled.name, position), set()).add(inner)
            if spelled is not None and inner and spelled.name == "\\delta":
                places.setdefault(id(node), set()).add(inner)
    elif isinstance(node, tree.Chain | tree.Statement):
        _compared(node, seen, symbols=("\\ne",))
        if node.first is not None and len(node.links) == 1 and node.links[0].relation.symbol == "\\in":
            _ranged(node.first, node.links[0].right, ranges)
    elif isinstance(node, tree.BigOp) and node.sub is not None and node.sup is not None:
        sub = plain(node.sub)
        if isinstance(sub, tree.Chain) and sub.first is not None:
            _ranged(sub.first, node.sup, ranges)


def _running(letters: list[str | None], parts: list[tree.Node]) -> bool:
    """``P(w_{t+j} | w_t)``: words of a running text, which are values of any variable."""
    known = [each for each in letters if each is not None]
    same = {each for each in known if known.count(each) > 1}
    indexed = [spelled for part in parts if (spelled := spell(plain(part))) is not None and spelled.subs]
    return bool(same) and bool(indexed)


def _ranged(first: tree.Node, end: tree.Node | None, ranges: dict[object, set[str]]) -> None:
    if end is not None and letter(first) and (found := variable_letter(first)):
        ranges.setdefault(tree.sexpr(plain(end)), set()).add(found)


def _compared(node: tree.Chain | tree.Statement, seen: _Seen, symbols: tuple[str, ...] = ("=", "\\ne")) -> None:
    if node.first is None or len(node.links) != 1 or node.links[0].right is None:
        return
    names = [variable_letter(side) if letter(side) else None for side in (node.first, node.links[0].right)]
    if node.links[0].relation.symbol in symbols and names[0] and names[1]:
        seen.alike.append((names[0], names[1]))


def _call(first: tree.Node, group: tree.Group, tables: set[str], seen: _Seen) -> None:
    spelled = spell(first)
    if spelled is None:
        return
    name = spelled.name
    if len(spelled.subs) == 1 and (label := letter(spelled.subs[0])):
        name = f"{name}_{{{label}}}"
    elif spelled.subs:
        return
    parts, separators = arguments_of(group)
    for part in map(plain, parts):
        if isinstance(part, tree.Chain) and spelled.name in tables:
            _compared(part, seen)  # p(y=k|x) is p(k|x)
    found = [variable_letter(part) for part in parts]
    if name in INFORMATION:
        upper = [n.lower() for part in group.body.parts if (n := letter(part)) and len(n) == 1 and n.isupper()]
        seen.together.update(frozenset(pair) for pair in combinations(upper, 2) if pair[0] != pair[1])
    if spelled.name in tables and _running(found, parts):
        seen.running.add((name, len(found)))
        return
    if spelled.name not in tables or None in found or not set(separators) <= {",", "|"} or separators.count("|") > 1:
        return
    letters = tuple(each for each in found if each is not None)
    seen.bare[name] = seen.bare.get(name, 0) - 1
    bar = separators.index("|") + 1 if "|" in separators else len(letters)
    seen.calls.setdefault(name, {})[letters[:bar], letters[bar:]] = None
    seen.together.update(frozenset(pair) for pair in combinations(letters, 2) if pair[0] != pair[1])
