"""A larger vocabulary begins where the smaller one ended, and better than from nothing."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import sentences, trainer
from test_train import over_all, random_counts

from w2v_numeric import settings as settings_module
from w2v_numeric.course import Course
from w2v_numeric.estimator import SkipGram
from w2v_numeric.growth import first_guesses, grown, restricted
from w2v_numeric.objective import load_objective
from w2v_numeric.settings import Settings, Stage
from w2v_numeric.train import Moment, Trainer


def trained(size: int = 60, first: int = 40) -> tuple[Trainer, np.ndarray]:
    counts = random_counts(size)
    small = trainer(restricted(counts, first), dim=8, epochs=60, batch=8, threads=1)
    list(small.run())
    large = counts.context_totals() / counts.context_totals().sum()
    return small, large


def test_the_first_words_stay_as_trained_and_the_others_are_better_than_nothing() -> None:
    small, unigram = trained()
    counts = random_counts(60)
    state = grown(counts, unigram, small.state, load_objective("softmax"), 2, 1)
    np.testing.assert_array_equal(state.u[:-1, :40], small.state.u[:-1])
    np.testing.assert_array_equal(state.v[:40], small.state.v)
    from_guess = over_all(trainer(counts, dim=8, epochs=1, batch=8, threads=1, state=state))
    from_nothing = over_all(trainer(counts, dim=8, epochs=1, batch=8, threads=1))
    assert from_guess < from_nothing


def test_guesses_are_newton_steps() -> None:
    small, _ = trained()
    counts = random_counts(60)
    guesses = first_guesses(counts, small.state, load_objective("softmax"), 1)
    np.testing.assert_array_equal(guesses, first_guesses(counts, small.state, load_objective("softmax"), 3))
    u = small.state.u[:-1].T.astype(np.float64)
    weights = np.exp(small.state.u[-1].astype(np.float64))
    weights /= weights.sum()
    mean = weights @ u
    hessian = (u - mean).T @ ((u - mean) * weights[:, None])
    row = counts.matrix.toarray()[50, :40].astype(np.float64)
    step = np.linalg.solve(hessian + 1e-3 * np.trace(hessian) / 8 * np.eye(8), row @ u - row.sum() * mean)
    np.testing.assert_allclose(guesses[50], step / (row.sum() + 20), rtol=1e-3, atol=1e-5)


def test_a_large_vocabulary_goes_through_its_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_module, "SMALL_VOCABULARY", 10)
    monkeypatch.setattr(settings_module, "FIRST_PASSES", 3)

    def fit() -> SkipGram:
        return SkipGram(dim=6, min_count=1, sample=0, epochs=2, warm_up=2, threads=1, batch=8).fit(sentences())

    model = fit()
    assert [(r.epoch, r.vocabulary) for r in model.passes] == [(1, 10), (2, 10), (3, 10), (4, 40), (5, 40)]
    assert len(model.vectors) == 40
    assert fit().vectors.matrix.tobytes() == model.vectors.matrix.tobytes()


def test_the_course_counts_over_all_stages() -> None:
    course = Course([Stage(10, 2, 8, 1.0), Stage(20, 3, 8, 0.5)])
    assert course.passes == 5
    place = course.place(Moment(1, 1 / 3, 7.0, pass_done=True), 1)
    assert (place.epoch, place.fraction) == (3, pytest.approx((200 + 400) / 1400))


def test_each_stage_has_four_times_the_words() -> None:
    assert [stage.size for stage in Settings().stages(30_000)] == [1875, 7500, 30_000]
    assert [stage.size for stage in Settings(warm_up=0).stages(30_000)] == [30_000]
    assert [stage.size for stage in Settings().stages(3_000)] == [3_000]
    assert [stage.passes for stage in Settings(epochs=3, warm_up=5).stages(30_000)] == [40, 5, 3]
