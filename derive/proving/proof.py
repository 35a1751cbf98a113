"""What leaves the proving room: a term together with the fact that it was proved equal to what it stands for.

``prove`` is the only way to a ``Proof``, and it asks ``decide``.  Whoever holds a ``Proof`` need not trust where it
came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Indexed, Symbol

from derive.derivation import Goal, Kind, Relation
from derive.errors import DeriveError, InternalError, Place
from derive.proving.check import decide
from derive.terms import Facts, Index, Tensor, name_of

__all__ = ["Proof", "prove"]

_SEAL = object()


@dataclass(frozen=True)
class Proof:
    """A proved closed form.

    Attributes:
        tensor: the closed form, entry by entry.
        source: the note and line that state it, ``softmax-skip-gram.md:88``.
    """

    tensor: Tensor
    source: str
    _seal: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise InternalError("a proof can only be made by derive.proving.proof.prove")


def prove(
    meaning: Tensor,
    closed: Tensor,
    facts: Facts,
    place: Place,
    source: str,
    given: Mapping[str, Tensor] | None = None,
    deadline: float = 10.0,
) -> Proof:
    """Prove that a closed form equals what it stands for, entry by entry, for all sizes and values.

    Args:
        meaning: what it stands for, e.g. the derivative as SymPy gives it.
        closed: the closed form, over axes of the same lengths.
        facts: what may be used.
        place: for errors.
        source: the note and line, carried by the proof.
        given: arrays in ``closed`` that stand for something themselves (the row sums n of N).

    Raises:
        DeriveError: it could not be proved; the message has the reason.
    """
    if len(meaning.indices) != len(closed.indices):
        raise DeriveError(
            f"an array with {len(meaning.indices)} indices cannot equal one with {len(closed.indices)}", place
        )
    indices = meaning.indices
    for one, other in zip(indices, closed.indices, strict=True):
        if (one.axis.low, one.axis.high) != (other.axis.low, other.axis.high):
            raise DeriveError(f"the axes {one.axis.name} and {other.axis.name} differ", place)
    right = _spelled_out(closed.at(*indices), given or {})
    verdict = decide(Goal(meaning.body, Relation.EQUAL, right, facts), deadline=deadline)
    if verdict.kind is not Kind.PROVED:
        raise DeriveError(f"what is to be emitted is {verdict.kind.value}: {verdict.reason}", place)
    return Proof(closed, source, _SEAL)


def _spelled_out(body: Expr, given: Mapping[str, Tensor]) -> Expr:
    table = {
        node: given[name_of(node)].at(*_indices(node))
        for node in body.atoms(Indexed, Symbol)
        if not isinstance(node, Index)
        and name_of(node) in given
        and len(_indices(node)) == len(given[name_of(node)].indices)  # the label of an array is a symbol, too
    }
    return body.xreplace(table) if table else body


def _indices(node: Expr) -> tuple[Expr, ...]:
    return tuple(node.indices) if isinstance(node, Indexed) else ()
