"""What the sentences between two displays say of the indices of the second one, if only in passing.

"Different index, $j \\ne i$. The numerator does not see $o_i$, so" restricts the display behind it, though another
sentence stands between them.  Nothing is proved by it; but a step that is false only where it does not hold, is not
refuted.  The same goes for what is said in a language of which the words are not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from sympy import Expr

from derive.reading import tree
from derive.reading.context import Aside, Reading
from derive.reading.definitions import Relearn
from derive.reading.drafts import LOGICAL
from derive.reading.items import Sentence
from derive.reading.restrictions import restrictions
from derive.reading.spelling import letter, plain, spell, walk

__all__ = ["aside", "is_foreign", "numbers_of_negatives", "numbers_of_samples"]

APART = re.compile(
    r"\bdiffer(?:s|ent)?\b|\bdistinct\b|\bunequal\b|off[- ]?diagonal|"
    r"\b(?:any|every|all|the|an)[- ]?other\b|不同|其他|其它|其余|不相[等同]|非对角|異なる",
    re.IGNORECASE,
)
ALIKE = re.compile(
    r"\bsame (?:\w+ )?(?:index|indices|entry|entries|element|component|class|word|unit|position)\b|"
    r"\b(?:index|indices|entries) (?:is|are) (?:equal|the same)\b|\bdiagonal\b|相[同等]|同一个|对角",
    re.IGNORECASE,
)
SAMPLES = re.compile(
    r"\ue000[\s-]*(?:(?:negative|noise)[\s-]*(?:samples|words|examples)|negatives)\b|"
    r"\ue000\s*个?(?:负(?:采样|样本|例|词)|噪声)",
    re.IGNORECASE,
)
WORD = re.compile(r"[A-Za-zÀ-ɏ]{2,}")
ENGLISH = frozenset(
    {"the", "of", "and", "to", "in", "is", "that", "for", "we", "as", "with", "by", "this", "it", "are", "be", "on",
     "from", "which", "an", "at", "if", "then", "so", "where", "let", "have", "has", "its", "can", "not", "one", "all",
     "here", "but", "or", "our", "same", "each", "sum", "loss", "word", "words", "vector", "vectors", "gradient"}
)  # fmt: skip
ELSEWHERE = re.compile(r"[\u0370-\u03ff\u0400-\u06ff\u0900-\u0dff\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\uac00-\ud7af]")
SIGMOIDS = {"\\sigma", "sigmoid", "Sigmoid", "logistic"}
LOGARITHMS = {"log", "ln"}
HAN = re.compile(r"[\u4e00-\u9fff]")
FEW = 15  # words that say nothing yet of the language they are in
SHARE = 0.15  # of the words of an English text are among the commonest


def aside(near: Iterable[Sentence], reading: Reading) -> Aside:
    """What the sentences before a display say of indices."""
    relations: list[tuple[Expr, str, Expr]] = []
    words = ""
    for sentence in near:
        words += f" {sentence.text}"
        for statement in (s for formula in sentence.formulas for s in formula.statements):
            if [link.relation.symbol for link in statement.links] not in (["\\ne"], ["="]):
                continue
            try:
                found = restrictions([statement], reading)
            except (Relearn, *LOGICAL):
                continue
            relations += found.given
    return Aside(tuple(relations), APART.search(words) is not None, ALIKE.search(words) is not None)


def numbers_of_samples(sentences: Iterable[Sentence]) -> frozenset[str]:
    """The letters K of "K negative samples"."""
    found = set[str]()
    for sentence in sentences:
        ends = {match.start() for match in SAMPLES.finditer(sentence.text)}
        for formula in (f for f in sentence.formulas if f.position in ends):
            found.update(n for s in formula.statements if not s.links and (n := letter(s.first)) is not None)
    return frozenset(found)


def numbers_of_negatives(formulas: Iterable[tree.Node]) -> frozenset[str]:
    """The K of ``Σ_{k=1}^K log σ(-u_kᵀv)``: negative samples, whatever the words say."""
    found = set[str]()
    for node in (inner for each in formulas for inner in walk(each) if isinstance(inner, tree.Product)):
        for k, factor in enumerate(node.factors):
            big = factor.node
            if not isinstance(big, tree.BigOp) or big.kind not in ("sum", "prod") or (end := letter(big.sup)) is None:
                continue
            behind = [inner for each in node.factors[k + 1 :] for inner in walk(each.node)]
            logarithm = any(isinstance(inner, tree.Word) and inner.text.lstrip("\\") in LOGARITHMS for inner in behind)
            if big.kind == "sum" and not logarithm:
                continue  # Σ_k σ(-s_k u_kᵀv) s_k u_k is a gradient, and may as well be one along a path
            if any(map(_of_a_negative, behind)) or any(
                _is_negative(one.node, other.node) for one, other in pairwise(node.factors[k + 1 :])
            ):
                found.add(end)
    return frozenset(found)


def _of_a_negative(node: tree.Node) -> bool:
    """Whether ``σ(-x)`` stands in a product."""
    pairs = pairwise(node.factors) if isinstance(node, tree.Product) else ()
    return any(_is_negative(one.node, other.node) for one, other in pairs)


def _is_negative(head: tree.Node, group: tree.Node) -> bool:
    spelled = spell(head)
    if spelled is None or spelled.name not in SIGMOIDS or not isinstance(group, tree.Group) or not group.body.parts:
        return False
    inner = plain(group.body.parts[0])
    return isinstance(inner, tree.Sum) and inner.terms[0].sign == "-"


def is_foreign(texts: Iterable[str]) -> bool:
    """Whether the words of a note are in a language that is not understood: neither English nor Chinese."""
    text = " ".join(texts)
    if len(ELSEWHERE.findall(text)) > len(HAN.findall(text)):
        return True
    words = [word.lower() for word in WORD.findall(text)]
    if len(words) < FEW or HAN.search(text) is not None:
        return False
    return sum(word in ENGLISH for word in words) < SHARE * len(words)
