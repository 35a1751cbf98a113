"""The file formats of vectors: word2vec text (.txt, .vec) and binary (.bin), safetensors; nothing is unpickled."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from w2v_numeric.atomic import reason, replacing
from w2v_numeric.errors import VectorsError

Table = NDArray[np.float32]
Content = tuple[list[str], Table, dict[str, str]]
TENSOR = "vectors"
LONGEST_WORD = 1 << 16


def check_ending(path: Path) -> None:
    """Refuse an unknown ending before any work is done.

    Raises:
        VectorsError: the ending names no format, or the folder does not exist.
    """
    if path.suffix.lower() not in SAVERS:
        raise VectorsError(f"the ending of {path} names no format; choose one of: {', '.join(SAVERS)}")
    if not path.parent.is_dir():
        raise VectorsError(f"there is no folder {path.parent}; make it first, or choose another place for {path.name}")


def save(path: Path, words: Sequence[str], matrix: Table, metadata: Mapping[str, str]) -> None:
    """Write vectors in the format that the ending of the path names."""
    check_ending(path)
    SAVERS[path.suffix.lower()](path, words, np.ascontiguousarray(matrix, "<f4"), metadata)


def load(path: Path) -> Content:
    """Read vectors in the format that the ending of the path names."""
    if path.suffix.lower() not in LOADERS:
        raise VectorsError(f"the ending of {path} names no format; choose one of: {', '.join(LOADERS)}")
    if not path.is_file():
        raise VectorsError(f"there is no file {path}; check the path")
    try:
        return LOADERS[path.suffix.lower()](path)
    except OSError as error:
        raise VectorsError(f"cannot read {path}: {reason(error)}") from error


def _plain_words(path: Path, words: Sequence[str]) -> None:
    for word in words:
        if not word or len(word.split()) != 1 or word != word.strip():
            raise VectorsError(
                f"the word {word!r} has white space, which {path.suffix} cannot hold; save as .safetensors"
            )


def _save_text(path: Path, words: Sequence[str], matrix: Table, _metadata: Mapping[str, str]) -> None:
    _plain_words(path, words)
    row_format = " ".join(["%.9g"] * matrix.shape[1])  # nine digits bring a float32 back to the bit
    with replacing(path) as stream:
        stream.write(f"{len(words)} {matrix.shape[1]}\n".encode())
        for begin in range(0, len(words), 1024):
            rows = matrix[begin : begin + 1024].tolist()
            lines = [
                f"{word} {row_format % tuple(row)}\n"
                for word, row in zip(words[begin : begin + 1024], rows, strict=True)
            ]
            stream.write("".join(lines).encode())


def _save_binary(path: Path, words: Sequence[str], matrix: Table, _metadata: Mapping[str, str]) -> None:
    _plain_words(path, words)
    with replacing(path) as stream:
        stream.write(f"{len(words)} {matrix.shape[1]}\n".encode())
        for word, row in zip(words, matrix, strict=True):
            stream.write(word.encode() + b" " + row.tobytes())


def _save_safetensors(path: Path, words: Sequence[str], matrix: Table, metadata: Mapping[str, str]) -> None:
    content = safetensors.numpy.save(
        {TENSOR: matrix}, {**metadata, "words": json.dumps(list(words), ensure_ascii=False)}
    )
    with replacing(path) as stream:
        stream.write(content)


def _header(path: Path, line: bytes) -> tuple[int, int]:
    parts = line.split()
    try:
        rows, dim = (int(part) for part in parts)
    except ValueError:
        rows = dim = 0
    if rows < 1 or dim < 1:
        raise VectorsError(f"{path} does not begin with the number of words and of dimensions; name a word2vec file")
    return rows, dim


def _truncated(path: Path, promised: int, found: int) -> VectorsError:
    return VectorsError(f"{path} is truncated: it promises {promised} vectors and ends after {found}; copy it again")


def _load_text(path: Path) -> Content:
    with path.open("rb") as stream:
        rows, dim = _header(path, stream.readline(256))
        # A hostile header must not make us reserve memory the file cannot fill: a value takes two bytes at least.
        if rows * dim * 2 > path.stat().st_size:
            raise _truncated(path, rows, sum(1 for _ in stream))
        words: list[str] = []
        matrix = np.empty((rows, dim), np.float32)
        for number, line in enumerate(stream):
            if number == rows:
                raise VectorsError(f"{path} promises {rows} vectors and holds more; its first line is wrong")
            word, *values = line.rstrip().split(b" ")
            if len(values) != dim:
                if number == rows - 1 or not line.endswith(b"\n"):
                    raise _truncated(path, rows, number)
                raise VectorsError(
                    f"line {number + 2} of {path} has {len(values)} numbers instead of {dim}; mend the file"
                )
            try:
                matrix[number] = values
                words.append(word.decode())
            except ValueError as error:  # UnicodeDecodeError is one, too
                raise VectorsError(
                    f"line {number + 2} of {path} is not a word and {dim} numbers; mend the file"
                ) from error
        if len(words) < rows or not line.endswith(b"\n"):
            raise _truncated(path, rows, len(words) - (len(words) == rows))
    return words, matrix, {}


def _load_binary(path: Path) -> Content:
    with path.open("rb") as stream:
        rows, dim = _header(path, stream.readline(256))
        if rows * (dim * 4 + 2) > path.stat().st_size:
            left = path.stat().st_size - stream.tell()
            raise _truncated(path, rows, left // (dim * 4 + 2))
        words: list[str] = []
        matrix = np.empty((rows, dim), np.float32)
        for number in range(rows):
            words.append(_binary_word(path, stream, rows, number))
            values = stream.read(4 * dim)
            if len(values) != 4 * dim:
                raise _truncated(path, rows, number)
            matrix[number] = np.frombuffer(values, "<f4")
    return words, matrix, {}


def _binary_word(path: Path, stream: IO[bytes], rows: int, number: int) -> str:
    letters = bytearray()
    while (letter := stream.read(1)) != b" ":
        if not letter:
            raise _truncated(path, rows, number)
        letters += letter
        if len(letters) > LONGEST_WORD:
            raise VectorsError(f"vector {number + 1} of {path} has no word; the file is not word2vec binary")
    try:
        return letters.lstrip(b"\n").decode()
    except UnicodeDecodeError as error:
        raise VectorsError(f"word {number + 1} of {path} is not UTF-8; the file is not word2vec binary") from error


def _load_safetensors(path: Path) -> Content:
    try:
        with safetensors.safe_open(path, framework="numpy") as stream:
            metadata = dict(stream.metadata() or {})
            matrix = stream.get_tensor(TENSOR)
        words = json.loads(metadata.pop("words"))
    except (safetensors.SafetensorError, KeyError, ValueError, struct.error) as error:
        raise VectorsError(f"{path} is truncated or is not a file of word vectors; copy it again") from error
    if not (isinstance(words, list) and all(isinstance(word, str) for word in words)) or matrix.dtype.kind != "f":
        raise VectorsError(f"{path} holds no list of words with their vectors; name a file written by this program")
    return words, matrix.astype(np.float32, copy=False), metadata


SAVERS: dict[str, Callable[[Path, Sequence[str], Table, Mapping[str, str]], None]] = {
    ".txt": _save_text,
    ".vec": _save_text,
    ".bin": _save_binary,
    ".safetensors": _save_safetensors,
}
LOADERS: dict[str, Callable[[Path], Content]] = {
    ".txt": _load_text,
    ".vec": _load_text,
    ".bin": _load_binary,
    ".safetensors": _load_safetensors,
}
