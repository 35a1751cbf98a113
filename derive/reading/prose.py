"""What the sentences of a note declare: shapes, ranges, positivity, one-hot vectors, distributions, definitions.

Formulas inside a sentence declare by their relations (``x ∈ ℝ^d``, ``p_i > 0``, ``x_1, …, x_C``); the words around them
say the rest ("probability vector", "one-hot", "distinct", in English and Chinese).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import sympy
from sympy import Expr, Indexed

from derive.reading import tree
from derive.reading.calls import labelled, signature
from derive.reading.context import Reading, index_expression
from derive.reading.definers import candidate, define, is_known
from derive.reading.definitions import function, unfold
from derive.reading.elaborate import value
from derive.reading.ranges import member_axis, size_of
from derive.reading.scope import Family, Unsettled
from derive.reading.sets import excluded, is_sample, is_union, sample, sample_axis, set_name
from derive.reading.spelling import Spelled, letter, plain, spell, walk, words
from derive.reading.values import ShapeError, Value, scalar
from derive.terms import Axis, Index, delta


@dataclass(frozen=True)
class Formula:
    """A formula in a sentence: its statements, and where it stands in the text of the sentence."""

    statements: tuple[tree.Statement, ...]
    position: int


ALL_ROWS = re.compile(
    r"all (?:word )?vectors are rows?|所有(?:词)?向量(?:都|均)?(?:是|为).{0,6}行向量|向量(?:一律|都)(?:是|为|取)行",
    re.IGNORECASE,
)
INDEPENDENT = re.compile(r"(?<!not )independent(?! of)|(?<!不)独立", re.IGNORECASE)
ONLY_IF = re.compile(r"\biff\b|only if|equality|exactly when|precisely when|当且仅当|等号|充要", re.IGNORECASE)
COLUMNS = re.compile(
    r"(?:as|in|is|into) (?:its|the)\s\S{0,8}\s?(?:columns?|rows?)|(?:columns?|rows?) of|"
    r"whose (?:columns?|rows?)|with (?:columns?|rows?)|"
    r"per (?:row|column)|is row|is column|第.{0,6}[行列]|[各每][行列]|按[行列]",
    re.IGNORECASE,
)


def _columns_by_text(match: re.Match[str], formulas: list[Formula], reading: Reading) -> None:
    """ "the columns of U are the u_w": settles how a matrix holds its vectors."""
    matrices = [
        (abs(f.position - match.start()), s.name)
        for f in formulas
        for statement in f.statements
        if statement.first is not None and (s := spell(plain(statement.first))) and reading.survey.matrix_of(s.name)
    ]
    if matrices:
        name = min(matrices)[1]
        word = match.group(0).lower()
        reading.survey.columns.setdefault(name, "col" in word or "列" in word)


CUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("one-hot", r"one[- ]?hot|独热|indicator vector|unit vector|单位向量"),
        (
            "probability",
            r"probability (?:vector|distribution|mass)|probabilities|distributions?\b|概率(?:向量|分布)|分布",
        ),
        (
            "distinct",
            r"(?<!from )distinct(?! from)|pairwise different|all different|互不相同|互异|各不相同|"
            r"different from each other|without replacement|no repeats",
        ),
        ("positive", r"\bpositive\b|正数|为正|正的"),
        ("row", r"\brows?\b|行向量|第.{0,3}行"),
        ("vector", r"(?<!row )(?:column )?\bvectors?\b|向量"),
        ("matrix", r"matri(?:x|ces)|矩阵"),
    )
)
NEGATION = re.compile(
    r"(not|no|isn't|without|unnormali[sz]ed|不是|非|未归一)\s*(?:a |an |the )?(?:\w+\s+)?$", re.IGNORECASE
)


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
    if set(symbols) <= {"<", ">", "\\le", "\\ge"}:
        return _bounds(sides, symbols, reading)
    if symbols == ["\\ne"]:
        _differs(sides[0], sides[1], reading)
        if (
            isinstance(sides[1], tree.Num)
            and sides[1].text == "0"
            and (family := _family(sides[0], reading)) is not None
        ):
            family.real, family.positive, family.lower, family.upper = True, False, None, None
        return True
    if symbols == ["\\notin"]:
        _outside(sides[0], sides[1], reading)
        return True
    if symbols in (["="], [":="], ["\\equiv"]):
        return _equation(sides[0], sides[1], reading)
    return False


def _differs(left: tree.Node, right: tree.Node, reading: Reading) -> None:
    """``n_k ≠ o`` for every k."""
    for one, other in ((left, right), (right, left)):
        spelled = spell(one)
        if spelled is not None and spelled.subs and spelled.name in reading.survey.index_arrays and letter(other):
            _differ_from(spelled.name, other, reading)


def _outside(element: tree.Node, set_: tree.Node, reading: Reading) -> None:
    """``o ∉ {n_1, …, n_K}``."""
    if excluded(element, set_, reading):
        return
    names = {s.name for n in walk(set_) if (s := spell(n)) is not None and s.subs}
    for name in names & reading.survey.index_arrays:
        if letter(element):
            _differ_from(name, element, reading)


def _differ_from(name: str, other: tree.Node, reading: Reading) -> None:
    family = reading.scope.family(name)
    if family.points_into is None or family.order != 1:
        return
    index = Index("any", reading.scope.axis(name, 0))
    reading.scope.distinct.add(
        (reading.scope.entry(name, (index,)), index_expression(other, family.points_into, reading))
    )


def _family(node: tree.Node, reading: Reading) -> Family | None:
    spelled = spell(node)
    if spelled is None or spelled.power is not None or spelled.transposed or spelled.name.isdigit():
        return None
    if signature(spelled.name, len(spelled.subs), None) in reading.scope.heads or spelled.name in reading.bound:
        return None
    return reading.scope.family(reading.family_name(spelled)[0])


def _member(node: tree.Node, set_: tree.Node, reading: Reading) -> None:
    spelled = spell(node)
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
        scope.axes.same(scope.axis(name, where), axis)
    family.row = family.row or row
    family.declared = True
    family.real = not axes
    if kept:
        reading.survey.wholes.add(spelled.name)
    scope.want_order(name, order)


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
    index = Index(f"{name}", sample_axis(inner, reading))
    return name, scalar(sample(inner, index, reading.free_axis(name), reading))


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


def apply_cues(text: str, formulas: list[Formula], reading: Reading) -> None:
    """The words of one sentence, each applied to the formulas it stands closest to."""
    declare_different(text, formulas, reading)
    if ALL_ROWS.search(text):
        reading.scope.rows_by_default = True
    if INDEPENDENT.search(text) and not ONLY_IF.search(text):
        reading.scope.independent.update(n for n in reading.survey.joints if n != "\\#")
    for match in COLUMNS.finditer(text):
        _columns_by_text(match, formulas, reading)
    for kind, pattern in CUES:
        for match in pattern.finditer(text):
            if NEGATION.search(text[: match.start()]):
                continue
            if kind == "distinct" and not any(_enumerates(f, reading) for f in formulas):
                if reading.scope.enumerated in reading.survey.index_arrays:
                    reading.scope.family(reading.scope.enumerated).injective = True
                continue
            if kind == "one-hot":
                fitting = [f for f in formulas if _could_be_vector(f, reading)]
                nodes = _nearest(match, fitting, text)[:1] or _usual_target(formulas, reading)
                for node in nodes:
                    _apply(kind, node, text, formulas, reading)
                continue
            fitting = formulas if kind != "distinct" else [f for f in formulas if _enumerates(f, reading)]
            for node in _nearest(match, fitting, text):
                _apply(kind, node, text, formulas, reading)


def _could_be_vector(formula: Formula, reading: Reading) -> bool:
    spelled = [spell(plain(s.first)) for s in formula.statements if s.first is not None and _nameable(s)]
    return any(
        s is not None
        and s.name not in reading.survey.subscripts
        and s.name not in reading.survey.sizes
        and s.name != "1"
        for s in spelled
    )


def _usual_target(formulas: list[Formula], reading: Reading) -> list[tree.Node]:
    """ "the one-hot target of the outside word o", where the target has no name in the sentence: y or t."""
    for name in ("y", "t"):
        known = name in reading.scope.families and reading.scope.family(name).declared
        if name in reading.survey.indexed and not known and formulas:
            return [tree.Name(formulas[0].statements[0].span, name)]
    return []


def _enumerates(formula: Formula, reading: Reading) -> bool:
    """Whether a formula names an array of indices: ``n_1, …, n_K``, ``n_k``."""
    spelled = [spell(plain(s.first)) for s in formula.statements if s.first is not None]
    return any(s is not None and s.subs and s.name in reading.survey.index_arrays for s in spelled)


DIFFERS = re.compile(
    r"不等于|不同于|都不是|均不是|不含|不包含|different from|other than|not equal to|differs? from|excluding|except|"
    r"none of (?:them|which)\s+\w+|not contain\w*|distinct from",
    re.IGNORECASE,
)


def declare_different(text: str, formulas: list[Formula], reading: Reading) -> None:
    """ "negative samples n_1, …, n_K, all different from o": no entry equals the word named behind."""
    for match in DIFFERS.finditer(text):
        before = [f for f in formulas if f.position < match.start() and _enumerates(f, reading)]
        after = [f for f in formulas if f.position >= match.end()]
        if not after or len(text[match.end() : after[0].position].strip()) > 20:
            continue
        if not before:
            other = after[0].statements[0].first
            if (
                reading.scope.enumerated in reading.survey.index_arrays
                and other is not None
                and letter(other) is not None
            ):
                _differ_from(reading.scope.enumerated, other, reading)
            continue
        entries = [s for st in before[-1].statements if st.first is not None and (s := spell(plain(st.first)))]
        other = after[0].statements[0].first
        if other is not None and letter(other) is not None:
            _differ_from(entries[0].name, other, reading)


def _nearest(match: re.Match[str], formulas: list[Formula], text: str) -> list[tree.Node]:
    """The names closest to a word, with those joined to them by "and" or a comma."""
    named = [(f, [s.first for s in f.statements if s.first is not None and _nameable(s)]) for f in formulas]
    named = [(f, nodes) for f, nodes in named if nodes]
    if not named:
        return []

    def distance(entry: tuple[Formula, list[tree.Node]]) -> float:
        position = entry[0].position
        gap = position - match.end() if position >= match.end() else match.start() - position
        between = text[min(position, match.start()) : max(position, match.end())]
        equations = any(k.relation.symbol in ("=", ":=") for s in entry[0].statements for k in s.links)
        return (
            gap + 40 * len(re.findall(r"[;；:：(（]", between)) + 8 * len(re.findall(r"[,，]", between)) + 6 * equations
        )

    best = min(range(len(named)), key=lambda k: distance(named[k]))
    chosen = [best]
    for step in (-1, 1):
        k = best + step
        while 0 <= k < len(named) and re.fullmatch(
            r"\W*(and|or|和|与|、|及|,)?\W*", _between(named[k][0], named[k - step][0], text)
        ):
            chosen.append(k)
            k += step
    return [node for k in chosen for node in named[k][1]]


def _between(one: Formula, other: Formula, text: str) -> str:
    first, second = sorted((one.position, other.position))
    return text[first + 1 : second]


def _nameable(statement: tree.Statement) -> bool:
    symbols = {k.relation.symbol for k in statement.links}
    return (
        spell(plain(statement.first)) is not None and symbols <= {"\\in", "=", ">", "\\ge", ":="}
        if statement.first
        else False
    )


def _apply(kind: str, node: tree.Node, text: str, formulas: list[Formula], reading: Reading) -> None:
    spelled = spell(plain(node))
    if spelled is None or spelled.power is not None:
        return
    scope = reading.scope
    if spelled.name == "1" or spelled.name.isdigit():
        return
    if kind == "one-hot":
        if reading.survey.most_indices.get(spelled.name, 0) == 2:
            family = scope.family(spelled.name)
            scope.want_order(spelled.name, 2)
            family.sums_to_one, family.nonnegative = (1,), True
            scope.partial.add(spelled.name)
            scope.note(f"every row of {spelled.name} adds up to one (one-hot rows, from the text)")
        else:
            one_hot(spelled, formulas, reading)
        return
    if spelled.name in scope.heads or spelled.name in scope.sizes or not spelled.name.lstrip("\\"):
        return
    if spelled.name + "_" in scope.heads or spelled.name in reading.survey.sizes:
        return
    family = scope.family(reading.family_name(spelled)[0])
    indexed = bool(spelled.subs) or spelled.name in reading.survey.indexed
    if (
        kind == "probability"
        and spelled.name in reading.survey.index_arrays | reading.survey.subscripts | reading.survey.plain_calls
    ):
        return
    if kind == "probability" and not family.sums_to_one and (indexed or spelled.name in reading.survey.wholes):
        if family.values or spelled.name in reading.survey.functions:
            return
        scope.want_order(family.name, max(1, len(spelled.subs)))
        family.sums_to_one, family.nonnegative, family.positive = (family.order - 1,), True, True
        scope.note(f"{spelled.name} is a probability vector: positive, its sum is one (from the text)")
    elif kind == "positive" and indexed:
        family.positive = True
    elif kind == "distinct" and indexed and spelled.name in reading.survey.index_arrays:
        family.injective = True
    elif kind == "row" and family.declared and spelled.name.isupper() and spelled.subs:
        family.row = True
    elif (
        kind == "vector"
        and not family.declared
        and spelled.subs
        and not re.search(r"probab|hot|unit|indicator|概率|独热", text)
    ):
        if spelled.name not in reading.survey.index_arrays:
            scope.want_order(family.name, len(spelled.subs) + 1)
    elif kind in ("vector", "row") and not family.declared and spelled.name not in reading.survey.index_arrays:
        if re.search(r"matri|矩阵", text) and spelled.name.isupper():
            return
        if (indexed and not spelled.subs) or (
            spelled.name in reading.survey.names and spelled.name not in reading.survey.subscripts
        ):
            reading.survey.wholes.add(spelled.name)
        if kind == "row" and ((spelled.name.isupper() and spelled.subs) or re.search(r"row vector|行向量", text)):
            family.row = True


def one_hot(spelled: Spelled, formulas: list[Formula], reading: Reading) -> None:
    """y is one-hot: y_i = δ_{io} for the index that the sentence or the note uses."""
    scope = reading.scope
    key = spelled.name + "_"
    family = scope.families.get(spelled.name)
    if (
        scope.defined_at.get(key, "one-hot") != "one-hot"
        or spelled.name in scope.sizes
        or spelled.name in reading.survey.subscripts
    ):
        return
    where = _true_index(spelled, formulas, reading)
    if where is None:
        return
    axis = scope.axis(spelled.name, 0) if family is not None else scope.axes.flexible(f"n_{spelled.name}")
    index = Index("i", axis)
    true = index_expression(where, axis, reading)
    from derive.reading.definitions import Definition
    from derive.reading.scope import Head

    i = Index("iʹ1h", axis)
    body = delta(i, true)
    definition = Definition(key, (i,), body)
    folded = function(key)(i)
    scope.definitions[key] = definition
    scope.heads[key] = Head(definition, 1, scalar(folded), key)
    scope.defined_at[key] = "one-hot"
    scope.note(f"{spelled.name} is one-hot: {spelled.name}_i = δ(i, {true}) (from the text)")
    del index


def _true_index(spelled: Spelled, formulas: list[Formula], reading: Reading) -> tree.Node | None:
    for formula in formulas:
        for statement in formula.statements:
            first = plain(statement.first) if statement.first is not None else None
            inner = spell(first) if first is not None else None
            if inner and inner.name == spelled.name and len(inner.subs) == 1 and statement.links:
                right = statement.links[0].right
                if right is not None and isinstance(one := plain(right), tree.Num) and one.text == "1":
                    return inner.subs[0]
    candidates = []
    for formula in formulas:
        for statement in formula.statements:
            if statement.first is not None and not statement.links and (name := letter(statement.first)):
                if name != spelled.name and name in reading.survey.subscripts and name not in reading.survey.sizes:
                    candidates.append(plain(statement.first))
    if candidates:
        return candidates[-1]
    for name in ("o", "c", "t", "k", "y"):
        if name in reading.survey.subscripts and name not in reading.survey.bound and name != spelled.name:
            return tree.Name(formulas[0].statements[0].span, name) if formulas else None
    return None


COUNT = re.compile(r"(?:the )?(?:number|count) of|how (?:often|many times)|个数|次数|出现")
CONDITION = re.compile(r"with|such that|where|for which|满足|使得|且")


def declare_count(text: str, formulas: list[Formula], reading: Reading) -> None:
    """``n_w`` is the number of ``s ∈ {1..K}`` with ``w_s = w``: a sum of deltas."""
    match = COUNT.search(text)
    if match is None or not CONDITION.search(text[match.end() :]):
        return
    before = [f for f in formulas if f.position < match.start()]
    after = [f for f in formulas if f.position > match.end()]
    if not before or len(after) < 2:
        return
    head = before[-1].statements[-1].first
    counted, conditions = after[0].statements[0], [s for f in after[1:] for s in f.statements]
    found = candidate(head, reading) if head is not None else None
    name = letter(counted.first) if counted.first is not None else None
    if found is None or name is None or found.key in reading.scope.heads:
        return
    from derive.reading.context import condition, indicator, new_index
    from derive.terms import sum_over

    right = counted.links[0].right if counted.links else None
    axis = member_axis(right, name, reading, value) if right is not None else reading.loose_axis(name)
    index = new_index(name, axis)
    body: Expr = sympy.Integer(1)
    used = 0
    with reading.binding({name: index}):
        for statement in conditions:
            if statement.first is None or len(statement.links) != 1 or statement.links[0].relation.symbol != "=":
                break
            if statement.links[0].right is None or spell(plain(statement.links[0].right)) is None:
                break
            chain = tree.Chain(statement.span, statement.first, statement.links)
            left, equal_to, equal = condition(chain, reading, reading.free_axis)
            body *= indicator(left, equal_to, equal)
            used += 1
    if used:
        define(found, scalar(sum_over(body, index)), reading)
        reading.scope.note(f"{found.spelled.name} counts (from the text)")


__all__ = [
    "CUES",
    "Formula",
    "ShapeError",
    "Value",
    "apply_cues",
    "candidate",
    "declare_by_relation",
    "declare_count",
    "define",
    "is_known",
    "words",
]
