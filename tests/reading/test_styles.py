"""Notations of real notes, each in a small note of its own: the right rows are proved and their slips are not.

Every note is followed by what becomes of its displayed steps, in order.  A slip stands beside the row that it spoils.
"""

from __future__ import annotations

import pytest

from derive.proving.steps import verdict_of
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

SECONDS = 5.0


def kinds(text: str) -> list[str]:
    """The verdicts on the steps of a note."""
    book = read_note(find_mathematics(text, "note.md"))
    return [verdict_of(draft, book, SECONDS).kind.value for draft in book.drafts]


def test_path_of_a_tree_with_superscript_indices() -> None:
    """θ_{j-1}^w, d_j^w ∈ {0, 1}, a length l^w: cases on the value of a label, and the same as a power."""
    assert kinds(
        r"""$d_2^w,\ldots,d_{l^w}^w\in\{0,1\}$ is the code of $w$, $\theta_1^w,\ldots,\theta_{l^w-1}^w\in\mathbb{R}^n$ are
the vectors of the inner nodes, and $\mathbf{x}_w\in\mathbb{R}^n$.

$$p(d_j^w\mid\mathbf{x}_w,\theta_{j-1}^w) = \begin{cases}\sigma(\mathbf{x}_w^\top\theta_{j-1}^w), & d_j^w=0\\
1-\sigma(\mathbf{x}_w^\top\theta_{j-1}^w), & d_j^w=1\end{cases}$$
$$\mathcal{L}_w = \log\prod_{j=2}^{l^w}[\sigma(\mathbf{x}_w^\top\theta_{j-1}^w)]^{1-d_j^w}[1-\sigma(\mathbf{x}_w^\top\theta_{j-1}^w)]^{d_j^w}$$
$$= \sum_{j=2}^{l^w}\{(1-d_j^w)\log\sigma(\mathbf{x}_w^\top\theta_{j-1}^w)+d_j^w\log[1-\sigma(\mathbf{x}_w^\top\theta_{j-1}^w)]\}$$
$$\frac{\partial\mathcal{L}_w}{\partial\mathbf{x}_w} = \sum_{j=2}^{l^w}[1-d_j^w-\sigma(\mathbf{x}_w^\top\theta_{j-1}^w)]\theta_{j-1}^w$$
$$\frac{\partial\mathcal{L}_w}{\partial\mathbf{x}_w} = \sum_{j=2}^{l^w}[1-d_j^w-\sigma(\mathbf{x}_w^\top\theta_{j-1}^w)]\theta_{j}^w$$
"""
    ) == ["definition", "definition", "proved", "proved", "refuted"]


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        (r"\sigma(t) & y=1\\ 1-\sigma(t) & y=0", "proved"),
        (r"1-\sigma(t) & y=1\\ \sigma(t) & y=0", "refuted"),
        (r"\sigma(t) & y=1\\ 1-\sigma(t) & \text{otherwise}", "proved"),
        (r"\sigma(t) & y=1", "undecided"),
        (r"\sigma(t) & y=1\\ 1-\sigma(t) & y=2", "undecided"),
    ],
)
def test_cases_on_the_value_of_a_label(case: str, verdict: str) -> None:
    note = rf"""The label $y\in\{{0,1\}}$, the score $t\in\mathbb{{R}}$.

$$\sigma(t)^y(1-\sigma(t))^{{1-y}} = \begin{{cases}}{case}\end{{cases}}$$
"""
    assert kinds(note) == [verdict]


def test_loss_of_a_window_with_its_arguments_written_out() -> None:
    """J(v_c, w_{t+j}, U) at every j, J_{skip-gram}(v_c, w_{t-m}, …, U), one one-hot vector for every offset."""
    assert kinds(
        r"""$$J(v_c,w_{t+j},U) = -u_{w_{t+j}}^\top v_c + \log\sum_{w\in\text{Vocab}}\exp(u_w^\top v_c)$$
$$J_{\text{sg}}(v_c,w_{t-m},\dots,w_{t+m},U) = \sum_{-m\le j\le m,\,j\neq 0}J(v_c,w_{t+j},U)$$

The $u_w,v_w\in\mathbb{R}^d$ are columns, $U=[u_1,\dots,u_V]$, $\hat{y}=\text{softmax}(U^\top v_c)$, and $y_j$ is the
one-hot vector of the word $w_{t+j}$.

$$\frac{\partial J_{\text{sg}}(v_c,w_{t-m},\dots,w_{t+m},U)}{\partial v_c} = \sum_{-m\le j\le m,\,j\neq 0}U(\hat{y}-y_j)$$
$$= 2m\,U\hat{y}-\sum_{-m\le j\le m,\,j\neq 0}u_{w_{t+j}}$$
$$\frac{\partial J_{\text{sg}}(v_c,w_{t-m},\dots,w_{t+m},U)}{\partial v_c} = U\hat{y}-\sum_{-m\le j\le m,\,j\neq 0}u_{w_{t+j}}$$
$$J(v_c,w_{t-1},U) = J(v_c,w_{t+1},U)$$
"""
    ) == ["definition", "definition", "proved", "proved", "refuted", "undecided"]


def test_the_term_of_a_sum_is_not_the_sum() -> None:
    """L(w, j) is the term of L = Σ_j if the text says so, and nothing at all if it does not."""
    note = r"""The $\theta_j,x_w\in\mathbb{R}^n$ are columns.

$$L = \sum_{j=1}^{m}\log\sigma(x_w^\top\theta_j)$$

%s

$$\frac{\partial L(w,j)}{\partial x_w} = (1-\sigma(x_w^\top\theta_j))\theta_j$$
$$\frac{\partial L(w,j)}{\partial x_w} = \sum_{j=1}^{m}(1-\sigma(x_w^\top\theta_j))\theta_j$$
"""
    assert kinds(note % "The summand is called $L(w,j)$.") == ["definition", "proved", "refuted"]
    assert kinds(note % "Next, $L(w,j)$.") == ["definition", "undecided", "undecided"]


@pytest.mark.parametrize(("sign", "verdict"), [("-", "proved"), ("+", "refuted")])
def test_a_label_defined_by_cases_in_words(sign: str, verdict: str) -> None:
    note = r"""Let $y_j=e^{u_j}/\sum_{i=1}^{V}e^{u_i}$. Let $t_j=1$ if $j=k$ and $t_j=0$ otherwise.

$$E = -\log y_k$$
$$\frac{\partial E}{\partial u_j} = y_j%st_j$$
"""
    assert kinds(note % sign) == ["definition", verdict]


@pytest.mark.parametrize(
    ("matrix", "verdict"),
    [
        (r"[a_1,a_2,\dots,a_V]^\top b", "proved"),
        (r"[a_1,a_2,\dots,a_V]b", "refuted"),
        (r"[a_1^\top;\dots;a_V^\top]b", "proved"),
    ],
)
def test_a_matrix_by_its_columns(matrix: str, verdict: str) -> None:
    note = rf"""Let $a_i\in\mathbb{{R}}^d$, $b\in\mathbb{{R}}^d$, and

$$z_i = a_i^\top b$$
$$z = {matrix}$$
"""
    assert kinds(note) == ["definition", verdict]
