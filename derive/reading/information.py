"""Entropies and divergences by their names: H(p), H(p,q), H(Y|X), D_KL(p‖q), I(X;Y|Z), JSD."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy
from sympy import Expr, log

from derive.reading import tree
from derive.reading.applying import apply
from derive.reading.context import Reading, index_expression, new_index
from derive.reading.definitions import unfold
from derive.reading.elaborate import value
from derive.reading.expectations import before_bar, calls_in, value_or_table
from derive.reading.keys import labelled, tells_variables
from derive.reading.scope import Unsettled
from derive.reading.signatures import arguments_of, signature
from derive.reading.spelling import Spelled, letter, plain, spell, walk
from derive.reading.survey import TABLES
from derive.reading.tables import marginal
from derive.reading.values import Value, scalar
from derive.terms import Index, fresh, sum_over

DIVERGENCES = {
    "D_{KL}",
    "KL",
    "D",
    "D_{\\text{KL}}",
    "D_{kl}",
    "\\mathrm{KL}",
    "KLD",
    "\\mathbb{KL}",
    "\\mathbb{D}",
    "D_{KL }",
}
CROSS_ENTROPIES = {"CE", "H", "CrossEntropy", "XE"}
JENSEN_SHANNON = {"JSD", "JS", "D_{JS}", "D_{JSD}", "\\mathrm{JSD}"}
"""Names that a note cannot give another meaning: an equation with one of them is a claim."""


def divergence(spelled: Spelled, group: tree.Group, reading: Reading) -> Value | None:
    """An information quantity, or None if the name is none."""
    name = spelled.name
    if spelled.subs or name in reading.scope.families:
        return None
    parts, separators = group.body.parts, tuple(group.body.separators)
    if (
        name in DIVERGENCES
        and len(parts) == 2
        and separators[0] in ("||", "\\|")
        and (letters := _table_letters(parts, reading))
    ):
        return scalar(_of_tables(parts, letters, reading))
    if name in DIVERGENCES and len(parts) == 2 and separators[0] in ("||", "|", "\\|", ",", ";"):
        return scalar(relative_entropy(*_pair(parts, reading), reading))
    if name in JENSEN_SHANNON and len(parts) == 2:
        p, q = _pair(parts, reading)
        reading.scope.axes.same(p.shape[0], q.shape[0])
        i = p.indices[0]
        middle = Value((i,), (p.body + q.at(i)) / 2)
        return scalar((relative_entropy(p, middle, reading) + relative_entropy(q, middle, reading)) / 2)
    if name in CROSS_ENTROPIES and len(parts) == 2 and separators[0] in (",", ";") and not _random(parts, reading):
        p, q = _pair(parts, reading)
        first, second = (spell(plain(part)) for part in parts)
        predicted = first is not None and first.name == "\\hat{y}" and second is not None and second.name in ("y", "t")
        if first and second and predicted and name not in reading.survey.functions:
            reading.scope.note(
                f"{name}({first.name}, {second.name}) is the cross-entropy of the target {second.name} (inferred)"
            )
            p, q = q, p
        return scalar(_weighted(p, lambda i: -log(q.at(i)), q, reading))
    if name == "H" and len(parts) == 1 and not _random(parts, reading):
        p = distribution(parts[0], reading)
        return scalar(_weighted(p, lambda i: -log(p.at(i)), p, reading))
    if name in ("H", "S") and _random(parts, reading):
        return _entropy(parts, separators, reading)
    if name in ("I", "MI") and _random(parts, reading) and (sides := _sides(parts, separators)) is not None:
        return _mutual_information(*sides, reading)
    return None


def _table_letters(parts: tuple[tree.Node, ...], reading: Reading) -> tuple[str, ...]:
    """The letters over which ``p(x,y) ‖ p(x)p(y)`` and ``p(x|y) ‖ p(x)`` run: what stands before the bars.

    Empty where the letters say nothing: ``p ‖ q``, or ``p(x) ‖ q(x)`` with distributions of one letter only.

    Raises:
        Unsettled: the two sides are not distributions of the same letters, or a letter stands for something already.
    """
    sides = [[call for node in walk(part) for call in calls_in(node)] for part in parts]
    calls = [call for side in sides for call in side]
    joint = any(name in reading.survey.joints for name, _, _ in calls)
    if not joint and not any("|" in separators for _, _, separators in calls):
        return ()
    drawn = [[found for _, inside, separators in side for found in before_bar(inside, separators)] for side in sides]
    letters = tuple(dict.fromkeys(found for found in drawn[0] if found is not None))
    if len(letters) != len(drawn[0]) or set(drawn[1]) != set(letters) or set(letters) & set(reading.bound):
        raise Unsettled("a divergence is between two distributions of the same letters, as in D(p(x|y) ‖ q(x|y))")
    return letters


def _of_tables(parts: tuple[tree.Node, ...], letters: tuple[str, ...], reading: Reading) -> Expr:
    bound = {w: new_index(w, reading.loose_axis(w)) for w in letters}
    with reading.binding(bound):
        p, q = (value(part, reading).body for part in parts)
    body = p * log(p / q)
    for index in bound.values():
        body = sum_over(body, index)
    return body


def _pair(parts: tuple[tree.Node, ...], reading: Reading) -> tuple[Value, Value]:
    return distribution(parts[0], reading), distribution(parts[1], reading)


def distribution(node: tree.Node, reading: Reading) -> Value:
    """A probability vector: ``p``, ``\\hat y``, or the table ``p(x)`` with its letter unbound."""
    node = plain(node)
    spelled = spell(node)
    if spelled is not None and spelled.primes:  # no derivative of a distribution is one
        spelled = replace(spelled, name=spelled.name + "'" * spelled.primes, primes=0)
    spelled = labelled(spelled, reading) if spelled is not None else None
    if spelled is not None and (small := _small_letter(spelled, reading)) is not None:
        spelled = small
    if spelled is not None and not spelled.subs:
        found = value_or_table(spelled, reading)
    elif (over := _of_variable(node, reading)) is not None:
        found = over
    elif (inner := _table_of(node)) is not None:
        found = _with_parameters(inner, node, reading) or value_or_table(inner, reading)
    else:
        found = value(node, reading)
    if found.rank != 1:
        raise Unsettled(f"a distribution is expected, and this is {found.describe()}")
    return found


def _small_letter(spelled: Spelled, reading: Reading) -> Spelled | None:
    """``P`` where the note writes its probabilities as ``p(x)``."""
    name, found = spelled.name, reading.survey
    small = name.lower()
    known = reading.scope.families.get(name)
    if spelled.subs or small == name or small not in found.unary_calls & TABLES:
        return None
    if name in found.unary_calls | found.plain_calls | found.indexed | reading.scope.heads.keys() or (
        known is not None and known.declared
    ):
        return None
    reading.scope.note(f"{name} is the distribution with the probabilities {small}(·) (inferred)")
    return replace(spelled, name=small)


def _table_of(node: tree.Node) -> Spelled | None:
    """The name p of the table ``p(x)``."""
    if not isinstance(node, tree.Product) or len(node.factors) != 2:
        return None
    return spell(node.factors[0].node) if isinstance(plain(node.factors[1].node), tree.Group) else None


def _of_variable(node: tree.Node, reading: Reading) -> Value | None:
    """``p(x)`` beside ``p(y)``: the letter tells which distribution it is."""
    inner = _table_of(node)
    group = plain(node.factors[1].node) if isinstance(node, tree.Product) else None
    if inner is None or not isinstance(group, tree.Group) or len(group.body.parts) != 1:
        return None
    name, inner = letter(group.body.parts[0]), labelled(inner, reading)
    if name is None or name in reading.bound or not tells_variables(inner, list(group.body.parts), (), reading):
        return None
    index = new_index(name, reading.loose_axis(name))
    with reading.binding({name: index}):
        return Value((index,), value(node, reading).body)


def _with_parameters(spelled: Spelled, node: tree.Node, reading: Reading) -> Value | None:
    """``p(λ)`` where the note says what its entries ``p_i(λ)`` are."""
    group = plain(node.factors[1].node) if isinstance(node, tree.Product) else None
    parts, separators = arguments_of(group) if isinstance(group, tree.Group) else ([], ())
    head = reading.scope.heads.get(signature(spelled.name, 1, separators))
    if not parts or spelled.subs or head is None or head.written != 1 + len(parts) or head.value.rank:
        return None
    first = head.definition.parameters[0]
    if not isinstance(first, Index) or letter(parts[0]) == first.name:
        return None
    index = fresh(first)
    with reading.binding({ENTRY: index}):
        return Value((index,), apply(head, [tree.Name(node.span, ENTRY), *parts], reading).body)


ENTRY = "⋯i"


def relative_entropy(p: Value, q: Value, reading: Reading) -> Expr:
    return _weighted(p, lambda i: log(p.at(i) / q.at(i)), q, reading)


def _weighted(p: Value, inside: Callable[[Index], Expr], q: Value, reading: Reading) -> Expr:
    reading.scope.axes.same(p.shape[0], q.shape[0])
    listed = _listed(p, reading)
    if listed is not None:
        terms = [
            weight * _number(inside(sympy.Integer(k)), reading) for k, weight in enumerate(listed, 1) if weight != 0
        ]
        return sympy.Add(*terms)
    i = fresh(p.indices[0])
    return sum_over(p.at(i) * inside(i), i)


def _listed(p: Value, reading: Reading) -> list[Expr] | None:
    """The entries of a distribution given as a list of numbers; 0 log 0 is 0, so zeros can be left out."""
    length = p.shape[0].high
    if not length.is_Integer or p.shape[0].low != 1 or length > 64:
        return None
    entries = [_number(p.at(sympy.Integer(k)), reading) for k in range(1, int(length) + 1)]
    return entries if all(e.is_number for e in entries) else None


def _number(body: Expr, reading: Reading) -> Expr:
    return unfold(body, reading.scope.definitions)


def _random(parts: tuple[tree.Node, ...], reading: Reading) -> bool:
    """Whether all arguments are random variables: capitals that do not name a distribution."""
    return all(_variable(part) is not None and not _is_distribution(part, reading) for part in parts)


def _is_distribution(part: tree.Node, reading: Reading) -> bool:
    name, scope = letter(part), reading.scope
    if name is None:
        return False
    family = scope.families.get(name)
    return (
        name in reading.survey.unary_calls or name in scope.heads or (family is not None and bool(family.sums_to_one))
    )


def _variable(part: tree.Node) -> str | None:
    """The random variable of ``X`` or ``X=x``."""
    part = plain(part)
    if isinstance(part, tree.Chain) and part.first is not None:
        part = plain(part.first)
    name = letter(part)
    return name.lower() if name and len(name) == 1 and name.isupper() else None


def _tables(reading: Reading, wanted: set[str]) -> str:
    for name, letters in reading.survey.joints.items():
        if name != "\\#" and wanted <= set(letters):
            return name
    raise Unsettled(
        f"the joint distribution of {', '.join(sorted(w.upper() for w in wanted))} is not given; write p(x,y)"
    )


def _probability(name: str, where: dict[str, Expr], reading: Reading) -> Expr:

    axes = {w: reading.scope.axis(f"({w})", 0) for w in reading.survey.joints[name]}
    return marginal(name, where, axes, reading)


def _entropy(parts: tuple[tree.Node, ...], separators: tuple[str, ...], reading: Reading) -> Value | None:
    letters = [v for part in parts if (v := _variable(part)) is not None]
    if len(letters) == 1 and not any(set(letters) <= set(j) for j in reading.survey.joints.values()):
        return _single(letters[0], reading)
    name = _tables(reading, set(letters))
    bar = separators.index("|") + 1 if "|" in separators else len(letters)
    fixed = {}
    for part, found in zip(parts, letters, strict=True):
        part = plain(part)
        if isinstance(part, tree.Chain) and part.links[0].right is not None:
            fixed[found] = index_expression(part.links[0].right, reading.scope.axis(f"({found})", 0), reading)
    bound = {w: new_index(w, reading.scope.axis(f"({w})", 0)) for w in letters if w not in fixed}
    where: dict[str, Expr] = {**fixed, **bound}
    given = {w: where[w] for w in letters[bar:]}
    joint = _probability(name, where, reading)
    conditional = joint / _probability(name, given, reading) if given else joint
    weight = conditional if fixed else joint
    body = -weight * log(conditional)
    for index in bound.values():
        body = sum_over(body, index)
    return scalar(body)


def _single(found: str, reading: Reading) -> Value | None:
    """H(X) where the distribution of X is the table p(x_i) or p(x)."""
    for name in ("p", "P"):
        letters = reading.survey.speaks_of.table_of(name, (found,), ())
        key = f"{name}({letters or ''})"
        if key in reading.scope.families:
            index = Index(found, reading.scope.axis(key, 0))
            index = fresh(index)
            entry = reading.scope.entry(key, (index,))
            return scalar(sum_over(-entry * log(entry), index))
    return None


def _sides(parts: tuple[tree.Node, ...], separators: tuple[str, ...]) -> tuple[list[str], list[str], list[str]] | None:
    """The letters of ``I(X,Y;Z|W)``: what is compared with what, and what is given; None if it is not written so."""
    letters = [v for part in parts if (v := _variable(part)) is not None]
    bar = separators.index("|") if "|" in separators else len(separators)
    marks = separators[:bar]
    middle = marks.index(";") if ";" in marks else 0 if marks == (",",) else None
    rest = (*marks[:middle], *marks[(middle or 0) + 1 :], *separators[bar + 1 :])
    if middle is None or set(rest) - {","}:
        return None
    return letters[: middle + 1], letters[middle + 1 : bar + 1], letters[bar + 1 :]


def _mutual_information(one: list[str], other: list[str], given: list[str], reading: Reading) -> Value:
    """``Σ p(a,b,c) log (p(a,b,c) p(c) / (p(a,c) p(b,c)))``; without c its probability is 1."""
    letters = dict.fromkeys((*one, *other, *given))
    name = _tables(reading, set(letters))
    where: dict[str, Expr] = {w: new_index(w, reading.scope.axis(f"({w})", 0)) for w in letters}

    def probability(*which: str) -> Expr:
        return _probability(name, {w: where[w] for w in letters if w in which}, reading)

    joint = probability(*letters)
    ratio = joint / (probability(*one, *given) * probability(*other, *given))
    body = joint * log(ratio * probability(*given) if given else ratio)
    for index in where.values():
        body = sum_over(body, index)
    return scalar(body)
