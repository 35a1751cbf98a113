"""From a tree to a value: what a formula means, given what is known about its names.

One rule per kind of node; products, where most of the ambiguity of written mathematics lives, have a module of their
own.
"""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

import sympy
from sympy import Expr, Indexed, Rational, exp, log

from derive.reading import indicators, inner, tree
from derive.reading.context import Reading, index_expression, length_of, running_name
from derive.reading.definitions import Relearn, unfold
from derive.reading.ellipsis import dotted_list, dotted_sum, has_ellipsis
from derive.reading.ranges import size_of
from derive.reading.reach import extended
from derive.reading.scope import Unsettled
from derive.reading.sets import sample_axis, set_name
from derive.reading.spelling import Spelled, is_transpose, letter, plain, spell, subscripts
from derive.reading.values import (
    ShapeError,
    Value,
    add,
    dot,
    identity,
    is_number,
    negate,
    scalar,
    transpose,
)
from derive.reading.written import shown
from derive.terms import Axis, Index, delta, fresh, sum_over

MAX_EXPONENT = 64
MAX_DIGITS = 30


@singledispatch
def value(node: tree.Node, reading: Reading) -> Value:
    """The meaning of a node.  Raises ``Unsettled``, ``ShapeError`` or ``Relearn``."""
    raise Unsettled(f"{shown(node)} is not understood here")


@value.register
def _(node: tree.Num, reading: Reading) -> Value:
    if len(node.text) > MAX_DIGITS:
        raise Unsettled(f"a number of {len(node.text)} digits")
    return scalar(Rational(node.text))


@value.register
def _(node: tree.Sequence, reading: Reading) -> Value:
    inner = plain(node)
    if isinstance(inner, tree.Sequence):
        raise Unsettled(f"a list stands where a value is expected: {shown(node)}")
    return value(inner, reading)


@value.register
def _(node: tree.Signed, reading: Reading) -> Value:
    inner = value(node.node, reading)
    if node.sign == "+":
        return inner
    if node.sign == "-":
        return negate(inner)
    raise Unsettled(f"the sign {node.sign} is not understood")


@value.register
def _(node: tree.Sum, reading: Reading) -> Value:

    if has_ellipsis(node):
        return dotted_sum(node, reading, value)
    if reading.leading is not None:
        known = reading.leading | reading.bound.keys() | reading.survey.sizes
        node = extended(node, known, reading.survey.index_arrays)
    if len(node.terms) == 1 and node.terms[0].sign == "+":
        return value(node.terms[0].node, reading)
    total: Value | None = None
    names: list[tree.Node] = []
    for term in node.terms:
        if term.sign not in ("+", "-"):
            raise Unsettled(f"the sign {term.sign} is not understood")
        part = value(term.node, reading)
        part = part if term.sign == "+" else negate(part)
        if total is None or (is_number(total) and total.body == 0):
            total = part
        else:
            settle_rank(total, part, [*names, term.node], reading)
            total = add(total, part, reading.scope.axes)
        names.append(term.node)
    if total is None:
        raise Unsettled("an empty sum")
    return total


def settle_rank(first: Value, second: Value, nodes: list[tree.Node], reading: Reading) -> None:
    """A bare name of unknown kind beside a vector must be a vector itself: learn it and read again."""
    if first.rank == second.rank or is_number(first) or is_number(second):
        return
    wanted = max(first.rank, second.rank)
    for node in nodes:
        learn_vector(node, wanted, reading)


def learn_vector(node: tree.Node, rank: int, reading: Reading) -> None:
    """If ``node`` is (a multiple of) an undeclared primitive name, let it have ``rank`` more indices."""
    from derive.reading.keys import labelled

    node = plain(node)
    if isinstance(node, tree.Signed):
        node = plain(node.node)
    if isinstance(node, tree.Product):
        node = plain(node.factors[-1].node)
    spelled = spell(node)
    if spelled is not None and spelled.primes and not spelled.arrow:
        spelled = replace(spelled, name=spelled.name + "'" * spelled.primes, primes=0)
    if spelled is not None:
        spelled = labelled(spelled, reading)
    if spelled is not None and _learnt_of_another_name(spelled, rank, reading):
        return
    if (
        spelled is None
        or spelled.power is not None
        or spelled.name in reading.scope.heads
        or spelled.name in reading.bound
    ):
        return
    if (
        reading.family_name(spelled)[0] != spelled.name
        and not spelled.subs
        and spelled.name not in reading.survey.variables
    ):
        reading.survey.wholes.add(spelled.name)
        reading.survey.entries.add(spelled.name)
        raise Relearn(spelled.name)
    if spelled.subs and spelled.name in reading.survey.entries:
        return
    family = reading.scope.families.get(spelled.name)
    if family is None or family.declared:
        return
    if family.order == len(spelled.subs):
        if not spelled.subs:
            reading.survey.wholes.add(spelled.name)
            reading.survey.entries.add(spelled.name)
        reading.scope.want_order(spelled.name, len(spelled.subs) + rank)


def _learnt_of_another_name(spelled: Spelled, rank: int, reading: Reading) -> bool:
    """``h = v_k`` that stands where a vector belongs: the v_k are vectors."""
    head = reading.scope.heads.get(spelled.name)
    if head is None or head.written or head.value.rank or spelled.subs or spelled.power is not None:
        return False
    entry = unfold(head.value.body, reading.scope.definitions)
    family = reading.scope.families.get(str(entry.base.label)) if isinstance(entry, Indexed) else None
    if family is None or not isinstance(entry, Indexed) or family.declared or entry.is_integer:
        return False
    if family.order != len(entry.indices) or family.values or family.positive or family.name in reading.survey.entries:
        return False
    reading.scope.want_order(family.name, family.order + rank)
    return True


@value.register
def _(node: tree.Product, reading: Reading) -> Value:
    from derive.reading.products import product

    return product(list(node.factors), reading)


@value.register
def _(node: tree.Frac, reading: Reading) -> Value:
    from derive.reading.derivatives import derivative_of_fraction

    found = derivative_of_fraction(node, reading)
    if found is not None:
        return found
    return divide(value(node.numerator, reading), value(node.denominator, reading))


def divide(top: Value, bottom: Value) -> Value:
    if bottom.rank:
        if top.rank == bottom.rank == 1:
            i = top.indices[0]
            return Value((i,), top.body / bottom.at(i), top.row)
        raise ShapeError(f"{top.describe()} is divided by {bottom.describe()}")
    if bottom.body == 0:
        raise Unsettled("a division by zero")
    return Value(top.indices, top.body / bottom.body, top.row)


@value.register
def _(node: tree.Sqrt, reading: Reading) -> Value:
    inner = value(node.radicand, reading)
    index = value(node.index, reading) if node.index is not None else scalar(sympy.Integer(2))
    return power(inner, scalar(1 / index.body))


@value.register
def _(node: tree.Binom, reading: Reading) -> Value:
    raise Unsettled("binomial coefficients are outside of what is judged")


@value.register
def _(node: tree.Name, reading: Reading) -> Value:
    return named(_spelled(node), reading)


@value.register
def _(node: tree.Word, reading: Reading) -> Value:
    return named(_spelled(node), reading)


def _spelled(node: tree.Node) -> Spelled:
    spelled = spell(node)
    if spelled is None:
        raise Unsettled(f"{shown(node)} is not understood")
    return spelled


@value.register
def _(node: tree.Accent, reading: Reading) -> Value:
    spelled = spell(node)
    if spelled is not None:
        return named(spelled, reading)
    if node.kind in ("boxed", "underbrace", "overbrace", "underline", "cancel", "mathbf", "boldsymbol", "bm", "color"):
        return value(node.inner, reading)
    raise Unsettled(f"\\{node.kind} over a formula is not understood")


@value.register
def _(node: tree.Script, reading: Reading) -> Value:
    from derive.reading.derivatives import derivative_in_its_variable
    from derive.reading.evaluated import at_place

    base = plain(node.base)
    if (chains := indicators.subscripted(node)) is not None:
        return scalar(all_hold(chains, reading))
    if (length := length_of(node, reading)) is not None:
        return scalar(length)
    if node.sub is not None and (running := reading.bound.get(running_name(node) or "")) is not None:
        return scalar(running)
    if isinstance(base, tree.Num) and node.sub is None and node.sup is not None and not node.primes:
        return power(value(base, reading), value(node.sup, reading))
    if (
        isinstance(base, tree.Name)
        and base.base == "e"
        and node.sub is None
        and node.sup is not None
        and not node.primes
        and "e" not in reading.scope.families
        and "e" not in reading.scope.heads
    ):
        inner = value(node.sup, reading)
        return Value(inner.indices, exp(inner.body), inner.row)
    if isinstance(base, tree.Accent) and base.kind in ("underbrace", "overbrace"):
        label = node.sub if base.kind == "underbrace" else node.sup
        if (
            label is None
            or not isinstance(plain(label), tree.Text | tree.Word)
            or node.primes
            or (node.sub and node.sup)
        ):
            raise Unsettled(f"{shown(label)} below a brace is not judged; write it as a step of its own")
        return value(base.inner, reading)
    spelled = spell(node)
    if spelled is not None:
        return named(spelled, reading)
    if isinstance(base, tree.Group):
        if base.open == "." or (base.close == "|" and base.open != "|"):
            if node.sup is not None or node.primes:
                raise Unsettled("a bar with a superscript is not understood; write |_{x=a} and brackets around it")
            return at_place(value(base.body, reading), node.sub, reading)
        inner = value(base, reading)
        if node.primes:
            inner = derivative_in_its_variable(inner, node.primes, reading)
        if base.open in ("\\|", "||"):
            return _norm_power(base, node, reading)
        if node.sub is not None:
            inner = _entry(inner, node.sub, reading)
        return superscript(inner, node.sup, reading)
    if node.primes:
        raise Unsettled(f"a prime behind {shown(base)} is not understood; write d/dx")
    inner = value(base, reading)
    if node.sub is not None:
        inner = _entry(inner, node.sub, reading)
    return superscript(inner, node.sup, reading)


def _norm_power(base: tree.Group, node: tree.Script, reading: Reading) -> Value:
    if node.sub is not None and tree.sexpr(plain(node.sub)) not in ("2", "F"):
        raise Unsettled("only the Euclidean norm is understood")
    return superscript(value(base, reading), node.sup, reading)


def _entry(inner: Value, sub: tree.Node, reading: Reading) -> Value:
    """``(Ux)_i``, ``[softmax(z)]_i``."""
    where = subscripts(sub)
    if len(where) > inner.rank:
        raise ShapeError(f"{inner.describe()} has no entry with {len(where)} indices")
    found = [index_expression(w, a, reading) for w, a in zip(where, inner.shape, strict=False)]
    rest = inner.indices[len(found) :]
    fresh_rest = tuple(fresh(i) for i in rest)
    return Value(fresh_rest, inner.at(*found, *fresh_rest), row=bool(fresh_rest))


def superscript(inner: Value, sup: tree.Node | None, reading: Reading) -> Value:
    if sup is None:
        return inner
    if is_transpose(sup):
        return transpose(inner)
    return power(inner, value(sup, reading))


def power(base: Value, exponent: Value) -> Value:
    """base^exponent; a vector only squared entry by entry is not guessed."""
    if exponent.rank:
        raise ShapeError(f"{exponent.describe()} stands in an exponent")
    if base.rank:
        raise Unsettled(f"a power of {base.describe()} is not understood")
    e = exponent.body
    if e.is_number and abs(e) > MAX_EXPONENT:
        raise Unsettled(f"an exponent above {MAX_EXPONENT}")
    return scalar(base.body**e)


@value.register
def _(node: tree.Group, reading: Reading) -> Value:
    parts = node.body.parts
    if (chains := indicators.bracket(node)) is not None:
        return scalar(all_hold(chains, reading))
    if node.open == "." or (node.close in (".", "|") and node.open != "|"):
        raise Unsettled("a bracket that is not closed")
    if (spaced := _spaced_list(node)) is not None:
        listed = _listed(spaced, reading)
        return replace(listed, row=listed.rank == 1)  # numbers side by side
    spelled = spell(node)
    if spelled is not None and node.open == "|":
        return _bars(spelled, parts[0], reading)
    if node.open == "|" and len(parts) == 1 and (name := set_name(parts[0])) in reading.survey.samples:
        reading.scope.note(f"|{name}| is how many words the set has")
        return scalar(sample_axis(parts[0], reading).high)
    if (sides := inner.factors_of(node)) is not None:
        first, second = (value(side, reading) for side in sides)
        for side, each in zip(sides, (first, second), strict=True):
            if each.rank == 0:
                learn_vector(side, 1, reading)
        return inner.inner_product(first, second, reading)
    if len(parts) != 1:
        if (node.open == "[" and node.close == "]") or node.open == "(":
            return _listed(node, reading)
        raise Unsettled(f"a list in brackets is not understood here: {shown(node)}")
    inside = value(parts[0], reading)
    if node.open in ("(", "[", "{", "\\{"):
        return inside
    if node.open == "|":
        if inside.rank:
            return _norm(inside, reading)
        return scalar(sympy.Abs(inside.body))
    if node.open in ("\\|", "||"):
        return _norm(inside, reading)
    raise Unsettled(f"the brackets {node.open} {node.close} are not understood")


def _spaced_list(node: tree.Group) -> tree.Group | None:
    """``[y_1 \\dots y_n]``, a list without commas, as one with them."""
    inner = plain(node.body.parts[0]) if node.open == "[" and len(node.body.parts) == 1 else None
    if not isinstance(inner, tree.Product) or any(factor.operator for factor in inner.factors):
        return None
    parts = tuple(plain(factor.node) for factor in inner.factors)
    dots = [isinstance(part, tree.Ellipsis) for part in parts]
    named_ = all(dot or isinstance(part, tree.Script) for dot, part in zip(dots, parts, strict=True))
    if sum(dots) != 1 or dots[0] or dots[-1] or not named_:
        return None
    return replace(node, body=tree.Sequence(inner.span, parts, (",",) * (len(parts) - 1)))


def _bars(spelled: Spelled, inside: tree.Node, reading: Reading) -> Value:

    bare = spelled.name.strip("|")
    if spelled.name in reading.scope.heads or (
        bare not in reading.scope.families and (bare in reading.survey.sizes or bare.isupper())
    ):
        return scalar(size_of(spelled.name, reading))
    inner = value(inside, reading)
    return _norm(inner, reading) if inner.rank else scalar(sympy.Abs(inner.body))


def _norm(inner: Value, reading: Reading) -> Value:
    if inner.rank == 1:
        return scalar(sympy.sqrt(dot(inner, inner, reading.scope.axes).body))
    if inner.rank == 0:
        return scalar(sympy.Abs(inner.body))
    i, j = (fresh(k) for k in inner.indices)

    return scalar(sympy.sqrt(sum_over(sum_over(inner.at(i, j) ** 2, j), i)))


def _listed(node: tree.Group, reading: Reading) -> Value:
    """``[0.7, 0.2, 0.1]``: a vector given by its entries; ``[u_1, …, u_V]``: a vector or a matrix by its columns."""
    if any(s not in (",", ";") for s in node.body.separators):
        raise Unsettled(f"a list in brackets is not understood here: {shown(node)}")
    if any(isinstance(plain(part), tree.Ellipsis) for part in node.body.parts):
        return dotted_list(node, reading, value)
    entries = [value(part, reading) for part in node.body.parts]
    if any(s != "," for s in node.body.separators) or any(e.rank for e in entries):
        raise Unsettled(f"a list in brackets is not understood here: {shown(node)}")
    i = fresh(Index("i", Axis.of_size(sympy.Integer(len(entries)))))
    return Value((i,), sum((delta(i, k + 1) * e.body for k, e in enumerate(entries)), sympy.Integer(0)))


@value.register
def _(node: tree.Array, reading: Reading) -> Value:
    if "cases" in node.environment:
        from derive.reading.cases import cases

        return cases(node, reading)
    raise Unsettled(f"the environment {node.environment} is not understood here")


def all_hold(chains: list[tree.Chain], reading: Reading) -> Expr:
    """1 where all conditions hold, else 0."""
    from derive.reading.cases import truth

    return sympy.Mul(*(truth(chain, reading, reading.free_axis) for chain in chains))


@value.register
def _(node: tree.BigOp, reading: Reading) -> Value:
    raise Unsettled(f"{node.kind} with nothing behind it")


@value.register
def _(node: tree.Chain, reading: Reading) -> Value:
    raise Unsettled(f"a relation stands where a value is expected: {shown(node)}")


@value.register
def _(node: tree.Stack, reading: Reading) -> Value:
    if not isinstance(plain(node.annotation), tree.Text | tree.Word):
        raise Unsettled(f"{shown(node.annotation)} above or below a formula is not understood")
    return value(node.base, reading)


@value.register
def _(node: tree.Text, reading: Reading) -> Value:
    raise Unsettled(f"the words “{node.text.strip()}” are not mathematics")


@value.register
def _(node: tree.Empty, reading: Reading) -> Value:
    raise Unsettled("something is missing here")


def named(spelled: Spelled, reading: Reading) -> Value:
    """A name with its indices: bound index, size, definition, constant or member of a family."""
    from derive.reading.keys import labelled

    if spelled.arrow and spelled.name in reading.survey.subscripts:
        inner = _vector_of_word(spelled, reading)
    else:
        spelled = labelled(spelled, reading)
        inner = _plain_name(replace(spelled, name=spelled.name + "'" * spelled.primes, primes=0), reading)
    if spelled.transposed:
        inner = transpose(inner)
    if spelled.power is not None:
        inner = superscript(inner, spelled.power, reading)
    return inner


def _vector_of_word(spelled: Spelled, reading: Reading) -> Value:
    """``\\vec{c}`` where c is a word: the vector of c; ``\\vec{c}'`` and ``\\vec{c}_N`` are those of other words."""
    scope, family = reading.scope, f"\\vec{{{spelled.name}}}"
    scope.want_order(family, 2)
    axis = scope.axis(family, 0)
    name = spelled.name + "'" * spelled.primes
    if len(spelled.subs) == 1 and (inner := letter(spelled.subs[0])) is not None:
        name = f"{name}_{inner}"
    index = reading.bound.get(name)
    if index is not None:
        scope.axes.same(index.axis, axis)
    return scope.whole(family, (index if index is not None else reading.free_index(name, axis),))


def _plain_name(spelled: Spelled, reading: Reading) -> Value:
    from derive.reading.applying import by_definition
    from derive.reading.expectations import value_or_table
    from derive.reading.keys import labelled

    scope = reading.scope
    spelled = labelled(spelled, reading)
    name = spelled.name
    if not spelled.subs:
        if name in reading.locals:
            return reading.locals[name]
        if name in reading.bound:
            return scalar(reading.bound[name])
    found = by_definition(spelled, (), reading)
    if found is not None:
        return found
    constant = _constant(spelled, reading)
    if constant is not None:
        return constant
    family = scope.families.get(name)
    known = family is not None and (family.declared or family.order)
    latest = scope.latest.get(name) if not spelled.subs and not known else None
    if latest is not None and (loss := by_definition(Spelled(latest), (), reading)) is not None:
        scope.note(f"{name} is the {latest} that was defined last before it (inferred)")
        return loss
    if not spelled.subs and (name in scope.sizes or name in reading.survey.sizes) and name not in scope.families:
        return scalar(scope.size(name))
    if not spelled.subs and name in reading.survey.unary_calls and name in reading.survey.wholes:
        return value_or_table(spelled, reading)  # M = (P + Q)/2 for the tables P(x) and Q(x)
    if name in ("\\delta", "\\mathbb{1}", "\\mathbf{1}") and len(spelled.subs) == 2:
        return scalar(_kronecker(spelled.subs, reading))
    return member(spelled, reading)


def _kronecker(subs: tuple[tree.Node, ...], reading: Reading) -> Expr:
    names = [letter(s) for s in subs]
    axis = next((reading.bound[n].axis for n in names if n in reading.bound), None)
    axis = axis or next((a for n in names if n and (a := reading.known_free_axis(n))), None)
    axis = axis or reading.free_axis(names[0] or names[1] or "i")
    left, right = (index_expression(s, axis, reading) for s in subs)
    return delta(left, right)


def _constant(spelled: Spelled, reading: Reading) -> Value | None:
    scope, name = reading.scope, spelled.name
    known = name in scope.families
    ones = (spelled.bold and name == "1") or name in ("\\mathbb{1}", "\\mathbf{1}")
    length = letter(spelled.subs[0]) if ones and len(spelled.subs) == 1 else None
    lengths = {each for shape in reading.survey.shapes.values() for each in shape}
    if length is not None and length in scope.sizes.keys() | reading.survey.sizes | lengths:
        return Value((fresh(Index("i", Axis.of_size(scope.size(length)))),), sympy.Integer(1))
    if spelled.subs or known:
        return None
    if name == "0" and (spelled.bold or spelled.arrow):
        return scalar(sympy.Integer(0))  # whatever its length
    if name == "e" and name not in reading.survey.indexed:
        return scalar(sympy.E)
    if name == "\\infty":
        raise Unsettled("∞ is not a value")
    if name == "I" and name not in reading.survey.functions:
        return identity(reading.loose_axis("I"))
    if ones:
        axis = reading.loose_axis("ones")
        return Value((fresh(Index("i", axis)),), sympy.Integer(1))
    if name in ("\\ln", "ln", "log", "exp"):
        raise Unsettled(f"{name} without an argument")
    if name in ("\\partial", "\\nabla"):
        sign = {"\\partial": "∂", "\\nabla": "∇"}[name]
        raise Unsettled(
            f"{sign} is no part of a derivative here; write \\frac{{\\partial f}}{{\\partial x}} or \\nabla_x f"
        )
    return None


def member(spelled: Spelled, reading: Reading) -> Value:
    """A member of a family of primitives."""
    scope, name = reading.scope, spelled.name
    family_name, columns = reading.family_name(spelled)
    family = scope.family(family_name)
    if columns is not None:
        family.columns = columns
        scope.want_order(family_name, 2)
    if spelled.subs:
        more = 1 if name in reading.survey.dotted and not family.declared else 0
        scope.want_order(family_name, len(spelled.subs) + more)
    number = family_name != name and name in reading.survey.variables
    vector = (name in reading.survey.wholes and not number) or spelled.bold
    if not family.declared and (spelled.transposed or vector):
        wanted = 2 if name[:1].isupper() and not spelled.subs and len(name.split("^")[0]) == 1 else 1
        scope.want_order(
            family_name, len(spelled.subs) + wanted if not spelled.subs or spelled.transposed or spelled.bold else 0
        )
    where = [index_expression(s, scope.axis(family_name, p), reading) for p, s in enumerate(spelled.subs)]
    if family.columns and family.order == 2 and len(where) == 2 and (name == family_name or name.isupper()):
        where = where[::-1]
    return scope.whole(family_name, tuple(where))


__all__ = [
    "Relearn",
    "divide",
    "learn_vector",
    "log",
    "member",
    "named",
    "power",
    "settle_rank",
    "superscript",
    "value",
]
