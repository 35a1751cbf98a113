"""Products: what applies to what in a row of items.

``\\sum`` and ``∂/∂x`` reach to the end of their product; ``\\log`` takes the factors that stand close to it; ``σ(x)``
is an application and ``p(1-p)`` a product.  These are the habits of the field; nothing else in the reader decides them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import sympy
from sympy import Expr, exp, log

from derive.reading import indicators, tree
from derive.reading.apart import keep_factors_apart
from derive.reading.context import Reading, length_of
from derive.reading.definitions import Relearn
from derive.reading.elaborate import _entry, all_hold, divide, learn_vector, power, superscript, value
from derive.reading.ellipsis import dotted_product, has_ellipsis
from derive.reading.pairs import Pairs, pairs_of
from derive.reading.ranges import running
from derive.reading.runs import joined
from derive.reading.scope import Unsettled
from derive.reading.sets import is_sample, parts
from derive.reading.spelling import TRANSPOSES, bare, bound_letters, call, letter, plain, spell, walk
from derive.reading.values import (
    ShapeError,
    Value,
    add,
    entrywise,
    hadamard,
    is_number,
    multiply,
    negate,
    outer,
    scalar,
)
from derive.reading.written import shown
from derive.terms import product_over, sigmoid, sum_over

Items = list[tree.Factor]

HADAMARD = ("\\odot", "\\circ", "∘", "⊙")

FUNCTIONS = {
    "log": log, "ln": log, "\\log": log, "\\ln": log, "exp": exp, "\\exp": exp, "lg": None,
    "sigmoid": sigmoid, "sigm": sigmoid, "\\sigma": sigmoid, "logistic": sigmoid,
    "tanh": sympy.tanh, "\\tanh": sympy.tanh, "sinh": sympy.sinh, "cosh": sympy.cosh, "sqrt": sympy.sqrt,
}  # fmt: skip


def product(items: Items, reading: Reading) -> Value:
    """The value of a row of items."""
    from derive.reading.derivatives import operator_at
    from derive.reading.evaluated import at_place, bar_behind

    if (place := bar_behind(items)) is not None:
        return at_place(product(items[:-1], reading), place, reading)
    if has_ellipsis(tree.Product(items[0].node.span, tuple(items))):
        return dotted_product(items, reading, value)
    items = [_expectation(item) for item in joined(items, reading.survey.words)]
    if (entrywise := _entry_by_entry(items, reading)) is not None:
        return entrywise
    total: Value | None = None
    last: tree.Node | None = None
    position = 0
    while position < len(items):
        operator = items[position].operator
        node = plain(items[position].node)
        slashed = _slashed_derivative(items, position, reading)
        if slashed is not None:
            part, position = slashed
        elif isinstance(node, tree.BigOp):
            part, position = big(node, items[position + 1 :], reading), len(items)
        elif (applied := operator_at(items, position, reading)) is not None:
            part, position = applied
        else:
            part, position = factor(items, position, reading)
        total = part if total is None else combine(total, part, operator, last, node, reading)
        last = node
    if total is None:
        raise Unsettled("an empty product")
    return total


def _entry_by_entry(items: Items, reading: Reading) -> Value | None:
    """``δ ⊙ W^T x``: matrix products bind closer than ⊙, where the shapes allow it."""
    places = [k for k, item in enumerate(items) if k and item.operator in HADAMARD]
    if not places or len(places) + 1 == len(items) or any(_reaches_far(i.node) for i in items[: places[-1]]):
        return None
    ends = [0, *places, len(items)]
    try:
        chunks = [items[start:end] for start, end in pairwise(ends)]
        values = [product([bare(chunk[0].node), *chunk[1:]], reading) for chunk in chunks]
        total = values[0]
        for chunk, part in zip(chunks[1:], values[1:], strict=True):
            total = combine(total, part, chunk[0].operator, None, chunk[-1].node, reading)
    except ShapeError:
        return None
    return total


def _reaches_far(node: tree.Node) -> bool:
    """Σ, log and ∂/∂x apply to what follows them."""
    node = plain(node)
    if isinstance(node, tree.Frac):
        top = plain(node.numerator)
        return isinstance(top, tree.Name) and top.base in ("\\partial", "d")
    base = plain(node.base) if isinstance(node, tree.Script) else node
    return (
        isinstance(node, tree.BigOp)
        or function_word(node) is not None
        or (isinstance(base, tree.Name) and base.base in ("\\nabla", "\\partial"))
    )


def _expectation(item: tree.Factor) -> tree.Factor:
    """``E_{x∼p}`` written with a plain E."""
    node = item.node
    if not isinstance(node, tree.Script) or node.sub is None or node.sup is not None:
        return item
    base, sub = plain(node.base), plain(node.sub)
    if isinstance(base, tree.Name) and base.base == "E" and isinstance(sub, tree.Chain) and sub.links:
        if sub.links[0].relation.symbol == "\\sim":
            return tree.Factor(item.span, item.operator, item.space, tree.BigOp(node.span, "E", node.sub, None))
    return item


def combine(
    left: Value, right: Value, operator: str, first: tree.Node | None, second: tree.Node, reading: Reading
) -> Value:
    axes = reading.scope.axes
    if operator == "/":
        return divide(left, right)
    if operator in HADAMARD:
        for node, one, other in ((first, left, right), (second, right, left)):
            if one.rank < other.rank and node is not None:
                learn_vector(node, other.rank, reading)
        return hadamard(left, right, axes)
    if operator == "\\otimes":
        if left.rank == right.rank == 1:
            return outer(left, right)
        raise Unsettled("⊗ is understood between two vectors only")
    if operator not in ("", "\\cdot", "\\times", "*", "\\ast", "\\,", "·"):
        raise Unsettled(f"the operator {operator} is not understood")
    dotted = operator in ("\\cdot", "·")
    if dotted and {left.rank, right.rank} == {0, 1}:
        _learn_partner(left, right, first, second, reading)
    if (
        left.rank == right.rank == 1
        and not left.row
        and not right.row
        and not dotted
        and axes.same(left.shape[0], right.shape[0])
    ):
        family = [reading.scope.families.get(s.name) for s in (spell(first) if first else None, spell(second)) if s]
        if not (family and all(f is not None and f.declared for f in family)):
            reading.scope.note("two vectors side by side are their dot product (inferred)")
            dotted = True
    if left.rank == 1 and left.row and right.rank == 0:
        learn_vector(second, 1, reading)
    keep_factors_apart(left, right, reading)
    return multiply(left, right, axes, dotted=dotted)


def _learn_partner(left: Value, right: Value, first: tree.Node | None, second: tree.Node, reading: Reading) -> None:
    """``\\vec w · c``: what is set in bold or with an arrow beside a dot is a vector."""
    for node, one in ((first, left), (second, right)):
        spelled = spell(node) if node is not None else None
        if one.rank == 0 and spelled is not None and spelled.bold:
            learn_vector(node, 1, reading) if node is not None else None


def factor(items: Items, position: int, reading: Reading) -> tuple[Value, int]:
    """One factor, with what belongs to it, and the position after it."""
    from derive.reading.calls import application

    node = plain(items[position].node)
    function = function_word(node)
    if function is not None:
        return _function(node, items, position, reading)
    following = plain(items[position + 1].node) if position + 1 < len(items) else None
    if following is not None and not items[position + 1].operator:
        if (chains := indicators.applied(node, following)) is not None:
            return scalar(all_hold(chains, reading)), position + 2
        base, tail = _callable(following)
        if base is not None and call(node, base):
            written = tree.Product(node.span, (bare(node), bare(following)))
            if (length := length_of(written, reading)) is not None:
                return scalar(length), position + 2
            found = application(node, base, reading)
            if found is not None:
                return superscript_of(found, tail, reading), position + 2
    return value(node, reading), position + 1


def _callable(node: tree.Node) -> tuple[tree.Group | None, tree.Script | None]:
    """An argument list, possibly with scripts behind it: ``softmax(z)_i``, ``σ(x)^2``."""
    if isinstance(node, tree.Group):
        return node, None
    if isinstance(node, tree.Script) and isinstance(group := plain(node.base), tree.Group):
        return group, node
    if isinstance(node, tree.Script) and isinstance(node.base, tree.Script):
        return _callable(node.base)[0], node
    return None, None


def superscript_of(inner: Value, script: tree.Script | None, reading: Reading) -> Value:
    if script is None:
        return inner

    if isinstance(script.base, tree.Script):
        inner = superscript_of(inner, script.base, reading)
    if script.primes:
        raise Unsettled("a prime behind an argument list is not understood")
    if script.sub is not None:
        inner = _entry(inner, script.sub, reading)
    return superscript(inner, script.sup, reading)


def function_word(node: tree.Node) -> str | None:
    """``\\log``, ``exp`` ... also with scripts (``\\log_2``, ``\\log^2``)."""
    base = plain(node.base) if isinstance(node, tree.Script) else node
    text = base.text.lstrip("\\") if isinstance(base, tree.Word | tree.Text) else None
    return text if text in ("log", "ln", "exp", "tanh", "sinh", "cosh", "lg") else None


MOST_PRIMES = 3
HYPERBOLIC = ("tanh", "sinh", "cosh")


def _derived(function: Callable[[Expr], Expr], primes: int) -> Callable[[Expr], Expr]:
    """The derivative of a function of one number, of the order that its primes say."""
    variable = sympy.Dummy("t", real=True)
    body = sympy.diff(function(variable), variable, primes) if primes else None
    return function if body is None else lambda x: body.xreplace({variable: x})


def _function(node: tree.Node, items: Items, position: int, reading: Reading) -> tuple[Value, int]:
    name = function_word(node) or ""
    primes = node.primes if isinstance(node, tree.Script) else 0
    called = position + 1 < len(items) and isinstance(plain(items[position + 1].node), tree.Group)
    scripts = isinstance(node, tree.Script) and (node.sub is not None or node.sup is not None)
    if primes and (primes > MOST_PRIMES or scripts or not called or name not in HYPERBOLIC):
        raise Unsettled(f"{name} with a prime is not understood; write d/dx")
    bracketed, behind = _power_behind(items, position + 1)
    if behind is not None and name in ("log", "ln", "lg"):
        if not _has_no_root(behind, reading):
            words = f"{name}(x)^2 may be {name}(x^2) or the square of {name}(x); put brackets around one of them"
            raise Unsettled(words)
        behind = None
    else:
        items = bracketed
    argument, after = argument_of(items, position + 1, reading)
    sub = node.sub if isinstance(node, tree.Script) else None
    sup = node.sup if isinstance(node, tree.Script) else None
    if name == "exp":
        function = exp
    elif name in ("log", "ln"):
        function = log
    elif name == "lg":
        raise Unsettled("lg is used for the bases 2 and 10; write \\log_2 or \\log_{10}")
    else:
        function = {"tanh": sympy.tanh, "sinh": sympy.sinh, "cosh": sympy.cosh}[name]
    result = entrywise(_derived(function, primes), argument)
    if sub is not None:
        base = value(sub, reading)
        if name != "log" or base.rank:
            raise Unsettled(f"{name} with a subscript is not understood")
        result = Value(result.indices, result.body / log(base.body), result.row)
    if sup is not None:
        result = power(result, value(sup, reading))
    if behind is not None:
        result = power(result, value(behind, reading))
    return result, after


def _has_no_root(exponent: tree.Node, reading: Reading) -> bool:
    """Whether a power of a logarithm makes no sense: ``\\log(x)^{1/(1-α)}``, as logarithms may be negative."""
    return isinstance(plain(exponent), tree.Frac | tree.Product) and not value(exponent, reading).body.is_integer


def _power_behind(items: Items, position: int) -> tuple[Items, tree.Node | None]:
    """``exp(x)^2`` is the square of exp(x): the items with the brackets alone, and the exponent behind them."""
    node = plain(items[position].node) if position < len(items) else None
    if not isinstance(node, tree.Script) or node.sup is None or node.sub is not None or node.primes:
        return items, None
    group = plain(node.base)
    if not isinstance(group, tree.Group) or group.open not in ("(", "[") or letter(node.sup) in TRANSPOSES:
        return items, None
    return [*items[:position], replace(items[position], node=group), *items[position + 1 :]], node.sup


def argument_of(items: Items, position: int, reading: Reading) -> tuple[Value, int]:
    """The argument of a function word: a bracket, a fraction, a whole sum, or the factors that stand close to it."""
    if position >= len(items):
        raise Unsettled("a function without an argument")
    node = plain(items[position].node)
    base, tail = _callable(node)
    if base is not None and (base.open, base.close) in (("(", ")"), ("[", "]"), ("\\{", "\\}")):
        inner = value(base, reading)
        if tail is not None:
            inner = superscript_of(inner, tail, reading)
        return inner, position + 1
    if isinstance(node, tree.BigOp):
        return big(node, items[position + 1 :], reading), len(items)
    if isinstance(node, tree.Frac | tree.Sqrt):
        from derive.reading.derivatives import operator_at

        if (applied := operator_at(items, position, reading)) is not None:
            return applied
        return value(node, reading), position + 1
    if function_word(node) is not None:
        return factor(items, position, reading)
    total, after = factor(items, position, reading)
    last = node
    while after < len(items):
        following = plain(items[after].node)
        if not _joins(items[after], following, total):
            break
        part, end = factor(items, after, reading)
        total = combine(total, part, items[after].operator, last, following, reading)
        last, after = following, end
    return total, after


def _joins(item: tree.Factor, node: tree.Node, so_far: Value) -> bool:
    """Whether ``\\log a b`` goes on to b: names and numbers do, and the second half of a dot product must."""
    if so_far.rank:
        return item.operator in ("", "\\cdot", "/")
    if item.operator == "/":
        return not item.space
    if item.operator or item.space:
        return False
    return isinstance(node, tree.Name | tree.Num | tree.Script) and function_word(node) is None and _is_name(node)


def _is_name(node: tree.Node) -> bool:
    return (
        isinstance(node, tree.Num)
        or spell(node) is not None
        or (isinstance(node, tree.Script) and isinstance(plain(node.base), tree.Name | tree.Num))
    )


def big(node: tree.BigOp, rest: Items, reading: Reading) -> Value:
    """Σ, Π, E and max over all that follows in the product."""
    if not rest:
        raise Unsettled(f"{node.kind} with nothing behind it")
    if node.kind == "E":
        from derive.reading.expectations import expectation

        return expectation(node, rest, reading)
    if node.kind == "lim":
        from derive.reading.limits import limit_of

        return limit_of(node, product([bare(rest[0].node), *rest[1:]], reading), reading)
    if node.kind not in ("sum", "prod", "max", "min"):
        raise Unsettled(f"{node.kind} is not understood as a value")
    if node.kind in ("max", "min") and node.sub is None and isinstance(group := plain(rest[0].node), tree.Group):
        chosen = [value(part, reading) for part in group.body.parts]
        if len(chosen) > 1 and all(v.rank == 0 for v in chosen):
            function = sympy.Max if node.kind == "max" else sympy.Min
            first = scalar(function(*(v.body for v in chosen)))
            if len(rest) == 1:
                return first
            return combine(
                first, product([bare(rest[1].node), *rest[2:]], reading), rest[1].operator, None, rest[1].node, reading
            )
    if node.kind == "max" and node.sub is not None and len(rest) == 1:
        from derive.reading.extremes import greatest_entry

        range_ = running(node, reading, value)
        with reading.binding(range_.indices):
            if range_.guard(reading) != 1:
                raise Unsettled("max over an index that leaves out some values is outside of what is judged")
            return greatest_entry(value(rest[0].node, reading), range_.indices.values(), reading)
    if node.kind in ("max", "min"):
        raise Unsettled(f"{node.kind} over an index is outside of what is judged")
    if node.kind == "prod" and (cut := _next_product(node, rest)):
        first = big(node, rest[:cut], reading)
        second = product([bare(rest[cut].node), *rest[cut + 1 :]], reading)
        return combine(first, second, rest[cut].operator, None, plain(rest[cut].node), reading)
    if (pairs := pairs_of(node, reading)) is not None:
        return _over_pairs(node, pairs, rest, reading)
    drawn = _drawn(node, reading)
    if drawn is not None:
        if node.sup is not None:
            raise Unsettled(f"{shown(node.sup)} above Σ bounds no index: it runs over a set")
        return _over_set(node, drawn, rest, reading)
    range_ = running(node, reading, value)
    rest = [bare(rest[0].node), *rest[1:]]
    with reading.binding(range_.indices):
        body = product(rest, reading)
        guard = range_.guard(reading)
    inner = body.body
    if node.kind == "sum":
        inner = guard * inner
        for index in reversed(range_.indices.values()):
            inner = sum_over(inner, index)
    else:
        if body.rank:
            raise ShapeError(f"a product over {body.describe()}")
        inner = inner**guard if guard != 1 else inner
        for index in reversed(range_.indices.values()):
            inner = product_over(inner, index)
    return Value(body.indices, inner, body.row)


def _next_product(node: tree.BigOp, rest: Items) -> int:
    """Where in ``Π_i a_i Π_j b_j`` the second product begins, in which there is no i; 0 if there is none."""
    running_ = bound_letters(node)
    for position, item in enumerate(rest[1:], start=1):
        following = plain(item.node)
        if isinstance(following, tree.BigOp) and following.kind == "prod":
            own = bound_letters(following)
            used = {name for each in rest[position:] for n in walk(each.node) if (name := letter(n)) is not None}
            return position if not (used - own) & running_ else 0
    return 0


def _over_pairs(node: tree.BigOp, pairs: Pairs, rest: Items, reading: Reading) -> Value:
    before = reading.locals
    reading.locals = {**before, **{name: scalar(word) for name, word in pairs.words.items()}}
    try:
        body = product([bare(rest[0].node), *rest[1:]], reading)
    finally:
        reading.locals = before
    if node.kind == "prod" and body.rank:
        raise ShapeError(f"a product over {body.describe()}")
    over = sum_over if node.kind == "sum" else product_over
    return Value(body.indices, over(body.body, pairs.index), body.row)


def _drawn(node: tree.BigOp, reading: Reading) -> tuple[str, tree.Node] | None:
    """The letter and the set of Σ_{x ∈ {o} ∪ S}."""
    sub = plain(node.sub) if node.sub is not None else None
    if not isinstance(sub, tree.Chain) or sub.first is None or len(sub.links) != 1 or sub.links[0].right is None:
        return None
    name, right = letter(sub.first), sub.links[0].right
    if name is None or sub.links[0].relation.symbol != "\\in" or not is_sample(right, reading):
        return None
    return name, right


def _over_set(node: tree.BigOp, drawn: tuple[str, tree.Node], rest: Items, reading: Reading) -> Value:
    name, set_ = drawn
    axis = reading.free_axis(name)
    total: Value | None = None
    before = reading.locals
    for part in parts(set_, reading, axis):
        reading.locals = {**before, name: scalar(part.element)}
        try:
            body = product([bare(rest[0].node), *rest[1:]], reading)
        finally:
            reading.locals = before
        inner = body.body
        if part.index is not None:
            inner = (sum_over if node.kind == "sum" else product_over)(inner, part.index)
        body = Value(body.indices, inner, body.row)
        if total is None:
            total = body
        else:
            total = (
                add(total, body, reading.scope.axes)
                if node.kind == "sum"
                else multiply(total, body, reading.scope.axes)
            )
    if total is None:
        raise Unsettled("a sum over nothing")
    return total


def _slashed_derivative(items: Items, position: int, reading: Reading) -> tuple[Value, int] | None:
    """``∂L/∂x`` written with a slash."""
    from derive.reading.derivatives import derivative_of_fraction

    node = plain(items[position].node)
    if not (isinstance(node, tree.Name) and node.base in ("\\partial", "d")):
        return None
    for slash in range(position + 1, len(items)):
        if items[slash].operator == "/":
            head = plain(items[slash].node)
            if isinstance(head, tree.Name) and head.base == node.base and slash + 1 < len(items):
                top = _as_product(items[position:slash])
                end = slash + 2
                following = plain(items[end].node) if end < len(items) else None
                if isinstance(following, tree.Group) and not items[end].operator and following.open != "[":
                    end += 0
                bottom = _as_product([bare(items[slash].node), *items[slash + 1 : end]])
                span = node.span
                found = derivative_of_fraction(tree.Frac(span, top, bottom, "/"), reading)
                if found is not None:
                    return found, end
    return None


def _as_product(items: Items) -> tree.Node:
    if len(items) == 1:
        return items[0].node
    return tree.Product(items[0].node.span, tuple([bare(items[0].node), *items[1:]]))


__all__ = ["Relearn", "add", "argument_of", "big", "combine", "factor", "is_number", "negate", "product", "scalar"]
