"""An artifact holds what is meant to be handed on.

The whole workspace has the data, the caches, and what actions left there: the rows in an artifact that everybody who
reads the repository may load, and a token of `.git/config`.

Bad:

    jobs:
      train:
        steps:
          - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
            with: {name: model, path: .}

Good:

    jobs:
      train:
        steps:
          - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
            with: {name: model, path: build/model}

Fix: name the files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.typed import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS574"
NAME = "whole-workspace"
SEVERITY: Severity = "error"

_ALL = frozenset(
    (
        ".",
        "./",
        "*",
        "**",
        "./*",
        "./**",
        "**/*",
        "${{github.workspace}}",
        "${{github.workspace}}/",
        "$GITHUB_WORKSPACE",
    )
)


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            paths = {"".join(line.split()) for line in text(step.inputs.get("path")).splitlines()}
            if step.uses_action("actions/upload-artifact") and paths & _ALL:
                message = "this uploads the data, the caches and what actions left there too"
                yield Finding((*step.address, "with", "path"), message, "name the files")
