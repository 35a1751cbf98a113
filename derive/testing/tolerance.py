"""How far a correct floating-point computation may be from the true value, entry by entry.

First-order bounds in the manner of Higham, "Accuracy and Stability of Numerical Algorithms" (2002), chapter 3: a dot
product of d terms errs by at most d·ε·Σ|x_j y_j|, an exponential turns the absolute error of its argument into a
relative one, and 1 - σ errs by an ε of one.  The bounds follow the size of each row, so that a missing row of 1e-7 is
as visible as one of 1e3.  ``SAFETY`` covers the second order and unlucky orders of summation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.errors import DeriveError

__all__ = ["SAFETY", "rounding_bounds"]

SAFETY = 8.0
_TINY = float(np.finfo(np.float64).tiny)

Array = NDArray[np.float64]
Bounds = dict[str, Array]


def rounding_bounds(
    objective: str, arguments: Mapping[str, Any], expected: Mapping[str, Array], eps: float = 2.0**-52
) -> Bounds:
    """The tolerated absolute error of every entry of every output, of the outputs' own shapes.

    Args:
        objective: the name of the objective.
        arguments: the arguments by name, words counting from 0.
        expected: the true outputs.
        eps: the unit of the type that the function computes in.
    """
    given = {name: np.asarray(value) for name, value in arguments.items()}
    if objective.startswith("softmax-skip-gram"):
        bounds = _softmax_family(objective, given, eps)
    elif objective == "negative-sampling":
        bounds = _negative_sampling(given, eps)
    else:
        bounds = _elementary(objective, given, expected, eps)
    floor = _floor(eps)
    return {
        name: SAFETY * (np.broadcast_to(bound, np.shape(expected[name])) + 2 * eps * np.abs(expected[name])) + floor
        for name, bound in bounds.items()
    }


def _floor(eps: float) -> float:
    """What falls below the normal numbers of the type may be flushed to zero."""
    return 64 * (_TINY if eps < 1e-12 else float(np.finfo(np.float32).tiny))


def _softmax_family(objective: str, given: Mapping[str, Array], eps: float) -> Bounds:
    """All of these are Σ over pairs (center b, word t) with a weight, so their bounds are sums of those of one pair."""
    outside = given["U"].astype(np.float64)
    centers = np.atleast_2d(given["v"].astype(np.float64))
    if objective == "softmax-skip-gram":
        weights = {(0, int(given["o"])): 1.0}
    elif objective == "softmax-skip-gram-batch":
        weights = _count(enumerate(given["t"].tolist()))
    elif objective == "softmax-skip-gram-window":
        weights = _count((int(given["c"]), word) for word in given["t"].tolist())
    else:
        weights = {(int(a), int(w)): float(given["N"][a, w]) for a, w in np.argwhere(given["N"])}
    words, dims = outside.shape
    loss, terms = 0.0, max(1, len(weights))
    d_center, d_outside = np.zeros_like(centers), np.zeros_like(outside)
    for (center, word), weight in weights.items():
        vector = centers[center]
        scores, sizes = outside @ vector, np.abs(outside) @ np.abs(vector)
        shifted = scores - scores.max()
        probability = np.exp(shifted) / np.exp(shifted).sum()
        relative = eps * (2 * (dims + 3) * sizes.max() + 2 * np.abs(shifted) + words + 8 + terms)
        share = relative * probability
        own = share.copy()
        own[word] += eps * (2 + terms)
        d_outside += weight * np.outer(own, np.abs(vector))
        d_center[center] += weight * (own @ np.abs(outside) + (words + 3) * eps * (probability @ np.abs(outside)))
        loss += weight * (relative[word] + eps * terms * np.abs(shifted[word]))
    return {"loss": np.asarray(loss), **_named(objective, d_center, d_outside)}


def _named(objective: str, d_center: Array, d_outside: Array) -> Bounds:
    if objective == "softmax-skip-gram":
        return {"dv": d_center[0], "dU": d_outside}
    return {"dv" if objective == "softmax-skip-gram-batch" else "dV": d_center, "dU": d_outside}


def _count(pairs: Any) -> dict[tuple[int, int], float]:
    counted: dict[tuple[int, int], float] = {}
    for pair in pairs:
        counted[pair] = counted.get(pair, 0.0) + 1.0
    return counted


def _negative_sampling(given: Mapping[str, Array], eps: float) -> Bounds:
    outside, vector = given["U"].astype(np.float64), given["v"].astype(np.float64)
    words = [int(given["o"]), *(int(n) for n in given["n"])]
    d_outside, d_center, loss = np.zeros_like(outside), np.zeros_like(vector), 0.0
    for word in words:
        size = np.abs(outside[word]) @ np.abs(vector)
        coefficient = eps * ((len(vector) + 3) * size + 4 + len(words))
        d_outside[word] += coefficient * np.abs(vector)
        d_center += coefficient * np.abs(outside[word])
        loss += coefficient + eps * len(words) * size
    return {"loss": np.asarray(loss), "dv": d_center, "dU": d_outside}


def _elementary(objective: str, given: Mapping[str, Array], expected: Mapping[str, Array], eps: float) -> Bounds:
    if objective == "sigmoid":
        value = np.asarray(expected["value"])
        # One ε besides, for those who compute σ by way of tanh.
        return {"value": eps * (4 + np.abs(given["x"])) * value + eps}
    if objective in ("softmax", "log-sum-exp", "softmax-cross-entropy"):
        logits = given["z"].astype(np.float64)
        shifted = logits - logits.max()
        relative = eps * (2 * np.abs(shifted) + 2 * np.abs(logits) + len(logits) + 8)
        probability = np.exp(shifted) / np.exp(shifted).sum()
        if objective == "softmax":
            return {"value": relative * np.asarray(expected["value"])}
        total = (relative * probability).sum()
        if objective == "log-sum-exp":
            return {"value": total + eps * (np.abs(logits.max()) + 4)}
        target = given["y"]
        return {
            "loss": target @ (relative + total + eps * (np.abs(shifted) + len(logits))),
            "dz": relative * probability + (2 + len(logits)) * eps * target,
        }
    if objective in ("entropy", "cross-entropy", "kl"):
        weight = given["p"].astype(np.float64)
        kept = weight > 0
        logs = np.abs(np.log(weight[kept]))
        if objective != "entropy":
            with np.errstate(divide="ignore"):
                other = np.abs(np.log(given["q"].astype(np.float64)[kept]))
            logs = logs + np.where(np.isfinite(other), other, 0.0)
        return {"value": eps * (len(weight) + 6) * (weight[kept] @ (logs + 1))}
    raise DeriveError(f"no rounding bound is known for the objective {objective!r}")
