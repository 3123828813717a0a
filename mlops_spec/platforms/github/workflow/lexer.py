"""A script of bash as tokens: words, operators, and the scripts inside of words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    import re

_OPERATOR = regex(r";;&|;;|;&|;|&&|\|\||\|&|\||&(?!>)|\(\(|\(|\)|\n")
_REDIRECTION = regex(r"\d*(<<<|<<-?|<>|>>|>\||[<>]&|[<>](?!\())|&>>?")
_SPACE = regex(r"(?:[ \t\r]|\\\r?\n)+")
_MOST = 50_000  # tokens of a script; what comes behind is passed over
_ORDINARY = regex(r"[A-Za-z0-9_./:=@%+,-]+")
_CLOSING = {"${{": "}}", "$((": "))", "${": "}"}


class Inner(NamedTuple):
    """A script inside a word; `process` where it stands in `<(…)` or `>(…)`, whose status nobody asks for."""

    script: str
    process: bool


class Redirection(NamedTuple):
    """What a command is joined to: the file that it writes (`>`) or reads (`<`), or a text that it reads (`<<`)."""

    sign: str
    target: str


class Token(NamedTuple):
    """A word with its quotes taken off, an operator, or a redirection; `quoted` where a quote took any meaning from it.

    `start` is where it begins in its script, in characters.
    """

    text: str
    start: int = 0
    operator: bool = False
    quoted: bool = False
    inner: tuple[Inner, ...] = ()
    redirection: Redirection | None = None


def tokens(script: str) -> list[Token]:
    """All tokens; comments are passed over."""
    return _Lexer(script).all()


class _Lexer:
    def __init__(self, script: str) -> None:
        self.script, self.place = script, 0
        self.found: list[Token] = []
        self.ends: list[tuple[str, int]] = []  # the here-documents whose text comes after this line, and their tokens

    def all(self) -> list[Token]:
        found = self.found
        while self.place < len(self.script) and len(found) < _MOST:
            if space := _SPACE.match(self.script, self.place):
                self.place = space.end()
            elif self.script[self.place] == "#":
                self._skip_until("\n")
            elif redirection := _REDIRECTION.match(self.script, self.place):
                self._redirect(redirection)
            elif operator := _OPERATOR.match(self.script, self.place):
                self.place = operator.end()
                found.append(Token(operator[0], operator.start(), operator=True))
                if operator[0] == "\n":
                    self._read_documents()
            else:
                found.append(self._word())
        return found

    def _redirect(self, found: re.Match[str]) -> None:
        self.place = found.end()
        if space := _SPACE.match(self.script, self.place):
            self.place = space.end()
        target = self._word()
        sign = found[0].lstrip("0123456789")
        if sign in ("<<", "<<-"):
            self.ends.append((target.text, len(self.found)))
        joined = Redirection("<<" if sign.startswith("<<") else "<" if sign == "<" else ">", target.text)
        self.found.append(Token("", target.start, inner=target.inner, redirection=joined))

    def _read_documents(self) -> None:
        for end, place in self.ends:
            lines: list[str] = []
            while self.place < len(self.script):
                line, self.place = self._line()
                if line.strip() == end:
                    break
                lines.append(line)
            self.found[place] = self.found[place]._replace(redirection=Redirection("<<", "\n".join(lines)))
        self.ends = []

    def _line(self) -> tuple[str, int]:
        stop = self.script.find("\n", self.place)
        stop = len(self.script) if stop < 0 else stop
        return self.script[self.place : stop], stop + 1

    def _skip_until(self, text: str) -> None:
        stop = self.script.find(text, self.place)
        self.place = len(self.script) if stop < 0 else stop

    def _word(self) -> Token:
        start, text, quoted, inner = self.place, [], False, []
        while self.place < len(self.script):
            here = self.script[self.place]
            if here in " \t\r\n;&|()" or (here in "<>" and not self._starts("<(", ">(")):
                break
            if here in "<>":
                inner.append(Inner(self._enclosed(2, ")"), process=True))
            elif here == "\\":
                text.append(self.script[self.place + 1 : self.place + 2].replace("\n", ""))
                quoted, self.place = True, self.place + 2
            elif here == "'":
                text.append(self._until_quote())
                quoted = True
            elif here == '"':
                text.append(self._double(inner))
                quoted = True
            else:
                text.append(self._plain(inner))
        return Token("".join(text), start, quoted=quoted, inner=tuple(inner))

    def _until_quote(self) -> str:
        begin = self.place + 1
        self.place = begin
        self._skip_until("'")
        self.place += 1
        return self.script[begin : self.place - 1]

    def _double(self, inner: list[Inner]) -> str:
        text = []
        self.place += 1
        while self.place < len(self.script) and self.script[self.place] != '"':
            if self.script[self.place] == "\\":
                escaped = self.script[self.place + 1 : self.place + 2]
                text.append(escaped if escaped in '$`"\\' else f"\\{escaped}".replace("\\\n", ""))
                self.place += 2
            else:
                text.append(self._plain(inner))
        self.place += 1
        return "".join(text)

    def _plain(self, inner: list[Inner]) -> str:
        begin = self.place
        if ordinary := _ORDINARY.match(self.script, begin):
            self.place = ordinary.end()
            return ordinary[0]
        opening = next((each for each in _CLOSING if self._starts(each)), "")
        if opening:
            self._enclosed(len(opening), _CLOSING[opening])
        elif self._starts("$("):
            inner.append(Inner(self._enclosed(2, ")"), process=False))
        elif self._starts("`"):
            self.place += 1
            start = self.place
            self._skip_until("`")
            inner.append(Inner(self.script[start : self.place], process=False))
            self.place += 1
        else:
            self.place += 1
        return self.script[begin : self.place]

    def _enclosed(self, opening: int, closing: str) -> str:
        self.place += opening
        begin, depth = self.place, 0
        other = {")": "(", "}": "{"}[closing[0]]
        while self.place < len(self.script):
            here = self.script[self.place]
            if here == "\\":
                self.place += 1
            elif here == "'" and closing != "))":
                self._until_quote()
                continue
            elif here == other:
                depth += 1
            elif depth == 0 and self._starts(closing):
                self.place += len(closing)
                return self.script[begin : self.place - len(closing)]
            elif here == closing[0]:
                depth -= 1
            self.place += 1
        return self.script[begin:]

    def _starts(self, *texts: str) -> bool:
        return self.script.startswith(texts, self.place)
