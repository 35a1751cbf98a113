"""Which results give a bad input away, so that no look at the input itself is needed.

An entry that is NaN, infinite or (where only numbers from 0 on are allowed) negative is followed through the steps; if
every result it may have is NaN or infinite, a look at the result is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

from derive.emitting.steps import Use, Value

__all__ = ["BAD", "INFINITE", "MINUS_INFINITE", "NAN", "NEGATIVE", "gives_away"]

NAN, INFINITE, MINUS_INFINITE, NEGATIVE, ZERO, POSITIVE = "nan", "inf", "-inf", "negative", "zero", "positive"
BAD = (NAN, INFINITE, MINUS_INFINITE)
ANY = frozenset((*BAD, NEGATIVE, ZERO, POSITIVE))
FINITE = frozenset((NEGATIVE, ZERO, POSITIVE))
Kinds = frozenset[str]
_NUMBERS = {INFINITE: 2, MINUS_INFINITE: -2, NEGATIVE: -1, ZERO: 0, POSITIVE: 1}


def gives_away(probe: Value, parameter: str, bad: str, nonnegative: Iterable[str], signs: Iterable[str] = BAD) -> bool:
    """Whether ``probe``, a number, is surely NaN or infinite when one entry of ``parameter`` is ``bad``.

    Args:
        nonnegative: parameters that are known to have no negative entry.
        signs: which of the kinds of bad numbers it must be.
    """
    known = frozenset(nonnegative)
    return _kinds(probe, parameter, bad, known) <= frozenset(signs)


def _kinds(value: Value, parameter: str, bad: str, known: frozenset[str]) -> Kinds:
    """What the value may be, for arrays at the place of the bad entry."""
    step = value.step
    if step.kind == "load":
        if step.attribute == parameter:
            return frozenset((bad,))
        return FINITE - {NEGATIVE} if step.attribute in known else FINITE
    if step.kind == "literal":
        return frozenset((POSITIVE if step.attribute > 0 else NEGATIVE if step.attribute < 0 else ZERO,))
    if step.kind == "size":
        return frozenset((POSITIVE,))

    def inner(use: Use) -> Kinds:
        return _kinds(use.value, parameter, bad, known)

    if step.kind == "dot" and not step.labels:
        terms = _pairs(_times, *map(inner, map(_unguarded, step.uses)))
        return terms if terms <= frozenset(BAD) else ANY  # one bad term spoils a sum
    if step.kind == "reduce" and not step.labels:
        below = inner(step.uses[0])
        return below if below <= frozenset(BAD) and step.attribute[0] == "sum" else ANY
    if step.kind != "map":
        return ANY
    op, attribute = step.attribute
    kinds = [inner(use) for use in step.uses]
    if op == "add":
        signed = [frozenset(map(_opposite, k)) if c < 0 else k for c, k in zip(attribute[0], kinds, strict=True)]
        constant = POSITIVE if attribute[1] > 0 else NEGATIVE if attribute[1] < 0 else ZERO
        return _pairs(_plus, *signed, frozenset((constant,)))
    if op == "product":
        return _pairs(_times, *kinds)
    if op in _FUNCTIONS:
        return frozenset(kind for each in kinds[0] for kind in _FUNCTIONS[op](each))
    if op == "power" and attribute == -1:
        return frozenset(kind for each in kinds[0] for kind in _inverse(each))
    return ANY


def _unguarded(use: Use) -> Use:
    """A dot product is looked at before 0 · log 0 is made 0."""
    step = use.value.step
    return step.uses[1] if step.kind == "map" and step.attribute[0] == "where nonzero" else use


def _pairs(rule: Callable[[str, str], tuple[str, ...]], first: Kinds, *others: Kinds) -> Kinds:
    for other in others:
        first = frozenset(kind for a, b in product(first, other) for kind in rule(a, b))
    return first


def _opposite(kind: str) -> str:
    pairs = {INFINITE: MINUS_INFINITE, MINUS_INFINITE: INFINITE, NEGATIVE: POSITIVE, POSITIVE: NEGATIVE}
    return pairs.get(kind, kind)


def _plus(a: str, b: str) -> tuple[str, ...]:
    if NAN in (a, b) or {a, b} == {INFINITE, MINUS_INFINITE}:
        return (NAN,)
    for infinite in (INFINITE, MINUS_INFINITE):
        if infinite in (a, b):
            return (infinite,)
    if ZERO in (a, b):
        return (b if a == ZERO else a,)
    return (a,) if a == b else tuple(FINITE)


def _times(a: str, b: str) -> tuple[str, ...]:
    if NAN in (a, b):
        return (NAN,)
    x, y = _NUMBERS[a], _NUMBERS[b]
    if abs(x) == 2 or abs(y) == 2:
        return (NAN,) if x * y == 0 else (INFINITE,) if x * y > 0 else (MINUS_INFINITE,)
    if x * y == 0:
        return (ZERO,)
    return (POSITIVE, ZERO, INFINITE) if x * y > 0 else (NEGATIVE, ZERO, MINUS_INFINITE)  # or it leaves the range


def _inverse(kind: str) -> tuple[str, ...]:
    if kind == ZERO:
        return (INFINITE, MINUS_INFINITE)  # there are two zeros
    return (ZERO,) if kind in (INFINITE, MINUS_INFINITE) else (kind,)


_FUNCTIONS: dict[str, Callable[[str], tuple[str, ...]]] = {
    "log": lambda kind: {
        ZERO: (MINUS_INFINITE,),
        POSITIVE: tuple(FINITE),
        INFINITE: (INFINITE,),
    }.get(kind, (NAN,)),
    "exp": lambda kind: {
        INFINITE: (INFINITE,),
        MINUS_INFINITE: (ZERO,),
        NAN: (NAN,),
    }.get(kind, (ZERO, POSITIVE, INFINITE)),
}
