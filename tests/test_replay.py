"""A refutation can be checked from the JSON alone: both sides, by hand in NumPy, at the values that it gives.

The formulas stand here a second time, written from the notes and not from the program: for the first one that is
replayed wrongly, either the values do not refute, or ``left`` and ``right`` are not what they are said to be.
"""

from __future__ import annotations

import ast
import json
import math
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from derive.checking import check_file
from derive.report import as_json

WRONG = Path(__file__).parent / "wrong"
OPERATORS: dict[type, Callable[..., float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.USub: operator.neg,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[[float], float]] = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt}


def number(text: str) -> float:
    """The number written as ``-1/(1 + E) + log(2)``, by a walk over the few signs that may occur."""

    def walk(node: ast.expr) -> float:
        match node:
            case ast.Constant(value=int() | float() as value):
                return float(value)
            case ast.Name(id="E"):
                return math.e
            case ast.BinOp(left=left, op=sign, right=right):
                return OPERATORS[type(sign)](walk(left), walk(right))
            case ast.UnaryOp(op=sign, operand=inner):
                return OPERATORS[type(sign)](walk(inner))
            case ast.Call(func=ast.Name(id=name), args=[inner]):
                return FUNCTIONS[name](walk(inner))
        raise ValueError(f"{text!r} is no number")

    return walk(ast.parse(text, mode="eval").body)


class World:
    """The values of a counterexample, and nothing else.

    ``world["u"]`` is an array; ``world.at("u", w)`` its entry, or its row, with the indices of the note.
    """

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found

    def __getitem__(self, name: str) -> Any:
        def numbers(value: Any) -> Any:
            return [numbers(each) for each in value] if isinstance(value, list) else number(value)

        return np.array(numbers(self.found["values"][name]))

    def at(self, name: str, *indices: int) -> Any:
        starts = self.found["starts"][name]
        return self[name][tuple(index - start for index, start in zip(indices, starts, strict=False))]

    def index(self, name: str) -> int:
        return int(self.found["values"][name])

    def entry(self, vector: Any, name: str = "entry i") -> float:
        return float(vector[self.index(name) - 1])


Sides = Callable[[World], tuple[float, float]]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def softmax(x: Any) -> Any:
    return np.exp(x) / np.exp(x).sum()


def one_hot(size: int, at: int) -> Any:
    return np.eye(size)[at - 1]


def scores(world: World) -> Any:
    return world["u"] @ world["v"]


def lost_factor(world: World) -> tuple[float, float]:
    s, i = scores(world), world.index("i") - 1
    return softmax(s)[i], np.exp(s[i])


def lost_sign(world: World) -> tuple[float, float]:
    s, o = scores(world), world.index("o") - 1
    return -s[o] + np.log(np.exp(s).sum()), s[o] + np.log(np.exp(s).sum())


def sum_and_logarithm(world: World) -> tuple[float, float]:
    s, o = scores(world), world.index("o") - 1
    return -s[o] + np.log(np.exp(s).sum()), -s[o] + s.sum()


def another_word(world: World) -> tuple[float, float]:
    p, i, o = softmax(scores(world)), world.index("i"), world.index("o")
    y = one_hot(len(p), o)
    return p[i - 1] - y[i - 1], p[o - 1] - y[i - 1]


def gradient_of_one_vector(world: World) -> tuple[float, float]:
    p, i, o = softmax(scores(world)), world.index("i"), world.index("o")
    error = p - one_hot(len(p), o)
    return world.entry(error[i - 1] * world["v"]), world.entry(error @ world["u"])


def information(world: World) -> tuple[float, float]:
    p, q = world["p"], world["q"]
    return (p * np.log(p / q)).sum(), -(p * np.log(q)).sum()


def cross_entropy(world: World) -> tuple[float, float]:
    p, q = world["p"], world["q"]
    return -(p * np.log(q)).sum(), -(p * np.log(p)).sum()


def first_term(world: World) -> tuple[float, float]:
    p, q = world["p"], world["q"]
    return (p * np.log(p)).sum() - (p * np.log(q)).sum(), (p * np.log(p)).sum() - (p[1:] * np.log(q[1:])).sum()


def noise(world: World) -> tuple[Any, Any, list[Any], Any]:
    """The vectors of the center word, of the observed word and of the noise words."""
    words = [world.at("u", int(word)) for word in world["n"]]
    return world.at("v", world.index("c")), world.at("u", world.index("o")), words, world["n"]


def sign_in_the_noise(world: World) -> tuple[float, float]:
    v, u, noisy, _ = noise(world)
    pulled = (sigmoid(u @ v) - 1) * u
    right = pulled + sum(sigmoid(x @ v) * x for x in noisy)
    return world.entry(right), world.entry(pulled + sum(sigmoid(-x @ v) * x for x in noisy))


def one_of_the_noise(world: World) -> tuple[float, float]:
    v, u, _, words = noise(world)
    w, o = world.index("w"), world.index("o")
    of_w = sigmoid(world.at("u", w) @ v) * v
    pulled = (w == o) * (sigmoid(u @ v) - 1) * v
    return world.entry(pulled + (words == w).sum() * of_w), world.entry(pulled + of_w)


def mixture(world: World) -> tuple[float, float]:
    s = world.at("u", world.index("w")) @ world.at("v", world.index("c"))
    often = world.found["K"] * world.at("q", world.index("w"))
    return np.exp(s) / (np.exp(s) + often), sigmoid(s + np.log(often))


def transposed(world: World) -> tuple[float, float]:
    return world.entry(world["W"].T @ world["g"]), world.entry(world["W"] @ world["g"])


def order_of_factors(world: World) -> tuple[float, float]:
    i, j = world.index("entry i") - 1, world.index("entry j") - 1
    return np.outer(world["g"], world["x"])[i, j], np.outer(world["x"], world["g"])[i, j]


def of_x(left: Callable[[float], float], right: Callable[[float], float]) -> Sides:
    return lambda world: (left(float(world["x"])), right(float(world["x"])))


REPLAYED: dict[str, dict[str, Sides]] = {
    "softmax.md": {
        r"e^{u_i^\top v}": lost_factor,
        r"s_o + \log\sum_{x=1}^{V} e^{s_x}": lost_sign,
        r"-s_o + \sum_{x=1}^{V} \log e^{s_x}": sum_and_logarithm,
        r"p_o - y_i": another_word,
        r"\sum_{x=1}^{V} (p_x - y_x) u_x": gradient_of_one_vector,
    },
    "information.md": {
        r"H(p,q)": information,
        r"-\sum_{i=1}^{n} p_i \log p_i": cross_entropy,
        r"\sum_{i=1}^{n} p_i \log p_i - \sum_{i=2}^{n} p_i \log q_i": first_term,
    },
    "sigmoid.md": {
        r"2\sigma(2x)^2(1-\sigma(2x))": of_x(
            lambda x: 2 * sigmoid(2 * x) * (1 - sigmoid(2 * x)),
            lambda x: 2 * sigmoid(2 * x) ** 2 * (1 - sigmoid(2 * x)),
        ),
        r"2\sigma(x) - x": of_x(lambda x: 2 * (sigmoid(x) - x), lambda x: 2 * sigmoid(x) - x),
    },
    "noise.md": {
        r"\left( \sigma(u_o^\top v_c) - 1 \right) u_o + \sum_{k=1}^{K} \sigma(-u_{n_k}^\top v_c) \, u_{n_k}": (
            sign_in_the_noise
        ),
        r"\delta_{wo} \left( \sigma(u_o^\top v_c) - 1 \right) v_c + \sigma(u_w^\top v_c) \, v_c": one_of_the_noise,
        r"\sigma(s_{cw} + \log(K q_w))": mixture,
    },
    "layer.md": {r"W g": transposed, r"x g^\top": order_of_factors},
}


@pytest.mark.parametrize("name", REPLAYED)
def test_refutations_are_replayed_from_the_json(name: str) -> None:
    (file,) = json.loads(json.dumps(as_json([check_file(WRONG / name)])))["files"]
    steps = {step["right"]: step for step in file["steps"] if step["verdict"] == "refuted"}
    for right, sides in REPLAYED[name].items():
        found = steps[right]["counterexample"]
        mine = sides(World(found))
        assert mine == pytest.approx((number(found["left"]), number(found["right"])), abs=1e-12), right
        assert abs(mine[0] - mine[1]) > 1e-6, right


def test_a_replay_sees_values_that_are_not_those_of_the_refutation() -> None:
    """The replay itself: with one value changed it disagrees."""
    found = {"values": {"p": ["1/2", "1/2"], "q": ["1/4", "3/4"]}, "starts": {"p": [1], "q": [1]}}
    assert information(World(found))[0] != pytest.approx(number("0"), abs=1e-6)
    with pytest.raises(ValueError, match="is no number"):
        number("x + 1")
