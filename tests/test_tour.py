"""The notebook that teaches the whole way runs from its first cell to its last, and is kept without output."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import derive

TOUR = Path(derive.__file__).parent / "notes" / "tour.ipynb"


def run(notebook: nbformat.NotebookNode, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TOUR.parent.parent.parent))
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()


def outputs(notebook: nbformat.NotebookNode, kind: str) -> str:
    """Everything that the cells showed as one MIME type, or printed."""
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    if kind == "stream":
        return "".join(output.text for output in shown if output.output_type == "stream")
    return "\n".join(output.data.get(kind, "") for output in shown if "data" in output)


def test_the_tour_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = nbformat.read(TOUR, as_version=4)
    run(notebook, tmp_path, monkeypatch)
    html, printed = outputs(notebook, "text/html"), outputs(notebook, "stream")
    assert html.count("<iframe") == 1
    assert html.count('class="line proved') == 3
    assert html.count('class="line refuted') == 1
    assert "Counterexample" in html
    assert "3,000 words, 50 numbers each" in html
    assert "loss" in html
    assert "<progress" not in html
    assert "proved in softmax-skip-gram.md" in printed
    assert re.search(r"proved (-?\d\.\d{4})\d\d, measured \1", printed)
    neighbours = dict(re.findall(r"^ *(\w+): (.+)$", printed, re.MULTILINE))
    assert {"chebyshev", "legendre"} & set(neighbours["polynomial"].split(", "))


def test_a_cell_that_fails_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import derive\nassert False")])
    with pytest.raises(CellExecutionError, match="AssertionError"):
        run(notebook, tmp_path, monkeypatch)


def test_the_tour_is_kept_without_output() -> None:
    notebook = nbformat.read(TOUR, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}
