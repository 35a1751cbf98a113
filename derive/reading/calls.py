"""Names with arguments: functions that the note defines, tables of probabilities and counts.

``P(w|c)`` is looked up in this order: what the note defines, the functions of the field, tables.  If nothing fits,
the bracket is a factor.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import exp

from derive.reading import tree
from derive.reading.applying import (
    at,
    at_arguments,
    by_definition,
    defined,
    is_declared,
    is_dependency_list,
    with_parameter,
)
from derive.reading.context import Reading, index_expression
from derive.reading.definitions import unknown
from derive.reading.elaborate import _entry, _kronecker, member, superscript, value
from derive.reading.histories import given_history
from derive.reading.keys import event, labelled, letters_of
from derive.reading.products import FUNCTIONS
from derive.reading.scope import Unsettled
from derive.reading.signatures import arguments_of, signature, value_of_variable
from derive.reading.spelling import Spelled, letter, plain, spell
from derive.reading.survey import TABLES
from derive.reading.tables import doubt, is_table, table
from derive.reading.values import Value, diagonal, entrywise, scalar, trace, transpose
from derive.reading.written import shown
from derive.terms import free_indices, fresh, sum_over

__all__ = ["application", "at_label", "softmax"]

UNKNOWN_FUNCTIONS = {"f", "g", "h", "\\phi", "\\varphi", "\\psi", "F", "G"}


WITHOUT_MEANING = {"rank", "sign", "sgn", "det", "cov", "relu", "erf", "logit"}
"""Words for functions that are not numbers to multiply with; lower-cased."""


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
    if name in FUNCTIONS and not spelled.subs and len(parts) == 1 and not is_declared(name, reading):
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
    if is_table(spelled, parts, separators, reading):
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
    if is_dependency_list(spelled, parts, reading):
        return at_arguments(spelled, parts, reading)
    if name in reading.survey.vectors_at and len(parts) == 1 and not spelled.subs and f"{name}()" not in scope.heads:
        if letter(parts[0]) is not None:
            return member(replace(spelled, subs=(parts[0],), bold=True, transposed=False, power=None), reading)
    known = name in scope.families or name in reading.survey.shapes  # X is known by its rows x_n
    if letters_of(name) & reading.survey.functions and not known and not is_declared(name, reading):
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
    doubt(f"what {spelled.name} is at {', '.join(map(shown, parts))}", reading)
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
    if name in WITHOUT_MEANING and not is_declared(spelled.name, reading):
        raise Unsettled(f"{spelled.name} is not understood here; define it in the note")
    if spelled.name == "\\delta" and len(parts) == 2 and not spelled.subs:
        return scalar(_kronecker(tuple(parts), reading))
    if (
        spelled.name == "\\delta"
        and len(parts) == 1
        and (pair := _difference_of_indices(parts[0], reading)) is not None
    ):
        return scalar(_kronecker(pair, reading))
    return None


def _difference_of_indices(node: tree.Node, reading: Reading) -> tuple[tree.Node, tree.Node] | None:
    """The i and k of ``δ[i - k]``."""
    node = plain(node)
    if not isinstance(node, tree.Sum) or [term.sign for term in node.terms] != ["+", "-"]:
        return None
    one, other = (term.node for term in node.terms)
    indices = reading.bound.keys() | reading.survey.subscripts
    return (one, other) if letter(one) in indices and letter(other) in indices else None


def softmax(scores: Value) -> Value:
    if scores.rank != 1:
        raise Unsettled(f"the softmax of {scores.describe()}: say that it is a vector")
    i, j = fresh(scores.indices[0]), fresh(scores.indices[0])
    return Value((i,), exp(scores.at(i)) / sum_over(exp(scores.at(j)), j), scores.row)
