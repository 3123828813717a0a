"""What is read of a step is something that its script sets.

An output that the script does not write is an empty text, which is no error: a comparison with it has one answer, and a
digest out of it is empty.

Bad:

    jobs:
      train:
        steps:
          - id: pack
            run: echo "digest=$(sha256sum model.tar)" >> "${GITHUB_OUTPUT}"
          - run: test "${DIGEST}" != "${BEFORE}"
            env:
              DIGEST: ${{ steps.pack.outputs.sha }}

Good:

    jobs:
      train:
        steps:
          - id: pack
            run: echo "digest=$(sha256sum model.tar)" >> "${GITHUB_OUTPUT}"
          - run: test "${DIGEST}" != "${BEFORE}"
            env:
              DIGEST: ${{ steps.pack.outputs.digest }}

Fix: read what is written, or write what is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.references import named
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Step, Workflow

CODE = "MS558"
NAME = "unset-output"
SEVERITY: Severity = "error"

_WRITTEN = regex(r"\b(?:echo|printf)\s+[\"']?([\w-]+)(?:=|<<)")


def check(workflow: Workflow) -> Iterator[Finding]:
    for each in named(workflow):
        job = workflow.jobs.get(str(each.address[1])) if each.address[:1] == ("jobs",) else None
        if job is None or each.context != "steps" or len(each.path) != 3 or each.path[1] != "outputs":
            continue
        step = next((one for one in job.steps if text(one.data.get("id")) == each.path[0]), None)
        written = _written_outputs(step) if step else None
        if written and each.path[2] not in written:
            message = f"the step `{each.path[0]}` sets no `{each.path[2]}`: this is always empty"
            yield Finding(each.address, message, f"it sets {listed(sorted(written))}", piece=each.piece)


def _written_outputs(step: Step) -> set[str] | None:
    """The outputs that a script writes; None where it may write others that can't be seen."""
    lines = [line for line in step.run.splitlines() if "GITHUB_OUTPUT" in line]
    found = [_WRITTEN.search(line) for line in lines]
    shown = all(match and ">>" in line for match, line in zip(found, lines, strict=True))
    return {match[1] for match in found if match} if lines and shown else None
