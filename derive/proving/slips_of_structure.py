"""Slips of structure, each with the change that undoes it: sums, logarithms, ranges, brackets, powers, transposes.

Every function takes the material of a step and gives changed right sides, the likelier ones first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from derive.proving.edits import (
    Edit,
    Slip,
    Spot,
    brackets,
    call_of,
    everywhere,
    is_derivative,
    is_function,
    negative,
    number,
    over,
    plus,
    power_of,
    put,
    shown,
    spots,
    terms_of,
    times,
    together,
    transposed,
    unwrapped,
)
from derive.proving.material import Material
from derive.reading import tree
from derive.reading.spelling import is_transpose, letter, plain, spell, walk
from derive.reading.tree import Node

__all__ = ["logarithms", "operations", "powers", "ranges", "scopes", "shapes", "sums"]

CLOSED = ("index", "range", "condition", "derivative")
Chunk = tuple[tree.Factor, ...]


def _products(given: Material) -> Iterator[tuple[Spot, list[Chunk]]]:
    for spot in spots(given.right):
        if isinstance(spot.node, tree.Product) and not spot.within(*CLOSED):
            yield spot, given.units(spot.node)


def _big(chunk: Chunk) -> tree.BigOp | None:
    node = plain(chunk[0].node)
    return node if isinstance(node, tree.BigOp) else None


def _bound(big: tree.BigOp) -> str | None:
    """The letter that a sum runs over."""
    for node in walk(big.sub) if big.sub is not None else ():
        if isinstance(node, tree.Name):
            return node.base
    return None


def sums(given: Material) -> Iterator[Edit]:
    """A Σ that should have collapsed, or one that was dropped."""
    for spot, chunks in _products(given):
        for k, chunk in enumerate(chunks):
            big = _big(chunk)
            if big is None or big.kind not in ("sum", "prod"):
                continue
            rest = together(chunks[:k] + chunks[k + 1 :])
            if k + 1 == len(chunks):
                continue
            name = _bound(big)
            says = f"{shown(big)} is kept though only one term is left of it"
            yield Edit(put(given.right, spot.path, rest), Slip.KEPT_SUM, says)
            for other in given.letters:
                if name and other != name:
                    body = everywhere(rest, lambda n, a=name, b=other: _renamed(n, a, b))
                    says = f"{shown(big)} is kept though only the term {other} is left of it"
                    yield Edit(put(given.right, spot.path, body), Slip.KEPT_SUM, says)
    for spot in spots(given.right):
        if spot.within(*CLOSED) or not (
            not spot.path or isinstance(spot.above[-1], tree.Term) or spot.path[-1][0] in ("parts", "sup", "numerator")
        ):
            continue
        node = unwrapped(spot.node)
        for big in given.bigs:
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
    return together([chunks[0], *_chunks(big), *chunks[1:]]) if len(chunks) > 1 else None


def _chunks(*nodes: Node) -> list[Chunk]:
    return [(tree.Factor(n.span, "", "", n),) for n in nodes]


def _renamed(node: Node, old: str, new: str) -> Node | None:
    return tree.Name(node.span, new) if isinstance(node, tree.Name) and node.base == old else None


def ranges(given: Material) -> Iterator[Edit]:
    """Another range under and over a Σ or Π."""
    for spot in spots(given.right):
        node = spot.node
        if not isinstance(node, tree.BigOp) or node.sub is None:
            continue
        seen: set[Node] = set()
        same = [b for b in given.bigs if b.kind == node.kind and b != node and _bound(b) == _bound(node)]
        other = [b for b in given.bigs if b.kind == node.kind and b != node and _bound(b) != _bound(node)]
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


# Logarithms -----------------------------------------------------------------------------------------------------------


def logarithms(given: Material) -> Iterator[Edit]:
    """A logarithm that changed places with a sum, or got lost."""
    for spot, chunks in _products(given):
        for k, chunk in enumerate(chunks):
            if is_function(chunk[0].node) in ("log", "ln", "lg"):
                yield from _log_moved(given, spot, chunks, k)
        bigs = [k for k, c in enumerate(chunks) if _big(c)]
        if bigs:
            yield from _log_put_in(given, spot, chunks, bigs[0])
    for spot in spots(given.right):
        if spot.within(*CLOSED) or isinstance(spot.node, tree.Term | tree.Factor | tree.Sequence):
            continue
        node = spot.node
        if isinstance(node, tree.Product):
            for k, chunk in enumerate(chunks := given.units(node)):
                name = is_function(chunk[0].node)
                if name in ("log", "ln", "exp"):
                    inner = _argument(chunks, k)
                    says = f"{shown(chunk[0].node)} is too many at {shown(together(chunks[k:]), 40)}"
                    rest = together(
                        [
                            *chunks[:k],
                            *_chunks(brackets(inner) if isinstance(inner, tree.Sum) else inner),
                            *_rest(chunks, k),
                        ]
                    )
                    yield Edit(put(given.right, spot.path, rest), Slip.LOG, says)
                elif not _big(chunk) and name is None:
                    new = call_of(tree.Word(node.span, "log", "function"), together([chunk]))
                    says = f"the logarithm of {shown(together([chunk]))} is needed"
                    yield Edit(
                        put(
                            given.right,
                            spot.path,
                            together(
                                [
                                    *chunks[:k],
                                    *_chunks(*[f.node for f in new.factors])[:0],
                                    tuple(new.factors),
                                    *chunks[k + 1 :],
                                ]
                            ),
                        ),
                        Slip.LOG,
                        says,
                    )  # type: ignore[attr-defined]
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


def _argument(chunks: list[Chunk], k: int) -> Node:
    """What a function at a position applies to."""
    if len(chunks[k]) == 2:
        return unwrapped(chunks[k][1].node)
    return together(chunks[k + 1 :])


def _rest(chunks: list[Chunk], k: int) -> list[Chunk]:
    return chunks[k + 1 :] if len(chunks[k]) == 2 else []


def _log_moved(given: Material, spot: Spot, chunks: list[Chunk], k: int) -> Iterator[Edit]:
    word = chunks[k][0].node
    inner, rest = _argument(chunks, k), _rest(chunks, k)
    outside = chunks[:k]
    says = f"{shown(word)} does not change places with the sum"
    inside = given.units(inner) if isinstance(inner, tree.Product) else _chunks(inner)
    if any(_big(c) for c in inside):
        for j in range(1, len(inside)):
            deeper = tuple(call_of(word, together(inside[j:])).factors)  # type: ignore[attr-defined]
            yield Edit(
                put(given.right, spot.path, together([*outside, *inside[:j], deeper, *rest])), Slip.LOG_SUM, says
            )
        for j in range(1, len(inside)):
            if not _big(inside[j]):
                one = tuple(call_of(word, together([inside[j]])).factors)  # type: ignore[attr-defined]
                new = together([*outside, *inside[:j], *inside[j + 1 :], one, *rest])
                yield Edit(put(given.right, spot.path, new), Slip.LOG_SUM, says)
    if not rest:
        for j in range(k):
            if _big(chunks[j]) or any(_big(c) for c in chunks[j:k]):
                moved = tuple(
                    call_of(
                        word,
                        together([*chunks[j:k], *_chunks(brackets(inner) if isinstance(inner, tree.Sum) else inner)]),
                    ).factors
                )  # type: ignore[attr-defined]
                yield Edit(put(given.right, spot.path, together([*chunks[:j], moved])), Slip.LOG_SUM, says)
                if j > 0 and not _big(chunks[0]) and isinstance(plain(chunks[0][0].node), tree.Num):
                    raised = times(*(f.node for c in chunks[j:k] for f in c), power_of(inner, chunks[0][0].node))
                    powered = tuple(call_of(word, raised).factors)  # type: ignore[attr-defined]
                    yield Edit(put(given.right, spot.path, together([*chunks[1:j], powered])), Slip.LOG_SUM, says)
                    if spot.above and isinstance(spot.above[-1], tree.Term):
                        yield Edit(negative(together([*chunks[1:j], powered])), Slip.LOG_SUM, says)


def _log_put_in(given: Material, spot: Spot, chunks: list[Chunk], k: int) -> Iterator[Edit]:
    """Σ x for log Σ e^x: the logarithm and the exponential do not cancel across a sum."""
    last = max(j for j, c in enumerate(chunks) if _big(c))
    if last + 1 == len(chunks):
        return
    log = tree.Word(spot.node.span, "log", "function")
    body = together(chunks[last + 1 :])
    raised = times(
        *(f.node for c in chunks[k : last + 1] for f in c), call_of(tree.Word(body.span, "exp", "function"), body)
    )
    says = "log and exp do not cancel across the sum"
    whole = tuple(call_of(log, raised).factors)  # type: ignore[attr-defined]
    yield Edit(put(given.right, spot.path, together([*chunks[:k], whole])), Slip.LOG_SUM, says)
    plain_log = tuple(call_of(log, together(chunks[k:])).factors)  # type: ignore[attr-defined]
    says = f"the logarithm of the sum {shown(together(chunks[k:]), 40)} is needed"
    yield Edit(put(given.right, spot.path, together([*chunks[:k], plain_log])), Slip.LOG, says)
    each = tuple(call_of(log, body).factors)  # type: ignore[attr-defined]
    says = f"the logarithm of {shown(body, 40)} is needed"
    yield Edit(put(given.right, spot.path, together([*chunks[: last + 1], each])), Slip.LOG, says)


# Brackets -------------------------------------------------------------------------------------------------------------


def scopes(given: Material) -> Iterator[Edit]:
    """Brackets that reach too far or not far enough."""
    for spot in spots(given.right):
        if spot.within(*CLOSED):
            continue
        if isinstance(spot.node, tree.Sum) and len(spot.node.terms) > 1:
            yield from _gathered(given, spot, spot.node)
        elif isinstance(spot.node, tree.Product):
            yield from _released(given, spot, spot.node)
        elif isinstance(spot.node, tree.Script) and spot.node.sup is not None:
            yield from _power_inside(given, spot, spot.node)
    yield from _moved_factors(given)


def _gathered(given: Material, spot: Spot, node: tree.Sum) -> Iterator[Edit]:
    """f·a + b for f·(a + b), a + b·f for (a + b)·f, −a + b for −(a + b)."""
    listed = list(node.terms)
    for i, j in itertools.combinations(range(len(listed) + 1), 2):
        if j - i < 2:
            continue
        run = listed[i:j]
        first, last = run[0], run[-1]
        for cut in range(1, len(chunks := given.units(first.node))):
            shared, own = together(chunks[:cut]), together(chunks[cut:])
            if is_function(chunks[cut - 1][0].node) and len(chunks[cut - 1]) == 1:
                continue
            inner = plus([tree.Term(first.span, "+", own), *run[1:]])
            for body in (inner, plus([tree.Term(first.span, "+", own), *_against(first.sign, run[1:])])):
                new = plus([*listed[:i], tree.Term(first.span, first.sign, times(shared, body)), *listed[j:]])
                says = f"the factor {shown(shared)} belongs to the whole bracket {shown(body, 40)}"
                yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)
        function = chunks[-1] if len(chunks[-1]) == 2 else None
        if function is not None and is_function(function[0].node):
            inner = plus([*terms_of(unwrapped(function[1].node)), *run[1:]])
            call = tuple(call_of(function[0].node, inner).factors)  # type: ignore[attr-defined]
            new = plus([*listed[:i], tree.Term(first.span, first.sign, together([*chunks[:-1], call])), *listed[j:]])
            yield Edit(
                put(given.right, spot.path, new),
                Slip.SCOPE,
                f"{shown(plus(run[1:]), 40)} belongs inside {shown(function[0].node)}",
            )
        chunks = given.units(last.node)
        for cut in range(1, len(chunks)):
            shared, own = together(chunks[cut:]), together(chunks[:cut])
            for sign in (first.sign, "+"):
                body = plus([*_against(sign, run[:-1]), *_against(sign, [replace(last, node=own)])])
                new = plus([*listed[:i], tree.Term(first.span, sign, times(brackets(body), shared)), *listed[j:]])
                says = f"the factor {shown(shared)} belongs to the whole bracket {shown(body, 40)}"
                yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)
                kept = plus([replace(run[0], sign="+"), *run[1:-1], replace(last, node=own)])
                new = plus([*listed[:i], tree.Term(first.span, sign, times(brackets(kept), shared)), *listed[j:]])
                says = f"the factor {shown(shared)} belongs to the whole bracket {shown(kept, 40)}"
                yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)


def _against(sign: str, run: list[tree.Term]) -> list[tree.Term]:
    """Terms as they stand behind a bracket with a sign."""
    if sign != "-":
        return run
    return [replace(t, sign="+" if t.sign == "-" else "-") for t in run]


def _released(given: Material, spot: Spot, node: tree.Product) -> Iterator[Edit]:
    """f·(a + b) for f·a + b, log(a + b) for log(a) + b."""
    chunks = given.units(node)
    for k, chunk in enumerate(chunks):
        inner = unwrapped(chunk[-1].node)
        if not isinstance(inner, tree.Sum) or len(inner.terms) < 2:
            continue
        function = chunk[0].node if len(chunk) == 2 else None
        for t, outside in enumerate(inner.terms):
            kept = plus([x for n, x in enumerate(inner.terms) if n != t])
            core = tuple(call_of(function, kept).factors) if function is not None else tuple(_chunks(brackets(kept))[0])  # type: ignore[attr-defined]
            new = plus([tree.Term(node.span, "+", together([*chunks[:k], core, *chunks[k + 1 :]])), outside])
            what = shown(function) if function is not None else "the bracket"
            yield Edit(put(given.right, spot.path, new), Slip.SCOPE, f"{shown(outside.node, 40)} stands outside {what}")
            if k + 1 == len(chunks) and function is not None and k:
                mixed = plus([tree.Term(node.span, "+", together([core])), outside])
                new = times(together(chunks[:k]), mixed)
                yield Edit(
                    put(given.right, spot.path, new), Slip.SCOPE, f"{shown(outside.node, 40)} stands outside {what}"
                )


def _power_inside(given: Material, spot: Spot, node: tree.Script) -> Iterator[Edit]:
    """(a/Σ b)^α for a^α/Σ b^α."""
    inner, exponent = unwrapped(node.base), node.sup
    if exponent is None or is_transpose(exponent) or not isinstance(inner, tree.Frac):
        return
    sides = []
    for side in (inner.numerator, inner.denominator):
        chunks = given.units(side)
        bigs = [c for c in chunks if _big(c)]
        rest = [c for c in chunks if not _big(c)]
        powered = power_of(together(rest), exponent)
        sides.append(together([*bigs, *_chunks(powered)]))
    new = tree.Frac(inner.span, sides[0], sides[1], inner.command)
    says = f"the power {shown(exponent)} is taken before the division, of each term of the sum"
    yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)


def _moved_factors(given: Material) -> Iterator[Edit]:
    """A factor inside a function that belongs outside, and the other way."""
    for spot, chunks in _products(given):
        for k, chunk in enumerate(chunks):
            if is_function(chunk[0].node) is None:
                continue
            inner = _argument(chunks, k)
            yield from _factor_out(given, spot, chunks, k, inner)
            for j in range(k):
                if _big(chunks[j]):
                    continue
                factor = together([chunks[j]])
                whole = times(factor, inner)
                call = tuple(call_of(chunk[0].node, whole).factors)  # type: ignore[attr-defined]
                new = together([*chunks[:j], *chunks[j + 1 : k], call, *_rest(chunks, k)])
                says = f"the factor {shown(factor)} belongs inside {shown(chunk[0].node)}"
                yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)


def _factor_out(given: Material, spot: Spot, chunks: list[Chunk], k: int, inner: Node) -> Iterator[Edit]:
    for below in spots(inner):
        if not isinstance(below.node, tree.Product) or below.within(*CLOSED):
            continue
        pieces = given.units(below.node)
        for n, piece in enumerate(pieces):
            if _big(piece) or is_function(piece[0].node):
                continue
            factor = together([piece])
            kept = put(inner, below.path, together(pieces[:n] + pieces[n + 1 :]))
            call = tuple(call_of(chunks[k][0].node, kept).factors)  # type: ignore[attr-defined]
            new = together([*chunks[:k], *_chunks(factor), call, *_rest(chunks, k)])
            says = f"the factor {shown(factor)} stands in front of {shown(chunks[k][0].node)}, not inside"
            yield Edit(put(given.right, spot.path, new), Slip.SCOPE, says)


# Powers ---------------------------------------------------------------------------------------------------------------


def powers(given: Material) -> Iterator[Edit]:
    """An exponent that is wrong, missing, too many, or written as a factor."""
    for spot in spots(given.right):
        node = spot.node
        if spot.within(*CLOSED):
            continue
        if (
            isinstance(node, tree.Script)
            and node.sup is not None
            and not is_transpose(node.sup)
            and letter(node.base) != "e"
        ):
            for exponent in _other_exponents(given, node.sup):
                says = f"the exponent {shown(node.sup)} stands where {shown(exponent)} is right"
                yield Edit(put(given.right, spot.path, replace(node, sup=exponent)), Slip.POWER, says)
            bare = node.base if node.sub is None and not node.primes else replace(node, sup=None)
            yield Edit(
                put(given.right, spot.path, bare),
                Slip.POWER,
                f"the power {shown(node.sup)} of {shown(node.base)} is too many",
            )
            product = times(node.sup, bare)
            says = f"{shown(node.sup)} is a factor of {shown(bare)}, not its exponent"
            yield Edit(put(given.right, spot.path, product), Slip.POWER, says)
        elif isinstance(node, tree.Sqrt):
            yield Edit(
                put(given.right, spot.path, brackets(node.radicand)),
                Slip.POWER,
                f"the root of {shown(node.radicand)} is too many",
            )
        elif (
            isinstance(node, tree.Name | tree.Script)
            and spell(node) is not None
            and not is_function(node)
            and not (spot.path and spot.path[-1][0] == "base")
            and not is_transpose(node)
            and letter(node) != "e"
        ):
            for exponent in (number(2), *given.exponents[:4]):
                says = f"the power {shown(exponent)} of {shown(node)} is missing"
                yield Edit(put(given.right, spot.path, power_of(node, exponent)), Slip.POWER, says)
        elif isinstance(node, tree.Product):
            yield from _factor_to_power(given, spot, node)
            for k, chunk in enumerate(chunks := given.units(node)):
                if len(chunk) == 2 or isinstance(plain(chunk[0].node), tree.Group | tree.Frac):
                    for exponent in (number(2), *given.exponents[:4]):
                        one = power_of(brackets(together([chunk])), exponent)
                        new = together([*chunks[:k], *_chunks(one), *chunks[k + 1 :]])
                        says = f"the power {shown(exponent)} of {shown(together([chunk]))} is missing"
                        yield Edit(put(given.right, spot.path, new), Slip.POWER, says)


def _other_exponents(given: Material, old: Node) -> Iterator[Node]:
    inner = plain(old)
    terms = terms_of(inner)
    bare = plain(terms[0].node)
    sign = terms[0].sign
    if len(terms) == 1:
        inverse = over(number(1), bare) if not (isinstance(bare, tree.Frac)) else unwrapped(bare.denominator)
        yield plus([tree.Term(bare.span, sign, inverse)])
        yield plus([tree.Term(bare.span, "-" if sign == "+" else "+", bare)])
        yield plus([tree.Term(bare.span, "-" if sign == "+" else "+", inverse)])
    for extra in "-+":
        yield plus([*terms, tree.Term(inner.span, extra, number(1))])
    for exponent in given.exponents[:6]:
        if exponent != inner:
            yield exponent


def _factor_to_power(given: Material, spot: Spot, node: tree.Product) -> Iterator[Edit]:
    """c·x for x^c."""
    chunks = given.units(node)
    for k, chunk in enumerate(chunks):
        if _big(chunk) or is_function(chunk[0].node):
            continue
        exponent = together([chunk])
        after = chunks[k + 1 :]
        if not after:
            continue
        for stop in {len(after), 1}:
            base = together(after[:stop])
            if any(_big(c) for c in after[:stop]):
                continue
            powered = power_of(_powerable(base), exponent)
            new = together([*chunks[:k], *_chunks(*_flat(powered)), *after[stop:]])
            says = f"{shown(exponent)} is an exponent of {shown(base)}, not a factor"
            yield Edit(put(given.right, spot.path, new), Slip.POWER, says)


def _powerable(base: Node) -> Node:
    """P(o|c) takes its exponent behind the bracket, anything longer gets brackets."""
    return base if isinstance(base, tree.Name | tree.Script | tree.Group) else brackets(base)


def _flat(node: Node) -> list[Node]:
    return [f.node for f in node.factors] if isinstance(node, tree.Product) else [node]


# Shapes and operations ------------------------------------------------------------------------------------------------


def shapes(given: Material) -> Iterator[Edit]:
    """A transpose too many or too few, factors in the wrong order."""
    for spot, chunks in _products(given):
        start = next((k for k, c in enumerate(chunks) if not _is_scalar_like(c)), len(chunks))
        own = chunks[start:]
        if not 2 <= len(own) <= 3 or any(_big(c) or is_function(c[0].node) for c in own if len(c) == 1):
            continue
        nodes = [together([c]) for c in own]
        seen = {together(own)}
        for order in (nodes, nodes[::-1]):
            for flips in sorted(itertools.product((False, True), repeat=len(order)), key=sum):
                turned = [transposed(n) if flip else n for n, flip in zip(order, flips, strict=True)]
                new = together([*chunks[:start], *_chunks(*turned)])
                if new not in seen:
                    seen.add(new)
                    says = f"{shown(together(own))} is written where {shown(times(*turned))} conforms"
                    yield Edit(put(given.right, spot.path, new), Slip.SHAPE, says)
    for spot in spots(given.right):
        if spot.within(*CLOSED) or isinstance(
            spot.node, tree.Product | tree.Term | tree.Factor | tree.Sequence | tree.Num
        ):
            continue
        if isinstance(spot.node, tree.Name | tree.Script | tree.Group) and not is_transpose(spot.node):
            new = transposed(spot.node)
            says = f"{shown(spot.node)} is written where its transpose {shown(new)} conforms"
            yield Edit(put(given.right, spot.path, new), Slip.SHAPE, says)
    yield Edit(transposed(given.right), Slip.SHAPE, "the right side is the transpose of what is meant")


def _is_scalar_like(chunk: Chunk) -> bool:
    node = plain(chunk[0].node)
    return isinstance(node, tree.Num | tree.Frac | tree.BigOp) or len(chunk) == 2


def operations(given: Material) -> Iterator[Edit]:
    """A sum where a product is right, a difference where a quotient is right, and the other way."""
    for spot in spots(given.right):
        node = spot.node
        if spot.within(*CLOSED):
            continue
        if isinstance(node, tree.Sum) and len(node.terms) == 2 and node.terms[0].sign == "+":
            first, second = node.terms
            if second.sign == "-":
                new, what = over(first.node, second.node), "a quotient, not a difference"
            else:
                new, what = times(first.node, second.node), "a product, not a sum"
            yield Edit(put(given.right, spot.path, new), Slip.FACTOR, f"{shown(node)} has to be {what}")
        elif (
            isinstance(node, tree.Product)
            and len(chunks := given.units(node)) == 2
            and not any(_big(c) for c in chunks)
        ):
            new = plus(
                [tree.Term(node.span, "+", together([chunks[0]])), tree.Term(node.span, "+", together([chunks[1]]))]
            )
            yield Edit(put(given.right, spot.path, new), Slip.FACTOR, f"{shown(node)} has to be a sum, not a product")
        elif isinstance(node, tree.Frac) and not is_derivative(node):
            new = times(unwrapped(node.numerator), unwrapped(node.denominator))
            says = f"{shown(node.denominator)} divides where it has to multiply"
            yield Edit(put(given.right, spot.path, new), Slip.FACTOR, says)
            new = plus(
                [
                    tree.Term(node.span, "+", unwrapped(node.numerator)),
                    tree.Term(node.span, "-", unwrapped(node.denominator)),
                ]
            )
            yield Edit(
                put(given.right, spot.path, new), Slip.FACTOR, f"{shown(node)} has to be a difference, not a quotient"
            )
