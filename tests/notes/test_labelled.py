"""Forty notes in many hands, every line labelled right, wrong or a definition by an independent computation.

The labels were found by evaluating both sides of every line numerically, by hand-written NumPy.  What must never happen
is tested on every note: a wrong line that is proved, a right line that is refuted.  How much is decided is a measure,
with a floor below which it may not fall.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from derive.checking import check_file

FOLDER = Path(__file__).parent
LABELS: dict[str, list[dict[str, object]]] = json.loads((FOLDER / "labels.json").read_text(encoding="utf-8"))
WORST = ["refuted", "unread", "undecided", "proved", "definition"]
ORDINARY = ["h05-repeated-negatives.tex", "h14-mutual-information.md", "h16-temperature.md", "r11-bernoulli-kl.tex"]


def outcome(name: str) -> Counter[tuple[object, str]]:
    """How often each label met each verdict; a line with several steps counts by its worst."""
    steps = check_file(FOLDER / "labelled" / name).steps
    found: Counter[tuple[object, str]] = Counter()
    for row in LABELS[name]:
        verdicts = [step.verdict.kind.value for step in steps if step.place.line == row["line"]]
        found[row["label"], min(verdicts, key=WORST.index) if verdicts else "absent"] += 1
    return found


def never_wrong(found: Counter[tuple[object, str]]) -> None:
    assert found["wrong", "proved"] + found["wrong", "definition"] == 0
    assert found["ok", "refuted"] == 0
    assert sum(n for (_, verdict), n in found.items() if verdict == "absent") == 0


@pytest.mark.parametrize("name", ORDINARY)
def test_never_wrong(name: str) -> None:
    found = outcome(name)
    never_wrong(found)
    assert found["ok", "proved"] > 0
    assert found["wrong", "refuted"] > 0


@pytest.mark.slow
def test_all_labelled_notes() -> None:
    total: Counter[tuple[object, str]] = Counter()
    for name in LABELS:
        found = outcome(name)
        never_wrong(found)
        total += found
    right = sum(n for (label, _), n in total.items() if label == "ok")
    wrong = sum(n for (label, _), n in total.items() if label == "wrong")
    assert (total["ok", "proved"] + total["ok", "definition"]) / right > 0.75
    assert total["wrong", "refuted"] / wrong > 0.75
