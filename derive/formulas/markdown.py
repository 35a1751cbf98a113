"""Pages as Markdown that renders on code hosts: every chain is a ``$$`` block with its justifications beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from derive.derivation import Kind
from derive.formulas.page import Chain, Line, Page
from derive.formulas.prose import Block, Inline, Span
from derive.formulas.source import for_markdown, formula, safe, segments, tex, tex_of_text
from derive.formulas.verdicts import MARKS, finding, formulas_in, tally

__all__ = ["markdown"]

_SIGNS = {
    Kind.PROVED: r"\checkmark", Kind.REFUTED: r"\times", Kind.UNDECIDED: r"\text{?}", Kind.UNREAD: r"\ldots",
    Kind.DEFINITION: "",
}  # fmt: skip
WIDTH = 44
BREAK = r" \\ "
_SUFFIX = re.compile(r"\w+")
_SPECIAL = re.compile(r"([\\`*_\[\]<>$|])")


def markdown(pages: Iterable[Page]) -> str:
    """All pages, one after the other."""
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
                yield f"*{tally(page.summary())}*"
    if not summed:
        yield f"*{tally(page.summary())}*"
    for step in page.elsewhere:
        yield f"> {MARKS[step.verdict.kind]} line {step.place.line}: {_escaped(step.verdict.reason)}"


def _chain(chain: Chain) -> str:
    """The lines that were read as one block, the others as the code they are."""
    read = [line for line in chain.lines if not line.source]
    blocks = [f"```latex\n{line.source.replace('```', chr(39) * 3)}\n```" for line in chain.lines if line.source]
    aligned = any(line.relation is not None for line in read)
    rows = []
    for line in read:
        why = _why(line)
        rows.append(for_markdown(formula(line, "&" if aligned else "")) + (f" && {why}" if why and aligned else ""))
    body = " \\\\\n".join(rows)
    if rows:
        blocks.insert(0, f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$" if aligned else f"$$\n{body}\n$$")
    return "\n\n".join(blocks)


def _why(line: Line) -> str:
    if line.step is None:
        return ""
    kind = line.step.verdict.kind
    reasons = line.why or (() if kind is Kind.PROVED else (kind.value,))
    rows = [
        "".join(for_markdown(part if ok else rf"\text{{{tex_of_text(part)}}}") for ok, part in segments(row))
        for row in _packed(reasons)
    ]
    text = rows[0] if len(rows) == 1 else rf"\begin{{array}}{{l}}{BREAK.join(rows)}\end{{array}}" if rows else ""
    return rf"\quad {_SIGNS[kind]}\ {text}".replace(r"\quad \ ", r"\quad ")


def _packed(reasons: tuple[str, ...]) -> Iterator[str]:
    """The reasons in rows that are short enough to stand beside a formula."""
    row = ""
    for reason in reasons:
        if row and len(row) + len(reason) > WIDTH:
            yield f"{row};"
            row = reason
        else:
            row = f"{row}; {reason}" if row else reason
    if row:
        yield row


def _findings(chain: Chain) -> Iterator[str]:
    for line in chain.lines:
        if line.step is None or (found := finding(line.step)) is None:
            continue
        kind = line.step.verdict.kind
        lines = [f"**{MARKS[kind]} line {line.step.place.line}, {kind.value}**: {_said(found.head)}"]
        lines += [_said(text) for text in found.rest]
        if found.correction:
            written = safe(found.correction)
            code = found.correction.replace("`", "'")
            lines.append("true would be: " + (f"${for_markdown(written).strip()}$" if written else f"`{code}`"))
        yield "\n>\n".join(f"> {text}" for text in lines)


def _said(sentence: str) -> str:
    parts = ((safe(part) if is_formula else None, part) for is_formula, part in formulas_in(sentence))
    return "".join(f"${for_markdown(written).strip()}$" if written else _escaped(part) for written, part in parts)


def _block(block: Block) -> str:
    text = "".join(_inline(part) for part in _closed(block.content))
    prefix = "#" * block.level + " " if block.level > 0 else "- " if block.level < 0 else ""
    return prefix + text


def _closed(content: tuple[Inline, ...]) -> Iterator[Inline | str]:
    """``$i$th`` is no formula to code hosts: letters that follow one at once come into it."""
    rest = list(content)
    for at, part in enumerate(rest):
        following = rest[at + 1] if at + 1 < len(rest) else None
        begins = _SUFFIX.match(following.text) if isinstance(following, Span) and following.style == "plain" else None
        if isinstance(part, Span) or begins is None:
            yield part
        else:
            formula = _inline(part)[1:-1]
            yield f"${formula}\\text{{{tex_of_text(begins.group())}}}$"
            rest[at + 1] = Span(begins.string[begins.end() :])


def _inline(part: Inline | str) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, Span):
        return f"${for_markdown(' '.join(tex(row) for row in part)).strip()}$"
    marks = {"strong": "**", "emphasis": "*", "code": "`"}.get(part.style, "")
    return f"{marks}{part.text if part.style == 'code' else _escaped(part.text)}{marks}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
