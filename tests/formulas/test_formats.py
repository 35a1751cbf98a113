"""Whole notes in every format: nothing is lost, nothing is run, and the same note gives the same bytes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from notes_for_tests import HOSTILE, RIGHT, WRONG
from typer.testing import CliRunner

from derive.checking import check_file
from derive.cli import app
from derive.derivation import Kind, Step
from derive.errors import DeriveError
from derive.formulas.commands import FORMATS, difference, formulas_command, report_command, shipped_notes, write
from derive.formulas.explain import emitted, explain
from derive.formulas.page import Chain, read_page
from derive.proving.steps import judge
from derive.reading.markdown import read_document
from derive.reading.note import Draftbook, read_note


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "softmax.md"
    path.write_text(RIGHT, encoding="utf-8")
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.md"
    path.write_text(WRONG, encoding="utf-8")
    return path


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    path = tmp_path / "hostile.md"
    path.write_text(HOSTILE, encoding="utf-8")
    return path


def parsed(html: str) -> ElementTree.Element:
    """The file as a tree; HTML from here is also well-formed XML but for its head."""
    return ElementTree.fromstring(html[html.index("<main>") : html.index("</main>") + len("</main>")])


def test_every_step_is_on_the_page(note: Path) -> None:
    page = read_page(note)
    assert [str(step.place) for step in page.steps] == [str(step.place) for step in check_file(note).steps]
    assert page.summary()[Kind.PROVED] == 3
    assert page.summary()[Kind.DEFINITION] == 1


def test_conditions_stand_beside_their_line(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("For real $x$: $$x + x = 2 x \\quad (x \\ne 0)$$", encoding="utf-8")
    (chain,) = (block for block in read_page(path).blocks if isinstance(block, Chain))
    assert len(chain.lines) == 1
    assert len(chain.lines[0].aside) == 1


def test_equivalent_conditions_stand_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("For real $x$:\n\n$$\nx + 1 = 2 \\iff x = 1 \\iff 2 x = 2\n$$\n", encoding="utf-8")
    (chain,) = (block for block in read_page(path).blocks if isinstance(block, Chain))
    assert [line.step.place.column for line in chain.lines if line.step is not None] == [16, 27]
    assert len(chain.lines) == 2
    assert r"x + 1=2 & \Leftrightarrow x=1 &&" in formulas_command([path])
    assert "x + 1 = 2 ⇔ x = 1" in explain("note/4", [path])


def test_letters_after_a_formula_come_into_it(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("The $i$th of $\\{1, 2\\}$ in $K$-space, $x_\\max > 0$.", encoding="utf-8")
    assert r"The $i\text{th}$ of $\lbrace 1,2\rbrace$ in $K$-space, $x_{\max} \gt  0$." in formulas_command([path])


def test_a_corrected_line_is_set(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("For real $x$: $$(x + 1)^2 = x^2 - 2 x + 1$$", encoding="utf-8")
    markdown, latex = (formulas_command([path], format=format) for format in ("markdown", "latex"))
    assert re.search(r"^> true would be: \$.*x.*\$$", markdown, re.MULTILINE)
    assert r"true would be: \(" in latex


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_note_gives_the_same_bytes(note: Path, format: str) -> None:
    assert formulas_command([note], format=format) == formulas_command([note], format=format)


def test_markdown_keeps_the_notation_and_gives_the_reasons(note: Path) -> None:
    text = formulas_command([note])
    assert r"\frac{\exp(u_o^\topv_c)}{\sum_{w=1}^V\exp(u_w^\topv_c)}" in text.replace(" ", "")
    assert r"\checkmark\ \text{definition of }P\text{; logarithm of a quotient}" in text
    assert text.count("$$") == 6
    assert "The *logarithm* splits:" in text


def test_many_reasons_stand_in_several_rows(note: Path) -> None:
    last = formulas_command([note]).rstrip().split("\n")[-3]
    assert r"\checkmark\ \begin{array}{l}\text{logarithm of a quotient; chain rule;} \\ \text{" in last
    assert last.endswith(r"\\ \text{brackets multiplied out}\end{array}")
    assert last.count(r"\begin{array}") == last.count(r"\end{array}") == 1


def test_latex_is_a_document_or_a_fragment(note: Path) -> None:
    whole, part = (formulas_command([note], format="latex", fragment=fragment) for fragment in (False, True))
    assert whole.startswith(r"\documentclass")
    assert part in whole
    assert r"\begin{document}" not in part


def test_html_is_one_file_without_script(note: Path) -> None:
    text = formulas_command([note], format="html")
    assert parsed(text).tag == "main"
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text
    assert "prefers-color-scheme: dark" in text
    assert text.count('<div class="line proved') == 3


def test_a_report_folds_the_counterexample_below_the_line(wrong: Path) -> None:
    text = report_command([wrong])
    assert '<div class="line refuted"' in text
    details = parsed(text).findall(".//details[@class='finding']")
    assert len(details) == 1
    assert "Counterexample" in "".join(details[0].itertext())
    assert "line 19" in "".join(parsed(text).find(".//p[@class='refuted']").itertext())  # type: ignore[union-attr]


def test_nothing_of_a_stranger_is_run(hostile: Path) -> None:
    for text in (formulas_command([hostile], format="html"), report_command([hostile])):
        assert parsed(text).find(".//script") is None
        assert parsed(text).find(".//img") is None
        assert "javascript:" not in text
    markdown = formulas_command([hostile])
    assert "<script" not in markdown.replace("`</code><script>`", "").replace("\\<script", "")
    latex = formulas_command([hostile], format="latex")
    assert r"\input" not in latex
    assert r"\write" not in latex
    assert r"\foo{" not in latex


def test_notebooks(note: Path, wrong: Path) -> None:
    checked = check_file(note)
    step = checked.steps[1]
    assert "<math" in step._repr_html_()
    assert "proved" in (step._repr_latex_() or "")
    assert step._repr_html_().count("{") == step._repr_html_().count("}")
    assert "proved" in step.verdict._repr_html_()
    assert "srcdoc" in checked._repr_html_()
    assert "Counterexample" in check_file(wrong).steps[-1]._repr_html_()
    assert "Counterexample" in check_file(wrong)._repr_html_()


def test_notebooks_do_not_prove_twice(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = check_file(note)
    shown = checked._repr_html_()
    monkeypatch.setattr("derive.formulas.page.judge", lambda *_, **__: pytest.fail("judged once more"))
    note.unlink()
    assert checked._repr_html_() == shown


def test_notebooks_show_what_cannot_be_read(hostile: Path) -> None:
    for step in check_file(hostile).steps:
        assert "<script" not in step._repr_html_()
        assert "<script" not in step.verdict._repr_html_()
        assert step._repr_latex_()


def test_explain_by_line(note: Path) -> None:
    text = explain("softmax/19", [note])
    assert "∂/∂v_c log P(o|c) = u_o − ∑_{w=1}^V P(w|c) u_w" in text
    assert "chain rule" in text
    assert "Assumptions" in text


def test_explain_with_numpy(note: Path, tmp_path: Path) -> None:
    folder = tmp_path / "formulas"
    folder.mkdir()
    source = """\
def pair(u):
    '''Summary.

        gradient_v = x
            proved in softmax.md:19
    '''
    return u
"""
    (folder / "made.py").write_text(source, encoding="utf-8")
    text = explain("softmax/gradient-v", [note], folder=folder)
    assert "NumPy: gradient_v of pair" in text
    assert "return u" in text
    assert "softmax/pair/gradient-v" in explain("softmax", [note], folder=folder)
    with pytest.raises(DeriveError, match="softmax has no term other"):
        explain("softmax/other", [note], folder=folder)


def test_explain_judges_what_it_shows_and_nothing_else(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = note.read_text(encoding="utf-8")
    note.write_text(text.replace("The *logarithm*", "## Logarithm\n\nThe *logarithm*"), encoding="utf-8")
    seen: list[int] = []

    def watched(book: Draftbook, *, seconds: float) -> tuple[Step, ...]:
        seen.extend(draft.place.line for draft in book.drafts)
        return judge(book, seconds=seconds)

    monkeypatch.setattr("derive.formulas.explain.judge", watched)
    shown = explain("softmax:16", [note])
    assert seen == [15, 16]
    assert "✓ log undoes exp" in shown
    assert "not looked at" not in shown
    assert "  P(o|c) = exp(u_oᵀv_c)" in shown


def test_explain_lists_what_there_is(note: Path) -> None:
    run = CliRunner().invoke
    everything = run(app, ["explain", "--notes", str(note)])
    assert everything.exit_code == 0
    assert everything.output == "terms of softmax:\n  softmax/LINE\n"
    listed = run(app, ["explain"])
    assert "  softmax-skip-gram/pair/gradient-v\n" in listed.output
    assert "softmax-skip-gram:31" in run(app, ["explain", "--help"]).output


def test_explain_guesses_what_was_meant() -> None:
    with pytest.raises(DeriveError, match=r"no note softmax-skipgram \(did you mean softmax-skip-gram\?\); there are"):
        explain("softmax-skipgram/loss", shipped_notes())
    with pytest.raises(DeriveError, match=r"no term gradientv \(did you mean gradient-v\?\)"):
        explain("softmax-skip-gram/gradientv", shipped_notes())


@pytest.mark.slow
def test_every_output_that_is_emitted_can_be_explained() -> None:
    """Each names a line at which a step of its note begins; the derivations themselves take long to judge."""
    outputs = emitted()
    assert len(outputs) > 50
    for stem in sorted({output.note for output in outputs}):
        (path,) = (path for path in shipped_notes() if path.name == stem)
        lines = {draft.place.line for draft in read_note(read_document(path)).drafts}
        assert {output.line for output in outputs if output.note == stem} <= lines


@pytest.mark.parametrize(
    ("term", "message"), [("nothing/1", "no note nothing"), ("softmax/1", "no step begins at line 1")]
)
def test_explain_says_what_is_missing(note: Path, term: str, message: str) -> None:
    with pytest.raises(DeriveError, match=message):
        explain(term, [note])


def test_formats_that_do_not_exist(note: Path) -> None:
    with pytest.raises(DeriveError, match="no format pdf; use markdown, latex, html"):
        formulas_command([note], format="pdf")
    with pytest.raises(DeriveError, match="only LaTeX has fragments"):
        formulas_command([note], fragment=True)


def test_stale_files_are_found(note: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.md"
    text = formulas_command([note])
    write(text, target)
    assert difference(text, target) is None
    target.write_text(text.replace("checkmark", "times"), encoding="utf-8")
    assert "(generated)" in (difference(text, target) or "")
    with pytest.raises(DeriveError, match="cannot write"):
        write(text, tmp_path / "no" / "folder")


def test_the_command_line(note: Path, wrong: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    target = tmp_path / "out.tex"
    assert run(app, ["formulas", str(note), "--format", "latex", "-o", str(target)]).exit_code == 0
    assert run(app, ["formulas", str(note), "--format", "latex", "-o", str(target), "--check"]).exit_code == 0
    stale = run(app, ["formulas", str(wrong), "--format", "latex", "-o", str(target), "--check"])
    assert stale.exit_code == 1
    assert stale.output.startswith("---")
    page = tmp_path / "report.html"
    assert run(app, ["check", str(wrong), "--format", "html", "-o", str(page)]).exit_code == 1
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run(app, ["check", str(note), "--format", "html"]).output.startswith("<!DOCTYPE html>")
    assert "chain rule" in run(app, ["explain", "softmax/19", "--notes", str(note)]).output
