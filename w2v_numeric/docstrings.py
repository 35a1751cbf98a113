"""The default corpus: docstrings of installed Python packages, about a million words, found without importing them."""

from __future__ import annotations

import ast
import importlib.util
import io
import sysconfig
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from w2v_numeric.corpus import Source
from w2v_numeric.errors import CorpusError

STANDARD_LIBRARY = "stdlib"
PACKAGES = (STANDARD_LIBRARY, "numpy", "sympy")
TESTS = frozenset({"test", "tests", "idle_test", "site-packages", "dist-packages", "__pycache__"})
LARGEST_FILE = 4_000_000  # bytes; larger sources are generated tables without prose


def default_corpus(packages: Sequence[str] = PACKAGES) -> Iterator[str]:
    """Yield the docstrings of packages, one at a time, in a fixed order; those that cannot be found are left out.

    Args:
        packages: top-level names; "stdlib" stands for Python's own library.

    Raises:
        CorpusError: none of the packages has source files.
    """
    found = False
    for name in packages:
        for folder in _folders(name):
            for path in sorted(folder.rglob("*.py")):
                if not TESTS.intersection(path.relative_to(folder).parts):
                    found = True
                    yield from docstrings_of(path)
    if not found:
        raise CorpusError(
            f"none of the packages {', '.join(packages)} has source files here; give a corpus of your own"
        )


def default_source(packages: Sequence[str] = PACKAGES) -> Source:
    """The default corpus as a source to train on; blank lines end a paragraph, so train with documents="paragraph".

    Raises:
        CorpusError: when it is opened, if none of the packages has source files.
    """
    return Source("the docstrings of " + ", ".join(packages), lambda: io.BytesIO(_text(packages)))


def _text(packages: Sequence[str]) -> bytes:
    return "\n\n\n".join(default_corpus(packages)).encode("utf-8", "replace")


def docstrings_of(path: Path) -> list[str]:
    """The docstrings in one source file, in order; none if it cannot be read or parsed."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            return []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old escapes in other people's strings are not this program's affair
            tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [text for node in ast.walk(tree) if isinstance(node, kinds) and (text := ast.get_docstring(node))]


def _folders(name: str) -> list[Path]:
    if name == STANDARD_LIBRARY:
        return [Path(sysconfig.get_paths()["stdlib"])]
    try:
        spec = importlib.util.find_spec(name)  # for a top-level name this imports nothing
    except (ImportError, ValueError):
        return []
    return [Path(place) for place in (spec.submodule_search_locations or [])] if spec is not None else []
