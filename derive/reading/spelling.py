"""How names are written: from a tree to a canonical spelling, its indices, powers, primes and transposes.

Nothing here knows what a name means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.reading import tree
from derive.reading.written import shown

STYLES = {
    "mathbf", "bm", "boldsymbol", "bf", "pmb", "vec", "mathrm", "mathit", "mathsf", "rm", "it", "mathcal", "cal",
    "mathscr", "mathfrak", "textbf", "mathnormal", "mathtt",
}  # fmt: skip
VECTOR_STYLES = {"mathbf", "bm", "boldsymbol", "bf", "pmb", "vec", "textbf"}
FUNCTION_STYLES = {"mathbb"}
TRANSPOSES = {"T", "\\top", "\\intercal", "\\mathsf{T}", "⊤"}
STARS = {"*", "\\star", "\\ast"}


@dataclass(frozen=True)
class Spelled:
    """A name with everything attached to it.

    Attributes:
        name: the canonical spelling without styles, e.g. ``u``, ``\\hat{y}``, ``x^*``, ``L_{CE}``.
        subs: the indices, superscript indices ``x^{(i)}`` first.
        power: what stands in the superscript, unless it is a transpose or an index.
        bold: whether it was set as a vector.
    """

    name: str
    subs: tuple[tree.Node, ...] = ()
    power: tree.Node | None = None
    transposed: bool = False
    primes: int = 0
    bold: bool = False
    arrow: bool = False


def plain(node: tree.Node) -> tree.Node:
    """Without braces and a sequence of one part."""
    while True:
        if isinstance(node, tree.Group) and node.open == "{" and node.close == "}":
            node = node.body
        elif isinstance(node, tree.Sequence) and len(node.parts) == 1 and not node.separators:
            node = node.parts[0]
        else:
            return node


def letter(node: tree.Node | None) -> str | None:
    """The spelling of a lone name without indices: ``i``, ``\\alpha``, ``c'``; else None."""
    if node is None:
        return None
    node = plain(node)
    if isinstance(node, tree.Name):
        return base_name(node)
    if isinstance(node, tree.Script) and node.sub is None and node.sup is None:
        inner = letter(node.base)
        return inner + "'" * node.primes if inner else None
    if isinstance(node, tree.Accent):
        inner = letter(node.inner)
        return f"\\{node.kind}{{{inner}}}" if inner else None
    return None


def base_name(name: tree.Name) -> str:
    """The letter with its accents, without its style."""
    spelled = name.base
    for decoration in reversed(name.decorations):
        if decoration not in STYLES:
            kind = {"widehat": "hat", "widetilde": "tilde", "overline": "bar"}.get(decoration, decoration)
            spelled = f"\\{kind}{{{spelled}}}"
    return spelled


def is_bold(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and any(d in VECTOR_STYLES for d in node.decorations)


def is_transpose(node: tree.Node | None) -> bool:
    if node is None:
        return False
    node = plain(node)
    if isinstance(node, tree.Name):
        return node.base in TRANSPOSES and STYLES.issuperset(node.decorations)
    return (
        isinstance(node, tree.Word | tree.Text | tree.Mark)
        and (getattr(node, "text", "") or getattr(node, "symbol", "")) in TRANSPOSES
    )


def _star(node: tree.Node) -> str | None:
    node = plain(node)
    if isinstance(node, tree.Mark) and node.symbol in STARS:
        return "*"
    if isinstance(node, tree.Name) and node.base in STARS:
        return "*"
    return None


def superscript_index(node: tree.Node | None) -> tuple[tree.Node, ...]:
    """The indices of ``x^{(i)}`` or ``x^{(t+1)}``."""
    if node is None:
        return ()
    node = plain(node)
    if isinstance(node, tree.Group) and (node.open, node.close) in (("(", ")"), ("[", "]")):
        return node.body.parts
    return ()


def subscripts(node: tree.Node | None) -> tuple[tree.Node, ...]:
    """The single indices of a subscript: ``ij``, ``i,j`` and ``w_s`` give two, two and one."""
    if node is None:
        return ()
    node = plain(node)
    if isinstance(node, tree.Sequence):
        return tuple(plain(part) for part in node.parts)
    if isinstance(node, tree.Group) and node.open == "(":
        return tuple(plain(part) for part in node.body.parts)
    if isinstance(node, tree.Product) and all(
        not f.operator and isinstance(f.node, tree.Name | tree.Num | tree.Script) for f in node.factors
    ):
        return tuple(f.node for f in node.factors)
    return (node,)


def spell(node: tree.Node) -> Spelled | None:
    """A name with its scripts, or None if the node is no name.

    Words (``softmax``, ``\\text{loss}``) are names too.
    """
    node = plain(node)
    if isinstance(node, tree.Name):
        return Spelled(base_name(node), bold=is_bold(node), arrow="vec" in node.decorations)
    if isinstance(node, tree.Word):
        return Spelled(node.text)
    if isinstance(node, tree.Accent):
        inner = spell(node.inner)
        if inner is None or inner.power is not None or inner.transposed:
            return None
        kind = {"widehat": "hat", "widetilde": "tilde", "overline": "bar"}.get(node.kind, node.kind)
        if kind in STYLES:
            return Spelled(inner.name, inner.subs, bold=kind in VECTOR_STYLES, primes=inner.primes)
        if kind not in ("hat", "tilde", "bar", "check", "dot"):
            return inner if kind in ("boxed", "underbrace", "overbrace", "underline") else None
        return Spelled(f"\\{kind}{{{inner.name}}}", inner.subs, bold=inner.bold, primes=inner.primes)
    if isinstance(node, tree.Script):
        return _spell_script(node)
    if isinstance(node, tree.Group) and node.open == node.close == "|" and len(node.body.parts) == 1:
        inner = spell(node.body.parts[0])
        if inner and not inner.subs and inner.power is None and not inner.transposed:
            return Spelled(f"|{inner.name}" + "'" * inner.primes + "|")
    return None


def _spell_script(node: tree.Script) -> Spelled | None:
    inner = spell(node.base)
    if inner is None or inner.power is not None or (inner.transposed and node.sup is not None):
        return None
    name, subs = inner.name, list(inner.subs)
    label = subscript_label(node.sub)
    if label is not None:
        name = f"{name}_{{{label}}}"
    elif node.sub is not None:
        subs.extend(subscripts(node.sub))
    power, transposed = node.sup, inner.transposed
    if power is not None:
        if is_transpose(power):
            power, transposed = None, True
        elif (star := _star(power)) is not None:
            name, power = f"{name}^{star}", None
        elif (words_ := subscript_label(power)) is not None and name != "e":
            name, power = f"{name}^{words_}", None
        elif indices := superscript_index(power):
            name, power = f"{name}^()", None
            subs[:0] = indices
        elif (pair := _index_and_transpose(power)) is not None:
            name, power, transposed = f"{name}^()", None, True
            subs[:0] = pair
        elif (word := superscript_label(power)) is not None and name != "e":
            name, power = f"{name}^{{{word}}}", None
    return Spelled(name, tuple(subs), power, transposed, inner.primes + node.primes, inner.bold, inner.arrow)


def subscript_label(node: tree.Node | None) -> str | None:
    """A subscript that is a word and no index: ``CE`` in ``L_{CE}``, ``\\text{in}``, ``0`` is none."""
    if node is None:
        return None
    node = plain(node)
    if isinstance(node, tree.Word | tree.Text):
        return node.text.strip() or None
    if isinstance(node, tree.BigOp) and node.sub is None and node.sup is None:
        return node.kind
    if isinstance(node, tree.Sum) and len(node.terms) > 1 and all(term.sign in ("+", "-") for term in node.terms):
        parts = [subscript_label(term.node) for term in node.terms]
        if node.terms[0].sign == "+" and all(term.sign == "-" for term in node.terms[1:]) and all(parts):
            return "-".join(part for part in parts if part)  # naive-softmax, in letters
    if isinstance(node, tree.Product):
        names = [f.node for f in node.factors]
        if all(isinstance(n, tree.Name) and not f.operator for n, f in zip(names, node.factors, strict=True)):
            run = "".join(n.base for n in names if isinstance(n, tree.Name))
            if run.isupper() or len(run) > 3 or run in LABEL_RUNS:
                return run
        if all(isinstance(n, tree.Word | tree.Text | tree.Name | tree.Mark) for n in names) and any(
            isinstance(n, tree.Word | tree.Text) for n in names
        ):
            return shown(node)
    return None


def _index_and_transpose(power: tree.Node) -> tuple[tree.Node, ...] | None:
    """The indices of ``x^{(i)\\top}``."""
    power = plain(power)
    if not isinstance(power, tree.Product) or len(power.factors) != 2 or not is_transpose(power.factors[1].node):
        return None
    return superscript_index(power.factors[0].node) or None


def superscript_label(node: tree.Node) -> str | None:
    """A superscript that is a word and no power: ``\\text{LS}``, ``new``."""
    node = plain(node)
    if isinstance(node, tree.Word | tree.Text):
        return node.text.strip() or None
    label = subscript_label(node)
    return label if label in LABEL_RUNS else None


LABEL_RUNS = {"in", "out", "neg", "pos", "max", "min", "new", "old", "avg", "true", "ref", "tot"}


def walk(node: object) -> Iterator[tree.Node]:
    """All nodes of a tree, from the outside in."""
    if isinstance(node, tree.Node):
        yield node
        for child in tree.children(node):
            yield from walk(child)


def call(name: tree.Node, group: tree.Node) -> bool:
    """Whether ``group`` could be the argument list of ``name``."""
    return (
        isinstance(group, tree.Group)
        and (group.open, group.close) in (("(", ")"), ("[", "]"))
        and spell(name) is not None
    )


def bound_letters(node: tree.Node) -> frozenset[str]:
    """The letters that run in the sums and products of a formula."""
    found: set[str] = set()
    for inner in walk(node):
        if isinstance(inner, tree.BigOp) and inner.sub is not None:
            sub = plain(inner.sub)
            firsts = [n.first for n in walk(sub) if isinstance(n, tree.Chain) and n.first is not None]
            for first in firsts or [sub]:
                group = plain(first)
                parts = group.body.parts if isinstance(group, tree.Group) else (first,)
                found |= {name for part in parts if (name := letter(part)) is not None}
    return frozenset(found)


def words(node: tree.Node) -> str:
    """All text inside a node, for phrases such as ``otherwise``."""
    return " ".join(n.text for n in walk(node) if isinstance(n, tree.Text | tree.Word)).strip()


def bare(node: tree.Node) -> tree.Factor:
    """A node as the first item of a product."""
    return tree.Factor(node.span, "", "", node)
