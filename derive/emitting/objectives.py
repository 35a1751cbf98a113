"""Emitted functions as an objective that can be trained: which functions, and what the trainer gives each argument."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.emitting.formula import EmitError, Formula, Sparse
from derive.emitting.loop_function import loops_name

__all__ = ["Trainable", "trainable"]


@dataclass(frozen=True)
class Trainable:
    """An objective of a generated module.

    Attributes:
        name: as users of the trainer write it.
        about: one sentence.
        over: how the data come.
        gradients, loss: the functions' names.
        outputs: what the first returns or fills, in order.
        given: parameter → what the trainer provides; the three parameters of a sparse matrix are one entry.
        preferred: settings that suit it.
        loops: the name of the loops that compute what the first does, if they are emitted.
    """

    name: str
    about: str
    over: str
    gradients: str
    loss: str
    outputs: tuple[str, ...]
    given: Mapping[str, str]
    preferred: Mapping[str, str]
    loops: str = ""

    def source(self) -> str:
        """The entry in the module's dictionary of objectives."""
        loops = f'        "loops": {_quoted(self.loops)},\n' if self.loops else ""
        return (
            f"    {_quoted(self.name)}: {{\n"
            f'        "about": {_quoted(self.about)},\n'
            f'        "over": {_quoted(self.over)},\n'
            f'        "loss_and_gradients": {_quoted(self.gradients)},\n'
            f'        "loss": {_quoted(self.loss)},\n'
            f"{loops}"
            f'        "outputs": [{", ".join(map(_quoted, self.outputs))}],\n'
            f'        "given": {_entries(self.given)},\n'
            f'        "preferred": {_entries(self.preferred)},\n'
            "    },\n"
        )


def _quoted(text: str) -> str:
    """A string of Python, whatever is in it: the sentences come from notes."""
    return json.dumps(text, ensure_ascii=False)


def _entries(values: Mapping[str, str]) -> str:
    if not values:
        return "{}"
    inside = "".join(f"            {_quoted(key)}: {_quoted(value)},\n" for key, value in values.items())
    return f"{{\n{inside}        }}"


def trainable(
    name: str,
    about: str,
    over: str,
    functions: tuple[str, str],
    bindings: Mapping[str, str],
    preferred: Mapping[str, str],
    formulas: Sequence[Formula],
) -> Trainable:
    """Bind the arguments of two functions.

    Args:
        functions: names of the function for loss and gradients, and of that for the loss alone.
        bindings: argument, by its name in the note, → what the trainer provides.
        formulas: the functions of the note.

    Raises:
        EmitError: a function is not there, or an argument is bound to nothing, or nothing to bind is there.
    """
    by_name = {formula.name: formula for formula in formulas}
    if missing := [each for each in functions if each not in by_name]:
        raise EmitError(
            f"{name} needs the function {missing[0]}, which this note does not emit; it emits: {', '.join(by_name)}"
        )
    gradients, loss = (by_name[each] for each in functions)
    if not any(output.startswith("gradient_") for output in gradients.outputs):
        raise EmitError(f"{gradients.name} has no output  gradient_NAME, so {name} has nothing to learn from")
    given: dict[str, str] = {}
    for argument in (*gradients.arguments, *loss.arguments):
        if argument.symbol not in bindings:
            raise EmitError(f"{name} does not say what {argument.symbol} is; write  {argument.symbol} = QUANTITY")
        if isinstance(argument, Sparse):
            parameter = f"{argument.columns} {argument.starts} {argument.values}"
        else:
            parameter = argument.parameter
        given[parameter] = bindings[argument.symbol]
    # What the loss measures may be said as well, so that it can be shown in the right unit.
    if "loss" in bindings:
        given["loss"] = bindings["loss"]
    symbols = {"loss", *(argument.symbol for argument in (*gradients.arguments, *loss.arguments))}
    if strange := [each for each in bindings if each not in symbols]:
        raise EmitError(
            f"{strange[0]} is no argument of {gradients.name}; its arguments are: {', '.join(sorted(symbols))}"
        )
    loops = loops_name(gradients.name) if gradients.looped else ""
    outputs = tuple(gradients.outputs)
    return Trainable(name, about, over, gradients.name, loss.name, outputs, given, dict(preferred), loops)
