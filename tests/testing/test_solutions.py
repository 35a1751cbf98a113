"""Every solution under ``solutions/`` gets the verdict, and the words, that its first lines ask for.

The head of a solution has lines ``# FUNCTION: VERDICT | phrase | phrase``; functions that it does not name are missing.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.testing.course import FUNCTIONS
from derive.testing.grade import grade
from derive.testing.process import Limits

SOLUTIONS = sorted((Path(__file__).parent / "solutions").glob("*.txt"))
IMPATIENT = Limits(case_seconds=0.4, grace=0.3)


def head(text: str) -> dict[str, tuple[str, list[str]]]:
    asked = {}
    for name, rest in re.findall(r"^# (\w+): (.+)$", text.split("\n\n")[0], re.MULTILINE):
        verdict, *phrases = (part.strip() for part in rest.split("|"))
        asked[name] = (verdict, phrases)
    return asked


def test_there_are_at_least_forty() -> None:
    assert len(SOLUTIONS) >= 40


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda path: path.stem)
def test_solution(solution: Path, tmp_path: Path) -> None:
    text = solution.read_text(encoding="utf-8")
    copy = tmp_path / "word2vec.py"
    copy.write_text(text, encoding="utf-8")
    asked = head(text)
    graded = grade(copy, IMPATIENT).functions
    assert set(graded) == set(FUNCTIONS)
    for name, made in graded.items():
        verdict, phrases = asked.get(name, ("missing", []))
        assert (name, made.verdict) == (name, verdict), made.reason
        for phrase in phrases:
            assert phrase in made.reason
        if verdict in ("wrong", "partly right", "transposed", "wrong shape"):
            assert made.counterexample is not None
