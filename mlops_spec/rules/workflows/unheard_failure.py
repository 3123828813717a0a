"""What answers a failure runs after one.

A condition without `failure()`, `always()` or `!cancelled()` has `success()` put before it: after a failed step it is
not even looked at. A way back, or an alarm, that asks for a failure so never runs. And a step with
`continue-on-error` has no failed `conclusion` and fails no job: only its `outcome` says what happened.

Bad:

    jobs:
      watch:
        steps:
          - id: check
            run: uv run --no-sync python -m credit.drift --reference train.parquet --current logs
          - if: ${{ steps.check.outcome == 'failure' }}
            run: gh issue create --title "The model needs a look"

Good:

    jobs:
      watch:
        steps:
          - id: check
            run: uv run --no-sync python -m credit.drift --reference train.parquet --current logs
          - if: ${{ failure() && steps.check.outcome == 'failure' }}
            run: gh issue create --title "The model needs a look"

Fix: put `failure() &&` before it; where the step may fail, ask for its `outcome`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.condition import Call, Literal, Name, asks_status, demands, tree, walk
from mlops_spec.platforms.github.workflow.roles import judging, watches
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS559"
NAME = "unheard-failure"
SEVERITY: Severity = "error"

_ALARM = regex(r"\bgh issue create\b|hooks\.slack|slack-github-action|pagerduty|opsgenie|\bsendmail\b|action-send-mail")
_RESULT = regex(r"\b(?:needs|jobs)\.([\w-]+)\.result\b")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for part in job.parts:
            if why := _unheard(part.condition, job):
                yield Finding((*part.address, "if"), why, "put `failure() &&` before it, or ask for an `outcome`")
        yield from _silent_alarms(job)
        yield from _silent_job(job)
    yield from _mistaken_results(workflow)


def _unheard(condition: str, job: Job) -> str:
    root, mild = tree(condition), _tolerated_steps(job)
    for node in walk(root):
        found = re.fullmatch(r"steps\.([\w-]+)\.conclusion", node.path) if isinstance(node, Name) else None
        if found and found[1] in mild:
            return f"`{found[1]}` may fail, and its `conclusion` is then `success`: ask for its `outcome`"
    if (asked := _asked(root)) and "failure(" in condition and mild.issuperset(asked):
        return "the step may fail without failing the job, so `failure()` does not hold"
    for part in demands(root):
        if (name := _asked_for_failure(part)) and not asks_status(condition):
            kind, which = name.split(".")[:2]
            if kind == "needs" or which not in mild:
                return f"after a failure of `{which}` a condition without a status function is not looked at"
    return ""


def _asked_for_failure(node: object) -> str:
    if not isinstance(node, Call) or node.name not in ("==", "!="):
        return ""
    for name, value in (node.arguments, node.arguments[::-1]):
        if isinstance(name, Name) and isinstance(value, Literal):
            asked = value.value == ("failure" if node.name == "==" else "success")
            if asked and re.fullmatch(r"(needs\.[\w-]+\.result|steps\.[\w-]+\.(outcome|conclusion))", name.path):
                return name.path
    return ""


def _asked(root: object) -> list[str]:
    names = [_asked_for_failure(each) for each in demands(root)]  # type: ignore[arg-type]
    return [name.split(".")[1] for name in names if name.startswith("steps.")]


def _tolerated_steps(job: Job) -> set[str]:
    return {text(step.data.get("id")) for step in job.steps if _tolerates(step)}


def _tolerates(step: Step) -> bool:
    return text(step.data.get("continue-on-error")) not in ("", "false")


def _silent_alarms(job: Job) -> Iterator[Finding]:
    checked = ""
    for step in job.steps:
        said = text(step.data.get("name")) or text(step.data.get("id"))
        alarms = bool(_ALARM.search(f"{step.run} {step.uses} {step.inputs}"))
        if checked and alarms and step.condition.strip("${} ") in ("", "success()"):
            yield Finding(step.place, f"this alarm runs only where {checked} passes", "add `if: ${{ failure() }}`")
        if any(watches(command) for command in step.commands) and not _tolerates(step):
            checked = f"`{said}`" if said else "the check"


def _silent_job(job: Job) -> Iterator[Finding]:
    for step in job.steps if job.needs and job.condition.strip("${} ") in ("", "success()") else ():
        said = f"{step.run} {step.uses} {step.inputs}"
        if (
            _ALARM.search(said)
            and re.search(r"fail|broke|went wrong|drift|alert", said, re.IGNORECASE)
            and not step.condition
        ):
            message = f"this alarm runs only where {' and '.join(f'`{name}`' for name in job.needs)} passes"
            yield Finding(job.address, message, "add `if: ${{ failure() }}` to the job", at_key=True)
            return


def _mistaken_results(workflow: Workflow) -> Iterator[Finding]:
    mild = {job.name for job in workflow.jobs.values() if any(judging(s) and _tolerates(s) for s in job.steps)}
    called = mapping(mapping(workflow.triggers.get("workflow_call")).get("outputs"))
    outputs: list[tuple[Address, Mapping[str, Any]]] = [
        (("on", "workflow_call", "outputs", name, "value"), mapping(each)) for name, each in called.items()
    ]
    asked = [(place, text(each.get("value"))) for place, each in outputs]
    asked += [((*job.address, "if"), job.condition) for job in workflow.jobs.values()]
    for place, value in asked:
        for name in _RESULT.findall(value):
            if name in mild:
                message = f"the gate in `{name}` may fail without failing the job, so this is `success` either way"
                yield Finding(place, message, "ask for an output that holds the gate's `outcome`")
