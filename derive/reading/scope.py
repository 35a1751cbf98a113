"""What is known about the names of one note: families of entries, sizes, definitions, facts, conventions.

A *family* is everything written with one letter: ``u``, ``u_w`` and ``u_{w,j}`` are the matrix, one of its vectors and
an entry.  How many indices an entry has, whether a vector is a column or a row, and over which axes the indices run is
learnt while reading: an observation that asks for more raises ``Relearn`` and the note is read once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Expr, Indexed, Symbol
from sympy.core.function import AppliedUndef

from derive.reading import tree
from derive.reading.definitions import Definition, Relearn, unfold
from derive.reading.values import Axes, Value
from derive.terms import ArrayFacts, Axis, Facts, Index, array, real, size


class Unsettled(Exception):
    """The note does not say enough; the message says what is missing or which declaration would settle it."""


@dataclass
class Family:
    """What is known of one letter.  ``order`` is the number of indices of an entry."""

    name: str
    order: int = 0
    row: bool = False
    columns: bool = False
    positive: bool = False
    nonnegative: bool = False
    lower: Expr | None = None
    upper: Expr | None = None
    strict: bool = True
    excluded: frozenset[Expr] = frozenset()
    sums_to_one: tuple[int, ...] = ()
    values: tuple[Expr, ...] = ()
    points_into: Axis | None = None
    injective: bool = False
    one_way: bool = False
    avoids: int | None = None
    declared: bool = False
    real: bool = False
    axes: dict[int, Axis] = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """How a defined name is used: its written parameters, and the shape of what they give.

    Attributes:
        written: how many parameters are written out as letters of their own.
        depends: the arguments of ``J(θ)``, which only say what J depends on.
        inert: the arguments that are no letters (``v_c``, ``w_{t+j}``), by position; where the name is used they must
            be the same up to ``letters``.
        letters: the indices inside of them; their parameters come after the written ones.
    """

    definition: Definition
    written: int
    value: Value
    signature: str
    depends: tuple[str, ...] = ()
    inert: tuple[tuple[int, tree.Node], ...] = ()
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stated:
    """A relation that a sentence states.

    Attributes:
        since: the item of the note from which on it counts.
        condition: the relation between two numbers, or None if ``facts`` say all of it.
        solved: an entry (or a number) and what the relation says it is, if it says that of all such entries.
        facts: what the relation says of names, as changes of ``ArrayFacts``.
        supposed: whether words make it a supposition ("if", "suppose that").
        alone: whether its sentence says nothing else, so that the display behind it is claimed under it.
        passing: whether it is supposed for this section at most.
        here: whether it is supposed for the next display only.
        entry: the entry that it sets to a number, and the number.
        until: the item from which on it does not count any more.
        asserted: whether the author says so without a condition, so that what follows is claimed under it.
        covers: whether what is solved for takes every value that it may have, whatever stands in its place.
    """

    since: int
    condition: tuple[Expr, str, Expr] | None
    solved: tuple[Expr, Expr] | None = None
    facts: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = ()
    supposed: bool = False
    alone: bool = False
    passing: bool = False
    here: bool = False
    entry: tuple[Indexed, Expr] | None = None
    until: int | None = None
    asserted: bool = False
    covers: bool = False

    def counts(self, item: int, near: frozenset[int]) -> bool:
        """Whether it counts for a display, which the sentences ``near`` lead to."""
        return (
            not (self.here and self.since not in near)
            and self.since <= item
            and (self.until is None or item < self.until)
        )

    def names(self) -> set[str]:
        """The arrays and numbers that it speaks of."""
        sides = (self.condition[0], self.condition[2]) if self.condition else ()
        covered = {entry_name(self.solved[0])} if self.covers and self.solved else set()
        return {name for side in sides for name in names_in(side)} | {name for name, _ in self.facts} | covered


class Scope:
    """The names of one note."""

    def __init__(self) -> None:
        self.axes = Axes()
        self.families: dict[str, Family] = {}
        self.definitions: dict[str, Definition] = {}
        self.heads: dict[str, Head] = {}
        self.sizes: dict[str, Expr] = {}
        self.conventions: dict[str, None] = {}
        self.warnings: dict[tuple[int, int, str], None] = {}
        self.objectives: dict[str, tuple[str, int]] = {}
        self.distinct: set[tuple[Expr, Expr]] = set()
        self.jacobian = "numerator"
        self.defined_at: dict[str, str] = {}
        self.temporary: set[str] = set()
        self.implied: dict[str, str] = {}  # names that only a derivative introduces, and where
        self.spelled_out: set[str] = set()  # names that an equation of their own introduces after all
        self.fixed: dict[str, Expr] = {}
        self.unclear: dict[str, str] = {}
        self.latest: dict[str, str] = {}
        self.model: str | None = None
        self.partial: set[str] = set()
        self.given_from: dict[str, int] = {}  # "with logits x = Uᵀv": from there on x is not arbitrary any more
        self.enumerated: str | None = None
        self.right_classes: set[str] = set()
        self.doubled: dict[str, int] = {}  # a function with two meanings, and the line where the second one begins
        self.unions: dict[str, tree.Node] = {}
        self.rows_by_default = False
        self.assumed: dict[str, dict[Expr, Expr]] = {}
        self.level: set[str] = set()  # s where the note supposes s_i = s: a number beside its entries
        self.structured: dict[tuple[str, int], int] = {}  # name and what is said of it → from which item on
        self.trees = False
        self.apart = False
        self.repeats = False
        self.paired: set[str] = set()
        self.hot_lists: set[str] = set()
        self.pieces: dict[str, Any] = {}  # by where they stand: what a function is in one case, see piece_worlds
        self.stated: dict[str, Stated] = {}  # by where it stands
        self.numbers: set[str] = set()
        self.outgrown: set[str] = set()

    def again(self) -> Scope:
        """Nothing but how many indices the names have: what was learnt from a vector as if it were a number is gone."""
        scope = Scope()
        scope.families = {name: Family(name, family.order) for name, family in self.families.items()}
        return scope

    def warn(self, line: int, column: int, warning: str) -> None:
        """Remember something suspicious that the author should look at, and where it stands."""
        self.warnings.setdefault((line, column, warning))

    def note(self, convention: str) -> None:
        """Remember a convention that was inferred; all of them are reported."""
        self.conventions.setdefault(convention)

    def family(self, name: str) -> Family:
        return self.families.setdefault(name, Family(name))

    def want_order(self, name: str, order: int) -> None:
        """An entry of this family needs at least so many indices."""
        family = self.family(name)
        if family.order < order:
            if order > 4:
                raise Unsettled(f"{name} would need {order} indices")
            family.order = order
            if name in self.numbers:
                self.outgrown.add(name)
            raise Relearn(name)

    def axis(self, name: str, position: int) -> Axis:
        """The axis of one index of a family, settled as far as it is known."""
        family = self.family(name)
        if position not in family.axes:
            family.axes[position] = self.axes.flexible(f"n_{name}{position or ''}")
        return self.axes.resolve(family.axes[position])

    def size(self, name: str) -> Expr:
        """The size that the author calls ``name``."""
        return self.sizes.setdefault(name, size(name))

    def sized(self, term: Expr, keep: frozenset[str] = frozenset()) -> Expr:
        """Everything unfolded but ``keep``; also a size (M = V - 1) whose letter was used before its definition."""
        term = unfold(term, self.definitions, keep)
        table = {
            symbol: head.value.body
            for name, symbol in self.sizes.items()
            if (head := self.heads.get(name)) and not head.written and not head.value.rank and term.has(symbol)
        }
        return unfold(term.xreplace(table), self.definitions, keep) if table else term

    def settled(self, axis: Axis) -> Axis:
        """The axis as far as the note settles it, with the same sizes as the terms: no model chooses M apart from V."""
        axis = self.axes.resolve(axis)
        return replace(axis, low=self.sized(axis.low), high=self.sized(axis.high))

    def entry(self, name: str, where: Iterable[Expr]) -> Expr:
        """One entry of a family, or the scalar itself."""
        family, where = self.family(name), tuple(where)
        if not where:
            self.numbers.add(name)
            return real(name, **({"positive": True} if family.positive else {}))
        if family.points_into is not None:
            return array(name, integer=True)[where]
        return array(name, **({"positive": True} if family.positive else {}))[where]

    def whole(self, name: str, where: tuple[Expr, ...]) -> Value:
        """The family after its first indices: a scalar, a vector or a matrix."""
        family = self.family(name)
        rest = tuple(
            Index(f"{name}ʹ{position}", self.axis(name, position)) for position in range(len(where), family.order)
        )
        if len(rest) > 2:
            raise Unsettled(f"{name} has {len(rest)} indices too few here")
        body = self.entry(name, (*where, *rest))
        if len(rest) == 2 and family.columns:
            return Value(rest[::-1], body)
        return Value(rest, body, row=(family.row or self.rows_by_default) and len(rest) == 1)

    def facts(self) -> Facts:
        """All that may be used when the steps are judged."""
        arrays = {name: self._array_facts(family) for name, family in self.families.items()}
        return Facts().with_arrays(**arrays).with_distinct(self.distinct)

    def _array_facts(self, family: Family) -> ArrayFacts:
        return ArrayFacts(
            axes=tuple(self.settled(self.axis(family.name, position)) for position in range(family.order)),
            positive=family.positive,
            nonnegative=family.nonnegative,
            lower=family.lower,
            upper=family.upper,
            strict=family.strict,
            excluded=family.excluded,
            sums_to_one=family.sums_to_one,
            values=family.values,
            points_into=self.settled(family.points_into) if family.points_into else None,
            injective=family.injective,
            one_way=family.one_way,
            avoids=family.avoids,
        )


def names_in(side: Expr) -> set[str]:
    """The names of arrays, numbers and functions in a term."""
    names = {str(a.base.label) for a in side.atoms(Indexed)}
    names |= {s.name for s in side.free_symbols if isinstance(s, Symbol) and not isinstance(s, Index)}
    return names | {node.func.__name__.removesuffix("(·)") for node in side.atoms(AppliedUndef)}


def entry_name(entry: Expr) -> str:
    """The family of an entry or a scalar."""
    if isinstance(entry, Indexed):
        return str(entry.base.label)
    if isinstance(entry, Symbol):
        return entry.name
    raise TypeError(f"{entry} is not an entry of an array")
