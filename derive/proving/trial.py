"""Trying a changed side of a step: a quick look with numbers, then a proof.

Hundreds of changed sides are looked at for one wrong step, so the quick look must be cheap: the other side is
evaluated once in a few models, defined names are evaluated where they stand instead of being put in, and the first
disagreement ends the look.  What passes is proved like any other step; the look itself decides nothing.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr
from sympy.core.function import AppliedUndef

from derive.derivation import Goal, Kind, Relation
from derive.errors import InternalError
from derive.patience import clock
from derive.proving.budget import Budget
from derive.proving.check import decide
from derive.proving.counterexample import compare, fails, survey
from derive.proving.edits import everywhere, is_derivative, spots
from derive.proving.evaluation import Environment, Evaluator, NoValue, Numeric, TooMuchWork
from derive.proving.models import Infeasible, Model, Outline
from derive.reading import tree
from derive.reading.claims import SYMBOLS, Claim, Shape, claim
from derive.reading.context import undisturbed
from derive.reading.definitions import Definition, Relearn, instantiate, unfold
from derive.reading.drafts import LOGICAL, Draft
from derive.reading.elaborate import value
from derive.reading.note import Draftbook
from derive.reading.spelling import walk
from derive.reading.values import Value, is_number
from derive.terms import Index, free_indices

__all__ = ["NONSENSE", "Trial", "Untried"]

MODELS = 3
SECOND_LOOK = 6
DIGITS = 30
WORK = 20_000
# a guess that makes no sense may fail in any way; it is then no correction
NONSENSE = (Relearn, *LOGICAL, ArithmeticError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
FAILED = (NoValue, TooMuchWork, Infeasible)


class Untried(Exception):
    """The step cannot be read again, so no change of it can be tried."""


class Folded(Evaluator):
    """An evaluator that knows what defined names stand for."""

    def __init__(self, model: Model, definitions: dict[str, Definition]) -> None:
        super().__init__(model, Numeric(DIGITS), model.free, WORK)
        self.model = model
        self.definitions = definitions
        self._entries: dict[tuple[str, tuple[int, ...]], Any] = {}
        self._put_in: dict[Expr, Expr] = {}

    def __call__(self, expression: Expr) -> Any:
        self.work = WORK
        for index in free_indices(expression):
            if index not in self.free:
                self.free[index] = random.Random(index.name).choice(self.model._axis(index.axis))
        return super().__call__(expression)

    def _compute(self, e: Expr, at: Environment) -> Any:
        definition = self.definitions.get(e.func.__name__) if isinstance(e, AppliedUndef) else None
        if definition is None:
            return super()._compute(e, at)
        if all(isinstance(p, Index) for p in definition.parameters):
            key = (definition.name, tuple(self._whole(a, at) for a in e.args))
            if key not in self._entries:
                here = {**self.free, **dict(zip(definition.parameters, key[1], strict=True))}
                self._entries[key] = self._value(definition.body, here)
            return self._entries[key]
        if e not in self._put_in:
            self._put_in[e] = instantiate(definition, e.args)
        return self._value(self._put_in[e], at)


@dataclass
class _Look:
    """One model with the value that the untouched side has in it."""

    evaluate: Folded
    wanted: Any


class Trial:
    """One step that is to be mended.

    Args:
        book, draft: the step and the note it stands in.
        seconds: how long to try.

    Raises:
        Untried: the step cannot be read again.
    """

    def __init__(self, book: Draftbook, draft: Draft, seconds: float) -> None:
        left, right = draft.source
        if left is None or right is None or isinstance(left, tree.Unread) or isinstance(right, tree.Unread):
            raise Untried("a side is missing")
        self.book, self.draft = book, draft
        self._began = clock()
        self._seconds = seconds
        self.reading = book.reading
        self.left_node, self.right_node = left, right
        self.holes: dict[str, tuple[tree.Node, Value]] = {}
        self.template = everywhere(right, self._hole)
        self._kept = {
            id(node): _letters(node) - _running(node)
            for node in self._parts(self.template)
            if not isinstance(node, tree.Num | tree.Name | tree.BigOp)
        }
        found = self._read(left)
        if found is None:
            raise Untried("the left side cannot be read again")
        self.left = found
        self.reads = 0
        body = self._at_entries(found)
        if draft.claim is not None:
            settle = self.reading.scope.axes.settle
            goal = draft.claim.goal
            self.goal = replace(goal, left=settle(goal.left), right=settle(goal.right))
        else:
            whole = unfold(body, self.reading.scope.definitions)
            self.goal = Goal(whole, Relation.EQUAL, whole, self.reading.scope.facts().with_distinct(draft.guards))
        self.looks = list(self._looks(self.goal))
        if not self.looks:
            raise Untried("the step cannot be evaluated")

    @property
    def over(self) -> bool:
        return self.left_over() < 0

    def extend(self, seconds: float) -> None:
        """Allow so many seconds more."""
        self._seconds += seconds

    def left_over(self) -> float:
        """Seconds of work that remain."""
        return self._seconds - (clock() - self._began)

    def _hole(self, node: tree.Node) -> tree.Node | None:
        """A name for a derivative on the right side: it is read once, not once for every change around it."""
        if not is_derivative(node) or _letters(node) & _running(self.right_node):
            return None
        return self._named(node, f"\\derivative{len(self.holes)}")

    def _named(self, node: tree.Node, name: str) -> tree.Node | None:
        if name not in self.holes:
            found = self._read(node)
            if found is None:
                return None
            self.holes[name] = (node, found)
        return tree.Name(node.span, name)

    @staticmethod
    def _parts(root: tree.Node) -> Iterator[tree.Node]:
        """The parts of a side that have a value of their own: terms and fractions."""
        for spot in spots(root):
            last = spot.path[-1][0] if spot.path else ""
            whole = isinstance(spot.node, tree.Frac) or (last == "node" and isinstance(spot.above[-1], tree.Term))
            if whole and not spot.within("index", "range", "condition", "argument", "derivative"):
                yield spot.node

    def _shortened(self, node: tree.Node) -> tree.Node:
        """A changed side with a name for each part that the change has left as it was, unless a sum reaches into it."""
        running = _running(node)

        def short(part: tree.Node) -> tree.Node | None:
            free = self._kept.get(id(part))
            if free is None or free & running:
                return None
            return self._named(part, f"\\part{id(part)}")

        return everywhere(node, short)

    def filled(self, node: tree.Node) -> tree.Node:
        """A changed side with its derivatives written out again."""
        return everywhere(
            node, lambda n: self.holes[n.base][0] if isinstance(n, tree.Name) and n.base in self.holes else None
        )

    def _open(self) -> None:
        """The state in which a changed side is read."""
        self.reading.guards, self.reading.given = list(self.draft.guards), self.draft.given
        self.reading.place, self.reading.serial = "again", 0
        self.reading.locals = {**self.reading.locals, **{name: held for name, (_, held) in self.holes.items()}}

    def _values(self, *nodes: tree.Node) -> list[Value]:
        """The sides as they are read in the place of the step; to be called where nothing is disturbed.

        A loose range is settled by its neighbours only after it was met, hence the second reading.
        """
        reading = self.reading
        for _ in range(2):
            known = reading.scope.axes.settled()
            self._open()
            found = [value(node, reading) for node in nodes]
            if reading.scope.axes.settled() == known:
                break
        return found

    def _read(self, node: tree.Node) -> Value | None:
        with undisturbed(self.reading):
            try:
                return self._values(node)[0]
            except NONSENSE:
                return None

    def _at_entries(self, side: Value) -> Expr:
        axes = self.reading.scope.axes
        names = ("i", "j", "k")
        where = tuple(Index(f"entry {n}", axes.resolve(i.axis)) for n, i in zip(names, self.left.indices, strict=False))
        return side.at(*where) if side.rank and side.rank == len(where) else side.body

    def _looks(self, goal: Goal) -> Iterator[_Look]:
        """A few models, the largest first: what is small agrees by accident."""
        budget = Budget(max(min(self.left_over() * 0.4, 1.5), 0.05))
        models = list(itertools.islice(survey(Outline(goal), budget, 3 * MODELS), 3 * MODELS))
        seen = 0
        for model in sorted(models, key=lambda m: -sum(min(size, 3) for size in m.sizes.values())):
            look = self._look(model, goal)
            if look is not None:
                yield look
                seen += 1
            if (seen and budget.left() < 0) or seen == MODELS + SECOND_LOOK:
                return

    def _look(self, model: Model, goal: Goal) -> _Look | None:
        evaluate = Folded(model, self.reading.scope.definitions)
        try:
            return _Look(evaluate, evaluate(goal.left))
        except FAILED:
            return None

    def _fits(self, right: Value) -> bool:
        left, same = self.left, self.reading.scope.axes.same
        if left.rank != right.rank:
            return is_number(left) or is_number(right)
        return left.row == right.row and all(same(a, b) for a, b in zip(left.shape, right.shape, strict=True))

    def agrees(self, node: tree.Node) -> bool:
        """The quick look: whether the left side and this right side are equal in a few models, shape and all."""
        self.reads += 1
        short = self._shortened(node)
        with undisturbed(self.reading):
            try:
                self._open()
                right = value(short, self.reading)
                if not self._fits(right):
                    return False
                body = self.reading.scope.axes.settle(self._at_entries(right))
            except NONSENSE:
                return False
        return self.agrees_with(body)

    def agrees_with(self, body: Expr) -> bool:
        met = 0
        for look in self.looks:
            try:
                got = look.evaluate(body)
            except FAILED:
                continue
            if not _equal(got, look.wanted):
                return False
            met += 1
        return met > 0

    def proves(
        self, *, left: tree.Node | None = None, right: tree.Node | None = None, symbol: str | None = None
    ) -> bool:
        """Whether the step with a changed side or sign is proved, and its shapes meet."""
        made = self.claim(left=left, right=right, symbol=symbol)
        if made is None or made.shape is not Shape.SAME or not self.holds(made.goal):
            return False
        return self.decides(made.goal) is Kind.PROVED

    def holds(self, goal: Goal) -> bool:
        """A quick look at another goal: whether it is true in a few models."""
        met = 0
        for model in survey(Outline(goal), Budget(0.3), MODELS):
            try:
                comparison = compare(goal, model, WORK)
            except FAILED:
                continue
            if comparison is None or fails(goal.relation, comparison.sign):
                return False
            met += 1
        return met > 0

    def decides(self, goal: Goal) -> Kind:
        try:
            return decide(goal, deadline=min(max(self.left_over(), 0.3), 2.0)).kind
        except InternalError:
            # where proof and numbers disagree about a guess, the guess is dropped; steps of the note stay loud
            return Kind.UNDECIDED

    def claim(
        self, *, left: tree.Node | None = None, right: tree.Node | None = None, symbol: str | None = None
    ) -> Claim | None:
        """The step with a changed side or sign, read in the place of the step."""
        sign = symbol or self.draft.symbol
        if sign not in SYMBOLS:
            return None
        with undisturbed(self.reading):
            try:
                first, second = self._values(left or self.left_node, right or self.right_node)
                claim(first, sign, second, self.reading)  # settles what the two sides tell each other
                first, second = self._values(left or self.left_node, right or self.right_node)
                return claim(first, sign, second, self.reading)
            except NONSENSE:
                return None

    def number_of(self, node: tree.Node) -> list[Any] | None:
        """The values of a side in the models, or None where it has none."""
        with undisturbed(self.reading):
            try:
                self._open()
                got = value(node, self.reading)
                self._fits(got)
                body = self.reading.scope.axes.settle(self._at_entries(got))
            except NONSENSE:
                return None
        values = []
        for look in self.looks:
            try:
                values.append(look.evaluate(body))
            except FAILED:
                return None
        return values


def _letters(node: tree.Node) -> frozenset[str]:
    return frozenset(n.base for n in walk(node) if isinstance(n, tree.Name))


def _running(node: tree.Node) -> frozenset[str]:
    """The letters that stand below the sums of a tree."""
    subs = [n.sub for n in walk(node) if isinstance(n, tree.BigOp) and n.sub is not None]
    return frozenset(letter for sub in subs for letter in _letters(sub))


def _equal(first: Any, second: Any) -> bool:
    return bool(abs(first - second) * 10 ** (DIGITS - 8) <= abs(first) + abs(second) + 1)
