"""The half of the lexer that follows brackets, bars and environments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from derive.reading import symbols
from derive.reading.scanner import MAX_DEPTH, Token
from derive.reading.terminals import Broken, Frame, State, Terminal, Want, braces, later_bars, twin
from derive.reading.tree import Ignored, Mark, Span

_BEGINS_OPERAND = frozenset({"ATOM", "BIGOP", "FRAC", "BINOM", "STACK", "SQRT", "ACCENT", "LBRACE", "OPEN", "ENVBEGIN"})
_HALF_OPEN = ({"(", "]"}, {"[", ")"})


class Delimiters:
    """What is open, what stands just before, and the terminals made so far."""

    def __init__(self, tokens: list[Token], text: str, span: Callable[[int, int], Span]) -> None:
        self.tokens = tokens
        self.text = text
        self.span = span
        self.pairs = braces(tokens)
        self.later = later_bars(tokens)
        self.at = 0
        self.peeked = 0
        self.solid = 0  # how far ``operand_follows`` has looked: no spaces are passed twice
        self.out: list[Terminal] = []
        self.ignored: list[Ignored] = []
        self.frames = [Frame("root")]
        self.state = State.START
        self.space = ""

    # What the other half builds on ----------------------------------------------------------------------------------

    def place(self, token: Token) -> Span:
        return self.span(token.start, token.end)

    def emit(self, kind: str, token: Token, data: object) -> None:
        depth = len(self.frames) - 1
        if self.space and kind in _BEGINS_OPERAND and self.state in (State.END, State.FUNCTION):
            self.out.append(Terminal("GAP", ("", self.space), self.place(token), depth))
        self.out.append(Terminal(kind, data, self.place(token), depth, self.space, token.text))
        self.space = ""

    def operand(self, after: State = State.END) -> None:
        """An operand is complete: it may be the argument that a command or a script was waiting for."""
        self.state = after
        wants = self.frames[-1].wants
        while wants:
            wants[-1].count -= 1
            if wants[-1].count:
                self.state = State.ARGUMENT
                return
            saved = wants.pop().saved
            if saved is not None:
                self.state = saved
                return
            self.state = State.END

    def want(self, kind: str, token: Token, data: object, count: int) -> None:
        self.emit(kind, token, data)
        self.frames[-1].wants.append(Want(count))
        self.state = State.ARGUMENT

    def peek(self) -> Token | None:
        """The next token that is neither space nor layout; its index goes to ``peeked``."""
        self.peeked = self.at
        while self.peeked < len(self.tokens) and self.tokens[self.peeked].kind in ("space", "ignored"):
            self.peeked += 1
        return self.tokens[self.peeked] if self.peeked < len(self.tokens) else None

    def jump(self, index: int) -> None:
        """Take everything before ``index``; layout on the way is listed."""
        for token in self.tokens[self.at : index]:
            if token.kind == "ignored":
                self.ignored.append(Ignored(self.place(token), token.text))
        self.at = index

    def is_exponent(self) -> bool:
        """Whether the next token is all of a script: ``^*``.  A command such as ``\\frac`` takes no bare sign."""
        wants = self.frames[-1].wants
        return self.state is State.ARGUMENT and wants[-1].saved is not None

    def in_script(self) -> bool:
        return self.is_exponent() or any(frame.script for frame in self.frames)

    def between(self, state: State) -> None:
        """After a sign that ends an operand: arguments that are still missing do not come any more."""
        self.frames[-1].wants.clear()
        self.state = state

    def closes_next(self, ends: str = ")]},;&|") -> bool:
        """Whether nothing follows in these brackets, or a separator."""
        following = self.peek()
        if following is None or following.kind in ("end", "break", "tag"):
            return True
        if following.kind == "command":
            bars = (r"\|", r"\Vert") if "|" in ends else ()
            return following.text in symbols.CLOSERS or following.text in (r"\right", r"\mid", *bars)
        return following.kind == "sign" and following.text in ends

    def alone(self, name: str) -> bool:
        """Whether an operator has no operands: ``f(\\cdot)``, ``x^{*}``, ``\\theta^{t+}``."""
        frame = self.frames[-1]
        if self.state is State.START and (frame.kind != "root" or not self.out):
            # In (-|x|) the bar opens; in f(\cdot|x) it separates.
            return self.closes_next(")]},;&" if name in symbols.PREFIX_SIGNS else ")]},;&|")
        return self.state is State.END and frame.script and name in ("*", "+", "-") and self.closes_next()

    def operand_follows(self) -> bool:
        """Whether a new operand begins next; a sign goes on with the old one."""
        index = max(self.at, self.solid)
        while index < len(self.tokens) and (
            self.tokens[index].kind in ("space", "ignored")
            or self.tokens[index].text in symbols.THIN_SPACES
            or self.tokens[index].text in symbols.WIDE_SPACES
        ):
            index += 1
        self.solid = index
        if index == len(self.tokens):
            return False
        following = self.tokens[index]
        if following.kind == "sign":
            return following.text in "([{|"
        if following.kind != "command":
            return following.kind in ("letters", "number", "words", "text", "circled", "begin", "error")
        return not any(
            following.text in table
            for table in (symbols.RELATIONS, symbols.SIGNS, symbols.OPERATORS, symbols.CLOSERS, symbols.SEPARATING_BARS)
        ) and following.text not in (r"\right", r"\middle", r"\not", r"\over", *symbols.OPERATOR_SYNONYMS)

    def only_brackets(self) -> bool:
        """Whether what is open may be closed in the next row."""
        return all(frame.kind in ("root", "bracket", "bar", "left") for frame in self.frames)

    def cell_ends_next(self) -> bool:
        following = self.peek()
        return following is None or following.kind in ("break", "end") or following.text in ("&", "}")

    def finish(self) -> None:
        """The end of the row: nothing may be open."""
        self._drop_bars()
        frame = self.frames[-1]
        if frame.opener is not None:
            raise Broken(f"{shown(frame.opener)} is never closed", frame.opener)

    # Opening and closing --------------------------------------------------------------------------------------------

    def push(self, kind: str, token: Token, closes: str) -> None:
        if len(self.frames) > MAX_DEPTH:
            raise Broken(f"brackets are nested deeper than {MAX_DEPTH} here", token)
        script = False
        if kind == "brace":
            script = self.is_exponent()
        self.frames.append(Frame(kind, token, closes, len(self.out) - 1, script))
        self.state = State.START

    def pop(self) -> None:
        """Leave the innermost brackets; ``{a \\over b}`` becomes a fraction."""
        frame = self.frames.pop()
        if frame.over is None:
            return
        middle, command = frame.over
        top, bottom = self.out[frame.at + 1 : middle], self.out[middle:]
        depth, place = len(self.frames) + 1, self.out[frame.at].span

        def made(kind: str, data: object = "") -> Terminal:
            return Terminal(kind, data, place, depth)

        if command == r"\atop":
            made_rows = [*top, made("ROWSEP"), *bottom]
            inner = [made("ENVBEGIN", ("atop", "")), *made_rows, made("ENVEND")]
        else:
            kind = "BINOM" if command == r"\choose" else "FRAC"
            left, right = (made("LBRACE"), made("RBRACE")), (made("LBRACE"), made("RBRACE"))
            inner = [made(kind, command), left[0], *top, left[1], right[0], *bottom, right[1]]
        self.out[frame.at + 1 :] = inner

    def _drop_bars(self) -> None:
        """A bar that was taken for an opening one, but is closed by nothing, was a separator."""
        while self.frames[-1].kind == "bar":
            frame = self.frames.pop()
            bar = self.out[frame.at]
            bar.type, bar.data = ("LISTSEP" if bar.depth == 0 else "SEP"), _separator(frame.closes)
            for terminal in self.out[frame.at + 1 :]:
                terminal.depth -= 1

    def _closing(self, token: Token, closes: str, *kinds: str) -> Frame:
        self._drop_bars()
        frame = self.frames[-1]
        if frame.kind not in kinds or frame.opener is None:
            if frame.opener is None:
                raise Broken(f"{shown(token)} closes nothing", token)
            raise Broken(f"{shown(token)} does not close {shown(frame.opener)}", token)
        if frame.kind == "bracket" and frame.closes != closes and {token.text, frame.opener.text} not in _HALF_OPEN:
            raise Broken(f"{shown(token)} does not close {shown(frame.opener)}", token)
        return frame

    def open_brace(self, token: Token) -> None:
        if self.state is not State.ARGUMENT and self._wraps_one():
            return  # {=} is =, and is read next
        self.emit("LBRACE", token, "{")
        self.push("brace", token, "}")

    def _wraps_one(self) -> bool:
        """Whether the braces hold one relation or text; then they are taken away."""
        following = self.peek()
        if following is None or not (is_relation(following) or following.kind == "text"):
            return False
        inner, kept = self.peeked, self.at
        self.at = inner + 1
        closing = self.peek()
        self.at = kept
        if closing is None or closing.text != "}" or self.peeked not in self.pairs:
            return False
        self.tokens[self.peeked] = replace(closing, kind="space")
        return True

    def close_brace(self, token: Token) -> None:
        frame = self._closing(token, "}", "brace", "env")
        if frame.closes != "}":
            raise Broken(f"}} stands where \\end{{{frame.closes}}} was expected", token)
        if frame.kind == "env":
            self.drop_last_row()
        self.pop()
        self.emit("RBRACE" if frame.kind == "brace" else "ENVEND", token, "}")
        self.operand()

    def drop_last_row(self) -> None:
        """``\\\\`` before the end of a table opens no row."""
        if self.out[-1].type == "ROWSEP":
            self.ignored.append(Ignored(self.out.pop().span, r"\\"))

    def open_bracket(self, token: Token, size: str = "") -> None:
        canonical = symbols.OPENERS[token.text]
        self.emit("OPEN", token, (canonical, size))
        self.push("bracket", token, symbols.PARTNERS[canonical])

    def close_bracket(self, token: Token, _size: str = "") -> None:
        frame = self._closing(token, symbols.CLOSERS[token.text], "bracket", "optional")
        if frame.kind == "optional" and token.text != "]":
            raise Broken(f"{shown(token)} does not close the [ of a root", token)
        self.pop()
        self.emit("CLOSE" if frame.kind == "bracket" else "OPTCLOSE", token, symbols.CLOSERS[token.text])
        if frame.kind == "bracket":
            self.operand()
        else:
            self.state = State.ARGUMENT

    def angle(self, token: Token) -> bool:
        """``<u, v>`` as brackets; False if the sign is a relation."""
        if token.text == ">":
            frame = self.frames[-1]
            if frame.opener is None or frame.opener.text != "<" or self.state is not State.END:
                return False
            self.pop()
            self.emit("CLOSE", token, r"\rangle")
            self.operand()
            return True
        if self.state in (State.END, State.ARGUMENT):
            return False
        level = 0
        for following in self.tokens[self.at : self.at + 40]:
            if following.kind in ("sign", "command"):
                level += following.text in "([{" or following.text in symbols.OPENERS
                level -= following.text in ")]}" or following.text in symbols.CLOSERS
            if level < 0 or is_relation(following):
                if level == 0 and following.text == ">":
                    self.emit("OPEN", token, (r"\langle", ""))
                    self.push("bracket", token, r"\rangle")
                    return True
                return False
        return False

    # \left, \right, \middle, \big -----------------------------------------------------------------------------------

    def _delimiter(self, token: Token) -> tuple[Token, str]:
        following = self.peek()
        table = {**symbols.OPENERS, **symbols.CLOSERS, **symbols.BARS, **symbols.FENCES, ".": "."}
        if following is not None and following.text == r"\ldots" and following.end - following.start == 2:
            dots = following  # "\right.." is a full stop after nothing
            self.tokens[self.peeked] = replace(dots, kind="sign", text=".", start=dots.start + 1)
            return replace(dots, kind="sign", text=".", end=dots.start + 1), "."
        if following is None or following.kind not in ("sign", "command") or following.text not in table:
            raise Broken(f"{token.text} is not followed by a bracket", token)
        self.jump(self.peeked + 1)
        return following, table[following.text]

    def left(self, token: Token) -> None:
        delimiter, canonical = self._delimiter(token)
        whole = replace(token, text=token.text + delimiter.text, end=max(token.end, delimiter.end))
        self.emit("OPEN", whole, (canonical, token.text))
        self.push("left", whole, "")

    def right(self, token: Token) -> None:
        delimiter, canonical = self._delimiter(token)
        whole = replace(token, text=token.text + delimiter.text, end=max(token.end, delimiter.end))
        self._closing(whole, canonical, "left")
        self.pop()
        self.emit("CLOSE", whole, canonical)
        self.operand()

    def middle(self, token: Token) -> None:
        _, canonical = self._delimiter(token)
        self.emit("SEP" if len(self.frames) > 1 else "LISTSEP", token, _separator(canonical))
        self.between(State.START)

    def sized(self, token: Token) -> None:
        """``\\big`` and the like give a size to the bracket that follows; without a bracket they are layout."""
        following = self.peek()
        if following is None or following.kind not in ("sign", "command"):
            self.ignored.append(Ignored(self.place(token), token.text))
            return
        name = following.text
        taken = replace(following, start=following.start)
        if name in symbols.BARS and token.text[-1] in "lr":
            self.jump(self.peeked + 1)
            (self._open_bar if token.text[-1] == "l" else self._close_bar)(taken, symbols.BARS[name], token.text)
        elif name in symbols.BARS and token.text[-1] == "m":
            self.middle(token)
        elif name in symbols.OPENERS or name in symbols.CLOSERS:
            self.jump(self.peeked + 1)
            (self.open_bracket if name in symbols.OPENERS else self.close_bracket)(taken, token.text)
        else:
            self.ignored.append(Ignored(self.place(token), token.text))

    # Bars -----------------------------------------------------------------------------------------------------------

    def bar(self, token: Token) -> None:
        """``|``: opens, closes, separates, or evaluates (``f|_{x=0}``)."""
        index, kind, frame = self.at - 1, symbols.BARS[token.text], self.frames[-1]
        ends = self.state in (State.END, State.FUNCTION) and bool(self.out)
        if twin(self.tokens, index) and not (frame.kind == "bar" and frame.closes == "|" and ends):
            token, kind = replace(token, text="||", end=self.tokens[self.at].end), r"\|"
            self.at += 1
        later = self.later.get(index, 0)
        following = self.peek()
        inside = frame.kind == "bar" and frame.closes == kind
        if self.is_exponent():
            self.emit("ATOM", token, Mark(self.place(token), kind))
            self.operand()
        elif inside and (self.state is State.END or later < 2):
            self._close_bar(token, kind)
        elif self.state is State.END and kind == "|" and following is not None and following.text == "_":
            self.emit("ATOM", token, Mark(self.place(token), "|"))
            self.operand()
        elif later % 2 if self.state is State.END else later:
            self._open_bar(token, kind)
        else:
            self.emit("SEP" if len(self.frames) > 1 else "LISTSEP", token, _separator(kind))
            self.between(State.START)

    def _open_bar(self, token: Token, kind: str, size: str = "") -> None:
        self.emit("OPEN", token, (kind, size))
        self.push("bar", token, kind)

    def _close_bar(self, token: Token, kind: str, _size: str = "") -> None:
        if self.frames[-1].kind != "bar":
            raise Broken(f"{shown(token)} closes nothing", token)
        self.pop()
        self.emit("CLOSE", token, kind)
        self.operand()


def is_relation(token: Token) -> bool:
    return token.kind in ("relation", "sign", "command") and token.text in symbols.RELATIONS


def _separator(bar: str) -> str:
    return "||" if bar == r"\|" else bar


def shown(token: Token) -> str:
    if token.kind in ("begin", "end"):
        return rf"\{token.kind}{{{token.text}}}"
    return token.text
