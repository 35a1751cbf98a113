"""Notes made to hang, to exhaust or to break the checker: one clear sentence, or undecided and unread, and soon."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from derive.checking import Checked, check_file
from derive.cli import main
from derive.derivation import Goal, Kind, Relation, Verdict
from derive.errors import DeriveError, InternalError
from derive.memory import ROOM
from derive.patience import WAIT, OutOfTime, limited
from derive.proving import check, steps
from derive.proving.suspicions import warnings
from derive.reading import markdown, note, statements
from derive.reading.note import read_note
from derive.terms import real

SOON = 15.0  # seconds, also on a busy machine


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limits as always, but shorter, so that the tests are."""
    monkeypatch.setattr(statements, "STATEMENT_SECONDS", 0.5)
    monkeypatch.setattr(note, "NOTE_SECONDS", 3.0)


def checked(folder: Path, text: str | bytes, seconds: float = 0.5) -> Checked:
    path = folder / "note.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    start = time.monotonic()
    result = check_file(path, seconds=seconds)
    assert time.monotonic() - start < SOON
    return result


def kinds(result: Checked) -> set[Kind]:
    return {step.verdict.kind for step in result.steps}


UNCERTAIN = {Kind.UNDECIDED, Kind.UNREAD}

TOWERS = [
    "9^{9^{9^{9}}} = 1",
    "9^{9^{9^{9}}} - 9^{9^{9^{9}}} = 0",
    "x^{10^{10}} = x^{10^{10}}",
    "(1 + x)^{100000} = (x + 1)^{100000}",
    "2^{1000000000} = 1",
    "((((2^{64})^{64})^{64})^{64})^{64} = 1",
    "10^{-1000000000} = 0",
    "(3/2)^{10^{9}} = 1",
    "e^{e^{e^{e^{e^{9}}}}} = 1",
    "100000! = 1",
    r"\binom{100000}{50000} = 1",
]
SUMS = [
    r"\sum_{i=1}^{1000000} i^2 = 7",
    r"\sum_{i=1}^{1000000} \frac{1}{i} = 14",
    r"\prod_{i=1}^{1000000} \frac{i}{i + 1} = 2",
    r"x_1 + \dots + x_{1000000} = \sum_{i=1}^{1000000} x_i",
]
LARGE = [
    r"(a+b+c+k+m+f+g+h)^{40} = (h+g+f+m+k+c+b+a)^{40}",
    " + ".join(f"x_{{{k}}}" for k in range(4000)) + " = 1",
    r" \cdot ".join(f"(x + {k})" for k in range(1500)) + " = 1",
    r"\frac{\partial}{\partial x}" * 9 + r"\log(1 + \exp(\exp(x)/(1 + x^2))) = 1",
    "x = " + "9" * 90_000,
]
DEEP = [
    "(" * 3000 + "x" + ")" * 3000 + " = x",
    r"\frac{1}{" * 2000 + "x" + "}" * 2000 + " = x",
    "x" + "^{x" * 500 + "}" * 500 + " = x",
    r"\exp(" * 200 + "x" + ")" * 200 + " = x",
    r"\sum_{i=1}^n " * 300 + "x_i + y \ne x_1",
    r"\sqrt{" * 1000 + "x",
    r"\left(" * 3000,
]


@pytest.mark.parametrize("formula", [*TOWERS, *LARGE, *DEEP], ids=lambda text: text[:24])
def test_hostile_formula(formula: str, tmp_path: Path) -> None:
    result = checked(tmp_path, f"$$\n{formula}\n$$\n")
    assert kinds(result) <= UNCERTAIN
    assert all(len(step.verdict.reason) < 400 for step in result.steps)


@pytest.mark.parametrize("formula", SUMS, ids=lambda text: text[:24])
def test_a_million_terms(formula: str, tmp_path: Path) -> None:
    """Such a sum may well be decided by its closed form, but never by adding it up."""
    checked(tmp_path, f"$$\n{formula}\n$$\n")


def test_environments_in_environments(tmp_path: Path) -> None:
    checked(tmp_path, "$$ " + r"\begin{aligned}" * 500 + "x = x" + r"\end{aligned}" * 500 + " $$")
    checked(tmp_path, "$$ " + r"\begin{aligned}" * 500 + "x = x $$")


def test_a_long_name(tmp_path: Path) -> None:
    checked(tmp_path, "$$ " + "x" * 20_000 + " = 1 $$")


@pytest.mark.parametrize(
    "text",
    [
        "\\newcommand{\\a}{\\b\\b}\\newcommand{\\b}{\\a\\a}\n\n$$ \\a = 1 $$",
        "$$ \\def\\a{x\\a} \\a = 1 $$",
        "".join(
            f"\\newcommand{{\\{c}}}{{{10 * f'{b}'}}}"
            for b, c in zip(["x", *map(r"\{}".format, "abcdefgh")], "abcdefghi", strict=True)
        )
        + "\n\n$$ \\i = 1 $$",
    ],
    ids=["each other", "itself", "ten to the nine"],
)
def test_macros_that_grow(text: str, tmp_path: Path) -> None:
    assert kinds(checked(tmp_path, text)) <= UNCERTAIN


@pytest.mark.parametrize(
    "lines",
    [
        ["g(x) := h(x)", "h(x) := g(x)", "g(x) = 2"],
        [f"a_{{{k + 1}}} := a_{{{k}}} a_{{{k}}} + a_{{{k}}}" for k in range(40)] + ["a_{40} = a_{39}"],
        [f"{b} := {a} {a} + {a}" for a, b in zip("ABCDEFGHIJKLMNOP", "BCDEFGHIJKLMNOPQ", strict=True)] + ["Q = A"],
        [f"f_{{{k + 1}}}(x) := f_{{{k}}}(f_{{{k}}}(x))" for k in range(12)] + ["f_{12}(x) = f_{11}(x)"],
    ],
    ids=["each other", "doubled", "letters", "functions"],
)
def test_definitions_that_grow(lines: list[str], tmp_path: Path) -> None:
    result = checked(tmp_path, "\n\n".join(f"$$ {line} $$" for line in lines))
    assert len(result.steps) == len(lines)
    assert Kind.PROVED not in kinds(result)


def test_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time grows with the number of rows and no faster."""
    monkeypatch.setattr(note, "NOTE_SECONDS", 60.0)
    rows = "\n".join(f"&= x + {k} - {k} \\\\" for k in range(600))
    result = checked(tmp_path, f"$$\n\\begin{{aligned}}\nx &= x \\\\\n{rows}\n\\end{{aligned}}\n$$\n")
    assert [step.verdict.kind for step in result.steps] == [Kind.PROVED] * 601


def test_note_time_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time of a note is used up the other steps are undecided, and none is lost."""
    monkeypatch.setattr(steps, "STEPS_IN_FULL", 0.2)
    monkeypatch.setattr(note, "NOTE_SECONDS", 60.0)
    result = checked(tmp_path, "\n\n".join(f"$$ \\sigma(x + {k})^3 = {k} + x $$" for k in range(60)), seconds=0.5)
    assert len(result.steps) == 60
    assert result.steps[0].verdict.kind is Kind.REFUTED
    assert "time for this note" in result.steps[-1].verdict.reason


def test_prover_that_does_not_watch_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    monkeypatch.setattr(steps, "decide", hang)
    monkeypatch.setattr(steps, "PATIENCE", 0.1)
    result = checked(tmp_path, "$$ x + 1 = 1 + x $$", seconds=0.1)
    assert [step.verdict.kind for step in result.steps] == [Kind.UNDECIDED]
    assert "no answer within" in result.steps[0].verdict.reason


def test_step_that_breaks_the_prover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(steps, "decide", fail)
    (step,) = checked(tmp_path, "$$ x + 1 = 1 + x $$").steps
    assert step.verdict.kind is Kind.UNDECIDED
    assert "RecursionError" in step.verdict.reason


@pytest.mark.skipif(sys.platform != "linux", reason="the system knows no such limit")
def test_step_that_takes_all_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is undecided, the steps after it are judged, and the limit is gone afterwards."""
    decide = steps.decide

    def devour(goal: Goal, **options: float) -> Verdict:
        if goal.left.has(real("x")):
            bytearray(2 * ROOM)
        return decide(goal, **options)

    monkeypatch.setattr(steps, "decide", devour)
    before = resource_limit()
    first, second = checked(tmp_path, "$$ x + 1 = 1 + x $$\n\n$$ y + 1 = 1 + y $$").steps
    assert first.verdict.kind is Kind.UNDECIDED
    assert "MemoryError" in first.verdict.reason
    assert not first.verdict.internal
    assert second.verdict.kind is Kind.PROVED
    assert resource_limit() == before


def resource_limit() -> tuple[int, int]:
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)


def test_limited() -> None:
    with pytest.raises(OutOfTime), limited(0.05):
        time.sleep(30)
    with limited(5):
        time.sleep(0)
    with pytest.raises(OutOfTime), limited(0.05):
        for _ in itertools.count():
            pass
    assert signal.getitimer(signal.ITIMER_REAL) == signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_limited_inside_limited() -> None:
    start = time.monotonic()
    with pytest.raises(OutOfTime), limited(0.1), limited(60):
        time.sleep(30)
    with limited(60):
        with pytest.raises(OutOfTime), limited(0.1):
            time.sleep(30)
        assert 50 < signal.getitimer(signal.ITIMER_PROF)[0] <= 60.1
        assert 50 < signal.getitimer(signal.ITIMER_REAL)[0] / WAIT <= 61
    assert time.monotonic() - start < 10


def test_limited_elsewhere() -> None:
    """In other threads there is no timer, and nothing breaks."""
    done = []

    def work() -> None:
        with limited(0.01):
            time.sleep(0.05)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


BROKEN = {
    "control": (b"$$ x \x00 = x $$", ":1:6: the control character U+0000"),
    "cut": (b"word\n$$ x = \xe2\x82", ":2:8: the byte 0xE2 is not valid UTF-8"),
    "latin": ("Die Wörter".encode("latin-1"), ":1:6: the byte 0xF6 is not valid UTF-8"),
    "utf16": ("$$ x = x $$".encode("utf-16-le"), "the control character U+0000"),
    "binary": (bytes(range(128, 256)) * 50, "is not valid UTF-8"),
    "large": (b"word " * 500_000, "is larger than 2,000,000 bytes"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file(name: str, tmp_path: Path) -> None:
    data, message = BROKEN[name]
    with pytest.raises(DeriveError) as caught:
        checked(tmp_path, data)
    assert message in str(caught.value)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["derive", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


@pytest.mark.parametrize(
    ("name", "message"), [("missing.md", "there is no file"), ("folder", "no notes"), ("binary.md", "not valid UTF-8")]
)
def test_command_with_nothing_to_read(
    name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe\x01")
    assert run(monkeypatch, "check", str(tmp_path / name)) == 2
    said = capsys.readouterr()
    assert message in said.err.replace("\n", " ")
    assert "Traceback" not in said.err + said.out


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything is readable for this user")
def test_command_with_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "note.md"
    path.write_text("$$ x = x $$")
    path.chmod(0)
    assert run(monkeypatch, "check", str(path)) == 2


def test_file_that_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As above, for those who may read everything: the system refuses."""

    def refuse(*_: object, **__: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "note.md"
    path.write_text("$$ x = x $$")
    monkeypatch.setattr(markdown, "open", refuse, raising=False)
    assert run(monkeypatch, "check", str(path)) == 2
    assert "Permission denied" in capsys.readouterr().err


@pytest.mark.parametrize("error", [InternalError("proved, but false in a model"), TypeError("no such thing")])
def test_a_mistake_is_loud_and_ends_nothing_else(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A proof against a model, or any accident, is a bug: no verdict, said aloud, and all other steps are judged."""
    decide = steps.decide

    def fail(goal: Goal, **options: float) -> Verdict:
        if goal.left.has(real("x")):
            raise error
        return decide(goal, **options)

    (tmp_path / "a.md").write_text("$$ x + 1 = 1 + x $$\n\n$$ y + 1 = 1 + y $$")
    (tmp_path / "b.md").write_text("$$ y + 1 = 2 + y $$")
    monkeypatch.setattr(steps, "decide", fail)
    assert run(monkeypatch, "check", str(tmp_path), "--format", "json") == 2
    said = capsys.readouterr()
    assert "a.md:1:12: internal error: " in said.err.replace("\n", " ")
    assert str(error) in said.err.replace("\n", " ")
    files = json.loads(said.out)["files"]
    assert [[step["verdict"] for step in file["steps"]] for file in files] == [["undecided", "proved"], ["refuted"]]
    assert "internal error" in files[0]["steps"][0]["reason"]


def test_a_mistake_in_the_prover_is_never_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the kernel catches to lose no goal does not include its own contradictions."""

    def fail(*_: object) -> None:
        raise InternalError("an index is used outside of its sum")

    monkeypatch.setattr(check.Session, "is_zero", fail)
    x = real("x")
    with pytest.raises(InternalError):
        check.decide(Goal(x + 1, Relation.EQUAL, 1 + x))


def test_a_note_that_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff\xfe")
    (tmp_path / "b.md").write_text("$$ y + 1 = 2 + y $$")
    assert run(monkeypatch, "check", str(tmp_path), "--format", "json") == 2
    said = capsys.readouterr()
    assert "not valid UTF-8" in said.err.replace("\n", " ")
    first, second = json.loads(said.out)["files"]
    assert "not valid UTF-8" in first["error"]
    assert [step["verdict"] for step in second["steps"]] == ["refuted"]


def test_one_name_for_two_things(tmp_path: Path) -> None:
    """What is known of a size must not be believed of an array of the same name."""
    text = "$p$ is a probability vector of length $n$ with $p_i > 0$.\n\n$$ -\\sum_{i=1}^n n_i \\log p_i \\ge 0 $$"
    assert kinds(checked(tmp_path, text, seconds=3.0)) == {Kind.REFUTED}


def test_empty_note(tmp_path: Path) -> None:
    assert checked(tmp_path, "").steps == ()
    assert checked(tmp_path, "$" * 50_001).steps == ()


def test_suspicions_are_reported_with_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each once, in the text and in the JSON; and a right note has none."""
    text = r"""The words are $1, \dots, V$; $u_w$ and $v$ are vectors, $k \foo$.

$$ \max J(\theta) = \prod_{t=1}^T \prod_{m \le j \le m} P(w_{t+j} | w_t; \theta) $$

$$ \text{minimize } J(\theta) = -\frac{1}{T} \sum_{t=1}^T \sum_{m \le j \le m} \log P(w_{t+j} | w_t; \theta) $$

$$ s = u_o^\top v + u_0^\top v $$

$$ g = \frac{s}{\partial v} $$
"""
    (tmp_path / "a.md").write_text(text)
    run(monkeypatch, "check", str(tmp_path / "a.md"), "--format", "json")
    found = json.loads(capsys.readouterr().out)["files"][0]["warnings"]
    wanted = {
        (1, r"“\foo”"),
        (3, "holds the single value j = m"),
        (5, "J is to be maximised in line 3 and minimised here"),
        (5, "holds the single value j = m"),
        (7, "zero or the letter o"),
        (9, "a ∂ is missing above the bar"),
    }
    for line, part in wanted:
        assert len([w for w in found if w["line"] == line and part in w["message"]]) == 1
    assert len(found) == len(wanted)
    run(monkeypatch, "check", str(tmp_path / "a.md"))
    assert "! a ∂ is missing above the bar" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["softmax-skip-gram", "information", "calculus"])
def test_right_notes_raise_no_suspicion(name: str) -> None:
    note = Path(markdown.__file__).parents[1] / "notes" / f"{name}.md"
    assert warnings(read_note(markdown.read_document(note))) == ()
