"""A second opinion on claims, for the tests only: worlds of random numbers, and the value of a term in a world.

Nothing here is shared with the prover.  A *world* gives every name of a claim a number that its facts allow; a claim
*fails* if there is a world in which both sides have a value and the relation between the values is false.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import sympy
from sympy import Expr, Indexed, KroneckerDelta, Product, Sum, Symbol
from sympy.core.function import AppliedUndef

from derive.derivation import Counterexample, Goal, Relation
from derive.terms import ArrayFacts, Axis, Facts, Index, sigmoid

MP = mpmath.MPContext()
MP.dps = 40
NOISE = MP.mpf(10) ** -24
STEPS = 60_000

Place = tuple[int, ...]


class NoNumber(Exception):
    """A term has no value in a world, or a world cannot exist."""


class World:
    """Numbers for all names, drawn when they are first asked for."""

    def __init__(self, facts: Facts, rng: random.Random, largest: int = 4) -> None:
        self.facts, self.rng, self.largest = facts, rng, largest
        self.numbers: dict[str, Fraction] = {}
        self.arrays: dict[str, dict[Place, Fraction]] = {}
        self.free: dict[Index, int] = {}

    def number(self, symbol: Symbol) -> Fraction:
        if symbol.name not in self.numbers:
            self.numbers[symbol.name] = self._single(symbol.name, symbol)
        return self.numbers[symbol.name]

    def index(self, symbol: Index) -> int:
        if symbol not in self.free:
            self.free[symbol] = self.rng.choice(self.members(symbol.axis))
        return self.free[symbol]

    def members(self, axis: Axis) -> list[int]:
        low, high = (self._bound(e) for e in (axis.low, axis.high))
        if high < low:
            raise NoNumber("an empty set")
        return list(range(low, high + 1))

    def entry(self, name: str, where: Place) -> Fraction:
        cells = self.arrays.setdefault(name, {})
        if where not in cells:
            what = self.facts.of(name) or ArrayFacts()
            if what.sums_to_one:
                self._distribution(cells, what, where)
            elif what.points_into is not None:
                taken = set(cells.values()) if what.injective else set()
                left = [k for k in self.members(what.points_into) if k not in taken]
                if not left:
                    raise NoNumber("no room")
                cells[where] = Fraction(self.rng.choice(left))
            else:
                cells[where] = self._single(name, None)
        return cells[where]

    def _bound(self, e: Expr) -> int:
        return whole(Meter(self).value(e, {}))

    def _distribution(self, cells: dict[Place, Fraction], what: ArrayFacts, where: Place) -> None:
        ranges = [self.members(what.axes[k]) for k in what.sums_to_one]
        if any(where[k] not in r for k, r in zip(what.sums_to_one, ranges, strict=True)):
            raise NoNumber("outside of the distribution")
        places = []
        for combination in itertools.product(*ranges):
            place = list(where)
            for k, value in zip(what.sums_to_one, combination, strict=True):
                place[k] = value
            places.append(tuple(place))
        if what.values:
            weights = [0] * len(places)
            weights[self.rng.randrange(len(places))] = 1
        else:
            weights = [self.rng.randint(1, 9) for _ in places]
        cells.update((p, Fraction(w, sum(weights))) for p, w in zip(places, weights, strict=True))

    def _single(self, name: str, symbol: Symbol | None) -> Fraction:
        what, rng = self.facts.of(name) or ArrayFacts(), self.rng
        if what.values:
            return Fraction(str(rng.choice(what.values)))
        if symbol is not None and symbol.is_integer:
            low = 1 if what.lower is None else max(1, self._bound(what.lower) + int(what.strict))
            return Fraction(rng.randint(low, max(low, self.largest)))
        low, high = (None if e is None else self._exact(e) for e in (what.lower, what.upper))
        above = what.positive or what.nonnegative or bool(symbol is not None and symbol.is_nonnegative)
        if above and (low is None or low < 0):
            low = Fraction(0)
        if low is not None and high is not None:
            return low + (high - low) * Fraction(rng.randint(1, 16), 17)
        if low is not None:
            return low + Fraction(rng.randint(1, 30), 11)
        if high is not None:
            return high - Fraction(rng.randint(1, 30), 11)
        if symbol is not None and symbol.is_negative:
            return -Fraction(rng.randint(1, 30), 11)
        return Fraction(rng.randint(-25, 25) or 7, 11)

    def _exact(self, e: Expr) -> Fraction:
        if isinstance(e, sympy.Rational):
            return Fraction(int(e.p), int(e.q))
        return Fraction(str(MP.nstr(Meter(self).value(e, {}), 20)))

    def lawful(self) -> bool:
        """Whether all that was drawn keeps apart what the facts keep apart, and stays inside its bounds."""
        return all(self._apart(*pair) for pair in map(tuple, self.facts.distinct) if len(pair) == 2) and all(
            self._inside(name, list(cells.values())) for name, cells in (*self.arrays.items(), *self._singles())
        )

    def _singles(self) -> list[tuple[str, dict[Place, Fraction]]]:
        return [(name, {(): value}) for name, value in self.numbers.items()]

    def _apart(self, one: Expr, other: Expr) -> bool:
        return not set(self._known(one)) & set(self._known(other))

    def _known(self, e: Expr) -> list[Fraction]:
        if isinstance(e, Index):
            return [Fraction(self.free[e])] if e in self.free else []
        if isinstance(e, Indexed):
            return list(self.arrays.get(str(e.base.label), {}).values())
        try:
            return [Fraction(whole(Meter(self).value(e, {})))]
        except NoNumber:
            return []

    def _inside(self, name: str, values: Sequence[Fraction]) -> bool:
        what = self.facts.of(name)
        if what is None or not values:
            return True
        if what.injective and len(set(values)) < len(values):
            return False
        if what.values and not set(values) <= {Fraction(str(v)) for v in what.values}:
            return False
        if (what.positive and min(values) <= 0) or (what.nonnegative and min(values) < 0):
            return False
        try:
            low, high = (None if e is None else self._exact(e) for e in (what.lower, what.upper))
        except NoNumber:
            return True
        return (low is None or min(values) >= low) and (high is None or max(values) <= high)


class Recorded(World):
    """The world that a counterexample describes.

    ``starts`` are the first indices of the printed arrays, which are 1 or less.
    """

    def __init__(self, facts: Facts, shown: Counterexample, starts: Mapping[str, int]) -> None:
        super().__init__(facts, random.Random(0))
        self.shown, self.starts = shown, starts

    def number(self, symbol: Symbol) -> Fraction:
        if symbol.name in self.shown.sizes:
            self.numbers[symbol.name] = Fraction(self.shown.sizes[symbol.name])
        elif isinstance(self.shown.values.get(symbol.name), str):
            self.numbers[symbol.name] = Fraction(self.shown.values[symbol.name])
        else:
            raise NoNumber(f"no value is shown for {symbol.name}")
        return self.numbers[symbol.name]

    def index(self, symbol: Index) -> int:
        if symbol not in self.free:
            value = self.shown.values.get(f"index {symbol.name}", self.shown.values.get(symbol.name))
            if not isinstance(value, str):
                raise NoNumber(f"no value is shown for {symbol.name}")
            self.free[symbol] = int(value)
        return self.free[symbol]

    def entry(self, name: str, where: Place) -> Fraction:
        cell: Any = self.shown.values.get(name)
        for k in where:
            at = k - self.starts[name]
            if not isinstance(cell, list) or not 0 <= at < len(cell):
                raise NoNumber(f"no value is shown for {name}{where}")
            cell = cell[at]
        if not isinstance(cell, str) or cell == "-":
            raise NoNumber(f"no value is shown for {name}{where}")
        self.arrays.setdefault(name, {})[where] = Fraction(cell)
        return Fraction(cell)


class Meter:
    """Reads off the value of a term in a world: sums are loops, and nothing is rewritten."""

    def __init__(self, world: World) -> None:
        self.world, self.steps, self.size = world, 0, MP.mpf(0)

    def value(self, e: Expr, at: Mapping[Expr, int]) -> Any:
        self.steps += 1
        if self.steps > STEPS:
            raise NoNumber("too long")
        if isinstance(e, sympy.Rational):
            return self._of(Fraction(int(e.p), int(e.q)))
        if isinstance(e, sympy.Float):
            return self._of(Fraction(str(e)))
        if isinstance(e, Symbol):
            if e in at:
                return MP.mpf(at[e])
            return MP.mpf(self.world.index(e)) if isinstance(e, Index) else self._of(self.world.number(e))
        if isinstance(e, Indexed):
            where = tuple(whole(self.value(i, at)) for i in e.indices)
            return self._of(self.world.entry(str(e.base.label), where))
        if isinstance(e, Sum | Product):
            result = MP.mpf(isinstance(e, Product))
            for inside in self._loop(list(e.limits), dict(at)):
                term = self.value(e.function, inside)
                result = result * term if isinstance(e, Product) else result + term
                self.size = max(self.size, abs(term))
            return result
        return self._function(e, [self.value(a, at) for a in e.args])

    def _loop(self, limits: list[Any], at: dict[Expr, int]) -> Iterator[dict[Expr, int]]:
        if not limits:
            yield at
            return
        index, low, high = limits[-1]
        for k in range(whole(self.value(low, at)), whole(self.value(high, at)) + 1):
            yield from self._loop(limits[:-1], {**at, index: k})

    def _of(self, number: Fraction) -> Any:
        return MP.mpf(number.numerator) / number.denominator

    def _function(self, e: Expr, a: list[Any]) -> Any:
        if isinstance(e, sympy.Add):
            self.size = max(self.size, *map(abs, a))
            return sum(a[1:], a[0])
        if isinstance(e, sympy.Mul):
            return MP.fprod(a)
        if isinstance(e, KroneckerDelta):
            return MP.mpf(a[0] == a[1])
        if isinstance(e, sympy.Pow):
            return _power(a[0], a[1])
        if isinstance(e, sympy.exp):
            return _exp(a[0])
        if isinstance(e, sympy.log):
            if a[0] <= 0:
                raise NoNumber("log")
            return MP.log(a[0])
        if isinstance(e, sigmoid):
            return 1 / (1 + _exp(-a[0]))
        if isinstance(e, AppliedUndef):
            return _unknown(str(e.func), a)
        if e is sympy.E:
            return +MP.e
        if e is sympy.pi:
            return +MP.pi
        simple = {sympy.Max: max, sympy.Min: min}.get(type(e))
        if simple is not None:
            return simple(a)
        named = {sympy.Abs: MP.fabs, sympy.tanh: MP.tanh, sympy.sinh: MP.sinh, sympy.cosh: MP.cosh}.get(type(e))
        if named is None:
            raise NoNumber(f"{type(e).__name__} has no value")
        return named(a[0])


def whole(x: Any) -> int:
    if x != int(x):
        raise NoNumber("not a whole number")
    return int(x)


def _exp(x: Any) -> Any:
    if abs(x) > 5000:
        raise NoNumber("large")
    return MP.exp(x)


def _power(base: Any, exponent: Any) -> Any:
    if base == 0 and exponent < 0:
        raise NoNumber("a division by zero")
    if exponent == int(exponent) and abs(exponent) < 5000:
        return base ** int(exponent)
    if base < 0 or abs(exponent) >= 5000:
        raise NoNumber("a root of a negative number")
    return MP.power(base, exponent)


def _unknown(name: str, a: list[Any]) -> Any:
    """Some smooth function for a name of which nothing is known."""
    seed = MP.mpf(sum(map(ord, name)) % 31 + 2) / 7
    return seed + sum(MP.cos((seed + k) * x) + x**3 / (k + 2) for k, x in enumerate(a))


def gap(goal: Goal, world: World) -> int:
    """The sign of left - right, 0 within rounding.  Raises ``NoNumber``."""
    meter = Meter(world)
    try:
        left, right = meter.value(goal.left, {}), meter.value(goal.right, {})
    except (OverflowError, ZeroDivisionError, ValueError) as error:
        raise NoNumber(str(error)) from error
    if not world.lawful():
        raise NoNumber("against the facts")
    difference, scale = left - right, max(abs(left), abs(right), meter.size)
    return 0 if abs(difference) <= NOISE * scale else (1 if difference > 0 else -1)


def false_at(relation: Relation, sign: int) -> bool:
    if relation is Relation.EQUAL:
        return sign != 0
    if relation is Relation.NOT_EQUAL:
        return sign == 0
    if relation in (Relation.AT_MOST, Relation.LESS):
        return sign > 0 or (sign == 0 and relation is Relation.LESS)
    return sign < 0 or (sign == 0 and relation is Relation.GREATER)


def look(goal: Goal, seed: int, worlds: int) -> tuple[int, bool]:
    """In how many random worlds the claim has been looked at, and whether it failed in one of them."""
    rng, seen = random.Random(seed), 0
    for attempt in range(6 * worlds):
        world = World(goal.facts, rng, largest=(3, 4, 2)[attempt % 3])
        try:
            sign = gap(goal, world)
        except NoNumber:
            continue
        seen += 1
        if false_at(goal.relation, sign):
            return seen, True
        if seen >= worlds:
            break
    return seen, False


def replays(goal: Goal, shown: Counterexample) -> bool | None:
    """Whether the claim fails in the world that a counterexample shows; None if that world is not shown in full."""
    answer: bool | None = None
    arrays = sorted({str(a.base.label) for side in (goal.left, goal.right) for a in side.atoms(Indexed)})
    for starts in itertools.islice(itertools.product((1, 0, -1, -2), repeat=len(arrays)), 1024):
        recorded = Recorded(goal.facts, shown, dict(zip(arrays, starts, strict=True)))
        try:
            answer = false_at(goal.relation, gap(goal, recorded))
        except NoNumber:
            continue
        if answer:
            return True
    return answer
