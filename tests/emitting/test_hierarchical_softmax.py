"""The emitted functions of hierarchical softmax on random Huffman trees."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from complex_step import assert_rows_agree, compressed, gradients, log_sigmoid
from numpy.typing import NDArray

from w2v_numeric.formulas import hierarchical_softmax

Array = NDArray[Any]


@dataclass(frozen=True)
class Tree:
    """The ways to all words: nodes and signs, and the turns as matrices (words × inner nodes)."""

    nodes: list[Array]
    signs: list[Array]
    left: Array
    right: Array


def huffman(counts: Array) -> Tree:
    """Join the two rarest until one tree is left; the inner nodes are numbered as they are made."""
    words = len(counts)
    heap = [(float(count), word) for word, count in enumerate(counts)]
    heapq.heapify(heap)
    parents: dict[int, tuple[int, int]] = {}
    for node in range(words - 1):
        (rare, one), (other, two) = heapq.heappop(heap), heapq.heappop(heap)
        parents[one], parents[two] = (node, 1), (node, -1)
        heapq.heappush(heap, (rare + other, words + node))
    nodes, signs = [], []
    for word in range(words):
        way, at = [], word
        while at in parents:
            way.append(parents[at])
            at = words + way[-1][0]
        nodes.append(np.array([node for node, _ in way[::-1]], dtype=np.int64))
        signs.append(np.array([sign for _, sign in way[::-1]], dtype=np.float64))
    left, right = np.zeros((words, words - 1)), np.zeros((words, words - 1))
    for word in range(words):
        left[word, nodes[word][signs[word] > 0]] = 1
        right[word, nodes[word][signs[word] < 0]] = 1
    return Tree(nodes, signs, left, right)


@dataclass(frozen=True)
class Drawn:
    tree: Tree
    u: Array
    v: Array
    N: Array


def drawn(seed: int, words: int = 9, centers: int = 4, d: int = 3, scale: float = 1.0) -> Drawn:
    rng = np.random.default_rng(seed)
    tree = huffman(rng.zipf(1.5, words))
    u, v = rng.normal(size=(words - 1, d)) * scale, rng.normal(size=(centers, d)) * scale
    return Drawn(tree, u, v, rng.poisson(0.8, (centers, words)).astype(float))


def by_hand(u: Array, v: Array, left: Array, right: Array) -> Any:
    scores = v @ u.T
    return -np.sum(left * log_sigmoid(scores)) - np.sum(right * log_sigmoid(-scores))


def block(given: Drawn, dtype: type = np.float64) -> tuple[float, Array, Array]:
    u, v = given.u.astype(dtype), given.v.astype(dtype)
    turns = [
        part for matrix in (given.N @ given.tree.left, given.N @ given.tree.right) for part in compressed(matrix, dtype)
    ]
    work, gradient_v, gradient_u = np.full((len(v), len(u)), 7, dtype), np.full_like(v, 7), np.full_like(u, 7)
    loss = hierarchical_softmax.block_loss_and_gradients(
        u, v, *turns, block=work, gradient_v=gradient_v, gradient_u=gradient_u
    )
    alone = hierarchical_softmax.block_loss(u, v, *turns, block=work)
    assert alone == pytest.approx(loss, rel=1e-6)
    return loss, gradient_v, gradient_u


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("words", [2, 3, 17])
def test_the_probabilities_of_all_words_sum_to_one(seed: int, words: int) -> None:
    given = drawn(seed, words, scale=2.0)
    for c in range(len(given.v)):
        ways = zip(given.tree.nodes, given.tree.signs, strict=True)
        losses = [hierarchical_softmax.pair(given.u, given.v, c, n, s)[0] for n, s in ways]
        assert np.exp(-np.array(losses)).sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_gradients_of_a_block_agree_with_the_complex_step(seed: int) -> None:
    given = drawn(seed)
    left, right = given.N @ given.tree.left, given.N @ given.tree.right
    wanted = gradients(lambda u, v: by_hand(u, v, left, right), {"u": given.u, "v": given.v})
    for dtype, tolerance in ((np.float64, 1e-11), (np.float32, 3e-5)):
        loss, gradient_v, gradient_u = block(given, dtype)
        assert loss == pytest.approx(by_hand(given.u, given.v, left, right), rel=tolerance)
        assert gradient_v.dtype == dtype
        assert_rows_agree(gradient_v, wanted["v"], tolerance)
        assert_rows_agree(gradient_u, wanted["u"], tolerance)


@pytest.mark.parametrize("seed", range(4))
def test_a_block_is_the_sum_over_its_pairs(seed: int) -> None:
    given = drawn(seed)
    total, total_v, total_u = 0.0, np.zeros_like(given.v), np.zeros_like(given.u)
    for (a, b), count in np.ndenumerate(given.N):
        loss, by_v, by_u = hierarchical_softmax.pair(given.u, given.v, a, given.tree.nodes[b], given.tree.signs[b])
        total += count * loss
        total_v[a] += count * by_v
        total_u += count * by_u
    loss, gradient_v, gradient_u = block(given)
    assert loss == pytest.approx(total, rel=1e-12)
    np.testing.assert_allclose(gradient_v, total_v, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(gradient_u, total_u, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finite_at_scores_of_ten_thousand(dtype: type) -> None:
    tree = huffman(np.array([3, 1, 1]))
    u, v = np.array([[100.0], [-100.0]]), np.array([[100.0], [-100.0]])
    loss, gradient_v, gradient_u = block(Drawn(tree, u, v, np.ones((2, 3))), dtype)
    assert np.isfinite(loss)
    assert loss > 10_000
    assert np.isfinite(gradient_v).all()
    assert np.isfinite(gradient_u).all()


def test_a_center_word_that_was_never_seen_stays_where_it_is() -> None:
    given = drawn(3)
    given.N[1] = 0
    _, gradient_v, _ = block(given)
    assert not gradient_v[1].any()
