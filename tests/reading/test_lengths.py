"""A length that depends on a letter, as the way to a word does in a tree, changes with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

NOTE = r"""
$$
P(w|c) = \prod_{k=1}^{%(at w)s} \sigma(x_{wk} y_c)
$$

$$
P(b|a) = \prod_{k=1}^{%(at b)s} \sigma(x_{bk} y_a)
$$

$$
P(b|a) = \prod_{k=1}^{%(at w)s} \sigma(x_{bk} y_a)
$$
"""


@pytest.mark.parametrize("length", ["L(%s)", "l^%s", "K_%s"])
def test_a_length_is_that_of_the_word_a_definition_is_used_for(tmp_path: Path, length: str) -> None:
    note = tmp_path / "tree.md"
    note.write_text(NOTE % {"at w": length % "w", "at b": length % "b"}, encoding="utf-8")
    kinds = [step.verdict.kind.value for step in check_file(note).steps]
    assert kinds == ["definition", "proved", "refuted"]
