"""Small corpora, and the command run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from w2v_numeric.counts import Counts
from w2v_numeric.from_counts import CountsSource, Noise, Surroundings
from w2v_numeric.huffman import huffman_tree
from w2v_numeric.ngrams import gram_matrix
from w2v_numeric.objective import load_objective
from w2v_numeric.state import State
from w2v_numeric.train import Plan, Trainer

ROOT = Path(__file__).resolve().parents[2]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def sentences(count: int = 400, seed: int = 0) -> list[list[str]]:
    """Two topics whose words keep together, so there is something to learn."""
    random = np.random.default_rng(seed)
    topics = [[f"{name}{i}" for i in range(20)] for name in ("sea", "sky")]
    return [[topics[k % 2][i] for i in random.zipf(1.5, 12) % 20] for k in range(count)]


def surroundings(words: int, negatives: int = 5, draws: int = 16) -> Surroundings:
    """Noise that falls with the number of a word, a tree, and n-grams of made-up words."""
    counts = np.arange(words, 0, -1)
    distribution = counts**0.75 / (counts**0.75).sum()
    names = [f"word{i}" for i in range(words)]
    return Surroundings(
        Noise(distribution, negatives, draws), lambda: huffman_tree(counts), lambda: gram_matrix(names, 50)
    )


def source(
    counts: Counts, batch: int = 16, threads: int = 2, objective: str = "softmax", seed: int = 1
) -> CountsSource:
    """Blocks of counts."""
    return CountsSource(counts, load_objective(objective), surroundings(counts.size), batch, threads, seed)


def trainer(
    counts: Counts,
    dim: int = 6,
    epochs: int = 3,
    batch: int = 16,
    threads: int = 2,
    rate: float = 0.05,
    objective: str = "softmax",
    state: State | None = None,
) -> Trainer:
    """A training over counts, from nothing unless a state is given."""
    data = source(counts, batch, threads, objective)
    loaded = load_objective(objective)
    if state is None:
        context = counts.context_totals()
        unigram = context / context.sum() if loaded.from_log_frequencies else None
        state = State.start(data.tables, dim, 1, unigram)
    return Trainer(data, loaded, Plan(epochs, threads, rate, 5 * rate), state)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A file with one sentence a line."""
    path = tmp_path / "text.txt"
    path.write_text("\n".join(" ".join(sentence) for sentence in sentences()) + "\n")
    return path


def environment() -> dict[str, str]:
    """The environment of this process, with the project importable from anywhere."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


@pytest.fixture
def w2v(tmp_path: Path) -> Command:
    """Run `w2v` in a folder of its own and capture what it says."""

    def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "w2v_numeric", *arguments],
            cwd=tmp_path,
            env=environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
