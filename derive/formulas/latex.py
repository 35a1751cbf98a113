"""Pages as LaTeX: a document of its own, or a fragment to ``\\input`` (which needs amsmath and amssymb)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.derivation import Kind
from derive.formulas.page import Chain, Line, Page
from derive.formulas.prose import Block, Span
from derive.formulas.source import formula, safe, segments, tex, tex_of_text
from derive.formulas.verdicts import finding, formulas_in, tally
from derive.reading import tree

__all__ = ["latex_document", "latex_fragment"]

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
  \makeatletter % letters that this engine has no font for are shown as a box; LuaLaTeX and XeLaTeX may know them
  \def\UTFviii@undefined@err#1{\ensuremath{\square}}
  \makeatother
\fi
\usepackage{amsmath,amssymb,bm}
\usepackage[a4paper,margin=25mm]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.6em}
\begin{document}
"""
_SECTIONS = {1: "section", 2: "subsection", 3: "subsubsection"}
_SIGNS = {
    Kind.PROVED: r"\(\checkmark\)", Kind.REFUTED: r"\(\times\)", Kind.UNDECIDED: "?", Kind.UNREAD: r"\dots{}",
    Kind.DEFINITION: "",
}  # fmt: skip
_STYLES = {"strong": "textbf", "emphasis": "emph", "code": "texttt"}


def latex_document(pages: Iterable[Page]) -> str:
    """A document that compiles as it is."""
    return PREAMBLE + latex_fragment(pages) + "\\end{document}\n"


def latex_fragment(pages: Iterable[Page]) -> str:
    """The same without preamble, to be put into another document."""
    return "\n\n".join("\n\n".join(_page(page)) for page in pages) + "\n"


def _page(page: Page) -> Iterator[str]:
    summed = False
    for block in page.blocks:
        if isinstance(block, Chain):
            yield _chain(block)
            yield from _findings(block)
        else:
            yield _block(block)
            if block.level == 1 and not summed:
                summed = True
                yield rf"\emph{{{tally(page.summary())}}}"
    if not summed:
        yield rf"\emph{{{tally(page.summary())}}}"
    for step in page.elsewhere:
        yield f"{_SIGNS[step.verdict.kind]} line {step.place.line}: {tex_of_text(step.verdict.reason)}"


def _chain(chain: Chain) -> str:
    rows = [f"  {formula(line, '&')}{_why(line)}" for line in chain.lines]
    body = " \\\\\n".join(rows)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"


def _why(line: Line) -> str:
    """The justification as a tag: it moves below a formula that leaves no room for it."""
    if line.step is None:
        return ""
    kind = line.step.verdict.kind
    words = "; ".join(line.why) or (kind.value if kind is not Kind.PROVED else "")
    said = "".join(rf"\({part}\)" if is_formula else tex_of_text(part) for is_formula, part in segments(words))
    shown = f"{_SIGNS[kind]} {said}".strip()
    width = "0.3" if len(words) <= 48 else "0.42"
    if len(words) <= 34:
        return rf" \tag*{{\footnotesize {shown}}}"
    return rf" \tag*{{\parbox{{{width}\linewidth}}{{\raggedleft\footnotesize {shown}}}}}"


def _findings(chain: Chain) -> Iterator[str]:
    for line in chain.lines:
        if line.step is None or (found := finding(line.step)) is None:
            continue
        kind = line.step.verdict.kind
        lines = [rf"\textbf{{line {line.step.place.line}, {kind.value}}}: {_said(found.head)}"]
        lines += [_said(text) for text in found.rest]
        if found.correction:
            written = safe(found.correction)
            shown = rf"\({written}\)" if written else rf"\texttt{{{tex_of_text(found.correction)}}}"
            lines.append(f"true would be: {shown}")
        yield "\\begin{quote}\\small\n" + "\\\\\n".join(lines) + "\n\\end{quote}"


def _said(sentence: str) -> str:
    parts = ((safe(part) if is_formula else None, part) for is_formula, part in formulas_in(sentence))
    return "".join(rf"\({written}\)" if written else tex_of_text(part) for written, part in parts)


def _block(block: Block) -> str:
    text = "".join(_inline(part) for part in block.content)
    if block.level > 0:
        return rf"\{_SECTIONS.get(block.level, 'paragraph')}*{{{text}}}"
    return rf"\textbullet\ {text}" if block.level < 0 else text


def _inline(part: Span | tuple[tree.Row | tree.UnreadRow, ...]) -> str:
    if not isinstance(part, Span):
        return rf"\({' '.join(tex(row) for row in part)}\)"
    text = tex_of_text(part.text)
    return rf"\{_STYLES[part.style]}{{{text}}}" if part.style in _STYLES else text
