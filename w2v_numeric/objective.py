"""What can be trained: generated modules declare objectives, and this is the one place where they are looked up.

A module of formulas says in OBJECTIVES which functions give the loss and its gradients, and what each of their
arguments is.  The trainer provides, for a block of rows a and columns b:

| learned | |
|---|---|
| outside vectors, outside biases | one row, one number, for each word b |
| center vectors, center biases | for each word a |
| context vectors | for the words x that stand in the windows of the block |
| inner node vectors | for each inner node of the Huffman tree |
| n-gram vectors | for each bucket of character n-grams |

| data | |
|---|---|
| counts | N_ab, sparse; over windows, row a is a place in the text and has a 1 at its word |
| center counts | Σ_b N_ab |
| contexts | sparse; row a has the share of each word x in the window around place a |
| n-grams | sparse; row a has a 1 at each n-gram of word a |
| left counts, right counts | sparse; how often a word of the left, right subtree of a node was seen around a |
| noise distribution | P_n(b): counts to the power 3/4 |
| noise | P_n(b) over counts; else the share of b among words drawn from it for the block |
| noise counts | sparse; row a has K noise words for each entry of its counts, K n_a in all on average |
| negatives, draws | how many noise words each pair meets; how many are drawn for a block |
| rows, columns, entries | the pairs with N_ab > 0, one by one |

or a number.  "outside vectors from log frequencies" gives u one more coordinate, fixed at log frequency, and v the same
at 1: scores then begin at the distribution of the words.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import pkgutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v_numeric import formulas
from w2v_numeric.errors import SettingsError

Array = NDArray[np.floating[Any]]
FROM_LOG_FREQUENCIES = " from log frequencies"
GRADIENT = "gradient_"
LEARNED = frozenset(
    {"outside vectors", "outside biases", "center vectors", "center biases", "context vectors"}
    | {"inner node vectors", "n-gram vectors"}
)
SPARSE = frozenset({"counts", "noise counts", "contexts", "n-grams", "left counts", "right counts"})
OVER = ("counts", "text", "windows")


@dataclass(frozen=True)
class Argument:
    """One argument of a formula, or the three of a sparse matrix.

    Attributes:
        parameters: their names in the code.
        quantity: what they are given.
    """

    parameters: tuple[str, ...]
    quantity: str


@dataclass(frozen=True)
class Objective:
    """An objective with its formulas loaded.

    Attributes:
        name: as the user writes it.
        about: one sentence.
        over: how the data come: "counts" in blocks of centers, "text" in pieces, "windows" by places in the text.
        arguments: of the formulas.
        learned: parameter → the quantity that is learned; those with a gradient.
        from_log_frequencies: whether scores begin at the distribution of the words.
        likelihood: the loss is a negative log-likelihood, in nats.
        preferred: settings that suit it.
        notes: the files whose proofs the formulas come from, each with the SHA-256 of its text.
        digest: SHA-256 of the source of the generated module, and of what it imports functions from.
        work: names of the work arrays that the formulas ask for.
    """

    name: str
    about: str
    over: str
    arguments: tuple[Argument, ...]
    learned: Mapping[str, str]
    from_log_frequencies: bool
    likelihood: bool
    preferred: Mapping[str, str]
    notes: Mapping[str, str]
    digest: str
    work: tuple[str, ...]
    _both: Callable[..., Any]
    _alone: Callable[..., Any]
    _outputs: tuple[str, ...]
    _loops: Callable[..., Any] | None = None
    _compiled: Callable[..., Any] | None = None

    @property
    def has_loops(self) -> bool:
        """Whether loss and gradients are there as loops as well, which can be compiled."""
        return self._loops is not None

    def compiled(self, compiler: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Objective:
        """The same with its loops compiled.

        Raises:
            SettingsError: it has none.
        """
        if self._loops is None:
            raise SettingsError(f"{self.name} has no loops that could be compiled; choose --backend auto or numpy")
        return replace(self, _compiled=compiler(self._loops))

    @property
    def quantities(self) -> frozenset[str]:
        """Everything that the formulas are given."""
        return frozenset(argument.quantity for argument in self.arguments)

    @property
    def parameters(self) -> list[str]:
        """The arguments of both functions, without what they write into."""
        return list(dict.fromkeys(_positional(self._both) + _positional(self._alone)))

    def loss_and_gradients(
        self, data: Mapping[str, Any], gradients: Mapping[str, Array], work: Sequence[Array]
    ) -> float:
        """The loss of a block; its gradients are written into the arrays given.

        Args:
            data: quantity → what the formulas take: an array, a number, or an object with columns, starts and values.
            gradients: learned quantity → an array of the shape of the learned one, overwritten.
            work: one array (rows, columns) for each name in `work`, overwritten.

        Raises:
            ValueError: shapes do not meet, or a value is not finite.
        """
        into = {f"{GRADIENT}{parameter}": gradients[quantity] for parameter, quantity in self.learned.items()}
        if self._compiled is not None and self._loops is not None:
            return float(self._compiled(*self._values(self._loops, data, into)))
        taken = {name: into.pop(name) for name in _keywords(self._both) if name in into}
        returned = self._both(*self._values(self._both, data), **taken, **dict(zip(self.work, work, strict=False)))
        if not into:
            return float(returned)
        rest = [name for name in self._outputs if name not in taken]
        for name, value in zip(rest[1:], returned[1:], strict=True):
            into[name][...] = value
        return float(returned[0])

    def loss(self, data: Mapping[str, Any], work: Sequence[Array]) -> float:
        """The loss alone, as above."""
        names = [name for name in _keywords(self._alone) if name in self.work]
        return float(self._alone(*self._values(self._alone, data), **dict(zip(names, work, strict=False))))

    def _values(
        self, function: Callable[..., Any], data: Mapping[str, Any], into: Mapping[str, Array] | None = None
    ) -> list[Any]:
        given: dict[str, Any] = dict(into or {})
        for argument in self.arguments:
            value = data[argument.quantity]
            if len(argument.parameters) == 1:
                given[argument.parameters[0]] = value
            else:
                given.update(zip(argument.parameters, (value.columns, value.starts, value.values), strict=True))
        return [given[name] for name in _positional(function)]


@cache
def _positional(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]


@cache
def _keywords(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]


def objectives() -> dict[str, str]:
    """Name → one sentence, of everything that can be trained."""
    return {name: str(declared["about"]) for module in _modules() for name, declared in _declared(module).items()}


def load_objective(name: str) -> Objective:
    """Look an objective up and load its formulas.

    Args:
        name: that of an objective, or the path of a module that `derive emit` has written, with ":NAME" behind it if
            it declares several.  Such a module is run as Python.

    Raises:
        SettingsError: there is no such objective, or what it asks for is not provided.
    """
    path, _, wanted = name.partition(":") if ".py" in name else ("", "", name)
    modules = [_module_at(Path(path))] if path else _modules()
    known = {each: module for module in modules for each in _declared(module)}
    if path and not wanted and len(known) == 1:
        wanted = next(iter(known))
    if wanted not in known:
        ask = "choose one of" if known else "its note has no train line; there are"
        raise SettingsError(f"there is no objective {name!r}; {ask}: {', '.join(sorted(known or objectives()))}")
    return _objective(name, known[wanted], _declared(known[wanted])[wanted])


def _modules() -> list[ModuleType]:
    names = sorted(each.name for each in pkgutil.iter_modules(formulas.__path__) if not each.name.startswith("_"))
    return [importlib.import_module(f"{formulas.__name__}.{name}") for name in names]


def _module_at(path: Path) -> ModuleType:
    if not path.is_file():
        raise SettingsError(f"there is no module {path}; make it from a note with: derive emit NOTE -o FOLDER")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SettingsError(f"{path} is no Python module; make one from a note with: derive emit NOTE -o FOLDER")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # running the user's module may raise anything
        raise SettingsError(f"{path} cannot be loaded ({error}); make it again with: derive emit") from error
    return module


def _declared(module: ModuleType) -> Mapping[str, Mapping[str, Any]]:
    declared = getattr(module, "OBJECTIVES", {})
    if not isinstance(declared, Mapping):
        raise SettingsError(f"{module.__file__} has no list of objectives; make it again with: derive emit")
    return declared


def _objective(name: str, module: ModuleType, declared: Mapping[str, Any]) -> Objective:
    try:
        objective = _assembled(name, module, declared)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        what = f"{type(error).__name__}: {error}"
        raise SettingsError(f"{name} is not what derive emit writes ({what}); make it again") from error
    _check(objective)
    return objective


def _check(objective: Objective) -> None:
    """Refuse what the formulas could not be called with.

    Raises:
        SettingsError: names the argument.
    """
    name, given = objective.name, set[str]()
    for argument in objective.arguments:
        (first, *_), quantity = argument.parameters, argument.quantity
        given.update(argument.parameters)
        if len(argument.parameters) != (3 if quantity in SPARSE else 1):
            kind = "columns, starts and values" if quantity in SPARSE else "one argument"
            raise SettingsError(f"{name} takes {', '.join(argument.parameters)} as {quantity!r}, which is {kind}")
        if quantity in LEARNED and first not in objective.learned:
            raise SettingsError(f"{name} has no {GRADIENT}{first}, which {first} = {quantity!r} needs to be learned")
        if first in objective.learned and quantity not in LEARNED:
            names = ", ".join(sorted(LEARNED))
            raise SettingsError(f"{name} has {GRADIENT}{first}, but {quantity!r} is not learned; what is: {names}")
    for missing in [each for each in objective.parameters if each not in given]:
        raise SettingsError(f"{name} does not say what its argument {missing!r} is given")


def _assembled(name: str, module: ModuleType, declared: Mapping[str, Any]) -> Objective:
    given = dict(declared["given"])
    likelihood = given.pop("loss", "") == "negative log-likelihood"
    arguments = tuple(
        Argument(tuple(parameters.split()), quantity.removesuffix(FROM_LOG_FREQUENCIES))
        for parameters, quantity in given.items()
    )
    if declared["over"] not in OVER:
        raise SettingsError(f"{name} is over {declared['over']!r}; the trainer goes over: {', '.join(OVER)}")
    both, alone = getattr(module, declared["loss_and_gradients"]), getattr(module, declared["loss"])
    learned = {
        argument.parameters[0]: argument.quantity
        for argument in arguments
        if f"{GRADIENT}{argument.parameters[0]}" in declared["outputs"]
    }
    return Objective(
        name=name,
        about=declared["about"],
        over=declared["over"],
        arguments=arguments,
        learned=learned,
        from_log_frequencies=any(quantity.endswith(FROM_LOG_FREQUENCIES) for quantity in given.values()),
        likelihood=likelihood,
        preferred=dict(declared["preferred"]),
        notes=dict(module.NOTES),
        digest=_digest(module),
        work=tuple(keyword for keyword in _keywords(both) if not keyword.startswith(GRADIENT)),
        _both=both,
        _alone=alone,
        _outputs=tuple(declared["outputs"]),
        _loops=getattr(module, declared["loops"]) if "loops" in declared else None,
    )


def _digest(module: ModuleType) -> str:
    elsewhere = {
        f.__module__ for f in vars(module).values() if inspect.isfunction(f) and f.__globals__ is not vars(module)
    }
    sources = [inspect.getsource(sys.modules[name]) for name in sorted(elsewhere)]
    return hashlib.sha256("".join([inspect.getsource(module), *sources]).encode()).hexdigest()
