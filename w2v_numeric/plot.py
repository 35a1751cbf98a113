"""Pictures: how the loss fell, and where words lie on the plane of their two largest components."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from w2v_numeric.atomic import reason, replacing
from w2v_numeric.errors import NumericError, SettingsError
from w2v_numeric.vectors import Vectors

WORDS_SHOWN = 60  # more labels than this overlap
ENDINGS = (".png", ".svg", ".pdf")


def read_log(path: Path) -> list[dict[str, Any]]:
    """The records that training wrote with --log.

    Raises:
        NumericError: the file cannot be read or is not such a log.
    """
    try:
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        well_formed = bool(records) and all(isinstance(r["epoch"], int) and float(r["loss"]) >= 0 for r in records)
    except OSError as error:
        raise NumericError(f"cannot read {path}: {reason(error)}; check the path") from error
    except (ValueError, KeyError, TypeError):
        well_formed = False
    if not well_formed:
        raise NumericError(f"{path} is not a log of passes; give the file written by w2v train --log")
    return records


def plane(vectors: Vectors, words: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The unit vectors of words on their two principal components, (n, 2).

    Raises:
        VectorsError: a word is unknown.
    """
    chosen = vectors.unit[[vectors.row(word) for word in words]].astype(np.float64)
    chosen -= chosen.mean(axis=0)
    left, spread, _ = np.linalg.svd(chosen, full_matrices=False)
    flat = left[:, :2] * spread[:2]
    return np.asarray(np.pad(flat, ((0, 0), (0, 2 - flat.shape[1]))))


def draw(output: Path, records: Sequence[dict[str, Any]], vectors: Vectors | None, words: Sequence[str]) -> None:
    """Draw the loss curve, the map of words, or both side by side.

    Args:
        output: .png, .svg or .pdf.
        records: passes; none leaves the curve out.
        vectors: for the map; None leaves it out.
        words: what to show; empty shows the most frequent words of four letters or more.

    Raises:
        NumericError: matplotlib is missing, or the picture cannot be written.
    """
    if output.suffix.lower() not in ENDINGS:
        raise SettingsError(f"the ending of {output} names no picture; choose one of: {', '.join(ENDINGS)}")
    try:
        from matplotlib.figure import Figure  # an extra, and slow to import
    except ImportError as error:
        raise NumericError("drawing needs matplotlib; install it with pip") from error
    panels = bool(records) + (vectors is not None)
    if not panels:
        raise SettingsError("there is nothing to draw; give vectors, or a log with --log")
    figure = Figure(figsize=(7.0 * panels, 5.5), layout="constrained")
    axes = figure.subplots(1, panels, squeeze=False)[0]
    if records:
        _losses(axes[0], records)
        axes[0].set(xlabel="pass", ylabel="mean −log P(o|c), nats", title="Loss")
    if vectors is not None:
        shown = list(words) or [word for word in vectors.words if len(word) > 3][:WORDS_SHOWN]
        places = plane(vectors, shown)
        axes[-1].scatter(places[:, 0], places[:, 1], s=8)
        for word, (x, y) in zip(shown, places, strict=True):
            axes[-1].annotate(word, (x, y), xytext=(3, 3), textcoords="offset points", fontsize=8)
        axes[-1].set(title="Words", xticks=[], yticks=[])
    with replacing(output) as stream:
        figure.savefig(stream, format=output.suffix.lower()[1:], dpi=150)


def _losses(axes: Any, records: Sequence[dict[str, Any]]) -> None:
    """One curve for each vocabulary, since losses over different vocabularies do not compare."""
    for size in sorted({int(record.get("vocabulary", 0)) for record in records}):
        part = [record for record in records if int(record.get("vocabulary", 0)) == size]
        label = f"training, {size:,} words" if size else "training"
        axes.plot([record["epoch"] for record in part], [record["loss"] for record in part], marker=".", label=label)
    outside = [record for record in records if record.get("holdout_loss") is not None]
    if outside:
        epochs = [record["epoch"] for record in outside]
        axes.plot(epochs, [record["holdout_loss"] for record in outside], marker=".", label="held out")
    axes.legend()
