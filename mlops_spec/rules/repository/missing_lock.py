"""A project has a lock file, and says what it needs.

The workflows install with `uv sync --locked`, which stops without `uv.lock`; and without it, two runs of one commit may
train with two versions of a library.

Bad:

    # uv.lock (none)

Good:

    # uv.lock
    version = 1

Fix: run `uv lock` and commit `uv.lock`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.requirement import LOCK, PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository

CODE = "MS810"
NAME = "missing-lock"
SEVERITY: Severity = "error"


def check(repository: Repository) -> Iterator[Finding]:
    project = repository.once(PROJECT)
    if not repository.is_file(project):
        hint = "run `uv init --bare`, `uv add` what the code imports, and commit both files"
        yield Finding(("spec",), "Git has no `pyproject.toml`, which jobs install from", hint)
    elif not repository.is_file(repository.once(LOCK)):
        message = "Git has no `uv.lock` for this project"
        yield Finding((), message, "run `uv lock` and commit `uv.lock`", document=repository.document(project))
