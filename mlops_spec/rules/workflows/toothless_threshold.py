"""A bound in a workflow stops somebody, and the repository says it.

A coin has a ROC AUC of 0.5, and every model an error below 1. A bound that holds on the wrong side refuses the good
ones. And one from a variable is what somebody has set, or nothing: an unset variable is an empty text, which becomes 0.

Bad:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python -m credit.gate --metrics build/metrics.json --min-roc-auc "${MIN_AUC:-0}"
            env:
              MIN_AUC: ${{ vars.MIN_ROC_AUC }}

Good:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python -m credit.gate --metrics build/metrics.json --min-roc-auc 0.78

Fix: write the bound into the repository, well above chance, on the side that matters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.bounds import bounds, lets_all_pass
from mlops_spec.platforms.github.workflow.options import held, options, variables
from mlops_spec.platforms.github.workflow.outcome import passing
from mlops_spec.platforms.github.workflow.roles import about_models, evaluates, judges, judging, watches
from mlops_spec.platforms.github.workflow.typed import mapping
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.bounds import Bound
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS584"
NAME = "toothless-threshold"
SEVERITY: Severity = "error"

_BOUND = regex(
    r"(?P<side>min|max)(-(?P<metric>[\w-]+))?|(?P<named>[\w-]+)-(?P<end>min|max)|(?P<bare>margin|tolerance|threshold|bound|max-drop)"
)
_DEFAULT = regex(r"\$\{\w+:?[-=](-?\d+(?:\.\d+)?)\}")
_NUMBER = regex(r"-?\d+(\.\d+)?")
_SET_OUTSIDE = regex(r"GITHUB_|RUNNER_|CI$|HOME$|PWD$|PATH$|USER$|AWS_|GOOGLE_|AZURE_|_$")
_COUNTS = regex(
    r"samples?|rows|requests|count|n|size|latency|seconds|minutes|hours|ms|workers|trials|epochs|jobs|age|days|bytes|mb"
)
_SETTING = regex(r"\b(vars\.[\w-]+|(?:github\.event\.)?inputs\.[\w-]+)(?P<rest>[^}]*)")


class Place(NamedTuple):
    """Where a bound stands."""

    workflow: Workflow
    job: Job
    step: Step


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps if about_models(job) or any(judging(each) for each in job.steps) else ():
            gate = judging(step)
            for command in step.commands:
                if not command.verb and (judges(command) or watches(command) or evaluates(command)):
                    yield from _of_options(command, workflow, job, step)
                elif gate:
                    yield from _bounds_in_arguments(command, Place(workflow, job, step))
            yield from _unread_bounds(step) if gate else ()
            for bound in bounds(step.run):
                if why := _why_toothless(bound, step.run):
                    yield Finding(step.place, why, "write a bound that a bad model does not keep", piece=bound.piece)


_BOUND_NAME = regex(r"(^|_)(MIN|MAX|LEAST|MOST|THRESHOLD|BOUND|LIMIT|FLOOR|CEILING)(_|$)")
#: What libraries read of themselves.
_OF_MACHINES = regex(r"(^|_)(THREADS?|ATTEMPTS|JOBS|WORKERS|RETR(Y|IES)|TIMEOUT|MEMORY|CONN\w*|SIZE|LOG|LEVEL)(_|$)")


def _unread_bounds(step: Step) -> Iterator[Finding]:
    """Bounds in the `env` of a gate that neither its script nor its programs read."""
    programs = [command.program for command in step.commands if command.program]
    alone = len(step.commands) == len(programs) and all(each.is_alone for each in programs)
    texts = [step.run, *(each.python.document.text for each in programs)]
    for name in mapping(step.data.get("env")) if programs and alone else ():
        read = any(re.search(rf"\b{re.escape(str(name))}\b", each) for each in texts)
        prefixed = any("environ.items" in each or "BaseSettings" in each or "auto_envvar" in each for each in texts)
        if _BOUND_NAME.search(str(name)) and not _OF_MACHINES.search(str(name)) and not read and not prefixed:
            message = f"nothing that runs here reads `{name}`, so this bound stops nobody"
            yield Finding((*step.address, "env", str(name)), message, "call it as the program does", at_key=True)


def _of_options(command: Command, workflow: Workflow, job: Job, step: Step) -> Iterator[Finding]:
    for name, value in options(command.words):
        match = _BOUND.fullmatch(name)
        metric = (match["metric"] or match["named"] or match["bare"] or "") if match else ""
        if not match or not value or _COUNTS.search(metric.split("-")[-1] if metric else ""):
            continue
        least = (match["side"] or match["end"] or "min") == "min" and match["bare"] != "max-drop"
        if why := _why_weak(metric, value, Place(workflow, job, step), least=least):
            yield at_command(step, command, f"`--{name} {value}`: {why}", "write the bound here, well above chance")


def _bounds_in_arguments(command: Command, place: Place) -> Iterator[Finding]:
    words = command.words
    if words[:1] not in (("jq",), ("awk",), ("[",), ("[[",), ("test",), ("echo",), ("bc",)):
        return
    for word in words[1:]:
        names = [name for name in variables(word) if re.search(r"MIN|MAX|THRESH|BOUND|LIMIT|FLOOR|TARGET", name)]
        if names and not re.search(r"::(error|warning|notice)", " ".join(words)):
            value = word if _DEFAULT.search(word) else f"${{{names[0]}}}"
            if why := _why_weak(names[0], value, place, least="MAX" not in names[0]):
                yield at_command(place.step, command, f"`{names[0]}`: {why}", "write the bound here, well above chance")
                return


def _why_weak(metric: str, value: str, place: Place, *, least: bool) -> str:
    if _NUMBER.fullmatch(value):
        return "every model keeps this" if lets_all_pass(metric, float(value), least=least) else ""
    if (default := _DEFAULT.search(value)) and lets_all_pass(metric, float(default[1]), least=least):
        return f"where nothing is set this is {default[1]}, which every model keeps"
    workflow, job, step = place
    for name in variables(value):
        written = held(workflow, job, step, name)
        if written is None and not default and not _may_be_set(name, job, step):
            return f"nothing sets `{name}`, and what is unset is empty"
        if written is not None and _NUMBER.fullmatch(written):
            return "every model keeps this" if lets_all_pass(metric, float(written), least=least) else ""
        if written and not _fails_when_empty(name, step) and (why := _why_unknown_setting(written, workflow)):
            return why
    return _why_unknown_setting(value, workflow)


def _why_unknown_setting(written: str, workflow: Workflow) -> str:
    found = _SETTING.search(written) if "${{" in written else None
    if not found:
        return ""
    default = re.search(r"\|\|\s*'?(-?\d+(?:\.\d+)?)", found["rest"])
    if found[1].startswith("vars."):
        return (
            ""
            if default and float(default[1]) > 0
            else f"where `{found[1]}` is not set the bound is empty, and nobody reviews it"
        )
    dispatched = mapping(mapping(workflow.triggers.get("workflow_dispatch")).get("inputs"))
    name = found[1].rpartition(".")[2]
    return f"whoever starts this chooses the bound by `{found[1]}`" if name in dispatched else ""


def _may_be_set(name: str, job: Job, step: Step) -> bool:
    scripts = "\n".join(each.run for each in job.steps[: job.steps.index(step) + 1])
    return bool(_SET_OUTSIDE.search(name)) or bool(
        re.search(
            rf"\b{name}=|\bread\b[^\n]*\b{name}\b|\bfor {name}\b|^\s*(source|\.)\s|GITHUB_ENV|\beval\b",
            scripts,
            re.MULTILINE,
        )
    )


def _fails_when_empty(name: str, step: Step) -> bool:
    return bool(re.search(rf"\$\{{{name}:\?|(-n|test)\s+\"\$\{{?{name}", step.run))


def _why_toothless(bound: Bound, script: str) -> str:
    passes = passing(bound.piece, bound.start, script)
    if passes is None:
        return ""
    least = bound.wants_more == passes
    if passes == bound.holds_for_worse:
        return f"this lets a worse `{bound.metric}` pass, and stops a better one"
    return "every model keeps this" if lets_all_pass(bound.metric, bound.value, least=least) else ""
