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
    "indicators and superscript indices": (
        r"""
Labels are $y^{(i)} \in \{1, 2, \ldots, K\}$, inputs $x$, and $\theta^{(1)}, \ldots, \theta^{(K)} \in \mathbb{R}^n$.

$$P(y = k \mid x; \theta) = \frac{\exp(\theta^{(k)\top} x)}{\sum_{j=1}^K \exp(\theta^{(j)\top} x)}$$
$$J(\theta) = -\sum_{i=1}^m \sum_{k=1}^K 1\{y^{(i)} = k\} \log P(y^{(i)} = k \mid x^{(i)}; \theta)$$
$$J(\theta) = -\sum_{i=1}^m \log P(y^{(i)} \mid x^{(i)}; \theta)$$
$$\nabla_{\theta^{(k)}} J(\theta)
= -\sum_{i=1}^m x^{(i)} \left( \mathbb{1}[y^{(i)} = k] - P(y^{(i)} = k \mid x^{(i)}; \theta) \right)$$
$$\nabla_{\theta^{(k)}} J(\theta)
= \sum_{i=1}^m x^{(i)} \left( \mathbf{1}_{\{y^{(i)} = k\}} - P(y^{(i)} = k \mid x^{(i)}; \theta) \right)$$
""",
        [DEFINITION, DEFINITION, PROVED, PROVED, REFUTED],
    ),
    "distributions named by capitals": (
        r"""
$P$ and $Q$ are distributions on a finite set $\mathcal{X}$ with $P(x) > 0$ and $Q(x) > 0$,
and $M = \frac{1}{2}(P + Q)$.

$$\mathrm{JSD}(P \parallel Q) = H(M) - \frac{1}{2} \left( H(P) + H(Q) \right)$$
$$\mathrm{JSD}(P \parallel Q) = H(M) + \frac{1}{2} \left( H(P) + H(Q) \right)$$
$$D_{\mathrm{KL}}(P \parallel M) \le \sum_{x \in \mathcal{X}} P(x) \log \frac{2 P(x)}{P(x)} = \log 2$$
$$H(P) = H(Q)$$
""",
        [PROVED, REFUTED, PROVED, PROVED, REFUTED],
    ),
    "words given all words before": (
        r"""
$$\exp\left( -\frac{1}{T} \sum_{t=1}^T \log q(w_t \mid w_{<t}) \right) = \prod_{t=1}^T q(w_t \mid w_{<t})^{-1/T}$$
$$\exp\left( -\frac{1}{T} \sum_{t=1}^T \log q(w_t \mid w_1, \ldots, w_{t-1}) \right)
 = \prod_{t=1}^T q(w_t \mid w_1, \ldots, w_{t-1})^{-T}$$
$$q(w_t \mid w_1, \ldots, w_{t-1}) = q(w_t \mid w_{t-1})$$
""",
        [PROVED, REFUTED, DEFINITION],
    ),
    "words in superscripts, primes in names": (
        r"""
Let $y$ be a probability vector with $n$ entries, $0 < \epsilon < 1$, $a, b \in \mathbb{R}$ and $x' = a - b$.

$$y_j^{\text{LS}} = (1 - \epsilon)\, y_j + \frac{\epsilon}{n}$$
$$\sum_{j=1}^n y_j^{\text{LS}} = 1$$
$$\sum_{j=1}^n y_j^{\text{LS}} = 1 - \epsilon$$
$$a = b + x'$$
$$a = b - x'$$
""",
        [DEFINITION, PROVED, REFUTED, PROVED, REFUTED],
    ),
    "a matrix with the rows x_i": (
        r"""
The data are $n$ pairs $(\mathbf{x}_i, y_i)$ with $\mathbf{x}_i \in \mathbb{R}^d$ and entries $x_{ij}$. Let
$X \in \mathbb{R}^{n \times d}$ have the rows $\mathbf{x}_i^\top$ and let $\mathbf{y} \in \mathbb{R}^n$.

$$S(\mathbf{w}) = \sum_{i=1}^n \left( y_i - \sum_{k=1}^d w_k x_{ik} \right)^2$$
$$S(\mathbf{w}) = (X\mathbf{w} - \mathbf{y})^\top (X\mathbf{w} - \mathbf{y})$$
$$\nabla_{\mathbf{w}} S = 2 X^\top (X\mathbf{w} - \mathbf{y})$$
$$\nabla_{\mathbf{w}} S = X^\top (X\mathbf{w} - \mathbf{y})$$
""",
        [DEFINITION, PROVED, PROVED, REFUTED],
    ),
    "a quantity that is named after its use": (
        r"""
Let $x_i, w \in \mathbb{R}^d$, $y_i \in \{0, 1\}$, $\hat{y}_i = \sigma(w^\top x_i + b)$, the loss of an example
$\ell_i = -y_i \log \hat{y}_i - (1-y_i) \log (1-\hat{y}_i)$, and put $z_i = w^\top x_i + b$.

$$\frac{\partial \ell_i}{\partial z_i} = \hat{y}_i - y_i$$
$$\frac{\partial \ell_i}{\partial z_i} = y_i - \hat{y}_i$$
$$\frac{\partial \hat{y}_i}{\partial z_i} = \hat{y}_i (1-\hat{y}_i)$$
$$\frac{\partial \ell_i}{\partial w} = \frac{\partial \ell_i}{\partial z_i} \cdot \frac{\partial z_i}{\partial w}$$
$$\frac{\partial}{\partial z_i} \left( \ell_i + w^\top w \right) = \hat{y}_i - y_i$$
""",
        [PROVED, REFUTED, PROVED, PROVED, UNDECIDED],
    ),
    "by a score that has no name": (
        r"""
Let $u_w, v_c \in \mathbb{R}^d$ and $J = -u_o^\top v_c + \log \sum_{w=1}^V \exp(u_w^\top v_c)$.

$$\frac{\partial J}{\partial (u_w^\top v_c)}
= \frac{\exp(u_w^\top v_c)}{\sum_{x=1}^V \exp(u_x^\top v_c)} - \delta_{wo}$$
$$\frac{\partial J}{\partial (u_w^\top v_c)} = \frac{\exp(u_w^\top v_c)}{\sum_{x=1}^V \exp(u_x^\top v_c)}$$
$$\frac{\partial}{\partial (u_w^\top v_c)} \left( J + v_c^\top v_c \right) = 0$$
""",
        [PROVED, REFUTED, UNDECIDED],
    ),
    "sums over words that have an index themselves": (
        r"""
Let $V$ be the vocabulary, $p(w) > 0$ and $q(w) > 0$ two distributions on it. For any function $f$ of a word,

$$\mathbb{E}_{w_i \sim p}[f(w_i)] = \sum_{w_i \in V} p(w_i) f(w_i)$$
$$\mathbb{E}_{w_i \sim p}[f(w_i)] = \mathbb{E}_{w_i \sim q}\left[ \frac{p(w_i)}{q(w_i)} f(w_i) \right]$$
$$\mathbb{E}_{w_i \sim p}[f(w_i)] = \mathbb{E}_{w_i \sim q}\left[ \frac{q(w_i)}{p(w_i)} f(w_i) \right]$$
$$\sum_{w_i \in V} \text{exp}(\log p(w_i)) = 1$$
""",
        [PROVED, PROVED, REFUTED, PROVED],
    ),
    "what depends on the parameters of a model": (
        r"""
Call $\mathcal{E}(w) = -h^\top v'_w$ the energy of the word $w$; it depends on the parameters $\theta$ of the model.

$$J_\theta = \mathcal{E}(w) + \log \sum_{w_i \in V} \text{exp}(-\mathcal{E}(w_i))$$
$$\nabla_\theta J_\theta = \nabla_\theta \mathcal{E}(w) - \sum_{w_i \in V}
\frac{\text{exp}(-\mathcal{E}(w_i))}{\sum_{w_j \in V} \text{exp}(-\mathcal{E}(w_j))} \nabla_\theta \mathcal{E}(w_i)$$
$$\nabla_\theta J_\theta = \nabla_\theta \mathcal{E}(w) + \sum_{w_i \in V}
\frac{\text{exp}(-\mathcal{E}(w_i))}{\sum_{w_j \in V} \text{exp}(-\mathcal{E}(w_j))} \nabla_\theta \mathcal{E}(w_i)$$
""",
        [DEFINITION, PROVED, REFUTED],
    ),
    "rules for functions of which nothing is known": (
        r"""
If $f(x) = \frac{g(x)}{h(x)}$, then

$$f'(x) = \frac{g'(x) h(x) - g(x) h'(x)}{[h(x)]^2}$$
$$f'(x) = \frac{g'(x) h(x) + g(x) h'(x)}{[h(x)]^2}$$
$$\frac{d}{dx} \log g(x) = \frac{g'(x)}{g(x)}$$
$$\frac{d}{dx} e^{g(x)} = g'(x) e^{x}$$
""",
        [PROVED, REFUTED, PROVED, REFUTED],
    ),
    "a name given in words": (
        r"""
Let $S_j = e^{a_j} / \sum_{k=1}^{N} e^{a_k}$; we write $\Sigma$ for the denominator $\sum_{k=1}^{N} e^{a_k}$.

$$\frac{\partial S_i}{\partial a_i} = \frac{e^{a_i}\Sigma - e^{a_i} e^{a_i}}{\Sigma^2}$$
$$\frac{\partial S_i}{\partial a_i} = \frac{e^{a_i}\Sigma - e^{a_i}}{\Sigma^2}$$
""",
        [PROVED, REFUTED],
    ),
    "what is supposed for one display only": (
        r"""
Let $p_1, \dots, p_n > 0$ with $\sum_{i=1}^n p_i = 1$ and $H(p) = -\sum_{i=1}^n p_i \log p_i$.

If $p_i = e^{z_i} / \sum_{k=1}^n e^{z_k}$, then

$$\frac{\partial H(p)}{\partial z_j} = -p_j \left( \log p_j + H(p) \right)$$
$$\frac{\partial H(p)}{\partial z_j} = -p_j \log p_j$$

In general

$$H(p) = \log \sum_{k=1}^n e^{z_k} - \sum_{i=1}^n p_i z_i$$
$$H(p) \le \log n$$
""",
        [PROVED, REFUTED, UNDECIDED, PROVED],
    ),
    "a distribution of which nothing is said": (
        r"""
Let $p_1, \dots, p_n > 0$ with $\sum_{i=1}^n p_i = 1$.

$$D(p \,\|\, u) = \sum_{i=1}^n p_i \log (n p_i)$$
$$D(p \,\|\, u) \ge 0$$
""",
        [UNDECIDED, PROVED],
    ),
    "what a count counts is not its name": (
        r"""
Let $u_w, v_c \in \mathbb{R}^d$, let $N_{co}$ be the number of pairs $(t,j)$ in a text, and $n_c = \sum_o N_{co}$.

$$J = -\sum_{c=1}^V \sum_{o=1}^V N_{co} u_o^\top v_c$$
$$\frac{\partial J}{\partial v_c} = -\sum_{o=1}^V N_{co} u_o$$
$$\frac{\partial J}{\partial v_c} = -\sum_{o=1}^V N_{co} v_c$$
""",
        [DEFINITION, PROVED, REFUTED],
    ),
    "entropies of two variables": (
        r"""
For a joint distribution $p(x,y)$:

$$I(X;Y) \le H(X)$$
$$H(X,Y) \ge H(X)$$
$$H(X) \ge H(X,Y)$$
$$I(X;Y) \ge H(X)$$
""",
        [PROVED, PROVED, REFUTED, REFUTED],
    ),
    "the geometric mean is at most the arithmetic one": (
        r"""
Let $p$ and $q$ be probability distributions with $p_i, q_i > 0$, $m_i = \frac{1}{2}(p_i + q_i)$.

$$\frac{1}{2}D(p\,\|\,m) + \frac{1}{2}D(q\,\|\,m) \le \frac{1}{4}D(p\,\|\,q) + \frac{1}{4}D(q\,\|\,p)$$
$$\frac{1}{2}D(p\,\|\,m) + \frac{1}{2}D(q\,\|\,m) \ge \frac{1}{4}D(p\,\|\,q) + \frac{1}{4}D(q\,\|\,p)$$
$$\sqrt{p_i q_i} \le m_i$$
$$\sqrt{p_i q_i} \ge m_i$$
""",
        [PROVED, REFUTED, PROVED, REFUTED],
    ),
    "means of bounded terms": (
        r"""
Let $x_1, \dots, x_n \in \mathbb{R}$, $\hat{p}_i = \sigma(x_i)$, $a\in(0,1)$ and $h(t) = -t\ln t - (1-t)\ln(1-t)$.

$$\frac{1}{n}\sum_{i=1}^n \hat{p}_i (1-\hat{p}_i) \le \frac{1}{4}$$
$$\frac{1}{n}\sum_{i=1}^n \hat{p}_i (1-\hat{p}_i) \le \frac{1}{5}$$
$$\sum_{i=1}^n \hat{p}_i (1-\hat{p}_i) \le \frac{n}{4}$$
$$\sum_{i=1}^n \hat{p}_i (1-\hat{p}_i) \le \frac{1}{4}$$
$$0 \le h(a) \le h\left(\frac{1}{2}\right)$$
$$h(a) \le \frac{1}{2}$$
""",
        [PROVED, REFUTED, PROVED, REFUTED, PROVED, PROVED, REFUTED],
    ),
    "an expectation under a distribution that the note defines": (
        r"""
Let $p(w \mid c) = \frac{\exp(s_w)}{\sum_{x=1}^V \exp(s_x)}$.

$$\mathbb{E}_{x \sim p(\cdot \mid c)}[s_x] = \sum_{x=1}^V \frac{\exp(s_x)}{\sum_{y=1}^V \exp(s_y)} s_x$$
$$\mathbb{E}_{x \sim p(\cdot \mid c)}[s_x] = \sum_{x=1}^V s_x$$
""",
        [PROVED, REFUTED],
    ),
    "lists of numbers": (
        r"""
Let $p=[1,0,0]$, $q=[0.7,0.2,0.1]$ and $r=[\frac12,\frac12]$.

$$-\sum_{i=1}^{3}p_i\log q_i = -\log 0.7$$
$$-\sum_{i=1}^{3}p_i\log q_i = -\log 0.2$$
$$-\sum_{i=1}^{3}p_i\log p_i = 0$$
$$-\sum_{i=1}^{2} r_i \log_2 r_i = 1$$
$$-\sum_{i=1}^{3}q_i\log p_i = 0$$
""",
        [PROVED, REFUTED, PROVED, PROVED, UNDECIDED],
    ),
    "the derivative of a function named without its argument": (
        r"""
Let $f(t) = t^2$.

$$\frac{d\sigma}{dx} = \sigma(x)(1-\sigma(x))$$
$$\frac{d\sigma}{dx} = \sigma(x)$$
$$\frac{d^2 f}{dt^2} = 2$$
$$\frac{df}{dt} = t$$
""",
        [PROVED, REFUTED, PROVED, REFUTED],
    ),
    "pairs of a text that are counted": (
        r"""
Let $w_1,\dots,w_T$ be the corpus and $N_{co}$ the number of pairs $(t,j)$ with $1\le t\le T$, $-m\le j\le m$, $j\ne 0$,
$w_t=c$ and $w_{t+j}=o$. Whatever the model $P(o|c)>0$ is,

$$\sum_{t=1}^T \sum_{-m\le j\le m,\, j\ne 0}\log P(w_{t+j}|w_t) = \sum_{c=1}^V\sum_{o=1}^V N_{co}\log P(o|c)$$
$$\sum_{t=1}^T \sum_{-m\le j\le m,\, j\ne 0}\log P(w_{t+j}|w_t) = \sum_{c=1}^V\sum_{o=1}^V N_{co} P(o|c)$$
""",
        [PROVED, REFUTED],
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
