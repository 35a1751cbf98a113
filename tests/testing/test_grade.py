"""The contract of ``derive grade``: its JSON, its exit codes, and that a solution can do no harm by accident."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

import derive.testing
from derive.errors import DeriveError
from derive.testing.course import FUNCTIONS, cases_of
from derive.testing.grade import grade, grade_command
from derive.testing.process import Limits
from derive.testing.source import is_template, read_source

SOLUTIONS = Path(__file__).parent / "solutions"
QUICK = Limits(load_seconds=1.5, case_seconds=0.4, grace=0.3)


def solution(tmp_path: Path, name: str) -> Path:
    path = tmp_path / "word2vec.py"
    path.write_text((SOLUTIONS / f"{name}.txt").read_text(encoding="utf-8"), encoding="utf-8")
    return path


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "answer.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_json_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert grade_command(str(solution(tmp_path, "neg_fancy_index")), "json") == 1
    shown = json.loads(capsys.readouterr().out)
    assert "its code was run" in shown["note"]
    assert list(shown["functions"]) == list(FUNCTIONS)
    for made in shown["functions"].values():
        assert set(made) == {"verdict", "reason", "counterexample"}
    found = shown["functions"]["negSamplingLossAndGradient"]
    assert found["verdict"] == "partly right"
    assert found["counterexample"]["output"] == "gradOutsideVecs"
    assert found["counterexample"]["arguments"]["negative samples"] == [1, 1]
    assert found["counterexample"]["expected"] != found["counterexample"]["got"]


def test_text_and_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert grade_command(str(solution(tmp_path, "right_course_style"))) == 0
    shown = capsys.readouterr().out
    assert "its code was run" in shown
    assert "skipgram: right" in shown
    assert grade_command(str(tmp_path / "nobody.py")) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_the_module_is_a_command(tmp_path: Path) -> None:
    path = solution(tmp_path, "right_course_style")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "derive.testing.grade", str(path), "--format", "json"]
    here = {**os.environ, "PYTHONPATH": str(Path(derive.testing.__file__).parents[2])}
    result = subprocess.run(command, capture_output=True, text=True, env=here)
    assert result.returncode == 0, result.stderr
    assert {made["verdict"] for made in json.loads(result.stdout)["functions"].values()} == {"right"}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)  # of the processor, so that a busy machine fails nobody
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 10


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x = '\xff\xfe'", "is not Python text"),
        (b"# coding: nonsense\n", "is not Python text"),
        (b" " * 1_000_001, "bytes long"),
    ],
)
def test_unreadable_files(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "odd.py"
    path.write_bytes(content)
    with pytest.raises(DeriveError, match=message):
        read_source(path)
    with pytest.raises(DeriveError, match="folder"):
        read_source(tmp_path)


def test_file_that_never_ends_is_stopped(tmp_path: Path) -> None:
    path = written(tmp_path, "import numpy as np\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-x))\nwhile True: pass\n")
    grades = grade(path, QUICK)
    assert grades.functions["sigmoid"].verdict == "right"
    assert "did not run to its end" in grades.remarks[0]


def test_file_that_blocks_everything(tmp_path: Path) -> None:
    text = "def sigmoid(x): return x\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass\n"
    grades = grade(written(tmp_path, text), QUICK)
    # The file may or may not be woken between two of its handlers; it is stopped, and nothing in it is right.
    assert grades.functions["sigmoid"].verdict in ("fails", "wrong")
    assert grades.functions["skipgram"].verdict == "missing"


def test_children_of_a_solution_are_killed(tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    text = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    time.sleep(3)\n"
        f"    open({str(mark)!r}, 'w').close()\n"
        "    os._exit(0)\n"
        "def sigmoid(x): return x\n"
    )
    start = time.monotonic()
    grade(written(tmp_path, text), QUICK)
    assert time.monotonic() - start < 2.9
    time.sleep(max(0.0, 3.3 - (time.monotonic() - start)))
    assert not mark.exists()


def test_environment_and_folder_are_not_those_of_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "1")
    text = (
        "import os, sys\n"
        f"assert 'A_SECRET' not in os.environ and os.getcwd() != {os.getcwd()!r}\n"
        "assert sys.stdin.read() == ''\n"
        "def sigmoid(x): return None\n"
    )
    grades = grade(written(tmp_path, text), QUICK)
    assert not grades.remarks
    assert grades.functions["sigmoid"].verdict == "missing"


def test_a_solution_that_writes_to_the_channel_decides_nothing(tmp_path: Path) -> None:
    text = (
        "import os\n"
        "def sigmoid(x):\n"
        "    for fd in range(3, 20):\n"
        '        try: os.write(fd, b\'{"end": [1]}\\n[]\\nnonsense\\n{"loaded": 3}\\n\')\n'
        "        except OSError: pass\n"
        "    return -1.0\n"
    )
    assert grade(written(tmp_path, text), QUICK).functions["sigmoid"].verdict == "wrong"


def test_endless_output_is_cut(tmp_path: Path) -> None:
    text = "def sigmoid(x):\n    print('x' * 10 ** 7)\n    return [0.0] * 10 ** 6\n"
    assert grade(written(tmp_path, text), QUICK).functions["sigmoid"].verdict in ("wrong", "fails")


def test_old_style_names_in_the_file_itself(tmp_path: Path) -> None:
    text = (
        "import numpy as np\nnp.set_printoptions(threshold=np.nan)\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-x))\n"
    )
    found = grade(written(tmp_path, text), QUICK).functions["sigmoid"]
    assert found.verdict == "fails"
    assert "the file stops before sigmoid is defined" in found.reason


def test_cases_cover_what_the_contract_names() -> None:
    classes = {value for case in cases_of("negSamplingLossAndGradient") for value in case.case.classes.values()}
    assert {"K = 1", "K = 3", "K = 10", "K above V", "distinct draws", "repeated draws"} <= classes
    windows = {value for case in cases_of("skipgram") for value in case.case.classes.values()}
    assert {"full windows", "short windows", "windows of one word"} <= windows
    for name in FUNCTIONS:
        for case in cases_of(name):
            shown = case.case.shown
            if "outsideVectors" in shown and not case.case.special and not case.remark and not case.probe:
                assert shown["outsideVectors"].shape[0] != shown["outsideVectors"].shape[1]


@pytest.mark.parametrize(
    ("body", "template"),
    [
        ("pass", True),
        ("raise NotImplementedError", True),
        ("return s", True),
        ("loss = 0.0\n    g = np.zeros(U.shape)\n    return loss, g", True),
        ("s = 1 / (1 + np.exp(-x))\n    return s", False),
        ("for k in x:\n        pass", False),
    ],
)
def test_templates(body: str, template: bool) -> None:
    import ast

    assert is_template(ast.parse(f"def f(x):\n    {body}\n"), "f") is template
