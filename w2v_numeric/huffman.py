"""The Huffman tree over a vocabulary: which inner nodes lead to a word, and to which side.

Source: Huffman 1952; Morin and Bengio 2005 (hierarchical softmax); Mikolov et al. 2013 (arXiv 1310.4546, section 2.1).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True)
class Tree:
    """A binary tree whose leaves are the words.

    Attributes:
        left, right: (V, nodes) in CSR, float32: a 1 where a word lies in the left, the right subtree of an inner node.
    """

    left: sparse.csr_matrix
    right: sparse.csr_matrix

    @property
    def nodes(self) -> int:
        """The number of inner nodes, V − 1."""
        return int(self.left.shape[1])

    def lengths(self) -> NDArray[np.int64]:
        """How many inner nodes lead to each word, (V,)."""
        return np.asarray(np.diff(self.left.indptr) + np.diff(self.right.indptr), np.int64)


def huffman_tree(counts: NDArray[np.int64]) -> Tree:
    """The tree in which frequent words have short paths; ties are broken by position, so it is always the same.

    Args:
        counts: occurrences of each word, (V,), V ≥ 2.
    """
    words = len(counts)
    heap = [(int(count), word) for word, count in enumerate(counts)]
    heapq.heapify(heap)
    parent = np.zeros(2 * words - 1, np.int64)
    is_right = np.zeros(2 * words - 1, bool)
    for node in range(words, 2 * words - 1):
        (first, a), (second, b) = heapq.heappop(heap), heapq.heappop(heap)
        parent[a] = parent[b] = node
        is_right[b] = True
        heapq.heappush(heap, (first + second, node))
    root = 2 * words - 2
    sides: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]] = ([], [])
    place = np.arange(words)
    word = np.arange(words)
    pairs: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]] = ([], [])
    # All words climb together, one level at a time.
    while len(word):
        up = parent[place]
        for side in (0, 1):
            chosen = is_right[place] == bool(side)
            sides[side].append(word[chosen])
            pairs[side].append(up[chosen] - words)
        going = up != root
        word, place = word[going], up[going]
    matrices = []
    for side in (0, 1):
        rows, nodes = np.concatenate(sides[side]), np.concatenate(pairs[side])
        # The root gets number 0: the nodes of frequent words come first.
        entries = (np.ones(len(rows), np.float32), (rows, words - 2 - nodes))
        matrices.append(sparse.csr_matrix(entries, shape=(words, words - 1)))
    return Tree(*matrices)
