"""What a formula inside a sentence declares by its relation: ``x ∈ ℝ^d``, ``p_i > 0``, ``o ∉ S``, ``Σ p_i = 1``."""

from __future__ import annotations

import sympy
from sympy import Expr, Indexed

from derive.reading import tree
from derive.reading.context import Reading, index_expression
from derive.reading.definitions import unfold
from derive.reading.elaborate import value
from derive.reading.keys import labelled
from derive.reading.ranges import member_axis, size_of
from derive.reading.scope import Family, Unsettled
from derive.reading.sets import excluded, is_sample, is_union, parts, sample, sample_axis, set_name
from derive.reading.signatures import signature
from derive.reading.spelling import Spelled, letter, plain, spell, walk
from derive.reading.survey import vector_at
from derive.reading.values import Value, scalar
from derive.terms import Axis, Index


def declare_by_relation(statement: tree.Statement, before: list[tree.Statement], reading: Reading) -> bool:
    """A formula whose relation declares something; False for an equation, which may be a definition."""
    if not statement.links or statement.first is None:
        return False
    symbols = [k.relation.symbol for k in statement.links]
    sides = [plain(s) for s in (statement.first, *(k.right for k in statement.links)) if s is not None]
    if len(sides) != len(symbols) + 1:
        return False
    if symbols == ["\\in"]:
        names = [*(s.first for s in before if s.first is not None and not s.links), sides[0]]
        for name in names:
            _member(plain(name), sides[1], reading)
        return True
    if symbols == ["\\le", "\\le"] and _range_of_index(sides, reading):
        return True
    if set(symbols) <= {"<", ">", "\\le", "\\ge"}:
        return _bounds(sides, symbols, reading)
    if symbols == ["\\ne"]:
        _differs(sides[0], sides[1], reading)
        _is_not(sides[0], _number(sides[1]), reading)
        return True
    if symbols == ["\\notin"]:
        _outside(sides[0], sides[1], reading)
        return True
    if symbols in (["="], [":="], ["\\equiv"]):
        return _equation(sides[0], sides[1], reading)
    return False


def _range_of_index(sides: list[tree.Node], reading: Reading) -> bool:
    """``-m ≤ j ≤ m`` for an index j."""
    name = letter(sides[1])
    if name is None or name not in reading.survey.subscripts | reading.survey.offsets:
        return False
    low, high = (value(side, reading).body for side in (sides[0], sides[2]))
    if low.is_number and high.is_number:
        return False
    reading.free_index(name, Axis(f"{low}..{high}", low, high))
    return True


def _differs(left: tree.Node, right: tree.Node, reading: Reading) -> None:
    """``n_k ≠ o`` for every k."""
    for one, other in ((left, right), (right, left)):
        spelled = spell(one)
        if spelled is not None and spelled.subs and spelled.name in reading.survey.index_arrays and letter(other):
            differ_from(spelled.name, other, reading)


def _is_not(node: tree.Node, number: Expr | None, reading: Reading) -> None:
    """``α ≠ 1`` for a number."""
    index = letter(node) in reading.survey.subscripts | reading.survey.offsets
    if number is None or (index and letter(node) not in reading.scope.families):
        return
    family = _family(node, reading)
    if family is None:
        return
    family.excluded |= {number}
    if number == 0 and not index:
        family.real, family.positive, family.lower, family.upper = True, False, None, None


def _outside(element: tree.Node, set_: tree.Node, reading: Reading) -> None:
    """``o ∉ {n_1, …, n_K}``."""
    if excluded(element, set_, reading):
        return
    names = {s.name for n in walk(set_) if (s := spell(n)) is not None and s.subs}
    for name in names & reading.survey.index_arrays:
        if letter(element):
            differ_from(name, element, reading)


def differ_from(name: str, other: tree.Node, reading: Reading) -> None:
    family = reading.scope.family(name)
    if family.points_into is None or family.order != 1:
        return
    index = Index("any", reading.scope.axis(name, 0))
    reading.scope.distinct.add(
        (reading.scope.entry(name, (index,)), index_expression(other, family.points_into, reading))
    )


def _family(node: tree.Node, reading: Reading) -> Family | None:
    spelled = spell(node)
    if spelled is not None:
        spelled = labelled(spelled, reading)
    if spelled is None or spelled.power is not None or spelled.transposed or spelled.name.isdigit():
        return None
    if signature(spelled.name, len(spelled.subs), None) in reading.scope.heads or spelled.name in reading.bound:
        return None
    return reading.scope.family(reading.family_name(spelled)[0])


def _member(node: tree.Node, set_: tree.Node, reading: Reading) -> None:
    spelled = spell(node) or vector_at(node)
    if spelled is None:
        return
    spelled = labelled(spelled, reading)
    shape = real_shape(set_)
    if shape is not None:
        _shape(spelled, shape, reading)
        return
    if is_sample(set_, reading) and not spelled.subs:
        return
    if (ends := _interval(set_)) is not None:
        family = _family(node, reading)
        if family is not None:
            for end, symbol, left in (
                (ends[0], "<" if ends[2] else "\\le", True),
                (ends[1], "<" if ends[3] else "\\le", False),
            ):
                _bound(family, end, symbol, left=left)
            family.declared = True
            reading.scope.want_order(family.name, len(spelled.subs))
        return
    values = _finite(set_)
    if values is not None:
        family = _family(node, reading)
        if family is not None:
            family.values, family.declared = values, True
            reading.scope.want_order(family.name, len(spelled.subs))
        return
    if not spelled.subs:
        axis = member_axis(set_, spelled.name, reading, value)
        reading.free_index(spelled.name, axis)
        reading.survey.subscripts.add(spelled.name)


def real_shape(node: tree.Node) -> list[tree.Node] | None:
    """The lengths in ``ℝ^{V×d}``; an empty list for ℝ; None if the set is another one."""
    node = plain(node)
    if isinstance(node, tree.Name) and _is_reals(node):
        return []
    if isinstance(node, tree.Script) and _is_reals(plain(node.base)) and node.sup is not None:
        sup = plain(node.sup)
        if isinstance(sup, tree.Mark) or (isinstance(sup, tree.Name) and sup.base in ("+",)):
            return []
        if isinstance(sup, tree.Product) and all(f.operator in ("", "\\times") for f in sup.factors):
            return [f.node for f in sup.factors]
        return [sup]
    return None


def _is_reals(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and (
        node.base in ("ℝ", "\\R", "\\Re", "\\reals") or (node.base == "R" and "mathbb" in node.decorations)
    )


def _interval(node: tree.Node) -> tuple[Expr | None, Expr | None, bool, bool] | None:
    """``(0, 1)``, ``[0, 1)``, ``(0, \\infty)``: the ends, and whether they are left out."""
    if not isinstance(node, tree.Group) or node.open not in ("(", "[") or len(node.body.parts) != 2:
        return None
    ends = [plain(p) for p in node.body.parts]
    numbers = [_number(e) for e in ends]
    if any(n is None and "infty" not in tree.sexpr(e) for n, e in zip(numbers, ends, strict=True)):
        return None
    return numbers[0], numbers[1], node.open == "(", node.close == ")"


def _finite(node: tree.Node) -> tuple[Expr, ...] | None:
    if not isinstance(node, tree.Group) or node.open not in ("\\{", "{"):
        return None
    found = []
    for each in node.body.parts:
        part = plain(each)
        sign = 1
        if isinstance(part, tree.Signed):
            signed = part
            sign, part = -1 if signed.sign == "-" else 1, plain(signed.node)
        if isinstance(part, tree.Sum) and len(part.terms) == 1:
            sign, part = -1 if part.terms[0].sign in ("-", "\\mp") else 1, plain(part.terms[0].node)
        if not isinstance(part, tree.Num):
            return None
        found.append(sympy.Rational(part.text) * sign)
    return tuple(found) if len(found) > 1 else None


def _shape(spelled: Spelled, lengths: list[tree.Node], reading: Reading) -> None:
    scope = reading.scope
    if spelled.name.isdigit():
        return
    name, columns = reading.family_name(spelled)
    if spelled.name in scope.heads:
        return
    family = scope.family(name)
    axes = [_length(node, reading) for node in lengths]
    row = len(axes) == 2 and axes[0] is None
    kept = [a for a in axes if a is not None]
    order = len(spelled.subs) + len(kept)
    if len(kept) > 2:
        raise Unsettled(f"{spelled.name} is declared with {len(kept)} axes")
    if len(axes) == 2 and len(kept) == 2 and columns is None:
        columns = _columns_of(spelled, reading)
    if columns:
        kept = kept[::-1]
        family.columns = True
    for position, axis in enumerate(kept):
        where = len(spelled.subs) + position
        scope.axes.declare(scope.axis(name, where), axis)
    family.row = family.row or row
    family.declared = True
    family.real = not axes
    if kept:
        reading.survey.wholes.add(spelled.name)
        if spelled.name.endswith("^()") and len(spelled.subs) == 1:
            _one_of_them(spelled.name.removesuffix("^()"), kept, reading)
    scope.want_order(name, order)


def _one_of_them(name: str, axes: list[Axis], reading: Reading) -> None:
    """``x`` beside ``x^{(i)} ∈ ℝ^n`` is one of the examples, unless the note says what else it is."""
    scope = reading.scope
    used = name in reading.survey.unscripted and name not in reading.survey.sizes | reading.survey.subscripts
    if not used or name in reading.survey.shapes or name in scope.heads or scope.family(name).declared:
        return
    for position, axis in enumerate(axes):
        scope.axes.declare(scope.axis(name, position), axis)
    scope.family(name).declared = True
    reading.survey.wholes.add(name)
    scope.want_order(name, len(axes))


def _columns_of(spelled: Spelled, reading: Reading) -> bool:
    """Whether the single vectors of a declared matrix (u_w beside U) are its columns: then U is used as Uᵀv."""
    name = spelled.name
    return (
        name in reading.survey.transposed_before
        and name.lower() in reading.survey.indexed
        and name not in reading.survey.indexed
    )


def _length(node: tree.Node, reading: Reading) -> Axis | None:
    node = plain(node)
    if isinstance(node, tree.Num):
        return None if node.text == "1" else Axis.of_size(sympy.Integer(node.text))
    spelled = spell(node)
    if spelled is not None and not spelled.subs:
        return Axis.of_size(size_of(spelled.name, reading))
    inner = value(node, reading)
    return Axis.of_size(inner.body)


def _bounds(sides: list[tree.Node], symbols: list[str], reading: Reading) -> bool:
    """``p_i > 0``, ``0 < α < 1``, ``a, b ≥ 0``."""
    numbers = [_number(side) for side in sides]
    done = False
    for k, side in enumerate(sides):
        if numbers[k] is not None:
            continue
        for name in side.parts if isinstance(side, tree.Sequence) else (side,):
            family = _family_for_bound(plain(name), reading)
            if family is None:
                continue
            done = True
            if k > 0 and numbers[k - 1] is not None:
                _bound(family, numbers[k - 1], symbols[k - 1], left=True)
            if k < len(symbols) and numbers[k + 1] is not None:
                _bound(family, numbers[k + 1], symbols[k], left=False)
    return done


def _family_for_bound(node: tree.Node, reading: Reading) -> Family | None:
    if (
        isinstance(node, tree.Product)
        and len(node.factors) == 2
        and isinstance(plain(node.factors[1].node), tree.Group)
    ):
        inner = value(node, reading).body
        atoms = [unfold(inner, reading.scope.definitions)]
        if isinstance(atoms[0], Indexed):
            return reading.scope.family(str(atoms[0].base.label))
        return None
    spelled = spell(node)
    if spelled is None:
        return None
    if not spelled.subs and (spelled.name in reading.scope.sizes or spelled.name in reading.survey.sizes):
        return None
    family = _family(node, reading)
    if family is not None and spelled.subs:
        reading.scope.want_order(family.name, len(spelled.subs))
        for position, sub in enumerate(spelled.subs):
            index_expression(sub, reading.scope.axis(family.name, position), reading)
    return family


def _number(node: tree.Node) -> Expr | None:
    sign = 1
    if isinstance(node, tree.Sum) and len(node.terms) == 1:
        sign, node = (-1 if node.terms[0].sign == "-" else 1), plain(node.terms[0].node)
    if isinstance(node, tree.Signed):
        sign, node = (-1 if node.sign == "-" else 1), plain(node.node)
    return sign * sympy.Rational(node.text) if isinstance(node, tree.Num) else None


def _bound(family: Family, number: Expr | None, symbol: str, *, left: bool) -> None:
    if number is None:
        return
    below = (symbol in ("<", "\\le")) == left
    strict = symbol in ("<", ">")
    if strict:
        family.excluded |= {number}
    if below:
        family.lower = number
        if number > 0 or (number == 0 and strict):
            family.positive = True
        if number >= 0:
            family.nonnegative = True
    else:
        family.upper = number
    family.strict = strict


def _equation(left: tree.Node, right: tree.Node, reading: Reading) -> bool:
    if isinstance(right, tree.Num) and right.text == "1" and _is_sum(left):
        return _sums_to_one(left, reading)
    if is_union(right) and (name := set_name(left)) is not None:
        reading.scope.unions[name] = right
        return True
    return False


def member_of_sample(statement: tree.Statement, reading: Reading) -> tuple[str, Value] | None:
    """ "for x ∈ S" before a display: x is any element of the drawn set."""
    if statement.first is None or [k.relation.symbol for k in statement.links] != ["\\in"]:
        return None
    name, set_ = letter(statement.first), statement.links[0].right
    if name is None or set_ is None or is_union(set_) or not is_sample(set_, reading):
        return None
    inner = set_name(set_)
    if inner is None or inner in reading.scope.unions:
        return None
    index = Index(f"{name}", sample_axis(set_, reading))
    return name, scalar(sample(set_, index, reading.free_axis(name), reading))


def member_of_union(statement: tree.Statement, reading: Reading) -> tuple[str, tuple[Expr, ...]] | None:
    """ "for x ∈ {o} ∪ S" before a display: x is one of these."""
    if statement.first is None or [k.relation.symbol for k in statement.links] != ["\\in"]:
        return None
    name, set_ = letter(statement.first), statement.links[0].right
    if name is None or set_ is None or not (is_union(set_) or set_name(set_) in reading.scope.unions):
        return None
    return name, tuple(part.element for part in parts(set_, reading, reading.free_axis(name)))


def _is_sum(node: tree.Node) -> bool:
    return (
        isinstance(node, tree.Product)
        and isinstance(head := plain(node.factors[0].node), tree.BigOp)
        and head.kind == "sum"
    )


def _sums_to_one(node: tree.Node, reading: Reading) -> bool:
    """``Σ_i p_i = 1`` for something that nobody has defined is a fact about it."""
    body = unfold(value(node, reading).body, reading.scope.definitions)
    bound: list[Expr] = []
    while isinstance(body, sympy.Sum):
        bound.extend(index for index, _, _ in body.limits)
        body = body.function
    if not isinstance(body, Indexed):
        return False
    family = reading.scope.family(str(body.base.label))
    positions = tuple(p for p, index in enumerate(body.indices) if index in bound)
    if len(positions) == len(bound):
        family.sums_to_one = positions
        family.nonnegative = True
        return True
    return False
