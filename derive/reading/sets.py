"""Small sets of words: drawn samples S, NEG(w), {o} ∪ S.

A set of drawn samples is read as an array of different indices, so Σ over it is Σ over its places; a union is a sum of
sums.  The whole vocabulary is not such a set: it is an axis.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Indexed, Integer

from derive.reading import tree
from derive.reading.context import Reading, index_expression, new_index
from derive.reading.scope import Unsettled
from derive.reading.spelling import letter, plain, spell
from derive.reading.written import shown
from derive.terms import ANY, Axis, Index


@dataclass(frozen=True)
class Part:
    """What a letter in a set stands for, and the index that runs over the set (none for a single element)."""

    element: Expr
    index: Index | None


def is_union(node: tree.Node) -> bool:
    node = plain(node)
    return isinstance(node, tree.Sum) and any(term.sign == "\\cup" for term in node.terms)


def set_name(node: tree.Node) -> str | None:
    """``S``, ``\\mathcal{S}``, ``NEG``, ``NEG(w)``: the name of a set, with the words that it belongs to."""
    found = owned(node)
    if found is None:
        return None
    name, owners = found
    return name + "".join(f"({tree.sexpr(owner)})" for owner in owners)


def owned(node: tree.Node) -> tuple[str, tuple[tree.Node, ...]] | None:
    """The name of a set and the words that it belongs to: NEG and w of ``NEG(w)`` and ``NEG_w``, v of ``NEG^v(w)``."""
    node = plain(node)
    spelled = spell(node)
    if spelled is not None and spelled.subs and _is_capital(spelled.name):
        attached = spelled.power is not None or spelled.transposed or spelled.primes
        # V_C is the set with the label C, and G_w the set that belongs to the word w
        lettered = all((name := letter(sub)) is not None and not name.isupper() for sub in spelled.subs)
        return None if attached or not lettered else (f"{spelled.name}_", spelled.subs)
    if spelled is not None and not spelled.subs:
        attached = spelled.power is not None or spelled.transposed
        return None if attached else (spelled.name + "'" * spelled.primes, ())
    if not isinstance(node, tree.Product) or any(f.operator for f in node.factors):
        return None
    names, owners = [f.node for f in node.factors], tuple[tree.Node, ...]()
    if isinstance(group := names[-1], tree.Group):
        if any(sign != "," for sign in group.body.separators):
            return None
        names, owners = names[:-1], group.body.parts
    if names and isinstance(last := names[-1], tree.Script) and last.sub is None and not last.primes:
        if last.sup is None or not isinstance(last.base, tree.Name) or letter(last.sup) is None:
            return None
        base = "".join(n.base for n in (*names[:-1], last.base) if isinstance(n, tree.Name))
        return f"{base}^", (last.sup, *owners)
    if names and all(isinstance(n, tree.Name) for n in names):
        return "".join(n.base for n in names if isinstance(n, tree.Name)), owners
    if len(names) == 1 and (inner := spell(names[0])) is not None:
        return inner.name, owners
    return None


def _is_capital(name: str) -> bool:
    """Whether a name may be that of a set: ``G``, ``NEG``; what stands for an element is small."""
    return name[:1].isupper() and name.isalpha()


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
    if name in reading.scope.unions:
        return parts(reading.scope.unions[name], reading, axis)
    index = new_index("k", sample_axis(node, reading))
    return [Part(sample(node, index, axis, reading), index)]


def _keep_apart(found: list[Part], reading: Reading) -> None:
    """A sum over ``{o} ∪ S`` is a sum of sums only if o is not in S; that is what people mean by it."""
    for single in (part for part in found if part.index is None):
        for drawn in (part for part in found if part.index is not None):
            if isinstance(drawn.element, Indexed):
                _apart(drawn.element, single.element, reading)
                reading.scope.note("a drawn set does not contain the element it is united with (inferred)")


def _apart(drawn: Indexed, single: Expr, reading: Reading) -> None:
    """No element of a drawn set is this one; the set NEG(w) of every word w is without w."""
    owners = drawn.indices[:-1]
    if single in owners:
        reading.scope.family(str(drawn.base.label)).avoids = owners.index(single)
        return
    if {i for i in owners if isinstance(i, Index)} & set(reading.bound.values()):
        raise Unsettled("that an element is in no set of a sum over sets")
    every = [Index(ANY, i.axis) if isinstance(i, Index) else i for i in drawn.indices]
    reading.scope.distinct.add((drawn.base[tuple(every)], single))


def sample_axis(node: tree.Node, reading: Reading) -> Axis:
    """The places of a drawn set; how many a set like NEG(w) has depends on its word."""
    name, owners = _owned(node)
    if not owners:
        return Axis.of_size(reading.scope.size(f"|{name}|"))
    key = f"|{name}|()"
    reading.scope.want_order(key, len(owners))
    family = reading.scope.family(key)
    family.lower, family.strict = Integer(1), False
    return Axis.of_size(reading.scope.entry(key, _words(key, owners, reading)), f"|{name}|")


def _owned(node: tree.Node) -> tuple[str, tuple[tree.Node, ...]]:
    found = owned(node)
    if found is None:
        raise Unsettled(f"the set {shown(node)} is not understood")
    return found


def _words(key: str, owners: tuple[tree.Node, ...], reading: Reading) -> list[Expr]:
    return [index_expression(owner, reading.scope.axis(key, k), reading) for k, owner in enumerate(owners)]


def sample(node: tree.Node, index: Expr, axis: Axis, reading: Reading) -> Expr:
    """The element at a place of a drawn set; its elements are different."""
    scope = reading.scope
    name, owners = _owned(node)
    family = scope.family(f"{name} ")
    family.one_way, family.declared = True, True
    if family.points_into is None:
        family.points_into = axis
    scope.axes.same(family.points_into, axis)
    scope.want_order(family.name, len(owners) + 1)
    if not owners:
        scope.axes.same(scope.axis(family.name, 0), sample_axis(node, reading))
    return scope.entry(family.name, (*_words(family.name, owners, reading), index))


def excluded(element: tree.Node, node: tree.Node, reading: Reading) -> bool:
    """``o ∉ S``: no element of a drawn set is o."""
    name = set_name(node)
    if name is None or name not in reading.survey.samples:
        return False
    axis = reading.free_axis(spell_or_empty(element))
    drawn = sample(node, Index(ANY, sample_axis(node, reading)), axis, reading)
    if isinstance(drawn, Indexed):
        _apart(drawn, index_expression(element, axis, reading), reading)
    return True


def spell_or_empty(node: tree.Node) -> str:
    spelled = spell(plain(node))
    return spelled.name if spelled is not None else ""
