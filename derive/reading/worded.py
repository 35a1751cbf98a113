"""Conditions in words alone: "If all residuals vanish, …", "When $K$ is large, …".

They are not understood.  A step that stands under one and is false without it may be right, so it is not refuted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from derive.reading.items import Sentence

__all__ = ["worded_conditions"]

CLAUSE = re.compile(
    r"(?:^\W*|[.;:,]\s*|\*\s*)(?P<clause>(?:if|when|whenever|suppos(?:e|ing)|assum(?:e|ing)|provided|as long as|once)\b"
    r"(?P<said>[^,:]*)),|"
    r"(?:^\W*|[。；：，\s])(?P<han>(?:若|当|如果|假设|假定|只要)(?P<gesagt>[^，：。]*))，",
    re.IGNORECASE,
)
"""A clause that supposes something, up to its comma."""
ACTING = re.compile(
    r"^\W*(?:we|you|one|i|us|it|this|that|they|these|those|the (?:model|author|network|classifier)|a model)\b|"
    r"^\W*(?:把|将|我们|改用|对|用)",
    re.IGNORECASE,
)
"""What a clause begins with that says what is done, and not what holds."""
PLAINLY = re.compile(
    r"\b(?:if|when|suppose|assum(?:e|ing)|once|provided)\b[^,.;:\ue000]*\b(?:vanish(?:es)?|"
    r"(?:is|are|be|becomes?|were|was) (?:all )?"
    r"(?:zero|equal|identical|exact|perfect|constant|balanced|uncorrelated))\b|"
    r"(?:若|当|如果|假设)[^，。；：\ue000]*(?:为零|为0|消失|都相[等同]|全相[等同]|恒定|平衡)",
    re.IGNORECASE,
)
"""Predicates that are conditions wherever their clause ends."""
KNOWN = re.compile(
    r"\b(?:vectors?|matri(?:x|ces)|real|numbers?|scalars?|probabilit\w+|distributions?|one[- ]?hot|positive|"
    r"index|indices|"
    r"words?|labels?|independent\w*|logits?|log-odds|entropy|natural|constants?|drawn|samples?|examples?|denotes?)\b|"
    r"实数|向量|矩阵|概率|分布|独立|均匀|标量|正数|单词|标签|样本",
    re.IGNORECASE,
)
"""Words that are understood elsewhere, or that make no step right which is wrong without them."""


def worded_conditions(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """What the sentences that lead to a display suppose in words, where no formula says it."""
    found: list[str] = []
    for sentence in sentences:
        found += [" ".join(match.group().split()) for match in PLAINLY.finditer(sentence.text)]
        related = {f.position for f in sentence.formulas if any(s.links for s in f.statements)}
        for match in CLAUSE.finditer(sentence.text):
            group = "said" if match.group("clause") else "gesagt"
            words, start = match.group(group), match.start(group)
            formal = any(start <= position < start + len(words) for position in related)
            if formal or ACTING.search(words) or KNOWN.search(words) or not re.search(r"\w{3}|[\u4e00-\u9fff]", words):
                continue
            clause = match.group("clause") or match.group("han")
            found.append(" ".join(clause.replace("\ue000", "…").split()))
    return tuple(dict.fromkeys(found))
