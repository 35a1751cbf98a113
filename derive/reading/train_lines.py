"""The lines of a ```` ```derive ```` block that make emitted functions an objective that can be trained.

    train expected-negative-sampling with block_loss_and_gradients, block_loss over counts:
        "One sentence for the help."
        u = outside vectors
        N = counts
        K = negatives
        prefer epochs 20

The functions are emitted by the same note: the first gives loss and gradients, the second the loss alone.  Every
argument is bound to what the trainer provides under that name, or to a number; what the names are is the trainer's
business (`w2v_numeric/objective.py`).  ``over`` says how the data come: ``counts``, ``text`` or ``windows``.
``loss = negative log-likelihood`` lets the loss be shown in nats.  ``prefer`` proposes a setting of the trainer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from derive.errors import DeriveError, Place
from derive.reading.document import Document, Fence

__all__ = ["TrainLine", "train_lines"]

_HEAD = re.compile(
    r"train\s+(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)\s+with\s+(?P<gradients>\w+)\s*,\s*(?P<loss>\w+)\s+over\s+(?P<over>\w+)\s*:\s*\Z"
)
_ABOUT = re.compile(r'"(?P<text>[^"\\]*)"\Z')
_PREFER = re.compile(r"prefer\s+(?P<setting>[a-z_]+)\s+(?P<value>[a-z0-9.+-]+)\Z")
_BINDING = re.compile(r"(?P<name>\S+(?:\s\S+)?)\s+=\s+(?P<quantity>[A-Za-z0-9][A-Za-z0-9 ./-]*)\Z")


@dataclass
class TrainLine:
    """An objective that a note declares.

    Attributes:
        name: as users write it.
        gradients, loss: the functions.
        over: how the data come.
        about: one sentence.
        bindings: argument, as the note writes it, → what the trainer provides.
        preferred: setting → value, as written.
    """

    name: str
    gradients: str
    loss: str
    over: str
    place: Place
    about: str = ""
    bindings: dict[str, str] = field(default_factory=dict)
    preferred: dict[str, str] = field(default_factory=dict)


def train_lines(document: Document) -> Iterator[TrainLine]:
    """All objectives that a note declares, in order.

    Raises:
        DeriveError: a line is not understood; the message shows the form.
    """
    for piece in document.pieces:
        if isinstance(piece, Fence):
            yield from _of_fence(piece, document)


def _of_fence(fence: Fence, document: Document) -> Iterator[TrainLine]:
    current: TrainLine | None = None
    for offset, line in enumerate(fence.text.split("\n")):
        text = line.strip()
        margin = len(line) - len(line.lstrip()) + (0 if offset else fence.column - 1)
        place = document.place(fence.line + offset, margin + 1)
        if re.match(r"train\b", text) and not line[:1].isspace():
            if current is not None:
                yield _finished(current)
            current = _head(text, place)
        elif current is not None and text and line[0].isspace():
            _body(current, text, place)
        elif current is not None:
            yield _finished(current)
            current = None
    if current is not None:
        yield _finished(current)


def _head(text: str, place: Place) -> TrainLine:
    match = _HEAD.match(text)
    if match is None:
        raise DeriveError(
            "write  train NAME with FUNCTION, FUNCTION over DATA:  and  ARGUMENT = QUANTITY  below", place
        )
    return TrainLine(match["name"], match["gradients"], match["loss"], match["over"], place)


def _body(line: TrainLine, text: str, place: Place) -> None:
    if about := _ABOUT.match(text):
        line.about = about["text"]
    elif preferred := _PREFER.match(text):
        line.preferred[preferred["setting"]] = preferred["value"]
    elif binding := _BINDING.match(text):
        line.bindings[binding["name"]] = binding["quantity"].strip()
    else:
        raise DeriveError('write  ARGUMENT = QUANTITY,  "a sentence"  or  prefer SETTING VALUE', place)


def _finished(line: TrainLine) -> TrainLine:
    if not line.about:
        raise DeriveError(f'{line.name} says nothing about itself; write  "one sentence"  below', line.place)
    return line
