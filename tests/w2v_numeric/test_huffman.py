"""The tree is a Huffman tree, and the sides of its nodes are counted right."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from w2v_numeric.from_counts import tree_counts
from w2v_numeric.huffman import huffman_tree

COUNTS = st.lists(st.integers(1, 50), min_size=2, max_size=30).map(np.array)


@given(COUNTS)
def test_paths_are_as_short_as_can_be(counts: np.ndarray) -> None:
    heap = counts.tolist()
    heapq.heapify(heap)
    shortest = 0
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        shortest += joined
        heapq.heappush(heap, joined)
    assert (huffman_tree(counts).lengths() * counts).sum() == shortest


@given(COUNTS, st.integers(0, 2**32 - 1))
def test_the_path_probabilities_sum_to_one(counts: np.ndarray, seed: int) -> None:
    tree = huffman_tree(counts)
    scores = np.random.default_rng(seed).normal(size=tree.nodes) * 5
    log_left, log_right = -np.logaddexp(0, -scores), -np.logaddexp(0, scores)
    assert np.exp(tree.left @ log_left + tree.right @ log_right).sum() == pytest.approx(1)


@given(COUNTS)
def test_every_node_has_words_on_both_sides_and_the_first_has_all(counts: np.ndarray) -> None:
    tree = huffman_tree(counts)
    left, right = tree.left.toarray(), tree.right.toarray()
    assert (left.sum(axis=0) > 0).all()
    assert (right.sum(axis=0) > 0).all()
    assert ((left + right) <= 1).all()
    assert (left + right)[:, 0].all()


def test_turns_are_counted_over_all_words() -> None:
    tree = huffman_tree(np.array([5, 3, 2, 1]))
    counts = sparse.csr_matrix(np.array([[1.0, 2, 0, 3], [0, 0, 0, 0], [4, 0, 1, 0]]))
    for found, side in zip(tree_counts(counts, tree, rows=2), (tree.left, tree.right), strict=True):
        np.testing.assert_array_equal(found.toarray(), counts.toarray() @ side.toarray())
