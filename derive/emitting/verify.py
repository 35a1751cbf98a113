"""The compiler is not trusted: what it emits is evaluated beside the term it came from, with numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import numpy as np
from sympy import Indexed

from derive.emitting.formula import Argument, Array, Formula, IndexArgument, Scalar, Sparse
from derive.emitting.reference import evaluate
from derive.errors import InternalError
from derive.terms import Index

__all__ = ["verify"]

_TOLERANCE = 1e-9
_DIGITS = 30


def verify(formula: Formula, axes: Mapping[str, tuple[str, ...]], function: Callable[..., Any], seeds: int = 2) -> None:
    """Compare a function with its terms at small random arguments: first all positive, so that logarithms are real,
    then of both signs where the note allows them and the terms are real.

    Args:
        axes: the named axes of the function's outputs.

    Raises:
        InternalError: they differ.
    """
    for seed in range(seeds):
        draw = random.Random(seed)
        sizes = _sizes(formula, draw)
        signed = seed % 2 == 1
        given = {argument.symbol: _random(argument, sizes, draw, signed) for argument in formula.arguments}
        try:
            wanted = {
                name: np.asarray(evaluate(proved.tensor, given, sizes, _DIGITS), dtype=object)
                for name, proved in formula.outputs.items()
            }
        except TypeError:  # a complex number has been compared
            if signed:
                continue
            raise
        inside = {name: _is_real(values) for name, values in wanted.items()}
        if signed and not all(inside.values()):
            continue
        buffers = {name: np.empty(tuple(sizes[axis] for axis in axes[name])) for name in formula.into}
        got = _call(formula, function, given, sizes, buffers)
        for name in formula.outputs:
            if inside[name]:
                _compare(formula, name, np.asarray(got[name]), wanted[name])


def _is_real(values: Any) -> bool:
    """Whether the arguments are inside the domain."""
    return not any(isinstance(value, mpmath.mpc) or not mpmath.isfinite(value) for value in values.reshape(-1))


def _sizes(formula: Formula, draw: random.Random) -> dict[str, int]:
    """A length for every axis; an axis of an argument is as long as that of the indices it is used with."""
    same: dict[str, str] = {}

    def root(name: str) -> str:
        while same.setdefault(name, name) != name:
            name = same[name]
        return name

    declared: dict[str, tuple[str, ...]] = {a.symbol: a.axes for a in formula.arguments if not isinstance(a, Scalar)}
    for axis in (axis for names in declared.values() for axis in names):
        root(axis)
    for argument in formula.arguments:
        if isinstance(argument, IndexArgument):
            root(argument.into)
    for proved in formula.outputs.values():
        for index in (*proved.tensor.indices, *proved.tensor.body.atoms(Index)):
            root(str(index.axis.length))
        for entry in proved.tensor.body.atoms(Indexed):
            names = declared.get(str(entry.base.label), ())
            for index, axis in zip(entry.indices, names, strict=False):
                if isinstance(index, Index):
                    same[root(axis)] = root(str(index.axis.length))
    drawn = {name: draw.randint(2, 4) for name in sorted({root(name) for name in list(same)})}
    return {name: drawn[root(name)] for name in list(same)}


def _compare(formula: Formula, name: str, got: Any, wanted: Any) -> None:
    size = max(abs(value) for value in wanted.reshape(-1))
    same = got.shape == wanted.shape and all(
        abs(float(a) - b) <= _TOLERANCE * max(size, 1e-3)
        for a, b in zip(got.reshape(-1), wanted.reshape(-1), strict=True)
    )
    if not same:
        raise InternalError(f"the code of {formula.name} computes {got.tolist()}, not {wanted.tolist()}, as {name}")


def _random(argument: Argument, sizes: dict[str, int], draw: random.Random, signed: bool) -> Any:
    if isinstance(argument, Scalar):
        return _inside(argument, draw.uniform(0.2, 0.9))
    shape = tuple(sizes[axis] for axis in argument.axes)
    count = int(np.prod(shape, dtype=int))
    if isinstance(argument, IndexArgument):
        values = [draw.randrange(sizes[argument.into]) for _ in range(count)]
        return np.array(values).reshape(shape) if shape else values[0]
    numbers = np.array([draw.uniform(0.1, 1) for _ in range(count)]).reshape(shape)
    if isinstance(argument, Sparse):
        return numbers * np.array([draw.randrange(2) for _ in range(count)]).reshape(shape)
    if isinstance(argument, Array) and argument.normalized:
        return numbers / numbers.sum()
    if isinstance(argument, Array) and signed and not (argument.positive or argument.nonnegative):
        return numbers * np.array([draw.choice((-1, 1)) for _ in range(count)]).reshape(shape)
    return numbers


def _inside(scalar: Scalar, share: float) -> float:
    """A number between the ends that the note gives, of which a share is below it; one apart where one is missing."""
    lower, upper = scalar.lower, scalar.upper
    low = float(lower if lower is not None else 0 if upper is None or upper > 0 else upper - 1)
    high = low + 1 if upper is None else float(upper)
    return low + share * (high - low)


def _call(
    formula: Formula,
    function: Callable[..., Any],
    given: Mapping[str, Any],
    sizes: Mapping[str, int],
    buffers: Mapping[str, Any],
) -> dict[str, Any]:
    arguments: list[Any] = []
    for argument in formula.arguments:
        value = given[argument.symbol]
        if isinstance(argument, Sparse):
            rows, columns = np.nonzero(value)
            arguments += [columns, np.searchsorted(rows, np.arange(len(value) + 1)), value[rows, columns]]
        else:
            arguments.append(value)
    code = function.__code__
    keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    shape = tuple(sizes[axis] for axis in formula.scratch)
    work = {name: np.empty(shape) for name in keywords if name not in formula.into}
    got = function(*arguments, **work, **buffers)
    names = [name for name in formula.outputs if name not in formula.into]
    results = (got,) if len(names) == 1 else got if names else ()
    return {**dict(zip(names, results, strict=True)), **buffers}
