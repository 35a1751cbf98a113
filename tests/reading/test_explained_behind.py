"""Names that the words behind a display give another meaning than an earlier section did."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

NOTE = r"""
### One

$$ \frac{\partial}{\partial z_k} \left(\log \sum_{i=1}^n e^{z_i} - z_m\right)
= \frac{e^{z_k}}{\sum_{i=1}^n e^{z_i}} - r_k $$

where $r_k = \delta_{km}$.

### Two

The sign is $s_k \in \{1, -1\}$.

$$ (\sigma(s_k x_k) - 1) s_k = \sigma(x_k) - r_k $$

"""


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("where $r_k = 1$ if $s_k = 1$ and $r_k = 0$ otherwise.", Kind.PROVED),
        ("where $r_k = 0$ if $s_k = 1$ and $r_k = 1$ otherwise.", Kind.REFUTED),
    ],
)
def test_a_name_is_what_the_words_behind_the_display_say(words: str, kind: Kind) -> None:
    verdict = judge(read_note(find_mathematics(NOTE + words, "note.md")), seconds=5)[-1].verdict
    assert verdict.kind is kind
