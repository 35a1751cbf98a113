"""A hard limit on time, for code that does not watch the clock itself.

The prover and the reader ask SymPy for things whose cost cannot be told beforehand.  In the main thread a timer ends
them; in other threads, and where there is no such timer, only the limits that the code keeps by itself apply.

Time is the processor's: a verdict must not depend on what else the machine is doing.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["OutOfTime", "clock", "limited"]

AGAIN = 0.05  # seconds after which the timer rings again, should the first ring have been swallowed


class OutOfTime(BaseException):
    """The time is over.  Not an ``Exception``: libraries that catch everything must not keep it to themselves."""


def clock() -> float:
    """Seconds of processor time that this thread has taken; only differences mean something."""
    return time.thread_time()


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise ``OutOfTime`` from within the block once it has taken so many seconds of processor time.

    Inside another such block the tighter limit holds.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    armed = True

    def ring(_number: int, _frame: FrameType | None) -> None:
        if armed:
            raise OutOfTime(f"no answer within {seconds:g} s")

    outer, again = signal.getitimer(signal.ITIMER_PROF)
    if 0 < outer <= seconds:
        yield
        return
    start = clock()
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, max(seconds, 0.001), AGAIN)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        if outer:
            signal.setitimer(signal.ITIMER_PROF, max(outer - (clock() - start), 0.001), again)
