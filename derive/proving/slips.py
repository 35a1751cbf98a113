"""Slips of the pen, each with the change that undoes it: signs, names and indices, factors, terms.

Every function takes the material of a step and gives changed right sides, the likelier ones first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.proving.edits import (
    Edit,
    Slip,
    Spot,
    brackets,
    everywhere,
    is_derivative,
    is_function,
    negative,
    number,
    over,
    plus,
    put,
    shown,
    spots,
    terms_of,
    times,
    together,
    unwrapped,
)
from derive.proving.material import Material
from derive.reading import tree
from derive.reading.spelling import is_transpose, letter, plain, spell
from derive.reading.tree import Node

__all__ = ["complements", "factors", "indices", "names", "numbers", "signs", "terms"]

CLOSED = ("index", "range", "condition", "derivative")


def _slip_of_sign(spot: Spot) -> Slip:
    return Slip.SIGMA if spot.within("sigma") else Slip.SIGN


def _in(spot: Spot) -> str:
    if spot.within("sigma"):
        return "in the argument of σ "
    return "in the exponent " if spot.within("exp") else ""


def signs(given: Material) -> Iterator[Edit]:
    """One sign turned round: of a term, of a whole difference, of an argument, of the side."""
    later: list[Edit] = []
    for spot in spots(given.right):
        node = spot.node
        if spot.within(*CLOSED):
            continue
        slip = _slip_of_sign(spot)
        if isinstance(node, tree.Sum):
            for k, term in enumerate(node.terms):
                if term.sign not in ("+", "-"):
                    continue
                sign = "+" if term.sign == "-" else "-"
                changed = replace(node, terms=(*node.terms[:k], replace(term, sign=sign), *node.terms[k + 1 :]))
                new = plus(list(changed.terms)) if k == 0 and len(changed.terms) == 1 else changed
                says = f"{_in(spot)}{shown(term.node)} has the sign {term.sign} where {sign} is right"
                yield Edit(put(given.right, spot.path, new), slip, says)
            if len(node.terms) > 1:
                says = f"the difference {shown(node)} is the wrong way round"
                later.append(Edit(put(given.right, spot.path, negative(node)), slip, says))
        elif _is_argument(spot) and not isinstance(unwrapped(node), tree.Sum):
            inner = unwrapped(node)
            function = "σ" if spot.within("sigma") else "the function"
            where = "the exponent" if spot.within("exp") else f"the argument of {function}"
            says = f"{where} is {shown(inner)} where its negative is right"
            later.append(Edit(put(given.right, spot.path, _regroup(node, negative(inner))), slip, says))
        elif isinstance(node, tree.Frac) and not is_derivative(node):
            new = tree.Frac(node.span, node.denominator, node.numerator, node.command)
            slip = Slip.SIGN if spot.within("log") else Slip.FACTOR
            if spot.above and _follows_log(spot):
                slip = Slip.SIGN
            later.append(Edit(put(given.right, spot.path, new), slip, f"the fraction {shown(node)} is upside down"))
    if not isinstance(plain(given.right), tree.Sum):
        yield Edit(negative(given.right), Slip.SIGN, "the whole right side has the wrong sign")
    yield from later


def _follows_log(spot: Spot) -> bool:
    above = spot.above[-1]
    if isinstance(above, tree.Factor) and len(spot.above) > 1 and isinstance(spot.above[-2], tree.Product):
        position = spot.path[-2][1]
        return position > 0 and is_function(spot.above[-2].factors[position - 1].node) in ("log", "ln", "\\log", "\\ln")
    return False


def _is_argument(spot: Spot) -> bool:
    """An exponent of e, or the bracket behind a function."""
    if spot.path and spot.path[-1][0] == "sup" and isinstance(spot.above[-1], tree.Script):
        return letter(spot.above[-1].base) == "e"
    return isinstance(spot.node, tree.Group) and _behind_function(spot)


def _behind_function(spot: Spot) -> bool:
    if len(spot.above) < 2 or not isinstance(spot.above[-2], tree.Product):
        return False
    position = spot.path[-2][1]
    return position > 0 and is_function(spot.above[-2].factors[position - 1].node) is not None


def _regroup(node: Node, inner: Node) -> Node:
    if isinstance(node, tree.Group):
        return replace(node, body=tree.Sequence(node.span, (inner,)))
    return inner


def complements(given: Material) -> Iterator[Edit]:
    """x for 1 − x and 1 − x for x."""
    for spot in spots(given.right):
        if spot.within(*CLOSED):
            continue
        node = spot.node
        if isinstance(node, tree.Product):
            for k, chunk in enumerate(chunks := given.units(node)):
                if len(chunk) == 2:
                    one = together([chunk])
                    new = together([*chunks[:k], *[(f,) for f in _factors(_one_minus(one))], *chunks[k + 1 :]])
                    says = f"{shown(one)} where 1 − {shown(one)} is right"
                    slip = Slip.SIGMA if is_function(chunk[0].node) in ("\\sigma", "sigmoid") else Slip.SIGN
                    yield Edit(put(given.right, spot.path, new), slip, says)
        elif isinstance(node, tree.Sum) and len(node.terms) == 2:
            first, second = node.terms
            if isinstance(plain(first.node), tree.Num) and letter(first.node) is None and second.sign == "-":
                says = f"{shown(node)} where {shown(second.node)} is right"
                yield Edit(put(given.right, spot.path, second.node), _slip_of_sign(spot), says)
        elif isinstance(node, tree.Script | tree.Name) and _is_atom(spot):
            new = _one_minus(node)
            if isinstance(spot.above[-1] if spot.above else None, tree.Term):
                new = brackets(new)
            says = f"{shown(node)} where 1 − {shown(node)} is right"
            yield Edit(put(given.right, spot.path, new), Slip.CASE if spot.within("cell") else Slip.SIGN, says)


def _one_minus(node: Node) -> Node:
    one = tree.Term(node.span, "+", number(1))
    return plus([one, tree.Term(node.span, "-", node)])


def _factors(node: Node) -> tuple[tree.Factor, ...]:
    inner = brackets(node)
    return (tree.Factor(inner.span, "", "", inner),)


def _is_atom(spot: Spot) -> bool:
    """A whole name or entry where a value stands."""
    if spot.within(*CLOSED) or is_function(spot.node) or letter(spot.node) == "e":
        return False
    if spot.path and spot.path[-1][0] in ("base", "sup", "sub") and isinstance(spot.above[-1], tree.Script):
        if spot.path[-1][0] == "base" or is_transpose(spot.node):
            return False
    return isinstance(spot.node, tree.Name | tree.Script | tree.Accent) and spell(spot.node) is not None


def indices(given: Material) -> Iterator[Edit]:
    """Another letter in one place, in every place, or two arguments exchanged."""
    places: dict[str, list[Spot]] = {}
    for spot in spots(given.right):
        node = spot.node
        if isinstance(node, tree.Name) and spot.within("index", "argument", "range") and not is_transpose(node):
            places.setdefault(node.base, []).append(spot)
        if isinstance(node, tree.Sequence) and len(node.parts) == 2 and not spot.within(*CLOSED):
            swapped = replace(node, parts=node.parts[::-1])
            says = f"{shown(node.parts[0])} and {shown(node.parts[1])} are exchanged"
            yield Edit(put(given.right, spot.path, swapped), Slip.INDEX, says)
    for name, held in places.items():
        for spot in held:
            for other in given.letters:
                if other != name:
                    new = tree.Name(spot.node.span, other)
                    says = f"{shown(_owner(spot))} has the index {name} where {other} was meant"
                    yield Edit(put(given.right, spot.path, new), Slip.INDEX, says)
    for spot in spots(given.right):
        if spot.path and spot.path[-1][0] == "sub" and isinstance(spot.above[-1], tree.Script):
            yield from _shifted(given, spot)
    yield from _both_exchanged(given, places)
    for name, held in places.items():
        if len(held) > 1:
            for other in given.letters:
                if other != name:
                    new_side = everywhere(given.right, lambda n, a=name, b=other: _renamed(n, a, b))
                    yield Edit(new_side, Slip.INDEX, f"the index {name} stands where {other} was meant")


def _renamed(node: Node, old: str, new: str) -> Node | None:
    return tree.Name(node.span, new) if isinstance(node, tree.Name) and node.base == old else None


def _both_exchanged(given: Material, places: dict[str, list[Spot]]) -> Iterator[Edit]:
    """M_a and M_b for M_b and M_a: two entries of one family have changed places."""
    entries = [s for s in spots(given.right) if isinstance(s.node, tree.Script) and _is_atom(s)]
    for k, one in enumerate(entries):
        for other in entries[k + 1 :]:
            first, second = one.node, other.node
            if (
                first != second
                and isinstance(first, tree.Script)
                and isinstance(second, tree.Script)
                and first.base == second.base
            ):
                new = put(put(given.right, one.path, second), other.path, first)
                slip = Slip.SIGN if one.within("numerator") or other.within("numerator") else Slip.INDEX
                yield Edit(new, slip, f"{shown(first)} and {shown(second)} are exchanged: they enter inverted")


def _owner(spot: Spot) -> Node:
    """The entry or bracket that an index belongs to."""
    for above in reversed(spot.above):
        if isinstance(above, tree.Script | tree.Group | tree.BigOp):
            return above
    return spot.node


def _shifted(given: Material, spot: Spot) -> Iterator[Edit]:
    """j for j − 1 and the other way."""
    node = plain(spot.node)
    if isinstance(node, tree.Sum):
        for term in node.terms:
            if letter(term.node):
                says = f"{shown(_owner(spot))} has the index {shown(node)} where {shown(term.node)} was meant"
                yield Edit(put(given.right, spot.path, term.node), Slip.INDEX, says)
    elif letter(node):
        for sign in ("-", "+"):
            new = plus([tree.Term(node.span, "+", node), tree.Term(node.span, sign, number(1))])
            says = f"{shown(_owner(spot))} has the index {shown(node)} where {shown(new)} was meant"
            yield Edit(put(given.right, spot.path, new), Slip.INDEX, says)


def names(given: Material) -> Iterator[Edit]:
    """Another name: p for q, u for v, y_w for 1."""
    values = [s for s in spots(given.right) if _is_atom(s) and not s.within("argument")]
    for spot in values:
        for atom in given.atoms[:24]:
            if (
                atom == spot.node
                or isinstance(atom, tree.Product)
                and isinstance(spot.above[-1] if spot.above else None, tree.Script)
            ):
                continue
            new = _keep_transpose(spot.node, atom)
            says = f"{shown(spot.node)} stands where {shown(atom)} was meant"
            yield Edit(put(given.right, spot.path, new), Slip.INDEX, says)
    for spot in spots(given.right):
        if spot.within("index", "range", "condition", "derivative"):
            continue
        if (
            isinstance(spot.node, tree.Name)
            and not is_transpose(spot.node)
            and (spot.within("argument") or _is_base(spot))
        ):
            for base in _bases(given):
                if base != spot.node:
                    says = f"{shown(_owner(spot))} has {shown(spot.node)} where {shown(base)} was meant"
                    yield Edit(put(given.right, spot.path, base), Slip.INDEX, says)
        if isinstance(spot.node, tree.Product):
            yield from _other_calls(given, spot)
        if isinstance(spot.node, tree.Group) and len(spot.node.body.parts) == 1 and _is_call_argument(spot):
            inner = plain(spot.node.body.parts[0])
            if isinstance(inner, tree.Name):
                for base in _bases(given):
                    if base != inner:
                        new = _regroup(spot.node, base)
                        says = f"the argument {shown(inner)} stands where {shown(base)} was meant"
                        yield Edit(put(given.right, spot.path, new), Slip.INDEX, says)


def _is_call_argument(spot: Spot) -> bool:
    if len(spot.above) < 2 or not isinstance(spot.above[-2], tree.Product):
        return False
    return spot.path[-2][1] > 0


def _other_calls(given: Material, spot: Spot) -> Iterator[Edit]:
    chunks = given.units(spot.node)
    calls = [a for a in given.atoms[:40] if isinstance(a, tree.Product)]
    for k, chunk in enumerate(chunks):
        if len(chunk) != 2:
            continue
        one = together([chunk])
        for other in given.atoms[:20] if is_function(chunk[0].node) is None else calls:
            if (
                other != one
                and isinstance(other, tree.Product)
                and is_function(other.factors[0].node) == is_function(chunk[0].node)
            ):
                new = together([*chunks[:k], other.factors, *chunks[k + 1 :]])
                yield Edit(
                    put(given.right, spot.path, new), Slip.INDEX, f"{shown(one)} stands where {shown(other)} was meant"
                )


def _is_base(spot: Spot) -> bool:
    return bool(spot.path) and spot.path[-1][0] == "base" and not is_function(spot.node)


def _bases(given: Material) -> list[Node]:
    """The names without their indices, nearest first."""
    found: dict[Node, None] = {}
    for atom in given.atoms:
        node = atom.base if isinstance(atom, tree.Script) else atom
        if isinstance(node, tree.Name):
            found.setdefault(node)
    return list(found)[:16]


def _keep_transpose(old: Node, new: Node) -> Node:
    if isinstance(old, tree.Script) and old.sup is not None and isinstance(new, tree.Name):
        return replace(old, base=new, sub=None, primes=0)
    if isinstance(old, tree.Script) and old.sup is not None and isinstance(new, tree.Script) and new.sup is None:
        return replace(new, sup=old.sup)
    return new


def numbers(given: Material) -> Iterator[Edit]:
    """Another number, or a name where a number stands (y_w for 1)."""
    for spot in spots(given.right):
        node = spot.node
        if not isinstance(node, tree.Num) or spot.within(*CLOSED):
            continue
        for text in ("0", "1", "2", "4"):
            if text != node.text:
                says = f"{node.text} stands where {text} is right"
                yield Edit(put(given.right, spot.path, tree.Num(node.span, text)), _number_slip(spot), says)
        for atom in given.atoms[:24]:
            says = f"{node.text} stands where {shown(atom)} is needed"
            slip = Slip.CASE if node.text in "01" else Slip.INDEX
            yield Edit(put(given.right, spot.path, atom), slip, says)


def _number_slip(spot: Spot) -> Slip:
    if spot.within("power"):
        return Slip.POWER
    return Slip.CASE if spot.within("cell") else Slip.FACTOR


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
            or last == "sup"
            and not is_transpose(node)
        ):
            seen.add(spot.path)
            yield spot


def factors(given: Material) -> Iterator[Edit]:
    """A factor too many or too few."""
    for spot in spots(given.right):
        if isinstance(spot.node, tree.Product) and not spot.within("index", "range", "derivative", "condition"):
            yield from _without(given, spot)
        if isinstance(spot.node, tree.Frac) and not is_derivative(spot.node) and not spot.within("index", "range"):
            says = f"the factor 1/({shown(spot.node.denominator)}) is too many"
            yield Edit(put(given.right, spot.path, spot.node.numerator), Slip.FACTOR, says)
    pool = [*given.atoms[: given.left_atoms], *given.wholes, *given.atoms[given.left_atoms :]][:36]
    places = list(_places(given))
    small = [number(2)]
    for candidates in (pool[:14], small, pool[14:]):
        for spot in places:
            if is_derivative(spot.node):
                continue
            for factor in candidates:
                yield from _with_factor(given, spot, factor)
    yield from _to_every(given, pool[:14])


def _with_factor(given: Material, spot: Spot, factor: Node) -> Iterator[Edit]:
    node = spot.node
    zero = isinstance(node, tree.Num) and node.text == "0"
    if zero or factor == node:
        return
    where = "" if not spot.path else f" at {shown(node, 40)}"
    slip = Slip.CASE if spot.within("cell") else Slip.FACTOR
    product = times(factor, node)
    yield Edit(put(given.right, spot.path, product), slip, f"the factor {shown(factor)} is missing{where}")
    if not _sees(factor, node):
        behind = (
            times(node, factor)
            if not isinstance(node, tree.Product) or not _has_big(node)
            else together([*given.units(node), *given.units(factor)])
        )
        yield Edit(put(given.right, spot.path, behind), slip, f"the factor {shown(factor)} is missing{where}")
    if not (spot.path and spot.path[-1][0] == "denominator"):
        quotient = times(over(number(1), factor), node)
        yield Edit(put(given.right, spot.path, quotient), slip, f"the factor 1/({shown(factor)}) is missing{where}")
    under = _under_sums(given, node, factor)
    if under is not None:
        yield Edit(
            put(given.right, spot.path, under), slip, f"the factor {shown(factor)} is missing under the sum{where}"
        )


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
                [*chunks[:k], *[(f,) for f in _plain_factor(over(number(1), together([chunk])))], *chunks[k + 1 :]]
            )
            says = f"the factor {shown(together([chunk]))} stands where its inverse is right"
            yield Edit(put(given.right, spot.path, inverse), slip, says)


def _plain_factor(node: Node) -> tuple[tree.Factor, ...]:
    return (tree.Factor(node.span, "", "", node),)


def _to_every(given: Material, pool: list[Node]) -> Iterator[Edit]:
    """The same factor missing or inverted in every place where a name stands (above and below a fraction)."""
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
            new = everywhere(given.right, lambda n, h=head, o=other: _scaled(given, n, h, o))
            yield Edit(new, Slip.FACTOR, f"the factor {shown(other)} is lost wherever {shown(head)} stands")
        new = everywhere(given.right, lambda n, h=head: _scaled(given, n, h, None))
        yield Edit(new, Slip.SIGN, f"{shown(head)} multiplies where it has to divide")


def _head(chunk: tuple[tree.Factor, ...]) -> Node:
    return plain(chunk[0].node)


def _scaled(given: Material, node: Node, head: Node, factor: Node | None) -> Node | None:
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
            made += [(f,) for f in (new.factors if isinstance(new, tree.Product) else _plain_factor(new))]
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
            for term in candidates:
                for sign in "-+":
                    zero = isinstance(spot.node, tree.Num) and spot.node.text == "0"
                    held = [] if zero else terms_of(spot.node)
                    new = plus([*held, tree.Term(term.span, sign, term)])
                    slip = Slip.CASE if spot.within("cell") else Slip.TERM
                    where = f" in {shown(spot.node, 40)}" if spot.path else ""
                    says = f"the term {sign if sign == '+' else '−'} {shown(term)} is missing{where}"
                    yield Edit(put(given.right, spot.path, new), slip, says)


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


def is_information(node: Node) -> bool:
    """H(p), H(p, q), D(p‖q): whether a difference is one between divergences."""
    node = plain(node)
    if isinstance(node, tree.Product):
        spelled = spell(node.factors[0].node)
        return spelled is not None and spelled.name.split("_")[0] in {"H", "KL", "D", "CE", "JS", "I"}
    return False
