"""The examples of a batch side by side: ``Y_{ik}`` where the note has the label vector ``y_k`` of one example."""

from __future__ import annotations

from derive.reading.scope import Scope

__all__ = ["as_of_one_example"]


def as_of_one_example(scope: Scope) -> None:
    """What is known of the label y of one example is known of every row of Y, or of every column of it.

    Only where nothing is said of Y itself, and only one of its two axes is the axis of y.
    """
    for name, many in list(scope.families.items()):
        one = scope.families.get(name.lower())
        if len(name) != 1 or not name.isupper() or one is None or one.order != 1 or one.sums_to_one != (0,):
            continue
        if many.order != 2 or many.declared or many.values or many.sums_to_one or many.points_into is not None:
            continue
        length = scope.settled(scope.axis(one.name, 0)).high
        along = [p for p in range(2) if scope.settled(scope.axis(name, p)).high == length]
        if len(along) == 1:
            many.sums_to_one, many.values, many.nonnegative = (along[0],), one.values, True
            scope.note(f"the {'rows' if along[0] else 'columns'} of {name} are vectors such as {one.name} (inferred)")
