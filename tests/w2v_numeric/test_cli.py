"""What a user can do wrong ends in one sentence, exit code 2, and no half-written file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import Command

from w2v_numeric.cli import spread_pairs
from w2v_numeric.vectors import Vectors

QUICK = ["--min-count", "1", "--dim", "4", "--epochs", "2", "--threads", "1"]


def refused(done: object, message: str) -> None:
    assert done.returncode == 2, done.stderr  # type: ignore[attr-defined]
    assert "Traceback" not in done.stderr  # type: ignore[attr-defined]
    sentence = done.stderr.strip().splitlines()[-1]  # type: ignore[attr-defined]
    assert sentence.startswith("error: ")
    assert re.search(message, sentence), sentence


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, [], "there is no file"),
        (b"", [], "there is no word in"),
        (b"word word word", [], "has 1 different word, 1 of them"),
        (b"a b caf\xe9 c", [], "not valid UTF-8 at byte 7"),
        (b"a b c", ["--vocab-size", "0"], "a vocabulary of 0 words"),
        (b"a b c", ["--vocab-size", "4"], "has 3 words seen at least 1 times, not 4"),
        (b"a b c", ["--min-count", "9"], "0 of them seen at least 9 times"),
        (b"a\nb\nc", [], "no two words of the vocabulary stand together"),
        (b"a b c", ["--dim", "0"], "--dim 0 has no meaning"),
        (b"a b c", ["--window", "0"], "--window 0 has no meaning"),
        (b"a b c", ["--epochs", "0"], "--epochs 0 has no meaning"),
        (b"a b c", ["--threads", "0"], "--threads 0 has no meaning"),
        (b"a b c", ["--sample", "-1"], "--sample -1.0 has no meaning"),
        (b"a b c", ["--sample", "nan"], "--sample nan has no meaning"),
        (b"a b c", ["--holdout", "1"], "--holdout 1.0 is not a share"),
        (b"a b c", ["--objective", "hinge"], "no objective 'hinge'; choose one of: .*softmax"),
        (b"a b c", ["--memory", "lots"], "'lots' is not a size"),
        (b"a b c", ["--resume"], "add --checkpoint"),
        (b"a b c", ["--sample", "0", "--dim", "2000000000"], r"takes .* are free; choose --vocab-size|is used up"),
        (b"a b c", ["--log", "nowhere/log"], "there is no folder nowhere for the log"),
        (b"a", ["--log", "log", "--checkpoint", "."], "has 1 different word"),
        (b"a b c", ["-o", "v.npy"], "names no format"),
        (b"a b c", ["-o", "nowhere/v.bin"], "there is no folder nowhere"),
    ],
)
def test_training_on_bad_input(
    tmp_path: Path, w2v: Command, content: bytes | None, arguments: list[str], message: str
) -> None:
    if content is not None:
        (tmp_path / "text").write_bytes(content)
    before = sorted(p.name for p in tmp_path.iterdir())
    refused(w2v("train", "text", "-o", "v.bin", *QUICK, *arguments), message)
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_the_whole_way(text: Path, tmp_path: Path, w2v: Command) -> None:
    arguments = ["--holdout", "0.2", "--log", "log.jsonl", "--sample", "0", *QUICK]
    done = w2v("train", "-", "-o", "v.safetensors", *arguments, stdin=text.read_text())
    assert done.returncode == 0, done.stderr
    assert "training takes about" in done.stderr
    assert re.search(r"pass 2 over \d+ words: loss \d+\.\d+ nats, perplexity [\d.]+, held out: loss", done.stderr)
    records = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [record["epoch"] for record in records] == [1, 2]
    for record in records:
        assert record["perplexity"] == pytest.approx(np.exp(record["loss"]))
        assert record["holdout_perplexity"] == pytest.approx(np.exp(record["holdout_loss"]))
    metadata = Vectors.load(tmp_path / "v.safetensors").metadata
    assert json.loads(metadata["settings"])["dim"] == 4
    assert len(metadata["formulas_sha256"]) == 64
    assert "softmax-counts.md" in json.loads(metadata["notes"])

    near = w2v("neighbors", "v.safetensors", "sea1", "sky1", "-k", "3")
    assert near.returncode == 0
    assert re.fullmatch(r"sea1\n(  \w+\t-?\d\.\d{4}\n){3}sky1\n(  \w+\t-?\d\.\d{4}\n){3}", near.stdout)
    refused(w2v("neighbors", "v.safetensors", "zebra"), "'zebra' is not among")

    (tmp_path / "a.tsv").write_text("sea1 sea2 9\nsea1 sky1 1\nsea3 zebra 4\n")
    (tmp_path / "b.tsv").write_text("sky1 sky2 9\nsea1 sky1 1\n")
    (tmp_path / "q.txt").write_text(": family\nsea1 sea2 sky1 sky2\n")
    judged = w2v("evaluate", "v.safetensors", "--pairs", "a.tsv", "b.tsv", "--analogies", "q.txt", "--format", "json")
    assert judged.returncode == 0, judged.stderr
    result = json.loads(judged.stdout)
    assert {name: (r["covered"], r["total"]) for name, r in result["pairs"].items()} == {"a": (2, 3), "b": (2, 2)}
    assert result["analogies"]["covered"] == 1
    assert w2v("evaluate", "v.safetensors", "--pairs", "a.tsv").returncode == 0
    refused(w2v("evaluate", "v.safetensors"), "nothing to judge by")

    drawn = w2v("plot", "v.safetensors", "-o", "map.png", "--log", "log.jsonl", "--word", "sea1", "--word", "sky1")
    assert drawn.returncode == 0, drawn.stderr
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    refused(w2v("plot", "v.safetensors", "-o", "map.png", "--log", "a.tsv"), "not a log of passes")
    refused(w2v("plot", "v.safetensors", "-o", "map.doc"), "names no picture")

    whole = (tmp_path / "v.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[:100])
    refused(w2v("neighbors", "cut.safetensors", "sea1"), "truncated")


def test_a_checkpoint_is_not_overwritten(text: Path, w2v: Command) -> None:
    arguments = ["train", str(text), "-o", "v.bin", *QUICK, "--checkpoint", "saved"]
    assert w2v(*arguments).returncode == 0
    refused(w2v(*arguments), "add --resume")
    refused(w2v(*arguments, "--resume", "--dim", "5"), "made with dim = 4, not 5")
    text.write_text("another corpus")
    refused(w2v(*arguments, "--resume"), "another corpus")


@pytest.mark.parametrize("command", ["train", "evaluate", "neighbors", "plot"])
def test_every_option_is_explained(w2v: Command, command: str) -> None:
    help_text = w2v(command, "--help").stdout
    options = re.findall(r"(?m)^.*?(--[a-z-]+)", help_text)
    assert len(options) >= 2
    if command == "train":
        for option in ("--vocab-size", "--epochs", "--threads", "--center-power", "--company", "--memory", "--holdout"):
            assert option in options


def test_several_files_may_follow_pairs() -> None:
    spread = spread_pairs(["evaluate", "v.bin", "--pairs", "a", "b", "--analogies", "q", "--pairs=c", "d"])
    assert spread == [
        "evaluate",
        "v.bin",
        "--pairs",
        "a",
        "--pairs",
        "b",
        "--analogies",
        "q",
        "--pairs=c",
        "--pairs",
        "d",
    ]
    assert spread_pairs(["evaluate", "--pairs", "a", "v.bin", "--format", "json"]) == [
        "evaluate", "--pairs", "a", "v.bin", "--format", "json",
    ]  # fmt: skip
    assert spread_pairs(["train", "--pairs", "a", "b"]) == ["train", "--pairs", "a", "b"]
