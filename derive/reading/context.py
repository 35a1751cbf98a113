"""The state of reading one formula: the note's scope, the bound names, the conditions met on the way."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

import sympy
from sympy import Expr, Indexed

from derive.reading import tree
from derive.reading.definitions import unfold
from derive.reading.scope import Scope, Unsettled
from derive.reading.spelling import Spelled, letter, plain, spell
from derive.reading.survey import Survey
from derive.reading.values import Value
from derive.reading.written import shown
from derive.terms import Axis, Index, delta, free_indices, fresh

Pairs = tuple[tuple[Expr, Expr], ...]
Relations = tuple[tuple[Expr, str, Expr], ...]
Lingering = tuple[Pairs, Relations, tuple[str, ...]]


@dataclass(frozen=True)
class Aside:
    """What is said in passing before a display: relations between indices, words that these differ or are alike."""

    relations: tuple[tuple[Expr, str, Expr], ...] = ()
    apart: bool = False
    alike: bool = False


NOTHING_SAID = Aside()


@dataclass
class Reading:
    """Everything that the rules for single nodes need.

    ``bound`` maps letters to the indices of the sums around; ``guards`` collects index pairs that the row itself
    declares different (``u_{w ≠ o}``, ``(w ≠ o)``), ``given`` what else it is restricted to, and ``unmet`` restrictions
    that are not understood; ``lingering`` is the same of a case that may be over.  ``doubts`` are about the formula
    that is being read.  ``among`` maps a letter to all that it may be in the display (``x ∈ {o} ∪ S``), the entry of an
    index array standing for every entry.  ``leading`` holds the letters that mean something at the start of the chain
    that is being read, ``led_by`` the sentences that lead to the
    display and to nothing else, and ``near`` all between it and the display before it.
    """

    scope: Scope
    survey: Survey
    bound: dict[str, Index] = field(default_factory=dict)
    guards: list[tuple[Expr, Expr]] = field(default_factory=list)
    given: tuple[tuple[Expr, str, Expr], ...] = ()
    unmet: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    lingering: Lingering = ((), (), ())
    locals: dict[str, Value] = field(default_factory=dict)
    among: dict[str, tuple[Expr, ...]] = field(default_factory=dict)
    free: dict[str, Axis] = field(default_factory=dict)
    ranged: set[str] = field(default_factory=set)
    serial: int = 0
    place: str = ""
    sentence: str = ""
    behind: str = ""
    led_by: frozenset[int] = frozenset()
    near: frozenset[int] = frozenset()
    leading: frozenset[str] | None = None
    aside: Aside = NOTHING_SAID

    def free_axis(self, name: str) -> Axis:
        """The axis that a free index letter was last seen on, or one that is still open."""
        return self.known_free_axis(name) or self.scope.axes.flexible(f"n_{name}·free")

    def known_free_axis(self, name: str) -> Axis | None:
        axis = self.free.get(name)
        return self.scope.axes.resolve(axis) if axis is not None else None

    def free_index(self, name: str, axis: Axis) -> Index:
        """A letter that no sum binds: it means any index of the axis."""
        known = self.known_free_axis(name)
        if known is not None and not self.scope.axes.same(known, axis):
            if name in self.ranged or (not self.scope.axes.is_flexible(known) and self.scope.axes.is_flexible(axis)):
                return Index(name, known)
        axis = self.scope.axes.resolve(axis)
        self.free[name] = axis
        return Index(name, axis)

    def range_of(self, name: str, axis: Axis) -> None:
        """What the note says of a letter, ``c = 1, …, C``: it runs over this from here on, whatever it indexes."""
        self.ranged.discard(name)
        self.free_index(name, axis)
        self.ranged.add(name)

    def zero_index(self, axis: Axis) -> Expr:
        """The index 0 on an axis that starts at 1: where the letter o is used elsewhere, u_0 is one fixed word."""
        if "o" in self.survey.subscripts:
            self.scope.note("an index 0 on an axis that starts at 1 is read as one fixed index (inferred)")
            return self.free_index("0", axis)
        self.scope.axes.meet_zero(axis)
        return sympy.Integer(0)

    def family_name(self, spelled: Spelled) -> tuple[str, bool | None]:
        """The family that a name belongs to, and whether it is a matrix with the members as columns.

        A capital letter that is never indexed names the matrix of the vectors with its small letter: U and u_w.
        """
        name = spelled.name
        whole = len(spelled.subs) in (0, 2) and name not in self.scope.unclear
        if whole and (small := self.survey.matrix_of(name)) is not None:
            columns = self.survey.holds_columns(name)
            self.scope.note(f"the {'columns' if columns else 'rows'} of {name} are the vectors {small}")
            return small, columns
        if not spelled.subs and name in self.survey.indexed and not self._is_distribution(name):
            if name in self.survey.variables or (name not in self.survey.wholes and self._is_scalar(name)):
                return f"{name} ", None
        return name, None

    def _is_scalar(self, name: str) -> bool:
        """A letter that is also used as a plain number: the variable of a function, a size, an index."""
        return name in self.survey.variables or name in self.survey.subscripts or name in self.survey.sizes

    def _is_distribution(self, name: str) -> bool:
        """A probability vector: it stays one as the argument of a function (``T_α(p)``)."""
        family = self.scope.families.get(name)
        return family is not None and bool(family.sums_to_one)

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    def loose_axis(self, name: str) -> Axis:
        """An axis of unknown length for an index; the same one when the note is read again."""
        return self.scope.axes.flexible(f"n_{name}·{self.place}·{self.next_serial()}")

    @contextmanager
    def binding(self, indices: Mapping[str, Index]) -> Iterator[None]:
        before = self.bound
        self.bound = {**before, **indices}
        try:
            yield
        finally:
            self.bound = before


@contextmanager
def undisturbed(reading: Reading) -> Iterator[None]:
    """Whatever is learnt inside about names and axes is forgotten again: a guess must not teach anything."""
    scope, survey_ = reading.scope, reading.survey
    kept = {name: _copied(getattr(scope, name)) for name in vars(scope)}
    axes = {name: copy.copy(held) for name, held in vars(scope.axes).items()}
    seen = {each.name: copy.copy(getattr(survey_, each.name)) for each in fields(survey_)}
    own = {each.name: getattr(reading, each.name) for each in fields(reading)}
    reading.free, reading.guards, reading.locals = dict(reading.free), list(reading.guards), dict(reading.locals)
    try:
        yield
    finally:
        for name, held in kept.items():
            setattr(scope, name, held)
        for name, held in axes.items():
            setattr(scope.axes, name, held)
        for name, held in seen.items():
            setattr(survey_, name, held)
        for name, held in own.items():
            setattr(reading, name, held)


def _copied(held: Any) -> Any:
    """A copy as deep as reading writes: families are changed in place, everything else is replaced."""
    if isinstance(held, dict):
        return {key: _family(each) for key, each in held.items()}
    return copy.copy(held) if isinstance(held, set | list) else held


def _family(held: Any) -> Any:
    if isinstance(held, dict):
        return dict(held)
    if hasattr(held, "order") and hasattr(held, "axes"):
        twin = copy.copy(held)
        twin.axes = dict(held.axes)
        return twin
    return held


def new_index(name: str, axis: Axis) -> Index:
    return fresh(Index(name, axis))


def length_of(node: tree.Node, reading: Reading) -> Expr | None:
    """``l^w`` or ``L(w)`` where it was seen as the end of a sum: an entry, which changes with its letter."""
    node = plain(node)
    if tree.sexpr(node) not in reading.survey.lengths:
        return None
    if isinstance(node, tree.Script):
        if node.sup is None:
            return None  # N_d is an entry like any other
        base, parts = letter(node.base), [part for part in (node.sup, node.sub) if part is not None]
    else:
        assert isinstance(node, tree.Product)  # no other node is a length
        group = node.factors[1].node
        base, parts = letter(node.factors[0].node), list(group.body.parts) if isinstance(group, tree.Group) else []
    name = f"{base}()"
    reading.scope.want_order(name, len(parts))
    family = reading.scope.family(name)
    family.lower, family.strict = sympy.Integer(1), False
    where = [index_expression(part, reading.scope.axis(name, k), reading) for k, part in enumerate(parts)]
    return reading.scope.entry(name, where)


def index_expression(node: tree.Node, axis: Axis, reading: Reading) -> Expr:
    """What stands where an index belongs: a letter, a number, ``t+j``, ``n_k``, ``w=o``.

    ``axis`` is the axis that the position runs over; an open axis of a bound index is settled by it.
    """
    node = plain(node)
    scope = reading.scope
    if isinstance(node, tree.Num):
        if "." in node.text or len(node.text) > 6:
            raise Unsettled(f"{node.text} cannot be an index")
        if node.text == "0" and axis.low == 1 and not isinstance(reading.scope.axes.resolve(axis).high, sympy.Integer):
            return reading.zero_index(axis)
        return sympy.Integer(node.text)
    if (
        isinstance(node, tree.Chain)
        and node.first is not None
        and len(node.links) == 1
        and node.links[0].right is not None
    ):
        right = index_expression(node.links[0].right, axis, reading)
        if node.links[0].relation.symbol == "=":
            return right
        if node.links[0].relation.symbol == "\\ne":
            left = index_expression(node.first, axis, reading)
            reading.guards.append((left, right))
            return left
    if isinstance(node, tree.Sum):
        total: Expr = sympy.Integer(0)
        for term in node.terms:
            if term.sign not in ("+", "-"):
                raise Unsettled(f"{term.sign} in an index")
            part = _offset(term.node, reading)
            total = total + part if term.sign == "+" else total - part
        return total
    if (length := length_of(node, reading)) is not None:
        return length
    name = letter(node)
    if name is not None:
        if name in reading.locals and reading.locals[name].rank == 0:
            return reading.locals[name].body
        index = reading.bound.get(name)
        if index is not None:
            if str(index.axis.high) not in reading.survey.sampled:  # the k-th sample is not the k-th word
                scope.axes.indexed(axis, index.axis)
            return index
        if name in scope.heads and not scope.heads[name].written:
            value = scope.heads[name].value
            if value.rank == 0 and value.body.is_integer:
                return value.body
            if (pointer := named_pointer(name, reading)) is not None:
                into = scope.family(str(pointer.base.label)).points_into
                scope.axes.same(into if into is not None else axis, axis)
                return pointer
        if name in scope.sizes:
            return scope.sizes[name]
        return reading.free_index(name, axis)
    spelled = spell(node)
    if spelled is not None and spelled.power is None and not spelled.transposed and not spelled.primes:
        running = reading.bound.get(running_name(node) or "")
        if running is not None:
            scope.axes.same(running.axis, axis)
            return running
        return _nested(spelled, axis, reading)
    if (place := _place_in_set(node, axis, reading)) is not None:
        return place
    raise Unsettled(f"an index that is not understood: {shown(node)}")


def _place_in_set(node: tree.Node, axis: Axis, reading: Reading) -> Expr | None:
    """``Context(w)_i``: the i-th word of the set, or of the list, that belongs to w; words may come again there."""
    last = plain(node.factors[-1].node) if isinstance(node, tree.Product) else None
    if not isinstance(node, tree.Product) or not isinstance(last, tree.Script) or last.sub is None:
        return None
    group = plain(last.base)
    names = [factor.node for factor in node.factors[:-1]]
    if last.sup is not None or last.primes or not isinstance(group, tree.Group) or len(group.body.parts) != 1:
        return None
    if any(factor.operator for factor in node.factors) or not all(isinstance(n, tree.Name) for n in names):
        return None
    name = "".join(n.base for n in names if isinstance(n, tree.Name)) + "()_"
    family = reading.scope.family(name)
    if family.points_into is None:
        family.points_into = axis
    reading.scope.axes.same(family.points_into, axis)
    reading.scope.want_order(name, 2)
    where = [index_expression(n, reading.scope.axis(name, k), reading) for k, n in enumerate((group.body, last.sub))]
    return reading.scope.entry(name, where)


def named_pointer(name: str, reading: Reading) -> Indexed | None:
    """The entry of an index array that a letter stands for: ``w_t`` with the center word ``c = w_t``.

    ``v_c`` is the vector of that word then, not of any word; in a sum over t it is the word at each t.
    """
    head = reading.scope.heads.get(name)
    if head is None or head.written or head.value.rank:
        return None
    body = unfold(head.value.body, reading.scope.definitions)
    if not isinstance(body, Indexed) or not body.is_integer:
        return None
    letters = [index for index in free_indices(body) if index.name in reading.bound]
    return body.xreplace({index: reading.bound[index.name] for index in letters})


def running_name(node: tree.Node) -> str | None:
    """What an index is called that runs in a sum: ``i``, or ``w_i`` in Σ over ``w_i ∈ V``."""
    name = letter(node)
    if name is not None:
        return name
    spelled = spell(node)
    if spelled is None or len(spelled.subs) != 1 or spelled.power is not None or spelled.transposed or spelled.primes:
        return None
    if spelled.arrow or spelled.bold:  # the vector of the word, not the word
        return None
    inner = letter(spelled.subs[0])
    return f"{spelled.name}_{inner}" if inner is not None else None


def _offset(node: tree.Node, reading: Reading) -> Expr:
    """A part of ``t+j`` or ``i-1``: it has a range of its own."""
    node = plain(node)
    name = letter(node)
    if isinstance(node, tree.Num):
        return sympy.Integer(node.text) if node.text.isdigit() else sympy.Rational(node.text)
    if (length := length_of(node, reading)) is not None:
        return length
    if name is None:
        raise Unsettled(f"an index that is not understood: {shown(node)}")
    if name in reading.bound:
        return reading.bound[name]
    if name in reading.scope.sizes or name in reading.survey.sizes:
        return reading.scope.size(name)
    return reading.free_index(name, reading.free_axis(name))


def _nested(spelled: Spelled, axis: Axis, reading: Reading) -> Expr:
    """``n_k`` as an index: an entry of an array of indices."""
    scope = reading.scope
    if not spelled.subs:
        return reading.free_index(spelled.name, axis)
    outer = spelled.subs[0]
    name = letter(outer)
    if len(spelled.subs) == 1 and name is not None and name.isupper() and name not in reading.bound:
        return reading.free_index(f"{spelled.name}_{name}", axis)
    family = scope.family(spelled.name)
    if family.points_into is None:
        family.points_into = axis
    scope.axes.same(family.points_into, axis)
    scope.want_order(spelled.name, len(spelled.subs))
    where = [index_expression(s, scope.axis(spelled.name, p), reading) for p, s in enumerate(spelled.subs)]
    return scope.entry(spelled.name, where)


def without_words(node: tree.Node) -> tree.Node:
    """``if w = o`` without the words."""
    if not isinstance(node, tree.Chain) or not isinstance(first := node.first, tree.Product):
        return node
    factors = [f for f in first.factors if not isinstance(f.node, tree.Text) and not _is_harmless_run(f.node)]
    must_be_harmless([f.node for f in first.factors if isinstance(f.node, tree.Text)])
    if len(factors) == len(first.factors) or not factors:
        return node
    kept = factors[0].node if len(factors) == 1 else tree.Product(first.span, tuple(factors))
    return tree.Chain(node.span, kept, node.links)


def _is_harmless_run(node: tree.Node) -> bool:
    """A letter of ``if`` that is set as mathematics, without a space between its letters."""
    return isinstance(node, tree.Name) and node.run in HARMLESS and len(node.run) > 1 and node.run != "in"


HARMLESS = frozenset(
    {"if", "when", "where", "for", "iff", "with", "whenever", "case", "in", "the", "is", "i.e.", "namely", "otherwise",
     "else", "sonst", "falls", "wenn", "für", "bei", "fall",
     "若", "当", "如果", "时", "其中", "即", "否则", "其他", "其它"}
)  # fmt: skip
"""Words beside a condition that do not change what it says; ``unless`` and ``not`` are none."""


def must_be_harmless(said: Iterable[tree.Node]) -> None:
    """Raises ``Unsettled`` if words beside a condition may change what it says."""
    for node in said:
        text = node.text if isinstance(node, tree.Text | tree.Word) else ""
        for word in text.lower().replace("~", " ").split():
            if (bare_word := word.strip(",.;:()，。：；（）")) and bare_word not in HARMLESS:
                raise Unsettled(f"a condition with the words “{text.strip()}” is not understood")


def condition(node: tree.Node, reading: Reading, axis_of: Callable[[str], Axis]) -> tuple[Expr, Expr, bool]:
    """``i = k`` or ``i ≠ k``: both sides and whether they are equal."""
    node = without_words(plain(node))
    if not isinstance(node, tree.Chain) or node.first is None or len(node.links) != 1 or node.links[0].right is None:
        raise Unsettled(f"a condition that is not understood: {shown(node)}")
    symbol = node.links[0].relation.symbol
    if symbol not in ("=", "\\ne"):
        raise Unsettled(f"a condition with {symbol} is not understood")
    compared = spell(plain(node.first))
    if compared is not None and compared.subs and compared.name not in reading.survey.index_arrays:
        raise Unsettled(f"a condition on the value of {compared.name} is not understood")
    left_name, right_name = letter(node.first), letter(node.links[0].right)
    axis = axis_of(left_name or right_name or "")
    left = index_expression(node.first, axis, reading)
    axis = left.axis if isinstance(left, Index) else axis
    right = index_expression(node.links[0].right, axis, reading)
    if isinstance(left, Index) and isinstance(right, Index):
        reading.scope.axes.same(left.axis, right.axis)
    return left, right, symbol == "="


def indicator(left: Expr, right: Expr, equal: bool) -> Expr:
    return delta(left, right) if equal else 1 - delta(left, right)
