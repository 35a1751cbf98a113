"""What the reader makes of formulas as people write them, and what it says of those it cannot read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.reading.latex import MAX_LENGTH, Formula, Macros, parse_block, read_macros
from derive.reading.tree import (
    Factor,
    Ignored,
    Name,
    Node,
    Product,
    Row,
    Text,
    Unread,
    UnreadRow,
    children,
    depth,
    sexpr,
)

ROWS = [
    tuple(block.rsplit("\n⊢ ", 1)) for block in Path(__file__).with_name("rows.txt").read_text("utf-8").split("\n\n")
]


def read(text: str) -> list[Row | UnreadRow]:
    return parse_block(Formula.of(text))


def only(text: str) -> Row:
    (row,) = read(text)
    assert isinstance(row, Row)
    return row


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from nodes(child)


def shown(text: str) -> str:
    return " / ".join(map(sexpr, read(text)))


@pytest.mark.parametrize(("source", "expected"), ROWS)
def test_reads_what_people_write(source: str, expected: str) -> None:
    assert shown(source) == expected.rstrip("\n")


@pytest.mark.parametrize("source", [source for source, _ in ROWS])
def test_nodes_lie_inside_their_rows(source: str) -> None:
    for row in read(source):
        assert source[row.span.start : row.span.end] == row.source
        for node in nodes(row):
            if not isinstance(node, Ignored):
                assert row.span.start <= node.span.start <= node.span.end <= row.span.end


# Places ---------------------------------------------------------------------------------------------------------------


def test_relations_and_right_sides_know_their_places() -> None:
    text = "\\begin{aligned}\na &= b \\\\\n  &\\le\n   c + d\n\\end{aligned}"
    first, second = parse_block(Formula.of(text, "n.md", 10, 5))
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    link = first.statements[0].links[0]
    assert (link.relation.span.line, link.relation.span.column) == (11, 4)
    assert link.right is not None
    assert (link.right.span.line, link.right.span.column) == (11, 6)
    link = second.statements[0].links[0]
    assert second.statements[0].first is None
    assert (link.relation.symbol, link.relation.written, link.relation.span.line) == (r"\le", r"\le", 12)
    assert link.right is not None
    assert (link.right.span.line, link.right.span.column) == (13, 4)
    assert text[link.right.span.start : link.right.span.end] == "c + d"


def test_a_formula_inside_a_line_has_its_column() -> None:
    formula = Formula.of(r"x = \foo", "n.md", 3, 20)
    row = parse_block(formula)[0]
    assert isinstance(row, Row)
    right = row.statements[0].links[0].right
    assert isinstance(right, Unread)
    assert str(formula.place(right.span)) == "n.md:3:24"
    assert formula.place(right.span).caret() == " " * 19 + "x = \\foo\n" + " " * 23 + "^"


def test_sides_are_quoted_exactly() -> None:
    text = r"J = -\frac{1}{T} \sum_t \log P(w_t) \quad \text{(mean)}"
    row = only(text)
    right = row.statements[0].links[0].right
    assert right is not None
    assert text[right.span.start : right.span.end] == r"-\frac{1}{T} \sum_t \log P(w_t)"
    assert [note.text for note in row.statements[0].after] == ["(mean)"]


def test_macros_have_the_place_of_the_call() -> None:
    macros: Macros = {}
    read_macros(r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}} % a comment", macros)
    text = r"a = \pd{J}{v}"
    (row,) = parse_block(Formula.of(text), macros)
    assert isinstance(row, Row)
    right = row.statements[0].links[0].right
    assert right is not None
    assert sexpr(right) == r"(frac (* \partial J) (* \partial v))"
    assert right.span.start == 4


# What is kept ---------------------------------------------------------------------------------------------------------


def test_decorations_are_recorded_from_the_outside_in() -> None:
    side = only(r"\hat{\bm{y}}").statements[0].first
    assert isinstance(side, Name)
    assert (side.base, side.decorations) == ("y", ("hat", "bm"))


def test_runs_of_letters_are_marked() -> None:
    side = only("PMI x").statements[0].first
    assert isinstance(side, Product)
    letters = [factor.node for factor in side.factors]
    assert [(n.run, n.at) for n in letters if isinstance(n, Name)] == [("PMI", 0), ("PMI", 1), ("PMI", 2), ("", 0)]


def test_spaces_between_factors_are_recorded() -> None:
    side = only(r"a\,b c \quad \cdot d").statements[0].first
    assert isinstance(side, Product)
    assert [(f.operator, f.space) for f in side.factors if isinstance(f, Factor)] == [
        ("", ""),
        ("", r"\,"),
        ("", ""),
        (r"\cdot", r"\quad"),
    ]


def test_tags_layout_and_comments_are_listed() -> None:
    row = only("a \\displaystyle = b. \\tag{3} \\label{eq:x} % why\n")
    assert [(tag.command, tag.text) for tag in row.tags] == [(r"\tag", "3"), (r"\label", "eq:x")]
    assert {ignored.text for ignored in row.ignored} >= {r"\displaystyle", ".", "% why"}


def test_labels_texts_and_separators() -> None:
    row = only(r"\text{so } A: x = 1, \quad \text{where } y = 2 \text{ and } z = 3")
    first, second, third = row.statements
    assert sexpr(first) == "{'so ' A : x = 1}"
    assert (second.separator, [t.text for t in second.before]) == (",", ["where "])
    assert sexpr(third) == "{' and ' z = 3}"


def test_circled_numbers_begin_statements() -> None:
    row = only(r"\textcircled{1} (a^x)' = a^x \ln a ② (e^x)' = e^x")
    assert [sexpr(s) for s in row.statements] == ["{'1' (((a ^x)) ') = (* (a ^x) ln a)}", "{'2' (((e ^x)) ') = (e ^x)}"]
    assert all(isinstance(text, Text) and text.kind == "circled" for s in row.statements for text in s.before)


def test_annotated_relations() -> None:
    row = only(r"a \overset{(1)}{=} b \xrightarrow{n} c \stackrel{\mathrm{def}}{=} d")
    assert [(k.relation.symbol, k.relation.annotation) for k in row.statements[0].links] == [
        ("=", "(1)"),
        (r"\to", "n"),
        ("=", r"\mathrm{def}"),
    ]


# What cannot be read --------------------------------------------------------------------------------------------------

UNREAD = [
    (r"a = \simga(x) = b", r"\simga is not known here; did you mean \sigma?", r"\simga"),
    (r"a = b + ", "something is missing after +", "+"),
    (r"x^2^3", "a second ^ after the first", "^"),
    (r"a = = b", "nothing stands between = and =", "="),
    (r"\frac{a} = b", r"something is missing after }", "}"),
    (r"\frac{a} + b", r"+ cannot stand here after }", "+"),
    (r"a \cdot\cdot b", r"\cdot cannot stand here after \cdot", r"\cdot"),
    ("a # b", "# is not known here", "#"),
    ("a ☃ b", "the character ☃ (U+2603) is not known here", "☃"),
    (r"\tag{", r"the { after \tag is never closed", r"\tag"),
    (r"\def\a{\a}\a", r"\a expands without end", r"\a"),
]


@pytest.mark.parametrize(("source", "message", "token"), UNREAD)
def test_the_token_that_stopped_the_reader_is_named(source: str, message: str, token: str) -> None:
    unread = [node for row in read(source) for node in nodes(row) if isinstance(node, Unread)]
    assert [(node.message, node.token) for node in unread] == [(message, token)]


BROKEN = [
    (r"f(x = 1", "( is never closed", 1),
    (r"f x) = 1", ") closes nothing", 1),
    (r"\left( a = 1", r"\left( is never closed", 1),
    (r"( a \right) = 1", r"\right) does not close (", 1),
    ("(a]+[b} = 2", "} does not close [", 1),
    (r"\begin{cases} a = 1", r"\begin{cases} is never closed", 1),
    (r"\begin{tikzcd} a \end{tikzcd} = 1", "the environment tikzcd is not known here", 1),
    (r"x = {a & b}", "this & stands inside brackets", 1),
]


@pytest.mark.parametrize(("source", "message", "relations"), BROKEN)
def test_brackets_that_do_not_match_are_named(source: str, message: str, relations: int) -> None:
    (row,) = read(source)
    assert isinstance(row, UnreadRow)
    assert row.message == message
    assert len(row.relations) == relations


def test_an_unread_row_spoils_no_other_row() -> None:
    rows = read("\\begin{align} a &= b \\\\ \\frac{c &= d = e \\\\ f &= (g \\\\ h &= \\substack{i \\\\ j} \\end{align}")
    assert [isinstance(row, UnreadRow) for row in rows] == [False, True, True, False]
    assert isinstance(rows[1], UnreadRow)
    assert rows[1].message == "{ is never closed" or rows[1].message == "this & stands inside brackets"


def test_an_unread_side_spoils_no_other_side() -> None:
    assert shown(r"a = \foo = b") == r"{a = (unread '\\foo is not known here') = b}"


def test_an_environment_without_end_is_reported_and_the_rows_are_read() -> None:
    rows = read("\\begin{aligned} a &= b \\\\ &= c")
    assert [type(row) for row in rows] == [UnreadRow, Row, Row]
    assert rows[0].span.line == 1
    assert isinstance(rows[0], UnreadRow)
    assert rows[0].message == r"\begin{aligned} has no \end{aligned}"


# Limits ---------------------------------------------------------------------------------------------------------------


def test_long_formulas_are_refused() -> None:
    with pytest.raises(DeriveError, match="100001 characters; split it"):
        read("x" * (MAX_LENGTH + 1))


@pytest.mark.parametrize("opening", ["(", "a{", r"\left(", "x^{", r"\frac{1}{", r"\sqrt{", r"\begin{cases}", "["])
def test_deep_nesting_is_refused(opening: str) -> None:
    closing = {"(": ")", r"\left(": r"\right)", r"\begin{cases}": r"\end{cases}", "[": "]"}.get(opening, "}")
    shallow, deep = (opening * n + "x" + closing * n for n in (50, 70))
    assert not [n for row in read(shallow) for n in nodes(row) if isinstance(n, Unread | UnreadRow)]
    (row,) = read(deep)
    assert isinstance(row, UnreadRow)
    assert row.message == "brackets are nested deeper than 60 here"


def test_deep_trees_without_brackets_are_refused() -> None:
    row = only(r"\hat" * 5000 + "{xy}")
    assert isinstance(row.statements[0].first, Unread)
    assert row.statements[0].first.message == "the formula is nested too deep"
    assert depth(only("-" * 40 + "x")) < 200


GROWING = ["|x", "(", "{", "x^", "<x", "-", r"\left(", "①", r"\text{$", r"\def\a{\a\a}\a", r"\mathop{", "a,", "=\\\\"]
GROWING += ["(\\\\", r"\quad ", r"\limits", r"\overset{", "{a\\over", r"\foo ", r"\begin{cases}", "a=b\\\\&+c\\\\"]
GROWING += [r"\tag{", "||", r"\arg", r"\substack{"]


@pytest.mark.slow  # a time, so not for every run
@pytest.mark.parametrize("unit", GROWING)
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        start = time.process_time()
        read(text)
        return time.process_time() - start

    seconds(1_000)
    # Ten times the text may take ten times as long, and the machine may be busy; a hundred times is quadratic.
    assert seconds(20_000) < 60 * max(min(seconds(2_000) for _ in range(3)), 0.005)


@pytest.mark.slow  # a time, so not for every run
def test_a_row_takes_a_few_milliseconds() -> None:
    text = r"\frac{\partial J}{\partial v_c} = -u_o"
    text += r" + \sum_{w=1}^{V} \frac{\exp(u_w^\top v_c)}{\sum_x \exp(u_x^\top v_c)} u_w"
    text += r" = -u_o + \sum_{w=1}^{V} P(O=w|C=c) u_w = U^\top(\hat{y} - y), \qquad \hat{y}_w = P(O=w|C=c)"
    start = time.process_time()
    for _ in range(20):
        read(text)
    assert (time.process_time() - start) / 20 < 0.025  # 2 ms on an idle machine
