"""Slips around Σ: one that should have collapsed or was dropped, another range, a logarithm on the wrong side of it.

Every maker takes the material of a step and gives changed right sides, the likelier ones first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from derive.proving.edits import (
    Edit,
    Slip,
    Spot,
    brackets,
    call_of,
    everywhere,
    is_function,
    negative,
    number,
    plus,
    power_of,
    put,
    shown,
    spots,
    terms_of,
    times,
    together,
    unwrapped,
)
from derive.proving.material import Material
from derive.proving.slips.common import (
    CLOSED,
    Chunk,
    argument_of,
    behind,
    big_operator,
    chunks_of,
    products,
    renamed,
    running_letter,
)
from derive.reading import tree
from derive.reading.spelling import is_transpose, plain
from derive.reading.tree import Node

__all__ = ["collapses", "dropped_sums", "exchanges", "logarithms", "ranges"]


def collapses(given: Material) -> Iterator[Edit]:
    """A Σ that should have collapsed to one of its terms."""
    for spot, chunks in products(given):
        for k, chunk in enumerate(chunks):
            big = big_operator(chunk)
            if big is None or big.kind not in ("sum", "prod"):
                continue
            rest = together(chunks[:k] + chunks[k + 1 :])
            if k + 1 == len(chunks):
                continue
            name = running_letter(big)
            says = f"{shown(big)} is kept though only one term is left of it"
            yield Edit(put(given.right, spot.path, rest), Slip.KEPT_SUM, says)
            for other in given.letters:
                if name and other != name:
                    body = everywhere(rest, partial(renamed, old=name, new=other))
                    says = f"{shown(big)} is kept though only the term {other} is left of it"
                    yield Edit(put(given.right, spot.path, body), Slip.KEPT_SUM, says)


def dropped_sums(given: Material) -> Iterator[Edit]:
    """A Σ that was lost."""
    for spot in spots(given.right):
        if spot.within(*CLOSED) or not (
            not spot.path or isinstance(spot.above[-1], tree.Term) or spot.path[-1][0] in ("parts", "sup", "numerator")
        ):
            continue
        node = unwrapped(spot.node)
        for big in given.bigs[:4]:
            if big.kind == "sum" and big.sub is not None:
                says = f"{shown(big)} is dropped in front of {shown(node, 40)}"
                yield Edit(put(given.right, spot.path, times(big, node)), Slip.DROPPED_SUM, says)
                after = _after_scalars(given, node, big)
                if after is not None:
                    yield Edit(put(given.right, spot.path, after), Slip.DROPPED_SUM, says)


def _after_scalars(given: Material, node: Node, big: tree.BigOp) -> Node | None:
    if not isinstance(node, tree.Product):
        return None
    chunks = given.units(node)
    return together([chunks[0], *chunks_of(big), *chunks[1:]]) if len(chunks) > 1 else None


def ranges(given: Material) -> Iterator[Edit]:
    """Another range under and over a Σ or Π."""
    for spot in spots(given.right):
        node = spot.node
        if not isinstance(node, tree.BigOp) or node.sub is None:
            continue
        seen: set[Node] = set()
        same = [
            b for b in given.bigs if b.kind == node.kind and b != node and running_letter(b) == running_letter(node)
        ]
        other = [
            b for b in given.bigs if b.kind == node.kind and b != node and running_letter(b) != running_letter(node)
        ]
        for slip, candidates in (
            (Slip.RANGE, same),
            (Slip.RANGE, list(_moved(node))),
            (Slip.INDEX, other),
        ):
            for new in candidates:
                if new not in seen:
                    seen.add(new)
                    says = f"the sum runs over {shown(node)} where {shown(new)} is right"
                    yield Edit(put(given.right, spot.path, new), slip, says)


def _moved(big: tree.BigOp) -> Iterator[tree.BigOp]:
    """The lower bound 0, 1, 2; the upper bound one more or one less."""
    sub = plain(big.sub) if big.sub is not None else None
    if isinstance(sub, tree.Chain) and len(sub.links) == 1 and sub.links[0].relation.symbol == "=":
        for text in ("1", "0", "2"):
            link = replace(sub.links[0], right=tree.Num(sub.span, text))
            yield replace(big, sub=replace(sub, links=(link,)))
    if big.sup is not None:
        top = plain(big.sup)
        for sign in "-+":
            yield replace(big, sup=plus([*terms_of(top), tree.Term(top.span, sign, number(1))]))
        for term in terms_of(top) if isinstance(top, tree.Sum) else ():
            yield replace(big, sup=term.node)


def exchanges(given: Material) -> Iterator[Edit]:
    """A logarithm that changed places with a sum."""
    for spot, chunks in products(given):
        for k, chunk in enumerate(chunks):
            if is_function(chunk[0].node) in ("log", "ln", "lg"):
                yield from _log_moved(given, spot, chunks, k)
        bigs = [k for k, c in enumerate(chunks) if big_operator(c)]
        if bigs:
            yield from _log_put_in(given, spot, chunks, bigs[0])


def _log_moved(given: Material, spot: Spot, chunks: list[Chunk], k: int) -> Iterator[Edit]:
    word = chunks[k][0].node
    inner, rest = argument_of(chunks, k), behind(chunks, k)
    outside = chunks[:k]
    says = f"{shown(word)} does not change places with the sum"
    inside = given.units(inner) if isinstance(inner, tree.Product) else chunks_of(inner)
    if any(big_operator(c) for c in inside):
        for j in range(1, len(inside)):
            deeper = tuple(call_of(word, together(inside[j:])).factors)
            yield Edit(
                put(given.right, spot.path, together([*outside, *inside[:j], deeper, *rest])), Slip.LOG_SUM, says
            )
        for j in range(1, len(inside)):
            if not big_operator(inside[j]):
                one = tuple(call_of(word, together([inside[j]])).factors)
                new = together([*outside, *inside[:j], *inside[j + 1 :], one, *rest])
                yield Edit(put(given.right, spot.path, new), Slip.LOG_SUM, says)
    if not rest:
        for j in range(k):
            if big_operator(chunks[j]) or any(big_operator(c) for c in chunks[j:k]):
                moved = tuple(
                    call_of(
                        word,
                        together([*chunks[j:k], *chunks_of(brackets(inner) if isinstance(inner, tree.Sum) else inner)]),
                    ).factors
                )
                yield Edit(put(given.right, spot.path, together([*chunks[:j], moved])), Slip.LOG_SUM, says)
                if j > 0 and not big_operator(chunks[0]) and isinstance(plain(chunks[0][0].node), tree.Num):
                    raised = times(*(f.node for c in chunks[j:k] for f in c), power_of(inner, chunks[0][0].node))
                    powered = tuple(call_of(word, raised).factors)
                    yield Edit(put(given.right, spot.path, together([*chunks[1:j], powered])), Slip.LOG_SUM, says)
                    if spot.above and isinstance(spot.above[-1], tree.Term):
                        yield Edit(negative(together([*chunks[1:j], powered])), Slip.LOG_SUM, says)


def _log_put_in(given: Material, spot: Spot, chunks: list[Chunk], k: int) -> Iterator[Edit]:
    """Σ x for log Σ e^x: the logarithm and the exponential do not cancel across a sum."""
    last = max(j for j, c in enumerate(chunks) if big_operator(c))
    if last + 1 == len(chunks):
        return
    log = tree.Word(spot.node.span, "log", "function")
    body = together(chunks[last + 1 :])
    raised = times(
        *(f.node for c in chunks[k : last + 1] for f in c), call_of(tree.Word(body.span, "exp", "function"), body)
    )
    says = "log and exp do not cancel across the sum"
    whole = tuple(call_of(log, raised).factors)
    yield Edit(put(given.right, spot.path, together([*chunks[:k], whole])), Slip.LOG_SUM, says)
    plain_log = tuple(call_of(log, together(chunks[k:])).factors)
    says = f"the logarithm of the sum {shown(together(chunks[k:]), 40)} is needed"
    yield Edit(put(given.right, spot.path, together([*chunks[:k], plain_log])), Slip.LOG, says)
    each = tuple(call_of(log, body).factors)
    says = f"the logarithm of {shown(body, 40)} is needed"
    yield Edit(put(given.right, spot.path, together([*chunks[: last + 1], each])), Slip.LOG, says)


def logarithms(given: Material) -> Iterator[Edit]:
    """A logarithm or an exponential that got lost, or is too many."""
    for spot in spots(given.right):
        if spot.within(*CLOSED) or isinstance(spot.node, tree.Term | tree.Factor | tree.Sequence):
            continue
        node = spot.node
        if isinstance(node, tree.Product):
            for k, chunk in enumerate(chunks := given.units(node)):
                name = is_function(chunk[0].node)
                if name in ("log", "ln", "exp"):
                    inner = argument_of(chunks, k)
                    says = f"{shown(chunk[0].node)} is too many at {shown(together(chunks[k:]), 40)}"
                    rest = together(
                        [
                            *chunks[:k],
                            *chunks_of(brackets(inner) if isinstance(inner, tree.Sum) else inner),
                            *behind(chunks, k),
                        ]
                    )
                    yield Edit(put(given.right, spot.path, rest), Slip.LOG, says)
                elif not big_operator(chunk) and name is None:
                    new = call_of(tree.Word(node.span, "log", "function"), together([chunk]))
                    says = f"the logarithm of {shown(together([chunk]))} is needed"
                    yield Edit(
                        put(
                            given.right,
                            spot.path,
                            together(
                                [
                                    *chunks[:k],
                                    *chunks_of(*[f.node for f in new.factors])[:0],
                                    tuple(new.factors),
                                    *chunks[k + 1 :],
                                ]
                            ),
                        ),
                        Slip.LOG,
                        says,
                    )
        whole = (
            not spot.path
            or isinstance(spot.above[-1], tree.Term)
            or spot.path[-1][0] in ("sup", "numerator", "denominator", "parts")
        )
        if (
            whole
            and not isinstance(node, tree.Num)
            and not (isinstance(node, tree.Sum) and not spot.path)
            and not is_transpose(node)
            and not isinstance(node, tree.Group)
        ):
            new = call_of(tree.Word(node.span, "log", "function"), node)
            yield Edit(put(given.right, spot.path, new), Slip.LOG, f"the logarithm of {shown(node)} is needed")
