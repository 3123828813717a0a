"""A model and its data come from where they stay the same.

`latest`, a branch and a version that nobody names are whatever somebody has put there: the model that is released is
not the one that was judged, and the run of yesterday can't be repeated.

Bad:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python -m credit.evaluate --model models:/credit/latest --rows build/data/test.parquet

Good:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python -m credit.evaluate --model build/model --rows build/data/test.parquet

Fix: name the version, the commit or the digest, or take what this run has made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.options import options, spelled_out
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, releases, scores, trains
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS581"
NAME = "moving-source"
SEVERITY: Severity = "error"

#: An address or a path of a model or of data that moves.
_MOVING = regex(
    r"(?:[\w-]+:/{1,3}|/|\./)[^\s\"'=]*[/@](?:latest|newest|current-data|HEAD)(?:/[^\s\"']*)?(?=[\"'\s]|$)"
    r"|[\w./-]*(?:model|data|dataset|artifact)[\w./-]*/latest(?:/[^\s\"']*)?(?=[\"'\s]|$)"
    r"|https://raw\.githubusercontent\.com/[^/\s]+/[^/\s]+/(?:refs/heads/)?(?:main|master|develop)/\S+"
    r"|https://huggingface\.co/\S+/resolve/main/\S+|https://github\.com/\S+/releases/latest/download/\S+"
)
_LONGEST = 1000  # characters of an address
_NAMED = regex(r"(latest|main|master|newest)")
_VERSION = regex(r"(model-|data-|dataset-)?(version|revision|rev|tag|ref)")
_COPIES = (
    *(("aws", "s3", "cp"), ("aws", "s3", "sync"), ("gsutil", "cp"), ("gsutil", "rsync"), ("gcloud", "storage", "cp")),
    *(("azcopy", "copy"), ("rclone", "copy"), ("cp",), ("mv",), ("rsync",), ("scp",), ("az", "storage")),
)
_BUILDS = ("docker/build-push-action", "docker/bake-action", "redhat-actions/buildah-build")
_HINT = "name its version, or take what this run has made"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        if not _handles_model(job):
            continue
        for step in job.steps:
            for command in step.commands:
                if moving := _moving_part(command, workflow, job, step):
                    yield at_command(step, command, f"`{moving}` is whatever somebody put there last", _HINT)
            if step.uses_action(*_BUILDS) and (match := _MOVING.search(text(step.inputs.get("build-args"))[:_LONGEST])):
                message = f"`{match[0]}` is whatever somebody put there last"
                yield Finding((*step.address, "with", "build-args"), message, _HINT, piece=match[0])


def _handles_model(job: Job) -> bool:
    roles = (trains, evaluates, judges, releases, scores)
    built = any(step.uses_action(*_BUILDS) for step in job.steps)
    return built or any(
        role(command) or command.words[:2] == ("docker", "build") for command in job.commands for role in roles
    )


def _moving_part(command: Command, workflow: Workflow, job: Job, step: Step) -> str:
    if command.verb or command.words[:1] in (("echo",), ("printf",), ("gh",), ("docker",), ("kubectl",)):
        return _built(command) if command.words[:2] == ("docker", "build") else ""
    copied = any(command.starts(*each) for each in _COPIES)
    read = _copied(command.words) if copied else command.words
    for word in read:
        if match := _MOVING.search(spelled_out(workflow, job, step, word)[:_LONGEST]):
            return match[0]
    if any(role(command) for role in (evaluates, judges, releases, scores)):
        asked = ((name, value) for name, value in options(command.words) if _VERSION.fullmatch(name))
        tagged = ((name, value) for name, value in options(command.words) if value.endswith(":latest"))
        given = [*((name, value) for name, value in asked if _NAMED.fullmatch(value)), *tagged]
        return next((f"--{name} {value}" for name, value in given if "image" not in name), "")
    return _unversioned_download(command.words)


def _built(command: Command) -> str:
    given = [value for name, value in options(command.words) if name == "build-arg"]
    return next((match[0] for value in given if (match := _MOVING.search(value[:_LONGEST]))), "")


def _copied(words: tuple[str, ...]) -> list[str]:
    return [word for word in words if not word.startswith("-")][:-1]


def _unversioned_download(words: tuple[str, ...]) -> str:
    given = {word.partition("=")[0] for word in words}
    if "dvc" in words and words[words.index("dvc") + 1 :][:1] in (("get",), ("import",)) and "--rev" not in given:
        return " ".join(words[words.index("dvc") :][:3])
    hub = {"huggingface-cli", "hf"} & {*words} and "download" in words and "--revision" not in given
    return " ".join(words[:4]) if hub else ""
