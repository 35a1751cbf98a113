"""Pieces of text are small corpora: together they hold every pair once, and a piece has honest noise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from conftest import sentences, surroundings
from scipy import sparse

from w2v_numeric.blocks import Block, Visit
from w2v_numeric.cooccurrence import Windowing, count_pairs
from w2v_numeric.errors import CorpusError, SettingsError
from w2v_numeric.estimator import SkipGram
from w2v_numeric.from_text import TextSource
from w2v_numeric.objective import Argument, load_objective, objectives
from w2v_numeric.pieces import Piece, contexts, contexts_in_loops, distinct, rows_of, shared_out, windows_of
from w2v_numeric.state import State
from w2v_numeric.tokens import TokenStream, number_sentences
from w2v_numeric.train import Plan, Trainer
from w2v_numeric.vocabulary import Vocabulary, build_vocabulary

TEXT = sentences(60)
OVER_TEXT = sorted(name for name in objectives() if load_objective(name).over != "counts")


def corpus() -> tuple[TokenStream, np.ndarray, Vocabulary]:
    stream = number_sentences(TEXT)
    vocabulary, ids = build_vocabulary(stream.words, stream.counts, None, 1, 1000)
    return stream, ids, vocabulary


def source(objective: str = "negative-sampling", batch: int = 50, threads: int = 2, window: int = 3) -> TextSource:
    stream, ids, vocabulary = corpus()
    how = Windowing(window, np.ones(len(vocabulary)))
    around = surroundings(len(vocabulary))
    return TextSource(stream, ids, how, vocabulary.counts, load_objective(objective), around, batch, threads)


def blocks(data: TextSource) -> Iterator[Block]:
    for step in data.steps(0, 0):
        for tasks in step.tasks:
            for task in tasks:
                yield data.block(task)


def dense(block: Block, size: int) -> np.ndarray:
    """N of a block over the vocabulary."""
    counts, rows, columns = block.data["counts"], block.rows["center vectors"], block.rows["outside vectors"]
    local = sparse.csr_matrix((counts.values, counts.columns, counts.starts), (len(rows), len(columns)))
    found = np.zeros((size, size))
    found[np.ix_(rows, columns)] = local.toarray()
    return found


@pytest.mark.parametrize(("batch", "threads"), [(50, 2), (7, 3), (2, 1), (10_000, 2)])
def test_all_pieces_together_hold_every_pair_once(batch: int, threads: int) -> None:
    stream, ids, vocabulary = corpus()
    expected = count_pairs(stream, ids, Windowing(3, np.ones(len(vocabulary))), 1 << 26)
    found = sum(dense(block, len(vocabulary)) for block in blocks(source(batch=batch, threads=threads)))
    np.testing.assert_allclose(found, expected.matrix.toarray(), rtol=1e-5)


def test_the_noise_of_a_piece_comes_from_the_distribution() -> None:
    data = source("subword-negative-sampling")
    mean = np.zeros(40)
    for epoch in range(20):
        for step in data.steps(epoch, 0):
            for tasks in step.tasks:
                for task in tasks:
                    block = data.block(task)
                    assert block.data["noise"].sum() == pytest.approx(1)
                    mean[block.rows["outside vectors"]] += block.data["noise"]
    mean /= mean.sum()
    np.testing.assert_allclose(mean, surroundings(40).noise.distribution, atol=0.01)


def test_every_pair_meets_its_own_noise_from_the_distribution() -> None:
    data = source(batch=1000)
    mean, of_pairs, of_noise = np.zeros(40), 0.0, 0.0
    for epoch in range(60):
        for step in data.steps(epoch, 0):
            for tasks in step.tasks:
                for task in tasks:
                    block = data.block(task)
                    counts, noise = block.data["counts"], block.data["noise counts"]
                    size = len(np.unique(noise.columns))
                    np.testing.assert_array_equal(np.diff(noise.starts), np.minimum(5 * np.diff(counts.starts), size))
                    for begin, end in pairwise(noise.starts.tolist()):
                        assert len(set(noise.columns[begin:end].tolist())) == end - begin
                    mean += np.bincount(block.rows["outside vectors"][noise.columns], noise.values, minlength=40)
                    of_pairs, of_noise = of_pairs + counts.values.sum(), of_noise + noise.values.sum()
    assert of_noise == pytest.approx(5 * of_pairs, rel=0.01)
    np.testing.assert_allclose(mean / mean.sum(), surroundings(40).noise.distribution, atol=0.01)


def test_noise_is_spread_over_all_that_was_drawn() -> None:
    shares = np.array([0.25, 0, 0.5, 0.125, 0.125])
    totals, each = np.array([4, 0, 8, 1], np.float32), np.array([2, 0, 9, 1])
    made = shared_out(shares, totals, each)
    assert made.starts.tolist() == [0, 2, 2, 6, 7]
    np.testing.assert_allclose(made.values[2:6], 8 * shares[made.columns[2:6]])  # all there is
    assert sorted(made.columns[2:6]) == [0, 2, 3, 4]
    many = shared_out(shares, np.ones(4, np.float32), np.full(4, 3))
    whole = np.bincount(many.columns, many.values, minlength=5)
    np.testing.assert_allclose(whole, 4 * shares)  # over as many rows as there are words, exactly


@pytest.mark.parametrize("largest", [1, 7, 300, 10**6])
def test_distinct_is_what_sorting_finds(largest: int) -> None:
    values = np.random.default_rng(largest).integers(0, largest, 50)
    found, places = distinct(values)
    assert found.tolist() == np.unique(values).tolist()
    assert found[places].tolist() == values.tolist()
    empty = distinct(values[:0])
    assert (len(empty[0]), len(empty[1])) == (0, 0)


def test_rows_of_a_matrix_as_scipy_takes_them() -> None:
    random = np.random.default_rng(0)
    matrix = sparse.random(9, 6, 0.4, "csr", np.float32, random)
    for rows in (random.integers(0, 9, 20), np.empty(0, np.int64)):
        made = rows_of(matrix, rows)
        found = sparse.csr_matrix((made.values, made.columns, made.starts), (len(rows), 6))
        np.testing.assert_array_equal(found.toarray(), matrix[rows].toarray())


def test_contexts_in_loops_are_the_same_contexts() -> None:
    random = np.random.default_rng(0)
    for _ in range(60):
        places = int(random.integers(1, 80))
        local = random.integers(0, random.choice([2, 9, 60]), places).astype(np.int32)
        documents = np.cumsum(random.random(places) < random.choice([0, 0.1, 0.9]))
        reach = random.integers(0, int(random.integers(1, 7)), places)
        for one, other in zip(
            contexts(local, documents, reach), contexts_in_loops(local, documents, reach), strict=True
        ):
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype


def test_steps_go_on_where_they_stopped_and_end_at_one() -> None:
    data = source()
    whole = list(data.steps(1, 0))
    later = list(data.steps(1, 2))
    assert [step.before for step in later] == [step.before for step in whole[2:]]
    for one, other in zip(later, whole[2:], strict=True):
        for task, same in zip(one.tasks, other.tasks, strict=True):
            assert [t.words.tolist() for t in task] == [t.words.tolist() for t in same]
    assert whole[-1].after == 1
    assert [step.before for step in whole[1:]] == [step.after for step in whole[:-1]]


def test_windows_hold_the_words_around_a_place_and_nothing_else() -> None:
    words = np.array([4, 7, 4, 9, 9, 2, 4, 7])
    documents = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    seen: Counter[int] = Counter()
    for seed in range(200):
        cast = windows_of(Piece(words, documents, 1, 0, 0), 2, np.random.default_rng(seed))
        assert cast.contexts is not None
        np.testing.assert_allclose(np.add.reduceat(cast.contexts.values, cast.contexts.starts[:-1]), 1, rtol=1e-6)
        assert (cast.targets.values == 1).all()
        assert (cast.totals == 1).all()
        for row, target in enumerate(cast.rows):
            assert cast.words[cast.targets.columns[row]] == target
            part = slice(*cast.contexts.starts[row : row + 2])
            around = dict(
                zip(cast.words[cast.contexts.columns[part]].tolist(), cast.contexts.values[part].tolist(), strict=True)
            )
            if row == 0:  # the second word; the first belonged to the piece before
                seen[len(around)] += 1
                assert around in ({4: 1.0}, {4: pytest.approx(2 / 3), 9: pytest.approx(1 / 3)})
            if target == 2:
                assert 9 not in around  # another document
    assert min(seen.values()) > 50


@pytest.mark.parametrize("name", OVER_TEXT)
@pytest.mark.parametrize("threads", [1, 2])
def test_same_seed_same_bits_and_interruptions_leave_no_trace(name: str, threads: int) -> None:
    def begun(state: State | None = None) -> Trainer:
        data = source(name, batch=40, threads=threads)
        objective = load_objective(name)
        unigram = np.full(40, 1 / 40) if objective.from_log_frequencies else None
        state = State.start(data.tables, 5, 1, unigram) if state is None else state
        return Trainer(data, objective, Plan(2, threads, 0.05, 0.2), state)

    reference = begun()
    moments = list(reference.run())
    assert moments[-1].pass_done
    assert moments[-1].fraction == 1
    for stop_after in (1, 3, len(moments) - 1):
        first, done = begun(), []
        for moment in first.run(stop=lambda done=done, n=stop_after: len(done) >= n):
            done.append(moment)
        second = begun(first.state)
        list(second.run())
        for key, array in reference.state.arrays().items():
            np.testing.assert_array_equal(second.state.arrays()[key], array, err_msg=key)


@pytest.mark.parametrize("name", OVER_TEXT)
def test_words_of_a_topic_come_together(name: str) -> None:
    settings = {"dim": 10, "min_count": 1, "sample": 0, "epochs": 30, "threads": 1, "batch": 100, "draws": 32}
    model = SkipGram(objective=name, **settings).fit(sentences())
    near = [word for word, _ in model.vectors.most_similar("sea1", 10)]
    assert sum(word.startswith("sea") for word in near) >= 8
    assert model.passes[-1].loss < model.passes[0].loss


def test_rows_that_many_pieces_touch_are_updated_by_each() -> None:
    data = source()
    assert {name: table.visit for name, table in data.tables.items()} == {
        "center vectors": Visit.SHARED,
        "outside vectors": Visit.SHARED,
    }


def test_what_text_does_not_have_is_refused() -> None:
    stream, ids, vocabulary = corpus()
    how = Windowing(3, np.ones(len(vocabulary)))
    strange = replace(load_objective("softmax"), arguments=(Argument(("x",), "tea leaves"),))
    with pytest.raises(SettingsError, match="softmax asks for 'tea leaves'; over counts there are: "):
        TextSource(stream, ids, how, vocabulary.counts, strange, surroundings(len(vocabulary)), 50, 1)


OVER_TEXT = [name for name in objectives() if load_objective(name).over != "counts"]


@pytest.mark.parametrize("name", OVER_TEXT)
@pytest.mark.parametrize("threads", [1, 3])
def test_texts_of_next_to_nothing(name: str, threads: int) -> None:
    alone, together = [["a"], ["b"], ["c"]], [["a", "b", "c"]]
    given = {"objective": name, "min_count": 1, "dim": 4, "epochs": 2, "threads": threads, "buckets": 20}
    # Fewer words than the window, pieces of one word, pieces in which no word has a neighbour.
    for lines, more in (
        (together, {"window": 50}),
        (together * 3, {"batch": 1}),
        (alone * 9 + together, {"batch": 9}),
    ):
        model = SkipGram(**given, **more).fit(lines)
        assert np.isfinite(model.vectors.matrix).all()
        assert all(np.isfinite(record.loss) for record in model.passes)
    for lines, more in ((alone, {}), (together, {"sample": 1e-12})):
        with pytest.raises(CorpusError, match="no two words of the vocabulary stand together; give more text"):
            SkipGram(**given, **more).fit(lines)


@pytest.mark.parametrize(("name", "value"), [("holdout", 0.1), ("center_power", 0.5)])
def test_settings_of_counts_are_refused_over_text(name: str, value: float) -> None:
    with pytest.raises(SettingsError, match="needs counts, and negative-sampling goes over the text; leave it out"):
        SkipGram(objective="negative-sampling", **{name: value}).fit(sentences())
