"""What a sentence contributes: declarations, definitions, assumptions, and conditions for the display it leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import sympy
from sympy import Expr

from derive.reading import tree
from derive.reading.assumptions import CUE, set_to_zero, solutions
from derive.reading.branches import begun
from derive.reading.calls import UNKNOWN_FUNCTIONS
from derive.reading.context import Reading, length_of
from derive.reading.counting import counts, declare_count, declare_occurrences
from derive.reading.declarations import declare_by_relation, member_of_sample, member_of_union
from derive.reading.definers import (
    Candidate,
    bare_key,
    candidate,
    define,
    defining_value,
    give_way,
    is_known,
    scalars_of,
    settle_uses,
    spell_out,
    stands_before,
)
from derive.reading.definitions import Relearn, unfold
from derive.reading.drafts import LOGICAL, Pass
from derive.reading.elaborate import value
from derive.reading.hypotheses import HYPOTHETICAL, by_cases, is_order, is_passing, is_supposed, lapse, pieces, suppose
from derive.reading.independence import declare_independence
from derive.reading.items import Item, Sentence
from derive.reading.keys import labelled
from derive.reading.path_words import declare_paths
from derive.reading.pieces import declare_end, of_sentence
from derive.reading.prose import apply_cues
from derive.reading.ranges import bound_value, size_of
from derive.reading.reach import free_letters
from derive.reading.restrictions import Restrictions, restrictions
from derive.reading.scope import Family, entry_name
from derive.reading.signatures import arguments_of, signature
from derive.reading.size_letters import whole_letters
from derive.reading.spelling import call, letter, plain, spell, walk
from derive.reading.stated import state
from derive.reading.structures import Structure, declare_structures, said_from, say, special_case
from derive.reading.suppositions import is_instance
from derive.reading.survey import TABLES
from derive.reading.targets import declare_targets, weights_of_cross_entropy
from derive.reading.values import Value
from derive.reading.wordings import define_in_words
from derive.terms import Axis

NEW_MEANING = re.compile(
    r"for the moment|(?:single|one) (?:training |data )?(?:example|point|sample)|per[- ]example|from (?:now|here) on|"
    r"redefine|this time|单个样本|一个样本|单样本|从现在起|重新(?:定义|记)",
    re.IGNORECASE,
)
"""Words with which an author gives a name another meaning from here on."""

DEFINING = re.compile(
    r"\b(?:let|where|with|define[sd]?|defining|denote[sd]?|denoting|write|writing|written|set|put|call|called|take|given|by|"
    r"for|via|through|here|now|is|are|be|as|if|when)\b|令|记|设|其中|定义|取|这里|为|用|以|由|即|若|当",
    re.IGNORECASE,
)
"""Words without which an equation in a sentence says something of a name that has been declared, and not what it is."""

CONJUNCTION = re.compile(r"\s*(?:and|or|和|与|及|以及)?\s*", re.IGNORECASE)
ENTRIES = re.compile(
    r"\b(?:entries|entry|elements?|components?)(?: (?:are|is))?\s*$|(?:元素|分量)(?:为|是)?\s*$", re.IGNORECASE
)
"""Words with which an array whose shape is known is written out."""

MULTIPLIERS = frozenset({"\\lambda", "\\mu", "\\nu"})
"""Letters of Lagrange multipliers: in what "setting it to zero gives" they are numbers that a constraint tells."""
ATTEMPTS = 3
WORDS_OF_CASE = 5


def read_sentence(sentence: Sentence, current: Pass) -> bool:
    reading = current.reading
    reading.sentence = sentence.text
    clean, branch = True, begun(sentence)
    case = branch.conditions if branch is not None else ()
    declare_structures(sentence.text, sentence.formulas, reading.scope, reading.survey, int(reading.place))
    try:
        declare_count(sentence.text, list(sentence.formulas), reading)
        declare_occurrences(sentence.text, list(sentence.formulas), reading)
    except Relearn:
        clean = False
    except Exception:  # SymPy raises nearly anything; a sentence that is not understood says nothing
        pass
    for k, node in enumerate(set_to_zero(sentence.text, current.derivatives)):
        try:
            assume(value(node, reading), node, f"{reading.place}:{k}", reading)
        except Relearn:
            clean = False
        except Exception:  # as above
            pass
    stated = [statement for formula in sentence.formulas for statement in formula.statements]
    special = counts(sentence.text, list(sentence.formulas)) or special_case(stated, sentence.text, reading.scope)
    cases, in_part = by_cases(sentence.text, sentence.formulas), pieces(sentence.text, sentence.formulas)
    for piece in of_sentence(sentence.text, sentence.formulas, in_part):
        reading.scope.pieces[f"{piece.left.span.line}:{piece.left.span.column}"] = piece
        declare_end(piece, reading)
    for formula in sentence.formulas:
        before: list[tree.Statement] = []
        words = sentence.text[: formula.position]
        hypothetical = case == formula.statements or bool(HYPOTHETICAL.search(words)) or formula.position in cases
        try:
            _enumeration(formula.statements, reading)
        except Relearn:
            clean = False
        except Exception:  # as above
            pass
        if formula.position in in_part:
            found = candidate(formula.statements[0].first or formula.statements[0], reading)
            reading.scope.partial |= {f"{found.spelled.name}(·)"} if found is not None and found.called else set()
            continue
        example = any(is_instance(statement, reading) for statement in formula.statements)
        hypothetical |= example
        for statement in formula.statements:
            said = None if hypothetical or special else sentence.text[: formula.position]
            ordered = hypothetical and is_passing(words) and is_order(statement, reading)
            clean &= ordered or _declared_or_defined(statement, before, said, hypothetical, reading)
            if not special and (example or is_supposed(words)):
                clean &= _supposed(statement, sentence.text, formula.position, reading, example=example)
            before.append(statement)
    try:
        define_in_words(sentence.text, list(sentence.formulas), current)
    except Relearn:
        clean = False
    except Exception:  # as above
        pass
    declare_paths(sentence.text, sentence.formulas, reading)
    try:
        declare_independence(sentence.text, sentence.formulas, reading)
        declare_targets(sentence.text, list(sentence.formulas), reading)
        apply_cues(sentence.text, list(sentence.formulas), reading)
    except Relearn:
        clean = False
    except Exception:  # as above
        pass
    lapse(sentence.text, int(reading.place), reading.scope)
    return clean


def _supposed(statement: tree.Statement, text: str, position: int, reading: Reading, *, example: bool) -> bool:
    """Remember what a formula supposes; False if its names have to be learnt first."""
    if f"{statement.span.line}:{statement.span.column}" in reading.scope.defined_at.values():
        return True  # a definition is put in wherever its name stands
    try:
        suppose(statement, text, position, reading, example=example)
    except Relearn:
        return False
    except Exception:  # SymPy raises nearly anything; a sentence that is not understood says nothing
        pass
    return True


def _of_unknown_function(statement: tree.Statement, reading: Reading) -> bool:
    """ "If f(x) = g(x)/h(x)": f means nothing else, so that it is this from here on."""
    found = candidate(statement.first, reading) if statement.first is not None else None
    return found is not None and found.called and found.spelled.name in UNKNOWN_FUNCTIONS


def _declared_or_defined(
    statement: tree.Statement, before: list[tree.Statement], said: str | None, hypothetical: bool, reading: Reading
) -> bool:
    """Read one formula of a sentence; False if it taught something that asks for another pass.

    It is read once more at once, so that what follows does not build on a definition that is still missing.
    """
    clean = True
    for _ in range(ATTEMPTS):
        try:
            declared = declare_by_relation(statement, before, reading)
            if not declared and (not hypothetical or _of_unknown_function(statement, reading)):
                _inline_definition(statement, said, reading)
                _values_of_unclear(statement, reading)
                if said is not None:
                    state(statement, said, reading)
        except Relearn:
            clean = False
            continue
        except Exception:  # SymPy raises nearly anything; a sentence that is not understood says nothing
            pass
        break
    return clean


def _enumeration(statements: tuple[tree.Statement, ...], reading: Reading) -> None:
    """``x_1, …, x_C`` and ``i = 1, …, n`` give the range of an index."""
    for position, statement in enumerate(statements):
        if statement.first is None or statement.links or not isinstance(plain(statement.first), tree.Ellipsis):
            continue
        if position == 0 or position + 1 >= len(statements):
            continue
        start, end = statements[position - 1], statements[position + 1]
        k = position - 1
        while (
            k > 0
            and statements[k - 1].first is not None
            and not start.links
            and _spelled_like(statements[k - 1], start)
        ):
            k -= 1
            start = statements[k]
        if end.first is None:
            continue
        if (
            start.links
            and start.first is not None
            and (name := letter(start.first))
            and start.links[0].right is not None
        ):
            low, last = plain_number(start.links[0].right), _end(end.first, reading)
            if low is not None and last is not None:
                reading.range_of(name, Axis(str(last), sympy.Integer(low), last))
                reading.survey.subscripts.add(name)
            continue
        _enumerated_array(start, end, reading)


def _enumerated_array(start: tree.Statement, end: tree.Statement, reading: Reading) -> None:
    """``x_1, …, x_C`` and ``d_2^w, …, d_{l^w}^w``: the range of the one index in which the two differ."""
    found = [spell(plain(s.first)) for s in (start, end) if s.first is not None]
    first, last = (labelled(s, reading) if s is not None else None for s in found)
    if not first or not last or first.name != last.name or not 0 < len(first.subs) == len(last.subs):
        return
    moving = [p for p, (one, other) in enumerate(zip(first.subs, last.subs, strict=True)) if one != other]
    name = reading.family_name(first)[0]
    if len(moving) != 1 or name in reading.scope.heads:
        return
    position = moving[0]
    length = length_of(last.subs[position], reading)
    end_ = length if length is not None else _end(last.subs[position], reading)
    if end_ is None:
        return
    if len(first.subs) == 1:
        reading.scope.enumerated = name
    reading.scope.want_order(name, len(first.subs))
    low = plain_number(first.subs[position])
    if low in (0, 1):
        axis = Axis(str(end_), sympy.Integer(low), end_)
        reading.scope.axes.indexed(reading.scope.axis(name, position), axis)


def _end(node: tree.Node, reading: Reading) -> Expr | None:
    """The last number of a list with dots: ``V``, ``K - 1``, ``2m``; None for what is no size."""
    node = plain(node)
    spelled = spell(node)
    if spelled is not None:
        return None if spelled.subs or spelled.power is not None else size_of(spelled.name, reading)
    return bound_value(node, reading, value) if whole_letters(node) else None


def _spelled_like(one: tree.Statement, other: tree.Statement) -> bool:
    if one.links or one.first is None or other.first is None:
        return False
    first, second = spell(plain(one.first)), spell(plain(other.first))
    return bool(first and second and first.name == second.name)


def plain_number(node: tree.Node) -> int | None:
    node = plain(node)
    return int(node.text) if isinstance(node, tree.Num) and node.text.isdigit() else None


def _of_declared(found: Candidate, said: str | None, reading: Reading) -> bool:
    """ "Summing n_i = λ θ_i" where n_i > 0 are counts: a claim about them."""
    family = reading.scope.families.get(found.spelled.name)
    if family is None or found.called or not (family.positive or family.nonnegative or family.values):
        return False
    if family.order != len(found.parameters):
        return False  # X_i beside the counts X_ij
    clauses = re.split(r"[,，;；:：\ue000]", said.rstrip()) if said is not None else []
    leading = next((clause for clause in reversed(clauses) if not CONJUNCTION.fullmatch(clause)), "")
    return bool(leading) and DEFINING.search(leading) is None


def _inline_definition(statement: tree.Statement, said: str | None, reading: Reading) -> None:
    if statement.first is None or not statement.links or statement.links[0].right is None:
        return
    if statement.links[0].relation.symbol not in ("=", ":=", "\\equiv"):
        return
    place = f"{statement.span.line}:{statement.span.column}"
    reading.leading = free_letters(statement.first)
    if plain_number(statement.links[0].right) == 0 and CUE.search(reading.sentence):
        assume(value(statement.first, reading), statement.first, place, reading)
        return
    if letter(statement.first) in reading.survey.listed:
        return
    found = candidate(statement.first, reading)
    if found is None:
        return
    spell_out(found, place, reading)
    heads = reading.scope.heads
    again = (found.key in heads or bare_key(found) in heads) and NEW_MEANING.search(reading.sentence) is not None
    known_at = reading.scope.defined_at.get(found.key)
    earlier = known_at is not None and stands_before(place, known_at)  # it could not be read before
    spelled_out = found.key not in heads and bool(found.parameters) and ENTRIES.search(said or "") is not None
    known = not again and not spelled_out and is_known(found, statement.first, reading)
    if known and known_at != place and not earlier:
        family = reading.scope.families.get(found.spelled.name)
        if family is not None and family.declared and spell(plain(statement.links[0].right)) is None:
            reading.scope.given_from.setdefault(found.spelled.name, said_from(reading.sentence, int(reading.place)))
        return
    right = plain(statement.links[0].right)
    if found.parameters and letter(right) in reading.survey.subscripts:
        return
    if not again and _of_declared(found, said, reading) and reading.scope.defined_at.get(found.key) != place:
        return
    if isinstance(right, tree.Num):
        if not found.parameters and not found.called:
            reading.scope.fixed[found.spelled.name] = sympy.Rational(right.text)
        return
    if not found.called and (letter(right) is not None or _names_a_table(found, right, reading)):
        return
    if _only_names(right, found.spelled.name):
        return
    try:
        inner = defining_value(found, right, reading)
        if inner.rank == 0 and inner.body.is_number:
            return
        weights_of_cross_entropy(inner, reading)
    except LOGICAL as error:
        if not reading.scope.families.get(found.spelled.name, Family("")).values:
            reading.scope.unclear.setdefault(found.spelled.name, str(error))
        return
    reading.scope.unclear.pop(found.spelled.name, None)
    if again:
        settle_uses(found, reading)
        reading.scope.temporary.add(found.key)
        reading.scope.defined_at[f"{found.key}, its second meaning"] = place
    give_way(found, inner, place, reading)
    if define(found, inner, reading) is None:
        return
    if CUE.search(reading.sentence):
        for name in {symbol.name for symbol in scalars_of(inner.body)} & MULTIPLIERS:
            say(reading.scope, name, Structure.UNKNOWN, int(reading.place))
    if earlier and not again:
        reading.scope.defined_at[found.key] = place
    if found.key not in reading.scope.temporary:
        reading.scope.defined_at.setdefault(found.key, place)


def _values_of_unclear(statement: tree.Statement, reading: Reading) -> None:
    """``s = … ∈ {1, -1}`` where the formula is not understood: at least which values the number takes."""
    if [link.relation.symbol for link in statement.links] != ["=", "\\in"] or statement.first is None:
        return
    group, found = plain(statement.links[1].right or statement.first), candidate(statement.first, reading)
    name = found.spelled.name if found is not None else ""
    if name not in reading.scope.unclear or not isinstance(group, tree.Group):
        return
    membership = replace(statement, links=statement.links[1:])
    if declare_by_relation(membership, [], reading) and reading.scope.family(name).values:
        reading.scope.unclear.pop(name)
        reading.scope.partial.add(name)  # it is one of these numbers, and not just any of them


def _names_a_table(found: Candidate, right: tree.Node, reading: Reading) -> bool:
    """``P_{ij} = P(j|i)`` where nobody has said what P(j|i) is: another way to write it.

    A letter for a count, ``a = #(w,c)``, is an abbreviation.
    """
    if not isinstance(right, tree.Product) or len(right.factors) != 2:
        return False
    head, group = (factor.node for factor in right.factors)
    spelled = spell(head)
    if spelled is None or spelled.name not in TABLES or not call(head, group) or not isinstance(group, tree.Group):
        return False
    if spelled.name == "\\#" and not found.parameters:
        return False
    _, separators = arguments_of(group)
    return signature(spelled.name, len(spelled.subs), separators) not in reading.scope.heads


def _only_names(right: tree.Node, name: str) -> bool:
    """``p = (p_1, …, p_n)``, ``P_i = P(w_i | w_1, …, w_{i-1})``, ``v_j = v_{n(w,j)}``: how it is written only."""
    if (same := spell(right)) is not None and same.subs and same.name + "'" * same.primes == name:
        return True
    if not any(isinstance(n, tree.Ellipsis) for n in walk(right)):
        return False
    group = right
    if isinstance(right, tree.Product) and len(right.factors) == 2 and spell(right.factors[0].node) is not None:
        return isinstance(plain(right.factors[1].node), tree.Group)
    if not isinstance(group, tree.Group):
        return False
    names = {s.name for p in group.body.parts if (s := spell(plain(p))) is not None}
    return names == {name}


def assume(left: Value, node: tree.Node, place: str, reading: Reading) -> str | None:
    """Take ``left = 0`` as an equation for the numbers it is linear in; their names, or None if there is none."""
    if left.rank > 1:
        return None
    body = unfold(left.body, reading.scope.definitions)
    wanted = {n.name for inner in walk(node) if (n := spell(inner)) is not None}
    solved = {x: s for x, s in solutions(body).items() if entry_name(x) in wanted}
    if not solved:
        return None
    reading.scope.assumed[place] = solved
    return ", ".join(sorted({entry_name(x) for x in solved}))


def announced(number: int, items: Sequence[Item], reading: Reading) -> Restrictions:
    """Conditions such as ``w ≠ o`` in the sentences that lead to a display hold for the display.

    These are the last sentence, and those that are no more than a heading ("Different index, j ≠ i.").
    """
    leading = [items[k] for k in sorted(reading.near) if k == number - 1 or k in reading.led_by or _is_case(items[k])]
    found = [
        restrictions([statement], reading)
        for item in leading
        if isinstance(item, Sentence)
        for formula in item.formulas
        for statement in formula.statements
        if [link.relation.symbol for link in statement.links] == ["\\ne"]
    ]
    distinct = tuple(pair for each in found for pair in each.distinct)
    return Restrictions(distinct, tuple(relation for each in found for relation in each.given))


def _is_case(item: Item) -> bool:
    """A sentence of a formula and hardly a word beside it."""
    return (
        isinstance(item, Sentence) and len(item.formulas) == 1 and len(re.findall(r"\w+", item.text)) <= WORDS_OF_CASE
    )


def members(item: Item | None, reading: Reading) -> dict[str, Value]:
    """``x ∈ S`` in the sentence that leads to a display."""
    if not isinstance(item, Sentence):
        return {}
    try:
        found = [member_of_sample(s, reading) for formula in item.formulas for s in _one_by_one(formula.statements)]
    except (Relearn, *LOGICAL):
        return {}
    return dict(pair for pair in found if pair is not None)


def _one_by_one(statements: Sequence[tree.Statement]) -> Iterator[tree.Statement]:
    """``g, h ∈ S`` as ``g ∈ S`` and ``h ∈ S``."""
    waiting: list[tree.Statement] = []
    for statement in statements:
        waiting.append(statement)
        if statement.links:
            yield from (replace(each, links=statement.links) for each in waiting)
            waiting = []


def of_unions(item: Item | None, reading: Reading) -> dict[str, tuple[Expr, ...]]:
    """``x ∈ {o} ∪ S`` in the sentence that leads to a display: what x may be there."""
    statements = [s for formula in item.formulas for s in formula.statements] if isinstance(item, Sentence) else []
    try:
        found = [member_of_union(statement, reading) for statement in statements]
    except (Relearn, *LOGICAL):
        return {}
    return dict(pair for pair in found if pair is not None)


def _is_range(statement: tree.Statement, symbols: set[str], reading: Reading) -> bool:
    """``0 \\le \\lambda \\le 1``: the ends between which a number lies that no formula gives."""
    sides = [statement.first, *(link.right for link in statement.links)]
    if len(sides) != 3 or not symbols <= {"<", ">", "\\le", "\\ge"}:
        return False
    low, name, high = sides[0], letter(sides[1]), sides[2]
    ends = all(end is not None and isinstance(plain(end), tree.Num) for end in (low, high))
    return ends and name is not None and name not in reading.scope.heads


def is_condition(statement: tree.Statement, reading: Reading) -> bool:
    """A statement that restricts the one before it: ``w ≠ o``, ``(i = 1, …, n)``, ``x > 0``, ``\\forall i``."""
    if statement.first is None:
        return False
    if not statement.links:
        inner = plain(statement.first)
        if isinstance(inner, tree.Group) and inner.open == "(":
            return any(isinstance(p, tree.Chain) for p in map(plain, inner.body.parts)) or not any(
                isinstance(p, tree.Chain) for p in map(plain, inner.body.parts)
            )
        return True
    symbols = {k.relation.symbol for k in statement.links}
    name = letter(statement.first)
    if symbols <= {"\\ne", "\\in", "\\notin", "\\sim"}:
        return True
    if statement.separator and _is_range(statement, symbols, reading):
        return True
    if name is None or name in reading.scope.heads:
        return False
    rights = [plain(k.right) for k in statement.links if k.right is not None]
    if symbols <= {"=", "<", ">", "\\le", "\\ge"} and statement.separator:
        return (name in reading.survey.subscripts or symbols & {"<", ">"} != set()) and all(
            isinstance(r, tree.Num) or letter(r) is not None for r in rights
        )
    return False
