"""Functions that a sentence gives in pieces: neither piece is the function everywhere."""

from __future__ import annotations

import pytest

from derive.derivation import Kind
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note

P, R, U = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED
PIECES = (
    r"The clipped score is $f(t)=t^2/m$ for $0<t<m$ and $f(t)=m$ for $t\ge m$.",
    r"当 $0<t<m$ 时 $f(t)=t^2/m$，当 $t\ge m$ 时 $f(t)=m$。",
)


def last(text: str) -> Kind:
    """The verdict on the last step of a note."""
    return judge(read_note(find_mathematics(f"$m > 0$.\n\n{text}", "note.md")), seconds=5)[-1].verdict.kind


@pytest.mark.parametrize("words", PIECES)
@pytest.mark.parametrize("step", ["f(3m) = m", "f(3m) = 9m", "f'(t) = 2f(t)/t", "f(t) \\le 2m"])
def test_a_piece_is_not_the_function(words: str, step: str) -> None:
    assert last(f"{words}\n\n$$ {step} $$") is U


def test_what_holds_of_any_function_is_proved() -> None:
    loss = r"$$ L = \sum_{i=1}^n f(t_i) (a_i - c)^2 $$"
    assert last(f"{PIECES[0]}\n\n{loss}\n\n$$ \\frac{{\\partial L}}{{\\partial a_k}} = 2 f(t_k)(a_k - c) $$") is P
    assert last(f"{PIECES[0]}\n\n{loss}\n\n$$ \\frac{{\\partial L}}{{\\partial a_k}} = f(t_k)(a_k - c) $$") is R


def test_a_condition_right_behind_an_equation_opens_no_case() -> None:
    names = r"$$ r = a^2 + m \qquad s = r^2 $$"
    text = f"Here $g(t) = t$ for $t > m$.\n\n{names}\n\nFor one $a$:\n\n$$ \\frac{{d s}}{{d a}} = 4 a r $$"
    assert last(text) is P
