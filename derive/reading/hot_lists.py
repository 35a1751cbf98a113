"""Lists of one-hot vectors: "the one-hot vectors x_1, …, x_C of the context", where each has its one at a word.

Which words these are the note need not say, nor whether they differ: the word of ``x_i`` is the entry ``i`` of an array
of words that has no name in the note.
"""

from __future__ import annotations

from sympy import Expr

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.definitions import Definition, function
from derive.reading.scope import Head
from derive.reading.spelling import Spelled, letter, plain, spell
from derive.reading.values import Value
from derive.terms import Index, delta, fresh, sum_over

__all__ = ["declare_hot_list", "is_hot_list", "occurrences"]


def is_hot_list(spelled: Spelled, statements: tuple[tree.Statement, ...], reading: Reading) -> bool:
    """Whether ``x_1`` is the first of ``x_1, …, x_C``, and ``x_i`` with a letter that runs one of many vectors."""
    if len(spelled.subs) != 1 or spelled.name not in reading.survey.lettered or spelled.power is not None:
        return False
    found = [spell(plain(s.first)) for s in statements if s.first is not None]
    same = [each for each in found if each is not None and each.name == spelled.name and len(each.subs) == 1]
    dotted = any(s.first is not None and isinstance(plain(s.first), tree.Ellipsis) for s in statements)
    if dotted and len(same) > 1:
        return True
    if reading.survey.most_indices.get(spelled.name) != 1:
        return False  # x_{ij} is an entry, as x_i may be then
    vectors = spelled.name in reading.survey.shapes or spelled.bold
    return vectors and letter(spelled.subs[0]) in reading.survey.bound


def declare_hot_list(spelled: Spelled, reading: Reading) -> None:
    """``x_i`` is the unit vector of the i-th word, whatever that is; unless the note has said what it is."""
    scope, key, words = reading.scope, f"{spelled.name}_", _words(spelled.name)
    if scope.defined_at.get(key, "one-hot") != "one-hot":
        return
    scope.want_order(spelled.name, 2)
    family = scope.family(words)
    family.points_into, family.order, family.declared = scope.axis(spelled.name, 1), 1, True
    family.axes[0] = scope.axis(spelled.name, 0)
    number, place = Index("iʹ1n", scope.axis(spelled.name, 0)), Index("iʹ1h", scope.axis(spelled.name, 1))
    true = delta(place, scope.entry(words, (number,)))
    for own, rest in ((key, (place,)), (f"{key}_", ())):  # x_i and x_{ij}
        definition = Definition(own, (number, place), true)
        scope.definitions[own] = definition
        scope.heads[own] = Head(definition, 2 - len(rest), Value(rest, function(own)(number, place)), own)
    scope.defined_at[key] = "one-hot"
    scope.hot_lists.add(spelled.name)
    scope.note(f"every {spelled.name}_i is one-hot, and these may be alike (from the text)")


def occurrences(counted: str, reading: Reading) -> Expr | None:
    """How many of the vectors have their one at a word; None if the note has no such list, or several."""
    if len(reading.scope.hot_lists) != 1:
        return None
    (name,) = reading.scope.hot_lists
    index = fresh(Index("i", reading.scope.axis(name, 0)))
    word = reading.free_index(counted, reading.scope.axis(name, 1))
    return sum_over(delta(reading.scope.entry(_words(name), (index,)), word), index)


def _words(name: str) -> str:
    return f"{name}→"
