"""A job runs on a fixed image.

`ubuntu-latest` is another system when GitHub says so. The same commit is then trained, or released, by other tools.

Bad:

    jobs:
      train:
        runs-on: ubuntu-latest
        steps:
          - run: uv run --no-sync mlops-spec run

Good:

    jobs:
      train:
        runs-on: ubuntu-24.04
        steps:
          - run: uv run --no-sync mlops-spec run

Fix: name the image; `mlops-spec lint --fix` writes the one that the label stands for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.platforms.github.workflow.typed import mapping, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS524"
NAME = "moving-runner"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        written = job.data.get("runs-on")
        for label in names(mapping(written).get("labels") if isinstance(written, dict) else written):
            if label.endswith("-latest"):
                image, place = _STANDS_FOR.get(label, ""), (*job.address, "runs-on")
                hint = f"write `{image}`" if image else "write the image that it stands for"
                message = f"`{label}` is another system when GitHub says so"
                whole = isinstance(written, str) and image
                yield Finding(place, message, hint, piece=label, fix=(Change(place, image),) if whole else ())


_STANDS_FOR = {"ubuntu-latest": "ubuntu-24.04", "windows-latest": "windows-2025", "macos-latest": "macos-15"}
