"""Files appear whole or not at all: written under a temporary name beside the target, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from w2v_numeric.errors import NumericError


@contextmanager
def replacing(path: Path, mode: str = "wb") -> Iterator[IO[Any]]:
    """Open a temporary file that takes the name `path` when the block ends without an error.

    The data reach the disk before the rename, so a crash leaves either the old file or the new one.

    Raises:
        NumericError: the folder is missing or not writable, or the disk is full; the old file is untouched.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise NumericError(
            f"cannot write {path}: {reason(error)}; choose a folder that exists and is writable"
        ) from error
    try:
        with os.fdopen(handle, mode, encoding=None if "b" in mode else "utf-8") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes the file private; the result should look as if it had been opened in the ordinary way.
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
        sync_folder(path.parent)
    except OSError as error:
        raise NumericError(f"cannot write {path}: {reason(error)}; nothing that was there before is lost") from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder durable, where the system allows it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def reason(error: OSError) -> str:
    """The system's own short reason, in lower case."""
    return (error.strerror or str(error)).lower()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
