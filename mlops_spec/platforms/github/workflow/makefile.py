"""The recipes that `make` runs for targets, those of what they need first; https://www.gnu.org/software/make/manual."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_RULE = regex(r"(?P<targets>[\w./-]+(?:[ \t]+[\w./-]+)*)[ \t]*::?(?!=)(?P<needs>[^#;=]*)")
_VARIABLE = regex(r"(?P<name>\w+)[ \t]*(?::{1,3}|\?)?=[ \t]*(?P<value>[^#]*)")
_USE = regex(r"\$(?:\$|\((\w+)\)|\{(\w+)\}|([@<^?*]))")
_DEEP = 10  # variables within variables, and targets that need targets


class Line(NamedTuple):
    """One command of a recipe, with its variables as the file sets them, and the line from 1 on which it begins."""

    script: str
    number: int
    ignored: bool  # a dash before it, or `.IGNORE`


class Makefile(NamedTuple):
    """What a makefile has, as far as it can be told without running it."""

    recipes: Mapping[str, Sequence[Line]]
    needs: Mapping[str, Sequence[str]]

    def recipe(self, targets: Sequence[str]) -> Iterator[Line]:
        """What runs for these targets, without any for the first of the file; each target's once, in order."""
        waiting = list(targets) or [next((name for name in self.needs if not name.startswith(".")), "")]
        done: set[str] = set()
        for target in waiting:
            yield from self._of(target, done, _DEEP)

    def _of(self, target: str, done: set[str], levels: int) -> Iterator[Line]:
        if target in done or not levels:
            return
        done.add(target)
        for need in self.needs.get(target, ()):
            yield from self._of(need, done, levels - 1)
        yield from self.recipes.get(target, ())


def read(text: str) -> Makefile:
    known: dict[str, str] = {}
    recipes: dict[str, list[Line]] = {}
    needs: dict[str, list[str]] = {}
    current: list[str] = []
    for number, line in _joined_lines(text):
        if line.startswith("\t"):
            for target in current:
                recipes.setdefault(target, []).append(_line(line, number, known))
        elif found := _VARIABLE.match(line):
            known[found["name"]] = found["value"].strip()
        elif found := _RULE.match(line):
            current = found["targets"].split()
            for target in current:
                needs.setdefault(target, []).extend(_with_variables(found["needs"], known).split())
        elif line.strip() and not line.startswith(("#", "ifeq", "ifneq", "ifdef", "ifndef", "else", "endif")):
            current = []
    if (names := needs.get(".IGNORE")) is not None:
        for target in names or list(recipes):
            recipes[target] = [each._replace(ignored=True) for each in recipes.get(target, ())]
    return Makefile(recipes, needs)


def _joined_lines(text: str) -> Iterator[tuple[int, str]]:
    whole, begin = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        whole, begin = (whole + line, begin) if whole else (line, number)
        if whole.endswith("\\"):
            whole = whole[:-1] + " "
            continue
        yield begin, whole
        whole = ""
    if whole:
        yield begin, whole


def _line(line: str, number: int, known: Mapping[str, str]) -> Line:
    script = line.strip()
    marks = re.match(r"[@+-]*", script)
    before = marks[0] if marks else ""
    return Line(_with_variables(script[len(before) :], known), number, "-" in before)


def _with_variables(text: str, known: Mapping[str, str], levels: int = _DEEP) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if not name:
            return "$" if found[0] == "$$" else "target"
        return _with_variables(known[name], known, levels - 1) if name in known and levels else f"${{{name}}}"

    return _USE.sub(value, text)[:10_000]
