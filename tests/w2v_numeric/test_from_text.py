"""Pieces of text are small corpora: together they hold every pair once, and a piece has honest noise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from conftest import sentences, surroundings
from scipy import sparse

from w2v_numeric.blocks import Block, Visit
from w2v_numeric.cooccurrence import Windowing, count_pairs
from w2v_numeric.errors import CorpusError, SettingsError
from w2v_numeric.estimator import SkipGram
from w2v_numeric.from_text import Piece, TextSource, windows_of
from w2v_numeric.objective import Argument, load_objective, objectives
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
    data = source()
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
        np.testing.assert_allclose(cast.contexts.sum(axis=1), 1, rtol=1e-6)
        assert (cast.targets.sum(axis=1) == 1).all()
        for row, target in enumerate(cast.rows):
            assert cast.words[cast.targets[row].indices[0]] == target
            around = dict(
                zip(cast.words[cast.contexts[row].indices].tolist(), cast.contexts[row].data.tolist(), strict=True)
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
