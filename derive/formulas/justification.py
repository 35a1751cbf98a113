"""Why a step holds, in a few words, found by comparing what stands on its two sides.

Three sources: the tree (which derivative was carried out, which name was written out), the terms (the fewest laws that
make both sides the same), and the certificate of an inequality.  Formulas inside the words stand between dollars.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy
from sympy import Add, Expr, Indexed, Sum, exp, log
from sympy.core.function import AppliedUndef

from derive.calculus import DerivativeError
from derive.derivation import Kind, Relation, Verdict
from derive.formulas.laws import apply, explain
from derive.reading import tree
from derive.reading.definitions import Circular, Relearn, referenced, unfold
from derive.reading.drafts import Draft
from derive.reading.elaborate import value
from derive.reading.information import CROSS_ENTROPIES, DIVERGENCES, JENSEN_SHANNON
from derive.reading.note import Draftbook
from derive.reading.scope import Unsettled
from derive.reading.spelling import is_transpose, letter, plain, spell
from derive.reading.values import ShapeError, Value
from derive.reading.written import latex
from derive.terms import sigmoid

__all__ = ["SAME", "justify"]

SAME = "both sides have the same normal form"
UNREADABLE = (Relearn, Unsettled, ShapeError, DerivativeError, Circular, ValueError, TypeError)

_CERTIFICATES = (
    ("concavity of the logarithm", "$\\log x \\le x - 1$, term by term"),
    ("calculus in one variable", "calculus in one variable"),
    ("every term of the difference has the right sign", "every term has the right sign"),
    ("it is a sum of squares", "a sum of squares"),
)


def justify(draft: Draft, verdict: Verdict, book: Draftbook) -> tuple[str, ...]:
    """The justification of a proved step or a definition; nothing for the others, whose reason is in the verdict."""
    if verdict.kind is Kind.DEFINITION:
        return ("by definition",)
    if verdict.kind is Kind.PROVED and draft.equivalent is not None:
        return (verdict.reason,)
    if verdict.kind is not Kind.PROVED or draft.claim is None:
        return ()
    if draft.claim.alternatives:
        return (verdict.reason,)
    if draft.claim.goal.relation is not Relation.EQUAL:
        return (_certificate(verdict.reason),)
    left, right = draft.source
    if left is None or right is None:
        return (SAME,)
    found = [*_definitions(left, right, draft, book), *_derivatives(left, right, draft, book)]
    if not found and _becomes_matrix(left, right):
        return (_MATRIX,)
    goal = draft.claim.goal
    laws = explain(goal.left, goal.right, goal.facts)
    if laws is None:
        return tuple(dict.fromkeys((*found, _MATRIX if _becomes_matrix(left, right) else SAME)))
    found += laws
    return tuple(dict.fromkeys(found)) or _unchanged(left, right)


def _certificate(reason: str) -> str:
    for start, words in _CERTIFICATES:
        if reason.startswith(start):
            return words
    return reason


# What the terms no longer show ----------------------------------------------------------------------------------------


def _nodes(node: tree.Node) -> Iterator[tree.Node]:
    yield node
    for child in tree.children(node):
        yield from _nodes(child)


def _unchanged(left: tree.Node, right: tree.Node) -> tuple[str, ...]:
    """Both sides mean the same term at once: what differs is how it is written."""
    if any(isinstance(plain(side), tree.Num) for side in (left, right)):
        return ("numerator and denominator are the same",) if _is_fraction(left, right) else ("the terms cancel",)
    words = [_count(side, ("log", "ln")) for side in (left, right)]
    powers = [_count(side, ("exp",)) + _powers_of_e(side) for side in (left, right)]
    if words[0] != words[1] and powers[0] != powers[1]:
        return ("$\\log$ undoes $\\exp$",)
    if words[0] != words[1] and any(powers):
        return ("$\\exp$ undoes $\\log$",)
    if _big(left, "E") != _big(right, "E"):
        return ("definition of the expectation",)
    if _becomes_matrix(left, right):
        return (_MATRIX,)
    terms = [len(side.terms) if isinstance(side, tree.Sum) else 1 for side in (plain(left), plain(right))]
    if terms[0] != terms[1]:
        return ("terms that cancel",)
    fractions = [sum(isinstance(node, tree.Frac) for node in _nodes(side)) for side in (left, right)]
    if fractions[0] != fractions[1]:
        return ("fractions multiplied" if fractions[0] > fractions[1] else "fraction taken apart",)
    return ("written differently",)


_MATRIX = "a sum written as a matrix product"


def _becomes_matrix(left: tree.Node, right: tree.Node) -> bool:
    sums = [_big(side, "sum") for side in (left, right)]
    turned = [sum(is_transpose(n) for n in _nodes(side)) for side in (left, right)]
    return sums[0] != sums[1] and min(sums) == 0 and turned[0] != turned[1]


def _big(side: tree.Node, kind: str) -> int:
    return sum(isinstance(node, tree.BigOp) and node.kind == kind for node in _nodes(side))


def _is_fraction(left: tree.Node, right: tree.Node) -> bool:
    return any(isinstance(plain(side), tree.Frac) for side in (left, right))


def _count(side: tree.Node, names: tuple[str, ...]) -> int:
    return sum(isinstance(node, tree.Word) and node.text in names for node in _nodes(side))


def _powers_of_e(side: tree.Node) -> int:
    scripts = (node for node in _nodes(side) if isinstance(node, tree.Script) and node.sup is not None)
    return sum(letter(node.base) == "e" for node in scripts)


# Definitions ----------------------------------------------------------------------------------------------------------


def _definitions(left: tree.Node, right: tree.Node, draft: Draft, book: Draftbook) -> Iterator[str]:
    """The names that stand on one side only and that the note defines."""
    names = [_mentioned(side, draft, book) for side in (left, right)]
    for name in sorted(names[0] ^ names[1]):
        yield f"definition of ${name}$"


def _mentioned(side: tree.Node, draft: Draft, book: Draftbook) -> set[str]:
    """The defined names that a side mentions, as they are written; those inside a derivative count as well."""
    found = _called(side)
    for node in [side, *(d.operand for d in _differentiations(side) if d.operand is not None)]:
        body = _value(node, draft, book)
        if body is not None:
            found |= {_written(name) for name in referenced(body.body)}
    return found


_STANDARD = DIVERGENCES | CROSS_ENTROPIES | JENSEN_SHANNON | {"softmax", "\\text{softmax}", "\\mathrm{softmax}"}


def _called(side: tree.Node) -> set[str]:
    """The names every reader knows, where they are used as functions: ``D_{KL}(p ‖ q)``, ``H(p)``, ``softmax(z)``."""
    found: set[str] = set()
    for node in _nodes(side):
        if not isinstance(node, tree.Product):
            continue
        for factor, following in zip(node.factors, node.factors[1:], strict=False):
            base, group = plain(factor.node), plain(following.node)
            if not isinstance(group, tree.Group) or group.open != "(":
                continue
            spelled = spell(base) if not isinstance(base, tree.Word) else None
            name = base.text if isinstance(base, tree.Word) else spelled.name if spelled is not None else ""
            if name in _STANDARD:
                found.add(latex(base))
    return found


def _written(signature: str) -> str:
    return signature.partition("(")[0].rstrip("_") or signature


def _value(node: tree.Node, draft: Draft, book: Draftbook) -> Value | None:
    book.reading.guards = list(draft.guards)
    try:
        return value(node, book.reading)
    except UNREADABLE:
        return None


# Derivatives ----------------------------------------------------------------------------------------------------------


class _Differentiation:
    """A derivative as it is written: what is differentiated (if that could be told) and by what."""

    def __init__(self, operand: tree.Node | None, variable: tree.Node | None, inside: bool) -> None:
        self.operand, self.variable, self.inside = operand, variable, inside


def _differentiations(node: tree.Node, inside: bool = False) -> Iterator[_Differentiation]:
    """All derivatives of a side; ``inside`` tells those that stand under a Σ of their own product."""
    node = plain(node)
    if isinstance(node, tree.Product):
        summed = inside
        for position, factor in enumerate(node.factors):
            inner = plain(factor.node)
            summed = summed or (isinstance(inner, tree.BigOp) and inner.kind == "sum")
            parts = _fraction(inner)
            if parts is not None and parts[0] is None:
                yield _Differentiation(_following(node, position), parts[1], summed)
            elif parts is not None:
                yield _Differentiation(*parts, summed)
            elif isinstance(inner, tree.Script) and inner.primes and _called_next(node, position):
                yield _primed(inner, node, position, summed)  # σ'(x); the prime of an index c' is part of its name
            else:
                yield from _differentiations(inner, summed)
        return
    parts = _fraction(node)
    if parts is not None:
        yield _Differentiation(*parts, inside)
    elif isinstance(node, tree.Script) and node.primes and isinstance(node.base, tree.Group):
        yield _Differentiation(node.base, None, inside)
    else:
        for child in tree.children(node):
            yield from _differentiations(child, inside)


def _primed(name: tree.Script, node: tree.Product, position: int, summed: bool) -> _Differentiation:
    """``f'(x)`` as the derivative of f(x) by x, where x is a letter."""
    group = node.factors[position + 1]
    inner = group.node.body if isinstance(group.node, tree.Group) else None
    variable = plain(inner) if inner is not None else None
    while isinstance(variable, tree.Sequence) and len(variable.parts) == 1:
        variable = plain(variable.parts[0])
    if not isinstance(variable, tree.Name):
        return _Differentiation(None, None, summed)
    bare = replace(name, primes=0)
    function = bare.base if bare.sub is None and bare.sup is None else bare
    called = tree.Product(node.span, (tree.Factor(node.span, "", "", function), group))
    return _Differentiation(called, variable, summed)


def _fraction(node: tree.Node) -> tuple[tree.Node | None, tree.Node | None] | None:
    """The function and the variable of ``∂L/∂x``; the function is None for the operator ``∂/∂x``."""
    if (
        not isinstance(node, tree.Frac)
        or not _is_d(_items(node.numerator)[0])
        or not _is_d(_items(node.denominator)[0])
    ):
        return None
    return _joined(node.numerator), _joined(node.denominator)


def _called_next(node: tree.Product, position: int) -> bool:
    following = plain(node.factors[position + 1].node) if position + 1 < len(node.factors) else None
    return isinstance(following, tree.Group) and following.open == "("


def _items(node: tree.Node) -> list[tree.Node]:
    node = plain(node)
    return [plain(f.node) for f in node.factors] if isinstance(node, tree.Product) else [node]


def _is_d(node: tree.Node) -> bool:
    node = plain(node.base) if isinstance(node, tree.Script) else node
    return (isinstance(node, tree.Name) and node.base in (r"\partial", "d")) or (
        isinstance(node, tree.Word) and node.text == "d"
    )


def _joined(node: tree.Node) -> tree.Node | None:
    node = plain(node)
    if not isinstance(node, tree.Product):
        return None
    rest = node.factors[1:]
    return rest[0].node if len(rest) == 1 else tree.Product(node.span, rest)


def _following(node: tree.Product, position: int) -> tree.Node | None:
    rest = node.factors[position + 1 :]
    if not rest:
        return None
    if isinstance(plain(rest[0].node), tree.Group) or len(rest) == 1:
        return rest[0].node
    return tree.Product(rest[0].node.span, rest)


def _derivatives(left: tree.Node, right: tree.Node, draft: Draft, book: Draftbook) -> Iterator[str]:
    before, after = list(_differentiations(left)), list(_differentiations(right))
    if len(before) < len(after) and not _links(after):
        yield from _spread(before, draft, book)
        if before:
            return
    if len(before) < len(after):
        before, after = after, before
    if len(before) == len(after):
        yield from _moved(before, after, draft, book)
        return
    if _links(before):
        yield "chain rule" if len(after) == 1 else "derivatives put in"
        return
    known = [[tree.sexpr(d.operand) for d in side] for side in (before, after)]
    gone = [d for d in before if tree.sexpr(d.operand) not in known[1]]
    new = [d for d in after if tree.sexpr(d.operand) not in known[0]]
    carried = len(gone) - len(new)
    if carried > 0:
        yield from _rules(gone[0], draft, book)
        yield from _moved(gone[carried:], new, draft, book)


def _spread(before: list[_Differentiation], draft: Draft, book: Draftbook) -> Iterator[str]:
    """One derivative became several: of every term."""
    for one in before:
        rules = _rules(one, draft, book)
        yield from (rule for rule in rules if rule in ("logarithm of a quotient", "chain rule"))
        yield "derivative taken term by term"


def _links(found: list[_Differentiation]) -> bool:
    """``∂L/∂y · ∂y/∂z``: what one differentiates by is what the other differentiates."""
    return any(
        one.variable is not None and tree.sexpr(one.variable) == tree.sexpr(other.operand)
        for one in found for other in found if one is not other
    )  # fmt: skip


def _moved(
    before: list[_Differentiation], after: list[_Differentiation], draft: Draft, book: Draftbook
) -> Iterator[str]:
    """As many derivatives on both sides, but of other things."""
    for one, other in zip(before, after, strict=True):
        if tree.sexpr(one.operand) == tree.sexpr(other.operand) or one.operand is None or other.operand is None:
            continue
        outer, inner = _value(one.operand, draft, book), _value(other.operand, draft, book)
        if one.inside != other.inside:
            yield "$\\partial$ and $\\sum$ exchanged"
        elif outer is not None and inner is not None and _sums(outer.body) and not _sums(inner.body):
            yield "only one term of $\\sum$ depends on the variable"
        elif isinstance(outer and outer.body, log | exp | sigmoid) and not isinstance(inner and inner.body, log):
            yield "chain rule"
        return


def _sums(body: Expr) -> int:
    return sum(isinstance(n, Sum) and n.function.has(exp, log, sigmoid) for n in sympy.preorder_traversal(body))


def _rules(done: _Differentiation, draft: Draft, book: Draftbook) -> Iterator[str]:
    """The rules that a derivative needed: seen from how the variable stands in what is differentiated."""
    body = _value(done.operand, draft, book) if done.operand is not None else None
    if body is None:
        yield "derivative carried out"
        return
    variable = _value(done.variable, draft, book) if done.variable is not None else None
    keep = (
        frozenset(n.func.__name__ for n in [variable.body] if isinstance(n, AppliedUndef)) if variable else frozenset()
    )
    term = unfold(body.body, book.scope.definitions, keep)
    names = keep or _families(variable, book)
    split = Add(*(apply(("logarithm of a quotient", "$\\log$ undoes $\\exp$"), part) for part in Add.make_args(term)))
    if split != apply((), term) and _has(term, names):
        yield "logarithm of a quotient"
    depends = [node for node in sympy.preorder_traversal(split) if _has(node, names)]
    nested = [node for node in depends if isinstance(node, log | exp | sigmoid | sympy.Pow)]
    if any(_has(a, names) and not _is_entry(a) for node in nested for a in node.args):
        yield "chain rule"
    elif any(isinstance(node, log) for node in nested):
        yield "derivative of the logarithm"
    elif any(isinstance(node, sigmoid) for node in nested):
        yield "derivative of $\\sigma$"
    elif any(_has(node.exp, names) for node in nested if isinstance(node, exp | sympy.Pow)):
        yield "derivative of the exponential"
    elif nested:
        yield "derivative of a power"
    else:
        yield "derivative of a linear function"
    products = [[_has(a, names) for a in n.args] for n in depends if isinstance(n, sympy.Mul)]
    if any(sum(product) > 1 for product in products):
        yield "product rule"


def _is_entry(node: Expr) -> bool:
    return isinstance(node, Indexed | sympy.Symbol | AppliedUndef)


def _families(found: Value | None, book: Draftbook) -> frozenset[str] | None:
    """The names of the entries that a variable consists of; None if that is not known."""
    if found is None:
        return None
    term = unfold(found.body, book.scope.definitions)
    names = {str(n.base.label) for n in term.atoms(Indexed)} or {s.name for s in term.free_symbols}
    return frozenset(names) or None


def _has(node: Expr, names: frozenset[str] | None) -> bool:
    if names is None:
        return bool(node.free_symbols)
    entries = (str(n.base.label) in names for n in node.atoms(Indexed))
    folded = (n.func.__name__ in names for n in node.atoms(AppliedUndef))
    return any(entries) or any(folded) or any(s.name in names for s in node.free_symbols)
