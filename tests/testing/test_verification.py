"""``verify`` accepts what is right, and names what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from losses_by_hand import (
    Result,
    changed,
    negative_sampling,
    sigma,
    softmax_batch,
    softmax_counts,
    softmax_pair,
    softmax_window,
)

from derive.errors import DeriveError
from derive.testing import Layout, Verdict, VerificationFailure, check_at, verify
from derive.testing.cases import usual_initialisation
from derive.testing.objectives import OBJECTIVES
from derive.testing.standins import gradcheck_naive


def entropy(p: Any) -> Any:
    return -np.sum(p[p > 0] * np.log(p[p > 0]))


def cross_entropy(p: Any, q: Any) -> Any:
    return -np.sum(p[p > 0] * np.log(q[p > 0]))


def kl(p: Any, q: Any) -> Any:
    return np.sum(p[p > 0] * np.log(p[p > 0] / q[p > 0]))


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max())
    return e / e.sum()


def log_sum_exp(z: Any) -> Any:
    return z.max() + np.log(np.sum(np.exp(z - z.max())))


def softmax_cross_entropy(z: Any, y: Any) -> Any:
    return log_sum_exp(z) * y.sum() - y @ z, softmax(z) - y


RIGHT = {
    "softmax-skip-gram": softmax_pair,
    "softmax-skip-gram-batch": softmax_batch,
    "softmax-skip-gram-window": softmax_window,
    "softmax-skip-gram-counts": softmax_counts,
    "negative-sampling": negative_sampling,
    "sigmoid": sigma,
    "softmax": softmax,
    "log-sum-exp": log_sum_exp,
    "softmax-cross-entropy": softmax_cross_entropy,
    "entropy": entropy,
    "cross-entropy": cross_entropy,
    "kl": kl,
}


def test_every_objective_has_a_right_function_here() -> None:
    assert set(RIGHT) == set(OBJECTIVES)


@pytest.mark.parametrize("objective", RIGHT)
def test_right(objective: str) -> None:
    report = verify(RIGHT[objective], objective, max_examples=40)
    assert report, report
    assert report.counterexample is None
    assert report.cases > 40


def lacks_rows(result: Result, arguments: Any) -> Result:
    d_u = np.zeros_like(result[2])
    d_u[arguments[1]] = result[2][arguments[1]]
    return result[0], result[1], d_u


def duplicates_once(result: Result, arguments: Any) -> Result:
    v, o, n, U = arguments
    d_u = np.zeros_like(U)
    d_u[o] += (sigma(U[o] @ v) - 1) * v
    d_u[n] += np.outer(sigma(U[n] @ v), v)
    return result[0], result[1], d_u


def only_square(result: Result, arguments: Any) -> Result:
    U = arguments[2]
    return (*result[:2], result[2] if U.shape[0] == U.shape[1] else result[2] * 1.5)


def first_center(result: Result, _: Any) -> Result:
    d_v = result[1].copy()
    d_v[1:] = 0
    return result[0], d_v, result[2]


WRONG: list[tuple[str, Callable[..., Any], str, Verdict, tuple[str, ...]]] = [
    ("rows", changed(softmax_pair, lacks_rows), "softmax-skip-gram", Verdict.PARTLY_RIGHT, ("w ≠ o", "left at 0")),
    (
        "sign",
        changed(softmax_pair, lambda r, _: (r[0], -r[1], r[2])),
        "softmax-skip-gram",
        Verdict.PARTLY_RIGHT,
        ("dv has the wrong sign", "loss and dU are right"),
    ),
    (
        "factor 2.001",
        changed(softmax_pair, lambda r, _: (r[0], 2.001 * r[1], r[2])),
        "softmax-skip-gram",
        Verdict.PARTLY_RIGHT,
        ("2.001 times",),
    ),
    (
        "one part in a million",
        changed(softmax_pair, lambda r, _: (r[0], r[1], r[2] * (1 + 1e-9))),
        "softmax-skip-gram",
        Verdict.PARTLY_RIGHT,
        ("dU",),
    ),
    (
        "transposed",
        changed(softmax_pair, lambda r, _: (r[0], r[1], r[2].T)),
        "softmax-skip-gram",
        Verdict.TRANSPOSED,
        ("dU has shape",),
    ),
    (
        "shape",
        changed(softmax_pair, lambda r, _: (np.array([r[0]]), r[1][None], r[2])),
        "softmax-skip-gram",
        Verdict.WRONG_SHAPE,
        ("loss has shape (1,)", "dv has shape (1,"),
    ),
    (
        "all wrong",
        changed(softmax_pair, lambda r, _: (-r[0], -r[1], -r[2])),
        "softmax-skip-gram",
        Verdict.WRONG,
        ("loss has the wrong sign",),
    ),
    (
        "square",
        changed(softmax_pair, only_square),
        "softmax-skip-gram",
        Verdict.PARTLY_RIGHT,
        ("right only for V = d",),
    ),
    (
        "one center",
        changed(softmax_batch, first_center),
        "softmax-skip-gram-batch",
        Verdict.PARTLY_RIGHT,
        ("right only for one center",),
    ),
    (
        "duplicates",
        changed(negative_sampling, duplicates_once),
        "negative-sampling",
        Verdict.PARTLY_RIGHT,
        ("right only for distinct negatives", "counted once"),
    ),
    ("base", lambda p: entropy(p) / np.log(2), "entropy", Verdict.WRONG, ("base 2",)),
    ("zero", lambda p: -np.sum(p * np.log(p)), "entropy", Verdict.NOT_FINITE, ("a probability of 0", "not finite")),
    (
        "overflow",
        lambda z: np.exp(z) / np.exp(z).sum(),
        "softmax",
        Verdict.NOT_FINITE,
        ("large logits", "not finite"),
    ),
    ("nothing", lambda _: None, "entropy", Verdict.WRONG, ("nothing but None",)),
    ("error", lambda _: 1 / 0, "entropy", Verdict.FAILS, ("ZeroDivisionError",)),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("function", "objective", "verdict", "phrases"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_wrong(function: Callable[..., Any], objective: str, verdict: Verdict, phrases: tuple[str, ...]) -> None:
    report = verify(function, objective, max_examples=40, seconds=1)
    assert report.verdict is verdict, report
    for phrase in phrases:
        assert phrase in report.reason
    assert report.counterexample is not None
    with pytest.raises(VerificationFailure, match="smallest counterexample"):
        report.require()


def test_counterexample_is_small_and_readable() -> None:
    report = verify(changed(softmax_pair, lacks_rows), "softmax-skip-gram")
    assert report.counterexample is not None
    assert report.counterexample["U"].shape == (2, 1)
    assert report.counterexample["output"] == "dU"
    assert np.all(report.counterexample["U"] == 0)
    assert abs(report.counterexample["v"][0]) == pytest.approx(0.1)
    assert "derive/notes/softmax-skip-gram.md:" in str(report)
    assert "P(w|c)" in str(report)


def test_destroyed_input() -> None:
    def greedy(p: Any) -> Any:
        value = entropy(p)
        p *= 2
        return value

    report = verify(greedy, "entropy", max_examples=30)
    assert report.verdict is Verdict.PARTLY_RIGHT
    assert "destroys its input: p" in report.reason


def test_columns_and_orders() -> None:
    def columns(U: Any, v: Any, o: int, dataset: Any) -> Any:
        assert dataset == "unused"
        loss, d_v, d_u = softmax_pair(v, o, U.T)
        return d_u.T, loss, d_v

    layout = Layout("columns", ("U", "v", "o"), ("dU", "loss", "dv"), ("unused",))
    assert verify(columns, "softmax-skip-gram", layout, max_examples=30)
    assert not verify(
        columns, "softmax-skip-gram", Layout("rows", *(("U", "v", "o"), ("dU", "loss", "dv"))), max_examples=5
    )


def test_wrong_in_columns() -> None:
    def columns(v: Any, o: int, U: Any) -> Any:
        loss, d_v, d_u = softmax_pair(v, o, U.T)
        d_u[o] += v
        return loss, d_v, d_u.T

    report = verify(columns, "softmax-skip-gram", "columns", max_examples=20, seconds=1)
    assert report.verdict is Verdict.PARTLY_RIGHT
    assert "dU has v_c in the row of the outside word too much" in report.reason
    uneven = verify(
        lambda *a: (*columns(*a)[:2], columns(*a)[2] ** 2), "softmax-skip-gram", "columns", max_examples=20, seconds=1
    )
    assert "dU is wrong" in uneven.reason


def test_some_outputs_only() -> None:
    layout = Layout(outputs=("loss", "dU"))
    assert verify(lambda v, o, U: softmax_pair(v, o, U)[::2], "softmax-skip-gram", layout, max_examples=30)


def test_single_precision() -> None:
    assert verify(softmax_pair, "softmax-skip-gram", dtype="float32", max_examples=40)
    halved = changed(softmax_pair, lambda r, _: (r[0], r[1].astype(np.float32), r[2]))
    assert verify(halved, "softmax-skip-gram", max_examples=40).verdict is Verdict.PARTLY_RIGHT


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"objective": "softmax-skipgram"}, "there is no objective called 'softmax-skipgram'"),
        ({"objective": "kl", "layout": "diagonal"}, "layout must be"),
        ({"objective": "kl", "layout": Layout(arguments=("p", "r"))}, "has the arguments"),
        ({"objective": "kl", "layout": Layout(outputs=("gradient",))}, "has the outputs"),
    ],
)
def test_bad_requests(arguments: Any, message: str) -> None:
    with pytest.raises(DeriveError, match=message):
        verify(kl, **arguments)


# The gradient of U that lacks P(w|c)v_c on the rows w ≠ o, at the size and initialisation at which training begins.

SIZES = {"V": 2000, "d": 50}


def test_the_course_checker_passes_the_mutant(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = usual_initialisation(OBJECTIVES["softmax-skip-gram"], SIZES)
    v, o, U = arguments["v"], arguments["o"], arguments["U"]
    mutant = changed(softmax_pair, lacks_rows)
    # The checker visits one entry after the other; a sample of the 100,000 shows it as well as all of them.
    rng = np.random.default_rng(0)
    rows = np.concatenate(([o] * 10, rng.integers(0, SIZES["V"], 90)))
    columns = rng.integers(0, SIZES["d"], 100)

    def at_sample(entries: Any) -> Any:
        moved = U.copy()
        moved[rows, columns] = entries
        loss, _, d_u = mutant(v, o, moved)
        return loss, d_u[rows, columns]

    gradcheck_naive(at_sample, U[rows, columns].copy(), "U")
    assert "passed" in capsys.readouterr().out


def test_the_checker_of_torch_passes_the_mutant() -> None:
    torch = pytest.importorskip("torch")
    arguments = usual_initialisation(OBJECTIVES["softmax-skip-gram"], {"V": 2000, "d": 2})

    class Mutant(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, v: Any, U: Any) -> Any:
            ctx.save_for_backward(v, U)
            return torch.logsumexp(U @ v, 0) - U[arguments["o"]] @ v

        @staticmethod
        def backward(ctx: Any, upstream: Any) -> Any:
            v, U = (tensor.numpy() for tensor in ctx.saved_tensors)
            _, d_v, d_u = changed(softmax_pair, lacks_rows)(v, arguments["o"], U)
            return upstream * torch.asarray(d_v), upstream * torch.asarray(d_u)

    tensors = [torch.asarray(arguments[name] / 25).requires_grad_() for name in ("v", "U")]
    assert torch.autograd.gradcheck(Mutant.apply, tensors, fast_mode=False)


def test_ours_does_not() -> None:
    arguments = usual_initialisation(OBJECTIVES["softmax-skip-gram"], SIZES)
    right = check_at(softmax_pair, "softmax-skip-gram", arguments)
    assert right, right
    wrong = check_at(changed(softmax_pair, lacks_rows), "softmax-skip-gram", arguments)
    assert wrong.verdict is Verdict.PARTLY_RIGHT
    assert "dU is wrong in the rows of the other words (w ≠ o): left at 0" in wrong.reason


def test_one_small_row_is_enough() -> None:
    """A row of 1e-7 is as visible as any other."""
    arguments = {"v": np.array([1.0]), "o": 0, "U": np.array([[16.0], [0.0], [1.0]])}

    def forgets_row(result: Result, _: Any) -> Result:
        result[2][1] = 0
        return result

    assert check_at(softmax_pair, "softmax-skip-gram", arguments)
    truth = softmax_pair(*arguments.values())[2][1]
    assert 0 < truth[0] < 2e-7
    assert not check_at(changed(softmax_pair, forgets_row), "softmax-skip-gram", arguments)


class Foreign:
    """An array of a library that shares memory by DLPack and knows nothing else of NumPy."""

    def __init__(self, array: Any) -> None:
        self.array = np.array(array)

    def __dlpack__(self, **options: Any) -> Any:
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.array.__dlpack_device__()


def test_arrays_that_only_share_memory() -> None:
    def foreign(v: Foreign, o: int, U: Foreign) -> Any:
        return tuple(Foreign(part) for part in softmax_pair(v.array, o, U.array))

    library = SimpleNamespace(asarray=Foreign)
    assert verify(foreign, "softmax-skip-gram", namespace=library, max_examples=20)
    wrong = verify(lambda *a: foreign(*a)[::-1], "softmax-skip-gram", namespace=library, max_examples=20, seconds=1)
    assert wrong.verdict is Verdict.PARTLY_RIGHT


def namespaces() -> list[Any]:
    found = [pytest.param(np, id="numpy")]
    for name in ("torch", "array_api_strict"):
        found.append(pytest.param(name, id=name))
    return found


@pytest.mark.parametrize("library", namespaces())
def test_any_array_library(library: Any) -> None:
    xp = pytest.importorskip(library) if isinstance(library, str) else library

    def loss_and_gradients(v: Any, o: int, U: Any) -> Any:
        assert type(U) is type(xp.asarray(np.zeros(1)))
        scores = xp.sum(U * v[None, :], axis=1)
        shifted = scores - xp.max(scores)
        total = xp.sum(xp.exp(shifted))
        hot = xp.asarray(np.eye(U.shape[0])[o])
        excess = xp.exp(shifted) / total - hot
        loss = xp.log(total) - xp.sum(shifted * hot)
        return loss, xp.sum(excess[:, None] * U, axis=0), excess[:, None] * v[None, :]

    report = verify(loss_and_gradients, "softmax-skip-gram", namespace=xp, max_examples=40)
    assert report, report
