"""Code that nobody has merged signs in as nobody who may write.

A step that signs in leaves its credentials for all that runs after it in the job. In a job that runs the code of a pull
request they are its author's: the storage's data could be changed before anybody has read the change.

Bad:

    on: {workflow_dispatch: {inputs: {number: {required: true}}}}
    jobs:
      trial:
        environment: training
        permissions: {contents: read, id-token: write}
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false, fetch-depth: 0, ref: "refs/pull/${{ inputs.number }}/head"}
          - uses: aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3
            with: {role-to-assume: "arn:aws:iam::123456789012:role/models-write", aws-region: eu-central-1}
          - run: uv run --no-sync mlops-spec run

Good:

    on: {workflow_dispatch: {}}
    jobs:
      trial:
        environment: training
        permissions: {contents: read, id-token: write}
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false, fetch-depth: 0}
          - uses: aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3
            with: {role-to-assume: "arn:aws:iam::123456789012:role/models-write", aws-region: eu-central-1}
          - run: uv run --no-sync mlops-spec run

Fix: sign in as `read` of the spec's `storage`; for a fork's code only in an environment whose reviewers look first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.actor_conditions import after_push
from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.expression import expressions
from mlops_spec.platforms.github.workflow.flow import events, pull_request_jobs
from mlops_spec.platforms.github.workflow.sign_in import identity, reader
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS555"
NAME = "exposed-role"
SEVERITY: Severity = "error"

_OF_STRANGERS = {"pull_request_target", "workflow_run", "issue_comment"}
_HEAD = regex(r"pull_request\.head|head_ref|workflow_run\.head|outputs\.head\b")


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    started = events(delivery, workflow)
    reached = pull_request_jobs(delivery, workflow)
    readers = reader(delivery.spec) if delivery.spec else None
    for job in workflow.jobs.values():
        foreign = _checks_out_head(job) and not (started == {"workflow_run"} and after_push(job))
        for step in job.steps if foreign or job in reached else ():
            who = identity(step)
            why = _why_exposed(who, readers, job, foreign, started) if who else ""
            if why:
                yield Finding(step.place, f"this is {why}", "sign in as what the spec's `storage` lets read")


def _why_exposed(who: str, readers: str | None, job: Job, foreign: bool, started: set[str]) -> str:
    if readers is not None and who != readers:
        return f"`{who}`, which the spec does not give to code that nobody has merged"
    if started & _OF_STRANGERS:
        return "at the service of whoever opens a pull request, of a fork too"
    if foreign and "pull_request" not in started and not environment(job):
        return "at the service of a fork's code, and no environment has a person look first"
    return ""


def _checks_out_head(job: Job) -> bool:
    refs = [text(step.inputs.get("ref")) for step in job.steps if step.uses_action("actions/checkout")]
    return any("refs/pull/" in ref or any(_HEAD.search(each) for each in expressions(ref)) for ref in refs)
