"""Names made plain before anything is read: letters of several alphabets, layers in superscripts, letters
that are declared anew."""

from __future__ import annotations

from dataclasses import replace

from derive.reading import tree
from derive.reading.alphabets import Alphabets
from derive.reading.brackets import with_named_brackets
from derive.reading.components import components
from derive.reading.dummies import dummies
from derive.reading.elements import in_item, plain_elements
from derive.reading.identifiers import with_identifiers
from derive.reading.items import Display, Item, Sentence, trees_of
from derive.reading.labels import with_labels
from derive.reading.layers import find_layers, instances, named
from derive.reading.marginals import with_plain_marginals
from derive.reading.named_functions import with_named_functions
from derive.reading.paths import with_plain_paths
from derive.reading.prose import Formula
from derive.reading.redefinition import with_second_meanings
from derive.reading.reuse import Reuse
from derive.reading.spelling import walk


def renamed(items: list[Item], letters: Alphabets) -> list[Item]:
    """The document with one name for one thing."""
    letters_apart = with_alphabets(with_identifiers(items), letters)
    named_items = with_named_brackets(with_named_functions(letters_apart))
    one_alphabet = with_elements(with_dummies(with_components(named_items)))
    one_name = with_plain_paths(with_labels(with_new_names(with_layers(with_plain_marginals(one_alphabet)))))
    return with_second_meanings(one_name)


def with_alphabets(items: list[Item], letters: Alphabets) -> list[Item]:
    """The document with a name of its own for every letter that is another one only by its alphabet."""
    return [
        replace(item, rows=letters.apply(item.rows))
        if isinstance(item, Display)
        else replace(item, formulas=tuple(replace(f, statements=letters.apply(f.statements)) for f in item.formulas))
        if isinstance(item, Sentence)
        else item
        for item in items
    ]


def with_components(items: list[Item]) -> list[Item]:
    """The document with ``f_i(z)`` for ``f(z)_i`` where that is what it defines."""
    found = components(node for each in trees_of(items) for node in walk(each))
    return [
        replace(item, rows=found.apply(item.rows))
        if isinstance(item, Display)
        else replace(item, formulas=tuple(replace(f, statements=found.apply(f.statements)) for f in item.formulas))
        if isinstance(item, Sentence)
        else item
        for item in items
    ]


def with_dummies(items: list[Item]) -> list[Item]:
    """The document with a name of its own for a letter that stands for any number, or any example, in one formula."""
    found = dummies(list(trees_of(items)))
    return [
        replace(item, rows=found.apply(item.rows))
        if isinstance(item, Display)
        else replace(item, formulas=tuple(replace(f, statements=found.apply(f.statements)) for f in item.formulas))
        if isinstance(item, Sentence)
        else item
        for item in items
    ]


def with_elements(items: list[Item]) -> list[Item]:
    """The document with one letter for every word ``w_j`` that runs over a set, also where it stands alone."""
    names = plain_elements(items)
    return [in_item(item, names) for item in items] if names else items


def with_layers(items: list[Item]) -> list[Item]:
    """The document with layers in superscripts as parts of names, and the rule from layer to layer written out."""
    layers = find_layers(list(trees_of(items)))
    if not layers.names and not layers.bare:
        return items
    found: list[Item] = []
    for item in items:
        if isinstance(item, Display):
            found.append(replace(item, rows=named(item.rows, layers)))
            statements = tuple(s for row in item.rows if isinstance(row, tree.Row) for s in row.statements)
        elif isinstance(item, Sentence):
            formulas = tuple(replace(f, statements=named(f.statements, layers)) for f in item.formulas)
            found.append(replace(item, formulas=formulas))
            statements = tuple(s for f in item.formulas for s in f.statements)
        else:
            found.append(item)
            continue
        if written := instances(statements, layers):
            found.append(Sentence("", tuple(Formula((statement,), 0) for statement in written)))
    return found


def with_new_names(items: list[Item]) -> list[Item]:
    """The document with a name of its own for every letter that a later paragraph declares to be something else."""
    reuse = Reuse()
    found: list[Item] = []
    for item in items:
        if isinstance(item, Sentence):
            reuse.declare([statement for formula in item.formulas for statement in formula.statements])
            formulas = tuple(replace(f, statements=reuse.apply(f.statements)) for f in item.formulas)
            found.append(replace(item, formulas=formulas))
        elif isinstance(item, Display):
            found.append(replace(item, rows=reuse.apply(item.rows)))
        else:
            found.append(item)
    return found
