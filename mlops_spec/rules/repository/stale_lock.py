"""The lock file was made from this `pyproject.toml`.

`uv sync --locked` refuses a lock file of another one, and so stops every job of the workflows.

Bad:

    # pyproject.toml
    [project]
    name = "example"
    requires-python = ">=3.11"
    dependencies = ["pandas>=2.3"]
    # uv.lock
    version = 1
    requires-python = ">=3.11"
    [[package]]
    name = "example"
    source = { editable = "." }
    [package.metadata]
    requires-dist = [{ name = "pandas", specifier = ">=2.2" }]

Good:

    # pyproject.toml
    [project]
    name = "example"
    requires-python = ">=3.11"
    dependencies = ["pandas>=2.2"]
    # uv.lock
    version = 1
    requires-python = ">=3.11"
    [[package]]
    name = "example"
    source = { editable = "." }
    [package.metadata]
    requires-dist = [{ name = "pandas", specifier = ">=2.2" }]

Fix: run `uv lock` and commit `uv.lock`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.requirement import (
    LOCK,
    PROJECT,
    Table,
    declared,
    differing,
    lock_of,
    locked,
    mapping,
    placed,
    table,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository

CODE = "MS811"
NAME = "stale-lock"
SEVERITY: Severity = "error"
MOST_OF_A_LOCK = 1 << 24  # bytes; that of a project with a GPU's libraries has a few millions


def check(repository: Repository) -> Iterator[Finding]:
    file, locks = repository.once(PROJECT), repository.once(LOCK)
    project = table(repository.text(file))
    lock = lock_of(repository.text(locks, MOST_OF_A_LOCK), str(mapping(project.get("project")).get("name")))
    if locks != LOCK:  # a workspace's, for Pythons that all of its projects take
        lock = {**lock, "requires-python": ""}
    if wrong := _first_difference(project, lock):
        yield Finding(
            (),
            f"`uv.lock` is stale: {wrong}",
            "run `uv lock` and commit `uv.lock`",
            document=repository.document(file),
        )


def _first_difference(project: Table, lock: Table) -> str:
    given = mapping(project.get("project"))
    elsewhere = placed(lock, str(given.get("name")))
    remembered = locked(lock, str(given.get("name")))
    if not given or remembered is None:
        return ""
    wanted, kept = (versions(str(each.get("requires-python", ""))) for each in (given, lock))
    if wanted and kept and wanted != kept:
        return f"it is for Python {', '.join(sorted(kept))}"
    asked = declared(project)
    for group in sorted(asked.keys() | remembered.keys()):
        if other := differing(asked.get(group, set()), remembered.get(group, set()), elsewhere):
            return f"it was made with another `{other[0]}`"
    return ""
