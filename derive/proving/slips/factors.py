"""Slips of factor and term: one too many, one missing, one inverted.

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
    everywhere,
    is_derivative,
    is_function,
    is_information,
    number,
    over,
    plus,
    put,
    shown,
    spots,
    terms_of,
    times,
    together,
)
from derive.proving.material import Material
from derive.proving.slips.common import CLOSED, as_factor
from derive.reading import tree
from derive.reading.spelling import is_transpose, letter, plain, spell
from derive.reading.tree import Node

__all__ = ["entropies", "far_factors", "near_factors", "superfluous", "terms", "throughout"]

NEAR, FAR = 12, 30
"""How many factors are tried early, and how many at all."""


def superfluous(given: Material) -> Iterator[Edit]:
    """A factor too many, or one on the wrong side of a fraction bar."""
    for spot in spots(given.right):
        if isinstance(spot.node, tree.Product) and not spot.within("index", "range", "derivative", "condition"):
            yield from _without(given, spot)
        if isinstance(spot.node, tree.Frac) and not is_derivative(spot.node) and not spot.within("index", "range"):
            says = f"the factor 1/({shown(spot.node.denominator)}) is too many"
            yield Edit(put(given.right, spot.path, spot.node.numerator), Slip.FACTOR, says)
            yield from _across_the_bar(given, spot, spot.node)


def _across_the_bar(given: Material, spot: Spot, node: tree.Frac) -> Iterator[Edit]:
    """ln 10/x for 1/(x ln 10)."""
    sides = [given.units(node.numerator), given.units(node.denominator)]
    for side, other in ((0, 1), (1, 0)):
        for k, chunk in enumerate(sides[side]):
            if any(isinstance(plain(c[0].node), tree.BigOp) for c in sides[side]):
                break
            stop = len(sides[side]) if len(chunk) == 1 and is_function(chunk[0].node) else k + 1
            factor = together(sides[side][k:stop])
            rest = together(sides[side][:k] + sides[side][stop:])
            moved = {side: rest, other: times(factor, together(sides[other]))}
            new = tree.Frac(node.span, moved[0], moved[1], node.command)
            says = f"the factor {shown(factor)} is on the wrong side of the fraction bar"
            yield Edit(put(given.right, spot.path, new), Slip.FACTOR, says)


def near_factors(given: Material) -> Iterator[Edit]:
    """A missing factor that stands on the left side or in the row above."""
    yield from _under_the_sum(given)
    pool = _factor_pool(given)
    yield from _missing(given, pool[:NEAR])
    yield from _missing(given, [number(2)])
    yield from _divided(given, [*given.denominators[:4], number(2)])


def _under_the_sum(given: Material) -> Iterator[Edit]:
    """n_a in front of Σ_b for n_{ab} under it."""
    for spot in spots(given.right):
        if not isinstance(spot.node, tree.Product) or spot.within(*CLOSED):
            continue
        chunks = given.units(spot.node)
        last = max((k for k, c in enumerate(chunks) if isinstance(plain(c[0].node), tree.BigOp)), default=-1)
        for k, chunk in enumerate(chunks[:last]):
            old = plain(chunk[0].node)
            if len(chunk) > 1 or not isinstance(old, tree.Script):
                continue
            for atom in given.atoms:
                if isinstance(atom, tree.Script) and atom.base == old.base and atom != old:
                    rest = [*chunks[:k], *chunks[k + 1 : last + 1], as_factor(atom), *chunks[last + 1 :]]
                    says = f"{shown(old)} in front of the sum stands where {shown(atom)} under it is right"
                    yield Edit(put(given.right, spot.path, together(rest)), Slip.FACTOR, says)


def far_factors(given: Material) -> Iterator[Edit]:
    """A missing factor from the rows around."""
    pool = _factor_pool(given)
    yield from _missing(given, pool[NEAR:FAR])
    yield from _divided(given, pool[:FAR])


def _factor_pool(given: Material) -> list[Node]:
    near = [a for a in given.atoms[: given.left_atoms] if a not in given.right_atoms]
    pool = [*near, *given.groups, *given.atoms[: given.left_atoms], *given.wholes, *given.atoms[given.left_atoms :]]
    return list(dict.fromkeys(pool))


def _missing(given: Material, pool: list[Node]) -> Iterator[Edit]:
    for spot in _places(given):
        if not is_derivative(spot.node):
            for factor in pool:
                yield from _with_factor(given, spot, factor)


def _places(given: Material) -> Iterator[Spot]:
    """Where a factor may be missing: the side, its terms, what stands in brackets and fractions, and cells."""
    seen: set[tuple[tuple[str, int, int], ...]] = set()
    for spot in spots(given.right):
        if spot.within(*CLOSED) or spot.path in seen:
            continue
        node, last = spot.node, spot.path[-1][0] if spot.path else ""
        if isinstance(node, tree.Factor | tree.Term | tree.Sequence | tree.Group) and spot.path:
            continue
        term = bool(spot.above) and isinstance(spot.above[-1], tree.Term)
        if (
            not spot.path
            or term
            or last in ("numerator", "denominator", "parts", "rows")
            or (last == "sup" and not is_transpose(node))
        ):
            seen.add(spot.path)
            yield spot


def _divided(given: Material, pool: list[Node]) -> Iterator[Edit]:
    for spot in _places(given):
        last = spot.path[-1][0] if spot.path else ""
        if is_derivative(spot.node) or last == "denominator":
            continue
        for factor in pool:
            if factor == spot.node:
                continue
            where = "; the right side is off by it" if not spot.path else f" at {shown(spot.node, 40)}"
            quotient = times(over(number(1), factor), spot.node)
            slip = Slip.CASE if spot.within("cell") else Slip.FACTOR
            says = f"the factor 1/({shown(factor)}) is missing{where}"
            yield Edit(put(given.right, spot.path, quotient), slip, says)


def _with_factor(given: Material, spot: Spot, factor: Node) -> Iterator[Edit]:
    node = spot.node
    zero = isinstance(node, tree.Num) and node.text == "0"
    if zero or factor == node:
        return
    where = "; the right side is off by it" if not spot.path else f" at {shown(node, 40)}"
    slip = Slip.CASE if spot.within("cell") else Slip.DROPPED_SUM if _is_ones(factor) else Slip.FACTOR
    product = _apart(factor, node)
    yield Edit(put(given.right, spot.path, product), slip, f"the factor {shown(factor)} is missing{where}")
    if not _sees(factor, node):
        behind = (
            times(node, factor)
            if not isinstance(node, tree.Product) or not _has_big(node)
            else together([*given.units(node), *given.units(factor)])
        )
        yield Edit(put(given.right, spot.path, behind), slip, f"the factor {shown(factor)} is missing{where}")
    under = _under_sums(given, node, factor)
    if under is not None:
        yield Edit(
            put(given.right, spot.path, under), slip, f"the factor {shown(factor)} is missing under the sum{where}"
        )


def _is_ones(factor: Node) -> bool:
    """The vector of ones, by which a product is a sum."""
    node = plain(factor)
    base = node.base if isinstance(node, tree.Script) else node
    ones = (isinstance(base, tree.Name) and base.base == "1") or (isinstance(base, tree.Word) and base.text == "1")
    return ones and not isinstance(base, tree.Num)


def _apart(factor: Node, node: Node) -> Node:
    """A product in which the factor cannot be taken for a function of the bracket behind it."""
    product = times(factor, node)
    if (
        isinstance(product, tree.Product)
        and isinstance(product.factors[1].node, tree.Group)
        and spell(factor) is not None
    ):
        head, behind, *rest = product.factors
        return replace(product, factors=(head, replace(behind, operator="\\cdot"), *rest))
    return product


def _sees(factor: Node, node: Node) -> bool:
    """Whether the order of a factor and a node cannot matter: both are plain numbers to the eye."""
    return isinstance(factor, tree.Num) or isinstance(node, tree.Num)


def _has_big(node: Node) -> bool:
    return isinstance(node, tree.Product) and any(isinstance(plain(f.node), tree.BigOp) for f in node.factors)


def _under_sums(given: Material, node: Node, factor: Node) -> Node | None:
    """The factor behind the last Σ of a product."""
    if not isinstance(node, tree.Product):
        return None
    chunks = given.units(node)
    last = max((k for k, c in enumerate(chunks) if isinstance(plain(c[0].node), tree.BigOp)), default=-1)
    if last < 0 or last + 1 == len(chunks):
        return None
    return times(together(chunks[: last + 1]), times(factor, together(chunks[last + 1 :])))


def _without(given: Material, spot: Spot) -> Iterator[Edit]:
    chunks = given.units(spot.node)
    for k, chunk in enumerate(chunks):
        node = plain(chunk[0].node)
        if isinstance(node, tree.BigOp) or (len(chunk) == 1 and is_function(node)):
            continue
        rest = together(chunks[:k] + chunks[k + 1 :])
        slip = Slip.CASE if spot.within("cell") else Slip.FACTOR
        yield Edit(put(given.right, spot.path, rest), slip, f"the factor {shown(together([chunk]))} is too many")
        if chunk[0].operator != "/" and not (k + 1 < len(chunks) and chunks[k + 1][0].operator == "/"):
            inverse = together(
                [*chunks[:k], *[(f,) for f in as_factor(over(number(1), together([chunk])))], *chunks[k + 1 :]]
            )
            says = f"the factor {shown(together([chunk]))} stands where its inverse is right"
            yield Edit(put(given.right, spot.path, inverse), slip, says)


def throughout(given: Material) -> Iterator[Edit]:
    """The same factor missing or inverted in every place where a name stands (above and below a fraction)."""
    pool = _factor_pool(given)[:NEAR]
    counts: dict[Node, int] = {}
    for spot in spots(given.right):
        if isinstance(spot.node, tree.Product) and not spot.within("index", "range"):
            for chunk in given.units(spot.node):
                if len(chunk) == 2 and not is_function(chunk[0].node):
                    counts[_head(chunk)] = counts.get(_head(chunk), 0) + 1
    for head, count in counts.items():
        if count < 2:
            continue
        for other in pool:
            new = everywhere(given.right, partial(_scaled, given=given, head=head, factor=other))
            yield Edit(new, Slip.FACTOR, f"the factor {shown(other)} is lost wherever {shown(head)} stands")
        new = everywhere(given.right, partial(_scaled, given=given, head=head, factor=None))
        yield Edit(new, Slip.SIGN, f"{shown(head)} multiplies where it has to divide")


def _head(chunk: tuple[tree.Factor, ...]) -> Node:
    return plain(chunk[0].node)


def _scaled(node: Node, given: Material, head: Node, factor: Node | None) -> Node | None:
    """Every ``head(...)`` times a factor, or inverted."""
    if not isinstance(node, tree.Product):
        return None
    chunks = given.units(node)
    if not any(len(c) == 2 and _head(c) == head for c in chunks):
        return None
    made: list[tuple[tree.Factor, ...]] = []
    for chunk in chunks:
        if len(chunk) == 2 and _head(chunk) == head:
            new = times(factor, together([chunk])) if factor is not None else over(number(1), together([chunk]))
            made += [(f,) for f in (new.factors if isinstance(new, tree.Product) else as_factor(new))]
        else:
            made.append(chunk)
    return together(made)


def terms(given: Material) -> Iterator[Edit]:
    """A term too many or too few."""
    for spot in spots(given.right):
        node = spot.node
        if isinstance(node, tree.Sum) and len(node.terms) > 1 and not spot.within("index", "range", "condition"):
            for k, term in enumerate(node.terms):
                rest = plus([*node.terms[:k], *node.terms[k + 1 :]])
                yield Edit(put(given.right, spot.path, rest), Slip.TERM, f"the term {shown(term.node)} is too many")
    pool = _summands(given)
    for candidates in (pool[:16], pool[16:40]):
        for spot in _places(given):
            if spot.path and spot.path[-1][0] in ("sup",) and not spot.within("exp"):
                continue
            if spot.above and isinstance(spot.above[-1], tree.Term):
                continue
            for summand in candidates:
                for sign in "-+":
                    zero = isinstance(spot.node, tree.Num) and spot.node.text == "0"
                    held = [] if zero else terms_of(spot.node)
                    new = plus([*held, tree.Term(summand.span, sign, summand)])
                    slip = Slip.CASE if spot.within("cell") else Slip.TERM
                    where = f" in {shown(spot.node, 40)}" if spot.path else ""
                    says = f"the term {sign if sign == '+' else '−'} {shown(summand)} is missing{where}"
                    yield Edit(put(given.right, spot.path, new), slip, says)


def entropies(given: Material) -> Iterator[Edit]:
    """A divergence for a cross-entropy and the like: an entropy is missing as a term."""
    calls = [a for a in given.atoms if isinstance(a, tree.Product)]
    if not any(is_information(side) for side in (given.left, given.right, *calls)):
        return
    measures = [c for c in calls if is_information(c)]
    heads = [c.factors[0] for c in measures if letter(c.factors[0].node) == "H"]
    letters = dict.fromkeys(
        part
        for c in measures
        for part in getattr(plain(c.factors[1].node), "body", tree.Sequence(c.span, ())).parts
        if isinstance(part, tree.Name)
    )
    heads = heads or [tree.Factor(given.right.span, "", "", tree.Name(given.right.span, "H"))]
    made = [tree.Product(h.span, (h, *as_factor(brackets(name)))) for h in heads[:1] for name in letters]
    for term in dict.fromkeys([*measures, *made]):
        for sign in "-+":
            new = plus([*terms_of(given.right), tree.Term(term.span, sign, term)])
            says = f"the term {sign if sign == '+' else '−'} {shown(term)} is missing"
            yield Edit(new, Slip.DIVERGENCE, says)


def _summands(given: Material) -> list[Node]:
    """What may be missing as a term: terms of the left side and of rows near it, 1, names."""
    found: dict[Node, None] = {}
    for spot in spots(given.left):
        if isinstance(spot.node, tree.Term) and not spot.within(*CLOSED):
            found.setdefault(spot.node.node)
    calls = [a for a in given.atoms if isinstance(a, tree.Product) and not is_function(a.factors[0].node)]
    for node in (*calls[:8], number(1), *given.atoms[:16], *given.wholes[:4]):
        found.setdefault(node)
    return [n for n in found if n != given.right]
