"""What is supposed for one display only: "If p_i = e^{z_i} / Σ e^{z_k}, then" leads to a display about such p."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from sympy import Indexed

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.definers import Candidate, candidate, define, defining_value, settle_uses
from derive.reading.definitions import Definition, Relearn, reference
from derive.reading.drafts import LOGICAL
from derive.reading.items import Item, Sentence
from derive.reading.spelling import is_transpose, letter, plain, walk

SUPPOSING = re.compile(r"(?:^|[,，;；:：\s])(?:(?:if|when|suppose|assuming)\b|若|当|如果|假设|假如)", re.IGNORECASE)
INSTANCE = re.compile(
    r"(?:\b(?:for|with|take|taking|let|put|set|at)|[对取当令设])\s*(?:\ue000\s*(?:and|,|，|、|和|与)\s*)*$",
    re.IGNORECASE,
)
EQUALITY = re.compile(r"equality|only if|\biff\b|precisely when|exactly when|等号|当且仅当", re.IGNORECASE)
ENDED = (".", "。", "!", "！", "?", "？")


@contextmanager
def supposed(item: Item | None, reading: Reading) -> Iterator[None]:
    """The names that the sentence before a display supposes to be something, while the display is read."""
    made = [found for found in _suppositions(item, reading) if found is not None]
    definitions = reading.scope.definitions
    before = dict(definitions)
    for found in made:
        count = len(definitions[found.key].parameters)
        definitions.update({name: _with(found, count, d) for name, d in definitions.items() if name != found.key})
    during = dict(definitions)
    try:
        with ExitStack() as lengths:
            for found in made:
                if (given := reading.scope.heads[found.key].value).rank == 1 and not found.parameters:
                    own = reading.scope.axis(found.spelled.name, 0)
                    lengths.enter_context(reading.scope.axes.supposing(own, given.shape[0]))
            yield
    finally:
        definitions.update({name: d for name, d in before.items() if definitions.get(name) is during[name]})
        for found in made:
            settle_uses(found, reading)
            reading.scope.heads.pop(found.key, None)
            reading.scope.definitions.pop(found.key, None)


def _with(found: Candidate, count: int, definition: Definition) -> Definition:
    """A definition with what is supposed of p put in for the entries of p."""
    entries = {
        node: reference(found.key, node.indices)
        for node in definition.body.atoms(Indexed)
        if str(node.base.label) == found.spelled.name and len(node.indices) == count
    }
    return replace(definition, body=definition.body.xreplace(entries)) if entries else definition


def _suppositions(item: Item | None, reading: Reading) -> Iterator[Candidate | None]:
    if not isinstance(item, Sentence) or EQUALITY.search(item.text):
        return
    ended = item.text.rstrip().endswith(ENDED)
    for formula in item.formulas:
        words, behind = item.text[: formula.position], item.text[formula.position + 1 :]
        for statement in formula.statements:
            example = INSTANCE.search(words) and not re.search(r"\w", behind.replace("and", "") if ended else "")
            if (example and is_instance(statement, reading)) or (SUPPOSING.search(words) and not ended):
                try:
                    yield _suppose(statement, reading)
                except (Relearn, *LOGICAL):
                    continue


def is_instance(statement: tree.Statement, reading: Reading) -> bool:
    """ "For p = (1/2, 1/4, 1/4)" behind a display with any p: it is this for an example only."""
    used = reading.survey.displayed.get(letter(statement.first) or "")
    if used is None or used >= int(reading.place):
        return False
    if len(statement.links) != 1 or statement.links[0].relation.symbol not in ("=", ":="):
        return False
    group = plain(statement.links[0].right) if statement.links[0].right is not None else None
    if isinstance(group, tree.Script) and is_transpose(group.sup) and group.sub is None:
        group = plain(group.base)
    if not isinstance(group, tree.Group) or group.open not in ("(", "[") or len(group.body.parts) < 2:
        return False
    return not any(isinstance(node, tree.Name | tree.Ellipsis) for node in walk(group))


def _suppose(statement: tree.Statement, reading: Reading) -> Candidate | None:
    if statement.first is None or [k.relation.symbol for k in statement.links] != ["="]:
        return None
    right = statement.links[0].right
    found = candidate(statement.first, reading)
    if right is None or found is None or found.called or found.key in reading.scope.heads:
        return None
    if isinstance(plain(right), tree.Num) or letter(right) is not None or found.spelled.name in reading.scope.heads:
        return None
    if found.spelled.name in reading.survey.subscripts | reading.survey.sizes:
        return None
    return found if define(found, defining_value(found, right, reading), reading) is not None else None
