"""Time to quality beside gensim, and cost beside the size of the text.

Run with: pytest -m bench -s tests/bench/bench_gensim.py

The corpus and the tests are named by environment variables, since they are no part of the project:
W2V_CORPUS a text, one document a line; W2V_PAIRS files of word pairs, separated like PATH; W2V_ANALOGIES a file of
questions. W2V_SIZES chooses vocabularies (default 10000). Times of the two are taken one after the other in one run.
"""

from __future__ import annotations

import lzma
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from w2v_numeric.evaluate import Evaluation, evaluate
from w2v_numeric.vectors import Vectors

pytestmark = pytest.mark.bench
ROOT = Path(__file__).resolve().parents[2]
# The share of gensim's time that a whole training may take, by vocabulary.
BOUNDS = {10_000: 1 / 5, 30_000: 1 / 3, 70_956: 1.0}
READING_BOUND = 1 / 10


def named(variable: str) -> str:
    """The value of an environment variable, without which there is nothing to measure."""
    if variable not in os.environ:
        pytest.skip(f"{variable} is not set")
    return os.environ[variable]


def plain(corpus: Path, folder: Path) -> Path:
    """The corpus as a plain file, which gensim reads fastest."""
    if corpus.suffix != ".xz":
        return corpus
    path = folder / "corpus.txt"
    with lzma.open(corpus) as packed, path.open("wb") as out:
        while block := packed.read(1 << 20):
            out.write(block)
    return path


def command(*arguments: str) -> float:
    """Seconds that one whole run of `w2v` takes."""
    began = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    subprocess.run([sys.executable, "-m", "w2v_numeric", *arguments], env=environment, check=True)
    return time.perf_counter() - began


def scores(result: Evaluation) -> dict[str, float]:
    """All figures by name."""
    return {**{k: v.spearman for k, v in result.pairs.items()}, "analogies": result.analogies.accuracy}


def test_time_to_quality(tmp_path: Path) -> None:
    word2vec = pytest.importorskip("gensim.models.word2vec")
    given = Path(named("W2V_CORPUS"))
    pairs = [Path(name) for name in named("W2V_PAIRS").split(os.pathsep)]
    questions = Path(named("W2V_ANALOGIES"))
    corpus = plain(given, tmp_path)
    theirs = tmp_path / "gensim.bin"
    began = time.perf_counter()
    model = word2vec.Word2Vec(corpus_file=str(corpus), sg=1, workers=2, min_count=5)  # everything else as gensim has it
    model.wv.save_word2vec_format(str(theirs), binary=True)
    gensim_time = time.perf_counter() - began
    words = len(model.wv)
    del model
    print(f"\ngensim, {words} words: {gensim_time:.1f} s")
    failures = []
    for size in map(int, os.environ.get("W2V_SIZES", "10000").split(",")):
        ours = tmp_path / f"ours{size}.bin"
        ours_time = command("train", str(given), "-o", str(ours), "--vocab-size", str(size))
        # Both are asked about the same words: the first ones of the smaller vocabulary.
        both = {
            name: scores(evaluate(Vectors.load(path), pairs, questions, size))
            for name, path in (("gensim", theirs), ("ours", ours))
        }
        share = ours_time / gensim_time
        print(f"V = {size}: {ours_time:.1f} s, {share:.3f} of gensim's time")
        for test, figure in both["gensim"].items():
            print(f"  {test:12} gensim {figure:.4f}  ours {both['ours'][test]:.4f}")
            allowed = 0.01 if "simlex" in test else 0.0
            if both["ours"][test] < figure - allowed:
                failures.append(f"V = {size}: {test} {both['ours'][test]:.4f} below gensim's {figure:.4f}")
        if share > BOUNDS.get(size, 1.0):
            failures.append(f"V = {size}: {share:.3f} of gensim's time")
    assert not failures, "; ".join(failures)


def test_training_does_not_grow_with_the_text(tmp_path: Path) -> None:
    """1, 4, 16 and 64 million words, the last by repetition; only reading and counting may grow."""
    whole = plain(Path(named("W2V_CORPUS")), tmp_path).read_bytes()
    times: dict[int, tuple[float, float]] = {}
    for millions in (1, 4, 16, 64):
        path = tmp_path / "part.txt"
        with path.open("wb") as out:
            left = int(millions * 6e6)  # about six bytes a word
            while left > 0:
                out.write(whole[:left])
                left -= len(whole)
        log = tmp_path / "log.jsonl"
        began = time.perf_counter()
        command("train", str(path), "-o", str(tmp_path / "v.bin"), "--vocab-size", "5000", "--log", str(log))
        total = time.perf_counter() - began
        import json

        training = json.loads(log.read_text().splitlines()[-1])["seconds"]
        times[millions] = (total - training, training)
        print(f"{millions:3} million words: reading and counting {total - training:.1f} s, training {training:.1f} s")
    assert times[64][1] < 3 * times[1][1]
    assert times[64][0] < 8 * times[16][0]
