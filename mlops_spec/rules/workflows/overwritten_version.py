"""A version has a place of its own.

A cluster that is told the address it has already sees no change: no pod is replaced, the rollout is done at once, and
the old model goes on answering. A pod that starts later loads the new one, so two answer side by side, and what was
there before can't be brought back.

Bad:

    jobs:
      ship:
        steps:
          - run: aws s3 cp --recursive build/model/ s3://acme-models/ranker/current/
          - run: |
              sed "s|@MODEL@|s3://acme-models/ranker/current/|" k8s/ranker.yaml | kubectl apply -f -
              kubectl wait --for=condition=Ready inferenceservice/ranker --timeout=10m

Good:

    jobs:
      ship:
        steps:
          - run: aws s3 cp --recursive build/model/ "s3://acme-models/ranker/${GITHUB_SHA}/"
          - run: |
              sed "s|@MODEL@|s3://acme-models/ranker/${GITHUB_SHA}/|" k8s/ranker.yaml | kubectl apply -f -
              kubectl wait --for=condition=Ready inferenceservice/ranker --timeout=10m

Fix: put the commit, or the version, into the address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.images import BUILDS
from mlops_spec.platforms.github.workflow.options import spelled_out
from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS696"
NAME = "overwritten-version"
SEVERITY: Severity = "error"

#: What only replaces what is told to be something else than it is.
_APPLIES = regex(r"(kubectl|oc) (\S+ )*?(apply|set image|patch|replace)\b|helm (\S+ )*?(upgrade|install)\b")
_RESTARTS = regex(r"rollout restart|delete pods?\b|--recreate-pods|--force\b|scale (.* )?--replicas|restartedAt")
_COPIES = regex(
    r"(aws (--\S+ \S+ )*s3|gsutil( -m)?|gcloud storage|azcopy|rclone|s5cmd|mc) (cp|mv|sync|rsync|copy|copyto)\b"
)
_CHANGES = regex(r"\$|\{\{|\*|@sha256")
_MANIFEST = regex(r"[\w./-]+\.ya?ml")


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        if any(_RESTARTS.search(f"{step.run}") for step in job.steps):
            continue
        written = {place for _, each in jobs_before(delivery, workflow, job) for place in _written(workflow, each)}
        written |= _written(workflow, job)
        for step in job.steps if written else ():
            if place := _told_again(workflow, delivery, job, step, written):
                command = next(each for each in step.commands if _APPLIES.match(plain(each)))
                message = f"`{place}` is written over in each run, and what serves it sees no change"
                yield at_command(step, command, message, "put the commit into the address: `${GITHUB_SHA}`")


def _written(workflow: Workflow, job: Job) -> set[str]:
    """The places of a store, and the images, that each run of a job writes anew under one name."""
    found: set[str] = set()
    for step in job.steps:
        if step.uses_action(*BUILDS) and text(step.inputs.get("push")) not in ("", "false"):
            found |= {*re.findall(r"[^\s,]+", text(step.inputs.get("tags")))}
        for command in step.commands:
            words = [spelled_out(workflow, job, step, word) for word in command.words]
            found |= {words[-1]} if _writes(words) else set()
    return {place.rstrip("/") for place in found if not _CHANGES.search(place)}


def _writes(words: list[str]) -> bool:
    """Whether a command copies to a store, or pushes an image; its last word says where."""
    copies = _COPIES.match(" ".join(words)) is not None and "://" in words[-1]
    return copies or words[:2] in (["docker", "push"], ["podman", "push"])


def _told_again(workflow: Workflow, delivery: Delivery, job: Job, step: Step, written: set[str]) -> str:
    """What of it a step tells a cluster, itself or in a file of the repository, where nothing else changes in it."""
    applies = [each for each in step.commands if _APPLIES.match(plain(each))]
    if not applies:
        return ""
    words = [[spelled_out(workflow, job, step, word) for word in each.words] for each in step.commands]
    said = "\n".join(" ".join(each) for each in words if not _writes(each))
    files = [delivery.sources[each].text for each in _MANIFEST.findall(step.run) if each in delivery.sources]
    told = [place for place in sorted(written) if any(_names(each, place) for each in (said, *files))]
    others = [word for each in applies for word in each.words if "$" in word and "://" not in word]
    varies = re.search(r"GITHUB_SHA|github\.sha|DIGEST|VERSION|GITHUB_RUN|run_id|ref_name", said)
    return told[0] if told and not others and not varies else ""


def _names(said: str, place: str) -> bool:
    return re.search(rf"(?<![\w./-]){re.escape(place)}(?![\w.-]|/[\w$])", said) is not None
