"""Loops over the entries of sparse arguments: the same numbers as the NumPy functions, compiled or not."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from complex_step import assert_rows_agree, gradients, log_sigmoid
from family import (
    B_,
    COMPOSED,
    V_,
    Kn,
    L,
    N,
    U,
    composed_gradients,
    composed_score,
    counts_in_place,
    expected_negative_sampling,
    formula,
    j,
    n,
    pair,
    pn,
    s_cw,
    s_h,
    turns,
    u,
    v,
    w,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sympy import exp, log

from derive.emitting import loops
from derive.emitting.formula import Array, EmitError, Formula, Scalar, Sparse
from derive.emitting.lambdify import compiled
from derive.emitting.loop_function import emit_loops
from derive.emitting.module import Header, write_module
from derive.emitting.verify import verify
from derive.errors import DeriveError, InternalError
from derive.modules import generate
from derive.terms import sigmoid, sum_over
from w2v_numeric.backend import compiled as machine_code
from w2v_numeric.backend import numba_is_there

Arrays = list[NDArray[Any]]
LOOPED = (
    "cbow.negative_sampling_block_loss_and_gradients",
    "cbow.hierarchical_softmax_block_loss_and_gradients",
    "negative_sampling.drawn_loss_and_gradients",
)
NEEDS_NUMBA = pytest.mark.skipif(not numba_is_there(), reason="Numba is not installed: pip install '.[compiled]'")
COMPILERS = [
    pytest.param(lambda function: function, id="python"),
    pytest.param(machine_code, id="numba", marks=NEEDS_NUMBA),
]
Compiler = Callable[[Callable[..., Any]], Callable[..., Any]]


def functions(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The NumPy function, and the loops."""
    module, _, function = name.partition(".")
    loaded = importlib.import_module(f"w2v_numeric.formulas.{module}")
    return getattr(loaded, function), getattr(loaded, f"{function}_loops")


class Block:
    """Random arguments; every matrix has rows of different lengths, some empty."""

    def __init__(self, name: str, seed: int, dtype: type, rows: int, sizes: tuple[int, int], width: int) -> None:
        random = np.random.default_rng(seed)
        self.composed = name.startswith("cbow")
        targets, contexts = sizes
        self.u = random.normal(size=(targets, width)).astype(dtype)
        self.v = random.normal(size=(contexts if self.composed else rows, width)).astype(dtype)
        shapes = [(rows, contexts)] * self.composed + [(rows, targets)] * 2
        # Numbers above one: noise that was drawn several times.
        self.dense = [(random.poisson(0.7, shape) * random.random(shape)).astype(dtype) for shape in shapes]
        self.matrices = [compressed(matrix) for matrix in self.dense]
        self.shape = rows, targets

    def numpy(self, function: Callable[..., Any]) -> tuple[float, NDArray[Any], NDArray[Any]]:
        by_v, by_u = np.full_like(self.v, np.nan), np.full_like(self.u, np.nan)
        names = [name for name in inspect.signature(function).parameters if name.startswith("gradient_")]
        into = dict(zip(names, (by_v, by_u), strict=True))
        loss = function(*self.arguments(), block=np.empty(self.shape, self.u.dtype), **into)
        return loss, by_v, by_u

    def loops(self, function: Callable[..., Any]) -> tuple[float, NDArray[Any], NDArray[Any]]:
        by_v, by_u = np.full_like(self.v, np.nan), np.full_like(self.u, np.nan)
        return function(*self.arguments(), by_v, by_u), by_v, by_u

    def arguments(self) -> Arrays:
        return [self.u, self.v, *(part for matrix in self.matrices for part in matrix)]

    def loss(self, u: NDArray[Any], v: NDArray[Any]) -> Any:
        """Written out anew, for any numbers."""
        scores = (self.dense[0] @ v if self.composed else v) @ u.T
        return -np.sum(self.dense[-2] * log_sigmoid(scores)) - np.sum(self.dense[-1] * log_sigmoid(-scores))


def compressed(dense: NDArray[Any]) -> Arrays:
    rows, columns = np.nonzero(dense)
    starts = np.searchsorted(rows, np.arange(len(dense) + 1))
    return [columns.astype(np.int32), starts.astype(np.int32), dense[rows, columns]]


@pytest.mark.parametrize("name", LOOPED)
@pytest.mark.parametrize("compiler", COMPILERS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_they_agree_with_the_numpy_functions(name: str, compiler: Compiler, data: st.DataObject) -> None:
    numpy_function, in_loops = functions(name)
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    size = st.integers(1, 12)
    block = Block(
        name,
        data.draw(st.integers(0, 10**6)),
        dtype,
        data.draw(size),
        (data.draw(size), data.draw(size)),
        data.draw(size),
    )
    tolerance = 2e-5 if dtype is np.float32 else 1e-12
    wanted, got = block.numpy(numpy_function), block.loops(compiler(in_loops))
    assert got[0] == pytest.approx(wanted[0], rel=tolerance, abs=tolerance)
    for mine, yours in zip(got[1:], wanted[1:], strict=True):
        assert mine.dtype == dtype
        assert_rows_agree(mine, yours, tolerance * 10)


@pytest.mark.parametrize("name", LOOPED)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_they_are_the_gradients_of_the_loss(name: str, compiler: Compiler) -> None:
    block = Block(name, 3, np.float64, 5, (7, 6), 3)
    loss, by_v, by_u = block.loops(compiler(functions(name)[1]))
    assert loss == pytest.approx(block.loss(block.u, block.v), rel=1e-12)
    wanted = gradients(block.loss, {"u": block.u, "v": block.v})
    assert_rows_agree(by_u, wanted["u"], 1e-11)
    assert_rows_agree(by_v, wanted["v"], 1e-11)
    # and by plain differences, which share nothing with complex arithmetic
    for table, gradient in ((block.u, by_u), (block.v, by_v)):
        for place in [(0, 0), (2, 1), (4, 2)]:
            before, values = table[place], []
            for step in (1e-6, -1e-6):
                table[place] = before + step
                values.append(block.loops(compiler(functions(name)[1]))[0])
            table[place] = before
            assert (values[0] - values[1]) / 2e-6 == pytest.approx(gradient[place], rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("name", LOOPED)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_an_entry_that_stands_twice_counts_twice(name: str, compiler: Compiler) -> None:
    block = Block(name, 1, np.float64, 4, (5, 5), 3)
    wanted = block.loops(compiler(functions(name)[1]))
    columns, starts, values = block.matrices[-1]
    block.matrices[-1] = [np.repeat(columns, 2), 2 * starts, np.repeat(values / 2, 2)]
    for mine, yours in zip(block.loops(compiler(functions(name)[1])), wanted, strict=True):
        np.testing.assert_allclose(mine, yours, rtol=1e-12, atol=1e-14)


@NEEDS_NUMBA
@pytest.mark.parametrize("name", LOOPED)
def test_the_same_bits_every_time(name: str) -> None:
    block = Block(name, 5, np.float32, 40, (30, 20), 33)
    in_loops = machine_code(functions(name)[1])
    first = block.loops(in_loops)
    copied = Block(name, 5, np.float32, 40, (30, 20), 33)
    copied.u = np.concatenate((np.zeros((1, 33), np.float32), copied.u))[1:]  # elsewhere in memory
    for other in (block, copied):
        for mine, yours in zip(other.loops(in_loops), first, strict=True):
            np.testing.assert_array_equal(mine, yours)


@pytest.mark.parametrize("name", LOOPED)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_finite_at_scores_of_ten_thousand(name: str, compiler: Compiler) -> None:
    for dtype in (np.float32, np.float64):
        block = Block(name, 2, dtype, 5, (6, 6), 3)
        block.u[:], block.v[:] = 60, -60
        block.u[::2] *= -1
        for mine, yours in zip(block.loops(compiler(functions(name)[1])), block.numpy(functions(name)[0]), strict=True):
            np.testing.assert_allclose(mine, yours, rtol=1e-5)


@pytest.mark.parametrize("name", LOOPED)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_nothing_is_read_or_written_outside_of_the_arrays(name: str, compiler: Compiler) -> None:
    in_loops = compiler(functions(name)[1])

    def refused(kind: type[Exception], message: str, change: Callable[[Block], None]) -> None:
        block = Block(name, 4, np.float64, 5, (6, 7), 3)
        change(block)
        with pytest.raises(kind, match=message):
            block.loops(in_loops)

    def put(which: int, part: int, place: int, value: Any) -> Callable[[Block], None]:
        def change(block: Block) -> None:
            block.matrices[which][part][place] = value

        return change

    for which in range(2 + name.startswith("cbow")):
        refused(IndexError, "columns points outside of its axis", put(which, 0, 0, 99))
        refused(IndexError, "columns points outside of its axis", put(which, 0, -1, -1))
        for place, value in ((0, -1), (-1, 10**6), (2, 10**6)):
            refused(ValueError, "starts does not rise from row to row", put(which, 1, place, value))
        refused(ValueError, "shapes do not meet", lambda block, k=which: block.matrices[k].__setitem__(2, np.ones(1)))
        refused(ValueError, "an entry is NaN or infinite", put(which, 2, 0, np.nan))
    refused(ValueError, "shapes do not meet", lambda block: setattr(block, "u", block.u[:, :2].copy()))
    refused(ValueError, "an entry is NaN or infinite", lambda block: block.v.fill(np.nan))


# Terms beyond those of the notes, against fifty digits.


def looped(one: Formula) -> Formula:
    return replace(one, into=tuple(name for name in one.outputs if name.startswith("gradient_")), looped=True)


def of_scores(name: str, loss: Any, residual: Any, *more: Any) -> Formula:
    """Σ_ab loss(N_ab, s_ab) with the derivative of the loss by the score."""
    arguments = (U, V_, Sparse("N", ("C", "V")), *more)
    return formula(
        name,
        arguments,
        loss=((), sum_over(sum_over(loss(N[B_, w], s_cw), w), B_)),
        gradient_v=((B_, j), sum_over(residual(N[B_, w], s_cw) * u[w, j], w)),
        gradient_u=((w, j), sum_over(residual(N[B_, w], s_cw) * v[B_, j], B_)),
    )


half = sympy.Rational(1, 2)
TERMS = [
    turns,
    of_scores("poisson", lambda x, s: x * (exp(s) - s), lambda x, s: x * (exp(s) - 1)),
    of_scores("squares", lambda x, s: half * x * (s - log(x)) ** 2, lambda x, s: x * (s - log(x))),
    of_scores("cauchy", lambda x, s: x * log(1 + s**2), lambda x, s: 2 * x * s / (1 + s**2)),
    of_scores(
        "weighted",
        lambda x, s: -Kn * n[B_] * pn[w] * x * log(sigmoid(s)),
        lambda x, s: Kn * n[B_] * pn[w] * x * (sigmoid(s) - 1),
        *(Array("n", ("C",)), Array("pn", ("V",)), Scalar("Kn")),
    ),
    formula(
        "composed",
        COMPOSED,
        loss=((), -sum_over(sum_over(N[B_, w] * log(sigmoid(s_h)), w), B_)),
        **composed_gradients(lambda ww, aa: -N[aa, ww] * sigmoid(-composed_score(ww, aa))),
    ),
    formula("loss_alone", COMPOSED, loss=((), sum_over(sum_over(N[B_, w] * s_h, w), B_))),
]


@pytest.mark.parametrize("one", [looped(each) for each in TERMS], ids=lambda one: one.name)
def test_any_function_of_a_score(one: Formula) -> None:
    made = emit_loops(one)
    verify(one, made.axes, compiled(made), seeds=6)


@NEEDS_NUMBA
def test_a_compiler_takes_every_operation() -> None:
    """Logarithms, squares, quotients, row numbers and scalars; the notes' own functions have the rest."""
    one = looped(
        of_scores(
            "all",
            lambda x, s: Kn * n[B_] * (half * x * (s - log(x)) ** 2 + x * log(1 + s**2) + x * exp(s)),
            lambda x, s: Kn * n[B_] * x * (s - log(x) + 2 * s / (1 + s**2) + exp(s)),
            *(Array("n", ("C",)), Scalar("Kn")),
        )
    )
    made = emit_loops(one)
    verify(one, made.axes, compiled(made), seeds=4)
    verify(one, made.axes, machine_code(compiled(made)), seeds=2)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (counts_in_place, "loss is not a sum over the entries of sparse arguments"),
        (expected_negative_sampling, "loss is not a sum over the entries of sparse arguments"),
        (pair, "it has no sparse argument"),
        (
            formula("square", (U, Sparse("N", ("C", "V"))), gradient_v=((B_, j), sum_over(N[B_, w] * u[w, j], w) ** 2)),
            "gradient_v is not a sum over the entries of sparse arguments",
        ),
        (
            formula(
                "rows",
                (U, V_, Sparse.named("N", ("C", "V"), "N"), Sparse.named("L", ("V", "C"), "L")),
                loss=((), sum_over(sum_over(N[B_, w] * s_cw + L[w, B_] * s_cw, w), B_)),
            ),
            "its sparse arguments do not have the same rows",
        ),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_what_is_no_sum_over_entries_is_refused(one: Formula, why: str) -> None:
    with pytest.raises(EmitError, match=f"{one.name} cannot be emitted as loops: {why}"):
        emit_loops(looped(one))


def test_arrays_are_those_of_the_caller() -> None:
    with pytest.raises(EmitError, match="turns cannot be emitted as loops: write  into gradient_v gradient_u"):
        emit_loops(replace(turns, looped=True))


MUTANTS = [
    ("a sign of a gradient", "gradient_u[column, j] -=", "gradient_u[column, j] +="),
    ("a sign inside", "score_2 = -score", "score_2 = score"),
    ("a lost weight", " * L_values[entry]", ""),
    ("another row", "u[column, j] * v[row, j]", "u[column, j] * v[0, j]"),
    ("an entry too few", "range(L_starts[row], L_starts[row + 1])", "range(L_starts[row] + 1, L_starts[row + 1])"),
    ("a coordinate too few", "for j in range(d)", "for j in range(d - 1)"),
    ("the other branch", "score_2 >= zero", "score_2 < zero"),
    ("half of a softplus", "max(score_2, zero) + ", ""),
    ("nothing set to zero", "gradient_v[:, :] = zero", "gradient_v[:, :] = one"),
]


@pytest.mark.parametrize(("old", "new"), [each[1:] for each in MUTANTS], ids=[each[0] for each in MUTANTS])
def test_a_mutant_is_caught(old: str, new: str) -> None:
    one = looped(turns)
    made = emit_loops(one)
    assert old in made.bare
    with pytest.raises(InternalError, match="the code of turns computes"):
        verify(one, made.axes, compiled(replace(made, bare=made.bare.replace(old, new))), seeds=4)


def test_a_fault_in_the_printer_does_not_reach_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "_times", lambda factors: factors[0])
    with pytest.raises(InternalError, match="the code of turns computes"):
        write_module([replace(turns, **IN_PLACE)], Header("Title.", {}))


IN_PLACE: dict[str, Any] = {"scratch": ("C", "V"), "into": ("gradient_v", "gradient_u"), "looped": True}


def test_a_module_names_the_proofs_and_exports_the_loops() -> None:
    text = write_module([replace(turns, **IN_PLACE)], Header("Title.", {}))
    assert '    "turns_loops",\n' in text
    assert "gradient_u: proved in test.md:1" in text.partition("def turns_loops(")[2]
    with pytest.raises(EmitError, match="two formulas are named turns_loops"):
        write_module([replace(turns, **IN_PLACE), replace(turns, name="turns_loops")], Header("Title.", {}))


def test_all_loops_of_the_modules_are_tested() -> None:
    folder = Path(importlib.import_module("w2v_numeric.formulas").__path__[0])
    found = {
        f"{path.stem}.{line.split('(')[0].removeprefix('def ').removesuffix('_loops')}"
        for path in folder.glob("*.py")
        for line in path.read_text().splitlines()
        if line.startswith("def ") and "_loops(" in line
    }
    assert found == set(LOOPED)


def test_a_note_that_asks_for_loops_in_vain(tmp_path: Path) -> None:
    note = tmp_path / "entropy.md"
    note.write_text(
        "Let $p_b$ be positive, $b = 1,\\dots,V$.\n\n$$\nH = -\\sum_{b=1}^{V} p_b \\log p_b\n$$\n\n"
        '```derive\nemit own.entropy(p):\n    "H."\n    value = H\n    loops\n```\n'
    )
    with pytest.raises(DeriveError, match="entropy cannot be emitted as loops: it has no sparse argument"):
        generate([note])
