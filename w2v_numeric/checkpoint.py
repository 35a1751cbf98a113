"""A training on disk: arrays in raw files with checksums, and one manifest whose renaming makes a checkpoint count.

A file is never changed once written. The manifest names the files that belong together and their SHA-256; it is
replaced in one step after they have reached the disk: whenever the machine stops, the manifest names whole files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from w2v_numeric.atomic import reason, replacing
from w2v_numeric.counts import Counts
from w2v_numeric.errors import CheckpointError
from w2v_numeric.state import State
from w2v_numeric.vocabulary import Vocabulary

MANIFEST = "manifest.json"
VERSION = 2
OTHER_CORPUS = "the checkpoint was made from another corpus; give the same files, or choose another folder"
PIECE = 1 << 22  # bytes hashed and written at once
AnyArray = NDArray[Any]


@dataclass(frozen=True)
class Corpus:
    """What training needs of a corpus, once it has been read and counted.

    Attributes:
        vocabulary: the words.
        corpus_words: how many words the text had.
        counts: N_co of the training part, centers weighted; None when the training goes over the text itself.
        held_out: N_co of the part kept aside, if any.
        sources: names and sizes of the files, to notice when another corpus is meant.
    """

    vocabulary: Vocabulary
    corpus_words: int
    counts: Counts | None
    held_out: Counts | None
    sources: list[list[Any]]


class Checkpoint:
    """A folder that holds at most one training.

    Args:
        folder: made when it does not exist.

    Raises:
        CheckpointError: the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CheckpointError(f"cannot make the folder {folder}: {reason(error)}; choose another") from error

    def exists(self) -> bool:
        """Whether a training has been saved here."""
        return (self.folder / MANIFEST).exists()

    def begin(self, settings: Mapping[str, Any], corpus: Corpus) -> None:
        """Save what does not change during training."""
        arrays: dict[str, AnyArray] = {
            "word_counts": corpus.vocabulary.counts,
            "words": np.frombuffer("\n".join(corpus.vocabulary.words).encode(), np.uint8),
        }
        for name, counts in (("counts", corpus.counts), ("held_out", corpus.held_out)):
            if counts is not None:
                for part in ("indptr", "indices", "data"):
                    arrays[f"{name}.{part}"] = getattr(counts.matrix, part)
        described = {"file": "corpus.bin", **_write(self.folder / "corpus.bin", arrays)}
        self._commit(
            {
                "version": VERSION,
                "settings": dict(settings),
                "sources": corpus.sources,
                "corpus_words": corpus.corpus_words,
                "corpus": described,
                "state": None,
            }
        )

    def save(self, state: State) -> None:
        """Save a state; the one before is removed after the new one counts."""
        manifest = self._manifest()
        before = manifest["state"]
        # Two names in turn: the file in use is never the one being written.
        name = "state-a.bin" if before is None or before["file"] == "state-b.bin" else "state-b.bin"
        described = _write(self.folder / name, state.arrays())
        manifest["state"] = {
            "file": name,
            **described,
            "stage": state.stage,
            "epoch": state.epoch,
            "batch": state.batch,
            "updates": state.updates,
            "loss": state.loss.hex(),
            "weight": state.weight.hex(),
            "seconds": state.seconds,
        }
        self._commit(manifest)
        if before is not None:
            with suppress(OSError):
                (self.folder / before["file"]).unlink()

    def settings(self) -> tuple[dict[str, Any], list[list[Any]]]:
        """The settings and the sources of the training saved here."""
        manifest = self._manifest()
        return dict(manifest["settings"]), list(manifest["sources"])

    def corpus(self) -> Corpus:
        """The corpus saved here.

        Raises:
            CheckpointError: the file is missing or damaged.
        """
        manifest = self._manifest()
        arrays = _read(self.folder, manifest["corpus"])
        words = arrays["words"].tobytes().decode().split("\n")
        return Corpus(
            Vocabulary(words, arrays["word_counts"]),
            int(manifest["corpus_words"]),
            _counts(arrays, "counts", len(words)),
            _counts(arrays, "held_out", len(words)),
            list(manifest["sources"]),
        )

    def state(self) -> State | None:
        """The state saved last, or None if training had not got that far.

        Raises:
            CheckpointError: the file is missing or damaged.
        """
        described = self._manifest()["state"]
        if described is None:
            return None
        return State.of_arrays(
            _read(self.folder, described),
            stage=int(described["stage"]),
            epoch=int(described["epoch"]),
            batch=int(described["batch"]),
            updates=int(described["updates"]),
            loss=float.fromhex(described["loss"]),
            weight=float.fromhex(described["weight"]),
            seconds=float(described["seconds"]),
        )

    def _commit(self, manifest: dict[str, Any]) -> None:
        body = json.dumps(manifest, indent=1, sort_keys=True)
        with replacing(self.folder / MANIFEST, "w") as stream:
            json.dump({"sha256": hashlib.sha256(body.encode()).hexdigest(), "manifest": manifest}, stream, indent=1)

    def _manifest(self) -> dict[str, Any]:
        path = self.folder / MANIFEST
        try:
            outer = json.loads(path.read_text("utf-8"))
            manifest = outer["manifest"]
            body = json.dumps(manifest, indent=1, sort_keys=True)
            whole = hashlib.sha256(body.encode()).hexdigest() == outer["sha256"]
        except OSError as error:
            raise CheckpointError(f"cannot read {path}: {reason(error)}; start again without --resume") from error
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(path) from error
        if not whole:
            raise _damaged(path)
        if manifest["version"] != VERSION:
            raise CheckpointError(
                f"{path} was written by another version of this program; start again without --resume"
            )
        return dict(manifest)


def _counts(arrays: Mapping[str, AnyArray], name: str, size: int) -> Counts | None:
    if f"{name}.data" not in arrays:
        return None
    parts = tuple(arrays[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
    return Counts.of(sparse.csr_matrix(parts, shape=(size, size)))


def _damaged(path: Path) -> CheckpointError:
    return CheckpointError(f"{path} is damaged (its checksum does not match); remove the folder and train again")


def _write(path: Path, arrays: Mapping[str, AnyArray]) -> dict[str, Any]:
    digest = hashlib.sha256()
    entries = []
    with replacing(path) as stream:
        for name, array in arrays.items():
            entries.append([name, array.dtype.str, list(array.shape)])
            for piece in _pieces(array):
                digest.update(piece)
                stream.write(piece)
    return {"sha256": digest.hexdigest(), "arrays": entries}


def _pieces(array: AnyArray) -> Iterator[memoryview]:
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    for begin in range(0, len(flat), PIECE):
        yield flat[begin : begin + PIECE].data


def _read(folder: Path, described: Mapping[str, Any]) -> dict[str, AnyArray]:
    path = folder / str(described["file"])
    digest = hashlib.sha256()
    arrays: dict[str, AnyArray] = {}
    try:
        with path.open("rb") as stream:
            for name, kind, shape in described["arrays"]:
                arrays[name] = _fill(stream, np.empty(shape, np.dtype(kind)), digest)
            rest = stream.read(1)
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {reason(error)}; start again without --resume") from error
    if rest or digest.hexdigest() != described["sha256"]:
        raise _damaged(path)
    return arrays


def _fill(stream: IO[bytes], array: AnyArray, digest: Any) -> AnyArray:
    flat = array.reshape(-1).view(np.uint8)
    for begin in range(0, len(flat), PIECE):
        piece = flat[begin : begin + PIECE]
        got = stream.readinto(piece.data)  # type: ignore[attr-defined]
        if got != len(piece):
            return array  # too short: the checksum will not match
        digest.update(piece.data)
    return array


def same_training(
    saved: Mapping[str, Any], sources: list[list[Any]], settings: Mapping[str, Any], now: list[list[Any]]
) -> None:
    """Refuse to go on with a training that was begun otherwise.

    Raises:
        CheckpointError: names the first difference.
    """
    for name, value in settings.items():
        if saved.get(name) != value:
            raise CheckpointError(
                f"the checkpoint was made with {name} = {saved.get(name)}, not {value}; "
                "use the same settings, or another folder"
            )
    if sources != now:
        raise CheckpointError(OTHER_CORPUS)


def same_vocabulary(saved: Vocabulary, now: Vocabulary) -> None:
    """Refuse to go on over a text whose words are others, or come more or less often.

    Raises:
        CheckpointError: they differ.
    """
    if saved.words != now.words or not np.array_equal(saved.counts, now.counts):
        raise CheckpointError(OTHER_CORPUS)
