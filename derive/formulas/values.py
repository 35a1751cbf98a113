"""What a line of generated code computes, as MathML: values by their names in the code, arguments by the note's.

One rule per kind of step of the emitter's plan.  A step that no rule knows has no formula; the tests see to it that
every line of the functions that come with the package has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any

from derive.emitting.formula import Argument, Sparse
from derive.emitting.graph import Dim
from derive.emitting.steps import Step, Use, Value
from derive.formulas.glyphs import glyph
from derive.reading.symbols import GREEK

__all__ = ["Reader"]

_ATOM, _PRODUCT, _BIG, _SUM = 4, 3, 2, 1
_LETTERS = "jiklmabpqrst"
_CUSTOMARY = {"V": "w"}
"""Words of the vocabulary are w everywhere."""

Text = tuple[str, int]
"""MathML and how tightly it binds."""


class _Unknown(Exception):
    """A step that has no rule."""


@dataclass(frozen=True)
class Reader:
    """Reads the steps of one function.  ``names`` are those of the values that are statements."""

    names: Mapping[Value, str]
    arguments: Sequence[Argument]

    def formula(self, value: Value) -> str | None:
        """``<math>`` for ``name = what it is``, with a letter for each axis; None for a step without a rule."""
        letters = self._letters(value.step)
        try:
            right = self._body(value.step, letters)[0]
        except _Unknown:
            return None
        left = _indexed(_code(self.names[value]), [letters[dim] for dim in value.step.labels])
        return f'<math display="block">{_row(left, _sign("="), right)}</math>'

    def _letters(self, step: Step) -> dict[Dim, str]:
        """A letter for every index of a step, also for those of what is written inline."""
        taken = {argument.symbol for argument in self.arguments}
        taken |= {axis for argument in self.arguments for axis in getattr(argument, "axes", ())}
        letters: dict[Dim, str] = {}
        for dim in _dims(step):
            own = _CUSTOMARY.get(dim.axis, "e" if dim.axis.startswith("entries_of_") else dim.axis[0].lower())
            free = [letter for letter in (own, *_LETTERS) if letter not in taken]
            letters[dim] = free[0]
            taken.add(free[0])
        return letters

    # Values where they are used.

    def _use(self, use: Use, letters: dict[Dim, str]) -> Text:
        """A value at the indices where it stands; what has no name of its own is written out."""
        value = use.value
        if value.step.kind == "arange":
            return _letter(letters[use.labels[0]]), _ATOM
        here = dict(zip(value.step.labels, use.labels, strict=True))
        if value in self.names:
            return _indexed(_code(self.names[value]), [letters[dim] for dim in use.labels]), _ATOM
        inside = {dim: letters[other] for dim, other in here.items()}
        taken = set(letters.values())
        for dim in _dims(value.step):
            if dim not in inside:
                inside[dim] = next(letter for letter in _LETTERS if letter not in {*taken, *inside.values()})
        return self._body(value.step, inside)

    def _body(self, step: Step, letters: dict[Dim, str]) -> Text:
        rule = _RULES.get(step.kind)
        if rule is None:
            raise _Unknown(step.kind)
        return rule(self, step, letters)

    def _load(self, step: Step, letters: dict[Dim, str]) -> Text:
        name = str(step.attribute)
        at = [letters[dim] for dim in step.labels]
        for argument in self.arguments:
            if isinstance(argument, Sparse):
                if name == argument.values:
                    return f"<msub>{_letter(argument.symbol)}{_commas(_place(at))}</msub>", _ATOM
                if name == argument.columns:
                    return _entry("column", at), _ATOM
            elif name == argument.parameter:
                return _indexed(_letter(argument.symbol), at), _ATOM
        raise _Unknown(name)

    def _literal(self, step: Step, _: dict[Dim, str]) -> Text:
        return _number(step.attribute)

    def _size(self, step: Step, _: dict[Dim, str]) -> Text:
        return _letter(str(step.attribute)), _ATOM

    def _arange(self, step: Step, letters: dict[Dim, str]) -> Text:
        return _letter(letters[step.labels[0]]), _ATOM

    def _rows(self, step: Step, letters: dict[Dim, str]) -> Text:
        return _entry("row", [letters[dim] for dim in step.labels]), _ATOM

    def _positions(self, step: Step, letters: dict[Dim, str]) -> Text:
        """Where the entries of a sparse matrix stand: pairs of a row and a column."""
        _, rows_first, _ = step.attribute
        pair = _place([letters[dim] for dim in step.labels])
        return _row(_sign("("), _commas(pair if rows_first else pair[::-1]), _sign(")")), _ATOM

    def _places(self, step: Step, letters: dict[Dim, str]) -> Text:
        """Where the entries of each row in its column stand: a row, and the column it has."""
        (column,) = step.uses
        pair = [_letter(letters[step.labels[0]]), self._use(column, letters)[0]]
        return _row(_sign("("), _commas(pair), _sign(")")), _ATOM

    def _pair(self, pointer: Use, letters: dict[Dim, str]) -> list[str]:
        """The row and the column that a place in a flat array stands for."""
        step = pointer.value.step
        if step.kind == "places":
            inner = {own: letters[dim] for own, dim in zip(step.labels, pointer.labels, strict=True)}
            return [_letter(inner[step.labels[0]]), self._use(step.uses[0], inner)[0]]
        pair = _place([letters[dim] for dim in pointer.labels])
        return pair if step.attribute[1] else pair[::-1]

    def _take(self, step: Step, letters: dict[Dim, str]) -> Text:
        source, *pointers = step.uses
        base = _code(self.names[source.value]) if source.value in self.names else None
        if step.attribute == "flat":
            if base is None:
                raise _Unknown("entries of what has no name")
            return f"<msub>{base}{_commas(self._pair(pointers[0], letters))}</msub>", _ATOM
        if base is None and source.value.step.kind != "load":
            raise _Unknown("entries of what has no name")
        pattern, _ = step.attribute
        at = [
            _letter(letters[source.labels[axis]]) if pointer is None else self._use(pointers[pointer], letters)[0]
            for axis, pointer in enumerate(pattern)
        ]
        if base is None:
            name = str(source.value.step.attribute)
            base = _letter(next((each.symbol for each in self.arguments if each.parameter == name), name))
        return f"<msub>{base}{_commas(at)}</msub>", _ATOM

    # Sums and products.

    def _over(self, sign: str, dims: Sequence[Dim], letters: dict[Dim, str], body: Text) -> Text:
        under = "".join(_letter(letters[dim]) for dim in dims)
        return _row(f'<munder><mo movablelimits="false">{sign}</mo>{_row(under)}</munder>', _wrap(body, _PRODUCT)), _BIG

    def _reduce(self, step: Step, letters: dict[Dim, str]) -> Text:
        name, dims = step.attribute
        inner = self._use(step.uses[0], letters)
        if name == "max":
            under = _row("".join(_letter(letters[dim]) for dim in dims))
            return _row(
                f"<munder><mi>max</mi>{under}</munder>", '<mspace width="0.17em"/>', _wrap(inner, _ATOM)
            ), _PRODUCT
        return self._over({"sum": "∑", "prod": "∏"}[name], dims, letters, inner)

    def _dot(self, step: Step, letters: dict[Dim, str]) -> Text:
        return self._over("∑", step.attribute, letters, _times([self._use(use, letters) for use in step.uses]))

    def _sparse(self, step: Step, letters: dict[Dim, str]) -> Text:
        """The matrix with these entries and zeros elsewhere."""
        used = {*letters.values()}
        entry = "e" if "e" not in used else next(letter for letter in _LETTERS if letter not in used)
        (use,) = step.uses
        value = self._use(use, {**letters, use.labels[0]: entry})
        deltas = [
            _delta(_letter(letters[dim]), _entry(word, [entry]))
            for dim, word in zip(step.labels, ("row", "column"), strict=True)
        ]
        return _row(_summed([_letter(entry)]), _times([*deltas, value])[0]), _BIG

    def _sparse_sum(self, step: Step, letters: dict[Dim, str]) -> Text:
        return _sum([(sign, self._use(use, letters)) for sign, use in zip(step.attribute, step.uses, strict=True)])

    def _zeros(self, *_: object) -> Text:
        return "<mn>0</mn>", _ATOM

    def _scatter(self, step: Step, letters: dict[Dim, str]) -> Text:
        base, amount, *pointers = step.uses
        sign, pattern, spread, _ = step.attribute
        added = self._use(amount, letters)
        if pattern == "flat":
            pair = self._pair(pointers[0], letters)
            places = [(_letter(letters[dim]), at) for dim, at in zip(base.labels, pair, strict=True)]
            deltas = [_delta(dim, at) for dim, at in places if dim != at]
        else:
            deltas = [
                _delta(_letter(letters[dim]), target)
                for dim, pointer in zip(base.labels, pattern, strict=True)
                if pointer is not None and (target := self._use(pointers[pointer], letters)[0]) != _letter(letters[dim])
            ]
        outer = [dim for dim in spread if dim not in base.labels]
        total = _summed([_letter(letters[dim]) for dim in outer]) if outer else ""
        term = _row(total, _times([*deltas, added])[0]), _BIG if outer else _PRODUCT
        if base.value.step.kind == "zeros" and base.value not in self.names:
            return _sum([(sign, term)])
        return _sum([(1, self._use(base, letters)), (sign, term)])

    def _map(self, step: Step, letters: dict[Dim, str]) -> Text:
        op, attribute = step.attribute
        parts = [self._use(use, letters) for use in step.uses]
        if op == "add":
            coefficients, constant = attribute
            terms = list(zip(coefficients, parts, strict=True))
            return _sum([*terms, *([(constant, ("", _ATOM))] if constant else [])])
        if op == "product":
            return self._product(step, letters)
        if op == "power":
            return _power(parts[0], attribute)
        if op not in _OPERATIONS:
            raise _Unknown(op)
        return _OPERATIONS[op](parts)

    def _product(self, step: Step, letters: dict[Dim, str]) -> Text:
        above, below = [], []
        for use in step.uses:
            inner = use.value.step
            if use.value not in self.names and inner.kind == "map" and inner.attribute == ("power", Fraction(-1)):
                here = dict(zip(inner.labels, use.labels, strict=True))
                (of,) = inner.uses
                below.append(self._use(Use(of.value, tuple(here[dim] for dim in of.labels)), letters))
            else:
                above.append(self._use(use, letters))
        above.sort(key=lambda text: text[1] == _SUM)
        top = _times(above)[0] if above else "<mn>1</mn>"
        return (f"<mfrac>{_row(top)}{_row(_times(below)[0])}</mfrac>" if below else top), _PRODUCT


_RULES: Mapping[str, Callable[[Reader, Step, dict[Dim, str]], Text]] = {
    "load": Reader._load,
    "literal": Reader._literal,
    "size": Reader._size,
    "arange": Reader._arange,
    "rows": Reader._rows,
    "positions": Reader._positions,
    "places": Reader._places,
    "take": Reader._take,
    "map": Reader._map,
    "reduce": Reader._reduce,
    "dot": Reader._dot,
    "sparse": Reader._sparse,
    "sparse sum": Reader._sparse_sum,
    "sparse dot": Reader._dot,
    "zeros": Reader._zeros,
    "scatter": Reader._scatter,
}


def _dims(step: Step) -> tuple[Dim, ...]:
    """The indices of a step, those of the result first."""
    found = dict.fromkeys(step.labels)
    for use in step.uses:
        found.update(dict.fromkeys(dim for dim in use.labels if dim.number >= 0))
    if step.kind == "take" and step.attribute != "flat":
        source, (pattern, _) = step.uses[0], step.attribute
        found.update(dict.fromkeys(source.labels[axis] for axis, at in enumerate(pattern) if at is None))
    return tuple(found)


# MathML ---------------------------------------------------------------------------------------------------------------


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _sign(sign: str) -> str:
    return f"<mo>{sign}</mo>"


def _code(name: str) -> str:
    """A name of the code."""
    return f'<mtext class="name">{escape(name)}</mtext>'


def _letter(symbol: str) -> str:
    """A name of the note."""
    base, _, sub = symbol.partition("_")
    sign = glyph("\\" + base) if base in GREEK or "\\" + base in GREEK else base.removeprefix("\\")
    inner = f"<mi>{escape(sign)}</mi>"
    return f"<msub>{inner}{_letter(sub)}</msub>" if sub else inner


def _indexed(base: str, letters: Sequence[str]) -> str:
    return f"<msub>{base}{_row(*map(_letter, letters))}</msub>" if letters else base


def _entry(word: str, letters: Sequence[str]) -> str:
    """``row_e``: the row in which the entry e of a sparse matrix stands."""
    return _indexed(f"<mtext>{word}</mtext>", letters)


def _place(letters: Sequence[str]) -> list[str]:
    """Where an entry of a sparse matrix stands."""
    return [_entry("row", letters), _entry("column", letters)]


def _commas(parts: Sequence[str]) -> str:
    return _row(_sign(",").join(parts))


def _delta(left: str, right: str) -> Text:
    return f"<msub><mi>δ</mi>{_row(left, _sign(','), right)}</msub>", _ATOM


def _times(factors: Sequence[Text]) -> Text:
    if len(factors) == 1:
        return factors[0]
    return _sign("⋅").join(_wrap(factor, _PRODUCT) for factor in factors), _PRODUCT


def _summed(letters: Sequence[str]) -> str:
    return f'<munder><mo movablelimits="false">∑</mo>{_row(*letters)}</munder>'


def _wrap(text: Text, least: int) -> str:
    return text[0] if text[1] >= least else _row(_sign("("), text[0], _sign(")"))


def _number(value: Any) -> Text:
    if isinstance(value, Fraction) and value.denominator != 1:
        text = f"<mfrac><mn>{abs(value.numerator)}</mn><mn>{value.denominator}</mn></mfrac>"
    else:
        text = f"<mn>{abs(value)}</mn>"
    return (_row(_sign("−"), text), _SUM) if value < 0 else (text, _ATOM)


def _sum(terms: Sequence[tuple[Any, Text]]) -> Text:
    """Σ coefficient · term; a term without text is a number."""
    text = ""
    for coefficient, part in sorted(terms, key=lambda term: term[0] < 0):
        size, negative = abs(coefficient), coefficient < 0
        if not part[0]:
            shown = _number(size)[0]
        elif size == 1:
            shown = _wrap(part, _BIG if negative else _SUM)
        else:
            shown = _times([_number(size), part])[0]
        text += _sign("−" if negative else "+") + shown if text or negative else shown
    return (_row(text), _SUM) if len(terms) > 1 or terms[0][0] != 1 else (text, terms[0][1][1])


def _power(base: Text, exponent: Any) -> Text:
    if exponent == -1:
        return f"<mfrac><mn>1</mn>{_row(base[0])}</mfrac>", _PRODUCT
    if exponent == Fraction(1, 2):
        return f"<msqrt>{base[0]}</msqrt>", _ATOM
    return f"<msup>{_row(_wrap(base, _ATOM))}{_row(_number(exponent)[0])}</msup>", _ATOM


def _called(name: str, *parts: Text) -> Text:
    return _row(f"<mi>{name}</mi>", _sign("("), _sign(",").join(part[0] for part in parts), _sign(")")), _ATOM


def _exp(part: Text) -> str:
    return f"<msup><mi>e</mi>{_row(part[0])}</msup>"


_OPERATIONS: Mapping[str, Callable[[Sequence[Text]], Text]] = {
    "exp": lambda p: (_exp(p[0]), _ATOM),
    "expm1": lambda p: (_row(_exp(p[0]), _sign("−"), "<mn>1</mn>"), _SUM),
    "log": lambda p: _called("log", *p),
    "log1p": lambda p: _called("log", (_row("<mn>1</mn>", _sign("+"), _wrap(p[0], _SUM)), _SUM)),
    "abs": lambda p: (_row(_sign("|"), p[0][0], _sign("|")), _ATOM),
    "raise": lambda p: (f"<msup>{_row(_wrap(p[0], _ATOM))}{_row(p[1][0])}</msup>", _ATOM),
    "maximum": lambda p: _called("max", *p),
    "minimum": lambda p: _called("min", *p),
    "equal": lambda p: _delta(p[0][0], p[1][0]),
    "sigmoid": lambda p: _called("σ", *p),
    "softplus": lambda p: _called("log", (_row("<mn>1</mn>", _sign("+"), _exp(p[0])), _SUM)),
    "where nonzero": lambda p: (
        _row(
            p[1][0], f"<mtext>&#160;where&#160;</mtext>{p[0][0]}", _sign("≠"), "<mn>0</mn><mtext>, else&#160;0</mtext>"
        ),
        _SUM,
    ),
    "copy": lambda p: p[0],
}
"""Operations entry by entry."""
