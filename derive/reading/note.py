"""A whole note: its sentences and formulas in order, read until nothing new is learnt, and the steps that come out.

Reading never judges.  Every relation of every displayed formula becomes one ``Draft``: a claim for the prover, a
definition, or a reason why neither could be made of it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from sympy.core.cache import clear_cache

from derive.patience import OutOfTime, clock
from derive.reading import tree
from derive.reading.affine import settle_roles
from derive.reading.alphabets import Alphabets, alphabets
from derive.reading.aside import aside, is_foreign, numbers_of_negatives, numbers_of_samples
from derive.reading.assumptions import derivatives_at_the_start
from derive.reading.batches import as_of_one_example
from derive.reading.branches import Course
from derive.reading.claims import Claim, claim
from derive.reading.context import Reading, undisturbed
from derive.reading.declarations import declare_by_relation, real_shape
from derive.reading.definitions import referenced
from derive.reading.drafts import Draft, Pass
from derive.reading.elaborate import value
from derive.reading.formula import Formula as Mathematics
from derive.reading.hypotheses import before, leading_to
from derive.reading.items import Display, Item, Layout, Remark, Sentence, items_of, trees_of
from derive.reading.latex import Macros, parse_block
from derive.reading.markdown import Broken, Document
from derive.reading.pieces import within_a_piece
from derive.reading.prose import columns_by_text
from derive.reading.renaming import renamed
from derive.reading.restrictions import is_supposed, restrictions
from derive.reading.scope import Scope
from derive.reading.sentences import announced, members, of_unions, read_sentence
from derive.reading.spelling import letter, plain, walk
from derive.reading.statements import in_time, read_row, report_unread
from derive.reading.suppositions import supposed
from derive.reading.survey import Survey, survey
from derive.reading.worded import worded_conditions

MAX_PASSES = 16
NOTE_SECONDS = 20.0
MORE_SECONDS = 0.01  # for every row


@dataclass(frozen=True)
class Draftbook:
    """What reading a note gives: its steps, the conventions it used, and its scope for those who emit."""

    path: str
    drafts: tuple[Draft, ...]
    conventions: tuple[str, ...]
    reading: Reading
    macros: Macros = field(default_factory=dict)
    alphabets: Alphabets = field(default_factory=Alphabets)
    foreign: bool = False

    @property
    def scope(self) -> Scope:
        return self.reading.scope


def reconsider(
    book: Draftbook, draft: Draft, *, left: str | None = None, right: str | None = None, symbol: str | None = None
) -> Claim | None:
    """The claim of a draft with one side (LaTeX) or its relation replaced; None if that makes no sense.

    This is how a proposed correction is judged: it is read in the same context as the line it corrects, with the
    commands that the note defines, and leaves nothing behind.
    """
    with undisturbed(book.reading):
        book.reading.guards, book.reading.given = list(draft.guards), draft.given
        return _claim_again(book, draft, left, right, symbol)


def _claim_again(
    book: Draftbook, draft: Draft, left: str | None, right: str | None, symbol: str | None
) -> Claim | None:
    reading, sides = book.reading, []
    for text, node in ((left, draft.source[0]), (right, draft.source[1])):
        if text is not None:
            rows = parse_block(Mathematics.of(text), dict(book.macros))
            if len(rows) != 1 or not isinstance(rows[0], tree.Row) or len(rows[0].statements) != 1:
                return None
            statement = rows[0].statements[0]
            if statement.links or statement.first is None or statement.before or statement.after:
                return None
            node = book.alphabets.apply(statement.first)
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


def read_note(document: Document) -> Draftbook:
    """Read all formulas and sentences of a note."""
    clear_cache()  # SymPy would hand over an index of another note that looks the same, with the origin of its axis
    macros: Macros = {}
    items = list(items_of(document, macros))
    letters = alphabets(trees_of(items))
    items = renamed(items, letters)
    found = survey(trees_of(items))
    for item in items:
        if isinstance(item, Sentence):
            columns_by_text(item.text, list(item.formulas), found)
    found.displayed = _first_displays(items)
    found.sampled = numbers_of_samples(item for item in items if isinstance(item, Sentence))
    found.sampled |= numbers_of_negatives(trees_of(items))
    scope = Scope()
    state: object = None
    seconds = NOTE_SECONDS + MORE_SECONDS * sum(len(item.rows) for item in items if isinstance(item, Display))
    end, slow = clock() + seconds, set[int]()
    _prepare(items, Reading(scope, found))
    for _ in range(MAX_PASSES):
        current = Pass(Reading(scope, found), end=end, slow=slow)
        scope.latest.clear()
        clean = _run(items, current)
        as_of_one_example(scope)
        now = _state(scope, found)
        if clock() > end:
            break
        if clean and now == state:
            if not scope.outgrown - found.subscripts - found.index_arrays:
                break  # a letter for a word that is also the name of all words was no number before
            scope, now = scope.again(), None
            _prepare(items, Reading(scope, found))
        state = now
    foreign = is_foreign(item.text for item in items if isinstance(item, Sentence))
    conventions = tuple(scope.conventions)
    return Draftbook(document.path, tuple(current.drafts), conventions, current.reading, macros, letters, foreign)


def _first_displays(items: list[Item]) -> dict[str, int]:
    """The first display, by its number, in which a name stands."""
    found: dict[str, int] = {}
    for number, item in enumerate(items):
        for row in item.rows if isinstance(item, Display) else ():
            for node in walk(row):
                if isinstance(node, tree.Name) and (name := letter(node)) is not None:
                    found.setdefault(name, number)
    return found


def _prepare(items: list[Item], reading: Reading) -> None:
    """What is known before the first formula is read."""
    _declare_shapes(items, reading)
    settle_roles(trees_of(items), Reading(reading.scope, reading.survey))


def _declare_shapes(items: list[Item], reading: Reading) -> None:
    """Every shape that the note declares anywhere: a formula before it must not settle lengths by a guess."""
    for item in items:
        for formula in item.formulas if isinstance(item, Sentence) else ():
            for position, statement in enumerate(formula.statements):
                right = statement.links[0].right if len(statement.links) == 1 else None
                if right is None or statement.links[0].relation.symbol != "\\in" or real_shape(plain(right)) is None:
                    continue
                with suppress(Exception):  # SymPy raises nearly anything; it is read once more in its place
                    declare_by_relation(statement, list(formula.statements[:position]), reading)


def _state(scope: Scope, found: Survey) -> object:
    heads = tuple((key, head.written, head.value.rank, head.value.row) for key, head in scope.heads.items())
    orders = tuple((name, family.order) for name, family in scope.families.items())
    stated = tuple((where, each.since, each.until) for where, each in scope.stated.items())
    shares = sum(bool(family.sums_to_one) for family in scope.families.values())
    said = len(scope.structured), stated, scope.trees, scope.apart, scope.repeats, shares
    parts = tuple((key, frozenset(referenced(each.body))) for key, each in scope.definitions.items())
    return heads, parts, orders, scope.axes.settled(), len(found.wholes), len(found.subscripts), said


def _run(items: list[Item], current: Pass) -> bool:
    """One pass over the note; False if something was learnt that asks for another."""
    clean = True
    reading, course = current.reading, Course()
    for number, item in enumerate(items):
        reading.place, reading.serial, reading.guards, reading.given, reading.unmet = str(number), 0, [], (), ()
        if isinstance(item, Sentence):
            reading.behind = ""
            course.read(item, current)
            with suppress(OutOfTime), in_time(item, current):
                clean &= read_sentence(item, current)
            continue
        if isinstance(item, Remark):
            reading.scope.warn(item.place.line, item.place.column, item.message)
            continue
        if isinstance(item, Layout):
            reading.scope.jacobian = item.rows
            continue
        if isinstance(item, Broken):
            current.drafts.append(Draft(item.place, "", "", "", problem=item.message, unread=True))
            continue
        following = items[number + 1] if number + 1 < len(items) else None
        reading.behind = following.text if isinstance(following, Sentence) else ""
        reading.led_by = leading_to(number, items)
        reading.near = reading.led_by | before(number, items)
        leading = announced(number, items, reading)
        reading.guards, reading.given = list(leading.distinct), leading.given
        led = items[number - 1] if number else None
        kept = {name: each for name, each in reading.among.items() if reading.survey.is_element(name)}
        reading.locals, reading.among = members(led, reading), {**kept, **of_unions(led, reading)}
        leads = next((i for i in reversed(items[:number]) if not isinstance(i, Display)), None)
        near = [items[position] for position in sorted(reading.near)]
        reading.aside = aside((each for each in near if isinstance(each, Sentence)), reading)
        leads_on = (items[position] for position in sorted(reading.led_by))
        reading.unmet = worded_conditions(each for each in leads_on if isinstance(each, Sentence))
        with supposed(leads, reading), within_a_piece(near, reading), course.display(item, current):
            clean &= _read_rows(item, current)
    return clean


def _read_rows(item: Display, current: Pass) -> bool:
    clean, reading = True, current.reading
    current.derivatives = tuple(derivatives_at_the_start(item.rows))
    guards, given, unmet = list(reading.guards), reading.given, reading.unmet
    for row in item.rows:
        if isinstance(row, tree.UnreadRow):
            report_unread(row, item, current)
        elif row.statements and all(map(is_supposed, row.statements)):  # "if s = i," and the rows that follow
            found = restrictions(row.statements, reading)
            reading.guards, reading.given = [*guards, *found.distinct], (*given, *found.given)
            reading.unmet = (*unmet, *found.unmet)
        else:
            clean &= read_row(row, item, current)
    return clean


__all__ = ["Draft", "Draftbook", "read_note", "reconsider"]
