"""Blocks of formulas in a Markdown file: filled from what is proved, the same every time, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from notes_for_tests import RIGHT, WRONG
from typer.testing import CliRunner

from derive.cli import app
from derive.errors import DeriveError
from derive.formulas.blocks import END, filled
from derive.formulas.commands import filled_command
from derive.formulas.source import for_markdown

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "softmax.md"
    path.write_text(RIGHT, encoding="utf-8")
    return path


def page(folder: Path, *lines: str, old: str = "old") -> Path:
    path = folder / "page.md"
    asked = "\n".join(lines)
    path.write_text(f"# Title\n\n<!-- derive formulas\n{asked}\n-->\n{old}\n{END}\n\nThe end.\n", encoding="utf-8")
    return path


def test_the_readme_says_what_is_proved() -> None:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    notes = sorted((ROOT / "derive" / "notes").glob("*.md"))  # links lead to these, not to an installed copy
    assert filled(readme, notes) == text, "stale; update with:  derive formulas --into README.md"
    assert text.count("\\frac{\\partial J}") >= 4


def test_a_block_is_filled_and_the_rest_is_kept(note: Path, tmp_path: Path) -> None:
    path = page(
        tmp_path,
        "softmax: P(o|c)",
        "softmax: \\log P(o|c) = \\log \\exp(u_o^\\top v_c) - \\log \\sum_{w=1}^{V} \\exp(u_w^\\top v_c)",
    )
    text = filled(path, [note])
    assert text.startswith("# Title\n\n<!-- derive formulas\nsoftmax: P(o|c)\n")
    assert text.endswith(f"\n\n{END}\n\nThe end.\n")
    assert "old" not in text
    assert "P(o\\mid c) = \\frac{\\exp(u_o^\\top v_c)}{\\sum_{w=1}^V \\exp(u_w^\\top v_c)} \\\\[0.5em]\n" in text
    assert "= \\log\\exp(u_o^\\top v_c) - \\log" in text.replace("\\log \\exp", "\\log\\exp")
    assert "Proved in [softmax](softmax.md)." in text
    path.write_text(text, encoding="utf-8")
    assert filled(path, [note]) == text


def test_the_end_of_a_chain_is_what_is_shown(note: Path, tmp_path: Path) -> None:
    text = filled(page(tmp_path, "softmax: \\log P(o|c)"), [note])
    assert "\\log P(o\\mid c) = u_o^\\top v_c - " in text


def test_an_example_in_code_is_no_block(note: Path, tmp_path: Path) -> None:
    path = page(tmp_path, "softmax: P(o|c)")
    text = path.read_text(encoding="utf-8")
    example = "```html\n<!-- derive formulas\nnothing: x\n-->\n```\n\n"
    path.write_text(example + text, encoding="utf-8")
    assert filled(path, [note]).startswith(example)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nothing: x", "there is no note nothing; there are softmax"),
        ("softmax", "write  NOTE: QUANTITY"),
        ("softmax: Q(o|c)", "begins no chain of equalities in this note"),
        ("softmax: P(o|c) = 1", "has no chain of equalities with this form"),
        ("softmax: P(o|c) \\le 1", "write  NAME = QUANTITY"),
        ("softmax: \\frac{", "could not be read"),
        ("", "the block asks for no formula"),
    ],
)
def test_what_a_block_cannot_ask_for(note: Path, tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(DeriveError, match=message):
        filled(page(tmp_path, line), [note])


def test_what_is_not_proved_is_not_written(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.md"
    wrong.write_text(WRONG, encoding="utf-8")
    path = page(tmp_path, "wrong: \\frac{\\partial}{\\partial v_c} \\log P(o|c)")
    with pytest.raises(DeriveError, match="is not proved, line 19 is refuted") as raised:
        filled(path, [wrong])
    assert "page.md:4" in str(raised.value)


def test_files_that_cannot_be_filled(note: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    with pytest.raises(DeriveError, match="cannot read"):
        filled(path, [note])
    path.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(DeriveError, match="has no block to fill"):
        filled(path, [note])
    path.write_text("<!-- derive formulas\nsoftmax: P(o|c)\n-->\n", encoding="utf-8")
    with pytest.raises(DeriveError, match="the block is not closed"):
        filled(path, [note])
    path.write_text(f"<!-- derive formulas\nsoftmax: P(o|c)\n-->\n<!-- derive formulas\n-->\n{END}\n", encoding="utf-8")
    with pytest.raises(DeriveError, match="a block begins inside another one"):
        filled(path, [note])
    with pytest.raises(DeriveError, match="leave the other options out"):
        filled_command(path, [note], alone=False)


def test_the_command_line(note: Path, tmp_path: Path) -> None:
    path = page(tmp_path, "softmax: P(o|c)")
    command = ["formulas", str(note), "--into", str(path)]
    stale = CliRunner().invoke(app, [*command, "--check"])
    assert stale.exit_code == 1
    assert "-old" in stale.output
    assert "old" in path.read_text(encoding="utf-8")
    assert CliRunner().invoke(app, command).exit_code == 0
    assert CliRunner().invoke(app, [*command, "--check"]).exit_code == 0
    refused = CliRunner().invoke(app, [*command, "--format", "html"])
    assert isinstance(refused.exception, DeriveError)


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        (r"a \, b", r"a \thinspace  b"),
        (r"\{1\}", r"\lbrace 1\rbrace "),
        (r"a<b", r"a\lt b"),
        (r"z^*", r"z^\ast "),
        (r"x \\ y", r"x \\ y"),
        (r"\alpha_i", r"\alpha_i"),
        (r"\text{a \(\le\) b}", r"\text{a }\le\text{ b}"),
        (r"\text{a<b \{ \textbackslash{}foo}", r"\text{a＜b \{ \textbackslash{}foo}"),
    ],
)
def test_markdown_spoils_nothing(written: str, safe: str) -> None:
    assert for_markdown(written) == safe
