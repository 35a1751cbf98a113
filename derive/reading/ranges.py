"""What stands below and above Σ, Π and E: the indices that run, over which axis, and under which conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import sympy
from sympy import Expr

from derive.reading import tree
from derive.reading.context import Reading, index_expression, indicator, length_of, new_index, running_name
from derive.reading.scope import Unsettled
from derive.reading.spelling import Spelled, letter, plain, spell, words
from derive.reading.unbounded import is_supplied
from derive.reading.values import Value
from derive.reading.written import shown
from derive.terms import Axis, Index

ValueOf = Callable[[tree.Node, Reading], Value]


@dataclass
class Running:
    """The indices of one big operator and the conditions on them, still as trees where they need the indices."""

    indices: dict[str, Index] = field(default_factory=dict)
    conditions: list[tuple[tree.Node, str, tree.Node]] = field(default_factory=list)
    sup: tree.Node | None = None
    bounded: bool = False  # whether ``sup`` is the upper bound of an index

    def guard(self, reading: Reading) -> Expr:
        """The product of the indicators of all conditions (call it with the indices bound)."""
        factor: Expr = sympy.Integer(1)
        for left, symbol, right in self.conditions:
            name = letter(left)
            if name in self.indices or symbol in ("=", "\\ne"):
                axis = self.indices[name].axis if name in self.indices else next(iter(self.indices.values())).axis
                first = index_expression(left, axis, reading)
                factor *= indicator(first, index_expression(right, axis, reading), symbol == "=")
        return factor


def running(node: tree.BigOp, reading: Reading, value_of: ValueOf) -> Running:
    """Read the range of Σ or Π."""
    found = Running(sup=plain(node.sup) if node.sup is not None else None)
    if node.sub is None:
        raise Unsettled("a sum without an index; say below Σ what it runs over")
    if is_supplied(node):
        reading.scope.note(
            f"a sum without an index runs over {shown(node.sub)}, which means nothing outside (inferred)"
        )
    for part in _parts(plain(node.sub)):
        _read_part(part, found, reading, value_of)
    if found.sup is not None and not found.bounded:
        raise Unsettled(f"{shown(found.sup)} above Σ bounds no index: what stands below says where the sum ends")
    if not found.indices:
        raise Unsettled(f"what the sum runs over is not understood: {shown(node.sub)}")
    return found


def _parts(sub: tree.Node) -> list[tree.Node]:
    if isinstance(sub, tree.Array):
        return [p for row in sub.rows for cell in row for p in _parts(plain(cell)) if not isinstance(p, tree.Empty)]
    if isinstance(sub, tree.Sequence):
        return [p for part in sub.parts for p in _parts(plain(part))]
    if isinstance(sub, tree.Product) and all(letter(f.node) and not f.operator for f in sub.factors):
        return [f.node for f in sub.factors]
    return [sub]


def _read_part(part: tree.Node, found: Running, reading: Reading, value_of: ValueOf) -> None:
    name = letter(part)
    if name is not None:
        _bind(name, _up_to(found, name, sympy.Integer(1), reading, value_of), found)
        return
    if not isinstance(part, tree.Chain) or part.first is None or any(k.right is None for k in part.links):
        raise Unsettled(f"what the sum runs over is not understood: {words(part) or shown(part)}")
    sides = [plain(side) for side in (part.first, *(k.right for k in part.links)) if side is not None]
    symbols = [k.relation.symbol for k in part.links]
    name = running_name(sides[0]) if symbols == ["\\in"] else letter(sides[0])
    if (
        symbols == ["="]
        and name is not None
        and name not in found.indices
        and (found.sup is not None or isinstance(sides[1], tree.Num))
    ):
        if found.sup is None:
            raise Unsettled(f"Σ over {name} has a lower bound and no upper one")
        low = bound_value(sides[1], reading, value_of)
        _bind(name, _up_to(found, name, low, reading, value_of), found)
    elif symbols == ["\\in"] and name is not None:
        _bind(name, member_axis(sides[1], name, reading, value_of), found)
    elif symbols in (["\\ne"], ["="]) and name is not None:
        if name not in found.indices:
            _bind(name, _up_to(found, name, sympy.Integer(1), reading, value_of), found)
        found.conditions.append((sides[0], symbols[0], sides[1]))
    elif len(symbols) == 2 and set(symbols) <= {"\\le", "<"} and (name := letter(sides[1])) is not None:
        low, high = (bound_value(sides[k], reading, value_of) for k in (0, 2))
        low, high = low + int(symbols[0] == "<"), high - int(symbols[1] == "<")
        _bind(name, Axis(f"{low}..{high}", low, high), found)
    elif len(symbols) == 2 and symbols == ["\\in", "\\ne"] and name is not None:
        _bind(name, member_axis(sides[1], name, reading, value_of), found)
        found.conditions.append((sides[0], "\\ne", sides[2]))
    elif symbols == ["\\ne", "\\in"] and name is not None:
        _bind(name, member_axis(sides[2], name, reading, value_of), found)
        found.conditions.append((sides[0], "\\ne", sides[1]))
    else:
        raise Unsettled(f"what the sum runs over is not understood: {shown(part)}")


def _bind(name: str, axis: Axis, found: Running) -> None:
    found.indices[name] = new_index(name, axis)


def _up_to(found: Running, name: str, low: Expr, reading: Reading, value_of: ValueOf) -> Axis:
    if found.sup is None:
        return reading.loose_axis(name)
    found.bounded = True
    high = bound_value(found.sup, reading, value_of)
    return Axis(str(high), low, high)


def bound_value(node: tree.Node, reading: Reading, value_of: ValueOf) -> Expr:
    """A bound: a size, a number, ``|V|``, ``N-1``, ``L(w)``."""
    if (length := length_of(node, reading)) is not None:
        return length
    spelled = spell(node)
    if spelled is not None and not spelled.subs and _bare(spelled) and not spelled.primes:
        if spelled.name in reading.bound:
            return reading.bound[spelled.name]
        return size_of(spelled.name, reading)
    if isinstance(node, tree.Num):
        return sympy.Integer(node.text)
    value = value_of(node, _with_sizes(node, reading))
    if value.rank:
        raise Unsettled("a bound of a sum must be a number")
    return value.body


def _with_sizes(node: tree.Node, reading: Reading) -> Reading:
    for name in (letter(n) for n in _leaves(node)):
        if name and name not in reading.bound and name not in reading.scope.heads and name in reading.survey.sizes:
            reading.scope.size(name)
    return reading


def _leaves(node: tree.Node) -> list[tree.Node]:
    if isinstance(node, tree.Sum):
        return [plain(t.node) for t in node.terms]
    return [node]


def size_of(name: str, reading: Reading) -> Expr:
    """The number that a size or a set stands for: V, ``|V|`` and the set V have one number."""
    bare = name.strip("|")
    if name in reading.scope.heads and not reading.scope.heads[name].written:
        value = reading.scope.heads[name].value
        if value.rank == 0:
            return value.body
    return reading.scope.size({"Vocab": "V", "vocab": "V"}.get(bare, bare))


def run_of(node: tree.Node) -> str:
    """Letters written without a space, such as ``Vocab``, as one word."""
    if isinstance(node, tree.Product) and all(isinstance(f.node, tree.Name) and not f.operator for f in node.factors):
        runs = {f.node.run for f in node.factors if isinstance(f.node, tree.Name)}
        if len(runs) == 1 and len(run := next(iter(runs))) == len(node.factors):
            return run
    return ""


def member_axis(node: tree.Node, name: str, reading: Reading, value_of: ValueOf) -> Axis:
    """The axis of ``i ∈ ...``: a named set, ``\\text{Vocab}``, ``{1, …, n}``."""
    node = plain(node)
    unknown = Unsettled(f"the set {shown(node)} is not understood; write Σ over {name} = 1 to a size, or name the set")
    if isinstance(node, tree.Group) and node.open in ("\\{", "{"):
        parts = [plain(p) for p in node.body.parts]
        dots = [k for k, part in enumerate(parts) if isinstance(part, tree.Ellipsis)]
        if dots == [len(parts) - 2] and len(parts) in (3, 4):
            bounds = [bound_value(part, reading, value_of) for part in parts if not isinstance(part, tree.Ellipsis)]
            if len(bounds) == 3 and bounds[1] - bounds[0] != 1:
                raise unknown
            return Axis(str(bounds[-1]), bounds[0], bounds[-1])
    if isinstance(node, tree.Group) and node.open == "[" and len(node.body.parts) == 1:
        return Axis.of_size(bound_value(plain(node.body.parts[0]), reading, value_of))
    spelled = spell(node)
    if spelled is not None and not _bare(spelled):
        raise unknown
    primes = "'" * spelled.primes if spelled is not None else ""
    label = _set_label(node)
    if (set_name := spelled.name + primes if spelled else label) in reading.scope.unclear:
        raise Unsettled(f"{set_name} is given by a formula that is not understood")
    if spelled is not None and not spelled.subs:
        return Axis.of_size(size_of(set_name, reading))
    if spelled is not None and (labelled := _labelled_set(spelled, reading)):
        return Axis.of_size(size_of(labelled, reading))
    if label:
        return Axis.of_size(size_of("V" if "ocab" in label or label in ("V", "W") else label, reading))
    raise unknown


def _bare(spelled: Spelled) -> bool:
    """Whether nothing but primes and indices is attached to a name."""
    return spelled.power is None and not spelled.transposed


def _labelled_set(spelled: Spelled, reading: Reading) -> str:
    """``V_C`` and ``V_{\\text{ctx}}``: a set whose subscript is a label, so that it is the same set everywhere.

    Empty where the subscript may run: the set ``C_t`` changes with t.
    """
    if len(spelled.subs) != 1 or spelled.primes or spelled.name in reading.survey.samples:
        return ""
    sub = plain(spelled.subs[0])
    if isinstance(sub, tree.Text | tree.Word):
        return f"{spelled.name}_{{{sub.text.strip()}}}"
    name = letter(sub)
    runs = name in reading.bound or name in reading.survey.bound or name in reading.survey.sizes
    label = name is not None and len(name) == 1 and name.isupper() and not runs
    return f"{spelled.name}_{{{name}}}" if label else ""


def _set_label(node: tree.Node) -> str:
    """The words or the run of letters that name a set, if the set is nothing else: no part of it may be dropped."""
    if isinstance(node, tree.Text | tree.Word):
        return node.text.strip()
    if isinstance(node, tree.Product) and all(
        isinstance(f.node, tree.Text | tree.Word) and not f.operator for f in node.factors
    ):
        return words(node)
    return run_of(node) or _spaced_word(node)


LONGEST_PRODUCT = 4
"""Letters side by side; more of them where a set belongs are a word that was set with spaces (``V o c a b``)."""


def _spaced_word(node: tree.Node) -> str:
    if not isinstance(node, tree.Product) or any(factor.operator for factor in node.factors):
        return ""
    found = "".join(f.node.base if isinstance(f.node, tree.Name) else words(f.node) for f in node.factors)
    pieces = all(isinstance(f.node, tree.Name | tree.Text | tree.Word) for f in node.factors)
    return (
        found.replace(" ", "") if pieces and len(found) > LONGEST_PRODUCT and found.replace(" ", "").isalpha() else ""
    )
