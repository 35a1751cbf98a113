"""What a sentence says of the nodes on a path: ``n(w,j)`` is the j-th of them, so no two of one path are the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.keys import labelled
from derive.reading.prose import Formula
from derive.reading.spelling import letter, plain, spell, walk

__all__ = ["declare_paths"]

PATH = re.compile(r"\bpaths?\b|路径|路徑", re.IGNORECASE)
NODE = re.compile(r"\b(?:nodes?|units?|vert(?:ex|ices))\b|结点|节点|結點|節點|顶点|内点", re.IGNORECASE)
NEGATED = re.compile(r"\bnot\b|\bno\b|\bmay\b|\brevisit|不一定|可能", re.IGNORECASE)
POSITIONS = frozenset("ijklmst")
"""Letters for the place on a path; where another letter stands last, the order of the indices may be another one."""


def declare_paths(text: str, formulas: Sequence[Formula], reading: Reading) -> None:
    """ "n(w, j) is the j-th node on the path from the root to w": the nodes of one path are different."""
    if not (PATH.search(text) and NODE.search(text)) or NEGATED.search(text):
        return
    for formula in formulas:
        for statement in formula.statements:
            for node in walk(statement):
                if isinstance(node, tree.Script) and (spelled := spell(node)) is not None:
                    spelled = labelled(spelled, reading)
                    family = reading.scope.families.get(spelled.name)
                    pointer = family is not None and family.points_into is not None and family.order == 2
                    if family is not None and pointer and len(spelled.subs) == 2 and _is_place(spelled.subs[1]):
                        family.one_way = True
                        reading.scope.note(f"the nodes {spelled.name} of one path are different ones (from the text)")


def _is_place(node: tree.Node) -> bool:
    node = plain(node)
    return isinstance(node, tree.Num) or letter(node) in POSITIONS
