"""What can be checked: each objective as a term, with its arguments and the outputs a function must return.

An objective states its value.  Its gradients are derived by SymPy, and the closed forms given here are proved equal to
that before they are used, all in ``derive.testing.reference``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import sympy
from sympy import Expr, exp, log

from derive.errors import DeriveError
from derive.terms import ArrayFacts, Axis, Facts, Index, array, delta, real, sigmoid, size, sum_over

__all__ = ["OBJECTIVES", "Argument", "Objective", "Output", "objective_named"]

_V, _d, _K, _B, _C, _n = (size(name) for name in "VdKBCn")
_WORDS, _DIMS = Axis.of_size(_V), Axis.of_size(_d)
_DRAWS, _PAIRS, _CENTERS, _OUTCOMES = (Axis.of_size(s) for s in (_K, _B, _C, _n))
_w, _x, _o, _m = (Index(name, _WORDS) for name in "wxom")
_i, _j = Index("i", _DIMS), Index("j", _DIMS)
_k, _b, _a, _c = Index("k", _DRAWS), Index("b", _PAIRS), Index("a", _CENTERS), Index("c", _CENTERS)
_r, _s, _t = (Index(name, _OUTCOMES) for name in "rst")
_e = Index("e", _PAIRS)
_u, _v, _p, _q, _z, _y, _N = (array(name) for name in "uvpqzyN")
_draw, _word = (sympy.IndexedBase(name, integer=True) for name in ("n", "t"))


@dataclass(frozen=True)
class Argument:
    """An argument of the checked function.

    Attributes:
        name: what it is called in terms and in messages.
        kind: "vectors" (real numbers), "counts", "word" (one index), "words" (several), "distribution", "logits".
        shape: names of the sizes, such as ``("V", "d")``.
    """

    name: str
    kind: str
    shape: tuple[str, ...] = ()


@dataclass(frozen=True)
class Output:
    """An output of the checked function: the derivative by ``by``, or the value itself where ``by`` is ``None``.

    ``indices`` become the axes of the output, in this order.  ``closed`` is the derivative in closed form; it counts
    only once it is proved equal to what SymPy derives.
    """

    name: str
    indices: tuple[Index, ...] = ()
    by: Expr | None = None
    closed: Expr | None = None


@dataclass(frozen=True)
class Objective:
    """A proved formula that functions are held against.

    Attributes:
        name: as the user writes it.
        value: the term.
        arguments: in the order in which the checked function takes them.
        outputs: in the order in which the checked function returns them.
        formula: for people.
        note: the file under ``derive/notes`` and a phrase on the line that states the formula.
        facts: what the proof may use.
        support: arguments that are restricted to where the first of them is positive (0·log 0 = 0).
    """

    name: str
    value: Expr
    arguments: tuple[Argument, ...]
    outputs: tuple[Output, ...]
    formula: str
    note: tuple[str, str]
    facts: Facts = field(default_factory=Facts)
    support: tuple[str, ...] = ()


def _score(word: Expr, center: Callable[[Index], Expr]) -> Expr:
    return sum_over(_u[word, _j] * center(_j), _j)


def _probability(word: Expr, center: Callable[[Index], Expr]) -> Expr:
    return exp(_score(word, center)) / sum_over(exp(_score(_w, center)), _w)


def _surprise(word: Expr, center: Callable[[Index], Expr]) -> Expr:
    """The derivative of the loss of a pair by its center: the expected outside vector minus the observed one."""
    return sum_over(_probability(_m, center) * _u[_m, _i], _m) - _u[word, _i]


def _pair_loss(word: Expr, center: Callable[[Index], Expr]) -> Expr:
    return -log(_probability(word, center))


_U = Argument("U", "vectors", ("V", "d"))
_VECTORS = Facts(
    MappingProxyType({"u": ArrayFacts((_WORDS, _DIMS)), "v": ArrayFacts((_DIMS,)), "o": ArrayFacts(points_into=_WORDS)})
)
_DISTRIBUTION = ArrayFacts((_OUTCOMES,), positive=True, sums_to_one=(0,))


def _softmax_family() -> Iterator[Objective]:
    def one(j: Index) -> Expr:
        return _v[j]

    def of(row: Expr) -> Callable[[Index], Expr]:
        return lambda j: _v[row, j]

    yield Objective(
        "softmax-skip-gram",
        _pair_loss(_o, one),
        (Argument("v", "vectors", ("d",)), Argument("o", "word"), _U),
        (
            Output("loss"),
            Output("dv", (_i,), _v[_i], _surprise(_o, one)),
            Output("dU", (_x, _i), _u[_x, _i], (_probability(_x, one) - delta(_x, _o)) * _v[_i]),
        ),
        "J = -log P(o|c) = log Σ_w exp(u_wᵀv_c) - u_oᵀv_c,  ∂J/∂v_c = Σ_w P(w|c)u_w - u_o,  "
        "∂J/∂u_w = (P(w|c) - δ_wo) v_c",
        ("softmax-skip-gram.md", "J = -\\log P(o|c)"),
        _VECTORS,
    )
    yield Objective(
        "softmax-skip-gram-batch",
        sum_over(_pair_loss(_word[_b], of(_b)), _b),
        (Argument("v", "vectors", ("B", "d")), Argument("t", "words", ("B",)), _U),
        (
            Output("loss"),
            Output("dv", (_e, _i), _v[_e, _i], _surprise(_word[_e], of(_e))),
            Output(
                "dU",
                (_x, _i),
                _u[_x, _i],
                sum_over((_probability(_x, of(_b)) - delta(_x, _word[_b])) * _v[_b, _i], _b),
            ),
        ),
        "J = -Σ_b log P(t_b|b),  ∂J/∂v_b = Σ_w P(w|b)u_w - u_{t_b},  ∂J/∂u_w = Σ_b (P(w|b) - δ(w,t_b)) v_b",
        ("softmax-skip-gram.md", "J = -\\log P(o|c)"),
    )
    yield Objective(
        "softmax-skip-gram-window",
        sum_over(_pair_loss(_word[_k], of(_c)), _k),
        (Argument("c", "center"), Argument("t", "words", ("K",)), Argument("v", "vectors", ("C", "d")), _U),
        (
            Output("loss"),
            Output("dV", (_a, _i), _v[_a, _i], delta(_a, _c) * sum_over(_surprise(_word[_k], of(_c)), _k)),
            Output(
                "dU",
                (_x, _i),
                _u[_x, _i],
                sum_over((_probability(_x, of(_c)) - delta(_x, _word[_k])) * _v[_c, _i], _k),
            ),
        ),
        "J = -Σ_k log P(t_k|c),  ∂J/∂v_c = Σ_k (Σ_w P(w|c)u_w - u_{t_k}),  ∂J/∂u_w = Σ_k (P(w|c) - δ(w,t_k)) v_c",
        ("softmax-skip-gram.md", "J = -\\log P(o|c)"),
    )
    excess = sum_over(_N[_c, _m], _m) * _probability(_x, of(_c)) - _N[_c, _x]
    yield Objective(
        "softmax-skip-gram-counts",
        sum_over(sum_over(_N[_c, _x] * _pair_loss(_x, of(_c)), _x), _c),
        (Argument("N", "counts", ("C", "V")), Argument("v", "vectors", ("C", "d")), _U),
        (
            Output("loss"),
            Output("dV", (_c, _i), _v[_c, _i], sum_over(excess * _u[_x, _i], _x)),
            Output("dU", (_x, _i), _u[_x, _i], sum_over(excess * _v[_c, _i], _c)),
        ),
        "J = -Σ_c Σ_o N_co log P(o|c),  ∂J/∂v_c = Σ_w (n_c P(w|c) - N_cw) u_w,  ∂J/∂u_w = Σ_c (n_c P(w|c) - N_cw) v_c",
        ("softmax-counts.md", "J &= "),
    )


def _negative_sampling() -> Objective:
    def one(j: Index) -> Expr:
        return _v[j]

    slope = sigmoid(_score(_o, one)) - 1
    drawn = sigmoid(_score(_draw[_k], one))
    return Objective(
        "negative-sampling",
        -log(sigmoid(_score(_o, one))) - sum_over(log(sigmoid(-_score(_draw[_k], one))), _k),
        (Argument("v", "vectors", ("d",)), Argument("o", "word"), Argument("n", "draws", ("K",)), _U),
        (
            Output("loss"),
            Output("dv", (_i,), _v[_i], slope * _u[_o, _i] + sum_over(drawn * _u[_draw[_k], _i], _k)),
            Output(
                "dU",
                (_x, _i),
                _u[_x, _i],
                delta(_x, _o) * slope * _v[_i] + sum_over(delta(_x, _draw[_k]) * drawn * _v[_i], _k),
            ),
        ),
        "J = -log σ(u_oᵀv_c) - Σ_k log σ(-u_{n_k}ᵀv_c),  "
        "∂J/∂v_c = (σ(u_oᵀv_c) - 1)u_o + Σ_k σ(u_{n_k}ᵀv_c)u_{n_k},  "
        "∂J/∂u_w = δ_wo(σ(u_oᵀv_c) - 1)v_c + Σ_k δ(w,n_k) σ(u_{n_k}ᵀv_c)v_c",
        ("negative-sampling.md", "J = -\\log \\sigma(u_o^\\top v_c)"),
        _VECTORS,
    )


def _of_scores() -> Iterator[Objective]:
    logits = Argument("z", "logits", ("n",))
    total = sum_over(exp(_z[_s]), _s)
    yield Objective(
        "sigmoid",
        sigmoid(real("x")),
        (Argument("x", "number"),),
        (Output("value"),),
        "σ(x) = 1/(1 + e^(-x))",
        ("calculus.md", "\\sigma(x) = "),
    )
    yield Objective(
        "softmax",
        exp(_z[_r]) / total,
        (logits,),
        (Output("value", (_r,)),),
        "softmax(z)_i = exp(z_i) / Σ_j exp(z_j)",
        ("cross-entropy.md", "\\hat y_i = "),
    )
    yield Objective(
        "log-sum-exp",
        log(total),
        (logits,),
        (Output("value"),),
        "log Σ_j exp(z_j)",
        ("cross-entropy.md", "\\log \\sum_{j=1}^{n} e^{z_j} = m"),
    )
    yield Objective(
        "softmax-cross-entropy",
        -sum_over(_y[_r] * log(exp(_z[_r]) / total), _r),
        (logits, Argument("y", "distribution", ("n",))),
        (Output("loss"), Output("dz", (_t,), _z[_t], exp(_z[_t]) / total - _y[_t])),
        "J = -Σ_i y_i log softmax(z)_i,  ∂J/∂z = softmax(z) - y",
        ("cross-entropy.md", "L &= "),
        Facts(MappingProxyType({"y": _DISTRIBUTION})),
    )


def _of_distributions() -> Iterator[Objective]:
    p, q = (Argument(name, "distribution", ("n",)) for name in "pq")
    facts = Facts(MappingProxyType({"p": _DISTRIBUTION, "q": _DISTRIBUTION}))
    for name, value, arguments, formula, phrase in (
        ("entropy", -sum_over(_p[_r] * log(_p[_r]), _r), (p,), "H(p) = -Σ_i p_i log p_i", "H(p) = "),
        (
            "cross-entropy",
            -sum_over(_p[_r] * log(_q[_r]), _r),
            (p, q),
            "H(p,q) = -Σ_i p_i log q_i",
            "H(p, q) &= ",
        ),
        (
            "kl",
            sum_over(_p[_r] * log(_p[_r] / _q[_r]), _r),
            (p, q),
            "KL(p‖q) = Σ_i p_i log(p_i / q_i)",
            "D_{KL}(p \\| q) = ",
        ),
    ):
        support = tuple(argument.name for argument in arguments)
        outputs = (Output("value"),)
        yield Objective(name, value, arguments, outputs, formula, ("information.md", phrase), facts, support)


OBJECTIVES: Mapping[str, Objective] = MappingProxyType(
    {made.name: made for made in (*_softmax_family(), _negative_sampling(), *_of_scores(), *_of_distributions())}
)


def objective_named(name: str) -> Objective:
    """The objective of this name.

    Raises:
        DeriveError: there is none; the message lists the names.
    """
    if name not in OBJECTIVES:
        raise DeriveError(f"there is no objective called {name!r}; choose one of: {', '.join(OBJECTIVES)}")
    return OBJECTIVES[name]
