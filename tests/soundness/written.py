"""Notes written as trees: what they say is known from NumPy, whatever the reader makes of their LaTeX.

Every note is made by a function of the body of its loss, so that the loss can be changed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from trees import (
    ONE,
    Claim,
    D,
    Delta,
    Div,
    Dot,
    Neg,
    Note,
    Num,
    Power,
    Ref,
    Scene,
    Size,
    Sum,
    Tree,
    Var,
    exp,
    log,
    sigma,
)

Draw = Callable[[np.random.Generator], Scene]


def drawn(
    sizes: str, indices: Mapping[str, str], arrays: Mapping[str, tuple[str, ...]], how: Mapping[str, str]
) -> Draw:
    """Random scenes: sizes from 1 to 4, real arrays unless ``how`` says positive, unit, sign, bit or distribution."""

    def draw(rng: np.random.Generator) -> Scene:
        of = {name: int(rng.integers(1, 5)) for name in sizes.split()}
        data = {}
        for name, axes in arrays.items():
            shape = tuple(of[a] for a in axes)
            kind = how.get(name, "real")
            made = rng.normal(size=shape)
            if kind in ("positive", "distribution"):
                made = np.exp(made)
            if kind == "distribution":
                made = made / made.sum()
            if kind == "unit":
                made = rng.uniform(0.05, 0.95, size=shape)
            if kind == "sign":
                made = rng.choice([-1.0, 1.0], size=shape)
            if kind == "bit":
                made = rng.choice([0.0, 1.0], size=shape)
            data[name] = np.asarray(made, dtype=complex)
        return Scene(of, {i: int(rng.integers(of[a])) for i, a in indices.items()}, data)

    return draw


def skip_gram(loss: Tree | None = None) -> Note:
    u, v = (lambda i: Var("u", (i,), ("V",))), Var("v", ("c",), ("V",))
    z = Sum("w", "V", exp(Dot(u("w"), v)))
    j = loss or log(z) - Dot(u("o"), v)
    J = Ref("J", j)
    p = lambda i: Div(exp(Dot(u(i), v)), Sum("x", "V", exp(Dot(u("x"), v))))  # noqa: E731 - a formula with a hole
    indices = {"o": "V", "c": "V", "w": "V"}
    return Note(
        "skip_gram",
        "There are $V$ words. Word $w$ has the vectors $u_w \\in \\mathbb{R}^d$ and $v_w \\in \\mathbb{R}^d$.",
        (("J", j),),
        (
            Claim(D(J, v), "=", Sum("w", "V", p("w") * u("w")) - u("o")),
            Claim(D(J, u("o")), "=", (p("o") - ONE) * v),
            Claim(D(J, u("w")), "=", p("w") * v, ("w", "o")),
            Claim(D(J, u("w")), "=", (p("w") - Delta("w", "o")) * v),
        ),
        indices,
        drawn("V d", indices, {"u": ("V", "d"), "v": ("V", "d")}, {}),
    )


def negative_sampling(loss: Tree | None = None) -> Note:
    a, v = Var("a"), Var("v")
    b = lambda i: Var("b", (i,), ("K",))  # noqa: E731 - a formula with a hole
    j = loss or Neg(log(sigma(Dot(a, v)))) - Sum("k", "K", log(sigma(Neg(Dot(b("k"), v)))))
    J = Ref("J", j)
    indices = {"k": "K"}
    return Note(
        "negative_sampling",
        "Let $a \\in \\mathbb{R}^d$, $v \\in \\mathbb{R}^d$ and $b_1, \\dots, b_K \\in \\mathbb{R}^d$.",
        (("J", j),),
        (
            Claim(D(J, v), "=", (sigma(Dot(a, v)) - ONE) * a + Sum("k", "K", sigma(Dot(b("k"), v)) * b("k"))),
            Claim(D(J, a), "=", Neg(sigma(Neg(Dot(a, v)))) * v),
            Claim(D(J, b("k")), "=", (ONE - sigma(Neg(Dot(b("k"), v)))) * v),
        ),
        indices,
        drawn("K d", indices, {"a": ("d",), "v": ("d",), "b": ("K", "d")}, {}),
    )


def bag_of_words(loss: Tree | None = None) -> Note:
    u = lambda i: Var("u", (i,), ("V",))  # noqa: E731 - a formula with a hole
    v = lambda i: Var("v", (i,), ("C",))  # noqa: E731 - a formula with a hole
    h = Ref("h", Div(ONE, Size("C")) * Sum("i", "C", v("i")))
    j = loss or log(Sum("w", "V", exp(Dot(u("w"), h)))) - Dot(u("o"), h)
    J = Ref("J", j)
    p = Div(exp(Dot(u("w"), h)), Sum("x", "V", exp(Dot(u("x"), h))))
    indices = {"o": "V", "i": "C"}
    return Note(
        "bag_of_words",
        "The words of a window have the vectors $v_1, \\dots, v_C \\in \\mathbb{R}^d$, and outside words the vectors "
        "$u_1, \\dots, u_V \\in \\mathbb{R}^d$.",
        (("h", h.body), ("J", j)),
        (Claim(D(J, v("i")), "=", Div(ONE, Size("C")) * (Sum("w", "V", p * u("w")) - u("o"))),),
        indices,
        drawn("V C d", indices, {"u": ("V", "d"), "v": ("C", "d")}, {}),
    )


def glove(loss: Tree | None = None) -> Note:
    w, t = Var("w", ("i",), ("m",)), Var("t", ("k",), ("n",))
    x, f = Var("X", ("i", "k"), ("m", "n")), Var("f", ("i", "k"), ("m", "n"))
    e = Dot(w, t) + Var("b", ("i",), ("m",)) + Var("c", ("k",), ("n",)) - log(x)
    j = loss or Sum("i", "m", Sum("k", "n", f * Power(e, 2)))
    J = Ref("J", j)
    indices = {"i": "m", "k": "n"}
    return Note(
        "glove",
        "Vectors $w_1, \\dots, w_m \\in \\mathbb{R}^d$ and $t_1, \\dots, t_n \\in \\mathbb{R}^d$, real numbers "
        "$b_1, \\dots, b_m$ and $c_1, \\dots, c_n$; $X_{ik} > 0$ and $f_{ik} > 0$ for $i = 1, \\dots, m$ and "
        "$k = 1, \\dots, n$.",
        (("J", j),),
        (
            Claim(D(J, w), "=", Sum("k", "n", Num(2) * f * e * t)),
            Claim(D(J, Var("c", ("k",), ("n",))), "=", Num(2) * Sum("i", "m", f * e)),
        ),
        indices,
        drawn(
            "m n d",
            indices,
            {"w": ("m", "d"), "t": ("n", "d"), "b": ("m",), "c": ("n",), "X": ("m", "n"), "f": ("m", "n")},
            {"X": "positive", "f": "positive"},
        ),
    )


def logistic(loss: Tree | None = None) -> Note:
    x, y = Var("x"), Var("y")
    j = loss or log(ONE + exp(x)) - y * x
    J = Ref("J", j)
    return Note(
        "logistic",
        "Let $x$ and $y$ be real numbers.",
        (("J", j),),
        (
            Claim(D(J, x), "=", sigma(x) - y),
            Claim(J, "=", Neg(log(sigma(Neg(x)))) - y * x),
            Claim(sigma(x) * sigma(Neg(x)), "=", Div(exp(x), Power(ONE + exp(x), 2))),
            Claim(D(sigma(x), x), "=", sigma(x) * (ONE - sigma(x))),
        ),
        {},
        drawn("", {}, {"x": (), "y": ()}, {}),
    )


def logistic_regression(loss: Tree | None = None) -> Note:
    w, b, x, y = Var("w"), Var("b"), Var("x", ("i",), ("m",)), Var("y", ("i",), ("m",))
    s = Dot(w, x) + b
    j = loss or Neg(Div(ONE, Size("m")) * Sum("i", "m", y * log(sigma(s)) + (ONE - y) * log(ONE - sigma(s))))
    J = Ref("J", j)
    indices = {"i": "m"}
    return Note(
        "logistic_regression",
        "The samples are $x_1, \\dots, x_m \\in \\mathbb{R}^d$ with labels $y_i \\in \\{0, 1\\}$; the weights are "
        "$w \\in \\mathbb{R}^d$, and $b$ is a real number.",
        (("J", j),),
        (
            Claim(D(J, w), "=", Div(ONE, Size("m")) * Sum("i", "m", (sigma(s) - y) * x)),
            Claim(D(J, b), "=", Div(Sum("i", "m", sigma(s) - y), Size("m"))),
        ),
        indices,
        drawn("m d", indices, {"w": ("d",), "b": (), "x": ("m", "d"), "y": ("m",)}, {"y": "bit"}),
    )


def entropies(loss: Tree | None = None) -> Note:
    p, q = Var("p", ("i",), ("n",)), Var("q", ("i",), ("n",))
    j = loss or Sum("i", "n", p * log(Div(p, q)))
    J = Ref("J", j)
    indices = {"i": "n"}
    return Note(
        "entropies",
        "$p$ and $q$ are probability vectors of length $n$ with $p_i > 0$ and $q_i > 0$.",
        (("J", j),),
        (
            Claim(J, "=", Sum("i", "n", p * log(p)) - Sum("i", "n", p * log(q))),
            Claim(J, "≥", Num(0)),
            Claim(Neg(Sum("i", "n", p * log(p))), "≤", log(Size("n"))),
            Claim(Sum("i", "n", p * log(Size("n") * p)), "=", log(Size("n")) + Sum("i", "n", p * log(p))),
        ),
        indices,
        drawn("n", indices, {"p": ("n",), "q": ("n",)}, {"p": "distribution", "q": "distribution"}),
    )


def hierarchical(loss: Tree | None = None) -> Note:
    s, t, v = Var("s", ("j",), ("L",)), Var("t", ("j",), ("L",)), Var("v")
    j = loss or Neg(Sum("j", "L", log(sigma(s * Dot(t, v)))))
    J = Ref("J", j)
    indices = {"j": "L"}
    return Note(
        "hierarchical",
        "A word is reached by $L$ decisions $s_j \\in \\{-1, 1\\}$ at nodes with the vectors "
        "$t_1, \\dots, t_L \\in \\mathbb{R}^d$; the input is $v \\in \\mathbb{R}^d$.",
        (("J", j),),
        (
            Claim(D(J, v), "=", Sum("j", "L", (sigma(s * Dot(t, v)) - ONE) * s * t)),
            Claim(D(J, t), "=", Neg(sigma(Neg(s * Dot(t, v)))) * s * v),
        ),
        indices,
        drawn("L d", indices, {"s": ("L",), "t": ("L", "d"), "v": ("d",)}, {"s": "sign"}),
    )


def softmax_regression(loss: Tree | None = None) -> Note:
    z, y = (lambda i: Var("z", (i,), ("n",))), Var("y", ("i",), ("n",))
    j = loss or log(Sum("k", "n", exp(z("k")))) - Sum("i", "n", y * z("i"))
    J = Ref("J", j)
    indices = {"i": "n", "j": "n"}
    soft = Div(exp(z("i")), Sum("k", "n", exp(z("k"))))
    return Note(
        "softmax_regression",
        "$z_1, \\dots, z_n$ are real numbers and $y$ is a probability vector of length $n$.",
        (("J", j),),
        (
            Claim(D(J, z("i")), "=", soft - y),
            Claim(D(soft, z("j")), "=", soft * (Delta("i", "j") - Div(exp(z("j")), Sum("k", "n", exp(z("k")))))),
            Claim(Sum("i", "n", soft), "=", ONE),
        ),
        indices,
        drawn("n", indices, {"z": ("n",), "y": ("n",)}, {"y": "distribution"}),
    )


def shifted(loss: Tree | None = None) -> Note:
    z, a = (lambda i: Var("z", (i,), ("n",))), Var("a")
    j = loss or log(Sum("k", "n", exp(z("k"))))
    J = Ref("J", j)
    indices = {"i": "n"}
    shift = Div(exp(z("i") - a), Sum("k", "n", exp(z("k") - a)))
    return Note(
        "shifted",
        "$z_1, \\dots, z_n$ and $a$ are real numbers.",
        (("J", j),),
        (
            Claim(J, "=", a + log(Sum("k", "n", exp(z("k") - a)))),
            Claim(D(J, z("i")), "=", shift),
            Claim(log(shift), "=", z("i") - J),
        ),
        indices,
        drawn("n", indices, {"z": ("n",), "a": ()}, {}),
    )


def least_squares(loss: Tree | None = None) -> Note:
    w, x, y = Var("w"), Var("x", ("i",), ("m",)), Var("y", ("i",), ("m",))
    j = loss or Div(ONE, Num(2)) * Sum("i", "m", Power(Dot(w, x) - y, 2))
    J = Ref("J", j)
    indices = {"i": "m"}
    return Note(
        "least_squares",
        "Samples $x_1, \\dots, x_m \\in \\mathbb{R}^d$, real numbers $y_1, \\dots, y_m$, "
        "weights $w \\in \\mathbb{R}^d$.",
        (("J", j),),
        (
            Claim(D(J, w), "=", Sum("i", "m", (Dot(w, x) - y) * x)),
            Claim(D(J, y), "=", y - Dot(w, x)),
        ),
        indices,
        drawn("m d", indices, {"w": ("d",), "x": ("m", "d"), "y": ("m",)}, {}),
    )


NOTES: tuple[Callable[[Tree | None], Note], ...] = (
    skip_gram, negative_sampling, bag_of_words, glove, logistic, logistic_regression, entropies, hierarchical,
    softmax_regression, shifted, least_squares,
)  # fmt: skip
