"""Small sets of words: drawn samples S, NEG(w), {o} ∪ S.

A set of drawn samples is read as an array of different indices, so Σ over it is Σ over its places; a union is a sum of
sums.  The whole vocabulary is not such a set: it is an axis.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from derive.reading import tree
from derive.reading.context import Reading, index_expression, new_index
from derive.reading.scope import Unsettled
from derive.reading.spelling import letter, plain, spell, walk
from derive.reading.written import shown
from derive.terms import Axis, Index


@dataclass(frozen=True)
class Part:
    """What a letter in a set stands for, and the index that runs over the set (none for a single element)."""

    element: Expr
    index: Index | None


def is_union(node: tree.Node) -> bool:
    node = plain(node)
    return isinstance(node, tree.Sum) and any(term.sign == "\\cup" for term in node.terms)


def set_name(node: tree.Node) -> str | None:
    """``S``, ``\\mathcal{S}``, ``NEG``, ``NEG(w)``: the name of a set, with the word that it belongs to."""
    node = plain(node)
    spelled = spell(node)
    if spelled is not None and not spelled.subs:
        attached = spelled.power is not None or spelled.transposed
        return None if attached else spelled.name + "'" * spelled.primes
    if isinstance(node, tree.Product):
        names, arguments = [f.node for f in node.factors], ""
        if isinstance(names[-1], tree.Group):
            names, arguments = names[:-1], tree.sexpr(names[-1])
        if any(f.operator for f in node.factors):
            return None
        if names and all(isinstance(n, tree.Name) for n in names):
            return "".join(n.base for n in names if isinstance(n, tree.Name)) + arguments
        if len(names) == 1 and (inner := spell(names[0])) is not None:
            return inner.name + arguments
    return None


def belongs_to(node: tree.Node) -> frozenset[str]:
    """The letters in the argument of ``Context(w)``."""
    node = plain(node)
    if isinstance(node, tree.Product) and isinstance(group := node.factors[-1].node, tree.Group):
        return frozenset(name for inner in walk(group) if (name := letter(inner)) is not None)
    return frozenset()


def is_sample(node: tree.Node, reading: Reading) -> bool:
    """Whether a set is a union, an enumeration of elements, or known to be drawn from the vocabulary."""
    node = plain(node)
    if is_union(node):
        return True
    name = set_name(node)
    return name is not None and (name in reading.scope.unions or name in reading.survey.samples)


def parts(node: tree.Node, reading: Reading, axis: Axis) -> list[Part]:
    """The parts of a set over which a sum is taken, with the axis that its elements belong to."""
    node = plain(node)
    if is_union(node) and isinstance(node, tree.Sum):
        if any(term.sign != "\\cup" for term in node.terms[1:]):
            raise Unsettled(f"the set {shown(node)} is not understood")
        found = [part for term in node.terms for part in parts(term.node, reading, axis)]
        _keep_apart(found, reading)
        return found
    if isinstance(node, tree.Group) and node.open in ("\\{", "{"):
        return [Part(index_expression(p, axis, reading), None) for p in node.body.parts]
    name = set_name(node)
    if name is None:
        raise Unsettled(f"the set {shown(node)} is not understood")
    if belongs_to(node) & reading.bound.keys():
        raise Unsettled(f"the set {name} changes with the index of a sum")
    if name in reading.scope.unions:
        return parts(reading.scope.unions[name], reading, axis)
    index = new_index("k", sample_axis(name, reading))
    return [Part(sample(name, index, axis, reading), index)]


def _keep_apart(found: list[Part], reading: Reading) -> None:
    """A sum over ``{o} ∪ S`` is a sum of sums only if o is not in S; that is what people mean by it."""
    for single in (part for part in found if part.index is None):
        for drawn in (part for part in found if part.index is not None):
            every = (
                drawn.element.xreplace({drawn.index: Index("any", drawn.index.axis)}) if drawn.index else drawn.element
            )
            reading.scope.distinct.add((every, single.element))
            reading.scope.note("a drawn set does not contain the element it is united with (inferred)")


def sample_axis(name: str, reading: Reading) -> Axis:
    return Axis.of_size(reading.scope.size(f"|{name}|"))


def sample(name: str, index: Expr, axis: Axis, reading: Reading) -> Expr:
    """The element at a place of a drawn set; its elements are different."""
    scope = reading.scope
    family = scope.family(f"{name} ")
    family.injective, family.declared = True, True
    if family.points_into is None:
        family.points_into = axis
    scope.axes.same(family.points_into, axis)
    scope.want_order(family.name, 1)
    scope.axes.same(scope.axis(family.name, 0), sample_axis(name, reading))
    return scope.entry(family.name, (index,))


def excluded(element: tree.Node, node: tree.Node, reading: Reading) -> bool:
    """``o ∉ S``: no element of a drawn set is o."""
    name = set_name(node)
    if name is None or name not in reading.survey.samples:
        return False
    axis = reading.free_axis(spell_or_empty(element))
    here = Index("any", sample_axis(name, reading))
    reading.scope.distinct.add((sample(name, here, axis, reading), index_expression(element, axis, reading)))
    return True


def spell_or_empty(node: tree.Node) -> str:
    spelled = spell(plain(node))
    return spelled.name if spelled is not None else ""
