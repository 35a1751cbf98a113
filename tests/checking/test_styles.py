"""Derivations as people write them, in small: every note with the verdicts of its rows, right ones and wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

PROVED, REFUTED, UNDECIDED, DEFINITION = "proved", "refuted", "undecided", "definition"

LOGISTIC = r"""
There are $m$ examples with $x^{(i)}\in\mathbb{R}^{n}$ and $y^{(i)}\in\{0,1\}$, and $h_\theta(x) = g(\theta^T x)$ with
$g(z) = \frac{1}{1+e^{-z}}$.

$$L(\theta) = \prod_{i=1}^{m} h_\theta(x^{(i)})^{y^{(i)}} (1-h_\theta(x^{(i)}))^{1-y^{(i)}}$$
$$\ell(\theta) = \log L(\theta)$$
"""

NOTES: dict[str, tuple[str, list[str]]] = {
    "the sum reaches over both terms": (
        LOGISTIC
        + r"""
$$\log L(\theta) = \sum_{i=1}^{m} y^{(i)} \log h(x^{(i)}) + (1-y^{(i)})\log(1-h(x^{(i)}))$$
$$\log L(\theta) = \sum_{i=1}^{m} y^{(i)} \log h(x^{(i)}) - (1-y^{(i)})\log(1-h(x^{(i)}))$$
$$-\log L(\theta) = -\sum_{i=1}^{m} y^{(i)} \log h(x^{(i)}) + (1-y^{(i)})\log(1-h(x^{(i)}))$$
$$-\log L(\theta) = -\sum_{i=1}^{m} y^{(i)} \log h(x^{(i)}) - (1-y^{(i)})\log(1-h(x^{(i)}))$$
""",
        [DEFINITION, DEFINITION, PROVED, REFUTED, PROVED, PROVED],
    ),
    "the sum does not reach over a letter that the left side has": (
        r"""
For $x\in\mathbb{R}^n$:

$$x_i + \sum_{j=1}^n x_j = \sum_{i=1}^n x_i + x_i$$
$$0 \le \sum_{j=1}^n x_j^2 + n$$
""",
        [PROVED, PROVED],
    ),
    "how far a sum behind a minus reaches is not guessed": (
        r"""
For $x, y\in\mathbb{R}^n$:

$$-\sum_{i=1}^n (y_i x_i - x_i^2) = -\sum_{i=1}^n y_i x_i + x_i^2$$
""",
        [UNDECIDED],
    ),
    "one example for the moment": (
        LOGISTIC
        + r"""
Take a single training example $(x,y)$ for the moment, so $\ell(\theta)=y\log h(x)+(1-y)\log(1-h(x))$. Then

$$\frac{\partial}{\partial\theta_j}\ell(\theta) = (y-h_\theta(x)) x_j$$
$$\frac{\partial}{\partial\theta_j}\ell(\theta) = (y-h_\theta(x)) x$$
$$\log h(x) = 2\log h(x) - \log h(x)^2$$
""",
        [DEFINITION, DEFINITION, PROVED, REFUTED, REFUTED],
    ),
    "a function of a vector keeps its meaning": (
        r"""
For $x\in\mathbb{R}^n$ and any $m\in\mathbb{R}$ let

$$F(x) = \log\sum_{i=1}^n e^{x_i}$$
$$F(x) = m + \log\sum_{i=1}^n e^{x_i-m}$$
$$F(x) = m + \log\sum_{i=1}^n e^{x_i+m}$$
""",
        [DEFINITION, PROVED, REFUTED],
    ),
    "a model with parameters beside fixed data": (
        r"""
Let $p$ be the data distribution with $p_i > 0$, and $q_\theta(i) > 0$ the model, $i = 1, \dots, n$.

$$H(p,q_\theta) = -\sum_{i=1}^n p_i\log q_\theta(i)$$
$$\arg\min_\theta KL(p\,||\,q_\theta) = \arg\min_\theta H(p,q_\theta)$$
$$\arg\min_\theta H(p,q_\theta) = \arg\min_\theta \sum_{i=1}^n p_i\log q_\theta(i)$$
$$\nabla_\theta KL(p\,||\,q_\theta) = -\sum_{i=1}^n \frac{p_i}{q_\theta(i)}\nabla_\theta q_\theta(i)$$
$$\nabla_\theta KL(p\,||\,q_\theta) = \sum_{i=1}^n \frac{p_i}{q_\theta(i)}\nabla_\theta q_\theta(i)$$
$$\arg\min_\theta KL(q_\theta\,||\,p) = \arg\min_\theta H(p,q_\theta)$$
""",
        [PROVED, PROVED, REFUTED, PROVED, REFUTED, UNDECIDED],
    ),
    "a one-hot special case of positive probabilities": (
        r"""
Let $p$ and $q$ be probability distributions with $p_i, q_i > 0$.

$$H(p, q) \ge H(p)$$

For a one-hot $p$ with $p_c = 1$ everything collapses.

$$D_{KL}(p\|q) = H(p,q) + H(p)$$
""",
        [PROVED, REFUTED],
    ),
    "the mean of logarithms": (
        r"""
For $x\in\mathbb{R}^n$:

$$\log\Big(\frac{1}{n}\sum_{i=1}^n e^{x_i}\Big) \ge \frac{1}{n}\sum_{i=1}^n x_i$$
$$\log\Big(\frac{1}{n}\sum_{i=1}^n e^{x_i}\Big) \ge \sum_{i=1}^n x_i$$
""",
        [PROVED, REFUTED],
    ),
    "likelihood of a corpus with parameters": (
        r"""
The corpus is $w_1,\dots,w_T$, $\theta$ holds all vectors with components $\theta_i$.

$$L(\theta) = \prod_{t=1}^{T}\prod_{-m\le j\le m,\, j\ne 0}P(w_{t+j}\mid w_t;\theta)$$
$$J(\theta) = -\frac{1}{T}\log L(\theta)$$
$$\arg\max_{\theta}L(\theta) = \arg\min_{\theta}J(\theta)$$
$$\arg\max_{\theta}L(\theta) = \arg\max_{\theta}J(\theta)$$
$$L(\theta) = e^{-T J(\theta)}$$
$$L(\theta) = e^{-J(\theta)/T}$$
""",
        [DEFINITION, DEFINITION, PROVED, REFUTED, PROVED, REFUTED],
    ),
}


def verdicts(text: str, folder: Path) -> list[str]:
    note = folder / "note.md"
    note.write_text(text, encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


@pytest.mark.parametrize("name", NOTES)
def test_note(name: str, tmp_path: Path) -> None:
    text, expected = NOTES[name]
    assert verdicts(text, tmp_path) == expected
