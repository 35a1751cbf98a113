"""Where a training stands in the whole of its stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from w2v_numeric.settings import Stage
from w2v_numeric.state import State
from w2v_numeric.train import Moment


class Course:
    """All stages together.

    Args:
        stages: in order.
    """

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._stages = stages
        # A pass costs the square of the vocabulary.
        self._costs = [stage.passes * stage.size**2 for stage in stages]

    @property
    def passes(self) -> int:
        """Passes of all stages."""
        return sum(stage.passes for stage in self._stages)

    def passes_before(self, state: State | None) -> int:
        """Passes that a saved state has behind it."""
        return 0 if state is None else state.epoch + sum(stage.passes for stage in self._stages[: state.stage])

    def place(self, moment: Moment, number: int) -> Moment:
        """A moment of one stage, its pass and its fraction counted over all of them."""
        done = sum(self._costs[:number]) + moment.fraction * self._costs[number]
        before = sum(stage.passes for stage in self._stages[:number])
        return replace(moment, epoch=before + moment.epoch, fraction=done / sum(self._costs))
