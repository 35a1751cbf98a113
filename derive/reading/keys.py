"""Under which key a name with arguments is looked up: labels, events, letters that tell one probability from others."""

from __future__ import annotations

from dataclasses import replace

from derive.reading import tree
from derive.reading.context import Reading
from derive.reading.ranges import run_of
from derive.reading.scope import Unsettled
from derive.reading.signatures import signature, value_of_variable, variable_letter
from derive.reading.spelling import Spelled, letter, plain
from derive.reading.survey import PARAMETERS, TABLES
from derive.reading.written import shown

__all__ = [
    "SHORTEST_WORD",
    "event",
    "function_key",
    "is_two",
    "labelled",
    "letters_in",
    "letters_of",
    "random_variable_key",
    "table_key",
    "tells_variables",
]

SHORTEST_WORD = 4
"""Letters side by side that are a word; fewer may be a product."""


def event(
    spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...]
) -> tuple[Spelled, list[tree.Node], tuple[str, ...]]:
    """``P(D=1 | w)`` is a function of w whose name is ``P[D=1]``."""
    spelled, parts, separators = _worded(spelled, parts, separators)
    if not parts:
        return spelled, parts, separators
    head = plain(parts[0])
    if (
        isinstance(head, tree.Chain)
        and head.first is not None
        and len(head.links) == 1
        and head.links[0].right is not None
    ):
        right = plain(head.links[0].right)
        if isinstance(right, tree.Num) and head.links[0].relation.symbol == "=":
            name = f"{spelled.name}[{shown(head.first)}={right.text}]"
            return replace(spelled, name=name), parts[1:], separators[1:]
    return spelled, parts, separators


def _worded(
    spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...]
) -> tuple[Spelled, list[tree.Node], tuple[str, ...]]:
    """``p(n, \\text{left})`` and ``p(n, left)`` are functions of n whose name is ``p[left]``."""
    words = {k: said for k, part in enumerate(parts) if k and (said := _word(plain(part)))}
    if not words:
        return spelled, parts, separators
    name = spelled.name + "".join(f"[{said}]" for said in words.values())
    kept = [part for k, part in enumerate(parts) if k not in words]
    between = tuple(sign for k, sign in enumerate(separators, start=1) if k not in words)
    return replace(spelled, name=name), kept, between[: max(len(kept) - 1, 0)]


def _word(node: tree.Node) -> str:
    """A word as an argument, also one that is set in mathematical letters; empty for anything else."""
    if isinstance(node, tree.Word | tree.Text):
        return tree.sexpr(node).strip("'")
    run = run_of(node)
    return run if len(run) >= SHORTEST_WORD and run.isalpha() else ""


def is_word(node: tree.Node) -> bool:
    """Whether an argument is a word, ``\\text{left}``: one outcome, which no index stands for."""
    return bool(_word(value_of_variable(node)))


def labelled(spelled: Spelled, reading: Reading) -> Spelled:
    """``P_D`` with its capital subscript as part of the name, unless D is an index or a size.

    A superscript that is an index everywhere (``θ^w``) becomes one.
    """
    if spelled.power is not None and (sup := letter(spelled.power)) is not None:
        if reading.survey.superscript_is_index(spelled.name, sup, bool(spelled.subs)):
            return replace(spelled, name=f"{spelled.name}^", subs=(spelled.power, *spelled.subs), power=None)
    if spelled.name == "\\chi" and "\\chi" not in reading.survey.unscripted and is_two(spelled.power):
        return replace(spelled, name="\\chi^2", power=None)  # the divergence, whose root has no name
    if len(spelled.subs) != 1:
        return spelled
    number = plain(spelled.subs[0])
    if isinstance(number, tree.Num) and spelled.name.endswith("^()"):
        function = reading.scope.heads.get(signature(base := spelled.name.removesuffix("^()"), 0, ()))
        if function is not None and function.written == 1:
            raise Unsettled(
                f"{base}^({number.text}) may be a derivative of {base} or a name of its own; write d^{number.text}/dx^"
                f"{number.text} or another name"
            )
    if isinstance(number, tree.Num) and spelled.name not in reading.survey.lettered:
        return replace(spelled, name=f"{spelled.name}_{number.text}", subs=())
    name = letter(spelled.subs[0])
    if name is not None and name in reading.survey.separate.get(spelled.name, ()):
        return replace(spelled, name=f"{spelled.name}_{{{name}}}", subs=())
    if name is None or name in reading.survey.bound or name in reading.bound:
        return spelled
    if name in PARAMETERS and spelled.name not in reading.survey.of_orders | {"\\nabla", "\\partial"}:
        return replace(spelled, name=f"{spelled.name}_{{{name}}}", subs=())
    if len(name) != 1:
        return spelled
    if name.isupper():
        if name in reading.survey.sizes or any(name in shape for shape in reading.survey.shapes.values()):
            return spelled
    elif spelled.name not in TABLES or spelled.name in reading.survey.lettered_alone or name in reading.survey.bare:
        return spelled
    return replace(spelled, name=f"{spelled.name}_{{{name}}}", subs=())


def is_two(power: tree.Node | None) -> bool:
    """Whether a superscript is the number two."""
    number = plain(power) if power is not None else None
    return isinstance(number, tree.Num) and number.text == "2"


def letters_of(name: str) -> set[str]:
    """A name as it is, and without the label in its subscript: ``h`` of ``h_θ``."""
    return {name, name.split("_{")[0]}


def random_variable_key(
    spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading
) -> str | None:
    """``p(x)`` and ``p(y)`` are different functions where a joint ``p(x,y)`` is used: the letter tells which."""
    if spelled.subs or spelled.name not in reading.survey.joints:
        return None
    letters = letters_in(spelled.name, parts, reading)
    if any(found is None for found in letters):
        return None
    pieces = [f"{sep}{found}" for sep, found in zip(("", *separators), letters, strict=True)]
    return f"{spelled.name}({''.join(pieces)})"


def letters_in(name: str, parts: list[tree.Node], reading: Reading) -> list[str | None]:
    """The letters of the random variables in the arguments of a probability."""
    found = [variable_letter(part) for part in parts]
    return [reading.survey.speaks_of.kind(name, each) if each is not None else None for each in found]


def tells_variables(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> bool:
    """Whether the letters of a probability tell which table it is."""
    if spelled.subs:
        return False
    letters = letters_in(spelled.name, parts, reading)
    found = reading.survey.speaks_of.table_of(spelled.name, letters, separators)
    return found is not None or random_variable_key(spelled, parts, separators, reading) is not None


def function_key(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> str:
    """The signature of a name with arguments, and the letters where these tell a probability from others."""
    letters = letters_in(spelled.name, parts, reading)
    if not spelled.subs and set(separators) <= {",", "|"} and parts:
        if (found := reading.survey.speaks_of.function_of(spelled.name, letters, separators)) is not None:
            return f"{spelled.name}({found})"
    return signature(spelled.name, len(spelled.subs), separators)


def table_key(spelled: Spelled, parts: list[tree.Node], separators: tuple[str, ...], reading: Reading) -> str:
    """The name of a table of probabilities: its signature, and the letters where these tell it from others."""
    name = signature(spelled.name, len(spelled.subs), separators if len(parts) > 1 else ())
    letters = letters_in(spelled.name, parts, reading)
    found = reading.survey.speaks_of.table_of(spelled.name, letters, separators) if not spelled.subs else None
    return name if found is None else f"{spelled.name}({found})"
