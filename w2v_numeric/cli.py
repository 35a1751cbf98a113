"""The command w2v: train, evaluate, neighbors, plot."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from w2v_numeric.atomic import reason
from w2v_numeric.errors import CheckpointError, Interrupted, NumericError
from w2v_numeric.objective import objectives
from w2v_numeric.settings import Settings
from w2v_numeric.tokens import Splitting

USAGE_ERROR = 2
STOPPED = 130  # what shells report for a program ended by Ctrl-C

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Train word vectors, by exact softmax skip-gram or another objective, judge them and look at them.",
)
DEFAULT = Settings()


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


class Backend(StrEnum):
    """What the formulas run on."""

    AUTO = "auto"
    NUMPY = "numpy"
    COMPILED = "compiled"


class Documents(StrEnum):
    """What a window does not cross."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    FILE = "file"


@app.command()
def train(
    corpus: Annotated[
        list[str],
        typer.Argument(help="Files (plain, .gz, .bz2, .xz, .zst), folders, quoted patterns, or - for standard input."),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where the vectors go: .txt or .vec, .bin (word2vec), .safetensors.")
    ],
    objective: Annotated[
        str,
        typer.Option(
            help=f"What is minimised: {', '.join(sorted(objectives()))}; or a module that `derive emit` made from a "
            "note. softmax is the exact one, not an approximation. `w2v objectives` says more."
        ),
    ] = DEFAULT.objective,
    vocab_size: Annotated[
        int | None,
        typer.Option(
            help="How many of the most frequent words to train. Default: all with --min-count, up to 30,000, because "
            "time grows with the square."
        ),
    ] = None,
    min_count: Annotated[
        int, typer.Option(help="Words seen less often are left out: too few examples to learn from.")
    ] = DEFAULT.min_count,
    dim: Annotated[
        int, typer.Option(help="Length of the vectors. 100 is where quality levels off on some ten million words.")
    ] = DEFAULT.dim,
    window: Annotated[
        int,
        typer.Option(help="Words to each side that count as context, nearer ones more: 5 balances topic and grammar."),
    ] = DEFAULT.window,
    sample: Annotated[
        float | None,
        typer.Option(
            help="Words above this share of the text are thinned out; 0 is off. Default: 1e-4, which gave the best "
            "similarity, and more for less than a million words."
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Passes over all centers. Default: 40; after a warm-up 8 at 15,000 words, fewer above, more below"
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Of all random numbers: same seed and threads, same vectors to the bit.")
    ] = DEFAULT.seed,
    threads: Annotated[
        int | None,
        typer.Option(help="Workers. Default: the cores of the machine, up to 8, where adding more stops helping."),
    ] = None,
    memory: Annotated[
        str, typer.Option(help="What reading and counting may use, for example 2G; beyond it they use temporary files.")
    ] = "256M",
    splitting: Annotated[
        Splitting,
        typer.Option(
            "--tokens",
            help="words: lower-cased letters, digits and inner apostrophes, for any text; spaces: for split text.",
        ),
    ] = DEFAULT.splitting,
    documents: Annotated[
        Documents,
        typer.Option(
            help="What windows do not cross: line (a document or sentence a line), paragraph (blank lines), file."
        ),
    ] = Documents.LINE,
    holdout: Annotated[
        float,
        typer.Option(
            help="Share of the text kept aside to report the loss on, for example 0.05. 0 trains on everything."
        ),
    ] = DEFAULT.holdout,
    center_power: Annotated[
        float | None,
        typer.Option(
            help="Over counts, a center weighs its count to this power; 1 is the plain objective. Default: what suits "
            "the objective, or 0.35, which lets rarer words speak up."
        ),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(help="Centers between two updates. Default: V/40, from 32 to 1024: enough steps at full speed."),
    ] = None,
    rate_u: Annotated[
        float | None,
        typer.Option(
            help="Learning rate of Adam on tables that every block touches as a whole. Default: what suits the "
            "objective, or 0.04; twice this trains faster but ends worse."
        ),
    ] = None,
    rate_v: Annotated[
        float | None,
        typer.Option(help="Learning rate of Adagrad on rows. Default: what suits the objective, or 0.3, from a sweep."),
    ] = None,
    negatives: Annotated[
        int, typer.Option(help="Noise words for each pair, where the objective has noise. 5 is word2vec's choice.")
    ] = DEFAULT.negatives,
    draws: Annotated[
        int, typer.Option(help="Noise words drawn for a piece of text and shared by its pairs: more are steadier.")
    ] = DEFAULT.draws,
    buckets: Annotated[
        int, typer.Option(help="Character n-grams that are told apart, where the objective has n-grams.")
    ] = DEFAULT.buckets,
    width: Annotated[
        float | None,
        typer.Option(
            help="Coordinates trained for each one saved: the saved ones are the directions with most to say. Default: "
            "1, or what suits the objective; the exact softmax takes 1.4, for better vectors at 1.3 times the cost."
        ),
    ] = None,
    surplus: Annotated[
        float | None,
        typer.Option(
            help="Words trained for each one saved, where --vocab-size leaves words out: company for the saved "
            "ones. Default: 1, or what suits the objective; the exact softmax takes 1.5."
        ),
    ] = None,
    shape: Annotated[
        float,
        typer.Option(help="Exponent of the spectrum of the saved vectors: 0.5 is neutral, less favours similarity."),
    ] = DEFAULT.shape,
    company: Annotated[
        float,
        typer.Option(
            help="Share of standing together, beside being used alike, in the vectors: 0.25 suits most tests."
        ),
    ] = DEFAULT.company,
    warm_up: Annotated[
        int,
        typer.Option(
            help="Passes over each smaller vocabulary of frequent words before the whole: cheap, and they save "
            "dear ones. 0 begins with the whole. Only the exact softmax grows; others ignore it."
        ),
    ] = DEFAULT.warm_up,
    backend: Annotated[
        Backend,
        typer.Option(
            help="auto: formulas that are there as loops are compiled if Numba is installed, the rest runs on NumPy; "
            "numpy; compiled. Both compute the same proved terms; same backend, same vectors to the bit."
        ),
    ] = Backend.AUTO,
    log: Annotated[Path | None, typer.Option(help="A file that gets one JSON line per pass. Default: none.")] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A folder to save the training in after every pass, and on Ctrl-C. Default: none."),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on from the checkpoint, to the same result to the bit. Without one, begin."),
    ] = False,
) -> None:
    """Train word vectors on text."""
    from w2v_numeric.checkpoint import Checkpoint
    from w2v_numeric.corpus import find_sources
    from w2v_numeric.memory import parse_size
    from w2v_numeric.pipeline import check_output, train_sources
    from w2v_numeric.progress import Terminal

    settings = Settings(
        objective=objective,
        vocab_size=vocab_size,
        min_count=min_count,
        dim=dim,
        window=window,
        sample=sample,
        epochs=epochs,
        seed=seed,
        threads=threads,
        memory=parse_size(memory),
        splitting=splitting,
        documents=documents.value,
        holdout=holdout,
        center_power=center_power,
        batch=batch,
        rate_u=rate_u,
        rate_v=rate_v,
        negatives=negatives,
        draws=draws,
        buckets=buckets,
        width=width,
        surplus=surplus,
        shape=shape,
        company=company,
        warm_up=warm_up,
        backend=backend.value,
    )
    settings.check()
    check_output(output)
    if resume and checkpoint is None:
        raise CheckpointError("--resume needs to know where from; add --checkpoint with the folder")
    sources = find_sources(corpus)
    saved = Checkpoint(checkpoint) if checkpoint is not None else None
    if saved is not None and saved.exists() and not resume:
        raise CheckpointError(f"{checkpoint} holds a training already; add --resume to go on, or choose another folder")
    reporter = Terminal(Console(stderr=True), log)
    with _ctrl_c() as pressed:
        result = train_sources(sources, settings, reporter, saved, resume, lambda: bool(pressed))
    result.vectors.save(output)
    if result.interrupted:
        where = f"; go on with --checkpoint {checkpoint} --resume" if checkpoint is not None else ""
        reporter.note(f"stopped; the vectors learned so far are in {output}{where}")
        raise typer.Exit(STOPPED)
    reporter.note(f"{len(result.vectors):,} vectors are in {output}")


@app.command("objectives")
def list_objectives() -> None:
    """List what can be minimised."""
    table = Table("--objective", "what it is")
    for name, about in sorted(objectives().items()):
        table.add_row(name, about)
    Console().print(table)


@contextmanager
def _ctrl_c() -> Iterator[list[int]]:
    """The first Ctrl-C is noted, for the work to stop where it can save; the second one stops at once."""
    pressed: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


@app.command()
def evaluate(
    vectors: Annotated[Path, typer.Argument(help="A file of vectors: .txt, .vec, .bin or .safetensors.")],
    pairs: Annotated[
        list[Path] | None, typer.Option(help="Files with two words and a human score a line; several may follow.")
    ] = None,
    analogies: Annotated[
        Path | None, typer.Option(help="Questions in the form of Google's questions-words.txt.")
    ] = None,
    restrict_vocab: Annotated[
        int | None,
        typer.Option(help="Look at the first N words only, to compare with smaller vocabularies. Default: all."),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="text for people, json for programs.")
    ] = Format.TEXT,
) -> None:
    """Judge vectors by word similarity (Spearman's ρ) and analogies."""
    from w2v_numeric.evaluate import evaluate as judge
    from w2v_numeric.vectors import Vectors

    if not pairs and analogies is None:
        raise NumericError("there is nothing to judge by; give --pairs with files, or --analogies with one")
    result = judge(Vectors.load(vectors), list(pairs or []), analogies, restrict_vocab)
    if output_format is Format.JSON:
        sys.stdout.write(json.dumps(result.as_dict(), ensure_ascii=False) + "\n")
        return
    table = Table("test", "score", "known", "of")
    for name, scores in result.pairs.items():
        table.add_row(name, f"ρ = {scores.spearman:.3f}", str(scores.covered), str(scores.total))
    if analogies is not None:
        answers = result.analogies
        detail = f"{answers.accuracy:.1%} right (semantic {answers.semantic:.1%}, syntactic {answers.syntactic:.1%})"
        table.add_row("analogies", detail, str(answers.covered), str(answers.total))
    Console().print(table)


@app.command()
def neighbors(
    vectors: Annotated[Path, typer.Argument(help="A file of vectors: .txt, .vec, .bin or .safetensors.")],
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="Words whose neighbours to list.")],
    k: Annotated[int, typer.Option("-k", "--count", help="How many neighbours each; 10 fit on a screen.")] = 10,
) -> None:
    """List the words with the largest cosine to each word."""
    from w2v_numeric.vectors import Vectors

    loaded = Vectors.load(vectors)
    found = {word: loaded.most_similar(word, k) for word in words}
    for word, near in found.items():
        sys.stdout.write(f"{word}\n" + "".join(f"  {other}\t{cosine:.4f}\n" for other, cosine in near))


@app.command()
def plot(
    vectors: Annotated[Path, typer.Argument(help="A file of vectors: .txt, .vec, .bin or .safetensors.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The picture: .png, .svg or .pdf.")],
    words: Annotated[
        list[str] | None, typer.Option("--word", help="A word to show on the map; repeat it. Default: frequent words.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="The log of the training, for the loss curve. Default: the map alone.")
    ] = None,
) -> None:
    """Draw a map of words and, from the log, the loss curve."""
    from w2v_numeric.plot import draw, read_log
    from w2v_numeric.vectors import Vectors

    draw(output, read_log(log) if log is not None else [], Vectors.load(vectors), words or [])


def spread_pairs(arguments: list[str]) -> list[str]:
    """Let several files follow one --pairs, as in `evaluate VECTORS --pairs A B --analogies Q`.

    The files go on until the next option, once the vectors have been named; before, what follows the first file is
    the vectors.
    """
    if not arguments or arguments[0] != "evaluate":
        return arguments
    out: list[str] = ["evaluate"]
    named = in_pairs = takes_value = False
    for argument in arguments[1:]:
        if argument.startswith("-") and argument != "-":
            out.append(argument)
            takes_value = "=" not in argument and argument not in ("-h", "--help")
            in_pairs = argument.split("=")[0] == "--pairs"
        elif takes_value:
            out.append(argument)
            takes_value = False
        elif in_pairs and named:
            out += ["--pairs", argument]
        else:
            out.append(argument)
            named, in_pairs = True, False
    return out


def main() -> None:
    """Run the command; whatever the user can mend is one sentence and exit code 2."""
    try:
        app(args=spread_pairs(sys.argv[1:]), prog_name="w2v")
    except Interrupted as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(STOPPED) from None
    except NumericError as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(USAGE_ERROR) from None
    except BrokenPipeError:  # the reader of the output, such as head, has seen enough
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:
        sys.stderr.write(f"error: {error.filename or 'a file'}: {reason(error)}; check that it may be used\n")
        raise SystemExit(USAGE_ERROR) from None
    except MemoryError:
        sys.stderr.write("error: the memory is used up; choose a smaller --vocab-size or --dim\n")
        raise SystemExit(USAGE_ERROR) from None
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        raise SystemExit(STOPPED) from None
