"""What the intermediate values of the generated code are called.

The names are the field's own where the structure says what a value is: a product that is exponentiated is the logits,
the sum of the exponentials is the partition function.  Otherwise they are short and neutral.
"""

from __future__ import annotations

from fractions import Fraction

from derive.emitting.formula import Argument, Array, EmitError, Formula, IndexArgument, Scalar, Sparse
from derive.emitting.plan import Plan
from derive.emitting.schedule import Schedule
from derive.emitting.steps import Step, Value

__all__ = ["Names"]


class Names:
    """One name per statement, never one of the parameters'."""

    def __init__(self, formula: Formula, plan: Plan, order: Schedule) -> None:
        self.formula = formula
        arrays = [argument.parameter for argument in formula.arguments if isinstance(argument, Array | Sparse)]
        self.dtype = f"{arrays[0]}.dtype" if arrays else "float"
        self._sizes: dict[str, str] = {}
        self._names: dict[Value, str] = {}
        self._buffers: dict[Value, str] = {}
        self._values = plan.values
        self._users: dict[Value, list[Value]] = {}
        for value in plan.values:
            for use in value.step.uses:
                self._users.setdefault(use.value, []).append(value)
        self._used = {*formula.parameters(), *formula.outputs, "np", "math", *map(_block, range(9))}
        self._used |= {axis for argument in formula.arguments for axis in _axes(argument)}
        for value in order.order:
            self._names[value] = self._name(value)
        self._assign_memory(formula, order)

    def of(self, value: Value) -> str:
        return self._names[value]

    def buffer(self, value: Value) -> str | None:
        """The caller's array that a value is written into, if it begins one."""
        return self._buffers.get(value)

    def only_numbers(self, step: Step) -> bool:
        """Whether a value is a number and used for numbers only."""
        (value,) = (value for value in self._values if value.step is step)
        return not step.labels and not any(user.step.labels for user in self._users.get(value, ()))

    def size(self, axis: str) -> str:
        """The variable that holds the length of an axis."""
        return axis

    def length(self, axis: str) -> str:
        """An expression for the length of an axis, from the first argument that has it."""
        for argument in self.formula.arguments:
            if isinstance(argument, Array | IndexArgument) and axis in argument.axes:
                if len(argument.axes) == 1:
                    return f"len({argument.parameter})"
                return f"{argument.parameter}.shape[{argument.axes.index(axis)}]"
        for argument in self.formula.arguments:
            if isinstance(argument, Sparse) and axis == argument.axes[0]:
                return f"len({argument.starts}) - 1"
            if isinstance(argument, Sparse) and axis == f"entries_of_{argument.values}":
                return f"len({argument.values})"
        raise EmitError(f"the length of the axis {axis} cannot be read off any argument of {self.formula.name}")

    def _assign_memory(self, formula: Formula, order: Schedule) -> None:
        """Outputs go where the caller wants them; what has the axes of the work array lives in a work array."""
        heirs = {over: heir for heir, over in order.over.items()}
        place = {value: at for at, value in enumerate(order.order)}
        free_from: list[int] = []
        for value in order.order:
            if value in order.over:
                continue
            line = [value]
            while line[-1] in heirs:
                line.append(heirs[line[-1]])
            target = next((name for name in line[-1].outputs if name in formula.into), None)
            if target is not None:
                self._buffers[value] = target
            elif formula.scratch and value.axes == formula.scratch and is_dense(value) and not line[-1].outputs:
                last = max((place[reader] for member in line for reader in order.readers[member]), default=place[value])
                at = next((k for k, end in enumerate(free_from) if end < place[value]), len(free_from))
                free_from[at : at + 1] = [last]
                self._buffers[value] = _block(at)
        self.blocks = [_block(at) for at in range(len(free_from))]

    def _name(self, value: Value) -> str:
        wanted = value.outputs[0] if value.outputs else self._wanted(value)
        name, count = wanted, 2
        if not value.outputs:
            while name in self._used:
                name, count = f"{wanted}_{count}", count + 1
        self._used.add(name)
        return name

    def _wanted(self, value: Value) -> str:
        step = value.step
        if step.kind in ("rows", "positions", "places", "arange"):
            return {"arange": "each"}.get(step.kind, step.kind)
        if step.kind in ("sparse", "sparse sum"):
            return "matrix"
        if step.kind == "take":
            return self._taken(value)
        if step.kind == "dot" or (step.kind == "map" and step.attribute[0] in ("add", "product")):
            kinds = {self._kind(use.value) for use in step.uses}
            if step.kind == "map" and "max" in kinds:
                return "log_sum_exp" if kinds == {"max", "log"} else "shifted"
            if self._is_exponent(value):
                return "logits"
            if any(op in ("sigmoid", "softplus") for op in self._operations_after(value)):
                return "scores"
            if self.is_partition(value):
                return "partition"
            if step.kind == "dot" or step.attribute[0] == "add":
                return "products" if step.kind == "dot" else "total"
        if step.kind == "sparse dot":
            return "products"
        if step.kind == "reduce":
            if step.attribute[0] == "max":
                return "largest"
            below = self._kind(step.uses[0].value)
            return {"exp": "partition", "scatter": "rest"}.get(below, "total")
        if step.kind == "scatter":
            if self._kind(step.uses[0].value) == "exp":
                return "others"
            return "residuals" if step.uses[0].value.step.kind != "zeros" else "scattered"
        if step.kind == "map":
            return self._mapped(value)
        return "values"

    def _below(self, value: Value) -> set[str]:
        """The names of the operands, also of those in what is written inline."""
        found: set[str] = set()
        for use in value.step.uses:
            found |= {self._names[use.value]} if use.value in self._names else self._below(use.value)
        return found

    def is_partition(self, value: Value) -> bool:
        """Whether this is the sum of the exponentials, in one piece or two."""
        if value.step.kind == "reduce":
            return self._kind(value.step.uses[0].value) == "exp"
        names = {self._names.get(use.value, "").rstrip("_0123456789") for use in value.step.uses}
        return "rest" in names and len(names) == 2 and any(name.startswith("exponentials") for name in names)

    def _mapped(self, value: Value) -> str:
        op, attribute = value.step.attribute
        if op == "log":
            below = value.step.uses[0].value
            return "log_partition" if self._names.get(below, "").startswith("partition") else "logarithms"
        if op == "product":
            kinds = {self._kind(use.value) for use in value.step.uses}
            over_partition = any("partition" in name for name in self._below(value))
            if kinds & {"exp", "scatter"} and over_partition:
                combined = any(self._kind(use.value) == "product" for use in value.step.uses)
                return "expected" if combined or len(value.step.uses) > 2 else "probabilities"
            return "weighted"
        named = {
            "exp": "exponentials",
            "sigmoid": "sigmoids",
            "softplus": "losses",
            "where nonzero": "finite",
            "equal": "mask",
        }
        if op == "power":
            if attribute != Fraction(-1):
                return "powers"
            return "inverse_partition" if self.is_partition(value.step.uses[0].value) else "inverse"
        return str(named.get(op, "values"))

    def _taken(self, value: Value) -> str:
        """The source and what points into it: v_c, logits_o."""
        source, *pointers = value.step.uses
        first = next((p.value.step for p in pointers if p.value.step.kind == "load"), None)
        name = (
            source.value.step.attribute if source.value.step.kind == "load" else self._names.get(source.value, "taken")
        )
        if value.step.attribute == "flat":
            return f"{name}_observed"
        return f"{name}_{first.attribute}" if first else f"{name}_taken"

    def _kind(self, value: Value) -> str:
        step = value.step
        return str(step.attribute[0]) if step.kind in ("map", "reduce") else step.kind

    def _operations_after(self, value: Value) -> set[str]:
        """What is done with a value, also with entries taken from it and with its negative."""
        found: set[str] = set()
        for user in self._users.get(value, ()):
            through = user.step.kind == "take" or user.step.attribute == ("add", ((Fraction(-1),), Fraction(0)))
            found |= self._operations_after(user) if through else {self._kind(user)}
        return found

    def _is_exponent(self, value: Value) -> bool:
        return any(self._kind(user) in ("max", "exp") for user in self._users.get(value, ()))


def is_dense(value: Value) -> bool:
    return value.step.kind not in ("sparse", "sparse sum")


def _axes(argument: Argument) -> tuple[str, ...]:
    return () if isinstance(argument, Scalar) else argument.axes


def _block(number: int) -> str:
    return "block" if number == 0 else f"block_{number + 1}"
