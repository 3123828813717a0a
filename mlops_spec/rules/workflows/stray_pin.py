"""An action that we pin has our commit, and says its version.

The commits of the actions in rendered workflows were read before they were taken. Another one has the same trust only
if somebody has read it, and a comment that names another version hides which it is.

Bad:

    jobs:
      train:
        steps:
          - uses: actions/checkout@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa # v7.0.1
            with: {persist-credentials: false, fetch-depth: 0}
          - run: uv run --no-sync mlops-spec run

Good:

    jobs:
      train:
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false, fetch-depth: 0}
          - run: uv run --no-sync mlops-spec run

Fix: write what the hint says, as `mlops-spec lint --fix` does where the comment names our version or there is none;
the pins move with mlops-spec.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.platforms.github.pins import pinned
from mlops_spec.rules.workflow_finding import comment_behind, with_comment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS527"
NAME = "stray-pin"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            name, _, commit = step.uses.partition("@")
            action = pinned(name)
            if not action or not re.fullmatch("[0-9a-f]{40}", commit):
                continue
            place = (*step.address, "uses")
            comment = comment_behind(workflow.document, place)
            said = next(iter(comment.split()), "").rstrip(",;:")
            if not workflow.ours and action.version not in (said, "") and step.uses != action.ref:
                continue  # another version, which others have read
            hint = f"write `{action.ref} # {action.version}`"
            if step.uses != action.ref:
                # another version may be meant, but not by who says this one
                right = (Change(place, action.ref),) if said == action.version else ()
                yield Finding(place, f"this is not the commit of {name} that we have read", hint, fix=right)
            elif said != action.version:
                fix = () if comment else with_comment(workflow.document, place, action.ref, action.version)
                yield Finding(place, f"the comment does not say that this is {action.version}", hint, fix=fix)
