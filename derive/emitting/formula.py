"""What is emitted: proved terms under a function name, with the arguments the function takes.

An argument carries two names: the one the terms use, and the parameter's name in the generated code.  The axes of an
argument are named by the author (``("V", "d")``); axes of the same name have the same length at run time.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Protocol, TypeAlias, runtime_checkable

import sympy
from sympy import Expr, Indexed

from derive.errors import DeriveError
from derive.terms import Axis, Index, Tensor, fresh, rename_bound, sum_over

__all__ = [
    "Argument",
    "Array",
    "EmitError",
    "Formula",
    "IndexArgument",
    "ProvedTerm",
    "Scalar",
    "Sparse",
    "batched",
    "instance",
]

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
"""Names that begin with an underscore are those of helpers."""


class EmitError(DeriveError):
    """A formula cannot be turned into NumPy; the message names the node or the argument that stops it."""


@runtime_checkable
class ProvedTerm(Protocol):
    """A term that the checker proved equal to what it stands for.

    The emitter never makes one: ``derive.proving.check`` does, for the right side of a step it proved.
    """

    @property
    def tensor(self) -> Tensor: ...

    @property
    def source(self) -> str:
        """The note and line that prove it: ``softmax-skip-gram.md:41``."""
        ...


def _checked(name: str, role: str) -> str:
    if not _IDENTIFIER.match(name) or keyword.iskeyword(name) or name in ("np", "float"):
        raise EmitError(f"{name!r} cannot be {role}: it must be a plain Python name")
    return name


@dataclass(frozen=True)
class Array:
    """An array of floating-point numbers with one named axis per index; ``parameter`` is its name in the code.

    Attributes:
        positive: the note says that its entries are; a zero among them then stands for the limit.
        nonnegative: the note says at least that none is negative.
        distribution: the note says that they add up to one.
        normalized: the proofs use that they do, so that the formula is wrong for others.
    """

    symbol: str
    axes: tuple[str, ...]
    parameter: str = ""
    positive: bool = False
    nonnegative: bool = False
    distribution: bool = False
    normalized: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameter", _checked(self.parameter or self.symbol, "a parameter"))
        for axis in self.axes:
            _checked(axis, "an axis")


@dataclass(frozen=True)
class IndexArgument:
    """An integer that points into an axis, counted from 0, or with ``axes`` an integer array of such pointers."""

    symbol: str
    into: str
    axes: tuple[str, ...] = ()
    parameter: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameter", _checked(self.parameter or self.symbol, "a parameter"))
        for axis in (self.into, *self.axes):
            _checked(axis, "an axis")


@dataclass(frozen=True)
class Scalar:
    """A real number.

    Attributes:
        lower, upper: the ends of where the note says that it lies, if it does.
        excluded: what the note says that it is not, among it ends that are left out.
    """

    symbol: str
    parameter: str = ""
    lower: Fraction | None = None
    upper: Fraction | None = None
    excluded: frozenset[Fraction] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameter", _checked(self.parameter or self.symbol, "a parameter"))

    @property
    def nonnegative(self) -> bool:
        """As for arrays."""
        return self.lower is not None and self.lower >= 0


@dataclass(frozen=True)
class Sparse:
    """A matrix that is zero almost everywhere, as compressed rows; no pair of row and column comes twice.

    Row r has the columns ``columns[starts[r]:starts[r + 1]]`` with the entries ``values[...]``.  In the mathematics it
    is Σ_e δ(row, r_e) δ(column, k_e) x_e, and that is how the compiler reads it.
    """

    symbol: str
    axes: tuple[str, str]
    columns: str = "columns"
    starts: str = "starts"
    values: str = "values"
    parameter: str = field(default="", init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameter", _checked(self.values, "a parameter"))
        for name in (*self.axes, self.columns, self.starts):
            _checked(name, "an axis or a parameter")

    @classmethod
    def named(cls, symbol: str, axes: tuple[str, str], prefix: str) -> Sparse:
        """One of several: its parameters are ``prefix_columns``, ``prefix_starts`` and ``prefix_values``."""
        return cls(symbol, axes, f"{prefix}_columns", f"{prefix}_starts", f"{prefix}_values")


Argument: TypeAlias = Array | IndexArgument | Scalar | Sparse


@dataclass(frozen=True)
class Formula:
    """A function to be: its name, the arguments in order, and the proved terms it returns.

    Attributes:
        scratch: names of the axes of a work array that the caller provides (as the keyword ``block``); intermediate
            values of that shape live in it, and nothing larger is allocated.
        into: outputs that are written into arrays which the caller provides, as keywords of the same names.
        looped: it is emitted a second time, as loops over the entries of its sparse arguments.
        summary: one sentence for the docstring.
        latex: how each output reads in the note, for the docstring.
    """

    name: str
    arguments: tuple[Argument, ...]
    outputs: Mapping[str, ProvedTerm]
    summary: str = ""
    scratch: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    latex: Mapping[str, str] = field(default_factory=dict)
    looped: bool = False

    def __post_init__(self) -> None:
        _checked(self.name, "a function")
        if not self.outputs:
            raise EmitError(f"the formula {self.name} has no outputs")
        for name, proved in self.outputs.items():
            _checked(name, "an output")
            if not isinstance(proved, ProvedTerm) or not isinstance(proved.tensor, Tensor):
                raise EmitError(f"the output {name} of {self.name} is not a proved term")
        for name in self.into:
            if name not in self.outputs:
                raise EmitError(f"{self.name} has no output {name} that could be written in place")
        parameters = list(self.parameters())
        for name in parameters:
            if parameters.count(name) > 1:
                raise EmitError(f"{self.name} has two parameters named {name}")

    @property
    def in_place(self) -> bool:
        """Whether it works in arrays of the caller, as functions in hot loops do."""
        return bool(self.scratch or self.into)

    @property
    def elementwise(self) -> bool:
        """Whether it takes numbers only, so that arrays of them will do as well."""
        return all(isinstance(argument, Scalar) for argument in self.arguments)

    def parameters(self) -> Iterator[str]:
        """The parameters of the generated function that carry arguments, in order."""
        for argument in self.arguments:
            if isinstance(argument, Sparse):
                yield from (argument.columns, argument.starts, argument.values)
            else:
                yield argument.parameter


@dataclass(frozen=True)
class _Derived:
    """A consequence of a proved term by one of the two rules below; it keeps the source."""

    tensor: Tensor
    source: str


def instance(formula: Formula, name: str, values: Mapping[str, Expr | int]) -> Formula:
    """The same formula at particular values: what holds for every array holds for a constant one.

    ``values`` maps an array or a scalar symbol to a number or a term without indices; it leaves the arguments.
    """
    exact = {symbol: sympy.Integer(value) if isinstance(value, int) else value for symbol, value in values.items()}

    def put(body: Expr) -> Expr:
        table = {
            node: exact[str(node.base.label if isinstance(node, Indexed) else node)]
            for node in body.atoms(Indexed, sympy.Symbol)
            if not isinstance(node, Index) and str(node.base.label if isinstance(node, Indexed) else node) in exact
        }
        return body.xreplace(table) if table else body

    outputs = {
        key: _Derived(Tensor(proved.tensor.indices, put(proved.tensor.body)), proved.source)
        for key, proved in formula.outputs.items()
    }
    arguments = tuple(argument for argument in formula.arguments if argument.symbol not in exact)
    return replace(formula, name=name, outputs=outputs, arguments=arguments)


def batched(formula: Formula, name: str, summed: tuple[str, ...] = (), axis: str = "B") -> Formula:
    """The formula for a batch: every integer argument becomes a vector of integers.

    What holds for every o and c holds for the b-th pair; the outputs get b as first index, except for those in
    ``summed``, which are added up over the batch (equals added to equals; for gradients of a loss that is the
    gradient of the batch's total loss, because differentiation is linear).
    """
    b = Index("b", Axis.of_size(sympy.Symbol(axis, integer=True, positive=True)))
    pointers = {argument.symbol for argument in formula.arguments if isinstance(argument, IndexArgument)}
    outputs: dict[str, ProvedTerm] = {}
    for key, proved in formula.outputs.items():
        row = fresh(b)
        body = rename_bound(proved.tensor.body)
        table: dict[Expr, Expr] = {}
        for node in body.atoms(Indexed, sympy.Symbol):
            if isinstance(node, Indexed) and str(node.base.label) in pointers:
                table[node] = Indexed(node.base, row, *node.indices)
            elif isinstance(node, sympy.Symbol) and node.name in pointers and node not in proved.tensor.indices:
                table[node] = Indexed(sympy.IndexedBase(node), row)
        body = _replaced(body, table)
        if key in summed:
            outputs[key] = _Derived(Tensor(proved.tensor.indices, sum_over(body, row)), proved.source)
        else:
            outputs[key] = _Derived(Tensor((row, *proved.tensor.indices), body), proved.source)
    arguments = tuple(
        replace(argument, axes=(axis, *argument.axes)) if isinstance(argument, IndexArgument) else argument
        for argument in formula.arguments
    )
    return replace(formula, name=name, arguments=arguments, outputs=outputs)


def _replaced(expression: Expr, table: Mapping[Expr, Expr]) -> Expr:
    """Replace integer arguments by their entries; the label of an array is not an integer argument."""
    if isinstance(expression, Indexed):
        indices = tuple(_replaced(index, table) for index in expression.indices)
        if expression in table:
            return Indexed(expression.base, table[expression].indices[0], *indices)
        return Indexed(expression.base, *indices)
    if expression in table:
        return table[expression]
    if not expression.args:
        return expression
    return expression.func(*(_replaced(argument, table) for argument in expression.args))
