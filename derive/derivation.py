"""The data that flows through the program: steps, verdicts, derivations.  Frozen, and without behaviour.

Notebooks ask an object itself how it looks; ``derive.formulas.notebook`` knows the answers and is loaded when asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sympy import Expr

from derive.errors import Place
from derive.terms import Facts


class Relation(StrEnum):
    """A relation between two neighbours in a chain."""

    EQUAL = "="
    AT_MOST = "≤"
    AT_LEAST = "≥"
    LESS = "<"
    GREATER = ">"
    NOT_EQUAL = "≠"
    DEFINES = ":="
    EQUIVALENT = "⇔"
    IMPLIES = "⇒"
    PROPORTIONAL = "∝"
    APPROXIMATE = "≈"


@dataclass(frozen=True)
class Goal:
    """A claim about scalars, for all values of its free indices and symbols that ``facts`` allow."""

    left: Expr
    relation: Relation
    right: Expr
    facts: Facts = field(default_factory=Facts)


class Kind(StrEnum):
    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    UNREAD = "unread"
    DEFINITION = "definition"


@dataclass(frozen=True)
class Counterexample:
    """Sizes and values at which the two sides differ; everything printed exactly.

    ``starts`` has the index of the first entry of every array, for each of its axes.
    """

    sizes: Mapping[str, int]
    values: Mapping[str, Any]
    left: str
    right: str
    starts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What became of a step.  ``reason`` is one sentence; only ``derive.proving.check`` makes ``Kind.PROVED``.

    ``internal`` marks what a mistake in this program left undecided; it must be reported loudly.
    """

    kind: Kind
    reason: str
    diagnosis: str | None = None
    counterexample: Counterexample | None = None
    correction: str | None = None
    internal: bool = False

    def _repr_html_(self) -> str:
        from derive.formulas.notebook import html_of

        return html_of(self)


@dataclass(frozen=True)
class Suspicion:
    """A place in a note and one sentence about what looks wrong there.  Never a verdict."""

    place: Place
    message: str


@dataclass(frozen=True)
class Step:
    """One relation between neighbours, with the source text of both sides and where the right side begins."""

    place: Place
    relation: str
    left: str
    right: str
    verdict: Verdict

    def _repr_html_(self) -> str:
        from derive.formulas.notebook import html_of

        return html_of(self)

    def _repr_latex_(self) -> str | None:
        from derive.formulas.notebook import latex_of

        return latex_of(self)
