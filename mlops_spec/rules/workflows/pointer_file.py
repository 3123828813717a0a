"""What goes into an image is the model, and not its pointer.

Git LFS keeps large files elsewhere, and a checkout has a pointer of three lines in the place of each unless it is told
`lfs: true`. `COPY` puts that into the image, which is found when the first request comes.

Bad:

    jobs:
      image:
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false}
          - run: docker build --tag credit .
    # Dockerfile
    FROM scratch
    COPY models/credit.onnx model.onnx
    # .gitattributes
    *.onnx filter=lfs diff=lfs merge=lfs -text

Good:

    jobs:
      image:
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false, lfs: true}
          - run: docker build --tag credit .
    # Dockerfile
    FROM scratch
    COPY models/credit.onnx model.onnx
    # .gitattributes
    *.onnx filter=lfs diff=lfs merge=lfs -text

Fix: write `lfs: true`.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.images import dockerfile
from mlops_spec.platforms.github.workflow.named_files import ATTRIBUTES
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS671"
NAME = "pointer-file"
SEVERITY: Severity = "error"

_KEPT_ELSEWHERE = regex(r"^(?P<pattern>[^#\s]\S*)\s[^#\n]*\bfilter=lfs\b", re.MULTILINE)
_COPIED = regex(r"^(?:COPY|ADD)\s+(?P<words>(?!--from)[^\n\[]+)$", re.MULTILINE)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    attributes = delivery.sources.get(ATTRIBUTES)
    patterns = _KEPT_ELSEWHERE.findall(attributes.text) if attributes else []
    for job in workflow.jobs.values() if patterns else ():
        if file := _copied_pointer(job, delivery, patterns):
            place = next(step for step in job.steps if step.uses_action("actions/checkout"))
            message = f"without `lfs: true` the image gets the pointer of `{file}`, and not the file"
            yield Finding((*place.address, "uses"), message, "write `lfs: true`")


def _copied_pointer(job: Job, delivery: Delivery, patterns: list[str]) -> str:
    """What an image of the job copies of files that the checkout has as pointers; empty where it has none."""
    checkouts = [step for step in job.steps if step.uses_action("actions/checkout")]
    loaded = any(text(each.inputs.get("lfs")) == "true" or each.inputs.get("repository") for each in checkouts)
    if not checkouts or loaded or any("git lfs" in step.run or "git-lfs" in step.run for step in job.steps):
        return ""
    for step in job.steps:
        image = dockerfile(step, delivery)
        for match in _COPIED.finditer(image.text) if image else ():
            for word in match["words"].split()[:-1]:
                if any(fnmatchcase(word.removeprefix("./"), _from_anywhere(each)) for each in patterns):
                    return str(word)
    return ""


def _from_anywhere(pattern: str) -> str:
    """A pattern of Git as one over whole paths: without a slash it means files in all folders."""
    return pattern.removeprefix("/").replace("**", "*") if "/" in pattern else f"*{pattern.removeprefix('*')}"
