"""A hard limit on memory, for code that does not count what it takes.

The operating system refuses more address space to the process than it has now and ``ROOM`` besides; Python then raises
``MemoryError``, which ends one step and no more.  Where the system knows no such limit (Windows, macOS) only the limits
apply that reader and prover keep by themselves: on digits, exponents, terms and time.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ROOM", "bounded"]

ROOM = 2 << 30
"""Bytes that checking a note may take besides what the process has already."""


@contextmanager
def bounded(room: int = ROOM) -> Iterator[None]:
    """Let the block take at most ``room`` bytes more than the process has; more raises ``MemoryError`` in it.

    A tighter limit that is set already stays.  Does nothing outside the main thread, and where there is no such limit.
    """
    held = _address_space()
    if held is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    import resource  # there is none on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = held + room
    if any(limit != resource.RLIM_INFINITY and limit <= wanted for limit in (soft, hard)):
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space() -> int | None:
    """The bytes of address space that the process has, or None where the system does not tell."""
    if sys.platform != "linux":
        return None
    try:
        import resource

        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (OSError, ValueError, ImportError):
        return None
