"""From the notes to vectors, as ``derive demo`` goes; and the committed functions against what the notes say today."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from derive import demo
from derive.errors import DeriveError
from derive.modules import default_notes
from w2v_numeric.settings import Settings
from w2v_numeric.vectors import Vectors

ROOT = Path(__file__).resolve().parents[1]
NOTES = sorted((ROOT / "derive" / "notes").glob("*.md"))


@dataclass(frozen=True)
class Shown:
    folder: Path
    text: str


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The demo on the docstrings of one small package."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    stream = io.StringIO()
    settings = Settings(dim=8, epochs=3, min_count=2, threads=1, documents="paragraph")
    demo.run(folder, Console(file=stream, width=100), packages=["json", "logging"], notes=NOTES, settings=settings)
    return Shown(folder, stream.getvalue())


def test_every_step_of_the_notes_is_proved_or_a_definition(shown: Shown) -> None:
    made = json.loads((shown.folder / "verdicts.json").read_text("utf-8"))
    assert len(made["files"]) == len(NOTES) >= 7
    summary = made["summary"]
    assert summary["proved"] >= 80
    assert summary["refuted"] == summary["undecided"] == summary["unread"] == 0
    assert sum(summary.values()) == sum(len(file["steps"]) for file in made["files"])


def test_the_committed_functions_are_what_the_notes_say(shown: Shown) -> None:
    committed = sorted((ROOT / "w2v_numeric" / "formulas").glob("*.py"))
    generated = sorted((shown.folder / "formulas").glob("*.py"))
    assert [path.name for path in committed if path.name != "__init__.py"] == [path.name for path in generated]
    for path in generated:
        same = path.read_bytes() == (ROOT / "w2v_numeric" / "formulas" / path.name).read_bytes()
        assert same, f"{path.name} is stale; update with:  derive emit"


def test_every_function_names_the_note_and_line_that_proves_it(shown: Shown) -> None:
    for path in (shown.folder / "formulas").glob("*.py"):
        text = path.read_text("utf-8")
        for function in text.split("\ndef ")[1:]:
            if not function.startswith("_"):
                assert "proved in " in function, function
    lines = (ROOT / "derive" / "notes" / "softmax-counts.md").read_text("utf-8").splitlines()
    text = (shown.folder / "formulas" / "softmax_skipgram.py").read_text("utf-8")
    quoted = {int(number) for number in re.findall(r"proved in softmax-counts\.md:(\d+)", text)}
    assert len(quoted) == 3
    assert all("n_a" in lines[number - 1] for number in quoted)


def test_the_demo_leaves_everything_in_its_folder(shown: Shown) -> None:
    names = {path.name for path in shown.folder.iterdir()}
    assert names == {
        "corpus.txt", "derivations.html", "formulas", "neighbours.txt", "training.jsonl", "training.png", "vectors.txt",
        "verdicts.json",
    }  # fmt: skip
    assert (shown.folder / "training.png").read_bytes().startswith(b"\x89PNG")
    records = [json.loads(line) for line in (shown.folder / "training.jsonl").read_text().splitlines()]
    assert records[-1]["loss"] < records[0]["loss"]
    vectors = Vectors.load(shown.folder / "vectors.txt")
    assert vectors.matrix.shape[1] == 8
    assert "file" in vectors


def test_the_demo_says_what_it_did(shown: Shown) -> None:
    for said in ("softmax-skip-gram.md", "byte for byte what w2v trains with", "nearest words", "Everything is in"):
        assert said in shown.text


def test_the_demo_refuses_a_note_that_does_not_hold(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    source = (ROOT / "derive" / "notes" / "cross-entropy.md").read_text("utf-8")
    assert r"&= \hat y_k - y_k" in source
    note.write_text(source.replace(r"&= \hat y_k - y_k", r"&= y_k - \hat y_k"), "utf-8")
    with pytest.raises(DeriveError, match=r"refuted|not proved"):
        demo.run(tmp_path / "out", Console(file=io.StringIO()), packages=["json"], notes=[note])


def test_the_notes_of_this_project_are_found_from_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert [path.name for path in default_notes()] == [path.name for path in NOTES]
