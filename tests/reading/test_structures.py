"""What a note says in words, or states of names that it does not define, binds counterexamples."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file


def last_verdict(tmp_path: Path, sentence: str, *displays: str) -> str:
    """The verdict of the last step of a note with one sentence and some displays."""
    note = tmp_path / "note.md"
    note.write_text(sentence + "".join(f"\n\n$$\n{display}\n$$" for display in displays) + "\n", encoding="utf-8")
    return check_file(note).steps[-1].verdict.kind.value


SQUARE = r"\in \mathbb{R}^{n \times n}$, $x, y \in \mathbb{R}^n$"
TRUE = [
    (r"Let $A$ be a symmetric matrix.", r"\frac{\partial}{\partial x} x^\top A x = 2 A x"),
    (rf"Let $Q {SQUARE} and $Q$ be orthogonal.", r"(Q x)^\top (Q y) = x^\top y"),
    (rf"Let $P {SQUARE}; here $P$ is a projection matrix.", "P P x = P x"),
    (rf"Let $A {SQUARE}. The row sums of $A$ are one.", r"\sum_{j=1}^n A_{ij} = 1"),
    (r"Let $x \in \mathbb{R}^d$ be a unit vector.", r"x^\top x = 1"),
    (r"Let $x, y \in \mathbb{R}^d$ be orthogonal.", r"\|x + y\|^2 = \|x\|^2 + \|y\|^2"),
    (r"The weights $a_i$ add up to 1.", r"\sum_i a_i (x_i - c) = \sum_i a_i x_i - c"),
    (r"Let $x \in \mathbb{R}^n$ have zero mean.", r"\sum_{i=1}^n x_i = 0"),
    (r"Let $n$ be even.", "(-1)^n = 1"),
    (r"The label $t$ is binary.", "t^2 = t"),
    (r"Let $x$ be nonnegative.", r"\sqrt{x^2} = x"),
    (r"The function $f$ is even.", "f(-x) = f(x)"),
    (r"Let $\pi$ be a permutation of $1, \dots, n$.", r"\sum_{i=1}^n x_{\pi_i} = \sum_{i=1}^n x_i"),
    (r"$m$ is the largest of the scores $z_1, \dots, z_K$.", r"m - z_1 \ge 0"),
    (r"The distribution $p$ is uniform over $n$ outcomes.", r"-\sum_{i=1}^n p_i \log p_i = \log n"),
    (rf"Let $A {SQUARE} and $A = A^\top$.", r"x^\top A y = y^\top A x"),
    (rf"Let $Q {SQUARE} with $Q^\top Q = I$.", r"\|Q x\|^2 = \|x\|^2"),
    (r"Let $x^\top y = 0$ with $x, y \in \mathbb{R}^d$.", r"\|x - y\|^2 = \|x\|^2 + \|y\|^2"),
    (r"Let $\|v\| = 1$ for $v \in \mathbb{R}^d$.", r"v^\top v = 1"),
    (r"Set $x_0 = 1$.", r"\theta_0 + \sum_{j=1}^n \theta_j x_j = \sum_{j=0}^n \theta_j x_j"),
    (r"$p$ and $q$ are distributions and $p = q$.", r"\sum_i p_i \log \frac{p_i}{q_i} = 0"),
    (r"The distributions $p$ and $q$ have the same mean.", r"\sum_i q_i b_i = \sum_i p_i b_i"),
    (r"概率向量 $p$ 与 $q$ 的均值相同。", r"\sum_i q_i b_i = \sum_i p_i b_i"),
]


@pytest.mark.parametrize(("sentence", "display"), TRUE)
def test_what_holds_under_the_words_is_not_refuted(tmp_path: Path, sentence: str, display: str) -> None:
    assert last_verdict(tmp_path, sentence, display) in ("proved", "undecided")


FALSE = [
    (r"Let $A$ be a symmetric matrix.", r"\frac{\partial}{\partial x} x^\top A x = A x"),
    (rf"Let $Q {SQUARE} and $Q$ be orthogonal.", r"(Q x)^\top (Q y) = x^\top y + 1"),
    (rf"Let $P {SQUARE}; here $P$ is a projection matrix.", "P P x = 2 P x"),
    (r"Let $x \in \mathbb{R}^d$ be a unit vector.", r"x^\top x = d"),
    (r"The weights $a_i$ add up to 1.", r"\sum_i a_i (x_i - c) = \sum_i a_i x_i + c"),
    (rf"Let $A {SQUARE} and $A = A^\top$.", r"x^\top A y = -y^\top A x"),
    (rf"Let $Q {SQUARE} with $Q^\top Q = I$.", r"\|Q x\|^2 = 2 \|x\|^2"),
    (r"Let $\|v\| = 1$ for $v \in \mathbb{R}^d$.", r"v^\top v = 2"),
    (r"Set $x_0 = 1$.", r"\theta_0 - \sum_{j=1}^n \theta_j x_j = \sum_{j=0}^n \theta_j x_j"),
    (r"$p$ and $q$ are distributions and $p = q$.", r"\sum_i p_i \log \frac{p_i}{q_i} = 1"),
    (r"$x \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$; $A$ need not be symmetric.",
     r"\frac{\partial}{\partial x} x^\top A x = 2 A x"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "display"), FALSE)
def test_what_fails_even_under_the_words_is_refuted(tmp_path: Path, sentence: str, display: str) -> None:
    assert last_verdict(tmp_path, sentence, display) == "refuted"


def test_a_unit_vector_is_not_one_hot(tmp_path: Path) -> None:
    sentence = r"For a word $o$ let $x \in \mathbb{R}^V$ be a unit vector."
    assert last_verdict(tmp_path, sentence, "x_o = 1") != "proved"


NODES = r"""The words are the leaves of a binary tree. The path to $w$ has $n_{w,1}, \dots, n_{w,L_w}$, with the signs
$s_{w,j} \in \{-1, 1\}$."""
CODES = r"Each word $w$ has a Huffman code $b_{w1}, \dots, b_{wL}$ with $b_{wl} \in \{0, 1\}$."
BY_NODES = r"P(w|c) = \prod_{j=1}^{L_w} \sigma(s_{w,j} u_{n_{w,j}}^\top v_c)"
BY_CODES = (
    r"P(w|c) = \prod_{l=1}^{L} \sigma(u_{wl}^\top v_c)^{1 - b_{wl}} (1 - \sigma(u_{wl}^\top v_c))^{b_{wl}}"
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "product"), [(NODES, BY_NODES), (CODES, BY_CODES)])
def test_a_counterexample_does_not_choose_the_ways_through_a_tree(tmp_path: Path, sentence: str, product: str) -> None:
    assert last_verdict(tmp_path, sentence, product, r"\sum_{w=1}^V P(w|c) = 1") == "undecided"


def test_one_way_through_a_tree_is_like_any_other(tmp_path: Path) -> None:
    wrong = r"\log P(w|c) = \sum_{l=1}^{L} \log \sigma((2 b_{wl} - 1) u_{wl}^\top v_c)"
    assert last_verdict(tmp_path, CODES, BY_CODES, wrong) == "refuted"


NOISE = r"J = -\log \sigma(u_o^\top v_c) - \sum_{k=1}^K \log \sigma(-u_{n_k}^\top v_c)"
GRADIENT = r"\frac{\partial J}{\partial u_o} = (\sigma(u_o^\top v_c) - 1) v_c"


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("All noise words differ from the outside word $o$.", "undecided"),
        ("Noise words may be drawn twice.", "refuted"),
    ],
)
def test_noise_words_that_differ_are_not_taken_to_be_the_same(tmp_path: Path, sentence: str, verdict: str) -> None:
    assert last_verdict(tmp_path, sentence, NOISE, GRADIENT) == verdict
