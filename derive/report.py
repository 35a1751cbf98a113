"""What ``derive check`` prints: the verdicts for people, in colours, and the same as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from derive.checking import Checked
from derive.derivation import Kind, Step, Verdict
from derive.formulas.plain import plain_number, said, side

STYLE = {
    Kind.PROVED: ("✓", "green"),
    Kind.REFUTED: ("✗", "bold red"),
    Kind.UNDECIDED: ("?", "yellow"),
    Kind.UNREAD: ("…", "magenta"),
    Kind.DEFINITION: ("≔", "blue"),
}


def summary(results: Iterable[Checked]) -> dict[str, int]:
    """How many steps got which verdict."""
    counts = Counter(step.verdict.kind for result in results for step in result.steps)
    return {kind.value: counts[kind] for kind in Kind}


def exit_code(results: list[Checked], *, strict: bool) -> int:
    """2 if a note could not be checked or this program made a mistake, else 1 for what is refuted, else 0."""
    if any(result.error for result in results) or any(mistakes(results)):
        return 2
    counts = summary(results)
    bad = counts["refuted"] + (counts["undecided"] + counts["unread"] if strict else 0)
    return 1 if bad else 0


def mistakes(results: Iterable[Checked]) -> Iterator[Step]:
    """The steps at which this program made a mistake."""
    return (step for result in results for step in result.steps if step.verdict.internal)


def as_json(results: list[Checked]) -> dict[str, Any]:
    """The object of ``--format json``, version 1."""
    return {
        "version": 1,
        "files": [
            {
                "path": str(result.path),
                "conventions": list(result.conventions),
                "warnings": [
                    {"line": w.place.line, "column": w.place.column, "message": w.message} for w in result.warnings
                ],
                **({"error": result.error} if result.error else {}),
                "steps": [_step_as_json(step) for step in result.steps],
            }
            for result in results
        ],
        "summary": summary(results),
    }


def _step_as_json(step: Step) -> dict[str, Any]:
    verdict = step.verdict
    counterexample = None
    if verdict.counterexample is not None:
        counterexample = {
            **verdict.counterexample.sizes,
            "values": dict(verdict.counterexample.values),
            "left": verdict.counterexample.left,
            "right": verdict.counterexample.right,
            "starts": {name: list(first) for name, first in verdict.counterexample.starts.items()},
        }
    return {
        "line": step.place.line,
        "column": step.place.column,
        "relation": step.relation,
        "left": step.left,
        "right": step.right,
        "verdict": verdict.kind.value,
        "reason": verdict.reason,
        "diagnosis": verdict.diagnosis,
        "correction": verdict.correction,
        "counterexample": counterexample,
    }


def show(results: list[Checked], console: Console) -> None:
    """The verdicts for people: every step a line, and what is wrong in full."""
    for result in results:
        console.print(Text(str(result.path), style="bold underline"))
        for convention in result.conventions:
            console.print(Text(f"  · {convention}", style="dim"))
        if result.error:
            console.print(Text(f"  {result.error}", style="bold red"))
        for warning in result.warnings:
            place = f"{warning.place.line:5}:{warning.place.column:<4}"
            console.print(Text(f"{place}! {warning.message}", style="yellow"))
        for step in result.steps:
            _show_step(step, console)
        if not result.steps and not result.error:
            console.print(Text("  no steps found: formulas stand between $$ … $$ or in an equation environment", "dim"))
        console.print()
    counts = summary(results)
    console.print(
        Text("  ").join(
            Text(f"{STYLE[Kind(name)][0]} {count} {name}", style=STYLE[Kind(name)][1] if count else "dim")
            for name, count in counts.items()
        )
    )


def _show_step(step: Step, console: Console) -> None:
    sign, style = STYLE[step.verdict.kind]
    line = Text(f"{step.place.line:5}:{step.place.column:<4}", style="dim")
    line.append(f"{sign} ", style=style)
    line.append(f"{step.relation} {_short(side(step.right))}")
    console.print(line)
    verdict = step.verdict
    if verdict.kind in (Kind.PROVED, Kind.DEFINITION):
        return
    indent = " " * 12
    if step.place.text:
        console.print(Text(f"{indent}{step.place.text.strip()}", style="dim"))
    console.print(Text(f"{indent}{_said_of(verdict)}", style=style))
    if verdict.diagnosis and verdict.diagnosis != verdict.reason:
        console.print(Text(f"{indent}{said(verdict.diagnosis)}"))
    if (found := verdict.counterexample) is not None:
        given = ", ".join(f"{name} = {value}" for name, value in {**found.sizes, **found.values}.items())
        console.print(Text(f"{indent}for {given}:" if given else f"{indent}numerically:", style="dim"))
        console.print(Text(f"{indent}left {plain_number(found.left)}, right {plain_number(found.right)}"))
        if others := {name: first for name, first in found.starts.items() if any(k != 1 for k in first)}:
            starts = "; ".join(f"{name} starts at {', '.join(map(str, first))}" for name, first in others.items())
            console.print(Text(f"{indent}{starts} (other arrays at 1)", style="dim"))
    if verdict.correction:
        console.print(Text(f"{indent}true would be: {side(verdict.correction)}", style="green"))


def _said_of(verdict: Verdict) -> str:
    """The reason of a verdict, with the values of its counterexample as people write them."""
    reason = verdict.reason
    if verdict.counterexample is not None:
        for value in (verdict.counterexample.left, verdict.counterexample.right):
            reason = reason.replace(f" is {value} ", f" is {plain_number(value)} ")
    return said(reason)


def _short(source: str, width: int = 88) -> str:
    return source if len(source) <= width else source[: width - 1] + "…"


__all__ = ["as_json", "escape", "exit_code", "show", "summary"]
