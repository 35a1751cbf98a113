"""How much memory a training takes, said before it begins, and refused when the machine has less."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from w2v_numeric.counts import Counts
from w2v_numeric.errors import SettingsError
from w2v_numeric.train import BLOCK_ROWS

TABLES = 5  # u and v, the two running means for u, the squares for v


@dataclass(frozen=True)
class Estimate:
    """Bytes that training takes, by part."""

    counts: int
    tables: int
    blocks: int
    size: int
    dim: int

    @classmethod
    def of(cls, counts: Counts, dim: int, batch: int, threads: int) -> Estimate:
        """Add up what a training allocates at its largest stage."""
        size = counts.size
        table = 4 * size * (dim + 1)
        share = -(-batch // threads)
        rows = min(BLOCK_ROWS, share)
        per_worker = table * (2 if share > rows else 1)
        # The formula also gathers the block's pairs once: positions, values and gathered logits.
        gathered = 24 * rows * counts.pairs // max(1, size)
        blocks = threads * (4 * rows * size + gathered)
        return cls(counts.nbytes, TABLES * table + threads * per_worker, blocks, size, dim)

    @property
    def total(self) -> int:
        """All of it."""
        return self.counts + self.tables + self.blocks

    def sentence(self) -> str:
        """For the user."""
        return (
            f"training takes about {readable(self.total)} of memory: counts {readable(self.counts)}, "
            f"tables {readable(self.tables)}, blocks {readable(self.blocks)}"
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
