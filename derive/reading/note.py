"""A whole note: its sentences and formulas in order, read until nothing new is learnt, and the steps that come out.

Reading never judges.  Every relation of every displayed formula becomes one ``Draft``: a claim for the prover, a
definition, or a reason why neither could be made of it.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import sympy
from sympy import Expr

from derive.calculus import NotDifferentiable
from derive.errors import Place
from derive.patience import OutOfTime, limited
from derive.reading import tree
from derive.reading.assumptions import CUE, solutions
from derive.reading.claims import SYMBOLS, Claim, Shape, claim
from derive.reading.context import Reading, index_expression
from derive.reading.definers import Candidate, candidate, define, defining_value, is_known
from derive.reading.definitions import Circular, Relearn, unfold
from derive.reading.elaborate import settle_rank, value
from derive.reading.formula import Formula as Mathematics
from derive.reading.latex import Macros, parse_block, read_macros
from derive.reading.markdown import Broken, Document, Fence, Prose, find_mathematics
from derive.reading.optima import goals, optimum
from derive.reading.prose import Formula, apply_cues, declare_by_relation, declare_count, member_of_sample
from derive.reading.ranges import size_of
from derive.reading.scope import Family, Scope, Unsettled, entry_name
from derive.reading.spelling import TRANSPOSES, bare, letter, plain, spell, walk, words
from derive.reading.survey import Survey, survey
from derive.reading.values import ShapeError, Value

MAX_PASSES = 16
STATEMENT_SECONDS = 3.0
NOTE_SECONDS = 20.0
MORE_SECONDS = 0.01  # for every row
LOGICAL = (Unsettled, ShapeError, NotDifferentiable, Circular)


@dataclass(frozen=True)
class Draft:
    """One step before it is judged.  Exactly one of ``claim``, ``definition`` and ``problem`` is set."""

    place: Place
    relation: str
    left: str
    right: str
    claim: Claim | None = None
    definition: str | None = None
    problem: str | None = None
    unread: bool = False
    shape_error: str | None = None
    certain: bool = False
    source: tuple[tree.Node | None, tree.Node | None] = (None, None)
    symbol: str = "="
    guards: tuple[tuple[Expr, Expr], ...] = ()
    formula: Mathematics | None = None


@dataclass(frozen=True)
class Draftbook:
    """What reading a note gives: its steps, the conventions it used, and its scope for those who emit."""

    path: str
    drafts: tuple[Draft, ...]
    conventions: tuple[str, ...]
    reading: Reading

    @property
    def scope(self) -> Scope:
        return self.reading.scope


def reconsider(
    book: Draftbook, draft: Draft, *, left: str | None = None, right: str | None = None, symbol: str | None = None
) -> Claim | None:
    """The claim of a draft with one side (LaTeX) or its relation replaced; None if that makes no sense.

    This is how a proposed correction is judged: it is read in the same context as the line it corrects.
    """
    reading = book.reading
    reading.guards = list(draft.guards)
    sides = []
    for text, node in ((left, draft.source[0]), (right, draft.source[1])):
        if text is not None:
            rows = parse_block(Mathematics.of(text))
            if len(rows) != 1 or not isinstance(rows[0], tree.Row) or len(rows[0].statements) != 1:
                return None
            statement = rows[0].statements[0]
            if statement.links or statement.first is None or statement.before or statement.after:
                return None
            node = statement.first
        if node is None or isinstance(node, tree.Unread):
            return None
        try:
            sides.append(value(node, reading))
        except Exception:  # whatever goes wrong, there is no claim
            return None
    try:
        return claim(sides[0], symbol or draft.symbol, sides[1], reading)
    except Exception:  # as above
        return None


@dataclass
class _Side:
    """The right end of the chain so far: its value or why it has none, and its source."""

    value: Value | None
    problem: str | None
    source: str
    node: tree.Node | None
    shape_error: str | None = None
    certain: bool = False
    soft: bool = False
    pending: Candidate | None = None


@dataclass
class _Pass:
    """One reading of the whole note."""

    reading: Reading
    drafts: list[Draft] = field(default_factory=list)
    side: _Side | None = None
    end: float = math.inf
    slow: set[int] = field(default_factory=set)


def read_note(document: Document) -> Draftbook:
    """Read all formulas and sentences of a note."""
    items = list(_items(document))
    found = survey(_trees(items))
    scope = Scope()
    state: object = None
    seconds = NOTE_SECONDS + MORE_SECONDS * sum(len(item.rows) for item in items if isinstance(item, _Display))
    end, slow = time.monotonic() + seconds, set[int]()
    for _ in range(MAX_PASSES):
        current = _Pass(Reading(scope, found), end=end, slow=slow)
        scope.independent.clear()
        clean = _run(items, current)
        now = _state(scope, found)
        if (clean and now == state) or time.monotonic() > end:
            break
        state = now
    return Draftbook(document.path, tuple(current.drafts), tuple(scope.conventions), current.reading)


def _state(scope: Scope, found: Survey) -> object:
    heads = tuple((key, head.written, head.value.rank, head.value.row) for key, head in scope.heads.items())
    orders = tuple((name, family.order) for name, family in scope.families.items())
    return heads, orders, scope.axes.settled(), len(found.wholes), len(found.subscripts)


@dataclass(frozen=True)
class _Display:
    rows: tuple[tree.Row | tree.UnreadRow, ...]
    formula: Mathematics

    @property
    def text(self) -> str:
        return self.formula.text

    def place(self, span: tree.Span) -> Place:
        return self.formula.place(span)


@dataclass(frozen=True)
class _Sentence:
    text: str
    formulas: tuple[Formula, ...]


@dataclass(frozen=True)
class _Layout:
    """How a Jacobian is laid out: rows over the numerator, or over the denominator."""

    rows: str


JACOBIAN = re.compile(r"jacobian.*\b(numerator|denominator)\b", re.IGNORECASE)

_Item = _Display | _Sentence | Broken | _Layout


def _trees(items: list[_Item]) -> Iterator[tree.Node]:
    for item in items:
        if isinstance(item, _Display):
            yield from (row for row in item.rows if isinstance(row, tree.Row))
        elif isinstance(item, _Sentence):
            for formula in item.formulas:
                yield from formula.statements


def _items(document: Document) -> Iterator[_Item]:
    """The displays, and between them the sentences with their inline formulas."""
    buffer: list[tuple[str, tuple[tree.Statement, ...] | None]] = []
    macros: Macros = {}
    read_macros(document.preamble, macros)
    for piece in document.pieces:
        if isinstance(piece, Mathematics) and piece.display:
            yield from _sentences(buffer)
            buffer = []
            rows = tuple(parse_block(piece, macros))
            yield _Display(rows, piece)
        elif isinstance(piece, Mathematics):
            read = parse_block(piece, macros)
            statements = tuple(s for row in read if isinstance(row, tree.Row) for s in row.statements)
            buffer.append(("", statements))
        elif isinstance(piece, Prose):
            buffer.append((f"\n\n{piece.text}\n\n" if piece.heading else piece.text, None))
        elif isinstance(piece, Broken):
            yield from _sentences(buffer)
            buffer = []
            yield piece
        else:
            yield from _declarations(piece, document.path)
    yield from _sentences(buffer)


DECLARE = re.compile(r"^declare\s+(.*)$", re.MULTILINE)


def _declarations(fence: Fence, path: str) -> Iterator[_Item]:
    """``declare …`` lines of a declaration block: sentences like any other, for what the text does not say."""
    for match in DECLARE.finditer(fence.text):
        if (found := JACOBIAN.search(match.group(1))) is not None:
            yield _Layout(found.group(1).lower())
            continue
        yield from _items(find_mathematics(match.group(1), f"{path} (declared).md"))


SENTENCE = re.compile(r"(?<=[.。!！?？])(?=\s|[^\x00-\x7f]|$)|\n\s*\n|\n(?=#)|(?<=。)")


def _sentences(buffer: list[tuple[str, tuple[tree.Statement, ...] | None]]) -> Iterator[_Sentence]:
    """Cut the text between two displays into sentences; a formula is one private-use character in the text."""
    text, formulas = "", []
    for words_, statements in buffer:
        if statements is not None:
            formulas.append(Formula(statements, len(text)))
            text += "\ue000"
        else:
            text += words_
    start = 0
    cuts = [m.start() for m in SENTENCE.finditer(text)] + [len(text)]
    for cut in cuts:
        if text[start:cut].strip():
            inside = tuple(Formula(f.statements, f.position - start) for f in formulas if start <= f.position < cut)
            yield _Sentence(text[start:cut], inside)
        start = cut


def _run(items: list[_Item], current: _Pass) -> bool:
    """One pass over the note; False if something was learnt that asks for another."""
    clean = True
    reading = current.reading
    for number, item in enumerate(items):
        reading.place, reading.serial, reading.guards = str(number), 0, []
        if isinstance(item, _Sentence):
            with suppress(OutOfTime), _in_time(item, current):
                clean &= _sentence(item, current)
            continue
        if isinstance(item, _Layout):
            reading.scope.jacobian = item.rows
            continue
        if isinstance(item, Broken):
            current.drafts.append(Draft(item.place, "", "", "", problem=item.message, unread=True))
            continue
        reading.guards = _announced(items[number - 1] if number else None, reading)
        reading.locals = _members(items[number - 1] if number else None, reading)
        for row in item.rows:
            if isinstance(row, tree.UnreadRow):
                _unread(row, item, current)
            else:
                clean &= _row(row, item, current)
    return clean


HYPOTHETICAL = re.compile(r"(^|[,，;；]\s*|\s)(if|when|unless|suppose|若|当|如果|假如|只有)", re.IGNORECASE)


def _sentence(sentence: _Sentence, current: _Pass) -> bool:
    reading = current.reading
    reading.sentence = sentence.text
    clean = True
    try:
        declare_count(sentence.text, list(sentence.formulas), reading)
    except Relearn:
        clean = False
    except Exception:  # SymPy raises nearly anything; a sentence that is not understood says nothing
        pass
    for formula in sentence.formulas:
        before: list[tree.Statement] = []
        hypothetical = bool(HYPOTHETICAL.search(sentence.text[: formula.position]))
        try:
            _enumeration(formula.statements, reading)
        except Relearn:
            clean = False
        except Exception:  # as above
            pass
        for statement in formula.statements:
            try:
                if not declare_by_relation(statement, before, reading) and not hypothetical:
                    _inline_definition(statement, reading)
            except Relearn:
                clean = False
            except Exception:  # as above
                pass
            before.append(statement)
    try:
        apply_cues(sentence.text, list(sentence.formulas), reading)
    except Relearn:
        clean = False
    except Exception:  # as above
        pass
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
            low, high = _plain_number(start.links[0].right), spell(plain(end.first))
            if low is not None and high is not None and not high.subs:
                from derive.terms import Axis

                length = size_of(high.name, reading)
                reading.free_index(name, Axis(str(length), sympy.Integer(low), length))
                reading.survey.subscripts.add(name)
            continue
        first, last = (spell(plain(s.first)) for s in (start, end) if s.first is not None)
        if not first or not last or first.name != last.name or len(first.subs) != 1 or len(last.subs) != 1:
            continue
        high = spell(plain(last.subs[0]))
        if high is None or high.subs:
            continue
        name = reading.family_name(first)[0]
        if name in reading.scope.heads:
            continue
        reading.scope.enumerated = name
        from derive.terms import Axis

        reading.scope.want_order(name, 1)
        low = _plain_number(first.subs[0])
        if low in (0, 1):
            axis = Axis(high.name, sympy.Integer(low), size_of(high.name, reading))
            reading.scope.axes.same(reading.scope.axis(name, 0), axis)


def _spelled_like(one: tree.Statement, other: tree.Statement) -> bool:
    if one.links or one.first is None or other.first is None:
        return False
    first, second = spell(plain(one.first)), spell(plain(other.first))
    return bool(first and second and first.name == second.name)


def _plain_number(node: tree.Node) -> int | None:
    node = plain(node)
    return int(node.text) if isinstance(node, tree.Num) and node.text.isdigit() else None


def _inline_definition(statement: tree.Statement, reading: Reading) -> None:
    if statement.first is None or not statement.links or statement.links[0].right is None:
        return
    if statement.links[0].relation.symbol not in ("=", ":=", "\\equiv"):
        return
    place = f"{statement.span.line}:{statement.span.column}"
    if _plain_number(statement.links[0].right) == 0 and CUE.search(reading.sentence):
        _assume(value(statement.first, reading), statement.first, place, reading)
        return
    found = candidate(statement.first, reading)
    if found is None:
        return
    if is_known(found, statement.first, reading) and reading.scope.defined_at.get(found.key) != place:
        family = reading.scope.families.get(found.spelled.name)
        if family is not None and family.declared and spell(plain(statement.links[0].right)) is None:
            reading.scope.partial.add(found.spelled.name)  # "with logits x = Uᵀv": x is not arbitrary any more
        return
    right = plain(statement.links[0].right)
    if found.parameters and letter(right) in reading.survey.subscripts:
        return
    if isinstance(right, tree.Num):
        if not found.parameters and not found.called:
            reading.scope.fixed[found.spelled.name] = sympy.Rational(right.text)
        return
    if not found.called and letter(right) is not None:
        return
    try:
        inner = defining_value(found, right, reading)
        if inner.rank == 0 and inner.body.is_number:
            return
    except LOGICAL as error:
        if _only_names(right, found.spelled.name):
            return
        if not reading.scope.families.get(found.spelled.name, Family("")).values:
            reading.scope.unclear.setdefault(found.spelled.name, str(error))
        return
    reading.scope.unclear.pop(found.spelled.name, None)
    if define(found, inner, reading) is not None:
        reading.scope.defined_at.setdefault(found.key, place)


def _only_names(right: tree.Node, name: str) -> bool:
    """``p = (p_1, …, p_n)`` and ``P_i = P(w_i | w_1, …, w_{i-1})`` say how something is written, not what it is."""
    if not any(isinstance(n, tree.Ellipsis) for n in walk(right)):
        return False
    group = right
    if isinstance(right, tree.Product) and len(right.factors) == 2 and spell(right.factors[0].node) is not None:
        return isinstance(plain(right.factors[1].node), tree.Group)
    if not isinstance(group, tree.Group):
        return False
    names = {s.name for p in group.body.parts if (s := spell(plain(p))) is not None}
    return names == {name}


def _assume(left: Value, node: tree.Node, place: str, reading: Reading) -> str | None:
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


def _announced(item: _Item | None, reading: Reading) -> list[tuple[Expr, Expr]]:
    """Conditions such as ``w ≠ o`` in the sentence that leads to a display hold for the display."""
    if not isinstance(item, _Sentence):
        return []
    guards = []
    for formula in item.formulas:
        for statement in formula.statements:
            guards.extend(_condition(statement, reading))
    return guards


def _members(item: _Item | None, reading: Reading) -> dict[str, Value]:
    """``x ∈ S`` in the sentence that leads to a display."""
    if not isinstance(item, _Sentence):
        return {}
    try:
        found = [member_of_sample(s, reading) for formula in item.formulas for s in formula.statements]
    except (Relearn, *LOGICAL):
        return {}
    return dict(pair for pair in found if pair is not None)


def _condition(statement: tree.Statement, reading: Reading) -> list[tuple[Expr, Expr]]:
    """``w ≠ o``, also in brackets, as pairs of indices that differ."""
    node = statement.first
    if node is None:
        return []
    if statement.links:
        chain: tree.Node = tree.Chain(statement.span, statement.first, statement.links)
    else:
        chain = plain(node)
        while isinstance(chain, tree.Group) and chain.open in ("(", "[") and len(chain.body.parts) == 1:
            chain = plain(chain.body.parts[0])
    if not isinstance(chain, tree.Chain) or chain.first is None:
        return []
    if [k.relation.symbol for k in chain.links] != ["\\ne"] or chain.links[0].right is None:
        return []
    name = letter(chain.first)
    if name is None or isinstance(plain(chain.links[0].right), tree.Num):
        return []
    axis = reading.free_axis(name)
    try:
        left = index_expression(chain.first, axis, reading)
        return [(left, index_expression(chain.links[0].right, axis, reading))]
    except (Unsettled, Relearn):
        return []


def _is_condition(statement: tree.Statement, reading: Reading) -> bool:
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
    if name is None or name in reading.scope.heads:
        return False
    rights = [plain(k.right) for k in statement.links if k.right is not None]
    if symbols <= {"=", "<", ">", "\\le", "\\ge"} and statement.separator:
        return (name in reading.survey.subscripts or symbols & {"<", ">"} != set()) and all(
            isinstance(r, tree.Num) or letter(r) is not None for r in rights
        )
    return False


def _row(row: tree.Row, item: _Display, current: _Pass) -> bool:
    reading = current.reading
    clean = True
    announced = list(reading.guards)
    statements = list(row.statements)
    for position, statement in enumerate(statements):
        if position and _is_condition(statement, reading):
            continue
        guards = list(announced)
        for following in statements[position + 1 :]:
            if not _is_condition(following, reading):
                break
            guards.extend(_condition(following, reading))
        reading.guards = guards
        before, main = len(current.drafts), current.side
        try:
            with _in_time(statement, current):
                _statement(statement, item, current)
        except (Exception, OutOfTime) as error:  # SymPy raises nearly anything; a step must never be lost by it
            clean = clean and not isinstance(error, Relearn)
            current.side = None
            del current.drafts[before:]
            _unsettled(statement, item, error, current)
        if position and "quad" in statement.separator and "," not in statement.separator:
            current.side = main  # a remark at the end of the row; the chain goes on from what stands before it
    reading.guards = announced
    return clean


@contextmanager
def _in_time(statement: tree.Statement | _Sentence, current: _Pass) -> Iterator[None]:
    """Raise ``OutOfTime`` when reading a statement, or the whole note, takes too long; each is tried once only."""
    left = min(STATEMENT_SECONDS, current.end - time.monotonic())
    if id(statement) in current.slow or left <= 0:
        raise OutOfTime
    try:
        with limited(left):
            yield
    except OutOfTime:
        current.slow.add(id(statement))
        raise


def _unsettled(statement: tree.Statement, item: _Display, error: BaseException, current: _Pass) -> None:
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


def _statement(statement: tree.Statement, item: _Display, current: _Pass) -> None:
    reading = current.reading
    links = list(statement.links)
    side: _Side | None
    fresh_start = True
    if statement.first is not None:
        first, objective = _without_objective(statement.first)
        if objective or any(OBJECTIVE.search(t.text) for t in statement.before):
            _second_meaning(first, statement, links, reading)
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
            if link.right is not None:
                (first, objective), side, fresh_start = _without_objective(link.right), None, True
                if objective:
                    _second_meaning(first, statement, links[links.index(link) + 1 :], reading)
            continue
        if side is None and first is not None and fresh_start and symbol in ("=", ":=", "\\equiv"):
            defined = _definition(first, link, item, current)
            if defined is not None:
                side, fresh_start = defined, False
                continue
        if side is None:
            side = _evaluate(first, item, reading) if first is not None else None
        right = _evaluate(link.right, item, reading)
        if side is not None and side.pending is not None and symbol == "=":
            _define_later(side.pending, right, link, reading)
        _draft(side, link, right, item, current)
        side, fresh_start = right, False
    current.side = side if side is not None else (_evaluate(first, item, reading) if first is not None else None)


def _define_later(found: Candidate, right: _Side, link: tree.Link, reading: Reading) -> None:
    """A name whose defining formula is not understood is what the next formula of the chain says."""
    place = f"{link.relation.span.line}:{link.relation.span.column}"
    if right.value is None:
        right.pending = found
    elif found.key not in reading.scope.heads or reading.scope.defined_at.get(found.key) == place:
        if define(found, right.value, reading) is not None:
            reading.scope.defined_at[found.key] = place
            reading.scope.unclear.pop(found.spelled.name, None)


OBJECTIVE = re.compile(r"^\W*(?:arg\s*)?(?:max|min)(?:imi[sz]e|imum)?\W*$|最大化|最小化", re.IGNORECASE)


def _without_objective(first: tree.Node) -> tuple[tree.Node, bool]:
    """``\\max J(θ)``, ``\\text{minimize } J(θ)`` without the word that says what is done with J."""
    if not isinstance(first, tree.Product) or len(first.factors) < 2:
        return first, False
    head = first.factors[0].node
    named = isinstance(head, tree.BigOp) and head.kind in ("max", "min") and head.sub is None and head.sup is None
    second = plain(first.factors[1].node)
    worded = isinstance(head, tree.Text | tree.Word) and OBJECTIVE.search(head.text) is not None
    if not (worded or named) or isinstance(second, tree.Group):
        return first, False
    rest = first.factors[1:]
    return (rest[0].node if len(rest) == 1 else tree.Product(rest[0].node.span, (bare(rest[0].node), *rest[1:]))), True


def _second_meaning(first: tree.Node, statement: tree.Statement, links: list[tree.Link], reading: Reading) -> None:
    """A name that is to be maximised in one place and minimised in another is used for two things."""
    found = candidate(first, reading)
    if found is None or not links:
        return
    place = f"{links[0].relation.span.line}:{links[0].relation.span.column}"
    for key in (found.key, found.spelled.name):
        before = reading.scope.defined_at.get(key)
        if key in reading.scope.heads and before is not None and before != place:
            reading.scope.warn(
                f"{found.spelled.name} is used for two things: a second definition in line {statement.span.line}"
            )
            reading.scope.heads.pop(key, None)
            reading.scope.definitions.pop(key, None)
            reading.scope.defined_at[key] = place


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
    node: tree.Node, item: _Display, reading: Reading, meaning: Callable[[tree.Node], Value] | None = None
) -> _Side:
    source = _source(node, item)
    if isinstance(node, tree.Unread):
        return _Side(None, f"“{node.token}”: {node.message}", source, node)
    try:
        return _Side(meaning(node) if meaning else value(node, reading), None, source, node)
    except ShapeError as error:
        return _Side(None, str(error), source, node, shape_error=str(error), certain=error.certain, soft=error.soft)
    except (Unsettled, NotDifferentiable, Circular) as error:
        return _Side(None, str(error), source, node)


def _source(node: tree.Node, item: _Display) -> str:
    span = node.source if isinstance(node, tree.Unread) else node.span
    return " ".join(item.text[span.start : span.end].split())


def _definition(first: tree.Node, link: tree.Link, item: _Display, current: _Pass) -> _Side | None:
    """The first equation that has an unknown name alone on its left side."""
    reading = current.reading
    found = candidate(first, reading)
    place = f"{link.relation.span.line}:{link.relation.span.column}"
    if found is None or link.right is None:
        return None
    if is_known(found, first, reading) and reading.scope.defined_at.get(found.key) != place:
        return None
    if isinstance(plain(link.right), tree.Num) and found.parameters:
        return None
    right = _evaluate(link.right, item, reading, lambda node: defining_value(found, node, reading))
    left_source = _source(first, item)
    at = item.place(link.right.source if isinstance(link.right, tree.Unread) else link.right.span)
    if right.value is None:
        reading.scope.unclear.setdefault(found.spelled.name, str(right.problem))
        current.drafts.append(
            Draft(at, _written(link), left_source, right.source, problem=right.problem, source=(first, link.right))
        )
        right.pending = found
        return right
    head = define(found, right.value, reading)
    if head is None:
        return None
    reading.scope.unclear.pop(found.spelled.name, None)
    reading.scope.defined_at.setdefault(found.key, place)
    current.drafts.append(
        Draft(at, _written(link), left_source, right.source, definition=found.spelled.name, source=(first, link.right))
    )
    return right


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


def _draft(side: _Side | None, link: tree.Link, right: _Side, item: _Display, current: _Pass) -> None:
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
        certain = right.certain or settled
        add(problem=right.shape_error, shape_error=right.shape_error, certain=certain)
    elif _is_assumption(side, symbol, right, reading, place):
        add(definition="an equation that is assumed from here on")
    elif (optima := _optima(nodes, symbol, reading)) is not None:
        add(claim=optima)
    elif right.value is None or side.value is None:
        problem = right.problem if right.value is None else f"the left side is not understood: {side.problem}"
        add(problem=problem)
    else:
        try:
            settle_rank(side.value, right.value, [n for n in nodes if n is not None], reading)
            add(claim=claim(side.value, symbol, right.value, reading))
        except (Unsettled, ShapeError, NotDifferentiable, Circular) as error:
            add(problem=str(error))


def _is_legend(node: tree.Node) -> bool:
    """``[ V: vocabulary size \\\\ u_o: … ]``: words that explain the formula, no mathematics."""
    node = plain(node)
    if isinstance(node, tree.Group) and len(node.body.parts) == 1:
        node = plain(node.body.parts[0])
    if not isinstance(node, tree.Array) or node.environment != "array":
        return False
    return all(any(isinstance(n, tree.Text) for cell in row for n in walk(cell)) for row in node.rows)


def _all_declared(node: tree.Node, reading: Reading) -> bool:
    """Whether the shapes of all names in a formula were declared by the author, or follow from what was."""
    scope = reading.scope
    for inner in walk(node):
        spelled = spell(inner) if isinstance(inner, tree.Name | tree.Script | tree.Accent) else None
        if (
            spelled is None
            or spelled.name in TRANSPOSES
            or spelled.name in reading.bound
            or spelled.name in scope.sizes
        ):
            continue
        name = reading.family_name(spelled)[0]
        if name in scope.heads or f"{name}_" in scope.heads or name in reading.survey.subscripts:
            continue
        family = scope.families.get(name)
        if family is None or not family.declared or (family.order and spelled.name not in reading.survey.shapes):
            return False
    return True


def _optima(nodes: tuple[tree.Node | None, tree.Node | None], symbol: str, reading: Reading) -> Claim | None:
    """``arg max A = arg min B`` as a claim about A and B."""
    if symbol != "=" or nodes[0] is None or nodes[1] is None:
        return None
    try:
        first, second = (optimum(node, reading) for node in nodes if node is not None)
    except (Relearn, *LOGICAL):
        return None
    if first is None or second is None:
        return None
    wanted = first.sense * second.sense
    alternatives = tuple((goal, sign == wanted) for goal, sign in goals(first, second, reading))
    return Claim(alternatives[0][0], Shape.SAME, True, ("", ""), alternatives=alternatives)


def _is_assumption(side: _Side, symbol: str, right: _Side, reading: Reading, place: Place) -> bool:
    """``∂L/∂x = 0`` after "set the derivative to zero" """
    if symbol != "=" or right.node is None or _plain_number(right.node) != 0 or side.value is None or side.node is None:
        return False
    if not CUE.search(reading.sentence):
        return False
    if unfold(side.value.body, reading.scope.definitions).is_number:
        return False
    return _assume(side.value, side.node, f"{place.line}:{place.column}", reading) is not None


def _unread(row: tree.UnreadRow, item: _Display, current: _Pass) -> None:
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


__all__ = ["Draft", "Draftbook", "read_note", "words"]
