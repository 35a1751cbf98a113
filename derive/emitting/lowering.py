"""SymPy terms → the graph of array operations.

One rule per node type of the language of terms.  Everything here that is more than reading a node (taking the maximum
off the exponents of a quotient, log σ, contracting δ under Σ ...) is one of the equalities in ``rewrites``, and its
name is noted so that the caller can have exactly those proved again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

import sympy
from sympy import Expr, Indexed, KroneckerDelta, Product, Sum, Symbol, exp, log

from derive.emitting.expansion import COLUMNS, ROWS, VALUES, Shift
from derive.emitting.formula import Argument, Array, EmitError, IndexArgument, Scalar, Sparse
from derive.emitting.graph import Label, Pointer, Ref
from derive.emitting.onehot import OneHot
from derive.emitting.patterns import (
    Item,
    entries_axis,
    factors_of,
    is_product_of_entries,
    is_sum_of_exponentials,
    number_of,
    one_minus_sigmoid,
    one_plus_exp,
    running_in,
)
from derive.terms import Axis, Index, Tensor, fresh, rename_bound, sigmoid


class Lowering(OneHot):
    """Lowers the outputs of one formula into one graph."""

    def __init__(self, arguments: Iterable[Argument]) -> None:
        super().__init__(arguments)
        self._memo: dict[Expr, Ref] = {}

    def outputs(self, tensors: Mapping[str, Tensor]) -> list[tuple[str, Ref, tuple[Index, ...]]]:
        """All outputs, in one graph."""
        made = [(name, *self.output(tensor)) for name, tensor in tensors.items()]
        if any(label is not None for label in self.held.values()):
            # a softmax that one output compares with a one-hot vector is taken apart in all of them
            self._memo.clear()
            self.rewrites.clear()
            made = [(name, *self.output(tensor)) for name, tensor in tensors.items()]
        return made

    def output(self, tensor: Tensor) -> tuple[Ref, tuple[Index, ...]]:
        """The entry of an output, and the running indices in the order of its axes."""
        indices = tuple(fresh(index) for index in tensor.indices)
        body = rename_bound(tensor.body).xreplace(dict(zip(tensor.indices, indices, strict=True)))
        self._running = set(indices)
        return self.lower(body), indices

    def lower(self, expression: Expr) -> Ref:
        if expression not in self._memo:
            rule = next((rule for kind, rule in _RULES if isinstance(expression, kind)), None)
            if rule is None:
                raise EmitError(f"there is no NumPy for the node {type(expression).__name__} in {expression}")
            self._memo[expression] = rule(self, expression)
        return self._memo[expression]

    # Leaves.

    def number(self, expression: Expr) -> Ref:
        return self.graph.number(number_of(expression))

    def symbol(self, expression: Symbol) -> Ref:
        if isinstance(expression, Index):
            raise EmitError(f"the index {expression} stands where a number is needed")
        argument = self.arguments.get(expression.name)
        if isinstance(argument, Scalar):
            return self.graph.leaf("scalar", argument.parameter)
        if argument is None and expression.name in self.sizes:
            return self.graph.leaf("size", expression.name)
        raise EmitError(f"{expression} is neither a scalar argument nor the length of an argument's axis")

    def entry(self, expression: Indexed) -> Ref:
        name = str(expression.base.label)
        for role in (VALUES,):
            if name.startswith(role + " "):
                sparse = self._sparse(name[len(role) + 1 :])
                return self.graph.leaf(
                    "array", sparse.values, (entries_axis(sparse),), (self.label(expression.indices[0]),)
                )
        argument = self.arguments.get(name)
        if isinstance(argument, Sparse):
            raise EmitError(f"{expression} is sparse, so it can only be a factor of a product")
        if not isinstance(argument, Array):
            raise EmitError(f"{name} is not an array argument")
        if len(argument.axes) != len(expression.indices):
            raise EmitError(f"{expression} has {len(expression.indices)} indices, but {name} has axes {argument.axes}")
        labels = tuple(self.label(index) for index in expression.indices)
        return self.graph.leaf("array", argument.parameter, argument.axes, labels)

    def label(self, expression: Expr) -> Label:
        """An expression in the place of an index."""
        if isinstance(expression, Index) and expression in self._running:
            return expression
        if isinstance(expression, sympy.Integer):
            return Pointer(str(int(expression) - 1))
        if isinstance(expression, Indexed):
            name = str(expression.base.label)
            labels = tuple(self.label(index) for index in expression.indices)
            for role in (ROWS, COLUMNS):
                if name.startswith(role + " "):
                    return Pointer(f"{role} {self._sparse(name[len(role) + 1 :]).values}", labels)
            argument = self.arguments.get(name)
            if isinstance(argument, IndexArgument) and len(argument.axes) == len(labels):
                return Pointer(argument.parameter, labels)
        if isinstance(expression, Symbol):
            argument = self.arguments.get(expression.name)
            if isinstance(argument, IndexArgument) and not argument.axes:
                return Pointer(argument.parameter)
        raise EmitError(f"{expression} cannot be used as an index: it is no integer argument and no index of an output")

    def _sparse(self, symbol: str) -> Sparse:
        argument = self.arguments[symbol]
        if not isinstance(argument, Sparse):
            raise EmitError(f"{symbol} is not sparse")
        return argument

    # Sums, products, powers.

    def add(self, expression: sympy.Add) -> Ref:
        terms = list(expression.args)
        lowered: list[tuple[Fraction | float, Ref]] = [*self.pairs(terms)]
        for term in list(terms):
            coefficient, rest = term.as_coeff_Mul()
            if isinstance(rest, sigmoid) and -coefficient in terms:
                # c - c·σ(x) is written c·σ(-x): exact also where σ(x) rounds to one
                self.rewrites.add("complement of sigmoid")
                terms.remove(-coefficient)
                terms.remove(term)
                lowered.append((number_of(-coefficient), self.graph.make("sigmoid", [self.lower(-rest.args[0])])))
        lowered += [(Fraction(1), self.lower(term)) for term in terms]
        return self.graph.add(lowered)

    def product(self, expression: Expr) -> Ref:
        return self._build(list(factors_of(expression)), [], [])

    def sum(self, expression: Sum) -> Ref:
        return self._build([(expression, sympy.S.One)], [], [])

    def _open(self, expression: Sum | Product) -> tuple[Expr, list[Index]]:
        """The body and the indices of a sum, with names that nothing else has."""
        body, indices = expression.function, []
        for index, low, high in reversed(expression.limits):
            if not isinstance(index, Index) or low != 1 or high.free_symbols & self._running:
                raise EmitError(f"the range {low}..{high} of {index} is not an axis that starts at 1")
            new = fresh(Index(index.name, Axis(index.axis.name, low, high)))
            body = body.xreplace({index: new})
            indices.append(new)
        self._running.update(indices)
        return body, indices

    def _build(self, items: list[Item], bound: list[Index], shifts: Sequence[Shift]) -> Ref:
        """Σ over ``bound`` of the product of ``items`` and exp(Σ shifts)."""
        expanded = self._expand(items, bound, shifts)
        if expanded is not None:
            return expanded
        free = set().union(*(base.free_symbols for base, _ in items), *(running_in(ref) for _, ref in shifts))
        lengths = [index for index in bound if index not in free]
        items = items + [(index.axis.length, sympy.S.One) for index in lengths]
        bound = [index for index in bound if index in free]

        quotient = any(power < 0 and is_sum_of_exponentials(base) for base, power in items)
        exponent: list[tuple[Fraction | float, Ref]] = list(shifts)
        factors: list[Ref] = []
        if quotient and (weights := self._weights_below(items)):
            items, whole = self._weighted(items, weights)
            exponent.append((Fraction(1), whole))
        for base, power in items:
            coefficient = number_of(power)
            opposite = one_plus_exp(base)
            if isinstance(base, exp):
                exponent.append((coefficient, self.lower(base.args[0])))
            elif opposite is not None and power < 0:
                self.rewrites.add("sigmoid")
                factors += self._raised(self.graph.make("sigmoid", [self.lower(-opposite)]), -power)
            elif quotient and isinstance(base, Sum) and is_sum_of_exponentials(base):
                self.rewrites.add("shift of a quotient")
                largest, rest = self._shifted(base)
                exponent.append((coefficient, largest))
                factors += self._raised(rest, power)
            elif isinstance(base, log) and power == 1:
                factors.append(self._log(base.args[0], self._guard(base.args[0], items)))
            elif isinstance(base, KroneckerDelta):
                factors.append(self._delta(base))
            elif isinstance(base, Sum) and power == 1 and items == [(base, power)] and not bound:
                body, indices = self._open(base)
                return self._build(list(factors_of(body)), indices, shifts)
            else:
                factors += self._raised(self._plain(base), power)
        total = self.graph.add(exponent)
        if not (total.node.op == "number" and total.node.attribute == 0):
            factors.append(self.graph.make("exp", [total]))
        return self._sum_of(factors, bound)

    def _plain(self, base: Expr) -> Ref:
        if isinstance(base, Sum):
            body, indices = self._open(base)
            return self._build(list(factors_of(body)), indices, [])
        return self.lower(base)

    def _sum_of(self, factors: list[Ref], bound: Sequence[Index]) -> Ref:
        """What does not depend on the summation index stands in front of the sum."""
        names = set(bound)
        inside = [f for f in factors if not names.isdisjoint(running_in(f))]
        outside = [f for f in factors if names.isdisjoint(running_in(f))]
        if any(f.node.op == "delta" for f in inside):  # entries that are scattered are multiplied while they are few
            inside, outside = factors, []
        if bound and outside:
            self.rewrites.add("factor out of a sum")
        return self.graph.product([*outside, self.graph.product(inside, bound)] if bound else outside)

    def _raised(self, ref: Ref, power: sympy.Rational) -> list[Ref]:
        if power in (1, 2, 3):
            return [ref] * int(power)
        return [self.graph.make("power", [ref], number_of(power))]

    def _delta(self, expression: KroneckerDelta) -> Ref:
        labels = tuple(self.label(argument) for argument in expression.args)
        return self.graph.leaf("delta", None, (None, None), labels)

    def power(self, expression: sympy.Pow) -> Ref:
        base, exponent = expression.args
        if exponent.is_number:
            return self.product(expression)
        return self.graph.make("raise", [self.lower(base), self.lower(exponent)])

    def _shifted(self, total: Sum) -> tuple[Ref, Ref]:
        """(m, S) with the sum = exp(m) · S, where m is the largest exponent in the sum."""
        body, indices = self._open(total)
        items = list(factors_of(body))
        if weights := self._weights(items, indices):
            items, whole = self._weighted(items, weights)
            largest = self.graph.make("max", [whole], None, indices)
            return largest, self._build(items, indices, [(Fraction(1), whole), (Fraction(-1), largest)])
        exponents = [a * p for a, p in ((b.args[0], p) for b, p in items if isinstance(b, exp)) if a.has(*indices)]
        largest = self.graph.make("max", [self.lower(sympy.Add(*exponents))], None, indices)
        made = self._build(items, indices, [(Fraction(-1), largest)])
        if isinstance(body, exp) and len(indices) == 1:
            score = self.graph.add([(Fraction(1), self.lower(body.args[0])), (Fraction(-1), largest)])
            made = self.partition(largest, made, self.graph.make("exp", [score]), indices[0])
        return largest, made

    def _weights(self, items: Iterable[Item], indices: Iterable[Index]) -> frozenset[str]:
        """The arrays of positive numbers that weight the terms of a sum of exponentials."""
        names = set(indices)
        return frozenset(
            str(base.base.label)
            for base, _ in items
            if isinstance(base, Indexed) and base.free_symbols & names and self._is_positive(base)
        )

    def _weights_below(self, items: Iterable[Item]) -> frozenset[str]:
        """The weights of all sums of exponentials that a product is divided by."""
        below = [base for base, power in items if power < 0 and is_sum_of_exponentials(base)]
        return frozenset().union(*(self._weights(factors_of(sum_.function), sum_.variables) for sum_ in below))

    def _is_positive(self, entry: Indexed) -> bool:
        argument = self.arguments.get(str(entry.base.label))
        return isinstance(argument, Array) and argument.positive

    def _weighted(self, items: Iterable[Item], weights: frozenset[str]) -> tuple[list[Item], Ref]:
        """x·e^a as e^(a + log x): the factors that are left, and the exponent."""
        self.rewrites.add("weight of an exponential")
        left: list[Item] = []
        scores: list[Expr] = []
        factors: list[Expr] = []
        for base, power in items:
            if isinstance(base, exp):
                scores.append(base.args[0] * power)
            elif isinstance(base, Indexed) and str(base.base.label) in weights:
                factors.append(base**power)
            else:
                left.append((base, power))
        logarithm = self._log(sympy.Mul(*factors), None)
        return left, self.graph.add([(Fraction(1), self.lower(sympy.Add(*scores))), (Fraction(1), logarithm)])

    # Functions.

    def exponential(self, expression: exp) -> Ref:
        return self._build([(expression, sympy.S.One)], [], [])

    def logistic(self, expression: sigmoid) -> Ref:
        return self.graph.make("sigmoid", [self.lower(expression.args[0])])

    def logarithm(self, expression: log) -> Ref:
        return self._log(expression.args[0], None)

    def _log(self, argument: Expr, guard: Expr | None) -> Ref:
        soft = self.softmax(list(factors_of(argument)))
        if soft is not None and (whole := self.log_probability(soft)) is not None:
            return whole
        special: list[tuple[Fraction | float, Ref]] = []
        plain: list[Expr] = []
        for base, power in factors_of(argument):
            coefficient = number_of(power)
            opposite = one_plus_exp(base)
            if isinstance(base, exp):
                special.append((coefficient, self.lower(base.args[0])))
            elif isinstance(base, Sum) and is_sum_of_exponentials(base):
                self.rewrites.add("log of a sum of exponentials")
                largest, rest = self._shifted(base)
                special += [(coefficient, largest), (coefficient, self.graph.make("log", [rest]))]
            elif opposite is not None:
                self.rewrites.add("log of one plus exp")
                special.append((coefficient, self.graph.make("softplus", [self.lower(opposite)])))
            elif isinstance(base, sigmoid):
                self.rewrites.add("log of sigmoid")
                special.append((-coefficient, self.graph.make("softplus", [self.lower(-base.args[0])])))
            elif (inner := one_minus_sigmoid(base)) is not None:
                self.rewrites |= {"log of sigmoid", "complement of sigmoid"}
                special.append((-coefficient, self.graph.make("softplus", [self.lower(inner)])))
            elif isinstance(base, Product):
                self.rewrites.add("log of a product")
                body, indices = self._open(base)
                special.append((coefficient, self._sum_of([self._log(body, None)], indices)))
            else:
                plain.append(base**power)
        if special and len(list(factors_of(argument))) > 1:
            self.rewrites.add("log of a product")
        rest = sympy.Mul(*plain)
        if rest != 1:
            special.append((Fraction(1), self._guarded(self.graph.make("log", [self.lower(rest)]), guard)))
        return self.graph.add(special)

    def _guard(self, argument: Expr, items: Iterable[Item]) -> Expr | None:
        """The factor x of x·log(y) that may be zero together with y."""
        for base, power in items:
            if isinstance(base, Indexed | Symbol) and power > 0 and argument.has(Indexed, Symbol):
                name = str(base.base.label) if isinstance(base, Indexed) else base.name
                known = isinstance(self.arguments.get(name), Array | Scalar)
                inside = any(factor == base and exponent > 0 for factor, exponent in factors_of(argument))
                if known and (inside or is_product_of_entries(argument)):
                    return base
        return None

    def _guarded(self, logarithm: Ref, guard: Expr | None) -> Ref:
        if guard is None:
            return logarithm
        self.rewrites.add("zero times log of zero")
        return self.graph.make("where nonzero", [self.lower(guard), logarithm])

    def extremum(self, expression: Expr) -> Ref:
        op = "maximum" if isinstance(expression, sympy.Max) else "minimum"
        return self.graph.make(op, [self.lower(argument) for argument in expression.args])

    def absolute(self, expression: sympy.Abs) -> Ref:
        return self.graph.make("abs", [self.lower(expression.args[0])])

    def multiply_over(self, expression: Product) -> Ref:
        body, indices = self._open(expression)
        return self.graph.make("multiply over", [self.lower(body)], None, indices)


_RULES: tuple[tuple[type, Callable[[Lowering, Expr], Ref]], ...] = (
    (sympy.Number, Lowering.number),
    (sympy.NumberSymbol, Lowering.number),
    (Symbol, Lowering.symbol),
    (Indexed, Lowering.entry),
    (sympy.Add, Lowering.add),
    (sympy.Mul, Lowering.product),
    (Sum, Lowering.sum),
    (exp, Lowering.exponential),
    (sympy.Pow, Lowering.power),
    (KroneckerDelta, Lowering.product),
    (log, Lowering.logarithm),
    (sigmoid, Lowering.logistic),
    (sympy.Abs, Lowering.absolute),
    (sympy.Max, Lowering.extremum),
    (sympy.Min, Lowering.extremum),
    (Product, Lowering.multiply_over),
)
