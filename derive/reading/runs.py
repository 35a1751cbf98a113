"""Letters side by side without a space that are one name: ``PMI``, ``net_j``."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from derive.reading import tree

__all__ = ["KNOWN_RUNS", "joined", "leading_run"]

KNOWN_RUNS = frozenset(
    {
        "PMI", "PPMI", "SPPMI", "PPL", "KL", "JS", "JSD", "NLL", "CE", "BCE", "MSE", "MI", "NCE", "NEG", "SGNS", "LSE",
        "CBOW",
    }
)  # fmt: skip
"""Capital letters that are one name wherever they stand side by side; a note may have others."""


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
