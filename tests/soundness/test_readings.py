"""Right notes in unusual but legitimate notation, in which nothing may be refuted, and wrong ones with nothing proved.

Every note here was once judged falsely because the reader took more for granted than the note says.
"""

from __future__ import annotations

from collections import Counter

import pytest

from derive.derivation import Kind, Step
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note


def steps_of(text: str) -> list[Step]:
    return list(judge(read_note(find_mathematics(text, "a.md")), seconds=4))


def kinds_of(text: str) -> Counter[str]:
    return Counter(step.verdict.kind.value for step in steps_of(text))


SOFTMAX = r"""
The logits $z \in \mathbb{R}^n$ and $p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$ are given.
"""


@pytest.mark.parametrize("label", ["(4)", r"(\ast)", "(*)", r"\tag{4}"])
def test_a_number_beside_rows_is_a_label(label: str) -> None:
    rows = r"\begin{aligned} \log \frac{a}{b} &= \log a - \log b \\[4pt] &= -\log b + \log a, \end{aligned} \qquad "
    assert kinds_of(f"The numbers $a > 0$ and $b > 0$.\n\n$$ {rows}{label} $$\n") == {"proved": 2}


@pytest.mark.parametrize("beside", [r"\text{ for all } a", r"\quad (a \ne b)", "+ 1"])
def test_rows_beside_something_else_do_not_vanish(beside: str) -> None:
    rows = rf"\begin{{aligned}} a &= b \\ &= a \end{{aligned}} {beside}"
    assert kinds_of(f"$$ {rows} $$\n") == {"unread": 2}


@pytest.mark.parametrize("d", [r"\text{d}", r"\textrm{d}", r"\mathrm{d}", r"{\rm d}", "d"])
def test_an_upright_d_differentiates(d: str) -> None:
    text = rf"For $x \in \mathbb{{R}}$: $$ \frac{{{d}}}{{{d}x}} \frac{{1}}{{1 + e^{{-x}}}} = "
    assert kinds_of(text + r"\frac{e^{-x}}{(1 + e^{-x})^2} $$") == {"proved": 1}
    assert kinds_of(text + r"\frac{1}{x (1 + e^{-x})} $$") == {"refuted": 1}


CROSS = r"""
The distributions $\hat p$ and $q$ are positive probability vectors of length $n$.
{said}

$$
-\sum_{{i=1}}^n \hat p_i \log q_i = H(\hat p, q)
$$

$$
-\sum_{{i=1}}^n q_i \log \hat p_i = H(\hat p, q)
$$
"""


def test_the_order_that_a_note_gives_its_cross_entropy_counts() -> None:
    said = r"Write $H(p, q) = -\sum_i p_i \log q_i$."
    assert [step.verdict.kind for step in steps_of(CROSS.format(said=said))] == [Kind.PROVED, Kind.REFUTED]


def test_what_was_learnt_from_a_matrix_as_if_it_were_a_number_is_forgotten() -> None:
    text = r"""
    The loss is $L = -\sum_i y_i \log p_i$ with $p_i = \frac{\exp(o_i)}{\sum_j \exp(o_j)}$ and $\sum_i y_i = 1$.

    Let $o = W x + b$ with $W \in \mathbb{R}^{K \times D}$ and $x \in \mathbb{R}^D$.

    $$ \frac{\partial L}{\partial W_{kd}} = (p_k - y_k) x_d $$

    $$ \frac{\partial p_i}{\partial o_k} = p_i (\delta_{ik} - p_k) $$

    $$ \frac{\partial L}{\partial W_{kd}} = (y_k - p_k) x_d $$
    """.replace("\n    ", "\n")
    assert kinds_of(text) == {"proved": 2, "refuted": 1}


DOUBTED = [
    # one word, one class: nobody looks there
    (r"$$ 0 < \frac{e^{z_i}}{\sum_j e^{z_j}} < 1 $$", "sizes of at least 2"),
    # a number of samples, a temperature
    (r"With $\sigma(x) = 1/(1+e^{-x})$ and $k$ samples $$ -k \sigma(x) \sigma(-x) \le 0 $$", "positive k"),
    # the lengths differ only because the reader could not know better
    (r"The vectors $a$ and $y$. $$ \sum_i a_i \sum_j y_j = \sum_j a_j \sum_i y_i $$", ""),
    # the condition stands one sentence before
    (
        r"Different index, $j \ne i$. The numerator does not see $z_i$, so "
        r"$$ \frac{\partial p_j}{\partial z_i} = -p_j p_i $$",
        "",
    ),
    (r"Now the diagonal case, $i = k$. There $$ \frac{\partial p_i}{\partial z_k} = p_k (1 - p_k) $$", "i = k"),
    (r"For the off-diagonal entries $$ \frac{\partial p_j}{\partial z_i} = -p_j p_i $$", "indices that differ"),
    # words in a language that is not understood
    (
        r"Para índices distintos entre sí, como la función del numerador no depende de la entrada correspondiente al "
        r"otro índice, la derivada parcial queda así: $$ \frac{\partial p_j}{\partial z_i} = -p_j p_i $$",
        "indices that differ",
    ),
]


@pytest.mark.parametrize(("text", "open_"), DOUBTED)
def test_what_the_note_leaves_open_refutes_nothing(text: str, open_: str) -> None:
    steps = steps_of(SOFTMAX + "\n" + text)
    assert all(step.verdict.kind is not Kind.REFUTED for step in steps)
    assert any(open_ in step.verdict.reason for step in steps)


FALSE = [
    r"$$ 0 < \frac{e^{z_i}}{\sum_j e^{z_j}} < \frac{1}{2} $$",
    r"With $\sigma(x) = 1/(1+e^{-x})$ and $k$ samples $$ k \sigma(x) \sigma(-x) \le 0 $$",
    r"The vectors $a$ and $y$. $$ \sum_i a_i \sum_j y_j = \sum_j a_j y_j $$",
    r"Different index, $j \ne i$. The rest is easy, so $$ \frac{\partial p_j}{\partial z_i} = p_j p_i $$",
    r"Now the diagonal case, $i = k$. There $$ \frac{\partial p_i}{\partial z_k} = -p_k p_i $$",
    r"In general $$ \frac{\partial p_j}{\partial z_i} = -p_j p_i $$",
    r"For a word $w$ $$ \frac{\partial p_j}{\partial z_i} = p_j (1 - p_i) $$",
]


@pytest.mark.parametrize("text", FALSE)
def test_what_is_false_in_any_case_stays_refuted(text: str) -> None:
    assert any(step.verdict.kind is Kind.REFUTED for step in steps_of(SOFTMAX + "\n" + text))


SAMPLED = r"""
Let $u_w, v_c \in \mathbb{R}^d$ and $\sigma(x) = 1/(1+e^{-x})$. With $K$ negative samples

$$ J = -\log \sigma(u_o^\top v_c) - \sum_{k=1}^K \log \sigma(-u_k^\top v_c) $$

"""


def test_the_kth_sample_is_not_the_word_with_the_number_k() -> None:
    right = r"$$ \frac{\partial J}{\partial u_o} = (\sigma(u_o^\top v_c) - 1) v_c $$"
    other = r"$$ \frac{\partial J}{\partial u_k} = \sigma(u_k^\top v_c) v_c $$"
    wrong = r"$$ \frac{\partial J}{\partial u_o} = (1 - \sigma(u_o^\top v_c)) v_c $$"
    kinds = [step.verdict.kind for step in steps_of(f"{SAMPLED}{right}\n\n{other}\n\n{wrong}\n")]
    assert kinds == [Kind.DEFINITION, Kind.UNDECIDED, Kind.UNDECIDED, Kind.REFUTED]


def test_a_number_beside_counts_may_be_their_total() -> None:
    text = r"""
    Here $\#(w,c)$ is the count of a pair, $\#(w)$ and $\#(c)$ those of the word and the context, $|D|$ the number of
    pairs, $P(w,c) = \#(w,c)/|D|$, $P(w) = \#(w)/|D|$ and $P(c) = \#(c)/|D|$.

    $$ \sum_{w,c} P(w,c) \log \frac{P(w,c)}{P(w) P(c)} \ge 0 $$

    $$ \frac{P(w,c)}{P(w) P(c)} = \frac{\#(w,c)}{\#(w) \#(c)} $$
    """.replace("\n    ", "\n")
    kinds = [step.verdict.kind for step in steps_of(text)]
    assert kinds[0] in (Kind.PROVED, Kind.UNDECIDED)
    assert kinds[1] is Kind.REFUTED


def test_a_name_without_its_index_is_not_all_of_them() -> None:
    text = r"""
    The words of the corpus $C$ have vectors $v_w \in \mathbb{R}^m$, and $\mathbf{x}_w = \sum_{u \in C} v_u$.

    $$ \sigma(x) = \frac{1}{1 + e^{-x}} $$

    $$ \sigma'(x) = \sigma(x) [1 - \sigma(x)] $$
    """.replace("\n    ", "\n")
    assert kinds_of(text)["refuted"] == 0


def test_lengths_that_differ_do_not_settle_which_vector_is_a_row() -> None:
    text = (
        r"The vectors $h \in \mathbb{R}^{1 \times H}$ and $g$ with $g_k = \sum_{i=1}^H h_i W_{ik}$, $k = 1, \dots, K$."
    )
    rows = r"$$ \sum_{i=1}^H \sum_{k=1}^K h_i W_{ik} g_k = h W g^\top $$ $$ G = h^\top g $$"
    assert kinds_of(f"{text}\n\n{rows}\n")["refuted"] == 0


def test_an_array_that_its_entries_give_is_not_defined_again() -> None:
    text = r"""
    Let $X \in \mathbb{R}^{m \times n}$ and $s \in \mathbb{R}^m$.

    $$ H_{jk} = \sum_{i=1}^m X_{ij} s_i X_{ik} $$

    $$ H = X^\top \mathrm{diag}(s) X $$

    $$ H = 2 X^\top \mathrm{diag}(s) X $$
    """.replace("\n    ", "\n")
    kinds = [step.verdict.kind for step in steps_of(text)]
    assert kinds == [Kind.DEFINITION, Kind.PROVED, Kind.REFUTED]


def test_unit_vectors_are_vectors() -> None:
    text = SOFTMAX + "\nThe $i$-th standard basis vector is $e_i$.\n\n"
    assert kinds_of(text + r"$$ \nabla_z \log p_i = e_i - p $$") == {"proved": 1}
    assert kinds_of(text + r"$$ \nabla_z \log p_i = e_i + p $$") == {"refuted": 1}


def test_a_function_of_parameters_is_not_known_at_others() -> None:
    text = r"""
    For $\theta \in \mathbb{R}^r$ the model is $p_\theta(w)$, and

    $$ F(\theta) = \sum_w p_\theta(w) \nabla_\theta \log p_\theta(w) \nabla_\theta \log p_\theta(w)^\top $$

    $$ F(z) = F(\theta) $$
    """.replace("\n    ", "\n")
    assert [step.verdict.kind for step in steps_of(text)][-1] is Kind.UNDECIDED


@pytest.mark.parametrize(
    "said", ["$b = v_c$ if $w = o$ and $b = 0$ otherwise", "当 $w = o$ 时 $b = v_c$，否则 $b = 0$"]
)
def test_what_holds_in_a_case_is_no_definition(said: str) -> None:
    text = rf"""
    Let $u_w, v_c \in \mathbb{{R}}^d$ and $J = \log \sum_x \exp(u_x^\top v_c) - u_o^\top v_c$. The vector $b$: {said}.

    $$ \frac{{\partial J}}{{\partial u_w}} = \frac{{\exp(u_w^\top v_c)}}{{\sum_x \exp(u_x^\top v_c)}} v_c - b $$
    """.replace("\n    ", "\n")
    assert kinds_of(text) == {"undecided": 1}


def test_slopes_of_probabilities_add_up_to_zero() -> None:
    text = r"""
    For $\theta \in \mathbb{R}^r$ and the words $w = 1, \dots, V$ the model is the distribution $p_\theta(w)$.

    $$ \nabla_\theta \sum_{w=1}^V p_\theta(w) = 0 $$

    $$ \nabla_\theta \sum_{w=1}^V p_\theta(w) = \nabla_\theta p_\theta(w) $$
    """.replace("\n    ", "\n")
    kinds = [step.verdict.kind for step in steps_of(text)]
    assert kinds[0] is not Kind.REFUTED
    assert kinds[1] is not Kind.PROVED


@pytest.mark.parametrize("ends", [r"0 \le \lambda \le 1", r"0 < \lambda < 1", r"1 \ge \lambda \ge 0"])
def test_the_ends_of_a_number_behind_a_formula_are_no_claim(ends: str) -> None:
    text = rf"The numbers $a, b \in \mathbb{{R}}$. $$ a + \lambda b = \lambda b + a, \quad {ends} $$"
    assert kinds_of(text) == {"proved": 1}


def test_a_variable_may_be_called_d() -> None:
    text = r"For $d \in \mathbb{R}$: $$ \frac{\mathrm d}{\mathrm d d} \log(1 + e^{-d}) = "
    assert kinds_of(text + r"-\frac{1}{1 + e^d} $$") == {"proved": 1}
    assert kinds_of(text + r"\frac{1}{d} \log(1 + e^{-d}) $$")["proved"] == 0
