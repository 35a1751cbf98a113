"""A softmax beside the one-hot vector of what was observed, without cancellation.

Near the optimum P(o) is close to one, and both 1 - P(o) and -log P(o) drown in rounding when they are computed as they
are written.  With r the sum of the *other* exponentials, m the largest exponent and t = s_o - m ≤ 0,

    1 - P(o) = r / (r + e^t)        and        log P(o) = t - log(1 + (r + (e^t - 1)))

are accurate to the last digits however small they are.  Each is an equality of ``rewrites``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import sympy
from sympy import Expr, KroneckerDelta, Sum, exp, log

from derive.emitting.expansion import Expansion
from derive.emitting.formula import Argument
from derive.emitting.graph import Label, Pointer, Ref, indices_in
from derive.emitting.patterns import factors_of, is_sum_of_exponentials
from derive.terms import Index

__all__ = ["OneHot"]


@dataclass(frozen=True)
class Softmax:
    """exp(score at ``where``) / Σ_w exp(score at w), by the parts that a softmax is made of."""

    index: Index
    score: Ref
    largest: Ref
    exponentials: Ref
    where: Label

    def at(self, ref: Ref, label: Label) -> Ref:
        """A part that runs over w, at one label."""
        return at_label(ref, self.index, label)


class OneHot(Expansion):
    """Recognises the three forms in which P(w) - δ(w, o) and log P(o) come."""

    def __init__(self, arguments: Iterable[Argument]) -> None:
        super().__init__(arguments)
        self.held: dict[object, Label | None] = {}
        """By softmax: the observed label, so that every output takes the same exponentials apart."""

    @abstractmethod
    def lower(self, expression: Expr) -> Ref: ...

    @abstractmethod
    def label(self, expression: Expr) -> Label: ...

    def softmax(self, factors: list[tuple[Expr, sympy.Rational]]) -> Softmax | None:
        """The softmax that is the product of the factors, if it is one and nothing else."""
        sums = [base for base, power in factors if power == -1 and is_sum_of_exponentials(base)]
        exponents = [base for base, power in factors if power == 1 and isinstance(base, exp)]
        if len(factors) != 2 or len(sums) != 1 or len(exponents) != 1 or len(sums[0].limits) != 1:
            return None
        body, (index,) = self._open(sums[0])
        if not isinstance(body, exp):
            return None
        score, other = self.lower(body.args[0]), self.lower(exponents[0].args[0])
        where = place_of(score, index, other)
        if where is None:
            return None
        largest = self.graph.make("max", [score], None, [index])
        shifted = self.graph.make("exp", [self.graph.add([(Fraction(1), score), (Fraction(-1), largest)])])
        return Softmax(index, score, largest, shifted, where)

    def others(self, soft: Softmax, observed: Label) -> Ref:
        """The exponentials with zero in the place of the observed one."""
        delta = self.graph.leaf("delta", None, (None, None), (soft.index, observed))
        taken = self.graph.product([delta, soft.at(soft.exponentials, observed)])
        return self.graph.add([(Fraction(1), soft.exponentials), (Fraction(-1), taken)])

    def rest(self, soft: Softmax, observed: Label) -> Ref:
        return self.graph.product([self.others(soft, observed)], [soft.index])

    def hold(self, soft: Softmax, observed: Label) -> bool:
        """Note that this softmax is compared with one observed label; False if there are several."""
        if not isinstance(observed, Pointer) or not set(indices_in((observed,))) <= set(
            indices_in(soft.largest.labels)
        ):
            return False
        key, names = _key(soft.largest)
        marked = _marked(observed, names)
        if self.held.setdefault(key, marked) != marked:
            self.held[key] = None
        return self.held[key] is not None

    def partition(self, largest: Ref, total: Ref, exponentials: Ref, index: Index) -> Ref:
        """Σ_w of the exponentials, as the rest and the observed one where that has been held."""
        key, names = _key(largest)
        marked = self.held.get(key)
        if marked is None:
            return total
        back = {mark: label for label, mark in names.items()}
        observed = _marked(marked, back)
        soft = Softmax(index, exponentials, largest, exponentials, observed)
        self.rewrites.add("partition taken apart")
        return self.graph.add(
            [(Fraction(1), self.rest(soft, observed)), (Fraction(1), soft.at(exponentials, observed))]
        )

    def whole(self, soft: Softmax) -> Ref:
        total = self.graph.product([soft.exponentials], [soft.index])
        return self.partition(soft.largest, total, soft.exponentials, soft.index)

    def log_probability(self, soft: Softmax) -> Ref | None:
        """log P(o) for an integer argument o."""
        if not self.hold(soft, soft.where):
            return None
        self.rewrites.add("log of a probability")
        one = Fraction(1)
        below = self.graph.add([(one, soft.at(soft.score, soft.where)), (-one, soft.largest)])
        inner = self.graph.add([(one, self.rest(soft, soft.where)), (one, self.graph.make("expm1", [below]))])
        return self.graph.add([(one, below), (-one, self.graph.make("log1p", [inner]))])

    def residual(self, soft: Softmax, observed: Label) -> Ref:
        """P(w) - δ(w, observed) at w = ``soft.where``."""
        self.rewrites.add("probability minus one-hot")
        inverse = self.graph.make("power", [self.whole(soft)], Fraction(-1))
        delta = self.graph.leaf("delta", None, (None, None), (soft.where, observed))
        dense = self.graph.product([soft.at(self.others(soft, observed), soft.where), inverse])
        missing = self.graph.product([delta, self.rest(soft, observed), inverse])
        return self.graph.add([(Fraction(1), dense), (Fraction(-1), missing)])

    def pairs(self, terms: list[Expr]) -> list[tuple[Fraction, Ref]]:
        """The terms of a sum that belong together, lowered; they are taken out of ``terms``."""
        found: list[tuple[Fraction, Ref]] = []
        for term in [t for t in terms if t.has(exp)]:
            coefficient, rest = term.as_coeff_Mul()
            if not coefficient.is_Rational:
                continue
            for other in [t for t in terms if t is not term]:
                opposite, partner = other.as_coeff_Mul()
                made = self._pair(rest, partner) if opposite == -coefficient else None
                if made is not None:
                    terms.remove(term)
                    terms.remove(other)
                    found.append((Fraction(int(coefficient.p), int(coefficient.q)), made))
                    break
        return found

    def _pair(self, term: Expr, partner: Expr) -> Ref | None:
        """``term - partner`` where that is P(i) - δ(i, o), Σ_w P(w) x_w - x_o or log Σ_w exp(s_w) - s_o."""
        factors = list(factors_of(term))
        if isinstance(partner, KroneckerDelta):
            soft = self.softmax(factors)
            sides = [self.label(argument) for argument in partner.args]
            if soft is None or soft.where not in sides or not isinstance(soft.where, Index):
                return None
            observed = sides[1 - sides.index(soft.where)]
            return self.residual(soft, observed) if self.hold(soft, observed) else None
        if isinstance(term, log) and is_sum_of_exponentials(term.args[0]) and len(term.args[0].limits) == 1:
            body, (index,) = self._open(term.args[0])
            if not isinstance(body, exp):
                return None
            score = self.lower(body.args[0])
            place = place_of(score, index, self.lower(partner))
            if not isinstance(place, Pointer):
                return None
            largest = self.graph.make("max", [score], None, [index])
            shifted = self.graph.make("exp", [self.graph.add([(Fraction(1), score), (Fraction(-1), largest)])])
            made = self.log_probability(Softmax(index, score, largest, shifted, place))
            return None if made is None else self.graph.add([(Fraction(-1), made)])
        return self._expectation(factors, partner)

    def _expectation(self, factors: list[tuple[Expr, sympy.Rational]], partner: Expr) -> Ref | None:
        sums = [base for base, power in factors if power == 1 and isinstance(base, Sum) and len(base.limits) == 1]
        if not sums:
            return None
        body, (index,) = self._open(sums[0])
        inside = [*factors_of(body), *((b, p) for b, p in factors if b is not sums[0])]
        quotient = [
            (b, p) for b, p in inside if (p == -1 and is_sum_of_exponentials(b)) or (p == 1 and isinstance(b, exp))
        ]
        soft = self.softmax(quotient)
        others = [base**power for base, power in inside if (base, power) not in quotient]
        if soft is None or soft.where != index or not others:
            return None
        values = self.lower(sympy.Mul(*others))
        observed = place_of(values, index, self.lower(partner))
        if observed is None or not self.hold(soft, observed):
            return None
        self.rewrites.add("one-hot under the sum")
        return self.graph.product([self.residual(soft, observed), values], [index])


def at_label(ref: Ref, index: Index, label: Label) -> Ref:
    """The same node with another label in the place of an index."""

    def put(old: Label) -> Label:
        if old == index:
            return label
        return Pointer(old.name, tuple(put(inner) for inner in old.labels)) if isinstance(old, Pointer) else old

    return Ref(ref.node, tuple(put(old) for old in ref.labels))


def place_of(general: Ref, index: Index, special: Ref) -> Label | None:
    """The label that makes ``general``, which runs over ``index``, the other one."""
    if general.node is not special.node:
        return None
    places = {s for g, s in zip(general.labels, special.labels, strict=True) if g == index}
    if len(places) != 1:
        return None
    (label,) = places
    return label if at_label(general, index, label) == special else None


def _key(largest: Ref) -> tuple[object, dict[Label, Label]]:
    """A softmax by its node and labels, whatever the running indices in them are called."""
    names: dict[Label, Label] = {index: k for k, index in enumerate(indices_in(largest.labels))}
    return (largest.node.number, tuple(_marked(label, names) for label in largest.labels)), names


def _marked(label: Label, names: dict[Label, Label]) -> Label:
    if isinstance(label, Pointer):
        return Pointer(label.name, tuple(_marked(inner, names) for inner in label.labels))
    return names.get(label, label)
