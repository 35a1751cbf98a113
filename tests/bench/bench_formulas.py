"""Time of each emitted function over the best NumPy we could write by hand, in one run, V from 10 to 30,000.

    pytest -m bench -s tests/bench/bench_formulas.py

They take turns, and the best of many turns counts; one thread, processor time.

The functions by hand are stable and work in place, and as safe as needed: they raise an error for numbers that are NaN,
infinite, or negative where probabilities belong, with the cheapest test there is; that on the loss where the inputs are
matrices.  The number in brackets is the ratio to the same functions without these tests, which return NaN.  The emitted
ones also accept lists and integers, check shapes and indices, and say which argument is to blame.  The emitted
log-probabilities and residuals of pairs lose no digit where the observed word is nearly certain; those by hand do.

Where torch is installed its autograd of the same loss is timed too, for information.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[1] / "emitting"))

from family import BY_NAME

from derive.emitting.formula import Formula, instance
from derive.emitting.lambdify import lambdify

pytestmark = pytest.mark.bench
SIZES = (10, 100, 1000, 10_000, 30_000)
WIDTH, BATCH = 100, 64


def reject():
    raise ValueError("an entry is NaN, infinite or negative")


def pair_by_hand(u, v, c, o, check=True):
    """To the same relative accuracy where P(o|c) is near 1: loss and 1 - P(o|c) come from the sum over the others."""
    v_c = v[c]
    p = u @ v_c
    p -= p[p.argmax()]
    s_o = p[o]
    np.exp(p, out=p)
    e_o = p[o]
    p[o] = 0
    rest = np.add.reduce(p)
    loss = math.log1p(rest + math.expm1(s_o)) - s_o
    z = e_o + rest
    p /= z
    p[o] = -rest / z
    if check and not math.isfinite(loss):
        reject()
    return loss, p @ u, p[:, None] * v_c


def batch_by_hand(u, v, c, o, check=True):
    # A word too large would read and change another row in silence.
    if check and (o.item(o.argmin()) < 0 or o.item(o.argmax()) >= len(u)):
        reject()
    rows = np.arange(len(c))
    v_c = v.take(c, axis=0)
    p = v_c @ u.T
    p -= p[rows, p.argmax(axis=1)][:, None]
    flat, where = p.reshape(-1), rows * len(u) + o
    s_o = flat[where]
    np.exp(p, out=p)
    e_o = flat[where]
    flat[where] = 0
    rest = np.einsum("bv->b", p)
    loss = np.log1p(rest + np.expm1(s_o)) - s_o
    e_o += rest
    p *= (1 / e_o)[:, None]
    flat[where] = -rest / e_o
    if check and not math.isfinite(loss @ loss):
        reject()
    return loss, p @ u, p.T @ v_c


def counts_by_hand(u, v, columns, starts, values, totals, block, gradient_v, gradient_u, check=True):
    words = len(u)
    np.matmul(v, u.T, out=block)
    m = block[np.arange(len(v)), block.argmax(axis=1)]
    flat = block.reshape(-1)
    where = np.repeat(np.arange(0, len(v) * words, words), np.diff(starts)) + columns
    observed = flat.take(where)
    block -= m[:, None]
    np.exp(block, out=block)
    z = np.einsum("cw->c", block)
    loss = totals.astype(np.float64) @ (m + np.log(z)) - np.einsum("i,i->", observed, values, dtype=np.float64)
    block *= (totals / z)[:, None]
    np.subtract.at(flat, where, values)
    np.matmul(block, u, out=gradient_v)
    np.matmul(block.T, v, out=gradient_u)
    if check and not math.isfinite(loss):
        reject()
    return loss


def softmax_by_hand(z, check=True):
    if check and not math.isfinite(z @ z):
        reject()
    p = z - z[z.argmax()]
    np.exp(p, out=p)
    p /= np.add.reduce(p)
    return p


def log_sum_exp_by_hand(z, check=True):
    if check and not math.isfinite(z @ z):
        reject()
    m = z[z.argmax()]
    p = z - m
    np.exp(p, out=p)
    return m + math.log(np.add.reduce(p))


def entropy_by_hand(p, check=True):
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(p)
        value = -(p @ np.where(p > 0, logs, 0))
        np.negative(logs, out=logs)
        logs -= 1
    if check and not math.isfinite(value):
        reject()
    return value, logs


def cross_entropy_by_hand(p, q, check=True):
    if check and not (p[p.argmin()] >= 0 and q[q.argmin()] >= 0 and math.isfinite(p @ q)):
        reject()
    with np.errstate(divide="ignore", invalid="ignore"):
        value = -(p @ np.where(p > 0, np.log(q), 0))
        return value, -p / q


def kl_by_hand(p, q, check=True):
    if check and not (p[p.argmin()] >= 0 and q[q.argmin()] >= 0 and math.isfinite(p @ q)):
        reject()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = p / q
        logs = np.log(ratio)
        value = p @ np.where(p > 0, logs, 0)
        logs += 1
        np.negative(ratio, out=ratio)
    return value, logs, ratio


def information_by_hand(x, check=True):
    if check and not (x[x.argmin()] >= 0 and math.isfinite(x @ x)):
        reject()
    with np.errstate(divide="ignore"):
        return -np.log(x), -1 / x


def negative_sampling_by_hand(u, v, c, o, noise, check=True):
    v_c, u_o, u_n = v[c], u[o], u.take(noise, axis=0)
    s_o, s_n = u_o @ v_c, u_n @ v_c
    g_n = 1 / (1 + np.exp(-s_n))
    g_o = 1 / (1 + math.exp(-s_o)) - 1
    loss = np.logaddexp(0, -s_o) + np.logaddexp(0, s_n).sum()
    gradient_u = np.zeros_like(u)
    rows = g_n[:, None] * v_c
    np.add.at(gradient_u, noise, rows)
    gradient_u[o] += g_o * v_c
    if check and not math.isfinite(loss):
        reject()
    return loss, g_o * u_o + g_n @ u_n, gradient_u, rows


def vectors(V: int, dtype: type = np.float64) -> tuple[Any, Any]:
    rng = np.random.default_rng(V)
    return (rng.normal(size=(V, WIDTH)) / 8).astype(dtype), (rng.normal(size=(V, WIDTH)) / 8).astype(dtype)


def distributions(V: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(V)
    return rng.dirichlet(np.ones(V)) + 1e-300, rng.dirichlet(np.ones(V)) + 1e-300


def block_arguments(V: int) -> tuple[Any, ...]:
    """A block of centers in float32, with about as many pairs as a text of some million words has."""
    rng = np.random.default_rng(V)
    rows, seen = min(V, 128), min(V, 200)
    u, v = vectors(V, np.float32)
    columns = np.concatenate([np.sort(rng.choice(V, seen, replace=False)) for _ in range(rows)])
    values = rng.poisson(3, size=rows * seen).astype(np.float32) + 1
    starts = np.arange(0, rows * seen + 1, seen)
    totals = np.add.reduceat(values, starts[:-1])
    buffers = (np.empty((rows, V), np.float32), np.empty((rows, WIDTH), np.float32), np.empty((V, WIDTH), np.float32))
    return u, v[:rows].copy(), columns, starts, values, totals, *buffers


def turns(functions: list[Callable[[], Any]], seconds: float = 0.4) -> list[float]:
    """The best processor time of a call of each, in turns so that a busy moment hits all of them.

    Processor time leaves out when other programs had the core; it counts all threads, so there should be one.
    """
    best = [math.inf] * len(functions)
    repeats = []
    for function in functions:
        function()
        start = time.perf_counter()
        function()
        repeats.append(max(1, int(1e-4 / max(time.perf_counter() - start, 1e-7))))
    repeat = min(repeats)
    deadline, count = time.perf_counter() + seconds * len(functions), 0
    while time.perf_counter() < deadline or count < 5:
        count += 1
        for at, function in enumerate(functions):
            rounds = range(repeat)
            start = time.process_time()
            for _ in rounds:
                function()
            best[at] = min(best[at], (time.process_time() - start) / repeat)
    return best


def counts_in_place() -> Formula:
    plain = instance(BY_NAME["counts"], "counts_in_place", {"beta": 0})
    return Formula(
        "counts_in_place", plain.arguments, plain.outputs, scratch=("C", "V"), into=("gradient_v", "gradient_u")
    )


def cases() -> dict[str, tuple[Any, Callable[..., Any], Callable[[int], tuple[Any, ...]]]]:
    emitted = {name: lambdify(formula) for name, formula in BY_NAME.items() if name in _WANTED}
    block = lambdify(counts_in_place())

    def in_place(*arguments: Any) -> Any:
        *given, work, gradient_v, gradient_u = arguments
        return block(*given, block=work, gradient_v=gradient_v, gradient_u=gradient_u)

    rng = np.random.default_rng(0)
    return {
        "pair": (emitted["pair"], pair_by_hand, lambda V: (*vectors(V), V // 2, V // 3)),
        "batch": (
            emitted["batch"],
            batch_by_hand,
            lambda V: (*vectors(V), rng.integers(0, V, BATCH), rng.integers(0, V, BATCH)),
        ),
        "counts, in place, float32": (in_place, counts_by_hand, block_arguments),
        "softmax": (emitted["softmax"], softmax_by_hand, lambda V: (distributions(V)[0] * 10,)),
        "log-sum-exp": (emitted["log_sum_exp"], log_sum_exp_by_hand, lambda V: (distributions(V)[0] * 10,)),
        "information": (emitted["information"], information_by_hand, lambda V: distributions(V)[:1]),
        "entropy": (emitted["entropy"], entropy_by_hand, lambda V: distributions(V)[:1]),
        "cross-entropy": (emitted["cross_entropy"], cross_entropy_by_hand, distributions),
        "KL divergence": (emitted["kl_divergence"], kl_by_hand, distributions),
        "negative sampling": (
            emitted["negative_sampling"],
            negative_sampling_by_hand,
            lambda V: (*vectors(V), V // 2, V // 3, rng.integers(0, V, 5)),
        ),
    }


_WANTED = (
    "pair",
    "batch",
    "softmax",
    "log_sum_exp",
    "information",
    "entropy",
    "cross_entropy",
    "kl_divergence",
    "negative_sampling",
)


def torch_losses(torch: Any) -> dict[str, Callable[..., Any]]:
    """The same losses, of tensors and integer arrays, for autograd."""
    F = torch.nn.functional
    return {
        "pair": lambda u, v, c, o: F.cross_entropy((u @ v[c])[None], torch.tensor([o])),
        "batch": lambda u, v, c, o: F.cross_entropy(v[c] @ u.T, o, reduction="sum"),
        "log-sum-exp": lambda z: torch.logsumexp(z, 0),
        "information": lambda x: -torch.log(x).sum(),
        "entropy": lambda p: -(p @ torch.log(p)),
        "cross-entropy": lambda p, q: -(p @ torch.log(q)),
        "KL divergence": lambda p, q: p @ torch.log(p / q),
        "negative sampling": lambda u, v, c, o, noise: (
            -F.logsigmoid(u[o] @ v[c]) - F.logsigmoid(-(u[noise] @ v[c])).sum()
        ),
    }


def torch_call(torch: Any, loss: Callable[..., Any], arguments: tuple[Any, ...]) -> Callable[[], Any]:
    tensors = [torch.from_numpy(x) if isinstance(x, np.ndarray) else x for x in arguments]
    leaves = [x.requires_grad_() for x in tensors if isinstance(x, torch.Tensor) and x.is_floating_point()]

    def call() -> Any:
        for leaf in leaves:
            leaf.grad = None
        value = loss(*tensors)
        value.backward()
        return value

    return call


@pytest.fixture(autouse=True)
def _one_thread():
    with threadpool_limits(1):
        yield


def test_ratio_to_numpy_by_hand():
    print(f"\n{'V':28}", "  ".join(f"{V:>24}" for V in SIZES))
    for name, (emitted, by_hand, arguments) in cases().items():
        ratios = []
        for V in SIZES:
            given = arguments(V)
            calls = [partial(emitted, *given), partial(by_hand, *given), partial(by_hand, *given, check=False)]
            mine, theirs, unchecked = turns(calls)
            ratios.append(f"{mine / theirs:5.2f} [{mine / unchecked:4.2f}] {mine * 1e6:8.1f} µs")
        print(f"{name:28}", "  ".join(ratios))


def test_ratio_to_autograd():
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    losses = torch_losses(torch)
    print()
    for name, (emitted, _, arguments) in cases().items():
        if name not in losses:
            continue
        ratios = []
        for V in SIZES:
            given = arguments(V)
            mine, theirs = turns([partial(emitted, *given), torch_call(torch, losses[name], given)])
            ratios.append(f"{mine / theirs:5.2f} ({theirs * 1e6:8.1f} µs)")
        print(f"{name + ', over autograd':28}", "  ".join(ratios))
