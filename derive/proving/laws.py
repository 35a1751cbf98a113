"""What the laws of the normal form share: the facts in their terms, the ranges of indices, and each other's names.

The laws for products, powers, sums and signs need one another.  Each stands in a file of its own as a class derived
from ``Laws``, which declares what the others may be asked for; ``normal_form.Normalizer`` puts them together.
"""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from derive.proving.budget import Budget
from derive.proving.polynomial import ONE, ZERO, Atom, Mono, Number, Poly, atom_poly, make_atom

__all__ = ["NEGATIVE", "POSITIVE", "ZERO_SIGN", "Known", "Laws", "Range", "spell"]

# A sign is a set of possibilities, written as bits.
NEGATIVE, ZERO_SIGN, POSITIVE = 1, 2, 4
ANY_SIGN = NEGATIVE | ZERO_SIGN | POSITIVE

Range = tuple[Poly, Poly]

_PLAIN = re.compile(r"[^\W\d]\w*")


def spell(name: str) -> str:
    """A name as it stands in keys: quoted unless it is a plain word, so that no two terms are spelled alike."""
    if _PLAIN.fullmatch(name):
        return name
    quoted = name.replace("\\", "\\\\").replace("›", "\\›")
    return f"‹{quoted}›"


@dataclass
class Known:
    """The facts of a goal by spelled name, in the terms of the normal form.

    Attributes:
        signs: possible signs of a scalar or of every entry of an array.
        lower, upper: rational bounds (not strict).
        values: the only values an entry can take.
        totals: array -> (positions over which it adds up to one, ranges of all positions).
        targets: index array -> range into which its entries point.
        injective: index arrays whose entries differ when their indices do.
        avoids: index arrays whose entries are never their own index at this position.
        one_way: index arrays whose entries differ when their last indices do and the others are the same.
        apart: pairs of index terms known to differ; an entry with a ``*`` argument stands for all its entries.
        greatest: array -> the name of the index at which an entry is no smaller than any other.
        counts: scalars that are whole numbers ≥ 1.
    """

    signs: dict[str, int] = field(default_factory=dict)
    lower: dict[str, Number] = field(default_factory=dict)
    upper: dict[str, Number] = field(default_factory=dict)
    values: dict[str, tuple[Number, ...]] = field(default_factory=dict)
    totals: dict[str, tuple[tuple[int, ...], tuple[Range, ...]]] = field(default_factory=dict)
    targets: dict[str, Range] = field(default_factory=dict)
    injective: set[str] = field(default_factory=set)
    one_way: set[str] = field(default_factory=set)
    avoids: dict[str, int] = field(default_factory=dict)
    apart: set[frozenset[str]] = field(default_factory=set)
    greatest: dict[str, str] = field(default_factory=dict)
    counts: set[str] = field(default_factory=set)


class Laws(ABC):
    """The state of one normalisation.

    Attributes:
        known: the facts.
        budget: time and size limits.
        ranges: the bounds of every index by name.
        thorough: also split off single terms of sums whose bounds differ by whole numbers, and write out sums with
            few terms.  Not done at first because it breaks sums that are whole.
    """

    def __init__(self, known: Known, budget: Budget, thorough: bool = False) -> None:
        self.known = known
        self.budget = budget
        self.thorough = thorough
        self.ranges: dict[str, Range] = {}
        self.settled: dict[Mono, Poly] = {}
        self.sign_cache: dict[Poly, int] = {}
        self.sign_depth = 0
        self._serial = itertools.count(1)

    def fresh_name(self) -> str:
        """A name for an index that occurs nowhere yet."""
        return f"~{next(self._serial):07d}"

    def fresh_index(self, bounds: Range) -> str:
        """The name of a new index over the given range.  Bounds are never changed afterwards."""
        name = self.fresh_name()
        self.ranges[name] = bounds
        return name

    @staticmethod
    def index(name: str) -> Poly:
        return atom_poly(make_atom("var", name))

    @abstractmethod
    def mul(self, left: Poly, right: Poly) -> Poly:
        """The product."""

    @abstractmethod
    def settle(self, mono: Mono) -> Poly:
        """A monomial with all laws applied that can rewrite it."""

    @abstractmethod
    def indicator(self, atom: Atom, value: Number, values: tuple[Number, ...]) -> Poly:
        """The polynomial that is 1 at one of the values and 0 at the others."""

    @abstractmethod
    def delta(self, difference: Poly) -> Poly:
        """1 where an index difference is zero, else 0."""

    @abstractmethod
    def replace(self, poly: Poly, mapping: dict[Atom, Poly]) -> Poly:
        """Put polynomials in the place of atoms, everywhere."""

    @abstractmethod
    def exp(self, exponent: Poly) -> Poly:
        """e to a power."""

    @abstractmethod
    def log(self, argument: Poly) -> Poly:
        """The natural logarithm; its argument is taken to be positive."""

    @abstractmethod
    def power(self, base: Poly, exponent: Number) -> Poly:
        """A rational power; the base is taken to be in its domain."""

    @abstractmethod
    def absolute(self, argument: Poly) -> Poly:
        """The absolute value."""

    @abstractmethod
    def maximum(self, arguments: tuple[Poly, ...]) -> Poly:
        """The greatest of several."""

    @abstractmethod
    def together(self, poly: Poly) -> tuple[Number, Mono, Poly]:
        """(c, m, q) with poly = c·m·q, all denominators in m, and q primitive with whole coefficients."""

    @abstractmethod
    def sum_over(self, names: tuple[str, ...], body: Poly) -> Poly:
        """Σ over the given indices."""

    @abstractmethod
    def product_over(self, name: str, body: Poly) -> Poly:
        """Π over an index."""

    @abstractmethod
    def open_sum(self, atom: Atom, mapping: dict[Atom, Poly] | None = None) -> tuple[tuple[str, ...], Poly]:
        """New indices and the body of a sum atom, with a substitution made on the way."""

    @abstractmethod
    def cases(self, poly: Poly) -> list[tuple[Poly, Poly]] | None:
        """(indicator, value of the polynomial where it is 1) for each value of a factor with few values."""

    @abstractmethod
    def elimination(self, delta: Atom) -> tuple[Atom, Poly]:
        """What may be replaced by what where a delta is 1."""

    @abstractmethod
    def sign(self, poly: Poly) -> int:
        """The possible signs."""

    @abstractmethod
    def at_least_zero(self, poly: Poly) -> bool:
        """Whether a whole number made of indices and sizes is known to be ≥ 0."""

    def positive(self, poly: Poly) -> bool:
        return self.sign(poly) == POSITIVE

    def product(self, *factors: Poly) -> Poly:
        total = ONE
        for factor in factors:
            total = self.mul(total, factor)
        return total

    def integer_power(self, base: Poly, exponent: int) -> Poly:
        """A power by repeated multiplication."""
        total = ONE
        for _ in range(exponent):
            total = self.mul(total, base)
        return total

    def total(self, terms: list[Poly]) -> Poly:
        total = ZERO
        for term in terms:
            total = total + term
            self.budget.room_for(len(total))
        return total
