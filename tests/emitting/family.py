"""Formulas of the whole family, written out by hand: the compiler must need no change for any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy
from sympy import Expr, Indexed, IndexedBase, Symbol, exp, log

from derive.emitting.formula import Argument, Array, Formula, IndexArgument, Scalar, Sparse, batched
from derive.terms import Axis, Index, Tensor, array, delta, fresh, real, sigmoid, size, sum_over


@dataclass(frozen=True)
class Given:
    """Stands in for a proved term in tests."""

    tensor: Tensor
    source: str = "test.md:1"


SIZES = {"V": 6, "C": 5, "d": 3, "n": 4, "K": 4, "B": 7, "m": 3, "E": 9, "D": 2, "X": 8}
AXES = {name: Axis.of_size(size(name)) for name in SIZES}
w, x, o, c = (Index(name, AXES["V"]) for name in "wxoc")
center = Index("center", AXES["C"])
j, i, i2, b, k, e, t = (
    Index(name, AXES[axis])
    for name, axis in (("j", "d"), ("i", "n"), ("l", "n"), ("b", "B"), ("k", "K"), ("e", "E"), ("t", "m"))
)
u, v, p, q, y, z, N, n, pn = (array(name) for name in ("u", "v", "p", "q", "y", "z", "N", "n", "pn"))


def pointer(name: str, *indices: Expr) -> Expr:
    """An integer argument used as an index."""
    return Indexed(IndexedBase(Symbol(name)), *indices)


def dot(left: IndexedBase, a: Expr, right: IndexedBase, c_: Expr) -> Expr:
    jj = fresh(j)
    return sum_over(left[a, jj] * right[c_, jj], jj)


def softmax(score: object, at: Expr, over: Index) -> Expr:
    ww = fresh(over)
    return exp(score(at)) / sum_over(exp(score(ww)), ww)  # type: ignore[operator]


def P(out: Expr, inn: Expr) -> Expr:
    return softmax(lambda a: dot(u, a, v, inn), out, w)


U, V_ = Array("u", ("V", "d")), Array("v", ("C", "d"))
PAIR = (U, V_, IndexArgument("c", "C"), IndexArgument("o", "V"))


def formula(name: str, arguments: tuple[Argument, ...], **outputs: tuple[tuple[Index, ...], Expr]) -> Formula:
    return Formula(name, arguments, {key: Given(Tensor(indices, body)) for key, (indices, body) in outputs.items()})


pair = formula(
    "pair",
    PAIR,
    loss=((), -log(P(o, c))),
    gradient_v=((j,), sum_over((P(x, c) - delta(x, o)) * u[x, j], x)),
    gradient_u=((w, j), (P(w, c) - delta(w, o)) * v[c, j]),
)
pair_as_in_note = formula(
    "pair_as_in_note",
    PAIR,
    loss=((), log(sum_over(exp(dot(u, w, v, c)), w)) - dot(u, o, v, c)),
    gradient_v=((j,), sum_over(P(w, c) * u[w, j], w) - u[o, j]),
    gradient_u=((w, j), (P(w, c) - delta(w, o)) * v[c, j]),
)
batch = batched(pair, "batch", ("gradient_u",))

beta = array("beta")
B_ = Index("a", AXES["C"])


def score(bb: Expr, aa: Expr) -> Expr:
    return dot(u, bb, v, aa) + beta[bb]


def Pb(bb: Expr, aa: Expr) -> Expr:
    return softmax(lambda at: score(at, aa), bb, w)


COUNTS = (U, V_, Array("beta", ("V",)), Sparse("N", ("C", "V")), Array("n", ("C",)))
counts_outputs = {
    "loss": ((), sum_over(n[B_] * log(sum_over(exp(score(x, B_)), x)) - sum_over(N[B_, w] * score(w, B_), w), B_)),
    "gradient_v": ((B_, j), sum_over((n[B_] * Pb(w, B_) - N[B_, w]) * u[w, j], w)),
    "gradient_u": ((w, j), sum_over((n[B_] * Pb(w, B_) - N[B_, w]) * v[B_, j], B_)),
}
counts = formula("counts", COUNTS, **counts_outputs)
counts_in_place = Formula(
    "counts_in_place", COUNTS, counts.outputs, scratch=("C", "V"), into=("gradient_v", "gradient_u")
)
counts_by_log = formula("counts_by_log", COUNTS, loss=((), -sum_over(sum_over(N[B_, w] * log(Pb(w, B_)), w), B_)))

noise = pointer("noise", k)
s_o, s_k = dot(u, o, v, c), dot(u, noise, v, c)
NOISE = (*PAIR, IndexArgument("noise", "V", ("K",)))
negative_sampling = formula(
    "negative_sampling",
    NOISE,
    loss=((), -log(sigmoid(s_o)) - sum_over(log(sigmoid(-s_k)), k)),
    gradient_v=((j,), (sigmoid(s_o) - 1) * u[o, j] + sum_over(sigmoid(s_k) * u[noise, j], k)),
    gradient_u=(
        (w, j),
        delta(w, o) * (sigmoid(s_o) - 1) * v[c, j] + sum_over(delta(w, noise) * sigmoid(s_k) * v[c, j], k),
    ),
    rows_u=((k, j), sigmoid(s_k) * v[c, j]),
)
negative_sampling_batch = batched(negative_sampling, "negative_sampling_batch", ("gradient_u",))
Kn = real("Kn")
s_cw = dot(u, w, v, B_)
EXPECTED = (U, V_, Sparse("N", ("C", "V")), Array("n", ("C",)), Array("pn", ("V",)), Scalar("Kn"))
weight = N[B_, w] * (sigmoid(s_cw) - 1) + Kn * n[B_] * pn[w] * sigmoid(s_cw)
expected_negative_sampling = formula(
    "expected_negative_sampling",
    EXPECTED,
    loss=(
        (),
        -sum_over(sum_over(N[B_, w] * log(sigmoid(s_cw)), w), B_)
        - Kn * sum_over(n[B_] * sum_over(pn[w] * log(sigmoid(-s_cw)), w), B_),
    ),
    gradient_v=((B_, j), sum_over(weight * u[w, j], w)),
    gradient_u=((w, j), sum_over(weight * v[B_, j], B_)),
)

# Centers that are sums of vectors, h_a = Σ_x A_ax v_x: the contexts of CBOW, or the subwords of a word.
A = array("A")
part = Index("part", AXES["X"])
COMPOSED = (U, Array("v", ("X", "d")), Sparse.named("A", ("C", "X"), "A"), Sparse.named("N", ("C", "V"), "N"))


def composed(aa: Expr, jj: Expr) -> Expr:
    pp = fresh(part)
    return sum_over(A[aa, pp] * v[pp, jj], pp)


def composed_score(ww: Expr, aa: Expr) -> Expr:
    jj = fresh(j)
    return sum_over(u[ww, jj] * composed(aa, jj), jj)


def composed_gradients(residual: Callable[[Expr, Expr], Expr]) -> dict[str, tuple[tuple[Index, ...], Expr]]:
    """By the chain rule, from the derivatives by the scores."""
    return {
        "gradient_v": ((part, j), sum_over(A[B_, part] * sum_over(residual(w, B_) * u[w, j], w), B_)),
        "gradient_u": ((w, j), sum_over(residual(w, B_) * composed(B_, j), B_)),
    }


def composed_P(bb: Expr, aa: Expr) -> Expr:
    return softmax(lambda at: composed_score(at, aa), bb, w)


log_partition = log(sum_over(exp(composed_score(x, B_)), x))
composed_softmax = formula(
    "composed_softmax",
    (*COMPOSED, Array("n", ("C",))),
    loss=((), sum_over(n[B_] * log_partition - sum_over(N[B_, w] * composed_score(w, B_), w), B_)),
    **composed_gradients(lambda ww, aa: n[aa] * composed_P(ww, aa) - N[aa, ww]),
)
s_h = composed_score(w, B_)
composed_negative_sampling = formula(
    "composed_negative_sampling",
    (*COMPOSED, *EXPECTED[3:]),
    loss=(
        (),
        -sum_over(sum_over(N[B_, w] * log(sigmoid(s_h)), w), B_)
        - Kn * sum_over(n[B_] * sum_over(pn[w] * log(sigmoid(-s_h)), w), B_),
    ),
    **composed_gradients(
        lambda ww, aa: (
            Kn * n[aa] * pn[ww] * sigmoid(composed_score(ww, aa)) - N[aa, ww] * sigmoid(-composed_score(ww, aa))
        )
    ),
)

# Hierarchical softmax over counts: L_am and R_am, how often the center word a turned left and right at the node m.
L, R = array("L"), array("R")
turn = R[B_, w] * sigmoid(s_cw) - L[B_, w] * sigmoid(-s_cw)
turns = formula(
    "turns",
    (U, V_, Sparse.named("L", ("C", "V"), "L"), Sparse.named("R", ("C", "V"), "R")),
    loss=((), -sum_over(sum_over(L[B_, w] * log(sigmoid(s_cw)) + R[B_, w] * log(sigmoid(-s_cw)), w), B_)),
    gradient_v=((B_, j), sum_over(turn * u[w, j], w)),
    gradient_u=((w, j), sum_over(turn * v[B_, j], B_)),
)

r = array("r")


def drawn_partition(aa: Expr) -> Expr:
    ww = fresh(w)
    return sum_over(r[ww] / pn[ww] * exp(dot(u, ww, v, aa)), ww)


def missed(bb: Expr, aa: Expr) -> Expr:
    return sigmoid(log(drawn_partition(aa)) + log(Kn * pn[bb]) - dot(u, bb, v, aa))


share = r[w] / pn[w] * exp(s_cw) / drawn_partition(B_)
drawn_residual = sum_over(N[B_, x] * missed(x, B_), x) * share - N[B_, w] * missed(w, B_)
sampled_counts = formula(
    "sampled_counts",
    (*EXPECTED[:3], Array("pn", ("V",), positive=True), Array("r", ("V",), positive=True), Scalar("Kn")),
    loss=((), -sum_over(sum_over(N[B_, x] * log(1 - missed(x, B_)), x), B_)),
    gradient_v=((B_, j), sum_over(drawn_residual * u[w, j], w)),
    gradient_u=((w, j), sum_over(drawn_residual * v[B_, j], B_)),
)

sign, node = array("sign"), pointer("node", k)
h_k = sign[k] * dot(u, node, v, c)
hierarchical = formula(
    "hierarchical",
    (U, V_, IndexArgument("c", "C"), IndexArgument("node", "V", ("K",)), Array("sign", ("K",))),
    loss=((), -sum_over(log(sigmoid(h_k)), k)),
    gradient_v=((j,), sum_over((sigmoid(h_k) - 1) * sign[k] * u[node, j], k)),
    gradient_u=((w, j), sum_over(delta(w, node) * (sigmoid(h_k) - 1) * sign[k] * v[c, j], k)),
)
hierarchical_product = formula(
    "hierarchical_product",
    (U, V_, IndexArgument("c", "C"), IndexArgument("node", "V", ("K",)), Array("sign", ("K",))),
    loss=((), -log(sympy.Product(sigmoid(h_k), (k, 1, AXES["K"].high)))),
)
cc, node_e = pointer("c", e), pointer("node", e)
h_e = sign[e] * dot(u, node_e, v, cc)
hierarchical_flat = formula(
    "hierarchical_flat",
    (U, V_, IndexArgument("c", "C", ("E",)), IndexArgument("node", "V", ("E",)), Array("sign", ("E",))),
    loss=((), -sum_over(log(sigmoid(h_e)), e)),
    gradient_v=((center, j), -sum_over(delta(center, cc) * sigmoid(-h_e) * sign[e] * u[node_e, j], e)),
    gradient_u=((w, j), -sum_over(delta(w, node_e) * sigmoid(-h_e) * sign[e] * v[cc, j], e)),
)

word = pointer("context", t)
m = size("m")


def mean(jj: Expr) -> Expr:
    tt = fresh(t)
    return sum_over(v[pointer("context", tt), jj], tt) / m


def cbow_score(ww: Expr) -> Expr:
    jj = fresh(j)
    return sum_over(u[ww, jj] * mean(jj), jj)


CBOW = (U, V_, IndexArgument("context", "C", ("m",)), IndexArgument("o", "V"))
residual = softmax(cbow_score, w, w) - delta(w, o)
cbow = formula(
    "cbow",
    CBOW,
    loss=((), -log(softmax(cbow_score, o, w))),
    gradient_u=((w, j), residual * mean(j)),
    gradient_context=((t, j), sum_over(residual * u[w, j], w) / m),
    gradient_v=((center, j), sum_over(delta(center, word) * sum_over(residual * u[w, j], w) / m, t)),
)
cbow_batch = batched(cbow, "cbow_batch", ("gradient_u", "gradient_v"))

count, weight_f, bias_u, bias_v = (array(name) for name in ("count", "f", "bias_u", "bias_v"))
row, column = pointer("row", e), pointer("column", e)
difference = dot(u, row, v, column) + bias_u[row] + bias_v[column] - log(count[e])
GLOVE = (
    U,
    V_,
    Array("bias_u", ("V",)),
    Array("bias_v", ("C",)),
    IndexArgument("row", "V", ("E",)),
    IndexArgument("column", "C", ("E",)),
    Array("count", ("E",)),
    Scalar("x_max"),
    Scalar("alpha"),
)
f_e = sympy.Min(1, (count[e] / real("x_max", positive=True)) ** real("alpha"))
glove = formula(
    "glove",
    GLOVE,
    loss=((), sum_over(f_e * difference**2, e)),
    gradient_u=((w, j), 2 * sum_over(delta(w, row) * f_e * difference * v[column, j], e)),
    gradient_v=((center, j), 2 * sum_over(delta(center, column) * f_e * difference * u[row, j], e)),
    gradient_bias_u=((w,), 2 * sum_over(delta(w, row) * f_e * difference, e)),
    gradient_bias_v=((center,), 2 * sum_over(delta(center, column) * f_e * difference, e)),
)

K_real = size("K")
margin_o = s_o - log(K_real * pn[o])
margin_k = s_k - log(K_real * pn[noise])
nce = formula(
    "nce",
    (*NOISE, Array("pn", ("V",))),
    loss=((), -log(sigmoid(margin_o)) - sum_over(log(1 - sigmoid(margin_k)), k)),
    gradient_v=((j,), (sigmoid(margin_o) - 1) * u[o, j] + sum_over(sigmoid(margin_k) * u[noise, j], k)),
)
partition = exp(s_o - log(pn[o])) + sum_over(exp(s_k - log(pn[noise])), k)


def sample_score(kk: Expr) -> Expr:
    return dot(u, pointer("noise", kk), v, c) - log(pn[pointer("noise", kk)])


sampled_softmax = formula(
    "sampled_softmax",
    (*NOISE[:2], NOISE[2], NOISE[4], Array("pn", ("V",))),
    loss=((), -log(softmax(sample_score, sympy.Integer(1), k))),
    gradient_v=((j,), sum_over((softmax(sample_score, k, k) - delta(k, 1)) * u[noise, j], k)),
    gradient_u=((w, j), sum_over(delta(w, noise) * (softmax(sample_score, k, k) - delta(k, 1)) * v[c, j], k)),
)
G = array("G")
g = Index("g", AXES["K"])


def subword(jj: Expr) -> Expr:
    gg = fresh(g)
    return sum_over(G[c, gg] * z[gg, jj], gg)


def subword_score(ww: Expr) -> Expr:
    jj = fresh(j)
    return sum_over(u[ww, jj] * subword(jj), jj)


subwords = formula(
    "subwords",
    (U, Array("z", ("K", "d")), Sparse("G", ("C", "K")), IndexArgument("c", "C"), IndexArgument("o", "V")),
    loss=((), -log(softmax(subword_score, o, w))),
    gradient_z=((g, j), G[c, g] * sum_over((softmax(subword_score, w, w) - delta(w, o)) * u[w, j], w)),
)

Z1 = Array("z", ("n",))
P1, Q1 = (Array(name, ("n",), nonnegative=True, distribution=True) for name in "pq")
Y1 = Array("y", ("n",), nonnegative=True, distribution=True, normalized=True)
T, alpha = real("T", positive=True), real("alpha", positive=True)


def soft(at: Expr) -> Expr:
    return softmax(lambda a: z[a], at, i)


softmax_ = formula("softmax", (Z1,), probabilities=((i,), soft(i)))
tempered = formula("tempered", (Z1, Scalar("T")), probabilities=((i,), softmax(lambda a: z[a] / T, i, i)))
log_sum_exp = formula("log_sum_exp", (Z1,), value=((), log(sum_over(exp(z[i]), i))))
log_sum_exp_hessian = formula("log_sum_exp_hessian", (Z1,), hessian=((i, i2), soft(i) * (delta(i, i2) - soft(i2))))
cross_entropy_of_scores = formula(
    "cross_entropy_of_scores",
    (Z1, Y1),
    loss=((), -sum_over(y[i] * log(soft(i)), i)),
    gradient_z=((i,), soft(i) - y[i]),
)
information = formula(
    "information",
    (Scalar("x", lower=Fraction(0), excluded=frozenset((Fraction(0),))),),
    information=((), -log(real("x"))),
    gradient=((), -1 / real("x")),
)
entropy = formula("entropy", (P1,), entropy=((), -sum_over(p[i] * log(p[i]), i)), gradient=((i,), -log(p[i]) - 1))
cross_entropy = formula(
    "cross_entropy", (P1, Q1), cross_entropy=((), -sum_over(p[i] * log(q[i]), i)), gradient_q=((i,), -p[i] / q[i])
)
kl_divergence = formula(
    "kl_divergence",
    (P1, Q1),
    divergence=((), sum_over(p[i] * log(p[i] / q[i]), i)),
    gradient_p=((i,), log(p[i] / q[i]) + 1),
    gradient_q=((i,), -p[i] / q[i]),
)
mixture = (p[i] + q[i]) / 2
jensen_shannon = formula(
    "jensen_shannon",
    (P1, Q1),
    divergence=(
        (),
        sum_over(p[i] * log(p[i] / mixture), i) / 2 + sum_over(q[i] * log(q[i] / mixture), i) / 2,
    ),
)
renyi = formula("renyi", (P1, Scalar("alpha")), entropy=((), log(sum_over(p[i] ** alpha, i)) / (1 - alpha)))
tsallis = formula("tsallis", (P1, Scalar("alpha")), entropy=((), (1 - sum_over(p[i] ** alpha, i)) / (alpha - 1)))
joint = array("joint")
i_, k_ = fresh(i), fresh(k)
mutual_information = formula(
    "mutual_information",
    (Array("joint", ("n", "K")),),
    information=(
        (),
        sum_over(
            sum_over(joint[i, k] * log(joint[i, k] / (sum_over(joint[i, k_], k_) * sum_over(joint[i_, k], i_))), k), i
        ),
    ),
)
X, W_, lab = array("x"), array("W"), array("lab")
D = Index("D_", AXES["D"])
s_b = Index("s", AXES["B"])


def regression(label: Expr, row_: Expr) -> Expr:
    jj = fresh(j)
    return sum_over(W_[label, jj] * X[row_, jj], jj)


REGRESSION = (Array("W", ("n", "d")), Array("x", ("B", "d")), IndexArgument("label", "n", ("B",)))
label_b = pointer("label", b)
softmax_regression = formula(
    "softmax_regression",
    REGRESSION,
    loss=((), -sum_over(log(softmax(lambda a: regression(a, b), label_b, i)), b) / size("B")),
    gradient=(
        (i, j),
        sum_over((softmax(lambda a: regression(a, b), i, i) - delta(i, label_b)) * X[b, j], b) / size("B"),
    ),
)
theta = array("theta")
margin_b = sum_over(theta[j] * X[b, j], j)
logistic_regression = formula(
    "logistic_regression",
    (Array("theta", ("d",)), Array("x", ("B", "d")), Array("lab", ("B",))),
    loss=((), -sum_over(lab[b] * log(sigmoid(margin_b)) + (1 - lab[b]) * log(1 - sigmoid(margin_b)), b)),
    gradient=((j,), sum_over((sigmoid(margin_b) - lab[b]) * X[b, j], b)),
)
held = Index("o", AXES["n"])
guarded = formula("guarded", (Z1, IndexArgument("o", "n")), rest=((), sum_over((1 - delta(i, held)) * exp(z[i]), i)))

FAMILY = [
    value for value in list(globals().values()) if isinstance(value, Formula) and value.name not in ("counts_in_place",)
]


BY_NAME = {one.name: one for one in FAMILY}


def inputs(one: Formula, seed: int = 0, scale: float = 1.0) -> dict[str, object]:
    """Random arguments by the names of the terms; sparse ones as dense arrays."""
    rng = np.random.default_rng(seed)
    given: dict[str, object] = {}
    for argument in one.arguments:
        if isinstance(argument, Scalar):
            given[argument.symbol] = float(rng.uniform(0.2, 0.9)) if argument.symbol != "Kn" else 5.0
        elif isinstance(argument, IndexArgument):
            shape = tuple(SIZES[axis] for axis in argument.axes)
            drawn = rng.integers(0, SIZES[argument.into], size=shape)
            given[argument.symbol] = drawn if shape else int(drawn)
        elif isinstance(argument, Sparse):
            given[argument.symbol] = rng.poisson(0.7, size=tuple(SIZES[axis] for axis in argument.axes)).astype(float)
        else:
            drawn = rng.normal(size=tuple(SIZES[axis] for axis in argument.axes)) * scale
            positive = argument.symbol in ("p", "q", "y", "pn", "r", "n", "count", "lab", "joint")
            given[argument.symbol] = np.exp(drawn) / np.exp(drawn).sum() if positive else drawn
    return given


def call(
    function: object, one: Formula, given: dict[str, object], dtype: type = np.float64, **buffers: object
) -> dict[str, object]:
    """The outputs by name."""
    arguments: list[object] = []
    for argument in one.arguments:
        value = given[argument.symbol]
        if isinstance(argument, Sparse):
            rows, columns = np.nonzero(value)  # type: ignore[call-overload]
            starts = np.searchsorted(rows, np.arange(len(value) + 1))  # type: ignore[arg-type]
            arguments += [columns, starts, np.asarray(value)[rows, columns].astype(dtype)]
        elif isinstance(argument, Array):
            arguments.append(np.asarray(value, dtype))
        else:
            arguments.append(value)
    got = function(*arguments, **buffers)  # type: ignore[operator]
    names = [name for name in one.outputs if name not in one.into]
    got = (got,) if len(names) == 1 else got
    return {**dict(zip(names, got, strict=True)), **{name: buffers[name] for name in one.into}}
