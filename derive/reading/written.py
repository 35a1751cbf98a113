"""From a presentation tree back to LaTeX, for corrected lines and messages: what is read from it is the same tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from derive.reading import symbols, tree

__all__ = ["latex", "shown"]

_OLD_SWITCHES = {"bf", "it", "rm", "cal"}
_ENDS_IN_COMMAND = re.compile(r"\\[A-Za-z]+$")


def latex(node: tree.Node) -> str:
    """The LaTeX of a tree.  Raises ``ValueError`` for what cannot be written (a part that was not read)."""
    rule = _RULES.get(type(node))
    if rule is None:
        raise ValueError(f"{type(node).__name__} cannot be written")
    return rule(node)


def shown(node: tree.Node | None) -> str:
    """The LaTeX of anything that a message is about, also of what could not be read: then the token that stopped it."""
    match node:
        case None:
            return ""
        case tree.Unread(token=token):
            return token
        case tree.Statement(before=before, label=label, after=after):
            formula = tree.Chain(node.span, node.first, node.links)
            texts = [shown(part) for part in (*before, *([label] if label else ()), formula, *after)]
            return " ".join(text for text in texts if text)
        case tree.Chain(first=first, links=links):
            pieces = [shown(first), *(part for k in links for part in (k.relation.symbol, shown(k.right)))]
            return " ".join(piece for piece in pieces if piece)
    try:
        return latex(node)
    except ValueError:
        return "a formula with a part that could not be read"


def _beside(left: str, right: str) -> str:
    """Two pieces next to each other, with a space only where the second would run into a command."""
    if _ENDS_IN_COMMAND.search(left) and right[:1].isalpha():
        return f"{left} {right}"
    return left + right


def _join(pieces: list[str]) -> str:
    text = ""
    for piece in pieces:
        text = _beside(text, piece)
    return text


def _scripts(sub: tree.Node | None, sup: tree.Node | None, primes: int = 0) -> str:
    text = "'" * primes
    if sub is not None:
        text += f"_{_argument(sub)}"
    if sup is not None:
        text += f"^{_argument(sup)}"
    return text


def _argument(node: tree.Node) -> str:
    inner = latex(node)
    if isinstance(node, tree.Word | tree.BigOp):
        return f"{{{inner}}}"  # x_\max is an error to some engines
    if len(inner) == 1 or re.fullmatch(r"\\[A-Za-z]+", inner) or _is_braced(inner):
        return inner
    return f"{{{inner}}}"


def _is_braced(text: str) -> bool:
    if not (text.startswith("{") and text.endswith("}")):
        return False
    level = 0
    for position, sign in enumerate(text):
        level += (sign == "{") - (sign == "}")
        if level == 0 and position + 1 < len(text):
            return False
    return True


def _name(node: tree.Name) -> str:
    text = node.base
    for decoration in reversed(node.decorations):
        text = f"{{\\{decoration} {text}}}" if decoration in _OLD_SWITCHES else f"\\{decoration}{{{text}}}"
    return text


def _word(node: tree.Word) -> str:
    if node.kind in ("bare", "run"):
        return node.text
    if node.kind == "function":
        return "\\" + node.text if "\\" + node.text in symbols.FUNCTIONS else f"\\operatorname{{{node.text}}}"
    return f"\\{node.kind}{{{node.text}}}"


def _script(node: tree.Script) -> str:
    base = latex(node.base)
    if isinstance(node.base, tree.Script):
        base = f"{{{base}}}"
    return base + _scripts(node.sub, node.sup, node.primes)


def _sequence(node: tree.Sequence) -> str:
    text = latex(node.parts[0])
    for sign, part in zip(node.separators, node.parts[1:], strict=False):
        between = {"||": r"\|", "|": r"\mid ", ",": ",", ";": ";", ":": ":"}.get(sign, r"\quad ")
        text += between + latex(part)
    return text


def _group(node: tree.Group) -> str:
    inner = latex(node.body)
    if (node.open, node.close) == ("{", "}"):
        return f"{{{inner}}}"
    size = node.size.rstrip("lrm") if node.size != r"\left" else node.size
    if node.size == r"\left" or node.open == "." or node.close == ".":
        return f"\\left{node.open}{_pad(node.open, inner)}\\right{node.close}"
    if size in symbols.SIZES:
        return f"{size}{node.open}{_pad(node.open, inner)}{size}{node.close}"
    return f"{node.open}{_pad(node.open, inner)}{node.close}"


def _pad(opening: str, inner: str) -> str:
    return f" {inner}" if opening[-1:].isalpha() and inner[:1].isalpha() else inner


def _fraction(node: tree.Frac) -> str:
    command = node.command if node.command in (r"\dfrac", r"\tfrac", r"\cfrac") else r"\frac"
    return f"{command}{{{latex(node.numerator)}}}{{{latex(node.denominator)}}}"


def _root(node: tree.Sqrt) -> str:
    index = f"[{latex(node.index)}]" if node.index is not None else ""
    return f"\\sqrt{index}{{{latex(node.radicand)}}}"


def _big(node: tree.BigOp) -> str:
    operator = {"argmax": r"\operatorname{argmax}", "argmin": r"\operatorname{argmin}", "E": r"\mathbb{E}"}.get(
        node.kind, "\\" + node.kind
    )
    return operator + _scripts(node.sub, node.sup)


def _array(node: tree.Array) -> str:
    rows = r" \\ ".join(" & ".join(latex(cell) for cell in row) for row in node.rows)
    if node.environment == "substack":
        return f"\\substack{{{rows}}}"
    columns = f"{{{node.columns}}}" if node.environment in symbols.WITH_COLUMNS else ""
    return f"\\begin{{{node.environment}}}{columns}{rows}\\end{{{node.environment}}}"


def _sum(node: tree.Sum) -> str:
    text = ""
    for position, term in enumerate(node.terms):
        inner = latex(term.node)
        if position == 0:
            text = _beside(term.sign if term.sign != "+" else "", inner)
        else:
            text += f" {term.sign} {inner}"
    return text


def _product(node: tree.Product) -> str:
    pieces: list[str] = []
    for position, factor in enumerate(node.factors):
        inner = latex(factor.node)
        if factor.operator:
            pieces.append(factor.operator if factor.operator == "/" else f"{factor.operator} ")
        elif position and factor.space:
            pieces.append(factor.space if factor.space.startswith("\\") else " ")
        elif position and isinstance(factor.node, tree.Num):
            pieces.append(r"\cdot " if isinstance(node.factors[position - 1].node, tree.Num) else " ")
        after_big = position and isinstance(node.factors[position - 1].node, tree.BigOp)
        pieces.append(f" {inner}" if after_big and pieces[-1][-1:] != " " else inner)
    return _join(pieces)


def _chain(node: tree.Chain) -> str:
    text = latex(node.first) if node.first is not None else ""
    for link in node.links:
        right = latex(link.right) if link.right is not None else ""
        text = _beside(_beside(text, link.relation.symbol), right)
    return text


def _stack(node: tree.Stack) -> str:
    return f"\\{node.kind}{{{latex(node.annotation)}}}{{{latex(node.base)}}}"


_RULES: dict[type, Callable[[Any], str]] = {
    tree.Num: lambda n: n.text,
    tree.Name: _name,
    tree.Word: _word,
    tree.Text: lambda n: f"\\text{{{n.text}}}" if n.kind == "text" else n.text,
    tree.Mark: lambda n: n.symbol,
    tree.Ellipsis: lambda n: n.symbol if n.symbol.startswith("\\") else r"\dots",
    tree.Empty: lambda _: "",
    tree.Accent: lambda n: f"\\{n.kind}{{{latex(n.inner)}}}",
    tree.Script: _script,
    tree.Sequence: _sequence,
    tree.Group: _group,
    tree.Frac: _fraction,
    tree.Binom: lambda n: f"\\binom{{{latex(n.top)}}}{{{latex(n.bottom)}}}",
    tree.Sqrt: _root,
    tree.BigOp: _big,
    tree.Stack: _stack,
    tree.Array: _array,
    tree.Sum: _sum,
    tree.Product: _product,
    tree.Signed: lambda n: n.sign + latex(n.node),
    tree.Chain: _chain,
}
