"""The command ``derive``: what it prints for programs, how it ends, and what it says when something is wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from derive import cli

ROOT = Path(__file__).resolve().parents[1]

NOTE = r"""# Softmax

The vocabulary has $V$ words. Every word $w$ has two vectors $u_w \in \mathbb{R}^d$ and $v_w \in \mathbb{R}^d$.

$$
P(o|c) = \frac{\exp(u_o^\top v_c)}{\sum_{w=1}^{V} \exp(u_w^\top v_c)}
$$

$$
\log P(o|c) = u_o^\top v_c - \log \sum_{w=1}^{V} \exp(u_w^\top v_c)
$$
"""
WRONG = r"""
$$
\frac{\partial}{\partial v_c} \log P(o|c) = u_o - \sum_{w=1}^{V} \exp(u_w^\top v_c) u_w
$$
"""
UNDECIDED = r"""
$$
\sum_{w=1}^{V} P(w|c) \, g(w) = \heartsuit_c
$$
"""
EMIT = r"""
```derive
emit words.score(u, v, c, o):
    "The logarithm of a probability."
    score = \log P(o|c)
```
"""


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


Derive = Callable[..., Run]


@pytest.fixture
def derive(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Derive:
    """The command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["derive", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return Run(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def note(tmp_path: Path) -> Callable[..., Path]:
    def write(*parts: str, name: str = "note.md") -> Path:
        path = tmp_path / name
        path.write_text("".join(parts), "utf-8")
        return path

    return write


# check


def test_json_contract(derive: Derive, note: Callable[..., Path]) -> None:
    path = note(NOTE, WRONG)
    ran = derive("check", path, "--format", "json")
    assert ran.code == 1
    made = json.loads(ran.out)
    assert set(made) == {"version", "files", "summary"}
    assert made["version"] == 1
    assert set(made["summary"]) == {"proved", "refuted", "undecided", "unread", "definition"}
    assert made["summary"] == {"proved": 1, "refuted": 1, "undecided": 0, "unread": 0, "definition": 1}
    (file,) = made["files"]
    assert set(file) >= {"path", "conventions", "steps"}
    assert file["path"] == str(path)
    needed = {"line", "column", "relation", "left", "right", "verdict", "reason", "diagnosis", "counterexample"}
    for step in file["steps"]:
        assert set(step) >= needed
        assert step["reason"]
    defined, proved, refuted = file["steps"]
    assert (defined["line"], defined["column"], defined["verdict"]) == (6, 10, "definition")
    assert (proved["line"], proved["relation"], proved["verdict"]) == (10, "=", "proved")
    assert proved["left"] == r"\log P(o|c)"
    assert proved["counterexample"] is None
    assert refuted["verdict"] == "refuted"
    found = refuted["counterexample"]
    assert set(found) >= {"V", "d", "values", "left", "right"}
    assert found["left"] != found["right"]
    assert isinstance(found["V"], int)


def test_exit_codes_of_check(derive: Derive, note: Callable[..., Path]) -> None:
    right, undecided = note(NOTE, name="right.md"), note(NOTE, UNDECIDED, name="undecided.md")
    wrong = note(NOTE, WRONG, name="wrong.md")
    assert derive("check", right).code == 0
    assert derive("check", "--strict", right).code == 0
    assert derive("check", undecided).code == 0
    assert derive("check", "--strict", undecided).code == 1
    assert derive("check", wrong).code == 1
    assert derive("check", right, wrong).code == 1


def test_text_shows_what_is_wrong_and_where(derive: Derive, note: Callable[..., Path]) -> None:
    ran = derive("check", note(NOTE, WRONG))
    assert re.search(r"^ +14:\d+ +✗ = u_o − ∑_{w=1}\^V exp\(u_wᵀv_c\)u_w$", ran.out, re.MULTILINE)
    said = [line for line in ran.out.splitlines() if "\\" in line]
    assert [line.strip() for line in said] == [WRONG.splitlines()[2]], "LaTeX stands only where the note is quoted"
    assert "1 refuted" in ran.out
    assert "left" in ran.out
    assert "right" in ran.out


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "there is no file missing.md"), (b"# A note \xff\xfe\n", "UTF-8")],
)
def test_unreadable_notes_end_with_two(derive: Derive, tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "missing.md").write_bytes(content)
    ran = derive("check", "missing.md")
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_an_empty_folder_ends_with_two(derive: Derive, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = derive("check", "empty")
    assert ran.code == 2
    assert "no notes" in ran.err


def test_wrong_options_end_with_two(derive: Derive, note: Callable[..., Path]) -> None:
    assert derive("check", note(NOTE), "--format", "xml").code == 2
    assert derive("check").code == 2
    assert derive("chekc").code == 2


def test_help_teaches(derive: Derive) -> None:
    said = derive("--help").out
    for command in ("check", "formulas", "emit", "grade", "demo"):
        assert f"derive {command}" in said
    assert "Exit code" in derive("check", "--help").out


def test_as_a_module(note: Callable[..., Path]) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "derive", "check", str(note(NOTE))]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "1 proved" in ran.stdout


# emit


def test_emit_writes_then_is_fresh_then_goes_stale(derive: Derive, note: Callable[..., Path], tmp_path: Path) -> None:
    path = note(NOTE, EMIT)
    assert derive("emit", path, "-o", "made", "--check").code == 1
    assert not (tmp_path / "made").exists()
    ran = derive("emit", path, "-o", "made")
    assert ran.code == 0
    module = tmp_path / "made" / "words.py"
    assert "proved in note.md:10" in module.read_text("utf-8")
    fresh = derive("emit", path, "-o", "made", "--check")
    assert (fresh.code, fresh.out) == (0, "")
    module.write_text(module.read_text("utf-8").replace("np.exp(shifted", "np.exp(2 * shifted"), "utf-8")
    stale = derive("emit", path, "-o", "made", "--check")
    assert stale.code == 1
    assert "-    exponentials = np.exp(2 * shifted" in stale.out
    assert "+    exponentials = np.exp(shifted" in stale.out
    assert f"update with:  derive emit {path} -o made" in stale.err
    assert derive("emit", path, "-o", "made").code == 0
    assert derive("emit", path, "-o", "made", "--check").code == 0


def emit_of(quantity: str) -> str:
    return EMIT.replace(r"score = \log P(o|c)", quantity)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        # Never what is not proved, not stated, or changed on the way to the emit line.
        ((NOTE, WRONG, emit_of(r"slope = \frac{\partial}{\partial v_c} \log P(o|c)")), "is not proved"),
        ((NOTE, emit_of(r"score = 2 \log P(o|c)")), "begins no chain of equalities"),
        ((NOTE, emit_of(r"score = \log P(o|c) = u_o^\top v_c")), "has no chain of equalities with this form"),
        ((NOTE, emit_of(r"score = \log P(o|c) \le 0")), "write  NAME = QUANTITY"),
        ((NOTE, emit_of(r"score \log")), "write  NAME = LATEX"),
        ((NOTE, EMIT.replace("(u, v, c, o)", "(u, v, c, o, x)")), "x is no name of this note"),
        ((NOTE, EMIT.replace("words.score", "score")), "write  emit MODULE.FUNCTION"),
        ((NOTE, "\n```derive\nemit words.score(u, v, c, o):\n```\n"), "has no outputs"),
        ((NOTE,), "ask for no functions"),
    ],
)
def test_emit_refuses(
    derive: Derive, note: Callable[..., Path], tmp_path: Path, parts: tuple[str, ...], message: str
) -> None:
    ran = derive("emit", note(*parts), "-o", "made")
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "made").exists()


def test_a_free_index_becomes_an_axis(derive: Derive, note: Callable[..., Path], tmp_path: Path) -> None:
    assert derive("emit", note(NOTE, EMIT.replace("(u, v, c, o)", "(u, v, c)")), "-o", "made").code == 0
    assert "def score(u: Floats, v: Floats, c: int) -> Floats:" in (tmp_path / "made" / "words.py").read_text("utf-8")


def test_emit_needs_a_place(derive: Derive, note: Callable[..., Path]) -> None:
    assert "say with -o" in derive("emit", note(NOTE, EMIT)).err
    assert "there is no folder w2v_numeric/formulas here" in derive("emit").err


# grade


def test_grade(derive: Derive, tmp_path: Path) -> None:
    solutions = ROOT / "tests" / "testing" / "solutions"
    shutil.copy(solutions / "right_vectorised.txt", tmp_path / "right.py")
    shutil.copy(solutions / "naive_gradients_swapped.txt", tmp_path / "wrong.py")
    right = derive("grade", "right.py", "--format", "json")
    verdicts = {name: each["verdict"] for name, each in json.loads(right.out)["functions"].items()}
    assert set(verdicts.values()) == {"right"}
    assert right.code == 0
    assert derive("grade", "wrong.py").code == 1
    assert derive("grade", "missing.py").code == 2
    assert "end in .py" in derive("grade", solutions / "right_vectorised.txt").err
