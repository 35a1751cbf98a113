"""What the formulas run on: NumPy, or their loops compiled by Numba where it is installed.

The loops are emitted from the same proved terms as the NumPy functions.  Sums may be added up in another order, which
is what makes dot products fast; the order is that of the machine code, so the same machine gives the same bits.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from w2v_numeric.errors import SettingsError
from w2v_numeric.objective import Objective


def numba_is_there() -> bool:
    """Whether Numba can be imported; it is not imported to find out."""
    return importlib.util.find_spec("numba") is not None


def chosen(wanted: str, objective: Objective) -> str:
    """ "numpy" or "compiled".

    Args:
        wanted: one of the settings' BACKENDS; "auto" compiles what has loops if there is a compiler.

    Raises:
        SettingsError: compiled loops are asked for, and there is no compiler.
    """
    if wanted == "compiled" and not numba_is_there():
        raise SettingsError("--backend compiled needs Numba; install derive-w2v[compiled], or choose --backend auto")
    if wanted != "auto":
        return wanted
    return "compiled" if objective.has_loops and numba_is_there() else "numpy"


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of arrays as machine code, made at its first call and kept on disk.

    NaN and infinities stay what they are, so that a check for them holds; only the order of sums is free.
    """
    import numba

    compiler: Any = partial(numba.njit, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
    try:
        made = compiler(cache=True)(function)
    except RuntimeError:  # no folder to keep it in
        made = compiler()(function)
    return made  # type: ignore[no-any-return]
