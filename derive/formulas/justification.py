"""Why a step holds, in a few words, found by comparing what stands on its two sides.

Three sources: the tree (which derivative was carried out, which name was written out), the terms (the fewest laws that
make both sides the same), and the certificate of an inequality.  Formulas inside the words stand between dollars.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import Expr, Indexed, Sum, exp, log

from derive.derivation import Kind, Relation, Verdict
from derive.formulas.laws import explain
from derive.proving.calculus import DerivativeError
from derive.reading import tree
from derive.reading.definitions import Circular, referenced, unfold
from derive.reading.elaborate import value
from derive.reading.note import Draft, Draftbook
from derive.reading.scope import Relearn, Unsettled
from derive.reading.spelling import letter, plain
from derive.reading.values import ShapeError, Value
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
    if verdict.kind is not Kind.PROVED or draft.claim is None:
        return ()
    if draft.claim.alternatives:
        return (verdict.reason,)
    if draft.claim.goal.relation is not Relation.EQUAL:
        return (_certificate(verdict.reason),)
    left, right = draft.source
    if left is None or right is None:
        return (SAME,)
    found = [*_derivatives(left, right, draft, book), *_definitions(left, right, draft, book)]
    goal = draft.claim.goal
    laws = explain(goal.left, goal.right, goal.facts)
    if laws is None:
        return (*found, SAME) if found else (SAME,)
    found += [law for law in laws if law not in found]
    return tuple(found) or _unchanged(left, right)


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
    words = [_count(side, ("log", "ln")) for side in (left, right)]
    powers = [_count(side, ("exp",)) + _powers_of_e(side) for side in (left, right)]
    if words[0] != words[1] and powers[0] != powers[1]:
        return ("$\\log$ undoes $\\exp$",)
    sums = [sum(isinstance(n, tree.BigOp) and n.kind == "sum" for n in _nodes(side)) for side in (left, right)]
    if sums[0] != sums[1]:
        return ("a sum written as a matrix product" if min(sums) == 0 else "sums taken together",)
    return ("written differently",)


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
    found: set[str] = set()
    for node in [side, *(d.operand for d in _differentiations(side) if d.operand is not None)]:
        body = _value(node, draft, book)
        if body is not None:
            found |= {_written(name) for name in referenced(body.body)}
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
            else:
                yield from _differentiations(inner, summed)
        return
    parts = _fraction(node)
    if parts is not None:
        yield _Differentiation(*parts, inside)
    elif isinstance(node, tree.Script) and node.primes:
        yield _Differentiation(node.base if isinstance(node.base, tree.Group) else None, None, inside)
    else:
        for child in tree.children(node):
            yield from _differentiations(child, inside)


def _fraction(node: tree.Node) -> tuple[tree.Node | None, tree.Node | None] | None:
    """The function and the variable of ``∂L/∂x``; the function is None for the operator ``∂/∂x``."""
    if not isinstance(node, tree.Frac) or not _is_d(_items(node.numerator)[0]) or not _is_d(_items(node.denominator)[0]):
        return None
    return _joined(node.numerator), _joined(node.denominator)


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
    if len(before) < len(after):
        before, after = after, before
    if not before:
        return
    if len(before) == len(after):
        yield from _moved(before, after, draft, book)
        return
    if len(before) > 1 and _links(before):
        yield "chain rule"
    if len(after) == 1 and len(before) > 1 and _links(before):
        return
    kept = [tree.sexpr(d.operand) for d in after]
    for done in before:
        if tree.sexpr(done.operand) not in kept:
            yield from _rules(done, draft, book)
            return


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
    term = unfold(body.body, book.scope.definitions)
    names = _families(done.variable, draft, book) if done.variable is not None else None
    depends = [node for node in sympy.preorder_traversal(term) if _has(node, names)]
    nested = [node for node in depends if isinstance(node, log | exp | sigmoid | sympy.Pow)]
    composed = [n for n in nested if any(_has(a, names) and not isinstance(a, Indexed | sympy.Symbol) for a in n.args)]
    if composed:
        yield "chain rule"
    elif any(isinstance(node, log) for node in nested):
        yield "derivative of the logarithm"
    elif any(isinstance(node, exp | sympy.Pow) for node in nested):
        yield "derivative of a power" if any(not n.exp.has(*_symbols(n, names)) for n in nested if isinstance(n, sympy.Pow)) else "derivative of the exponential"
    if any(isinstance(n, sympy.Mul) and sum(_has(a, names) for a in n.args) > 1 for n in depends):
        yield "product rule"
    if not nested:
        yield "derivative of a linear function" if not composed else "derivative carried out"


def _families(variable: tree.Node, draft: Draft, book: Draftbook) -> frozenset[str] | None:
    """The names of the entries that a variable consists of; None if that is not known."""
    found = _value(variable, draft, book)
    if found is None:
        return None
    term = unfold(found.body, book.scope.definitions)
    names = {str(n.base.label) for n in term.atoms(Indexed)} or {s.name for s in term.free_symbols}
    return frozenset(names) or None


def _has(node: Expr, names: frozenset[str] | None) -> bool:
    if names is None:
        return bool(node.free_symbols)
    return any(str(n.base.label) in names for n in node.atoms(Indexed)) or any(s.name in names for s in node.free_symbols)


def _symbols(node: Expr, names: frozenset[str] | None) -> list[Expr]:
    found = [n for n in node.atoms(Indexed, sympy.Symbol) if _has(n, names)]
    return found or [sympy.Dummy()]
