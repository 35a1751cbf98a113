"""What stands under a condition is not refuted without it, and the condition itself is no claim."""

from __future__ import annotations

import pytest
from sympy import Expr, log

from derive.derivation import Goal, Kind, Relation, Verdict
from derive.proving import steps
from derive.proving.budget import Budget
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note
from derive.terms import real

t = real("t", positive=True)

NUMBERS = r"The numbers $a \in \mathbb{R}$ and $b \in \mathbb{R}$ are real."

TRUE = [
    r"a = |a| \quad (a > 0)",
    r"a = |a| \text{ if } a > 0",
    r"a = |a| \text{ for all } a \ge 0",
    r"a = |a| \text{ unless } a < 0",
    r"\text{If } a > 0 \text{ then } a = |a|",
    r"a \le b, \quad \text{if } b = a + 1",
    r"a > 0 \Rightarrow a = |a|",
    r"a = b \Rightarrow a^2 = b^2",
]


@pytest.mark.parametrize("formula", TRUE)
def test_true_under_its_condition(formula: str) -> None:
    book = read_note(find_mathematics(f"{NUMBERS}\n\n$$ {formula} $$", "a.md"))
    kinds = {step.verdict.kind for step in judge(book, seconds=2)}
    assert kinds
    assert kinds <= {Kind.PROVED, Kind.UNDECIDED}


@pytest.mark.parametrize("formula", [r"a + 1 = a \quad (a > 0)", r"a + 1 = a \text{ if } a > 0", "a = a + 1"])
def test_false_under_its_condition_too(formula: str) -> None:
    book = read_note(find_mathematics(f"{NUMBERS}\n\n$$ {formula} $$", "a.md"))
    assert [step.verdict.kind for step in judge(book, seconds=2)] == [Kind.REFUTED]


def test_the_sign_of_an_array_is_no_sign_of_a_number() -> None:
    """β alone is no number where β_b are its entries: nothing can be said of its sign."""
    text = r"The numbers $a \in \mathbb{R}$ and $\beta_b \in \mathbb{R}$ are real."
    formula = r"\sum_{b=1}^V e^{\beta_b} + a = a + \sum_{w=1}^V e^{\beta_w}"
    book = read_note(find_mathematics(f"{text}\n\n$$ {formula} $$", "a.md"))
    assert [step.verdict.kind for step in judge(book, seconds=5)] == [Kind.PROVED]


@pytest.mark.parametrize(("right", "lost"), [(2 * log(-t), True), (log(t**2), False), (2 * log(t), False)])
def test_only_values_say_that_a_side_has_none(right: Expr, lost: bool) -> None:
    assert steps._one_has_no_value(Goal(log(t**2), Relation.EQUAL, right), Budget(5)) is lost


def test_a_proof_that_takes_too_long_refutes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """That a side could not be proved to be equal to itself in time says nothing about its values."""
    decide, calls = steps.decide, list[Goal]()

    def tire(goal: Goal, **options: float) -> Verdict:
        calls.append(goal)
        return decide(goal, **options) if len(calls) != 2 else Verdict(Kind.UNDECIDED, "no answer in time")

    monkeypatch.setattr(steps, "decide", tire)
    book = read_note(find_mathematics(f"{NUMBERS}\n\n$$ e^{{a + b}} = e^a e^b $$", "a.md"))
    assert [step.verdict.kind for step in judge(book, seconds=5)] == [Kind.PROVED]
