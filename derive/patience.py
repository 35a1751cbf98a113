"""A hard limit on time, for code that does not watch the clock itself.

The prover and the reader ask SymPy for things whose cost cannot be told beforehand.  In the main thread a timer ends
them; in other threads, and where there is no such timer, only the limits that the code keeps by itself apply.

Time is the processor's: a verdict must not depend on what else the machine is doing.  A second timer, by the clock on
the wall, ends what waits without working.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["OutOfTime", "clock", "limited"]

WAIT = 6.0  # seconds by the clock on the wall for each second of processor time, on a busy machine
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

    outer, _ = signal.getitimer(signal.ITIMER_PROF)
    if 0 < outer <= seconds:
        yield
        return
    timers = (
        (signal.ITIMER_PROF, signal.SIGPROF, clock, seconds),
        (signal.ITIMER_REAL, signal.SIGALRM, time.monotonic, WAIT * seconds),
    )
    before = [
        (timer, number, now, now(), signal.getitimer(timer)[0], signal.signal(number, ring))
        for timer, number, now, _ in timers
    ]
    for timer, _, _, limit in timers:
        signal.setitimer(timer, max(limit, 0.001), AGAIN)
    try:
        yield
    finally:
        armed = False
        for timer, number, now, start, left, handler in before:
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
            if left:
                signal.setitimer(timer, max(left - (now() - start), 0.001), AGAIN)
