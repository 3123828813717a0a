"""A promotion starts when the file that asks for it is merged.

What production should run is `deploy/production.yaml`. A workflow that waits for another file never deploys it, and
one that waits for every file deploys again whenever anything is merged.

Bad:

    on: {push: {branches: [main], paths: [deploy/staging.yaml]}}
    jobs:
      deploy:
        needs: plan
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}"

Good:

    on: {push: {branches: [main], paths: [deploy/production.yaml]}}
    jobs:
      deploy:
        needs: plan
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}"

Fix: write `paths: [deploy/<environment>.yaml]` with the environment that `promote plan` names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.environment import target
from mlops_spec.platforms.github.workflow.typed import mapping, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS543"
NAME = "deaf-promotion"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    push = mapping(workflow.triggers.get("push"))
    for job, step, command in workflow.commands("promote plan") if "push" in workflow.triggers else ():
        asked = target(workflow, job, step, command)
        file = str(model_folder.DEPLOY / f"{asked}.yaml")
        if asked and file not in names(push.get("paths")):
            place = ("on", "push", "paths") if "paths" in push else workflow.trigger_address("push")
            message = f"a change of {file} does not start this, or anything does"
            yield Finding(place, message, f"write `paths: [{file}]`", at_key=True)
