"""A ⇔ B is one step: neither condition is claimed by itself, and neither introduces a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file
from derive.derivation import Step

HEAD = r"""
$p$ and $q$ are probability vectors of length $n$ with $p_i > 0$ and $q_i > 0$, and $m_i = (p_i + q_i) / 2$. The joint
distribution of $X$ and $Y$ is $p(x, y) > 0$. $a$ and $b$ are real numbers, $c > 0$, and $o$ is one of the items.

$$ H(p) = -\sum_{i=1}^{n} p_i \log p_i $$

$$ D(p \| q) = \sum_{i=1}^{n} p_i \log \frac{p_i}{q_i} $$
"""

PROVED = [
    r"D(p \| q) = 0 \iff p = q",
    r"p = q \iff D(p \| q) = 0",
    r"D(p \| q) = 0 \iff p_i = q_i",
    r"D(p \| q) = 0 \Leftrightarrow \frac{p_i}{q_i} = 1",
    r"H(p, q) = H(p) \iff p = q",
    r"H(p) = \log n \iff p_i = \frac{1}{n}",
    r"\frac{1}{2} D(p \| m) + \frac{1}{2} D(q \| m) = 0 \iff p = q",
    r"D(p \| q) \ge 0 \iff H(p, q) \ge H(p)",
    r"c a = c b \iff a = b",
    r"c a \le c b \iff a \le b",
    r"-a < b \iff a > -b",
    r"D(p \| q) = 0 \\ & \iff p = q",
]
NOT_PROVED = [
    r"D(p \| q) = 0 \iff p_i = \frac{1}{n}",
    r"D(p \| q) = 0 \iff p_i = 2 q_i",
    r"D(p \| q) = 0 \iff p_o = q_o",
    r"H(p) = 0 \iff p_i = \frac{1}{n}",
    r"H(p) = \log n \iff p_i = \frac{2}{n}",
    r"D(p \| m) = D(q \| m) \iff p = q",
    r"a b = a^2 \iff a = b",
    r"a^2 = b^2 \iff a = b",
    r"c a \le c b \iff a \ge b",
    r"a c \le b \iff a \le b",
    r"-a \le b \iff a \le -b",
    r"D(p \| q) \ge 0 \iff H(p, q) \le H(p)",
]


def steps(text: str, tmp_path: Path) -> list[Step]:
    note = tmp_path / "note.md"
    note.write_text(f"{HEAD}\n$$\n\\begin{{aligned}}\n{text}\n\\end{{aligned}}\n$$\n", "utf-8")
    return list(check_file(note, seconds=5).steps)[2:]


@pytest.mark.parametrize("text", PROVED)
def test_conditions_that_hold_in_the_same_cases_are_proved_so(text: str, tmp_path: Path) -> None:
    (step,) = steps(text, tmp_path)
    assert (step.relation, step.verdict.kind) == ("⇔", "proved"), step.verdict.reason


@pytest.mark.parametrize("text", NOT_PROVED)
def test_conditions_that_do_not_are_never_proved(text: str, tmp_path: Path) -> None:
    (step,) = steps(text, tmp_path)
    assert (step.relation, step.verdict.kind in ("undecided", "refuted")) == ("⇔", True), step.verdict.reason


def test_one_that_always_holds_and_one_that_does_not(tmp_path: Path) -> None:
    (step,) = steps(NOT_PROVED[-1], tmp_path)
    assert step.verdict.kind == "refuted"
    assert step.verdict.reason.startswith("one always holds, the other does not")
    assert step.verdict.counterexample is not None


@pytest.mark.parametrize("condition", [r"D(p \| q) = 0 \iff p = q", r"D(p \| q) = 0 \\ & \iff p = q"])
def test_a_condition_is_no_definition(condition: str, tmp_path: Path) -> None:
    """Were p = q taken for a definition of p, everything after it would be about equal distributions."""
    _, step = steps(condition + r" \\ D(p \| q) &= 0", tmp_path)
    assert step.verdict.kind == "refuted"


def test_a_probability_vector_stays_one_as_the_argument_of_a_function(tmp_path: Path) -> None:
    power = r"T_\alpha(p) &= \frac{1}{\alpha - 1} \left( 1 - \sum_{i=1}^{n} p_i^\alpha \right)"
    first, step = steps(r"D(p \| q) = 0 \iff p = q \\" + power, tmp_path)
    assert (first.verdict.kind, step.verdict.kind) == ("proved", "definition")
