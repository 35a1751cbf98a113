"""Where text comes from: files, folders, globs, compressed files and standard input, as blocks of UTF-8 text."""

from __future__ import annotations

import bz2
import glob
import gzip
import io
import lzma
import queue
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from w2v_numeric.atomic import reason
from w2v_numeric.errors import CorpusError

BLOCK_BYTES = 1 << 19  # per-block work vanishes already, and the lists of words of a block leave few holes in memory
LONGEST_WORD = 1 << 16  # more bytes than this without any space is not text
WHITESPACE = b" \t\n\r\x0b\x0c"
STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Source:
    """One stream of text: its name for messages, how to open it as bytes, and its file, if it is one."""

    name: str
    open: Callable[[], IO[bytes]]
    path: Path | None = None

    def size(self) -> int | None:
        """Bytes on disk, or None for a stream."""
        return self.path.stat().st_size if self.path is not None and self.path.is_file() else None


def find_sources(paths: Sequence[str]) -> list[Source]:
    """Resolve files, folders (every file below, sorted, hidden ones left out), globs and "-" into sources.

    Raises:
        CorpusError: a path does not exist, or a folder or pattern holds no file.
    """
    if not paths:
        raise CorpusError('no corpus was given; name files, folders, a pattern, or "-" for standard input')
    sources: list[Source] = []
    for name in paths:
        sources += [Source("standard input", lambda: sys.stdin.buffer)] if name == STANDARD_INPUT else _on_disk(name)
    return sources


def _on_disk(name: str) -> list[Source]:
    path = Path(name)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path)))
        if not found:
            raise CorpusError(f"the folder {name} holds no file; put the text there or name another folder")
    elif path.exists():
        found = [path]
    elif glob.has_magic(name):
        found = sorted(p for p in map(Path, glob.glob(name, recursive=True)) if p.is_file())
        if not found:
            raise CorpusError(f"no file matches {name}; check the pattern (quote it if the shell should not expand it)")
    else:
        raise CorpusError(f"there is no file {name}; check the path")
    return [Source(str(p), _opener(p), p) for p in found]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _zst(path: Path, mode: str) -> io.RawIOBase:
    try:
        # Only who reads .zst needs it: the one reader that the standard library lacks.
        import zstandard  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise CorpusError(f"reading {path} needs the package zstandard; install it with pip") from error
    return _ZstReader(cast("IO[bytes]", zstandard.open(path, mode)), zstandard.ZstdError)


class _ZstReader(io.RawIOBase):
    """A .zst stream whose errors are those of the other readers."""

    def __init__(self, stream: IO[bytes], error: type[Exception]) -> None:
        self._stream, self._error = stream, error

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except self._error as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        self._stream.close()
        super().close()


OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open, ".zst": _zst}
READ_ERRORS = (OSError, EOFError, lzma.LZMAError, zlib.error)


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    how: Callable[..., Any] = OPENERS.get(path.suffix.lower(), open)
    return lambda: cast("IO[bytes]", how(path, "rb"))


def text_blocks(source: Source) -> Iterator[bytes]:
    """Blocks of a source, cut at white space and never inside a word; together they are the whole source.

    Decompression runs in a thread of its own, so it overlaps with whatever the caller does with the block before.

    Raises:
        CorpusError: the source cannot be opened or read, is not UTF-8, or is not text.
    """
    offset = 0
    rest = b""
    for piece in _read_ahead(source):
        block = rest + piece
        cut = max(block.rfind(space) for space in (b" ", b"\n", b"\t", b"\r")) + 1
        if cut == 0 and len(block) > LONGEST_WORD:
            raise CorpusError(f"{source.name} is not text: it has {len(block)} bytes without a space; name a text file")
        rest = block[cut:]
        if cut:
            yield _valid(block[:cut], source, offset)
            offset += cut
    if rest:
        yield _valid(rest, source, offset)


def _valid(block: bytes, source: Source, offset: int) -> bytes:
    if block.isascii():
        return block
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{source.name} is not valid UTF-8 at byte {offset + error.start}; convert it (for example with iconv)"
        ) from error
    return block


def _read_ahead(source: Source) -> Iterator[bytes]:
    pieces: queue.Queue[bytes | BaseException] = queue.Queue(maxsize=2)
    stop = threading.Event()

    def put(item: bytes | BaseException) -> bool:
        while not stop.is_set():
            try:
                pieces.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def read() -> None:
        try:
            with source.open() as stream:
                while piece := stream.read(BLOCK_BYTES):
                    if not put(piece):
                        return
            put(b"")
        except BaseException as error:  # handed over to the caller's thread, which raises it again
            put(error)

    threading.Thread(target=read, name="read-ahead", daemon=True).start()
    try:
        while True:
            piece = pieces.get()
            if isinstance(piece, READ_ERRORS):
                why = reason(piece) if isinstance(piece, OSError) else str(piece).lower()
                raise CorpusError(f"cannot read {source.name}: {why}; check that it is whole and readable") from piece
            if isinstance(piece, BaseException):
                raise piece
            if not piece:
                return
            yield piece
    finally:
        stop.set()
