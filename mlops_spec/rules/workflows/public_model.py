"""A model is read by whom it is for.

A model that was trained on customers can be asked for them, and is copied by whoever finds its address. `public-read`
is for everybody, from that moment on.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: aws s3 cp --acl public-read build/model.onnx s3://acme-models/credit/v7/model.onnx

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: aws s3 cp build/model.onnx s3://acme-models/credit/v7/model.onnx

Fix: leave it out, and give the role of the server the right to read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import about_models, plain
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS665"
NAME = "public-model"
SEVERITY: Severity = "error"

_PUBLIC = regex(
    r"--acl[ =](public-read(-write)?|authenticated-read)\b|\ball(Authenticated)?Users\b|\bAllUsers:[RWO]\b"
    r"|-a public-read\b|--public-access[ =](blob|container)\b|--predefined-acl[ =]public\w*"
)
_MODEL = regex(r"model|weights|\.(onnx|joblib|pkl|skops|safetensors|pt|bin)\b", re.IGNORECASE)
_PAGES = regex(r"docs?\b|site|html|badge|www|static|report|assets|invoker", re.IGNORECASE)


def check(workflow: Workflow) -> Iterator[Finding]:
    for job, step, command in workflow.commands():
        said = plain(command)
        model = _MODEL.search(said) or about_models(job)
        if (match := _PUBLIC.search(said)) and not _PAGES.search(said) and model:
            yield at_command(step, command, f"by `{match[0]}` everybody may read this", "leave it out")
