"""Slips of sign: a term, a difference, an argument, a whole side; x for 1 − x; another number.

Every maker takes the material of a step and gives changed right sides, the likelier ones first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.proving.edits import (
    Edit,
    Slip,
    Spot,
    brackets,
    is_derivative,
    is_function,
    negative,
    number,
    plus,
    put,
    shown,
    spots,
    together,
    unwrapped,
)
from derive.proving.material import Material
from derive.proving.slips.common import CLOSED, is_value_name, regrouped
from derive.reading import tree
from derive.reading.spelling import letter, plain
from derive.reading.tree import Node

__all__ = ["complements", "numbers", "signs"]


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
                if sign == "-" and k and not spot.inside and _minus_before_bracket(given):
                    says = f"{says}, by parenthesis scope: the minus in front of the bracket reaches to its last term"
                yield Edit(put(given.right, spot.path, new), slip, says)
            if len(node.terms) > 1:
                says = f"the difference {shown(node)} is the wrong way round"
                later.append(Edit(put(given.right, spot.path, negative(node)), slip, says))
        elif (_is_argument(spot) or _called(given, spot) is not None) and not isinstance(unwrapped(node), tree.Sum):
            inner = unwrapped(node)
            head = _called(given, spot)
            function = shown(head) if head is not None else "σ" if slip is Slip.SIGMA else "the function"
            where = "the exponent" if spot.within("exp") else f"the argument of {function}"
            says = f"{where} is {shown(inner)} where its negative is right"
            later.append(Edit(put(given.right, spot.path, regrouped(node, negative(inner))), slip, says))
        elif isinstance(node, tree.Frac) and not is_derivative(node):
            new = tree.Frac(node.span, node.denominator, node.numerator, node.command)
            slip = Slip.SIGN if spot.within("log") else Slip.FACTOR
            if spot.above and _follows_log(spot):
                slip = Slip.SIGN
            later.append(Edit(put(given.right, spot.path, new), slip, f"the fraction {shown(node)} is upside down"))
    if not isinstance(plain(given.right), tree.Sum):
        yield Edit(negative(given.right), Slip.SIGN, "the whole right side has the wrong sign")
    yield from later
    yield from _two_signs(given)


def _slip_of_sign(spot: Spot) -> Slip:
    return Slip.SIGMA if spot.within("sigma") else Slip.SIGN


def _in(spot: Spot) -> str:
    if spot.within("sigma"):
        return "in the argument of σ "
    return "in the exponent " if spot.within("exp") else ""


def _minus_before_bracket(given: Material) -> bool:
    """Whether the left side has a minus in front of a bracket with several terms."""
    for spot in spots(given.left):
        if isinstance(spot.node, tree.Term) and spot.node.sign == "-":
            inner = plain(spot.node.node)
            parts = [f.node for f in inner.factors] if isinstance(inner, tree.Product) else [inner]
            if any(isinstance(plain(n), tree.Group) and isinstance(unwrapped(n), tree.Sum) for n in parts):
                return True
    return False


def _two_signs(given: Material) -> Iterator[Edit]:
    """σ(x) for −σ(−x): the sign of a term and the one inside σ together."""
    for spot in spots(given.right):
        if not isinstance(spot.node, tree.Term) or spot.within(*CLOSED) or spot.node.sign not in ("+", "-"):
            continue
        chunks = given.units(spot.node.node)
        for k, chunk in enumerate(chunks):
            if len(chunk) == 2 and is_function(chunk[0].node) in ("\\sigma", "sigmoid"):
                group = plain(chunk[1].node)
                if not isinstance(group, tree.Group):
                    continue
                turned = replace(chunk[1], node=regrouped(group, negative(unwrapped(group))))
                sign = "+" if spot.node.sign == "-" else "-"
                node = together([*chunks[:k], (chunk[0], turned), *chunks[k + 1 :]])
                above = spot.above[-1]
                position = spot.path[-1][1]
                if not isinstance(above, tree.Sum):
                    continue
                new = plus(
                    [*above.terms[:position], replace(spot.node, sign=sign, node=node), *above.terms[position + 1 :]]
                )
                says = f"{shown(together([chunk]))} needs the opposite sign, inside and in front"
                yield Edit(put(given.right, spot.path[:-1], new), Slip.SIGMA, says)


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


def _called(given: Material, spot: Spot) -> Node | None:
    """The function that a bracket is the argument of, where the note made it one."""
    if not isinstance(spot.node, tree.Group) or len(spot.above) < 2 or not isinstance(spot.above[-2], tree.Product):
        return None
    position = spot.path[-2][1]
    head = plain(spot.above[-2].factors[position - 1].node) if position else None
    return head if head is not None and len(spot.node.body.parts) == 1 and given.calls(head) else None


def _behind_function(spot: Spot) -> bool:
    if len(spot.above) < 2 or not isinstance(spot.above[-2], tree.Product):
        return False
    position = spot.path[-2][1]
    return position > 0 and is_function(spot.above[-2].factors[position - 1].node) is not None


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
        elif isinstance(node, tree.Script | tree.Name) and is_value_name(spot):
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
