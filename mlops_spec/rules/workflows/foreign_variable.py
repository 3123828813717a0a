"""What strangers write sets no variable of a job.

A title, a branch or a comment may hold a line break. Written to `GITHUB_ENV` its second line is a variable of its own,
such as `LD_PRELOAD`, `PYTHONPATH` or a name that a later step trusts; in `GITHUB_PATH` it is where programs come from.

Bad:

    on: {pull_request: {}}
    jobs:
      label:
        steps:
          - run: echo "TITLE=${TITLE}" >> "${GITHUB_ENV}"
            env:
              TITLE: ${{ github.event.pull_request.title }}
          - run: uv run --no-sync mlops-spec lint

Good:

    on: {pull_request: {}}
    jobs:
      label:
        steps:
          - run: printf '%s' "${TITLE}" | head --lines 1 > title.txt
            env:
              TITLE: ${{ github.event.pull_request.title }}
          - run: uv run --no-sync mlops-spec lint

Fix: give it to the step that needs it in that step's `env`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS653"
NAME = "foreign-variable"
SEVERITY: Severity = "error"

#: What anybody may write; https://docs.github.com/en/actions/concepts/security/script-injections.
_FOREIGN = regex(
    r"github\.head_ref|github\.event\.[\w.\[\]*]{0,80}\b(title|body|message|label|head_branch|page_name|email|default_branch)\b"
    r"|github\.event\.pull_request\.head\.(ref|label)|github\.event\.commits\b"
)
_WRITES = regex(r"^[^\n]{0,2000}>>\s*[\"']?\$\{?(GITHUB_ENV|GITHUB_PATH)\b", re.MULTILINE)
_CLEANED = regex(r"\b(tr|sed|head|grep|cut|base64|jq|printf '?%q)\b|//[^}]|=~")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            foreign = _foreign_variables(workflow, job, step)
            for found in _WRITES.finditer(step.run) if foreign else ():
                named = [name for name in foreign if re.search(rf"\$\{{?{re.escape(name)}\b", found[0])]
                if named and not _CLEANED.search(step.run):
                    message = f"`{named[0]}` is what a stranger writes, and may hold more lines than one"
                    hint = "give it to the step that needs it in that step's `env`"
                    yield Finding(step.place, message, hint, piece=found[0].strip())


def _foreign_variables(workflow: Workflow, job: Job, step: Step) -> list[str]:
    held = [mapping(each.get("env")) for each in (workflow.data, job.data, step.data)]
    return [name for each in held for name, value in each.items() if _FOREIGN.search(text(value))]
