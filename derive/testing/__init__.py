"""A test kit for other people's gradients: hold a function against a proved formula, in one line.

    from derive.testing import verify
    print(verify(my_loss_and_gradients, objective="softmax-skip-gram"))

Names are loaded when they are used, so that the pytest plugin costs nothing in a project that does not use it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.testing.judging import Verdict
    from derive.testing.layout import Layout
    from derive.testing.marking import derives
    from derive.testing.objectives import OBJECTIVES
    from derive.testing.properties import check_divergence, check_entropy
    from derive.testing.strategies import (
        Window,
        co_occurrences,
        decimals,
        distributions,
        embeddings,
        logits,
        one_hot,
        windows,
    )
    from derive.testing.verification import Report, VerificationFailure, check_at, verify

__all__ = [
    "OBJECTIVES",
    "Layout",
    "Report",
    "Verdict",
    "VerificationFailure",
    "Window",
    "check_at",
    "check_divergence",
    "check_entropy",
    "co_occurrences",
    "decimals",
    "derives",
    "distributions",
    "embeddings",
    "logits",
    "one_hot",
    "verify",
    "windows",
]

_HOMES = {
    "judging": ("Verdict",),
    "layout": ("Layout",),
    "marking": ("derives",),
    "objectives": ("OBJECTIVES",),
    "properties": ("check_divergence", "check_entropy"),
    "strategies": (
        *("Window", "co_occurrences", "decimals", "distributions"),
        *("embeddings", "logits", "one_hot", "windows"),
    ),
    "verification": ("Report", "VerificationFailure", "check_at", "verify"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
