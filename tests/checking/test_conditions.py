"""What stands under a condition is not refuted without it, and the condition itself is no claim."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

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
