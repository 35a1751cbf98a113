"""What looks like a slip though nothing is refuted: a range of one value, u_0 beside u_o, a lost ∂, two meanings."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Indexed
from sympy.core.function import AppliedUndef

from derive.derivation import Relation, Suspicion
from derive.errors import Place
from derive.patience import OutOfTime, limited
from derive.proving.budget import Budget
from derive.proving.counterexample import compare, fails, survey
from derive.proving.evaluation import NoValue, TooMuchWork
from derive.proving.models import Infeasible, Outline
from derive.proving.trial import NONSENSE, Trial, Untried
from derive.reading import tree
from derive.reading.claims import Claim
from derive.reading.drafts import Draft
from derive.reading.note import Draftbook
from derive.reading.spelling import letter, plain, spell, walk
from derive.reading.written import latex, shown

__all__ = ["warnings"]

MODELS = 3
SECONDS = 1.0
NOTE_SECONDS = 15.0
DIFFERENTIALS = {"\\partial", "d"}


def warnings(book: Draftbook) -> tuple[Suspicion, ...]:
    """Everything suspicious in a note, in the order of the lines.  Never a verdict, and never the end of a run."""
    found: dict[Suspicion, None] = {
        Suspicion(Place(book.path, line, column), message): None for line, column, message in book.scope.warnings
    }
    try:
        with limited(NOTE_SECONDS):
            for suspicion in _in_formulas(book):
                found.setdefault(suspicion)
    except (Exception, OutOfTime) as error:  # SymPy raises nearly anything; the verdicts do not depend on this
        place = Place(book.path, 1, 1)
        found.setdefault(Suspicion(place, f"the search for slips was broken off ({type(error).__name__}: {error})"))
    return tuple(sorted(found, key=lambda s: (s.place.line, s.place.column)))


def _in_formulas(book: Draftbook) -> Iterator[Suspicion]:
    """What is suspicious in the displayed formulas."""
    letters = _letters_below(book)
    said: set[str] = set()
    for draft in book.drafts:
        for side in draft.source:
            if side is None or isinstance(side, tree.Unread):
                continue
            for node in walk(side):
                for message in _about(node, letters):
                    if not (isinstance(node, tree.Script) and message in said):
                        yield Suspicion(_place(draft, node, book), message)
                    said.add(message)
    yield from _two_meanings(book)


def _place(draft: Draft, node: tree.Node, book: Draftbook) -> Place:
    text = draft.place.text if draft.place.line == node.span.line else ""
    return Place(book.path, node.span.line, node.span.column, text)


def _about(node: tree.Node, letters: frozenset[tuple[str, str]]) -> Iterator[str]:
    if isinstance(node, tree.BigOp):
        yield from _range_of_one(node)
    elif isinstance(node, tree.Script):
        yield from _zero_for_o(node, letters)
    elif isinstance(node, tree.Frac):
        yield from _lost_differential(node)


def _range_of_one(big: tree.BigOp) -> Iterator[str]:
    """Σ over m ≤ j ≤ m, Σ from n to n."""
    for part in walk(big.sub) if big.sub is not None else ():
        if not isinstance(part, tree.Chain) or part.first is None:
            continue
        sides = [plain(s) for s in (part.first, *(k.right for k in part.links)) if s is not None]
        symbols = [k.relation.symbol for k in part.links]
        if len(sides) == 3 and symbols == ["\\le", "\\le"] and sides[0] == sides[2]:
            bound, name = latex(sides[0]), latex(sides[1])
            meant = f"−{bound} ≤ {name} ≤ {bound}"
            yield f"the range {latex(part)} holds the single value {name} = {bound}; was {meant} meant?"
        elif len(sides) == 3 and symbols in (["<", "<"], ["<", "\\le"], ["\\le", "<"]) and sides[0] == sides[2]:
            yield f"the range {latex(part)} is empty"
        elif len(sides) == 2 and symbols == ["="] and big.sup is not None and sides[1] == plain(big.sup):
            yield f"the range from {latex(sides[1])} to {latex(big.sup)} holds a single value"


def _letters_below(book: Draftbook) -> frozenset[tuple[str, str]]:
    """Which letters stand as an index of which name."""
    found = set()
    for draft in book.drafts:
        for side in draft.source:
            for node in walk(side) if side is not None else ():
                if isinstance(node, tree.Script) and node.sub is not None:
                    base, below = letter(node.base), letter(node.sub)
                    if base is not None and below is not None:
                        found.add((base, below))
    return frozenset(found)


def _zero_for_o(node: tree.Script, letters: frozenset[tuple[str, str]]) -> Iterator[str]:
    base, below = letter(node.base), plain(node.sub) if node.sub is not None else None
    if base is None or not isinstance(below, tree.Num) or below.text != "0":
        return
    for other in ("o", "O"):
        if (base, other) in letters:
            yield f"{base}_0 stands here and {base}_{other} elsewhere: zero or the letter {other}?"


def _lost_differential(node: tree.Frac) -> Iterator[str]:
    above, below = _differential(node.numerator), _differential(node.denominator)
    if below == "\\partial" and above is None:
        yield f"a ∂ is missing above the bar of {latex(node)}"
    elif above == "\\partial" and below is None:
        yield f"a ∂ is missing below the bar of {latex(node)}"
    elif above is not None and below is not None and above != below:
        yield f"{latex(node)} has {above} above the bar and {below} below it"


def _differential(node: tree.Node) -> str | None:
    """∂ or d at the start of what stands above or below a bar."""
    node = plain(node)
    if isinstance(node, tree.Product):
        node = plain(node.factors[0].node)
    if isinstance(node, tree.Script) and node.sub is None:
        node = plain(node.base)
    return node.base if isinstance(node, tree.Name) and node.base in DIFFERENTIALS and not node.decorations else None


def _two_meanings(book: Draftbook) -> Iterator[Suspicion]:
    """A name that is given by one formula and later by another one that differs from it."""
    first: dict[str, tuple[Draft, tree.Node]] = {}
    for draft in book.drafts:
        left, right = draft.source
        name = _named(left) if left is not None and draft.symbol in ("=", ":=", "\\equiv") else None
        if name is None or right is None or isinstance(right, tree.Unread):
            continue
        if name not in first:
            first[name] = draft, right
            continue
        before, meant = first[name]
        if draft.claim is not None and not draft.claim.loose:
            continue  # the verdict on the step says it already
        claim = _compared(book, draft, meant)
        if claim is not None and _is_about_both(claim) and _differs(claim):
            message = (
                f"{name} is {before.right} in line {before.place.line} and {draft.right} here: "
                "one name for two things, or a slip"
            )
            yield Suspicion(draft.place, message)


def _named(left: tree.Node) -> str | None:
    """What a formula gives, with its arguments: ``J``, ``J(\\theta)``, also behind “minimize” and max."""
    node = plain(left)
    factors = [plain(f.node) for f in node.factors] if isinstance(node, tree.Product) else [node]
    while factors and (isinstance(factors[0], tree.Text) or _is_order(factors[0])):
        factors.pop(0)
    arguments = shown(factors.pop()) if len(factors) == 2 and isinstance(factors[1], tree.Group) else ""
    spelled = spell(factors[0]) if len(factors) == 1 else None
    if spelled is None or spelled.subs or spelled.power is not None or spelled.primes or spelled.transposed:
        return None
    return spelled.name + arguments


def _is_order(node: tree.Node) -> bool:
    name = node.text if isinstance(node, tree.Word) else node.kind if isinstance(node, tree.BigOp) else ""
    return name.lower().startswith(("min", "max", "argmin", "argmax"))


def _is_about_both(claim: Claim) -> bool:
    """Whether every name that the note leaves open stands on both sides: then it is not what makes them differ."""
    left, right = (_names(side) for side in (claim.goal.left, claim.goal.right))
    return all((name in left) == (name in right) for name in claim.loose)


def _names(side: Expr) -> set[str]:
    names = {str(entry.base.label) for entry in side.atoms(Indexed)}
    return names | {node.func.__name__ for node in side.atoms(AppliedUndef)} | {s.name for s in side.free_symbols}


def _compared(book: Draftbook, draft: Draft, meant: tree.Node) -> Claim | None:
    """The earlier formula set against the present one."""
    try:
        return Trial(book, draft, SECONDS).claim(left=meant, symbol="=")
    except (Untried, *NONSENSE):
        return None


def _differs(claim: Claim) -> bool:
    """Whether the two sides of an equation differ in a few models."""
    if claim.goal.relation is not Relation.EQUAL:
        return False
    for model in survey(Outline(claim.goal), Budget(0.2), MODELS):
        try:
            comparison = compare(claim.goal, model)
        except (NoValue, TooMuchWork, Infeasible):
            continue
        if comparison is not None and fails(Relation.EQUAL, comparison.sign):
            return True
    return False
