"""Training as a notebook shows it: one live display with the stages, a bar, the loss, and what each pass brought."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from w2v_numeric.errors import NumericError
from w2v_numeric.progress import PassRecord, figures_of, pass_in_words, perplexity
from w2v_numeric.train import Moment

__all__ = ["Live"]

EVERY = 0.2  # seconds between two pictures of the bar; a notebook on another machine gets each over the network


class Live:
    """A reporter for notebooks: ``SkipGram(reporter=Live()).fit(sentences)``.

    It needs nothing but IPython, which every Jupyter notebook runs on.

    Raises:
        NumericError: IPython is not installed.
    """

    def __init__(self) -> None:
        try:
            from IPython.display import HTML, display
        except ImportError as error:
            raise NumericError("a live bar needs IPython; use it in a notebook, or leave the reporter out") from error
        self._html: Callable[[str], Any] = HTML
        self._display: Callable[..., Any] = display
        self._handle: Any = None
        self._lines: list[str] = []
        self._epochs, self._likelihood = 0, False
        self._last: str | None = None
        self._shown = 0.0

    def note(self, sentence: str, /) -> None:
        """A line that stays."""
        self._lines.append(escape(sentence))
        self._show()

    @contextmanager
    def stage(self, name: str, /) -> Iterator[None]:
        """Shows the name while it lasts, and how long it took."""
        began = time.perf_counter()
        self._show(f"{escape(name)} …")
        yield
        self.note(f"{name} took {time.perf_counter() - began:.1f} s")

    @contextmanager
    def training(self, epochs: int, done: int, likelihood: bool, /) -> Iterator[None]:
        """A bar over all passes; what stays is the line of the last one."""
        self._epochs, self._likelihood, self._last = epochs, likelihood, None
        self._show(_bar(done / epochs, f"pass {done} of {epochs}"))
        yield
        if self._last is not None:
            self._lines.append(self._last)
        self._show()

    def moved(self, moment: Moment, /) -> None:
        """Move the bar."""
        if time.perf_counter() - self._shown > EVERY:
            epoch = moment.epoch + (not moment.pass_done)
            figures = figures_of(moment.loss, perplexity(moment.loss) if self._likelihood else None)
            self._show(_bar(moment.fraction, f"pass {epoch} of {self._epochs}, {figures}"))

    def passed(self, record: PassRecord, /) -> None:
        """Remember what the pass brought."""
        self._last = escape(pass_in_words(record))

    def _show(self, bar: str = "") -> None:
        self._shown = time.perf_counter()
        page = self._html("".join(f"<div>{line}</div>" for line in [*self._lines, *([bar] if bar else [])]))
        if self._handle is None:
            self._handle = self._display(page, display_id=True)
        else:
            self._handle.update(page)


def _bar(share: float, words: str) -> str:
    return f'<progress aria-label="training" value="{share:.4f}" max="1" style="width:20em"></progress> {escape(words)}'
