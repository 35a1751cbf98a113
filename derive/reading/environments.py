"""The part of the lexer that follows environments, and TeX's own ways to set one thing over another."""

from __future__ import annotations

from dataclasses import replace

from derive.reading import symbols
from derive.reading.delimiters import Delimiters, is_relation, shown
from derive.reading.scanner import Token
from derive.reading.terminals import Broken, State
from derive.reading.tree import Ignored, Relation


class Environments(Delimiters):
    """Tables, rows, stacks and annotated relations."""

    # Environments ---------------------------------------------------------------------------------------------------

    def begin(self, token: Token) -> None:
        name = token.text
        if name in symbols.TRANSPARENT:
            self.ignored.append(Ignored(self.place(token), rf"\begin{{{name}}}"))
            return
        if name not in symbols.TABLES and name not in symbols.ROW_ENVIRONMENTS:
            raise Broken(f"the environment {name} is not known here", token)
        columns = ""
        following = self.peek()
        if following is not None and following.text == "[" and name not in symbols.TABLES - {"array"}:
            inside = self.tokens[self.peeked + 1 : self.peeked + 3]
            if len(inside) == 2 and inside[0].text in ("t", "b", "c") and inside[1].text == "]":
                self.at = self.peeked + 3
                following = self.peek()
        if name in symbols.WITH_COLUMNS and following is not None and self.peeked in self.pairs:
            last = self.pairs[self.peeked]
            columns = "".join(t.text for t in self.tokens[self.peeked + 1 : last])
            self.at = last + 1
        self.emit("ENVBEGIN", token, (name, columns))
        self.push("env", token, name)

    def braced_table(self, token: Token) -> None:
        """``\\substack{a \\\\ b}``, and the old ``\\cases{a & b \\cr c & d}``."""
        following = self.peek()
        if following is None or following.text != "{":
            raise Broken(f"{token.text} is not followed by a brace", token)
        self.jump(self.peeked + 1)
        self.emit("ENVBEGIN", token, (token.text[1:], ""))
        self.push("env", token, "}")

    def end(self, token: Token) -> None:
        if token.text in symbols.TRANSPARENT:
            self.ignored.append(Ignored(self.place(token), rf"\end{{{token.text}}}"))
            return
        frame = self._closing(token, token.text, "env")
        if frame.closes != token.text:
            raise Broken(f"{shown(token)} does not close {shown(frame.opener or token)}", token)
        self.drop_last_row()
        self.pop()
        self.emit("ENVEND", token, token.text)
        self.operand()

    def cell(self, token: Token) -> None:
        """``&`` in a table; in an environment that only sets rows it is mostly there to align relations."""
        aligns = self.frames[-1].closes in symbols.ROW_ENVIRONMENTS
        if aligns and not (self.state is State.END and self.operand_follows()):
            self.ignored.append(Ignored(self.place(token), "&"))
            return
        self.emit("AMP", token, "&")
        self.between(State.START)

    def row_break(self, token: Token) -> None:
        self._drop_bars()
        if self.frames[-1].kind == "env":
            self.emit("ROWSEP", token, token.text)
            self.between(State.START)
        elif self.only_brackets():
            self.ignored.append(Ignored(self.place(token), token.text))
        else:
            raise Broken(f"{token.text} stands inside brackets", token)

    # Fractions and stacks in TeX's own way --------------------------------------------------------------------------

    def over(self, token: Token) -> None:
        frame = self.frames[-1]
        if frame.kind not in ("brace", "left") or frame.over is not None:
            raise Broken(f"{token.text} stands outside braces", token)
        frame.over = (len(self.out), token.text)
        self.ignored.append(Ignored(self.place(token), token.text))
        self.between(State.START)

    def stack(self, token: Token) -> None:
        """``\\overset{a}{=}`` is a relation with a note; over anything else it is a stack."""
        note = self._group(self.at)
        second = self._group(note[1]) if note else None
        if note is None or second is None:
            self.want("STACK", token, token.text, 2)
            return
        base = [t for t in self.tokens[second[0].start : second[0].stop] if t.kind not in ("space", "ignored")]
        if len(base) != 1 or not is_relation(base[0]):
            self.want("STACK", token, token.text, 2)
            return
        self._annotated(token, symbols.RELATIONS[base[0].text], note[0], second[1])

    def arrow(self, token: Token) -> None:
        """``\\xrightarrow[below]{above}``"""
        index = self.at
        while index < len(self.tokens) and self.tokens[index].kind == "space":
            index += 1
        if index < len(self.tokens) and self.tokens[index].text == "[":
            while index < len(self.tokens) and self.tokens[index].text != "]":
                index += 1
            index += 1
        note = self._group(index)
        if note is None:
            raise Broken(f"the argument of {token.text} is missing", token)
        self._annotated(token, symbols.LABELLED_ARROWS[token.text], note[0], note[1])

    def _annotated(self, token: Token, symbol: str, note: range, following: int) -> None:
        words = "".join(t.text for t in self.tokens[note.start : note.stop])
        end = max(token.end, self.tokens[following - 1].end)
        self.jump(following)
        self.relation(replace(token, end=end), symbol, words)

    def relation(self, token: Token, symbol: str, annotation: str = "") -> None:
        """A relation; what is set above it with ``^`` is a note, not an exponent."""
        following = self.peek()
        if following is not None and following.kind == "sign" and following.text in "^_":
            note = self._group(self.peeked + 1)
            if note is not None:
                annotation += "".join(t.text for t in self.tokens[note[0].start : note[0].stop])
                token = replace(token, end=max(token.end, self.tokens[note[1] - 1].end))
                self.jump(note[1])
        written = self.text[token.start : token.end]
        self.emit("RELATION", token, Relation(self.place(token), symbol, written, annotation))
        self.between(State.START)

    def _group(self, index: int) -> tuple[range, int] | None:
        """The inside of the argument at ``index`` and the index behind it; the argument may be one token."""
        while index < len(self.tokens) and self.tokens[index].kind in ("space", "ignored"):
            index += 1
        if index >= len(self.tokens):
            return None
        if index in self.pairs and self.pairs[index] > index:
            return range(index + 1, self.pairs[index]), self.pairs[index] + 1
        return (range(index, index + 1), index + 1) if self.tokens[index].text not in "{}" else None

    def negation(self, token: Token) -> None:
        """``\\not=``"""
        following = self.peek()
        if following is None or not is_relation(following):
            raise Broken(r"\not is followed by no relation", token)
        self.jump(self.peeked + 1)
        canonical = symbols.RELATIONS[following.text]
        whole = replace(token, text=token.text + following.text, end=max(token.end, following.end))
        self.relation(whole, symbols.NEGATED.get(canonical, rf"\not{canonical}"))
