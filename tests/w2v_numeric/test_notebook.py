"""What a notebook shows: a corner of the vectors, and training as one live display."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from w2v_numeric import NumericError, SkipGram, Vectors
from w2v_numeric.notebook import Live


class Screen:
    """Stands in for IPython.display: remembers every picture of the one display."""

    def __init__(self) -> None:
        self.pictures: list[str] = []
        self.displays = 0

    def HTML(self, text: str) -> str:
        return text

    def display(self, text: str, *, display_id: bool) -> Screen:
        assert display_id
        self.displays += 1
        self.update(text)
        return self

    def update(self, text: str) -> None:
        self.pictures.append(text)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    made = Screen()
    package, module = ModuleType("IPython"), ModuleType("IPython.display")
    module.HTML, module.display = made.HTML, made.display  # type: ignore[attr-defined] # a module made up for the test
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return made


SENTENCES = [["the", "cat", "sat"], ["the", "dog", "<b>"]] * 20


def test_training_is_one_display_with_a_bar(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("w2v_numeric.notebook.EVERY", 0.0)
    SkipGram(dim=4, min_count=1, epochs=3, threads=1, reporter=Live()).fit(SENTENCES)
    assert screen.displays == 1
    shares = [float(text.split('value="')[1].split('"')[0]) for text in screen.pictures if "<progress" in text]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert "<progress" not in screen.pictures[-1]
    assert "pass 3 over 5 words: loss" in screen.pictures[-1]
    assert "pass 2 over" not in screen.pictures[-1]


def test_the_bar_is_not_drawn_more_often_than_it_can_be_seen(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("w2v_numeric.notebook.EVERY", 1e9)
    SkipGram(dim=4, min_count=1, epochs=3, threads=1, reporter=Live()).fit(SENTENCES)
    assert sum("<progress" in text for text in screen.pictures) == 1


def test_what_is_said_is_escaped(screen: Screen) -> None:
    Live().note("a < b & <script>")
    assert screen.pictures == ["<div>a &lt; b &amp; &lt;script&gt;</div>"]


def test_without_ipython_there_is_no_live_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    with pytest.raises(NumericError, match="a live bar needs IPython"):
        Live()


def test_vectors_show_a_corner_of_their_table() -> None:
    words = ["<b>&", *(f"w{k}" for k in range(20))]
    shown = Vectors(words, np.arange(21 * 9, dtype=np.float32).reshape(21, 9))._repr_html_()
    assert "21 words, 9 numbers each" in shown
    assert '<th scope="row">&lt;b&gt;&amp;</th><td>0.000</td>' in shown
    assert shown.count("<tr>") == 1 + 8 + 1
    assert shown.count("…") == 1 + 8 + 1
    assert "w8" not in shown


@pytest.mark.parametrize("shape", [(0, 3), (2, 1), (8, 6)])
def test_small_tables_are_shown_whole(shape: tuple[int, int]) -> None:
    shown = Vectors([f"w{k}" for k in range(shape[0])], np.zeros(shape, np.float32))._repr_html_()
    assert "…" not in shown
    assert shown.count("<td>0.000</td>") == shape[0] * shape[1]


def test_showing_vectors_needs_no_sympy() -> None:
    code = (
        "import sys, numpy as np, w2v_numeric, w2v_numeric.notebook\n"
        "w2v_numeric.Vectors(['a'], np.zeros((1, 2), np.float32))._repr_html_()\n"
        "sys.exit('sympy' in sys.modules)"
    )
    done: Any = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 0
