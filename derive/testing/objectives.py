"""What can be checked: each objective as a term, with its arguments and the outputs a function must return.

An objective states its value only.  Gradients are derived from it in ``derive.testing.reference``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import sympy
from sympy import Expr, exp, log

from derive.errors import DeriveError
from derive.terms import ArrayFacts, Axis, Facts, Index, array, real, sigmoid, size, sum_over

__all__ = ["OBJECTIVES", "Argument", "Objective", "Output", "objective_named"]

_V, _d, _K, _B, _C, _n = (size(name) for name in "VdKBCn")
_WORDS, _DIMS = Axis.of_size(_V), Axis.of_size(_d)
_DRAWS, _PAIRS, _CENTERS, _OUTCOMES = (Axis.of_size(s) for s in (_K, _B, _C, _n))
_w, _x, _o = Index("w", _WORDS), Index("x", _WORDS), Index("o", _WORDS)
_i, _j = Index("i", _DIMS), Index("j", _DIMS)
_k, _b, _a, _c = Index("k", _DRAWS), Index("b", _PAIRS), Index("a", _CENTERS), Index("c", _CENTERS)
_r, _s = Index("r", _OUTCOMES), Index("s", _OUTCOMES)
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

    ``indices`` become the axes of the output, in this order.
    """

    name: str
    indices: tuple[Index, ...] = ()
    by: Expr | None = None


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


def _pair_loss(word: Expr, center: Callable[[Index], Expr]) -> Expr:
    return -log(exp(_score(word, center)) / sum_over(exp(_score(_w, center)), _w))


_U = Argument("U", "vectors", ("V", "d"))
_VECTORS = Facts(
    MappingProxyType({"u": ArrayFacts((_WORDS, _DIMS)), "v": ArrayFacts((_DIMS,)), "o": ArrayFacts(points_into=_WORDS)})
)
_BY_CENTER = Facts(MappingProxyType({"u": ArrayFacts((_WORDS, _DIMS)), "v": ArrayFacts((_CENTERS, _DIMS))}))
_TWO_DISTRIBUTIONS = Facts(
    MappingProxyType({name: ArrayFacts((_OUTCOMES,), positive=True, sums_to_one=(0,)) for name in ("p", "q")})
)


def _objectives() -> tuple[Objective, ...]:
    one_center = Argument("v", "vectors", ("d",))
    d_u = Output("dU", (_x, _i), _u[_x, _i])
    negative = -log(sigmoid(_score(_o, lambda j: _v[j]))) - sum_over(
        log(sigmoid(-_score(_draw[_k], lambda j: _v[j]))), _k
    )
    p = Argument("p", "distribution", ("n",))
    q = Argument("q", "distribution", ("n",))
    logits = Argument("z", "logits", ("n",))
    total = sum_over(exp(_z[_s]), _s)
    return (
        Objective(
            "softmax-skip-gram",
            _pair_loss(_o, lambda j: _v[j]),
            (one_center, Argument("o", "word"), _U),
            (Output("loss"), Output("dv", (_i,), _v[_i]), d_u),
            "J = -log P(o|c) = log Σ_w exp(u_wᵀv_c) - u_oᵀv_c,  ∂J/∂v_c = Σ_w P(w|c)u_w - u_o,  "
            "∂J/∂u_w = (P(w|c) - δ_wo) v_c",
            ("softmax-skip-gram.md", "J = -\\log P(o|c)"),
            _VECTORS,
        ),
        Objective(
            "softmax-skip-gram-batch",
            sum_over(_pair_loss(_word[_b], lambda j: _v[_b, j]), _b),
            (Argument("v", "vectors", ("B", "d")), Argument("t", "words", ("B",)), _U),
            (Output("loss"), Output("dv", (Index("e", _PAIRS), _i), _v[Index("e", _PAIRS), _i]), d_u),
            "J = -Σ_b log P(t_b|b),  ∂J/∂v_b = Σ_w P(w|b)u_w - u_{t_b},  ∂J/∂u_w = Σ_b (P(w|b) - δ(w,t_b)) v_b",
            ("softmax-skip-gram.md", "J = -\\log P(o|c)"),
        ),
        Objective(
            "softmax-skip-gram-window",
            sum_over(_pair_loss(_word[_k], lambda j: _v[_c, j]), _k),
            (
                Argument("c", "center"),
                Argument("t", "words", ("K",)),
                Argument("v", "vectors", ("C", "d")),
                _U,
            ),
            (Output("loss"), Output("dV", (_a, _i), _v[_a, _i]), d_u),
            "J = -Σ_k log P(t_k|c),  ∂J/∂v_c = Σ_k (Σ_w P(w|c)u_w - u_{t_k}),  ∂J/∂u_w = Σ_k (P(w|c) - δ(w,t_k)) v_c",
            ("softmax-skip-gram.md", "J = -\\log P(o|c)"),
            _BY_CENTER,
        ),
        Objective(
            "softmax-skip-gram-counts",
            sum_over(sum_over(_N[_c, _x] * _pair_loss(_x, lambda j: _v[_c, j]), _x), _c),
            (Argument("N", "counts", ("C", "V")), Argument("v", "vectors", ("C", "d")), _U),
            (
                Output("loss"),
                Output("dV", (_a, _i), _v[_a, _i]),
                Output("dU", (Index("y", _WORDS), _i), _u[Index("y", _WORDS), _i]),
            ),
            "J = -Σ_c Σ_o N_co log P(o|c),  ∂J/∂v_c = Σ_w (n_c P(w|c) - N_cw) u_w,  "
            "∂J/∂u_w = Σ_c (n_c P(w|c) - N_cw) v_c",
            ("softmax-counts.md", "N_{c"),
            _BY_CENTER,
        ),
        Objective(
            "negative-sampling",
            negative,
            (one_center, Argument("o", "word"), Argument("n", "draws", ("K",)), _U),
            (Output("loss"), Output("dv", (_i,), _v[_i]), d_u),
            "J = -log σ(u_oᵀv_c) - Σ_k log σ(-u_{n_k}ᵀv_c),  "
            "∂J/∂v_c = (σ(u_oᵀv_c) - 1)u_o + Σ_k σ(u_{n_k}ᵀv_c)u_{n_k},  ∂J/∂u_w = δ_wo(σ(u_oᵀv_c) - 1)v_c + Σ_k δ(w,n_k) σ(u_{n_k}ᵀv_c)v_c",
            ("calculus.md", "\\sigma(x) + \\sigma(-x) = 1"),
            _VECTORS,
        ),
        Objective(
            "sigmoid",
            sigmoid(real("x")),
            (Argument("x", "number"),),
            (Output("value"),),
            "σ(x) = 1/(1 + e^(-x))",
            ("calculus.md", "\\sigma(x) = "),
        ),
        Objective(
            "softmax",
            exp(_z[_r]) / total,
            (logits,),
            (Output("value", (_r,)),),
            "softmax(z)_i = exp(z_i) / Σ_j exp(z_j)",
            ("cross-entropy.md", "softmax"),
        ),
        Objective(
            "log-sum-exp",
            log(total),
            (logits,),
            (Output("value"),),
            "log Σ_j exp(z_j)",
            ("cross-entropy.md", "softmax"),
        ),
        Objective(
            "softmax-cross-entropy",
            -sum_over(_y[_r] * log(exp(_z[_r]) / total), _r),
            (logits, Argument("y", "distribution", ("n",))),
            (Output("loss"), Output("dz", (Index("i", _OUTCOMES),), _z[Index("i", _OUTCOMES)])),
            "J = -Σ_i y_i log softmax(z)_i,  ∂J/∂z = softmax(z) - y",
            ("cross-entropy.md", "\\hat"),
        ),
        Objective(
            "entropy",
            -sum_over(_p[_r] * log(_p[_r]), _r),
            (p,),
            (Output("value"),),
            "H(p) = -Σ_i p_i log p_i",
            ("information.md", "entropy"),
            _TWO_DISTRIBUTIONS,
            ("p",),
        ),
        Objective(
            "cross-entropy",
            -sum_over(_p[_r] * log(_q[_r]), _r),
            (p, q),
            (Output("value"),),
            "H(p,q) = -Σ_i p_i log q_i",
            ("information.md", "cross-entropy"),
            _TWO_DISTRIBUTIONS,
            ("p", "q"),
        ),
        Objective(
            "kl",
            sum_over(_p[_r] * log(_p[_r] / _q[_r]), _r),
            (p, q),
            (Output("value"),),
            "KL(p‖q) = Σ_i p_i log(p_i / q_i)",
            ("information.md", "KL"),
            _TWO_DISTRIBUTIONS,
            ("p", "q"),
        ),
    )


OBJECTIVES: Mapping[str, Objective] = MappingProxyType({made.name: made for made in _objectives()})


def objective_named(name: str) -> Objective:
    """The objective of this name.

    Raises:
        DeriveError: there is none; the message lists the names.
    """
    if name not in OBJECTIVES:
        raise DeriveError(f"there is no objective called {name!r}; choose one of: {', '.join(OBJECTIVES)}")
    return OBJECTIVES[name]
