"""Tables of probabilities and counts, written as functions: ``P(w|c)``, ``p(x,y)``, ``#(w,c)``."""

from __future__ import annotations

from sympy import Expr

from derive.reading import tree
from derive.reading.applying import at, is_declared
from derive.reading.context import Reading, index_expression, new_index, running_name
from derive.reading.keys import is_word, letters_in, random_variable_key, table_key
from derive.reading.scope import Unsettled
from derive.reading.signatures import value_of_variable
from derive.reading.spelling import Spelled, spell
from derive.reading.survey import TABLES
from derive.reading.written import shown
from derive.terms import Axis, sum_over

__all__ = ["declare_table", "doubt", "is_table", "joint_entry", "marginal", "table"]


def is_table(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> bool:
    name = spelled.name
    if name.split("_{")[0] not in TABLES or (is_declared(name, reading) and reading.scope.family(name).order == 0):
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
    if any(said := [is_word(part) for part in parts]):
        word = shown(parts[said.index(True)])
        doubt(f"which outcomes beside {word} {spelled.name} has", reading)
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
        doubt(f"whether {other} stands for another variable in {name}(…)", reading)
    axes = {found: reading.scope.axis(f"({found})", 0) for found in joint}
    reading.scope.family(f"({joint[0]})")
    where = {
        found: index_expression(value_of_variable(p), axes[found], reading)
        for found, p in zip(letters, parts, strict=True)
        if found is not None
    }
    if separators.count("|") == 1 and set(separators) <= {"|", ","}:
        below = {found: where[found] for found in letters[separators.index("|") + 1 :] if found}
        return marginal(name, where, axes, reading) / marginal(name, below, axes, reading)
    if any(s != "," for s in separators):
        raise Unsettled(f"{name} with these separators is not understood")
    return marginal(name, where, axes, reading)


def doubt(what: str, reading: Reading) -> None:
    """Remember what the note does not say, so that a step that is false as it is read is not refuted."""
    if what not in reading.doubts:
        reading.doubts = (*reading.doubts, what)


def marginal(name: str, where: dict[str, Expr], axes: dict[str, Axis], reading: Reading) -> Expr:
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
        total = marginal("\\#", {}, {w: reading.scope.axis(f"({w})", 0) for w in joint}, reading)
        return joint_entry("\\#", where, reading) / total
    given = [each for each in reading.scope.heads if each.startswith(f"{name}(") and any(w in each for w in joint)]
    if given:
        doubt(f"how the {given[0]} that is given makes {key}", reading)
    declare_table(key, name, (",",) * (len(joint) - 1), 0, reading)
    scope = reading.scope
    for position, found in enumerate(joint):
        scope.axes.same(scope.axis(key, position), scope.axis(f"({found})", 0))
    scope.want_order(key, len(where))
    return scope.entry(key, where)
