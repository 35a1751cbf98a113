"""Macros replaced, and the arguments taken in that are not mathematics: texts, tags, lengths.

A token made by a macro has the place of the call.  What cannot be expanded becomes an ``error`` token in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from derive.reading import symbols
from derive.reading.scanner import MAX_DEPTH, Token, scan

MAX_EXPANSIONS = 2_000
MAX_TOKENS = 200_000
"""Calls of macros in a formula, and tokens that may come out of it."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A user's command: how many arguments, what stands for the first when it is left out, and the body."""

    arguments: int
    default: tuple[Token, ...] | None
    body: tuple[Token, ...]


Macros = dict[str, Macro]


class Expander:
    """Replaces macros, and takes in the arguments that are not mathematics."""

    def __init__(self, text: str, macros: Macros) -> None:
        self.text = text
        self.macros = macros
        self.waiting: list[Token] = []
        self.out: list[Token] = []
        self.left = MAX_EXPANSIONS
        self.end = 0  # behind the last token of the argument taken last

    def expand(self, tokens: list[Token]) -> list[Token]:
        """The expanded tokens.  What cannot be expanded becomes an ``error`` token in its place."""
        self.waiting = tokens[::-1]
        while self.waiting:
            token = self.waiting.pop()
            if token.kind != "command":
                self.out.append(token)
            elif len(self.out) > MAX_TOKENS:
                self.out.append(replace(token, kind="error", note="the macros make the formula too long"))
                self.waiting = []
            else:
                self._command(token)
        return self.out

    def _command(self, token: Token) -> None:
        name = token.text
        try:
            if name in self.macros:
                self._call(token, self.macros[name])
            elif name in _DEFINERS:
                self._define(token)
            elif name in symbols.TEXTS:
                self._text(token)
            elif name in symbols.TAGS:
                self._tag(token)
            elif name in symbols.SWITCHES:
                self._switch(token)
            elif name in symbols.WRAPPERS:
                self._wrapper(token)
            elif name in symbols.LAYOUT:
                self.out.append(replace(token, kind="ignored"))
            elif name in symbols.LAYOUT_ARGUMENTS:
                self._layout(token)
            elif name in symbols.DIMENSIONED:
                self._dimension(token)
            elif name == r"\textcircled":
                argument = self._argument(token)
                self.out.append(Token("circled", _joined(argument).strip(), token.start, max(token.end, self.end)))
            elif name in BUILT_IN:
                self._call(token, BUILT_IN[name])
            else:
                self.out.append(token)
        except _Missing as missing:
            self.out.append(replace(token, kind="error", note=str(missing)))

    # Arguments ------------------------------------------------------------------------------------------------------

    def _next(self) -> Token | None:
        """The next token that is no space, still waiting."""
        while self.waiting and self.waiting[-1].kind in ("space", "ignored"):
            self.waiting.pop()
        return self.waiting[-1] if self.waiting else None

    def _argument(self, token: Token) -> list[Token]:
        """The next group without its braces, or the next token."""
        first = self._next()
        if first is None or first.text in ("}", "&") or first.kind in ("break", "end"):
            raise _Missing(f"the argument of {token.text} is missing")
        if first.kind == "sign" and first.text == "{":
            return self._until(token, "{", "}")
        self.waiting.pop()
        if first.kind in ("letters", "number") and len(first.text) > 1:
            self.waiting.append(replace(first, text=first.text[1:], start=first.start + (not first.made)))
            first = replace(first, text=first.text[0], end=first.end if first.made else first.start + 1)
        self.end = first.end
        return [first]

    def _until(self, token: Token, opening: str, closing: str) -> list[Token]:
        self.waiting.pop()
        taken, open_brackets = list[Token](), 1
        while self.waiting:
            each = self.waiting.pop()
            if each.kind == "sign":
                open_brackets += (each.text == opening) - (each.text == closing)
                if not open_brackets:
                    self.end = each.end
                    return taken
                if open_brackets > MAX_DEPTH:
                    self.waiting += [each, *reversed(taken)]
                    raise _Missing(f"brackets are nested deeper than {MAX_DEPTH} here")
            taken.append(each)
        self.waiting = taken[::-1]
        raise _Missing(f"the {opening} after {token.text} is never closed")

    def _optional(self, token: Token) -> list[Token] | None:
        following = self._next()
        if following is not None and following.kind == "sign" and following.text == "[":
            return self._until(token, "[", "]")
        return None

    def _star(self) -> None:
        following = self._next()
        if following is not None and following.text == "*":
            self.waiting.pop()

    def _push(self, tokens: list[Token]) -> None:
        self.waiting.extend(reversed(tokens))

    # Macros ---------------------------------------------------------------------------------------------------------

    def _call(self, token: Token, macro: Macro) -> None:
        self.left -= 1
        if self.left < 0:
            raise _Missing(f"{token.text} expands without end")
        arguments = list[list[Token]]()
        if macro.default is not None and macro.arguments:
            given = self._optional(token)
            arguments.append(list(macro.default) if given is None else given)
        while len(arguments) < macro.arguments:
            arguments.append(self._argument(token))
        made = list[Token]()
        body = iter(macro.body)
        for each in body:
            if each.kind == "sign" and each.text == "#":
                which = next(body, None)
                digit = which.text[0] if which is not None else ""
                if which is None or not digit.isdigit() or not 1 <= int(digit) <= len(arguments):
                    raise _Missing(f"# in the definition of {token.text} is followed by no argument number")
                made += arguments[int(digit) - 1]
                if len(which.text) > 1:
                    made.append(replace(which, text=which.text[1:], start=token.start, end=token.end, made=True))
            else:
                made.append(replace(each, start=token.start, end=token.end, made=True))
            if len(made) > MAX_TOKENS:
                raise _Missing(f"{token.text} expands into too much")
        self.left -= len(made) // 100
        self._push(made)

    def _define(self, token: Token) -> None:
        self._star()
        name = [t for t in self._argument(token) if t.kind != "space"]
        if len(name) != 1 or name[0].kind != "command":
            raise _Missing(f"{token.text} is not followed by the command it defines")
        default: tuple[Token, ...] | None = None
        count = 0
        if token.text == r"\let":
            following = self._next()
            if following is not None and following.text == "=":
                self.waiting.pop()
            body = self._argument(token)
        elif token.text == r"\DeclareMathOperator":
            body = [Token("command", r"\operatorname", 0, 0), *scan("{"), *self._argument(token), *scan("}")]
        else:
            if token.text == r"\def":
                count = self._parameters(token)
            elif (number := self._optional(token)) is not None:
                written = _joined(number).strip()
                if not (written.isascii() and written.isdigit() and int(written[:3]) <= 9):
                    raise _Missing(f"the number of arguments in {token.text}{name[0].text} is no number up to 9")
                count = int(written)
                given = self._optional(token)
                default = None if given is None else tuple(given)
            body = self._argument(token)
        self.macros[name[0].text] = Macro(count, default, tuple(body))
        end = max(self.end, token.end)
        self.out.append(Token("ignored", self.text[token.start : end], token.start, end))

    def _parameters(self, token: Token) -> int:
        count = 0
        while (following := self._next()) is not None and following.text != "{":
            number = self.waiting[-2] if len(self.waiting) > 1 else None
            if following.text != "#" or number is None or number.text != str(count + 1):
                raise _Missing(rf"{token.text} with anything but #1#2... before the body is not known here")
            del self.waiting[-2:]
            count += 1
        return count

    # Arguments that are not mathematics -----------------------------------------------------------------------------

    def _text(self, token: Token) -> None:
        argument = self._argument(token)
        end = max(token.end, self.end)
        pieces, current, inside = list[list[Token]](), list[Token](), False
        for each in argument:
            if each.kind == "sign" and each.text == "$":
                pieces.append(current)
                current, inside = [], not inside
            else:
                current.append(each)
        pieces.append(current)
        if inside:
            raise _Missing(f"the $ inside {token.text} is never closed")
        made = list[Token]()
        for number, piece in enumerate(pieces):
            if number % 2:
                made += piece
            elif piece:
                start, stop = (piece[0].start, piece[-1].end) if len(pieces) > 1 else (token.start, end)
                words = self._source(piece)
                made.append(Token("text", words, start, stop, token.text, token.made))
        if len(pieces) > 1 and self.out and self.out[-1].text in ("^", "_"):
            made = [Token("sign", "{", token.start, token.start), *made, Token("sign", "}", end, end)]
        # Only the mathematics between dollars is expanded again: a text token is final.
        self._push(made)

    def _source(self, tokens: list[Token]) -> str:
        if any(t.made for t in tokens):
            return _joined(tokens)
        return self.text[tokens[0].start : tokens[-1].end]

    def _tag(self, token: Token) -> None:
        self._star()
        following = self._next()
        if following is not None and following.text == "(":
            argument = self._until(token, "(", ")")
        else:
            argument = self._argument(token)
        self.out.append(Token("tag", _joined(argument), token.start, max(token.end, self.end), token.text))

    def _switch(self, token: Token) -> None:
        style = replace(token, text=symbols.SWITCHES[token.text])
        position = len(self.out) - 1
        while position >= 0 and self.out[position].kind == "space":
            position -= 1
        if position >= 0 and self.out[position].kind == "sign" and self.out[position].text == "{":
            self.out.insert(position, style)
        else:
            self.out.append(style)

    def _wrapper(self, token: Token) -> None:
        for _ in range(symbols.WRAPPERS[token.text]):
            self._optional(token)
            self._argument(token)
        following = self._next()
        if following is None:
            raise _Missing(f"the argument of {token.text} is missing")
        argument = self._argument(token)
        self.out.append(Token("ignored", token.text, token.start, token.end))
        if len([t for t in argument if t.kind != "space"]) == 1:
            self._push(argument)
        else:
            end = max(token.end, self.end)
            self._push(
                [Token("sign", "{", following.start, following.end), *argument, Token("sign", "}", end - 1, end)]
            )

    def _layout(self, token: Token) -> None:
        self._star()
        self._optional(token)
        end = token.end
        for _ in range(symbols.LAYOUT_ARGUMENTS[token.text]):
            self._argument(token)
            end = max(token.end, self.end)
        written = self.text[token.start : end]
        if token.text == r"\hspace" and _WIDE.search(written):
            self.out.append(replace(token, text=r"\quad", end=end))
        else:
            self.out.append(Token("ignored", written, token.start, end))

    def _dimension(self, token: Token) -> None:
        end = token.end
        for wanted in (("+", "-"), None, None):
            following = self._next()
            if following is None:
                break
            if following.text in wanted if wanted else following.kind in ("number", "letters"):
                if following.kind == "letters" and len(following.text) > 2:
                    self.waiting[-1] = replace(following, text=following.text[2:], start=following.start + 2)
                    end = following.start + 2
                else:
                    end = self.waiting.pop().end
        self.out.append(Token("ignored", self.text[token.start : end], token.start, end))


_WIDE = re.compile(r"\{\s*(?:[1-9][0-9]*(?:\.[0-9]*)?\s*(?:em|cm|in)|[1-9][0-9]+(?:\.[0-9]*)?\s*(?:pt|mm|ex|mu))\s*\}")


class _Missing(Exception):
    """An argument is not there; the message says of what."""


_DEFINERS = frozenset({r"\def", r"\newcommand", r"\renewcommand", r"\providecommand", r"\DeclareMathOperator", r"\let"})


def _joined(tokens: list[Token]) -> str:
    return "".join(t.text if t.kind not in ("begin", "end") else rf"\{t.kind}{{{t.text}}}" for t in tokens)


def _built_in(definitions: dict[str, str]) -> Macros:
    return {name: Macro(body.count("#"), None, tuple(scan(body))) for name, body in definitions.items()}


BUILT_IN = _built_in(
    {
        r"\abs": r"\left|#1\right|",
        r"\norm": r"\left\|#1\right\|",
        r"\set": r"\left\{#1\right\}",
        r"\ceil": r"\left\lceil#1\right\rceil",
        r"\floor": r"\left\lfloor#1\right\rfloor",
        r"\pdv": r"\frac{\partial #1}{\partial #2}",
        r"\dv": r"\frac{d #1}{d #2}",
    }
)
"""Commands of common packages that are only an abbreviation; a definition in the note goes before them."""
