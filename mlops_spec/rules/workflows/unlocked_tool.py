"""What trains, judges or releases comes out of the lock.

A script from the internet and `uv run --with` take what is newest at that hour: another version
than the one that was tried, and whatever somebody has put there.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync --with lightgbm python -m credit.train

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python -m credit.train

Fix: add it to the project's dependencies, lock them, and install with `uv sync --locked`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import about_models
from mlops_spec.platforms.github.workflow.scripts import scripts
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS573"
NAME = "unlocked-tool"
SEVERITY: Severity = "error"

_SCRIPT = regex(
    r"\b(?:curl|wget)\b[^\n|;]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\b(?:ba)?sh\s+(?:-c\s+\"\$|<)\(\s*(?:curl|wget)[^\n]*"
)
_HINT = "add it to the project's dependencies, and install those by the lock"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps if about_models(job) else ():
            for script in scripts(step, delivery):
                for found in _SCRIPT.finditer(script.text):
                    yield script.found(found, "this runs whatever an address answers", _HINT)
            for command in step.commands:
                if what := _unlocked_install(command):
                    yield at_command(step, command, f"`{what}` is whatever is newest at that hour", _HINT)


def _unlocked_install(command: Command) -> str:
    given = command.option("--with") if command.words[:2] == ("uv", "run") else None
    return given if given and "==" not in given else _unpinned_package(command.words)


def _unpinned_package(words: tuple[str, ...]) -> str:
    for installer in _INSTALLERS:
        if words[: len(installer)] == installer:
            rest = words[len(installer) :]
            named = [word for place, word in enumerate(rest) if _is_package(rest, place)]
            return next((each for each in named if not re.search(r"==|@|[./$]|\.whl", each)), "")
    if words[:2] in (("poetry", "update"), ("uv", "lock"), ("pdm", "update"), ("poetry", "lock"), ("conda", "update")):
        return "" if {"--check", "--locked"} & {*words} else " ".join(words[:2])
    if words[:2] == ("uv", "sync") and {"--upgrade", "-U"} & {*words}:
        return "uv sync --upgrade"
    return ""


def _is_package(words: tuple[str, ...], place: int) -> bool:
    word, before = words[place], words[place - 1] if place else ""
    return not word.startswith("-") and before not in _VALUED and word.split("[")[0] not in _TOOLS


_INSTALLERS = (
    ("pip", "install"),
    ("pip3", "install"),
    ("python", "-m", "pip", "install"),
    ("python3", "-m", "pip", "install"),
    ("uv", "pip", "install"),
    ("pipx", "install"),
    ("conda", "install"),
    ("uvx",),
)
_VALUED = frozenset(
    ("-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-e", "--editable")
)
_TOOLS = frozenset(("pip", "setuptools", "wheel", "uv", "build", "pre-commit", "ruff", "black", "flake8", "mypy"))
