"""Small changes of a formula as changes of its tree: where something stands, and the pieces to put there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from derive.reading import tree
from derive.reading.spelling import is_transpose, letter, plain, spell, walk
from derive.reading.tree import Node, Span
from derive.reading.written import latex

__all__ = [
    "Edit",
    "Slip",
    "Spot",
    "brackets",
    "call_of",
    "everywhere",
    "is_derivative",
    "is_function",
    "is_information",
    "is_tall",
    "negative",
    "number",
    "over",
    "plus",
    "power_of",
    "put",
    "shown",
    "spots",
    "terms_of",
    "times",
    "together",
    "transposed",
    "units",
    "unwrapped",
]

NOWHERE = Span(0, 0, 1, 1)
Path = tuple[tuple[str, int, int], ...]


class Slip(StrEnum):
    """The kinds of slips, in the words that begin a diagnosis."""

    SIGN = "sign"
    SIGMA = "sign inside sigma"
    INDEX = "index"
    FACTOR = "factor"
    TERM = "term"
    SCOPE = "parenthesis scope"
    DROPPED_SUM = "dropped sum"
    KEPT_SUM = "sum not collapsed"
    RANGE = "summation range"
    LOG_SUM = "log/sum exchange"
    LOG = "log dropped"
    POWER = "power"
    SHAPE = "shape/transposition"
    CASE = "case"
    LEFT = "wrong left side"
    DIVERGENCE = "KL vs cross-entropy"
    DIRECTION = "inequality direction"
    DOMAIN = "domain condition"
    RETURN = "returns to truth"


@dataclass(frozen=True)
class Edit:
    """A changed side, and what the change says about the line."""

    tree: Node
    slip: Slip
    says: str


@dataclass(frozen=True)
class Spot:
    """A node, the way to it, and what it stands inside of (``sigma``, ``exp``, ``index``, ``range``, ``cell`` ...)."""

    node: Node
    path: Path
    inside: frozenset[str]
    above: tuple[Node, ...]

    def within(self, *labels: str) -> bool:
        return any(label in self.inside for label in labels)


FUNCTIONS = {"log", "ln", "lg", "exp", "sigmoid", "\\sigma", "tanh", "logsumexp", "softmax"}


def is_function(node: Node) -> str | None:
    """The name of a function that is applied to what follows it."""
    node = plain(node)
    if isinstance(node, tree.Script):
        return is_function(node.base)
    text = node.text if isinstance(node, tree.Word) else node.base if isinstance(node, tree.Name) else ""
    return text if text in FUNCTIONS else None


def is_derivative(node: Node) -> bool:
    """``∂a/∂x`` and ``d/dx``."""
    if not isinstance(node, tree.Frac):
        return False
    return all(_starts_with_d(side) for side in (node.numerator, node.denominator))


def _starts_with_d(node: Node) -> bool:
    node = plain(node)
    if isinstance(node, tree.Product):
        node = plain(node.factors[0].node)
    if isinstance(node, tree.Script):
        node = plain(node.base)
    return isinstance(node, tree.Name) and node.base in ("\\partial", "d", "\\mathrm{d}")


def spots(root: Node) -> Iterator[Spot]:
    """Every node of a tree with the way to it, from the outside in."""
    yield from _spots(root, (), frozenset(), ())


def _spots(node: Node, path: Path, inside: frozenset[str], above: tuple[Node, ...]) -> Iterator[Spot]:
    yield Spot(node, path, inside, above)
    function: str | None = None
    for name, first, second, child in _children(node):
        labels = set(inside)
        if isinstance(node, tree.Product):
            labels |= {_label(function)} if function else set()
            inner = child.node if isinstance(child, tree.Factor) else child
            applied = is_function(inner)
            if applied:
                function = applied
            elif isinstance(inner, tree.Group | tree.Script | tree.Frac) and function:
                labels.add(_label(function))
                function = None
        elif isinstance(node, tree.Script):
            labels |= _script_labels(node, name)
        elif isinstance(node, tree.BigOp):
            labels.add("range")
        elif isinstance(node, tree.Frac):
            labels.add("derivative" if is_derivative(node) else name)
        elif isinstance(node, tree.Array):
            labels.add("condition" if second else "cell")
        elif isinstance(node, tree.Chain):
            labels.add("condition")
        elif isinstance(node, tree.Sequence) and len(node.parts) > 1:
            labels.add("argument")
        yield from _spots(child, (*path, (name, first, second)), frozenset(labels), (*above, node))


def _label(function: str) -> str:
    return {"\\sigma": "sigma", "sigmoid": "sigma", "ln": "log", "lg": "log"}.get(function, function)


def _script_labels(node: tree.Script, name: str) -> set[str]:
    if name == "sub":
        return {"index"}
    if name != "sup":
        return set()
    return {"exp"} if letter(node.base) == "e" else {"power"}


def _children(node: Node) -> Iterator[tuple[str, int, int, Node]]:
    for each in fields(node):
        held = getattr(node, each.name)
        if isinstance(held, Node):
            yield each.name, -1, -1, held
        elif isinstance(held, tuple):
            for first, inner in enumerate(held):
                if isinstance(inner, Node):
                    yield each.name, first, -1, inner
                elif isinstance(inner, tuple):
                    for second, cell in enumerate(inner):
                        if isinstance(cell, Node):
                            yield each.name, first, second, cell


def put(root: Node, path: Path, new: Node) -> Node:
    """The tree with another node at the end of a way."""
    if not path:
        return new
    name, first, second = path[0]
    held: Any = getattr(root, name)
    if first < 0:
        return _with(root, name, put(held, path[1:], new))
    if second < 0:
        return _with(root, name, (*held[:first], put(held[first], path[1:], new), *held[first + 1 :]))
    row = held[first]
    changed = (*row[:second], put(row[second], path[1:], new), *row[second + 1 :])
    return _with(root, name, (*held[:first], changed, *held[first + 1 :]))


def _with(node: Node, name: str, held: Any) -> Node:
    """One field replaced; what then has to stand in brackets gets them."""
    if isinstance(node, tree.Factor) and name == "node" and isinstance(held, tree.Sum | tree.Product):
        held = brackets(held)
    if isinstance(node, tree.Script) and name == "base" and isinstance(held, tree.Sum | tree.Product | tree.Frac):
        held = brackets(held)
    made: Node = replace(node, **{name: held})
    if isinstance(made, tree.Sum) and name == "terms" and not made.terms:
        return number(0)
    return made


def everywhere(root: Node, change: Callable[[Node], Node | None]) -> Node:
    """The tree with every node changed for which ``change`` gives another one (from the outside in)."""
    changed = change(root)
    if changed is not None:
        return changed
    result = root
    for name, first, second, child in list(_children(root)):
        new = everywhere(child, change)
        if new is not child:
            result = put(result, ((name, first, second),), new)
    return result


# Pieces ---------------------------------------------------------------------------------------------------------------


def number(value: int) -> Node:
    return tree.Num(NOWHERE, str(value))


def is_tall(node: Node) -> bool:
    return any(isinstance(n, tree.Frac | tree.BigOp | tree.Array) for n in walk(node))


def brackets(node: Node) -> Node:
    """The node in round brackets, unless it has brackets of its own."""
    inner = plain(node)
    if isinstance(inner, tree.Group):
        return inner
    return tree.Group(node.span, "(", ")", tree.Sequence(node.span, (inner,)), r"\left" if is_tall(inner) else "")


def unwrapped(node: Node) -> Node:
    """The inside of round or square brackets."""
    inner = plain(node)
    while (
        isinstance(inner, tree.Group)
        and (inner.open, inner.close) in (("(", ")"), ("[", "]"))
        and len(inner.body.parts) == 1
    ):
        inner = plain(inner.body.parts[0])
    return inner


def terms_of(node: Node) -> list[tree.Term]:
    inner = plain(node)
    return list(inner.terms) if isinstance(inner, tree.Sum) else [tree.Term(inner.span, "+", inner)]


def plus(terms: list[tree.Term]) -> Node:
    """A sum of signed terms."""
    flat: list[tree.Term] = []
    for term in terms:
        inner = plain(term.node)
        if isinstance(inner, tree.Sum) and term.sign == "+":
            flat += inner.terms
        elif isinstance(inner, tree.Sum):
            flat.append(tree.Term(term.span, term.sign, brackets(inner)))
        else:
            flat.append(term)
    if not flat:
        return number(0)
    if len(flat) == 1 and flat[0].sign == "+":
        return flat[0].node
    return tree.Sum(flat[0].span, tuple(flat))


def negative(node: Node) -> Node:
    """Minus the node; a single minus is taken away, a difference is turned round."""
    inner = plain(node)
    if isinstance(inner, tree.Sum):
        return plus([tree.Term(t.span, "+" if t.sign == "-" else "-", t.node) for t in inner.terms])
    return tree.Sum(inner.span, (tree.Term(inner.span, "-", inner),))


def times(*nodes: Node) -> Node:
    """A product; brackets are set where the next factor would be drawn into a sum or a logarithm."""
    factors: list[tree.Factor] = []
    for position, node in enumerate(nodes):
        inner = plain(node)
        last = position + 1 == len(nodes)
        if isinstance(inner, tree.Sum | tree.Signed) or (not last and _reaches(inner)):
            inner = brackets(inner)
        if isinstance(inner, tree.Product):
            factors += inner.factors
        elif not (isinstance(inner, tree.Num) and inner.text == "1" and len(nodes) > 1):
            factors.append(tree.Factor(inner.span, "", "", inner))
    if not factors:
        return number(1)
    first = replace(factors[0], operator="", space="")
    if len(factors) == 1:
        return first.node
    return tree.Product(first.span, (first, *factors[1:]))


def _reaches(node: Node) -> bool:
    if isinstance(node, tree.BigOp):
        return False
    if not isinstance(node, tree.Product):
        return False
    nodes = [plain(f.node) for f in node.factors]
    return any(isinstance(n, tree.BigOp) for n in nodes) or any(
        is_function(n) and not (k + 1 < len(nodes) and isinstance(nodes[k + 1], tree.Group))
        for k, n in enumerate(nodes)
    )


def over(top: Node, bottom: Node) -> Node:
    return tree.Frac(top.span, unwrapped(top), unwrapped(bottom), r"\frac")


def power_of(base: Node, exponent: Node) -> Node:
    inner = plain(base)
    if isinstance(inner, tree.Script) and inner.sup is None:
        return replace(inner, sup=exponent)
    if not isinstance(inner, tree.Name | tree.Group | tree.Num):
        inner = brackets(inner)
    return tree.Script(inner.span, inner, None, exponent)


def transposed(node: Node) -> Node:
    """The transpose, or what was transposed; transposes are written with ``\\top``."""
    inner = plain(node)
    if isinstance(inner, tree.Script) and inner.sup is not None and is_transpose(inner.sup):
        return inner.base if inner.sub is None and not inner.primes else replace(inner, sup=None)
    if isinstance(inner, tree.Script) and inner.sup is None:
        return replace(inner, sup=tree.Name(inner.span, "\\top"))
    if not isinstance(inner, tree.Name | tree.Group | tree.Accent):
        inner = brackets(inner)
    return tree.Script(inner.span, inner, None, tree.Name(inner.span, "\\top"))


def call_of(function: Node, argument: Node) -> tree.Product:
    group = tree.Group(argument.span, "(", ")", tree.Sequence(argument.span, (unwrapped(argument),)), "")
    if is_tall(argument):
        group = replace(group, size=r"\left")
    return tree.Product(
        function.span, (tree.Factor(function.span, "", "", function), tree.Factor(group.span, "", "", group))
    )


# Units of a product ---------------------------------------------------------------------------------------------------

Calls = Callable[[Node], bool]


def units(node: Node, calls: Calls) -> list[tuple[tree.Factor, ...]]:
    """A product cut into what belongs together: ``P(w|c)`` is one unit, ``\\sum_i`` is one of its own.

    ``calls`` tells of a name whether a bracket behind it is its argument.
    """
    inner = plain(node)
    if not isinstance(inner, tree.Product):
        return [(tree.Factor(inner.span, "", "", inner),)]
    found: list[tuple[tree.Factor, ...]] = []
    position = 0
    while position < len(inner.factors):
        here = inner.factors[position]
        behind = inner.factors[position + 1] if position + 1 < len(inner.factors) else None
        base = plain(behind.node) if behind is not None else None
        if isinstance(base, tree.Script):
            base = plain(base.base)
        argument = isinstance(base, tree.Group) and base.open in ("(", "[", "\\{") and behind is not None
        if argument and behind is not None and not behind.operator and (is_function(here.node) or calls(here.node)):
            found.append((here, behind))
            position += 2
        else:
            found.append((here,))
            position += 1
    return found


def together(chunks: list[tuple[tree.Factor, ...]]) -> Node:
    """The product of units."""
    factors = [factor for chunk in chunks for factor in chunk]
    if not factors:
        return number(1)
    factors[0] = replace(factors[0], operator="", space="")
    if len(factors) == 1:
        return factors[0].node
    return tree.Product(factors[0].span, tuple(factors))


def shown(node: Node, width: int = 60) -> str:
    """A node in a sentence."""
    text = latex(node)
    return text if len(text) <= width else text[: width - 1] + "…"


def is_information(node: Node) -> bool:
    """H(p), H(p, q), D(p‖q): whether a difference is one between divergences."""
    node = plain(node)
    if isinstance(node, tree.Product):
        spelled = spell(node.factors[0].node)
        return spelled is not None and spelled.name.split("_")[0] in {"H", "KL", "D", "CE", "JS", "I"}
    return False
