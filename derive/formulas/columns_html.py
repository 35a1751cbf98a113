"""Functions in three columns that stay in step: what a line computes, what proves it, and the line itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from derive.formulas.columns import Band, CodeLine, Function, ProvedOutput
from derive.formulas.html import formula_of_line, mark, why_of_line
from derive.formulas.page import Line
from derive.terms import Tensor
from derive.unicode import shown

__all__ = ["SCRIPT", "STYLE", "functions_html"]

_NAME = re.compile(r"(?<![.\w])[A-Za-z_]\w*")

STYLE = """\
.function { margin-top: 2.2rem; }
.columns { width: min(94vw, 100rem); margin: 1rem calc(50% - min(47vw, 50rem)); }
.row, .heads { display: grid; gap: 0 1.4rem; padding: .3rem .5rem;
  grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr) minmax(0, 1.35fr); align-items: center; }
.heads { color: var(--faint); font-size: .85rem; border-bottom: 1px solid var(--line); }
.row.first { border-top: 1px solid var(--line); }
.row.rest .code { grid-column: 2 / -1; justify-self: end; max-width: 100%; }
.heads + .row.first { border-top: 0; }
.row.lit, .row:target { background: var(--soft); box-shadow: inset 3px 0 0 var(--definition); }
.row .line { grid-template-columns: minmax(0, 1fr); padding: 0; }
.row .math { overflow-x: auto; overflow-y: hidden; font-size: .95rem; }
.row .math math { width: max-content; margin: 0; text-align: left; }
.row .stated { padding: .2rem 0 .5rem; font-size: 1.05rem; }
.row .proof { font-size: .88rem; line-height: 1.45; color: var(--faint); min-width: 0; }
.row .proof ol { list-style: none; margin: 0; padding: 0; }
.row .proof li { padding: .15rem 0; overflow-x: auto; }
.row .proof math { color: var(--text); }
.function pre { margin: 0; overflow-x: auto; font-size: .85rem; line-height: 1.5; padding: .1rem 0; }
.function pre code { background: none; padding: 0; font-size: inherit; overflow-wrap: normal; }
.function pre a { color: inherit; text-decoration: none; border-bottom: 1px dotted var(--faint); }
.function pre a:hover, .function pre a:focus-visible { color: var(--definition); border-bottom-style: solid; }
.function details { margin: .4rem 0; font-size: .92rem; }
.function details pre { padding: .4rem .6rem; background: var(--soft); }
.function summary { cursor: pointer; color: var(--faint); }
math .name { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .8em; }
@media (max-width: 60rem) {
  .columns { width: auto; margin: 1rem 0; }
  .heads { display: none; }
  .row { grid-template-columns: minmax(0, 1fr); gap: .2rem; padding: .5rem; }
  .row .code { border-left: 2px solid var(--line); padding-left: .6rem; }
  .row.rest .code { grid-column: auto; justify-self: stretch; }
  .function pre { white-space: pre-wrap; }
}
@media print { .columns { width: auto; margin: 0; } .row { break-inside: avoid; }
  .function pre { white-space: pre-wrap; overflow: visible; } }
"""

SCRIPT = """\
// Pointing at a term of the code, or reaching it with the keyboard, lights up the rows that prove it.
for (const section of document.querySelectorAll(".function")) {
  const rows = [...section.querySelectorAll(".row")];
  const light = (event) => {
    const term = event.target.closest("a[data-name]");
    for (const row of rows) {
      const proves = term !== null && row.dataset.proves !== undefined
        && term.dataset.serves.split(" ").includes(row.dataset.proves);
      row.classList.toggle("lit", proves || (term !== null && row.dataset.name === term.dataset.name));
    }
  };
  for (const kind of ["mouseover", "focusin", "click"]) section.addEventListener(kind, light);
  section.addEventListener("mouseleave", () => rows.forEach((row) => row.classList.remove("lit")));
}
"""


def functions_html(functions: Sequence[Function], note: int) -> str:
    """The functions of a note, to stand at the end of its article."""
    return "\n".join(["<h2>The functions</h2>", *(_function(function, f"n{note}") for function in functions)])


def _function(function: Function, note: str) -> str:
    place = f"{note}-{function.name}"
    rows = [row for band in function.bands for row in _band(band, function, place, note)]
    head = escape("\n".join(function.head))
    parts = [
        f'<section class="function" aria-labelledby="{place}">',
        f'<h3 id="{place}"><code>{escape(function.name)}</code></h3>',
        f"<p>{escape(function.summary)}</p>" if function.summary else "",
        f"<details><summary>Signature and checks of the input</summary><pre><code>{head}</code></pre></details>",
        '<div class="columns">',
        '<div class="heads" aria-hidden="true"><span>Mathematics</span><span>Proof</span><span>NumPy</span></div>',
        *rows,
        f'<div class="row first rest"><div class="code">{_pre(function.tail)}</div></div>',
        "</div>",
        _rewrites(function),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _band(band: Band, function: Function, place: str, note: str) -> Iterator[str]:
    for number, line in enumerate(band.code):
        output = band.output if number == len(band.code) - 1 else None
        if output is not None:
            proof = _proof(output, note)
        elif number == 0:
            proof = _needed(band.serves, place)
        else:
            proof = ""
        yield _row(line, output, proof, function, place, first=number == 0)


def _row(
    line: CodeLine, output: ProvedOutput | None, proof: str, function: Function, place: str, *, first: bool
) -> str:
    proves = f' data-proves="{output.name}"' if output is not None else ""
    stated = f'<div class="math stated">{_equation(output)}</div>' if output is not None else ""
    computed = f'<div class="math">{line.formula}</div>' if line.formula else ""
    return (
        f'<div class="row{" first" if first else ""}" id="{place}-{line.name}" data-name="{line.name}"{proves}>'
        f'<div tabindex="0" role="group" aria-label="Mathematics">{stated}{computed}</div>'
        f'<div class="proof">{proof}</div><div class="code">{_code(line, function, place)}</div></div>'
    )


def _equation(output: ProvedOutput) -> str:
    """What the note says the output is: the beginning of its proof and the end."""
    first, last = output.rows[0], output.rows[-1]
    return formula_of_line(Line(first.first, last.relation, last.right, last.source))


def _proof(output: ProvedOutput, note: str) -> str:
    rows = []
    for row in output.rows:
        step = row.step
        if step is None:
            continue
        where = f'<a href="#{note}-L{step.place.line}-{step.place.column}">line {step.place.line}</a>'
        formula = formula_of_line(Line(None, row.relation, row.right, row.source)) if len(output.rows) > 1 else ""
        rows.append(f"<li>{formula} {mark(step)} {why_of_line(row)} <small>({where})</small></li>")
    return f"<ol>{''.join(rows)}</ol>"


def _needed(serves: Sequence[str], place: str) -> str:
    names = [f'<a href="#{place}-{name}"><code>{name}</code></a>' for name in serves]
    return f"for {' and '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}" if names else ""


def _code(line: CodeLine, function: Function, place: str) -> str:
    return _pre(tuple(_linked(text, function, place) for text in line.lines), escaped=True)


def _pre(lines: Sequence[str], *, escaped: bool = False) -> str:
    shift = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    text = "\n".join(line[shift:] for line in lines)
    return f"<pre><code>{text if escaped else escape(text)}</code></pre>"


def _linked(text: str, function: Function, place: str) -> str:
    """A line of code whose names lead to the rows that compute and prove them."""
    shown, at = "", 0
    for match in _NAME.finditer(text):
        name = match.group()
        if name in function.names:
            serves = " ".join(function.names[name])
            link = f'<a href="#{place}-{name}" data-name="{name}" data-serves="{serves}">{name}</a>'
            shown += escape(text[at : match.start()]) + link
            at = match.end()
    return shown + escape(text[at:])


def _rewrites(function: Function) -> str:
    if not function.rewrites:
        return ""
    items = "".join(
        f"<li>{escape(each.name)}: <code>{escape(shown(Tensor((), each.pattern)))} = "
        f"{escape(shown(Tensor((), each.replacement)))}</code>, {escape(each.why)}</li>"
        for each in function.rewrites
    )
    head = "Rewritten for floating point, each proved for all values"
    return f"<details><summary>{head}</summary><ul>{items}</ul></details>"
