"""From the trees of a page back to LaTeX that is safe to set: what the reader knows, and nothing else.

A note may come from a stranger.  What is set is written anew from the tree, so that a command gets through only if it
is one of the notation; a formula with anything else in it (in a ``\\text``, say) is shown as characters.
"""

from __future__ import annotations

import re

from derive.formulas.linear import linear
from derive.formulas.page import Line
from derive.reading import symbols, tree
from derive.reading.formula import Formula
from derive.reading.latex import parse_block
from derive.reading.written import latex

__all__ = ["for_markdown", "formula", "safe", "segments", "tex", "tex_of_text"]


_NOT_NOTATION = (
    "require href cite index footnote class style cssId setcounter addtocounter setlength label ref eqref "
    "resizebox scalebox raisebox rule hspace vspace color textcolor colorbox pagecolor newpage pagebreak"
)
"""Commands that the reader passes over, and that change more than the formula they stand in."""


def _known() -> frozenset[str]:
    found: set[str] = set()
    for table in vars(symbols).values():
        if isinstance(table, dict | set | frozenset):
            for entry in [*table, *(table.values() if isinstance(table, dict) else ())]:
                if isinstance(entry, str):
                    found.add(entry if entry.startswith("\\") else "\\" + entry)
    found -= {rf"\{name}" for name in _NOT_NOTATION.split()}
    return frozenset(found | {rf"\{name}" for name in ("frac", "dfrac", "tfrac", "cfrac", "sqrt", "binom", "substack")})


_KNOWN = _known() | {r"\begin", r"\end", r"\operatorname", r"\left", r"\right", r"\text", r"\mathbb", r"\textcircled"}
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_LOOSE = re.compile(r"(?<!\\)[$%#~]|\^\^")
_TEXT = re.compile(r"([\\{}$&#^_%~])")
_ESCAPED = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}


def tex(node: tree.Node) -> str:
    """LaTeX for the inside of a formula."""
    try:
        written = _written(node)
    except ValueError:
        return rf"\text{{{tex_of_text(linear(node))}}}"
    balanced = written.count("{") - written.count(r"\{") == written.count("}") - written.count(r"\}")
    commands = {c for c in _COMMAND.findall(written) if c[1:].isalpha()}
    if not balanced or not commands <= _KNOWN or _LOOSE.search(written):
        return rf"\text{{{tex_of_text(linear(node))}}}"
    return written


def _written(node: tree.Node) -> str:
    if isinstance(node, tree.Statement):
        chain = _written_chain(node.first, node.links)
        label = f"{latex(node.label)}: " if node.label is not None else ""
        before, after = (" ".join(_words(text) for text in side) for side in (node.before, node.after))
        return " ".join(filter(None, [before, label + chain, after]))
    if isinstance(node, tree.Row):
        text = ""
        for position, statement in enumerate(node.statements):
            separator = statement.separator.strip()
            text += (f"{separator if separator in (',', ';') else chr(92) + 'quad'} " if position else "") + _written(
                statement
            )
        return text
    if isinstance(node, tree.UnreadRow):
        raise ValueError(node.message)
    return _words(node) if isinstance(node, tree.Text) else latex(node)


def _written_chain(first: tree.Node | None, links: tuple[tree.Link, ...]) -> str:
    parts = [latex(first)] if first is not None else []
    for link in links:
        parts += [_sign(link.relation), latex(link.right) if link.right is not None else ""]
    return " ".join(filter(None, parts))


def _sign(relation: tree.Relation) -> str:
    sign = {":=": r"\mathrel{:=}", "=:": r"\mathrel{=:}"}.get(relation.symbol, relation.symbol)
    return rf"\overset{{\text{{{tex_of_text(relation.annotation)}}}}}{{{sign}}}" if relation.annotation else sign


def _words(node: tree.Text) -> str:
    return rf"\text{{ {tex_of_text(node.text.strip())} }}"


def formula(line: Line, align: str = "") -> str:
    """The LaTeX of one line of a chain, with the sign of alignment before its relation."""
    if line.source:
        return rf"\text{{{tex_of_text(line.source)}}}"
    parts = [*(tex(part) for part in line.label), tex(line.first) if line.first is not None else ""]
    parts.append(align)
    if line.relation is not None:
        parts.append(_sign(line.relation))
    parts += [tex(line.right) if line.right is not None else "", *(rf"\quad {tex(part)}" for part in line.aside)]
    return " ".join(filter(None, parts))


_SPOILED = {
    r"\,": r"\thinspace ", r"\:": r"\medspace ", r"\;": r"\thickspace ", r"\!": r"\negthinspace ", r"\{": r"\lbrace ",
    r"\}": r"\rbrace ", r"\|": r"\Vert ", r"\ ": r"\space ", r"\>": r"\medspace ",
    "<": r"\lt ", ">": r"\gt ", "*": r"\ast ",
}  # fmt: skip
_SPOILS = re.compile(r"\\text\{(?:[^{}\\]|\\.|\{[^{}]*\})*\}|\\[A-Za-z]+|\\.|[<>*]", re.DOTALL)
_SIGN_IN_WORDS = re.compile(r"\\\((.*?)\\\)")
_LOOKALIKES = str.maketrans("<>*", "＜＞∗")


def for_markdown(written: str) -> str:
    """The same formula without what Markdown takes for its own: a backslash before a sign, ``<`` and ``*``.

    Code hosts hand a formula to Markdown first, which turns ``\\,`` into a comma and ``a<b`` into the begin of a tag.
    """
    return _SPOILS.sub(_unspoiled, written)


def _unspoiled(found: re.Match[str]) -> str:
    text = found.group()
    if text.startswith(r"\text{"):  # a sign of mathematics in words stands between \( and \), a backslash before a sign
        return _SIGN_IN_WORDS.sub(r"}\1\\text{", text.translate(_LOOKALIKES))
    return _SPOILED.get(text, text)


def safe(latex_: str) -> str | None:
    """The same LaTeX written anew from its tree; None if it cannot be read."""
    rows = parse_block(Formula.of(latex_))
    return None if any(isinstance(row, tree.UnreadRow) for row in rows) else " ".join(tex(row) for row in rows)


def tex_of_text(text: str) -> str:
    """Plain text as LaTeX text; signs of mathematics outside ASCII become the commands that make them."""
    text = _TEXT.sub(lambda m: _ESCAPED.get(m.group(), "\\" + m.group()), text)
    return "".join(_sign_in_text(sign) for sign in text)


def _sign_in_text(sign: str) -> str:
    if sign.isascii() or sign not in symbols.UNICODE:
        return {"“": "``", "”": "''", "–": "--", "—": "---", "×": r"\(\times\)"}.get(sign, sign)
    command = symbols.UNICODE[sign]
    return rf"\({command}\)" if command.startswith("\\") else command


def segments(words: str) -> list[tuple[bool, str]]:
    """Words with formulas between dollars, cut up: (whether it is a formula, the text)."""
    return [(bool(k % 2), part) for k, part in enumerate(words.split("$")) if part]
