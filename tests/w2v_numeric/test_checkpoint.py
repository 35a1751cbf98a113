"""Whatever happens to the machine, what was saved is whole, and going on leaves no trace in the result."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import Command, environment
from scipy import sparse

from w2v_numeric.blocks import Table, Visit
from w2v_numeric.checkpoint import Checkpoint, Corpus, same_training, same_vocabulary
from w2v_numeric.counts import Counts
from w2v_numeric.errors import CheckpointError, NumericError
from w2v_numeric.formulas import softmax_skipgram
from w2v_numeric.state import CENTER, OUTSIDE, State
from w2v_numeric.vocabulary import Vocabulary

SETTINGS = ["--min-count", "1", "--dim", "8", "--epochs", "60", "--batch", "4", "--threads", "2"]


def corpus() -> Corpus:
    dense = np.array([[0, 2, 1], [2, 0, 0], [1, 0, 4]], np.float32)
    counts = Counts.of(sparse.csr_matrix(dense))
    return Corpus(Vocabulary(["a", "ü", "c"], np.array([3, 2, 1])), 6, counts, counts, [["x", 3]])


def state(seed: int = 1) -> State:
    tables = {
        OUTSIDE: Table(3, Visit.ALL),
        CENTER: Table(3, Visit.OWN),
        "outside biases": Table(3, Visit.SHARED, False),
    }
    made = State.start(tables, 4, seed, np.array([0.5, 0.3, 0.2]))
    made.epoch, made.batch, made.updates, made.loss, made.weight, made.seconds = 2, 1, 7, 1 / 3, 2 / 3, 0.5
    return made


def begun(folder: Path) -> Checkpoint:
    checkpoint = Checkpoint(folder)
    checkpoint.begin({"dim": 4}, corpus())
    return checkpoint


def test_there_and_back(tmp_path: Path) -> None:
    checkpoint = begun(tmp_path / "new" / "folder")
    assert checkpoint.state() is None
    for seed in (1, 2, 3):
        checkpoint.save(state(seed))
    again = Checkpoint(checkpoint.folder)
    back, expected = again.state(), state(3)
    assert back is not None
    assert list(back.arrays()) == list(expected.arrays())
    for name, array in expected.arrays().items():
        np.testing.assert_array_equal(back.arrays()[name], array)
    assert (back.epoch, back.batch, back.updates, back.loss, back.weight, back.seconds) == (2, 1, 7, 1 / 3, 2 / 3, 0.5)
    read = again.corpus()
    assert read.vocabulary.words == ["a", "ü", "c"]
    assert read.counts is not None
    assert read.counts.matrix.toarray().tolist() == [[0, 2, 1], [2, 0, 0], [1, 0, 4]]
    assert read.held_out is not None
    assert again.settings() == ({"dim": 4}, [["x", 3]])
    assert len(list(checkpoint.folder.iterdir())) == 3


def test_damage_anywhere_is_found_and_named(tmp_path: Path) -> None:
    checkpoint = begun(tmp_path)
    checkpoint.save(state())
    for path in sorted(tmp_path.iterdir()):
        whole = path.read_bytes()
        for place in range(0, len(whole), max(1, len(whole) // 40)):
            spoiled = bytearray(whole)
            spoiled[place] ^= 0x04
            path.write_bytes(spoiled)
            with pytest.raises(CheckpointError, match=path.name):
                checkpoint.settings(), checkpoint.corpus(), checkpoint.state()
        for cut in (b"", whole[: len(whole) // 2]):
            path.write_bytes(cut)
            with pytest.raises(CheckpointError, match=path.name):
                checkpoint.settings(), checkpoint.corpus(), checkpoint.state()
        path.write_bytes(whole)
    checkpoint.state()


def test_a_full_disk_loses_nothing_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = begun(tmp_path)
    checkpoint.save(state(1))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(NumericError, match="no space left on device; nothing that was there before is lost"):
            checkpoint.save(state(2))
    back = checkpoint.state()
    assert back is not None
    np.testing.assert_array_equal(back.u, state(1).u)


def test_another_training_is_refused() -> None:
    with pytest.raises(CheckpointError, match="made with dim = 4, not 5"):
        same_training({"dim": 4}, [], {"dim": 5}, [])
    with pytest.raises(CheckpointError, match="another corpus"):
        same_training({"dim": 4}, [["a", 1]], {"dim": 4}, [["a", 2]])


def test_another_vocabulary_is_refused() -> None:
    saved = Vocabulary(["a", "b"], np.array([3, 2]))
    same_vocabulary(saved, Vocabulary(["a", "b"], np.array([3, 2])))
    for now in (Vocabulary(["a", "c"], np.array([3, 2])), Vocabulary(["a", "b"], np.array([3, 1]))):
        with pytest.raises(CheckpointError, match="another corpus"):
            same_vocabulary(saved, now)


def test_what_is_refused_leaves_no_checkpoint(text: Path, tmp_path: Path, w2v: Command) -> None:
    module = tmp_path / "wrong.py"
    source = Path(softmax_skipgram.__file__).read_text()
    module.write_text(source.replace('"center counts"', '"centre counts"'))
    done = w2v("train", str(text), "-o", "v.txt", *SETTINGS, "--objective", str(module), "--checkpoint", "saved")
    assert done.returncode == 2
    assert "asks for 'centre counts'; over counts there are" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "saved").iterdir())
    assert not (tmp_path / "v.txt").exists()


def start(text: Path, folder: Path, objective: str = "softmax") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "w2v_numeric", "train", str(text), "-o", str(folder / "v.bin"), *SETTINGS]
    command += ["--objective", objective]
    command += ["--checkpoint", str(folder / "saved"), "--resume", "--log", str(folder / "log")]
    return subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE)


@pytest.mark.parametrize(
    "objective", ["softmax", "negative-sampling", pytest.param("cbow-hierarchical-softmax", marks=pytest.mark.slow)]
)
def test_killed_at_random_moments_the_result_is_the_same(
    objective: str, text: Path, tmp_path: Path, w2v: Command
) -> None:
    if objective != "softmax":
        # Four words a piece make many pieces of a long text.
        text.write_text("\n".join(text.read_text().splitlines()[:15]))
    whole = w2v("train", str(text), "-o", "whole.bin", *SETTINGS, "--objective", objective)
    assert whole.returncode == 0, whole.stderr
    folder = tmp_path / "killed"
    folder.mkdir()
    chance = random.Random(0)
    kills = 0
    for _ in range(4):
        process = start(text, folder, objective)
        log = folder / "log"
        lines = len(log.read_text().splitlines()) if log.exists() else 0
        deadline = time.monotonic() + 20
        # Wait until it has gone on by some passes, then kill it wherever it is.
        wanted = min(55, lines + chance.randint(1, 10))
        while process.poll() is None and time.monotonic() < deadline:
            if log.exists() and len(log.read_text().splitlines()) >= wanted:
                break
            time.sleep(0.002)
        time.sleep(chance.random() * 0.01)
        kills += process.poll() is None
        process.kill()
        process.communicate()
    assert kills >= 2
    process = start(text, folder, objective)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said.decode()
    assert (folder / "v.bin").read_bytes() == (tmp_path / "whole.bin").read_bytes()
    epochs = [json.loads(line)["epoch"] for line in (folder / "log").read_text().splitlines()]
    assert epochs == list(range(1, 61))


def test_ctrl_c_saves_and_stops(text: Path, tmp_path: Path, w2v: Command) -> None:
    process = start(text, tmp_path)
    log = tmp_path / "log"
    deadline = time.monotonic() + 20
    while not (log.exists() and log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said.decode()
    assert "go on with --checkpoint" in " ".join(said.decode().split())
    assert b"Traceback" not in said
    assert (tmp_path / "v.bin").exists()
    process = start(text, tmp_path)
    assert process.wait(60) == 0
    reference = w2v("train", str(text), "-o", "whole.bin", *SETTINGS)
    assert reference.returncode == 0
    assert (tmp_path / "v.bin").read_bytes() == (tmp_path / "whole.bin").read_bytes()
    epochs = [json.loads(line)["epoch"] for line in log.read_text().splitlines()]
    assert epochs == list(range(1, 61))
