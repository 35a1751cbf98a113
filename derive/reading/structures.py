"""What the words of a note say about names without a formula: symmetric, orthonormal, of unit length, even, a tree.

The prover uses none of it.  It matters for counterexamples: one in which a "symmetric" matrix is not symmetric shows
nothing.  Many of these words hold of the identity matrix and of its columns, so that a step that is false even there is
false; where no such example is known, a step about these names is never refuted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from enum import IntEnum
from itertools import pairwise

from sympy import Expr, Indexed, KroneckerDelta, Pow, Product, Sum, exp

from derive.reading import tree
from derive.reading.products import FUNCTIONS
from derive.reading.prose import Formula
from derive.reading.scope import Scope, names_in
from derive.reading.spelling import call, plain, spell, walk
from derive.reading.survey import Survey
from derive.terms import ANY, ArrayFacts, Facts, Index, array, free_indices

__all__ = [
    "Structure",
    "declare_structures",
    "over_paths",
    "say",
    "says",
    "special_case",
    "structured_facts",
    "valued",
]


class Structure(IntEnum):
    """Of what kind of example a word is known to hold; a greater one says less."""

    MATRIX = 1
    VECTOR_OR_MATRIX = 2
    SAID_OF_ONE = 3
    IN_WORDS = 4
    UNKNOWN = 5


_MATRIX = (
    r"(?<!skew-)(?<!skew )(?<!anti)(?<!anti-)(?<!a)symmetric\b(?! function)|unitary|"
    r"positive[- ](?:semi-?)?definite|\bp\.?s\.?d\b|\bs\.?p\.?d\b|triangular|invertible|"
    r"non-?singular|stochastic|(?:row|column)s? sums?|行和|列和|\bdiagonal\b(?! entr| elem| term)|"
    r"projection matri|\bprojector|idempotent|permutation matri|"
    r"full (?:column |row )?rank|hermitian|(?<![由据用按依])对称|正定|对角矩?阵|可逆|置换矩阵|投影矩阵|幂等"
)
_VECTOR_OR_MATRIX = (
    r"one[- ]?hot|indicator vector|独热|(?:sums?|adds?)(?: up)? to (?:one\b|1\b|unity)|"
    r"\bortho(?:gonal|normal)|\bunit (?:length|norm|vectors?)|unit sphere|"
    r"(?:length|norm)s? (?:one|1\b|equal to one)|\b(?:is|are|be|been|both|all) (?:l2[- ])?normali[sz]ed|"
    r"\bnormali[sz]ed (?:word )?vectors?|正交|单位(?:长度|向量|化)|归一化的?向量|模长?为"
)
_UNKNOWN = (
    r"\bsame (?:mean|average|expectation|expected value|variance|moments?|marginals?|entropy)|"
    r"(?:均值|期望|方差|边缘分布|熵)相[同等]|相同的?(?:均值|期望|方差|边缘|熵)|"
    r"skew|anti-?symmetric|zero[- ]mean|mean zero|mean (?:of|is) zero|\bcent(?:er|re)d\b|standardi[sz]ed|whitened|"
    r"(?:sums?|adds?)(?: up)? to zero|eigenv|singular v(?:alue|ector)|linearly (?:in)?dependent|sorted|nilpotent|"
    r"circulant|toeplitz|\bhollow\b|traceless|negative definite|负定|负半定|"
    r"collinear|parallel to|multiples? of|divisible|whole numbers?|"
    r"\bpermut(?:ation|es)\b(?! matri)|排列|"
    r"反对称|零均值|均值为零|特征(?:值|向量)|线性[无相]关|整数|偶数|奇数"
)
_PREDICATE = (
    r"\b(?:is|are|be|was|were|any|an?|two|both|all|positive)\s+(?:an?\s+|all\s+|strictly\s+|always\s+|both\s+)?"
)
_UNKNOWN_IF_SAID = (
    r"even(?! if| though| when| for| with| in\b| more| the\b| a\b)|odd|integers?|primes?|"
    r"negative(?! (?:sampl|log|exampl|word|pair|class|point|infinit|sign|gradient|definite|semi|of\b|if\b))|"
    r"nonzero|non-zero|non-?negative|binary(?! (?:tree|class|cross|log|search|case|problem|code))|"
    r"ordered|all equal|equal to each other|(?:all )?identical(?! to)|uncorrelated|"
    r"uniform\b(?! random| sampl)"
)
_IN_WORDS = (
    r"\bthe (?:\w+ )?(?:largest|smallest|greatest|maxim(?:um|al)|minim(?:um|al)|mean|average|median|sum|product|norm|"
    r"length|inverse|square|(?:square )?root|variance|difference|ratio|logarithm|determinant|trace|"
    r"reciprocal|argmax) of\b|"
    r"divided by|multiplied by|normali[sz]ed by|obtained from|的(?:最大值|最小值|均值|平均|和|积|范数|模|逆|方差)"
)
WORDS: tuple[tuple[Structure, re.Pattern[str]], ...] = (
    (Structure.MATRIX, re.compile(_MATRIX, re.IGNORECASE)),
    (Structure.VECTOR_OR_MATRIX, re.compile(_VECTOR_OR_MATRIX, re.IGNORECASE)),
    (Structure.UNKNOWN, re.compile(_UNKNOWN, re.IGNORECASE)),
    (Structure.SAID_OF_ONE, re.compile(f"{_PREDICATE}(?:{_UNKNOWN_IF_SAID})", re.IGNORECASE)),
    (Structure.IN_WORDS, re.compile(_IN_WORDS, re.IGNORECASE)),
)
ONE_HOT = re.compile(r"one[- ]?hot|独热", re.IGNORECASE)
NEGATED = re.compile(r"\b(?:not|no|isn't|aren't|without|need not be|never)\s+(?:\w+\s+)?$|(?:不|非|未)$", re.IGNORECASE)
TREE = re.compile(
    r"\btrees?\b|\bhuffman|\bleaf\b|\bleaves\b|\bpaths?\b|\bhierarchical|\bprefix codes?|inner nodes?|"
    r"树|樹|哈夫曼|霍夫曼|路径|层次|层序|分层",
    re.IGNORECASE,
)

APART = re.compile(
    r"\bdiffers?\b(?! (?:only|by|in)\b)|\bdifferent from\b|\bdistinct\b|"
    r"\b(?:no|without) (?:repeats|repetition|duplicates|replacement)|none of (?:them|which)|互不|互异|不同于|不重复",
    re.IGNORECASE,
)


REPEATED = re.compile(
    r"\brepeat(?:s|ed|edly|ing)?\b|\brepetitions?\b|\bduplicates?\b|\bwith replacement|more than once|\btwice\b|"
    r"\bmultiplicit|several times|"
    r"not (?:all|necessarily|always) (?:distinct|different)|coincide|\bcollide|重复|重複|可能相同",
    re.IGNORECASE,
)
"""Words with which a note speaks of words that come more than once."""

FUNCTION_WORDS = re.compile(
    rf"{_PREDICATE}(?:(?:in|de)creasing|monotone|convex|concave|periodic|linear\b|even|odd)", re.IGNORECASE
)
BEHIND = re.compile(r"\W*(?:where|with|here|in which|其中|这里|此处)", re.IGNORECASE)


def said_from(text: str, item: int) -> int:
    """From which item of the note on a sentence counts: "where A is symmetric" is about the display before it."""
    leads_on = text.rstrip().endswith((":", "："))
    return item - 1 if BEHIND.match(text) and not leads_on else item


def declare_structures(text: str, formulas: Sequence[Formula], scope: Scope, found: Survey, item: int) -> None:
    """What the words of one sentence say of the names close to them; of all matrices, if it names none."""
    since = said_from(text, item)
    if FUNCTION_WORDS.search(text):  # said of a function, it is no condition on numbers
        for name in set(_names(statement for f in formulas for statement in f.statements)):
            if name.endswith("^()"):
                say(scope, name, Structure.SAID_OF_ONE, since)
    scope.trees = scope.trees or _says_so(TREE, text)
    scope.apart = scope.apart or _says_so(APART, text)
    scope.repeats = scope.repeats or _says_so(REPEATED, text)
    scope.level.update(_level(formulas))
    for name in _sets_that_contain(text, formulas, found):
        say(scope, name, Structure.UNKNOWN, since)
    for structure, words in WORDS:
        others = set(found.subscripts | found.bound) - found.sizes | FUNCTIONS.keys()
        if structure is not Structure.UNKNOWN and structure is not Structure.SAID_OF_ONE:
            others |= found.sizes | scope.sizes.keys() | {length for shape in found.shapes.values() for length in shape}
        if ONE_HOT.search(text):  # "for a one-hot p" beside p > 0 is a special case
            others |= {n for n, family in scope.families.items() if family.positive}
        for match in words.finditer(text):
            if NEGATED.search(text[: match.start()]):
                continue
            close = _close(match, formulas, text, structure)
            names = list(dict.fromkeys(_names(statement for f in close for statement in f.statements)))
            if not formulas and structure is Structure.MATRIX:
                names = sorted(n for n in scope.families.keys() - others if _order(scope, n) > 1)
            if not formulas and OF_ALL_VECTORS.fullmatch(match.group()):
                names = sorted(n for n in scope.families.keys() - others if _order(scope, n) > 0)
            for name in [n for n in names if n not in others] or (names if structure is Structure.UNKNOWN else ()):
                say(scope, name, structure, since)


def _level(formulas: Sequence[Formula]) -> Iterator[str]:
    """The s of "all s_i = s"."""
    for statement in (each for f in formulas for each in f.statements if len(each.links) == 1):
        link = statement.links[0]
        if statement.first is None or link.right is None or link.relation.symbol not in ("=", "\\equiv"):
            continue
        entry, number = spell(plain(statement.first)), spell(plain(link.right))
        if entry is not None and number is not None and entry.name == number.name and entry.subs and not number.subs:
            yield entry.name


CONTAINS = re.compile(r"\bcontain(?:s|ing)?\b|\binclud(?:es?|ing)\b|包含|包括|含有", re.IGNORECASE)


def _sets_that_contain(text: str, formulas: Sequence[Formula], found: Survey) -> set[str]:
    """ "a set S of words that contains o": of a step with both, a set without o shows nothing."""
    sets = {name.strip() for name in found.samples}
    pairs = set[str]()
    for match in CONTAINS.finditer(text):
        before = [f for f in formulas if f.position < match.start()]
        behind = [f for f in formulas if f.position >= match.end()]
        holders = sets & set(_names(statement for f in before for statement in f.statements))
        members = set(_names(statement for f in behind[:1] for statement in f.statements))
        pairs |= {_holding(one, other) for one in holders for other in members}
    return pairs


def _holding(name: str, member: str) -> str:
    return f"{name.strip()} ∋ {member}"


OF_ALL_VECTORS = re.compile(r".*(?:unit|norm|length|orthogonal|单位|归一|正交).*", re.IGNORECASE)


def say(scope: Scope, name: str, structure: Structure, since: int) -> None:
    """Remember what is said of a name, from an item of the note on."""
    scope.structured[name, structure] = min(since, scope.structured.get((name, structure), since))


JOINED = re.compile(r"\W*(?:and|or|和|与|及)?\W*")
OF_THE_LAST = re.compile(r"\s*(?:with|has|having)\s*(?:an?\s*)?", re.IGNORECASE)
IS = re.compile(r"\b(?:is|be|are|denotes?|as|by)\b|[为是]")


def _close(match: re.Match[str], formulas: Sequence[Formula], text: str, structure: Structure) -> list[Formula]:
    """The formulas that words may speak of: the one before with those joined to it, the first, the one right behind."""
    before = [f for f in formulas if f.position < match.start()]
    after = [f for f in formulas if f.position >= match.end()]
    if structure is Structure.IN_WORDS:
        named = before and IS.search(text[before[-1].position : match.end()])
        if named:
            return [*_chain(before[::-1], text), before[0]]
        return after[:2] if after and IS.search(text[match.end() : after[:2][-1].position]) else []
    if before and OF_THE_LAST.fullmatch(text[before[-1].position + 1 : match.start()]):
        return before[-1:]
    close = _chain(before[::-1], text)
    if before and structure is not Structure.SAID_OF_ONE:
        close.append(before[0])
    behind = text[match.end() : after[0].position] if after else ""
    if after and (not before or (len(behind) <= 14 and not re.search(r"[.,;:]", behind))):
        close += _chain(after, text)
    return close


def _chain(formulas: Sequence[Formula], text: str) -> list[Formula]:
    """The first of the formulas and what is joined to it by "and" or a comma."""
    chain = list(formulas[:1])
    for one, other in pairwise(formulas):
        first, last = sorted((one.position, other.position))
        if not JOINED.fullmatch(text[first + 1 : last]):
            break
        chain.append(other)
    return chain


def special_case(statements: Sequence[tree.Statement], text: str, scope: Scope) -> bool:
    """ "for a one-hot p with p_c = 1" where p is positive: what it says is not true of p in general."""
    positive = {name for name, family in scope.families.items() if family.positive}
    return ONE_HOT.search(text) is not None and bool(positive & set(_names(statements)))


def _says_so(words: re.Pattern[str], text: str) -> bool:
    return any(NEGATED.search(text[: match.start()]) is None for match in words.finditer(text))


def _names(statements: Iterable[tree.Statement]) -> Iterator[str]:
    """What the formulas of a sentence speak of: x in ``x ∈ ℝ^d``, h in ``h(a) = 1``, both in ``xᵀy = 0``."""
    for statement in statements:
        first = plain(statement.first) if statement.first is not None else None
        if isinstance(first, tree.Product) and call(*(f.node for f in first.factors[-2:])):
            first = first.factors[-2].node
        for node in walk(first) if first is not None and spell(first) is None else [first]:
            spelled = spell(node) if isinstance(node, tree.Name | tree.Script | tree.Accent | tree.Word) else None
            if spelled is not None and not spelled.name.isdigit():
                yield spelled.name
                yield f"{spelled.name}^()"
                if len(spelled.name) == 1 and spelled.name.isupper():
                    yield spelled.name.lower()  # the rows of U are the u_w


def structured_facts(
    scope: Scope,
    facts: Facts,
    sides: Sequence[Expr],
    conditions: Sequence[tuple[Expr, str, Expr]],
    item: int,
    running: Set[str] = frozenset(),
) -> tuple[tuple[Facts, ...], tuple[str, ...]]:
    """Facts under which the words said so far hold (none if no example is known), and of which names they speak.

    ``running`` are the arrays that hold a running text, in which words come again.
    """
    used = {name for side in sides for name in names_in(side)}
    letters = {index.name.split("ʹ")[0] for side in sides for index in free_indices(side)}
    holding = {n for n in used if any(says(scope, _holding(n, member), facts, item) for member in letters)}
    names = sorted(name for name in used if name in holding or says(scope, name, facts, item))
    examples = {
        name: replace(facts.of(name) or ArrayFacts(), example=position) for position, name in enumerate(names, start=1)
    }
    known = not holding and all(
        (says(scope, name, facts, item) or 0) <= Structure.VECTOR_OR_MATRIX and _order(scope, name) > 0
        for name in names
    )
    pointers = [name for name in used - examples.keys() if (what := facts.of(name)) is not None and what.points_into]
    if not (scope.trees or scope.apart):  # nobody who does not speak of repeated samples has them in mind
        pointers = [] if scope.repeats else [name for name in pointers if name not in running]
    examples |= {  # a path comes by no node twice
        name: replace(facts.arrays[name], injective=True) for name in pointers if not facts.arrays[name].one_way
    }
    if scope.apart or not scope.repeats:
        pairs = _apart(facts, pointers, sides) if scope.apart else _unlike(facts, set(pointers) - running, sides)
        facts = facts.with_distinct(pairs)
    met = {name for left, _, right in conditions for name in used & (valued(left) | valued(right))}
    if not known:
        return (), tuple(sorted(examples.keys() | met))
    special = facts.with_arrays(**examples).with_given(conditions)
    tried = [special]
    if conditions:  # the identity matrix and its columns meet many a condition that is hardly met by chance
        further = sorted(name for name in met - examples.keys() if _order(scope, name) > 0)
        more = {n: replace(facts.of(n) or ArrayFacts(), example=k) for k, n in enumerate(further, len(names) + 1)}
        tried.append(special.with_arrays(**more))
    return tuple(tried), tuple(sorted(examples.keys() | met))


def valued(side: Expr) -> set[str]:
    """The names in a term but those of sizes."""
    return names_in(side) - {s.name for s in side.free_symbols if s.is_integer and s.is_positive}


def _apart(facts: Facts, pointers: Iterable[str], sides: Sequence[Expr]) -> Iterator[tuple[Indexed, Index]]:
    """Every entry of an array of indices differs from every free index of the set that it points into."""
    free = {index for side in sides for index in free_indices(side)}
    for name in pointers:
        what = facts.arrays[name]
        entry = array(name, integer=True)[tuple(Index(ANY, axis) for axis in what.axes)]
        into = what.points_into
        yield from ((entry, i) for i in free if into and (i.axis.low, i.axis.high) == (into.low, into.high))


def _unlike(facts: Facts, pointers: Iterable[str], sides: Sequence[Expr]) -> Iterator[tuple[Indexed, Index]]:
    """The same, but where a step asks by a δ whether two are alike, and no word says that they differ, they may be."""
    compared = [{*names_in(one), *free_indices(one)} for side in sides for one in side.atoms(KroneckerDelta)]
    for entry, index in _apart(facts, pointers, sides):
        if not any({str(entry.base.label), index} <= pair for pair in compared):
            yield entry, index


def says(scope: Scope, name: str, facts: Facts, item: int) -> Structure | None:
    """What the words say of a name beyond the facts, as far as it can be said of a number, a vector, a matrix."""
    said = [kind for (each, kind), since in scope.structured.items() if each == name.strip() and since <= item]
    structure = Structure(max(said)) if said else None
    if structure is Structure.VECTOR_OR_MATRIX and (what := facts.of(name)) is not None and what.sums_to_one:
        return None  # one-hot rows, normalised weights
    return None if structure is Structure.MATRIX and _order(scope, name) < 2 else structure


def _order(scope: Scope, name: str) -> int:
    return scope.families[name].order if name in scope.families else 0


def over_paths(scope: Scope, facts: Facts, sides: Iterable[Expr]) -> bool:
    """Whether a step adds over words what their ways through a tree give: only in a tree do these fit together."""
    return scope.trees and any(
        any(
            _multiplied(part, {limit[0] for limit in node.limits}, facts)
            for part in node.function.atoms(Product, exp, Pow)
        )
        for side in sides
        for node in side.atoms(Sum)
    )


def on_one_path(scope: Scope, facts: Facts, sides: Sequence[Expr]) -> bool:
    """Whether one side has some nodes on the way to a word by their numbers, and the other has them all."""
    numbers = [any(e.indices[1].is_Integer and e.indices[1] > 1 for e in _nodes(side, facts)) for side in sides]
    whole = [
        any(e.indices[1].has(part.limits[0][0]) for part in side.atoms(Sum, Product) for e in _nodes(part, facts))
        for side in sides
    ]
    return scope.trees and any(numbers[k] and not whole[k] and whole[1 - k] and not numbers[1 - k] for k in (0, 1))


def _nodes(side: Expr, facts: Facts) -> list[Indexed]:
    """The entries ``n(w, j)`` of arrays of nodes."""
    found = [entry for entry in side.atoms(Indexed) if len(entry.indices) == 2]
    known = ((entry, facts.of(str(entry.base.label))) for entry in found)
    return [entry for entry, what in known if what is not None and what.points_into is not None]


def _multiplied(part: Expr, words: set[Expr], facts: Facts) -> bool:
    """Whether the factors along the way of one of the words are multiplied: by Π, or in the exponent by Σ."""
    if isinstance(part, Product):
        return bool(words & part.free_symbols)
    ways = [
        entry
        for inner in part.atoms(Sum)
        for entry in inner.atoms(Indexed)
        if (what := facts.of(str(entry.base.label))) is not None and (what.points_into is not None or what.values)
    ]
    ends = [end for inner in part.atoms(Sum) for limit in inner.limits for end in limit[1:]]
    return any(words & e.free_symbols for e in (*ways, *ends))
