"""The trainer knows the formulas by name and signature only."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

import numpy as np
import pytest

from w2v_numeric.blocks import Sparse
from w2v_numeric.errors import SettingsError
from w2v_numeric.objective import load_objective, objectives
from w2v_numeric.state import CENTER, OUTSIDE


def test_a_loaded_objective_says_where_it_comes_from() -> None:
    for name in objectives():
        objective = load_objective(name)
        source = Path(inspect.getsourcefile(objective._both) or "")
        texts = source.read_bytes() + source.with_name("_helpers.py").read_bytes()
        assert objective.digest == hashlib.sha256(texts).hexdigest()
        assert all(note.endswith(".md") and len(digest) == 64 for note, digest in objective.notes.items())
        assert objective.notes
        assert objective.learned
    assert load_objective("softmax").likelihood
    assert not load_objective("negative-sampling").likelihood


def test_loss_and_gradients_against_differences() -> None:
    """The formulas in the form the trainer calls them: transposed tables, compressed rows, an empty row among them."""
    random = np.random.default_rng(0)
    objective = load_objective("softmax")
    u, v = random.standard_normal((5, 7)), random.standard_normal((3, 5))
    columns = np.array([1, 4, 6], np.int32)
    counts = Sparse(columns, np.array([0, 2, 2, 3], np.int32), np.array([2.0, 1, 4]))
    totals = np.array([3.0, 0, 4])
    dense = np.zeros((3, 7))
    dense[[0, 0, 2], columns] = counts.values

    def by_definition(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        logits = v @ u
        return -(dense * (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))).sum()

    gradient_u, gradient_v, block = np.empty_like(u), np.empty_like(v), np.empty((3, 7))
    data = {OUTSIDE: u.T, CENTER: v, "counts": counts, "center counts": totals}
    loss = objective.loss_and_gradients(data, {OUTSIDE: gradient_u.T, CENTER: gradient_v}, [block])
    assert loss == pytest.approx(by_definition(u, v), rel=1e-12)
    assert objective.loss(data, [block]) == pytest.approx(loss, rel=1e-12)
    # A complex step has no cancellation, so every entry is compared relative to itself.
    for table, gradient in ((u, gradient_u), (v, gradient_v)):
        for place in np.ndindex(table.shape):
            moved = table.astype(complex)
            moved[place] += 1e-30j
            tables = (moved, v) if table is u else (u, moved)
            expected = by_definition(*tables).imag / 1e-30
            assert gradient[place] == pytest.approx(expected, rel=1e-10, abs=1e-14)


MODULE = """
from __future__ import annotations
NOTES = {"mine.md": "0" * 64}
OBJECTIVES = {
    "mine": {
        "about": "A test.", "over": "counts", "loss_and_gradients": "both", "loss": "alone",
        "outputs": ["loss", "gradient_v"], "given": {"v": "center vectors", "k": "2.5"}, "preferred": {},
    }
}
def both(v, k):
    return k * float((v * v).sum()), 2 * k * v
def alone(v, k):
    return k * float((v * v).sum())
"""


def test_a_module_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(MODULE)
    objective = load_objective(str(path))
    v, gradient = np.ones((2, 3)), np.empty((2, 3))
    assert objective.loss_and_gradients({CENTER: v, "2.5": 2.5}, {CENTER: gradient}, []) == 15
    np.testing.assert_array_equal(gradient, 5 * v)
    assert load_objective(f"{path}:mine").about == "A test."


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (MODULE, "{}:other", "there is no objective .*; choose one of: mine"),
        (MODULE.replace('"counts"', '"pictures"'), "{}", "the trainer goes over: counts, text, windows"),
        (MODULE.replace("OBJECTIVES", "OTHER"), "{}", "its note has no train line"),
        (MODULE.replace("OBJECTIVES = {", "OBJECTIVES = 5; _ = {"), "{}", "has no list of objectives"),
        (MODULE.replace('"over": "counts", ', ""), "{}", "is not what derive emit writes .*over"),
        (MODULE.replace('"both"', '"neither"'), "{}", "is not what derive emit writes .*neither"),
        (MODULE.replace("NOTES", "PAGES"), "{}", "is not what derive emit writes .*NOTES"),
        (MODULE.replace(', "gradient_v"', ""), "{}", "has no gradient_v, which v = 'center vectors' needs"),
        (
            MODULE.replace('"center vectors"', '"center counts"'),
            "{}",
            "'center counts' is not learned; what is: center b",
        ),
        (MODULE.replace('"center vectors"', '"counts"'), "{}", "takes v as 'counts', which is columns, starts and val"),
        (MODULE.replace(', "k": "2.5"', ""), "{}", "does not say what its argument 'k' is given"),
        (MODULE + "raise RuntimeError('no')", "{}", "cannot be loaded .no."),
        ("def broken(:\n", "{}", "cannot be loaded"),
        (None, "{}", "there is no module"),
    ],
)
def test_what_is_no_objective_is_refused(tmp_path: Path, text: str | None, name: str, message: str) -> None:
    path = tmp_path / "mine.py"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=message):
        load_objective(name.format(path))
