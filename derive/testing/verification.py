"""Hold a function against a proved formula, in one line: ``verify(function, objective="softmax-skip-gram")``."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.errors import NoSuchExample

from derive.testing.cases import Arguments, argument_sets, describe, specials_of, usual_initialisation
from derive.testing.comparison import compare
from derive.testing.judging import Failure, Judgement, Outcome, Verdict, judge
from derive.testing.layout import Layout, layout_for
from derive.testing.reference import Reference, reference
from derive.testing.tolerance import rounding_bounds

__all__ = ["Report", "VerificationFailure", "check_at", "verify"]

_EPS = {"float64": 2.0**-52, "float32": 2.0**-23}


class VerificationFailure(AssertionError):
    """A function is not what the proved formula says; the message is the whole report."""


@dataclass(frozen=True)
class Report:
    """What ``verify`` found.

    Attributes:
        verdict: right, wrong, wrong shape, transposed, partly right, fails, or not finite.
        reason: one sentence that says what to mend.
        only_for: the class of cases for which the function is right, such as "distinct negatives", or empty.
        counterexample: the smallest failing case: arguments, output, expected and got, or ``None``.
        formula: the proved formula.
        place: the note and line that proves it.
        cases: how many cases were tried.
    """

    verdict: Verdict
    reason: str
    only_for: str
    counterexample: Mapping[str, Any] | None
    formula: str
    place: str
    cases: int

    def __bool__(self) -> bool:
        return self.verdict is Verdict.RIGHT

    def __str__(self) -> str:
        lines = [f"{self.verdict}: {self.reason}", f"  formula: {self.formula}", f"  proved:  {self.place}"]
        if self.counterexample is not None:
            lines.append("  smallest counterexample:")
            for key, value in self.counterexample.items():
                shown = np.array2string(value, precision=8) if isinstance(value, np.ndarray) else str(value)
                lines.append(f"    {key} = {shown}".replace("\n", "\n" + " " * (7 + len(key))))
        return "\n".join(lines)

    def require(self) -> None:
        """Raise ``VerificationFailure`` unless the function is right."""
        if not self:
            raise VerificationFailure(str(self))


class _Subject:
    """A function with all that is needed to judge it in a case."""

    def __init__(
        self, function: Callable[..., Any], truth: Reference, layout: Layout, namespace: Any, dtype: str
    ) -> None:
        self.function, self.truth, self.layout, self.namespace = function, truth, layout, namespace
        self.dtype, self.eps = np.dtype(dtype), _EPS[dtype]

    def run(self, arguments: Arguments, special: str = "") -> Outcome:
        objective = self.truth.objective
        given = {
            name: value.astype(self.dtype) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value
            for name, value in arguments.items()
        }
        case = describe(objective, given, special, self.layout.words == "columns")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what overflows is judged by its value
                outputs, changed, extra = self.layout.call(self.function, objective, given, self.namespace)
        except Exception as error:
            return Outcome(case, failure=Failure(type(error).__name__, f"{type(error).__name__}: {error}"))
        expected = self.truth(**given)
        bounds = rounding_bounds(objective.name, given, expected, self.eps)
        lay = self.layout.lay
        compared = {name: compare(got, lay(expected[name]), lay(bounds[name])) for name, got in outputs.items()}
        return Outcome(case, compared, None, changed, extra)


def verify(
    function: Callable[..., Any],
    objective: str = "softmax-skip-gram",
    layout: str | Layout | None = None,
    *,
    namespace: Any = None,
    dtype: str = "float64",
    max_examples: int = 100,
    seconds: float = 20.0,
) -> Report:
    """Run a function against a proved formula over sizes, values and edge cases chosen by Hypothesis.

    Args:
        function: takes the arguments of the objective and returns its outputs, as ``layout`` says.
        objective: a name in ``derive.testing.OBJECTIVES``.
        layout: "rows" (V×d, the default), "columns" (d×V), or a ``Layout`` with orders of one's own.
        namespace: an array library that follows the array API standard, whose arrays the function is given.
        dtype: "float64" or "float32", the type of the arrays; tolerances follow it.
        max_examples: how many ordinary cases to try.
        seconds: time for looking for the smallest counterexample.

    Returns:
        the verdict with its reason and the smallest counterexample; true if the verdict is "right".

    Raises:
        DeriveError: there is no such objective, or the layout does not fit it.
    """
    truth = reference(objective)
    chosen = layout_for(layout, truth.objective)
    subject = _Subject(function, truth, chosen, namespace, dtype)
    ordinary = _collect(subject, "", max_examples)
    if "U" in (argument.name for argument in truth.objective.arguments):
        sizes = {"V": 60, "d": 5, "K": 7, "B": 6, "C": 4}
        ordinary.append(subject.run(usual_initialisation(truth.objective, sizes)))
    judgement = judge(ordinary)
    tried = len(ordinary)
    if judgement.verdict is Verdict.RIGHT:
        for special in specials_of(truth.objective):
            more = _collect(subject, special, max_examples // 2)
            tried += len(more)
            judgement = judge([*ordinary, *more])
            if judgement.verdict is not Verdict.RIGHT:
                break
    return _report(subject, _shrunk(subject, judgement, seconds), tried)


def check_at(
    function: Callable[..., Any],
    objective: str,
    arguments: Mapping[str, Any],
    layout: str | Layout | None = None,
    *,
    namespace: Any = None,
    dtype: str = "float64",
) -> Report:
    """Hold a function against a proved formula at given arguments, by the names of the objective.

    Raises:
        DeriveError: there is no such objective, or the layout does not fit it.
    """
    truth = reference(objective)
    subject = _Subject(function, truth, layout_for(layout, truth.objective), namespace, dtype)
    return _report(subject, judge([subject.run(dict(arguments))]), 1)


def _collect(subject: _Subject, special: str, count: int) -> list[Outcome]:
    outcomes: list[Outcome] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(argument_sets(subject.truth.objective, special))
    def collect(arguments: Arguments) -> None:
        outcomes.append(subject.run(arguments, special))

    collect()
    return sorted(outcomes, key=lambda outcome: sum(np.size(value) for value in outcome.case.shown.values()))


def _shrunk(subject: _Subject, judgement: Judgement, seconds: float) -> Judgement:
    """The same judgement with the smallest case that Hypothesis finds to fail in the same way."""
    witness = judgement.witness
    if witness is None:
        return judgement
    known: dict[str, bool] = {}
    end = time.monotonic() + seconds

    def fails(arguments: Arguments) -> bool:
        key = repr(arguments)
        if key not in known:
            known[key] = time.monotonic() < end and _same_way(subject.run(arguments, witness.case.special), judgement)
        return known[key]

    try:
        smallest = find(
            argument_sets(subject.truth.objective, witness.case.special),
            fails,
            settings=settings(
                max_examples=500,
                database=None,
                derandomize=True,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    except NoSuchExample:
        return judgement
    found = subject.run(smallest, witness.case.special)
    return Judgement(judgement.verdict, judgement.reason, found, judgement.output, judgement.only_for)


def _same_way(outcome: Outcome, judgement: Judgement) -> bool:
    witness = judgement.witness
    if witness is None:
        return False
    if witness.failure is not None:
        return outcome.failure is not None and outcome.failure.kind == witness.failure.kind
    if outcome.failure is not None:
        return False
    if not judgement.output:
        return bool(outcome.changed) if witness.changed else not outcome.right
    return outcome.outputs[judgement.output].match is witness.outputs[judgement.output].match


def _report(subject: _Subject, judgement: Judgement, tried: int) -> Report:
    verdict = Verdict.WRONG if judgement.verdict is Verdict.MISSING else judgement.verdict
    reason = judgement.reason.replace("a template left as it was: it", "it")
    shown: dict[str, Any] | None = None
    if judgement.witness is not None:
        shown = dict(judgement.witness.case.shown)
        if judgement.witness.failure is not None:
            shown["error"] = str(judgement.witness.failure)
        elif judgement.output:
            compared = judgement.witness.outputs[judgement.output]
            shown |= {"output": judgement.output, "expected": compared.expected, "got": compared.got}
    truth = subject.truth
    return Report(verdict, reason, judgement.only_for, shown, truth.objective.formula, truth.place, tried)
