"""Formulas that are set like words and stand for themselves all the same: ``$a = b = c$`` on a line of its own."""

from __future__ import annotations

import re

from derive.reading import symbols

__all__ = ["stands_alone"]

ROWS = re.compile(r"\\begin\{(?:" + "|".join(re.escape(name) for name in sorted(symbols.ROW_ENVIRONMENTS)) + r")\}")
EQUAL = re.compile(r"(?<![\\<>:!=])=|\\(?:le|leq|ge|geq|approx|propto)(?![A-Za-z])")
SCRIPT = re.compile(r"[_^]\s*\{(?:[^{}]|\{[^{}]*\})*\}")
"""Indices and ends of sums, whose relations are no steps."""
DERIVING = re.compile(
    r"\\(?:d?frac|partial|nabla|sum|prod|int|log|ln|exp|sigma|mathbb\{E\}|operatorname)(?![A-Za-z])|\b(?:log|ln|exp)\b|e\^"
)
"""What a formula that says more than what a letter is has in it."""
LEADING = re.compile(r"(?:^|\n)[ \t>]*(?:#{1,6}[ \t]+|[-*+][ \t]+|\(?(?:\d{1,2}|[a-z])[.)][ \t]+)?[ \t]*\Z")
"""What may stand before it on its line: the signs of a quotation, a heading or an item of a list."""
TRAILING = re.compile(r"[ \t]*[.,;:。，；]?[ \t]*(?=\n|$)")
ENDED = re.compile(r"(?:^|[.:!?。：；！？,，]|\n[ \t>]*|[ ]{2}|\\\\|</?\w+>|\|)\s*\Z")
"""How the line before ends where no sentence goes on into the formula."""
GOES_ON = re.compile(r"\n[ \t>]*(?:[a-z]|[,.;])")
"""How the line behind begins where a sentence goes on behind the formula."""
LONG = 40


def stands_alone(text: str, opened: int, start: int, end: int, after: int) -> bool:
    """Whether an inline formula between ``start`` and ``end`` is a derivation of its own.

    It is if it sets rows, if it is a long chain of equations, or if it has a line for itself and says more than what a
    letter is.  ``opened`` and ``after`` are where its signs begin and end.
    """
    inside = text[start:end]
    if ROWS.search(inside):
        return True
    relations = len(EQUAL.findall(SCRIPT.sub("", inside)))
    if relations == 0 or not DERIVING.search(inside):
        return False
    if relations >= 3 and len(inside) >= LONG:
        return True
    line = text[max(0, opened - 400) : opened]
    leading, trailing = LEADING.search(line), TRAILING.match(text, after)
    if leading is None or trailing is None:
        return False
    marked = leading.group().strip(" \t\n>") != ""
    before = line[: leading.start()]
    return (marked or ENDED.search(before) is not None) and not GOES_ON.match(text, trailing.end())
