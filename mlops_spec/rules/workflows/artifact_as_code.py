"""What a pull request has made is data to a job that may write.

A job without rights trained the pull request's code, so its artifact holds what the author likes. Sourced, run, put
between `$(` and `)` or into `GITHUB_ENV`, it runs with the token of this job.

Bad:

    on: {pull_request: {branches: [main]}}
    jobs:
      comment:
        if: ${{ github.event.pull_request.head.repo.full_name == github.repository }}
        steps:
          - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
            with: {name: report, path: received}
          - run: cat received/number >> "${GITHUB_ENV}"
          - run: uv run --no-sync mlops-spec comment --pull-request "${NUMBER}" --plan received/plan.json

Good:

    on: {pull_request: {branches: [main]}}
    jobs:
      comment:
        if: ${{ github.event.pull_request.head.repo.full_name == github.repository }}
        steps:
          - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
            with: {name: report, path: received}
          - run: uv run --no-sync mlops-spec comment --pull-request "${NUMBER}" --plan received/plan.json

Fix: take what you need from `github.event` in `env`; let `mlops-spec comment` read the rest, which checks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.flow import pull_request_jobs
from mlops_spec.platforms.github.workflow.permissions import writable
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS520"
NAME = "artifact-as-code"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in pull_request_jobs(delivery, workflow):
        folders: list[str] = []
        for step in job.steps if writable(workflow, job) else ():
            for line in step.run.splitlines():
                if _runs(line, folders):
                    message = "what the pull request has written runs, or sets the environment, with this job's token"
                    hint = "let only `mlops-spec comment` read it"
                    yield Finding((*step.address, "run"), message, hint, piece=line.strip())
            if step.uses_action("actions/download-artifact"):
                folders.append(text(step.inputs.get("path")) or ".")


_SINK = regex(r"GITHUB_(ENV|OUTPUT|PATH)|\$\(|`|^\s*(source|\.|bash|sh|python3?|eval|exec|xargs)\s|\|\s*(ba)?sh\b")


def _runs(line: str, folders: list[str]) -> bool:
    own = line.lstrip()
    started = any(own.startswith((f"{folder}/", f"./{folder}/")) for folder in folders)
    return started or (any(folder in line for folder in folders) and bool(_SINK.search(line)))
