"""Pages as one HTML file that needs nothing else: MathML, no script, for screen, paper, phone and screen reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from derive.derivation import Kind, Step
from derive.formulas.linear import linear
from derive.formulas.mathml import math
from derive.formulas.page import Chain, Line, Page
from derive.formulas.prose import Inline, Span
from derive.formulas.source import segments
from derive.formulas.style import STYLE
from derive.formulas.verdicts import MARKS, Finding, counted, finding, formulas_in, tally
from derive.reading import tree
from derive.reading.formula import Formula
from derive.reading.latex import parse_block

__all__ = ["document", "formula_of_line", "fragment_of_line", "mark", "why_of_line", "words"]

_TAGS = {"strong": "strong", "emphasis": "em", "code": "code"}
_NOWHERE = tree.Span(0, 0, 1, 1)


def document(
    pages: Sequence[Page],
    *,
    title: str = "Derivations",
    report: bool = False,
    ends: Sequence[str] = (),
    style: str = "",
    script: str = "",
) -> str:
    """A whole file; a report also shows the conventions that were used and the line numbers of the note.

    Args:
        ends: for each page what stands at the end of its article.
        style, script: what these ends need beside the style sheet of all pages.
    """
    if len(pages) == 1 and pages[0].title:
        title = _plain(pages[0].title)
    given = [*ends, *[""] * (len(pages) - len(ends))]
    body = "\n".join(_article(*each, report) for each in zip(pages, range(1, len(pages) + 1), given, strict=True))
    scripted = f"<script>\n{script}</script>\n" if script else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n"
        f"{_contents(pages)}<main>\n{body}\n</main>\n{scripted}</body>\n</html>\n"
    )


def _contents(pages: Sequence[Page]) -> str:
    if len(pages) < 2:
        return ""
    items = "".join(
        f'<li><a href="#note-{n}">{escape(_plain(page.title) or page.path.name)}</a> '
        f"<small>{tally(page.summary())}</small></li>\n"
        for n, page in enumerate(pages, 1)
    )
    return f'<nav aria-label="Notes"><ul>\n{items}</ul></nav>\n'


def _article(page: Page, number: int, end: str, report: bool) -> str:
    parts = [f'<article id="note-{number}">']
    if not page.title:
        parts.append(f"<h1>{escape(page.path.name)}</h1>")
    summary = _summary(page, report)
    summed = not page.title
    if summed:
        parts.append(summary)
    in_list = False
    for block in page.blocks:
        is_item = not isinstance(block, Chain) and block.level < 0
        if is_item != in_list:
            parts.append("<ul>" if is_item else "</ul>")
            in_list = is_item
        if isinstance(block, Chain):
            parts.append(_chain(block, number, report))
            continue
        tag = "li" if block.level < 0 else f"h{min(block.level, 6)}" if block.level else "p"
        parts.append(f"<{tag}>{_inlines(block.content)}</{tag}>")
        if block.level > 0 and not summed:
            parts.append(summary)
            summed = True
    if in_list:
        parts.append("</ul>")
    for step in page.elsewhere:
        said = f"line {step.place.line}: {escape(step.verdict.reason)}"
        parts.append(f'<p class="why {step.verdict.kind}">{mark(step)} {said}</p>')
    return "\n".join([*parts, *([end] if end else []), "</article>"])


def _summary(page: Page, report: bool) -> str:
    counts = [
        f'<li class="{kind}"><span aria-hidden="true">{MARKS[kind]}</span> {counted(kind, count)}</li>'
        for kind, count in page.summary().items()
        if count
    ]
    text = f'<ul class="summary" aria-label="Verdicts">{"".join(counts)}</ul>'
    if report:
        text = f'<p class="path">{escape(str(page.path.name))}</p>\n{text}'
        bad = [s for s in page.steps if s.verdict.kind is Kind.REFUTED]
        if bad:
            links = ", ".join(f'<a href="#L{s.place.line}-{s.place.column}">line {s.place.line}</a>' for s in bad)
            text += f'\n<p class="refuted">Refuted: {links}.</p>'
        text += "".join(
            f'\n<p class="undecided">Suspicious in line {w.place.line}: {escape(w.message)}</p>' for w in page.warnings
        )
        if page.conventions:
            items = "".join(f"<li>{escape(convention)}</li>" for convention in page.conventions)
            text += f"\n<details><summary>Conventions</summary><ul>{items}</ul></details>"
    return text


def _chain(chain: Chain, note: int, report: bool) -> str:
    lines = [fragment_of_line(line, note if not report else 0, number=report) for line in chain.lines]
    return '<div class="chain">\n' + "\n".join(lines) + "\n</div>"


def fragment_of_line(line: Line, note: int = 0, *, number: bool = False) -> str:
    """One line of a chain with its verdict and justification."""
    step = line.step
    kind = step.verdict.kind.value if step is not None else "none"
    goes_on = " goes-on" if line.first is None and line.relation is not None else ""
    place = f' id="{f"n{note}-" if note else ""}L{step.place.line}-{step.place.column}"' if step is not None else ""
    shown = formula_of_line(line)
    text = f'<div class="line {kind}{goes_on}"{place}>'
    if number:
        text += f'<span class="number">{step.place.line if step is not None else ""}</span>'
    text += f'<div class="formula" tabindex="0" role="group">{shown}</div>' if shown else ""
    if step is not None:
        text += f'<div class="why">{mark(step)} {why_of_line(line)}</div>'
        if (found := finding(step)) is not None:
            text += _details(found, step)
    return text + "</div>"


def formula_of_line(line: Line) -> str:
    """The formula of a line, set; its source where it could not be read."""
    if line.source:
        return f"<code>{escape(line.source)}</code>"
    label = [_beside(line.label)] if line.label else []
    links = (tree.Link(_NOWHERE, line.relation, line.right),) if line.relation is not None else ()
    chain = tree.Chain(_NOWHERE, line.first, links)
    parts = (*label, chain, *line.aside)
    return math(tree.Sequence(_NOWHERE, parts, (r"\quad",) * (len(parts) - 1)), display=True)


def _beside(nodes: tuple[tree.Node, ...]) -> tree.Node:
    if len(nodes) == 1:
        return nodes[0]
    return tree.Product(_NOWHERE, tuple(tree.Factor(_NOWHERE, "", "", node) for node in nodes))


def mark(step: Step) -> str:
    """The sign of a verdict for those who see it, and its name for those who hear it."""
    kind = step.verdict.kind
    return f'<span class="mark" aria-hidden="true">{MARKS[kind]}</span><span class="spoken">{kind.value}: </span>'


def why_of_line(line: Line) -> str:
    """The justification of a line."""
    if line.why:
        return words("; ".join(line.why))
    return line.step.verdict.kind.value if line.step is not None else ""


def _details(found: Finding, step: Step) -> str:
    """What is wrong, folded below its line; of what is undecided or unread the reason is always open."""
    rows = [f"<p>{_said(text)}</p>" for text in found.rest]
    if found.correction:
        rows.append(f'<p>True would be:</p><div class="formula">{_latex(found.correction, display=True)}</div>')
    if step.verdict.kind is not Kind.REFUTED:
        return f'<div class="finding"><p>{_said(found.head)}</p>{"".join(rows)}</div>'
    return f'<details class="finding"><summary>{_said(found.head)}</summary>{"".join(rows)}</details>'


def _said(sentence: str) -> str:
    return "".join(_latex(part) if is_formula else escape(part) for is_formula, part in formulas_in(sentence))


def words(text: str) -> str:
    """Words with formulas between dollars."""
    return "".join(_latex(part) if is_formula else escape(part) for is_formula, part in segments(text))


def _latex(text: str, *, display: bool = False) -> str:
    rows = parse_block(Formula.of(text))
    if any(isinstance(row, tree.UnreadRow) for row in rows):
        return f"<code>{escape(text)}</code>"
    return "".join(math(row, display=display) for row in rows)


def _inlines(content: Iterable[Inline]) -> str:
    text = ""
    for part in content:
        if isinstance(part, Span):
            tag = _TAGS.get(part.style)
            text += f"<{tag}>{escape(part.text)}</{tag}>" if tag else escape(part.text)
        else:
            text += "".join(math(row) for row in part)
    return text


def _plain(content: Iterable[Inline]) -> str:
    text = "".join(p.text if isinstance(p, Span) else "".join(linear(row) for row in p) for p in content)
    return re.sub(r"\s+", " ", text).strip()
