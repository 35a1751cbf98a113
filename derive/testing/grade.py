"""Grades a solution of the well-known course assignment.  **It runs the code of the file**, in a separate process.

``derive grade FILE.py [--format text|json]``; the process has limits on time, memory and file size and is killed with
its whole group when it overruns, but it is not a jail: grade only files that you would also run.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from derive.errors import DeriveError
from derive.testing.comparison import compare
from derive.testing.course import FUNCTIONS, CourseCase, cases_of
from derive.testing.judging import Failure, Judgement, Outcome, Verdict, judge
from derive.testing.process import Answers, Limits, run_file
from derive.testing.source import defines, explain_failure, is_template, read_source

__all__ = ["FunctionGrade", "Grades", "grade", "grade_command", "main"]

_HELPERS = ("sigmoid", "softmax", "normalizeRows", "getNegativeSamples")
_RUN = "its code was run, in a separate process"
_NAIVE = "naiveSoftmaxLossAndGradient"


@dataclass(frozen=True)
class FunctionGrade:
    """The verdict on one function; ``counterexample`` has arguments, output, expected and got, or is ``None``."""

    verdict: str
    reason: str
    counterexample: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Grades:
    """All verdicts on a file."""

    path: str
    functions: Mapping[str, FunctionGrade]
    remarks: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        return all(made.verdict == Verdict.RIGHT for made in self.functions.values())

    def to_json(self) -> str:
        """The contract of ``derive grade --format json``."""
        functions = {
            name: {"verdict": made.verdict, "reason": made.reason, "counterexample": made.counterexample}
            for name, made in self.functions.items()
        }
        shown = {"version": 1, "path": self.path, "note": _RUN, "functions": functions, "remarks": list(self.remarks)}
        return json.dumps(shown, indent=1, ensure_ascii=False)

    def to_text(self) -> str:
        """The same for people."""
        lines = [f"{self.path}: {_RUN}", ""]
        for name, made in self.functions.items():
            lines.append(f"{name}: {made.verdict}")
            if made.reason:
                lines.append(f"  {made.reason}")
            for key, value in (made.counterexample or {}).items():
                if isinstance(value, Mapping):
                    lines += [f"  {inner} = {_short(shown)}" for inner, shown in value.items()]
                else:
                    lines.append(f"  {key}: {_short(value)}")
            lines.append("")
        lines += [f"note: {remark}" for remark in self.remarks]
        return "\n".join(lines).rstrip() + "\n"


def grade(path: str | Path, limits: Limits | None = None) -> Grades:
    """Run the functions of a solution and judge each.  The code of the file is run.

    Args:
        path: the solution.
        limits: what it may use.

    Raises:
        DeriveError: the file is missing, is not Python text, or is too large.
    """
    file = Path(path)
    source = read_source(file)
    try:
        tree = ast.parse(source, filename=str(file))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _not_python(file, source, error)
    cases = [case for name in FUNCTIONS for case in cases_of(name)]
    answers = run_file(file, [_job(number, case) for number, case in enumerate(cases)], limits)
    judged = {name: _judge(name, cases, answers, tree, source) for name in FUNCTIONS}
    causes = _causes(file, cases, answers, judged, tree, source, limits)
    graded = {
        name: _graded(judgement, [*([causes[name]] if name in causes else []), *remarks])
        for name, (judgement, remarks) in judged.items()
    }
    return Grades(str(path), graded, tuple(_remarks(answers, source)))


def grade_command(path: str, output: str = "text") -> int:
    """What ``derive grade`` does: prints, and returns 0 (all right), 1 (something is not) or 2 (could not run)."""
    try:
        grades = grade(path)
    except DeriveError as error:
        print(error, file=sys.stderr)
        return 2
    sys.stdout.write(grades.to_json() + "\n" if output == "json" else grades.to_text())
    return 0 if grades.right else 1


def _not_python(file: Path, source: str, error: Exception) -> Grades:
    line = getattr(error, "lineno", None)
    text = source.splitlines()[line - 1].strip() if line and line <= len(source.splitlines()) else ""
    old = text.startswith(("print ", "exec ")) or ("except" in text and "," in text)
    reason = f"the file is not valid Python: {getattr(error, 'msg', None) or error}"
    if line:
        reason += f" (line {line}: {text})"
    if old:
        reason += "; this is Python 2, which Python 3 cannot read"
    graded = {}
    for name in FUNCTIONS:
        if defines(source, name):
            graded[name] = FunctionGrade(Verdict.FAILS, f"syntax error: {reason}")
        else:
            graded[name] = FunctionGrade(Verdict.MISSING, f"{name} is not defined; besides, {reason}")
    return Grades(str(file), graded)


def _job(number: int, case: CourseCase, replace: Sequence[str] = (), alone: bool = False) -> dict[str, Any]:
    return {
        "id": number,
        "function": case.function,
        "arguments": case.arguments,
        "replace": list(replace),
        "own_loss": case.own_loss and not alone,
        "table": dict(case.table),
    }


def _judge(
    name: str, cases: Sequence[CourseCase], answers: Answers, tree: ast.Module, source: str
) -> tuple[Judgement, list[str]]:
    """The verdict on a function, and what else there is to say when it is right."""
    if name not in answers.defined:
        if answers.trouble is not None and defines(source, name):
            failure = explain_failure(answers.trouble, source)
            return Judgement(Verdict.FAILS, f"the file stops before {name} is defined: {failure}"), []
        return Judgement(Verdict.MISSING, f"{name} is not defined in the file{_namesake(name, answers)}"), []
    judged, probes, remarks = [], [], []
    for number, case in enumerate(cases):
        if case.function != name or number not in answers.results:
            continue
        outcome = outcome_of(case, answers.results[number], source)
        if case.probe:
            probes.append(outcome)
            if outcome.failure is not None and outcome.failure.fatal:
                judged.append(outcome)
        elif case.remark:
            if not outcome.values_right:
                remarks.append(case.remark)
        else:
            judged.append(outcome)
    judgement = judge(judged, probes, is_template(tree, name))
    return judgement, remarks if judgement.verdict is Verdict.RIGHT else []


def _namesake(name: str, answers: Answers) -> str:
    """A hint at a function that is probably meant, but goes by another spelling."""
    plain = {other.replace("_", "").lower(): other for other in answers.own}
    other = plain.get(name.lower())
    return f"; {other} is, but it is called by another name" if other else ""


def _causes(
    file: Path,
    cases: Sequence[CourseCase],
    answers: Answers,
    judged: Mapping[str, tuple[Judgement, list[str]]],
    tree: ast.Module,
    source: str,
    limits: Limits | None,
) -> dict[str, str]:
    """For each function whose trouble comes from another function of the file: which one.

    The function runs again with the suspect replaced by a right one; if that mends it, the suspect is the cause.
    """
    trials: list[tuple[str, str]] = []
    for name, (judgement, _) in judged.items():
        if judgement.verdict is Verdict.MISSING or name not in answers.defined:
            continue
        if judgement.verdict is not Verdict.RIGHT:
            trials += [(name, helper) for helper in _HELPERS if helper in answers.own and helper != name]
        if name == "skipgram" and judged[_NAIVE][0].verdict is not Verdict.RIGHT and _NAIVE in answers.defined:
            trials.append((name, _NAIVE))
    jobs: list[dict[str, Any]] = []
    parts: dict[int, tuple[str, str, int]] = {}
    for name, suspect in trials:
        for number, case in enumerate(cases):
            if case.function == name and not case.remark:
                key = len(parts)
                parts[key] = (name, suspect, number)
                alone = suspect == _NAIVE
                jobs.append(_job(key, case, [] if alone else [suspect], alone))
    found: dict[str, str] = {}
    again = run_file(file, jobs, limits) if jobs else Answers()
    for name, suspect in trials:
        results = {
            number: again.results[key]
            for key, (of, by, number) in parts.items()
            if (of, by) == (name, suspect) and key in again.results
        }
        mended = Answers(again.defined, again.own, again.trouble, results)
        if not results:
            continue
        verdict = _judge(name, cases, mended, tree, source)[0].verdict
        before = judged[name][0].verdict
        if before is not Verdict.RIGHT and verdict is Verdict.RIGHT:
            found.setdefault(name, f"the cause lies in {suspect}: with a right {suspect}, {name} is right")
        elif before is Verdict.RIGHT and verdict is not Verdict.RIGHT:
            found[name] = f"it is right with the {suspect} of this file, which is not, and makes up for it"
    return found


def outcome_of(case: CourseCase, result: Mapping[str, Any], source: str) -> Outcome:
    """What the judge needs to know of one answer of the process; nothing in it is trusted."""
    error = result.get("error")
    if isinstance(error, Mapping):
        kind = str(error.get("type", "error"))
        return Outcome(case.case, failure=Failure(kind, explain_failure(error, source), kind in ("OutOfTime", "Crash")))
    names = list(case.expected)
    value = result.get("value")
    returned: list[Any] = [value]
    count = 1
    if isinstance(value, Mapping) and isinstance(value.get("items"), list):
        returned, count = value["items"], int(value.get("count", 0))
    outputs = {}
    for name, item in zip(names, [*returned, *[None] * len(names)], strict=False):
        got, coarse = _decode(item)
        expected, tolerance = case.expected[name], case.tolerance[name]
        outputs[name] = compare(got, expected, tolerance + coarse * np.max(np.abs(expected), initial=0.0))
    changed = tuple(case.names[k] for k in result.get("changed", ()) if isinstance(k, int) and k < len(case.names))
    return Outcome(case.case, outputs, None, changed, max(0, count - len(names)))


def _decode(item: Any) -> tuple[Any, float]:
    """A returned value, and the relative error to allow for because it was computed in a smaller type."""
    if not isinstance(item, Mapping):
        return None, 0.0
    try:
        array = np.array(item["array"], dtype=np.float64).reshape([int(n) for n in item["shape"]])
    except (KeyError, TypeError, ValueError):
        return str(item.get("other", "something else")), 0.0
    return array, {"float32": 1e-5, "float16": 1e-2}.get(str(item.get("dtype")), 0.0)


def _graded(judgement: Judgement, more: Sequence[str]) -> FunctionGrade:
    verdict = Verdict.PARTLY_RIGHT if judgement.verdict is Verdict.NOT_FINITE else judgement.verdict
    reason = "; ".join([judgement.reason, *more])
    witness = judgement.witness
    if witness is None:
        return FunctionGrade(verdict, reason)
    shown: dict[str, Any] = {"arguments": {name: _plain(value) for name, value in witness.case.shown.items()}}
    if witness.failure is not None:
        shown["error"] = str(witness.failure)
    elif judgement.output:
        compared = witness.outputs[judgement.output]
        shown |= {
            "output": judgement.output,
            "expected": _plain(compared.expected),
            "got": _plain(compared.got),
        }
    return FunctionGrade(verdict, reason, shown)


def _plain(value: Any) -> Any:
    """Numbers that JSON can hold: rounded to eight digits, and what is not finite as text."""
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, float):
        return float(f"{value:.8g}") if np.isfinite(value) else str(value)
    return value


def _short(value: Any) -> str:
    said = json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 300 else said[:297] + "..."


def _remarks(answers: Answers, source: str) -> list[str]:
    if answers.trouble is None:
        return []
    return [f"the file did not run to its end: {explain_failure(answers.trouble, source)}"]


def main() -> None:
    """``python -m derive.testing.grade FILE.py [--format text|json]``."""
    parser = argparse.ArgumentParser(prog="derive grade", description=__doc__.replace("*", ""))
    parser.add_argument("file", help="the solution to grade; its code is run")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    given = parser.parse_args()
    sys.exit(grade_command(given.file, given.format))


if __name__ == "__main__":
    main()
