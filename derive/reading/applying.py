"""Names that the note defines: without their arguments, at their own and at other ones."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Symbol

from derive.reading import tree
from derive.reading.context import Reading, index_expression, new_index, running_name
from derive.reading.definitions import unfold
from derive.reading.elaborate import value
from derive.reading.keys import function_key, letters_of, random_variable_key
from derive.reading.of_an_example import at_example, example_of, hidden_indices, in_sum, with_hidden
from derive.reading.outcomes import outcome_key
from derive.reading.scope import Head, Unsettled
from derive.reading.signatures import signature, value_of_variable
from derive.reading.spelling import Spelled, letter, plain, spell
from derive.reading.substitution import all_names, argument_like, with_arguments
from derive.reading.survey import PARAMETERS
from derive.reading.unify import unify
from derive.reading.values import Value
from derive.reading.written import shown
from derive.terms import Index, fresh

__all__ = [
    "DEPENDENT",
    "apply",
    "at",
    "at_arguments",
    "by_definition",
    "defined",
    "is_declared",
    "is_dependency_list",
    "with_parameter",
]

DEPENDENT = {
    "J",
    "L",
    "\\ell",
    "E",
    "C",
    "F",
    "\\mathcal{L}",
    "Loss",
    "loss",
    "cost",
    "NLL",
    "CE",
    "PPL",
    "\\theta",
    "R",
    "O",
    "Q",
}


def by_definition(spelled: Spelled, arguments: tuple[tree.Node, ...], reading: Reading) -> Value | None:
    """A name without brackets that the note defines, whole or with indices."""
    head = reading.scope.heads.get(signature(spelled.name, len(spelled.subs), None))
    if head is None and not arguments and (found := _without_its_arguments(spelled, reading)) is not None:
        return found
    if head is None and len(spelled.subs) == 2 and (found := _of_an_example(spelled, reading)) is not None:
        return found
    if head is None and spelled.subs:
        head = reading.scope.heads.get(spelled.name)
        if head is None or head.value.rank < len(spelled.subs) or head.written:
            return None
        hidden = in_sum(head.definition, reading)
        whole = with_hidden(head, {}, hidden, reading) if hidden else head.value
        where = [index_expression(s, a, reading) for s, a in zip(spelled.subs, whole.shape, strict=False)]
        rest = tuple(fresh(i) for i in whole.indices[len(where) :])
        return Value(rest, whole.at(*where, *rest), row=bool(rest))
    if head is None and not arguments:
        return _whole_of_entries(spelled, reading)
    if head is None:
        return None
    return apply(head, [*spelled.subs, *arguments], reading)


def _without_its_arguments(spelled: Spelled, reading: Reading) -> Value | None:
    """``F_β`` beside ``F_β(x) = …`` for a vector x: the function at that x."""
    if len(spelled.subs) != 1:
        return None
    head = reading.scope.heads.get(signature(spelled.name, 1, ()))
    if head is None or head.written != 1 or len(head.inert) != 1 or head.letters or head.inert[0][0] != 1:
        return None
    return apply(head, [spelled.subs[0], head.inert[0][1]], reading)


def _of_an_example(spelled: Spelled, reading: Reading) -> Value | None:
    """``p_{ik}`` where the note defines ``p_k``, or the vector p, by something of the example i."""
    heads = reading.scope.heads
    head = heads.get(signature(spelled.name, 1, None)) or heads.get(spelled.name)
    if head is None or head.inert or head.depends or head.written + head.value.rank != 1:
        return None
    found = example_of(spelled.name, head.definition, spelled.subs, reading)
    if found is None:
        return None
    position, index = found
    entry = by_definition(Spelled(spelled.name, (spelled.subs[1 - position],)), (), reading)
    if entry is None or entry.rank:
        return None
    reading.scope.note(
        f"{spelled.name} with the index {index.name} is {spelled.name} of the example {index.name} (inferred)"
    )
    return at_example(entry, index, spelled.subs[position], reading)


def _whole_of_entries(spelled: Spelled, reading: Reading) -> Value | None:
    """``p`` where the note defines ``p_i``: the vector of all entries."""
    if spelled.name in reading.bound or spelled.name in reading.scope.sizes or spelled.name in reading.survey.variables:
        return None
    heads = reading.scope.heads
    head = heads.get(signature(spelled.name, 1, None)) or heads.get(signature(spelled.name, 2, None))
    if head is None:
        return None
    if (
        len(head.definition.parameters) - head.value.rank != head.written
        or head.written > 2
        or head.value.rank + head.written > 2
    ):
        return None
    parameters = head.definition.parameters[: head.written]
    if not all(isinstance(p, Index) for p in parameters):
        return None
    indices = tuple(new_index(p.name, reading.scope.axes.resolve(p.axis)) for p in parameters)
    body = head.value.body.xreplace(dict(zip(parameters, indices, strict=True)))
    every = (*indices, *head.value.indices)
    return Value(every, body, row=reading.scope.rows_by_default and len(every) == 1)


def apply(head: Head, arguments: list[tree.Node], reading: Reading) -> Value:
    """A defined name at its written arguments."""
    parameters = head.definition.parameters[: head.written]
    inert = dict(head.inert)
    ordinary = [node for position, node in enumerate(arguments) if position not in inert]
    if len(ordinary) != len(parameters) or any(position >= len(arguments) for position in inert):
        raise Unsettled(f"{head.definition.name} was defined with {len(parameters)} arguments, not {len(ordinary)}")
    names = {p.name: value_of_variable(node) for p, node in zip(parameters, ordinary, strict=True)}
    found: dict[str, tree.Node] = dict(names)
    open_ = frozenset((*names, *head.letters))
    others: dict[str, Value] = {}
    for position, pattern in head.inert:
        node = value_of_variable(arguments[position])
        if unify(plain(pattern), node, open_, found):
            continue
        name = letter(pattern)
        family = reading.scope.families.get(name) if name is not None else None
        if name is None or family is None or not family.order or name in others:
            text = shown(pattern)
            raise Unsettled(f"{head.definition.name} was defined for {text}, and is used for something else")
        others[name] = argument_like(name, node, reading)
    where = [_argument(node, p, reading) for node, p in zip(ordinary, parameters, strict=True)]
    more = head.definition.parameters[head.written : head.written + len(head.letters)]
    where += [_argument(found[p.name], p, reading) for p in more]
    given = dict(zip((*parameters, *more), where, strict=True))
    hidden = {**in_sum(head.definition, reading), **hidden_indices(head.definition, given, reading)}
    result = with_hidden(head, given, hidden, reading) if hidden else at(head, where)
    return with_arguments(result, others, reading)


def at(head: Head, where: list[Expr]) -> Value:
    """A defined name at arguments that are already read."""
    parameters = head.definition.parameters[: len(where)]
    indices = tuple(fresh(i) for i in head.value.indices)
    body = head.value.body.xreplace(dict(zip((*parameters, *head.value.indices), (*where, *indices), strict=True)))
    return Value(indices, body, head.value.row)


def _argument(node: tree.Node, parameter: Symbol, reading: Reading) -> Expr:
    node = value_of_variable(node)
    if isinstance(parameter, Index):
        inner = spell(node)
        family = reading.scope.families.get(inner.name) if inner is not None else None
        if inner is not None and len(inner.subs) == 1 and family is not None and family.order > 1:
            if running_name(node) in reading.bound:
                return index_expression(node, parameter.axis, reading)
            return index_expression(inner.subs[0], parameter.axis, reading)  # p(u_o | v_c) is p(o | c)
        return index_expression(node, parameter.axis, reading)
    given = value(node, reading)
    if given.rank:
        raise Unsettled(f"{parameter.name} was a number where the function was defined and is {given.describe()} here")
    return given.body


def is_declared(name: str, reading: Reading) -> bool:
    family = reading.scope.families.get(name)
    return family is not None and family.declared


def defined(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> Value | None:
    heads = reading.scope.heads
    key = random_variable_key(spelled, parts, separators, reading)
    own = function_key(spelled, parts, separators, reading)
    if own not in heads and spelled.name == "p" and "|" in separators and signature("P", 0, separators) in heads:
        reading.scope.note("p is the P that the note defines (inferred)")
        own = signature("P", 0, separators)
    outcome = outcome_key(spelled, parts, separators, reading)
    for candidate in (key, outcome, own):
        head = heads.get(candidate) if candidate else None
        if head is not None and head.written + len(head.inert) == len(spelled.subs) + len(parts):
            return apply(head, [*spelled.subs, *parts], reading)
    return None


def with_parameter(spelled: Spelled, separators: tuple[str, ...], reading: Reading) -> Spelled:
    """``h(x)`` for ``h_θ(x)``: the only function of that letter that the note defines."""
    heads = reading.scope.heads
    ends = (f"({''.join(separators)})", "")
    if spelled.subs or any(spelled.name + end in heads for end in ends):
        return spelled
    names = {f"{spelled.name}_{{{p}}}" for p in PARAMETERS}
    found = [name for name in sorted(names) if any(name + end in heads for end in ends)]
    if len(found) != 1:
        return spelled
    reading.scope.note(f"{spelled.name} is the {found[0]} that the note defines (inferred)")
    return replace(spelled, name=found[0])


def is_dependency_list(spelled: Spelled, parts: list[tree.Node], reading: Reading) -> bool:
    """``J(θ)``, ``J(v_c, o, U)``: the arguments only say what it depends on."""
    heads = reading.scope.heads
    head = heads.get(spelled.name) or heads.get(signature(spelled.name, len(spelled.subs), None))
    if head is None:
        return False
    if not head.depends and _other_indices(head, parts, reading):
        raise Unsettled(f"what {spelled.name} is at {', '.join(map(shown, parts))}, the note does not say")
    return len(parts) > 1 or bool(letters_of(spelled.name) & (DEPENDENT | reading.survey.functions))


def _other_indices(head: Head, parts: list[tree.Node], reading: Reading) -> bool:
    """``L(w, j)`` beside ``L = Σ_j …``: an index in the brackets that L does not depend on, so it is not L."""
    letters = {name for part in parts if (name := letter(part)) is not None}
    indices = letters & (reading.survey.subscripts | reading.bound.keys())
    return bool(indices - _names_of(head, reading) - reading.survey.wholes)


def _names_of(head: Head, reading: Reading) -> set[str]:
    """The numbers and arrays that a name depends on."""
    return all_names(unfold(head.definition.body, reading.scope.definitions))


def at_arguments(spelled: Spelled, parts: list[tree.Node], reading: Reading) -> Value | None:
    """``f(x)`` where the note says what f is for a vector x: the same x, or another vector put in its place."""
    scope = reading.scope
    key = signature(spelled.name, len(spelled.subs), None)
    head = scope.heads.get(key)
    found = by_definition(Spelled(spelled.name, spelled.subs), (), reading)
    if head is None or found is None:
        return None
    given: dict[str, Value] = {}
    for part, parameter in zip(parts, head.depends, strict=False):
        name = letter(part)
        if name == parameter:
            continue
        if len(head.depends) != len(parts) or parameter not in scope.families:
            if name is None:
                raise Unsettled(f"{spelled.name} is used with another argument than it was defined with")
            if len(parts) == 1 and name not in _names_of(head, reading):
                raise Unsettled(f"what {spelled.name} is at {name}, the note does not say")
            continue
        given[parameter] = argument_like(parameter, part, reading)
    return with_arguments(found, given, reading)
