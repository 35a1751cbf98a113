"""What reading leaves behind: drafts of steps, and the state of one pass over a note."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sympy import Expr

from derive.calculus import DerivativeError
from derive.errors import Place
from derive.reading import tree
from derive.reading.claims import Claim
from derive.reading.context import Reading
from derive.reading.definers import Candidate
from derive.reading.definitions import Circular
from derive.reading.formula import Formula as Mathematics
from derive.reading.scope import Unsettled
from derive.reading.values import ShapeError, Value

LOGICAL = (Unsettled, ShapeError, DerivativeError, Circular)


@dataclass(frozen=True)
class Draft:
    """One step before it is judged.

    Exactly one of ``claim``, ``equivalent`` (two conditions), ``definition`` and ``problem`` is set.
    """

    place: Place
    relation: str
    left: str
    right: str
    claim: Claim | None = None
    equivalent: tuple[Claim, Claim] | None = None
    definition: str | None = None
    problem: str | None = None
    unread: bool = False
    shape_error: str | None = None
    certain: bool = False
    source: tuple[tree.Node | None, tree.Node | None] = (None, None)
    symbol: str = "="
    guards: tuple[tuple[Expr, Expr], ...] = ()
    given: tuple[tuple[Expr, str, Expr], ...] = ()
    formula: Mathematics | None = None


@dataclass
class Side:
    """The right end of the chain so far: its value or why it has none, and its source."""

    value: Value | None
    problem: str | None
    source: str
    node: tree.Node | None
    shape_error: str | None = None
    certain: bool = False
    soft: bool = False
    pending: Candidate | None = None
    pending_at: str = ""
    doubts: tuple[str, ...] = ()


@dataclass
class Pass:
    """One reading of the whole note."""

    reading: Reading
    drafts: list[Draft] = field(default_factory=list)
    side: Side | None = None
    derivatives: tuple[tree.Node, ...] = ()  # that begin the formulas of the display before
    end: float = math.inf
    slow: set[int] = field(default_factory=set)
