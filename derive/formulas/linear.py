"""From a presentation tree to one line of Unicode, for terminals and screen readers: ``Σ_{w=1}^{V} exp(u_wᵀv_c)``.

One rule per node type; a node type without a rule is an error when the module is imported.
"""

from __future__ import annotations

import re
import unicodedata

from derive.errors import InternalError
from derive.formulas.glyphs import big, combining, glyph, styled
from derive.formulas.rules import complete, nothing
from derive.reading import tree

__all__ = ["linear"]

_RAISED = dict(zip("0123456789+-−=()niT⊤*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵀᵀ*", strict=True))
_LOWERED = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True))


def linear(node: tree.Node) -> str:
    """One line of Unicode."""
    rule = _RULES.get(type(node))
    if rule is None:
        raise InternalError(f"no Unicode for {type(node).__name__}")
    return rule(node)


def _plain(node: tree.Node) -> tree.Node:
    while True:
        if isinstance(node, tree.Group) and (node.open, node.close) == ("{", "}"):
            node = node.body
        elif isinstance(node, tree.Sequence) and len(node.parts) == 1:
            node = node.parts[0]
        else:
            return node


def _name(node: tree.Name) -> str:
    text = glyph(node.base)
    for decoration in reversed(node.decorations):
        mark = combining(decoration)
        text = text + mark if mark else styled(text, decoration)
    return unicodedata.normalize("NFC", text)


def _accent(node: tree.Accent) -> str:
    inner, mark = linear(node.inner), combining(node.kind)
    if not mark:
        return f"[{inner}]" if node.kind in ("boxed", "fbox") else inner
    if isinstance(_plain(node.inner), tree.Script):
        base, _, rest = inner.partition("_")
        return unicodedata.normalize("NFC", base + mark) + (f"_{rest}" if rest else "")
    if mark in ("\u0305", "\u0332"):
        return unicodedata.normalize("NFC", "".join(sign + mark for sign in inner))
    return unicodedata.normalize("NFC", inner + mark) if len(inner) == 1 else f"{node.kind}({inner})"


def _script(node: tree.Script) -> str:
    base = linear(node.base)
    if isinstance(_plain(node.base), tree.Sum | tree.Product | tree.Frac):
        base = f"({base})"
    text = base + "′" * node.primes
    return text + _scripts(node.sub, node.sup)


_TIGHT = re.compile(r" ([+−=≤≥≠<>∈]) ")


def _scripts(sub: tree.Node | None, sup: tree.Node | None, *, power: bool = True) -> str:
    text = ""
    if sub is not None:
        inner = _TIGHT.sub(r"\1", linear(sub))
        if inner and all(sign in _LOWERED for sign in inner):
            text += "".join(_LOWERED[sign] for sign in inner)
        else:
            text += f"_{inner}" if _simple(sub) else f"_{{{inner}}}"
    if sup is not None:
        inner = _TIGHT.sub(r"\1", linear(sup))
        if power and inner and all(sign in _RAISED for sign in inner):
            text += "".join(_RAISED[sign] for sign in inner)
        else:
            text += f"^{inner}" if _simple(sup) else f"^{{{inner}}}"
    return text


def _simple(node: tree.Node) -> bool:
    node = _plain(node)
    if isinstance(node, tree.Product):
        return all(not f.operator and isinstance(f.node, tree.Name | tree.Num) for f in node.factors)
    return isinstance(node, tree.Name | tree.Num | tree.Mark | tree.Word)


def _sequence(node: tree.Sequence) -> str:
    text = linear(node.parts[0]) if node.parts else ""
    for sign, part in zip(node.separators, node.parts[1:], strict=False):
        between = {"|": "|", "||": " ‖ ", ",": ", ", ";": "; ", ":": ": "}.get(sign, "  ")
        text += between + linear(part)
    return text


def _group(node: tree.Group) -> str:
    inner = linear(node.body)
    if (node.open, node.close) == ("{", "}"):
        return inner
    signs = [glyph(sign) if sign != "." else "" for sign in (node.open, node.close)]
    return f"{signs[0]}{inner}{signs[1]}"


def _fraction(node: tree.Frac) -> str:
    top, bottom = _operand(node.numerator), _operand(node.denominator)
    return f"{top}/{bottom}"


def _operand(node: tree.Node) -> str:
    """A part of a fraction written with a stroke, in brackets where it would fall apart."""
    inner, text = _plain(node), linear(node)
    if isinstance(inner, tree.Product):
        first = inner.factors[0].node
        operator = isinstance(first, tree.Name) and first.base in (r"\partial", "d")
        call = (
            len(inner.factors) == 2 and isinstance(inner.factors[1].node, tree.Group) and not inner.factors[1].operator
        )
        # p(1 - p) may be a product, whatever f(x) is.
        call = call and (isinstance(first, tree.Word) or not _is_sum(inner.factors[1].node))
        simple = (operator and " " not in text) or (call and isinstance(first, tree.Name | tree.Word | tree.Script))
        return text if simple else f"({text})"
    return f"({text})" if isinstance(inner, tree.Sum | tree.Frac | tree.Signed | tree.Chain) else text


def _is_sum(node: tree.Node) -> bool:
    return isinstance(node, tree.Group) and isinstance(_plain(node.body), tree.Sum)


def _array(node: tree.Array) -> str:
    if node.environment == "substack":
        return ", ".join(" ".join(map(linear, row)) for row in node.rows)
    rows = "; ".join("  ".join(map(linear, row)) for row in node.rows)
    if "cases" in node.environment:
        return f"{{ {rows} }}"
    return f"[{rows}]"


def _sum(node: tree.Sum) -> str:
    text = ""
    for position, term in enumerate(node.terms):
        sign = glyph(term.sign)
        if position == 0:
            text = ("" if term.sign == "+" else sign) + linear(term.node)
        else:
            text += f" {sign} {linear(term.node)}"
    return text


def _product(node: tree.Product) -> str:
    text = ""
    for position, factor in enumerate(node.factors):
        inner = linear(factor.node)
        before = node.factors[position - 1].node if position else None
        after = node.factors[position + 1] if position + 1 < len(node.factors) else None
        if _falls_apart(before, factor, after):
            inner = f"({inner})"
        if factor.operator:
            text += "/" if factor.operator == "/" else f" {glyph(factor.operator)} "
        elif position and _apart(before, factor):
            text += " "
        text += inner
    return text


def _falls_apart(before: tree.Node | None, factor: tree.Factor, after: tree.Factor | None) -> bool:
    """Whether a factor needs brackets on one line that it does not need on paper."""
    inner = _plain(factor.node)
    if not isinstance(inner, tree.Frac):
        return isinstance(inner, tree.Sum) and bool(factor.operator)
    top = _plain(inner.numerator)
    top = top.factors[0].node if isinstance(top, tree.Product) else top
    if isinstance(top, tree.Name) and top.base in (r"\partial", "d"):
        return False
    return isinstance(before, tree.Word) or factor.operator == "/" or (after is not None and not after.operator)


def _apart(before: tree.Node | None, factor: tree.Factor) -> bool:
    bracket = isinstance(factor.node, tree.Group) and factor.node.open in ("(", "[")
    if isinstance(before, tree.Word) or (isinstance(before, tree.Script) and isinstance(before.base, tree.Word)):
        return not bracket
    if isinstance(before, tree.BigOp):
        return True
    wordy = isinstance(factor.node, tree.Word | tree.BigOp | tree.Frac)
    indexed = isinstance(before, tree.Script) and before.sup is None and before.sub is not None and not bracket
    return wordy or indexed or isinstance(before, tree.Frac) or bool(factor.space and not bracket)


def _relation(node: tree.Relation) -> str:
    return glyph(node.symbol)


def _link(node: tree.Link) -> str:
    return f"{glyph(node.relation.symbol)} {linear(node.right) if node.right is not None else ''}".rstrip()


def _chain(node: tree.Chain | tree.Statement) -> str:
    parts = [linear(node.first)] if node.first is not None else []
    return " ".join([*parts, *(_link(link) for link in node.links)])


def _statement(node: tree.Statement) -> str:
    label = [f"{linear(node.label)}:"] if node.label is not None else []
    texts = [[text.text.strip() for text in side] for side in (node.before, node.after)]
    return " ".join(filter(None, [*texts[0], *label, _chain(node), *texts[1]]))


def _row(node: tree.Row) -> str:
    text = ""
    for position, statement in enumerate(node.statements):
        comma = statement.separator.strip()[:1]
        text += (f"{comma if comma in ',;.' else ' '} " if position else "") + linear(statement)
    return text


def _big(node: tree.BigOp) -> str:
    return big(node.kind) + _scripts(node.sub, node.sup, power=False)


_RULES = complete(
    {
        tree.Num: lambda n: n.text,
        tree.Name: _name,
        tree.Word: lambda n: n.text,
        tree.Text: lambda n: n.text,
        tree.Mark: lambda n: glyph(n.symbol),
        tree.Ellipsis: lambda n: glyph(n.symbol),
        tree.Empty: nothing,
        tree.Accent: _accent,
        tree.Script: _script,
        tree.Sequence: _sequence,
        tree.Group: _group,
        tree.Frac: _fraction,
        tree.Binom: lambda n: f"binom({linear(n.top)}, {linear(n.bottom)})",
        tree.Sqrt: lambda n: f"{linear(n.index) if n.index is not None else ''}√({linear(n.radicand)})",
        tree.BigOp: _big,
        tree.Stack: lambda n: linear(n.base),
        tree.Array: _array,
        tree.Term: lambda n: f"{glyph(n.sign)} {linear(n.node)}",
        tree.Sum: _sum,
        tree.Factor: lambda n: linear(n.node),
        tree.Product: _product,
        tree.Signed: lambda n: f"{glyph(n.sign)}{linear(n.node)}",
        tree.Relation: _relation,
        tree.Link: _link,
        tree.Chain: _chain,
        tree.Unread: lambda n: f"“{n.token}”",
        tree.Tag: nothing,
        tree.Ignored: nothing,
        tree.Statement: _statement,
        tree.Row: _row,
        tree.UnreadRow: lambda n: n.source,
    },
    "Unicode",
)
