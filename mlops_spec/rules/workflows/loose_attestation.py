"""A verified attestation names who signed, from which branch and commit.

Without `--signer-workflow` and `--source-digest` an attestation by any workflow of the repository passes, so also one
that a branch has added, or that of last year's model. On a runner of somebody's own, anything may have been signed.

Bad:

    jobs:
      register:
        needs: [train, attest]
        permissions: {contents: write, attestations: read}
        steps:
          - run: gh attestation verify dist/manifest.json --repo acme/credit
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

Fix: say all four: `--signer-workflow`, `--source-ref`, `--source-digest` and `--deny-self-hosted-runners`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.platforms.github.workflow.release import verifies
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS511"
NAME = "loose-attestation"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for _, step, command in workflow.commands():
        missing = [option for option in _ASKED if command.option(option) is None] if verifies(command) else []
        if missing:
            yield at_command(step, command, "attestations of others pass too", f"add {listed(missing)}")


_ASKED = ("--signer-workflow", "--source-ref", "--source-digest", "--deny-self-hosted-runners")
