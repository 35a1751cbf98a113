"""Functions beside their proofs: no line of code is lost, each has its mathematics, every link leads somewhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path

import pytest
from notes_for_tests import RIGHT
from typer.testing import CliRunner

from derive.cli import app
from derive.emission import emitted
from derive.emitting.function import emit_function
from derive.errors import DeriveError, InternalError
from derive.formulas import columns
from derive.formulas.columns import Function, functions
from derive.formulas.columns_html import functions_html
from derive.formulas.commands import formulas_command, shipped_notes
from derive.formulas.page import Page, read_page
from derive.formulas.values import Reader

NOTES = Path(columns.__file__).parent.parent / "notes"
QUICK = ("softmax-skip-gram", "negative-sampling", "information")
ALL = [path.stem for path in shipped_notes() if "\nemit " in path.read_text(encoding="utf-8")]
OUTPUT = r"gradient = \frac{\partial}{\partial v_c} \log P(o|c)"
ASKING = f"{RIGHT}\n```derive\nemit tests.gradient(u, v, c, o):\n    {OUTPUT}\n```\n"


@cache
def of_note(stem: str) -> tuple[Page, list[Function]]:
    path = NOTES / f"{stem}.md"
    page = read_page(path)
    return page, functions(page, path)


@pytest.mark.parametrize(
    "stem", [stem if stem in QUICK else pytest.param(stem, marks=pytest.mark.slow) for stem in ALL]
)
def test_every_line_stands_beside_its_mathematics_and_its_proof(stem: str) -> None:
    page, found = of_note(stem)
    sources = [emit_function(each.formula) for each in emitted(NOTES / f"{stem}.md")]
    assert [function.name for function in found] == [source.name for source in sources]
    for function, source in zip(found, sources, strict=True):
        code = [line for band in function.bands for line in band.code]
        text = [*function.head, *("    " + text for line in code for text in line.lines), *function.tail]
        assert [line.strip() for line in text] == [line.strip() for line in source.text.rstrip("\n").split("\n")]
        for line in code:
            assert line.formula is not None, f"no mathematics for {line.lines}"
            ElementTree.fromstring(line.formula.replace("&#160;", " "))
            assert line.serves
        proved = {band.output.name for band in function.bands if band.output is not None}
        assert proved == set(source.results)
        for band in function.bands:
            if band.output is not None:
                assert band.output.rows[0].first is not None
                assert all(row.step in page.steps for row in band.output.rows)


def test_every_link_leads_to_a_row() -> None:
    html = formulas_command([NOTES / "softmax-skip-gram.md"], format="html", columns=True)
    places = set(re.findall(r' id="([^"]+)"', html))
    links = re.findall(r'href="#([^"]+)"', html)
    assert len(links) > 50
    assert set(links) <= places
    assert re.findall(r' id="([^"]+)"', html) == list(dict.fromkeys(re.findall(r' id="([^"]+)"', html)))
    ElementTree.fromstring(html[html.index("<main>") : html.index("</main>") + len("</main>")])
    proved = set(re.findall(r'data-proves="([^"]+)"', html))
    assert {name for served in re.findall(r'data-serves="([^"]+)"', html) for name in served.split()} == proved


def test_the_mathematics_of_a_line() -> None:
    _, found = of_note("softmax-skip-gram")
    (pair,) = (function for function in found if function.name == "pair")
    lines = {line.name: line for band in pair.bands for line in band.code}
    logits = re.sub(r"<[^>]+>", "", lines["logits"].formula or "")
    assert logits == "logitsw=∑juwj⋅v_cj"
    assert re.sub(r"<[^>]+>", "", lines["residuals"].formula or "") == (
        "residualsw=probabilitiesw−δw,o⋅rest⋅inverse_partition"
    )
    assert lines["logits"].serves == ("loss", "gradient_v", "gradient_u")
    assert lines["inverse_partition"].serves == ("gradient_v", "gradient_u")


def test_a_step_without_a_rule_has_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derive.formulas.values._RULES", {})
    path = NOTES / "calculus.md"
    for each in emitted(path):
        code = emit_function(each.formula)
        reader = Reader({statement.value: statement.name for statement in code.statements}, each.formula.arguments)
        assert all(reader.formula(statement.value) is None for statement in code.statements)


def test_names_of_the_code_are_links_and_everything_else_is_escaped() -> None:
    _, found = of_note("information")
    html = functions_html(found, 1)
    assert '<a href="#n1-entropy-products" data-name="products" data-serves="entropy">products</a>' in html
    assert "p != 0" in html
    assert "np.<a" not in html


def test_a_row_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(ASKING, encoding="utf-8")
    page = read_page(path)
    (function,) = functions(page, path)
    assert function.name == "gradient"
    with pytest.raises(InternalError, match="has no row for"):
        functions(Page(path, (), ()), path)


def test_what_cannot_have_columns(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(RIGHT, encoding="utf-8")
    with pytest.raises(DeriveError, match="the notes ask for no functions"):
        formulas_command([path], format="html", columns=True)
    with pytest.raises(DeriveError, match="only HTML has columns"):
        formulas_command([path], columns=True)


def test_the_command_line(tmp_path: Path) -> None:
    path, target = tmp_path / "note.md", tmp_path / "out.html"
    path.write_text(ASKING, encoding="utf-8")
    arguments = ["formulas", str(path), "--format", "html", "--columns", "-o", str(target)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert CliRunner().invoke(app, [*arguments, "--check"]).exit_code == 0
    assert "data-proves=" in target.read_text(encoding="utf-8")
