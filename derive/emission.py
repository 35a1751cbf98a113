"""From a note to functions: what its ``emit`` lines ask for, proved, and handed to the emitter.

A quantity in an ``emit`` line (J, ∂J/∂v_c ...) is elaborated like any other formula of the note, so SymPy
differentiates it from the objective.  It must begin a chain of equalities whose steps stand proved in the note; the end
of that chain is the closed form that is computed, once it is proved equal to the quantity directly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.core.function import AppliedUndef

from derive.chains import proved_chain, right_of, sides_of
from derive.emitting.formula import Argument, Array, Formula, IndexArgument, Scalar, Sparse, batched, instance
from derive.emitting.lambdify import lambdify as as_function
from derive.errors import DeriveError, Place
from derive.proving.proof import Proof, prove
from derive.reading import tree
from derive.reading.definitions import Circular, Relearn
from derive.reading.document import Document
from derive.reading.drafts import LOGICAL
from derive.reading.elaborate import value
from derive.reading.emit_lines import EmitLine, EmitOutput, emit_lines
from derive.reading.markdown import read_document
from derive.reading.note import Draftbook, read_note
from derive.reading.values import Value
from derive.reading.written import shown
from derive.terms import ArrayFacts, Axis, Facts, Index, Tensor, array, real

__all__ = ["NOTES", "Emitted", "emitted", "formula_named", "lambdify"]

NOTES = Path(__file__).parent / "notes"


@dataclass(frozen=True)
class Emitted:
    """A formula with the module it belongs to and the note it comes from."""

    module: str
    formula: Formula
    note: Path


def emitted(path: Path, *, seconds: float = 10.0) -> Iterator[Emitted]:
    """The functions that a note asks for, each proved.

    Raises:
        DeriveError: the note cannot be read, an ``emit`` line is not understood, or what it asks for is not proved.
    """
    document = read_document(path)
    lines = list(emit_lines(document))
    if lines:
        book = read_note(document)
        for line in lines:
            yield Emitted(line.module, _formula(line, book, seconds), path)


def formula_named(name: str, notes: Path = NOTES) -> Formula:
    """The formula ``note/function``, as in ``softmax-skip-gram/pair``.

    Raises:
        DeriveError: there is no such note or function; the message lists what there is.
    """
    stem, _, function = name.partition("/")
    path = notes / f"{stem}.md"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", stem) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in notes.glob("*.md")))
        raise DeriveError(f"there is no note {stem!r}; choose one of: {known}")
    document = read_document(path)
    lines = {line.function: line for line in emit_lines(document)}
    if function not in lines:
        known = ", ".join(f"{stem}/{each}" for each in lines) or "it has no emit lines"
        raise DeriveError(f"the note {stem} has no function {function!r}; choose one of: {known}")
    return _formula(lines[function], _read(document), 10.0)


@cache
def lambdify(name: str) -> Callable[..., Any]:
    """The NumPy function of a proved formula of the notes, compiled in memory: ``lambdify("softmax-skip-gram/pair")``.

    It is the function that ``derive emit`` writes, through the same printer; its text is ``function.__source__``.

    Raises:
        DeriveError: there is no such note or function.
    """
    return as_function(formula_named(name))


def _read(document: Document) -> Draftbook:
    return read_note(document)


def _formula(line: EmitLine, book: Draftbook, seconds: float) -> Formula:
    maker = _Maker(line, book, seconds)
    outputs, latex = {}, {}
    for output in line.outputs:
        outputs[output.name], latex[output.name] = maker.proved(output)
    everything = [proof.tensor.body for proof in outputs.values()]
    arguments = maker.arguments(everything)
    formula = Formula(line.function, arguments, outputs, line.summary, line.work, line.into, latex, line.loops)
    if line.fixed:
        formula = instance(formula, line.function, line.fixed)
    if line.batch:
        formula = batched(formula, line.function, line.summed, line.batch)
    return formula


@dataclass(frozen=True)
class _Quantity:
    """A formula of an ``emit`` line: its node, and its meaning."""

    node: tree.Node
    value: Value


class _Maker:
    """Turns the outputs of one ``emit`` line into proofs."""

    def __init__(self, line: EmitLine, book: Draftbook, seconds: float) -> None:
        self.line, self.book, self.seconds = line, book, seconds
        self.scope = book.scope
        self.normalized: set[str] = set()
        self.given = {
            name: key
            for name in (*line.arguments, *line.fixed)
            for key in self.scope.heads
            if key.rstrip("_") == name and key in self.scope.definitions
        }

    def proved(self, output: EmitOutput) -> tuple[Proof, str]:
        """The proof of an output's closed form, and how the note writes the equation."""
        names = self.book.alphabets.apply(tuple(sides_of(output.latex, output.place)))
        quantity = self._elaborate(names[0], output.place)
        chain = proved_chain(self.book, names, output.latex, output.place, self.seconds)
        last = chain[-1]
        closed = self._meaning(right_of(last), output.place)
        leading = self._leading(closed, quantity.value)
        facts = self.scope.facts()
        meaning = Tensor((*leading, *quantity.value.indices), self._unfolded(quantity.value.body))
        form = Tensor((*leading, *closed.indices), self._folded(closed.body))
        source = f"{Path(self.book.path).name}:{last.place.line}"
        given = self._given_tensors()
        proof = prove(meaning, form, facts, output.place, source, given, self.seconds)
        self.normalized |= {
            name
            for name in self.line.arguments
            if (known := facts.of(name)) is not None
            and known.sums_to_one
            and not self._holds(meaning, form, facts.with_arrays(**{name: replace(known, sums_to_one=())}))
        }
        return proof, f"{chain[0].left} = {last.right}"

    def _holds(self, meaning: Tensor, form: Tensor, facts: Facts) -> bool:
        """Whether a closed form can be proved with these facts, too."""
        try:
            prove(meaning, form, facts, self.line.place, "", self._given_tensors(), self.seconds)
        except DeriveError:
            return False
        return True

    def arguments(self, bodies: Sequence[Expr]) -> tuple[Argument, ...]:
        """The arguments in the order of the line, what they are being read off the note."""
        return tuple(self._argument(name, bodies) for name in (*self.line.arguments, *self.line.fixed))

    # Reading the quantities ------------------------------------------------------------------------------------------

    def _elaborate(self, node: tree.Node, place: Place) -> _Quantity:
        return _Quantity(node, self._meaning(node, place))

    def _meaning(self, node: tree.Node, place: Place) -> Value:
        reading = self.book.reading
        reading.guards, reading.locals, reading.bound = [], {}, {}
        try:
            return value(node, reading)
        except (Relearn, *LOGICAL) as error:
            raise DeriveError(f"{shown(node)} has no meaning in this note: {error}", place) from error

    # Terms -----------------------------------------------------------------------------------------------------------

    def _unfolded(self, body: Expr, keep: frozenset[str] = frozenset()) -> Expr:
        try:
            return self.scope.sized(body, keep)
        except Circular as error:
            raise DeriveError(str(error), self.line.place) from error

    def _folded(self, body: Expr) -> Expr:
        """Everything unfolded but the defined names that are arguments; these become arrays."""
        keep = {key: name for name, key in self.given.items()}
        body = self._unfolded(body, frozenset(keep))
        table = {
            node: array(keep[key])[node.args] if node.args else real(keep[key])
            for node in body.atoms(AppliedUndef)
            if (key := node.func.__name__) in keep
        }
        return body.xreplace(table) if table else body

    def _given_tensors(self) -> Mapping[str, Tensor]:
        tensors = {}
        for name, key in self.given.items():
            definition = self.scope.definitions[key]
            tensors[name] = Tensor(definition.parameters, self._unfolded(definition.body))
        return tensors

    def _leading(self, closed: Value, quantity: Value) -> tuple[Index, ...]:
        """Free indices that are no arguments: the output has an axis for each."""
        names = set(self.line.arguments)
        bodies = (self._folded(closed.body), self._folded(quantity.body))
        taken = {*closed.indices, *quantity.indices}
        free = {s for body in bodies for s in body.free_symbols if isinstance(s, Index) and s not in taken}
        return tuple(sorted((s for s in free if s.name not in names), key=lambda index: index.name))

    # Arguments -------------------------------------------------------------------------------------------------------

    def _argument(self, name: str, bodies: Sequence[Expr]) -> Argument:
        parameter = "_".join(re.findall(r"[A-Za-z0-9]+", name)) or name
        for body in bodies:
            for symbol in body.free_symbols:
                if isinstance(symbol, Index) and symbol.name == name:
                    return IndexArgument(name, self._axis(symbol.axis), parameter=parameter)
        family = self.scope.families.get(name)
        if name in self.given:
            axes = [p.axis for p in self.scope.definitions[self.given[name]].parameters if isinstance(p, Index)]
        elif family is not None:
            axes = [self.scope.axis(name, position) for position in range(family.order)]
        elif any(s.name == name for body in bodies for s in body.free_symbols if isinstance(s, Symbol)):
            axes = []
        else:
            raise DeriveError(f"{name} is no name of this note", self.line.place)
        names = tuple(map(self._axis, axes))
        if name in self.line.sparse:
            if len(names) != 2:
                raise DeriveError(f"{name} is no matrix, so it cannot be sparse", self.line.place)
            pair = (names[0], names[1])
            return Sparse(name, pair) if len(self.line.sparse) == 1 else Sparse.named(name, pair, parameter)
        if family is not None and family.points_into is not None:
            return IndexArgument(name, self._axis(family.points_into), names, parameter)
        facts = self.scope.facts().arrays.get(name, ArrayFacts())
        nonnegative = facts.positive or facts.nonnegative
        if not names:
            return Scalar(name, parameter, *_interval(facts))
        distribution = len(names) == 1 and bool(facts.sums_to_one)
        return Array(name, names, parameter, facts.positive, nonnegative, distribution, name in self.normalized)

    def _axis(self, axis: Axis) -> str:
        axis = self.scope.axes.resolve(axis)
        if axis.low != 1 or not isinstance(axis.high, sympy.Symbol):
            raise DeriveError(f"the range {axis.low}..{axis.high} of an argument has no name", self.line.place)
        return re.sub(r"[^A-Za-z0-9_]", "_", str(axis.high))


def _interval(facts: ArrayFacts) -> tuple[Fraction | None, Fraction | None, frozenset[Fraction]]:
    """Between which ends a number lies, and what it is not."""
    lower, upper = (None if end is None else _fraction(end) for end in (facts.lower, facts.upper))
    excluded = frozenset(map(_fraction, facts.excluded))
    if facts.positive or facts.nonnegative:
        lower = max(lower or Fraction(0), Fraction(0))
    return lower, upper, excluded | {Fraction(0)} if facts.positive else excluded


def _fraction(number: Expr) -> Fraction:
    return Fraction(int(number.p), int(number.q))
