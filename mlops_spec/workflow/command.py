"""Commands of a step: which of ours they are, and their arguments."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.workflow.shell import simple_commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PROGRAM = "mlops-spec"
_GROUPS = frozenset(("promote", "audit", "rehearse"))  # whose commands have two words


class Command(NamedTuple):
    """One command of a script; `verb` is which of ours it is, as `promote ask`, and empty for any other program."""

    verb: str
    words: tuple[str, ...]  # all of them; of ours, those behind the verb
    piece: str  # how it stands in the script, to point at
    lost: str  # why its failure would not fail the step

    def option(self, name: str) -> str | None:
        """The value of `--name VALUE` or `--name=VALUE`; empty for a flag, None where it is not given."""
        for place, word in enumerate(self.words):
            if word == name:
                return self.words[place + 1] if place + 1 < len(self.words) else ""
            if word.startswith(f"{name}="):
                return word.partition("=")[2]
        return None

    def argument(self) -> str:
        """The first argument that is no option."""
        return next((word for word in self.words if not word.startswith("-")), "")

    def starts(self, *words: str) -> bool:
        """Whether it is this program of others."""
        return not self.verb and self.words[: len(words)] == words


def commands(script: str, *, pipefail: bool) -> Iterator[Command]:
    for words, lost in simple_commands(script, pipefail=pipefail):
        place = _ours(words)
        if place is None:
            yield Command("", words, _written(script, words[:2]), lost)
            continue
        length = 2 if words[place + 1 : place + 2] and words[place + 1] in _GROUPS else 1
        verb = " ".join(words[place + 1 : place + 1 + length])
        piece = _written(script, words[place : place + 1 + length])
        yield Command(verb, words[place + 1 + length :], piece, lost)


def runs_ours(script: str) -> bool:
    """Whether a script seems to run us, without reading it."""
    return _PROGRAM in script or "mlops_spec" in script


def _ours(words: Sequence[str]) -> int | None:
    """Where our program stands among the words: itself, behind `uv run`, or as a module of Python."""
    for place, word in enumerate(words):
        if re.split("[=@]", PurePosixPath(word).name)[0] == _PROGRAM:
            if place + 1 < len(words) and words[place + 1] == _PROGRAM:  # `uvx --from mlops-spec mlops-spec`
                continue
            return place if _calls(words[:place]) else None
        if word == "mlops_spec" and words[place - 1] == "-m":
            return place
    return None


def _calls(before: Sequence[str]) -> bool:
    """Whether what stands before a word runs it: nothing, settings, or a program that runs programs."""
    runners = {"uv", "uvx", "run", "tool", "pipx", "poetry", "hatch", "exec", "time", "env", "nice", "timeout", "sudo"}
    program = next((word for word in before if "=" not in word), "")
    return not program or (PurePosixPath(program).name in runners and "install" not in before and "pip" not in before)


def _written(script: str, words: Sequence[str]) -> str:
    """These words as the script has them, whatever stands between; none where quotes hide them."""
    found = re.search(r"[\s\\]+".join(re.escape(word) for word in words), script)
    return found[0] if found else ""
