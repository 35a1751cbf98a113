"""Words of which a step says no more than that they are one word or one of a drawn set."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

P, R, U = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED
NOTE = r"""
Scores $a_w = v_w^\top c$. $T$ is a set of drawn words with $b \notin T$.

$$ F = -a_b + \log\sum_{x \in \{b\} \cup T} e^{a_x} $$

$$ r_w = \frac{e^{a_w}}{\sum_{y \in \{b\} \cup T} e^{a_y}} $$
"""


def last(text: str) -> Kind:
    """The verdict on the last step of a note."""
    return judge(read_note(find_mathematics(text, "note.md")), seconds=5)[-1].verdict.kind


@pytest.mark.parametrize("leading", ["For $w \\in \\{b\\} \\cup T$", "The slope:"])
@pytest.mark.parametrize(("at_b", "in_t", "kind"), [("r_w - 1", "r_w", P), ("r_w", "r_w", R), ("r_w - 1", "2 r_w", R)])
def test_cases_say_nothing_of_other_words(leading: str, at_b: str, in_t: str, kind: Kind) -> None:
    cases = rf"\begin{{cases}} {at_b} & w = b \\ {in_t} & w \in T \end{{cases}}"
    assert last(f"{NOTE}\n{leading}\n\n$$ \\frac{{\\partial F}}{{\\partial a_w}} = {cases} $$") is kind


def test_a_word_of_a_union_is_no_other_word() -> None:
    step = r"$$ \frac{\partial F}{\partial a_w} = r_w - \delta_{wb} $$"
    assert last(f"{NOTE}\nFor all words $w \\in \\{{b\\}} \\cup T$\n\n{step}") is P
    assert last(f"{NOTE}\nNext\n\n{step}") is R
