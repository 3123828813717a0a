"""A called workflow gets each secret that it reads.

It sees none that its caller does not pass by name, those of its own jobs' environments included: the step gets an empty
text, and fails far from here. A secret that is passed and not declared makes GitHub refuse the whole workflow.

Bad:

    jobs:
      train:
        uses: $/.github/workflows/called.yml
        permissions: {contents: read}
    # .github/workflows/called.yml
    on: {workflow_call: {secrets: {STORE_KEY: {required: true}}}}
    permissions: {}
    defaults: {run: {shell: bash}}
    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        environment: training
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec run --push
            env:
              STORE_KEY: ${{ secrets.STORE_KEY }}

Good:

    jobs:
      train:
        uses: $/.github/workflows/called.yml
        permissions: {contents: read}
        secrets:
          STORE_KEY: ${{ secrets.STORE_KEY }}
    # .github/workflows/called.yml
    on: {workflow_call: {secrets: {STORE_KEY: {required: true}}}}
    permissions: {}
    defaults: {run: {shell: bash}}
    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        environment: training
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec run --push
            env:
              STORE_KEY: ${{ secrets.STORE_KEY }}

Fix: declare it under `on.workflow_call.secrets` of the called workflow, and pass it in the `secrets` of the job that
calls.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import expressions
from mlops_spec.platforms.github.workflow.read import called_path
from mlops_spec.platforms.github.workflow.typed import mapping
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS553"
NAME = "unpassed-secret"
SEVERITY: Severity = "error"

_SECRET = regex(r"\bsecrets\.(?!GITHUB_TOKEN\b)(\w+)", re.IGNORECASE)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if set(workflow.triggers) == {"workflow_call"}:
        declared = _declared(workflow)
        for name, place in _secrets_read(workflow).items():
            if name not in declared:
                message = f"no caller can pass `{name}`: it is always empty here"
                yield Finding(place, message, "declare it under `on.workflow_call.secrets`")
    for job in workflow.jobs.values():
        called = delivery.workflows.get(called_path(job.calls))
        if called is not None and job.data.get("secrets") != "inherit":
            yield from _call(job, called)


def _call(job: Job, called: Workflow) -> Iterator[Finding]:
    passed, declared = mapping(job.data.get("secrets")), _declared(called)
    for name in declared:
        if name not in passed and name in _secrets_read(called):
            place = (*job.address, "secrets") if passed else (*job.address, "uses")
            message = f"`{name}` is empty in {called.path}: this does not pass it"
            yield Finding(place, message, f"pass it: `{name}: ${{{{ secrets.{name} }}}}`")
    for name in passed:
        if name not in declared:
            message = f"{called.path} declares no secret `{name}`: GitHub refuses the whole workflow"
            yield Finding((*job.address, "secrets", name), message, "declare it there, or remove it", at_key=True)


def _declared(workflow: Workflow) -> list[str]:
    return list(mapping(mapping(workflow.triggers.get("workflow_call")).get("secrets")))


def _secrets_read(workflow: Workflow) -> dict[str, Address]:
    found: dict[str, Address] = {}
    for address, value in workflow.document.texts():
        for each in expressions(value):
            for name in _SECRET.findall(each):
                found.setdefault(name, address)
    return found
