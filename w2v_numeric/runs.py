"""Sorted runs: pairs with weights, packed into integers, sorted and summed piece by piece, kept on disk when many.

A code is key · 2^b + weight with b = 63 − (bits of a key), so a plain integer sort brings equal keys together. A weight
too large for b bits is kept as several codes of the same key; the final sum has no such bound.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from w2v_numeric.atomic import reason
from w2v_numeric.errors import CorpusError

Codes = NDArray[np.int64]
SLICE = 1 << 18  # codes summed at once: the temporaries stay in the cache


def most_codes(memory: int) -> int:
    """How many codes to collect before sorting: two buffers take a quarter of the bytes that counting may use."""
    return int(np.clip(memory // (8 * 8), 1 << 16, 1 << 23))


@dataclass(frozen=True)
class Run:
    """Codes in rising order, in memory or as a stretch of the temporary file."""

    length: int
    offset: int = -1
    codes: Codes | None = None


class RunStore:
    """Collects codes, keeps their sums as runs, and merges the runs at the end.

    Args:
        keys: all keys are below this number.
        memory: bytes the store may use; runs beyond a quarter of it go to a temporary file.

    Attributes:
        bits: b, the low bits of a code that hold its weight.
    """

    def __init__(self, keys: int, memory: int) -> None:
        self.bits = 63 - (keys - 1).bit_length()
        self._keys = keys
        self._bound = memory // 4
        self._runs: list[Run] = []
        self._file: IO[bytes] | None = None
        self._end = 0

    @property
    def length(self) -> int:
        """How many codes are kept, at least as many as there are different keys."""
        return sum(run.length for run in self._runs)

    def add(self, codes: Codes) -> None:
        """Sort the codes in place, sum them and keep the sums.

        Raises:
            CorpusError: the temporary folder is full.
        """
        codes.sort()
        summed = np.concatenate([self.pack(*part) for part in self._sums(codes)] or [codes[:0]])
        self._runs.append(Run(len(summed), codes=summed))
        kept = [run for run in self._runs if run.codes is not None]
        if len(kept) > 1 and 8 * sum(run.length for run in kept) > self._bound:
            self._runs = [run for run in self._runs if run.codes is None]
            merged = np.concatenate([self.pack(*part) for part in self._merge(kept)])
            run = Run(len(merged), codes=merged)
            self._runs.append(self._spill(merged) if 8 * run.length > self._bound // 2 else run)

    def merged(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """All keys in rising order, each once, with their summed weights, some at a time."""
        yield from self._merge(self._runs)
        self._runs = []
        if self._file is not None:
            self._file.close()
            self._file = None

    def pack(self, keys: NDArray[np.int64], weights: NDArray[np.int64]) -> Codes:
        """Codes of keys with their weights, each weight in as many codes as it needs."""
        most = (1 << self.bits) - 1
        if len(weights) and weights.max() > most:
            copies = -(-weights // most)
            last = np.cumsum(copies) - 1
            rest = weights - (copies - 1) * most
            keys, weights = np.repeat(keys, copies), np.full(int(copies.sum()), most, np.int64)
            weights[last] = rest
        return np.asarray((keys << self.bits) | weights)

    def _sums(self, codes: Codes) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Sum the weights of sorted codes over equal keys."""
        begin, bits = 0, self.bits
        while begin < len(codes):
            end = min(begin + SLICE, len(codes))
            if end < len(codes):
                # Cut only between different keys, also when one key fills the whole slice.
                end = int(np.searchsorted(codes, (codes[end] >> bits) << bits))
                if end <= begin:
                    beyond = ((int(codes[begin]) >> bits) + 1) << bits
                    end = int(np.searchsorted(codes, beyond)) if beyond < 2**63 else len(codes)
            part = codes[begin:end]
            keys = part >> bits
            first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
            yield keys[first], np.add.reduceat(part & ((1 << bits) - 1), first)
            begin = end

    def _merge(self, runs: list[Run]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Merge by ranges of keys, so that only a range of each run is gathered at a time."""
        if not runs:
            return
        total = sum(run.length for run in runs)
        parts = max(1, -(-total // max(1 << 16, min(1 << 21, self._bound // 32))))
        edges = self._edges(runs, parts)
        cuts = [[self._position(run, edge << self.bits) for edge in edges[:-1]] + [run.length] for run in runs]
        for part in range(len(edges) - 1):
            codes = np.concatenate(
                [self._read(run, cut[part], cut[part + 1]) for run, cut in zip(runs, cuts, strict=True)]
            )
            codes.sort()
            yield from self._sums(codes)

    def _edges(self, runs: list[Run], parts: int) -> list[int]:
        """Keys that cut the runs into parts of about equal size: quantiles of a sample from every run."""
        samples = [self._read(run, i, i + 1) for run in runs for i in range(0, run.length, max(1, run.length // 1024))]
        if not samples:
            return [0, self._keys]
        sample = np.sort(np.concatenate(samples)) >> self.bits
        inner = {int(sample[len(sample) * part // parts]) for part in range(1, parts)}
        return [0, *sorted(inner - {0}), self._keys]

    def _position(self, run: Run, code: int) -> int:
        """How many codes of the run are smaller."""
        if run.codes is not None:
            return int(np.searchsorted(run.codes, code))
        low, high = 0, run.length
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if int(self._read(run, middle, middle + 1)[0]) < code else (low, middle)
        return low

    def _spill(self, codes: Codes) -> Run:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="w2v-pairs-")  # noqa: SIM115 -- it lives as long as the store
            self._file.seek(self._end)
            self._file.write(codes.data)
            self._file.flush()
        except OSError as error:
            raise CorpusError(
                f"cannot keep the pairs in {tempfile.gettempdir()}: {reason(error)}; set TMPDIR to a roomier folder"
            ) from error
        self._end += 8 * len(codes)
        return Run(len(codes), offset=self._end - 8 * len(codes))

    def _read(self, run: Run, begin: int, end: int) -> Codes:
        if run.codes is not None:
            return run.codes[begin:end]
        if self._file is None:
            raise RuntimeError("a run on disk without a file")
        self._file.seek(run.offset + 8 * begin)
        return np.frombuffer(self._file.read(8 * max(0, end - begin)), np.int64)
