"""``net_j``, ``loss``, ``score_i`` in plain italics: words for quantities, which TeX takes for products of letters.

Only words that stand for a quantity wherever networks are written about, and only where all the letters are written
without a space; whatever else stands side by side is a product.
"""

from __future__ import annotations

from dataclasses import replace

from derive.reading import tree
from derive.reading.items import Display, Item, Sentence
from derive.reading.rewriting import rewritten
from derive.reading.runs import joined

__all__ = ["with_identifiers"]

IDENTIFIERS = frozenset(
    {
        "net", "loss", "Loss", "LOSS", "cost", "Cost", "odds", "Odds", "score", "scores", "err", "error", "sim",
        "logit", "logits", "prob", "bias", "weight", "reward", "hidden", "output", "input", "target", "label", "freq",
        "count", "pred", "ctx", "hid",
    }
)  # fmt: skip


def with_identifiers(items: list[Item]) -> list[Item]:
    """The document with each such word as one name."""
    return [_with_identifiers(item) for item in items]


def _with_identifiers(item: Item) -> Item:
    if isinstance(item, Display):
        return replace(item, rows=rewritten(item.rows, _joined))
    if isinstance(item, Sentence):
        formulas = (replace(f, statements=rewritten(f.statements, _joined)) for f in item.formulas)
        return replace(item, formulas=tuple(formulas))
    return item


def _joined(node: tree.Node) -> tree.Node | None:
    """A product whose runs of letters are put together where they spell a word; None if there is none."""
    if not isinstance(node, tree.Product):
        return None
    items = joined(node.factors, IDENTIFIERS)
    if len(items) == len(node.factors):
        return None
    if len(items) == 1 and not items[0].operator:
        return items[0].node
    return replace(node, factors=tuple(replace(item, node=rewritten(item.node, _joined)) for item in items))
