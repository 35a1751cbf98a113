"""Names that a note defines: kept folded in the terms, and unfolded when a step is judged.

A defined name stands in a term as an applied function, ``P(o, c)`` or ``L()``.  A derivative with respect to a defined
name (∂L/∂p_i with p = softmax(z)) unfolds everything *except* that name, so that it is a variable, as the author means
it; the rest is unfolded afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from sympy import Expr, Function, Indexed, IndexedBase, Symbol
from sympy.core.function import AppliedUndef, UndefinedFunction

from derive.terms import Index, array, fresh, rename_bound, sigmoid

_LIMIT = 60  # definitions inside definitions; more than this is a circle


class Relearn(Exception):
    """Something new was learnt about a name; what was read before may have to be read again."""


class Circular(Exception):
    """A name is defined by itself."""


@dataclass(frozen=True)
class Definition:
    """``name(parameters) = body``; for an array the last parameters are the indices of its entries."""

    name: str
    parameters: tuple[Symbol, ...]
    body: Expr


@cache
def function(name: str) -> type:
    """The SymPy function that stands for a defined name; the same class at every call."""
    return Function(name, real=True)


@cache
def unknown(name: str, order: int = 0) -> type:
    """The SymPy function that stands for a function f of one number of which nothing is known, or for f', f''."""

    def fdiff(self: Expr, _argindex: int = 1) -> Expr:
        return unknown(name, order + 1)(*self.args)

    return UndefinedFunction(f"{name}{chr(39) * order}(·)", bases=(AppliedUndef,), __dict__={"fdiff": fdiff}, real=True)


def reference(name: str, arguments: Iterable[Expr]) -> Expr:
    """A folded occurrence of a defined name."""
    return function(name)(*(arguments or ()))


def referenced(expression: Expr) -> set[str]:
    """The defined names that an expression mentions."""
    return {node.func.__name__ for node in expression.atoms(AppliedUndef)}


def unfold(expression: Expr, definitions: Mapping[str, Definition], keep: frozenset[str] = frozenset()) -> Expr:
    """Put in what names stand for, all the way down, except for the names in ``keep``."""
    for _ in range(_LIMIT):
        found = {
            node: definitions[node.func.__name__]
            for node in expression.atoms(AppliedUndef)
            if node.func.__name__ in definitions and node.func.__name__ not in keep
        }
        if not found:
            return expression
        expression = _replace(expression, found)
    raise Circular(f"{', '.join(sorted(d.name for d in found.values()))} is defined by itself")


def _replace(expression: Expr, found: Mapping[Expr, Definition]) -> Expr:
    """Every occurrence gets a copy of its own, with fresh bound names: nothing can be captured."""
    definition = found.get(expression)
    if definition is not None:
        arguments = [_replace(argument, found) for argument in expression.args]
        return instantiate(definition, arguments)
    if not expression.args or not any(node in found for node in expression.atoms(AppliedUndef)):
        return expression
    return expression.func(*(_replace(argument, found) for argument in expression.args))


def instantiate(definition: Definition, arguments: Iterable[Expr]) -> Expr:
    """The body of a definition at the given arguments."""
    arguments = list(arguments)
    if len(arguments) != len(definition.parameters):
        raise Relearn(f"{definition.name} takes {len(definition.parameters)} arguments now, not {len(arguments)}")
    return rename_bound(definition.body).xreplace(dict(zip(definition.parameters, arguments, strict=True)))


def as_variables(expression: Expr, names: frozenset[str]) -> tuple[Expr, dict[IndexedBase, str]]:
    """Turn folded names into arrays that can be differentiated by; the mapping leads back."""
    bases = {name: array(f"{name}°") for name in names}
    table = {
        node: bases[node.func.__name__][node.args] if node.args else Symbol(f"{node.func.__name__}°", real=True)
        for node in expression.atoms(AppliedUndef)
        if node.func.__name__ in names
    }
    return _substitute(expression, table), {base: name for name, base in bases.items()}


def from_variables(expression: Expr, names: frozenset[str]) -> Expr:
    """The way back from ``as_variables``."""
    marked = {f"{name}°": name for name in names}
    table: dict[Expr, Expr] = {}
    for node in expression.atoms(Indexed):
        if (name := marked.get(str(node.base.label))) is not None:
            table[node] = reference(name, node.indices)
    for symbol in expression.atoms(Symbol):
        if (name := marked.get(symbol.name)) is not None and not isinstance(symbol, Index):
            table.setdefault(symbol, reference(name, ()))
    return _substitute(expression, table)


def _substitute(expression: Expr, table: Mapping[Expr, Expr]) -> Expr:
    return expression.xreplace(dict(table)) if table else expression


__all__ = [
    "Circular",
    "Definition",
    "as_variables",
    "fresh",
    "from_variables",
    "instantiate",
    "reference",
    "referenced",
    "sigmoid",
    "unfold",
]
