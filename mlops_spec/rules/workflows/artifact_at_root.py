"""An artifact is unpacked in a folder of its own.

Every job of a run may upload an artifact under any name. Unpacked where the code lies, its files replace the
project's, `pyproject.toml` and workflows' scripts among them.

Bad:

    jobs:
      register:
        needs: train
        steps:
          - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
            with: {name: release}
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Good:

    jobs:
      register:
        needs: train
        steps:
          - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
            with: {name: release, path: dist}
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Fix: say `path:`, a folder that holds nothing else.
"""

from __future__ import annotations

from fnmatch import fnmatch
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Step, Workflow

CODE = "MS519"
NAME = "artifact-at-root"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            path = text(step.inputs.get("path")).strip()
            if step.uses_action("actions/download-artifact") and path.rstrip("/") in _ROOTS:
                if _brings_figures_alone(workflow, step):
                    continue
                place = (*step.address, "with", "path") if "path" in step.inputs else (*step.address, "uses")
                yield Finding(place, "what is downloaded may replace the code that runs next", "add `path: received`")


def _brings_figures_alone(workflow: Workflow, step: Step) -> bool:
    """Whether jobs of the same run have uploaded all that comes, each as files that nothing runs."""
    wanted = text(step.inputs.get("name")) or text(step.inputs.get("pattern"))
    own = not {"run-id", "repository", "github-token"} & {*step.inputs}
    sent = [
        path
        for job in workflow.jobs.values()
        for each in job.steps
        if each.uses_action("actions/upload-artifact") and fnmatch(text(each.inputs.get("name")) or "artifact", wanted)
        for path in text(each.inputs.get("path")).splitlines()
    ]
    return own and bool(wanted and sent) and all(map(_FIGURES.fullmatch, sent))


_FIGURES = regex(r"[^/*?\n]+\.(json|csv|md|png|svg|html|parquet|txt)")
_ROOTS = ("", ".", "./", "..", "${{ github.workspace }}", "src", ".github", ".github/workflows", "~")
