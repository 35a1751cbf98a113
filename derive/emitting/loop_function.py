"""One formula → the text of one function that goes over the entries of its sparse arguments in loops.

It is plain Python that Numba compiles as it stands; no library is needed to read it or, slowly, to run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.emitting.checks import condition, shapes
from derive.emitting.formula import EmitError, Formula, Scalar, Sparse
from derive.emitting.function import check_documentation
from derive.emitting.graph import Ref
from derive.emitting.loops import FORMS, Loops
from derive.emitting.lowering import Lowering
from derive.emitting.text import WIDTH, indented
from derive.terms import Index

__all__ = ["LoopCode", "emit_loops", "loops_name"]


@dataclass(frozen=True)
class LoopCode:
    """The text of a function; the attributes are those of ``FunctionCode``."""

    name: str
    text: str
    bare: str
    documentation: str
    rewrites: frozenset[str]
    axes: Mapping[str, tuple[str, ...]]


def loops_name(name: str) -> str:
    """What the loops of a function are called."""
    return f"{name}_loops"


def emit_loops(formula: Formula) -> LoopCode:
    """Compile a formula to loops.

    Raises:
        EmitError: it is no sum over the entries of sparse arguments.
    """
    lowering = Lowering(formula.arguments)
    roots = lowering.outputs({name: proved.tensor for name, proved in formula.outputs.items()})
    if missing := [name for name, _, indices in roots if indices and name not in formula.into]:
        raise EmitError(f"{formula.name} cannot be emitted as loops: write  into {' '.join(missing)}")
    loops = Loops(formula, roots)
    body = loops.body()
    name = loops_name(formula.name)
    axes = {output: _axes(ref, indices) for output, ref, indices in roots}
    docstring = _docstring(formula)
    signature = _signature(formula, name)
    lines = [*_doors(formula, loops, axes), *_start(formula, loops, body)]
    lines += [f"for row in range({loops.rows}):", *indented([*_ends(formula), *body])]
    if loops.totals:
        tests = [f"math.isfinite({total})" for total in loops.totals]
        lines.append(f"if not {tests[0]}:" if len(tests) == 1 else f"if not ({' and '.join(tests)}):")
        lines.append(f'    raise ValueError("{formula.name}: an entry is NaN or infinite")')
        lines.append(f"return {', '.join(loops.totals)}")
    return LoopCode(
        name,
        _joined([*signature, *indented([*docstring, *lines])]),
        _joined([*signature, *indented(lines)]),
        _joined(docstring).strip().strip('"'),
        frozenset(lowering.rewrites | FORMS),
        axes,
    )


def _axes(ref: Ref, indices: Sequence[Index]) -> tuple[str, ...]:
    names = dict(zip(ref.labels, ref.node.axes, strict=True))
    return tuple(str(names[index]) for index in indices)


def _signature(formula: Formula, name: str) -> list[str]:
    parameters = []
    for argument in formula.arguments:
        if isinstance(argument, Sparse):
            parameters += [f"{argument.columns}: Integers", f"{argument.starts}: Integers"]
        parameters.append(f"{argument.parameter}: {'float' if isinstance(argument, Scalar) else 'Floats'}")
    parameters += [f"{output}: Floats" for output in formula.into]
    numbers = ["float" for output in formula.outputs if output not in formula.into]
    result = "None" if not numbers else numbers[0] if len(numbers) == 1 else f"tuple[{', '.join(numbers)}]"
    one_line = f"def {name}({', '.join(parameters)}) -> {result}:"
    if len(one_line) <= WIDTH:
        return [one_line]
    return [f"def {name}(", *(f"    {parameter}," for parameter in parameters), f") -> {result}:"]


def _docstring(formula: Formula) -> list[str]:
    check_documentation(formula)
    lines = [f'"""What `{formula.name}` computes, in loops over the entries.', ""]
    lines += [f"    {name}: proved in {proved.source}" for name, proved in formula.outputs.items()]
    return [
        *lines,
        "",
        "The arguments are the same, without work space; arrays of numbers are of one type.",
        "",
        "Raises:",
        "    ValueError: shapes do not meet, or an entry is NaN or infinite.",
        "    IndexError: a column points outside of its axis.",
        '"""',
    ]


def _doors(formula: Formula, loops: Loops, axes: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Shapes are compared before memory is touched: compiled loops look at no bounds."""
    found = shapes(formula)
    conditions = list(found.conditions)
    for output in formula.into:
        conditions.append(f"{output}.shape != ({', '.join(found.lengths[axis] for axis in axes[output])})")
    lines = [*condition(conditions), f'    raise ValueError("{formula.name}: shapes do not meet")']
    used = [loops.rows, loops.along, *(a.axes[1] for a in formula.arguments if isinstance(a, Sparse))]
    return lines + [f"{axis} = {found.lengths[axis]}" for axis in dict.fromkeys(used)]


def _start(formula: Formula, loops: Loops, body: list[str]) -> list[str]:
    lines = [f"zero = {loops.first}.dtype.type(0)"]
    if any("one " in line for line in body):
        lines.append(f"one = {loops.first}.dtype.type(1)")
    lines += [f"{output}[:, :] = zero" for output in formula.into]
    lines += [f"{name} = np.empty({loops.along}, {loops.first}.dtype)" for name in loops.vectors.values()]
    return lines + [f"{name} = 0.0" for name in loops.totals]


def _ends(formula: Formula) -> list[str]:
    lines = []
    for matrix in (a for a in formula.arguments if isinstance(a, Sparse)):
        lines.append(f"if not 0 <= {matrix.starts}[row] <= {matrix.starts}[row + 1] <= len({matrix.columns}):")
        lines.append(f'    raise ValueError("{formula.name}: {matrix.starts} does not rise from row to row")')
    return lines


def _joined(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines) + "\n"
