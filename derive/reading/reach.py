"""How far a Σ reaches: ``Σ_i a_i + b_i`` with an i that means nothing outside of the sum is ``Σ_i (a_i + b_i)``."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from derive.reading import tree
from derive.reading.scope import Unsettled
from derive.reading.spelling import bare, letter, plain, spell, walk


def free_letters(node: tree.Node | None, words: AbstractSet[str] = frozenset()) -> frozenset[str]:
    """The letters in a formula that no big operator in it binds; ``words`` are the arrays of indices."""
    if node is None:
        return frozenset()
    return frozenset(set(_letters(node, words)) - _bound_in(node))


def _letters(node: tree.Node, words: AbstractSet[str] = frozenset()) -> Iterator[str]:
    """The letters of a formula; ``j^*`` and ``j'`` are other letters than ``j``, and the word ``w_t`` is not ``w``."""
    if isinstance(node, tree.Script):
        if node.sub is not None and letter(node.base) in words:
            for part in (node.sub, node.sup):
                yield from _letters(part, words) if part is not None else ()
            return
        spelled = spell(node.base) if node.primes else spell(tree.Script(node.span, node.base, None, node.sup))
        if isinstance(plain(node.base), tree.Name) and spelled is not None and spelled.power is None:
            if node.primes or "*" in spelled.name:
                yield spelled.name + "'" * node.primes
                for part in (node.sub, node.sup if node.primes else None):
                    yield from _letters(part, words) if part is not None else ()
                return
    if isinstance(node, tree.Name):
        yield node.base
    for child in tree.children(node):
        yield from _letters(child, words)


def _bound_in(node: tree.Node) -> set[str]:
    return {name for inner in walk(node) if isinstance(inner, tree.BigOp) for name in _indices(inner)}


def _indices(operator: tree.BigOp) -> list[str]:
    """The letters of ``\\sum_i``, ``\\sum_{i=1}``, ``\\sum_{i,j}``."""
    sub = plain(operator.sub) if operator.sub is not None else None
    parts = sub.parts if isinstance(sub, tree.Sequence) else (sub,)
    heads = [plain(p.first) if isinstance(p, tree.Chain) and p.first is not None else p for p in parts if p is not None]
    return [name for head in heads if (name := letter(head)) is not None]


def extended(node: tree.Sum, known: AbstractSet[str], words: AbstractSet[str] = frozenset()) -> tree.Sum:
    """The sum with the terms that use the index of a Σ before them brought under that Σ.

    Args:
        node: ``t_1 + t_2 + ...`` as it stands.
        known: the letters that mean something outside, bound further out or free on the left side of the chain.
        words: the arrays of indices: the word ``w_t`` of a running text is none of those that a Σ over w runs over.
    """
    terms = list(node.terms)
    position = 0
    while position < len(terms):
        operator = _last_sum(terms[position].node)
        names = set(_indices(operator)) - known if operator is not None else set()
        end = position + 1
        for k in range(position + 1, len(terms)):
            if names & free_letters(terms[k].node, words):
                end = k + 1
        if operator is not None and end > position + 1:
            terms[position:end] = [_joined(operator, terms[position], terms[position + 1 : end])]
        position += 1
    return node if len(terms) == len(node.terms) else tree.Sum(node.span, tuple(terms))


def _last_sum(node: tree.Node) -> tree.BigOp | None:
    """The Σ of a term, behind nothing but factors."""
    node = plain(node)
    if not isinstance(node, tree.Product):
        return None
    found = [f.node for f in node.factors if isinstance(f.node, tree.BigOp)]
    return found[0] if len(found) == 1 and found[0].kind == "sum" else None


def _joined(operator: tree.BigOp, first: tree.Term, following: list[tree.Term]) -> tree.Term:
    product = plain(first.node)
    if not isinstance(product, tree.Product):
        raise TypeError("a term with a Σ is a product")
    at = [f.node for f in product.factors].index(operator)
    inside = _row(list(product.factors[at + 1 :]))
    if first.sign == "-":
        following = _under_minus(inside, following)
    body = tree.Sum(inside.span, (tree.Term(inside.span, "+", inside), *following))
    group = tree.Group(inside.span, "(", ")", tree.Sequence(inside.span, (body,)))
    return tree.Term(first.span, first.sign, tree.Product(product.span, (*product.factors[: at + 1], bare(group))))


def _row(factors: list[tree.Factor]) -> tree.Node:
    if len(factors) == 1:
        return factors[0].node
    return tree.Product(factors[0].node.span, (bare(factors[0].node), *factors[1:]))


def _under_minus(inside: tree.Node, following: list[tree.Term]) -> list[tree.Term]:
    """What stands behind ``-Σ_i a_i``: all of it minus, unless y and 1 - y show that the minus is meant for the whole.

    Raises ``Unsettled`` where ``-Σ_i a_i + b_i`` could be either.
    """
    if all(term.sign == "-" for term in following):
        return [tree.Term(term.span, "+", term.node) for term in following]
    weights = {tree.sexpr(plain(f.node)) for f in inside.factors} if isinstance(inside, tree.Product) else set()
    if all(term.sign == "+" and _complements(term.node) & weights for term in following):
        return following
    raise Unsettled("how far the sum reaches is not clear; put brackets around what is summed")


def _complements(node: tree.Node) -> set[str]:
    """The y of every ``1 - y`` in brackets."""
    groups = [plain(g.body) for g in walk(node) if isinstance(g, tree.Group)]
    pairs = [g.terms for g in groups if isinstance(g, tree.Sum) and len(g.terms) == 2]
    return {
        tree.sexpr(plain(rest.node))
        for one, rest in pairs
        if rest.sign == "-" and isinstance(number := plain(one.node), tree.Num) and number.text == "1"
    }
