"""The checks at the door of generated functions: kinds, shapes, ranges, finiteness.

They cost about a microsecond; functions that work in place have the comparison of shapes and little else.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

from derive.emitting.formula import Array, Formula, IndexArgument, Scalar, Sparse

__all__ = ["WIDTH", "conversions", "finite_inputs", "finite_outputs", "shape_checks", "shape_text"]

WIDTH = 120


def shape_text(axes: tuple[str, ...]) -> str:
    """(V, d) or (n,)."""
    return f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"


def conversions(formula: Formula) -> list[str]:
    """Lists and integers are welcome, except in the functions that work in place: those are the hot path."""
    if formula.in_place:
        return []
    lines = []
    for argument in formula.arguments:
        name = argument.parameter
        if isinstance(argument, Scalar) and not formula.elementwise:
            lines += [f"if type({name}) is not float:", f'    {name} = _number("{name}", {name})']
        elif isinstance(argument, Array | Scalar):
            lines.append(f'if type({name}) is not np.ndarray or {name}.dtype.kind != "f":')
            lines.append(f'    {name} = _floats("{name}", {name})')
        elif isinstance(argument, IndexArgument) and argument.axes:
            lines.append(f'{name} = _integers("{name}", {name})')
    return lines


def shape_checks(formula: Formula, blocks: list[str]) -> list[str]:
    """Comparisons of shapes only; they cost less than a microsecond."""
    arrays = [a for a in formula.arguments if isinstance(a, Array) or (isinstance(a, IndexArgument) and a.axes)]
    conditions = [f"{a.parameter}.ndim != {len(a.axes)}" for a in arrays if isinstance(a, Array | IndexArgument)]
    first: dict[str, str] = {}
    wanted = []
    for argument in arrays:
        assert not isinstance(argument, Scalar)
        wanted.append(f"{argument.parameter} {shape_text(argument.axes)}")
        for at, axis in enumerate(argument.axes):
            length = f"{argument.parameter}.shape[{at}]"
            if axis in first:
                conditions.append(f"{length} != {first[axis]}")
            first.setdefault(axis, length)
    for sparse in (a for a in formula.arguments if isinstance(a, Sparse)):
        rows = sparse.axes[0]
        if rows in first:
            same = first[rows].startswith("len(") and first[rows].endswith(" - 1")
            wanted_starts = first[rows].removesuffix(" - 1") if same else f"{first[rows]} + 1"
            conditions.append(f"len({sparse.starts}) != {wanted_starts}")
        first.setdefault(rows, f"len({sparse.starts}) - 1")
        conditions.append(f"len({sparse.columns}) != len({sparse.values})")
    got = [a.parameter for a in arrays]
    for block in blocks:
        shape = ", ".join(first[axis] for axis in formula.scratch)
        conditions += [f"{block}.shape != ({shape})", f"not {block}.flags.c_contiguous"]
        wanted.append(f"{block} {shape_text(formula.scratch)} contiguous")
        got.append(block)
    lines = []
    if conditions:
        lines += _condition(conditions)
        message = f"{formula.name} needs {', '.join(wanted)}; got "
        values = ", ".join(f"{{{name}.shape}}" for name in got)
        lines += _error(message, values)
    for pointer in (a for a in formula.arguments if isinstance(a, IndexArgument)):
        lines += _range_check(formula, pointer, first)
    return lines


def _error(message: str, values: str) -> list[str]:
    one_line = f'    raise ValueError(f"{message}{values}")'
    if len(one_line) + 4 <= WIDTH:
        return [one_line]
    if len(message) + len(values) + 15 <= WIDTH:
        return ["    raise ValueError(", f'        f"{message}{values}"', "    )"]
    pieces = textwrap.wrap(message, WIDTH - 20, drop_whitespace=False)
    return ["    raise ValueError(", *(f'        "{piece}"' for piece in pieces), f'        f"{values}"', "    )"]


def _range_check(formula: Formula, pointer: IndexArgument, first: dict[str, str]) -> list[str]:
    name, length = pointer.parameter, first.get(pointer.into)
    if formula.in_place or length is None or pointer.axes:
        return []
    message = f'f"{formula.name}: {name} = {{{name}}} is not between 0 and {{{length} - 1}}"'
    return [f"if not 0 <= {name} < {length}:", f"    raise IndexError({message})"]


def _condition(conditions: list[str]) -> list[str]:
    one_line = f"if {' or '.join(conditions)}:"
    if len(one_line) + 4 <= WIDTH:
        return [one_line]
    return ["if (", f"    {conditions[0]}", *(f"    or {condition}" for condition in conditions[1:]), "):"]


def finite_inputs(formula: Formula) -> list[str]:
    """Before anything is computed: the dot product of two vectors is finite only if all their entries are."""
    if not _checks_inputs(formula):
        return []
    groups: dict[tuple[str, ...], list[str]] = {}
    for argument in formula.arguments:
        if isinstance(argument, Array):
            groups.setdefault(argument.axes, []).append(argument.parameter)
    tested = [f"{a}.dot({b})" for names in groups.values() for a, b in zip(names[::2], names[1::2], strict=False)]
    tested += [f"{names[-1]}.dot({names[-1]})" for names in groups.values() if len(names) % 2]
    scalars = [argument.parameter for argument in formula.arguments if isinstance(argument, Scalar)]
    tested += [f"np.vdot({name}, {name})" if formula.elementwise else name for name in scalars]
    return _reject(formula, tested)


def finite_outputs(formula: Formula, ranks: Mapping[str, int], results: Mapping[str, str]) -> list[str]:
    """Where a look at every input would take too long, a result that is not finite gives it away."""
    if _checks_inputs(formula):
        return []
    if formula.into:
        return _reject(formula, [results[name] for name in formula.outputs if ranks[name] == 0])
    small = [name for name in formula.outputs if ranks[name] < 2] or list(formula.outputs)
    probes: list[Callable[[str], str]] = [lambda x: x, lambda x: f"{x}.dot({x})", lambda x: f"np.vdot({x}, {x})"]
    return _reject(formula, [probes[min(ranks[name], 2)](results[name]) for name in small])


def _checks_inputs(formula: Formula) -> bool:
    return all(isinstance(a, Scalar) or (isinstance(a, Array) and len(a.axes) == 1) for a in formula.arguments)


def _reject(formula: Formula, tested: list[str]) -> list[str]:
    inputs = [a.parameter for a in formula.arguments if isinstance(a, Array | Scalar | Sparse)]
    if not tested or not inputs:
        return []
    arguments = f'"{formula.name}", {", ".join(f"{name}={name}" for name in inputs)}'
    call = [f"    _reject_non_finite({arguments})"]
    if len(call[0]) + 4 > WIDTH:
        call = ["    _reject_non_finite(", f"        {arguments}", "    )"]
    tests = [f"math.isfinite({value})" for value in tested]
    condition = tests[0] if len(tests) == 1 else f"({' and '.join(tests)})"
    if len(condition) + 12 > WIDTH:
        first, *others = tests
        return ["if not (", f"    {first}", *(f"    and {test}" for test in others), "):", *call]
    return [f"if not {condition}:", *call]
