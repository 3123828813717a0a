"""Where provenance is asked for, a job attests the build.

`governance.provenance: github`, or a step that verifies an attestation, says that only what a job has attested may be
registered. With no such job, no release passes any more, until somebody takes the check away too.

Bad:

    jobs:
      register:
        needs: train
        permissions: {contents: write, attestations: read}
        steps:
          - run: >-
              gh attestation verify dist/manifest.json --repo acme/credit
              --signer-workflow acme/credit/.github/workflows/mlops-train.yml
              --source-ref refs/heads/main --source-digest "${GITHUB_SHA}" --deny-self-hosted-runners
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Good:

    jobs:
      register:
        needs: [train, attest]
        permissions: {contents: write, attestations: read}
        steps:
          - run: >-
              gh attestation verify dist/manifest.json --repo acme/credit
              --signer-workflow acme/credit/.github/workflows/mlops-train.yml
              --source-ref refs/heads/main --source-digest "${GITHUB_SHA}" --deny-self-hosted-runners
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Fix: run actions/attest on the bundle's manifest in a job of its own, as `mlops-spec render` writes it; or say
`provenance: none` and verify nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.read import called_path
from mlops_spec.platforms.github.workflow.release import verifies
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS550"
NAME = "dropped-attestation"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    jobs = [job for each in delivery.workflows.values() for job in each.jobs.values()]
    verifying = any(verifies(command) for job in jobs for command in job.commands)
    wanted = verifying or (delivery.spec is not None and delivery.spec.governance.provenance == "github")
    # a workflow of another repository may attest, which nobody can see from here
    if not wanted or any(job.calls and not called_path(job.calls) for job in jobs):
        return
    if any(step.uses_action(*_ATTESTING) for job in jobs for step in job.steps):
        return
    bundled = any(job.runs("bundle") for job in jobs)
    for _, step, command in workflow.commands():
        if command.verb == "bundle" if bundled else verifies(command):
            yield at_command(step, command, "no job attests what is released", "add a job that runs actions/attest")


_ATTESTING = ("actions/attest", "actions/attest-build-provenance")
