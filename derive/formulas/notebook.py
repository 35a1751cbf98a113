"""Steps, verdicts and checked notes as notebooks show them: what their ``_repr_html_`` and ``_repr_latex_`` answer."""

from __future__ import annotations

from html import escape

from derive.checking import Checked
from derive.derivation import Step, Verdict
from derive.formulas.html import document, fragment_of_line
from derive.formulas.page import Line, page_of, read_page
from derive.formulas.source import formula, tex_of_text
from derive.formulas.verdicts import MARKS, finding
from derive.reading import tree
from derive.reading.formula import Formula
from derive.reading.latex import parse_block

__all__ = ["html_of", "latex_of"]

STYLE = """\
.derive .line { display: flex; flex-wrap: wrap; align-items: center; gap: .2em 1.5em; }
.derive .why { opacity: .75; }
.derive .finding { flex-basis: 100%; }
.derive .finding summary { cursor: pointer; }
.derive .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.derive .proved .mark { color: #2a9d4a; }
.derive .refuted .mark { color: #d0353c; }
"""


def html_of(what: Step | Verdict | Checked) -> str:
    """A piece of HTML that keeps its style to itself; a whole note stands in a frame of its own."""
    if isinstance(what, Checked):
        page = page_of(what.path, *what.reading, what.steps) if what.reading is not None else read_page(what.path)
        inside = escape(document([page], report=True))
        frame = "width:100%;height:32em;border:0"
        return f'<iframe title="{escape(what.path.name)}" style="{frame}" srcdoc="{inside}"></iframe>'
    if isinstance(what, Step):
        return f'<div class="derive"><style>{STYLE}</style>{fragment_of_line(_line(what))}</div>'
    return f"<span>{MARKS[what.kind]} <b>{what.kind}</b>: {escape(what.reason)}</span>"


def latex_of(what: Step) -> str | None:
    """LaTeX between dollars, with the verdict behind it."""
    found = finding(what)
    note = rf"\quad \text{{{what.verdict.kind}{': ' + tex_of_text(found.head) if found else ''}}}"
    return f"$\\displaystyle {formula(_line(what))} {note}$"


def _line(step: Step) -> Line:
    """A step by itself: its two sides read again from their source."""
    sides = [_side(step.left), _side(step.right)]
    if sides[1] is None:
        return Line(None, None, None, f"{step.left} {step.relation} {step.right}", step)
    return Line(sides[0], tree.Relation(sides[1].span, step.relation, step.relation), sides[1], "", step)


def _side(source: str) -> tree.Node | None:
    rows = parse_block(Formula.of(source)) if source else []
    if len(rows) != 1 or not isinstance(rows[0], tree.Row) or len(rows[0].statements) != 1:
        return None
    statement = rows[0].statements[0]
    return None if statement.links or isinstance(statement.first, tree.Unread) else statement.first
