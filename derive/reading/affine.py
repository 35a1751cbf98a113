"""What the names of ``z = W x + b`` are where nobody says it: a matrix, and vectors; or a row and numbers.

A capital letter times a small one plus a small one is a matrix times a vector, if anything in the note shows that these
are no numbers: a transpose, an entry, a bold letter.  The last layer of a network gives a number where the loss takes
the logarithm of its output outside of any sum; its weights are a vector then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.definers import LOSSES
from derive.reading.keys import labelled
from derive.reading.scope import Family
from derive.reading.spelling import Spelled, plain, spell, walk

__all__ = ["settle_roles"]


@dataclass(frozen=True)
class Layer:
    """``made = matrix · vector + others`` (or ``vector · matrix``), perhaps within a function."""

    made: str
    matrix: str
    vector: str
    others: tuple[str, ...]
    row: bool

    def names(self) -> tuple[str, ...]:
        return (self.made, self.matrix, self.vector, *self.others)


def settle_roles(formulas: Iterable[tree.Node], reading: Reading) -> None:
    """Declare the undeclared names of all layers of a note; each inference is reported."""
    scope, found = reading.scope, reading.survey
    statements = [s for formula in formulas for s in walk(formula) if isinstance(s, tree.Statement)]
    layers = [layer for statement in statements for layer in _layers(statement, reading)]
    shown = found.wholes | found.transposed | found.indexed
    if not any(name in shown for layer in layers for name in layer.names()):
        return
    if layers and all(layer.row for layer in layers) and not any(_is_column(f) for f in scope.families.values()):
        scope.rows_by_default = True
        scope.note("vectors are rows (inferred from x W + b)")
    numbers = _numbers(statements, {layer.made for layer in layers}, reading)
    given = {name for s in statements if (name := _name(s.first, reading)) is not None and _is_formula(s)}
    for layer in layers:
        _declare(layer, layer.made in numbers, given, reading)


def _is_formula(statement: tree.Statement) -> bool:
    """Whether an equation gives a name by more than another name."""
    right = statement.links[0].right if statement.links else None
    return right is not None and spell(plain(right)) is None


def _is_column(family: Family) -> bool:
    return family.declared and family.order == 1 and not family.row and not family.name.isdigit()


def _declare(layer: Layer, number: bool, given: set[str], reading: Reading) -> None:
    """Declare what no formula gives and nobody declares."""
    scope, found = reading.scope, reading.survey
    order, width = (1, 0) if number else (2, 1)
    wanted = {layer.matrix: order, layer.vector: 1, **dict.fromkeys(layer.others, width)}
    known = {name: family for name in wanted if (family := scope.families.get(name)) is not None and family.declared}
    if any(family.order != wanted[name] for name, family in known.items()):
        return
    for name in wanted.keys() - known.keys():
        if name in found.sizes | found.subscripts | given:
            continue
        family = scope.family(name)
        family.order, family.declared = wanted[name], True
        family.row = family.order == 1 and (layer.row if name != layer.matrix else not layer.row)
        if family.order:
            found.wholes.add(name)
            found.entries.add(name)
    what = "a vector" if number else "a matrix"
    scope.note(f"{layer.matrix} is {what}, and {layer.made} {'a number' if number else 'a vector'} (inferred)")


def _layers(statement: tree.Statement, reading: Reading) -> Iterator[Layer]:
    made = _name(statement.first, reading)
    if made is None or not statement.links or statement.links[0].relation.symbol not in ("=", ":="):
        return
    inner = _argument(statement.links[0].right)
    terms = inner.terms if isinstance(inner, tree.Sum) else ()
    products = [t.node for t in terms if isinstance(t.node, tree.Product)]
    others = [_name(t.node, reading) for t in terms if not isinstance(t.node, tree.Product)]
    if len(products) != 1 or len(terms) < 2 or any(t.sign != "+" for t in terms) or None in others:
        return
    factors = [found for f in products[0].factors if (found := _spelled(f.node, reading)) is not None]
    if len(factors) != 2 or len(products[0].factors) != 2:
        return
    first, second = factors
    rest = tuple(name for name in others if name is not None)
    if any(_is_matrix(name) for name in (made, *rest)) or _is_matrix(first.name) == _is_matrix(second.name):
        return
    if _is_matrix(first.name) and not second.transposed:
        yield Layer(made, first.name, second.name, rest, row=False)
    elif _is_matrix(second.name) and not first.transposed:
        yield Layer(made, second.name, first.name, rest, row=True)


def _argument(node: tree.Node | None) -> tree.Node | None:
    """``Wx + b`` of ``σ(Wx + b)``; the node itself where it is no function of something."""
    node = plain(node) if node is not None else None
    if isinstance(node, tree.Product) and len(node.factors) == 2 and spell(node.factors[0].node) is not None:
        group = plain(node.factors[1].node)
        if isinstance(group, tree.Group) and group.open == "(" and len(group.body.parts) == 1:
            return plain(group.body.parts[0])
    return node


def _spelled(node: tree.Node, reading: Reading) -> Spelled | None:
    found = spell(plain(node))
    found = labelled(found, reading) if found is not None else None
    return found if found is not None and not found.subs and found.power is None and not found.primes else None


def _name(node: tree.Node | None, reading: Reading) -> str | None:
    found = _spelled(node, reading) if node is not None else None
    return found.name if found is not None and not found.transposed else None


def _is_matrix(name: str) -> bool:
    letter = name.split("^")[0].split("_")[0]
    return len(letter) == 1 and letter.isupper()


def _numbers(statements: list[tree.Statement], made: set[str], reading: Reading) -> set[str]:
    """The outputs of layers of which a loss takes the logarithm outside of any sum, or a function of which it does."""
    numbers = {name for s in statements if _is_loss(s) for name in _in_logarithms(s, reading)}
    activations: dict[str, str] = {}
    for s in statements:
        name = _name(s.first, reading)
        inner = _argument(s.links[0].right) if s.links else None
        if (
            name is not None
            and inner is not None
            and (argument := _name(inner, reading)) in made
            and argument is not None
        ):
            activations[name] = argument
    return numbers & made | {activations[name] for name in numbers if name in activations}


def _is_loss(statement: tree.Statement) -> bool:
    first = plain(statement.first) if statement.first is not None else None
    if isinstance(first, tree.Product):
        first = plain(first.factors[0].node)
    spelled = spell(first) if first is not None else None
    if spelled is None or spelled.name.split("_{")[0] not in LOSSES or len(statement.links) != 1:
        return False
    return not any(isinstance(node, tree.BigOp) for node in walk(statement))


def _in_logarithms(statement: tree.Statement, reading: Reading) -> Iterator[str]:
    for product in walk(statement):
        if not isinstance(product, tree.Product):
            continue
        for factor, following in zip(product.factors, product.factors[1:], strict=False):
            head = spell(factor.node)
            if head is not None and head.name in ("log", "ln", "\\log", "\\ln"):
                yield from (n for node in walk(following.node) if (n := _name(node, reading)) is not None)
