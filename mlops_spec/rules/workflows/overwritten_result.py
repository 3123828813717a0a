"""The jobs of a matrix keep their results apart.

Outputs and artifacts of one name are overwritten by the job that ends last: its verdict speaks for all, and all go on
with its model.

Bad:

    jobs:
      train:
        strategy: {matrix: {region: [eu, us]}}
        steps:
          - run: uv run --no-sync python -m credit.train --out build/model
          - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
            with: {name: model, path: build/model, overwrite: true}

Good:

    jobs:
      train:
        strategy: {matrix: {region: [eu, us]}}
        steps:
          - run: uv run --no-sync python -m credit.train --out build/model
          - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
            with: {name: "model-${{ matrix.region }}", path: build/model}

Fix: put the matrix's value into the name; let a job with a matrix fail, rather than say its verdict as an output.
"""

from __future__ import annotations

import glob
import re
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import EXPRESSION
from mlops_spec.platforms.github.workflow.options import options
from mlops_spec.platforms.github.workflow.roles import plain, releases
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS565"
NAME = "overwritten-result"
SEVERITY: Severity = "error"

_KNOWN_APART = regex(r"matrix\.|strategy\.|env\.|steps\.|needs\.|github\.job\b|hashFiles")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        if "matrix" in mapping(job.data.get("strategy")):
            yield from _of_matrix(workflow, job)
            yield from _shared_artifacts(workflow, job)
            yield from _concurrent_pushes(job)
            yield from _one_service(job)
        yield from _merged_artifacts(workflow, job)
    yield from _of_two_jobs(workflow)


def _shared_artifacts(workflow: Workflow, job: Job) -> Iterator[Finding]:
    apart = [_name(step) for each in workflow.jobs.values() for step in _uploads(each) if "matrix." in _name(step)]
    patterns = ["?*".join(map(glob.escape, EXPRESSION.sub("\0", each).split("\0"))) for each in apart]
    for step in job.steps:
        name = text(step.inputs.get("name")) if step.uses_action("actions/download-artifact") else ""
        if name and "${{" not in name and any(fnmatchcase(name, pattern) for pattern in patterns):
            message = f"each job of the matrix takes `{name}`, which one of them has made"
            yield Finding(_place(step), message, "put the matrix's value into the name")


def _concurrent_pushes(job: Job) -> Iterator[Finding]:
    strategy = mapping(job.data.get("strategy"))
    legs = [values for values in mapping(strategy.get("matrix")).values() if values]
    alone = text(strategy.get("max-parallel")) == "1" or "concurrency" in job.data
    if alone or all(isinstance(leg, list) and len(leg) == 1 for leg in legs):
        return
    again = any(each.starts("git", "pull") or each.starts("git", "rebase") for each in job.commands)
    for step in job.steps:
        for command in step.commands:
            apart = "matrix." in f"{step.run}{step.condition}{step.data.get('env')}{job.condition}"
            if command.starts("git", "push") and not again and not (apart and _depends_on_matrix(step)):
                message = "the jobs of the matrix push to one branch at once, and all but the first are refused"
                yield at_command(step, command, message, "hand the results on, and push them from one job behind")


_SERVICE = ("endpoint-name", "service-name", "function-name", "service", "deployment-name", "endpoint")
_KINDS = regex(r"models?|names?|variants?|segments?|products?|use_?cases?|tasks?|customers?|tenants?", re.IGNORECASE)


def _one_service(job: Job) -> Iterator[Finding]:
    """Commands by which each model of a matrix takes the place of the others."""
    matrix = mapping(mapping(job.data.get("strategy")).get("matrix"))
    kinds = [name for name, values in matrix.items() if _KINDS.fullmatch(str(name)) and isinstance(values, list)]
    if not kinds or all(len(matrix[name]) == 1 for name in kinds):
        return
    for step in job.steps:
        given = {**mapping(job.data.get("env")), **mapping(step.data.get("env"))}
        names = [str(name) for name, value in given.items() if "matrix." in text(value)]
        for command in step.commands if "matrix." not in step.condition else ():
            named = next((value for option, value in options(command.words) if option in _SERVICE), "")
            name = named or next((found["name"] for found in [_NAMED_FIRST.match(plain(command))] if found), "")
            if releases(command) and re.fullmatch(r"[\w./-]+", name) and not _told_apart(command, names):
                message = f"each job of the matrix puts its model behind `{name}`, and the last one stays"
                yield at_command(step, command, message, "put the matrix's value into the name")


#: Commands that say without an option which service they change.
_NAMED_FIRST = regex(
    r"(gcloud run deploy|helm upgrade(?: -i| --install| --wait| --atomic)*|kubectl set image deploy(?:ment)?[/ ])"
    r"\s*(?P<name>[\w.-]+)(?= |$)"
)
_CLOUDS = frozenset(("aws", "gcloud", "helm", "kubectl"))
#: Options that say what a service is given, and not which.
_GIVEN = regex(r"--?(image|image-uri|source|s3-key|zip-file|endpoint-config-name|set|values|f)$")


def _told_apart(command: Command, names: list[str]) -> bool:
    """Whether the matrix's value, which some variables hold, may say which service is meant."""
    holds = re.compile("|".join((r"matrix\.", *(rf"\$\{{?{re.escape(name)}\b" for name in names))))
    if plain(command).partition(" ")[0] not in _CLOUDS:
        return bool(names) or any(map(holds.search, command.words))
    for before, word in pairwise(("", *command.words)):
        option, _, value = word.partition("=")
        given = _GIVEN.match(before) or (value and not holds.search(option))
        if holds.search(word) and not given:
            return True
    return False


def _merged_artifacts(workflow: Workflow, job: Job) -> Iterator[Finding]:
    """Artifacts of a matrix that are unpacked in one folder, where their files have one name."""
    apart = [each for one in workflow.jobs.values() for each in _uploads(one) if "matrix." in _name(each)]
    for step in job.steps:
        pattern = text(step.inputs.get("pattern")) if step.uses_action("actions/download-artifact") else ""
        if text(step.inputs.get("merge-multiple")) != "true":
            continue
        for each in apart:
            alike = fnmatchcase(EXPRESSION.sub("x", _name(each)), re.sub(r"\{[^}]*\}", "*", pattern or "*"))
            if alike and (name := _same_file(text(each.inputs.get("path")))):
                message = f"each of these has its own `{name}`, and in one folder the last one stays"
                yield Finding((*step.address, "with", "merge-multiple"), message, "leave it out: each gets a folder")
                break


def _same_file(paths: str) -> str:
    """A file that each job of a matrix uploads by the same name; empty where there is none."""
    lines = [line.strip() for line in paths.splitlines() if line.strip()]
    for line in lines:
        name = line.rpartition("/")[2]
        apart = "${{" in (name if len(lines) == 1 else line)  # of one file the folders are not kept
        if not apart and re.fullmatch(r"[\w./-]+\.\w+", EXPRESSION.sub("", line)):
            return name
    return ""


def _depends_on_matrix(step: Step) -> bool:
    given = [name for name, value in mapping(step.data.get("env")).items() if "matrix." in text(value)]
    lines = [line for line in step.run.splitlines() if re.search(r"git (push|checkout|switch|branch)\b", line)]
    said = "\n".join(lines)
    return "matrix." in f"{said}{step.condition}" or any(
        re.search(rf"\b{re.escape(str(each))}\b", said) for each in given
    )


def _of_matrix(workflow: Workflow, job: Job) -> Iterator[Finding]:
    for step in _uploads(job):
        if not _KNOWN_APART.search(_name(step)) and "matrix." not in step.condition:
            message = f"each job of the matrix writes the artifact `{_name(step)}`, and the last one wins"
            yield Finding(_place(step), message, "put the matrix's value into the name")
    values = [text(each) for each in _values(job)]
    for name, value in mapping(job.data.get("outputs")).items():
        apart = "matrix." in text(value) or any(len(each) > 1 and each in f"{name} {value}" for each in values)
        read = re.compile(rf"(needs|jobs)\.{re.escape(job.name)}\.outputs\.{re.escape(str(name))}\b")
        if not apart and read.search(workflow.document.text):
            message = f"each job of the matrix sets `{name}`, and the one that ends last speaks for all"
            place = (*job.address, "outputs", name)
            yield Finding(place, message, "let the job fail, or hand on an artifact for each")


def _of_two_jobs(workflow: Workflow) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for job in workflow.jobs.values():
        for step in _uploads(job):
            name = _name(step)
            other = seen.setdefault(name, job.name)
            if other != job.name and "${{" not in name and not (job.condition or step.condition):
                message = f"`{other}` writes the artifact `{name}` too, and the last one wins"
                yield Finding(_place(step), message, "give each its own name")


def _uploads(job: Job) -> list[Step]:
    return [step for step in job.steps if step.uses_action("actions/upload-artifact")]


def _name(step: Step) -> str:
    return text(step.inputs.get("name")) or "artifact"


def _place(step: Step) -> tuple[str | int, ...]:
    return (*step.address, "with", "name") if "name" in step.inputs else (*step.address, "uses")


def _values(job: Job) -> list[object]:
    matrix = mapping(mapping(job.data.get("strategy")).get("matrix"))
    return [value for values in matrix.values() if isinstance(values, list) for value in values]
