"""Sums of monomials with rational coefficients over atoms: the data of the normal form, without any law but addition.

A ``Poly`` maps monomials to coefficients; a monomial is a tuple of (atom, exponent) sorted by the atom's key.  An atom
is anything that cannot be taken apart further: a symbol, an index, an array entry, an exponential, a logarithm, a sum
over bound indices, an opaque power ...  Two atoms are equal exactly when their keys, which spell them out completely,
are equal.  The names of bound indices begin with ``~`` so that they sort behind every name an author can write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from operator import itemgetter
from typing import Any

__all__ = ["ONE", "ZERO", "Atom", "Mono", "Number", "Poly", "atom_poly", "exact", "merge", "split"]

Number = int | Fraction
Factor = tuple["Atom", Number]
Mono = tuple[Factor, ...]


def exact(value: Number) -> Number:
    """An int where possible: whole numbers are much faster than fractions."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def magnitude(value: Number) -> Number:
    """The absolute value; ``abs`` of a union has no type."""
    return value if value >= 0 else -value


class Atom:
    """An indivisible factor.

    Attributes:
        kind: one of ``sym var entry exp log prime sum prod pow delta fun abs max``.
        data: what it is made of; see the constructors in ``algebra.py``.
        key: its complete spelling, by which atoms are compared and ordered.
        names: the indices it depends on.
        height: how many sums stand inside one another in it.
    """

    __slots__ = ("_hash", "data", "height", "key", "kind", "names")

    def __init__(self, kind: str, data: tuple[Any, ...], key: str, names: frozenset[str], height: int) -> None:
        self.kind = kind
        self.data = data
        self.key = key
        self.names = names
        self.height = height
        self._hash = hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Atom) and self._hash == other._hash and self.key == other.key)

    def __repr__(self) -> str:
        return self.key


def _by_key(factor: Factor) -> str:
    return factor[0].key


def mono_key(mono: Mono) -> str:
    """The spelling of a monomial."""
    return "*".join(a.key if e == 1 else f"{a.key}^{e}" for a, e in mono)


def names_of(mono: Mono) -> frozenset[str]:
    """The indices on which a monomial depends."""
    if len(mono) == 1:
        return mono[0][0].names
    return frozenset().union(*(a.names for a, _ in mono))


def height_of(mono: Mono) -> int:
    """How many sums stand inside one another in a monomial."""
    return max((a.height for a, _ in mono), default=0)


class Poly:
    """A finite sum of monomials; immutable once made, no coefficient is zero."""

    __slots__ = ("_key", "_names", "terms")

    def __init__(self, terms: Mapping[Mono, Number]) -> None:
        self.terms = terms
        self._key: str | None = None
        self._names: frozenset[str] | None = None

    @staticmethod
    def of(pairs: Iterable[tuple[Mono, Number]]) -> Poly:
        """The sum of the given terms, like ones collected."""
        terms: dict[Mono, Number] = {}
        for mono, coefficient in pairs:
            terms[mono] = terms.get(mono, 0) + coefficient
        return Poly({m: exact(c) for m, c in terms.items() if c})

    @staticmethod
    def number(value: Number) -> Poly:
        return Poly({(): exact(value)}) if value else ZERO

    @staticmethod
    def mono(mono: Mono, coefficient: Number = 1) -> Poly:
        return Poly({mono: coefficient}) if coefficient else ZERO

    @property
    def key(self) -> str:
        """The complete spelling, terms in order."""
        if self._key is None:
            spelled = sorted((mono_key(m), c) for m, c in self.terms.items())
            self._key = "+".join(f"{c}*{m}" if m else str(c) for m, c in spelled) or "0"
        return self._key

    @property
    def names(self) -> frozenset[str]:
        """The indices on which it depends."""
        if self._names is None:
            self._names = frozenset().union(*(a.names for m in self.terms for a, _ in m))
        return self._names

    @property
    def height(self) -> int:
        return max((height_of(m) for m in self.terms), default=0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(self.key)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def __iter__(self) -> Iterator[tuple[Mono, Number]]:
        return iter(self.terms.items())

    def __repr__(self) -> str:
        return self.key

    def __add__(self, other: Poly) -> Poly:
        if not self.terms:
            return other
        terms = dict(self.terms)
        for mono, coefficient in other.terms.items():
            total = terms.get(mono, 0) + coefficient
            if total:
                terms[mono] = exact(total)
            else:
                terms.pop(mono, None)
        return Poly(terms)

    def __sub__(self, other: Poly) -> Poly:
        return self + other.scale(-1)

    def __neg__(self) -> Poly:
        return self.scale(-1)

    def scale(self, factor: Number) -> Poly:
        """Multiply by a rational number."""
        if factor == 1:
            return self
        return Poly({m: exact(c * factor) for m, c in self.terms.items()}) if factor else ZERO

    def constant(self) -> Number | None:
        """The number it is, or None if it is not a number."""
        if not self.terms:
            return 0
        if len(self.terms) == 1:
            return self.terms.get(())
        return None

    def single(self) -> tuple[Mono, Number] | None:
        """Its only term, if it has one."""
        return next(iter(self.terms.items())) if len(self.terms) == 1 else None

    def ordered(self) -> list[tuple[Mono, Number]]:
        """The terms in the order of their spelling, the greatest first."""
        keyed = sorted(((mono_key(m), m, c) for m, c in self.terms.items()), key=itemgetter(0), reverse=True)
        return [(m, c) for _, m, c in keyed]

    def sole_atom(self) -> Atom | None:
        """The atom it is, if it is one atom and nothing else."""
        term = self.single()
        if term and term[1] == 1 and len(term[0]) == 1 and term[0][0][1] == 1:
            return term[0][0][0]
        return None


ZERO = Poly({})
ONE = Poly({(): 1})


def atom_poly(atom: Atom, exponent: Number = 1) -> Poly:
    """The polynomial that is one atom to a power."""
    return Poly({((atom, exponent),): 1})


def make_atom(kind: str, *data: Any) -> Atom:
    """An atom whose parts are strings, numbers, polynomials or tuples of polynomials."""
    names: frozenset[str] = frozenset()
    height = 0
    spelled = []
    for part in data:
        for piece in part if isinstance(part, tuple) else (part,):
            if isinstance(piece, Poly):
                names |= piece.names
                height = max(height, piece.height)
        spelled.append(",".join(p.key for p in part) if isinstance(part, tuple) else str(part))
    if kind == "entry":
        key = f"{spelled[0]}[{spelled[1]}]"
    elif kind in ("sym", "var"):
        key = spelled[0]
    else:
        key = f"{kind}({';'.join(spelled)})"
    if kind == "var":
        names = frozenset((data[0],))
    return Atom(kind, data, key, names, height)


def exponential(exponent: Poly) -> Mono:
    """exp of a polynomial from which nothing more can be taken out."""
    return ((make_atom("exp", exponent), 1),) if exponent else ()


def split(mono: Mono, chosen: Callable[[Atom], bool]) -> tuple[Mono, Mono]:
    """The factors for which ``chosen`` holds, and the others; an exponential counts as one factor."""
    return tuple(f for f in mono if chosen(f[0])), tuple(f for f in mono if not chosen(f[0]))


def exponent_of(mono: Mono) -> Poly:
    """E in the factor exp(E) of a monomial, 0 if it has none."""
    for atom, _ in mono:
        if atom.kind == "exp":
            return atom.data[0]
    return ZERO


def merge(left: Mono, right: Mono) -> Mono:
    """The product as plain multisets: exponents add, exponentials join; no other law is applied."""
    if not left:
        return right
    if not right:
        return left
    factors: dict[Atom, Number] = {}
    exponents: list[Poly] = []
    for mono in (left, right):
        for atom, exponent in mono:
            if atom.kind == "exp":
                exponents.append(atom.data[0].scale(exponent))
            else:
                factors[atom] = factors.get(atom, 0) + exponent
    pairs = [(a, exact(e)) for a, e in factors.items() if e]
    if exponents:
        pairs += exponential(exponents[0] if len(exponents) == 1 else exponents[0] + exponents[1])
    pairs.sort(key=_by_key)
    return tuple(pairs)


def power(mono: Mono, exponent: Number) -> Mono:
    """Every exponent multiplied; the caller answers for signs."""
    pairs = [(a, exact(e * exponent)) for a, e in mono if a.kind != "exp"]
    pairs += exponential(exponent_of(mono).scale(exponent))
    pairs.sort(key=_by_key)
    return tuple(pairs) if exponent else ()


def has_atom(poly: Poly, wanted: Atom) -> bool:
    """Whether an atom stands anywhere in a polynomial, at any depth."""
    return any(atom_has(a, wanted) for m in poly.terms for a, _ in m)


def atom_has(atom: Atom, wanted: Atom) -> bool:
    """Whether an atom is, or contains at any depth, another."""
    if atom.key == wanted.key:
        return True
    if wanted.kind == "var":
        return wanted.key in atom.names
    return wanted.key in atom.key and any(has_atom(p, wanted) for p in parts(atom))


def parts(atom: Atom) -> Iterator[Poly]:
    """The polynomials of which an atom is made."""
    for part in atom.data:
        if isinstance(part, Poly):
            yield part
        elif isinstance(part, tuple):
            yield from (piece for piece in part if isinstance(piece, Poly))


def atoms_in(poly: Poly) -> Iterator[Atom]:
    """All atoms at every depth, with repetitions."""
    for mono in poly.terms:
        for atom, _ in mono:
            yield atom
            for part in parts(atom):
                yield from atoms_in(part)
