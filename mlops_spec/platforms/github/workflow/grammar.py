"""The tokens of a script as a tree: lists, conditions, loops, groups, functions and simple commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.lexer import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_DEPTH = 40  # of commands within commands; what is deeper is passed over
_ENDS = frozenset(("then", "else", "elif", "fi", "do", "done", "esac", "}"))


@dataclass(frozen=True)
class Simple:
    """A program with its arguments, or settings of variables."""

    words: Sequence[Token]


@dataclass(frozen=True)
class Group:
    """Commands in `{ }`, or in `( )`, which is a shell of its own."""

    body: Sequence[Chain]
    subshell: bool = False


@dataclass(frozen=True)
class Choice:
    """Of branches (condition, body), the first whose condition holds, else `otherwise`."""

    branches: Sequence[tuple[Sequence[Chain], Sequence[Chain]]]
    otherwise: Sequence[Chain] = ()


@dataclass(frozen=True)
class Loop:
    """`while` and `until` have a condition, `for` has the words that it goes over."""

    condition: Sequence[Chain]
    over: Sequence[Token]
    body: Sequence[Chain]


@dataclass(frozen=True)
class Cases:
    """The bodies of a `case`."""

    bodies: Sequence[Sequence[Chain]]


@dataclass(frozen=True)
class Function:
    """A definition; what it does is done where it is called."""

    name: str
    body: Node


Node = Simple | Group | Choice | Loop | Cases | Function


@dataclass(frozen=True)
class Pipeline:
    """Commands joined by `|`."""

    commands: Sequence[Node]
    negated: bool = False


@dataclass(frozen=True)
class Chain:
    """Pipelines joined by `&&` and `||`; `joins[i]` stands before `pipelines[i + 1]`."""

    pipelines: Sequence[Pipeline]
    joins: Sequence[str] = field(default=())
    background: bool = False


def tree(script: str) -> list[Chain]:
    """The commands of a script; what is no bash is read as far as it goes."""
    parser = _Parser(tokens(script))
    found: list[Chain] = []
    while not parser.done:
        found += parser.list_until(())
        parser.next()  # a closing word without its opening one
    return found


class _Parser:
    def __init__(self, found: Sequence[Token]) -> None:
        self.tokens, self.place, self.depth = found, 0, 0

    @property
    def done(self) -> bool:
        return self.place >= len(self.tokens)

    @property
    def here(self) -> Token:
        return Token("", operator=True) if self.done else self.tokens[self.place]

    def next(self) -> Token:
        found = self.here
        self.place += 1
        return found

    def at(self, *operators: str) -> bool:
        return self.here.operator and not self.done and self.here.text in operators

    def at_word(self, words: Collection[str]) -> bool:
        return not self.here.operator and not self.here.quoted and self.here.text in words

    def take(self, *words: str) -> bool:
        """Moves past one of these words where it stands here."""
        if self.at_word(words) or self.at(*words):
            self.place += 1
            return True
        return False

    def skip(self, *operators: str) -> None:
        while self.at(*operators):
            self.place += 1

    def list_until(self, closing: Collection[str]) -> list[Chain]:
        """Commands until a word or an operator that closes; it stays."""
        found: list[Chain] = []
        while True:
            self.skip("\n", ";", "&")
            if self.done or self.at_word(_ENDS) or self.at(")", ";;", ";&", ";;&") or self.at(*closing):
                return found
            before = self.place
            found.append(self.chain())
            if self.place == before:
                self.place += 1

    def chain(self) -> Chain:
        pipelines, joins = [self.pipeline()], []
        while self.at("&&", "||"):
            joins.append(self.next().text)
            self.skip("\n")
            pipelines.append(self.pipeline())
        return Chain(pipelines, joins, background=self.take("&"))

    def pipeline(self) -> Pipeline:
        negated = False
        while self.at_word(("!", "time")):
            negated ^= self.next().text == "!"
            while self.at_word(("-p",)):
                self.next()
        commands = [self.command()]
        while self.at("|", "|&"):
            self.next()
            self.skip("\n")
            commands.append(self.command())
        return Pipeline(commands, negated)

    def command(self) -> Node:
        self.depth += 1
        try:
            node = self._command() if self.depth < _DEPTH else self._simple()
        finally:
            self.depth -= 1
        joined = self._redirections()
        return Simple((*node.words, *joined)) if isinstance(node, Simple) else node

    def _redirections(self) -> list[Token]:
        found = []
        while self.here.redirection:
            found.append(self.next())
        return found

    def _command(self) -> Node:  # noqa: PLR0911 - one for each kind
        if self.take("(("):
            return self._arithmetic()
        if self.take("("):
            return self._closed(Group(self.list_until(")"), subshell=True), ")")
        if self.take("{"):
            return self._closed(Group(self.list_until(())), "}")
        if self.take("if"):
            return self._choice()
        if self.at_word(("while", "until", "for", "select")):
            return self._loop()
        if self.take("case"):
            return self._cases()
        if self.at_word(("[[",)):
            return self._test()
        if self.take("function"):
            return self._function()
        following = self.tokens[self.place + 1 : self.place + 3]
        if not self.here.operator and [(each.text, each.operator) for each in following] == [("(", True), (")", True)]:
            return self._function()
        return self._simple()

    def _closed(self, node: Node, closing: str) -> Node:
        self.take(closing)
        return node

    def _arithmetic(self) -> Node:
        opened = 2
        while not self.done and opened > 0:
            opened += {"((": 2, "(": 1, ")": -1}.get(self.next().text, 0)
        return Simple((Token("(("),))

    def _test(self) -> Node:
        words = []
        while not self.done and not self.at("\n"):
            words.append(self.next())
            if words[-1].text == "]]":
                break
        return Simple(words)

    def _choice(self) -> Node:
        branches = []
        while True:
            condition = self.list_until(())
            self.take("then")
            branches.append((condition, self.list_until(())))
            if not self.take("elif"):
                break
        otherwise = self.list_until(()) if self.take("else") else []
        return self._closed(Choice(branches, otherwise), "fi")

    def _loop(self) -> Node:
        over: list[Token] = []
        condition: list[Chain] = []
        if self.next().text in ("for", "select"):
            while not self.done and not self.at("\n", ";"):
                over.append(self.next())
            self.skip("\n", ";")
        else:
            condition = self.list_until(())
        self.take("do")
        return self._closed(Loop(condition, over[2:], self.list_until(())), "done")

    def _cases(self) -> Node:
        bodies = []
        while not self.done and not self.take("in"):
            self.next()
        self.skip("\n")
        while not self.done and not self.at_word(("esac",)):
            while not self.done and not self.take(")"):
                self.next()
            bodies.append(self.list_until(()))
            self.skip(";;", ";&", ";;&", "\n")
        return self._closed(Cases(bodies), "esac")

    def _function(self) -> Node:
        name = self.next().text
        if self.take("("):
            self.take(")")
        self.skip("\n")
        return Function(name, self.command())

    def _simple(self) -> Simple:
        words = []
        while not self.done and not self.here.operator:
            words.append(self.next())
        return Simple(words)
