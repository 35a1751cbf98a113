"""The whole way from text to vectors, in the order it is gone: read, choose words, count, train, read out, save."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from w2v_numeric.checkpoint import Checkpoint, Corpus, same_training
from w2v_numeric.cooccurrence import Windowing, count_pairs
from w2v_numeric.corpus import Source
from w2v_numeric.counts import Counts
from w2v_numeric.course import Course
from w2v_numeric.errors import Interrupted
from w2v_numeric.growth import grown, restricted
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
    power = settings.center_power
    return Corpus(
        vocabulary,
        stream.total,
        counts.weighted(power),
        held_out.weighted(power) if held_out is not None else None,
        sources,
    )


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
    stages = settings.stages(corpus.counts.size)
    estimate = Estimate.of(corpus.counts, settings.dim, stages[-1].batch, settings.workers())
    reporter.note(estimate.sentence())
    check_memory(estimate)
    state = checkpoint.state() if checkpoint is not None else None
    passes: list[PassRecord] = []
    course = Course(stages)
    with reporter.training(course.passes, course.passes_before(state)):
        for number in range(state.stage if state is not None else 0, len(stages)):
            trainer = _prepared(corpus.counts, settings, objective, number, state)
            state = trainer.state
            for moment in trainer.run(stop):
                reporter.moved(course.place(moment, number))
                if moment.pass_done:
                    # What is held out can be judged only once all words are there.
                    judged = corpus.held_out if number == len(stages) - 1 else None
                    figure = trainer.mean_loss(judged) if judged is not None else None
                    record = PassRecord.of(course.place(moment, number), stages[number].size, figure, state.seconds)
                    passes.append(record)
                    reporter.passed(record)
                    if checkpoint is not None:
                        checkpoint.save(state)
            if state.epoch < stages[number].passes:
                break
    if state is None:
        raise RuntimeError("a schedule without stages")
    interrupted = (state.stage, state.epoch) != (len(stages) - 1, stages[-1].passes)
    if interrupted and checkpoint is not None:
        checkpoint.save(state)
    return Result(_read_out(corpus, settings, objective, state), passes, interrupted)


def _prepared(counts: Counts, settings: Settings, objective: Objective, number: int, state: State | None) -> Trainer:
    """The trainer of a stage: begun, grown from the stage before, or gone on with."""
    stage = settings.stages(counts.size)[number]
    workers = settings.workers()
    part = counts if stage.size == counts.size else restricted(counts, stage.size)
    if state is None or state.stage != number:
        context = part.context_totals()
        unigram = context / context.sum()
        if state is None:
            state = State.start(unigram, settings.dim, settings.seed)
        else:
            state = grown(part, unigram, state, objective, workers, settings.seed)
            state.stage = number
    plan = Plan(
        stage.passes, stage.batch, workers, settings.seed, settings.rate_u * stage.rate, settings.rate_v * stage.rate
    )
    return Trainer(part, objective, plan, state)


def _read_out(corpus: Corpus, settings: Settings, objective: Objective, state: State) -> Vectors:
    words = corpus.vocabulary.words[: len(state.v)]
    with threadpool_limits(1):  # the number of BLAS threads would show in the last bits
        matrix = word_vectors(state.u[:-1].T, state.v[:, :-1], settings.shape, settings.company)
    metadata = {
        "settings": json.dumps(settings.as_dict(), sort_keys=True),
        "vocabulary_sha256": hashlib.sha256("\n".join(corpus.vocabulary.words).encode()).hexdigest(),
        "corpus_words": str(corpus.corpus_words),
        "formulas_sha256": objective.digest,
        "notes": json.dumps(objective.notes, sort_keys=True),
        "passes": str(state.epoch),
    }
    return Vectors(words, matrix, metadata)


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
    objective = load_objective(settings.objective)  # an unknown name is refused before the corpus is read
    described = [[source.name, source.size()] for source in sources]
    # Training depends on these to the bit, so they belong to what a checkpoint must agree on.
    chosen = {**settings.as_dict(), "threads": settings.workers(), "formulas": objective.digest}
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
