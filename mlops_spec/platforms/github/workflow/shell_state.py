"""The state of a shell during a script, and its changes by `set`, `shopt`, `trap` and `exit`.

https://www.gnu.org/software/bash/manual/html_node/The-Set-Builtin.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mlops_spec.platforms.github.workflow.grammar import Node

_SUCCEEDS = regex(r"\bexit\s+0\b|\bexit\s*$")
_MOST = 5_000  # commands of a script; functions that call functions could go on for ever


class Shell(NamedTuple):
    """How the shell that runs a script was started."""

    errexit: bool = True
    pipefail: bool = True


def started(shell: str) -> Shell:
    """How GitHub starts a shell of this name: `bash` with `-eo pipefail`, none and `sh` with `-e`, `… {0}` as it says.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    """
    if "{0}" in shell:
        return Shell(bool(re.search(r"\s-[a-z]*e|\berrexit\b", shell)), "pipefail" in shell)
    return Shell(pipefail=shell == "bash")


@dataclass(frozen=True)
class Fate:
    """What becomes of a command that fails: `exits` if that ends the shell, else `status`; empty where it is not lost.

    `guarded` is why it does not end the shell whatever `set -e` says.
    """

    exits: str = ""
    status: str = ""
    guarded: bool = False
    skipped: str = ""


@dataclass
class State:
    """What a shell has come to know: its options, its functions, and why it may have ended well already."""

    errexit: bool
    pipefail: bool
    functions: dict[str, Node]
    kept: frozenset[str]  # variables whose value the script ends with
    ended: str = ""
    trapped: str = ""
    depth: int = 0
    within: int | None = None  # where the word begins whose script this shell runs
    steps: Iterator[int] = field(default_factory=lambda: iter(range(_MOST)))  # all shells of a script share them

    def lost(self, fate: Fate) -> str:
        if self.trapped:
            return self.trapped
        return fate.exits if self.errexit and not fate.guarded else fate.status

    def own(self) -> State:
        """The state of a shell that begins as this one is."""
        return replace(self, functions=dict(self.functions))


def _set(words: Sequence[str], state: State) -> None:
    for word, value in zip_longest(words, words[1:], fillvalue=""):
        on = word.startswith("-")
        if (re.fullmatch(r"[+-]\w+", word) and "e" in word[1:]) or (word in ("-o", "+o") and value == "errexit"):
            state.errexit = on
        if re.fullmatch(r"[+-]\w*o", word) and value == "pipefail":
            state.pipefail = on


def _shopt(words: Sequence[str], state: State) -> None:
    flags = "".join(word for word in words if word.startswith("-"))
    if "o" in flags and ("u" in flags or "s" in flags):
        for name in {"errexit", "pipefail"} & set(words):
            setattr(state, name, "s" in flags)


def _trap(words: Sequence[str], state: State) -> None:
    if len(words) > 1 and {"EXIT", "0", "ERR"} & set(words[1:]) and _SUCCEEDS.search(words[0]):
        state.trapped = f"`trap '{words[0]}'` takes its failure away"


def _exit(words: Sequence[str], state: State) -> None:
    if not words or words[0] == "0":
        state.ended = state.ended or "`exit 0` stands before it"


BUILTINS: dict[str, Callable[[Sequence[str], State], None]] = {
    "set": _set,
    "shopt": _shopt,
    "trap": _trap,
    "exit": _exit,
}
"""What the shell's own commands do to it, by their names."""
