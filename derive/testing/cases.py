"""The cases that ``verify`` draws for an objective: ordinary ones, and the special ones that come after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from derive.testing.judging import Case
from derive.testing.objectives import Argument, Objective
from derive.testing.strategies import co_occurrences, decimals, distributions, logits

__all__ = ["Arguments", "argument_sets", "describe", "specials_of", "usual_initialisation"]

Arguments = dict[str, Any]
_LARGE = "large logits"
_ZERO = "a probability of 0"


def specials_of(objective: Objective) -> tuple[str, ...]:
    """The special kinds of cases that make sense for an objective."""
    kinds = {argument.kind for argument in objective.arguments}
    found = []
    if kinds & {"vectors", "logits", "number"}:
        found.append(_LARGE)
    if objective.support:
        found.append(_ZERO)
    return tuple(found)


@st.composite
def argument_sets(draw: st.DrawFn, objective: Objective, special: str = "") -> Arguments:
    """Arguments of an objective whose shapes meet; small first."""
    names = dict.fromkeys(name for argument in objective.arguments for name in argument.shape)
    sizes = {name: draw(st.integers(1 if name in "dKBC" else 2, 5 if name in "Vn" else 4)) for name in names}
    sizes.setdefault("V", 2)
    made: Arguments = {}
    for argument in objective.arguments:
        made[argument.name] = _draw_argument(draw, argument, sizes, made, special)
    return made


def _draw_argument(draw: st.DrawFn, argument: Argument, sizes: Mapping[str, int], made: Arguments, special: str) -> Any:
    shape = tuple(sizes[name] for name in argument.shape)
    word = st.integers(0, sizes["V"] - 1)
    match argument.kind:
        case "vectors":
            return draw(decimals(shape)) * (100.0 if special == _LARGE else 1.0)
        case "number":
            return float(draw(decimals(()))) * (1000.0 if special == _LARGE else 4.0)
        case "logits":
            return draw(logits(shape[0], corners=special == _LARGE))
        case "distribution":
            return draw(distributions(shape[0], zeros=special == _ZERO, corners=False))
        case "counts":
            return draw(co_occurrences(*shape))
        case "word":
            return draw(word)
        case "center":
            return draw(st.integers(0, sizes["C"] - 1))
        case "words":
            return np.array([draw(word) for _ in range(shape[0])], dtype=np.int64)
        case "draws":
            steps = st.integers(0, sizes["V"] - 2)  # over the words that are not the outside word
            drawn = np.array([draw(steps) for _ in range(shape[0])], dtype=np.int64)
            return drawn + (drawn >= made["o"])
    raise ValueError(f"no strategy for an argument of kind {argument.kind}")


def usual_initialisation(objective: Objective, sizes: Mapping[str, int], seed: int = 0) -> Arguments:
    """Arguments as training begins with: center vectors uniform in ±1/2d, outside vectors zero.

    Every probability is then 1/V, and the gradient of a word that was not observed is tiny: what the usual checks with
    one absolute tolerance do not see.
    """
    rng = np.random.default_rng(seed)
    made: Arguments = {}
    for argument in objective.arguments:
        shape = tuple(sizes[name] for name in argument.shape)
        match argument.kind:
            case "vectors" if argument.name == "U":
                made[argument.name] = np.zeros(shape)
            case "vectors":
                made[argument.name] = (rng.random(shape) - 0.5) / sizes["d"]
            case "word":
                made[argument.name] = int(rng.integers(0, sizes["V"]))
            case "center":
                made[argument.name] = int(rng.integers(0, sizes["C"]))
            case "words":
                made[argument.name] = rng.integers(0, sizes["V"], shape)
            case "draws":
                made[argument.name] = (int(made["o"]) + rng.integers(1, sizes["V"], shape)) % sizes["V"]
            case "counts":
                made[argument.name] = rng.integers(0, 3, shape).astype(np.float64)
            case _:
                raise ValueError(f"an argument of kind {argument.kind} is not initialised")
    return made


def describe(objective: Objective, arguments: Arguments, special: str = "", columns: bool = False) -> Case:
    """What the judge needs to know about a case."""
    classes: dict[str, str] = {}
    rows: dict[str, dict[str, frozenset[int]]] = {}
    pieces: dict[str, dict[str, NDArray[np.float64]]] = {}
    sizes: dict[str, float] = {}
    for argument in objective.arguments:
        sizes.update(zip(argument.shape, np.shape(arguments[argument.name]), strict=True))
    if "U" in arguments:
        every = frozenset(range(len(arguments["U"])))
        classes["shape"] = "V = d" if sizes["V"] == sizes["d"] else "V ≠ d"
        if "o" in arguments:
            word = int(arguments["o"])
            outside: dict[str, frozenset[int]] = {"the row of the outside word": frozenset({word})}
            if "n" in arguments:
                drawn = arguments["n"].tolist()
                several = frozenset(index for index in drawn if drawn.count(index) > 1)
                classes["draws"] = "repeated negatives" if several else "distinct negatives"
                classes["count"] = f"K = {len(drawn)}" if len(drawn) == 1 else "K > 1"
                outside["the rows of words drawn several times"] = several
                outside["the rows of drawn words"] = frozenset(drawn)
                outside["the rows of words not drawn"] = every - frozenset(drawn) - {word}
            else:
                outside["the rows of the other words (w ≠ o)"] = every - {word}
            rows["dU"] = outside
            in_row = np.zeros_like(arguments["U"])
            in_row[word] = arguments["v"]
            pieces = {
                "dv": {"u_o": arguments["U"][word]},
                "dU": {"v_c in the row of the outside word": in_row.T if columns else in_row},
            }
        elif "t" in arguments:
            spoken = arguments["t"].tolist()
            several = frozenset(index for index in spoken if spoken.count(index) > 1)
            rows["dU"] = {
                "the rows of repeated outside words": several,
                "the rows of the outside words": frozenset(spoken),
                "the rows of words not observed": every - frozenset(spoken),
            }
            classes["words"] = "repeated outside words" if several else "distinct outside words"
    if "c" in arguments:
        center = int(arguments["c"])
        classes["center"] = "a center word with index 0" if center == 0 else "a center word with another index"
        rows["dV"] = {"the row of the center word": frozenset({center})}
    for name in ("B", "C"):
        if name in sizes and "c" not in arguments:
            classes["centers"] = "one center" if sizes[name] == 1 else "several centers"
    return Case(arguments, classes, special, {} if columns else rows, pieces, sizes)
