"""Generated modules: the same bytes every time, formatted, importable without SymPy, compared with a diff."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from family import BY_NAME, counts_in_place, pair, softmax_

from derive.emitting.formula import EmitError
from derive.emitting.function import emit_function
from derive.emitting.lambdify import compiled
from derive.emitting.module import Header, check_module, write_helpers, write_module
from derive.emitting.objectives import Trainable

ROOT = Path(__file__).parents[2]
SOME = [
    *(BY_NAME[name] for name in ("batch", "glove", "kl_divergence", "information", "negative_sampling_batch", "nce")),
    counts_in_place,
]
HEADER = Header("Formulas for tests.", {"test.md": "the text of the note"})


@pytest.fixture(scope="module")
def text() -> str:
    return write_module(SOME, HEADER)


def test_deterministic(text):
    assert write_module([*reversed(SOME)], HEADER) == text


def test_deterministic_in_another_process(text):
    code = (
        "import sys; sys.path.insert(0, 'tests/emitting')\n"
        "from test_module import *\n"
        "sys.stdout.write(write_module(SOME, HEADER))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert run.stdout.decode() == text


@pytest.mark.skipif(find_spec("ruff") is None, reason="ruff is a tool of development")
def test_formatted(text, tmp_path):
    path = tmp_path / "generated.py"
    path.write_text(text)
    for command in (["check"], ["format", "--check"]):
        run = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), str(path)],
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stdout


def test_hashes(text):
    names: dict[str, object] = {}
    exec(compile(text, "generated", "exec"), names)
    assert names["NOTES"] == {"test.md": hashlib.sha256(b"the text of the note").hexdigest()}
    body = text.split('"""The SHA-256 of everything below."""\n\n\n', 1)[1]
    assert names["BODY_SHA256"] == hashlib.sha256(body.encode()).hexdigest()


def test_needs_numpy_only(text):
    imported = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert imported == [
        "from __future__ import annotations",
        "import math",
        "from typing import Any",
        "import numpy as np",
        "from numpy.typing import NDArray",
    ]


def test_shared_helpers_are_imported_and_compute_the_same(text, tmp_path, monkeypatch):
    (tmp_path / "helpers_of_the_test.py").write_text(write_helpers())
    (tmp_path / "sharing.py").write_text(write_module(SOME, replace(HEADER, helpers="helpers_of_the_test")))
    (tmp_path / "alone.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    sharing, alone = import_module("sharing"), import_module("alone")
    assert "def _" not in (tmp_path / "sharing.py").read_text()
    assert sharing._reject_negative.__module__ == "helpers_of_the_test"
    assert alone._reject_negative.__module__ == "alone"
    p, q = np.array([0.2, 0.8]), np.array([0.5, 0.5])
    for mine, same in zip(sharing.kl_divergence(p, q), alone.kl_divergence(p, q), strict=True):
        np.testing.assert_array_equal(mine, same)
    with pytest.raises(ValueError, match="kl_divergence: q has a negative entry"):
        sharing.kl_divergence(p, -q)


def test_a_module_carries_the_helpers_it_calls_and_no_others():
    assert helper_names(write_module([softmax_], HEADER)) == {"_reject_shapes", "_reject_non_finite", "_floats"}
    assert helper_names(write_helpers()) >= helper_names(write_module(SOME, HEADER))


def helper_names(text: str) -> set[str]:
    return {line[4:].partition("(")[0] for line in text.splitlines() if line.startswith("def _")}


def test_names_the_note_and_line_of_every_output(text):
    assert text.count("proved in test.md:1") == sum(len(f.outputs) for f in SOME)


def test_compare(tmp_path):
    path = tmp_path / "generated.py"
    old, new = write_module([softmax_], HEADER), write_module([softmax_, pair], HEADER)
    assert check_module(path, new) is not None
    path.write_text(old)
    assert check_module(path, old) is None
    difference = check_module(path, new)
    assert difference is not None
    assert '+    "pair",' in difference
    assert difference.startswith(f"--- {path}")


def test_latex_in_docstrings_is_raw_and_cannot_end_them():
    from dataclasses import replace

    shown = replace(softmax_, latex={"probabilities": r"\hat y = \frac{e^{z_i}}{\sum_j e^{z_j}}"})
    assert 'r"""' in write_module([shown], HEADER)
    assert r"\frac{e^{z_i}}" in write_module([shown], HEADER)
    for text in ('"""; import os; """', "trailing\\"):
        with pytest.raises(EmitError, match="cannot stand in a docstring"):
            write_module([replace(softmax_, latex={"probabilities": text})], HEADER)
        with pytest.raises(EmitError, match="cannot stand in a docstring"):
            write_module([replace(softmax_, summary=text)], HEADER)


def test_the_words_of_a_note_are_shown_and_never_executed() -> None:
    words = "The probabilities; import os is part of this sentence."
    made = emit_function(replace(softmax_, summary=words))
    assert words in made.text
    assert "import os" not in made.bare
    assert compiled(made).__doc__.startswith(words)


def test_sentences_of_a_note_stay_strings() -> None:
    """Whatever an objective says of itself, the module holds a dictionary of strings."""
    said = 'a "quoted" \\ sentence\n""" + 1'
    made = Trainable("n", said, "counts", "g", "l", ("loss",), {said: said}, {"a": said}, "")
    found = ast.literal_eval("{" + made.source() + "}")["n"]
    assert found["about"] == said
    assert found["given"] == {said: said}
    assert found["preferred"] == {"a": said}
