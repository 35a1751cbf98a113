"""Check mathematical derivations, and turn what is proved into NumPy.

check_file    read a note and give every step a verdict
lambdify      the NumPy function of a proved formula: ``lambdify("softmax-skip-gram/pair")``
DeriveError   what is raised when something given is wrong

Names are loaded when they are used, so that ``import derive`` does not load SymPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.checking import check_file
    from derive.emission import lambdify
    from derive.errors import DeriveError

__all__ = ["DeriveError", "check_file", "lambdify"]

_HOMES = {"DeriveError": "derive.errors", "check_file": "derive.checking", "lambdify": "derive.emission"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
