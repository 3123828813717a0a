"""Where builds are attested, only what is attested is registered.

An attestation that nobody verifies proves nothing: a bundle that another job or another commit made is registered all
the same.

Bad:

    jobs:
      register:
        needs: [train, attest]
        steps:
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

Fix: run `gh attestation verify` on the bundle's manifest in a step before `register`, in the same job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.release import verifies
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS510"
NAME = "unattested-registration"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if not _is_attested(delivery):
        return
    for job, step, command in workflow.commands("register"):
        earlier = [each for before in job.steps[: job.steps.index(step)] for each in before.commands]
        if not any(map(verifies, [*earlier, *step.commands])):
            hint = "run `gh attestation verify` on the bundle's manifest in a step before it"
            yield at_command(step, command, "what is registered is attested, and nobody looks", hint)


def _is_attested(delivery: Delivery) -> bool:
    if delivery.spec and delivery.spec.governance.provenance == "github":
        return True
    jobs = [job for workflow in delivery.workflows.values() for job in workflow.jobs.values()]
    return any(step.uses_action("actions/attest") for job in jobs for step in job.steps)
