"""The version to go back to is the one that was live.

The tag before the last is a version that was registered: perhaps it was never promoted, or was itself taken back. The
ledger, or the registry's alias, says what was live; the order of tags, files and commits does not.

Bad:

    jobs:
      rollback:
        environment: production
        steps:
          - run: |
              version="$(git tag --sort=-creatordate | sed -n 2p)"
              uv run --no-sync python -m credit.deploy --version "${version}"

Good:

    jobs:
      rollback:
        environment: production
        steps:
          - run: |
              version="$(uv run --no-sync python -m credit.registry previous --environment production)"
              uv run --no-sync python -m credit.deploy --version "${version}"

Fix: ask what was live: `mlops-spec rollback production` without `--to` does.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.program import keywords
from mlops_spec.platforms.github.workflow.roles import job_releases, releases, releasing
from mlops_spec.platforms.github.workflow.scripts import scripts
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS587"
NAME = "guessed-version"
SEVERITY: Severity = "error"

_CUT = r"[^\n]*(?:head|tail|sed -n|awk|sort|cut|--limit|\[1\]|\[-2\]|-n ?[12]\b)"
_TAGS = regex(
    rf"\b(?:git tag\b(?! -a| -s| -m){_CUT}|git for-each-ref[^\n]*tags{_CUT}|git ls-remote[^\n]*tags{_CUT}"
    r"|git describe[^\n]*--abbrev=0[^\n]*(?:\^|~)|git rev-(?:parse|list)[^\n]*(?:HEAD[~^]|--skip)"
    r"|git log[^\n]*(?:--skip|-2|-n ?2)"
    rf"|gh release list{_CUT}|gh run list[^\n]*{_CUT})"
)
_FILES = regex(
    rf"\b(?:ls -\w*t\w*\b{_CUT}|(?:aws s3|gsutil|gcloud storage) ls{_CUT}|find[^\n]*-printf[^\n]*sort{_CUT})"
)
_ON = r"(?:\\\n|[^\n])*"  # the rest of a command, over its lines
#: Listings of a registry of which one takes the first, and names that mean whatever is newest.
_NEWEST = regex(
    rf"aws sagemaker list-model-packages\b(?!{_ON}Approved){_ON}(?:CreationTime|max-\w+ 1\b|\[0\]|\[-1\])"
    r"|aws sagemaker list-(?:endpoint-configs|models|training-jobs|pipeline-executions)\b"
    rf"(?!{_ON}(?:-contains|GITHUB_SHA|github\.sha))"
    rf"{_ON}(?:max-\w+ 1\b|\[0\]|\[-1\]|head -n? ?1)"
    rf"|aws ecr describe-images\b(?!{_ON}imageTag=){_ON}sort_by{_ON}\[-1\]|az acr repository show-tags\b{_ON}--top 1\b"
    rf"|gcloud (?:\w+ )?artifacts docker (?:images|tags) list\b(?!{_ON}--filter){_ON}--limit[ =]1\b"
    rf"|az ml model list\b{_ON}(?:max-results 1\b|\[0\]|\[-1\]|max_by|sort)|az ml model show\b{_ON}--label latest"
    rf"|gcloud (?:\w+ )?ai models list\b{_ON}(?:--limit|\[0\]|head)"
    r"|azureml:[\w-]+@latest|models:/[\w$\{\}-]+/latest\b|\bget_latest_versions\(|\bmlflow\b[^\n]*--latest\b"
    r"|wandb artifact get[^\n]*:latest\b"
)
_BACK = regex(r"roll[ _-]?back|revert|restore|undo|take[ _-]back|\bback\b|previous", re.IGNORECASE)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        back = _rolls_back(workflow, job)
        for step in job.steps:
            found = _TAGS.search(step.run) if back else None
            if found:
                message = "the order of tags and commits does not say which version was live"
                yield Finding(step.place, message, "ask the ledger or the registry", piece=found[0])
            if (found := _FILES.search(step.run)) and (back or job_releases(job)):
                message = "the newest file is what was written last, and nobody has judged it"
                yield Finding(step.place, message, "name the version that was judged", piece=found[0])
            for command in step.commands if not back else ():
                if command.program and releases(command) and (node := _newest_version_taken(command.program)):
                    message = "this takes what was registered last, and nobody may have judged it"
                    yield in_program(command.program, node, message, "hand on the version that was judged")
            for script in scripts(step, delivery) if not back and releasing(step) else ():
                if found := _NEWEST.search(script.text):
                    message = "the newest of the registry is what was registered last, and nobody may have judged it"
                    yield script.found(found, message, "hand on the version that was judged")


def _newest_version_taken(program: Program) -> ast.expr | None:
    names = [name for _, name in program.calls]
    for call, name in program.calls:
        given = keywords(call)
        if name.endswith(".list_model_packages") and "ModelApprovalStatus" not in given:
            return call
        if name.endswith(".get_latest_versions") and not given.get("stages") and len(call.args) < 2:
            return call
        if name.endswith(".search_model_versions") and {"max", "sorted"} & {*names} and "tag" not in ast.unparse(call):
            return call
    return next(
        (
            each
            for each in program.texts
            if re.search(r"models:/[\w-]{1,100}/latest\b|^[\w-]{1,80}(?:/[\w.-]{1,80}){0,2}:latest$", str(each.value))
        ),
        None,
    )


def _rolls_back(workflow: Workflow, job: Job) -> bool:
    said = [text(workflow.data.get("name")), job.name, text(job.data.get("name"))]
    said += [text(step.data.get("name")) for step in job.steps]
    return any(_BACK.search(each) for each in said) or any(
        command.verb == "rollback" or {"rollback", "undo"} & {*command.words} for command in job.commands
    )
