"""What the sentences of a note declare: shapes, ranges, positivity, one-hot vectors, distributions, definitions.

Formulas inside a sentence declare by their relations (``x ∈ ℝ^d``, ``p_i > 0``, ``x_1, …, x_C``); the words around them
say the rest ("probability vector", "one-hot", "distinct", in English and Chinese).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import sympy

from derive.reading import tree
from derive.reading.context import Reading, index_expression
from derive.reading.declarations import differ_from
from derive.reading.definitions import Definition, function
from derive.reading.hot_lists import declare_hot_list, is_hot_list
from derive.reading.keys import labelled
from derive.reading.scope import Head
from derive.reading.signatures import signature
from derive.reading.spelling import Spelled, letter, plain, spell, walk
from derive.reading.survey import TABLES, Survey
from derive.reading.values import Value, scalar
from derive.terms import Index, delta


@dataclass(frozen=True)
class Formula:
    """A formula in a sentence: its statements, and where it stands in the text of the sentence."""

    statements: tuple[tree.Statement, ...]
    position: int


ALL_ROWS = re.compile(
    r"all (?:word )?vectors are rows?|所有(?:词)?向量(?:都|均)?(?:是|为).{0,6}行向量|向量(?:一律|都)(?:是|为|取)行",
    re.IGNORECASE,
)


ONLY_IF = re.compile(r"\biff\b|only if|equality|exactly when|precisely when|当且仅当|等号|充要", re.IGNORECASE)


COLUMNS = re.compile(
    r"(?:as|in|is|into) (?:its|the)\s\S{0,8}\s?(?:columns?|rows?)|(?:columns?|rows?) of|"
    r"whose (?:columns?|rows?)|with (?:columns?|rows?)|ha(?:ve|s|ving) (?:the )?(?:columns?|rows?)|"
    r"per (?:row|column)|is row|is column|第.{0,6}[行列]|[各每][行列]|按[行列]",
    re.IGNORECASE,
)


def _columns_by_text(match: re.Match[str], formulas: list[Formula], survey: Survey) -> None:
    """ "the columns of U are the u_w": settles how a matrix holds its vectors."""
    matrices = [
        (abs(f.position - match.start()), s.name)
        for f in formulas
        for statement in f.statements
        if statement.first is not None and (s := spell(plain(statement.first))) and survey.could_hold(s.name)
    ]
    if matrices:
        name = min(matrices)[1]
        word = match.group(0).lower()
        survey.columns.setdefault(name, "col" in word or "列" in word)


def columns_by_text(text: str, formulas: list[Formula], survey: Survey) -> None:
    """How matrices hold their vectors, where a sentence says so.  Known before anything is read."""
    for match in COLUMNS.finditer(text):
        _columns_by_text(match, formulas, survey)


CUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "one-hot",
            r"one[- ]?hot|独热|indicator vector|(?:standard|canonical|coordinate|basis) (?:unit )?vector|"
            r"th (?:\S{1,3} )?unit vector|标准(?:基|单位)?向量|个单位向量",
        ),
        (
            "probability",
            r"probability (?:vector|distribution|mass)|probabilities|distributions?\b|概率(?:向量|分布)|分布",
        ),
        (
            "distinct",
            r"(?<!from )distinct(?! from)|distinct from (?:each other|one another)|"
            r"pairwise different|all different|互不相同|互异|各不相同|"
            r"different from each other|without replacement|no repeats|"
            r"\b(?:all|being|are|pairwise|mutually) different(?! from)|(?:\ue000|\bare)\s+different (?:\w+ )?words|"
            r"distint[oa]s entre s[íi]|tod[oa]s distint[oa]s|distint[oa]s dos a dos|deux à deux distincts?|"
            r"tous distincts|(?:paarweise|alle) verschieden|서로 다[른르]|互いに異なる|相異なる",
        ),
        ("scalar", r"\bscalars?\b|标量"),
        ("real", r"\breal(?:[- ]valued)?\b|实数"),
        ("count", r"\bcounts?\b(?! of)|how often|共现次数|出现.{0,4}次数"),
        ("positive", r"\bpositive\b|正数|为正|正的"),
        ("row", r"\brows?\b|行向量|第.{0,3}行"),
        ("vector", r"(?<!row )(?:column )?\bvectors?\b|向量"),
        ("matrix", r"matri(?:x|ces)|矩阵"),
    )
)


NEGATION = re.compile(
    r"(not|no|isn't|without|unnormali[sz]ed|不是|非|未归一)\s*(?:a |an |the )?(?:\w+\s+)?$", re.IGNORECASE
)


RESULT = re.compile(
    r"\b(?:in)?to (?!be\b)(?:a |an |the )?(?:\w+ ){0,3}$|"
    r"(?:变成|变为|转(?:换|化)(?:成|为)|映射(?:到|成|为))(?:了|一个|的)*$",
    re.IGNORECASE,
)
"""What stands before a word that tells what something is turned into: "turns z into a probability distribution"."""


def apply_cues(text: str, formulas: list[Formula], reading: Reading) -> None:
    """The words of one sentence, each applied to the formulas it stands closest to."""
    declare_different(text, formulas, reading)
    if ALL_ROWS.search(text):
        reading.scope.rows_by_default = True
    for kind, pattern in CUES:
        for match in pattern.finditer(text):
            if NEGATION.search(text[: match.start()]) or _is_example(text, match):
                continue
            if kind == "distinct" and (text_ := _listed_words(formulas, reading)) is not None:
                reading.scope.family(text_).injective = True
                continue
            if kind == "distinct" and not any(_enumerates(f, reading) for f in formulas):
                if reading.scope.enumerated in reading.survey.index_arrays:
                    reading.scope.family(reading.scope.enumerated).injective = True
                continue
            if kind == "probability" and RESULT.search(text[: match.start()]):
                formulas_ = [f for f in formulas if f.position >= match.end()]
                for node in _nearest(match, [f for f in formulas_ if not _is_size(f, reading)], text):
                    _apply(kind, node, text, formulas, reading)
                continue
            if kind == "one-hot":
                fitting = [f for f in formulas if _could_be_vector(f, reading)]
                nodes = _plain_subject(match, text, formulas, reading)
                nodes = nodes or _nearest(match, fitting, text)[:1] or _usual_target(formulas, reading)
                for node in nodes:
                    _apply(kind, node, text, formulas, reading)
                continue
            fitting = [f for f in formulas if not _is_size(f, reading)]
            if kind == "count" and HOW_OFTEN.match(text, match.start()):
                fitting = [f for f in fitting if f.position < match.start()][-1:]
            if kind == "distinct":
                fitting = [f for f in formulas if _enumerates(f, reading)]
            if kind in ("vector", "row"):
                fitting = [f for f in fitting if not _is_bounded(f)]
            for node in _nearest(match, fitting, text):
                _apply(kind, node, text, formulas, reading)


def _is_bounded(formula: Formula) -> bool:
    """``\\eta > 0``: a number, whatever vectors the sentence speaks of."""
    symbols = {link.relation.symbol for statement in formula.statements for link in statement.links}
    return bool(symbols) and symbols <= {">", "\\ge", "<", "\\le"}


HOW_OFTEN = re.compile(r"counts\s+how\b", re.IGNORECASE)
"""A verb: what stands right before it counts, and nothing that is joined to that."""

EXAMPLE_BEFORE = re.compile(
    r"(?:such as|e\.g\.|for (?:example|instance),?|like|例如|比如|譬如)\s*(?:an? |the )?\w*\s*$", re.IGNORECASE
)
EXAMPLE_BEHIND = re.compile(r"^\W*(?:\w+\W+)?(?:for (?:instance|example)|say\b|e\.g\.)", re.IGNORECASE)


def _is_example(text: str, match: re.Match[str]) -> bool:
    """ "a probability vector, a one-hot vector for instance": what could be, not what is."""
    before, behind = text[: match.start()], text[match.end() : match.end() + 40]
    return bool(EXAMPLE_BEFORE.search(before) or EXAMPLE_BEHIND.search(behind))


def _could_be_vector(formula: Formula, reading: Reading) -> bool:
    spelled = [spell(plain(s.first)) for s in formula.statements if s.first is not None and nameable(s)]
    return any(
        s is not None
        and s.name not in reading.survey.subscripts
        and s.name not in reading.survey.sizes
        and s.name != "1"
        for s in spelled
    )


def _is_size(formula: Formula, reading: Reading) -> bool:
    """ "a probability vector with $n$ entries": n is no vector."""
    return all(
        s.first is not None and not s.links and letter(s.first) in reading.survey.sizes for s in formula.statements
    )


def _plain_subject(match: re.Match[str], text: str, formulas: list[Formula], reading: Reading) -> list[tree.Node]:
    """ "and y be the one-hot label": the name that the word is about stands in the text as a plain letter."""
    found = list(SUBJECT.finditer(text, 0, match.start()))
    if not found or "\ue000" in text[found[-1].end() : match.start()]:
        return []
    name = found[-1].group(1)
    return [tree.Name(formulas[0].statements[0].span, name)] if formulas and name in reading.survey.names else []


def _usual_target(formulas: list[Formula], reading: Reading) -> list[tree.Node]:
    """ "the one-hot target of the outside word o", where the target has no name in the sentence: y or t."""
    for name in ("y", "t"):
        known = name in reading.scope.families and reading.scope.family(name).declared
        if name in reading.survey.indexed and not known and formulas:
            return [tree.Name(formulas[0].statements[0].span, name)]
    return []


def _enumerates(formula: Formula, reading: Reading) -> bool:
    """Whether a formula names an array of indices: ``n_1, …, n_K``, ``n_k``."""
    spelled = [spell(plain(s.first)) for s in formula.statements if s.first is not None]
    return any(s is not None and s.subs and s.name in reading.survey.index_arrays for s in spelled)


def _listed_words(formulas: list[Formula], reading: Reading) -> str | None:
    """The running text w of "the context $C = (w_{t-m}, …, w_{t+m})$ has $2m$ different words"."""
    for formula in formulas:
        for statement in formula.statements:
            right = plain(statement.links[0].right) if len(statement.links) == 1 and statement.links[0].right else None
            if not isinstance(right, tree.Group) or not any(
                isinstance(plain(p), tree.Ellipsis) for p in right.body.parts
            ):
                continue
            names = {s.name for part in right.body.parts if (s := spell(plain(part))) is not None and s.subs}
            if len(names) == 1 and names <= reading.survey.index_arrays:
                return names.pop()
    return None


DIFFERS = re.compile(
    r"不等于|不同于|都不是|均不是|不含|不包含|different from|other than|not equal to|differs? from|excluding|except|"
    r"none of (?:them|which)\s+\w+|not contain\w*|distinct from|"
    r"(?:distint|diferent|divers)[oaei]s? (?:entre s[íi] y )?(?:de|da)\b|différents? de|verschieden von",
    re.IGNORECASE,
)


def declare_different(text: str, formulas: list[Formula], reading: Reading) -> None:
    """ "negative samples n_1, …, n_K, all different from o": no entry equals the word named behind."""
    for match in DIFFERS.finditer(text):
        before = [f for f in formulas if f.position < match.start() and _enumerates(f, reading)]
        after = [f for f in formulas if f.position >= match.end()]
        if not after or len(text[match.end() : after[0].position].strip()) > 20:
            continue
        if not before:
            other = after[0].statements[0].first
            if (
                reading.scope.enumerated in reading.survey.index_arrays
                and other is not None
                and letter(other) is not None
            ):
                differ_from(reading.scope.enumerated, other, reading)
            continue
        entries = [s for st in before[-1].statements if st.first is not None and (s := spell(plain(st.first)))]
        other = after[0].statements[0].first
        if other is not None and letter(other) is not None:
            differ_from(entries[0].name, other, reading)


SUBJECT = re.compile(r"(?:^|[\s,，(])([A-Za-z])\s+(?:is|are|be|denotes?|represents?|为|是)\b")
"""A letter that stands in the text itself, without the signs of a formula: "and y be the one-hot label"."""
ANOTHER = re.compile(r"\s*(?:and|,|，|和|与|及)\s*")
"""Between a word and the formula behind it: the formula is the next of a list, not what the word is about."""


def _nearest(match: re.Match[str], formulas: list[Formula], text: str) -> list[tree.Node]:
    """The names closest to a word, with those joined to them by "and" or a comma."""
    named = [(f, [s.first for s in f.statements if s.first is not None and nameable(s)]) for f in formulas]
    named = [(f, nodes) for f, nodes in named if nodes]
    if not named:
        return []

    def distance(entry: tuple[Formula, list[tree.Node]]) -> float:
        position = entry[0].position
        gap = position - match.end() if position >= match.end() else match.start() - position
        between = text[min(position, match.start()) : max(position, match.end())]
        equations = any(k.relation.symbol in ("=", ":=") for s in entry[0].statements for k in s.links)
        listed = position >= match.end() and ANOTHER.fullmatch(between[len(match.group()) :]) is not None
        return (
            gap
            + 40 * listed
            + 40 * len(re.findall(r"[;；:：(（]", between))
            + 8 * len(re.findall(r"[,，]", between))
            + 6 * equations
        )

    best = min(range(len(named)), key=lambda k: distance(named[k]))
    chosen = [best]
    for step in (-1, 1):
        k = best + step
        while 0 <= k < len(named) and re.fullmatch(
            r"\W*(and|or|和|与|、|及|,)?\W*", _between(named[k][0], named[k - step][0], text)
        ):
            chosen.append(k)
            k += step
    return [node for k in chosen for node in named[k][1]]


def _between(one: Formula, other: Formula, text: str) -> str:
    first, second = sorted((one.position, other.position))
    return text[first + 1 : second]


def nameable(statement: tree.Statement) -> bool:
    symbols = {k.relation.symbol for k in statement.links}
    return (
        spell(plain(statement.first)) is not None and symbols <= {"\\in", "=", ">", "\\ge", ":="}
        if statement.first
        else False
    )


def _apply(kind: str, node: tree.Node, text: str, formulas: list[Formula], reading: Reading) -> None:
    spelled = spell(plain(node))
    spelled = labelled(spelled, reading) if spelled is not None else None
    if spelled is None or spelled.power is not None:
        return
    scope = reading.scope
    if spelled.name == "1" or spelled.name.isdigit():
        return
    if kind == "one-hot":
        if is_hot_list(spelled, tuple(s for f in formulas for s in f.statements), reading):
            if not _one_hot_of_word(spelled, formulas, reading):
                declare_hot_list(spelled, reading)
        elif reading.survey.most_indices.get(spelled.name, 0) == 2:
            family = scope.family(spelled.name)
            scope.want_order(spelled.name, 2)
            family.sums_to_one, family.nonnegative = (1,), True
            scope.partial.add(spelled.name)
            scope.note(f"every row of {spelled.name} adds up to one (one-hot rows, from the text)")
        elif not (_basis(spelled, text, reading) or _one_hot_of_word(spelled, formulas, reading)):
            one_hot(spelled, formulas, reading)
        return
    if kind == "count":
        _count(spelled, reading)
        return
    if kind == "real":
        if spelled.name in scope.families:
            scope.family(spelled.name).real = True
        return
    if spelled.name in scope.heads or spelled.name in scope.sizes or not spelled.name.lstrip("\\"):
        return
    if spelled.name + "_" in scope.heads or spelled.name in reading.survey.sizes:
        return
    name = reading.family_name(spelled)[0]
    family = scope.family(name.rstrip() if kind == "probability" else name)  # a distribution is no plain number
    indexed = bool(spelled.subs) or spelled.name in reading.survey.indexed
    if (
        kind == "probability"
        and spelled.name in reading.survey.index_arrays | reading.survey.subscripts | reading.survey.plain_calls
    ):
        return
    if kind == "probability" and not family.sums_to_one and (indexed or spelled.name in reading.survey.wholes):
        if family.values or spelled.name in reading.survey.functions:
            return
        # p^{(1)}, …, p^{(K)} are vectors if an entry of one is p^{(k)}_i somewhere in the note.
        most = reading.survey.most_indices.get(spelled.name, 0) if spelled.subs else 0
        scope.want_order(family.name, max(1, len(spelled.subs), most))
        family.sums_to_one, family.nonnegative, family.positive = (family.order - 1,), True, True
        if OF_MODEL.search(text) and any(key.split("(")[0] in TABLES for key in scope.heads if "(" in key):
            scope.partial.add(spelled.name)  # those of the model, and not any probabilities
        scope.note(f"{spelled.name} is a probability vector: positive, its sum is one (from the text)")
    elif kind == "scalar" and spelled.subs and not family.declared and family.order <= len(spelled.subs):
        scope.want_order(family.name, len(spelled.subs))
        family.declared = True
    elif kind == "positive" and indexed:
        family.positive = True
    elif kind == "distinct" and indexed and spelled.name in reading.survey.index_arrays:
        family.injective = True
    elif kind == "row" and family.declared and spelled.name.isupper() and spelled.subs:
        family.row = True
    elif (
        kind == "vector"
        and not family.declared
        and spelled.subs
        and not re.search(r"probab|hot|unit|indicator|概率|独热", text)
    ):
        if spelled.name not in reading.survey.index_arrays:
            scope.want_order(family.name, len(spelled.subs) + 1)
    elif kind in ("vector", "row") and not family.declared and spelled.name not in reading.survey.index_arrays:
        if re.search(r"matri|矩阵", text) and spelled.name.isupper():
            return
        if (indexed and not spelled.subs) or (
            spelled.name in reading.survey.names and spelled.name not in reading.survey.subscripts
        ):
            reading.survey.wholes.add(spelled.name)
        if kind == "row" and ((spelled.name.isupper() and spelled.subs) or re.search(r"row vector|行向量", text)):
            family.row = True


OF_MODEL = re.compile(r"\bthe(?:se)? (?:\w+ ){0,2}probabilities|(?:这些|预测|模型).{0,4}概率", re.IGNORECASE)


def _count(spelled: Spelled, reading: Reading) -> None:
    """ "X_{ij} counts how often …": positive, as its logarithm is taken."""
    if not spelled.subs or spelled.name in reading.survey.index_arrays or spelled.name in reading.survey.functions:
        return
    if signature(spelled.name, len(spelled.subs), None) in reading.scope.heads:
        return
    family = reading.scope.family(spelled.name)
    if not (family.values or family.sums_to_one or family.points_into or family.lower is not None or family.positive):
        family.positive = family.nonnegative = True
        reading.scope.note(f"the counts {spelled.name} are positive (inferred)")


BASIS = re.compile(
    r"(?:standard|canonical|coordinate) (?:basis |unit )?vector|basis (?:unit )?vector|th (?:\S{1,3} )?unit vector|"
    r"标准(?:基|单位)?向量|个单位向量|基向量",
    re.IGNORECASE,
)


def _basis(spelled: Spelled, text: str, reading: Reading) -> bool:
    """ "e_w is the w-th unit vector": a vector for every w, with the one at w."""
    own = letter(spelled.subs[0]) if len(spelled.subs) == 1 else None
    scope, key = reading.scope, spelled.name + "_"
    if own is None or BASIS.search(text) is None or scope.defined_at.get(key, "one-hot") != "one-hot":
        return False
    axis = scope.axis(spelled.name, 0)
    number, i = Index(own, axis), Index("iʹ1h", axis)
    definition = Definition(key, (number, i), delta(i, number))
    scope.definitions[key] = definition
    scope.heads[key] = Head(definition, 1, Value((i,), function(key)(number, i)), key)
    scope.defined_at[key] = "one-hot"
    scope.note(f"{spelled.name}_{own} is the unit vector with the one at {own} (from the text)")
    return True


def _one_hot_of_word(spelled: Spelled, formulas: list[Formula], reading: Reading) -> bool:
    """ "y_j is the one-hot vector of the word w_{t+j}": a vector for every j, with the one at that word."""
    if len(spelled.subs) != 1 or (own := letter(spelled.subs[0])) is None:
        return False
    scope, key = reading.scope, spelled.name + "_"
    for formula in formulas:
        for statement in formula.statements:
            word = spell(plain(statement.first)) if statement.first is not None and not statement.links else None
            if word is None or word.name == spelled.name or word.name not in reading.survey.index_arrays:
                continue
            if own not in {letter(n) for sub in word.subs for n in walk(sub)}:
                continue
            if scope.defined_at.get(key, "one-hot") != "one-hot":
                return True
            axis = scope.axis(spelled.name, 1)
            number = Index(own, reading.free_axis(own))
            with reading.binding({own: number}):
                true = index_expression(plain(statement.first or formula.statements[0]), axis, reading)
            i = Index("iʹ1h", axis)
            definition = Definition(key, (number, i), delta(i, true))
            scope.definitions[key] = definition
            scope.heads[key] = Head(definition, 1, Value((i,), function(key)(number, i)), key)
            scope.defined_at[key] = "one-hot"
            scope.note(f"{spelled.name}_{own} is one-hot, with the one at {true} (from the text)")
            return True
    return False


def one_hot(spelled: Spelled, formulas: list[Formula], reading: Reading) -> None:
    """y is one-hot: y_i = δ_{io} for the index that the sentence or the note uses."""
    scope = reading.scope
    key = spelled.name + "_"
    family = scope.families.get(spelled.name)
    if family is not None and family.positive:
        return  # "and for a one-hot p": a special case of what has been said to be positive
    if (
        scope.defined_at.get(key, "one-hot") != "one-hot"
        or spelled.name in scope.sizes
        or spelled.name in reading.survey.subscripts
    ):
        return
    where = _true_index(spelled, formulas, reading)
    if where is None:
        _one_hot_somewhere(spelled, reading)
    else:
        one_hot_at(spelled, where, reading)


def one_hot_at(spelled: Spelled, where: tree.Node, reading: Reading) -> None:
    """y_i = δ_{io}, unless the note has said already what y is."""
    scope, key = reading.scope, spelled.name + "_"
    if scope.defined_at.get(key, "one-hot") != "one-hot":
        return
    family = scope.families.get(spelled.name)
    axis = scope.axis(spelled.name, 0) if family is not None else scope.axes.flexible(f"n_{spelled.name}")
    true = index_expression(where, axis, reading)
    i = Index("iʹ1h", axis)
    definition = Definition(key, (i,), delta(i, true))
    scope.definitions[key] = definition
    scope.heads[key] = Head(definition, 1, scalar(function(key)(i)), key)
    scope.defined_at[key] = "one-hot"
    scope.note(f"{spelled.name} is one-hot: {spelled.name}_i = δ(i, {true}) (from the text)")


def _one_hot_somewhere(spelled: Spelled, reading: Reading) -> None:
    """A one-hot vector of which the note does not say where its one is: its entries are 0 or 1, and their sum is 1."""
    if spelled.subs and letter(spelled.subs[0]) not in reading.survey.bound:
        return
    reading.survey.wholes.add(spelled.name)
    reading.scope.want_order(spelled.name, 1)
    family = reading.scope.family(spelled.name)
    if family.order == 1 and not family.sums_to_one:
        family.sums_to_one, family.nonnegative, family.values = (0,), True, (sympy.Integer(0), sympy.Integer(1))
    if family.order == 1 and family.values:
        reading.scope.note(f"{spelled.name} is one-hot: its entries are 0 or 1, their sum is one (from the text)")


WORD_LETTERS = {"o", "c"}
"""Letters for the one word that is meant, also where a gradient is taken with respect to its vector."""
TRUE_CLASS = re.compile(
    r"(?:\b(?:true|correct|right|target|gold|actual|observed|expected)\b|真实|正确|目标|答案|정답|실제)[^,;.，。；\ue000]{0,24}$",
    re.I,
)
"""What stands before the letter of the class that is the right one."""


def _is_running(name: str, reading: Reading) -> bool:
    """``∂L/∂z_k`` is said of every k: then k is not the letter of the right class, if nobody says so."""
    return name in reading.survey.general - WORD_LETTERS - reading.scope.right_classes


OF_WORD = re.compile(
    r"(?:one[- ]?hot|独热)(?:[- ](?:encoded|coded))?\s*(?:column|row|label|target|output)?\s*"
    r"(?:vectors?|encoding|representation|label|向量|编码)?\s*(?:of|for|at|with (?:the|its) one at)\s*(?:the\s+)?"
    r"(?:\w+\s+)?(?:word\s+)?\ue000",
    re.IGNORECASE,
)


def _word_of_text(formulas: list[Formula], reading: Reading) -> tree.Node | None:
    """The ``w_t`` of "the one-hot column of $w_t$", where w is the running text."""
    ends = {match.end() - 1 for match in OF_WORD.finditer(reading.sentence)}
    for formula in formulas:
        node = plain(formula.statements[0].first) if formula.statements and formula.statements[0].first else None
        spelled = spell(node) if node is not None else None
        if formula.position in ends and spelled is not None and len(spelled.subs) == 1 and node is not None:
            if spelled.name in reading.survey.index_arrays and not formula.statements[0].links:
                return node
    return None


def _true_index(spelled: Spelled, formulas: list[Formula], reading: Reading) -> tree.Node | None:
    for formula in formulas:
        for statement in formula.statements:
            first = plain(statement.first) if statement.first is not None else None
            inner = spell(first) if first is not None else None
            if inner and inner.name == spelled.name and len(inner.subs) == 1 and statement.links:
                right = statement.links[0].right
                if right is not None and isinstance(one := plain(right), tree.Num) and one.text == "1":
                    return inner.subs[0]
    if (word := _word_of_text(formulas, reading)) is not None:
        return word
    candidates = []
    for formula in formulas:
        for statement in formula.statements:
            if statement.first is not None and not statement.links and (name := letter(statement.first)):
                if name != spelled.name and name in reading.survey.subscripts and name not in reading.survey.sizes:
                    said = TRUE_CLASS.search(reading.sentence[: formula.position]) is not None
                    candidates += [plain(statement.first)] if said or not _is_running(name, reading) else []
    if candidates:
        return candidates[-1]
    for name in ("o", "c", "t", "k", "y"):
        used = name in reading.survey.subscripts and name not in reading.survey.bound and name != spelled.name
        # The word of v_c or v_k is the one that is given; only o is an outcome by its letter, whatever carries it.
        given = name != "o" and name in reading.survey.of_vectors
        if used and not given and not _is_running(name, reading):
            reading.scope.note(f"the note does not say where {spelled.name} has its one; {name} is taken (inferred)")
            return tree.Name(formulas[0].statements[0].span, name) if formulas else None
    return None
