"""The rows of a display: chains of relations become drafts, one for every relation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise, takewhile

from sympy import Indexed

from derive.calculus import DerivativeError
from derive.errors import Place
from derive.patience import OutOfTime, clock, limited
from derive.reading import tree
from derive.reading.assumptions import CUE
from derive.reading.claims import SYMBOLS, Claim, Shape, claim, shapes_settled
from derive.reading.context import Reading
from derive.reading.decimals import of_decimals
from derive.reading.definers import (
    LOSSES,
    Candidate,
    candidate,
    define,
    defining_value,
    give_way,
    is_alias,
    is_known,
    settle_uses,
    spell_out,
    stands_before,
)
from derive.reading.definitions import Circular, Relearn, unfold
from derive.reading.drafts import LOGICAL, Draft, Pass, Side
from derive.reading.elaborate import settle_rank, value
from derive.reading.equivalences import (
    EQUIVALENT,
    OTHER_SIDE,
    Condition,
    conditions,
    goes_on,
    of_every_entry,
    under_condition,
)
from derive.reading.given_entries import set_entry
from derive.reading.implicit import solved, unknown_within
from derive.reading.implied import implied
from derive.reading.items import Display, Sentence
from derive.reading.keys import labelled
from derive.reading.lengths import on_the_line
from derive.reading.models_of_examples import MODELS
from derive.reading.optima import goals, optimum
from derive.reading.pieces import of_cases
from derive.reading.reach import free_letters
from derive.reading.restrictions import is_supposed, restrictions
from derive.reading.scope import Unsettled
from derive.reading.sentences import assume, is_condition, plain_number
from derive.reading.signatures import signature
from derive.reading.spelling import TRANSPOSES, Spelled, bare, letter, plain, spell, walk
from derive.reading.survey import TABLES
from derive.reading.targets import weights_of_cross_entropy
from derive.reading.values import ShapeError, Value

STATEMENT_SECONDS = 3.0


def read_row(row: tree.Row, item: Display, current: Pass) -> bool:
    reading = current.reading
    clean = True
    announced, given, unmet = list(reading.guards), reading.given, reading.unmet
    statements = list(row.statements)
    for position, statement in enumerate(statements):
        if (position and is_condition(statement, reading)) or is_supposed(statement):
            continue
        behind = takewhile(lambda e: is_condition(e, reading) or is_supposed(e), statements[position + 1 :])
        before_it = [each for each in statements[:position] if is_supposed(each)]
        restricted = restrictions([*before_it, *behind], reading)
        reading.guards = [*announced, *restricted.distinct]
        reading.given = (*given, *restricted.given)
        reading.unmet = (*unmet, *restricted.unmet, *_implied(statement))
        before, main = len(current.drafts), current.side
        try:
            with in_time(statement, current):
                _statement(statement, item, current)
        except (Exception, OutOfTime) as error:  # SymPy raises nearly anything; a step must never be lost by it
            clean = clean and not isinstance(error, Relearn)
            current.side = None
            del current.drafts[before:]
            _unsettled(statement, item, error, current)
        if position and "quad" in statement.separator and "," not in statement.separator:
            current.side = main  # a remark at the end of the row; the chain goes on from what stands before it
    reading.guards, reading.given, reading.unmet = announced, given, unmet
    return clean


def _implied(statement: tree.Statement) -> tuple[str, ...]:
    """``A ⇒ B``: neither is claimed by itself."""
    arrows = [link for link in statement.links if link.relation.symbol in ("\\Rightarrow", "\\Leftarrow")]
    if statement.first is None or not arrows:
        return ()
    return (OTHER_SIDE,)


@contextmanager
def in_time(statement: tree.Statement | Sentence, current: Pass) -> Iterator[None]:
    """Raise ``OutOfTime`` when reading a statement, or the whole note, takes too long; each is tried once only."""
    left = min(STATEMENT_SECONDS, current.end - clock())
    if id(statement) in current.slow or left <= 0:
        raise OutOfTime
    try:
        with limited(left):
            yield
    except OutOfTime:
        current.slow.add(id(statement))
        raise


def _unsettled(statement: tree.Statement, item: Display, error: BaseException, current: Pass) -> None:
    """A statement that asks for another pass, takes too long, or fails still counts as steps."""
    if isinstance(error, OutOfTime):
        problem = "it takes too long to read; split it into smaller steps"
    elif isinstance(error, Relearn):
        problem = f"the kinds of the names could not be settled ({error})"
    elif isinstance(error, LOGICAL):
        problem = str(error)
    else:
        problem = f"it was not understood ({type(error).__name__}: {error})"[:200]
    for link in statement.links:
        if link.right is not None and link.relation.symbol not in ARROWS:
            place = item.place(link.right.source if isinstance(link.right, tree.Unread) else link.right.span)
            current.drafts.append(Draft(place, _written(link), "", _source(link.right, item), problem=problem))


ARROWS = {"\\Rightarrow", "\\Leftrightarrow", "\\to", "\\Leftarrow", "\\leftrightarrow"}


def _statement(statement: tree.Statement, item: Display, current: Pass) -> None:
    reading = current.reading
    whole = goes_on(statement, item, current)
    found = conditions(whole or statement, ARROWS)
    if found and not any(_without_objective(left)[1] for left, _ in found):
        drafts = list(_equivalences(found, item, reading))
        if whole is not None:
            current.drafts.pop()  # what stood there as a claim is a condition
        current.drafts += drafts
        current.side = None
        return
    links, begun = list(statement.links), len(current.drafts)
    side: Side | None
    fresh_start = True
    if statement.first is not None:
        first, objective = _without_objective(statement.first)
        reading.leading = free_letters(first)
        objective = objective or next((sense for t in statement.before if (sense := _sense(t.text))), "")
        if objective:
            _second_meaning(first, objective, links, reading)
        if not links:
            current.side = _evaluate(first, item, reading)
            return
        side = None
    else:
        side, first, fresh_start = current.side, None, False
    if first is not None and isinstance(name := letter(statement.label), str) and statement.label is not None:
        _label(name, first, statement, reading)
    for link in links:
        symbol = link.relation.symbol
        if symbol in ARROWS or link.right is None:
            if symbol == EQUIVALENT and link is statement.links[0] and link.right is not None:
                _same_place(statement.first, link, item, current)
            if link.right is not None:
                condition = symbol == "\\Rightarrow" and under_condition(link, links, begun, current)
                (first, objective), side = _without_objective(link.right), None
                # what is equivalent to a condition is a condition, and introduces no name
                fresh_start = bool(objective) or symbol != EQUIVALENT or not _has_relation(statement, link)
                fresh_start &= not condition
                if objective:
                    _second_meaning(first, objective, links[links.index(link) + 1 :], reading)
            continue
        new = fresh_start and not (statement.first is first and _implied(statement) and _is_given(first, reading))
        if side is None and first is not None and new and symbol in ("=", ":=", "\\equiv"):
            defined = _definition(first, link, item, current)
            if defined is not None:
                side, fresh_start = defined, False
                following = links[links.index(link) + 1 :]
                if following and _introduces(link.right, following[0], reading):
                    first, side, fresh_start = link.right, None, True
                continue
            if link is links[0] and (side := _introduced(first, link, item, current)) is not None:
                fresh_start = False
                continue
        if side is None:
            side = _evaluate(first, item, reading) if first is not None else None
        right = _evaluate(link.right, item, reading)
        if side is not None and side.pending is not None and symbol == "=":
            _define_later(side.pending, side.pending_at, right, reading)
        _draft(side, link, right, item, current)
        side, fresh_start = right, False
    current.side = side if side is not None else (_evaluate(first, item, reading) if first is not None else None)


def _is_given(first: tree.Node | None, reading: Reading) -> bool:
    """Whether the name in front of ``= a ⇒ B = b`` means something without this equation."""
    found = candidate(first, reading) if first is not None else None
    if found is None:
        return False
    name, scope = found.spelled.name, reading.scope
    family = scope.families.get(name)
    known = family is not None and (family.declared or family.positive or family.nonnegative or family.real)
    return known or (
        reading.place.isdigit() and reading.survey.displayed.get(name, int(reading.place)) < int(reading.place)
    )


def _introduces(node: tree.Node, link: tree.Link, reading: Reading) -> bool:
    """``p(w_j | c) = y_j = …``: the name in the middle is as new as the one before it, and the rest says what it is."""
    found = candidate(node, reading)
    model = found is not None and found.spelled.name.partition("_{")[0] in MODELS | TABLES
    if found is None or not found.parameters or (found.called and not model):
        return False
    if link.relation.symbol not in ("=", ":=", "\\equiv"):
        return False
    return not is_known(found, node, reading) or reading.scope.defined_at.get(found.key) == _at(link)


def _at(link: tree.Link) -> str:
    return f"{link.relation.span.line}:{link.relation.span.column}"


def _has_relation(statement: tree.Statement, arrow: tree.Link) -> bool:
    """Whether a relation stands before an arrow, in its statement or in the row that it goes on from."""
    before = statement.links[: statement.links.index(arrow)]
    return statement.first is None or any(link.relation.symbol not in ARROWS for link in before)


def _equivalences(found: tuple[Condition, ...], item: Display, reading: Reading) -> Iterator[Draft]:
    """``A = a ⇔ B = b``: one step, which says that both hold in the same cases."""
    for pair in pairwise(found):
        texts: list[str] = []
        claims: list[Claim] = []
        problem = None
        for left, link in pair:
            if link.right is None:
                continue
            a, b = _evaluate(left, item, reading), _evaluate(link.right, item, reading)
            texts.append(f"{a.source} {link.relation.written or link.relation.symbol} {b.source}")
            if a.value is None or b.value is None:
                problem = problem or f"{texts[-1]} is not understood: {a.problem or b.problem}"
            elif link.relation.symbol not in SYMBOLS:
                problem = problem or f"the relation {_written(link)} is not judged"
            else:
                try:
                    settle_rank(a.value, b.value, [left, link.right], reading)
                    claims.append(of_every_entry(claim(a.value, link.relation.symbol, b.value, reading), reading))
                except (Unsettled, ShapeError, DerivativeError, Circular) as error:
                    problem = problem or str(error)
        place = item.place(pair[1][0].span)
        draft = Draft(place, "⇔", texts[0], texts[1], symbol=EQUIVALENT, formula=item.formula)
        both = None if problem else (claims[0], claims[1])
        yield replace(draft, problem=problem, equivalent=both)


def _define_later(found: Candidate, place: str, right: Side, reading: Reading) -> None:
    """A name whose defining formula is not understood is what the next formula of the chain says."""
    if right.value is None:
        right.pending, right.pending_at = found, place
    elif found.key not in reading.scope.heads or reading.scope.defined_at.get(found.key) == place:
        reading.scope.heads.pop(found.key, None)  # what it was defined by so far is not understood
        reading.scope.definitions.pop(found.key, None)
        if define(found, right.value, reading) is not None:
            reading.scope.defined_at[found.key] = place
            reading.scope.unclear.pop(found.spelled.name, None)


OBJECTIVE = re.compile(r"^\W*(?:arg\s*)?(?:max|min)(?:imi[sz]e|imum)?\W*$|最大化|最小化", re.IGNORECASE)


def _without_objective(first: tree.Node) -> tuple[tree.Node, str]:
    """``\\max J(θ)``, ``\\text{minimize } J(θ)`` without what is done with J, and what that is: max, min or nothing."""
    if not isinstance(first, tree.Product) or len(first.factors) < 2:
        return first, ""
    head, sense = first.factors[0].node, ""
    if isinstance(head, tree.BigOp) and head.kind in ("max", "min") and head.sub is None and head.sup is None:
        sense = head.kind
    elif isinstance(head, tree.Text | tree.Word):
        sense = _sense(head.text)
    if not sense or isinstance(plain(first.factors[1].node), tree.Group):
        return first, ""
    rest = first.factors[1:]
    return (rest[0].node if len(rest) == 1 else tree.Product(rest[0].node.span, (bare(rest[0].node), *rest[1:]))), sense


def _sense(words: str) -> str:
    """What the words say is to be done with an objective: max, min or nothing."""
    if OBJECTIVE.search(words) is None:
        return ""
    return "max" if "max" in words.lower() or "最大" in words else "min"


def _second_meaning(first: tree.Node, sense: str, links: list[tree.Link], reading: Reading) -> None:
    """A name that is to be maximised in one place and minimised in another is used for two things."""
    found = candidate(first, reading)
    if found is None or not links:
        return
    _opposed(found.key, sense, links[0].relation.span, reading)
    place = f"{links[0].relation.span.line}:{links[0].relation.span.column}"
    for key in (found.key, found.spelled.name):
        before = reading.scope.defined_at.get(key)
        if key in reading.scope.heads and before is not None and before != place:
            reading.scope.heads.pop(key, None)
            reading.scope.definitions.pop(key, None)
            reading.scope.defined_at[key] = place


def _opposed(key: str, sense: str, at: tree.Span, reading: Reading) -> None:
    """Warns of a name whose formula is to be maximised here and whose other formula is to be minimised elsewhere."""
    before, line = reading.scope.objectives.setdefault(key, (sense, at.line))
    if before != sense and line != at.line:
        name = key.split("(")[0]
        words = f"{name} is to be {before}imised in line {line} and {sense}imised here: one name for two things"
        reading.scope.warn(at.line, at.column, words)


def _label(name: str, first: tree.Node, statement: tree.Statement, reading: Reading) -> None:
    """``A: ∂/∂v_c log P = ...`` names what stands behind the colon."""
    found = candidate(statement.label, reading) if statement.label is not None else None
    place = f"{statement.span.line}:{statement.span.column}"
    if found is None or (name in reading.scope.heads and reading.scope.defined_at.get(found.key) != place):
        return
    try:
        if define(found, value(first, reading), reading) is not None:
            reading.scope.defined_at.setdefault(found.key, place)
    except LOGICAL:
        return


def _evaluate(
    node: tree.Node, item: Display, reading: Reading, meaning: Callable[[tree.Node], Value] | None = None
) -> Side:
    source = _source(node, item)
    if isinstance(node, tree.Unread):
        return Side(None, f"“{node.token}”: {node.message}", source, node)
    try:
        before, reading.doubts = len(reading.unmet), ()
        made = meaning(node) if meaning else value(node, reading)
        return Side(made, None, source, node, doubts=(*reading.unmet[before:], *reading.doubts))
    except ShapeError as error:
        return Side(None, str(error), source, node, shape_error=str(error), certain=error.certain, soft=error.soft)
    except (Unsettled, DerivativeError, Circular) as error:
        return Side(None, str(error), source, node)


def _source(node: tree.Node, item: Display) -> str:
    span = node.source if isinstance(node, tree.Unread) else node.span
    return " ".join(item.text[span.start : span.end].split())


def _definition(first: tree.Node, link: tree.Link, item: Display, current: Pass) -> Side | None:
    """The first equation that has an unknown name alone on its left side."""
    reading = current.reading
    found = candidate(first, reading)
    place = _at(link)
    if found is None and link.right is not None:
        return _fulfilled(first, link, item, current)
    if found is None or link.right is None:
        return None
    spell_out(found, place, reading)
    usual = place if found.key in reading.scope.temporary else None  # the first meaning of a name that has two
    known_at = reading.scope.defined_at.get(_first_called(found.key, reading), usual)
    earlier = known_at is not None and stands_before(place, known_at)  # it could not be read before
    known = is_known(found, first, reading) and known_at != place and not earlier
    again = known and found.called and known_at is not None and POSED.search(reading.sentence) is not None
    if known and not again:
        return None
    if isinstance(plain(link.right), tree.Num) and found.parameters:
        return None
    right = _evaluate(link.right, item, reading, lambda node: defining_value(found, node, reading))
    left_source = _source(first, item)
    at = item.place(link.right.source if isinstance(link.right, tree.Unread) else link.right.span)
    if right.shape_error is not None and not found.parameters and found.spelled.name + "_" in reading.scope.heads:
        return None  # a vector whose entries are known: this is a claim about it
    if right.value is None:
        for each in of_cases(first, link.right):
            reading.scope.pieces[f"{each.right.span.line}:{each.right.span.column}"] = each
            reading.scope.partial |= {f"{found.spelled.name}(·)"} if found.called else set()
        reading.scope.unclear.setdefault(found.spelled.name, str(right.problem))
        current.drafts.append(
            Draft(at, _written(link), left_source, right.source, problem=right.problem, source=(first, link.right))
        )
        right.pending, right.pending_at = found, place
        return right
    if right.value.rank and not found.parameters and _known_by_entries(found, right.value.rank, reading):
        return None
    weights_of_cross_entropy(right.value, reading)
    give_way(found, right.value, place, reading)
    if again:
        settle_uses(found, reading)
        line = reading.scope.doubled.setdefault(found.spelled.name, link.relation.span.line)
        reading.scope.note(f"{found.spelled.name} has another meaning from line {line} on (from the text)")
    head = define(found, right.value, reading)
    if head is None:
        return None
    reading.scope.unclear.pop(found.spelled.name, None)
    if _unclear_within(right.value, reading):
        right.pending, right.pending_at = found, place  # ``L = -log P(D|w) = …``, where D is a set of data
    if earlier:
        reading.scope.defined_at[found.key] = place
    reading.scope.defined_at.setdefault(found.key, place)
    current.drafts.append(
        Draft(at, _written(link), left_source, right.source, definition=found.spelled.name, source=(first, link.right))
    )
    return right


def _introduced(first: tree.Node, link: tree.Link, item: Display, current: Pass) -> Side | None:
    """``∂J/∂θ = ∂/∂θ (…)`` where nothing says what J is: it is what is differentiated on the right."""
    reading = current.reading
    parts = implied(first, link.right) if link.right is not None else None
    found = candidate(parts.name, reading) if parts is not None else None
    if parts is None or found is None or found.key in reading.scope.spelled_out or link.right is None:
        return None
    place = _at(link)
    if found.spelled.name not in LOSSES or found.spelled.subs:
        return None
    if is_known(found, parts.name, reading) and reading.scope.implied.get(found.key) != place:
        return None
    try:
        head = define(found, defining_value(found, parts.formula, reading), reading)
    except LOGICAL:
        return None
    right = _evaluate(link.right, item, reading)
    if head is None or right.value is None:
        return None
    reading.scope.implied[found.key] = place
    reading.scope.defined_at[found.key] = place
    reading.scope.unclear.pop(found.spelled.name, None)
    at = item.place(link.right.span)
    draft = Draft(at, _written(link), _source(first, item), right.source, definition=found.spelled.name)
    current.drafts.append(replace(draft, source=(first, link.right)))
    return right


def _fulfilled(first: tree.Node, link: tree.Link, item: Display, current: Pass) -> Side | None:
    r"""``\sigma(s^*) = q`` where s* is the number that fulfils this equation: what s* is."""
    reading, place = current.reading, _at(link)
    scope = reading.scope
    found = unknown_within(first, reading)
    if found is None or link.right is None:
        return None
    known_at = scope.defined_at.get(found.key, "" if found.key in scope.heads else place)
    if known_at != place and not stands_before(place, known_at):
        return None
    scope.heads.pop(found.key, None)
    scope.definitions.pop(found.key, None)
    right = _evaluate(link.right, item, reading)
    solution = solved(first, right.value, found, reading) if right.value is not None else None
    if solution is None or define(found, solution, reading) is None:
        return None
    scope.defined_at[found.key] = place
    scope.note(f"{found.spelled.name} is what fulfils {_source(first, item)} = {right.source} (inferred)")
    at = item.place(link.right.source if isinstance(link.right, tree.Unread) else link.right.span)
    current.drafts.append(
        Draft(
            at,
            _written(link),
            _source(first, item),
            right.source,
            definition=found.spelled.name,
            source=(first, link.right),
        )
    )
    return right


def _unclear_within(value: Value, reading: Reading) -> bool:
    """Whether a formula stands on names of which nothing is understood."""
    body = unfold(value.body, reading.scope.definitions)
    names = {str(node.base.label) for node in body.atoms(Indexed)} | {symbol.name for symbol in body.free_symbols}
    return bool(names & reading.scope.unclear.keys())


POSED = re.compile(
    r"\bwe (?:pose|posit|now model)\b|\bredefin|\binstead\b|\bapproximat|new (?:model|definition|objective)|"
    r"近似|改为|重新定义|代替",
    re.IGNORECASE,
)
"""Words with which an author gives a function of the note another formula."""


def _known_by_entries(found: Candidate, rank: int, reading: Reading) -> bool:
    """``H = XᵀSX`` after ``H_{jk} = …``: an equation between the two."""
    head = reading.scope.heads.get(signature(found.spelled.name, rank, None))
    return head is not None and head.written == rank and head.value.rank == 0


def _first_called(key: str, reading: Reading) -> str:
    """The key of ``ℓ(x)`` where ℓ is only short for it, else the key itself."""
    head = reading.scope.heads.get(key)
    return head.definition.body.func.__name__ if head is not None and is_alias(head, key) else key


def _written(link: tree.Link) -> str:
    return {
        "\\le": "≤",
        "\\ge": "≥",
        "\\ne": "≠",
        "\\equiv": "≡",
        "\\approx": "≈",
        "\\propto": "∝",
        "\\in": "∈",
        "\\sim": "∼",
    }.get(link.relation.symbol, link.relation.symbol)


def _draft(side: Side | None, link: tree.Link, right: Side, item: Display, current: Pass) -> None:
    reading = current.reading
    span = (right.node.source if isinstance(right.node, tree.Unread) else right.node.span) if right.node else link.span
    place = item.place(span)
    left_source = side.source if side is not None else ""
    nodes = (side.node if side else None, right.node)
    symbol = link.relation.symbol

    def add(**outcome: object) -> None:
        draft = Draft(
            place,
            _written(link),
            left_source,
            right.source,
            source=nodes,
            symbol=symbol,
            guards=tuple(reading.guards),
            given=reading.given,
            formula=item.formula,
            **outcome,  # type: ignore[arg-type] # one of the fields that say what became of the step
        )
        current.drafts.append(draft)

    if isinstance(right.node, tree.Unread):
        add(problem=right.problem, unread=True)
    elif side is not None and isinstance(side.node, tree.Unread):
        add(problem=f"the left side could not be read: {side.problem}", unread=True)
    elif symbol in ("\\in", "\\sim"):
        add(definition=left_source)
    elif right.node is not None and _is_legend(right.node):
        add(definition="an explanation in words")
    elif symbol not in SYMBOLS:
        add(problem=f"the relation {_written(link)} is not judged")
    elif side is None:
        add(problem="there is nothing to the left of this relation")
    elif right.shape_error is not None:
        settled = right.node is not None and not right.soft and _all_declared(right.node, reading)
        certain = settled or (right.certain and right.node is not None and not _all_of_many(right.node, reading))
        add(problem=right.shape_error, shape_error=right.shape_error, certain=certain)
    elif _is_assumption(side, symbol, right, reading, place):
        add(definition="an equation that is assumed from here on")
    elif symbol == "=" and set_entry(side.value, right.node, place, reading):
        add(definition=left_source)
    elif (optima := _optima(nodes, symbol, reading)) is not None:
        add(claim=optima)
    elif right.value is None or side.value is None:
        problem = right.problem if right.value is None else f"the left side is not understood: {side.problem}"
        add(problem=problem)
    else:
        try:
            settle_rank(side.value, right.value, [n for n in nodes if n is not None], reading)
            made = claim(side.value, symbol, right.value, reading)
            both = dict.fromkeys((*side.doubts, *right.doubts))
            doubts = (doubt for doubt in both if doubt not in made.unmet)  # some are from a display further up
            more = (*doubts, *_doubled(nodes, span.line, reading), *of_decimals(made.goal, nodes))
            add(claim=replace(made, unmet=(*made.unmet, *more)))
        except (Unsettled, ShapeError, DerivativeError, Circular) as error:
            add(problem=str(error))


def _doubled(nodes: tuple[tree.Node | None, ...], line: int, reading: Reading) -> Iterator[str]:
    """The functions in a step that have two meanings, of which either could be meant."""
    used = {s.name for node in nodes if node is not None for n in walk(node) if (s := spell(n)) is not None}
    for name, second in reading.scope.doubled.items():
        if name in used and line > second:
            yield f"which of its two meanings {name} has"
    for name in used & {key.split("(")[0] for key in reading.scope.implied}:
        yield f"what {name} is, which only a derivative of it tells"


def _is_legend(node: tree.Node) -> bool:
    """``[ V: vocabulary size \\\\ u_o: … ]``: words that explain the formula, no mathematics."""
    node = plain(node)
    if isinstance(node, tree.Group) and len(node.body.parts) == 1:
        node = plain(node.body.parts[0])
    if not isinstance(node, tree.Array) or node.environment != "array":
        return False
    return all(any(isinstance(n, tree.Text) for cell in row for n in walk(cell)) for row in node.rows)


def _all_of_many(node: tree.Node, reading: Reading) -> bool:
    """Whether a name without its index is taken for all of the vectors x_w, though it may be another name as well."""
    bare = set(on_the_line(node)) & reading.survey.indexed
    families = {name: reading.scope.families.get(name) for name in bare - reading.survey.shapes.keys()}
    return any(family is not None and family.order > 1 for family in families.values()) or any(
        (head := reading.scope.heads.get(f"{name}_")) is not None and head.value.rank for name in bare
    )


def _all_declared(node: tree.Node, reading: Reading) -> bool:
    """Whether the shapes of all names in a formula were declared by the author, or follow from what was."""
    scope = reading.scope
    for spelled in _spelled_names(node, reading):
        if spelled.name in TRANSPOSES or spelled.name in reading.bound or spelled.name in scope.sizes:
            continue
        name = reading.family_name(spelled)[0]
        if name in reading.survey.subscripts:
            continue
        if (head := scope.heads.get(name) or scope.heads.get(f"{name}_")) is not None:
            if name not in scope.heads and not spelled.subs and head.value.rank:
                return False  # ``x`` beside the vectors ``x_w = …`` may be another name
            if not shapes_settled(unfold(head.definition.body, scope.definitions), reading):
                return False
            continue
        family = scope.families.get(name)
        shaped = {spelled.name, spelled.name.rsplit("_", 1)[0]} & reading.survey.shapes.keys()
        if family is None or not family.declared or (family.order and not shaped):
            return False
    return True


def _spelled_names(node: tree.Node, reading: Reading) -> Iterator[Spelled]:
    """The names of a formula with their indices; ``W_1`` is one name where the note has no other use of W."""
    spelled = spell(node) if isinstance(node, tree.Name | tree.Script | tree.Accent) else None
    if spelled is not None:
        yield labelled(spelled, reading)
    else:
        for child in tree.children(node):
            yield from _spelled_names(child, reading)


def _optima(nodes: tuple[tree.Node | None, tree.Node | None], symbol: str, reading: Reading) -> Claim | None:
    """``arg max A = arg min B`` as a claim about A and B."""
    if symbol != "=" or nodes[0] is None or nodes[1] is None:
        return None
    try:
        first, second = (optimum(node, reading) for node in nodes if node is not None)
    except (Relearn, *LOGICAL):
        return None
    if first is None or second is None or (first.variable != second.variable and first.variable and second.variable):
        return None
    wanted = first.sense * second.sense
    found = [(goal, sign == wanted) for goal, sign in goals(first, second, reading)]
    alternatives = tuple(sorted(found, key=lambda pair: not pair[1]))  # a constant has its optimum everywhere
    return Claim(alternatives[0][0], Shape.SAME, True, ("", ""), alternatives=alternatives)


def _same_place(first: tree.Node | None, link: tree.Link, item: Display, current: Pass) -> None:
    """``\\max L ⇔ \\min J``: both have their optimum in the same place."""
    reading = current.reading
    found = _optima((first, link.right), "=", reading)
    if found is None or first is None or link.right is None:
        return
    place = item.place(link.right.span)
    left, right = _source(first, item), _source(link.right, item)
    current.drafts.append(Draft(place, "⇔", left, right, claim=found, source=(first, link.right)))


def _is_assumption(side: Side, symbol: str, right: Side, reading: Reading, place: Place) -> bool:
    """``∂L/∂x = 0`` after "set the derivative to zero" """
    if symbol != "=" or right.node is None or plain_number(right.node) != 0 or side.value is None or side.node is None:
        return False
    if not CUE.search(reading.sentence):
        return False
    if unfold(side.value.body, reading.scope.definitions).is_number:
        return False
    return assume(side.value, side.node, f"{place.line}:{place.column}", reading) is not None


def report_unread(row: tree.UnreadRow, item: Display, current: Pass) -> None:
    if not row.relations:
        problem = f"“{row.token}”: {row.message}"
        current.drafts.append(Draft(item.place(row.at), "", "", row.token, problem=problem, unread=True))
    for relation, span in row.relations:
        place = item.place(span)
        current.drafts.append(
            Draft(
                place,
                relation.written,
                "",
                " ".join(row.source.split()),
                problem=f"“{row.token}”: {row.message}",
                unread=True,
            )
        )
    current.side = None
