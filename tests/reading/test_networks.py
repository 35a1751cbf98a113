"""Layers of a network whose shapes nobody declares, in the ways in which people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

PROVED, REFUTED, UNDECIDED = "proved", "refuted", "undecided"

COLUMNS = r"""
Layer $l$ computes $z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}$ and $a^{[l]} = \sigma(z^{[l]})$ with $a^{[0]} = x$, for a
label $y \in \{0, 1\}$.

$$L = -y \log a^{[2]} - (1 - y) \log(1 - a^{[2]})$$
"""
COMPONENTS = r"""
Layer $l$ has $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$ and $a^l_j = \sigma(z^l_j)$, and the cost is

$$C = \frac{1}{2} \sum_j (y_j - a^2_j)^2$$
$$\delta^l_j = \frac{\partial C}{\partial z^l_j}$$
"""
ROWS = r"""
Let $x \in \mathbb{R}^{1 \times D}$, $y \in \mathbb{R}^{1 \times K}$ with $\sum_k y_k = 1$,
$W_1 \in \mathbb{R}^{D \times H}$ and $W_2 \in \mathbb{R}^{H \times K}$.

$$h = \tanh(x W_1 + b_1), \qquad z = h W_2 + b_2, \qquad p = \mathrm{softmax}(z)$$
$$L = -\sum_{k=1}^K y_k \log p_k$$
"""
BATCH = r"""
The label $y \in \mathbb{R}^K$ of one example satisfies $\sum_k y_k = 1$. Let $Z \in \mathbb{R}^{B \times K}$; $P$ is
the row-wise softmax of $Z$.

$$L = -\sum_{i=1}^B \sum_{k=1}^K Y_{ik} \log P_{ik}$$
"""
STEPS = [
    (COLUMNS, r"\frac{\partial L}{\partial z^{[2]}} = a^{[2]} - y", PROVED),
    (COLUMNS, r"\frac{\partial L}{\partial W^{[2]}} = (a^{[2]} - y) {a^{[1]}}^\top", PROVED),
    (COLUMNS, r"\frac{\partial L}{\partial W^{[2]}} = (y - a^{[2]}) {a^{[1]}}^\top", REFUTED),
    (COLUMNS, r"\frac{\partial L}{\partial a^{[1]}} = {W^{[2]}}^\top (a^{[2]} - y)", PROVED),
    (COMPONENTS, r"\delta^2_j = (a^2_j - y_j) \sigma'(z^2_j)", PROVED),
    (COMPONENTS, r"\delta^2_j = (y_j - a^2_j) \sigma'(z^2_j)", REFUTED),
    (COMPONENTS, r"\delta^1_j = \sum_k w^2_{kj} \delta^2_k \sigma'(z^1_j)", PROVED),
    (COMPONENTS, r"\delta^1_j = \sum_k w^2_{jk} \delta^2_k \sigma'(z^1_j)", REFUTED),
    (COMPONENTS, r"\frac{\partial C}{\partial w^2_{jk}} = a^1_k \delta^2_j", PROVED),
    (COMPONENTS, r"\frac{\partial C}{\partial w^2_{jk}} = a^2_k \delta^2_j", REFUTED),
    (ROWS, r"\frac{\partial L}{\partial z} = p - y", PROVED),
    (ROWS, r"\frac{\partial L}{\partial W_2} = h^\top (p - y)", PROVED),
    (ROWS, r"\frac{\partial L}{\partial W_2} = (p - y)^\top h", REFUTED),
    (ROWS, r"\frac{\partial L}{\partial h} = (p - y) W_2^\top", PROVED),
    (BATCH, r"\frac{\partial L}{\partial Z_{ik}} = P_{ik} - Y_{ik}", PROVED),
    (BATCH, r"\frac{\partial L}{\partial Z_{ik}} = P_{ik} - 2 Y_{ik}", REFUTED),
]


def last(tmp_path: Path, text: str) -> str:
    note = tmp_path / "note.md"
    note.write_text(text, encoding="utf-8")
    return check_file(note).steps[-1].verdict.kind.value


@pytest.mark.parametrize(("setting", "step", "verdict"), STEPS)
def test_a_step_of_backpropagation(tmp_path: Path, setting: str, step: str, verdict: str) -> None:
    assert last(tmp_path, f"{setting}\n$${step}$$\n") == verdict


def test_a_superscript_without_a_rule_is_a_power(tmp_path: Path) -> None:
    assert last(tmp_path, "Let $a, b$ be real.\n\n$$(a + b)^2 - b^2 = a^2 + 2 a b$$\n") == PROVED


def test_what_is_said_of_nobody_is_not_guessed(tmp_path: Path) -> None:
    """Without a label y of one example nothing is known of the rows of Y."""
    text = BATCH.replace(r"The label $y \in \mathbb{R}^K$ of one example satisfies $\sum_k y_k = 1$. ", "")
    assert last(tmp_path, text + "\n$$\\frac{\\partial L}{\\partial Z_{ik}} = P_{ik} - Y_{ik}$$\n") != PROVED


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        (r"\tanh'(u) = 1 - \tanh^2(u)", PROVED),
        (r"\tanh'(u) = 1 + \tanh^2(u)", REFUTED),
        (r"\frac{\text{d}}{\text{d}u} \frac{1}{1 + e^{-u}} = \frac{e^{-u}}{(1 + e^{-u})^2}", PROVED),
        (r"\frac{\text{d}}{\text{d}u} \frac{1}{1 + e^{-u}} = \frac{e^{-u}}{1 + e^{-u}}", REFUTED),
    ],
)
def test_upright_derivatives_and_primes(tmp_path: Path, step: str, verdict: str) -> None:
    assert last(tmp_path, f"Let $u \\in \\mathbb{{R}}$.\n\n$${step}$$\n") == verdict


LISTED = r"""
Let $w, x_i \in \mathbb{R}^d$, $\alpha_i = \sigma(w^\top x_i)$ and $y_i \in \{0, 1\}$.

$$L(w) = -\sum_{i=1}^n \left( y_i \log \alpha_i + (1 - y_i) \log(1 - \alpha_i) \right)$$

Define the $n \times d$ matrix $A = [x_{ij}]$, $B = \mathrm{diag}(\alpha_i (1 - \alpha_i))$,
$\alpha = [\alpha_1 \dots \alpha_n]^\top$ and $Y = [y_1 \dots y_n]^\top$.
"""


@pytest.mark.parametrize(
    ("step", "verdicts"),
    [
        (r"\nabla_w L(w) = A^\top (\alpha - Y)", {PROVED}),
        (r"\nabla_w L(w) = A^\top (Y - \alpha)", {REFUTED, UNDECIDED}),
        (r"\nabla_w^2 L(w) = A^\top B A", {PROVED}),
    ],
)
def test_matrices_given_by_their_entries(tmp_path: Path, step: str, verdicts: set[str]) -> None:
    assert last(tmp_path, f"{LISTED}\n$${step}$$\n") in verdicts


def test_a_cross_entropy_that_the_note_defines_keeps_its_order(tmp_path: Path) -> None:
    text = (
        r"Let $\hat p_i, r_i > 0$ with $\sum_i \hat p_i = \sum_i r_i = 1$, and $H(p, q) = -\sum_i p_i \log q_i$."
        "\n\n$$H(\\hat p, r) = -\\sum_i r_i \\log \\hat p_i$$\n"
    )
    assert last(tmp_path, text) != PROVED
