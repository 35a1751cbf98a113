"""Certificates for E ≥ 0 that hold for all sizes.

Each rule replaces E by something smaller (or equal, or of the same sign) until the signs of the terms decide.  All
of convexity comes from one lemma, log x ≥ 1 - 1/x, which is proved by calculus when it is first used:

- for weights w ≥ 0 and numbers r > 0 it gives Σ w log r ≥ Σ w (1 - 1/r),
- and with the best constant factor put into r, Σ w log r ≥ W log(W / Σ w/r) for W = Σ w > 0 (Jensen, Gibbs, log-sum).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import sympy
from sympy import Expr

from derive.derivation import Goal, Relation
from derive.errors import InternalError
from derive.proving.budget import Budget, Stopped
from derive.proving.laws import NEGATIVE, POSITIVE
from derive.proving.normal_form import Session
from derive.proving.one_variable import by_one_variable
from derive.proving.polynomial import (
    ONE,
    ZERO,
    Atom,
    Mono,
    Number,
    Poly,
    atom_poly,
    atoms_in,
    exact,
    magnitude,
    make_atom,
    names_of,
)
from derive.proving.powers import assign
from derive.proving.signs import is_affine
from derive.proving.squares import as_square, square_sign
from derive.proving.sums import sum_atom
from derive.proving.two_variables import by_two_variables
from derive.proving.univariate import Interval, nonnegative
from derive.proving.weights import with_sums_as_weights

__all__ = ["certificate", "equality_case"]

MAX_STEPS = 4
BY_SIGNS = "every term of the difference has the right sign"


@cache
def _lemma() -> str:
    """log x ≥ 1 - 1/x for x > 0, proved by calculus."""
    x = sympy.Symbol("x", positive=True)
    if not nonnegative(sympy.log(x) - 1 + 1 / x, x, Interval(sympy.S.Zero, sympy.oo)):
        raise InternalError("log x ≥ 1 - 1/x could not be proved")
    return "log x ≥ 1 - 1/x"


@dataclass
class _Group:
    """Σ over indices of weight · log Π A_k^{c_k}; ``factor`` is the weight where it is no monomial."""

    names: tuple[str, ...]
    weight: Mono
    logs: list[tuple[Number, Poly]] = field(default_factory=list)
    factor: Poly | None = None

    def scales(self) -> list[Number]:
        return sorted({magnitude(c) for c, _ in self.logs}, reverse=True)[:2]


def certificate(session: Session, poly: Poly, *, strict: bool) -> str | None:
    """A sentence that says why a term is ≥ 0 (or > 0, if ``strict``), or None if no reason was found."""
    return _Search(session, strict).run(poly, MAX_STEPS)


class _Search:
    def __init__(self, session: Session, strict: bool) -> None:
        self.session = session
        self.laws = session.laws
        self.strict = strict
        self.seen: set[Poly] = set()

    def holds(self, poly: Poly) -> bool:
        """Whether signs alone decide."""
        sign = self.laws.sign(poly)
        if sign == POSITIVE:
            return True
        if self.strict:
            return False
        return not sign & NEGATIVE or self.session.is_zero(poly) or self._term_by_term(poly)

    def _term_by_term(self, poly: Poly) -> bool:
        """Whether the terms of all sums over the same range, taken together, have the right sign."""
        variants = [poly]
        constant = poly.terms.get((), 0)
        if constant:
            for one in self._ones(poly):
                variants.append(poly + one.scale(constant) - Poly.number(constant))
        variants.extend(self._with_lengths(poly))
        for variant in variants:
            rest, groups = self.session.merged(variant)
            if not groups or self.laws.sign(rest) & NEGATIVE:
                continue
            if all(self._body_holds(b) for _, b in groups):
                return True
        return False

    def _body_holds(self, body: Poly) -> bool:
        """Whether what stands under a sum is ≥ 0 for every index."""
        if not self.laws.sign(body) & NEGATIVE or square_sign(self.session, body):
            return True
        scale, mono, primitive = self.laws.together(body)
        if self.laws.sign(Poly({mono: 1})) != POSITIVE:
            return False
        return by_one_variable(self.session, primitive if scale > 0 else -primitive, strict=False) is not None

    def _ones(self, poly: Poly) -> Iterator[Poly]:
        """The number one as a sum Σ_i p_i that is left standing, for weights p that occur in a term."""
        known = self.laws.known
        names = {a.data[0] for a in atoms_in(poly) if a.kind == "entry" and a.data[0] in known.totals}
        for name in sorted(names):
            positions, axes = known.totals[name]
            if len(axes) == 1 and len(positions) == 1:
                bound = "~1.0"
                body = atom_poly(make_atom("entry", name, (self.laws.index(bound),)))
                yield atom_poly(sum_atom(axes[0], body, (bound,), 1))
        for length, ones in self._lengths(poly):  # 1 is the mean of n ones
            yield self.laws.mul(ones, self.laws.power(length, -1))

    def _lengths(self, poly: Poly) -> Iterator[tuple[Poly, Poly]]:
        """n > 0 and Σ_i 1, left standing, for every range of a sum over one index."""
        ranges = {a.data[0] for a in atoms_in(poly) if a.kind == "sum" and len(a.data[2]) == 1}
        for low, high in sorted(ranges, key=lambda ends: (ends[0].key, ends[1].key)):
            length = high - low + ONE
            if self.laws.sign(length) == POSITIVE:
                yield length, atom_poly(sum_atom((low, high), ONE, ("~1.0",), 1))

    def _with_lengths(self, poly: Poly) -> Iterator[Poly]:
        """A term c·n as Σ_i c."""
        for length, ones in self._lengths(poly):
            single = length.single()
            for mono, c in poly:
                if single is not None and single[1] == 1 and len(single[0]) == 1 and single[0][0] in mono:
                    left = Poly({tuple(f for f in mono if f != single[0][0]): c})
                    yield poly - Poly({mono: c}) + self.laws.mul(left, ones)

    def run(self, poly: Poly, steps: int) -> str | None:
        self.laws.budget.tick()
        if self.holds(poly):
            return BY_SIGNS
        if steps == 0 or poly in self.seen:
            return None
        self.seen.add(poly)
        for rule in (
            self._two_variables,  # before denominators are cleared, which hides that a slope has a factor x - y
            self._without_factor,
            self._maximum,
            self._ends,
            self._squares,
            self._one_variable,
            self._compare_by_log,
            self._exponentiate,
            self._concavity,
        ):
            found = rule(poly, steps)
            if found is not None:
                return found
        return None

    def _without_factor(self, poly: Poly, steps: int) -> str | None:
        """A common factor that is positive (or ≥ 0, unless the claim is strict) does not matter."""
        c, mono, primitive = self.laws.together(poly)
        if c < 0:
            c, primitive = -c, -primitive
        if primitive == poly:
            return None
        sign = self.laws.sign(Poly({mono: 1}))
        if sign == NEGATIVE:
            sign, primitive = POSITIVE, -primitive
        if sign == POSITIVE or not (self.strict or sign & NEGATIVE):
            return self.run(primitive, steps)
        return None

    def _maximum(self, poly: Poly, steps: int) -> str | None:
        """max(a, b) in front of a minus: every case; after a plus: one case is enough."""
        for mono, c in poly:
            for atom, e in mono:
                if atom.kind != "max" or e != 1:
                    continue
                rest = tuple(f for f in mono if f[0] != atom)
                outside = self.laws.sign(Poly({rest: c}))
                others = poly - Poly({mono: c})
                cases = [others + self.laws.mul(Poly({rest: c}), a) for a in atom.data[0]]
                if not outside & POSITIVE:
                    found = [self.run(case, steps - 1) for case in cases]
                    return "each case of the maximum: " + str(found[0]) if all(found) else None
                if not outside & NEGATIVE:
                    return next((f for f in (self.run(case, steps - 1) for case in cases) if f), None)
        return None

    def _ends(self, poly: Poly, steps: int) -> str | None:
        """A term that is affine in a bounded atom is least at one of the bounds."""
        known = self.laws.known
        for atom in sorted({a for m in poly.terms for a, _ in m}, key=lambda a: a.key):
            if atom.kind not in ("sym", "entry") or atom.data[0] not in known.upper or atom.data[0] not in known.lower:
                continue
            if not is_affine(poly, atom):
                continue
            ends = [assign(poly, atom, bound) for bound in (known.lower[atom.data[0]], known.upper[atom.data[0]])]
            found = [self.run(end, steps - 1) for end in ends]
            if all(found):
                return f"it is affine between two bounds, and at both {found[-1]}"
        return None

    def _squares(self, poly: Poly, steps: int) -> str | None:
        if self.strict or steps < 1:
            return None
        squares = any(as_square(self.session, form) for form in (poly, *self._with_lengths(poly)))
        return "it is a sum of squares with weights ≥ 0" if squares else None

    def _one_variable(self, poly: Poly, steps: int) -> str | None:
        if steps < 1:
            return None
        return by_one_variable(self.session, poly, strict=self.strict)

    def _two_variables(self, poly: Poly, steps: int) -> str | None:
        if self.strict or steps < 1:
            return None
        return by_two_variables(self.session, poly, lambda part: self.run(part, min(steps - 1, 2)) is not None)

    def _compare_by_log(self, poly: Poly, steps: int) -> str | None:
        """a - b ≥ 0 for positive products a and b where log a - log b ≥ 0."""
        if len(poly) != 2:
            return None
        (m1, c1), (m2, c2) = poly
        if c1 < 0:
            (m1, c1), (m2, c2) = (m2, c2), (m1, c1)
        if c1 < 0 or c2 > 0:
            return None
        a, b = Poly({m1: c1}), Poly({m2: -c2})
        if self.laws.sign(a) != POSITIVE or self.laws.sign(b) != POSITIVE:
            return None
        return self.run(self.laws.log(a) - self.laws.log(b), steps - 1)

    def _exponentiate(self, poly: Poly, steps: int) -> str | None:
        """E ≥ 0 where e^E - 1 ≥ 0, tried where that makes logarithms go."""
        beside = {tuple(f for f in m if f[0].kind != "log") for m in poly.terms if any(a.kind == "log" for a, _ in m)}
        if steps < 1 or not (() in beside or len(beside) == 1):
            return None
        factor = ONE if () in beside else Poly({beside.pop(): 1})  # T log x - y ≥ 0 where log x - y / T ≥ 0
        if self.laws.sign(factor) != POSITIVE:
            return None
        poly = self.laws.mul(poly, self.laws.power(factor, -1))
        if any(a.kind == "sum" for m in poly.terms for a, _ in m if any(b.kind == "log" for b, _ in m)):
            return None
        raised = self.laws.exp(poly) - ONE
        scale, outside, numerator = self.laws.together(raised)
        over = self.laws.sign(Poly({outside: 1})) == POSITIVE
        above = numerator if scale > 0 else -numerator
        return BY_SIGNS if self.holds(raised) or (over and self.holds(above)) else None

    def _concavity(self, poly: Poly, steps: int) -> str | None:
        for collect in (
            self._with_sums_as_weights,
            lambda p: self.groups(p, False),
            lambda p: self.groups(p, True),
            lambda p: self.groups(p, False, deep=True),
        ):
            groups, rest = collect(poly)
            if not groups:
                continue
            if not self.strict and self._all_rise(*self._with_constant(groups, rest)):
                return "every logarithm in it is one of a number that is at least 1"
            for bound in self._bounds(groups, rest):
                if bound == poly:
                    continue
                found = self.run(bound, steps - 1)
                if found is not None:
                    how = f"concavity of the logarithm ({_lemma()})"
                    return how if found == BY_SIGNS or found.startswith(how) else f"{how}, then {found}"
        return None

    def _all_rise(self, groups: list[_Group], rest: Poly) -> bool:
        return not self.laws.sign(rest) & NEGATIVE and all(self._rises(g) for g in groups)

    def _with_constant(self, groups: list[_Group], rest: Poly) -> tuple[list[_Group], Poly]:
        """A number c beside Σ w log r is Σ w (log r + c / W) for the sum W of the weights."""
        summed = [g for g in groups if g.names]
        constant = self.laws.total([rest, *(self._back(g) for g in groups if not g.names)])
        if len(summed) != 1 or constant.names or not constant or any(a.kind == "sum" for a in atoms_in(constant)):
            return groups, rest
        whole = self.laws.sum_over(summed[0].names, self._weight(summed[0])).constant()
        if whole is None or whole <= 0:
            return groups, rest
        (group,) = summed
        inside = self.laws.exp(constant.scale(exact(1 / Fraction(whole))))
        return [_Group(group.names, group.weight, [*group.logs, (1, inside)], group.factor)], ZERO

    def _bounds(self, groups: list[_Group], rest: Poly) -> Iterator[Poly]:
        """Lower bounds of Σ groups + rest, the most promising first."""
        summed = [g for g in groups if g.names]
        single = [g for g in groups if not g.names]
        plain = self.laws.total([rest, *(self._back(g) for g in single)])
        if summed:
            yield self.laws.total([plain, *(self._jensen(g) for g in summed)])
            kept = [g for g in summed if not self._rises(g)]
            if len(kept) < len(summed):
                yield self.laws.total([plain, *(self._jensen(g) for g in kept)])
            for k, g in enumerate(summed):
                if len(summed) > 1:
                    yield self.laws.total(
                        [plain, self._jensen(g), *(self._back(h) for h in summed[:k] + summed[k + 1 :])]
                    )
            yield self.laws.total([plain, *(self._linear(g, s) for g in summed for s in g.scales()[:1])])
            if len(summed) == 1:
                beside = {magnitude(c) for g in single for c, _ in g.logs} - {summed[0].scales()[0]}
                for scale in sorted(beside, reverse=True)[:2]:  # H(p) ≤ 2 log Σ √p_i
                    yield plain + self._jensen(summed[0], scale)
        for k, g in enumerate(single):
            others = self.laws.total([rest, *(self._back(h) for h in summed + single[:k] + single[k + 1 :])])
            for scale in g.scales():
                yield others + self._linear(g, scale)

    def _weight(self, group: _Group) -> Poly:
        return group.factor if group.factor is not None else Poly({group.weight: 1})

    def _with_sums_as_weights(self, poly: Poly) -> tuple[list[_Group], Poly]:
        def nonnegative(weight: Poly) -> bool:
            return _Search(self.session, strict=False).run(weight, 1) is not None

        found, rest = with_sums_as_weights(self.session, poly, nonnegative)
        return [_Group(names, (), logs, weight) for names, weight, logs in found], rest

    def _back(self, group: _Group) -> Poly:
        """The group as it was."""
        inside = self.laws.total([self.laws.log(a).scale(c) for c, a in group.logs])
        return self.laws.sum_over(group.names, self.laws.mul(self._weight(group), inside))

    def _inverse_ratio(self, group: _Group, scale: Number) -> Poly:
        return self.laws.product(*(self.laws.power(a, exact(-Fraction(c) / Fraction(scale))) for c, a in group.logs))

    def _rises(self, group: _Group) -> bool:
        """Whether r ≥ 1 everywhere, so that the group is ≥ 0 by itself."""
        gap = ONE - self._inverse_ratio(group, group.scales()[0])
        return not self.laws.sign(gap) & NEGATIVE or square_sign(self.session, gap)

    def _linear(self, group: _Group, scale: Number) -> Poly:
        """Σ w (1 - 1/r)."""
        gap = ONE - self._inverse_ratio(group, scale)
        return self.laws.sum_over(group.names, self.laws.mul(self._weight(group), gap)).scale(scale)

    def _jensen(self, group: _Group, scale: Number | None = None) -> Poly:
        """W log(W / Σ w/r); the plain lemma where W may be zero.  Any scale > 0 gives a bound."""
        scale = group.scales()[0] if scale is None else scale
        weight = self._weight(group)
        whole = self.laws.sum_over(group.names, weight)
        if self.laws.sign(whole) != POSITIVE:
            return self._linear(group, scale)
        return self.laws.mul(whole, self.laws.log(whole) - self.laws.log(self._mixed(group, scale))).scale(scale)

    def _mixed(self, group: _Group, scale: Number) -> Poly:
        """Σ w/r."""
        inverse = self._inverse_ratio(group, scale)
        return self.laws.sum_over(group.names, self.laws.mul(self._weight(group), inverse))

    def groups(self, poly: Poly, absorb: bool, *, deep: bool = False) -> tuple[list[_Group], Poly]:
        """Collect the logarithms with the same weight; with ``absorb``, w·x counts as w·log e^x.

        With ``deep``, weights that are sums are opened too: Σ_y (Σ_x p(x,y)) log A_y has the weights p(x,y).
        """
        groups: list[_Group] = []
        rest = ZERO
        plain: list[tuple[tuple[str, ...], Mono, Number]] = []
        for mono, c in poly:
            names, body = self._prenex(mono, deep=deep)
            term = body.single()
            if term is None:
                rest = rest + Poly({mono: c})
                continue
            inner, k = term
            logs = [a for a, e in inner if a.kind == "log" and e == 1]
            if len(logs) != 1:
                plain.append((names, inner, c * k))
                continue
            weight = tuple(f for f in inner if f[0] != logs[0])
            if self.laws.sign(Poly({weight: 1})) & NEGATIVE:
                plain.append((names, inner, c * k))
                continue
            self._join(groups, names, weight, (exact(c * k), logs[0].data[0]))
        for names, mono, c in plain:
            if not (
                absorb
                and (self._absorbed(groups, names, mono, exact(c)) or self._weighed(groups, names, mono, exact(c)))
            ):
                rest = rest + self.laws.sum_over(names, Poly({mono: c}))
        return groups, rest

    def _prenex(self, mono: Mono, *, deep: bool = False) -> tuple[tuple[str, ...], Poly]:
        """A monomial with its sums opened: Σ_names body."""
        names: tuple[str, ...] = ()
        body = ONE
        for atom, e in mono:
            if atom.kind == "sum" and isinstance(e, int) and e > 0 and len(names) + e * len(atom.data[2]) <= 6:
                for _ in range(e):
                    inner, part = self.laws.open_sum(atom)
                    names += inner
                    body = self.laws.mul(body, part)
            else:
                body = self.laws.mul(body, Poly({((atom, e),): 1}))
        term = body.single() if deep and names else None
        if term is not None and any(a.kind == "sum" and isinstance(e, int) and e > 0 for a, e in term[0]):
            more, opened = self._prenex(term[0], deep=len(names) < 3)
            return names + more, opened.scale(term[1])
        return names, body

    def _renamings(self, names: tuple[str, ...], wanted: tuple[str, ...]) -> Iterator[dict[Atom, Poly]]:
        """All ways to call some indices like others that run over the same ranges."""
        if len(names) != len(wanted) or len(names) > 4:
            return
        ranges = self.laws.ranges
        for order in itertools.permutations(wanted):
            pairs = list(zip(names, order, strict=True))
            if all(ranges[a] == ranges[b] for a, b in pairs):
                yield {make_atom("var", a): self.laws.index(b) for a, b in pairs}

    def _join(self, groups: list[_Group], names: tuple[str, ...], weight: Mono, log: tuple[Number, Poly]) -> None:
        for group in groups:
            for renaming in self._renamings(names, group.names):
                if self.laws.replace(Poly({weight: 1}), renaming) == Poly({group.weight: 1}):
                    group.logs.append((log[0], self.laws.replace(log[1], renaming)))
                    return
        groups.append(_Group(names, weight, [log]))

    def _absorbed(self, groups: list[_Group], names: tuple[str, ...], mono: Mono, c: Number) -> bool:
        """w·x counts as w·log e^x for a group with the weight w; x may be a sum over further indices."""
        for group in groups:
            for own in itertools.combinations(names, len(group.names)):
                further = tuple(name for name in names if name not in own)
                if any(not self.laws.ends_of(name).isdisjoint(own) for name in further):
                    continue
                for renaming in self._renamings(own, group.names):
                    term = self.laws.replace(Poly({mono: 1}), renaming).single()
                    if term is None or not set(group.weight) <= set(term[0]):
                        continue
                    left = tuple(f for f in term[0] if f not in group.weight)
                    if names_of(left) & set(group.names):
                        inside = self.laws.sum_over(further, Poly({left: term[1]}))
                        group.logs.append((c, self.laws.exp(inside)))
                        return True
        return False

    def _weighed(self, groups: list[_Group], names: tuple[str, ...], mono: Mono, c: Number) -> bool:
        """Σ p_i x_i as Σ p_i log e^(x_i) for weights p ≥ 0 with a positive sum, in the most a mean Σ x_i / n."""
        left = tuple(
            (a, e) for a, e in mono if not (a.kind == "entry" and e == 1 and a.data[0] in self.laws.known.totals)
        )
        if len(mono) - len(left) > 1:
            return False
        left = tuple((a, e) for a, e in left if names_of(((a, e),)) & set(names))
        weight = tuple(f for f in mono if f not in left)
        if not left or not names or self.laws.sign(Poly({weight: 1})) & NEGATIVE:
            return False
        if self.laws.sum_over(names, Poly({weight: 1})) != ONE:
            return False
        groups.append(_Group(names, weight, [(exact(magnitude(c)), self.laws.exp(Poly({left: 1 if c > 0 else -1})))]))
        return True

    def equality(self, poly: Poly) -> tuple[tuple[Expr, Expr], ...] | None:
        """The pairs of ``equality_case`` for a term that is ≥ 0.

        In Σ w (log r - 1 + 1/r) every term is zero where r = 1, and in Σ w log r - W log(W / Σ w/r) where r is the same
        everywhere, that is where r = W / Σ w/r.
        """
        found, rest = self.groups(poly, absorb=False)
        rest = self.laws.total([rest, *(self._back(g) for g in found if not g.names)])
        groups = [g for g in found if g.names]
        wholes = [self.laws.sum_over(g.names, self._weight(g)) for g in groups]
        if not groups or any(self.laws.sign(part) != POSITIVE for g in groups for part in (self._weight(g), *wholes)):
            return None
        if self.session.is_zero(self.laws.total([rest, *(self._linear(g, g.scales()[0]) for g in groups)])):
            return tuple(self._sides(g, ONE, ONE) for g in groups)
        if self.session.is_zero(self.laws.total([rest, *(self._jensen(g) for g in groups)])):
            return tuple(
                self._sides(g, self._mixed(g, g.scales()[0]), whole) for g, whole in zip(groups, wholes, strict=True)
            )
        return None

    def _sides(self, group: _Group, up: Poly, down: Poly) -> tuple[Expr, Expr]:
        """(a, b) with a / b = r · up / down, the number that must be one."""
        scale = Fraction(group.scales()[0])
        above, below = (
            self.laws.product(
                side,
                *(
                    self.laws.power(a, exact(Fraction(magnitude(c)) / scale))
                    for c, a in group.logs
                    if (c > 0) == rising
                ),
            )
            for side, rising in ((up, True), (down, False))
        )
        return self.session.expression(above), self.session.expression(below)


def equality_case(goal: Goal, *, seconds: float = 5.0) -> tuple[tuple[Expr, Expr], ...] | None:
    """When a proved inequality is an equality: exactly where a = b everywhere, for all pairs (a, b) that are returned.

    Given for inequalities that follow from log r ≥ 1 - 1/r under sums with positive weights and nothing else; the
    lemma is strict unless r = 1.  For KL(p‖q) ≥ 0 the answer is (p_i, q_i).  None where no such proof is found.
    """
    if goal.relation not in (Relation.AT_LEAST, Relation.AT_MOST):
        return None
    _lemma()
    try:
        session = Session(goal.facts, Budget(seconds))
        difference = session.translate(goal.left) - session.translate(goal.right)
        if goal.relation is Relation.AT_MOST:
            difference = -difference
        return _Search(session, strict=False).equality(difference)
    except Stopped:
        return None
