"""Flat tokens of one row → terminals of the grammar.

The lexer follows the brackets and remembers what stands just before.  That is enough to decide what the grammar
cannot: whether ``-`` stands between two terms or in front of one, whether ``|`` opens, closes or separates, whether a
wide space ends a statement, how much of ``x^23`` is the exponent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from derive.reading import symbols
from derive.reading.environments import Environments
from derive.reading.scanner import Token
from derive.reading.terminals import Broken, State, Terminal, Want
from derive.reading.tree import BigOp, Ellipsis, Ignored, Mark, Name, Node, Num, Span, Tag, Text, Word

WIDE = 3
"""So many single spaces in a row are a wide one."""

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")


class Lexer(Environments):
    """Reads the tokens of one row.  After ``run``: ``out``, ``tags`` and ``ignored``."""

    def __init__(self, tokens: list[Token], text: str, span: Callable[[int, int], Span]) -> None:
        super().__init__(tokens, text, span)
        self.tags: list[Tag] = []

    def run(self) -> list[Terminal]:
        """All terminals of the row; raises ``Broken`` when brackets do not match."""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.kind == "space":
                continue
            _KINDS[token.kind](self, token)
        self.finish()
        return self.out

    # Leaves ---------------------------------------------------------------------------------------------------------

    def leaf(self, token: Token, node: Node, after: State = State.END) -> None:
        """An operand that is finished."""
        self.emit("ATOM", token, node)
        self.operand(after)

    def ignore(self, token: Token) -> None:
        self.ignored.append(Ignored(self.place(token), token.text))

    def _tag(self, token: Token) -> None:
        self.tags.append(Tag(self.place(token), token.note, token.text))

    def _error(self, token: Token) -> None:
        self.emit("ERROR", token, token.note)
        self.operand()

    def _number(self, token: Token) -> None:
        first = self._first_only(token) if self.state is State.ARGUMENT else token
        self.leaf(first, Num(self.place(first), first.text))

    def _letters(self, token: Token) -> None:
        if self.state is State.ARGUMENT:
            token = self._first_only(token)
        if self.frames[-1].script and self.frames[-1].at == len(self.out) - 1 and self._hyphenated(token):
            return
        run = token.text
        if run in symbols.BARE_WORDS:
            self._known_word(token, run, "bare")
            return
        if run == "arg" and self._arg(token):
            return
        if self._speaks(run):
            self._text(replace(token, text=f"{run} ", note="\\text"))
            return
        for prefix in symbols.BARE_PREFIXES:
            rest = run[len(prefix) :]
            if run.startswith(prefix) and (len(rest) == 1 or rest[:1].isupper()):
                # The rest is read next, as letters of their own.
                self.at -= 1
                self.tokens[self.at] = self._cut(token, len(prefix), len(run))
                self._known_word(self._cut(token, 0, len(prefix)), prefix, "bare")
                return
        for position, letter in enumerate(run):
            one = self._cut(token, position, position + 1)
            joined = (run, position) if len(run) > 1 else ("", 0)
            self.leaf(one, Name(self.place(one), letter, (), *joined))

    def _speaks(self, run: str) -> bool:
        """``if \\ s = i``, ``a = b \\ for \\ i = 1``: a word among the mathematics, with a space behind it."""
        if self.in_script() or run not in symbols.PLAIN_CONNECTIVES:
            return False
        following = next((t for t in self.tokens[self.at :] if t.kind != "space"), None)
        return following is not None and following.text in symbols.THIN_SPACES | symbols.WIDE_SPACES

    def _hyphenated(self, token: Token) -> bool:
        """``J_{neg-sample}``: letters and hyphens fill the script, and one run is too long to be indices."""
        last = self.at
        word = token.text
        while last < len(self.tokens) and (self.tokens[last].kind == "letters" or self.tokens[last].text == "-"):
            word += self.tokens[last].text
            last += 1
        fills = last < len(self.tokens) and self.tokens[last].text == "}" and _IDENTIFIER.fullmatch(word) is not None
        if not fills or "-" not in word or max(map(len, word.split("-"))) < 3:
            return False
        self.jump(last)
        whole = self._through(token, last - 1)
        self.leaf(whole, Word(self.place(whole), word, "bare"))
        return True

    @staticmethod
    def _cut(token: Token, start: int, end: int) -> Token:
        if token.made:
            return replace(token, text=token.text[start:end])
        return replace(token, text=token.text[start:end], start=token.start + start, end=token.start + end)

    def _identifier(self, token: Token) -> None:
        self.leaf(token, Word(self.place(token), token.text.replace("\\_", "_"), "bare"))

    def _first_only(self, token: Token) -> Token:
        """TeX takes one letter or digit as an argument; the rest is read next."""
        if len(token.text) == 1:
            return token
        self.at -= 1
        self.tokens[self.at] = self._cut(token, 1, len(token.text))
        return self._cut(token, 0, 1)

    def _known_word(self, token: Token, word: str, kind: str) -> None:
        if word in symbols.BIG_WORDS:
            self._big(token, word)
        else:
            self.leaf(token, Word(self.place(token), word, kind), State.FUNCTION)

    def _word(self, token: Token, word: str, kind: str) -> None:
        """A word made by a command: known, or a name that the author gave."""
        if word in symbols.BARE_WORDS:
            self._known_word(token, word, kind)
        elif word == "E" and kind == "operatorname":
            self._big(token, "E")
        else:
            self.leaf(token, Word(self.place(token), word, kind))

    def _big(self, token: Token, kind: str) -> None:
        self.emit("BIGOP", token, BigOp(self.place(token), kind))
        self.operand(State.FUNCTION)

    def _words(self, token: Token) -> None:
        self.leaf(token, Text(self.place(token), token.text, "raw"), State.END if self.in_script() else State.FUNCTION)

    def _therefore(self, token: Token) -> None:
        self.leaf(token, Text(self.place(token), token.text), State.FUNCTION)

    def _circled(self, token: Token) -> None:
        self.leaf(token, Text(self.place(token), token.text, "circled"), State.FUNCTION)

    def _text(self, token: Token) -> None:
        content = token.text.strip(" \t\r\n~")
        kind = token.note.removeprefix("\\")
        speaks = content.lower() in symbols.CONNECTIVES and not self.in_script()
        if not content:
            self.space += token.text
        elif content in (",", ";", ".", "，", "；", "。"):
            self._sign(replace(token, kind="sign", text=symbols.UNICODE.get(content, content)))
        elif _NUMBER.fullmatch(content):
            self.leaf(token, Num(self.place(token), content))
        elif speaks or not _IDENTIFIER.fullmatch(content):
            wants_more = (speaks or token.text[-1].isspace()) and not self.in_script()
            self.leaf(token, Text(self.place(token), token.text), State.FUNCTION if wants_more else State.END)
        elif len(content) == 1:
            self.leaf(token, Name(self.place(token), content, (kind,)))
        else:
            self._word(token, content, kind)

    # Signs ----------------------------------------------------------------------------------------------------------

    def _mark(self, token: Token) -> None:
        self.leaf(token, Mark(self.place(token), token.text))

    def _sign_or_operator(self, token: Token) -> None:
        """``+ - \\pm \\cup`` and ``\\cdot \\times / *``: between operands, before one, or alone."""
        name = symbols.OPERATOR_SYNONYMS.get(token.text, token.text)
        additive = name in symbols.SIGNS
        if self.is_exponent() or self.alone(name):
            self.leaf(token, Mark(self.place(token), name))
        elif self.state in (State.END, State.ARGUMENT) or name not in symbols.PREFIX_SIGNS:
            self.emit("SIGN" if additive else "MULOP", token, name if additive else (name, self.space))
            self.between(State.SIGN if additive else State.OPERATOR)
        elif self.state in (State.START, State.SIGN):
            self.emit("LEAD", token, name)
            self.state = State.SIGN
        else:
            self.emit("UNARY", token, name)
            self.state = State.OPERATOR

    def _relation(self, token: Token) -> None:
        symbol = symbols.RELATIONS[token.text]
        frame = self.frames[-1]
        stands_alone = self.state is State.START and frame.kind not in ("root", "env") and self.closes_next()
        if self.is_exponent() or stands_alone:
            self.leaf(token, Mark(self.place(token), symbol))
        else:
            self.relation(token, symbol)

    def _separator(self, token: Token) -> None:
        if self.is_exponent():
            self._mark(token)
            return
        text = symbols.SEPARATING_BARS.get(token.text, token.text)
        frame = self.frames[-1]
        if frame.kind == "env" and text in ",;." and self.cell_ends_next():
            self.ignore(token)
        elif frame.kind == "root":
            self.emit({",": "COMMA", ";": "COMMA", ":": "COLON", ".": "PERIOD"}.get(text, "LISTSEP"), token, text)
            self.between(State.START)
        elif text == ".":
            self.emit("ERROR", token, "a period inside brackets is not known here")
        else:
            self.emit("SEP", token, text)
            self.between(State.START)

    def _thin(self, token: Token) -> None:
        self.space += token.text
        if self.space.count("\\ ") + self.space.count("~") + self.space.count(r"\;") >= WIDE:
            written, self.space = self.space, ""
            self._wide(replace(token, text=written))

    def _wide(self, token: Token) -> None:
        """A wide space, or ``&`` outside a table: it ends a statement if a new operand follows a finished one."""
        if token.text == "&":
            if self.frames[-1].kind == "env":
                self.cell(token)
                return
            if any(frame.kind != "root" for frame in self.frames) and not self.only_brackets():
                raise Broken("this & stands inside brackets", token)
        if self.state is State.END and self.operand_follows():
            root = self.frames[-1].kind == "root"
            self.emit("QUAD" if root else "SEP", token, token.text)
            self.state = State.START
        else:
            self.space += token.text
            if token.text == "&":
                self.ignore(token)

    def _script(self, token: Token) -> None:
        self.emit("SUP" if token.text == "^" else "SUB", token, token.text)
        saved = State.END if self.state is State.ARGUMENT else self.state
        self.frames[-1].wants.append(Want(1, saved))
        self.state = State.ARGUMENT

    def _prime(self, token: Token) -> None:
        if self.state not in (State.END, State.FUNCTION):
            self.leaf(token, Mark(self.place(token), r"\prime"))
            return
        count, end = 1, token
        while (following := self.peek()) is not None and following.kind == "sign" and following.text == "'":
            count, end = count + 1, following
            self.jump(self.peeked + 1)
        self.emit("PRIMES", replace(token, end=end.end), count)

    def _sign(self, token: Token) -> None:
        handler = _HANDLERS.get(token.text)
        if handler is None:
            self.emit("ERROR", token, f"{token.text} is not known here")
            self.operand()
        else:
            handler(self, token)

    # Commands -------------------------------------------------------------------------------------------------------

    def _command(self, token: Token) -> None:
        handler = _HANDLERS.get(token.text)
        if handler is not None:
            handler(self, token)
        elif re.fullmatch(r"\\(?:math|text|bold|sym)[a-z]+", token.text):
            self._alphabet(token)
        else:
            self.emit("ERROR", token, "")  # the message, with a suggestion, is made only if it is needed
            self.operand()

    def _name(self, token: Token) -> None:
        name = symbols.NAME_SYNONYMS.get(token.text, token.text)
        self.leaf(token, Name(self.place(token), name))

    def _blackboard(self, token: Token) -> None:
        self.leaf(token, Name(self.place(token), symbols.BLACKBOARD[token.text], ("mathbb",)))

    def _function(self, token: Token) -> None:
        if token.text == r"\arg" and self._arg(token):
            return
        self.leaf(token, Word(self.place(token), token.text[1:], "function"), State.FUNCTION)

    def _arg(self, token: Token) -> bool:
        """``\\arg\\max`` is one operator; spaces between the two do not matter."""
        index = self.at
        while index < len(self.tokens):
            each = self.tokens[index]
            if each.kind not in ("space", "ignored") and each.text not in symbols.THIN_SPACES:
                break
            index += 1
        if index < len(self.tokens) and self.tokens[index].text.removeprefix("\\") in ("max", "min"):
            kind = "arg" + self.tokens[index].text.removeprefix("\\")
            self.jump(index + 1)
            self._big(replace(token, end=max(token.end, self.tokens[index].end)), kind)
            return True
        return False

    def _big_operator(self, token: Token) -> None:
        self._big(token, symbols.BIG_OPERATORS[token.text])

    def _ellipsis(self, token: Token) -> None:
        self.leaf(token, Ellipsis(self.place(token), token.text))

    def _fraction(self, token: Token) -> None:
        self.want("FRAC", token, token.text, 2)

    def _binomial(self, token: Token) -> None:
        self.want("BINOM", token, token.text, 2)

    def _root(self, token: Token) -> None:
        self.want("SQRT", token, token.text, 1)
        following = self.peek()
        if following is not None and following.kind == "sign" and following.text == "[":
            self.jump(self.peeked + 1)
            self.emit("OPTOPEN", following, "[")
            self.push("optional", following, "]")

    def _accent(self, token: Token) -> None:
        self.want("ACCENT", token, token.text.removeprefix("\\"), 1)

    def _alphabet(self, token: Token) -> None:
        """``\\mathbf`` and the like: a word where the alphabet makes words, else a decoration."""
        kind = symbols.ALPHABET_SYNONYMS.get(token.text, token.text.removeprefix("\\"))
        end, word = self._group_word()
        if word and kind == "mathbb" and word == "E":
            self.jump(end + 1)
            self._big(self._through(token, end), "E")
        elif word and self._is_word(token, kind, word):
            self.jump(end + 1)
            self._word(self._through(token, end), word, kind)
        else:
            self.want("ACCENT", token, kind, 1)

    def _is_word(self, token: Token, kind: str, word: str) -> bool:
        makes_words = token.text in symbols.WORD_ALPHABETS or token.text not in symbols.ALPHABETS
        return kind == "operatorname" or (len(word) > 1 and (makes_words or word in symbols.BARE_WORDS))

    def _operator_name(self, token: Token) -> None:
        following = self.peek()
        if following is not None and following.text == "*":
            self.jump(self.peeked + 1)
        self._alphabet(replace(token, text=r"\operatorname"))

    def _group_word(self) -> tuple[int, str]:
        """If a group of nothing but letters follows: the index of its last token, and the letters."""
        if self.peek() is None:
            return 0, ""
        first, index = self.peeked, self.peeked
        if self.tokens[first].kind == "letters":
            return first, self.tokens[first].text if len(self.tokens[first].text) == 1 else ""
        if self.tokens[first].text != "{" or first not in self.pairs:
            return 0, ""
        letters = list[str]()
        for index in range(first + 1, self.pairs[first]):
            each = self.tokens[index]
            if each.kind in ("letters", "number") or each.text in "-_" or each.text == r"\_":
                letters.append(each.text.removeprefix("\\"))
            elif each.kind not in ("space", "ignored") and each.text not in symbols.THIN_SPACES:
                return 0, ""
        word = "".join(letters)
        return (self.pairs[first], word) if _IDENTIFIER.fullmatch(word) else (0, "")

    def _through(self, token: Token, last: int) -> Token:
        return replace(token, end=max(token.end, self.tokens[last].end))


_Handler = Callable[[Lexer, Token], None]


def _angle(lexer: Lexer, token: Token) -> None:
    if not lexer.angle(token):
        lexer._relation(token)


def _colon(lexer: Lexer, token: Token) -> None:
    lexer._separator(replace(token, text=":"))


def _escaped(lexer: Lexer, token: Token) -> None:
    """``\\_`` and ``\\*`` outside texts: Markdown's way to write a subscript and a star inside mathematics."""
    lexer._sign(replace(token, kind="sign", text=token.text[1:]))


_KINDS: dict[str, _Handler] = {
    "ignored": Lexer.ignore,
    "tag": Lexer._tag,
    "error": Lexer._error,
    "letters": Lexer._letters,
    "name": Lexer._identifier,
    "number": Lexer._number,
    "relation": Lexer._relation,
    "words": Lexer._words,
    "text": Lexer._text,
    "circled": Lexer._circled,
    "sign": Lexer._sign,
    "command": Lexer._command,
    "begin": Lexer.begin,
    "end": Lexer.end,
    "break": Lexer.row_break,
}

_TABLES: list[tuple[Iterable[str], _Handler]] = [
    (symbols.RELATIONS, Lexer._relation),
    (symbols.SIGNS | symbols.OPERATORS | symbols.OPERATOR_SYNONYMS.keys(), Lexer._sign_or_operator),
    (symbols.NAMES | symbols.NAME_SYNONYMS.keys(), Lexer._name),
    (symbols.BLACKBOARD, Lexer._blackboard),
    (symbols.MARKS, Lexer._mark),
    ((r"\therefore", r"\because"), Lexer._therefore),
    (symbols.FUNCTIONS, Lexer._function),
    (symbols.BIG_OPERATORS, Lexer._big_operator),
    (symbols.ELLIPSES, Lexer._ellipsis),
    ((r"\frac", r"\dfrac", r"\tfrac", r"\cfrac", r"\sfrac", r"\nicefrac"), Lexer._fraction),
    ((r"\binom", r"\dbinom", r"\tbinom"), Lexer._binomial),
    ((r"\sqrt",), Lexer._root),
    (symbols.ACCENTS, Lexer._accent),
    (symbols.ALPHABETS, Lexer._alphabet),
    (symbols.OPERATOR_NAMES, Lexer._operator_name),
    ((",", ";", ":", ".", *symbols.SEPARATING_BARS), Lexer._separator),
    ((r"\colon",), _colon),
    ((r"\_", r"\*"), _escaped),
    (symbols.THIN_SPACES, Lexer._thin),
    (symbols.WIDE_SPACES | {"&"}, Lexer._wide),
    (("^", "_"), Lexer._script),
    (("'",), Lexer._prime),
    (("<", ">"), _angle),
    (symbols.OPENERS, Lexer.open_bracket),
    (symbols.CLOSERS, Lexer.close_bracket),
    (("{",), Lexer.open_brace),
    (("}",), Lexer.close_brace),
    (symbols.BARS, Lexer.bar),
    ((r"\left",), Lexer.left),
    ((r"\right",), Lexer.right),
    ((r"\middle",), Lexer.middle),
    (symbols.SIZES, Lexer.sized),
    ((r"\substack", r"\cases", r"\matrix", r"\pmatrix", r"\bmatrix"), Lexer.braced_table),
    ((r"\over", r"\choose", r"\atop"), Lexer.over),
    (symbols.STACKS, Lexer.stack),
    (symbols.LABELLED_ARROWS, Lexer.arrow),
    ((r"\not",), Lexer.negation),
]
_HANDLERS: dict[str, _Handler] = {name: handler for names, handler in _TABLES for name in names}
KNOWN = frozenset(name for name in _HANDLERS if len(name) > 2)
"""Commands with a meaning, for suggestions."""
