"""Time and size limits of a proof, and the ways in which a proof attempt may stop without an answer."""

from __future__ import annotations

from derive.patience import clock


class Stopped(Exception):
    """The attempt ends without an answer; the message is the reason shown to the user."""


class Unsupported(Stopped):
    """Something outside the language of terms."""


class Undefined(Stopped):
    """A term has no value: a division by zero, the logarithm of a number that is not positive."""


class Exhausted(Stopped):
    """Time or space ran out."""


class Budget:
    """How much time and how many terms an attempt may use.

    Work is asked for cooperatively: every loop whose length depends on the input calls ``tick``.
    """

    def __init__(self, seconds: float, terms: int = 20_000) -> None:
        self.seconds = seconds
        self.terms = terms
        self.end = clock() + seconds
        self._ticks = 0

    def tick(self) -> None:
        """Raise ``Exhausted`` when the time is over (the clock is read once in a while only)."""
        self._ticks += 1
        if self._ticks & 63 == 0 and clock() > self.end:
            raise Exhausted(f"no answer within {self.seconds:g} s")

    def left(self) -> float:
        """Seconds that remain."""
        return self.end - clock()

    def part(self, share: float) -> Budget:
        """A budget for a share of the time that remains."""
        return Budget(max(self.left() * share, 0.0), self.terms)

    def room_for(self, terms: int) -> None:
        """Raise ``Exhausted`` when an intermediate result would have too many terms."""
        if terms > self.terms:
            raise Exhausted(f"an intermediate result has more than {self.terms} terms")
