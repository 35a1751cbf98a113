"""Counts give out rows as the formulas take them, and can be weighted without changing P(o|c)."""

from __future__ import annotations

import gc
import weakref

import numpy as np
from conftest import source
from scipy import sparse

from w2v_numeric.counts import Counts
from w2v_numeric.from_counts import rows_of

DENSE = np.array([[0, 2, 1], [2, 0, 0], [1, 0, 4]], np.float32)


def test_rows_in_the_order_asked_for() -> None:
    rows = rows_of(Counts.of(sparse.csr_matrix(DENSE)).matrix, np.array([2, 0]))
    rebuilt = np.zeros((2, 3))
    for c in range(2):
        part = slice(rows.starts[c], rows.starts[c + 1])
        rebuilt[c, rows.columns[part]] = rows.values[part]
    np.testing.assert_array_equal(rebuilt, DENSE[[2, 0]])


def test_weighting_keeps_the_mass_and_the_conditional_distribution() -> None:
    counts = Counts.of(sparse.csr_matrix(DENSE))
    weighted = counts.weigh(0.5)
    np.testing.assert_allclose(weighted.mass, counts.mass, rtol=1e-6)
    np.testing.assert_allclose(
        weighted.totals / np.sqrt(counts.totals), np.full(3, weighted.totals[0] / np.sqrt(3)), rtol=1e-6
    )
    np.testing.assert_allclose(
        weighted.matrix.toarray() / weighted.totals[:, None], DENSE / DENSE.sum(axis=1, keepdims=True), rtol=1e-6
    )
    assert counts.weigh(1) is counts


def test_a_word_without_pairs_stays_without() -> None:
    dense = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], np.float32)
    weighted = Counts.of(sparse.csr_matrix(dense)).weigh(0.75)
    assert weighted.totals.tolist()[2] == 0
    np.testing.assert_allclose(weighted.context_totals(), [1, 1, 0])


def test_weighing_in_place_leaves_one_copy_of_the_numbers() -> None:
    counts = Counts.of(sparse.csr_matrix(DENSE))
    assert counts.weigh(0.5).matrix.data is counts.matrix.data


def test_counts_are_let_go_without_the_garbage_collector() -> None:
    """The counts of a stage are as large as everything else together: none may wait in a cycle."""
    gc.disable()
    try:
        blocks = source(Counts.of(sparse.csr_matrix(DENSE)), objective="hierarchical-softmax")
        gone = weakref.ref(blocks)
        del blocks
        assert gone() is None
    finally:
        gc.enable()
