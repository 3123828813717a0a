"""A script as simple commands, and whether a failure of each would end it, by the rules of `bash -e`."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPERATOR = re.compile(r"[;&|()]+")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_TESTED = frozenset(("if", "elif", "while", "until", "!"))
_KEYWORDS = _TESTED | {"then", "do", "else", "{", "time"}


class Simple(NamedTuple):
    """One simple command: its words, and why its failure would not end the script; empty where it would."""

    words: tuple[str, ...]
    lost: str


class _Options:
    """What `set` has switched so far."""

    def __init__(self, *, pipefail: bool) -> None:
        self.errexit, self.pipefail = True, pipefail

    def read(self, words: Sequence[str]) -> None:
        for word, value in zip(words[1:], [*words[2:], ""], strict=True):
            on = word.startswith("-")
            if (word[:1] in "+-" and "e" in word[1:]) or (word in ("-o", "+o") and value == "errexit"):
                self.errexit = on
            if (word in ("-o", "+o") or re.fullmatch(r"[+-]\w*o", word)) and value == "pipefail":
                self.pipefail = on


def simple_commands(script: str, *, pipefail: bool) -> Iterator[Simple]:
    """The commands of a script in their order; `pipefail` says how the shell that runs it was started."""
    options = _Options(pipefail=pipefail)
    lines = list(_lines(script))
    for number, line in enumerate(lines):
        tokens = _tokens(line)
        for begin, end in _bounds(tokens):
            words, tested = _without_keywords(tokens[begin:end])
            if words[:1] == ("set",):
                options.read(words)
            elif words:
                lost = _lost(tokens, begin, end, options, last=number == len(lines) - 1)
                yield Simple(words, "a condition holds it" if tested else lost)


def _lines(script: str) -> Iterator[str]:
    """Lines as the shell reads them: continued ones joined, the text of here-documents passed over."""
    ends: list[str] = []
    begun = ""
    for line in script.replace("\\\n", " ").splitlines():
        if ends:
            if line.strip() == ends[0]:
                ends.pop(0)
            continue
        begun = f"{begun}\n{line}" if begun else line
        if _is_open(begun):
            continue
        ends = [found[2] for found in _HEREDOC.finditer(begun)]
        if begun.strip() and not begun.lstrip().startswith("#"):
            yield begun
        begun = ""
    if begun.strip():
        yield begun


def _is_open(line: str) -> bool:
    """Whether a quotation goes on in the next line."""
    try:
        shlex.split(line, comments=True)
    except ValueError:
        return True
    return False


def _tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|()")
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:  # a quotation that never ends
        return line.split()


def _bounds(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each simple command begins and ends."""
    begin = 0
    for place, token in enumerate([*tokens, ";"]):
        if _OPERATOR.fullmatch(token):
            if place > begin:
                yield begin, place
            begin = place + 1


def _without_keywords(words: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """The command behind the shell's own words, and whether these ask for its result."""
    tested = False
    place = 0
    while place < len(words) and words[place] in _KEYWORDS:
        tested |= words[place] in _TESTED
        place += 1
    return tuple(words[place:]), tested


def _lost(tokens: Sequence[str], begin: int, end: int, options: _Options, *, last: bool) -> str:
    before = tokens[begin - 1] if begin else ""
    behind = tokens[end] if end < len(tokens) else ""
    if before == "||":
        return "it runs only where something fails"
    if behind.endswith("||") and not _ends(tokens[end + 1 :]):
        return f"`|| {' '.join(tokens[end + 1 : end + 3])}` takes its failure away"
    if behind.startswith("|") and behind != "||" and not options.pipefail:
        return "a pipe without `pipefail` takes its failure away"
    if behind == "&":
        return "it runs in the background"
    if behind == "&&" and not last:
        return "`&&` takes its failure away"
    return "" if options.errexit else "`set +e` stands before it"


def _ends(tokens: Sequence[str]) -> bool:
    """Whether what runs after a failure ends the script as failed."""
    for place, token in enumerate(tokens):
        if token in ("exit", "return"):
            status = tokens[place + 1] if place + 1 < len(tokens) else "1"
            return status.rstrip("}") != "0"
        if token == "false":  # noqa: S105 - a command
            return True
    return False
