"""One formula → the text of one NumPy function, with its docstring and the checks of its input."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.emitting.checks import (
    conversions,
    reject_unless,
    shape_checks,
    shape_text,
    value_tests,
)
from derive.emitting.domains import domain, domain_checks
from derive.emitting.formula import Argument, Array, EmitError, Formula, IndexArgument, Scalar, Sparse
from derive.emitting.helpers import RESTS_ON, called
from derive.emitting.lowering import Lowering
from derive.emitting.plan import Plan
from derive.emitting.schedule import schedule
from derive.emitting.statements import Printer, Statement
from derive.emitting.steps import Value
from derive.emitting.text import WIDTH, indented
from derive.unicode import shown

__all__ = ["FunctionCode", "check_documentation", "check_names", "emit_function"]


@dataclass(frozen=True)
class FunctionCode:
    """The text of a function.

    Attributes:
        bare: the text without the docstring, the one place where words of a note stand.
        documentation: the docstring.
        rewrites: what its correctness rests on, beside the proofs of its terms.
        axes: the named axes of each output.
        statements: the lines that compute something, in their order.
        results: the value of each output.
        start: the line of the text, counted from 0, where the first statement begins.
    """

    name: str
    text: str
    bare: str
    documentation: str
    rewrites: frozenset[str]
    axes: Mapping[str, tuple[str, ...]]
    statements: tuple[Statement, ...]
    results: Mapping[str, Value]
    start: int


def emit_function(formula: Formula) -> FunctionCode:
    """Compile a formula.

    Raises:
        EmitError: a node has no NumPy, an index no range, or two axes of different names meet.
    """
    lowering = Lowering(formula.arguments)
    roots = lowering.outputs({name: proved.tensor for name, proved in formula.outputs.items()})
    plan = Plan(formula.arguments, roots, formula.scratch)
    printer = Printer(formula, plan, schedule(plan, name_dots=formula.in_place))
    statements = printer.body()
    body = printer.lines
    results = {name: printer.text(use)[0] for name, use in plan.outputs.items()}
    ranks = {name: len(use.labels) for name, use in plan.outputs.items()}
    signature = _signature(formula, ranks, printer.names.blocks)
    docstring = _docstring(formula, printer.names.blocks)
    lines = [*signature, *indented(docstring)]
    head = len(lines)
    lines += indented(conversions(formula))
    lines += indented(shape_checks(formula, printer.names.blocks))
    lines += indented(domain_checks(formula))
    outputs = {name: use.value for name, use in plan.outputs.items()}
    tests = value_tests(formula, outputs, results, printer.schedule.guarded)
    lines += indented(reject_unless(formula, tests.before))
    lines += indented([f"{axis} = {printer.names.length(axis)}" for axis in printer.sizes])
    start = len(lines) + bool(printer.ignores)
    if printer.ignores:
        flags = ", ".join(f'{flag}="ignore"' for flag in sorted(printer.ignores))
        lines += indented([f"with np.errstate({flags}):", *indented(body)])
    else:
        lines += indented(body)
    lines += indented(reject_unless(formula, tests.after))
    returned = [
        results[name] if ranks[name] or formula.elementwise else f"float({results[name]})"
        for name in formula.outputs
        if name not in formula.into
    ]
    if len(returned) == 1 and not returned[0].startswith("float(") and not formula.elementwise:
        returned = [f"np.asarray({returned[0]})"]  # what type checkers need to see
    if returned:
        lines += indented([f"return {', '.join(returned)}"])
    bare = _joined([*signature, *lines[head:]])
    return FunctionCode(
        formula.name,
        _joined(lines),
        bare,
        _joined(docstring).strip().removeprefix("r").strip('"'),
        frozenset(lowering.rewrites | {name for helper in called(bare) for name in RESTS_ON.get(helper, ())}),
        {name: use.value.axes for name, use in plan.outputs.items()},
        tuple(statements),
        {name: use.value for name, use in plan.outputs.items()},
        start,
    )


def _kind(argument: Argument, elementwise: bool) -> str:
    if isinstance(argument, Scalar):
        return "Any" if elementwise else "float"
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
            parameters.append(f"{argument.parameter}: {_kind(argument, formula.elementwise)}")
    buffers = [f"{block}: Floats" for block in blocks] + [f"{name}: Floats" for name in formula.into]
    if buffers:
        parameters += ["*", *buffers]
    number = "Any" if formula.elementwise else "float"
    kinds = [number if ranks[name] == 0 else "Floats" for name in formula.outputs if name not in formula.into]
    result = "None" if not kinds else kinds[0] if len(kinds) == 1 else f"tuple[{', '.join(kinds)}]"
    one_line = f"def {formula.name}({', '.join(parameters)}) -> {result}:"
    if len(one_line) <= WIDTH:
        return [one_line]
    return [f"def {formula.name}(", *(f"    {parameter}," for parameter in parameters), f") -> {result}:"]


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _docstring(formula: Formula, blocks: list[str]) -> list[str]:
    summary = formula.summary or f"{', '.join(formula.outputs)}.".replace("_", " ").capitalize()
    lines = [summary, ""]
    for name, proved in formula.outputs.items():
        text = formula.latex.get(name) or shown(proved.tensor)
        lines += _filled(f"{name} = {text}", "    ")
        lines.append(f"        proved in {proved.source}")
    lines += ["", "Args:"]
    for argument in formula.arguments:
        lines += _described(argument, formula.elementwise)
    lines += [f"    {block}: {shape_text(formula.scratch)}, C-contiguous; work space, overwritten." for block in blocks]
    lines += [f"    {name}: the array that receives this output, overwritten." for name in formula.into]
    lines += ["", "Raises:", *_filled(f"ValueError: {_errors(formula)}.", "    "), '"""']
    check_documentation(formula)
    raw = "r" if any("\\" in line for line in lines) else ""
    return [f'{raw}"""{lines[0]}', *lines[1:]]


def _described(argument: Argument, elementwise: bool) -> list[str]:
    if isinstance(argument, Scalar):
        if not elementwise:
            return [f"    {argument.parameter}: a number {domain(argument)}".rstrip() + "."]
        kind = "a number, or an array of any shape; so are the results"
        return [f"    {argument.parameter}: {'not negative; ' if argument.nonnegative else ''}{kind}."]
    if isinstance(argument, IndexArgument):
        kind = f"{shape_text(argument.axes)}, integers" if argument.axes else "an integer"
        return [f"    {argument.parameter}: {kind} from 0 to {argument.into} - 1."]
    if isinstance(argument, Sparse):
        rows, columns = argument.axes
        return [
            f"    {argument.columns}: the columns, from 0 to {columns} - 1, of the nonzero entries, row by row.",
            f"    {argument.starts}: ({rows} + 1,), where each row begins in them; the first is 0.",
            f"    {argument.values}: the entries of {argument.symbol}, {rows}×{columns}; no position twice.",
        ]
    return [f"    {argument.parameter}: {shape_text(argument.axes)}{_domain(argument)}."]


def _domain(argument: Array) -> str:
    text = ", not negative" if argument.nonnegative else ""
    if argument.normalized:
        return f"{text}; adds up to one, which the proofs use"
    return f"{text}; the proofs do not use that it adds up to one" if argument.distribution else text


def _errors(formula: Formula) -> str:
    """What a function says of its input; the hot path looks at less."""
    vectors = [a for a in formula.arguments if isinstance(a, Array) and not formula.in_place]
    signed = formula.arguments if formula.elementwise else vectors
    negative = any(isinstance(a, Array | Scalar) and a.nonnegative for a in signed)
    apart = bool(domain_checks(formula))
    total = any(argument.normalized for argument in vectors)
    entry = "an entry is NaN, infinite or of the wrong sign" if negative else "an entry is NaN or infinite"
    parts = ["shapes do not meet", entry, *(["what must add up to one does not"] if total else [])]
    parts += ["a number is not what the formula needs"] if apart else []
    return f"{', '.join(parts[:-1])}, or {parts[-1]}"


def _filled(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH - 12, initial_indent=indent, subsequent_indent=indent + "    ", break_long_words=False
    )


def check_names(formula: Formula) -> None:
    """Outputs and parameters must not share a name.

    Raises:
        EmitError: they do.
    """
    clash = set(formula.outputs) & {*formula.parameters(), "block", "math"}
    if clash:
        raise EmitError(f"{formula.name}: {', '.join(sorted(clash))} is both a parameter and an output")


def check_documentation(formula: Formula) -> None:
    """What a docstring takes over from a note must not end it: behind its end stands code.

    Raises:
        EmitError: a sentence, a formula or the name of a note could.
    """
    for line in (formula.summary, *formula.latex.values(), *(proved.source for proved in formula.outputs.values())):
        if '"""' in line or line.endswith(("\\", '"')) or not line.replace("\n", " ").isprintable():
            raise EmitError(f"{formula.name}: {line!r} cannot stand in a docstring")
