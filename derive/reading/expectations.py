"""Expectations, and the distributions that they are taken under: E_{x∼p}, E_{w∼P(·|c)}, a bare p or P."""

from __future__ import annotations

from sympy import Expr

from derive.reading import tree
from derive.reading.calls import (
    arguments_of,
    at,
    by_definition,
    declare_table,
    defined,
    labelled,
    signature,
    value_of_variable,
)
from derive.reading.context import Reading, index_expression, new_index
from derive.reading.elaborate import value
from derive.reading.products import combine, product
from derive.reading.scope import Unsettled
from derive.reading.spelling import Spelled, letter, plain, spell
from derive.reading.survey import TABLES
from derive.reading.values import Value
from derive.reading.written import shown
from derive.terms import Index, fresh, sum_over


def expectation(node: tree.BigOp, rest: list[tree.Factor], reading: Reading) -> Value:
    """E_{x∼p}[...] = Σ_x p(x) ..."""
    sub = plain(node.sub) if node.sub is not None else None
    if not isinstance(sub, tree.Chain) or sub.first is None or len(sub.links) != 1 or sub.links[0].right is None:
        raise Unsettled("an expectation without its distribution; write E_{x ∼ p}")
    if sub.links[0].relation.symbol != "\\sim":
        raise Unsettled("an expectation without its distribution; write E_{x ∼ p}")
    spelled = spell(sub.first)
    distribution = plain(sub.links[0].right)
    if spelled is None:
        raise Unsettled("an expectation over more than one variable is not understood")
    name = spelled.name
    if spelled.subs:
        name = f"{spelled.name}_{letter(spelled.subs[0])}"
    index = new_index(name, reading.loose_axis(name))
    with reading.binding({name: index, **({spelled.name: index} if not spelled.subs else {})}):
        weight = _weight(distribution, index, reading)
        first = plain(rest[0].node)
        inside = rest[:1] if isinstance(first, tree.Group) else rest
        body = product(inside, reading)
    inner = Value(body.indices, sum_over(weight * body.body, index), body.row)
    for item in rest[len(inside) :]:
        inner = combine(inner, value(item.node, reading), item.operator, first, item.node, reading)
    return inner


def _weight(distribution: tree.Node, index: Index, reading: Reading) -> Expr:
    """The probability of ``index`` under the distribution that the author names: p, P_D, P(·|c), P_n(w)."""
    scope = reading.scope
    if isinstance(distribution, tree.Product) and len(distribution.factors) == 2:
        head_node, group = (plain(f.node) for f in distribution.factors)
        spelled = spell(head_node)
        spelled = labelled(spelled, reading) if spelled is not None else None
        if spelled is not None and isinstance(group, tree.Group):
            parts, separators = arguments_of(group)
            head = scope.heads.get(signature(spelled.name, len(spelled.subs), separators))
            rest = [value_of_variable(p) for p in parts[1:]]
            running = next((name for name, bound in reading.bound.items() if bound == index), None)
            if head is not None and running is not None and not spelled.subs:
                drawn = tree.Name(distribution.span, running)
                found = defined(spelled, [drawn, *parts[1:]], separators, reading)
                if found is not None and not found.rank:
                    return found.body
            name = signature(spelled.name, len(spelled.subs), separators if len(parts) > 1 else ())
            declare_table(name, spelled.name, separators, len(spelled.subs), reading)
            scope.axes.same(index.axis, scope.axis(name, 0))
            where = [index, *(index_expression(n, scope.axis(name, k + 1), reading) for k, n in enumerate(rest))]
            scope.want_order(name, len(where))
            return scope.entry(name, where)
    spelled = spell(distribution)
    spelled = labelled(spelled, reading) if spelled is not None else None
    if spelled is None:
        raise Unsettled(f"the distribution {shown(distribution)} is not understood")
    for key in (f"{spelled.name}()", signature(spelled.name, len(spelled.subs), ())):
        head = scope.heads.get(key)
        if head is not None and head.written == 1:
            scope.axes.same(index.axis, head.definition.parameters[0].axis)
            return at(head, [index]).body
    whole = value_or_table(spelled, reading)
    scope.axes.same(index.axis, whole.shape[0])
    return whole.at(index)


def value_or_table(spelled: Spelled, reading: Reading) -> Value:
    """A distribution named without arguments: a vector ``p`` or a table that is used as ``p(x)``."""
    scope = reading.scope
    found = by_definition(spelled, (), reading)
    if found is not None and found.rank == 1:
        return found
    unary = spelled.name.split("_{")[0] in reading.survey.unary_calls and spelled.name not in reading.survey.joints
    if unary and f"{spelled.name}()" not in scope.heads:
        declare_table(f"{spelled.name}()", spelled.name, (), 0, reading)
        scope.want_order(f"{spelled.name}()", 1)
        return scope.whole(f"{spelled.name}()", ())
    key = f"{spelled.name}()"
    head = scope.heads.get(key)
    if head is not None and head.written == 1 and isinstance(head.definition.parameters[0], Index):
        index = fresh(head.definition.parameters[0])
        return Value((index,), at(head, [index]).body)
    if (
        spelled.name in scope.families and scope.family(spelled.name).order == 1
    ) or spelled.name in reading.survey.indexed:
        scope.want_order(spelled.name, 1)
        declare_distribution(spelled.name, reading)
        return scope.whole(spelled.name, ())
    if spelled.name in TABLES and key in scope.families:
        index = Index(f"{key}ʹ0", scope.axis(key, 0))
        return Value((index,), scope.entry(key, (index,)))
    reading.survey.wholes.add(spelled.name)
    scope.want_order(spelled.name, 1)
    declare_distribution(spelled.name, reading)
    return scope.whole(spelled.name, ())


def declare_distribution(name: str, reading: Reading) -> None:
    family = reading.scope.family(name)
    if not family.sums_to_one and not family.declared:
        family.sums_to_one, family.positive = (family.order - 1,), True
        if name not in reading.survey.indexed:
            reading.scope.partial.add(name)  # D(p ‖ u), where the note does not say what u is
        reading.scope.note(f"{name} is a probability vector: positive, its sum is one (inferred from its use)")
