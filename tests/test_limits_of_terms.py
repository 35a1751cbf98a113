"""Limits of terms agree with values near the point; what is not shown to have a limit has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sympy
from sympy import Expr, Integer, exp, log

from derive.checking import check_file
from derive.emitting.reference import evaluate
from derive.limits import LimitError, limit
from derive.terms import ArrayFacts, Axis, Facts, Index, Tensor, array, real, sigmoid, size, sum_over

n = size("n")
AXIS = Axis.of_size(n)
i, j = Index("i", AXIS), Index("j", AXIS)
p, a, z = array("p"), array("a"), array("z")
x = real("x")
FACTS = Facts().with_arrays(
    p=ArrayFacts((AXIS,), positive=True, sums_to_one=(0,)), a=ArrayFacts((AXIS,), positive=True)
)
ONE, TWO = Integer(1), Integer(2)
CASES: dict[str, tuple[Expr, Expr]] = {
    "Rényi": (log(sum_over(p[i] ** x, i)) / (1 - x), ONE),
    "Tsallis": ((1 - sum_over(p[i] ** x, i)) / (x - 1), ONE),
    "order two": (log(sum_over(p[i] ** x, i)) / (1 - x), TWO),
    "a power mean": (log(sum_over(p[i] * a[i] ** x, i)) / x, Integer(0)),
    "a high temperature": (exp(z[1] / x) / sum_over(exp(z[j] / x), j), sympy.oo),
    "a sum of limits": (sigmoid(1 / x) + (exp(1 / x) - 1) * x, sympy.oo),
    "a slope": ((exp(2 * x) - 1) / x, Integer(0)),
    "a value": (x**2 * log(x) - sigmoid(x), TWO),
}
NONE: dict[str, tuple[Expr, Expr]] = {
    "a low temperature": (exp(z[1] / x) / sum_over(exp(z[j] / x), j), Integer(0)),
    "no total": (log(sum_over(a[i] ** x, i)) / (1 - x), ONE),
    "a pole": (1 / x, Integer(0)),
    "a double zero": ((1 - exp(x)) / x**2, Integer(0)),
    "a logarithm of what may be negative": (log(x + z[1]), Integer(0)),
    "a root of what may be negative": ((x + z[1]) ** sympy.Rational(1, 2), Integer(0)),
    "a product of limits that are zero and infinite": (x * log(x), Integer(0)),
    "a kink": (abs(x) / x, Integer(0)),
    "growth": (exp(x) / x, sympy.oo),
}


@pytest.mark.parametrize("name", CASES)
def test_a_limit_is_what_the_values_near_the_point_tend_to(name: str) -> None:
    body, point = CASES[name]
    found = limit(body, x, point, FACTS)
    assert not found.has(x)
    rng = np.random.default_rng(0)
    given = {"p": rng.dirichlet(np.ones(4)), "a": rng.uniform(0.5, 2, 4), "z": rng.normal(size=4)}
    expected = evaluate(Tensor((), found), given, {"n": 4})
    for step in (1e-6, -1e-6):
        near = 1 / abs(step) if point is sympy.oo else float(point) + step
        value = evaluate(Tensor((), body), {**given, "x": near}, {"n": 4})
        assert float(value) == pytest.approx(float(expected), abs=1e-4)


@pytest.mark.parametrize("name", NONE)
def test_what_is_not_shown_to_have_a_limit_has_none(name: str) -> None:
    with pytest.raises(LimitError, match="limit of"):
        limit(*NONE[name][:1], x, NONE[name][1], FACTS)


def test_sizes_and_indices_go_nowhere() -> None:
    with pytest.raises(LimitError, match="not a real number"):
        limit(1 / n, n, sympy.oo, FACTS)


NOTE = r"""
$p$ is a probability vector of length $n$ with $p_i > 0$. The numbers $a_1, \dots, a_n$ are positive.
For $t > 0$ with $t \ne 1$:

$$ R_t(p) = \frac{1}{1 - t} \log \sum_{i=1}^{n} p_i^t $$
"""


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\lim_{t \to 1} R_t(p) = -\sum_{i=1}^{n} p_i \log p_i", "proved"),
        (r"\lim_{t \to 1} R_t(p) = \sum_{i=1}^{n} p_i \log p_i", "refuted"),
        (r"\lim_{t \to 2} R_t(p) = -\sum_{i=1}^{n} p_i \log p_i", "refuted"),
        (r"\lim_{t \to 1} \frac{1}{1 - t} \log \sum_{i=1}^{n} a_i^t = -\sum_{i=1}^{n} a_i \log a_i", "undecided"),
        (r"\lim_{t \to 1} p_1 = p_1", "undecided"),
        (r"\lim_{t} R_t(p) = 0", "undecided"),
    ],
)
def test_limits_in_notes(line: str, verdict: str, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"{NOTE}\n$$ {line} $$\n", "utf-8")
    step = check_file(note, seconds=5).steps[-1]
    assert step.verdict.kind == verdict, step.verdict.reason
