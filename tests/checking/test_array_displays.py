"""A display that is one array sets rows, also in a single column: no formula in it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

CHAIN = [r"\frac{d}{dx} x^3", r"= 3 x^2", r"= x^2 + 2 x^2"]


def steps(tmp_path: Path, text: str) -> list[str]:
    note = tmp_path / "note.md"
    note.write_text(text + "\n", encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(note).steps]


@pytest.mark.parametrize("columns", ["l", "c", "r"])
def test_rows_of_one_column_are_a_chain(tmp_path: Path, columns: str) -> None:
    rows = r" \\ ".join(CHAIN)
    assert steps(tmp_path, rf"$$\begin{{array}}{{{columns}}} {rows} \end{{array}}$$") == ["proved", "proved"]
    wrong = rows.replace("2 x^2", "3 x^2")
    assert steps(tmp_path, rf"$$\begin{{array}}{{{columns}}} {wrong} \end{{array}}$$") == ["proved", "refuted"]


def test_rows_of_one_column_define(tmp_path: Path) -> None:
    note = r"$$\begin{array}{l} f(x) = g(2 x) \\ g(z) = z^2 \end{array}$$" + "\n\n" + r"$$f'(x) = 8 x$$"
    assert steps(tmp_path, note) == ["definition", "definition", "proved"]


def test_what_is_used_before_its_definition_has_it(tmp_path: Path) -> None:
    """The name that f stands on is given below f."""
    note = "\n\n".join([r"$$\frac{d}{dx} f(x) = 8 x$$", r"$$f(x) = g(2 x)$$", r"$$g(z) = z^2$$"])
    assert steps(tmp_path, note) == ["proved", "definition", "definition"]


def test_words_in_one_column_are_no_rows(tmp_path: Path) -> None:
    assert steps(tmp_path, r"$$x^2 + \begin{array}{l} 1 \\ 2 \end{array}$$") == []
