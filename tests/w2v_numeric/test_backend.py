"""Compiled loops train what NumPy trains, and say so when they cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import Command, sentences, surroundings

from w2v_numeric import backend, pipeline
from w2v_numeric.cooccurrence import Windowing
from w2v_numeric.errors import SettingsError
from w2v_numeric.estimator import SkipGram
from w2v_numeric.from_text import TextSource
from w2v_numeric.objective import load_objective, objectives
from w2v_numeric.optimizer import adagrad, adagrad_rows
from w2v_numeric.pieces import contexts_in_loops
from w2v_numeric.state import State
from w2v_numeric.tokens import number_sentences
from w2v_numeric.train import Plan, Trainer
from w2v_numeric.vocabulary import build_vocabulary

WITH_LOOPS = sorted(name for name in objectives() if load_objective(name).has_loops)
NEEDS_NUMBA = pytest.mark.skipif(
    not backend.numba_is_there(), reason="Numba is not installed: pip install '.[compiled]'"
)
SETTINGS = {"dim": 12, "min_count": 1, "sample": 0, "epochs": 6, "batch": 60, "draws": 32}


def test_some_objectives_have_loops() -> None:
    assert {"negative-sampling", "cbow-negative-sampling", "cbow-hierarchical-softmax"} <= set(WITH_LOOPS)


@NEEDS_NUMBA
@pytest.mark.parametrize("name", WITH_LOOPS)
@pytest.mark.parametrize("threads", [1, 2])
def test_both_backends_train_the_same(name: str, threads: int) -> None:
    plain, fast, again = (
        SkipGram(objective=name, threads=threads, backend=each, **SETTINGS).fit(sentences())
        for each in ("numpy", "compiled", "auto")
    )
    assert fast.passes[-1].loss == pytest.approx(plain.passes[-1].loss, rel=1e-3)
    assert fast.passes[-1].loss < fast.passes[0].loss
    np.testing.assert_array_equal(fast.vectors.matrix, again.vectors.matrix)
    alike = np.sum(fast.vectors.matrix * plain.vectors.matrix, axis=1)
    sizes = np.linalg.norm(fast.vectors.matrix, axis=1) * np.linalg.norm(plain.vectors.matrix, axis=1)
    assert (alike > 0.99 * sizes).all()


@pytest.mark.parametrize("name", WITH_LOOPS)
def test_the_first_steps_are_the_same_without_a_compiler(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loops as Python runs them, updates and windows included."""
    monkeypatch.setattr(backend, "numba_is_there", lambda: True)
    monkeypatch.setattr(pipeline, "compiled", lambda function: function)
    given = {**SETTINGS, "epochs": 1}
    plain, loops = (
        SkipGram(objective=name, threads=1, backend=each, **given).fit(sentences(40)) for each in ("numpy", "compiled")
    )
    assert loops.passes[0].loss == pytest.approx(plain.passes[0].loss, rel=1e-5)
    np.testing.assert_allclose(
        loops.vectors.matrix, plain.vectors.matrix, atol=1e-3 * np.abs(plain.vectors.matrix).max()
    )


def test_what_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    with_loops, without = load_objective("cbow-negative-sampling"), load_objective("softmax")
    for there, expected in ((True, "compiled"), (False, "numpy")):
        monkeypatch.setattr(backend, "numba_is_there", lambda there=there: there)
        assert backend.chosen("auto", with_loops) == expected
        assert backend.chosen("auto", without) == "numpy"
        assert backend.chosen("numpy", with_loops) == "numpy"
    with pytest.raises(SettingsError, match=r"--backend compiled needs Numba; install derive-w2v\[compiled\], or"):
        backend.chosen("compiled", with_loops)
    with pytest.raises(SettingsError, match="softmax has no loops that could be compiled; choose --backend auto or"):
        without.compiled(lambda function: function)
    with pytest.raises(SettingsError, match="--backend fast is unknown; choose one of: auto, numpy, compiled"):
        SkipGram(backend="fast").fit(sentences())


@pytest.mark.parametrize("width", [3, 5])
def test_adagrad_in_loops(width: int) -> None:
    """Rows of a wider table keep the coordinates that do not learn."""
    random = np.random.default_rng(0)
    values = random.normal(size=(9, width)).astype(np.float32)
    squares = random.random((9, 3)).astype(np.float32)
    rows, gradient = np.array([7, 0, 3]), random.normal(size=(3, width)).astype(np.float32)
    wanted, memory = values.copy(), squares.copy()
    learning, kept = wanted[rows, :3], memory[rows]
    adagrad(learning, gradient[:, :3].copy(), kept, rate=0.3)
    wanted[rows, :3], memory[rows] = learning, kept
    adagrad_rows(values, squares, rows, gradient, 0.3)
    np.testing.assert_allclose(values, wanted, rtol=1e-6)
    np.testing.assert_allclose(squares, memory, rtol=1e-6)
    with pytest.raises(ValueError, match="shapes do not meet"):
        adagrad_rows(values, squares, rows, gradient[:2], 0.3)
    for strange in (9, -1):
        with pytest.raises(IndexError, match="there is no such row"):
            adagrad_rows(values, squares, np.array([0, 1, strange]), gradient, 0.3)


@NEEDS_NUMBA
@pytest.mark.parametrize("name", WITH_LOOPS)
@pytest.mark.parametrize("threads", [1, 2])
def test_interruptions_leave_no_trace(name: str, threads: int) -> None:
    stream = number_sentences(sentences(60))
    vocabulary, ids = build_vocabulary(stream.words, stream.counts, None, 1, 1000)
    how = Windowing(3, np.ones(len(vocabulary)))
    objective, around = load_objective(name).compiled(backend.compiled), backend.compiled(contexts_in_loops)

    def begun(state: State | None = None) -> Trainer:
        given = (objective, surroundings(len(vocabulary)), 40, threads, around)
        data = TextSource(stream, ids, how, vocabulary.counts, *given)
        state = State.start(data.tables, 5, 1, None) if state is None else state
        return Trainer(data, objective, Plan(2, threads, 0.05, 0.2), state, backend.compiled)

    reference = begun()
    steps = len(list(reference.run()))
    for stop_after in (1, 3, steps - 1):
        first, done = begun(), []
        for moment in first.run(stop=lambda done=done, n=stop_after: len(done) >= n):
            done.append(moment)
        second = begun(first.state)
        assert len(done) + len(list(second.run())) == steps
        for key, array in reference.state.arrays().items():
            np.testing.assert_array_equal(second.state.arrays()[key], array, err_msg=key)


@NEEDS_NUMBA
def test_a_stopped_training_goes_on_with_the_same_backend_only(text: Path, w2v: Command, tmp_path: Path) -> None:
    given = ["train", str(text), "--objective", "cbow-negative-sampling", "--min-count", "1", "--dim", "8"]
    given += ["--epochs", "4", "--threads", "2", "--checkpoint", "kept"]
    assert w2v(*given, "-o", "whole.txt").returncode == 0
    other = w2v(*given, "--resume", "-o", "other.txt", "--backend", "numpy")
    assert other.returncode
    assert "the checkpoint was made with backend = compiled, not numpy" in " ".join(other.stderr.split())
    again = w2v(*given, "--resume", "-o", "again.txt")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "again.txt").read_bytes() == (tmp_path / "whole.txt").read_bytes()
