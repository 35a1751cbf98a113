"""Names with arguments: functions that the note defines, tables of probabilities and counts.

``P(w|c)`` is looked up in this order: what the note defines, the functions of the field, tables.  If nothing fits,
the bracket is a factor.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Indexed, Symbol, exp

from derive.reading import tree
from derive.reading.context import Reading, index_expression, new_index, running_name
from derive.reading.definitions import reference, unfold, unknown
from derive.reading.elaborate import _entry, _kronecker, learn_vector, member, superscript, value
from derive.reading.histories import given_history
from derive.reading.of_an_example import at_example, example_of, hidden_indices, in_sum, with_hidden
from derive.reading.outcomes import outcome_key
from derive.reading.products import FUNCTIONS
from derive.reading.ranges import run_of
from derive.reading.scope import Head, Unsettled
from derive.reading.signatures import arguments_of, signature, value_of_variable, variable_letter
from derive.reading.spelling import Spelled, letter, plain, spell
from derive.reading.survey import PARAMETERS, TABLES
from derive.reading.unify import unify
from derive.reading.values import Value, diagonal, entrywise, scalar, trace, transpose
from derive.reading.written import shown
from derive.terms import Axis, Index, delta, free_indices, fresh, sum_over

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
SHORTEST_WORD = 4
"""Letters side by side that are a word; fewer may be a product."""
UNKNOWN_FUNCTIONS = {"f", "g", "h", "\\phi", "\\varphi", "\\psi", "F", "G"}
WITHOUT_MEANING = {"rank", "sign", "sgn", "det", "cov", "relu", "erf", "logit"}
"""Words for functions that are not numbers to multiply with; lower-cased."""


def event(
    spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...]
) -> tuple[Spelled, list[tree.Node], tuple[str, ...]]:
    """``P(D=1 | w)`` is a function of w whose name is ``P[D=1]``."""
    spelled, parts, separators = _worded(spelled, parts, separators)
    if not parts:
        return spelled, parts, separators
    head = plain(parts[0])
    if (
        isinstance(head, tree.Chain)
        and head.first is not None
        and len(head.links) == 1
        and head.links[0].right is not None
    ):
        right = plain(head.links[0].right)
        if isinstance(right, tree.Num) and head.links[0].relation.symbol == "=":
            name = f"{spelled.name}[{shown(head.first)}={right.text}]"
            return replace(spelled, name=name), parts[1:], separators[1:]
    return spelled, parts, separators


def _worded(
    spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...]
) -> tuple[Spelled, list[tree.Node], tuple[str, ...]]:
    """``p(n, \\text{left})`` and ``p(n, left)`` are functions of n whose name is ``p[left]``."""
    words = {k: said for k, part in enumerate(parts) if k and (said := _word(plain(part)))}
    if not words:
        return spelled, parts, separators
    name = spelled.name + "".join(f"[{said}]" for said in words.values())
    kept = [part for k, part in enumerate(parts) if k not in words]
    between = tuple(sign for k, sign in enumerate(separators, start=1) if k not in words)
    return replace(spelled, name=name), kept, between[: max(len(kept) - 1, 0)]


def _word(node: tree.Node) -> str:
    """A word as an argument, also one that is set in mathematical letters; empty for anything else."""
    if isinstance(node, tree.Word | tree.Text):
        return tree.sexpr(node).strip("'")
    run = run_of(node)
    return run if len(run) >= SHORTEST_WORD and run.isalpha() else ""


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
        others[name] = _argument_like(name, node, reading)
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


def labelled(spelled: Spelled, reading: Reading) -> Spelled:
    """``P_D`` with its capital subscript as part of the name, unless D is an index or a size.

    A superscript that is an index everywhere (``θ^w``) becomes one.
    """
    if spelled.power is not None and (sup := letter(spelled.power)) is not None:
        if reading.survey.superscript_is_index(spelled.name, sup, bool(spelled.subs)):
            return replace(spelled, name=f"{spelled.name}^", subs=(spelled.power, *spelled.subs), power=None)
    if spelled.name == "\\chi" and "\\chi" not in reading.survey.unscripted and is_two(spelled.power):
        return replace(spelled, name="\\chi^2", power=None)  # the divergence, whose root has no name
    if len(spelled.subs) != 1:
        return spelled
    number = plain(spelled.subs[0])
    if isinstance(number, tree.Num) and spelled.name.endswith("^()"):
        function = reading.scope.heads.get(signature(base := spelled.name.removesuffix("^()"), 0, ()))
        if function is not None and function.written == 1:
            raise Unsettled(
                f"{base}^({number.text}) may be a derivative of {base} or a name of its own; write d^{number.text}/dx^"
                f"{number.text} or another name"
            )
    if isinstance(number, tree.Num) and spelled.name not in reading.survey.lettered:
        return replace(spelled, name=f"{spelled.name}_{number.text}", subs=())
    name = letter(spelled.subs[0])
    if name is not None and name in reading.survey.separate.get(spelled.name, ()):
        return replace(spelled, name=f"{spelled.name}_{{{name}}}", subs=())
    if name is None or name in reading.survey.bound or name in reading.bound:
        return spelled
    if name in PARAMETERS and spelled.name not in reading.survey.of_orders | {"\\nabla", "\\partial"}:
        return replace(spelled, name=f"{spelled.name}_{{{name}}}", subs=())
    if len(name) != 1:
        return spelled
    if name.isupper():
        if name in reading.survey.sizes or any(name in shape for shape in reading.survey.shapes.values()):
            return spelled
    elif spelled.name not in TABLES or spelled.name in reading.survey.lettered_alone or name in reading.survey.bare:
        return spelled
    return replace(spelled, name=f"{spelled.name}_{{{name}}}", subs=())


def application(node: tree.Node, group: tree.Group, reading: Reading) -> Value | None:
    """``node(group)`` as the application of a function, or None if it is a product."""
    spelled = spell(node)
    if spelled is None:
        return None
    spelled = labelled(spelled, reading)
    inner = _apply_name(spelled, group, reading)
    if inner is None:
        return None
    if spelled.power is not None and tree.sexpr(plain(spelled.power)) == "(+ -1)":
        name = spelled.name
        raise Unsettled(f"{name}^{{-1}}(x) may be the inverse function or 1/{name}(x); write one of them")
    if spelled.transposed:
        inner = transpose(inner)
    return superscript(inner, spelled.power, reading) if spelled.power is not None else inner


def _is_array_with_primes(spelled: Spelled, reading: Reading) -> bool:
    """``o_k'(1 - o_k')``, where the entries o_k' of an array o' are known and functions o_k are not."""
    own, indices = spelled.name + "'" * spelled.primes, len(spelled.subs)
    if not indices or signature(spelled.name, indices, ()) in reading.scope.heads:
        return False
    family = reading.scope.families.get(own)
    known = family is not None and family.order == indices
    return known or signature(own, indices, None) in reading.scope.heads


def _apply_name(spelled: Spelled, group: tree.Group, reading: Reading) -> Value | None:
    from derive.reading.bernoulli import of_seen_label
    from derive.reading.derivatives import primed_call
    from derive.reading.information import divergence
    from derive.reading.models_of_examples import of_an_unknown_model

    name, scope = spelled.name, reading.scope
    if spelled.primes:
        return None if _is_array_with_primes(spelled, reading) else primed_call(spelled, group, reading)
    if name in reading.bound or (name in scope.sizes and name not in reading.survey.functions):
        return None
    as_written = scope.heads.get(f"{name}{shown(group)}")
    if as_written is not None and not as_written.written:
        return at(as_written, [])
    spelled, parts, separators = event(spelled, *arguments_of(group))
    spelled = with_parameter(spelled, separators, reading)
    found = defined(spelled, parts, separators, reading)
    if found is not None:
        return found
    if spelled.name.endswith(("=0]", "=1]")):
        return at_label(spelled.name, parts, separators, reading)
    if (seen := of_seen_label(spelled, parts, separators, reading)) is not None:
        return seen
    name = spelled.name
    if name in FUNCTIONS and not spelled.subs and len(parts) == 1 and not _declared(name, reading):
        function = FUNCTIONS[name]
        if function is None:
            raise Unsettled(f"{name} is not understood; write \\log_2 or \\log_{{10}}")
        return entrywise(function, value(parts[0], reading))
    special = _special(spelled, parts, reading)
    if special is not None:
        return special
    if (found := divergence(spelled, group, reading)) is not None:
        return found
    if (modelled := _by_model(spelled, parts, separators, reading)) is not None:
        return modelled
    if (past := given_history(spelled, parts, separators, reading)) is not None:
        return scalar(past)
    if (own := _at_own_arguments(spelled, parts, reading)) is not None:
        return own
    if _is_table(spelled, parts, separators, reading):
        return scalar(table(spelled, parts, separators, reading))
    if (entry := _entry_at(spelled, parts, reading)) is not None:
        return entry
    unused = name not in scope.families and name not in scope.heads
    free = name in UNKNOWN_FUNCTIONS and (unused or name in reading.survey.primed)  # h'(x) beside h(x), whatever h is
    if free and len(parts) == 1 and not spelled.subs:
        inner = value(parts[0], reading)
        if inner.rank:
            raise Unsettled(f"what {name} of {inner.describe()} is, the note does not say")
        return scalar(unknown(name)(inner.body))
    if _dependency_list(spelled, parts, reading):
        return at_arguments(spelled, parts, reading)
    if name in reading.survey.vectors_at and len(parts) == 1 and not spelled.subs and f"{name}()" not in scope.heads:
        if letter(parts[0]) is not None:
            return member(replace(spelled, subs=(parts[0],), bold=True, transposed=False, power=None), reading)
    known = name in scope.families or name in reading.survey.shapes  # X is known by its rows x_n
    if letters_of(name) & reading.survey.functions and not known and not _declared(name, reading):
        raise Unsettled(f"{name} is used before it is defined")
    return of_an_unknown_model(spelled, parts, reading)


def at_label(name: str, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> Value:
    """``P(y=1 | x)`` as the note gives it, or 1 less the probability of the other label.  Raises ``Unsettled``."""
    other = name[:-2] + ("1]" if name.endswith("0]") else "0]")
    for each in (name, other):
        spelled = Spelled(each)
        found = defined(spelled, parts, separators, reading)
        if found is None and each in reading.scope.heads:
            found = at_arguments(spelled, parts, reading)
        if found is not None and not found.rank:
            return found if each == name else scalar(1 - found.body)
    raise Unsettled(f"{name} is used before it is defined")


def _at_own_arguments(spelled: Spelled, parts: list[tree.Node], reading: Reading) -> Value | None:
    """``P(w|h)`` after ``P(w|h) = Π_j σ(s_j θ_{n_j}ᵀh)``, where the nodes of the one word w do not show it.

    What the probability of another word is, such a formula does not say.
    """
    head = reading.scope.heads.get(spelled.name)
    if head is None or spelled.subs or len(head.depends) != len(parts) or spelled.name not in TABLES:
        return None
    letters = [letter(value_of_variable(part)) for part in parts]
    if letters == list(head.depends) and not any(found in reading.bound for found in letters):
        return by_definition(Spelled(spelled.name), (), reading)
    _doubt(f"what {spelled.name} is at {', '.join(map(shown, parts))}", reading)
    return None


def _by_model(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> Value | None:
    """``P(w_c | w_{c-m}, …, w_{c+m})``: the entry of the softmax that the note calls its probabilities."""
    model = reading.scope.model
    if model is None or spelled.subs or spelled.name not in TABLES or separators[:1] != ("|",):
        return None
    context = [spell(plain(part)) for part in parts[1:]]
    whole = [s for s in context if s is not None and not s.subs and s.name in reading.survey.wholes]
    if not any(isinstance(plain(part), tree.Ellipsis) for part in parts[1:]) and len(whole) != len(parts) - 1:
        return None
    word = spell(value_of_variable(parts[0]))
    if word is None or len(word.subs) != 1 or word.power is not None:
        return None
    found = by_definition(Spelled(model), (), reading)
    if found is None or found.rank != 1:
        return None
    reading.scope.note(f"the probability of a word given its context is its entry of {model} (inferred)")
    return scalar(found.at(index_expression(word.subs[0], found.shape[0], reading)))


def _entry_at(spelled: Spelled, parts: list[tree.Node], reading: Reading) -> Value | None:
    """``M(x)`` for an index x, where the note defines M as a whole: ``M = (P + Q)/2``."""
    head = reading.scope.heads.get(spelled.name)
    if head is None or head.written or head.depends or spelled.subs or not head.value.rank == len(parts) == 1:
        return None
    if letter(parts[0]) not in reading.bound.keys() | reading.survey.subscripts:
        return None
    return scalar(head.value.at(index_expression(parts[0], head.value.shape[0], reading)))


def _declared(name: str, reading: Reading) -> bool:
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


def random_variable_key(
    spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading
) -> str | None:
    """``p(x)`` and ``p(y)`` are different functions where a joint ``p(x,y)`` is used: the letter tells which."""
    if spelled.subs or spelled.name not in reading.survey.joints:
        return None
    letters = letters_in(spelled.name, parts, reading)
    if any(found is None for found in letters):
        return None
    pieces = [f"{sep}{found}" for sep, found in zip(("", *separators), letters, strict=True)]
    return f"{spelled.name}({''.join(pieces)})"


def letters_in(name: str, parts: list[tree.Node], reading: Reading) -> list[str | None]:
    """The letters of the random variables in the arguments of a probability."""
    found = [variable_letter(part) for part in parts]
    return [reading.survey.speaks_of.kind(name, each) if each is not None else None for each in found]


def tells_variables(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> bool:
    """Whether the letters of a probability tell which table it is."""
    if spelled.subs:
        return False
    letters = letters_in(spelled.name, parts, reading)
    found = reading.survey.speaks_of.table_of(spelled.name, letters, separators)
    return found is not None or random_variable_key(spelled, parts, separators, reading) is not None


def function_key(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> str:
    """The signature of a name with arguments, and the letters where these tell a probability from others."""
    letters = letters_in(spelled.name, parts, reading)
    if not spelled.subs and set(separators) <= {",", "|"} and parts:
        if (found := reading.survey.speaks_of.function_of(spelled.name, letters, separators)) is not None:
            return f"{spelled.name}({found})"
    return signature(spelled.name, len(spelled.subs), separators)


def table_key(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> str:
    """The name of a table of probabilities: its signature, and the letters where these tell it from others."""
    name = signature(spelled.name, len(spelled.subs), separators if len(parts) > 1 else ())
    letters = letters_in(spelled.name, parts, reading)
    found = reading.survey.speaks_of.table_of(spelled.name, letters, separators) if not spelled.subs else None
    return name if found is None else f"{spelled.name}({found})"


def _over_its_letter(entry: Value) -> Value:
    """``α_i(1 - α_i)`` in ``diag(α_i(1 - α_i))``: the vector of all such numbers."""
    free = free_indices(entry.body) if entry.rank == 0 else ()
    if len(free) != 1:
        return entry
    index = fresh(free[0])
    return Value((index,), entry.body.xreplace({free[0]: index}))


def _special(spelled: Spelled, parts: list[tree.Node], reading: Reading) -> Value | None:
    name = spelled.name.lower()
    if name in ("softmax", "smax") and len(parts) == 1:
        whole = softmax(value(parts[0], reading))
        for sub in spelled.subs:
            whole = _entry(whole, sub, reading)
        return whole
    if spelled.subs:
        return None
    if name == "diag" and len(parts) == 1:
        return diagonal(_over_its_letter(value(parts[0], reading)))
    if name in ("tr", "trace") and len(parts) == 1:
        return trace(value(parts[0], reading), reading.scope.axes)
    if name in WITHOUT_MEANING and not _declared(spelled.name, reading):
        raise Unsettled(f"{spelled.name} is not understood here; define it in the note")
    if spelled.name == "\\delta" and len(parts) == 2 and not spelled.subs:
        return scalar(_kronecker(tuple(parts), reading))
    return None


def softmax(scores: Value) -> Value:
    if scores.rank != 1:
        raise Unsettled(f"the softmax of {scores.describe()}: say that it is a vector")
    i, j = fresh(scores.indices[0]), fresh(scores.indices[0])
    return Value((i,), exp(scores.at(i)) / sum_over(exp(scores.at(j)), j), scores.row)


def _is_table(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> bool:
    name = spelled.name
    if name.split("_{")[0] not in TABLES or (_declared(name, reading) and reading.scope.family(name).order == 0):
        return False
    if name in reading.survey.indexed and name not in reading.survey.plain_calls and "|" not in separators:
        return False
    return all(_simple(value_of_variable(part)) for part in parts)


def _simple(node: tree.Node) -> bool:
    spelled = spell(node)
    return (spelled is not None and spelled.power is None) or isinstance(node, tree.Num)


def table(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> Expr:
    """An entry of a table of probabilities or counts, written as a function of its indices."""
    key = random_variable_key(spelled, parts, separators, reading)
    if key is not None:
        return _random_variable_table(spelled, parts, separators, reading)
    if any(isinstance(value_of_variable(p), tree.Num) for p in parts):
        raise Unsettled(f"{spelled.name} at a number is not understood; say what it is")
    name = table_key(spelled, parts, separators, reading)
    where = []
    for position, part in enumerate([*spelled.subs, *parts]):
        node = value_of_variable(part)
        inner = spell(node)
        outcome = spelled.name.split("_")[0] not in reading.survey.plain_calls  # p(x_i), but not P(w_{t+j} | w_t)
        outcome = outcome and running_name(node) not in reading.bound
        if inner is not None and len(inner.subs) == 1 and outcome and inner.name not in reading.survey.shifted:
            node = inner.subs[0]
        where.append(index_expression(node, reading.scope.axis(name, position), reading))
    declare_table(name, spelled.name, separators, len(spelled.subs), reading)
    reading.scope.want_order(name, len(where))
    return reading.scope.entry(name, where)


def declare_table(key: str, name: str, separators: tuple[str, ...], skip: int, reading: Reading) -> None:
    """Probabilities are positive and add up to one over what stands before the bar; counts are positive."""
    family = reading.scope.family(key)
    if family.positive or family.declared:
        return
    family.positive = True
    if name == "\\#":
        reading.scope.note("counts #(…) are positive (inferred)")
        return
    before = separators.index("|") + 1 if "|" in separators else len(separators) + 1
    family.sums_to_one = tuple(range(skip, skip + before))
    reading.scope.note(
        f"{name}({'·'.join(('', *separators, ''))}) is a probability: positive, "
        "and the sum over its first argument is one (inferred)"
    )


def _random_variable_table(
    spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading
) -> Expr:
    """p(x), p(y), p(x,y), p(y|x) from the one joint distribution; the same for counts #(w), #(w,c)."""
    name = spelled.name
    joint = reading.survey.joints[name]
    letters = letters_in(name, parts, reading)
    if not set(letters) <= set(joint):
        raise Unsettled(f"{name} is a table over {', '.join(joint)}")
    other = reading.survey.speaks_of.uncertain(name, [found for found in letters if found])
    if other is not None:
        _doubt(f"whether {other} stands for another variable in {name}(…)", reading)
    axes = {found: reading.scope.axis(f"({found})", 0) for found in joint}
    reading.scope.family(f"({joint[0]})")
    where = {
        found: index_expression(value_of_variable(p), axes[found], reading)
        for found, p in zip(letters, parts, strict=True)
        if found is not None
    }
    if separators.count("|") == 1 and set(separators) <= {"|", ","}:
        below = {found: where[found] for found in letters[separators.index("|") + 1 :] if found}
        return _marginal(name, where, axes, reading) / _marginal(name, below, axes, reading)
    if any(s != "," for s in separators):
        raise Unsettled(f"{name} with these separators is not understood")
    return _marginal(name, where, axes, reading)


def _doubt(what: str, reading: Reading) -> None:
    """Remember what the note does not say, so that a step that is false as it is read is not refuted."""
    if what not in reading.doubts:
        reading.doubts = (*reading.doubts, what)


def _marginal(name: str, where: dict[str, Expr], axes: dict[str, Axis], reading: Reading) -> Expr:
    joint = reading.survey.joints[name]
    key = f"{name}({','.join(w for w in joint if w in where)})"
    head = reading.scope.heads.get(key)
    if head is not None and head.written == len(where):
        return at(head, [where[w] for w in joint if w in where]).body
    bound = {w: new_index(w, axes[w]) for w in joint if w not in where}
    full = {**where, **bound}
    body = joint_entry(name, [full[w] for w in joint], reading)
    for index in bound.values():
        body = sum_over(body, index)
    return body


def joint_entry(name: str, where: list[Expr], reading: Reading) -> Expr:
    """An entry of the joint distribution behind ``p(x)``, ``p(y|x)`` and ``p(x,y)``, or of the counts ``#(w,c)``."""
    joint = reading.survey.joints[name]
    key = f"{name}({','.join(joint)})"
    head = reading.scope.heads.get(key)
    if head is not None:
        return at(head, where).body
    counts = reading.survey.joints.get("\\#")
    if name in ("P", "p", "\\hat{P}", "\\hat{p}") and counts == joint:
        reading.scope.note(f"{name} is the relative frequency of the counts # (inferred)")
        total = _marginal("\\#", {}, {w: reading.scope.axis(f"({w})", 0) for w in joint}, reading)
        return joint_entry("\\#", where, reading) / total
    given = [each for each in reading.scope.heads if each.startswith(f"{name}(") and any(w in each for w in joint)]
    if given:
        _doubt(f"how the {given[0]} that is given makes {key}", reading)
    declare_table(key, name, (",",) * (len(joint) - 1), 0, reading)
    scope = reading.scope
    for position, found in enumerate(joint):
        scope.axes.same(scope.axis(key, position), scope.axis(f"({found})", 0))
    scope.want_order(key, len(where))
    return scope.entry(key, where)


def letters_of(name: str) -> set[str]:
    """A name as it is, and without the label in its subscript: ``h`` of ``h_θ``."""
    return {name, name.split("_{")[0]}


def is_two(power: tree.Node | None) -> bool:
    """Whether a superscript is the number two."""
    number = plain(power) if power is not None else None
    return isinstance(number, tree.Num) and number.text == "2"


def _dependency_list(spelled: Spelled, parts: list[tree.Node], reading: Reading) -> bool:
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
    return _all_names(unfold(head.definition.body, reading.scope.definitions))


def _all_names(body: Expr) -> set[str]:
    return {s.name.strip() for s in body.free_symbols} | {str(n.base.label) for n in body.atoms(Indexed)}


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
        given[parameter] = _argument_like(parameter, part, reading)
    return with_arguments(found, given, reading)


def _argument_like(parameter: str, node: tree.Node, reading: Reading) -> Value:
    """What stands in place of a parameter; an undeclared ``x^{(i)}`` in place of a vector x is a vector."""
    found, order = value(node, reading), reading.scope.family(parameter).order
    if found.rank < order:
        learn_vector(node, order - found.rank, reading)
    return found


def with_arguments(found: Value, given: dict[str, Value], reading: Reading) -> Value:
    """A value that depends on numbers or arrays, with others put in their places all at once: D(q, p) beside D(p, q).

    Raises ``Unsettled`` for what it is not known to depend on.
    """
    scope = reading.scope
    body = unfold(found.body, scope.definitions)
    names = _all_names(body)
    table: dict[Expr, Expr] = {}
    for parameter, argument in given.items():
        if argument.rank != scope.family(parameter).order:
            raise Unsettled(f"{parameter} cannot be {argument.describe()}")
        for one, position in zip(argument.shape, range(argument.rank), strict=True):
            scope.axes.same(one, scope.axis(parameter, position))
        own = scope.entry(parameter, tuple(Index("i", scope.axis(parameter, p)) for p in range(argument.rank)))
        hidden = any(f"_{{{parameter}}}" in name or name.endswith(f"/∂{parameter}") for name in names)
        if hidden or not (body.is_number or parameter in names):
            raise Unsettled(f"how it depends on {parameter}, the note does not say")
        if isinstance(own, Indexed):
            table |= {node: argument.at(*node.indices) for node in body.atoms(Indexed) if node.base == own.base}
        else:
            table[own] = argument.body
    return replace(found, body=body.xreplace(table)) if table else found


def value_without_arguments(spelled: Spelled, reading: Reading) -> Value | None:
    return by_definition(Spelled(spelled.name, spelled.subs), (), reading)


def folded(key: str, written: list[Expr], indices: tuple[Index, ...]) -> Expr:
    return reference(key, (*written, *indices))


__all__ = [
    "Symbol",
    "application",
    "apply",
    "at",
    "by_definition",
    "delta",
    "folded",
    "signature",
    "softmax",
    "table",
]
