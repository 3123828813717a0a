"""A promotion trains no new version.

A merge that changes only `deploy/` says what is live, not what a version is. Where it starts the release too, each
promotion registers another version, which proposes the next promotion.

Bad:

    on: {push: {branches: [main]}}
    jobs:
      register:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Good:

    on: {push: {branches: [main], paths-ignore: [deploy/**]}}
    jobs:
      register:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Fix: add `paths-ignore: [deploy/**]` to the push.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.typed import mapping, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS549"
NAME = "circular-release"
SEVERITY: Severity = "error"


_IGNORING = {f"{model_folder.DEPLOY}/**", f"**/{model_folder.DEPLOY}/**", f"**/{model_folder.DEPLOY}/*.yaml"}


def check(workflow: Workflow) -> Iterator[Finding]:
    if "push" not in workflow.triggers or not any(True for _ in workflow.commands("register")):
        return
    push = mapping(workflow.triggers["push"])
    ignored, listened = names(push.get("paths-ignore")), names(push.get("paths"))
    listens = any(path.startswith((f"{model_folder.DEPLOY}/", "**")) for path in listened)
    if not _IGNORING & {*ignored} and (listens or not listened):
        place = next(((*("on", "push"), each) for each in ("paths-ignore", "paths") if each in push), None)
        message = "a promotion registers another version"
        hint = f"write `paths-ignore: [{model_folder.DEPLOY}/**]`"
        yield Finding(place or workflow.trigger_address("push"), message, hint, at_key=True)
