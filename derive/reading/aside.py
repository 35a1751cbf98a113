"""What the sentences between two displays say of the indices of the second one, if only in passing.

"Different index, $j \\ne i$. The numerator does not see $o_i$, so" restricts the display behind it, though another
sentence stands between them.  Nothing is proved by it; but a step that is false only where it does not hold, is not
refuted.  The same goes for what is said in a language of which the words are not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sympy import Expr

from derive.reading.context import Aside, Reading
from derive.reading.definitions import Relearn
from derive.reading.drafts import LOGICAL
from derive.reading.items import Sentence
from derive.reading.restrictions import restrictions
from derive.reading.spelling import letter

__all__ = ["aside", "is_foreign", "numbers_of_samples"]

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


def is_foreign(texts: Iterable[str]) -> bool:
    """Whether the words of a note are in a language that is not understood: neither English nor Chinese."""
    text = " ".join(texts)
    if len(ELSEWHERE.findall(text)) > len(HAN.findall(text)):
        return True
    words = [word.lower() for word in WORD.findall(text)]
    if len(words) < FEW or HAN.search(text) is not None:
        return False
    return sum(word in ENGLISH for word in words) < SHARE * len(words)
