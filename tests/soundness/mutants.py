"""Formulas with one token changed: the mistakes that people make when they copy or derive."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[0-9]+|[A-Za-z]|\s+|.", re.DOTALL)
OPEN, CLOSE = "({[", ")}]"
RELATIONS = {
    "=": ("\\le", "\\ge", "\\ne"),
    "\\le": ("\\ge", "=", "<"),
    "\\ge": ("\\le", "=", ">"),
    "<": (">",),
    ">": ("<",),
}
FUNCTIONS = ("\\log", "\\exp", "\\sigma", "\\ln", "\\tanh")

Change = tuple[str, str]


def tokens(text: str) -> list[str]:
    return TOKEN.findall(text)


def group_end(cut: list[str], at: int) -> int | None:
    """The position of the bracket that closes the one at ``at``."""
    depth = 0
    for k in range(at, len(cut)):
        if cut[k] in ("(", "{", "[", "\\{"):
            depth += 1
        elif cut[k] in (")", "}", "]", "\\}"):
            depth -= 1
            if depth == 0:
                return k
    return None


def argument_end(cut: list[str], at: int) -> int | None:
    """The last position of the argument that begins at ``at``: one token, or a group."""
    while at < len(cut) and cut[at].isspace():
        at += 1
    if at >= len(cut):
        return None
    return group_end(cut, at) if cut[at] == "{" else at


def signs(cut: list[str]) -> Iterator[Change]:
    for k, token in enumerate(cut):
        if token in "+-":
            swapped = {"+": "-", "-": "+"}[token]
            yield "sign", join(cut, k, k + 1, swapped)
    yield "sign", "-(" + "".join(cut) + ")"


def numbers(cut: list[str]) -> Iterator[Change]:
    for k, token in enumerate(cut):
        if token.isdigit() and len(token) < 4:
            after_power = (k > 0 and cut[k - 1] == "^") or (k > 1 and cut[k - 1] == "{" and cut[k - 2] == "^")
            yield "exponent" if after_power else "number", join(cut, k, k + 1, str(int(token) + 1))
            if token != "0":
                yield "exponent" if after_power else "number", join(cut, k, k + 1, str(int(token) - 1))


def factors(cut: list[str]) -> Iterator[Change]:
    text = "".join(cut)
    yield "factor", f"2 ({text})"
    yield "factor", f"\\frac{{1}}{{2}} \\left({text}\\right)"
    yield "summand", f"{text} + 1"
    yield "complement", f"1 - ({text})"
    for k, token in enumerate(cut):
        if token == "\\frac":
            yield "factor", join(cut, k, k, "2 ")


def fractions(cut: list[str]) -> Iterator[Change]:
    for k, token in enumerate(cut):
        if token == "\\frac" and k + 1 < len(cut) and cut[k + 1] == "{":
            middle = group_end(cut, k + 1)
            end = group_end(cut, middle + 1) if middle and middle + 1 < len(cut) and cut[middle + 1] == "{" else None
            if middle is None or end is None or "d" in cut[k + 1 : middle] or "\\partial" in cut[k + 1 : middle]:
                continue
            up, down = "".join(cut[k + 1 : middle + 1]), "".join(cut[middle + 1 : end + 1])
            yield "fraction", join(cut, k, end + 1, f"\\frac{down}{up}")
            yield "fraction", join(cut, k, end + 1, up)
            yield "fraction", join(cut, k, end + 1, f"\\frac{{1}}{down}")


def names(cut: list[str]) -> Iterator[Change]:
    """Another letter of the same formula in place of a letter."""
    letters = sorted({token for token in cut if token.isalpha() and len(token) == 1})
    for k, token in enumerate(cut):
        for letter in letters if token in letters else ():
            if letter != token:
                yield "index" if in_subscript(cut, k) else "name", join(cut, k, k + 1, letter)
    for k in range(len(cut) - 1):
        if cut[k] in ("\\hat", "\\tilde", "\\bar"):
            end = argument_end(cut, k + 1)
            if end is not None:
                yield "name", join(cut, k, end + 1, "".join(cut[k + 1 : end + 1]))


def in_subscript(cut: list[str], at: int) -> bool:
    if at and cut[at - 1] == "_":
        return True
    depth = 0
    for k in range(at - 1, 0, -1):
        if cut[k] == "}":
            depth += 1
        elif cut[k] == "{":
            if depth == 0:
                return cut[k - 1] == "_"
            depth -= 1
    return False


def sums(cut: list[str]) -> Iterator[Change]:
    """A sum that is lost, or that runs over too much or too little."""
    for k, token in enumerate(cut):
        if token not in ("\\sum", "\\prod"):
            continue
        end = k
        while end + 1 < len(cut) and (cut[end + 1] in "_^" or cut[end + 1].isspace()):
            stop = argument_end(cut, end + 2) if cut[end + 1] in "_^" else end + 1
            if stop is None:
                break
            end = stop
        yield "sum", join(cut, k, end + 1, "")
        yield "sum", join(cut, k, k + 1, "\\prod" if token == "\\sum" else "\\sum")
        head = "".join(cut[k : end + 1])
        for old, new in (
            ("=1}", "=0}"),
            ("=1}", "=2}"),
            ("=0}", "=1}"),
            ("^n", "^{n-1}"),
            ("^{V}", "^{V-1}"),
            ("^V", "^{V-1}"),
        ):
            if old in head:
                yield "range", join(cut, k, end + 1, head.replace(old, new, 1))


def functions(cut: list[str]) -> Iterator[Change]:
    for k, token in enumerate(cut):
        if token not in FUNCTIONS:
            continue
        yield "function", join(cut, k, k + 1, "")
        yield "function", join(cut, k, k + 1, "\\exp" if token == "\\log" else "\\log")
        bracket = k + 1
        while bracket < len(cut) and (cut[bracket] == "\\left" or cut[bracket].isspace()):
            bracket += 1
        if bracket < len(cut) and cut[bracket] == "(":
            end = group_end(cut, bracket)
            if end is not None:
                inside = "".join(cut[bracket + 1 : end]).removesuffix("\\right")
                yield "argument", join(cut, k, end + 1, f"{token}(-({inside}))")
                yield "complement", join(cut, k, end + 1, f"(1 - {token}({inside}))")


def powers(cut: list[str]) -> Iterator[Change]:
    for k, token in enumerate(cut):
        if token == "^" and "\\top" not in cut[k + 1 : k + 3] and not after_operator(cut, k):
            end = argument_end(cut, k + 1)
            if end is not None:
                yield "exponent", join(cut, k, end + 1, "")
        if token == ")" and k + 1 < len(cut) and cut[k + 1] != "^":
            yield "exponent", join(cut, k, k + 1, ")^2")


def after_operator(cut: list[str], at: int) -> bool:
    return any(token in ("\\sum", "\\prod", "\\int") for token in cut[max(0, at - 8) : at])


def transposes(cut: list[str]) -> Iterator[Change]:
    for k, token in enumerate(cut):
        if token == "\\top" and k and cut[k - 1] == "^":
            yield "transpose", join(cut, k - 1, k + 1, "")
        elif token == "\\top" and k > 1 and cut[k - 1] == "{" and cut[k - 2] == "^":
            yield "transpose", join(cut, k - 2, k + 2, "")
    yield "transpose", "(" + "".join(cut) + ")^\\top"


def terms(cut: list[str]) -> Iterator[Change]:
    """A summand that is lost."""
    depth, starts = 0, [0]
    for k, token in enumerate(cut):
        depth += (token in "({[") - (token in ")}]")
        if token in "+-" and depth == 0 and k:
            starts.append(k)
    starts.append(len(cut))
    if len(starts) > 2:
        for low, high in itertools.pairwise(starts):
            rest = "".join(cut[:low] + cut[high:]).strip().removeprefix("+")
            if rest:
                yield "summand", rest


def join(cut: list[str], start: int, end: int, new: str) -> str:
    """The text with the tokens from ``start`` to ``end`` replaced, and a space where two tokens would run together."""
    pieces = [*cut[:start], new, *cut[end:]]
    text = ""
    for piece in pieces:
        glued = re.search(r"\\[A-Za-z]+$", text) and piece[:1].isalpha()
        text += f" {piece}" if glued else piece
    return text


KINDS: tuple[Callable[[list[str]], Iterator[Change]], ...] = (
    signs, numbers, factors, fractions, names, sums, functions, powers, transposes, terms,
)  # fmt: skip


def mutants(text: str) -> list[Change]:
    """All formulas that differ from ``text`` in one token, each with the kind of the change."""
    cut = tokens(text)
    found = {new: kind for make in KINDS for kind, new in make(cut) if new.strip() and new != text}
    return [(kind, new) for new, kind in found.items()]


def draw(text: str, rng: random.Random) -> Change | None:
    """One mutant; every kind of change is as likely as every other."""
    by_kind: dict[str, list[str]] = {}
    for kind, new in mutants(text):
        by_kind.setdefault(kind, []).append(new)
    if not by_kind:
        return None
    kind = rng.choice(sorted(by_kind))
    return kind, rng.choice(by_kind[kind])
