"""Words given all words before: ``q(w_t | w_{<t})``, ``P(w_i | w_1, \\ldots, w_{i-1})``.

What the history is does not matter for what notes say about such probabilities: they are numbers between 0 and 1, one
for every position.
"""

from __future__ import annotations

import re

import sympy
from sympy import Expr

from derive.reading import tree
from derive.reading.context import Reading, index_expression
from derive.reading.spelling import Spelled, plain, spell
from derive.reading.survey import TABLES


def given_history(
    spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading
) -> Expr | None:
    """The probability of a word given all words before it; None if the arguments say something else."""
    if re.split(r"_\{|_\d", spelled.name)[0] not in TABLES or separators[:1] != ("|",):
        return None
    word = spell(plain(parts[0]))
    if word is None or len(word.subs) != 1 or word.power is not None or not _all_before(word, parts[1:]):
        return None
    scope, key = reading.scope, f"{spelled.name}(past)"
    family = scope.family(key)
    family.positive, family.nonnegative, family.lower, family.upper = True, True, sympy.Integer(0), sympy.Integer(1)
    scope.partial.add(key)  # "= P(w_t | w_{t-1})" may be an assumption of the model
    position = index_expression(word.subs[0], scope.axis(key, 0), reading)
    scope.want_order(key, 1)
    return scope.entry(key, (position,))


def _all_before(word: Spelled, parts: list[tree.Node]) -> bool:
    """``w_{<t}``, ``w_{1:t-1}``, or a list with dots that begins or ends with the word before."""
    spelled = [spell(plain(part)) for part in parts]
    if any(s is not None and s.name != word.name for s in spelled):
        return False
    if len(parts) == 1 and spelled[0] is not None:
        return any("<" in tree.sexpr(sub) or ":" in tree.sexpr(sub) for sub in spelled[0].subs) or _is_range(parts[0])
    if not any(isinstance(plain(part), tree.Ellipsis) for part in parts):
        return False
    ends = [s for s in (spelled[0], spelled[-1]) if s is not None and len(s.subs) == 1]
    return any(_is_previous(s.subs[0], word.subs[0]) for s in ends)


def _is_range(part: tree.Node) -> bool:
    node = plain(part)
    return isinstance(node, tree.Script) and node.sub is not None and ":" in tree.sexpr(node.sub)


def _is_previous(node: tree.Node, position: tree.Node) -> bool:
    """Whether ``t-1`` stands beside ``t``."""
    node = plain(node)
    if not isinstance(node, tree.Sum) or len(node.terms) != 2:
        return False
    first, second = node.terms
    number = plain(second.node)
    return (
        tree.sexpr(plain(first.node)) == tree.sexpr(plain(position))
        and second.sign == "-"
        and isinstance(number, tree.Num)
        and number.text == "1"
    )
