"""The places of a running text that a note adds over: ``w_{t+j}`` under ``Σ_{-m≤j≤m}``, ``w_t`` under ``Σ_{t=1}^T``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace

from derive.reading import tree
from derive.reading.spelling import bound_letters, letter, walk

__all__ = ["Places", "places"]


@dataclass(frozen=True)
class Places:
    """A range of places and the word at each of them."""

    operator: tree.BigOp
    word: tree.Script

    @property
    def around(self) -> bool:
        """Whether they lie around a center: the word is found at an offset."""
        return isinstance(self.word.sub, tree.Sum)


def places(formulas: Iterable[tree.Node], words: Set[str]) -> tuple[Places, ...]:
    """All that the sums and products of a note run over, each once; ``words`` are the arrays of indices."""
    found: dict[str, Places] = {}
    for formula in formulas:
        for node in walk(formula):
            for each in _under(node, words) if isinstance(node, tree.Product) else ():
                found.setdefault(tree.sexpr(each.operator) + tree.sexpr(each.word), each)
    return tuple(found.values())


def _under(product: tree.Product, words: Set[str]) -> Iterator[Places]:
    for position, factor in enumerate(product.factors):
        operator = factor.node
        if not isinstance(operator, tree.BigOp) or operator.kind not in ("sum", "prod") or operator.sub is None:
            continue
        bound = bound_letters(operator)
        for later in product.factors[position + 1 :]:
            for node in walk(later.node):
                if not isinstance(node, tree.Script) or node.sup is not None or node.primes or node.sub is None:
                    continue
                if letter(node.base) in words and len(bound) == 1 and bound & {letter(each) for each in walk(node.sub)}:
                    yield Places(replace(operator, kind="sum"), node)
