"""The same functions in memory, through the same printer as the generated modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any

from derive.emitting.formula import Argument, EmitError, Formula, ProvedTerm
from derive.emitting.function import FunctionCode, check_names, emit_function
from derive.emitting.helpers import called, closed, texts
from derive.emitting.loop_function import LoopCode
from derive.emitting.preamble import imports

__all__ = ["compiled", "lambdify"]


def lambdify(what: Formula | ProvedTerm, arguments: Sequence[Argument] = ()) -> Callable[..., Any]:
    """A NumPy function of a formula, or of one proved term and its arguments.

    The text is printed from SymPy nodes through a closed table with names that match a plain identifier, and carried as
    ``function.__source__``; nothing that a user wrote as text is executed.

    Raises:
        EmitError: a node has no NumPy, or an argument is missing.
    """
    if not isinstance(what, Formula):
        if not isinstance(what, ProvedTerm):
            raise EmitError("only a formula or a proved term can be turned into a function")
        what = Formula("function", tuple(arguments), {"result": what})
    check_names(what)
    return compiled(emit_function(what))


def compiled(made: FunctionCode | LoopCode) -> Callable[..., Any]:
    """The function of an emitted text."""
    body = "\n".join([*texts(closed(called(made.bare))), made.bare])
    whole = imports(body) + body
    code: CodeType = compile(whole, f"<{made.name}>", "exec")
    names: dict[str, Any] = {}
    exec(code, names)  # our own text, printed through a closed table, without the words of the note
    function: Callable[..., Any] = names[made.name]
    function.__doc__ = made.documentation
    function.__source__ = made.text  # type: ignore[attr-defined] # functions take attributes
    return function
