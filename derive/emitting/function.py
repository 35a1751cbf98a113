"""One formula → the text of one NumPy function, with its docstring and the checks of its input."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from derive.emitting.formula import Argument, Array, EmitError, Formula, IndexArgument, Scalar, Sparse
from derive.emitting.lowering import Lowering
from derive.emitting.numpy_code import Printer
from derive.emitting.plan import Plan
from derive.emitting.schedule import schedule
from derive.emitting.unicode import shown

__all__ = ["WIDTH", "FunctionCode", "check_names", "emit_function"]

WIDTH = 120


@dataclass(frozen=True)
class FunctionCode:
    """The text of a function, the rewrites that its correctness rests on, and the helpers that it calls."""

    name: str
    text: str
    rewrites: frozenset[str]
    helpers: frozenset[str]


def emit_function(formula: Formula) -> FunctionCode:
    """Compile a formula.

    Raises:
        EmitError: a node has no NumPy, an index no range, or two axes of different names meet.
    """
    lowering = Lowering(formula.arguments)
    roots = lowering.outputs({name: proved.tensor for name, proved in formula.outputs.items()})
    plan = Plan(formula.arguments, roots, formula.scratch)
    printer = Printer(formula, plan, schedule(plan, name_dots=formula.in_place))
    body = printer.body()
    results = {name: printer.text(use)[0] for name, use in plan.outputs.items()}
    ranks = {name: len(use.labels) for name, use in plan.outputs.items()}
    lines = [*_signature(formula, ranks, printer.names.blocks), *_indented(_docstring(formula, printer.names.blocks))]
    lines += _indented(_conversions(formula))
    lines += _indented(_checks(formula, printer.names.blocks))
    lines += _indented([f"{axis} = {printer.names.length(axis)}" for axis in printer.sizes])
    if printer.ignores:
        flags = ", ".join(f'{flag}="ignore"' for flag in sorted(printer.ignores))
        lines += _indented([f"with np.errstate({flags}):", *_indented(body)])
    else:
        lines += _indented(body)
    lines += _indented(_finite(formula, ranks, results))
    returned = [
        results[name] if ranks[name] else f"float({results[name]})"
        for name in formula.outputs
        if name not in formula.into
    ]
    if len(returned) == 1 and not returned[0].startswith("float("):
        returned = [f"np.asarray({returned[0]})"]  # what type checkers need to see
    if returned:
        lines += _indented([f"return {', '.join(returned)}"])
    return FunctionCode(
        formula.name,
        "\n".join(line.rstrip() for line in lines) + "\n",
        frozenset(lowering.rewrites),
        frozenset(printer.helpers | (set() if formula.in_place else {"convert"})),
    )


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _kind(argument: Argument) -> str:
    if isinstance(argument, Scalar):
        return "float"
    if isinstance(argument, IndexArgument):
        return "Integers" if argument.axes else "int"
    return "Floats"


def _signature(formula: Formula, ranks: dict[str, int], blocks: list[str]) -> list[str]:
    parameters = []
    for argument in formula.arguments:
        if isinstance(argument, Sparse):
            parameters += [
                f"{argument.columns}: Integers",
                f"{argument.starts}: Integers",
                f"{argument.values}: Floats",
            ]
        else:
            parameters.append(f"{argument.parameter}: {_kind(argument)}")
    buffers = [f"{block}: Floats" for block in blocks] + [f"{name}: Floats" for name in formula.into]
    if buffers:
        parameters += ["*", *buffers]
    kinds = ["float" if ranks[name] == 0 else "Floats" for name in formula.outputs if name not in formula.into]
    result = "None" if not kinds else kinds[0] if len(kinds) == 1 else f"tuple[{', '.join(kinds)}]"
    one_line = f"def {formula.name}({', '.join(parameters)}) -> {result}:"
    if len(one_line) <= WIDTH:
        return [one_line]
    return [f"def {formula.name}(", *(f"    {parameter}," for parameter in parameters), f") -> {result}:"]


def _shape(axes: tuple[str, ...]) -> str:
    return f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"


def _docstring(formula: Formula, blocks: list[str]) -> list[str]:
    summary = formula.summary or f"{', '.join(formula.outputs)}.".replace("_", " ").capitalize()
    lines = [f'"""{summary}', ""]
    for name, proved in formula.outputs.items():
        text = formula.latex.get(name) or shown(proved.tensor)
        lines += _filled(f"{name} = {text}", "    ")
        lines.append(f"        proved in {proved.source}")
    lines += ["", "Args:"]
    for argument in formula.arguments:
        lines += _described(argument)
    lines += [f"    {block}: {_shape(formula.scratch)}, C-contiguous; work space, overwritten." for block in blocks]
    lines += [f"    {name}: the array that receives this output, overwritten." for name in formula.into]
    lines += ["", "Raises:", "    ValueError: shapes do not meet, or an entry is NaN or infinite.", '"""']
    return [line.replace("\\", "\\\\") for line in lines]


def _described(argument: Argument) -> list[str]:
    if isinstance(argument, Scalar):
        return [f"    {argument.parameter}: a number."]
    if isinstance(argument, IndexArgument):
        kind = f"{_shape(argument.axes)}, integers" if argument.axes else "an integer"
        return [f"    {argument.parameter}: {kind} from 0 to {argument.into} - 1."]
    if isinstance(argument, Sparse):
        rows, columns = argument.axes
        return [
            f"    {argument.columns}: the columns, from 0 to {columns} - 1, of the nonzero entries, row by row.",
            f"    {argument.starts}: ({rows} + 1,), where each row begins in them; the first is 0.",
            f"    {argument.values}: the entries of {argument.symbol}, {rows}×{columns}; no position twice.",
        ]
    return [f"    {argument.parameter}: {_shape(argument.axes)}."]


def _filled(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH - 12, initial_indent=indent, subsequent_indent=indent + "    ", break_long_words=False
    )


def _conversions(formula: Formula) -> list[str]:
    """Lists and integers are welcome, except in the functions that work in place: those are the hot path."""
    if formula.in_place:
        return []
    lines = []
    for argument in formula.arguments:
        if isinstance(argument, Scalar):
            lines.append(f'{argument.parameter} = _number("{argument.parameter}", {argument.parameter})')
        elif isinstance(argument, Array):
            lines.append(f'{argument.parameter} = _floats("{argument.parameter}", {argument.parameter})')
        elif isinstance(argument, IndexArgument) and argument.axes:
            lines.append(f'{argument.parameter} = _integers("{argument.parameter}", {argument.parameter})')
    return lines


def _checks(formula: Formula, blocks: list[str]) -> list[str]:
    """Comparisons of shapes only; they cost less than a microsecond."""
    arrays = [a for a in formula.arguments if isinstance(a, Array) or (isinstance(a, IndexArgument) and a.axes)]
    conditions = [f"{a.parameter}.ndim != {len(a.axes)}" for a in arrays if isinstance(a, Array | IndexArgument)]
    first: dict[str, str] = {}
    wanted = []
    for argument in arrays:
        assert not isinstance(argument, Scalar)
        wanted.append(f"{argument.parameter} {_shape(argument.axes)}")
        for at, axis in enumerate(argument.axes):
            length = f"{argument.parameter}.shape[{at}]"
            if axis in first:
                conditions.append(f"{length} != {first[axis]}")
            first.setdefault(axis, length)
    for sparse in (a for a in formula.arguments if isinstance(a, Sparse)):
        if sparse.axes[0] in first:
            conditions.append(f"len({sparse.starts}) != {first[sparse.axes[0]]} + 1")
        conditions.append(f"len({sparse.columns}) != len({sparse.values})")
    got = [a.parameter for a in arrays]
    for block in blocks:
        shape = ", ".join(first[axis] for axis in formula.scratch)
        conditions += [f"{block}.shape != ({shape})", f"not {block}.flags.c_contiguous"]
        wanted.append(f"{block} {_shape(formula.scratch)} contiguous")
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


def _finite(formula: Formula, ranks: dict[str, int], results: dict[str, str]) -> list[str]:
    """A result that is not finite is traced to an input that is not; a dot product of a vector catches every entry."""
    inputs = [a.parameter for a in formula.arguments if isinstance(a, Array | Scalar | Sparse)]
    if formula.into:
        tested = [results[name] for name in formula.outputs if ranks[name] == 0]
    else:
        small = [name for name in formula.outputs if ranks[name] < 2] or list(formula.outputs)
        probes: list[Callable[[str], str]] = [lambda x: x, lambda x: f"{x} @ {x}", lambda x: f"np.vdot({x}, {x})"]
        tested = [probes[min(ranks[name], 2)](results[name]) for name in small]
    if not tested or not inputs:
        return []
    call = f'_reject_non_finite("{formula.name}", {", ".join(f"{name}={name}" for name in inputs)})'
    tests = [f"math.isfinite({value})" for value in tested]
    condition = tests[0] if len(tests) == 1 else f"({' and '.join(tests)})"
    if len(condition) + 12 > WIDTH:
        first, *others = tests
        return ["if not (", f"    {first}", *(f"    and {test}" for test in others), "):", f"    {call}"]
    return [f"if not {condition}:", f"    {call}"]


def check_names(formula: Formula) -> None:
    """Outputs and parameters must not share a name.

    Raises:
        EmitError: they do.
    """
    clash = set(formula.outputs) & {*formula.parameters(), "block", "math"}
    if clash:
        raise EmitError(f"{formula.name}: {', '.join(sorted(clash))} is both a parameter and an output")
