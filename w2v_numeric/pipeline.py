"""The whole way from text to vectors, in the order it is gone: read, choose words, count, train, read out, save."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from w2v_numeric.backend import chosen, compiled
from w2v_numeric.blocks import Source as Data
from w2v_numeric.checkpoint import Checkpoint, Corpus, same_training, same_vocabulary
from w2v_numeric.cooccurrence import Windowing, count_pairs
from w2v_numeric.corpus import Source
from w2v_numeric.counts import Counts
from w2v_numeric.course import Course
from w2v_numeric.errors import Interrupted, SettingsError
from w2v_numeric.from_counts import CountsSource, Noise, Surroundings
from w2v_numeric.from_text import TextSource
from w2v_numeric.growth import grown, restricted
from w2v_numeric.huffman import huffman_tree
from w2v_numeric.memory import Estimate, check_memory, give_back
from w2v_numeric.ngrams import gram_matrix
from w2v_numeric.objective import Objective, load_objective
from w2v_numeric.pieces import contexts, contexts_in_loops
from w2v_numeric.progress import PassRecord, Reporter
from w2v_numeric.readout import balanced, word_vectors
from w2v_numeric.settings import DEFAULT_LARGEST_VOCABULARY, TEXT_PASSES, Settings, Stage
from w2v_numeric.state import CENTER, NODES, OUTSIDE, State
from w2v_numeric.tokens import TokenStream, read_tokens
from w2v_numeric.train import Compiler, Plan, Trainer
from w2v_numeric.vectors import Vectors
from w2v_numeric.vocabulary import Vocabulary, build_vocabulary

Ids = NDArray[np.int32]


@dataclass(frozen=True)
class Text:
    """A text that is gone over itself, with the numbers of its words.

    Attributes:
        stream: the text as numbers.
        ids: number → id in the vocabulary, -1 for words outside it.
    """

    stream: TokenStream
    ids: Ids


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


def _choose_words(stream: TokenStream, settings: Settings, reporter: Reporter) -> tuple[Vocabulary, Ids]:
    """The vocabulary, and number → id.

    Raises:
        CorpusError, SettingsError: the text has too few words for what is asked.
    """
    vocabulary, ids = build_vocabulary(
        stream.words,
        stream.counts,
        settings.vocab_size,
        settings.min_count,
        DEFAULT_LARGEST_VOCABULARY,
        settings.surplus if settings.surplus is not None else 1.0,
    )
    if stream.forgotten:
        reporter.note(f"words seen {stream.forgotten} times or less were forgotten to stay within the memory")
    return vocabulary, ids


def _windowing(vocabulary: Vocabulary, corpus_words: int, settings: Settings) -> Windowing:
    keep = vocabulary.keep_probabilities(settings.threshold(corpus_words), corpus_words)
    return Windowing(settings.window, keep, settings.documents, settings.seed, settings.holdout)


def count_corpus(
    stream: TokenStream, settings: Settings, objective: Objective, sources: list[list[Any]], reporter: Reporter
) -> tuple[Corpus, Text | None]:
    """Choose the vocabulary and count the pairs, unless the objective goes over the text itself.

    Raises:
        CorpusError, SettingsError: the text has too few words for what is asked.
    """
    vocabulary, ids = _choose_words(stream, settings, reporter)
    chosen = f"{stream.total:,} words, {len(vocabulary):,} different ones kept"
    if objective.over != "counts":
        reporter.note(chosen)
        return Corpus(vocabulary, stream.total, None, None, sources), Text(stream, ids)
    windowing = _windowing(vocabulary, stream.total, settings)
    with reporter.stage("counting"):
        counts = count_pairs(stream, ids, windowing, settings.memory)
        held_out = count_pairs(stream, ids, windowing, settings.memory, held_out=True) if settings.holdout else None
    reporter.note(f"{chosen}, {counts.pairs:,} pairs")
    power = settings.center_power if settings.center_power is not None else 1.0
    weighted = held_out.weigh(power) if held_out is not None else None
    return Corpus(vocabulary, stream.total, counts.weigh(power), weighted, sources), None


def surroundings(vocabulary: Vocabulary, size: int, settings: Settings) -> Surroundings:
    """Noise, tree and n-grams of the first words of a vocabulary."""
    first = Vocabulary(vocabulary.words[:size], vocabulary.counts[:size])
    return Surroundings(
        Noise(first.noise_distribution(), settings.negatives, settings.draws),
        lambda: huffman_tree(first.counts),
        lambda: gram_matrix(first.words, settings.buckets),
    )


def train_corpus(
    corpus: Corpus,
    text: Text | None,
    settings: Settings,
    objective: Objective,
    reporter: Reporter,
    checkpoint: Checkpoint | None = None,
    stop: Callable[[], bool] = lambda: False,
    fresh: bool = False,
) -> Result:
    """Train on counts or text, going on from the checkpoint if it holds a state.

    With `fresh` the checkpoint is begun, once a step has been done: what is refused before leaves nothing behind.

    Raises:
        SettingsError: it does not fit into the memory.
    """
    run = _Run(corpus, text, settings, objective)
    give_back()
    estimate = run.estimate()
    reporter.note(estimate.sentence())
    check_memory(estimate)
    state = checkpoint.state() if checkpoint is not None and not fresh else None
    passes: list[PassRecord] = []
    course = Course(run.stages)
    trainer: Trainer | None = None
    with reporter.training(course.passes, course.passes_before(state), objective.likelihood):
        for number in range(state.stage if state is not None else 0, len(run.stages)):
            trainer = None  # the counts of the stage before need not wait for the next
            give_back()
            trainer = run.trainer(number, state)
            give_back()
            state = trainer.state
            for moment in trainer.run(stop):
                if checkpoint is not None and fresh:
                    checkpoint.begin(_chosen(settings, objective), corpus)
                    fresh = False
                reporter.moved(course.place(moment, number))
                if moment.pass_done:
                    # What is held out can be judged only once all words are there.
                    figure = run.held_out_loss(trainer) if number == len(run.stages) - 1 else None
                    record = PassRecord.of(
                        course.place(moment, number),
                        run.stages[number].size,
                        figure,
                        state.seconds,
                        objective.likelihood,
                    )
                    passes.append(record)
                    reporter.passed(record)
                    if checkpoint is not None:
                        checkpoint.save(state)
            if state.epoch < run.stages[number].passes:
                break
    if state is None or trainer is None:
        raise RuntimeError("a schedule without stages")
    interrupted = (state.stage, state.epoch) != (len(run.stages) - 1, run.stages[-1].passes)
    if interrupted and checkpoint is not None:
        if fresh:
            checkpoint.begin(_chosen(settings, objective), corpus)
        checkpoint.save(state)
    return Result(_read_out(run, trainer), passes, interrupted)


@dataclass(frozen=True)
class _Run:
    """What a training is made of."""

    corpus: Corpus
    text: Text | None
    settings: Settings
    objective: Objective

    @property
    def compiler(self) -> Compiler | None:
        """What makes machine code of loops, if the training runs on it."""
        return compiled if self.settings.backend == "compiled" else None

    @property
    def stages(self) -> list[Stage]:
        """The schedule."""
        words = len(self.corpus.vocabulary)
        if self.text is None:
            return self.settings.stages(words, self.objective.from_log_frequencies)
        passes = self.settings.epochs if self.settings.epochs is not None else TEXT_PASSES
        return [Stage(words, passes, self.settings.piece(), 1.0)]

    def data(self, counts: Counts | None, stage: Stage) -> Data:
        """The blocks of a stage."""
        around = surroundings(self.corpus.vocabulary, stage.size, self.settings)
        workers = self.settings.workers()
        if counts is not None:
            return CountsSource(counts, self.objective, around, stage.batch, workers, self.settings.seed)
        if self.text is None:
            raise RuntimeError("neither counts nor text")
        how = _windowing(self.corpus.vocabulary, self.corpus.corpus_words, self.settings)
        words = self.corpus.vocabulary.counts
        found = contexts if self.compiler is None else self.compiler(contexts_in_loops)
        ids, stream = self.text.ids, self.text.stream
        return TextSource(stream, ids, how, words, self.objective, around, stage.batch, workers, found)

    def estimate(self) -> Estimate:
        """The memory that the largest stage takes."""
        counts = self.corpus.counts
        data = self.data(counts, self.stages[-1])
        return Estimate.of(data, counts, len(self.corpus.vocabulary), self.dim(data), self.settings.workers())

    def dim(self, data: Data) -> int:
        """Coordinates trained."""
        return self.settings.trained_dim() if OUTSIDE in data.tables else self.settings.dim

    def trainer(self, number: int, state: State | None) -> Trainer:
        """The trainer of a stage: begun, grown from the stage before, or gone on with."""
        stage, settings = self.stages[number], self.settings
        counts = self.corpus.counts
        if counts is not None and stage.size < counts.size:
            counts = restricted(counts, stage.size)
        data = self.data(counts, stage)
        if state is None or state.stage != number:
            unigram = self._unigram(counts)
            if state is None or counts is None:
                fixed = unigram if self.objective.from_log_frequencies else None
                state = State.start(data.tables, self.dim(data), settings.seed, fixed)
            else:
                state = grown(counts, unigram, state, self.objective, settings.workers(), settings.seed)
                state.stage = number
        if settings.rate_u is None or settings.rate_v is None:
            raise RuntimeError("the learning rates were not settled")
        rates = (settings.rate_u * stage.rate, settings.rate_v * stage.rate)
        plan = Plan(stage.passes, settings.workers(), *rates)
        return Trainer(data, self.objective, plan, state, self.compiler)

    def _unigram(self, counts: Counts | None) -> NDArray[np.float64]:
        """The distribution of context words."""
        if counts is not None:
            context = counts.context_totals()
        else:
            how = _windowing(self.corpus.vocabulary, self.corpus.corpus_words, self.settings)
            context = self.corpus.vocabulary.counts * how.keep
        return np.asarray(context / context.sum())

    def held_out_loss(self, trainer: Trainer) -> float | None:
        """The mean loss on what was kept aside."""
        if self.corpus.held_out is None:
            return None
        data = self.data(self.corpus.held_out, self.stages[-1])
        if not isinstance(data, CountsSource):
            raise RuntimeError("only counts are held out")
        return trainer.mean_loss(data, data.in_order())


def _read_out(run: _Run, trainer: Trainer) -> Vectors:
    corpus, settings, objective, state = run.corpus, run.settings, run.objective, trainer.state
    words = corpus.vocabulary.words[: run.stages[state.stage].size][: settings.vocab_size]
    with threadpool_limits(1):  # the number of BLAS threads would show in the last bits
        matrix = _word_matrix(run, trainer)[: len(words)]
    metadata = {
        "settings": json.dumps(settings.as_dict(), sort_keys=True),
        "vocabulary_sha256": hashlib.sha256("\n".join(corpus.vocabulary.words).encode()).hexdigest(),
        "corpus_words": str(corpus.corpus_words),
        "formulas_sha256": objective.digest,
        "notes": json.dumps(objective.notes, sort_keys=True),
        "passes": str(state.epoch),
    }
    return Vectors(words, matrix, metadata)


def _word_matrix(run: _Run, trainer: Trainer) -> NDArray[np.float32]:
    """One vector per word, from the tables that were learned."""
    settings = run.settings
    learned = {name: trainer.vectors(name) for name, table in trainer.source.tables.items() if table.vectors}
    center = learned.get(CENTER, learned.get("context vectors"))
    if (parts := learned.get("n-gram vectors")) is not None:
        center = surroundings(run.corpus.vocabulary, len(run.corpus.vocabulary), settings).grams() @ parts
    if center is None:
        raise SettingsError(f"{run.objective.name} learns no vectors of words; it learns: {', '.join(learned)}")
    if OUTSIDE in learned and parts is None:
        return word_vectors(learned[OUTSIDE], center, settings.dim, settings.shape, settings.company)
    partner = learned.get(OUTSIDE, learned.get(NODES))
    if partner is None or "context vectors" in learned:
        return np.ascontiguousarray(center)
    # Inner nodes are no words, and outside vectors know nothing of what words share through their parts: the other
    # table only says which coordinates count.
    return balanced(partner, center, settings.shape)[1][:, : settings.dim].astype(np.float32)


def settled(settings: Settings) -> tuple[Settings, Objective]:
    """The settings with what was left open filled in, and the objective on its backend.

    Raises:
        SettingsError: there is no such objective, or a setting has no meaning for it.
    """
    objective = load_objective(settings.objective)
    settings = settings.suited(objective.preferred, objective.over)
    settings = replace(settings, backend=chosen(settings.backend, objective))
    return settings, objective.compiled(compiled) if settings.backend == "compiled" else objective


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
    settings, objective = settled(settings)  # what has no meaning is refused before the corpus is read
    described = [[source.name, source.size()] for source in sources]
    corpus: Corpus | None = None
    text: Text | None = None
    fresh = False
    if checkpoint is not None and resume and checkpoint.exists():
        saved, saved_sources = checkpoint.settings()
        same_training(saved, saved_sources, _chosen(settings, objective), described)
        corpus = checkpoint.corpus()
    if corpus is None or objective.over != "counts":
        with reporter.stage("reading"):
            stream = read_tokens(sources, settings.splitting, settings.memory, lambda _bytes, _words: _refuse(stop))
        if corpus is None:
            corpus, text = count_corpus(stream, settings, objective, described, reporter)
            fresh = True
        else:
            vocabulary, ids = _choose_words(stream, settings, reporter)
            same_vocabulary(corpus.vocabulary, vocabulary)
            text = Text(stream, ids)
        del stream
    return train_corpus(corpus, text, settings, objective, reporter, checkpoint, stop, fresh)


def _chosen(settings: Settings, objective: Objective) -> dict[str, Any]:
    """What training depends on to the bit: a checkpoint must agree on it."""
    return {**settings.as_dict(), "threads": settings.workers(), "formulas": objective.digest}


def _refuse(stop: Callable[[], bool]) -> None:
    if stop():
        raise Interrupted("stopped while reading; nothing new was saved")


def check_output(path: Path) -> None:
    """Refuse a place for the vectors that cannot work, before hours are spent."""
    from w2v_numeric.vectors_files import check_ending

    check_ending(path)
