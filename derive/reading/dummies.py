"""A letter that is something else in one formula: x of ``\\sigma(x) = 1/(1+e^{-x})`` beside the examples ``x_i``.

``\\sigma'(x) = \\sigma(x)(1-\\sigma(x))`` speaks of any number x, and ``\\sigma(w^\\top x)`` beside ``w^\\top x_i`` of
any example; neither is the collection of all ``x_i``.  There the letter gets a name of its own, before anything is
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from derive.reading import tree
from derive.reading.spelling import is_transpose, letter, plain, walk
from derive.reading.survey import PARAMETERS

__all__ = ["Dummies", "dummies"]

ENTRYWISE = {"\\sigma", "tanh", "\\tanh", "sigmoid", "\\sigmoid", "logistic", "softplus", "relu", "ReLU"}
"""Functions of one number."""
AROUND = ENTRYWISE | {"e", "d", "\\partial", "log", "\\log", "ln", "\\ln", "exp", "\\exp"}
"""What else may stand in a formula about one number."""


@dataclass(frozen=True)
class Dummies:
    """Letters with an index elsewhere, and those of them that stand for any one of what the index counts."""

    indexed: frozenset[str] = frozenset()
    examples: frozenset[str] = frozenset()

    def apply(self, node: Any) -> Any:
        """A formula or a tuple of rows in which such a letter has a name of its own."""
        names = self._own(node) if self.indexed else set()
        return _renamed(node, names) if names else node

    def _own(self, node: Any) -> set[str]:
        inner = [n for each in (node if isinstance(node, tuple) else (node,)) for n in walk(each)]
        bare = {n.base for n in inner if isinstance(n, tree.Name)} & self.indexed
        bare -= {name for n in inner if isinstance(n, tree.Script) and (name := letter(plain(n.base))) is not None}
        found = bare & self.examples
        variable = _only_variable(inner)
        return found | ({variable} & bare if variable is not None else set())


def dummies(formulas: Iterable[tree.Node]) -> Dummies:
    """What the formulas of a note tell about letters with and without an index."""
    indexed, of_all, of_one = set[str](), set[str](), set[str]()
    for node in (inner for each in formulas for inner in walk(each)):
        if isinstance(node, tree.Script) and node.sub is not None and not is_transpose(node.sup):
            name = letter(plain(node.base))
            indexed |= {name} if name is not None else set()
        if isinstance(node, tree.Product):
            for first, second in pairwise(factor.node for factor in node.factors):
                of_all |= _examples_of_a_model(first, second)
                if isinstance(first, tree.Script) and is_transpose(first.sup):
                    inner = plain(second)
                    if isinstance(inner, tree.Name):
                        of_one.add(inner.base)
                    elif isinstance(inner, tree.Script) and (name := letter(plain(inner.base))) is not None:
                        of_all |= {name} if inner.sub is not None else set()
    lower = {name for name in indexed if name.islower()}
    return Dummies(frozenset(lower), frozenset(lower & of_all & of_one))


def _examples_of_a_model(head: tree.Node, group: tree.Node) -> set[str]:
    """The x of ``h_θ(x_i)``."""
    if not isinstance(head, tree.Script) or letter(head.sub) not in PARAMETERS or not isinstance(group, tree.Group):
        return set()
    parts = [plain(part) for part in group.body.parts]
    names = {letter(plain(p.base)) for p in parts if isinstance(p, tree.Script) and p.sub is not None}
    return {name for name in names if name is not None}


def _only_variable(inner: list[tree.Node]) -> str | None:
    """The letter of a formula about one number: nothing but functions of one number stands beside it."""
    if any(isinstance(n, tree.BigOp | tree.Array | tree.Ellipsis) for n in inner):
        return None
    if any(isinstance(n, tree.Script) and n.sub is not None for n in inner):
        return None
    if any(isinstance(n, tree.Group) and n.open in ("|", "\\|") for n in inner):
        return None
    names = {n.base for n in inner if isinstance(n, tree.Name)}
    words = set(_words(inner))
    variables = names - AROUND
    if len(variables) != 1 or not (names | words) & ENTRYWISE or words - AROUND:
        return None
    return variables.pop()


def _words(inner: Iterable[tree.Node]) -> Iterator[str]:
    return (n.text for n in inner if isinstance(n, tree.Word))


def _renamed(node: Any, names: set[str]) -> Any:
    if isinstance(node, tuple):
        made = tuple(_renamed(each, names) for each in node)
        return made if any(a is not b for a, b in zip(made, node, strict=True)) else node
    if not isinstance(node, tree.Node):
        return node
    if isinstance(node, tree.Name) and node.base in names:
        return replace(node, base=f"\\mathit{{{node.base}}}", run="", at=0)
    changed = {f.name: _renamed(getattr(node, f.name), names) for f in fields(node) if f.name != "span"}
    return replace(node, **changed) if any(changed[k] is not getattr(node, k) for k in changed) else node
