"""The checks at the door of generated functions: kinds, shapes, ranges, finiteness.

They cost about a microsecond; functions that work in place have the comparison of shapes and little else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from derive.emitting.exposure import BAD, INFINITE, MINUS_INFINITE, NAN, NEGATIVE, gives_away
from derive.emitting.formula import Array, Formula, IndexArgument, Scalar, Sparse
from derive.emitting.steps import Value
from derive.emitting.text import WIDTH, call, indented

__all__ = [
    "Shapes",
    "Tests",
    "condition",
    "conversions",
    "reject_unless",
    "rejections",
    "shape_checks",
    "shape_text",
    "shapes",
    "value_tests",
]

TOLERANCE = 0.001
"""How far a sum may be from one: more than rounding, in any precision, and less than a mistake."""


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


@dataclass(frozen=True)
class Shapes:
    """What is compared of the shapes of the arguments.

    Attributes:
        conditions: each is true if something does not fit.
        wanted, got: what a message shows: the shapes by their letters, and the arguments.
        lengths: the length of each axis, from the first argument that has it.
    """

    conditions: list[str]
    wanted: list[str]
    got: list[str]
    lengths: dict[str, str]


def shapes(formula: Formula) -> Shapes:
    """The shapes of the arguments, without those of the caller's work arrays."""
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
    return Shapes(conditions, wanted, [a.parameter for a in arrays], first)


def shape_checks(formula: Formula, blocks: list[str]) -> list[str]:
    """Comparisons of shapes only; they cost less than a microsecond."""
    found = shapes(formula)
    conditions, wanted, got, first = found.conditions, found.wanted, found.got, found.lengths
    for block in blocks:
        shape = ", ".join(first[axis] for axis in formula.scratch)
        conditions += [f"{block}.shape != ({shape})", f"not {block}.flags.c_contiguous"]
        wanted.append(f"{block} {shape_text(formula.scratch)} contiguous")
        got.append(block)
    lines = []
    if conditions:
        lines += condition(conditions)
        lines += indented(call("_reject_shapes", [f'"{formula.name}"', f'"{", ".join(wanted)}"', *got], 8))
    for pointer in (a for a in formula.arguments if isinstance(a, IndexArgument)):
        lines += _range_check(formula, pointer, first)
    return lines


def _range_check(formula: Formula, pointer: IndexArgument, first: dict[str, str]) -> list[str]:
    name, length = pointer.parameter, first.get(pointer.into)
    if formula.in_place or length is None or pointer.axes:
        return []
    message = f'f"{formula.name}: {name} = {{{name}}} is not between 0 and {{{length} - 1}}"'
    return [f"if not 0 <= {name} < {length}:", f"    raise IndexError({message})"]


def condition(conditions: list[str]) -> list[str]:
    """The head of an `if` that is entered if any of them holds."""
    one_line = f"if {' or '.join(conditions)}:"
    if len(one_line) + 4 <= WIDTH:
        return [one_line]
    return ["if (", f"    {conditions[0]}", *(f"    or {condition}" for condition in conditions[1:]), "):"]


@dataclass(frozen=True)
class Tests:
    """What must hold before anything is computed, and what of the results; else some input is to blame."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def value_tests(
    formula: Formula, outputs: Mapping[str, Value], results: Mapping[str, str], seen: Collection[Value]
) -> Tests:
    """As few tests as find every entry that is NaN or infinite, or negative where that is not allowed.

    Where a look at every input would take too long, a result that is not finite gives it away.  Of vectors every entry
    is looked at, unless a number among the results is sure to give it away.

    Args:
        outputs: the outputs' values.
        results: the outputs' names in the code.
        seen: numbers that are tested where they are computed.
    """
    numbers = [name for name, value in outputs.items() if not value.step.labels]
    if not all(isinstance(a, Scalar) or (isinstance(a, Array) and len(a.axes) == 1) for a in formula.arguments):
        small = [name for name, value in outputs.items() if len(value.step.labels) < (1 if formula.into else 2)]
        return Tests(after=tuple(_finite(results[name], len(outputs[name].step.labels)) for name in small or outputs))
    if formula.elementwise:
        return _elementwise_tests(formula, outputs, results)
    before: list[str] = []
    unseen: list[Array] = []
    known: list[str] = []
    late = False
    for argument in formula.arguments:
        name = argument.parameter
        if isinstance(argument, Scalar):
            before.append(f"math.isfinite({name})")
            continue
        assert isinstance(argument, Array)

        late_ones = _hidden(argument, _bad(argument), seen, known)
        hidden = _hidden(argument, late_ones, [outputs[number] for number in numbers], known)
        if NEGATIVE in hidden:
            before.append(f"np.minimum.reduce({name}) >= 0")
            hidden, late_ones = hidden & {INFINITE}, late_ones & {INFINITE}
        if argument.normalized:
            before.append(f"abs(np.add.reduce({name}) - 1) <= {TOLERANCE}")
            hidden, late_ones = set(), late_ones & {NEGATIVE}
        if hidden & {*BAD}:
            unseen.append(argument)
            late_ones &= {NEGATIVE}
        late = late or bool(late_ones - hidden)
        known += [name] if argument.nonnegative else []
    after = [_finite(results[name], 0) for name in numbers] if late else []
    return Tests((*before, *_finite_vectors(unseen)), tuple(after))


def _bad(argument: Array | Scalar) -> set[str]:
    return {*BAD, *([NEGATIVE] if argument.nonnegative else [])}


def _hidden(
    argument: Array | Scalar, bad: Iterable[str], probes: Collection[Value], known: Collection[str]
) -> set[str]:
    """What could be among the entries without showing in one of the probes."""
    name = argument.parameter
    return {each for each in bad if not any(gives_away(probe, name, each, known) for probe in probes)}


def _elementwise_tests(formula: Formula, outputs: Mapping[str, Value], results: Mapping[str, str]) -> Tests:
    arguments = [argument for argument in formula.arguments if isinstance(argument, Scalar)]
    for output, value in outputs.items():
        name = results[output]
        for signs, place in (((NAN, MINUS_INFINITE), "argmin"), ((NAN, INFINITE), "argmax")):
            if all(gives_away(value, a.parameter, bad, (), signs) for a in arguments for bad in _bad(a)):
                return Tests(after=(f"not {name}.size or math.isfinite({name}.item({name}.{place}()))",))
        if not any(_hidden(argument, _bad(argument), [value], ()) for argument in arguments):
            return Tests(after=(_finite_of_any_shape(name, arguments[0].parameter),))
    names = [argument.parameter for argument in arguments]
    least = [f"np.all({argument.parameter} >= 0)" for argument in arguments if argument.nonnegative]
    return Tests((*(_finite_of_any_shape(name, name) for name in names), *least))


def _finite_of_any_shape(name: str, like: str) -> str:
    return f"math.isfinite({name}.dot({name}) if {like}.ndim == 1 else np.vdot({name}, {name}))"


def _finite(name: str, rank: int) -> str:
    return f"math.isfinite({(name, f'{name}.dot({name})', f'np.vdot({name}, {name})')[min(rank, 2)]})"


def _finite_vectors(arguments: list[Array]) -> list[str]:
    """The dot product of two vectors is finite only if all their entries are."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for argument in arguments:
        groups.setdefault(argument.axes, []).append(argument.parameter)
    tested = [f"{a}.dot({b})" for names in groups.values() for a, b in zip(names[::2], names[1::2], strict=False)]
    tested += [f"{names[-1]}.dot({names[-1]})" for names in groups.values() if len(names) % 2]
    return [f"math.isfinite({text})" for text in tested]


def rejections(formula: Formula, indent: int) -> list[str]:
    """Calls that say which input is to blame, if one is, as lines that will be indented."""
    lines = []
    for helper, names in (
        ("_reject_non_finite", [a.parameter for a in formula.arguments if isinstance(a, Array | Scalar | Sparse)]),
        ("_reject_negative", _nonnegative(formula)),
        ("_reject_unnormalized", _normalized(formula)),
    ):
        if names:
            lines += call(helper, [f'"{formula.name}"', *(f"{name}={name}" for name in names)], indent)
    return lines


def _nonnegative(formula: Formula) -> list[str]:
    kinds = (Array, Scalar) if formula.elementwise else (Array,)
    return [a.parameter for a in formula.arguments if isinstance(a, kinds) and a.nonnegative]


def _normalized(formula: Formula) -> list[str]:
    """The vectors that must add up to one; in the hot path nobody looks."""
    vectors = [a for a in formula.arguments if isinstance(a, Array) and len(a.axes) == 1]
    return [] if formula.in_place else [a.parameter for a in vectors if a.normalized]


def reject_unless(formula: Formula, conditions: Collection[str]) -> list[str]:
    """Look for the input to blame unless all conditions hold."""
    if not conditions or not rejections(formula, 0):
        return []
    first, *others = conditions
    whole = " and ".join(conditions)
    lines = [f"if not {whole}:" if whole.startswith("math.isfinite(") and not others else f"if not ({whole}):"]
    if len(lines[0]) + 4 > WIDTH:
        lines = ["if not (", f"    {first}", *(f"    and {other}" for other in others), "):"]
    return [*lines, *indented(rejections(formula, 8))]
