"""The same graph as loops over the entries of sparse arguments, for a compiler such as Numba.

What is covered: sums over the rows and the stored entries of sparse arguments, of functions of what stands at an entry.
Every sparse argument has the same rows.  For one row after another the entries of each matrix are gone through: vectors
of the row (the mean of a window, a gradient by it) are added up, scores are dot products of two vectors, and outputs
are added to where they belong.  An entry is met once for all that needs it, as soon as its row is known well enough.

Only the lowering of ``lowering`` is used, so the algebra is that of the NumPy functions, and nothing here knows any
mathematics but how log(1 + e^x) and σ(x) are computed from e^-|x|.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.emitting.expansion import COLUMNS, ROWS
from derive.emitting.formula import Array, EmitError, Formula, Scalar, Sparse
from derive.emitting.graph import Label, Node, Pointer, Ref, substitute
from derive.emitting.text import ATOM, PRODUCT, SUM, Text, indented, letter, number, weighted_sum, wrap
from derive.terms import Index

__all__ = ["FORMS", "Loops"]

ROW, COLUMN, ENTRY, ALONG = "row", "column", "entry", "along"
"""What a label is inside of the loops; ``ALONG`` runs along a vector."""

FORMS = frozenset({"log of one plus exp", "sigmoid in two forms"})
"""The equalities of ``rewrites`` behind the two functions that are computed from e^-|x|."""

CALLS = {"exp": "exp", "log": "log", "log1p": "log1p", "expm1": "expm1"}
"""Operations that are one function of ``math``."""


@dataclass(frozen=True)
class At:
    """A node with what its labels are inside of the loops."""

    node: Node
    roles: tuple[str, ...]

    @property
    def key(self) -> tuple[int, tuple[str, ...]]:
        return self.node.number, self.roles


@dataclass(frozen=True)
class Term:
    """``coefficient · factors · ref``, of a linear combination."""

    coefficient: Fraction
    factors: tuple[Ref, ...]
    ref: Ref


@dataclass(frozen=True)
class Sum:
    """``target += sign · weight · vector`` for every entry of a matrix, or without a vector, of a row's number.

    Attributes:
        target: program text; a number, or an entry of an array at ``ALONG``.
    """

    matrix: Sparse
    target: str
    coefficient: Fraction
    factors: tuple[At, ...]
    vector: At | None


class Loops:
    """Prints the statements of one formula.

    Args:
        roots: its outputs in one graph, with the indices of their axes.

    Raises:
        EmitError: the formula is not of this kind; the message says what is not.
    """

    def __init__(self, formula: Formula, roots: Sequence[tuple[str, Ref, tuple[Index, ...]]]) -> None:
        self.formula = formula
        self._matrices = {a.values: a for a in formula.arguments if isinstance(a, Sparse)}
        if not self._matrices:
            raise self._refused("it has no sparse argument")
        rows = {matrix.axes[0] for matrix in self._matrices.values()}
        if len(rows) != 1:
            raise self._refused("its sparse arguments do not have the same rows")
        (self.rows,) = rows
        arrays = [a for a in formula.arguments if isinstance(a, Array)]
        along = {a.axes[-1] for a in arrays if len(a.axes) == 2}
        if len(along) != 1:
            raise self._refused("its arrays of vectors do not have the same length")
        (self.along,) = along
        self.first = arrays[0].parameter
        self._letter = letter(self.along, set()) if len(self.along) > 1 else "j"
        self._used = {*formula.parameters(), *formula.outputs, ROW, COLUMN, ENTRY, "math", "np", "zero", "one"}
        self._used |= {self._letter, *(axis for a in formula.arguments if not isinstance(a, Scalar) for axis in a.axes)}
        self.totals: list[str] = []
        self.vectors: dict[tuple[int, tuple[str, ...]], str] = {}
        self._levels: dict[tuple[int, tuple[str, ...]], int] = {}
        self._sums: list[Sum] = []
        for name, ref, indices in roots:
            self._output(name, ref, indices)

    # What is added up, and where.

    def _output(self, name: str, ref: Ref, indices: tuple[Index, ...]) -> None:
        if not indices:
            self.totals.append(name)
            self._sums += [self._total(name, term) for term in _terms(ref)]
            return
        for term in _terms(ref):
            if term.ref.node.op != "sparse product":
                raise self._refused(f"{name} is not a sum over the entries of sparse arguments")
            kept, (*_, along) = term.ref.labels[0], term.ref.labels
            spot = {kept: COLUMN if term.ref.node.attribute[1] else ROW, along: self._letter}
            if set(indices) != set(spot):
                raise self._refused(f"{name} is not an array of vectors")
            target = f"{name}[{', '.join(spot[index] for index in indices)}]"
            self._sums.append(self._product(target, term, {**spot, along: ALONG}))

    def _total(self, target: str, term: Term) -> Sum:
        """Of a number: the products that are added up over all entries of a matrix."""
        node = term.ref.node
        entries = {f"entries_of_{values}": matrix for values, matrix in self._matrices.items()}
        if node.op != "product" or len(node.bound) != 1 or node.bound[0] not in entries or node.axes:
            raise self._refused(f"{target} is not a sum over the entries of sparse arguments")
        matrix = entries[node.bound[0]]
        factors = tuple(self._at(child, (ENTRY,), matrix) for child in node.children)
        return Sum(matrix, target, term.coefficient, (*self._in_front(term, {}), *factors), None)

    def _in_front(self, term: Term, roles: Mapping[Label, str]) -> tuple[At, ...]:
        """The numbers that a sum is multiplied with."""
        found = [At(ref.node, tuple(roles.get(label, ALONG) for label in ref.labels)) for ref in term.factors]
        if any(ALONG in each.roles for each in found):
            raise self._refused("a sum over entries is multiplied with a vector")
        return tuple(found)

    def _product(self, target: str, term: Term, roles: Mapping[Label, str]) -> Sum:
        """Of vectors: the product of a sparse matrix, from either side, and an array of vectors.

        Args:
            roles: what the labels of the term are.
        """
        node, coefficient = term.ref.node, term.coefficient
        _, values, dense = node.children
        name, side = node.attribute
        matrix = self._matrices[name]
        kept = COLUMN if side else ROW
        slots = [kept, *([ALONG] * (len(node.axes) - 1)), ENTRY, ROW if side else COLUMN]
        if slots.count(ALONG) != 1:
            raise self._refused(f"{target} is not an array of vectors")
        weight, vector = self._at(values, slots, matrix), self._at(dense, slots, matrix)
        while weight.node.op == "add" and len(weight.node.children) == 1 and weight.node.attribute[1] == 0:
            coefficient *= weight.node.attribute[0][0]
            weight = self._at(weight.node.children[0], weight.roles, matrix)
        return Sum(matrix, target, coefficient, (*self._in_front(term, roles), weight), vector)

    def _at(self, child: Ref, slots: Sequence[str], matrix: Sparse | None) -> At:
        return At(child.node, tuple(self._role(label, slots, matrix) for label in child.labels))

    def _role(self, label: Label, slots: Sequence[str], matrix: Sparse | None) -> str:
        if isinstance(label, int):
            return slots[label]
        if isinstance(label, Pointer) and matrix is not None:
            inside = [self._role(inner, slots, matrix) for inner in label.labels]
            for role, pointer in ((ROW, ROWS), (COLUMN, COLUMNS)):
                if label.name == f"{pointer} {matrix.values}" and inside == [ENTRY]:
                    return role
        raise self._refused("an index is neither a row, nor a column of an entry, nor runs along a vector")

    # In which order.

    def _level(self, at: At) -> int:
        """How many times the entries of a row must have been gone through before this is known."""
        if at.key not in self._levels:
            if at.node.op == "sparse product" or self._is_sum_of_products(at):
                inside = [part for each in self._parts(at) for part in (*each.factors, each.vector) if part]
                self._levels[at.key] = 1 + max(map(self._level, inside))
            else:
                self._levels[at.key] = max((self._level(child) for child in self._children(at)), default=0)
        return self._levels[at.key]

    def _is_sum_of_products(self, at: At) -> bool:
        terms = list(_terms(Ref(at.node, tuple(range(len(at.node.axes))))))
        return bool(terms) and all(term.ref.node.op == "sparse product" for term in terms)

    def _parts(self, at: At) -> list[Sum]:
        """What is added up to get a vector of a row; its name is settled at the same time."""
        terms = list(_terms(Ref(at.node, tuple(range(len(at.node.axes))))))
        if at.roles != (ROW, ALONG) or any(term.ref.node.attribute[1] for term in terms):
            raise self._refused("a sum over entries is needed elsewhere than in its own row")
        name = self.vectors[at.key] = self._fresh("total")
        parts = [self._product(f"{name}[{self._letter}]", term, {0: ROW, 1: ALONG}) for term in terms]
        self._sums += parts
        return parts

    def _children(self, at: At) -> list[At]:
        slots = [*at.roles, *([ALONG] * len(at.node.bound))]
        return [self._at(child, slots, None) for child in at.node.children]

    def _fresh(self, name: str) -> str:
        names: Iterator[str] = (name if k == 1 else f"{name}_{k}" for k in range(1, 1000))
        made = next(each for each in names if each not in self._used)
        self._used.add(made)
        return made

    def body(self) -> list[str]:
        """The statements for one row."""
        levels: dict[tuple[int, str], list[Sum]] = {}
        at = 0
        while at < len(self._sums):  # finding out the level of one may add others
            each = self._sums[at]
            level = max(self._level(part) for part in (*each.factors, each.vector) if part)
            levels.setdefault((level, each.matrix.values), []).append(each)
            at += 1
        order = list(self._matrices)
        lines = [f"{name}[:] = zero" for name in self.vectors.values()]
        for level, values in sorted(levels, key=lambda key: (key[0], order.index(key[1]))):
            lines += _Entries(self, self._matrices[values]).lines(levels[level, values])
        return lines

    def _refused(self, why: str) -> EmitError:
        return EmitError(f"{self.formula.name} cannot be emitted as loops: {why}")


class _Entries:
    """The loop over the entries of one matrix in one row."""

    def __init__(self, loops: Loops, matrix: Sparse) -> None:
        self._loops, self._matrix = loops, matrix
        self._lines: list[str] = []
        self._known: dict[tuple[str, tuple[int, tuple[str, ...]]], Text] = {}

    def lines(self, sums: Sequence[Sum]) -> list[str]:
        starts, name = self._matrix.starts, self._loops.formula.name
        column = [
            f"column = {self._matrix.columns}[entry]",
            f"if not 0 <= column < {self._matrix.axes[1]}:",
            f'    raise IndexError("{name}: {self._matrix.columns} points outside of its axis")',
        ]
        for each in sums:
            self._add(each)
        return [f"for entry in range({starts}[row], {starts}[row + 1]):", *indented([*column, *self._lines])]

    def _add(self, each: Sum) -> None:
        size, sign = abs(each.coefficient), "-" if each.coefficient < 0 else "+"
        factors = [self._number(factor) for factor in each.factors]
        if size != 1:
            factors.insert(0, number(size))
        if each.vector is None:
            self._lines.append(f"{each.target} {sign}= {_times(factors)[0]}")
            return
        weight = self._named(_times(factors), "weight")
        vector = self._element(each.vector)
        self._along([f"{each.target} {sign}= {_times([weight, vector])[0]}"])

    def _along(self, lines: Sequence[str]) -> None:
        self._lines += [f"for {self._loops._letter} in range({self._loops.along}):", *indented(lines)]

    def _named(self, text: Text, name: str) -> Text:
        """A number under a name, unless it is one already."""
        if text[0].isidentifier():
            return text
        made = self._loops._fresh(name)
        self._lines.append(f"{made} = {text[0]}")
        return made, ATOM

    # Numbers at an entry.

    def _number(self, at: At) -> Text:
        key = ("number", at.key)
        if key not in self._known:
            self._known[key] = self._made(at)
        return self._known[key]

    def _made(self, at: At) -> Text:
        op, attribute = at.node.op, at.node.attribute
        if at.node.op == "product" and at.node.bound:
            return self._dot(at)
        if op in ("softplus", "sigmoid"):
            return self._form(op, at)
        rule = _OPERATIONS.get(op)
        if rule is None:
            return self._leaf(at)
        text = rule([self._number(child) for child in self._loops._children(at)], attribute)
        return self._named(text, "weight" if op == "product" else "value") if op in ("product", *CALLS) else text

    def _leaf(self, at: At) -> Text:
        op, attribute = at.node.op, at.node.attribute
        if op == "array":
            return f"{attribute}[{', '.join(self._spot(role) for role in at.roles)}]", ATOM
        if op in ("scalar", "size"):
            return str(attribute), ATOM
        if op == "number":
            return number(attribute)
        raise self._loops._refused(f"there are no loops for {op}")

    def _spot(self, role: str) -> str:
        return self._loops._letter if role == ALONG else role

    def _dot(self, at: At) -> Text:
        """Σ_j x_j y_j."""
        if at.node.bound != (self._loops.along,):
            raise self._loops._refused(f"a sum inside runs over {at.node.bound[0]}")
        elements = [self._element(child) for child in self._loops._children(at)]
        score = self._loops._fresh("score")
        self._lines.append(f"{score} = zero")
        self._along([f"{score} += {_times(elements)[0]}"])
        return score, ATOM

    def _form(self, op: str, at: At) -> Text:
        """log(1 + e^x) = max(0, x) + log(1 + e^-|x|) and σ(x) = 1/(1 + e^-x) = e^x/(1 + e^x), with one e^-|x|."""
        (inner,) = self._loops._children(at)
        key = ("small", inner.key)
        x = self._named(self._number(inner), "score")
        if key not in self._known:
            small = self._loops._fresh("small")
            self._lines.append(f"{small} = math.exp(-abs({x[0]}))")
            self._known["number", inner.key] = x
            self._known[key] = small, ATOM
        small = self._known[key][0]
        if op == "softplus":
            return f"max({x[0]}, zero) + math.log1p({small})", SUM
        return self._named((f"(one if {x[0]} >= zero else {small}) / (one + {small})", PRODUCT), "sigmoid")

    # Entries of vectors.

    def _element(self, at: At) -> Text:
        """An entry of a vector, as text in the index along it."""
        if ALONG not in at.roles:
            return self._number(at)
        if at.key in self._loops.vectors:
            return f"{self._loops.vectors[at.key]}[{self._loops._letter}]", ATOM
        rule = _OPERATIONS.get(at.node.op)
        if rule is None or at.node.bound:
            return self._leaf(at)
        return rule([self._element(child) for child in self._loops._children(at)], at.node.attribute)


def _terms(ref: Ref, coefficient: Fraction = Fraction(1), factors: tuple[Ref, ...] = ()) -> Iterator[Term]:
    """A linear combination, term by term."""
    node = ref.node
    linear = node.op == "add" and node.attribute[1] == 0
    if linear or (node.op == "product" and not node.bound):
        inner = [Ref(c.node, tuple(substitute(label, ref.labels) for label in c.labels)) for c in node.children]
        if linear:
            for factor, child in zip(node.attribute[0], inner, strict=True):
                yield from _terms(child, coefficient * factor, factors)
            return
        sums = [child for child in inner if child.node.bound or child.node.op == "add"]
        if len(sums) == 1:
            yield from _terms(sums[0], coefficient, (*factors, *(child for child in inner if child is not sums[0])))
            return
    yield Term(coefficient, factors, ref)


def _times(factors: Sequence[Text]) -> Text:
    if len(factors) == 1:
        return factors[0]
    return " * ".join(wrap(factor, PRODUCT if k == 0 else PRODUCT + 1) for k, factor in enumerate(factors)), PRODUCT


def _power(parts: Sequence[Text], exponent: Fraction | float) -> Text:
    base = wrap(parts[0], ATOM)
    return f"one / {base}" if exponent == -1 else f"{base} ** {number(exponent)[0]}", PRODUCT


def _add(parts: Sequence[Text], attribute: tuple[Sequence[Fraction], Fraction]) -> Text:
    return weighted_sum(list(zip(attribute[0], parts, strict=True)), attribute[1])


_OPERATIONS: Mapping[str, Callable[..., Text]] = {
    "add": _add,
    "product": lambda parts, _: _times(parts),
    "power": _power,
    **{op: (lambda parts, _, name=name: (f"math.{name}({parts[0][0]})", ATOM)) for op, name in CALLS.items()},
}
