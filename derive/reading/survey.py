"""A first look over all formulas of a note: how each name is used, before anything is read in earnest.

People say what a letter is by using it: a name under Σ is an index, a name above Σ is a size, a name with ``ᵀ`` is a
vector or a matrix, ``q(b|a)`` is a table of probabilities, ``k(z) = ...`` makes k a function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from derive.reading import tree
from derive.reading.indicators import conditions_in
from derive.reading.inner import look as _inner_product
from derive.reading.lengths import lengths_in, letters_of, on_the_line
from derive.reading.positions import Places, places
from derive.reading.runs import KNOWN_RUNS, leading_run
from derive.reading.size_letters import letters_in_sizes
from derive.reading.spelling import Spelled, bare, call, is_transpose, letter, plain, spell, walk
from derive.reading.variables import Variables, variables

TABLES = {
    "p",
    "q",
    "P",
    "Q",
    "\\Pr",
    "Pr",
    "\\pi",
    "\\mathbb{P}",
    "\\hat{p}",
    "\\hat{P}",
    "\\#",
    "\\tilde{p}",
    "\\hat{q}",
    "p^*",
}

PARAMETERS = {"\\theta", "\\Theta", "\\phi", "\\omega", "\\beta"}
"""Letters for what a model is made of: never an index."""
ENTROPIES = {"H", "S"}
MATRIX_LETTER = re.compile(r"\w|\\(?:tilde|hat|bar|widetilde|widehat|overline)\{[A-Z]\}")


@dataclass
class Survey:
    """How names are used in one note."""

    bound: set[str] = field(default_factory=set)
    varied: set[str] = field(default_factory=set)
    sizes: set[str] = field(default_factory=set)
    subscripts: set[str] = field(default_factory=set)
    indexed: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    wholes: set[str] = field(default_factory=set)
    transposed: set[str] = field(default_factory=set)
    transposed_before: set[str] = field(default_factory=set)
    index_arrays: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    joints: dict[str, tuple[str, ...]] = field(default_factory=dict)
    plain_calls: set[str] = field(default_factory=set)
    letters: dict[str, set[str]] = field(default_factory=dict)
    random_variables: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    arguments: set[str] = field(default_factory=set)
    described: set[str] = field(default_factory=set)
    primed: set[str] = field(default_factory=set)
    shifted: set[str] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)
    unary_calls: set[str] = field(default_factory=set)
    partners: set[str] = field(default_factory=set)
    sums_of_calls: set[tuple[str, str]] = field(default_factory=set)
    samples: set[str] = field(default_factory=set)
    scored: set[str] = field(default_factory=set)
    bold_alone: set[str] = field(default_factory=set)
    transposed_alone: set[str] = field(default_factory=set)
    transposed_at: set[str] = field(default_factory=set)
    sample_letters: dict[str, set[str]] = field(default_factory=dict)
    member_letters: dict[str, dict[str, tree.Node]] = field(default_factory=dict)
    set_letters: dict[str, set[str]] = field(default_factory=dict)
    of_orders: set[str] = field(default_factory=set)
    displayed: dict[str, int] = field(default_factory=dict)
    unscripted: set[str] = field(default_factory=set)
    superscripts: dict[str, set[str]] = field(default_factory=dict)

    def superscript_is_index(self, name: str, sup: str, indexed: bool) -> bool:
        """``θ^w``: the name never stands without a superscript, and the superscript is an index elsewhere."""
        key = name + "_" * indexed
        indices = (self.subscripts | self.bound) - self.sizes
        return (
            key not in self.unscripted and sup not in self.sizes and bool(self.superscripts.get(name, set()) & indices)
        )

    given: dict[str, list[tuple[str, frozenset[str]]]] = field(default_factory=dict)
    offsets: set[str] = field(default_factory=set)
    dotted: set[str] = field(default_factory=set)
    separate: dict[str, frozenset[str]] = field(default_factory=dict)
    vectors_at: set[str] = field(default_factory=set)
    lengths: dict[str, frozenset[str]] = field(default_factory=dict)
    lettered: set[str] = field(default_factory=set)
    lettered_alone: set[str] = field(default_factory=set)
    most_indices: dict[str, int] = field(default_factory=dict)
    shapes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    columns: dict[str, bool] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    general: set[str] = field(default_factory=set)
    of_vectors: set[str] = field(default_factory=set)
    complemented: set[str] = field(default_factory=set)
    places: tuple[Places, ...] = ()
    speaks_of: Variables = field(default_factory=Variables)
    sampled: frozenset[str] = frozenset()

    def is_element(self, name: str) -> bool:
        """Whether a letter runs over drawn sets, and over no other set."""
        sets = self.set_letters.get(name, set())
        return name in self.sample_letters or (bool(sets) and sets <= self.samples)

    def outcomes(self, table: str) -> set[str]:
        """``P(A)`` and ``P(B)`` of words A and B: capital letters stand for themselves where there are several."""
        letters = {n for n in self.letters.get(table, set()) if n.isupper() and len(n) == 1}
        letters -= self.bound | self.sizes | self.random_variables
        return letters if len(letters) > 1 else set()

    @property
    def words(self) -> frozenset[str]:
        """Runs of letters that are one name, such as ``PMI``."""
        return KNOWN_RUNS | self.runs

    def matrix_of(self, name: str) -> str | None:
        """The small letter of the vectors that the matrix ``name`` holds, if it is such a matrix."""
        small = name.lower()
        if not self.could_hold(name):
            return None
        told = name in self.columns  # then entries may be written both as U_{jk} and as u_{jk}
        if name in self.indexed and not (told and self.most_indices.get(name) == 2):
            return None
        if self.most_indices.get(small) != 1 and not (told and self.most_indices.get(small) == 2):
            return None
        used = len(self.shapes.get(name, ())) == 2 or name in self.transposed or name in self.listed
        return small if used else None

    def could_hold(self, name: str) -> bool:
        """Whether a name could be the matrix of the vectors with its small letter."""
        small = name.lower()
        one_capital = MATRIX_LETTER.fullmatch(name) is not None
        return one_capital and small != name and small in self.indexed and small not in self.index_arrays

    def holds_columns(self, name: str) -> bool:
        """Whether the vectors are the columns of the matrix: by the text, by the lengths, by how it is used."""
        if name in self.listed:
            return self.columns[name]
        lengths, vector = self.shapes.get(name, ()), self.shapes.get(name.lower(), ())
        if len(lengths) == 2:
            if len(vector) == 1 and vector[0] in lengths and lengths[0] != lengths[1]:
                return lengths[0] == vector[0]
            if "d" in (low := [x.lower() for x in lengths]) and low[0] != low[1]:
                return low[0] == "d"
        return self.columns.get(name, name in self.transposed_before)


def survey(formulas: Iterable[tree.Node]) -> Survey:
    """Look at every node of every formula."""
    found, formulas = Survey(), list(formulas)
    for formula in formulas:
        for node in walk(formula):
            look = _LOOK.get(type(node))
            if look is not None:
                look(node, found)
            if isinstance(node, tree.Product):
                called = {id(f.node) for f, g in pairwise(node.factors) if call(f.node, g.node)}
                alone = [f.node for f in node.factors if id(f.node) not in called]
                found.lettered_alone.update(s.name for n in alone if (s := spell(n)) and s.subs)
            elif isinstance(node, tree.Statement | tree.Chain):
                sides = (node.first, *(k.right for k in node.links))
                found.lettered_alone.update(s.name for n in sides if n is not None and (s := spell(n)) and s.subs)
        for chain in conditions_in(formula):
            _compared(chain, found)
        found.bare.update(_bare(formula))
        bare_names = list(_unscripted(formula))
        found.unscripted.update(spelled.name for spelled in bare_names)
        found.bold_alone.update(spelled.name for spelled in bare_names if spelled.bold)
    found.bound |= {n for n in found.varied & found.subscripts if n not in PARAMETERS}  # max_j x_j, but argmin_θ, max_p
    lengths = {length for each in found.shapes.values() for length in each}
    found.sizes |= (
        letters_in_sizes(formulas, found.sizes, lengths) - found.subscripts - found.indexed - found.transposed
    )
    found.sizes -= found.bound
    found.separate = _separate(found)
    found.lengths = {text: letters for text, letters in found.lengths.items() if not letters & found.bound}
    found.index_arrays -= found.transposed | found.partners
    found.places = places(formulas, found.index_arrays)
    for name, every in found.letters.items():
        letters = {w for w in every if not (w.isupper() and w not in found.bound)}  # p(A) of an event says nothing
        if letters <= found.indexed - found.bound:  # p(x) beside p(x_i): the distribution, not its entry at x
            found.plain_calls.discard(name)
            found.subscripts -= letters
    found.arguments |= found.described - found.indexed  # H(p) of a vector with entries p_i, or of one number
    shaped = {name.removesuffix("^()") for name in found.shapes}
    found.variables |= found.arguments - shaped - found.transposed - found.partners
    # σ(x) beside the vectors x_w: of a number x, not of all these vectors at once
    found.variables |= (found.scored & found.transposed_at) - found.transposed_alone - found.bold_alone - shaped
    found.vectors_at |= {v for name, v in found.sums_of_calls if name in found.transposed | found.partners}
    found.speaks_of = variables(formulas, TABLES - {"\\#"}, found.joints)
    found.joints.update(found.speaks_of.joints)
    return found


def _compared(chain: tree.Chain, found: Survey) -> None:
    """``1\\{y_i = k\\}``: a name with indices that is compared with a letter takes indices as its values."""
    sides = [plain(side) for side in (chain.first, chain.links[0].right) if side is not None]
    if len(sides) == 2 and not any(isinstance(side, tree.Num) for side in sides):
        spelled = [spell(side) for side in sides]
        found.index_arrays.update(s.name for s in spelled if s is not None and s.subs)
        found.subscripts.update(s.name for s in spelled if s is not None and not s.subs)


def _separate(found: Survey) -> dict[str, frozenset[str]]:
    """``p_a = …``, ``p_b = …`` with formulas that do not know of a and b: different names, not entries at an index."""
    separate = {}
    for name, given in found.given.items():
        letters = {letter for letter, used in given if letter not in used} - found.bound
        if len(letters) > 1 and len(letters) == len({letter for letter, _ in given}):
            separate[name] = frozenset(letters)
    return separate


def _unscripted(node: tree.Node) -> Iterator[Spelled]:
    """The names that stand somewhere without any script."""
    if isinstance(node, tree.Script):
        for part in (node.sub, node.sup):
            if part is not None:
                yield from _unscripted(part)
        if not isinstance(plain(node.base), tree.Name):
            yield from _unscripted(node.base)
        return
    if isinstance(node, tree.Name) and (spelled := spell(node)) is not None:
        yield spelled
    for child in tree.children(node):
        yield from _unscripted(child)


def _bare(node: tree.Node) -> Iterator[str]:
    """The letters that stand on the line, not in a subscript."""
    if isinstance(node, tree.Script):
        yield from _bare(node.base)
        if node.sup is not None:
            yield from _bare(node.sup)
        return
    if isinstance(node, tree.BigOp):
        return
    if isinstance(node, tree.Name):
        yield node.base
    for child in tree.children(node):
        yield from _bare(child)


def _name(node: tree.Name | tree.Word, found: Survey) -> None:
    spelled = spell(node)
    if spelled:
        found.names.add(spelled.name)
        if spelled.bold:
            found.wholes.add(spelled.name)


def _script(node: tree.Script, found: Survey) -> None:
    spelled = spell(node)
    if spelled is not None and spelled.name in ("\\nabla", "\\partial"):
        return
    if spelled is None:
        return
    found.names.add(spelled.name)
    if spelled.power is not None and (sup := letter(spelled.power)) is not None:
        found.superscripts.setdefault(spelled.name, set()).add(sup)
    elif spelled.power is None and not isinstance(node.base, tree.Script):
        found.unscripted.add(spelled.name + "_" * bool(spelled.subs))
    if spelled.transposed:
        found.transposed.add(spelled.name)
        if not spelled.subs:
            found.wholes.add(spelled.name)
            found.transposed_alone.add(spelled.name)
        else:
            found.transposed_at.add(spelled.name)
    if spelled.subs:
        found.indexed.add(spelled.name)
        found.most_indices[spelled.name] = max(found.most_indices.get(spelled.name, 0), len(spelled.subs))
        if any(not isinstance(plain(s), tree.Num) for s in spelled.subs):
            found.lettered.add(spelled.name)
    if any(isinstance(plain(sub), tree.Sum) for sub in spelled.subs):
        found.shifted.add(spelled.name)
    for sub in spelled.subs:
        if (name := letter(sub)) is not None:
            found.subscripts.add(name)
            if spelled.name == "v":
                found.of_vectors.add(name)
        elif isinstance(inside := plain(sub), tree.Sum):
            found.offsets.update(n for term in inside.terms if (n := letter(term.node)) is not None)
        for inner in walk(sub):
            nested = spell(inner) if isinstance(inner, tree.Script) else None
            if nested and nested.subs:
                found.index_arrays.add(nested.name)


def _big(node: tree.BigOp, found: Survey) -> None:
    if node.kind not in ("sum", "prod", "max", "min", "E", "argmax", "argmin"):
        return
    for inner in walk(node.sub) if node.sub else ():
        if isinstance(inner, tree.Chain) and inner.first is not None:
            names = [letter(part) for part in (inner.first, *(k.right for k in inner.links))]
            symbols = [k.relation.symbol for k in inner.links]
            if symbols[0] in ("=", "\\in", "\\ne", "\\sim") and names[0]:
                found.bound.add(names[0])
            elif len(symbols) == 2 and names[1]:
                found.bound.add(names[1])
            if symbols[0] == "\\in" and names[-1]:
                found.sizes.add(names[-1])
                found.set_letters.setdefault(names[0] or "", set()).add(names[-1])
            elif symbols == ["\\in"] and names[0] and (right := inner.links[0].right) is not None:
                if (drawn := _set_name(right)) is not None and drawn.endswith(")"):
                    found.samples.add(drawn)
                    found.member_letters.setdefault(names[0], {})[drawn] = right
            if symbols[0] == "\\in" and names[0] and isinstance(set_ := plain(inner.links[0].right or inner), tree.Sum):
                found.sample_letters.setdefault(names[0], set()).update(_single_words(set_))
    sub = plain(node.sub) if node.sub else None
    for part in sub.parts if isinstance(sub, tree.Sequence) else (sub,):
        if part is not None and (name := letter(part)):
            (found.bound if node.kind in ("sum", "prod", "E") else found.varied).add(name)
    if node.sup is not None and node.kind in ("sum", "prod"):
        found.sizes.update(on_the_line(node.sup))
        found.lengths.update({tree.sexpr(each): letters_of(each) for each in lengths_in(node.sup)})


def _single_words(union: tree.Sum) -> Iterator[str]:
    """The word w of ``{w} ∪ NEG(w)``."""
    for term in union.terms:
        group = plain(term.node)
        if isinstance(group, tree.Group) and group.open in ("\\{", "{"):
            yield from (name for part in group.body.parts if (name := letter(part)) is not None)


def _product(node: tree.Product, found: Survey) -> None:
    items = [f.node for f in node.factors]
    for first, second in pairwise(items):
        if call(first, second) and isinstance(second, tree.Group):
            _call(first, second, found)
        if isinstance(second, tree.Script) and is_transpose(second.sup) and call(first, group := plain(second.base)):
            at = vector_at(tree.Product(node.span, (bare(first), bare(group))))
            word = letter(at.subs[0]) if at is not None else None
            of_word = word is not None and "^" not in word  # δ^{[2]} (a^{[1]})^T: a^{[1]} is a vector itself
            found.vectors_at.update({at.name} if at is not None and of_word else set())
        spelled, following = spell(first), spell(second)
        if spelled and spelled.transposed and following:
            found.partners.add(following.name)
        if (
            spelled
            and spelled.transposed
            and not spelled.subs
            and spelled.name.isupper()
            and following
            and following.subs
        ):
            found.transposed_before.add(spelled.name)
    if any(f.operator == "\\odot" for f in node.factors):
        for item in items:
            spelled = spell(item)
            if spelled and not spelled.subs:
                found.wholes.add(spelled.name)


def _call(first: tree.Node, group: tree.Group, found: Survey) -> None:
    spelled = spell(first)
    if spelled is None:
        return
    if spelled.primes and not spelled.subs:
        found.primed.add(spelled.name)
    parts, separators = group.body.parts, group.body.separators
    names = [letter(part) for part in parts]
    if len(spelled.subs) == 1 and letter(spelled.subs[0]) is None:
        found.of_orders.add(spelled.name)  # H_2(p), D_{1-β}(p‖q): what stands below is a number
    if len(parts) == 1 and spelled.name in SCORED and (alone := _up_to_sign(parts[0])) is not None:
        found.scored.add(alone)
    if len(parts) == 1 and spelled.name in SCORED and (dotted := _dot_product(parts[0])) is not None:
        found.dotted.add(dotted)
    if spelled.bold and len(parts) == 1 and names[0] is not None and not spelled.subs:
        found.vectors_at.add(spelled.name)
    if spelled.name in ("softmax", "\\mathrm{softmax}", "diag"):
        found.wholes.update(n for n in names if n)
    if any(s in ("||", "\\|") for s in separators):
        found.wholes.update(n for n in names if n)
    if spelled.name in TABLES or spelled.name.split("_")[0] in TABLES:
        if len(parts) == 1 and spell(plain(parts[0])) is not None:
            found.unary_calls.add(spelled.name)
        for part in parts[: separators.index(";") + 1] if ";" in separators else parts:
            head = part.first if isinstance(part, tree.Chain) else part
            if (name := letter(head)) is not None:
                found.subscripts.add(name)
                found.plain_calls.add(spelled.name)
                found.letters.setdefault(spelled.name, set()).add(name)
            inner = spell(head) if head is not None else None
            if inner and inner.subs:
                found.index_arrays.add(inner.name)
        if len(parts) > 1 and set(separators) == {","} and not spelled.subs and all(n and n.islower() for n in names):
            _joint(spelled.name, tuple(n for n in names if n), found)
    if spelled.name in ("H", "I", "MI"):
        upper = [n for n in names if n and len(n) == 1 and n.isupper()]
        found.random_variables.update(upper)
        if not upper:
            found.wholes.update(n for n in names if n)


def _joint(name: str, letters: tuple[str, ...], found: Survey) -> None:
    """``p(x,y)`` is a joint distribution, and where ``p(x,y,z)`` stands as well it is a marginal of that."""
    known = found.joints.setdefault(name, letters)
    if len(set(letters)) == len(letters) and set(known) < set(letters):
        found.joints[name] = letters


SCORED = {"\\sigma", "sigmoid", "exp", "\\exp"}
"""Functions of one number; what they are applied to in word2vec is a dot product."""


def _up_to_sign(node: tree.Node) -> str | None:
    """The letter x of ``x`` and ``-x``."""
    node = plain(node)
    if isinstance(node, tree.Sum) and len(node.terms) == 1:
        node = node.terms[0].node
    return letter(node)


def _dot_product(node: tree.Node) -> str | None:
    """The letter in ``v_c \\cdot v_w`` or ``-v_c \\cdot v_w``: two vectors, as no numbers are multiplied like this."""
    node = plain(node)
    if isinstance(node, tree.Sum) and len(node.terms) == 1:
        node = plain(node.terms[0].node)
    if not isinstance(node, tree.Product) or len(node.factors) != 2 or node.factors[1].operator != "\\cdot":
        return None
    one, other = (spell(f.node) for f in node.factors)
    if one is None or other is None or one.name != other.name or not one.subs or one.subs == other.subs:
        return None
    return one.name + "'" * one.primes if one.primes == other.primes else None


def _membership(node: tree.Statement | tree.Chain, found: Survey) -> None:
    """``U ∈ ℝ^{V×d}``: the letters of the lengths."""
    if node.first is None or not node.links or node.links[-1].relation.symbol != "\\in" or node.links[-1].right is None:
        return
    spelled, set_ = spell(plain(node.first)), plain(node.links[-1].right)
    if spelled is None and (called := vector_at(node.first)) is not None and "R" in tree.sexpr(set_):
        found.vectors_at.add(called.name)
    if spelled is None or not isinstance(set_, tree.Script) or set_.sup is None or "R" not in tree.sexpr(set_.base):
        return
    sup = plain(set_.sup)
    lengths = [f.node for f in sup.factors] if isinstance(sup, tree.Product) else [sup]
    found.shapes[spelled.name] = tuple(tree.sexpr(plain(length)) for length in lengths)


def vector_at(node: tree.Node) -> Spelled | None:
    """``v(w)``, the vector of the word w, as ``v_w``; None if the node is something else."""
    node = plain(node)
    if isinstance(node, tree.Product) and len(node.factors) == 2 and not node.factors[1].operator:
        head, group = (f.node for f in node.factors)
        spelled = spell(head)
        if spelled is not None and not spelled.subs and call(head, group) and isinstance(group, tree.Group):
            if len(group.body.parts) == 1 and letter(group.body.parts[0]) is not None:
                return replace(spelled, subs=(group.body.parts[0],))
    return None


def _sum(node: tree.Sum, found: Survey) -> None:
    _union(node, found)
    _complement(node, found)


def _complement(node: tree.Sum, found: Survey) -> None:
    """``1 - h_θ(x)``: a probability beside its complement."""
    if len(node.terms) != 2 or node.terms[1].sign != "-" or not isinstance(one := plain(node.terms[0].node), tree.Num):
        return
    inner = plain(node.terms[1].node)
    if one.text == "1" and isinstance(inner, tree.Product) and len(inner.factors) == 2:
        head, group = (factor.node for factor in inner.factors)
        if call(head, group) and (spelled := spell(head)) is not None:
            found.complemented.add(spelled.name)


def _union(node: tree.Sum, found: Survey) -> None:
    """``{o} ∪ S``: S is a set of samples."""
    if any(term.sign == "\\cup" for term in node.terms):
        for term in node.terms:
            inner = plain(term.node)
            if not isinstance(inner, tree.Group) and (name := _set_name(inner)):
                found.samples.add(name)


def _set_name(node: tree.Node) -> str | None:
    from derive.reading.sets import set_name

    return set_name(node)


def _statement(node: tree.Statement | tree.Chain, found: Survey) -> None:
    _membership(node, found)
    if node.links and node.links[-1].relation.symbol == "\\notin" and node.links[-1].right is not None:
        name = _set_name(node.links[-1].right)
        if name and len(name.split("(")[0]) <= 4:
            found.samples.add(name)
    if not node.links or node.links[0].relation.symbol not in ("=", ":="):
        return
    first = node.first
    _given(first, node.links[0].right, found)
    _sum_of_calls(first, node.links[0].right, found)
    _listed_columns(first, node.links[0].right, found)
    found.functions.update(_models([link.right for link in node.links[:-1]]))
    if isinstance(first, tree.Product) and (run := leading_run(first.factors)):
        found.runs.add(run)
    if isinstance(first, tree.Product) and len(first.factors) == 2:
        head, group = (f.node for f in first.factors)
        if call(head, group) and (spelled := spell(head)) is not None:
            found.functions.add(spelled.name)
            if spelled.name not in TABLES and isinstance(group, tree.Group) and len(group.body.parts) == 1:
                names = {n for n in [letter(group.body.parts[0])] if n and n.isalpha()}
                names -= _with_entries(node.links[0].right)  # lse(x) = log Σ_i e^{x_i} is a function of a vector
                (found.described if spelled.name in ENTROPIES else found.arguments).update(names)


def _models(sides: Iterable[tree.Node | None]) -> Iterator[str]:
    """The h of ``P(y=1|x) = h_θ(x) = …``: the middle of a chain says what it is."""
    for side in sides:
        if (
            isinstance(side, tree.Product)
            and len(side.factors) == 2
            and call(side.factors[0].node, side.factors[1].node)
        ):
            spelled = spell(side.factors[0].node)
            if spelled is not None and any(letter(sub) in PARAMETERS for sub in spelled.subs):
                yield spelled.name


def _with_entries(right: tree.Node | None) -> set[str]:
    """The names that stand in a formula with an index."""
    nodes = walk(right) if right is not None else ()
    found = (spell(node) for node in nodes if isinstance(node, tree.Script))
    return {each.name for each in found if each is not None and each.subs}


def _given(first: tree.Node | None, right: tree.Node | None, found: Survey) -> None:
    """Remember that a formula gives a name with one letter below, and the letters that it uses."""
    spelled = spell(plain(first)) if first is not None else None
    if spelled is None or len(spelled.subs) != 1 or spelled.power is not None or right is None:
        return
    name = letter(spelled.subs[0])
    if (
        name is None
        or isinstance(plain(right), tree.Num)
        or ((known := spell(plain(right))) and known.name == spelled.name)
    ):
        return
    used = frozenset(n for inner in walk(right) if (n := letter(inner)) is not None)
    found.given.setdefault(spelled.name, []).append((name, used))


def _sum_of_calls(first: tree.Node | None, right: tree.Node | None, found: Survey) -> None:
    """``x_w = Σ_u v(u)``: what is added up is of the kind of what it adds up to."""
    spelled = spell(plain(first)) if first is not None else None
    right = plain(right) if right is not None else None
    if spelled is None or not isinstance(right, tree.Product) or not isinstance(right.factors[0].node, tree.BigOp):
        return
    rest = tuple(bare(factor.node) for factor in right.factors[1:])
    at = vector_at(tree.Product(right.span, rest)) if right.factors[0].node.kind == "sum" else None
    if at is not None:
        found.sums_of_calls.add((spelled.name, at.name))


def _listed_columns(first: tree.Node | None, right: tree.Node | None, found: Survey) -> None:
    """``U = [u_1, …, u_V]``: the vectors u are the columns of U, or its rows where they are transposed."""
    name = letter(first)
    listed = enumerated_names(right) if right is not None else None
    if name is None or listed is None or listed[0] != name.lower() or name == listed[0]:
        return
    found.columns.setdefault(name, not listed[1])
    found.listed.add(name)
    found.wholes.add(name)


def enumerated_names(node: tree.Node) -> tuple[str, bool] | None:
    """The name in ``[u_1, …, u_V]`` and whether the vectors are transposed; None if it is not such a list."""
    node = plain(node)
    transposed = False
    if isinstance(node, tree.Script) and is_transpose(node.sup) and node.sub is None:
        transposed, node = True, plain(node.base)
    if not isinstance(node, tree.Group) or node.open not in ("[", "(") or len(node.body.parts) < 3:
        return None
    spelled = [spell(plain(p)) for p in node.body.parts if not isinstance(plain(p), tree.Ellipsis)]
    names = {s.name for s in spelled if s is not None and len(s.subs) == 1 and s.power is None}
    if any(s is None for s in spelled) or len(spelled) == len(node.body.parts) or len(names) != 1:
        return None
    return names.pop(), transposed or all(s is not None and s.transposed for s in spelled)


def _frac(node: tree.Frac, found: Survey) -> None:
    bottom = plain(node.denominator)
    if isinstance(bottom, tree.Product) and isinstance(head := bottom.factors[0].node, tree.Name):
        if head.base == "d":
            found.variables.update(n for f in bottom.factors[1:] if (n := letter(f.node)))
        if head.base == "\\partial":  # ∂L/∂z_k is said of every k
            spelled = (spell(plain(f.node)) for f in bottom.factors[1:])
            found.general.update(n for s in spelled if s is not None for sub in s.subs if (n := letter(sub)))


_LOOK: dict[type[tree.Node], Callable[[Any, Survey], None]] = {
    tree.Name: _name,
    tree.Word: _name,
    tree.Script: _script,
    tree.BigOp: _big,
    tree.Product: _product,
    tree.Sum: _sum,
    tree.Statement: _statement,
    tree.Chain: _statement,
    tree.Frac: _frac,
    tree.Group: _inner_product,
}
