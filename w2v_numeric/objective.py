"""What can be trained: an objective declares which generated formulas it needs and what data they take.

This is the one place where formulas are looked up; everything else receives them from here.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from w2v_numeric.errors import SettingsError

Array = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]


class BlockLossAndGradients(Protocol):
    """Loss and gradients of a block of centers against its counts, written into buffers."""

    def __call__(
        self,
        u: Array,
        v: Array,
        columns: Integers,
        starts: Integers,
        values: Array,
        n: Array,
        /,
        *,
        block: Array,
        gradient_v: Array,
        gradient_u: Array,
    ) -> float:
        """Return Σ_a (n_a log Σ_w exp(u_w·v_a) − Σ_w N_aw u_w·v_a), its gradients left in the buffers.

        Args:
            u: outside vectors, (V, K).
            v: center vectors of the block, (C, K).
            columns, starts, values: the rows of N, C×V, compressed; no pair twice.
            n: row sums of N, (C,).
            block: work space, (C, V), C-contiguous.
            gradient_v, gradient_u: (C, K) and (V, K), overwritten.

        Raises:
            ValueError: shapes do not meet, or a value is not finite.
        """
        ...


class BlockLoss(Protocol):
    """The loss alone."""

    def __call__(
        self,
        u: Array,
        v: Array,
        columns: Integers,
        starts: Integers,
        values: Array,
        n: Array,
        /,
        *,
        block: Array,
    ) -> float:
        """Return the same sum, and no gradients."""
        ...


class CenterHessian(Protocol):
    """The second derivatives of the loss of one center in its vector."""

    def __call__(self, u: Array, v: Array, m: float, beta: Array, /) -> Array:
        """Return ∂²J/∂v∂vᵀ, (d, d), which depends on the counts through their number alone.

        Args:
            u: outside vectors, (V, d).
            v: the center's vector, (d,).
            m: how many pairs it was seen in.
            beta: the number at which the score of each outside word starts, (V,).

        Raises:
            ValueError: shapes do not meet, or a value is not finite.
        """
        ...


@dataclass(frozen=True)
class Declaration:
    """An objective by name.

    Attributes:
        module: the generated module.
        data: what its formulas take; "counts" is blocks of rows of co-occurrence counts.
        about: one line for the help.
    """

    module: str
    data: str
    about: str


OBJECTIVES: dict[str, Declaration] = {
    "softmax": Declaration(
        "w2v_numeric.formulas.softmax_skipgram",
        "counts",
        "exact softmax skip-gram over co-occurrence counts",
    ),
}


@dataclass(frozen=True)
class Objective:
    """An objective with its formulas loaded.

    Attributes:
        name: as the user writes it.
        loss_and_gradients, loss, center_hessian: the formulas.
        notes: the files whose proofs they come from, each with the SHA-256 of its text.
        digest: SHA-256 of the generated module's source.
    """

    name: str
    loss_and_gradients: BlockLossAndGradients
    loss: BlockLoss
    center_hessian: CenterHessian
    notes: dict[str, str]
    digest: str


def load_objective(name: str) -> Objective:
    """Look an objective up and load its formulas.

    Raises:
        SettingsError: there is no such objective, or its formulas have not been generated.
    """
    if name not in OBJECTIVES:
        raise SettingsError(f"there is no objective {name!r}; choose one of: {', '.join(sorted(OBJECTIVES))}")
    path = OBJECTIVES[name].module
    try:
        module = importlib.import_module(path)
    except ImportError as error:
        raise SettingsError(
            f"the formulas of {name!r} are missing ({path}); generate them with: derive emit"
        ) from error
    return Objective(
        name,
        module.block_loss_and_gradients,
        module.block_loss,
        module.center_hessian,
        dict(module.NOTES),
        hashlib.sha256(inspect.getsource(module).encode()).hexdigest(),
    )
