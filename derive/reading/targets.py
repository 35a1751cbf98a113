"""Targets described in other words than "one-hot": "only the k-th entry of y is one", weights in an entropy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sympy import Expr, Indexed, Mul, Pow, Sum, exp, log

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.definitions import unfold
from derive.reading.prose import Formula, one_hot_at
from derive.reading.spelling import letter, plain, spell
from derive.reading.values import Value

__all__ = ["declare_targets", "weights_of_cross_entropy"]

NAME = r"(\ue000|\b[A-Za-z]\b)"
"""A name: an inline formula, or a letter in the text itself."""
ONE, ZERO = r"(?:1|one|non-?\s?zero|equal to (?:1|one))", r"(?:0|zero)"
ENTRY = r"(?:dimension|entry|element|component|position|coordinate|index|class|label)"
WRONG = r"(?:incorrect|wrong|other) (?:class|classes|words?|labels?|indices|entries)"
ONLY: tuple[tuple[re.Pattern[str], bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), vector_first)
    for pattern, vector_first in (
        (
            rf"\bonly (?:the )?{NAME}[- ]?(?:st|nd|rd|th)? {ENTRY} (?:of|in) (?:the )?(?:\w+ )?{NAME} "
            rf"(?:is|equals) {ONE}",
            False,
        ),
        (rf"{NAME} is (?:\S+ \S+ and )?{ONE} only\b[^.;,]{{0,60}}\b(?:word|class|label|index) {NAME}", True),
        (rf"{NAME}\s*中?只有在?第?\s*{NAME}\s*(?:个|维|项|处)?\S{{0,6}}(?:为|是|等于)\s*1", True),
    )
)
"""Phrases about the one entry that is not zero, and whether the vector is named before it."""
CORRECT = re.compile(rf"\b(?:correct|true|right|target) (?:class|word|label)(?: index)?(?: is| be|,)? {NAME}", re.I)
OTHERS = re.compile(rf"\b{WRONG}\b[^.;\ue000]{{0,30}}{NAME} (?:is|are) (?:always )?{ZERO}\b", re.IGNORECASE)
CROSS_ENTROPY = re.compile(
    r"cross[- ]?entropy|交叉[熵墒]|(?:크로스|교차)\s*엔트로피|entrop[ií]a cruzada|entropie croisée",
    re.IGNORECASE,
)
Namer = Callable[[re.Match[str], int], tree.Node | None]


def declare_targets(text: str, formulas: list[Formula], reading: Reading) -> None:
    """What one sentence says about where the one of a one-hot vector is."""
    at = {formula.position: formula.statements[0] for formula in formulas if len(formula.statements) == 1}

    def name(match: re.Match[str], group: int) -> tree.Node | None:
        if (statement := at.get(match.start(group))) is not None:
            return statement.first if not statement.links else None
        known = match.group(group) in reading.survey.names | reading.survey.subscripts | reading.survey.indexed
        return tree.Name(formulas[0].statements[0].span, match.group(group)) if formulas and known else None

    for match in CORRECT.finditer(text):
        if (found := name(match, 1)) is not None and (right := letter(plain(found))) in reading.survey.subscripts:
            reading.scope.right_classes.add(str(right))
    for vector, where in _pairs(text, name):
        spelled, true = spell(plain(vector)), letter(plain(where))
        if spelled is not None and spelled.power is None and true in reading.survey.subscripts:
            one_hot_at(spelled, plain(where), reading)


def _pairs(text: str, name: Namer) -> Iterator[tuple[tree.Node, tree.Node]]:
    """The vector and the letter of the right class, as far as the words say which is which."""
    for pattern, vector_first in ONLY:
        for match in pattern.finditer(text):
            first, second = name(match, True), name(match, 2)
            if first is not None and second is not None:
                yield (first, second) if vector_first else (second, first)
    correct, others = CORRECT.search(text), OTHERS.search(text)
    if correct is not None and others is not None:
        where, vector = name(correct, True), name(others, 1)
        if where is not None and vector is not None:
            yield vector, where


def weights_of_cross_entropy(right: Value, reading: Reading) -> None:
    """``-Σ_k y_k log p_k`` is called a cross-entropy and p is a softmax: then y adds up to one, as p does."""
    if right.rank or CROSS_ENTROPY.search(reading.sentence) is None:
        return
    for entry, position in _weights(right.body, reading):
        name = str(entry.base.label)
        family = reading.scope.families.get(name)
        if family is None or family.order != len(entry.indices) or family.declared or family.positive:
            continue
        if not family.sums_to_one and family.lower is None and family.upper is None and family.points_into is None:
            family.sums_to_one, family.nonnegative = (position,), True
            reading.scope.note(f"{name} is a distribution: its sum is one, as in every cross-entropy (inferred)")


def _weights(body: Expr, reading: Reading) -> Iterator[tuple[Indexed, int]]:
    """The weights of the logarithms of a softmax in a sum, and the position of the index that it runs over."""
    inner = _innermost(body)
    if inner is None:
        return
    index = inner.limits[0][0]
    factors = Mul.make_args(inner.function)
    logs = [f for f in factors if isinstance(f, log)]
    entries = [f for f in factors if isinstance(f, Indexed) and list(f.indices).count(index) == 1]
    if len(logs) == len(entries) == 1 and len(factors) - sum(f.is_number for f in factors) == 2:
        if _is_softmax(unfold(logs[0].args[0], reading.scope.definitions)):
            yield entries[0], entries[0].indices.index(index)


def _innermost(body: Expr) -> Sum | None:
    """The sum inside of ``-(1/N) Σ_n Σ_k``, if there is nothing else."""
    sums = [f for f in Mul.make_args(body) if isinstance(f, Sum)]
    if len(sums) != 1 or any(isinstance(f, Indexed | log) for f in Mul.make_args(body)):
        return None
    return _innermost(sums[0].function) or sums[0]


def _is_softmax(term: Expr) -> bool:
    below = [f.base for f in Mul.make_args(term) if isinstance(f, Pow) and f.exp == -1]
    return len(below) == 1 and isinstance(below[0], Sum) and below[0].has(exp)
