"""The trainer knows the formulas by name and signature only."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

import numpy as np
import pytest

from w2v_numeric.errors import SettingsError
from w2v_numeric.objective import OBJECTIVES, Declaration, load_objective


def test_softmax_is_what_the_trainer_expects() -> None:
    objective = load_objective("softmax")
    parameters = inspect.signature(objective.loss_and_gradients).parameters.values()
    by_position = [p for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    assert len(by_position) == 6
    assert {p.name for p in parameters} - {p.name for p in by_position} == {"block", "gradient_u", "gradient_v"}
    source = inspect.getsourcefile(inspect.getmodule(objective.loss_and_gradients))  # type: ignore[arg-type]
    assert source is not None
    assert objective.digest == hashlib.sha256(Path(source).read_bytes()).hexdigest()
    assert all(note.endswith(".md") and len(digest) == 64 for note, digest in objective.notes.items())
    assert objective.notes


def test_loss_and_gradients_against_differences() -> None:
    """The formulas in the form the trainer calls them: transposed tables, compressed rows, an empty row among them."""
    random = np.random.default_rng(0)
    objective = load_objective("softmax")
    u, v = random.standard_normal((5, 7)), random.standard_normal((3, 5))
    columns, starts, values = np.array([1, 4, 6], np.int32), np.array([0, 2, 2, 3], np.int32), np.array([2.0, 1, 4])
    totals = np.array([3.0, 0, 4])
    dense = np.zeros((3, 7))
    dense[[0, 0, 2], columns] = values

    def by_definition(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        logits = v @ u
        return -(dense * (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))).sum()

    gradient_u, gradient_v, block = np.empty_like(u), np.empty_like(v), np.empty((3, 7))
    loss = objective.loss_and_gradients(
        u.T, v, columns, starts, values, totals, block=block, gradient_u=gradient_u.T, gradient_v=gradient_v
    )
    assert loss == pytest.approx(by_definition(u, v), rel=1e-12)
    assert objective.loss(u.T, v, columns, starts, values, totals, block=block) == pytest.approx(loss, rel=1e-12)
    # A complex step has no cancellation, so every entry is compared relative to itself.
    for table, gradient in ((u, gradient_u), (v, gradient_v)):
        for place in np.ndindex(table.shape):
            moved = table.astype(complex)
            moved[place] += 1e-30j
            tables = (moved, v) if table is u else (u, moved)
            expected = by_definition(*tables).imag / 1e-30
            assert gradient[place] == pytest.approx(expected, rel=1e-10, abs=1e-14)


def test_missing_formulas_say_how_to_make_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OBJECTIVES, "other", Declaration("w2v_numeric.formulas.nowhere", "counts", "a test"))
    with pytest.raises(SettingsError, match="generate them with: derive emit"):
        load_objective("other")
