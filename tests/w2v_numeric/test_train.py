"""Training follows the formulas: the right loss, the right limit, the same bits, and no trace of an interruption."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import sentences, trainer
from scipy import sparse

from w2v_numeric import from_counts
from w2v_numeric.counts import Counts
from w2v_numeric.errors import NumericError, SettingsError
from w2v_numeric.estimator import SkipGram
from w2v_numeric.from_counts import CountsSource
from w2v_numeric.objective import Objective
from w2v_numeric.settings import Settings
from w2v_numeric.state import State
from w2v_numeric.train import Trainer


def random_counts(size: int = 40, seed: int = 0) -> Counts:
    random = np.random.default_rng(seed)
    dense = np.triu(random.poisson(1.0, (size, size))).astype(np.float32)
    return Counts.of(sparse.csr_matrix(dense + dense.T))


def tables(state: State) -> list[bytes]:
    return [array.tobytes() for array in state.arrays().values()]


def over_all(one: Trainer) -> float:
    data = one.source
    assert isinstance(data, CountsSource)
    return one.mean_loss(data, data.in_order())


def mean_loss(counts: Counts, state: State) -> float:
    """Σ N_co (−log P(o|c)) / Σ N, written as the definition says, in double precision."""
    logits = state.v.astype(np.float64) @ state.u.astype(np.float64)
    log_probability = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    dense = counts.matrix.toarray()
    return float(-(dense * log_probability).sum() / dense.sum())


def test_the_loss_is_the_definition() -> None:
    counts = random_counts()
    one = trainer(counts)
    assert over_all(one) == pytest.approx(mean_loss(counts, one.state), rel=1e-6)
    # One batch holds every center, so the loss of the pass is the loss before its only update.
    whole = trainer(counts, batch=40, epochs=1)
    before = mean_loss(counts, whole.state)
    moments = list(whole.run())
    assert [m.pass_done for m in moments] == [True]
    assert moments[0].loss == pytest.approx(before, rel=1e-6)
    assert mean_loss(counts, whole.state) < before


def test_the_start_is_the_unigram_distribution_but_for_the_noise() -> None:
    counts = random_counts()
    unigram = counts.context_totals() / counts.context_totals().sum()
    state = trainer(counts).state
    state.u[:-1] = 0
    entropy = -(unigram * np.log(unigram)).sum()
    assert mean_loss(counts, state) == pytest.approx(entropy, rel=1e-6)


def test_with_as_many_dimensions_as_words_the_data_are_learned_by_heart() -> None:
    counts = random_counts(12)
    fitted = trainer(counts, dim=12, epochs=600, batch=6, rate=0.05)
    last = [moment for moment in fitted.run() if moment.pass_done][-1]
    dense = counts.matrix.toarray().astype(np.float64)
    conditional = dense / dense.sum(axis=1, keepdims=True)
    entropy = -(dense[dense > 0] * np.log(conditional[dense > 0])).sum() / dense.sum()
    assert entropy < last.loss < entropy + 0.02


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_same_seed_and_threads_same_bits(threads: int) -> None:
    first, second = (trainer(random_counts(), threads=threads) for _ in range(2))
    list(first.run())
    list(second.run())
    assert tables(first.state) == tables(second.state)


def test_blocks_and_threads_change_rounding_only(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = trainer(random_counts(), threads=1)
    list(reference.run())
    monkeypatch.setattr(from_counts, "BLOCK_ROWS", 3)
    other = trainer(random_counts(), threads=3)
    list(other.run())
    np.testing.assert_allclose(other.state.v, reference.state.v, atol=2e-3)


def test_stopped_anywhere_and_gone_on_gives_the_same_bits() -> None:
    reference = trainer(random_counts())
    total = len(list(reference.run()))
    for stop_after in range(total):
        first = trainer(random_counts())
        done: list[object] = []
        for moment in first.run(stop=lambda done=done, n=stop_after: len(done) >= n):
            done.append(moment)
        assert len(done) == stop_after
        second = Trainer(first.source, first.objective, first.plan, first.state)
        list(second.run())
        assert tables(second.state) == tables(reference.state)


def test_a_loss_that_is_no_number_is_reported() -> None:
    broken = trainer(random_counts())
    broken.state.v[:, 0] = np.nan
    with pytest.raises(NumericError, match="training has diverged"):
        list(broken.run())


def test_words_of_a_topic_come_together() -> None:
    model = SkipGram(dim=10, min_count=1, sample=0, epochs=30, threads=1).fit(sentences())
    near = [word for word, _ in model.vectors.most_similar("sea1", 10)]
    assert sum(word.startswith("sea") for word in near) >= 9
    assert model.passes[-1].loss < model.passes[0].loss
    assert model.passes[-1].perplexity == pytest.approx(np.exp(model.passes[-1].loss))


def test_the_estimator_refuses_what_has_no_meaning() -> None:
    with pytest.raises(SettingsError, match="unknown setting 'dimension'"):
        SkipGram(dimension=10)
    with pytest.raises(SettingsError, match="--dim 0 has no meaning"):
        SkipGram(dim=0)
    with pytest.raises(SettingsError, match="call fit"):
        _ = SkipGram().vectors
    with pytest.raises(SettingsError, match="there is no objective 'hinge'; choose one of: cbow"):
        SkipGram(objective="hinge", min_count=1, sample=0).fit([["a", "b"]])


def test_formulas_that_fail_are_not_called_diverged(monkeypatch: pytest.MonkeyPatch) -> None:
    one = trainer(random_counts())

    def shapes(*_arguments: object) -> float:
        raise ValueError("needs u (V, d)")

    monkeypatch.setattr(Objective, "loss_and_gradients", shapes)
    with pytest.raises(NumericError, match="the formulas of softmax failed"):
        next(one.run())


@pytest.mark.parametrize(
    ("preferred", "message"),
    [
        ({"speed": "1"}, "prefers a value of 'speed', which is no setting"),
        ({"epochs": "1.5"}, "prefers epochs 1.5, which is no such number"),
        ({"splitting": "3"}, "prefers splitting, which only the user can choose"),
        ({"rate_u": "-1"}, "--rate-u -1.0 has no meaning"),
    ],
)
def test_preferences_without_a_meaning_are_refused(preferred: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings().suited(preferred)


def test_more_is_trained_than_saved() -> None:
    """Words beyond the vocabulary and coordinates beyond the dimension end with the training."""
    given = {"dim": 6, "min_count": 1, "epochs": 1, "threads": 1, "vocab_size": 5}
    saved = SkipGram(**given, width=2.0, surplus=2.0).fit(sentences()).vectors
    assert saved.matrix.shape == (5, 6)
    plain = SkipGram(**given, width=1.0, surplus=1.0).fit(sentences()).vectors
    assert saved.words == plain.words
    for name in ("width", "surplus"):
        with pytest.raises(SettingsError, match=f"--{name} 0.5 has no meaning; choose a number from 1 to 10"):
            SkipGram(**{name: 0.5})


def test_the_inner_nodes_say_which_coordinates_of_the_words_count() -> None:
    """Beside inner nodes as well, vectors are saved in the coordinates in which both tables agree."""
    given = {"objective": "hierarchical-softmax", "dim": 4, "min_count": 1, "epochs": 5, "threads": 1}
    matrix = SkipGram(**given).fit(sentences()).vectors.matrix.astype(np.float64)
    covariance = matrix.T @ matrix / len(matrix)
    np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-5 * covariance.max())
    assert (np.diff(np.diag(covariance)) <= 0).all()
