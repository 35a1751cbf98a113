"""The top of generated modules: what they import, and the names of types."""

from __future__ import annotations

import re
from collections.abc import Iterable

from derive.emitting.text import WIDTH

__all__ = ["TYPES", "imports"]

TYPES = """\
Floats = NDArray[Any]
Integers = NDArray[Any]
"""


def imports(code: str, helpers: str = "", names: Iterable[str] = ()) -> str:
    """The import lines of a module with this code.

    Args:
        helpers: the module to import helpers from; else what they need is imported, and the types are defined.
        names: of the helpers to import.
    """
    lines = ["import math"] if "math." in code else []
    lines += ["from typing import Any"] if helpers == "" or re.search(r"\bAny\b", code) else []
    lines += ["", "import numpy as np"]
    if helpers:
        types = [name for name in ("Floats", "Integers") if re.search(rf"\b{name}\b", code)]
        whole = f"from {helpers} import {', '.join([*types, *sorted(names)])}"
        if len(whole) > WIDTH:
            inner = "".join(f"    {name},\n" for name in [*types, *sorted(names)])
            whole = f"from {helpers} import (\n{inner})"
        lines += ["", whole]
    else:
        lines.append("from numpy.typing import NDArray")
        lines += ["from scipy.sparse import csr_array"] if "csr_array" in code else []
    text = "\n".join(lines).lstrip("\n")
    return f"from __future__ import annotations\n\n{text}\n"
