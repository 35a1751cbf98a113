"""In which order a user's function takes its arguments and returns its outputs, and which way its matrices lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.errors import DeriveError
from derive.testing.comparison import as_numbers
from derive.testing.objectives import Objective

__all__ = ["Layout", "layout_for"]

_MATRICES = ("vectors", "counts")


@dataclass(frozen=True)
class Layout:
    """How a function is called.

    Attributes:
        words: "rows" if matrices have one row per word (V×d), "columns" if one column per word (d×V); gradients lie
            the same way as what they are derivatives of.
        arguments: names of the arguments in the function's order; empty for the order of the objective.
        outputs: names of what it returns, in its order; empty for all of the objective's.
        constants: further positional arguments after the others, such as an unused data set.
    """

    words: str = "rows"
    arguments: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    constants: tuple[Any, ...] = ()

    def call(
        self, function: Callable[..., Any], objective: Objective, arguments: Mapping[str, Any], namespace: Any = None
    ) -> tuple[dict[str, Any], tuple[str, ...], int]:
        """The outputs by name, the arguments that were changed by the call, and how many outputs came in excess."""
        names = self.arguments or tuple(argument.name for argument in objective.arguments)
        kinds = {argument.name: argument for argument in objective.arguments}
        passed = {}
        for name in names:
            value = arguments[name]
            if isinstance(value, np.ndarray):
                flip = self.words == "columns" and value.ndim == 2 and kinds[name].kind in _MATRICES
                value = np.array(value.T if flip else value)
                value = namespace.asarray(value) if namespace is not None else value
            passed[name] = value
        before = {name: np.array(as_numbers(value)) for name, value in passed.items()}
        returned = function(*passed.values(), *self.constants)
        changed = tuple(n for n, old in before.items() if not np.array_equal(old, np.asarray(as_numbers(passed[n]))))
        wanted = self.outputs or tuple(output.name for output in objective.outputs)
        several = isinstance(returned, tuple) or (isinstance(returned, list) and len(wanted) > 1)
        items = list(returned) if several and len(wanted) > 1 else [returned]
        outputs = dict(zip(wanted, [*items, *[None] * len(wanted)], strict=False))
        return outputs, changed, max(0, len(items) - len(wanted))

    def lay(self, value: Any) -> Any:
        """A true output as this layout has it."""
        return value.T if self.words == "columns" and np.ndim(value) == 2 else value


def layout_for(given: str | Layout | None, objective: Objective) -> Layout:
    """The layout that was asked for.

    Raises:
        DeriveError: it names an argument or an output that the objective does not have.
    """
    layout = given if isinstance(given, Layout) else Layout(given or "rows")
    if layout.words not in ("rows", "columns"):
        raise DeriveError(f"layout must be 'rows' or 'columns', not {layout.words!r}")
    arguments = {argument.name for argument in objective.arguments}
    outputs = {output.name for output in objective.outputs}
    if layout.arguments and set(layout.arguments) != arguments:
        raise DeriveError(f"{objective.name} has the arguments {sorted(arguments)}, not {sorted(layout.arguments)}")
    if not set(layout.outputs) <= outputs:
        raise DeriveError(f"{objective.name} has the outputs {sorted(outputs)}, not {sorted(layout.outputs)}")
    return layout
