"""A workflow starts when it is meant to.

`* 2 * * *` is each minute of an hour. A check of pull requests to a branch that is not the one which releases, or of
their opening alone, judges what nobody merges.

Bad:

    on: {schedule: [{cron: "* 2 * * *"}]}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec lint

Good:

    on: {schedule: [{cron: "20 2 * * *"}]}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec lint

Fix: give the minute; name the branch that the spec releases from; leave `types` out, or add `synchronize`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.roles import about_models, evaluates, job_releases, trains
from mlops_spec.platforms.github.workflow.typed import items, mapping, names, text
from mlops_spec.regex import regex
from mlops_spec.spec.cron import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS572"
NAME = "misfired-trigger"
SEVERITY: Severity = "error"

_OFTEN = 15  # minutes below which nothing is trained anew


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    trained = any(trains(command) for job in workflow.jobs.values() for command in job.commands)
    for number, each in enumerate(items(workflow.triggers.get("schedule"))):
        cron = " ".join(text(mapping(each).get("cron")).split())
        if wrong := _refused_schedule(cron):
            yield Finding(("on", "schedule", number, "cron"), wrong, _right(wrong))
        elif why := _excess_schedule(cron, trained):
            yield Finding(("on", "schedule", number, "cron"), why, "give the minute, such as `20 2 * * *`")
    settings = mapping(workflow.triggers.get("pull_request"))
    if not any(about_models(job) for job in workflow.jobs.values()):
        return
    if trained or any(evaluates(command) for job in workflow.jobs.values() for command in job.commands):
        yield from _excluding_filters(workflow)
    yield from _absent_branch(workflow, delivery)
    yield from _closed_pull_requests(workflow)
    branches = names(settings.get("branches"))
    if delivery.spec and branches and not any(_matches(each, delivery.main) for each in branches):
        message = f"no pull request to `{delivery.main}` starts this, and that is what releases"
        yield Finding(("on", "pull_request", "branches"), message, f"name `{delivery.main}`")
    types = names(settings.get("types"))
    if "opened" in types and "synchronize" not in types:
        message = "what is pushed after the pull request was opened is not looked at"
        yield Finding(("on", "pull_request", "types"), message, "leave `types` out, or add `synchronize`")


def _right(wrong: str) -> str:
    return (
        "take the 1st of the next month"
        if "leaves those out" in wrong
        else "ask the other in a step"
        if "both hold" in wrong
        else "write five fields, such as `20 2 * * *`"
    )


def _refused_schedule(cron: str) -> str:
    if Schedule.read(cron) is None:
        return f"GitHub refuses `{cron}`: it is no schedule"
    day, month = cron.split()[2:4]
    late = re.fullmatch(r"\d+", day) and re.fullmatch(r"\d+", month) and int(day) > _DAYS[int(month) % 12]
    if late:
        return "no year has this day"
    few = re.fullmatch(r"\d+(,\d+)*", day)
    short = few and month == cron.split()[4] == "*" and min(map(int, day.split(","))) > _SHORTEST
    either = few and re.fullmatch(r"[\d,A-Za-z]+", cron.split()[4])
    if either:
        return f"this starts on day {day} and on each day `{cron.split()[4]}` of the week, not only where both hold"
    return f"not every month has a day {day}: this leaves those out" if short else ""


_SHORTEST = 28  # days of a month


_DAYS = (31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30)  # of each month, December first


def _excluding_filters(workflow: Workflow) -> Iterator[Finding]:
    scripts = "\n".join(step.run for job in workflow.jobs.values() for step in job.steps)
    asked = _MATTERS if _VERSIONED.search(scripts) else {key: _MATTERS[key] for key in _MATTERS if key != "the data"}
    for event in ("push", "pull_request"):
        settings = mapping(workflow.triggers.get(event))
        wanted, ignored = names(settings.get("paths")), names(settings.get("paths-ignore"))
        if wanted and (missing := [what for what, files in asked.items() if not any(_hits(wanted, f) for f in files)]):
            message = f"a change of {listed(missing)} starts nothing"
            yield Finding(("on", event, "paths"), message, "name it too, or leave `paths` out", at_key=True)
        lost = [
            pattern for pattern in ignored if any(_hits([pattern], f) for files in _MATTERS.values() for f in files)
        ]
        if lost:
            message = f"a change of `{lost[0]}` starts nothing, and it changes the model"
            yield Finding(("on", event, "paths-ignore", ignored.index(lost[0])), message, "take it out")


#: Scripts that take data from the commit; of others the data are elsewhere, and no push changes them.
_VERSIONED = regex(r"\bdvc\b|\bdata/|mlops-spec|\bmake\b")
#: What a model is made of, and files of each that stand for it, of which one is enough.
_MATTERS = {
    "the data": (
        "data/rows.csv.dvc",
        "data/rows.parquet.dvc",
        "data.dvc",
        "dvc.lock",
        "data/rows.csv",
        "data/rows.parquet",
    ),
    "the code": ("src/train.py", "src/a/train.py", "train.py", "model/train.py", "a/train.py", "pipelines/train.py"),
}


def _hits(patterns: Sequence[str], file: str) -> bool:
    wide = _is_code_folder if file.endswith(".py") else _is_data
    return any(wide(pattern) or _matches(pattern, file) for pattern in patterns)


def _is_code_folder(pattern: str) -> bool:
    return bool(
        re.fullmatch(r"(?!data|docs|tests?|deploy|\.github|config|params|models?/)[\w-]+/(\*\*)?(/\*)?(\.py)?", pattern)
    )


def _is_data(pattern: str) -> bool:
    return bool(re.search(r"data|\.dvc|dvc\.lock|features", pattern))


def _absent_branch(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    branches = names(mapping(workflow.triggers.get("push")).get("branches"))
    alone = not {"pull_request", "schedule", "workflow_run"} & {*workflow.triggers}
    other = {"main", "master"} - {delivery.main}
    if delivery.spec and alone and branches and {*branches} <= other:
        message = f"no push to `{delivery.main}` starts this, and that is what is released"
        yield Finding(("on", "push", "branches"), message, f"name `{delivery.main}`")


def _closed_pull_requests(workflow: Workflow) -> Iterator[Finding]:
    if "closed" not in names(mapping(workflow.triggers.get("pull_request")).get("types")):
        return
    for job in workflow.jobs.values():
        if job_releases(job) and ".merged" not in f"{job.condition} {[step.condition for step in job.steps]}":
            message = "this also starts where a pull request is closed and not merged"
            yield Finding(("on", "pull_request", "types"), message, "ask for `github.event.pull_request.merged`")
            return


def _excess_schedule(cron: str, trained: bool) -> str:
    minute, *rest = cron.split() or [""]
    if minute == "*" and rest:
        return "this starts each minute" + ("" if rest[0] == "*" else " of those hours")
    every = re.fullmatch(r"(?:\*|0)/(\d+)", minute)
    return f"this trains every {every[1]} minutes" if trained and every and int(every[1]) < _OFTEN else ""


def _matches(pattern: str, branch: str) -> bool:
    parts = [
        {"**": ".*", "*": "[^/]*", "?": "."}.get(part, re.escape(part)) for part in re.split(r"(\*\*|\*|\?)", pattern)
    ]
    return not pattern.startswith("!") and bool(re.fullmatch("".join(parts), branch))
