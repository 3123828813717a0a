"""A job installs what the lock file says, and nothing else.

`uv sync` without `--locked` writes a new lock when the old one does not fit, and `uv run` syncs before it runs: both
install what nobody has reviewed, in the job that trains or releases.

Bad:

    jobs:
      train:
        steps:
          - run: uv sync
          - run: uv run --no-sync mlops-spec run

Good:

    jobs:
      train:
        steps:
          - run: uv sync --locked
          - run: uv run --no-sync mlops-spec run

Fix: `mlops-spec lint --fix` writes `uv sync --locked` and `uv run --no-sync`; `uv add` what `pip install` brought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.platforms.github.workflow.permissions import TABLE
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS522"
NAME = "unlocked-environment"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps if job.runs(*_OURS) else ():
            for command in step.commands:
                if loose := _loose(command):
                    sync = "run" in step.data and command.starts("uv", "sync")
                    fix = (Change(step.place, f"{command.piece} --locked", piece=command.piece),) if sync else ()
                    yield at_command(step, command, *loose, fix=fix)
            for found in _OWN.finditer(step.run):
                if not any(option in found[0] for option in ("--no-sync", *_LOCKED)):
                    message = "`uv run` installs before it runs, and what the lock file does not say"
                    fix = (Change(step.place, "uv run --no-sync", piece="uv run"),)
                    yield Finding(step.place, message, "write `uv run --no-sync`", piece="uv run", fix=fix)


_OURS = TABLE.keys() - {"lint"}  # which reads one file, and is run from anywhere
_OWN = regex(r"\buv run\b[^\n;&|]*mlops-spec")
_LOCKED = ("--locked", "--frozen")


def _loose(command: Command) -> tuple[str, str] | None:
    words = command.words
    if command.starts("uv", "sync") and not any(command.option(each) is not None for each in _LOCKED):
        return "`uv sync` installs what the lock file does not say", "write `uv sync --locked`"
    installs = command.starts("pip", "install") or command.starts("uv", "pip") or command.starts("pipx", "install")
    if (installs or words[1:4] == ("-m", "pip", "install")) and command.option("--require-hashes") is None:
        return "this installs what no lock file holds", "add it to the project with `uv add`"
    return None
