"""``net_j``, ``loss``, ``score_i`` in plain italics: words for quantities, which TeX takes for products of letters.

Only words that stand for a quantity wherever networks are written about, and only where all the letters are written
without a space; whatever else stands side by side is a product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.reading import tree
from derive.reading.items import Display, Item, Sentence
from derive.reading.rewriting import rewritten

__all__ = ["with_identifiers"]

IDENTIFIERS = {
    "net", "loss", "cost", "score", "scores", "err", "error", "sim", "logit", "logits", "prob", "bias", "weight",
    "reward",
    "hidden", "output", "input", "target", "label", "freq", "count", "pred", "ctx", "hid",
}  # fmt: skip


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
    if not isinstance(node, tree.Product) or not any(_begins(factor) for factor in node.factors):
        return None
    factors: list[tree.Factor] = []
    rest = node.factors
    while rest:
        length = _length(rest)
        factor = rest[0]
        made = _word(rest[:length]) if length else rewritten(factor.node, _joined)
        factors.append(replace(factor, node=made))
        rest = rest[max(1, length) :]
    if len(factors) == 1 and not factors[0].operator:
        return factors[0].node
    return replace(node, factors=tuple(factors))


def _begins(factor: tree.Factor) -> bool:
    letter = factor.node
    return isinstance(letter, tree.Name) and letter.at == 0 and letter.run in IDENTIFIERS


def _length(factors: Sequence[tree.Factor]) -> int:
    """How many factors spell the word that the first begins; 0 if they don't."""
    first = factors[0].node
    if not _begins(factors[0]) or not isinstance(first, tree.Name):
        return 0
    length = len(first.run)
    *inside, last = (factor.node for factor in factors[:length])
    bare = last.base if isinstance(last, tree.Script) else last
    whole = len(inside) == length - 1 and all(isinstance(node, tree.Name) for node in (*inside, bare))
    return length if whole else 0


def _word(factors: Sequence[tree.Factor]) -> tree.Node:
    """The word, with the scripts of its last letter."""
    first, last = factors[0].node, factors[-1].node
    assert isinstance(first, tree.Name)
    word = tree.Word(first.span.to(last.span), first.run, "run")
    if not isinstance(last, tree.Script):
        return word
    return replace(last, span=word.span, base=word, sub=_inside(last.sub), sup=_inside(last.sup))


def _inside(script: tree.Node | None) -> tree.Node | None:
    return rewritten(script, _joined) if script is not None else None
