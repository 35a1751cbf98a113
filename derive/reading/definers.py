"""Which equations introduce a name, and what they introduce.

An equation defines what stands alone on its left side if that is a name, a name with indices or a function of plain
letters, and nothing is known about it yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sympy import Expr, Indexed, IndexedBase, Integer, Symbol, log

from derive.reading import tree
from derive.reading.applying import DEPENDENT
from derive.reading.context import Reading, named_pointer
from derive.reading.definitions import Definition, Relearn, function, referenced, unfold
from derive.reading.elaborate import value
from derive.reading.information import DIVERGENCES, divergence
from derive.reading.keys import SHORTEST_WORD, event, function_key, labelled, random_variable_key
from derive.reading.outcomes import outcome_key
from derive.reading.products import FUNCTIONS
from derive.reading.runs import joined
from derive.reading.scope import Head, Unsettled, entry_name
from derive.reading.sets import owned
from derive.reading.signatures import arguments_of, signature, value_of_variable
from derive.reading.spelling import Spelled, letter, plain, spell, walk
from derive.reading.survey import TABLES, vector_at
from derive.reading.values import ShapeError, Value, scalar
from derive.reading.written import shown
from derive.terms import Index, free_indices, fresh, real

LOSSES = {"J", "L", "\\ell", "\\mathcal{L}", "E", "Loss", "loss", "NLL", "CE", "C"}

INERT = "·"
"""Marks a written argument that only says what a function depends on, such as v_c in J(v_c, o, U)."""


_OWN = "{} at its own arguments"


@dataclass(frozen=True)
class Candidate:
    """A left side that could be defined: its key, its written parameters and how it is called."""

    key: str
    spelled: Spelled
    parameters: tuple[str, ...]
    called: bool
    arguments: tuple[tree.Node, ...] = ()


def candidate(node: tree.Node, reading: Reading) -> Candidate | None:
    """What an equation with this left side could define."""
    node = plain(node)
    if isinstance(node, tree.Group) and node.open in ("(", "["):
        return None
    spelled = spell(node)
    if spelled is not None:
        return _plain_candidate(labelled(spelled, reading), reading)
    if isinstance(node, tree.Product):
        items = joined(node.factors, reading.survey.words)
        node = tree.Product(node.span, tuple(items)) if len(items) > 1 else items[0].node
        if len(items) == 1 and (spelled := spell(node)) is not None:
            return _plain_candidate(spelled, reading)
    if isinstance(node, tree.Product) and len(node.factors) >= 2:
        *front, last = node.factors
        group = plain(last.node)
        if not isinstance(group, tree.Group) or group.open not in ("(", "[") or last.operator:
            return None
        name = spell(front[0].node) if len(front) == 1 else None
        name = labelled(name, reading) if name is not None else None
        if name is None or name.power is not None or name.transposed or name.primes or name.name in FUNCTIONS:
            return None
        return _call_candidate(name, group, reading)
    return None


def _plain_candidate(spelled: Spelled, reading: Reading) -> Candidate | None:
    if spelled.power is not None or spelled.transposed:
        return None
    if spelled.primes:
        if _is_derivative(spelled, reading):
            return None
        spelled = replace(spelled, name=spelled.name + "'" * spelled.primes, primes=0)
    if not spelled.subs and (spelled.name in reading.bound or spelled.name in FUNCTIONS):
        return None
    parameters = []
    for sub in spelled.subs:
        name = letter(sub)
        if name is None or name in parameters:
            return None
        parameters.append(name)
    return Candidate(signature(spelled.name, len(spelled.subs), None), spelled, tuple(parameters), False)


def _is_derivative(spelled: Spelled, reading: Reading) -> bool:
    """``σ'`` and ``g'`` of a function are derivatives; a second loss ``J'`` or another vector ``θ'`` is a new name."""
    heads, name = reading.scope.heads, spelled.name
    if name in FUNCTIONS or name in reading.survey.functions or f"{name}()" in heads:
        return name not in LOSSES or f"{name}()" in heads
    return name in heads and name not in LOSSES and not heads[name].value.rank  # a' beside a vector a is another one


def _call_candidate(spelled: Spelled, group: tree.Group, reading: Reading) -> Candidate | None:
    spelled, parts, separators = event(spelled, *arguments_of(group))
    if any(isinstance(plain(part), tree.Ellipsis) for part in parts):
        text = shown(group)
        return Candidate(f"{spelled.name}{text}", Spelled(f"{spelled.name}{text}"), (), False)
    parameters: list[str] = []
    arguments = tuple(value_of_variable(part) for part in [*spelled.subs, *parts])
    themselves = len(parts) == 1 and letter(parts[0]) in reading.survey.outcomes(spelled.name)
    if spelled.name in TABLES and not spelled.subs and parts and (themselves or all(map(_is_numbered, arguments))):
        text = shown(group)  # p(w_2) of one example says nothing of the other words
        return Candidate(f"{spelled.name}{text}", Spelled(f"{spelled.name}{text}"), (), False)
    for part in arguments:
        name = letter(part)
        inner = labelled(spelled_part, reading) if (spelled_part := spell(part)) is not None else None
        if name is None and ((inner is not None and inner.power is None) or _is_of_a_word(part, reading)):
            name = INERT + tree.sexpr(part)
        if name is None or name in parameters:
            return None
        parameters.append(name)
    own = random_variable_key(spelled, parts, separators, reading) or outcome_key(spelled, parts, separators, reading)
    key = own or function_key(spelled, parts, separators, reading)
    return Candidate(key, spelled, tuple(parameters), True, arguments)


def _is_of_a_word(node: tree.Node, reading: Reading) -> bool:
    """``Context(w)``, a set, and ``v(w)``, a vector."""
    if (at := vector_at(node)) is not None and at.name in reading.survey.vectors_at:
        return True
    found = owned(node)
    return found is not None and bool(found[1]) and len(found[0]) >= SHORTEST_WORD


def _is_numbered(node: tree.Node) -> bool:
    """``w_2``"""
    spelled = spell(node)
    return spelled is not None and bool(spelled.subs) and all(isinstance(plain(s), tree.Num) for s in spelled.subs)


def bare_key(found: Candidate) -> str:
    """The key of a called name without its argument list."""
    return signature(found.spelled.name, len(found.spelled.subs), None)


def stands_before(place: str, other: str) -> bool:
    """Whether a place ``line:column`` comes before another one."""
    if not all(re.fullmatch(r"\d+:\d+", p) for p in (place, other)):
        return False
    first, second = (tuple(map(int, p.split(":"))) for p in (place, other))
    return first < second


def give_way(found: Candidate, right: Value, place: str, reading: Reading) -> None:
    """``z = Wx + b`` defines z; ``z_i = Σ_k W_{ik} x_k + b_i`` behind it does not, whichever is understood first."""
    scope, entries = reading.scope, f"{found.spelled.name}_"
    if found.called or found.spelled.subs or right.rank != 1 or entries not in scope.heads:
        return
    if stands_before(place, scope.defined_at.get(entries, "")):
        scope.heads.pop(entries)
        scope.definitions.pop(entries, None)
        scope.defined_at.pop(entries, None)


def spell_out(found: Candidate, place: str, reading: Reading) -> None:
    """An equation of its own says what a name is: what a derivative seemed to say of it is forgotten."""
    scope = reading.scope
    keys = [key for key in (found.key, bare_key(found), found.spelled.name) if scope.implied.get(key, place) != place]
    for key in keys:
        scope.implied.pop(key)
        scope.defined_at.pop(key, None)
        scope.spelled_out.add(key)
        for name in (key, found.spelled.name):
            scope.heads.pop(name, None)
            scope.definitions.pop(name, None)
    if keys:
        scope.spelled_out.add(found.key)
        raise Relearn(found.spelled.name)


def is_known(found: Candidate, node: tree.Node, reading: Reading) -> bool:
    """Whether the name has a meaning already, so that the equation is a claim."""
    scope = reading.scope
    if found.key in scope.heads:
        return True
    if found.called and (bare := scope.heads.get(bare_key(found))) is not None and bare.depends:
        return True  # J(θ), where the argument only says what J depends on
    if not found.called and (bare := scope.heads.get(found.spelled.name)) is not None:
        if not found.spelled.subs or bare.value.rank >= len(found.spelled.subs):
            return True
    if any(entry_name(x) == found.spelled.name for solved in scope.assumed.values() for x in solved):
        return True
    if found.called:
        node = plain(node)
        group = plain(node.factors[-1].node) if isinstance(node, tree.Product) else None
        if isinstance(group, tree.Group) and _information(found.spelled, group, reading):
            return True
        divergence_ = found.spelled.name in DIVERGENCES and not found.spelled.subs  # D_α is the note's own
        return divergence_ and isinstance(group, tree.Group) and len(group.body.parts) == 2
    family = scope.families.get(found.spelled.name)
    return family is not None and family.declared


def _information(spelled: Spelled, group: tree.Group, reading: Reading) -> bool:

    try:
        return divergence(spelled, group, reading) is not None
    except Relearn:
        raise
    except (Unsettled, ShapeError):
        return False


def defining_value(found: Candidate, node: tree.Node, reading: Reading) -> Value:
    """The right side of a definition; the parameters of a function hide names of the same letter."""
    heads = reading.scope.heads
    hides = [name for name in found.parameters if found.called and name in heads and heads[name].value.rank == 0]
    words = [name for name in hides if named_pointer(name, reading) is not None]
    before = reading.locals
    reading.locals = {**before, **{name: scalar(real(name)) for name in hides if name not in words}}
    try:
        with reading.binding({name: Index(name, reading.free_axis(name)) for name in words}):
            found_ = value(node, reading)
            return _matrix_of(found, node, found_, reading) or found_
    finally:
        reading.locals = before


def _matrix_of(found: Candidate, node: tree.Node, entry: Value, reading: Reading) -> Value | None:
    """``A = [x_{ij}]``: the matrix with these entries."""
    node = plain(node)
    if found.called or found.spelled.subs or not isinstance(node, tree.Group) or node.open not in ("[", "("):
        return None
    spelled = spell(node.body.parts[0]) if len(node.body.parts) == 1 else None
    if spelled is None or len(spelled.subs) != 2 or spelled.power is not None or entry.rank:
        return None
    names = [letter(sub) for sub in spelled.subs]
    free = {index.name: index for index in free_indices(entry.body)}
    if None in names or len(set(names)) != 2 or not set(names) <= free.keys() - reading.bound.keys():
        return None
    old = tuple(free[name] for name in names if name is not None)
    new = tuple(fresh(index) for index in old)
    return Value(new, entry.body.xreplace(dict(zip(old, new, strict=True))))


def settle_uses(found: Candidate, reading: Reading) -> None:
    """Put the old meaning of a name into everything that was defined by it, before the name gets a new one."""
    definitions = reading.scope.definitions
    for key in (found.key, bare_key(found)):
        if (old := definitions.get(key)) is None:
            continue
        for name, definition in list(definitions.items()):
            if name != key and key in referenced(definition.body):
                definitions[name] = replace(definition, body=unfold(definition.body, {key: old}))


def define(found: Candidate, right: Value, reading: Reading) -> Head | None:
    """Enter a definition; None if it would be a circle."""
    scope = reading.scope
    if right.rank and found.spelled.name.split("_{")[0] in LOSSES and right.body.has(log) and not found.spelled.subs:
        raise Unsettled(f"the loss {found.spelled.name} would be {right.describe()}; declare the shapes of its names")
    right = Value(right.indices, right.body, right.row)
    if found.key in referenced(unfold(right.body, scope.definitions)) or _mentions(found, right, reading):
        return None
    if not found.called and not found.spelled.subs and right.rank and found.spelled.name + "_" in scope.heads:
        return None
    parameters: list[Symbol] = []
    inert: list[tuple[int, tree.Node]] = []
    body = right.body
    full = unfold(body, scope.definitions)
    free = set(full.free_symbols) | set(body.free_symbols)
    for position, name in enumerate(found.parameters):
        symbol = _parameter(name, body, reading) if not name.startswith(INERT) else None
        if symbol is None or isinstance(symbol, IndexedBase) or (found.called and symbol not in free):
            inert.append((position, found.arguments[position] if found.called else found.spelled.subs[position]))
        else:
            parameters.append(symbol)
    letters = _letters_within([node for _, node in inert], parameters, free)
    if found.called and found.parameters and not parameters and not letters:
        return _dependent(found, right, reading)
    if any(p not in body.free_symbols and p in full.free_symbols for p in (*parameters, *letters)):
        right = replace(right, body=full)  # a parameter that only shows when the names inside are unfolded
    indices = tuple(fresh(i) for i in right.indices)
    body = right.at(*indices)
    definition = Definition(found.key, (*parameters, *letters, *indices), body)
    folded = function(found.key)(*definition.parameters)
    value_ = Value(indices, folded, right.row)
    names = tuple(letter.name for letter in letters)
    head = Head(definition, len(parameters), value_, found.key, inert=tuple(inert), letters=names)
    scope.definitions[found.key] = definition
    scope.heads[found.key] = head
    base = found.spelled.name.split("_{")[0]
    if base in LOSSES and base != found.spelled.name and not found.spelled.subs:
        scope.latest[base] = found.spelled.name
    if found.called and not found.spelled.subs and (base in DEPENDENT or not parameters):
        _alias(found.spelled.name, head, reading)
    return head


def _alias(name: str, head: Head, reading: Reading) -> None:
    """``J`` alone, after ``J(v_c, o, U) = ...``, is J at those very arguments."""
    scope = reading.scope
    if name in scope.heads and not is_alias(scope.heads[name], name):
        return
    indices = head.value.indices
    definition = Definition(name, indices, head.value.body)
    scope.definitions[name] = definition
    value_ = Value(indices, function(name)(*indices), head.value.row)
    scope.heads[name] = Head(definition, 0, value_, _OWN.format(name))


def is_alias(head: Head, name: str) -> bool:
    """Whether a name means nothing but the function of that name at its own arguments."""
    return head.signature == _OWN.format(name)


def _letters_within(arguments: list[tree.Node], parameters: list[Symbol], free: set[Expr]) -> tuple[Index, ...]:
    """The indices inside arguments such as ``v_c`` and ``w_{t+j}`` on which the right side depends."""
    names = {p.name for p in parameters}
    written = [name for node in arguments for inner in walk(node) if (name := letter(inner)) is not None]
    indices = {s.name: s for s in free if isinstance(s, Index)}
    return tuple(indices[name] for name in dict.fromkeys(written) if name in indices and name not in names)


def _dependent(found: Candidate, right: Value, reading: Reading) -> Head | None:
    """``J(θ) = ...``: the argument only says what J depends on."""
    subs = len(found.spelled.subs)
    bare = Candidate(bare_key(found), found.spelled, found.parameters[:subs], False)
    head = define(bare, right, reading)
    if head is not None:
        head = replace(head, depends=found.parameters[subs:])
        reading.scope.heads[bare.key] = head
        reading.scope.heads.pop(found.key, None)  # from a time when its argument was taken for a number
        reading.scope.definitions.pop(found.key, None)
    return head


def _parameter(name: str, body: Expr, reading: Reading) -> Symbol | IndexedBase:
    """The symbol that a written parameter is in the body: an index, a number, or a whole array."""
    full = unfold(body, reading.scope.definitions)
    candidates = [
        s for s in (*body.free_symbols, *full.free_symbols) if isinstance(s, Symbol) and s.name.strip() == name
    ]
    for symbol in candidates:
        if isinstance(symbol, Index):
            return symbol
    for symbol in candidates:
        if not any(str(n.base.label) == symbol.name for n in full.atoms(Indexed)):
            return symbol
    for node in full.atoms(Indexed):
        if str(node.base.label) == name and reading.scope.family(name).points_into is None:
            return node.base
    return Index(name, reading.free_axis(name))


def scalars_of(body: Expr) -> set[Symbol]:
    """The plain numbers in a term: its symbols without indices and without the names of arrays."""
    without = body.xreplace(dict.fromkeys(body.atoms(Indexed), Integer(1)))
    return {s for s in without.free_symbols if isinstance(s, Symbol) and not isinstance(s, Index)}


def _joint_key(found: Candidate, reading: Reading) -> str:
    """The table of the joint distribution that a probability such as ``p(x,z|y)`` is made of."""
    joint = reading.survey.joints.get(found.spelled.name, ())
    return f"{found.spelled.name}({','.join(joint)})"


def _mentions(found: Candidate, right: Value, reading: Reading) -> bool:
    """Whether the right side uses the family of the very name that it would define.

    The table of a joint distribution goes by the key of its call: ``p(x,y) = p(x|y) p(y)`` says nothing new.  For a
    whole array it is its entries: ``z = (z_1, …, z_n)ᵀ`` and ``z = [z_1, z_2]`` say how z is written.
    """
    body = right.body
    keys = {found.key, _joint_key(found, reading), *reading.survey.speaks_of.names(found.spelled.name)}
    if found.called and (keys & {str(n.base.label) for n in body.atoms(Indexed)} or keys & set(referenced(body))):
        return True
    count = 0 if found.called else len(found.spelled.subs) or right.rank
    if count:
        return any(str(n.base.label) == found.spelled.name and len(n.indices) == count for n in body.atoms(Indexed))
    return any(s.name == found.spelled.name for s in scalars_of(body))
