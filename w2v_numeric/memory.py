"""How much memory a training takes, said before it begins, and refused when the machine has less."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from w2v_numeric.blocks import Source, Visit
from w2v_numeric.counts import Counts
from w2v_numeric.errors import SettingsError

OF_ROWS = frozenset({"center vectors", "center biases", "context vectors", "n-gram vectors"})  # others are of columns
COPIES = 4
READ_OUT = 5


@dataclass(frozen=True)
class Estimate:
    """Bytes that training takes, by part; the program is what the process has taken already, counts left out."""

    program: int
    counts: int
    tables: int
    blocks: int
    size: int
    dim: int

    @classmethod
    def of(cls, data: Source, counts: Counts | None, size: int, dim: int, threads: int) -> Estimate:
        """Add up what a training allocates at its largest stage.

        Args:
            data: its tables, and the largest block.
            counts: if it goes over counts.
            size: V.
            dim: d.
            threads: workers.
        """
        tables = per_worker = 0
        rows, columns = data.largest
        for name, table in data.tables.items():
            one = 4 * table.rows * (dim + 1 if table.vectors else 1)
            # Adam remembers two numbers for each parameter, Adagrad one.
            tables += one * (3 if table.visit is Visit.ALL else 2)
            if table.visit is Visit.ALL:
                per_worker += one * (2 if data.blocks_per_task_list > 1 else 1)
            else:
                # The rows that a block touches: themselves, their gradients, and copies of both for the update.
                touched = rows if name in OF_ROWS else columns
                per_worker += COPIES * one // table.rows * min(touched, table.rows)
        # The formula also gathers the block's pairs once: positions, values and gathered logits.
        gathered = 24 * rows * counts.pairs // max(1, size) if counts is not None else 0
        blocks = threads * (4 * rows * columns + gathered)
        # The vectors are read out while the tables are still there, by way of matrices of both tables' coordinates.
        tables += threads * per_worker + 4 * size * dim + READ_OUT * 8 * (2 * dim) ** 2
        kept = counts.nbytes if counts is not None else 0
        return cls(max(0, taken_memory() - kept), kept + data.nbytes, tables, blocks, size, dim)

    @property
    def total(self) -> int:
        """All that will be taken beside the program."""
        return self.counts + self.tables + self.blocks

    def sentence(self) -> str:
        """For the user."""
        return (
            f"training takes about {readable(self.program + self.total)} of memory: program {readable(self.program)}, "
            f"counts {readable(self.counts)}, tables {readable(self.tables)}, blocks {readable(self.blocks)}"
        )


def check_memory(estimate: Estimate, available: int | None = None) -> None:
    """Refuse a training that does not fit.

    Args:
        estimate: what it takes.
        available: what there is; None asks the system.

    Raises:
        SettingsError: with what to change.
    """
    free = available_memory() if available is None else available
    if free is None or estimate.total <= free:
        return
    fits = max(2, int(estimate.size * free / estimate.total))
    raise SettingsError(
        f"training {estimate.size} words of {estimate.dim} dimensions takes {readable(estimate.total)} and "
        f"{readable(free)} are free; choose --vocab-size {fits} or less, or a smaller --dim"
    )


def taken_memory() -> int:
    """Bytes that this process has in memory; 0 if the system does not say."""
    with suppress(OSError, ValueError, IndexError, AttributeError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def give_back() -> None:
    """Return what has been freed to the system: glibc keeps it, in holes too small for the tables to come."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def available_memory() -> int | None:
    """Bytes that can be had now without swapping, within the container's limit; None if the system does not say."""
    found: list[int] = []
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                found.append(1024 * int(line.split()[1]))
    with suppress(OSError, ValueError):
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text("ascii"))
        found.append(limit - int(Path("/sys/fs/cgroup/memory.current").read_text("ascii")))
    if not found:
        with suppress(OSError, ValueError, AttributeError):
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(found) if found else None


def readable(count: int) -> str:
    """Bytes for people."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def parse_size(text: str) -> int:
    """Bytes from a number with an optional unit: 512M, 2G, 1500000.

    Raises:
        SettingsError: it is not a size.
    """
    units = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
    cleaned = text.strip().upper().removesuffix("B").removesuffix("I")
    digits = cleaned.rstrip("KMGT")
    unit = cleaned[len(digits) :]
    try:
        return int(float(digits) * units[unit])
    except (ValueError, KeyError, OverflowError) as error:
        raise SettingsError(f"{text!r} is not a size; write for example 512M or 2G") from error
