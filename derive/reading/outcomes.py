"""``p(d_j^w | x_w)``, ``p(w | Context(w))``, ``p(u | w)``: one letter for the probabilities of different things.

What is written as the outcome tells which one is meant where it is no letter: the code d, the context.  A word of a
running text, ``w_{t+j}``, is a word like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.keys import SHORTEST_WORD, labelled
from derive.reading.sets import owned
from derive.reading.spelling import Spelled, letter, plain, spell
from derive.reading.survey import TABLES

__all__ = ["outcome_key"]


def outcome_key(
    spelled: Spelled, parts: Sequence[tree.Node], separators: tuple[str, ...], reading: Reading
) -> str | None:
    """The key of a probability whose outcome is a number with indices or a set; None for other outcomes."""
    if spelled.name not in TABLES or spelled.subs or not parts or "|" not in separators:
        return None
    given = owned(plain(parts[-1]))
    if given is not None and given[1] and len(given[0]) >= SHORTEST_WORD:
        return f"{spelled.name}[{''.join(separators)}{given[0]}]"
    first = plain(parts[0])
    if letter(first) is not None:
        return None
    inner = spell(first)
    if inner is not None:
        inner = labelled(inner, reading)
        family = reading.scope.families.get(inner.name)
        if not inner.subs or family is None or not family.values:
            return None
        return f"{spelled.name}[{inner.name}{''.join(separators)}]"
    found = owned(first)
    return f"{spelled.name}[{found[0]}{''.join(separators)}]" if found is not None and found[1] else None
