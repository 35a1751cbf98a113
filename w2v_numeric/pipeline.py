"""The whole way from text to vectors, in the order it is gone: read, choose words, count, train, read out, save."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from w2v_numeric.checkpoint import Checkpoint, Corpus, same_training
from w2v_numeric.cooccurrence import Windowing, count_pairs
from w2v_numeric.corpus import Source
from w2v_numeric.errors import Interrupted
from w2v_numeric.memory import Estimate, check_memory
from w2v_numeric.objective import Objective, load_objective
from w2v_numeric.progress import PassRecord, Reporter
from w2v_numeric.readout import word_vectors
from w2v_numeric.settings import DEFAULT_LARGEST_VOCABULARY, Settings
from w2v_numeric.state import State
from w2v_numeric.tokens import TokenStream, read_tokens
from w2v_numeric.train import Plan, Trainer
from w2v_numeric.vectors import Vectors
from w2v_numeric.vocabulary import build_vocabulary


@dataclass
class Result:
    """What a training gave.

    Attributes:
        vectors: the word vectors.
        passes: one record for each pass, in order.
        interrupted: stopped before its end.
    """

    vectors: Vectors
    passes: list[PassRecord] = field(default_factory=list)
    interrupted: bool = False


def count_corpus(stream: TokenStream, settings: Settings, sources: list[list[Any]], reporter: Reporter) -> Corpus:
    """Choose the vocabulary and count the pairs.

    Raises:
        CorpusError, SettingsError: the text has too few words for what is asked.
    """
    vocabulary, ids = build_vocabulary(
        stream.words, stream.counts, settings.vocab_size, settings.min_count, DEFAULT_LARGEST_VOCABULARY
    )
    if stream.forgotten:
        reporter.note(f"words seen {stream.forgotten} times or less were forgotten to stay within the memory")
    windowing = Windowing(
        settings.window,
        vocabulary.keep_probabilities(settings.threshold(stream.total), stream.total),
        settings.documents,
        settings.seed,
        settings.holdout,
    )
    with reporter.stage("counting"):
        counts = count_pairs(stream, ids, windowing, settings.memory)
        held_out = count_pairs(stream, ids, windowing, settings.memory, held_out=True) if settings.holdout else None
    reporter.note(f"{stream.total:,} words, {len(vocabulary):,} different ones kept, {counts.pairs:,} pairs")
    return Corpus(vocabulary, stream.total, counts, held_out, sources)


def train_corpus(
    corpus: Corpus,
    settings: Settings,
    reporter: Reporter,
    checkpoint: Checkpoint | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Result:
    """Train on counts, going on from the checkpoint if it holds a state.

    Raises:
        SettingsError: it does not fit into the memory, or the objective is unknown.
    """
    objective = load_objective(settings.objective)
    counts = corpus.counts.weighted(settings.center_power)
    held_out = corpus.held_out
    size = counts.size
    plan = Plan(
        settings.passes(size),
        settings.centers_per_step(size),
        settings.workers(),
        settings.seed,
        settings.rate_u,
        settings.rate_v,
    )
    estimate = Estimate.of(size, settings.dim, plan, corpus.counts, weighted=counts is not corpus.counts)
    reporter.note(estimate.sentence())
    check_memory(estimate)
    state = checkpoint.state() if checkpoint is not None else None
    if state is None:
        context = counts.context_totals()
        state = State.start(context / context.sum(), settings.dim, settings.seed)
    else:
        reporter.note(f"going on after pass {state.epoch} of {plan.epochs}")
    trainer = Trainer(counts, objective, plan, state)
    result = Result(Vectors([], state.v[:0, :0]))
    with reporter.training(plan.epochs, state.epoch):
        for moment in trainer.run(stop):
            reporter.moved(moment)
            if moment.pass_done:
                figure = trainer.mean_loss(held_out) if held_out is not None else None
                record = PassRecord.of(moment, figure, state.seconds)
                result.passes.append(record)
                reporter.passed(record)
                if checkpoint is not None:
                    checkpoint.save(state)
    result.interrupted = state.epoch < plan.epochs
    if result.interrupted and checkpoint is not None:
        checkpoint.save(state)
    result.vectors = _read_out(corpus, settings, objective, state)
    return result


def _read_out(corpus: Corpus, settings: Settings, objective: Objective, state: State) -> Vectors:
    matrix = word_vectors(state.u[:-1].T, state.v[:, :-1], settings.shape, settings.mix)
    metadata = {
        "settings": json.dumps(settings.as_dict(), sort_keys=True),
        "vocabulary_sha256": hashlib.sha256("\n".join(corpus.vocabulary.words).encode()).hexdigest(),
        "corpus_words": str(corpus.corpus_words),
        "formulas_sha256": objective.digest,
        "note": objective.note,
        "passes": str(state.epoch),
    }
    return Vectors(corpus.vocabulary.words, matrix, metadata)


def train_sources(
    sources: Sequence[Source],
    settings: Settings,
    reporter: Reporter,
    checkpoint: Checkpoint | None = None,
    resume: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Result:
    """The whole way for text in files.

    Raises:
        NumericError: see the steps.
        Interrupted: stopped before there was anything to save.
    """
    settings.check()
    load_objective(settings.objective)  # an unknown name is refused before the corpus is read
    described = [[source.name, source.size()] for source in sources]
    # Training depends on the number of threads to the bit, so it belongs to what a checkpoint must agree on.
    chosen = {**settings.as_dict(), "threads": settings.workers()}
    if checkpoint is not None and resume and checkpoint.exists():
        saved, saved_sources = checkpoint.settings()
        same_training(saved, saved_sources, chosen, described)
        corpus = checkpoint.corpus()
    else:
        with reporter.stage("reading"):
            stream = read_tokens(sources, settings.splitting, settings.memory, lambda _bytes, _words: _refuse(stop))
        corpus = count_corpus(stream, settings, described, reporter)
        del stream
        if checkpoint is not None:
            checkpoint.begin(chosen, corpus)
    return train_corpus(corpus, settings, reporter, checkpoint, stop)


def _refuse(stop: Callable[[], bool]) -> None:
    if stop():
        raise Interrupted("stopped while reading; nothing was saved")


def check_output(path: Path) -> None:
    """Refuse a place for the vectors that cannot work, before hours are spent."""
    from w2v_numeric.vectors_files import check_ending

    check_ending(path)
