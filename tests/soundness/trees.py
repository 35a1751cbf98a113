"""Formulas as trees that can be written as LaTeX and, independently of any reader, given a value by NumPy.

A value is an array of complex numbers, so that derivatives are exact by the complex step; a vector is a 1-D array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

STEP = 1e-150


@dataclass
class Scene:
    """Numbers for all names: sizes, indices (from 0) and arrays whose first axis is indexed."""

    sizes: dict[str, int]
    at: dict[str, int]
    data: dict[str, np.ndarray]

    def where(self, index: str, value: int) -> Scene:
        return Scene(self.sizes, {**self.at, index: value}, self.data)


@dataclass(frozen=True)
class Tree:
    """A formula."""

    def latex(self) -> str:
        raise NotImplementedError

    def value(self, _: Scene) -> Any:
        raise NotImplementedError

    def __add__(self, other: Tree) -> Tree:
        return Add((*(self.terms if isinstance(self, Add) else (self,)), other))

    def __sub__(self, other: Tree) -> Tree:
        return self + Neg(other)

    def __neg__(self) -> Tree:
        return Neg(self)

    def __mul__(self, other: Tree) -> Tree:
        return Mul((*(self.factors if isinstance(self, Mul) else (self,)), other))

    def __truediv__(self, other: Tree) -> Tree:
        return Div(self, other)


@dataclass(frozen=True)
class Num(Tree):
    number: int

    def latex(self) -> str:
        return str(self.number)

    def value(self, _: Scene) -> Any:
        return complex(self.number)


@dataclass(frozen=True)
class Size(Tree):
    """A size used as a number."""

    name: str

    def latex(self) -> str:
        return self.name

    def value(self, scene: Scene) -> Any:
        return complex(scene.sizes[self.name])


@dataclass(frozen=True)
class Var(Tree):
    """``name`` or ``name_index``; ``axes`` are the sizes of its indices."""

    name: str
    indices: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()

    def latex(self) -> str:
        if not self.indices:
            return self.name
        return f"{self.name}_{{{''.join(self.indices)}}}" if len(self.indices) > 1 else f"{self.name}_{self.indices[0]}"

    def value(self, scene: Scene) -> Any:
        found = scene.data[self.name]
        for index in self.indices:
            found = found[scene.at[index]]
        return found

    def moved(self, scene: Scene, component: int | None) -> Scene:
        """The scene with this variable, or one component of it, moved by an imaginary step."""
        data = {name: value.copy() for name, value in scene.data.items()}
        place = tuple(scene.at[i] for i in self.indices) + (() if component is None else (component,))
        data[self.name][place] += 1j * STEP
        return Scene(scene.sizes, scene.at, data)


@dataclass(frozen=True)
class Neg(Tree):
    inner: Tree

    def latex(self) -> str:
        return f"-{bracketed(self.inner, Add, Neg)}"

    def value(self, scene: Scene) -> Any:
        return -self.inner.value(scene)


@dataclass(frozen=True)
class Add(Tree):
    terms: tuple[Tree, ...]

    def latex(self) -> str:
        text = self.terms[0].latex()
        for term in self.terms[1:]:
            text += f" - {bracketed(term.inner, Add, Neg)}" if isinstance(term, Neg) else f" + {bracketed(term, Add)}"
        return text

    def value(self, scene: Scene) -> Any:
        values = [t.value(scene) for t in self.terms]
        if len({np.shape(v) for v in values}) > 1:
            raise ValueError("shapes that do not conform")
        return sum(values[1:], values[0])


@dataclass(frozen=True)
class Mul(Tree):
    """Numbers times at most one vector."""

    factors: tuple[Tree, ...]

    def latex(self) -> str:
        return " \\cdot ".join(
            bracketed(f, Add, Neg, *((Sum,) if f is not self.factors[-1] else ())) for f in self.factors
        )

    def value(self, scene: Scene) -> Any:
        values = [f.value(scene) for f in self.factors]
        if sum(np.ndim(v) for v in values) > 1:
            raise ValueError("a product of two vectors")
        result = values[0]
        for v in values[1:]:
            result = result * v
        return result


@dataclass(frozen=True)
class Dot(Tree):
    left: Tree
    right: Tree

    def latex(self) -> str:
        return f"{bracketed(self.left, Add, Neg, Mul)}^\\top {bracketed(self.right, Add, Neg, Mul)}"

    def value(self, scene: Scene) -> Any:
        return self.left.value(scene) @ self.right.value(scene)


@dataclass(frozen=True)
class Div(Tree):
    up: Tree
    down: Tree

    def latex(self) -> str:
        return f"\\frac{{{self.up.latex()}}}{{{self.down.latex()}}}"

    def value(self, scene: Scene) -> Any:
        down = self.down.value(scene)
        if np.ndim(down):
            raise ValueError("a division by a vector")
        return self.up.value(scene) / down


@dataclass(frozen=True)
class Power(Tree):
    base: Tree
    exponent: int

    def latex(self) -> str:
        return f"({self.base.latex()})^{self.exponent}"

    def value(self, scene: Scene) -> Any:
        return self.base.value(scene) ** self.exponent


@dataclass(frozen=True)
class Call(Tree):
    """``\\exp``, ``\\log`` or ``\\sigma`` of a number."""

    name: str
    inner: Tree

    def latex(self) -> str:
        return f"\\{self.name}\\left({self.inner.latex()}\\right)"

    def value(self, scene: Scene) -> Any:
        x = self.inner.value(scene)
        if np.ndim(x):
            raise ValueError("a function of a vector")
        if self.name == "log":
            if x.real <= 0:
                raise ValueError("the logarithm of a number that is not positive")
            return np.log(x)
        return np.exp(x) if self.name == "exp" else 1 / (1 + np.exp(-x))


@dataclass(frozen=True)
class Sum(Tree):
    index: str
    size: str
    body: Tree

    def latex(self) -> str:
        return f"\\sum_{{{self.index}=1}}^{{{self.size}}} {bracketed(self.body, Add, Neg)}"

    def value(self, scene: Scene) -> Any:
        values = [self.body.value(scene.where(self.index, k)) for k in range(scene.sizes[self.size])]
        return sum(values[1:], values[0])


@dataclass(frozen=True)
class Delta(Tree):
    one: str
    other: str

    def latex(self) -> str:
        return f"\\delta_{{{self.one}{self.other}}}"

    def value(self, scene: Scene) -> Any:
        return complex(scene.at[self.one] == scene.at[self.other])


@dataclass(frozen=True)
class Ref(Tree):
    """A name that the note defines: how it is written, and what it stands for."""

    written: str
    body: Tree

    def latex(self) -> str:
        return self.written

    def value(self, scene: Scene) -> Any:
        return self.body.value(scene)


@dataclass(frozen=True)
class D(Tree):
    """The partial derivative of a number by a number or a vector."""

    body: Tree
    by: Var

    def latex(self) -> str:
        if isinstance(self.body, Ref | Var):
            return f"\\frac{{\\partial {self.body.latex()}}}{{\\partial {self.by.latex()}}}"
        return f"\\frac{{\\partial}}{{\\partial {self.by.latex()}}} \\left({self.body.latex()}\\right)"

    def value(self, scene: Scene) -> Any:
        shape = np.shape(self.by.value(scene))
        places = range(shape[0]) if shape else (None,)
        slopes = [self.body.value(self.by.moved(scene, k)).imag / STEP + 0j for k in places]
        return np.array(slopes) if shape else slopes[0]


def bracketed(tree: Tree, *kinds: type[Tree]) -> str:
    return f"\\left({tree.latex()}\\right)" if isinstance(tree, kinds) else tree.latex()


def exp(x: Tree) -> Tree:
    return Call("exp", x)


def log(x: Tree) -> Tree:
    return Call("log", x)


def sigma(x: Tree) -> Tree:
    return Call("sigma", x)


ONE = Num(1)


def variants(tree: Tree, scope: Mapping[str, str]) -> Iterator[Tree]:
    """All trees with one small mistake; ``scope`` gives the size of every index that is known here."""
    yield from _here(tree, scope)
    if isinstance(tree, Ref):
        return
    inner = {**scope, tree.index: tree.size} if isinstance(tree, Sum) else scope
    for part in fields(tree):
        value = getattr(tree, part.name)
        if isinstance(tree, D) and part.name == "by":
            continue
        if isinstance(value, Tree):
            for new in variants(value, inner):
                yield replace(tree, **{part.name: new})
        elif isinstance(value, tuple):
            for k, child in enumerate(value):
                if isinstance(child, Tree):
                    for new in variants(child, inner):
                        yield replace(tree, **{part.name: (*value[:k], new, *value[k + 1 :])})


def _here(tree: Tree, scope: Mapping[str, str]) -> Iterator[Tree]:
    if not isinstance(tree, Neg):
        yield Neg(tree)
    if isinstance(tree, Var):
        for k, (index, axis) in enumerate(zip(tree.indices, tree.axes, strict=True)):
            for other, size in scope.items():
                if size == axis and other != index:
                    yield replace(tree, indices=(*tree.indices[:k], other, *tree.indices[k + 1 :]))
        return
    if isinstance(tree, Neg):
        yield tree.inner
    elif isinstance(tree, Num):
        yield Num(tree.number + 1)
    elif isinstance(tree, Add):
        for k in range(len(tree.terms)):
            rest = (*tree.terms[:k], *tree.terms[k + 1 :])
            yield rest[0] if len(rest) == 1 else Add(rest)
    elif isinstance(tree, Mul):
        for k in range(len(tree.factors)):
            rest = (*tree.factors[:k], *tree.factors[k + 1 :])
            yield rest[0] if len(rest) == 1 else Mul(rest)
        yield Mul((Num(2), *tree.factors))
    elif isinstance(tree, Div):
        yield tree.up
        yield Div(tree.down, tree.up)
        yield Div(ONE, tree.down)
    elif isinstance(tree, Power):
        yield tree.base
        yield replace(tree, exponent=tree.exponent + 1)
    elif isinstance(tree, Call):
        yield tree.inner
        yield replace(tree, inner=Neg(tree.inner))
        yield Add((ONE, Neg(tree)))
        yield replace(tree, name={"exp": "log", "log": "exp", "sigma": "exp"}[tree.name])
    elif isinstance(tree, Dot):
        yield Dot(tree.left, tree.left)
    elif isinstance(tree, Delta):
        yield ONE


@dataclass(frozen=True)
class Claim:
    left: Tree
    relation: str
    right: Tree
    apart: tuple[str, str] | None = None  # two indices that differ

    def latex(self) -> str:
        sign = {"=": "=", "≤": "\\le", "≥": "\\ge"}[self.relation]
        condition = "" if self.apart is None else f" \\quad ({self.apart[0]} \\ne {self.apart[1]})"
        return f"{self.left.latex()} {sign} {self.right.latex()}{condition}"


@dataclass(frozen=True)
class Note:
    """A note: what it says first, what it defines, what it claims, and how numbers are drawn for its names."""

    name: str
    prose: str
    definitions: tuple[tuple[str, Tree], ...]
    claims: tuple[Claim, ...]
    indices: Mapping[str, str]
    draw: Callable[[np.random.Generator], Scene] = field(repr=False)

    def text(self) -> str:
        displays = [f"$$\n{name} = {body.latex()}\n$$" for name, body in self.definitions]
        displays += [f"$$\n{claim.latex()}\n$$" for claim in self.claims]
        return "\n\n".join([self.prose, *displays]) + "\n"

    def holds(self, claim: Claim, rng: np.random.Generator, times: int = 24) -> bool | None:
        """Whether a claim holds in random scenes; None if it has a value in none of them, or hardly differs."""
        seen = 0
        for _ in range(times):
            scene = self.draw(rng)
            if claim.apart is not None and scene.at[claim.apart[0]] == scene.at[claim.apart[1]]:
                continue
            try:
                with np.errstate(all="raise"):
                    left, right = np.asarray(claim.left.value(scene)), np.asarray(claim.right.value(scene))
            except (ValueError, FloatingPointError, ZeroDivisionError):
                continue
            if left.shape != right.shape and left.ndim and right.ndim:
                return False
            gap = (left - right).real
            scale = max(1e-3, float(np.max(np.abs(left))), float(np.max(np.abs(right))))
            seen += 1
            wrong = {"=": np.abs(gap), "≤": gap, "≥": -gap}[claim.relation]
            if np.max(wrong) > 1e-7 * scale:
                return False
            if np.max(wrong) > 1e-10 * scale:
                return None
        return True if seen > 2 else None
