"""What a person sees while it runs: stages, a bar with the loss and the time left, and a log that programs read."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from w2v_numeric.atomic import reason, replacing
from w2v_numeric.errors import NumericError
from w2v_numeric.train import Moment


@dataclass(frozen=True)
class PassRecord:
    """A finished pass.

    Attributes:
        epoch: its number, from 1.
        vocabulary: the number of words it went over.
        loss: mean loss of a pair, each batch measured before its own update; of a likelihood, −log P(o|c) in nats.
        perplexity: exp(loss) of a likelihood, None of other losses.
        holdout_loss, holdout_perplexity: the same for the part kept aside, after the pass; None if there is none.
        seconds: training time so far.
    """

    epoch: int
    vocabulary: int
    loss: float
    perplexity: float | None
    holdout_loss: float | None
    holdout_perplexity: float | None
    seconds: float

    @classmethod
    def of(
        cls, moment: Moment, vocabulary: int, held_out: float | None, seconds: float, likelihood: bool
    ) -> PassRecord:
        """From the last moment of a pass."""
        mean, outside = (
            perplexity(loss) if likelihood and loss is not None else None for loss in (moment.loss, held_out)
        )
        return cls(moment.epoch, vocabulary, moment.loss, mean, held_out, outside, seconds)

    def as_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))


def perplexity(loss: float) -> float:
    """exp(loss), infinite where it overflows."""
    return math.exp(loss) if loss < 700 else math.inf


class Reporter(Protocol):
    """What the pipeline tells while it works."""

    def note(self, sentence: str, /) -> None:
        """Something worth knowing."""

    def stage(self, name: str, /) -> AbstractContextManager[None]:
        """A stage begins, and ends with the block."""
        ...

    def training(self, epochs: int, done: int, likelihood: bool, /) -> AbstractContextManager[None]:
        """Training begins, `done` passes of it are behind us; whether the loss is a negative log-likelihood."""
        ...

    def moved(self, moment: Moment, /) -> None:
        """A batch is done."""

    def passed(self, record: PassRecord, /) -> None:
        """A pass is done."""


class Silent:
    """A reporter that says nothing."""

    def note(self, _sentence: str, /) -> None:
        """Say nothing."""

    def stage(self, _name: str, /) -> AbstractContextManager[None]:
        """Say nothing."""
        return nullcontext()

    def training(self, _epochs: int, _done: int, _likelihood: bool, /) -> AbstractContextManager[None]:
        """Say nothing."""
        return nullcontext()

    def moved(self, _moment: Moment, /) -> None:
        """Say nothing."""

    def passed(self, _record: PassRecord, /) -> None:
        """Say nothing."""


class Terminal:
    """A bar on a terminal, a line per pass elsewhere; and the log file, if one is named.

    Args:
        console: where to write.
        log: a file that gets one JSON line per pass.

    Raises:
        NumericError: there is no folder for the log.
    """

    def __init__(self, console: Console, log: Path | None = None) -> None:
        self._console = console
        self._log = log
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._likelihood = False
        if log is not None and not log.parent.is_dir():
            raise NumericError(f"there is no folder {log.parent} for the log; make it, or choose another place")

    def note(self, sentence: str) -> None:
        """A line of its own."""
        self._console.print(sentence, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Shows the name while it lasts, and how long it took."""
        began = time.perf_counter()
        with self._console.status(name) if self._console.is_terminal else nullcontext():
            yield
        self.note(f"{name} took {time.perf_counter() - began:.1f} s")

    @contextmanager
    def training(self, epochs: int, done: int, likelihood: bool) -> Iterator[None]:
        """A bar over all passes; the log keeps the lines of the passes behind us, and only these."""
        self._likelihood = likelihood
        if self._log is not None:
            self._keep(self._log, done)
        if not self._console.is_terminal:
            yield
            return
        columns = (
            TextColumn("pass {task.fields[epoch]} of " + str(epochs)),
            BarColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._console) as self._bar:
            self._task = self._bar.add_task("", total=1.0, completed=0, epoch=done, figures="")
            self._bar.update(self._task, completed=done / epochs)
            yield
        self._bar = None

    def moved(self, moment: Moment) -> None:
        """Move the bar."""
        if self._bar is not None:
            epoch = moment.epoch + (not moment.pass_done)
            figures = figures_of(moment.loss, perplexity(moment.loss) if self._likelihood else None)
            self._bar.update(self._task, completed=moment.fraction, epoch=epoch, figures=figures)

    def passed(self, record: PassRecord) -> None:
        """A line in the log and, without a bar, on the console."""
        if self._log is not None:
            self._append(self._log, record.as_json() + "\n")
        if self._bar is None:
            self.note(pass_in_words(record))

    def _keep(self, log: Path, done: int) -> None:
        # A training that was killed may have logged passes that it had not saved; they will come again.
        try:
            lines = log.read_text("utf-8").splitlines() if done and log.exists() else []
            kept = [line for line in lines if int(json.loads(line)["epoch"]) <= done]
        except OSError as error:
            raise NumericError(f"cannot read the log {log}: {reason(error)}; choose another file") from error
        except (ValueError, KeyError, TypeError) as error:
            raise NumericError(f"{log} is not a log of passes; choose another file") from error
        with replacing(log, "w") as stream:
            stream.writelines(line + "\n" for line in kept)

    def _append(self, log: Path, text: str) -> None:
        try:
            with log.open("a", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            raise NumericError(f"cannot write the log {log}: {reason(error)}; choose another file") from error


def pass_in_words(record: PassRecord) -> str:
    """One line for a person."""
    figures = figures_of(record.loss, record.perplexity)
    if record.holdout_loss is not None:
        figures += f", held out: {figures_of(record.holdout_loss, record.holdout_perplexity)}"
    return f"pass {record.epoch} over {record.vocabulary:,} words: {figures}, {record.seconds:.1f} s"


def figures_of(loss: float, perplexity: float | None) -> str:
    """A loss as people read it; with a perplexity it is one in nats."""
    return f"loss {loss:.4f}" + (f" nats, perplexity {perplexity:,.1f}" if perplexity is not None else "")
