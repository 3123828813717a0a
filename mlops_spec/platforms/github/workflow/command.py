"""Commands of a step: which of ours they are, and their arguments."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.shell import simple_commands
from mlops_spec.platforms.github.workflow.shell_state import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Span
    from mlops_spec.platforms.github.workflow.lexer import Redirection
    from mlops_spec.platforms.github.workflow.program import Program

_PROGRAM = "mlops-spec"
_GROUPS = frozenset(("promote", "audit", "rehearse", "trial"))  # whose commands have two words
#: Programs that run what stands behind them, and end as it does.
_RUNNERS = frozenset(
    (
        *("uv", "uvx", "pipx", "poetry", "pdm", "rye", "pixi", "hatch", "conda", "docker", "podman"),
        *("exec", "command", "coproc", "env", "nice", "ionice", "nohup", "stdbuf", "sudo", "time", "timeout", "xargs"),
    )
)
_OTHERWISE = frozenset(("install", "pip", "add", "echo", "printf", "true", ":"))  # behind which our name is just a word


class Spot(NamedTuple):
    """Where a command stands that is not written in the workflow."""

    document: Document
    span: Span


class Command(NamedTuple):
    """One command of a script; `verb` is which of ours it is, as `promote ask`, and empty for any other program."""

    verb: str
    words: tuple[str, ...]  # all of them; of ours, those behind the verb
    piece: str  # how it stands in the script, to point at
    earlier: int  # how often the script has this piece before
    lost: str  # why its failure would not fail the step
    skipped: str = ""  # why the step may pass without it
    spot: Spot | None = None  # where it stands, if in another file than the workflow
    program: Program | None = None  # the file of the repository that it starts, if that is Python
    redirections: tuple[Redirection, ...] = ()

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


@lru_cache(maxsize=1024)  # a repository's workflows share most scripts, and an editor has all read at each change
def commands(script: str, shell: Shell = Shell()) -> tuple[Command, ...]:  # noqa: B008 - immutable
    """The commands of a script in the order in which they would run."""
    return tuple(_commands(script, shell))


def _commands(script: str, shell: Shell) -> Iterator[Command]:
    for words, lost, skipped, start, redirections in simple_commands(script, shell):
        place = _index_of_ours(words)
        if place is None:
            piece, earlier = _written(script, words[:2], start)
            yield Command("", words, piece, earlier, lost, skipped, redirections=redirections)
            continue
        length = 2 if words[place + 1 : place + 2] and words[place + 1] in _GROUPS else 1
        verb = " ".join(words[place + 1 : place + 1 + length])
        piece, earlier = _written(script, words[place : place + 1 + length], start)
        rest = words[place + 1 + length :]
        if not {"-h", "--help"} & {verb, *rest}:
            yield Command(verb, rest, piece, earlier, lost or _why_detached(words[:place]), skipped)


def runs_ours(script: str) -> bool:
    """Whether a script seems to run us, without reading it."""
    return _PROGRAM in script or "mlops_spec" in script


def _index_of_ours(words: Sequence[str]) -> int | None:
    for place, word in enumerate(words):
        if re.split("[=@]", PurePosixPath(word).name)[0] == _PROGRAM:
            if place + 1 < len(words) and words[place + 1] == _PROGRAM:  # `uvx --from mlops-spec mlops-spec`
                continue
            return place if _runs_next_word(words[:place]) else None
        if word == "mlops_spec" and words[place - 1] == "-m":
            return place
    return None


def _runs_next_word(before: Sequence[str]) -> bool:
    program = next((word for word in before if "=" not in word), "")
    return not program or (PurePosixPath(program).name in _RUNNERS and not _OTHERWISE & set(before))


def _why_detached(before: Sequence[str]) -> str:
    if {"docker", "podman"} & set(before) and {"-d", "--detach"} & set(before):
        return "its container runs in the background"
    return "it runs in the background" if before[:1] == ("coproc",) else ""


def _written(script: str, words: Sequence[str], start: int) -> tuple[str, int]:
    """These words as the script has them from a place on, and how often before it; none where quotes hide them."""
    match = re.compile(r"[\s\\]+".join(re.escape(word) for word in words)).search(script, start)
    return (match[0], script.count(match[0], 0, match.start())) if match else ("", 0)
