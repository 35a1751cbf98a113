"""Expectations, and the distributions that they are taken under: E_{x∼p}, E_{w∼P(·|c)}, a bare p or P."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sympy import Expr

from derive.reading import tree
from derive.reading.applying import at, by_definition, defined
from derive.reading.context import Reading, index_expression, new_index
from derive.reading.elaborate import value
from derive.reading.keys import labelled, tells_variables
from derive.reading.products import combine, product
from derive.reading.scope import Unsettled
from derive.reading.signatures import arguments_of, signature, value_of_variable, variable_letter
from derive.reading.spelling import Spelled, letter, plain, spell
from derive.reading.survey import TABLES
from derive.reading.tables import declare_table, table
from derive.reading.values import Value
from derive.reading.written import shown
from derive.terms import Index, fresh, sum_over


def expectation(node: tree.BigOp, rest: list[tree.Factor], reading: Reading) -> Value:
    """E_{x∼p}[...] = Σ_x p(x) ..."""
    sub = plain(node.sub) if node.sub is not None else None
    if sub is not None and (table := _drawn_from(sub, reading)) is not None:
        return _behind(_over_table(*table, rest, reading), rest, reading)
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
        averaged = _averaged(_weight(distribution, index, reading), (index,), rest, reading)
    return _behind(averaged, rest, reading)


def _averaged(weight: Expr, over: tuple[Index, ...], rest: list[tree.Factor], reading: Reading) -> Value:
    """Σ weight · [...]; call it with the indices bound."""
    body = product(_inside(rest), reading)
    total = weight * body.body
    for index in over:
        total = sum_over(total, index)
    return Value(body.indices, total, body.row)


def _inside(rest: list[tree.Factor]) -> list[tree.Factor]:
    """What an expectation is taken of: the brackets, or all that follows."""
    return rest[:1] if isinstance(plain(rest[0].node), tree.Group) else rest


def _behind(averaged: Value, rest: list[tree.Factor], reading: Reading) -> Value:
    """The expectation times what stands behind its brackets."""
    for item in rest[len(_inside(rest)) :]:
        averaged = combine(averaged, value(item.node, reading), item.operator, plain(rest[0].node), item.node, reading)
    return averaged


def calls_in(node: tree.Node) -> Iterator[tuple[str, list[tree.Node], tuple[str, ...]]]:
    """Name, arguments and separators of every ``p(x|y)`` that is a factor of the node."""
    if not isinstance(node, tree.Product):
        return
    for first, second in pairwise(node.factors):
        group, spelled = plain(second.node), spell(plain(first.node))
        if spelled is not None and isinstance(group, tree.Group) and not second.operator:
            yield (spelled.name, *arguments_of(group))


def before_bar(arguments: list[tree.Node], separators: tuple[str, ...]) -> list[str | None]:
    """The letters that a distribution is over: ``x`` and ``y`` of ``p(x,y|z)``; None for what is no letter."""
    return [letter(part) for part in arguments[: separators.index("|") + 1 if "|" in separators else len(arguments)]]


def _drawn_from(sub: tree.Node, reading: Reading) -> tuple[tree.Node, tuple[str, ...]] | None:
    """The table and its letters in ``E_{p(x,y)}``, ``E_{q(z|x)}`` and ``E_{x,y∼p(x,y)}``; None if it is no such thing.

    The expectation is over all letters before the bar.
    """
    named: list[str | None] | None = None
    if isinstance(sub, tree.Sequence) and isinstance(last := plain(sub.parts[-1]), tree.Chain):
        if [link.relation.symbol for link in last.links] != ["\\sim"] or last.links[0].right is None:
            return None
        named = [*map(letter, sub.parts[:-1]), letter(last.first)]
        sub = plain(last.links[0].right)
    calls = list(calls_in(sub))
    if len(calls) != 1 or not isinstance(sub, tree.Product) or len(sub.factors) != 2:
        return None
    found = before_bar(*calls[0][1:])
    letters = tuple(dict.fromkeys(name for name in found if name is not None))
    if (
        len(letters) != len(found)
        or set(letters) & set(reading.bound)
        or (named is not None and set(named) != set(found))
    ):
        return None
    return sub, letters


def _over_table(sub: tree.Node, letters: tuple[str, ...], rest: list[tree.Factor], reading: Reading) -> Value:
    """``E_{p(x,y)}[...]`` = Σ_x Σ_y p(x,y) ..."""
    bound = {name: new_index(name, reading.loose_axis(name)) for name in letters}
    with reading.binding(bound):
        weight = value(sub, reading)
        if weight.rank or not all(weight.body.has(index) for index in bound.values()):
            raise Unsettled(f"the distribution {shown(sub)} is not understood")
        return _averaged(weight.body, tuple(bound.values()), rest, reading)


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
            first = parts[0] if variable_letter(parts[0]) or running is None else tree.Name(distribution.span, running)
            if tells_variables(spelled, [first, *parts[1:]], separators, reading) and (drawn_ := letter(first)):
                with reading.binding({drawn_: index}):
                    return table(spelled, [first, *parts[1:]], separators, reading)
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
    family = scope.families.get(spelled.name)
    if spelled.name in reading.survey.unary_calls and not (family is not None and family.declared):
        if spelled.name in reading.survey.joints or reading.survey.speaks_of.names(spelled.name, 1):
            raise Unsettled(f"which of the distributions {spelled.name}(…) is meant by {spelled.name}")
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
