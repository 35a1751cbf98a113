"""Steps, verdicts and checked notes as notebooks show them: thin wrappers with ``_repr_html_`` and ``_repr_latex_``."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from derive.checking import Checked
from derive.derivation import Step, Verdict
from derive.formulas.html import document, fragment_of_line
from derive.formulas.page import Line, Page, read_page
from derive.formulas.source import formula, tex_of_text
from derive.formulas.style import STYLE
from derive.formulas.verdicts import MARKS, finding
from derive.reading import tree
from derive.reading.formula import Formula
from derive.reading.latex import parse_block

__all__ = ["Shown", "html_of", "latex_of"]

Showable = Step | Verdict | Checked | Page


@dataclass(frozen=True)
class Shown:
    """Wraps a step, a verdict, a checked note or a page so that a notebook shows it as mathematics."""

    what: Showable

    def _repr_html_(self) -> str:
        return html_of(self.what)

    def _repr_latex_(self) -> str | None:
        return latex_of(self.what)


def html_of(what: Showable) -> str:
    """A piece of HTML.  A checked note is shown as it stands in its file, which is read and judged once more."""
    if isinstance(what, Checked):
        what = read_page(Path(what.path))
    if isinstance(what, Page):
        inside = escape(document([what], report=True))
        return f'<iframe style="width:100%;height:40em;border:0" srcdoc="{inside}"></iframe>'
    if isinstance(what, Step):
        return f"<div><style>{_scoped()}</style>{fragment_of_line(_line(what))}</div>"
    return f"<span>{MARKS[what.kind]} <b>{what.kind}</b>: {escape(what.reason)}</span>"


def _scoped() -> str:
    """Only what a single line needs, so that the notebook keeps its own style."""
    return "".join(f"{row}\n" for row in STYLE.splitlines() if row.startswith((".line", ".why", ".spoken", ".finding")))


def latex_of(what: Showable) -> str | None:
    """LaTeX between dollars for a step; None for what is no formula."""
    if not isinstance(what, Step):
        return None
    found = finding(what)
    note = rf"\quad \text{{{what.verdict.kind}{': ' + tex_of_text(found.reason) if found else ''}}}"
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
