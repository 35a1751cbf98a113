"""What can be learned of a solution by reading it, without running it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from derive.errors import DeriveError

__all__ = ["defines", "explain_failure", "is_template", "read_source"]

_LARGEST = 1_000_000
_EMPTY_CALLS = frozenset(
    {"zeros", "zeros_like", "empty", "empty_like", "getNegativeSamples", "float", "int", "print", "NotImplementedError"}
)

# What NumPy took away, with the release that did.
_REMOVED = {
    **dict.fromkeys(("float", "int", "bool", "object", "str", "complex", "long", "unicode"), "1.24"),
    **dict.fromkeys(("asscalar",), "1.23"),
    **dict.fromkeys(
        (
            *("Inf", "NaN", "Infinity", "infty", "PINF", "NINF", "float_", "complex_", "unicode_", "string_"),
            *("cast", "asfarray", "product", "cumproduct", "alltrue", "sometrue", "msort", "find_common_type", "mat"),
        ),
        "2.0",
    ),
    **dict.fromkeys(("row_stack", "trapz", "in1d"), "2.x"),
    **dict.fromkeys(("rank",), "1.18"),
}


def read_source(path: Path) -> str:
    """The text of a Python file, decoded as Python decodes it.

    Raises:
        DeriveError: there is no such file, or it is not text, or longer than a megabyte.
    """
    if path.is_dir():
        raise DeriveError(f"{path} is a folder; give the Python file to grade")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DeriveError(f"{path} cannot be read: {error.strerror}") from error
    if len(raw) > _LARGEST:
        raise DeriveError(f"{path} is {len(raw):,} bytes long; a solution has at most {_LARGEST:,}")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        return raw.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise DeriveError(f"{path} is not Python text: {error}") from error


def defines(source: str, name: str) -> bool:
    """Whether the text seems to define a name, be it read to that place or not."""
    return re.search(rf"^\s*(def\s+{name}\s*\(|{name}\s*=)", source, re.MULTILINE) is not None


def is_template(tree: ast.Module, name: str) -> bool:
    """Whether a function consists only of what a template brings along: empty arrays, constants, a return."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name]
    return bool(found) and all(_is_empty(statement) for statement in found[-1].body)


def _is_empty(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass | ast.Raise):
        return True
    if isinstance(statement, ast.Return | ast.Expr | ast.Assign | ast.AnnAssign):
        return statement.value is None or all(_is_plain(node) for node in ast.walk(statement.value))
    return False


def _is_plain(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called in _EMPTY_CALLS
    if isinstance(node, ast.BinOp):  # [outsideWordIdx] + negSampleWordIndices stands in the template
        return isinstance(node.op, ast.Add) and isinstance(node.left, ast.List)
    return isinstance(node, ast.expr | ast.expr_context | ast.operator)


def explain_failure(error: Mapping[str, Any], source: str) -> str:
    """An exception of the solution as a sentence: where, and why if it is a known reason."""
    kind, message = str(error.get("type", "error")), str(error.get("message", "")).partition("\n")[0]
    said = f"{kind}: {message}" if message else kind
    said += "".join(_place(error.get("line"), source))
    reason = _known_reason(kind, message)
    return f"{said} — {reason}" if reason else said


def _place(line: Any, source: str) -> Iterator[str]:
    lines = source.splitlines()
    if isinstance(line, int) and 1 <= line <= len(lines):
        yield f" (line {line}: {lines[line - 1].strip()[:120]})"


def _known_reason(kind: str, message: str) -> str:
    removed = re.search(
        r"numpy'?\]? has no attribute '(\w+)'|`np\.(\w+)` was removed|cannot import name '(\w+)'", message
    )
    if removed:
        name = next(group for group in removed.groups() if group)
        if name in _REMOVED:
            return f"this runs only on an old NumPy: np.{name} was removed in NumPy {_REMOVED[name]}"
    if "inhomogeneous" in message:
        return "this runs only on an old NumPy: since 1.24 rows of different lengths are no array"
    if kind == "TypeError" and "can be converted to Python scalars" in message:
        return (
            "an array stands where one number is needed; only an old NumPy let an array of one entry pass, use .item()"
        )
    if kind in ("NameError", "UnboundLocalError"):
        return "a name is used that was never given a value"
    return ""
