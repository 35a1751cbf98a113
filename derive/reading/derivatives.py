"""Derivatives as they are written: ∂L/∂x, ∂/∂x(...), ∇_x, f'(x), (a^x)', second derivatives.

SymPy differentiates one entry under the symbolic sums; this module decides what is differentiated by what, and how
the entries are arranged (the derivative of a scalar has the shape of the variable; a Jacobian has its rows over the
numerator unless the note says otherwise).
"""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Expr, Indexed, Symbol
from sympy.core.function import AppliedUndef

from derive.calculus import DerivativeError, differentiate
from derive.reading import tree
from derive.reading.apart import keep_variables_apart
from derive.reading.applying import at
from derive.reading.calls import UNKNOWN_FUNCTIONS
from derive.reading.context import Reading, new_index, undisturbed
from derive.reading.definers import scalars_of
from derive.reading.definitions import Relearn, as_variables, from_variables, unfold, unknown
from derive.reading.elaborate import named, value
from derive.reading.extremes import is_smooth
from derive.reading.keys import labelled
from derive.reading.products import FUNCTIONS, factor, product
from derive.reading.refold import refold
from derive.reading.scope import Head, Unsettled, entry_name
from derive.reading.signatures import signature
from derive.reading.spelling import STYLES, Spelled, bare, letter, plain, spell
from derive.reading.survey import PARAMETERS
from derive.reading.values import ShapeError, Value, entrywise, scalar
from derive.reading.written import shown
from derive.terms import Axis, Index, array, free_indices, fresh, real, rename_bound, size, sum_over

MAX_ORDER = 8
"""The highest derivative that is taken; SymPy's terms grow with every order."""


UPRIGHT = STYLES | {"text", "textrm", "textup", "operatorname"}
"""How the d of a derivative is set."""


def _differential(node: tree.Node) -> tuple[str, tree.Node | None] | None:
    """``∂``, ``∂^2``, ``d^n``: the sign, and the order as it is written (None for a first derivative)."""
    node = plain(node)
    if isinstance(node, tree.Name) and UPRIGHT.issuperset(node.decorations) and node.base in ("\\partial", "d"):
        return node.base, None
    if isinstance(node, tree.Word) and node.text == "d":
        return "d", None
    if isinstance(node, tree.Script) and node.sub is None and node.sup is not None and not node.primes:
        inner = _differential(node.base)
        if inner is not None and inner[1] is None:
            return inner[0], plain(node.sup)
    return None


def _factors(node: tree.Node) -> list[tree.Factor]:
    node = plain(node)
    return list(node.factors) if isinstance(node, tree.Product) else [bare(node)]


def _variables(node: tree.Node, sign: str) -> list[tree.Node] | None:
    """The variables of a denominator ``∂x ∂y``, ``∂x^2``, ``dx``; each as often as it is differentiated by."""
    found: list[tree.Node] = []
    current: list[tree.Factor] | None = None

    def close() -> None:
        if current:
            found.extend(_repeated(current))

    for each in _factors(node):
        head = _differential(each.node)
        opens = current is None or (head is not None and head[0] == sign and current != [])  # ``d d`` is d of d
        if head is not None and head[1] is None and opens:
            close()
            current = []
        elif current is None:
            return None
        else:
            current.append(each)
    close()
    return found or None


def _repeated(factors: list[tree.Factor]) -> list[tree.Node]:
    if len(factors) == 1:
        node = plain(factors[0].node)
        if isinstance(node, tree.Script) and node.sup is not None and isinstance(order := plain(node.sup), tree.Num):
            single = (
                tree.Script(node.span, node.base, node.sub, None, node.primes) if node.sub or node.primes else node.base
            )
            return [single] * _order(order)
        if isinstance(node, tree.Group) and node.open == "(":
            return [node.body]
        return [node]
    return [tree.Product(factors[0].node.span, tuple([bare(factors[0].node), *factors[1:]]))]


def _split(node: tree.Frac) -> tuple[list[tree.Factor], list[tree.Node]] | None:
    """What is differentiated (maybe nothing yet) and the variables, if a fraction is a derivative.

    A ∂ that stands above and not below, or below and not above, is one that was forgotten on the other side.
    """
    top = _factors(node.numerator)
    head = _differential(top[0].node)
    if head is None:
        by_one = _variables(node.denominator, "\\partial")
        return (top, by_one) if by_one is not None and len(by_one) == 1 else None
    variables = _variables(node.denominator, head[0])
    below = spell(node.denominator)
    if variables is None and head == ("\\partial", None) and below is not None and below.subs:  # ∂L/N may be anything
        variables = [plain(node.denominator)]
    if variables is None:
        return None
    order = _order(head[1])
    if len(variables) != order:
        raise Unsettled(f"a derivative of order {order} by {len(variables)} variables")
    return top[1:], variables


def _note_what_is_missing(node: tree.Frac, reading: Reading) -> None:
    signs = [_differential(_factors(side)[0].node) is not None for side in (node.numerator, node.denominator)]
    if not all(signs):
        reading.scope.note(f"{shown(node)} is read as a derivative, in which a ∂ was forgotten (inferred)")


def _order(written: tree.Node | None) -> int:
    """The order of a derivative; only numbers are understood, and no large ones."""
    if written is None:
        return 1
    if not isinstance(written, tree.Num) or not written.text.isdigit() or not 1 <= int(written.text) <= MAX_ORDER:
        raise Unsettled(f"a derivative of order {shown(written)}: orders from 1 to {MAX_ORDER} are understood")
    return int(written.text)


def derivative_of_fraction(node: tree.Frac, reading: Reading) -> Value | None:
    """``∂L/∂x`` with the function inside the fraction; None if it is an ordinary fraction."""
    parts = _split(node)
    if parts is None:
        return None
    body, variables = parts
    if not body:
        raise Unsettled("a derivative of nothing")
    _note_what_is_missing(node, reading)
    if (own := _at_its_own_argument(body, variables, reading)) is not None:
        return by_all(own, variables, reading)
    body = _function_of(body, variables, reading) or body
    return by_all(product([bare(body[0].node), *body[1:]], reading), variables, reading)


def _at_its_own_argument(body: list[tree.Factor], variables: list[tree.Node], reading: Reading) -> Value | None:
    """``dℓ/dp`` where the note has ℓ(x) and p = σ(x): ℓ(x), in which p has to be found, and not ℓ(p)."""
    spelled, name = spell(body[0].node) if len(body) == 1 else None, letter(variables[0])
    if spelled is None or spelled.subs or spelled.primes or name not in reading.scope.heads:
        return None
    head = reading.scope.heads.get(signature(spelled.name, 0, ()))
    alone = reading.scope.heads.get(spelled.name)
    if head is None or head.written != 1 or head.inert or (alone is not None and _has(alone, variables[0], reading)):
        return None
    argument = head.definition.parameters[0]
    return at(head, [argument]) if isinstance(argument, Symbol) and argument.name != name else None


def _function_of(body: list[tree.Factor], variables: list[tree.Node], reading: Reading) -> list[tree.Factor] | None:
    """``dσ/dx`` means dσ(x)/dx; None if what is differentiated has its argument, or is no function.

    Beside a number ℓ in which there is no x, it is the function ℓ(x) of the note that has a derivative by x.
    """
    spelled = spell(body[0].node) if len(body) == 1 else None
    if spelled is None or spelled.subs or spelled.primes or any(one != variables[0] for one in variables):
        return None
    function = spelled.name in FUNCTIONS or signature(spelled.name, 0, ()) in reading.scope.heads
    family = reading.scope.families.get(spelled.name)
    if not function or (family is not None and family.declared):
        return None
    if (alone := reading.scope.heads.get(spelled.name)) is not None and _has(alone, variables[0], reading):
        return None
    span = body[0].node.span
    return [body[0], bare(tree.Group(span, "(", ")", tree.Sequence(span, (variables[0],))))]


def _has(head: Head, variable: tree.Node, reading: Reading) -> bool:
    """Whether the variable occurs in what a name stands for, or may occur in it."""
    name = letter(variable)
    if name is None or head.written or head.value.rank:
        return True
    body = unfold(head.value.body, reading.scope.definitions, frozenset({name}))
    return name in {s.name.strip() for s in body.free_symbols} | {f.func.__name__ for f in body.atoms(AppliedUndef)}


def operator_at(items: list[tree.Factor], position: int, reading: Reading) -> tuple[Value, int] | None:
    """``∂/∂x`` before what it applies to, ``∇_x f``, ``∂_x f``; the position after it."""
    node = plain(items[position].node)
    rest = items[position + 1 :]
    if isinstance(node, tree.Frac):
        parts = _split(node)
        if parts is None or parts[0]:
            return None
        _note_what_is_missing(node, reading)
        if not rest:
            raise Unsettled("a derivative of nothing")
        first = plain(rest[0].node)
        if isinstance(first, tree.Group) and not rest[0].operator and not _goes_on_behind(rest, parts[1], reading):
            return by_all(value(first, reading), parts[1], reading), position + 2
        body = product([bare(rest[0].node), *rest[1:]], reading)
        if _could_end_before(rest, parts[1], reading):
            reading.unmet = (*reading.unmet, f"how far {shown(node)} reaches")
        return by_all(body, parts[1], reading), len(items)
    order, variable = _nabla(node)
    if order:
        if not rest:
            raise Unsettled("a gradient of nothing")
        argument = variable or _variable_of_call(rest)
        if argument is None:
            raise Unsettled("a gradient without its variable; write ∇_x or f(x)")
        if isinstance(plain(rest[0].node), tree.BigOp):  # a gradient of a sum is the gradient of all of it
            return by_all(product([bare(rest[0].node), *rest[1:]], reading), [argument] * order, reading), len(items)
        body_value, after = factor(items, position + 1, reading)
        return by_all(body_value, [argument] * order, reading), after
    return None


def _goes_on_behind(rest: list[tree.Factor], variables: list[tree.Node], reading: Reading) -> bool:
    """``∂/∂θ (1 - y) log(1 - h)``: the bracket alone does not depend on θ, what stands behind it does."""
    if len(rest) < 2 or rest[1].operator:
        return False
    slopes = []
    for part in (rest[:1], [bare(rest[1].node), *rest[2:]]):
        try:
            with undisturbed(reading):
                slope = by_all(product([bare(part[0].node), *part[1:]], reading), variables, reading)
            slopes.append(slope.body != 0)
        except (Unsettled, ShapeError, DerivativeError, Relearn):
            slopes.append(False)
    return slopes == [False, True]


def _could_end_before(rest: list[tree.Factor], variables: list[tree.Node], reading: Reading) -> bool:
    """``∂/∂x f * g``: whether g depends on x, so that it matters if the derivative is that of f or of f g."""
    at = next((k for k, item in enumerate(rest) if k and item.operator in ("*", "\\cdot", "\\times")), None)
    if at is None or all(isinstance(plain(item.node), tree.Num) for item in rest[:at]):
        return False
    try:
        with undisturbed(reading):
            second = by_all(product([bare(rest[at].node), *rest[at + 1 :]], reading), variables, reading)
    except (Unsettled, ShapeError, DerivativeError, Relearn):
        return False
    return second.body != 0


def _nabla(node: tree.Node) -> tuple[int, tree.Node | None]:
    """The order and the variable of ``∇_x``, ``∇``, ``∇^2``, ``∂_x``; order 0 if it is none of them."""
    if isinstance(node, tree.Name) and node.base == "\\nabla":
        return 1, None
    if isinstance(node, tree.Script) and isinstance(base := plain(node.base), tree.Name):
        if base.base == "\\nabla" or (base.base == "\\partial" and node.sub is not None):
            order = plain(node.sup) if node.sup is not None else None
            if order is None:
                return 1, node.sub
            if isinstance(order, tree.Num) and order.text in ("1", "2"):
                return int(order.text), node.sub
    return 0, None


def _variable_of_call(rest: list[tree.Factor]) -> tree.Node | None:
    if len(rest) >= 2 and isinstance(group := plain(rest[1].node), tree.Group) and len(group.body.parts) == 1:
        return group.body.parts[0]
    return None


def by_all(body: Value, variables: list[tree.Node], reading: Reading) -> Value:
    """Differentiate by the last variable first, as the fraction is read."""
    for variable in reversed(variables):
        body = by(body, value_of_variable(variable, reading), reading)
    return body


def value_of_variable(node: tree.Node, reading: Reading) -> Value:
    spelled = spell(node)
    if spelled is not None:
        spelled = labelled(spelled, reading)
        if spelled.power is not None:
            raise Unsettled(f"a derivative by the power {shown(node)} is not understood")
        if spelled.name in reading.scope.level and not spelled.subs:
            raise Unsettled(f"{spelled.name} is a number here and an array elsewhere")
        return named(replace(spelled, transposed=False), reading)
    return value(node, reading)


def by(function: Value, variable: Value, reading: Reading) -> Value:
    """The derivative of every entry of ``function`` by every entry of ``variable``."""
    if function.rank + variable.rank > 2:
        raise Unsettled(
            f"the derivative of {function.describe()} by {variable.describe()} has too many indices to be written"
        )
    indices = tuple(fresh(i) for i in variable.indices)
    entry = variable.at(*indices) if variable.rank else variable.body
    body = derivative_of_entry(function.body, entry, reading)
    if function.rank == 0:
        return Value(indices, body, variable.row)
    if variable.rank == 0:
        return Value(function.indices, body, function.row)
    if reading.scope.jacobian == "denominator":
        return Value((*indices, *function.indices), body)
    return Value((*function.indices, *indices), body)


def derivative_of_entry(body: Expr, entry: Expr, reading: Reading) -> Expr:
    definitions = reading.scope.definitions
    unclear = reading.scope.unclear.keys() & {entry_name(a) for a in unfold(body, definitions).atoms(Indexed, Symbol)}
    unclear -= {entry_name(entry)} if isinstance(entry, Indexed | Symbol) else set()
    if unclear:
        raise Unsettled(f"{', '.join(sorted(unclear))} is given by a formula that is not understood")
    if not is_smooth(unfold(body, definitions)):
        raise Unsettled("a maximum has no derivative where two entries are the greatest")
    if isinstance(entry, AppliedUndef) and entry.func.__name__ in definitions:
        keep = frozenset({entry.func.__name__})
        unfolded, _ = as_variables(unfold(body, definitions, keep), keep)
        target, _ = as_variables(entry, keep)
        unfolded = _with_instances(unfolded, entry.func.__name__, target, reading)
        _must_depend(unfolded, target)
        return from_variables(differentiate(unfolded, target), keep)
    unfolded = unfold(body, definitions)
    if isinstance(entry, Indexed) or (isinstance(entry, Symbol) and not isinstance(entry, Index)):
        generic = _by_parameter(unfolded, entry, reading)
        if generic is not None:
            return generic
        _must_depend(unfolded, entry)
        keep_variables_apart(unfolded, entry, reading)
        return differentiate(unfolded, entry)
    return _by_compound(unfolded, unfold(entry, definitions))


def _by_parameter(body: Expr, entry: Expr, reading: Reading) -> Expr | None:
    """By θ, of which the note only says that the probabilities depend on it: the chain rule through every table.

    ∂P(a|b)/∂θ_i becomes a table of its own, which may have any values.
    """
    name = entry_name(entry)
    if name.strip() not in PARAMETERS or any(n.base == getattr(entry, "base", None) for n in body.atoms(Indexed)):
        return None
    if body.has(entry):
        return None
    arrays = {str(n.base.label): n.base for n in body.atoms(Indexed) if not n.is_integer}
    tables = {label: base for label, base in arrays.items() if "(" in label.removesuffix("^()")}
    if not tables and not _stands_in_formulas(entry, reading):
        tables = arrays
    if not tables:
        return None
    named = {label: base for label, base in tables.items() if f"_{{{name.strip()}}}" in label}
    if not named and any(f"_{{{name.strip()}}}(" in label for label in reading.scope.families):
        return None  # the labels y beside the model h_θ(x)
    tables = named or tables  # p beside q_θ does not depend on θ
    total: Expr = sympy.Integer(0)
    index = entry.indices if isinstance(entry, Indexed) else ()
    for label, base in sorted(tables.items()):
        axes = [reading.scope.axis(label, p) for p in range(reading.scope.family(label).order)]
        where = tuple(new_index("a", axis) for axis in axes)
        slope = array(f"∂{label}/∂{name}")[(*where, *index)]
        part = differentiate(body, base[where]) * slope
        for i in where:
            part = sum_over(part, i)
        total += part
    return total


def _stands_in_formulas(entry: Expr, reading: Reading) -> bool:
    """Whether a definition of the note says how something depends on θ: what does not, is data."""
    one = entry.base if isinstance(entry, Indexed) else entry
    return any(each.body.has(one) for each in reading.scope.definitions.values())


def _must_depend(body: Expr, entry: Expr) -> None:
    """A derivative that is zero because nothing connects the two is a gap in the note, not a fact."""
    if isinstance(entry, Indexed):
        depends = any(node.base == entry.base for node in body.atoms(Indexed))
        name = str(entry.base.label)
    else:
        depends, name = body.has(entry), str(entry)
    if not depends and not body.is_number:
        raise Unsettled(f"as far as this note says, what is differentiated does not depend on {name.rstrip('°_')}")


def _with_instances(body: Expr, name: str, target: Expr, reading: Reading) -> Expr:
    """The term with ``target`` in every place where the formula of the name stands instead of the name."""
    definition = reading.scope.definitions[name]
    if not all(isinstance(p, Index) for p in definition.parameters):
        return body
    pattern = unfold(definition.body, reading.scope.definitions)

    def made(where: tuple[Expr, ...]) -> Expr:
        return target.base[where] if isinstance(target, Indexed) else target

    found = refold(body, pattern, definition.parameters, made)
    named_before = body.has(target.base if isinstance(target, Indexed) else target)
    if found != body and not named_before and _shares(found, pattern):
        raise Unsettled(f"what is differentiated depends on the parts of {name.rstrip('_')} in other ways too")
    return found


def _shares(body: Expr, pattern: Expr) -> bool:
    """Whether a number or an array of the pattern occurs in the body."""
    bases = {n.base for n in pattern.atoms(Indexed) if not n.is_integer}
    numbers = {s for s in scalars_of(pattern) & scalars_of(body) if not s.is_integer}
    return any(n.base in bases for n in body.atoms(Indexed)) or bool(numbers)


def _by_compound(body: Expr, compound: Expr) -> Expr:
    """By an expression such as u_oᵀv_c: it must occur as it stands for some indices, and nowhere in parts."""
    compound, drawn = _of_any_word(compound)
    parameters = free_indices(compound)
    stand_in = array("compound°")[tuple(drawn.get(p, p) for p in parameters)] if parameters else real("compound°")

    def made(where: tuple[Expr, ...]) -> Expr:
        return stand_in.base[where] if parameters else stand_in

    replaced = refold(body, compound, parameters, made)
    if replaced == body or _shares(replaced, compound):
        raise Unsettled("a derivative by a compound expression that does not occur as it stands")
    result = differentiate(replaced, stand_in)
    if not parameters:
        return result.xreplace({stand_in: compound})
    back = {
        n: rename_bound(compound).xreplace(dict(zip(parameters, n.indices, strict=True)))
        for n in result.atoms(Indexed)
        if n.base == stand_in.base
    }
    return result.xreplace(back)


def _of_any_word(compound: Expr) -> tuple[Expr, dict[Index, Expr]]:
    """``u_nᵀv`` for any word n, where the compound is that of a drawn one, and which word it is that of.

    What is differentiated has such products of other words, too, and each of them is a variable of its own.
    """
    bound = {limit[0] for node in compound.atoms(sympy.Sum, sympy.Product) for limit in node.limits}
    words = [n for n in compound.atoms(Indexed) if n.is_integer and not n.free_symbols & bound]
    outermost = [n for n in words if not any(other != n and other.has(n) for other in words)]
    axis = Axis.of_size(size("n°"))
    table = {n: Index(f"any°{k}", axis) for k, n in enumerate(sorted(outermost, key=str))}
    return compound.xreplace(table), {index: n for n, index in table.items()}


def primed_call(spelled: Spelled, group: tree.Group, reading: Reading) -> Value | None:
    """``σ'(x)``, ``ℓ''(x)``: differentiate, then put in the argument."""
    if spelled.primes > MAX_ORDER or len(group.body.parts) != 1:
        return None
    argument = value(group.body.parts[0], reading)
    variable = real("argument°")
    head = reading.scope.heads.get(signature(spelled.name, len(spelled.subs), ()))
    if head is not None and _has_slope(head, spelled):
        body = at(head, [*(value(sub, reading).body for sub in spelled.subs), variable]).body
    elif spelled.subs:
        raise Unsettled(f"{spelled.name} with an index is not a function that the note defines")
    elif spelled.name in FUNCTIONS and FUNCTIONS[spelled.name] is not None:
        body = FUNCTIONS[spelled.name](variable)
    elif _is_expression_in(spelled.name, argument, reading):
        body = named(Spelled(spelled.name), reading).body
        for _ in range(spelled.primes):
            body = derivative_of_entry(body, argument.body, reading)
        return scalar(body)
    elif spelled.name in UNKNOWN_FUNCTIONS and argument.rank == 0:
        body = unknown(spelled.name)(variable)
    else:
        raise Unsettled(
            f"{spelled.name}{chr(39) * spelled.primes} is a derivative of a function that the note does not define"
        )
    for _ in range(spelled.primes):
        body = derivative_of_entry(body, variable, reading)
    return entrywise(lambda x: body.xreplace({variable: x}), argument)


def _has_slope(head: Head, spelled: Spelled) -> bool:
    """Whether a function of one number, maybe with indices, is written out."""
    return head.written == 1 + len(spelled.subs) and isinstance(head.definition.parameters[head.written - 1], Symbol)


def _is_expression_in(name: str, argument: Value, reading: Reading) -> bool:
    """Whether the note gives the name as an expression in the number x, so that f'(x) is its derivative by x."""
    head = reading.scope.heads.get(name)
    if head is None or argument.rank or not isinstance(argument.body, Symbol):
        return False
    depends = unfold(head.value.body, reading.scope.definitions).has(argument.body)
    return depends or name not in UNKNOWN_FUNCTIONS


VARIABLE_LETTERS = ("x", "t", "s", "z", "y", "u", "v", "w", "r", "\\theta")


def derivative_in_its_variable(inner: Value, primes: int, reading: Reading) -> Value:
    """``(a^x)'``: by x, or by the only letter there is."""
    symbols = {
        s.name: s for s in unfold(inner.body, reading.scope.definitions).free_symbols if not isinstance(s, Index)
    }
    chosen = next((symbols[name] for name in VARIABLE_LETTERS if name in symbols), None)
    if chosen is None and len(symbols) == 1:
        chosen = next(iter(symbols.values()))
    if chosen is None or inner.rank:
        raise Unsettled("a prime without a variable; write d/dx")
    body = inner.body
    for _ in range(primes):
        body = derivative_of_entry(body, chosen, reading)
    return scalar(body)
