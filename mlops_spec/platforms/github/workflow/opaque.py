"""Parts of a run that its workflow file does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.read import called_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Step

_RUNNERS = frozenset(
    ("make just task tox nox npm poe hatch bash sh source . python python3 docker podman ssh gh xargs parallel").split()
)
_BEHIND = frozenset(("uv", "uvx", "run", "poetry", "pdm", "exec", "time", "env", "sudo", "nohup", "command"))
_KNOWN = ("actions/", "github/", "astral-sh/setup-uv")  # which set up, and run nothing of ours


def unseen(steps: Iterable[Step]) -> Iterator[str]:
    """What these steps start whose own commands stand elsewhere: scripts, targets, actions of others."""
    for step in steps:
        if step.uses and not step.commands and (called_path(step.uses) or not step.uses.startswith(_KNOWN)):
            yield step.uses.partition("@")[0]
        for command in step.commands:
            if _runs_in_container(command):
                yield " ".join(command.words[:2])


def _runs_in_container(command: Command) -> bool:
    words = [word for word in command.words if word not in _BEHIND and not word.startswith("-") and "=" not in word]
    program = words[0] if words and not command.verb else ""
    return program.startswith(("./", "scripts/", "bin/", "ci/", "$")) or program in _RUNNERS
