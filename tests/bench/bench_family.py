"""Every objective beside its peer: quality on the same questions, and time.

Run with: pytest -m bench -s tests/bench/bench_family.py

The corpus and the tests are named as in bench_gensim.py. W2V_OBJECTIVES chooses some (default: all); W2V_WORDS is the
vocabulary of both (default 10,000), W2V_EPOCHS the passes of both over the text (default 5). GloVe, NCE and sampled
softmax have no peer in gensim; they are measured against its skip-gram with negative sampling.
"""

from __future__ import annotations

import os
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bench_gensim import command, named, plain, scores

from w2v_numeric.evaluate import evaluate
from w2v_numeric.objective import load_objective, objectives
from w2v_numeric.vectors import Vectors

pytestmark = pytest.mark.bench
SKIPGRAM = {"sg": 1, "hs": 0, "negative": 5}
PEERS: dict[str, tuple[str, dict[str, Any]]] = {
    "hierarchical-softmax": ("Word2Vec", {"sg": 1, "hs": 1, "negative": 0}),
    "cbow-softmax": ("Word2Vec", {"sg": 0, "hs": 0, "negative": 5}),
    "cbow-negative-sampling": ("Word2Vec", {"sg": 0, "hs": 0, "negative": 5}),
    "cbow-hierarchical-softmax": ("Word2Vec", {"sg": 0, "hs": 1, "negative": 0}),
    "subword-negative-sampling": ("FastText", {**SKIPGRAM, "bucket": 100_000}),
}
ALLOWED = 0.02  # by which a score may be lower
CHOSEN = [name for name in sorted(objectives()) if name in os.environ.get("W2V_OBJECTIVES", name).split(",")]
WORDS = int(os.environ.get("W2V_WORDS", "10000"))
EPOCHS = int(os.environ.get("W2V_EPOCHS", "5"))
OVER_TEXT = ["--epochs", str(EPOCHS), "--sample", "1e-3"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plain(Path(named("W2V_CORPUS")), tmp_path_factory.mktemp("corpus"))


def judged(path: Path) -> dict[str, float]:
    """The scores of some vectors."""
    pairs = [Path(name) for name in named("W2V_PAIRS").split(os.pathsep)]
    return scores(evaluate(Vectors.load(path), pairs, Path(named("W2V_ANALOGIES")), WORDS))


@cache
def peer(corpus: Path, model: str, settings: tuple[tuple[str, Any], ...]) -> tuple[float, dict[str, float]]:
    """Time and scores of gensim's training with two workers; everything else as gensim has it."""
    models = pytest.importorskip("gensim.models")
    began = time.perf_counter()
    trained = getattr(models, model)(
        corpus_file=str(corpus), workers=2, max_final_vocab=WORDS, epochs=EPOCHS, **dict(settings)
    )
    path = corpus.with_name(f"{model}.bin")
    trained.wv.save_word2vec_format(str(path), binary=True)
    return time.perf_counter() - began, judged(path)


@pytest.mark.parametrize("objective", CHOSEN)
def test_objective_beside_its_peer(objective: str, corpus: Path, tmp_path: Path) -> None:
    model, settings = PEERS.get(objective, ("Word2Vec", SKIPGRAM))
    their_time, theirs = peer(corpus, model, tuple(settings.items()))
    path = tmp_path / "ours.bin"
    extra = OVER_TEXT if load_objective(objective).over != "counts" else []
    our_time = command(
        "train", str(corpus), "-o", str(path), "--objective", objective, "--vocab-size", str(WORDS), *extra
    )
    ours = judged(path)
    print(f"\n{objective}: {our_time:.0f} s, {our_time / their_time:.2f} of the time of {model} {settings}")
    for test, figure in theirs.items():
        print(f"  {test:12} peer {figure:.3f}  ours {ours[test]:.3f}")
    low = [test for test in theirs if "simlex" not in test and ours[test] < theirs[test] - ALLOWED]
    assert not low, f"{objective}: lower than its peer by more than {ALLOWED} on {', '.join(low)}"
