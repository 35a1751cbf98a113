"""A hard limit on time, for code that does not watch the clock itself.

The prover and the reader ask SymPy for things whose cost cannot be told beforehand.  In the main thread a timer ends
them; in other threads, and where there is no such timer, only the limits that the code keeps by itself apply.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["OutOfTime", "limited"]

AGAIN = 0.05  # seconds after which the timer rings again, should the first ring have been swallowed


class OutOfTime(BaseException):
    """The time is over.  Not an ``Exception``: libraries that catch everything must not keep it to themselves."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise ``OutOfTime`` from within the block once it has taken so many seconds.

    Inside another such block the tighter limit holds.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    armed = True

    def ring(_number: int, _frame: FrameType | None) -> None:
        if armed:
            raise OutOfTime(f"no answer within {seconds:g} s")

    outer, again = signal.getitimer(signal.ITIMER_REAL)
    if 0 < outer <= seconds:
        yield
        return
    start = time.monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), AGAIN)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if outer:
            signal.setitimer(signal.ITIMER_REAL, max(outer - (time.monotonic() - start), 0.001), again)
