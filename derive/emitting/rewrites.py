"""Every equality that the emitter uses, stated as terms and decided by the kernel.

The compiler changes the algebra of a proved term in these ways only.  Each statement holds for all arrays and sizes, so
that its use at any place is an instance of it; what is free in it (the shift m) may be chosen at will.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

import sympy
from sympy import exp, log

from derive.derivation import Goal, Kind, Relation
from derive.emitting.formula import EmitError
from derive.errors import InternalError
from derive.proving.check import decide
from derive.terms import ArrayFacts, Axis, Facts, Index, array, delta, real, sigmoid, size, sum_over

__all__ = ["REWRITES", "Rewrite", "prove"]


@dataclass(frozen=True)
class Rewrite:
    """``pattern = replacement`` under ``facts``; ``why`` says what it is good for."""

    name: str
    pattern: sympy.Expr
    replacement: sympy.Expr
    why: str
    facts: Facts = field(default_factory=Facts)

    def goal(self) -> Goal:
        return Goal(self.pattern, Relation.EQUAL, self.replacement, self.facts)


def _rewrites() -> tuple[Rewrite, ...]:
    n = size("n")
    axis = Axis.of_size(n)
    w, o, x_ = (Index(name, axis) for name in "wox")
    s, t, r = array("s"), array("t"), array("r")
    a, m, x, y = real("a"), real("m"), real("x"), real("y")
    weighted = Facts().with_arrays(s=ArrayFacts((axis,)), t=ArrayFacts((axis,)), r=ArrayFacts((axis,), positive=True))
    positive = Facts().with_arrays(x=ArrayFacts(positive=True), y=ArrayFacts(positive=True))
    total = sum_over(exp(s[w]), w)
    shifted = sum_over(exp(s[w] - m), w)
    return (
        Rewrite(
            "log of a sum of exponentials",
            log(sum_over(r[w] * exp(s[w]), w)),
            m + log(sum_over(r[w] * exp(s[w] - m), w)),
            "with m the largest exponent no term overflows, and not all of them vanish",
            weighted,
        ),
        Rewrite(
            "shift of a sum of exponentials",
            sum_over(t[w] * exp(s[w]), w),
            exp(m) * sum_over(t[w] * exp(s[w] - m), w),
            "what the two quotients below rest on",
            weighted,
        ),
        Rewrite(
            "shift of a quotient",
            exp(a) / total,
            exp(a - m) / shifted,
            "with m the largest exponent the quotient is finite",
            weighted,
        ),
        Rewrite(
            "shift of a quotient of sums",
            sum_over(t[w] * exp(s[w]), w) / total,
            sum_over(t[w] * exp(s[w] - m), w) / shifted,
            "the same for an expectation",
            weighted,
        ),
        Rewrite(
            "partition taken apart",
            total,
            sum_over((1 - delta(w, o)) * exp(s[w]), w) + exp(s[o]),
            "the sum of the others is wanted by itself",
            weighted,
        ),
        Rewrite(
            "probability minus one-hot",
            exp(s[x_]) / total - delta(x_, o),
            (1 - delta(x_, o)) * exp(s[x_]) / total - delta(x_, o) * sum_over((1 - delta(w, o)) * exp(s[w]), w) / total,
            "no cancellation where P(o) is near one",
            weighted,
        ),
        Rewrite(
            "one-hot under the sum",
            sum_over(t[w] * r[w], w) - r[o],
            sum_over((t[w] - delta(w, o)) * r[w], w),
            "the same residuals for every gradient",
            weighted,
        ),
        Rewrite(
            "log of a probability",
            log(exp(s[o]) / total),
            (s[o] - m) - log(1 + (sum_over((1 - delta(w, o)) * exp(s[w] - m), w) + exp(s[o] - m) - 1)),
            "no cancellation where P(o) is near one, and no overflow with m the largest",
            weighted,
        ),
        Rewrite("sigmoid", 1 / (1 + exp(x)), sigmoid(-x), "one form for one function"),
        Rewrite(
            "sigmoid in two forms",
            sigmoid(x),
            exp(x) / (1 + exp(x)),
            "by the sign of x, the form whose exponent is not positive",
        ),
        Rewrite("complement of sigmoid", 1 - sigmoid(x), sigmoid(-x), "no cancellation where σ(x) is near one"),
        Rewrite("log of sigmoid", log(sigmoid(x)), -log(1 + exp(-x)), "finite where σ(x) rounds to zero"),
        Rewrite(
            "log of one plus exp",
            log(1 + exp(x)),
            x + log(1 + exp(-x)),
            "the side with the negative exponent, max(0, x) + log(1 + e^-|x|), does not overflow",
        ),
        Rewrite("log of a product", log(x * y), log(x) + log(y), "the exponent comes out of the logarithm", positive),
        Rewrite(
            "weight of an exponential",
            x * exp(a),
            exp(a + log(x)),
            "the largest term decides the shift, not the largest exponent; at x = 0 both are zero",
            positive,
        ),
        Rewrite("factor out of a sum", sum_over(a * s[w], w), a * sum_over(s[w], w), "less work", weighted),
        Rewrite(
            "sum of a sum",
            sum_over(s[w] + t[w], w),
            sum_over(s[w], w) + sum_over(t[w], w),
            "each part has its own fastest form",
            weighted,
        ),
        Rewrite("sum over delta", sum_over(delta(w, o) * s[w], w), s[o], "one entry instead of a sum", weighted),
        Rewrite("delta picks", delta(w, o) * s[w], delta(w, o) * s[o], "one entry instead of an array", weighted),
        Rewrite(
            "zero times log of zero",
            x * log(x * y),
            x * log(x) + x * log(y),
            "for x > 0 nothing changes; at x = 0 the product is continued by its limit, 0",
            positive,
        ),
        Rewrite(
            "a power times a logarithm of nothing",
            x**y * log(x * a**2),
            x**y * (log(x) + log(a**2)),
            "for x > 0 nothing changes; at x = 0 the product is continued by its limit, 0, and need not be stored",
            positive,
        ),
    )


REWRITES = {rewrite.name: rewrite for rewrite in _rewrites()}

_NEEDS = {
    "sigmoid": ("sigmoid in two forms",),
    "shift of a quotient": ("shift of a sum of exponentials", "shift of a quotient of sums"),
    "log of sigmoid": ("log of one plus exp",),
}


@cache
def _proved(name: str) -> None:
    rewrite = REWRITES.get(name)
    if rewrite is None:
        raise InternalError(f"the compiler used a rewrite that is not stated: {name}")
    if name == "zero times log of zero":
        x, y = sympy.symbols("x y", positive=True)
        if sympy.limit(x * log(x * y), x, 0, "+") != 0:
            raise EmitError("x·log(x·y) does not go to 0 with x")
    if name == "a power times a logarithm of nothing":
        x, y = sympy.symbols("x y", positive=True)
        if sympy.limit(x**y * log(x), x, 0, "+") != 0:
            raise EmitError("x^y·log(x) does not go to 0 with x")
    verdict = decide(rewrite.goal())
    if verdict.kind is not Kind.PROVED:
        raise EmitError(f"the rewrite '{name}' is {verdict.kind}, not proved: {verdict.reason}")


def prove(names: Iterable[str]) -> None:
    """Have the kernel decide the rewrites, each once in the life of the program.

    Raises:
        EmitError: one of them is not proved.
        InternalError: one of them is not stated.
    """
    for name in sorted(names):
        for needed in (*_NEEDS.get(name, ()), name):
            _proved(needed)
