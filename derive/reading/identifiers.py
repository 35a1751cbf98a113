"""``net_j``, ``loss``, ``PMI`` in plain italics: names of several letters, which TeX takes for products.

Only words that stand for a quantity wherever networks are written about, and only where all the letters are written
without a space; whatever else stands side by side is a product.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from derive.reading import tree
from derive.reading.items import Display, Item, Sentence
from derive.reading.rewriting import rewritten

__all__ = ["KNOWN_RUNS", "joined", "leading_run", "with_identifiers"]

IDENTIFIERS = frozenset(
    {
        "net", "loss", "Loss", "LOSS", "cost", "Cost", "odds", "Odds", "score", "scores", "err", "error", "sim", "logit",
        "logits", "prob", "bias", "weight", "reward", "hidden", "output", "input", "target", "label", "freq", "count",
        "pred", "ctx", "hid",
    }
)  # fmt: skip
KNOWN_RUNS = frozenset(
    {
        "PMI", "PPMI", "SPPMI", "PPL", "KL", "JS", "JSD", "NLL", "CE", "BCE", "MSE", "MI", "NCE", "NEG", "SGNS", "LSE",
        "CBOW",
    }
)  # fmt: skip
"""Capital letters that are one name wherever they stand side by side; a note may have others."""


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


def joined(factors: Sequence[tree.Factor], words: Container[str]) -> list[tree.Factor]:
    """A product with the runs of letters that are one name (``PMI``) put together."""
    items: list[tree.Factor] = []
    while factors:
        length = _length(factors, words)
        items.append(replace(factors[0], node=_word(factors[:length])) if length else factors[0])
        factors = factors[max(1, length) :]
    return items


def _length(factors: Sequence[tree.Factor], words: Container[str]) -> int:
    """How many factors spell the word that the first begins; 0 if they don't."""
    first = factors[0].node
    if not isinstance(first, tree.Name) or first.at or len(first.run) < 2 or first.run not in words:
        return 0
    *inside, last = (factor.node for factor in factors[: len(first.run)])
    end = last.base if isinstance(last, tree.Script) else last
    whole = len(inside) == len(first.run) - 1 and all(isinstance(node, tree.Name) for node in (*inside, end))
    return len(first.run) if whole else 0


def _word(factors: Sequence[tree.Factor]) -> tree.Node:
    """The word, with the scripts of its last letter."""
    first, last = factors[0].node, factors[-1].node
    assert isinstance(first, tree.Name)
    word = tree.Word(first.span.to(last.span), first.run, "run")
    if not isinstance(last, tree.Script):
        return word
    return replace(last, span=word.span, base=word)


def leading_run(factors: tuple[tree.Factor, ...]) -> str | None:
    """Capital letters written without a space at the start of a product, alone or before an argument list."""
    first = factors[0].node
    if not isinstance(first, tree.Name) or len(first.run) < 2 or not first.run.isupper():
        return None
    rest = factors[len(first.run) :]
    alone = not rest or (len(rest) == 1 and isinstance(rest[0].node, tree.Group))
    return first.run if alone else None
