"""From a presentation tree to MathML Core, without anything that needs a script.

One rule per node type; a node type without a rule is an error when the module is imported.
"""

from __future__ import annotations

from html import escape

from derive.errors import InternalError
from derive.formulas.glyphs import big, glyph, styled
from derive.formulas.linear import linear
from derive.formulas.rules import complete, nothing
from derive.reading import symbols, tree

__all__ = ["math", "mathml"]

_ACCENTS = {
    "hat": "^", "widehat": "^", "check": "ˇ", "widecheck": "ˇ", "tilde": "~", "widetilde": "~", "acute": "´",
    "grave": "`", "dot": "˙", "ddot": "¨", "dddot": "⃛", "breve": "˘", "bar": "¯", "overline": "¯", "vec": "→",
    "overrightarrow": "→", "overleftarrow": "←", "overleftrightarrow": "↔", "mathring": "˚", "overbrace": "⏞",
    "overbracket": "⎴",
}  # fmt: skip
_BELOW = {
    "underline": "_",
    "underbar": "_",
    "underbrace": "⏟",
    "underbracket": "⎵",
    "utilde": "~",
    "underrightarrow": "→",
}
_STRAIGHT = {r"\partial", r"\top", r"\intercal"}
_BOXES = {"boxed", "fbox"}
_STRUCK = {"cancel", "bcancel", "xcancel", "sout"}
_UPRIGHT = {"mathrm", "rm", "symup", "symrm", "mathnormal"}
_FENCED = {"pmatrix": "()", "bmatrix": "[]", "vmatrix": "||", "Bmatrix": "{}", "Vmatrix": "‖‖"}
_WIDE = {r"\quad": "1em", r"\qquad": "2em", "\\ ": "0.25em", "~": "0.25em", r"\;": "0.28em", r"\!": "-0.17em"}
_LIMITS = {"max", "min", "sup", "inf", "lim", "argmax", "argmin", "limsup", "liminf"}


def math(node: tree.Node, *, display: bool = False) -> str:
    """A ``<math>`` element with the formula and, as its text, the same in Unicode for those who cannot see it."""
    kind = ' display="block"' if display else ""
    return f'<math{kind} alttext="{escape(linear(node))}">{mathml(node)}</math>'


def mathml(node: tree.Node) -> str:
    """The MathML of a tree, one element."""
    rule = _RULES.get(type(node))
    if rule is None:
        raise InternalError(f"no MathML for {type(node).__name__}")
    return rule(node)


def _element(name: str, *children: str, **attributes: str) -> str:
    given = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{given}>{''.join(children)}</{name}>"


def _row(*children: str) -> str:
    kept = [child for child in children if child]
    return kept[0] if len(kept) == 1 else _element("mrow", *kept)


def _operator(sign: str, **attributes: str) -> str:
    return _element("mo", escape(sign), **attributes)


def _empty(_: object) -> str:
    return "<mrow></mrow>"


def _space(width: str) -> str:
    return f'<mspace width="{width}"/>'


def _spaces(written: str) -> str:
    if not written:
        return ""
    return _space(_WIDE.get(written.strip(), "0.17em"))


def _accented(inner: str, kind: str) -> str:
    if kind in _ACCENTS:
        return _element("mover", inner, _operator(_ACCENTS[kind]), accent="true")
    if kind in _BELOW:
        return _element("munder", inner, _operator(_BELOW[kind]), accentunder="true")
    if kind in _BOXES:
        return _element("mrow", inner, style="border:1px solid;padding:.2em")
    if kind in _STRUCK:
        return _element("mrow", inner, style="text-decoration:line-through")
    return inner


def _name(node: tree.Name) -> str:
    sign = glyph(node.base)
    alphabet = next((d for d in reversed(node.decorations) if "\\" + d in symbols.ALPHABETS), None)
    shown = styled(sign, alphabet) if alphabet else sign
    capital = sign.isupper() and node.base in symbols.GREEK
    if not sign.isalnum() or capital or alphabet in _UPRIGHT or node.base in _STRAIGHT:
        text = _element("mi", escape(shown), mathvariant="normal")
    else:
        text = _element("mi", escape(shown))
    for decoration in reversed(node.decorations):
        text = _accented(text, decoration)
    return text


def _word(node: tree.Word) -> str:
    if node.kind == "text" or " " in node.text:
        return _element("mtext", escape(node.text))
    return _element("mi", escape(node.text), **({"mathvariant": "normal"} if len(node.text) == 1 else {}))


def _text(node: tree.Text) -> str:
    shown = escape(node.text.replace("\\ ", " "))
    return _element("mtext", shown.replace(" ", "&#160;"))


def _scripted(base: str, sub: tree.Node | None, sup: str, limits: bool) -> str:
    below = mathml(sub) if sub is not None else ""
    names = ("munder", "mover", "munderover") if limits else ("msub", "msup", "msubsup")
    if below and sup:
        return _element(names[2], base, below, sup)
    return _element(names[0], base, below) if below else _element(names[1], base, sup) if sup else base


def _script(node: tree.Script) -> str:
    above = [_operator("′" * node.primes)] if node.primes else []
    if node.sup is not None:
        above.append(mathml(node.sup))
    braces = isinstance(node.base, tree.Accent) and node.base.kind in ("overbrace", "underbrace")
    return _scripted(mathml(node.base), node.sub, _row(*above) if above else "", braces)


def _sequence(node: tree.Sequence) -> str:
    parts = [mathml(node.parts[0])] if node.parts else []
    for sign, part in zip(node.separators, node.parts[1:], strict=False):
        if sign in ("|", "||"):
            parts.append(_operator(glyph(sign), stretchy="false", lspace="0.15em", rspace="0.15em"))
        elif sign in (",", ";", ":"):
            parts.append(_operator(sign, separator="true"))
        else:
            parts.append(_space("1em"))
        parts.append(mathml(part))
    return _row(*parts) or "<mrow></mrow>"


def _group(node: tree.Group) -> str:
    inner = mathml(node.body)
    if (node.open, node.close) == ("{", "}"):
        return inner
    stretchy = "true" if node.size else "false"
    fences = [
        _operator(glyph(sign), fence="true", stretchy=stretchy, form=form) if sign != "." else ""
        for sign, form in ((node.open, "prefix"), (node.close, "postfix"))
    ]
    return _element("mrow", fences[0], inner, fences[1])


def _root(node: tree.Sqrt) -> str:
    if node.index is None:
        return _element("msqrt", mathml(node.radicand))
    return _element("mroot", mathml(node.radicand), mathml(node.index))


def _big(node: tree.BigOp) -> str:
    sign = big(node.kind)
    limits = node.kind in _LIMITS or node.kind.startswith("big") or node.kind in ("sum", "prod", "coprod")
    attributes = {"movablelimits": "true"} if limits else {}
    base = _element("mi", escape(sign)) if node.kind == "E" else _operator(sign, **attributes)
    return _scripted(base, node.sub, mathml(node.sup) if node.sup is not None else "", limits)


def _stack(node: tree.Stack) -> str:
    name = "munder" if node.kind == "underset" else "mover"
    return _element(name, mathml(node.base), mathml(node.annotation))


def _array(node: tree.Array) -> str:
    cases = "cases" in node.environment
    align = {"style": "text-align:left"} if cases else {}
    rows = [
        _element("mtr", *(_element("mtd", mathml(cell), **align) for cell in row))
        for row in node.rows
    ]  # fmt: skip
    table = _element("mtable", *rows)
    if cases:
        left, right = ("", "}") if node.environment == "rcases" else ("{", "")
    else:
        fences = _FENCED.get(node.environment.rstrip("*"), "  ")
        left, right = fences[0].strip(), fences[1].strip()
    opening = _operator(left, fence="true", stretchy="true", form="prefix") if left else ""
    closing = _operator(right, fence="true", stretchy="true", form="postfix") if right else ""
    return _row(opening, table, closing)


def _sum(node: tree.Sum) -> str:
    parts = []
    for position, term in enumerate(node.terms):
        if position == 0:
            if term.sign != "+":
                parts.append(_operator(glyph(term.sign), form="prefix"))
        else:
            parts.append(_operator(glyph(term.sign), form="infix"))
        parts.append(mathml(term.node))
    return _row(*parts)


def _product(node: tree.Product) -> str:
    parts: list[str] = []
    for position, factor in enumerate(node.factors):
        before = node.factors[position - 1].node if position else None
        if factor.operator:
            parts.append(_operator(glyph(factor.operator)))
        elif factor.space:
            parts.append(_spaces(factor.space))
        elif position and _is_function(before):
            parts.append(_operator("\u2061"))
            if not (isinstance(factor.node, tree.Group) and factor.node.open in ("(", "[")):
                parts.append(_space("0.17em"))
        elif position and _needs_air(before, factor.node):
            parts.append(_space("0.17em"))
        parts.append(mathml(factor.node))
    return _row(*parts)


def _is_function(node: tree.Node | None) -> bool:
    if isinstance(node, tree.Script):
        node = node.base
    return isinstance(node, tree.Word)


def _needs_air(before: tree.Node | None, node: tree.Node) -> bool:
    """Where two neighbours would run together: before a function, between a fraction and what follows."""
    return _is_function(node) or (isinstance(before, tree.Frac) and not isinstance(node, tree.Group))


def _relation(node: tree.Relation) -> str:
    sign = _operator(glyph(node.symbol))
    if node.annotation:
        return _element("mover", sign, _element("mtext", escape(node.annotation)))
    return sign


def _chain(node: tree.Chain | tree.Statement) -> str:
    parts = [mathml(node.first)] if node.first is not None else []
    for link in node.links:
        parts.append(_link(link))
    return _row(*parts) or "<mrow></mrow>"


def _link(node: tree.Link) -> str:
    return _row(_relation(node.relation), mathml(node.right) if node.right is not None else "")


def _statement(node: tree.Statement) -> str:
    label = [mathml(node.label), _operator(":")] if node.label is not None else []
    texts = [[_text(text) for text in side] for side in (node.before, node.after)]
    return _row(*texts[0], *label, _chain(node), *texts[1])


def _whole_row(node: tree.Row) -> str:
    parts: list[str] = []
    for position, statement in enumerate(node.statements):
        if position:
            separator = statement.separator.strip()
            comma = separator[:1] if separator[:1] in (",", ";", ".") else ""
            parts.append(_operator(comma, separator="true") if comma else _space("1em"))
            parts.append(_space("1em") if "quad" in separator else "")
        parts.append(mathml(statement))
    return _row(*parts)


_RULES = complete(
    {
        tree.Num: lambda n: _element("mn", escape(n.text)),
        tree.Name: _name,
        tree.Word: _word,
        tree.Text: _text,
        tree.Mark: lambda n: _element("mi", escape(glyph(n.symbol)), mathvariant="normal"),
        tree.Ellipsis: lambda n: _element("mi", escape(glyph(n.symbol)), mathvariant="normal"),
        tree.Empty: _empty,
        tree.Accent: lambda n: _accented(mathml(n.inner), n.kind),
        tree.Script: _script,
        tree.Sequence: _sequence,
        tree.Group: _group,
        tree.Frac: lambda n: _element("mfrac", mathml(n.numerator), mathml(n.denominator)),
        tree.Binom: lambda n: _row(
            _operator("("), _element("mfrac", mathml(n.top), mathml(n.bottom), linethickness="0"), _operator(")")
        ),
        tree.Sqrt: _root,
        tree.BigOp: _big,
        tree.Stack: _stack,
        tree.Array: _array,
        tree.Term: lambda n: _row(_operator(glyph(n.sign)), mathml(n.node)),
        tree.Sum: _sum,
        tree.Factor: lambda n: _row(_operator(glyph(n.operator)) if n.operator else "", mathml(n.node)),
        tree.Product: _product,
        tree.Signed: lambda n: _row(_operator(glyph(n.sign), form="prefix"), mathml(n.node)),
        tree.Relation: _relation,
        tree.Link: _link,
        tree.Chain: _chain,
        tree.Unread: lambda n: _element("merror", _element("mtext", escape(n.token))),
        tree.Tag: nothing,
        tree.Ignored: nothing,
        tree.Statement: _statement,
        tree.Row: _whole_row,
        tree.UnreadRow: lambda n: _element("merror", _element("mtext", escape(n.source))),
    },
    "MathML",
)
