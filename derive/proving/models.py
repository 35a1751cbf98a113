"""Models: sizes, indices and values for all names of a goal that satisfy its facts, drawn at random.

Values are rational numbers, so that one model can be evaluated with any number of digits and printed exactly.
Entries are drawn when they are first asked for, hence also where an index leaves its axis (``w[t + j]`` at the edges).
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import sympy
from sympy import Expr, Indexed, Symbol

from derive.derivation import Goal
from derive.proving.evaluation import Dependencies, Evaluator, NoValue, Numeric, whole
from derive.terms import ArrayFacts, Axis, Facts, Index, for_all

__all__ = ["Infeasible", "Model", "Outline"]

# The numbers from which free reals are drawn, simplest first.
POOLS: tuple[tuple[Fraction, ...], ...] = (
    tuple(Fraction(x) for x in (0, 1)),
    tuple(Fraction(x) for x in (0, 1, -1, 2)),
    tuple(Fraction(x) for x in (1, -1, 2, -2, "1/2", "-1/2", 3)),
)
WEIGHTS: tuple[tuple[int, ...], ...] = ((1,), (1, 2), (1, 2, 3), (1, 2, 5, 20, 400))


class Infeasible(Exception):
    """The facts cannot be met with these sizes."""


class Outline:
    """What a goal needs from a model: its sizes, its free indices, and the arrays that are used as indices."""

    def __init__(self, goal: Goal) -> None:
        self.goal = goal
        self.facts: Facts = goal.facts
        expressions = [goal.left, goal.right]
        bound: set[Expr] = set()
        for e in expressions:
            for s in e.atoms(sympy.Sum, sympy.Product):
                bound |= {limit[0] for limit in s.limits}
        free = set().union(*(e.free_symbols for e in expressions))
        # How far an index runs may depend on others, which come first.
        self.indices = sorted((s for s in free if isinstance(s, Index)), key=lambda s: (_depends(s), s.name))
        in_pairs = {s for pair in self.facts.distinct for side in pair for s in [side] if isinstance(s, Index)}
        self.indices += sorted((s for s in in_pairs if s not in self.indices), key=lambda s: s.name)
        self.used = {str(a.base.label) for e in expressions for a in e.atoms(Indexed)}
        self.used |= {s.name for s in free}
        sizes: set[Symbol] = set()
        for e in (*expressions, *self._bounds()):
            sizes |= {s for s in e.free_symbols if isinstance(s, Symbol) and not isinstance(s, Index)}
        for e in expressions:
            for a in e.atoms(Index):
                sizes |= {s for s in (a.axis.low + a.axis.high).free_symbols if not isinstance(s, Index)}
        self.sizes = sorted((s for s in sizes if s.is_integer and s not in bound), key=lambda s: s.name)
        self.dependencies = Dependencies()
        self.rooms = tuple(self._find_rooms())
        self.as_index = {
            str(i.base.label)
            for e in expressions
            for a in e.atoms(Indexed, sympy.KroneckerDelta)
            for part in (a.indices if isinstance(a, Indexed) else a.args)
            for i in part.atoms(Indexed)
        }
        ends = {
            end
            for e in expressions
            for s in e.atoms(sympy.Sum, sympy.Product)
            for limit in s.limits
            for end in limit[1:]
        }
        self.as_index |= {str(i.base.label) for end in ends for i in end.atoms(Indexed)}

    def _find_rooms(self) -> Iterable[tuple[tuple[Expr, ...], int, Expr]]:
        """(lengths, more, room): the product of the lengths and ``more`` values must fit into ``room``."""
        kept_apart = {str(s.base.label) for pair in self.facts.distinct for s in pair if for_all(s)}
        for name, what in self.facts.arrays.items():
            if name in self.used and what.points_into is not None:
                lengths = tuple(axis.length for axis in what.axes) if what.injective else ()
                if what.one_way and not lengths:
                    lengths = (what.axes[-1].length,)
                yield lengths, int(name in kept_apart) + int(what.avoids is not None), what.points_into.length

    def has_room(self, sizes: dict[str, int]) -> bool:
        """Whether index arrays with distinct entries fit into the sets they point into."""
        values = _Sizes(sizes)
        for lengths, more, room in self.rooms:
            try:
                if prod(whole(e, values, {}) for e in lengths) + more > whole(room, values, {}):
                    return False
            except NoValue:
                continue
        return True

    def _bounds(self) -> Iterable[Expr]:
        for name, what in self.facts.arrays.items():
            if name in self.used:
                axes = (*what.axes, *((what.points_into,) if what.points_into else ()))
                for axis in axes:
                    yield axis.low
                    yield axis.high
        for index in self.indices:
            yield index.axis.low
            yield index.axis.high


def _depends(index: Index) -> int:
    return len((index.axis.low + index.axis.high).atoms(Index))


class _Sizes:
    """Sizes without anything else."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self.sizes = sizes

    def scalar(self, symbol: Symbol) -> Fraction:
        if symbol.name not in self.sizes:
            raise NoValue(f"{symbol} has no value")
        return Fraction(self.sizes[symbol.name])

    def entry(self, name: str, where: tuple[int, ...]) -> Fraction:
        raise NoValue(f"{name}{where} has no value")


class Model:
    """One assignment of values.

    Args:
        outline: what the goal needs.
        sizes: the value of every size by name.
        rng: the source of randomness.
        level: 0, 1, 2 for ever less simple values, 3 for arbitrary ones.

    Raises:
        Infeasible: the facts cannot be met.
    """

    def __init__(self, outline: Outline, sizes: dict[str, int], rng: random.Random, level: int) -> None:
        self.outline = outline
        self.facts = outline.facts
        self.sizes = dict(sizes)
        self.rng = rng
        self.level = level
        self.scalars: dict[str, Fraction] = {}
        self.entries: dict[str, dict[tuple[int, ...], Fraction]] = {}
        self.free: dict[Index, int] = {}
        self._place_indices()

    def _place_indices(self) -> None:
        for _ in range(40):
            self.free = {}
            apart = self.rng.random() < 0.6
            for index in self.outline.indices:
                values = list(self._axis(index.axis))
                named = {k for known, k in self.free.items() if known.name == index.name}
                if named:  # one letter is one number, also where a note lets it run over two sets
                    values = [k for k in values if k in named]
                    if not values:
                        break
                unused = [k for k in values if k not in self.free.values()]
                self.free[index] = self.rng.choice(unused if apart and unused else values)
            if len(self.free) == len(self.outline.indices) and all(
                self._placed(a) != self._placed(b)
                for a, b in (tuple(pair) for pair in self.facts.distinct if len(pair) == 2)
                if self._placed(a) is not None and self._placed(b) is not None
            ):
                return
        raise Infeasible("the free indices cannot be kept apart")

    def _placed(self, side: Expr) -> int | None:
        """The value of a free index or of a number that stands for one; None for anything else."""
        return (
            int(side) if isinstance(side, sympy.Integer) else self.free.get(side) if isinstance(side, Index) else None
        )

    def _axis(self, axis: Axis) -> range:
        low, high = self._bound(axis.low), self._bound(axis.high)
        if high < low:
            raise Infeasible("an axis is empty")
        return range(low, high + 1)

    def _bound(self, e: Expr) -> int:
        return whole(e, self, dict(self.free))

    def scalar(self, symbol: Symbol) -> Fraction:
        """The value of a symbol."""
        if symbol.name in self.sizes:
            return Fraction(self.sizes[symbol.name])
        value = self.scalars.get(symbol.name)
        if value is None:
            value = self._draw(symbol.name, symbol, whole=bool(symbol.is_integer))
            self.scalars[symbol.name] = value
        return value

    def entry(self, name: str, where: tuple[int, ...]) -> Fraction:
        """The value of an array entry."""
        known = self.entries.setdefault(name, {})
        value = known.get(where)
        if value is None:
            what = self.facts.of(name)
            if what is not None and what.example:
                value = self._example(what, where)
            elif what is not None and what.sums_to_one:
                self._fill_total(name, what, where)
                return known[where]
            elif what is not None and (what.points_into is not None):
                others = known if what.injective else {}
                if what.one_way:
                    others = {each: point for each, point in known.items() if each[:-1] == where[:-1]}
                own = set() if what.avoids is None else {Fraction(where[what.avoids])}
                value = self._point(name, what.points_into, own | set(others.values()))
            else:
                label = Symbol(name, real=True)
                value = self._draw(name, label, whole=name in self.outline.as_index)
            known[where] = value
        return value

    def _example(self, what: ArrayFacts, where: tuple[int, ...]) -> Fraction:
        """An entry of the identity matrix, or of the column of it that stands for this vector."""
        if not where or len(where) != len(what.axes) or what.values or what.sums_to_one:
            raise Infeasible("no example is known")
        ranges = [self._axis(axis) for axis in what.axes[-2:]]
        if len(where) == 1:
            if what.example not in ranges[0]:
                raise Infeasible("no room for the example")
            return Fraction(int(where[0] == what.example))
        if ranges[0] != ranges[1]:
            raise Infeasible("the example is square")
        return Fraction(int(where[-1] == where[-2]))

    def _point(self, name: str, axis: Axis, others: set[Fraction]) -> Fraction:
        taken = self._forbidden(name) | others
        choices = [k for k in self._axis(axis) if k not in taken]
        if not choices:
            raise Infeasible(f"no value is left for {name}")
        return Fraction(self.rng.choice(choices))

    def _forbidden(self, name: str) -> set[Fraction]:
        """Values that the entries of an index array must not take."""
        taken: set[Fraction] = set()
        for pair in self.facts.distinct:
            sides = tuple(pair)
            for side, other in (sides, sides[::-1]) if len(sides) == 2 else ():
                if not (for_all(side) and str(side.base.label) == name):
                    continue
                if isinstance(other, Indexed):
                    taken |= set(self.entries.get(str(other.base.label), {}).values())
                elif other in self.free:
                    taken.add(Fraction(self.free[other]))
                else:
                    taken.add(Fraction(self._bound(other)))
        return taken

    def _fill_total(self, name: str, what: ArrayFacts, where: tuple[int, ...]) -> None:
        axes = [self._axis(what.axes[k]) for k in what.sums_to_one]
        places = []
        for cell in product(*axes):
            moved = dict(zip(what.sums_to_one, cell, strict=True))
            places.append(tuple(moved.get(position, k) for position, k in enumerate(where)))
        if where not in places:
            raise Infeasible(f"{name} has no entry there")
        if what.values:
            if {0, 1} - {int(v) for v in what.values}:
                raise Infeasible(f"the values of {name} cannot add up to one")
            chosen = self.rng.randrange(len(places))
            weights = [int(k == chosen) for k in range(len(places))]
        else:
            pool = WEIGHTS[min(self.level, 3)] if self.rng.random() < 0.7 else WEIGHTS[3]
            if self.level == 0:
                pool = WEIGHTS[0]
            weights = [self.rng.choice(pool) for _ in places]
        for place, weight in zip(places, weights, strict=True):
            self.entries[name][place] = Fraction(weight, sum(weights))

    def _draw(self, name: str, symbol: Symbol, whole: bool) -> Fraction:
        what = self.facts.of(name) or ArrayFacts()
        if what.values:
            return self._exactly(self.rng.choice(what.values))
        low = None if what.lower is None else self._exactly(what.lower)
        high = None if what.upper is None else self._exactly(what.upper)
        positive = what.positive or bool(symbol.is_positive)
        strict = what.strict
        if (positive or what.nonnegative or symbol.is_nonnegative) and (low is None or low <= 0):
            strict = positive or (what.strict and low == 0)
            low = Fraction(0)
        for _ in range(60):
            value = self._candidate(low, high, whole)
            if low is not None and (value < low or (strict and value == low)):
                continue
            if high is not None and (value > high or (what.strict and value == high)):
                continue
            if symbol.is_negative and value >= 0:
                value = -value
            if value in what.excluded or (symbol.is_nonzero and value == 0):
                continue
            return value
        raise Infeasible(f"no value was found for {name}")

    def _candidate(self, low: Fraction | None, high: Fraction | None, whole: bool) -> Fraction:
        rng = self.rng
        if whole:
            start = 1 if low is None else -(-low.numerator // low.denominator)
            return Fraction(rng.randint(start, start + 3))
        if low is not None and high is not None:
            return low + (high - low) * Fraction(rng.randint(0, 12), 12)
        if self.level < len(POOLS):
            value = rng.choice(POOLS[self.level])
        else:
            value = Fraction(rng.randint(-40, 40), rng.choice((7, 9, 13, 20)))
        if low is not None:
            return low + abs(value)
        return high - abs(value) if high is not None else value

    def _exactly(self, e: Any) -> Fraction:
        e = sympy.Integer(e) if isinstance(e, int) else e
        if isinstance(e, sympy.Rational):
            return Fraction(int(e.p), int(e.q))
        try:
            return Fraction(str(Evaluator(self, Numeric(30), self.free)(e)))
        except (NoValue, ValueError) as error:
            raise Infeasible(f"the bound {e} has no value") from error
